"""MEDLINE text (nbib), as PubMed and PubMed Central export it: lines of a tag and a value, which goes on indented.

A record begins with the tag that the file begins with, or with a second `PMID`; so neither a blank line too many nor
one that is missing does harm. Tags are documented by the National Library of Medicine in "MEDLINE/PubMed Data Element
(Field) Descriptions".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BufferedReader

from indexer.errors import RecordError
from indexer.record import Notice
from indexer.sources import pubmed, tagged, values
from indexer.sources.outcomes import Format, Noted, Options, Outcome, Position, Skipped
from indexer.sources.tagged import Fields, Kind

# A browser that saves a page may leave tags before the first one.
_TAG = re.compile(r"(?:<[^<>]{1,200}>\s{0,9}){0,9}([A-Z]{2,4}) {0,2}-(?: |$)")
_TAG_BYTES = re.compile(_TAG.pattern.encode())
# An export of ours names no PMID where there is none.
_BEGINNING = re.compile(r"(?:<[^<>]{1,200}>\s{0,9}){0,9}PMID {0,2}-(?: ?[0-9]|$)")
_OPENING = frozenset((b"PMID", b"PMC", b"OWN", b"STAT"))
NOTICES = {
    "CIN": "CommentIn",
    "CON": "CommentOn",
    "CRI": "CorrectedandRepublishedIn",
    "CRF": "CorrectedandRepublishedFrom",
    "DDIN": "AssociatedDataset",
    "DRIN": "AssociatedPublication",
    "ECI": "ExpressionOfConcernIn",
    "ECF": "ExpressionOfConcernFor",
    "EIN": "ErratumIn",
    "EFR": "ErratumFor",
    "ORI": "OriginalReportIn",
    "PRIN": "PartialRetractionIn",
    "PROF": "PartialRetractionOf",
    "RIN": "RetractionIn",
    "ROF": "RetractionOf",
    "RPI": "RepublishedIn",
    "RPF": "RepublishedFrom",
    "RRI": "RetractedandRepublishedIn",
    "RRF": "RetractedandRepublishedFrom",
    "SPIN": "SummaryForPatientsIn",
    "UIN": "UpdateIn",
    "UOF": "UpdateOf",
}
"""Tags of notices, and the name of each kind in PubMed's XML."""
OURS = "medsearch"
"""The owner (OTO) of terms that `indexer.export` adds: metrics of the journal, no keywords."""
_NOTICE_PMID = re.compile(r"\bPMID:?\s*(\d{1,9})")
_OTHER_KIND = re.compile(r"(?:Publisher|AAMC|AIDS|KIE|NASA|PIP|Plain-language-summary): ", re.IGNORECASE)


class _Opening:
    """What each line of a file is."""

    def __init__(self) -> None:
        self._first: bytes | None = None
        self._numbered = False
        """The open record has its PMID."""

    def __call__(self, line: bytes) -> Kind:
        found = _TAG_BYTES.match(line)
        if not found:
            return Kind.OTHER
        tag = found[1]
        self._first = self._first or tag
        opens = (tag == self._first and tag in _OPENING) or (tag == b"PMID" and self._numbered)
        self._numbered = tag == b"PMID" or (self._numbered and not opens)
        return Kind.OPEN if opens else Kind.FIELD


def sniff(head: bytes) -> bool:
    """True where a record begins on the first line, or behind a few that an archive or a browser put before it."""
    return any(_BEGINNING.match(line) for line in tagged.begun(head, 10))


def read(stream: BufferedReader, position: Position, _options: Options) -> Iterator[Outcome]:
    """The records of a file."""
    for entry in tagged.entries(stream, _Opening()):
        here = pubmed.at(position, entry.line)
        try:
            lines = entry.text()
            yield from (Noted(here, note) for note in entry.notes)
            yield from _outcomes(list(_fields(lines)), here)
        except RecordError as error:
            yield Skipped(here, str(error))


def _fields(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Tags and values in their order; lines are broken to fit a width, so no value keeps its own line ends."""
    tag, parts = "", [""]
    for line in [*lines, "END - "]:
        if not (found := _TAG.match(line)):
            parts.append(line.strip())
            continue
        if tag and (value := values.text(" ".join(filter(None, parts)))):
            yield tag, value
        tag, parts = found[1], [line[found.end() :].strip()]


def _outcomes(fields: list[tuple[str, str]], position: Position) -> Iterator[Outcome]:
    given: Fields = {}
    for tag, value in fields:
        given.setdefault(tag, []).append(value)

    def first(*tags: str) -> str | None:
        return next((value for tag in tags for value in given.get(tag, ())), None)

    languages = given.get("LA", [])
    titles, abstracts = pubmed.Sides("title"), pubmed.Sides("abstract")
    for tag in ("TI", "BTI", "CTI", "TT"):
        for value in given.get(tag, ()):
            text = pubmed.title(value)
            if text is not None and not (tag == "TT" and pubmed.is_japanese(text)):
                titles.take(text, chinese=tag == "TT" and "chi" in languages)
    for value in given.get("AB", ()):
        abstracts.take(pubmed.sections(pubmed.abstract(value)))
    for text, language in _other_abstracts(fields):
        if language in ("", "chi", "eng"):
            abstracts.take(pubmed.sections(pubmed.abstract(text)), chinese=language == "chi")
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
        dates=(first("DP"), first("DEP")),
        authors=_authors(fields),
        keywords=tuple(_keywords(fields)),
        headings=values.headings(given.get("MH", [])),
        languages=languages,
        publication_types=tuple(given.get("PT", ())),
        notices=_notices(fields),
    )


def _other_abstracts(fields: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Abstracts in other languages, each with the code of its language, which may stand behind it, or ""."""
    for place, (tag, value) in enumerate(fields):
        if tag == "OAB":
            following = fields[place + 1] if place + 1 < len(fields) else ("", "")
            yield _OTHER_KIND.sub("", value, count=1), following[1] if following[0] == "OABL" else ""


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


def _authors(fields: list[tuple[str, str]]) -> Iterator[str]:
    """Persons by their full names, else as they are printed, which follows a full name; groups among them."""
    has_full_name = False
    for tag, value in fields:
        if tag == "FAU":
            last, fore, suffix = (*value.split(", ", 2), "", "")[:3]
            yield pubmed.full_name(last, fore, suffix) or value
            has_full_name = True
        elif tag == "AU":
            if not has_full_name:
                yield pubmed.turned_name(value)
            has_full_name = False
        elif tag == "CN":
            yield value


def _keywords(fields: list[tuple[str, str]]) -> Iterator[str]:
    """Terms of authors and indexers; those of an owner follow its name."""
    owner = None
    for tag, value in fields:
        if tag == "OTO":
            owner = value
        elif tag == "OT" and owner != OURS:
            yield value.lstrip("* ")


def _notices(fields: list[tuple[str, str]]) -> Iterator[Notice]:
    for tag, value in fields:
        if kind := NOTICES.get(tag):
            pmid = _NOTICE_PMID.search(value)
            source = values.text(_NOTICE_PMID.sub("", value))
            yield Notice(kind, source and source.rstrip(". ") + ".", pmid[1] if pmid else None)


FORMAT = Format("MEDLINE text", sniff, read)
