"""Sources into a published index, and changes to it.

Records are read once and kept on a `spool`; what becomes one document is merged, prepared (`preparing`: analysed,
enriched, counted) in batches that `workers` spread over the cores, and written in the order in which it was read.
Nothing is published unless all went well.

`build` makes an index of nothing but the sources. `update` adds to the published one and replaces by identity, and
`delete` removes from it: both write a generation that shares what did not change with the one before.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from enum import Enum
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

import msgspec

from indexer import __version__, analysis, schema
from indexer.engines import open_updater, open_writer
from indexer.errors import BuildError
from indexer.journals import Journal, JournalCollector, JournalTables, MatchCounts, read_tables
from indexer.preparing import Batch, Named, Prepared, Preparer
from indexer.record import Record, fold_doi
from indexer.report import Report, SourceReport, Tally, Trouble, met
from indexer.schema import fold_value
from indexer.search.engine import Companions, Engine, IndexWriter, Manifest, Plan
from indexer.search.query import Identity, Or, Query, Value
from indexer.sources import Deleted, Noted, Options, Outcome, Skipped, read
from indexer.spool import Spool
from indexer.terms.learned import Learner
from indexer.terms.lexicon import CONCEPTS_AT_ONCE, LexiconWriter, counted
from indexer.terms.ours import ours
from indexer.terms.tables import TermTableReport, read_terms
from indexer.workers import Workers

BATCH = 2_000
"""Documents that are prepared and written at once."""
_WORTH_WORKERS = 4_000
"""Documents for which it pays to begin other processes: they take as long to begin as it takes to prepare so many."""
_ASKED_AT_ONCE = 1_000
"""Names of published records that are looked up at once."""
_SPOOLED_AT_ONCE = 1 << 20
"""Bytes of records that are written to the disk at once."""
_READ_ALONE = 40
"""Blocks of a source that are read in this process, until it shows that it is worth others: some 2,000 records."""

_Item = TypeVar("_Item")


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
    terms: Sequence[str] = ()
    """Files of concepts in two languages, beside ours. An update uses those of the build."""
    strict: bool = False
    """A skipped record is a failure, and nothing is published."""
    progress: Progress = lambda _stage, _done, _total: None


def build(sources: Sequence[str], index: str, options: BuildOptions | None = None) -> Report:
    """Index the sources into a new generation at `index` and publish it.

    Raises:
        SourceError: a source can't be read at all.
        JournalTableError: a file given as one is no journal table.
        TermTableError: a file given as one is no table of terms.
        BuildError: there is nothing to index, a record was skipped under `strict`, another build is running, or the
            generation does not verify. In each case what was published before still serves.
    """
    options = options or BuildOptions()
    with Workers() as workers:
        outcomes = _opened(sources, index, options, workers)
        tables = read_tables(options.journals)
        terms = [read_terms(path) for path in options.terms]
        writer = open_writer(index, _editions(tables))
        with _written(writer, index), closing(_Target(writer)) as target:
            for table in terms:
                target.lexicon.add_concepts(table)
            return _write("build", outcomes, target, tables, options, workers, [table.report for table in terms])


def update(sources: Sequence[str], index: str, options: BuildOptions | None = None) -> Report:
    """Add the sources' records to the published index, in place of those of the same identity or PMID.

    What a source takes back is removed. The cost is in proportion to the sources, not to the index.

    Raises:
        SourceError, BuildError: as `build`.
        IndexMissingError, IndexMismatchError, IndexDamagedError: there is no index that could be changed.
    """
    options = options or BuildOptions()
    with Workers() as workers:
        outcomes = _opened(sources, index, options, workers)
        engine, writer = open_updater(index)
        with _written(writer, index), closing(_Target(writer, engine)) as target:
            return _write("update", outcomes, target, JournalTables.load(engine.tables()), options, workers)


def delete(names: Sequence[str], index: str) -> tuple[Report, tuple[str, ...]]:
    """Remove documents from the published index; gives the report and the names that no document has.

    A name is an identity as the index spells it, or a DOI, PMID or PMCID.

    Raises:
        BuildError: no document has any of the names, another build is running, or the generation does not verify.
        IndexMissingError, IndexMismatchError, IndexDamagedError: there is no index that could be changed.
    """
    started = time.perf_counter()
    engine, writer = open_updater(index)
    with _written(writer, index), closing(_Target(writer, engine)) as target:
        named = {name: _named(engine, name) for name in names}
        unknown = tuple(name for name, found in named.items() if not found)
        deleted = target.remove(record for found in named.values() for record in found)
        if not deleted:
            raise BuildError(f"no document is named {', '.join(unknown)}; the index is as it was")
        documents, _ = target.finish()
        report = _report("delete", writer, documents, started)
        report.deleted = deleted
        _publish(target, report, engine.journals(), JournalTables.load(engine.tables()))
    return report, unknown


_our_terms: dict[str, bytes] = {}
"""By the fingerprint of analysis, a lexicon of our own terms: it takes seconds to make, and is the same for every build
of a process."""


def _begun_lexicon(path: Path, engine: Engine | None) -> LexiconWriter:
    """A lexicon that begins with that of the published generation, or with our own terms."""
    if engine is not None:
        return LexiconWriter(path, engine.terms().path)
    key = analysis.fingerprint()
    first = path.with_suffix(".first")
    if key not in _our_terms:
        with closing(LexiconWriter(first)) as writer:
            writer.add_concepts(ours())
            writer.finish()
        _our_terms[key] = first.read_bytes()
    first.write_bytes(_our_terms[key])
    begun = LexiconWriter(path, first)
    first.unlink()
    return begun


_LEARNED_AHEAD = 6
"""Batches of learned concepts that may wait for the lexicon, which places what was counted before: some 120 MB."""

_INTERRUPT_SECONDS = 0.05
"""How often the lexicon is told to stop until it does."""


class _Target:
    """What is written: the documents, and the lexicon beside them.

    What a collection teaches of its words is learned when it is built; an update keeps that as it was.
    """

    def __init__(self, writer: IndexWriter, engine: Engine | None = None) -> None:
        self.writer = writer
        self.engine = engine
        """The published generation, of an update."""
        self.learner = Learner()
        self._path = writer.workspace / "lexicon.new"
        # Our own terms take seconds, in which the sources can be read.
        self._beside = ThreadPoolExecutor(1)
        self._doing: list[Future[None]] = []
        """What is done beside with the lexicon."""
        self._begun = self._beside.submit(_begun_lexicon, self._path, engine)

    @property
    def lexicon(self) -> LexiconWriter:
        """Where the terms go."""
        return self._begun.result()

    def put(self, prepared: Prepared) -> int:
        """Write documents, in place of published ones; gives how many these were."""
        replaced = self._replace(prepared.documents) if self.engine else 0
        self.writer.add(prepared.packed)
        self.lexicon.take(prepared.counts)
        if prepared.lessons:
            self.learner.take_lessons(prepared.lessons)
        return replaced

    def remove(self, records: Iterable[Record]) -> int:
        """Remove published records; gives how many there were."""
        removed = 0
        for some in _batches((record for record in records if self.writer.delete(record.id)), BATCH):
            self.lexicon.take_away(counted(some))
            removed += len(some)
        return removed

    def _replace(self, documents: Sequence[Named]) -> int:
        """Remove what documents take the place of; gives the number of documents.

        Besides the one of its identity it is the one of its PMID: PubMed revises records, and a DOI that it adds makes
        another identity.
        """
        if self.engine is None:
            return 0
        known: list[Query] = [Identity(named.id) for named in documents]
        known += [_has("pmid", named.pmid) for named in documents if named.pmid]
        return self.remove(_found(self.engine, known))

    def finish(self) -> tuple[int, dict[str, int]]:
        """Write what was put: how many documents there are, and how many concepts were learned, by their source."""
        # SQLite leaves the other cores to what is done meanwhile, and so do the loops that merge.
        waiting = deque([self._begin(self.lexicon.place_items)])
        learned: Counter[str] = Counter()
        for concepts in _batches(self.learner.concepts(), CONCEPTS_AT_ONCE):
            learned.update(concept.source for concept in concepts)
            if len(waiting) > _LEARNED_AHEAD:
                waiting.popleft().result()
            waiting.append(self._begin(self.lexicon.add_learned, self.lexicon.analyse(concepts)))
        finished = self._begin(self._finish_lexicon, tuple(waiting))
        documents = self.writer.finish()
        finished.result()
        return documents, dict(learned)

    def _finish_lexicon(self, before: Iterable[Future[None]]) -> None:
        """Finish the lexicon if all went well that was begun before."""
        for begun in before:
            begun.result()
        self.lexicon.finish()

    def _begin(self, function: Callable[..., None], *given: object) -> Future[None]:
        """Do something with the lexicon beside, after what was begun before."""
        begun = self._beside.submit(function, *given)
        self._doing.append(begun)
        return begun

    def publish(self, manifest: Manifest, companions: Callable[[Path], Companions]) -> None:
        """Publish what is finished."""
        self.writer.publish(manifest, companions(self._path))

    def close(self) -> None:
        """Close the lexicon, whole or not."""
        if self._begun.exception() is None:
            # Again and again, since SQLite forgets it between two statements.
            while wait(self._doing, _INTERRUPT_SECONDS).not_done:
                self.lexicon.interrupt()
        self._beside.shutdown()
        if self._begun.exception() is None:
            self.lexicon.close()


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


def _opened(
    sources: Sequence[str], index: str, options: BuildOptions, workers: Workers
) -> list[tuple[str, Iterator[Outcome]]]:
    """The sources, opened: one that is missing fails here, before any work."""
    reading = replace(options.reading, leave_out=index, each=partial(workers.map, alone=_READ_ALONE))
    return [(source, read(source, reading)) for source in sources]


def _write(
    kind: str,
    outcomes: Sequence[tuple[str, Iterator[Outcome]]],
    target: _Target,
    tables: JournalTables,
    options: BuildOptions,
    workers: Workers,
    terms: Sequence[TermTableReport] = (),
) -> Report:
    started = time.perf_counter()
    engine = target.engine
    with tempfile.TemporaryFile(prefix="medsearch-", buffering=_SPOOLED_AT_ONCE) as file:
        spool = Spool(file)
        reports = [_spool_source(source, found, spool, options) for source, found in outcomes]
        _check_readings(reports, spool)
        taken_back = [_has("pmid", pmid) for pmid in spool.taken_back]
        removed = target.remove(_found(engine, taken_back)) if engine else 0
        journals = JournalCollector(engine.journals() if engine else ())
        counts = MatchCounts()
        tally = Tally()
        replaced = 0
        preparer = partial(Preparer, target.writer.packer(), _editions(tables), tables.dump(), learns=engine is None)
        alone = 0 if spool.identities >= _WORTH_WORKERS else None
        batches = (Batch(some, target.learner.takes_titles) for some in _batches(spool.documents(), BATCH))
        for prepared in workers.map(preparer, batches, alone):
            replaced += target.put(prepared)
            journals.add(prepared.journals)
            counts.add(prepared.matches)
            tally.add(prepared.tally)
            options.progress(Stage.INDEXING, tally.documents, spool.identities)
    options.progress(Stage.WRITING, tally.documents, None)
    # Merging and learning need memory of their own, so what the workers remember of texts goes first.
    workers.end()
    documents, learned = target.finish()
    refused = _refused(target.writer.refused, options)
    reports += [refused] if refused.skipped else []
    report = _report(kind, target.writer, documents, started, reports, tally)
    report.indexed -= refused.skipped
    report.read, report.merged_examples = spool.records, spool.merged_examples()
    report.replaced, report.deleted = replaced, removed
    report.tables = list(tables.reports)
    report.terms, report.learned = list(terms), learned
    report.journals = counts.matching() if len(tables) else None
    if kind == "build" and not report.documents:
        raise BuildError(
            "the sources take back all that they hold, so nothing is left to index; the index is as it was"
        )
    options.progress(Stage.PUBLISHING, report.documents, None)
    _publish(target, report, journals.journals(), tables)
    return report


def _batches(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def _check_readings(reports: Sequence[SourceReport], spool: Spool) -> None:
    """Fail where nothing came of the sources."""
    skipped = sum(report.skipped for report in reports)
    if not spool.records and not spool.taken_back:
        named = ", ".join(report.source for report in reports)
        first = f": {skipped} skipped, the first because {_first_reason(reports)}" if skipped else ""
        raise BuildError(f"no record could be read from {named}{first}; the index is as it was")


def _report(
    kind: str,
    writer: IndexWriter,
    documents: int,
    started: float,
    sources: Sequence[SourceReport] = (),
    tally: Tally | None = None,
) -> Report:
    """What was done."""
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


def _publish(target: _Target, report: Report, journals: Iterable[Journal], tables: JournalTables) -> None:
    manifest = Manifest(
        generation=report.generation,
        built_at=report.built_at,
        documents=report.documents,
        schema=schema.fingerprint(),
        analysis=analysis.fingerprint(),
        version=__version__,
        editions=dict(_editions(tables)),
    )
    target.publish(
        manifest,
        lambda lexicon: Companions(tuple(journals), tables.dump(), msgspec.json.encode(report), lexicon),
    )


def _spool_source(source: str, outcomes: Iterator[Outcome], spool: Spool, options: BuildOptions) -> SourceReport:
    report = SourceReport(source=source)
    skipped: dict[str, Trouble] = {}
    noted: dict[str, Trouble] = {}
    for outcome in outcomes:
        if isinstance(outcome, Skipped):
            position = str(outcome.position)
            if options.strict:
                raise BuildError(f"{position}: {outcome.reason} Nothing was published, since --strict was asked for.")
            report.skipped += 1
            _meet(skipped, outcome.reason, position)
        elif isinstance(outcome, Noted):
            _meet(noted, outcome.what, str(outcome.position))
        elif isinstance(outcome, Deleted):
            report.deleted += 1
            spool.take_back(outcome.pmid)
        else:
            report.read += 1
            report.merged += spool.add(outcome.encoded, outcome.position)
            options.progress(Stage.READING, spool.records, None)
    report.reasons = sorted(skipped.values(), key=lambda trouble: -trouble.count)
    report.noted = sorted(noted.values(), key=lambda trouble: -trouble.count)
    return report


def _refused(found: Mapping[str, str], options: BuildOptions) -> SourceReport:
    """What the index did not take of what was read."""
    report = SourceReport(source="refused by the index", skipped=len(found))
    troubles: dict[str, Trouble] = {}
    for record_id, reason in found.items():
        if options.strict:
            raise BuildError(f"{record_id}: {reason} Nothing was published, since --strict was asked for.")
        _meet(troubles, reason, record_id)
    report.reasons = sorted(troubles.values(), key=lambda trouble: -trouble.count)
    return report


def _meet(troubles: dict[str, Trouble], said: str, position: str) -> None:
    # What is particular to one record (numbers, quoted text) does not make another kind of trouble.
    kind = re.sub(r"'[^']*'|\"[^\"]*\"|\([^)]*\)|\d+", "", said)[:200]
    trouble = troubles.setdefault(kind, Trouble(said))
    met(trouble, position, "" if said == trouble.what else said)


def _first_reason(reports: Sequence[SourceReport]) -> str:
    first = next(reason for report in reports for reason in report.reasons)
    return f"{first.examples[0].position}: {first.what}"


def _has(name: str, value: str) -> Query:
    """Documents that have a value."""
    return Value(name, fold_value(value))


def _found(engine: Engine, queries: Sequence[Query]) -> Iterator[Record]:
    """The published records that any of some queries finds, asked for by many at a time."""
    for some in _batches(queries, _ASKED_AT_ONCE):
        yield from engine.records_of(Plan(Or(tuple(some))))


def _named(engine: Engine, name: str) -> list[Record]:
    """The published records that a name may mean."""
    name = name.strip()
    if record := engine.record(name):
        return [record]
    if doi := fold_doi(name):
        return list(_found(engine, [_has("doi", doi)]))
    pmid = re.sub(r"(?i)^pmid:\s*", "", name)
    return list(_found(engine, [_has("pmid", pmid)])) or list(_found(engine, [_has("pmcid", name)]))
