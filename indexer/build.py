"""Sources into a published index, and changes to it.

Records are read once, noted by identity and spooled to an unnamed temporary file (in TMPDIR), which the system removes
even when the build is killed; then each identity's records are merged into one document and written. So memory grows
by about a hundred bytes a record, and later values win however far apart two records of one identity stand. Nothing is
published unless all went well.

`build` makes an index of nothing but the sources. `update` adds to the published one and replaces by identity, and
`delete` removes from it: both write a generation that shares what did not change with the one before.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from enum import Enum
from typing import IO

import msgspec

from indexer import __version__, analysis, schema
from indexer.engines import open_updater, open_writer
from indexer.errors import BuildError
from indexer.journals import Journal, JournalCollector, JournalTables, MatchCounts, read_tables, views
from indexer.record import Record, fold_doi, merge
from indexer.report import EXAMPLES, MergedIdentity, Report, SourceReport, Tally, Trouble, met
from indexer.schema import fold_value
from indexer.search.engine import Companions, Engine, IndexWriter, Manifest, Plan
from indexer.search.query import Value
from indexer.sources import Deleted, Noted, Options, Outcome, Skipped, read


class Stage(str, Enum):
    """What a build is doing."""

    READING = "reading"
    INDEXING = "indexing"
    WRITING = "writing"
    PUBLISHING = "publishing"


Progress = Callable[[Stage, int, "int | None"], None]
"""Called with the stage, how many records it has done, and of how many (None while that is not known)."""


@dataclass(frozen=True)
class BuildOptions:
    """How an operator wants an index to be built."""

    reading: Options = field(default_factory=Options)
    journals: Sequence[str] = ()
    """Files of journal tables. An update uses those of the build."""
    strict: bool = False
    """A skipped record is a failure, and nothing is published."""
    progress: Progress = lambda _stage, _done, _total: None


def build(sources: Sequence[str], index: str, options: BuildOptions | None = None) -> Report:
    """Index the sources into a new generation at `index` and publish it.

    Raises:
        SourceError: a source can't be read at all.
        JournalTableError: a file given as one is no journal table.
        BuildError: there is nothing to index, a record was skipped under `strict`, another build is running, or the
            generation does not verify. In each case what was published before still serves.
    """
    options = options or BuildOptions()
    outcomes = _opened(sources, index, options)
    tables = read_tables(options.journals)
    writer = open_writer(index, _editions(tables))
    with _written(writer, index):
        return _write("build", outcomes, writer, None, tables, options)


def update(sources: Sequence[str], index: str, options: BuildOptions | None = None) -> Report:
    """Add the sources' records to the published index, in place of those of the same identity or PMID.

    What a source takes back is removed. The cost is in proportion to the sources, not to the index.

    Raises:
        SourceError, BuildError: as `build`.
        IndexMissingError, IndexMismatchError, IndexDamagedError: there is no index that could be changed.
    """
    options = options or BuildOptions()
    outcomes = _opened(sources, index, options)
    engine, writer = open_updater(index)
    with _written(writer, index):
        return _write("update", outcomes, writer, engine, JournalTables.load(engine.tables()), options)


def delete(names: Sequence[str], index: str) -> tuple[Report, tuple[str, ...]]:
    """Remove documents from the published index; gives the report and the names that no document has.

    A name is an identity as the index spells it, or a DOI, PMID or PMCID.

    Raises:
        BuildError: no document has any of the names, another build is running, or the generation does not verify.
        IndexMissingError, IndexMismatchError, IndexDamagedError: there is no index that could be changed.
    """
    started = time.perf_counter()
    engine, writer = open_updater(index)
    with _written(writer, index):
        named = {name: _named(engine, name) for name in names}
        unknown = tuple(name for name, found in named.items() if not found)
        deleted = sum(writer.delete(record_id) for found in named.values() for record_id in found)
        if not deleted:
            raise BuildError(f"no document is named {', '.join(unknown)}; the index is as it was")
        report = _report("delete", writer, started)
        report.deleted = deleted
        _publish(writer, report, engine.journals(), JournalTables.load(engine.tables()))
    return report, unknown


@contextmanager
def _written(writer: IndexWriter, index: str) -> Iterator[None]:
    """Close a writer whatever happens, and say what the disk says."""
    try:
        yield
    except OSError as error:
        # What can't be read of a source is a skipped record by now.
        raise BuildError(
            f"can't write the new index to {index} or its records to {tempfile.gettempdir()}: "
            f"{error.strerror or error}; make room, or set TMPDIR; the index is as it was"
        ) from error
    finally:
        writer.close()


def _opened(sources: Sequence[str], index: str, options: BuildOptions) -> list[tuple[str, Iterator[Outcome]]]:
    """The sources, opened: one that is missing fails here, before any work."""
    reading = replace(options.reading, leave_out=index)
    return [(source, read(source, reading)) for source in sources]


def _write(
    kind: str,
    outcomes: Sequence[tuple[str, Iterator[Outcome]]],
    writer: IndexWriter,
    engine: Engine | None,
    tables: JournalTables,
    options: BuildOptions,
) -> Report:
    started = time.perf_counter()
    with tempfile.TemporaryFile(prefix="medsearch-") as file:
        spool = _Spool(file)
        reports = [_spool_source(source, found, spool, options) for source, found in outcomes]
        _check_readings(reports, spool)
        removed = sum(_delete_pmid(engine, writer, pmid) for pmid in spool.taken_back) if engine else 0
        journals = JournalCollector(engine.journals() if engine else ())
        editions = _editions(tables)
        counts = MatchCounts()
        tally = Tally()
        replaced = 0
        for record in spool.merged():
            if engine is not None:
                replaced += _replace(engine, writer, record)
            enriched = tables.metrics_of(record)
            counts.take(record, enriched)
            journal = enriched.entry.journal if enriched.entry else None
            names = tuple(name for name in (record.journal, record.journal_abbreviation) if name)
            kept = msgspec.structs.replace(journals.take(record, journal), journal=enriched.name)
            writer.add(schema.index_document(kept, views(kept, journal, editions), names))
            tally.take(record)
            options.progress(Stage.INDEXING, tally.documents, spool.identities)
        options.progress(Stage.WRITING, tally.documents, None)
        report = _report(kind, writer, started, reports, tally)
        report.read, report.merged_examples = spool.records, spool.merged_examples()
        report.replaced, report.deleted = replaced, removed
        report.tables = list(tables.reports)
        report.journals = counts.matching() if len(tables) else None
    if kind == "build" and not report.documents:
        raise BuildError(
            "the sources take back all that they hold, so nothing is left to index; the index is as it was"
        )
    options.progress(Stage.PUBLISHING, report.documents, None)
    _publish(writer, report, journals.journals(), tables)
    return report


def _check_readings(reports: Sequence[SourceReport], spool: _Spool) -> None:
    """Fail where nothing came of the sources."""
    skipped = sum(report.skipped for report in reports)
    if not spool.records and not spool.taken_back:
        named = ", ".join(report.source for report in reports)
        first = f": {skipped} skipped, the first because {_first_reason(reports)}" if skipped else ""
        raise BuildError(f"no record could be read from {named}{first}; the index is as it was")


def _report(
    kind: str, writer: IndexWriter, started: float, sources: Sequence[SourceReport] = (), tally: Tally | None = None
) -> Report:
    """Finish the writer, and say what was done."""
    documents = writer.finish()
    tally = tally or Tally()
    return Report(
        kind=kind,
        generation=writer.generation,
        built_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        documents=documents,
        sources=list(sources),
        indexed=tally.documents,
        merged=sum(source.merged for source in sources),
        skipped=sum(source.skipped for source in sources),
        filled=tally.filled(),
        languages=tally.languages(),
        odd_years=tally.odd_years(),
        seconds=time.perf_counter() - started,
    )


def _editions(tables: JournalTables) -> schema.Editions:
    """The names of the editions that the tables hold, newest first, by family."""
    return {
        family: tuple(edition.name for edition in tables.editions() if edition.family == family)
        for family in schema.FAMILIES
        if any(edition.family == family for edition in tables.editions())
    }


def _publish(writer: IndexWriter, report: Report, journals: Iterable[Journal], tables: JournalTables) -> None:
    manifest = Manifest(
        generation=report.generation,
        built_at=report.built_at,
        documents=report.documents,
        schema=schema.fingerprint(),
        analysis=analysis.fingerprint(),
        version=__version__,
        editions=dict(_editions(tables)),
    )
    writer.publish(manifest, Companions(tuple(journals), tables.dump(), msgspec.json.encode(report)))


def _spool_source(source: str, outcomes: Iterator[Outcome], spool: _Spool, options: BuildOptions) -> SourceReport:
    report = SourceReport(source=source)
    skipped: dict[str, Trouble] = {}
    noted: dict[str, Trouble] = {}
    for outcome in outcomes:
        position = str(outcome.position)
        if isinstance(outcome, Skipped):
            if options.strict:
                raise BuildError(f"{position}: {outcome.reason} Nothing was published, since --strict was asked for.")
            report.skipped += 1
            _meet(skipped, outcome.reason, position)
        elif isinstance(outcome, Noted):
            _meet(noted, outcome.what, position)
        elif isinstance(outcome, Deleted):
            report.deleted += 1
            spool.take_back(outcome.pmid)
        else:
            report.read += 1
            report.merged += spool.add(outcome.record, position)
            options.progress(Stage.READING, spool.records, None)
    report.reasons = sorted(skipped.values(), key=lambda trouble: -trouble.count)
    report.noted = sorted(noted.values(), key=lambda trouble: -trouble.count)
    return report


def _meet(troubles: dict[str, Trouble], said: str, position: str) -> None:
    # What is particular to one record (numbers, quoted text) does not make another kind of trouble.
    kind = re.sub(r"'[^']*'|\"[^\"]*\"|\([^)]*\)|\d+", "", said)[:200]
    trouble = troubles.setdefault(kind, Trouble(said))
    met(trouble, position, "" if said == trouble.what else said)


def _first_reason(reports: Sequence[SourceReport]) -> str:
    first = next(reason for report in reports for reason in report.reasons)
    return f"{first.examples[0].position}: {first.what}"


def _ids(engine: Engine, name: str, value: str) -> list[str]:
    """The identities of the documents that have a value."""
    query = Value(name, fold_value(value))
    hits = engine.search(Plan(query, limit=engine.count(query))).hits
    return [hit.record.id for hit in hits]


def _delete_pmid(engine: Engine, writer: IndexWriter, pmid: str) -> int:
    return sum(writer.delete(record_id) for record_id in _ids(engine, "pmid", pmid))


def _replace(engine: Engine, writer: IndexWriter, record: Record) -> int:
    """Remove what a record takes the place of; gives the number of documents.

    Besides the one of its identity it is the one of its PMID: PubMed revises records, and a DOI that it adds makes
    another identity.
    """
    return writer.delete(record.id) + (_delete_pmid(engine, writer, record.pmid) if record.pmid else 0)


def _named(engine: Engine, name: str) -> list[str]:
    """The identities that a name may mean."""
    name = name.strip()
    if engine.record(name) is not None:
        return [name]
    if doi := fold_doi(name):
        return _ids(engine, "doi", doi)
    return _ids(engine, "pmid", re.sub(r"(?i)^pmid:\s*", "", name)) or _ids(engine, "pmcid", name)


class _Spool:
    """Records on disk in the order in which they were read, and which of them are one document."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(Record)
        self._first: dict[bytes, int] = {}
        self._repeats: dict[int, list[int]] = {}
        self._later: set[int] = set()
        self._named: dict[int, MergedIdentity] = {}
        self._offset = 0
        self.taken_back: dict[str, int] = {}
        """PMIDs that a source takes back, and how far the spool had come: what was read before is void."""
        self.records = 0

    @property
    def identities(self) -> int:
        """How many documents the records will be, at most."""
        return len(self._first)

    def add(self, record: Record, position: str) -> bool:
        """Append a record; True where it has the identity of one before."""
        encoded = self._encoder.encode(record)
        digest = hashlib.blake2b(record.id.encode(), digest_size=16).digest()
        first = self._first.setdefault(digest, self._offset)
        repeated = first != self._offset
        if repeated:
            self._repeats.setdefault(first, []).append(self._offset)
            self._later.add(self._offset)
            if first in self._named or len(self._named) < EXAMPLES:
                self._named.setdefault(first, MergedIdentity(record.id, [])).positions.append(position)
        self._file.write(len(encoded).to_bytes(4, "big") + encoded)
        self._offset += 4 + len(encoded)
        self.records += 1
        return repeated

    def take_back(self, pmid: str) -> None:
        """Void the records of a PMID that were read so far."""
        self.taken_back[pmid] = self._offset

    def merged(self) -> Iterator[Record]:
        """One record for each identity, in the order in which they were first read, without those taken back."""
        offset = 0
        while offset < self._offset:
            record, following = self._at(offset)
            if offset not in self._later:
                parts = [(offset, record)]
                parts += [(repeat, self._at(repeat)[0]) for repeat in self._repeats.get(offset, ())]
                valid = [part for at, part in parts if at >= self.taken_back.get(part.pmid or "", 0)]
                if valid:
                    whole = valid[0]
                    for later in valid[1:]:
                        whole = merge(whole, later)
                    yield whole
            offset = following

    def merged_examples(self) -> list[MergedIdentity]:
        """The first identities that several records had, with the positions of all but the first."""
        return list(self._named.values())

    def _at(self, offset: int) -> tuple[Record, int]:
        self._file.seek(offset)
        length = int.from_bytes(self._file.read(4), "big")
        return self._decoder.decode(self._file.read(length)), offset + 4 + length
