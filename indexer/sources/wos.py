"""Web of Science's tagged text: a header (FN, VR), records from PT to ER, EF at the end.

A tag is two characters at the beginning of the line; what goes on with a value is indented by three spaces. Source: the
field tags that Clarivate documents for the Core Collection.
"""

from __future__ import annotations

import re

from indexer.sources import tagged
from indexer.sources.outcomes import Format
from indexer.sources.references import Tags, reader
from indexer.sources.tagged import Field, Fields, Kind

TAGS: Tags = {
    "kind": ("DT",),
    "title": ("TI", "FT"),
    "abstract": ("AB",),
    "author": ("AF", "CA"),
    "editor": ("BE", "ED"),
    "journal": ("SO",),
    "abbreviation": ("JI", "J9"),
    "year": ("PY",),
    "date": ("PD", "EA"),
    "volume": ("VL",),
    "issue": ("IS", "SI", "SU"),
    "first_page": ("BP",),
    "last_page": ("EP",),
    "article_number": ("AR",),
    "keywords": ("DE", "ID"),
    "language": ("LA",),
    "issn": ("SN",),
    "eissn": ("EI",),
    "doi": ("DI",),
    "pmid": ("PM",),
    "accession": ("UT",),
    "citations": ("TC",),
    "open_access": ("OA",),
}

_HEADER = (b"FN ", b"VR ", b"EF")
_TAG = re.compile(r"([A-Z][A-Z0-9])(?: (.*)|)", re.DOTALL)
_FIELD = re.compile(rb"[A-Z][A-Z0-9](?: |$)")
_BEGINNING = re.compile(r"FN \S|PT [A-Z]\s*$")
_HELD_TOGETHER = ("DE", "ID", "DT", "LA")
"""Their lines are broken to fit a width, wherever that is."""


def _kind(line: bytes) -> Kind:
    if line.startswith(b"PT "):
        return Kind.OPEN
    if line.rstrip() == b"ER":
        return Kind.CLOSE
    return Kind.FIELD if _FIELD.match(line) and not line.startswith(_HEADER) else Kind.OTHER


def _field(line: str) -> Field | None:
    found = _TAG.fullmatch(line)
    return Field(found[1], found[2] or "") if found else None


def _parse(lines: list[str]) -> Fields:
    given = tagged.fields_of(lines, _field)
    for tag in _HELD_TOGETHER:
        if tag in given:
            given[tag] = [value.replace("\n", " ") for value in given[tag]]
    if "AF" not in given and "AU" in given:
        given["AF"] = given["AU"]
    return given


def sniff(head: bytes) -> bool:
    """True where the first line is of the header or begins a record."""
    return any(map(_BEGINNING.match, tagged.begun(head, 1)))


FORMAT = Format("Web of Science text", sniff, reader(_kind, _parse, TAGS))
