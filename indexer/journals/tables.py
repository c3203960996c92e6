"""Journal tables: files into journals with their metrics, and how the journal of a record is found among them."""

from __future__ import annotations

import codecs
import csv
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from pathlib import Path

import msgspec

from indexer.errors import JournalTableError
from indexer.journals.enrich import Enriched, JournalEntry, MatchedBy
from indexer.journals.layouts import Layout, Names, Row, abbreviations_without_header, recognise, year_in
from indexer.journals.linking import AMBIGUOUS, link
from indexer.journals.metrics import Edition, Family, Journal, newest_first
from indexer.journals.names import journal_key, short_key, title_key
from indexer.record import Record, issns

LIMIT_BYTES = 64 * 2**20
"""Of a table; the largest that publishers have are a tenth of it."""
_LONGEST_LINE = 100_000
"""Characters of a row; no table has longer ones."""
EXAMPLES = 5
"""Problems of a table that its report names one by one."""
_DELIMITERS = ",\t;|"
_HEADER_WITHIN = 20
"""Lines: publishers' exports begin with a few that say what was exported."""
_REMEMBERED = 2**16
_KNOWN = (
    "JCR (Journal, ISSN, IF(2024), IF Quartile(2024), Category), CAS zones (Journal, 年份, ISSN, 大类, 大类分区, Top), "
    "CAS warnings (Journal, 预警等级（2023） or 预警原因（2024）), SCImago (Title, SJR, H index, Quartile), "
    "abbreviations (title and abbreviation)"
)
_VERSION = 1


class TableProblem(msgspec.Struct, frozen=True):
    """Something in a row that can't be read."""

    line: int
    """1-based."""
    reason: str


class TableReport(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one file."""

    path: str
    editions: tuple[Edition, ...]
    """Empty of a list of abbreviations."""
    rows: int
    unreadable_rows: int
    """That name no journal; they are left out."""
    unreadable_values: int
    """In rows of which the rest is used."""
    unlinked_rows: int = 0
    """Left out because they give no ISSN and their title stands for two journals."""
    examples: tuple[TableProblem, ...] = ()


class _Stored(msgspec.Struct, frozen=True, array_like=True):
    """What `JournalTables.dump` writes."""

    version: int
    editions: tuple[Edition, ...]
    reports: tuple[TableReport, ...]
    journals: list[bytes]
    issns: dict[str, int]
    titles: dict[str, int]
    short_titles: dict[str, int]
    abbreviations: dict[str, int]


class _Way(Enum):
    """How a name found a journal."""

    ABBREVIATION = auto()
    TITLE = auto()
    SHORT_TITLE = auto()


@dataclass(frozen=True)
class _Table:
    rows: list[Row]
    report: TableReport


_encoder = msgspec.msgpack.Encoder()
_journal_decoder = msgspec.msgpack.Decoder(Journal)
_stored_decoder = msgspec.msgpack.Decoder(_Stored)


class JournalTables:
    """Journals by ISSN, abbreviation and title, with the metrics of all editions.

    Journals are kept encoded and decoded when they are found, since a collection holds articles of few of them. Each
    has its own name: of two of one title each is shown with its ISSN.
    """

    def __init__(self, stored: _Stored) -> None:
        self._stored = stored
        # A collection names the same journals again and again.
        self._found = lru_cache(_REMEMBERED)(self._find)
        self._enriched = lru_cache(_REMEMBERED)(self._enrich)

    def __len__(self) -> int:
        """How many journals there are."""
        return len(self._stored.journals)

    @property
    def reports(self) -> tuple[TableReport, ...]:
        """What came of each file, in their order."""
        return self._stored.reports

    def editions(self) -> tuple[Edition, ...]:
        """All editions, by family, the newest first."""
        return self._stored.editions

    def default(self, family: Family) -> Edition | None:
        """The edition that is used where none is asked for: the newest; None where no table is of the family."""
        return next((edition for edition in self._stored.editions if edition.family is family), None)

    def find(
        self, name: str | None, abbreviation: str | None = None, issn: str | None = None, eissn: str | None = None
    ) -> JournalEntry | None:
        """The journal by ISSN or eISSN, else by its abbreviation, else by its title.

        Titles are compared without case, punctuation, diacritics and articles; a title with a place or subtitle is
        found without it where that is not ambiguous. A title of two journals finds none, and so does one that the ISSN
        gives reason to doubt.
        """
        return self._found(name, abbreviation, issn, eissn)

    def metrics_of(self, record: Record) -> Enriched:
        """What is known of the journal of a record, and under which key it is kept."""
        return self._enriched(record.journal, record.journal_abbreviation, record.issn, record.eissn)

    def dump(self) -> bytes:
        """The tables as bytes, for `load`."""
        return zlib.compress(_encoder.encode(self._stored), 3)

    @staticmethod
    def load(data: bytes) -> JournalTables:
        """The tables that `dump` wrote.

        Raises:
            JournalTableError: They are damaged or of another version.
        """
        try:
            stored = _stored_decoder.decode(zlib.decompress(data))
        except (zlib.error, msgspec.DecodeError) as error:
            raise JournalTableError(
                f"the journal tables kept with the index can't be read ({error}); rebuild it with --journals"
            ) from error
        if stored.version != _VERSION:
            raise JournalTableError(
                f"the journal tables kept with the index are of version {stored.version}, not {_VERSION}; "
                "rebuild it with --journals"
            )
        return JournalTables(stored)

    def _find(
        self, name: str | None, abbreviation: str | None, issn: str | None, eissn: str | None
    ) -> JournalEntry | None:
        stored = self._stored
        numbers = (*issns(issn or ""), *issns(eissn or ""))
        for number in numbers:
            if (place := stored.issns.get(number)) is not None:
                return self._entry(place, MatchedBy.ISSN)
        short, title = title_key(abbreviation or ""), title_key(name or "")
        # The last two: exports put abbreviations where titles belong, and some titles are their own abbreviations.
        tried = (
            (_Way.ABBREVIATION, stored.abbreviations.get(short)),
            (_Way.TITLE, stored.titles.get(title)),
            (_Way.SHORT_TITLE, self._place_of_short_title(name) if name and title not in stored.titles else None),
            (_Way.ABBREVIATION, stored.abbreviations.get(title)),
            (_Way.TITLE, stored.titles.get(short)),
        )
        for way, place in tried:
            if place == AMBIGUOUS and way is not _Way.ABBREVIATION:
                return None
            if place is not None and place != AMBIGUOUS:
                break
        else:
            return None
        entry = self._entry(place, MatchedBy.ABBREVIATION if way is _Way.ABBREVIATION else MatchedBy.TITLE)
        if not numbers or not (entry.journal.issn or entry.journal.eissn):
            return entry
        return entry if _outweighs_issn(way, abbreviation, entry.journal) else None

    def _place_of_short_title(self, name: str) -> int | None:
        """The journal that alone has the title when places and subtitles are left out, here or there."""
        shortened = self._stored.short_titles.get
        short = short_key(name)
        found = {shortened(title_key(name))}
        if short is not None:
            found |= {self._stored.titles.get(short), shortened(short)}
        found.discard(None)
        return found.pop() if len(found) == 1 else AMBIGUOUS if found else None

    def _entry(self, place: int, matched_by: MatchedBy) -> JournalEntry:
        return JournalEntry(_journal_decoder.decode(self._stored.journals[place]), matched_by)

    def _enrich(self, name: str | None, abbreviation: str | None, issn: str | None, eissn: str | None) -> Enriched:
        entry = self.find(name, abbreviation, issn, eissn)
        name = entry.journal.name if entry else self._apart(name or abbreviation, issn or eissn or abbreviation)
        return Enriched(key=journal_key(name) if name else None, name=name, entry=entry)

    def _apart(self, name: str | None, mark: str | None) -> str | None:
        """A name that no journal of the tables is kept under, for one that they don't know."""
        place = self._stored.titles.get(title_key(name or ""), AMBIGUOUS)
        if name is None or place == AMBIGUOUS:
            return name
        known = self._entry(place, MatchedBy.TITLE).journal.name
        return f"{name} ({mark})" if mark and journal_key(known) == journal_key(name) else name


def _outweighs_issn(way: _Way, abbreviation: str | None, journal: Journal) -> bool:
    """Whether a name counts although the record's ISSNs are others than the journal's.

    A journal that kept its name may have had ISSNs that no table lists, so its full title counts. A place or subtitle
    may be what tells two journals of one title apart; so does a place in an abbreviation, as in `J Dent (Shiraz)`,
    where the tables know the journal under another one.
    """
    if way is _Way.TITLE:
        return not (abbreviation and "(" in abbreviation and journal.abbreviation)
    return way is _Way.ABBREVIATION


def read_tables(paths: Sequence[str | Path]) -> JournalTables:
    """Read journal tables, each recognised by its headers; of no paths, tables that know no journal.

    A file is CSV or TSV in UTF-8 (with or without mark), UTF-16 with mark or GB18030. Rows and values that can't be
    read are counted in `JournalTables.reports`.

    Raises:
        JournalTableError: A file can't be read, or is no journal table that we know.
    """
    names = Names()
    tables = [_read(Path(path), names) for path in paths]
    linked = link([table.rows for table in tables])
    editions = {edition for table in tables for edition in table.report.editions}
    return JournalTables(
        _Stored(
            version=_VERSION,
            editions=tuple(newest_first(editions)),
            reports=tuple(
                msgspec.structs.replace(table.report, unlinked_rows=unlinked)
                for table, unlinked in zip(tables, linked.unlinked, strict=True)
            ),
            journals=[_encoder.encode(journal) for journal in linked.journals],
            issns=linked.issns,
            titles=linked.titles,
            short_titles=linked.short_titles,
            abbreviations=linked.abbreviations,
        )
    )


def _read(path: Path, names: Names) -> _Table:
    lines = _text(path).split("\n")
    layout, delimiter, first = _layout(path, lines)
    rows: list[Row] = []
    rows_read = unreadable_rows = unreadable_values = 0
    examples: list[TableProblem] = []
    for number, line in enumerate(lines[first:], first + 1):
        if not line.strip(delimiter + " \r"):
            continue
        rows_read += 1
        problems: list[str] = []
        try:
            row: Row | None = layout.read(_cells(line, delimiter), problems, names)
        except csv.Error as error:
            row, problems = None, [f"the row can't be read: {error}"]
        if row is not None and not (row.key or row.issn or row.eissn):
            row, problems = None, [f"the row names no journal: {line.strip()[:80]!r}"]
        if row is None:
            unreadable_rows += 1
        else:
            rows.append(row)
            unreadable_values += len(problems)
        room = EXAMPLES - len(examples)
        examples += [TableProblem(number, reason) for reason in problems[:room]]
    said = {metrics.edition for row in rows for metrics in row.metrics}
    report = TableReport(
        path=str(path),
        editions=tuple(newest_first(said)),
        rows=rows_read,
        unreadable_rows=unreadable_rows,
        unreadable_values=unreadable_values,
        examples=tuple(examples),
    )
    return _Table(rows, report)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(LIMIT_BYTES + 1)
    except OSError as error:
        raise JournalTableError(
            f"journal table {path} can't be read ({error.strerror or error}); name a CSV or TSV file"
        ) from error
    if len(data) > LIMIT_BYTES:
        raise JournalTableError(f"{path} is larger than {LIMIT_BYTES >> 20} MiB, so it is no journal table")
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise JournalTableError(f"{path} is a workbook or a zip; save the sheet as CSV in UTF-8 and name that file")
    encodings = ["utf-16"] if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        # The csv module of Python 3.10 takes no NUL.
        return text.replace("\0", " ").replace("\r\n", "\n").replace("\r", "\n")
    raise JournalTableError(f"{path} is neither in UTF-8 nor in UTF-16 or GB18030; save it as CSV in UTF-8")


def _cells(line: str, delimiter: str) -> list[str]:
    """The cells of one line, each line for itself: a stray quotation mark must not swallow the rows that follow.

    Raises:
        csv.Error: the line is longer than any that tables have.
    """
    if len(line) > _LONGEST_LINE:
        # Python's own limit is one for the whole process, and others raise it.
        raise csv.Error(f"it is longer than {_LONGEST_LINE} characters")
    return next(csv.reader((line,), delimiter=delimiter), [])


def _layout(path: Path, lines: Sequence[str]) -> tuple[Layout, str, int]:
    """The layout of a table, its delimiter, and in how many lines its header ends."""
    year = year_in(path.stem)
    head = [(number, line) for number, line in enumerate(lines[:_HEADER_WITHIN]) if line.strip()]
    for number, line in head:
        layouts = [
            (layout, delimiter)
            for delimiter in _DELIMITERS
            if delimiter in line and (layout := recognise(_header_cells(line, delimiter), year))
        ]
        if layouts:
            layout, delimiter = max(layouts, key=lambda found: found[0].width)
            return layout, delimiter, number + 1
    for delimiter in _DELIMITERS:
        sample = [_header_cells(line, delimiter) for line in lines[:200] if line.strip()]
        if layout := abbreviations_without_header(sample):
            return layout, delimiter, 0
    found = f"its first line is {head[0][1].strip()[:200]!r}" if head else "it is empty"
    raise JournalTableError(f"{path} is no journal table that we know: {found}. Known are, by their headers: {_KNOWN}")


def _header_cells(line: str, delimiter: str) -> list[str]:
    try:
        return _cells(line, delimiter)
    except csv.Error:
        return []
