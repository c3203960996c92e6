"""The formats of exports. A new one is a module that offers an `ExportFormat`, and a place in this table."""

from __future__ import annotations

from indexer.export import bibtex, jsonl, nbib, ris, table
from indexer.export.form import ExportFormat

FORMATS: dict[str, ExportFormat] = {
    form.name: form for form in (ris.FORMAT, bibtex.FORMAT, nbib.FORMAT, table.FORMAT, jsonl.FORMAT)
}
"""By name, in the order in which they are offered."""
