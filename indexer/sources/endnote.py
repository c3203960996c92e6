"""EndNote's tagged text (Refer), as EndNote, CNKI, Wanfang and VIP write it: `%0 Journal Article`, `%T`, `%A`, ...

A tag is `%` and a character. A record begins with `%0`; in files without it, with the first tag behind a blank line.
Sources: EndNote's import filter of that name; exports of CNKI, where one line may hold several `%A`.
"""

from __future__ import annotations

import re

from indexer.sources import tagged
from indexer.sources.outcomes import Format
from indexer.sources.references import Tags, reader
from indexer.sources.tagged import Field, Fields, Kind

TAGS: Tags = {
    "type": ("0",),
    "kind": ("9",),
    "title": ("T", "Q"),
    "abstract": ("X",),
    "author": ("A",),
    "editor": ("E",),
    "journal": ("J", "B"),
    "abbreviation": ("O",),
    "year": ("D",),
    "date": ("8",),
    "volume": ("V",),
    "issue": ("N",),
    "first_page": ("P", "&"),
    "article_number": ("]",),
    "keywords": ("K",),
    "language": ("G",),
    "issn": ("@",),
    "doi": ("R",),
    "pmcid": ("2",),
    "accession": ("M",),
    "database": ("W", "~"),
    "address": ("U",),
    "note": ("Z",),
}

_CHARACTERS = r"[0-9A-Za-z@!#$&()*+,./:;<=>?\[\]^~|-]"
_TAG = re.compile(rf"\s{{0,20}}%({_CHARACTERS})(?:[ \t](.*)|)", re.DOTALL)
_FIELD = re.compile(rf"[ \t]*%{_CHARACTERS}(?:[ \t]|$)".encode())
_OPENING = re.compile(rb"[ \t]*%0(?:[ \t]|$)")
_BEGINNING = re.compile(r"\s{0,20}%(?:0|[ATJDXKBRU])[ \t]")


def _kind(line: bytes) -> Kind:
    if _OPENING.match(line):
        return Kind.OPEN
    return Kind.FIELD if _FIELD.match(line) else Kind.OTHER


def _field(line: str) -> Field | None:
    found = _TAG.fullmatch(line)
    return Field(found[1], found[2] or "") if found else None


def _parse(lines: list[str]) -> Fields:
    return tagged.fields_of(lines, _field)


def sniff(head: bytes) -> bool:
    """True where the first line holds a tag, and another of the first ones does too or it is `%0`."""
    first, *others = tagged.begun(head, 20) or [""]
    return bool(_BEGINNING.match(first)) and ("%0" in first or any(map(_TAG.fullmatch, others)))


FORMAT = Format("EndNote text", sniff, reader(_kind, _parse, TAGS))
