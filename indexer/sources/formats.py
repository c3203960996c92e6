"""The formats that sources may be in. A new one is a module that offers a `Format`, and a place in this table."""

from __future__ import annotations

from indexer.sources import (
    endnote,
    estudy,
    medline,
    noteexpress,
    pubmed_text,
    pubmed_xml,
    records,
    refworks,
    ris,
    seed_files,
    tables,
    wos,
)
from indexer.sources.outcomes import Format

FORMATS: tuple[Format, ...] = (
    pubmed_xml.FORMAT,
    # Before RIS, whose tags look alike.
    medline.FORMAT,
    pubmed_text.FORMAT,
    wos.FORMAT,
    endnote.FORMAT,
    refworks.FORMAT,
    estudy.FORMAT,
    # Before the seed's objects, which begin with a brace too.
    noteexpress.FORMAT,
    ris.FORMAT,
    records.FORMAT,
    seed_files.FORMAT,
    tables.FORMAT,
)
"""Asked in this order; the first that recognises the content reads the file."""
