"""CSV, for Excel and other tables: a record a row, below a header of names that `indexer.sources` knows.

UTF-8 with a byte-order mark, without which Excel takes Chinese for something else; commas, CRLF, quotes where needed
(RFC 4180). Lists are separated by semicolons, the paragraphs of an abstract by line breaks. `JCR Edition` and `CAS
Edition` name the edition of quartile and impact factor, and of the zone; `given` for the record's own.

A cell that a table would take for a formula (it begins with = + - @, or a full-width form of these) gets an apostrophe
before it; one that begins with apostrophes and goes on like that gets one more. So nothing runs when the file is
opened, and nothing is lost: our reader takes one apostrophe off, as everyone can.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator

from indexer.export.entries import Entry
from indexer.export.form import ExportFormat, encoded, line, paragraphs
from indexer.export.notes import notice_line, number, written_heading
from indexer.record import Record
from indexer.sources.tables import LIKE_A_FORMULA

_MARK = "\ufeff"
_LIST = "; "
_BEGUN_REFERENCE = re.compile(r"&\w+\Z")


def _cells(entry: Entry) -> dict[str, str | None]:
    """The cells by the name of their column."""
    record = entry.record
    return {
        "English Title": record.title_en,
        "Chinese Title": record.title_zh,
        "Authors": _listed(record.authors),
        "Journal": record.journal,
        "Journal Abbreviation": record.journal_abbreviation,
        "Publication Year": str(record.year) if record.year else None,
        "Publication Date": record.publication_date,
        "Volume": record.volume,
        "Issue": record.issue,
        "Pages": record.pages,
        "JCR Quartile": record.jcr_quartile,
        "JCR Categories": _listed(record.jcr_categories),
        "Impact Factor": None if record.impact_factor is None else number(record.impact_factor),
        "JCR Edition": _edition(entry, "JCR", record.jcr_quartile, record.impact_factor),
        "CAS Zone": None if record.cas_zone is None else str(record.cas_zone),
        "CAS Category": record.cas_category,
        "CAS Edition": _edition(entry, "CAS", record.cas_zone, record.cas_category),
        "Retracted": _flag(record.retracted),
        "Notices": _listed(map(notice_line, record.notices)),
        "Open Access": _flag(record.open_access),
        "Cited by": None if record.citation_count is None else str(record.citation_count),
        "Publication Types": _listed(record.publication_types),
        "Languages": _listed(record.languages),
        "Keywords": _listed(record.keywords),
        "MeSH Terms": _listed(map(written_heading, record.headings)),
        "DOI": record.doi,
        "PMID": record.pmid,
        "PMCID": record.pmcid,
        "Paper ID": record.paper_id,
        "ISSN": record.issn,
        "eISSN": record.eissn,
        "URL": record.url,
        "PDF URL": record.pdf_url,
        "English Abstract": _paragraphs(record.abstract_en),
        "Chinese Abstract": _paragraphs(record.abstract_zh),
    }


def write(entries: Iterable[Entry]) -> Iterator[bytes]:
    """The header, and a row for each entry."""
    yield encoded(_MARK + _row(COLUMNS))
    for entry in entries:
        yield encoded(_row(map(_cell, _cells(entry).values())))


def _row(cells: Iterable[str]) -> str:
    row = io.StringIO()
    csv.writer(row).writerow(cells)
    return row.getvalue()


def _cell(value: str | None) -> str:
    bare = "\n".join(map(line, (value or "").split("\n")))
    return f"'{bare}" if LIKE_A_FORMULA.match(bare) else bare


def _paragraphs(text: str | None) -> str | None:
    return text and "\n".join(paragraphs(text))


def _listed(items: Iterable[str]) -> str:
    # With the separator directly behind it, `&dd` would be read back as the character that `&dd;` stands for.
    return _LIST.join(_BEGUN_REFERENCE.sub(r"\g<0> ", item) for item in items)


def _flag(value: bool | None) -> str | None:  # noqa: FBT001 - a field's value
    return None if value is None else ("yes" if value else "no")


def _edition(entry: Entry, family: str, *values: object) -> str | None:
    """The edition of a family's values, where there is any."""
    return entry.editions.get(family) if any(value is not None for value in values) else None


COLUMNS = tuple(_cells(Entry(Record(id=""), Record(id=""), {})))
"""The names of the columns."""
FORMAT = ExportFormat("csv", "CSV", ".csv", "text/csv", write)
