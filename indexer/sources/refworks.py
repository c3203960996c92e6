"""RefWorks' tagged text, as CNKI, Wanfang and RefWorks write it: `RT Journal Article`, `T1 ...`, `A1 ...`.

A tag is two characters at the beginning of the line and a space, which may be missing before Chinese text. A record
begins with RT; CNKI closes none. Sources: RefWorks' list of tags; CNKI's exports, which break lines within a value.
"""

from __future__ import annotations

import re

from indexer.sources import tagged
from indexer.sources.outcomes import Format
from indexer.sources.references import Tags, reader
from indexer.sources.tagged import Field, Fields, Kind

TAGS: Tags = {
    "type": ("RT",),
    "kind": ("CL",),
    "title": ("T1", "OT", "TT"),
    "abstract": ("AB",),
    "author": ("A1",),
    "editor": ("A2",),
    "journal": ("JF", "T2"),
    "abbreviation": ("JO",),
    "year": ("YR",),
    "date": ("FD",),
    "volume": ("VO",),
    "issue": ("IS",),
    "first_page": ("SP",),
    "last_page": ("OP",),
    "keywords": ("K1",),
    "language": ("LA",),
    "issn": ("SN",),
    "doi": ("DO",),
    "accession": ("AN", "ID"),
    "database": ("DS", "DB"),
    "address": ("UL", "LK"),
    "note": ("NO",),
}

_OTHER_TAGS = "A3 A4 A5 A6 AD AV CN CR ED ER IP LL OL PB PP RD SF SL SR ST T3 U1 U2 U3 U4 U5 WP WT WV"
_KNOWN = "|".join(sorted({*(tag for tags in TAGS.values() for tag in tags), *_OTHER_TAGS.split()}))
_TAG = re.compile(rf"({_KNOWN}|vo)(?:[ \t](.*)|(?=[^\x00-\x7f])(.*)|)", re.DOTALL)
_FIELD = re.compile(rf"(?:{_KNOWN})(?:[ \t]|[^\x00-\x7f]|$)".encode())
_BEGINNING = re.compile(r"RT[ \t]+\S")


def _kind(line: bytes) -> Kind:
    if line.startswith((b"RT ", b"RT\t")):
        return Kind.OPEN
    if line.rstrip() == b"ER":
        return Kind.CLOSE
    return Kind.FIELD if _FIELD.match(line) else Kind.OTHER


def _field(line: str) -> Field | None:
    found = _TAG.fullmatch(line)
    return Field(found[1].upper(), found[2] or found[3] or "") if found else None


def _parse(lines: list[str]) -> Fields:
    return tagged.fields_of(lines, _field)


def sniff(head: bytes) -> bool:
    """True where the first line begins a record."""
    return any(map(_BEGINNING.match, tagged.begun(head, 1)))


FORMAT = Format("RefWorks text", sniff, reader(_kind, _parse, TAGS))
