"""RIS, for EndNote, Zotero, Mendeley, Rayyan, Covidence and others.

Tags, as Zotero's translator and EndNote's filter take them:

- `TI`, `AB`: title and abstract in the article's own language; `TT`, `N2`: in the other one. Where only one is there it
  is the first, whatever its language. An abstract's paragraphs are lines.
- `AU`: an author each, family name first; names of groups and in Chinese characters whole.
- `T2`, `J2`: journal and abbreviation; `SN`: ISSN, the printed one first; `VL`, `IS`, `SP`, `EP`, `PY`, `DA`.
- `DO`; `AN` with `DB` PubMed: PMID; `C2`: PMCID; `U2`: the source's own identifier; `UR`, `L1`: address, PDF.
- `KW`: a keyword each, and nothing else; `LA`; `M3`: publication types.
- `N1`: one note, which Zotero and EndNote keep: retraction and its notices, quartile, impact factor and zone with their
  editions, and what these programs drop of the above (title in the other language, PMID, PMCID), MeSH headings.
- `DP`: medsearch. By it our reader knows that the lines of a value are its paragraphs.

Not carried: JCR categories, open access, the journal's description.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from indexer.citations import read_name, sides
from indexer.export.entries import Entry
from indexer.export.form import ExportFormat, encoded, line, paragraphs
from indexer.export.notes import note_lines
from indexer.record import Record
from indexer.sources.ris import OURS

_END = "\r\n"
_RANGE = re.compile(r"([^\s,;+–-]+)-([^\s,;+–-]+)")
# Within a value such a line would be taken for a field, or for the end of the record.
_TAGGED = re.compile(r"(?:TY|ER)\b|[A-Za-z][A-Za-z0-9]{1,3}[ \t]{0,4}-(?:\s|$)", re.IGNORECASE)
_RETRACTED = "Retracted Publication"


def write(entries: Iterable[Entry]) -> Iterator[bytes]:
    """A record for each entry, each followed by a blank line."""
    for entry in entries:
        fields = (f"{tag}  - {value}{_END}" for tag, value in _fields(entry))
        yield encoded(f"{''.join(fields)}ER  - {_END}{_END}")


def _fields(entry: Entry) -> Iterator[tuple[str, str]]:
    record = entry.record
    yield "TY", "JOUR"
    for tag, value in _texts(record):
        if value and (bare := line(value)):
            yield tag, bare
    own = sides(record)
    for tag, abstract in (("AB", own.abstract or own.other_abstract), ("N2", own.abstract and own.other_abstract)):
        if abstract and (lines := _lines(paragraphs(abstract))):
            yield tag, lines
    if lines := _lines([line(note) for note in note_lines(entry)]):
        yield "N1", lines


def _texts(record: Record) -> Iterator[tuple[str, str | None]]:
    """Tags and the values that stand in one line."""
    own = sides(record)
    yield "TI", own.title or own.other_title
    yield "TT", own.title and own.other_title
    yield from (("AU", line(read_name(author).inverted)) for author in record.authors)
    yield "T2", record.journal
    yield "J2", record.journal_abbreviation
    yield "PY", str(record.year) if record.year else (record.publication_date or "")[:4]
    yield "DA", _date(record.publication_date)
    yield "VL", record.volume
    yield "IS", record.issue
    pages = _RANGE.fullmatch(record.pages or "")
    yield from (("SP", pages[1]), ("EP", pages[2])) if pages and pages[1] != pages[2] else (("SP", record.pages),)
    yield "SN", _issns(record)
    yield "DO", record.doi
    yield "DB", record.pmid and "PubMed"
    yield "AN", record.pmid
    yield "C2", record.pmcid
    yield "U2", record.paper_id
    yield "UR", record.url
    yield "L1", record.pdf_url
    yield "LA", "; ".join(record.languages)
    types = record.publication_types
    yield "M3", "; ".join((*types, _RETRACTED) if record.retracted and _RETRACTED not in types else types)
    yield from (("KW", word) for word in record.keywords)
    yield "DP", OURS


def _date(date: str | None) -> str | None:
    """As `2024/05/03/`: year, month, day and anything else, each of which may be missing."""
    parts = date.split("-") if date else []
    return "/".join((*parts, *[""] * (4 - len(parts)))) if len(parts) > 1 else None


def _issns(record: Record) -> str | None:
    """Both in one value, since of several Zotero keeps the first."""
    if not record.issn:
        return record.eissn and f"{record.eissn} (Electronic)"
    return ", ".join(filter(None, (record.issn, record.eissn)))


def _lines(values: list[str]) -> str:
    """Lines of one value: each but the first is indented, and what looks like a field goes on with the one before."""
    joined = "".join(" " + value if _TAGGED.match(value) else f"{_END} {value}" for value in values)
    return joined.strip()


FORMAT = ExportFormat("ris", "RIS", ".ris", "application/x-research-info-systems", write)
