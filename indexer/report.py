"""The report of a build or update: what was read, what came of it, and what an operator should look at.

It is kept beside the index as JSON, and shown as text when a build ends and by `medsearch stats`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timezone

import msgspec

from indexer.errors import IndexDamagedError
from indexer.journals import Matching, TableReport
from indexer.record import Record
from indexer.terms.tables import TermTableReport

EXAMPLES = 5
"""Of each kind of trouble that the report names one by one, for each source."""
EARLIEST_YEAR = 1780
"""Medical journals are not older; what is dated before was misread or mistyped."""

_STORED_APART = {"id", "journal_description"}


class Example(msgspec.Struct, frozen=True):
    """Where something was met, and what."""

    position: str
    detail: str


class Trouble(msgspec.Struct):
    """What was met in a source, how often, and where at first."""

    what: str
    count: int = 0
    examples: list[Example] = []


class SourceReport(msgspec.Struct, kw_only=True):
    """What came of one source."""

    source: str
    read: int = 0
    merged: int = 0
    """Records that were merged into one read before, in this source or another."""
    deleted: int = 0
    """Articles that it takes back."""
    skipped: int = 0
    reasons: list[Trouble] = []
    """Why records were skipped, most frequent first."""
    noted: list[Trouble] = []
    """What was odd in records that were read all the same."""


class MergedIdentity(msgspec.Struct, frozen=True):
    """Several records that became one document."""

    id: str
    positions: list[str]
    """Of all but the first."""


class Filled(msgspec.Struct, frozen=True):
    """How many documents have a field."""

    field: str
    count: int


class Report(msgspec.Struct, kw_only=True):
    """What a build or update did. `read` = `indexed` + `merged` + what a source took back again."""

    kind: str
    """`build`, `update` or `delete`."""
    generation: str
    built_at: str
    """ISO 8601, UTC."""
    documents: int
    """In the index afterwards."""
    sources: list[SourceReport]
    read: int = 0
    indexed: int
    """Documents written; of an update, those that are new and those that were replaced."""
    replaced: int = 0
    merged: int
    merged_examples: list[MergedIdentity] = []
    deleted: int = 0
    """Documents removed from the index before."""
    skipped: int
    filled: list[Filled]
    """Of the documents written, most frequent first."""
    languages: list[Filled]
    """How many of the documents written have a title or abstract in `en`, `zh`, both."""
    odd_years: Trouble
    tables: list[TableReport] = []
    """What came of each file of journal tables."""
    terms: list[TermTableReport] = []
    """What came of each file of terms."""
    learned: dict[str, int] = {}
    """How many concepts the documents themselves taught, by the way in which they did."""
    journals: Matching | None = None
    """How the journals of the documents written were found in the tables; None where none was loaded."""
    seconds: float
    """From the first record read until all were written."""


class Tally:
    """Counts what the report says of the documents that are written."""

    def __init__(self) -> None:
        self.documents = 0
        self._patterns: Counter[tuple[bool, ...]] = Counter()
        """By whether a document has each of the fields: few combinations are all that there are."""
        self._languages: Counter[str] = Counter()
        """Of those in both languages, and of the others."""
        self._odd_years = Trouble("impossible years")
        self._latest_year = datetime.now(timezone.utc).year + 1

    def take(self, record: Record) -> None:
        """Count a document."""
        self.documents += 1
        self._patterns[tuple([value is not None and value != () for value in msgspec.structs.astuple(record)])] += 1
        english, chinese = record.title_en or record.abstract_en, record.title_zh or record.abstract_zh
        if english or chinese:
            self._languages["both" if english and chinese else "en" if english else "zh"] += 1
        if record.year is not None and not EARLIEST_YEAR <= record.year <= self._latest_year:
            met(self._odd_years, record.id, str(record.year))

    def add(self, later: Tally) -> None:
        """Count what another one has counted."""
        self.documents += later.documents
        self._patterns.update(later._patterns)
        self._languages.update(later._languages)
        for example in later._odd_years.examples:
            met(self._odd_years, example.position, example.detail)
        self._odd_years.count += later._odd_years.count - len(later._odd_years.examples)

    def filled(self) -> list[Filled]:
        """How many documents have each field."""
        filled: Counter[str] = Counter()
        for pattern, count in self._patterns.items():
            for name, has in zip(Record.__struct_fields__, pattern, strict=True):
                if has and name not in _STORED_APART:
                    filled[name] += count
        return [Filled(name, count) for name, count in filled.most_common()]

    def languages(self) -> list[Filled]:
        """How many documents have a text in each language, and in both."""
        both = self._languages["both"]
        counts = {"both": both, "en": self._languages["en"] + both, "zh": self._languages["zh"] + both}
        return [Filled(name, count) for name, count in counts.items() if count]

    def odd_years(self) -> Trouble:
        """Documents dated before medical journals began or after next year."""
        return self._odd_years


def met(trouble: Trouble, position: str, detail: str) -> None:
    """Count a trouble, and keep the first examples of it."""
    trouble.count += 1
    if len(trouble.examples) < EXAMPLES:
        trouble.examples = [*trouble.examples, Example(position, detail)]


def read_report(data: bytes) -> Report:
    """The report that is kept beside an index.

    Raises:
        IndexDamagedError: it is no report.
    """
    try:
        return msgspec.json.decode(data, type=Report)
    except msgspec.DecodeError as error:
        raise IndexDamagedError(f"the report beside the index can't be read ({error}); rebuild the index") from error


def counted(count: int, noun: str) -> str:
    """A number of things: `1 document`, `2 documents`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def report_lines(report: Report) -> Iterator[str]:
    """The report as text."""
    if report.sources:
        rate = report.read / report.seconds if report.seconds else 0.0
        yield (
            f"read {report.read}, indexed {report.indexed}, merged {report.merged}, skipped {report.skipped} "
            f"in {report.seconds:.1f} s ({rate:.0f} records/s)"
        )
    if report.kind != "build":
        held = counted(report.documents, "document")
        yield f"replaced {report.replaced}, deleted {report.deleted}; the index holds {held}"
    for source in report.sources:
        yield from _source_lines(source)
    for merged in report.merged_examples:
        yield f"  merged into {merged.id}: {', '.join(merged.positions)}"
    if report.merged > sum(len(merged.positions) for merged in report.merged_examples):
        yield f"  {report.merged} merged in all"
    if report.languages:
        yield "languages: " + ", ".join(f"{one.field} {one.count}" for one in report.languages)
    if report.filled:
        total = max(report.indexed, 1)
        yield "filled: " + ", ".join(f"{one.field} {100 * one.count / total:.0f}%" for one in report.filled)
    yield from _trouble_lines(report.odd_years, "")
    for table in report.tables:
        yield from _table_lines(table)
    if report.journals:
        yield from _matching_lines(report.journals)
    for terms in report.terms:
        yield from _terms_lines(terms)
    if report.learned:
        yield "learned from the documents: " + ", ".join(f"{name} {count}" for name, count in report.learned.items())


def _table_lines(table: TableReport) -> Iterator[str]:
    editions = ", ".join(edition.name for edition in table.editions) or "abbreviations"
    unlinked = f"{counted(table.unlinked_rows, 'row')} left out that could mean two journals, having no ISSN"
    left_out = (
        (f"{table.unreadable_rows} unreadable", table.unreadable_rows),
        (unlinked, table.unlinked_rows),
        (f"{counted(table.unreadable_values, 'value')} unreadable", table.unreadable_values),
    )
    said = "".join(f", {what}" for what, count in left_out if count)
    yield f"journal table {table.path}: {editions}, {counted(table.rows, 'row')}{said}"
    yield from (f"  {table.path}:{problem.line}: {problem.reason}" for problem in table.examples)


def _terms_lines(table: TermTableReport) -> Iterator[str]:
    yield (
        f"terms {table.path}: {table.source}, {counted(table.concepts, 'concept')}, {table.left_out} left out, "
        f"{table.skipped} skipped"
    )
    yield from (f"  {table.path}:{example.line}: {example.reason}" for example in table.examples)


def _matching_lines(matching: Matching) -> Iterator[str]:
    yield (
        f"journals found by ISSN for {counted(matching.by_issn, 'document')}, "
        f"by abbreviation for {matching.by_abbreviation}, by title for {matching.by_title}; "
        f"{matching.without_journal} name no journal"
    )
    if matching.doubtful:
        yield "doubtful, since the record's ISSN is another journal's or none that the table has for that title:"
        yield from (f"  {one.records}  {one.name}" for one in matching.doubtful[:EXAMPLES])
    if matching.unmatched:
        journals = counted(len(matching.unmatched_journals), "journal")
        are = "is" if len(matching.unmatched_journals) == 1 else "are"
        yield f"{journals} of {counted(matching.unmatched, 'document')} {are} in no table:"
        yield from (f"  {one.records}  {one.name}" for one in matching.unmatched_journals[: 2 * EXAMPLES])


def _source_lines(source: SourceReport) -> Iterator[str]:
    taken_back = f", took back {source.deleted}" if source.deleted else ""
    yield f"  {source.source}: read {source.read}, merged {source.merged}, skipped {source.skipped}{taken_back}"
    for reason in source.reasons:
        yield from _trouble_lines(reason, "    skipped: ")
    for noted in source.noted:
        yield from _trouble_lines(noted, "    noted: ")


def _trouble_lines(trouble: Trouble, before: str) -> Iterator[str]:
    if trouble.count:
        yield f"{before}{trouble.what} ({trouble.count})"
        indent = " " * (len(before) - len(before.lstrip()) + 2)
        for example in trouble.examples:
            said = f"{example.position}: {example.detail}" if example.detail else example.position
            yield f"{indent}{said}"
