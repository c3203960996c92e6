"""RIS, as PubMed, Zotero, EndNote, Scopus, Ovid, Embase, ProQuest, Web of Science and CNKI write it.

Read by our own lines and not by `rispy` (its 0.10 tried on all of these, 2026; on whole and regular files it finds the
same records): it gives a file's records as one list, so that memory grows with the file; it keeps no line numbers, so
that a report can't say where; of a repeated tag that it takes for a single one (an abstract in two languages) it keeps
the first; and what is malformed it loses in silence (a record without ER or TY, tags in lower case or with other
spacing, all of it tried), where we read it, or skip it and say so.

Tags are two letters, two spaces, a hyphen and a space. Other spacing is let pass where the tag is known; tags in lower
case where the record begins with one. Sources: the tables that Reference Manager published, and the exports themselves.
"""

from __future__ import annotations

import re

from indexer import analysis
from indexer.sources import tagged
from indexer.sources.outcomes import Format
from indexer.sources.references import Tags, reader
from indexer.sources.tagged import Field, Fields, Kind

OURS = "medsearch"
"""The provider (DP) of what `indexer.export` writes: there the lines of a value are its paragraphs, none was broken."""

TAGS: Tags = {
    "type": ("TY",),
    "kind": ("M3",),
    "title": ("TI", "T1", "CT", "BT", "TT"),
    "abstract": ("AB", "N2"),
    "author": ("A1", "AU"),
    "editor": ("A2", "A3", "ED"),
    "journal": ("JF", "T2", "SO"),
    "journal_or_abbreviation": ("JO",),
    "abbreviation": ("JA", "JI", "J2", "J1", "J9", "NL"),
    "year": ("PY", "Y1", "YR"),
    "date": ("DA", "PD"),
    "volume": ("VL",),
    "issue": ("IS", "NO"),
    "first_page": ("SP", "PG"),
    "last_page": ("EP",),
    "article_number": ("AR", "C7"),
    "keywords": ("KW",),
    "language": ("LA",),
    "issn": ("SN",),
    "eissn": ("EI",),
    "doi": ("DO", "DI"),
    "pmid": ("PM",),
    "pmcid": ("C2", "ID", "AN", "M1"),
    "accession": ("AN", "ID"),
    "database": ("DB", "DP"),
    "address": ("UR", "L2", "L1", "US"),
    "paper_id": ("U2",),
    "note": ("N1",),
}

_OTHER_TAGS = (
    "A4 A5 A6 AD AE AI AV C1 C3 C4 C5 C6 C8 CA CN CP CY DS ER ET H1 H2 IN KP L3 L4 LB LK LL M2 N3 NV OP PA PB PI PP "
    "PU RD RI RN RP SE ST T3 TA TC TN U1 U3 U4 U5 UT VO WE WT Y2 ZA"
)
_KNOWN = frozenset((*(tag for tags in TAGS.values() for tag in tags), *_OTHER_TAGS.split()))
_OPENING = re.compile(rb"[ \t]*(?:TY[ \t]{0,4}-(?:[ \t]|[A-Za-z]|$)|[Tt][Yy][ \t]{1,4}-(?:[ \t]|$))")
_CLOSING = re.compile(rb"[ \t]*(?:[Ee][Rr](?:[ \t]{1,4}-|-?)[ \t]*$|ER  -)")
_DIVIDING = (b"TY", b"ER", b"NL")
_TRAILING = re.compile(rb"[ \t]*NL  -")
_TAGGED = re.compile(rb"[ \t]*[A-Za-z][A-Za-z0-9](?:  |\t)-")
_STRICT = re.compile(r"\s{0,20}([A-Za-z][A-Za-z0-9])(?:  |\t)-\s?(.*)", re.DOTALL)
_LOOSE = re.compile(r"\s{0,20}([A-Za-z][A-Za-z0-9])[ \t]{0,4}-(?:\s(.*)|)", re.DOTALL)
_TYPE = re.compile(r"\s{0,20}TY[ \t]{0,4}-\s?([A-Za-z].*)", re.DOTALL | re.IGNORECASE)
_DOI = re.compile(r"DOI {1,2}- (10\..*)", re.DOTALL)
"""CENTRAL's tag of three letters."""
_OF_MEDLINE = re.compile(r"(?:PMID|OWN |STAT)-")


def _kind(line: bytes) -> Kind:
    if line[2:6] == b"  - " and line[:2].isupper() and line[:2] not in _DIVIDING:
        return Kind.FIELD
    if _OPENING.match(line):
        return Kind.OPEN
    if _CLOSING.match(line):
        return Kind.CLOSE
    if _TRAILING.match(line):
        return Kind.TRAILER
    return Kind.FIELD if _TAGGED.match(line) else Kind.OTHER


def _parse(lines: list[str]) -> Fields:
    lower = lines[0].lstrip()[:2].islower()

    def field(line: str) -> Field | None:
        if found := _DOI.fullmatch(line):
            return Field("DO", found[1])
        if (found := _STRICT.fullmatch(line)) and (found[1].isupper() or found[1].upper() in _KNOWN):
            return Field(found[1].upper(), found[2])
        if (found := _LOOSE.fullmatch(line)) and (lower or found[1].isupper()) and found[1].upper() in _KNOWN:
            return Field(found[1].upper(), found[2] or "")
        return Field("TY", found[1]) if (found := _TYPE.fullmatch(line)) else None

    given = tagged.fields_of(lines, field)
    _settle(given)
    return given


def _settle(given: Fields) -> None:
    """Move what stands under a tag that means something else in its database."""
    if any("embase.com/" in address for address in given.get("UR", ())):
        # It names only Medline where that is the record's origin.
        given.setdefault("DB", []).append("Embase")
    if OURS in given.get("DP", ()):
        for tag in ("AB", "N2"):
            given[tag] = [value.replace("\n", "\N{PARAGRAPH SEPARATOR}") for value in given.get(tag, ())]
    databases = " ".join(given.get("DB", ())).casefold()
    if "embase" in databases and "JF" in given:
        given.setdefault("TT", []).extend(given.pop("T2", ()))
    # CENTRAL writes it as `PUBMED 123`.
    given["PM"] = [value.removeprefix("PUBMED ") for value in given.get("PM", ())]
    for database, tag in (("embase", "C5"), ("scopus", "C2")):
        if database in databases:
            given.setdefault("PM", []).extend(filter(str.isdigit, given.get(tag, ())))
    # Where both stand, N2 repeats the abstract or holds notes, unless it is in the other language.
    if given.get("AB") and "N2" in given:
        languages = set(map(analysis.language_of, given["AB"]))
        given["N2"] = [value for value in given["N2"] if analysis.language_of(value) not in languages]


def sniff(head: bytes) -> bool:
    """True where a TY stands among the first lines, or these are tagged as RIS and not as MEDLINE."""
    lines = tagged.begun(head)
    if any(_OPENING.match(line.encode("utf-8", "replace")) for line in lines):
        return True
    if any(map(_OF_MEDLINE.match, lines)):
        return False
    tags = [found[1].upper() for line in lines if (found := _STRICT.fullmatch(line))]
    return len(tags) > 2 and _KNOWN.issuperset(tags) and not {"TI", "T1", "CT"}.isdisjoint(tags) and "ER" in tags


FORMAT = Format("RIS", sniff, reader(_kind, _parse, TAGS))
