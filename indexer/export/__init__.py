"""Export: records out of an index, as files that other programs read.

`entries` makes of records what a format writes: each as it came, and as it is shown, with the metrics of its journal in
an edition. `FORMATS` are the formats by name; each turns a stream of entries into a stream of bytes, in memory that
does not grow with it.

What a format has no field for it does not carry, and says so; nothing that it carries is cut or loses a character, but
for white space, which may become a single space. JSON lines carry all, and are what a build reads back.

- `entries`  records to entries
- `notes`    what the formats of reference managers have no field for, as lines of a note
- `form`     what a format is, and how texts are made lines
- `ris`, `bibtex`, `nbib`, `table`, `jsonl`   the formats
- `formats`  the table of formats

Used by `medsearch export` and for downloads.
"""

from __future__ import annotations

from indexer.export.entries import Entry, entries
from indexer.export.form import ExportFormat
from indexer.export.formats import FORMATS

__all__ = ["FORMATS", "Entry", "ExportFormat", "entries"]
