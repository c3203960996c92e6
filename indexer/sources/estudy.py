"""CNKI's own text (知网研学, once E-Study), the format that its export page offers first: `Title-题名: ...`.

A key is an English and a Chinese word; a record begins with `DataType`, a number.
"""

from __future__ import annotations

import re

from indexer.sources import tagged
from indexer.sources.outcomes import Format
from indexer.sources.references import Tags, reader
from indexer.sources.tagged import Field, Fields, Kind

TAGS: Tags = {
    "type": ("DataType",),
    "title": ("Title",),
    "abstract": ("Summary",),
    "author": ("Author",),
    "journal": ("Source",),
    "year": ("Year",),
    "date": ("PubTime",),
    "volume": ("Roll", "Volume"),
    "issue": ("Period",),
    "first_page": ("Page",),
    "keywords": ("Keyword",),
    "issn": ("ISSN",),
    "doi": ("DOI",),
    "address": ("Link",),
}

_TYPES = {"1": "Journal Article", "2": "Thesis", "3": "Conference Paper"}
_OPENING = re.compile(rb"\s*DataType\s?(?::|\xef\xbc\x9a|\xa3\xba)")
_BEGINNING = re.compile(r"\s{0,20}DataType\s?[:：]\s{0,4}[0-9]")
_TAG = re.compile(r"\s{0,20}(DataType|DOI|[A-Z][A-Za-z]{2,20}(?=-))(?:-[^\s:：]{1,12})?\s?[:：](.*)", re.DOTALL)


def _kind(line: bytes) -> Kind:
    return Kind.OPEN if _OPENING.match(line) else Kind.OTHER


def _field(line: str) -> Field | None:
    found = _TAG.fullmatch(line)
    return Field(found[1], found[2]) if found else None


def _parse(lines: list[str]) -> Fields:
    given = tagged.fields_of(lines, _field)
    given["DataType"] = [_TYPES.get(value, value) for value in given.get("DataType", ())]
    return given


def sniff(head: bytes) -> bool:
    """True where the first line begins a record."""
    return any(map(_BEGINNING.match, tagged.begun(head, 1)))


FORMAT = Format("CNKI E-Study text", sniff, reader(_kind, _parse, TAGS))
