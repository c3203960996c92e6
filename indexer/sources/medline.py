"""MEDLINE text (nbib), as PubMed exports it: lines of a tag and a value, each record from its `PMID-` line on.

Tags are documented by the National Library of Medicine in "MEDLINE/PubMed Data Element (Field) Descriptions".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BufferedReader

from indexer.errors import RecordError
from indexer.record import Notice
from indexer.sources import pubmed, tagged, values
from indexer.sources.outcomes import Format, Noted, Options, Outcome, Position, Skipped
from indexer.sources.tagged import Field, Fields, Kind

_LINE = re.compile(r"([A-Z]{2,4}) *- ?(.*)", re.DOTALL)
_FIELD = re.compile(rb"[A-Z]{2,4} *- ")
_BEGINNING = re.compile(r"PMID *- ?\d")
_NOTICES = {
    "CIN": "CommentIn",
    "CON": "CommentOn",
    "CRI": "CorrectedandRepublishedIn",
    "CRF": "CorrectedandRepublishedFrom",
    "ECI": "ExpressionOfConcernIn",
    "ECF": "ExpressionOfConcernFor",
    "EIN": "ErratumIn",
    "EFR": "ErratumFor",
    "RIN": "RetractionIn",
    "ROF": "RetractionOf",
    "RPI": "RepublishedIn",
    "RPF": "RepublishedFrom",
    "UIN": "UpdateIn",
    "UOF": "UpdateOf",
}
"""Tags of notices, and the name of each kind in PubMed's XML."""
_NOTICE_PMID = re.compile(r"\bPMID:?\s*(\d+)")


def sniff(head: bytes) -> bool:
    """True where a record begins on the first line, or behind a few that an archive or a browser put before it."""
    return any(_BEGINNING.match(line) for line in tagged.begun(head, 5))


def read(stream: BufferedReader, position: Position, _options: Options) -> Iterator[Outcome]:
    """The records of a file."""
    for entry in tagged.entries(stream, _kind):
        here = pubmed.at(position, entry.line)
        try:
            yield from _outcomes(tagged.fields_of(entry.text(), _field), here)
        except RecordError as error:
            yield Skipped(here, str(error))
        for note in entry.notes:
            yield Noted(here, note)


def _kind(line: bytes) -> Kind:
    if line.startswith(b"PMID"):
        return Kind.OPEN
    return Kind.FIELD if _FIELD.match(line) else Kind.OTHER


def _field(line: str) -> Field | None:
    found = _LINE.fullmatch(line)
    return Field(found[1], found[2]) if found else None


def _outcomes(given: Fields, position: Position) -> Iterator[Outcome]:
    # Lines are broken to fit a width; no value keeps its own line ends.
    given = {tag: [value.replace("\n", " ") for value in found] for tag, found in given.items()}

    def first(*tags: str) -> str | None:
        return next((text for tag in tags for value in given.get(tag, ()) if (text := values.text(value))), None)

    titles, abstracts = pubmed.Sides("title"), pubmed.Sides("abstract")
    for tag in ("TI", "BTI", "CTI", "TT"):
        for value in given.get(tag, ()):
            text = pubmed.title(values.text(value))
            if text is not None and not (tag == "TT" and pubmed.is_japanese(text)):
                titles.take(text, chinese=tag == "TT")
    for tag in ("AB", "OAB"):
        for value in given.get(tag, ()):
            abstracts.take(pubmed.sections(pubmed.abstract(values.text(value))))
    issn, eissn = _issns(given.get("IS", []))
    return pubmed.outcomes_of(
        titles,
        abstracts,
        position,
        pmid=values.pmid(first("PMID")),
        doi=next((doi for value in _marked(given, "doi") if (doi := values.doi(value))), None),
        pmcid=values.pmcid(first("PMC")) or next(map(values.pmcid, _marked(given, "pmc")), None),
        journal=first("JT"),
        journal_abbreviation=first("TA"),
        issn=issn,
        eissn=eissn,
        volume=first("VI"),
        issue=first("IP"),
        pages=first("PG"),
        date=values.date(first("DP")) or values.date(first("DEP")),
        authors=_authors(given),
        keywords=tuple(word.strip().lstrip("*") for word in given.get("OT", ())),
        headings=values.headings(given.get("MH", [])),
        languages=given.get("LA", ()),
        publication_types=tuple(given.get("PT", ())),
        notices=_notices(given),
    )


def _marked(given: Fields, kind: str) -> Iterator[str]:
    """Identifiers of a kind, as `10.1000/xyz [doi]`."""
    for tag in ("LID", "AID"):
        for value in given.get(tag, ()):
            if value.casefold().endswith(f"[{kind}]"):
                yield value[: -len(kind) - 2].strip()


def _issns(found: list[str]) -> tuple[str | None, str | None]:
    """Of the printed and the electronic edition; the linking one stands in for a printed one that is not given."""
    by_kind = {(value.partition("(")[2].rstrip(") ") or "Print"): values.issn(value) for value in reversed(found)}
    electronic, linking = by_kind.get("Electronic"), by_kind.get("Linking")
    return by_kind.get("Print") or (linking if linking != electronic else None), electronic


def _authors(given: Fields) -> list[str | None]:
    """Full names where they are given, else as they are printed; groups behind the persons."""
    if "FAU" in given:
        persons = [pubmed.full_name(*_halves(name)) for name in given["FAU"]]
    else:
        persons = [pubmed.turned_name(name) for name in given.get("AU", ())]
    return [*persons, *given.get("CN", ())]


def _halves(name: str) -> tuple[str | None, str | None]:
    last, _, fore = name.partition(",")
    return values.text(last), values.text(fore)


def _notices(given: Fields) -> Iterator[Notice]:
    for tag, kind in _NOTICES.items():
        for value in given.get(tag, ()):
            pmid = _NOTICE_PMID.search(value)
            source = values.text(_NOTICE_PMID.sub("", value))
            yield Notice(kind, source and source.rstrip(". ") + ".", pmid[1] if pmid else None)


FORMAT = Format("MEDLINE text", sniff, read)
