"""The formats that sources may be in. A new one is a module that offers a `Format`, and a place in this table."""

from __future__ import annotations

from indexer.sources import seed_files
from indexer.sources.outcomes import Format

FORMATS: tuple[Format, ...] = (seed_files.FORMAT,)
"""Asked in this order; the first that recognises the content reads the file."""
