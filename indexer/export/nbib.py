"""NBIB: MEDLINE text as PubMed writes it, for EndNote, Zotero, Covidence and others.

Tags: the National Library of Medicine's "MEDLINE/PubMed Data Element (Field) Descriptions". As there, `TI` and `AB` are
English where there is such a text, `TT` (vernacular title) and `OAB` with `OABL` Chinese; where there is only Chinese
it stands in `TI` and `AB`. `FAU` and `AU` are persons, `CN` groups; `AID` the DOI, `PMC` the PMCID, `IS` ISSNs,
`LID` the address, `LA`, `PT`, `MH` (MeSH, main subjects with an asterisk), notices (`RIN`: retraction in) under their
own tags.

`OT` are keywords of whoever `OTO` names before them: first the authors' (`NOTNLM`), then those of `medsearch`, which
are quartile, impact factor and zone with their editions. Zotero, which keeps no note of this format, makes tags of
them; our reader passes the latter over.

A value is one line; paragraphs follow each other in it. Every record begins with `PMID`, empty where there is none.
Not carried: JCR categories, the number of citations, open access, the address of the PDF, the source's identifier, the
journal's description.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from indexer.citations import Name, read_name
from indexer.export.entries import Entry
from indexer.export.form import ExportFormat, encoded, line
from indexer.export.notes import metric_lines, notice_line, written_heading
from indexer.record import Notice, Record
from indexer.sources.medline import NOTICES, OURS
from indexer.sources.pubmed import RETRACTED

_END = "\r\n"
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_TAGS = {kind: tag for tag, kind in NOTICES.items()}


def write(entries: Iterable[Entry]) -> Iterator[bytes]:
    """A record for each entry, each followed by a blank line."""
    for entry in entries:
        fields = (f"{tag:<4}- {bare}{_END}" for tag, value in _fields(entry) if value and (bare := line(value)))
        yield encoded(f"PMID- {entry.record.pmid or ''}{_END}{''.join(fields)}{_END}")


def _fields(entry: Entry) -> Iterator[tuple[str, str | None]]:
    record = entry.record
    yield "IS", record.issn and f"{record.issn} (Print)"
    yield "IS", record.eissn and f"{record.eissn} (Electronic)"
    yield "VI", record.volume
    yield "IP", record.issue
    yield "DP", _date(record)
    yield "TI", record.title_en or record.title_zh
    yield "PG", record.pages
    yield "LID", record.url
    yield "AB", record.abstract_en or record.abstract_zh
    if record.abstract_en and record.abstract_zh:
        yield "OAB", record.abstract_zh
        yield "OABL", "chi"
    for author in record.authors:
        yield from _author(read_name(author))
    yield from (("LA", language) for language in record.languages)
    yield from (("PT", kind) for kind in record.publication_types)
    if record.retracted and RETRACTED not in record.publication_types:
        yield "PT", RETRACTED
    yield "TT", record.title_en and record.title_zh
    yield "TA", record.journal_abbreviation
    yield "JT", record.journal
    yield from map(_notice, record.notices)
    yield from (("MH", written_heading(heading)) for heading in record.headings)
    yield from _terms("NOTNLM", record.keywords)
    yield from _terms(OURS, metric_lines(entry))
    yield "PMC", record.pmcid
    yield "AID", record.doi and f"{record.doi} [doi]"


def _terms(owner: str, terms: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Terms behind the name of their owner, where there are any."""
    for number, term in enumerate(terms):
        if number == 0:
            yield "OTO", owner
        yield "OT", term


def _author(name: Name) -> Iterator[tuple[str, str]]:
    if name.is_whole and " " in name.family:
        yield "CN", name.family
    else:
        yield "FAU", name.inverted
        yield "AU", " ".join(filter(None, (name.family, name.initials, name.suffix)))


def _date(record: Record) -> str | None:
    """As `2024 May 3`."""
    year, *rest = (record.publication_date or str(record.year or "")).split("-")
    month = _MONTHS[int(rest[0]) - 1] if rest else ""
    return " ".join(filter(None, (year, month, rest[1].lstrip("0") if len(rest) > 1 else "")))


def _notice(notice: Notice) -> tuple[str, str]:
    if tag := _TAGS.get(notice.kind):
        return tag, " ".join(filter(None, (notice.source, notice.pmid and f"PMID: {notice.pmid}")))
    return "GN", notice_line(notice)


FORMAT = ExportFormat("nbib", "NBIB (MEDLINE)", ".nbib", "application/nbib", write)
