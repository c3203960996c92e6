"""Sources into a published index.

Records are read once, noted by identity and spooled to an unnamed temporary file (in TMPDIR), which the system removes
even when the build is killed; then each identity's records are merged into one document and written. So memory grows
by about a hundred bytes a record, and later values win however far apart two records of one identity stand. Nothing is
published unless all went well.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timezone
from enum import Enum
from typing import IO

import msgspec

from indexer import __version__, analysis, schema
from indexer.engines import open_writer
from indexer.errors import BuildError
from indexer.journals import JournalCollector
from indexer.record import Record, merge
from indexer.search.engine import Manifest
from indexer.sources import Outcome, Skipped, read

EXAMPLES = 20
"""Skipped records and merged identities that the report names one by one, for each source."""


class Stage(str, Enum):
    """What a build is doing."""

    READING = "reading"
    INDEXING = "indexing"
    PUBLISHING = "publishing"


Progress = Callable[[Stage, int, "int | None"], None]
"""Called with the stage, how many records it has done, and of how many (None while that is not known)."""


class SkippedRecord(msgspec.Struct, frozen=True):
    """A record that was not indexed, and why."""

    position: str
    reason: str


class SourceReport(msgspec.Struct, kw_only=True):
    """What came of one source."""

    source: str
    read: int = 0
    skipped: int = 0
    skipped_examples: list[SkippedRecord] = []


class MergedIdentity(msgspec.Struct, frozen=True):
    """Several records that became one document."""

    id: str
    positions: list[str]


class Report(msgspec.Struct, kw_only=True):
    """What a build did. `read` = `indexed` + `merged`."""

    generation: str
    built_at: str
    """ISO 8601, UTC."""
    sources: list[SourceReport]
    read: int
    indexed: int
    merged: int
    """Records that were merged into an earlier one of the same identity."""
    merged_examples: list[MergedIdentity]
    skipped: int
    seconds: float
    """From the first record read to the last one written."""


def build(sources: Sequence[str], index: str, *, progress: Progress | None = None) -> Report:
    """Index the sources into a new generation at `index` and publish it.

    Raises:
        SourceError: a source can't be read at all.
        BuildError: there is nothing to index, another build is running, or the generation does not verify. In each
            case what was published before still serves.
    """
    say = progress or (lambda _stage, _done, _total: None)
    outcomes = [(source, read(source)) for source in sources]  # a source that is missing fails here, before any work
    writer = open_writer(index)
    try:
        started = time.perf_counter()
        with tempfile.TemporaryFile(prefix="medsearch-") as file:
            spool = _Spool(file)
            reports = [_spool_source(source, found, spool, say) for source, found in outcomes]
            skipped = sum(report.skipped for report in reports)
            if not spool.records:
                raise BuildError(
                    f"no record could be read from {', '.join(sources)}"
                    + (f": {skipped} skipped, the first because {_first_reason(reports)}" if skipped else "")
                    + "; the index is as it was"
                )
            journals = JournalCollector()
            indexed = 0
            for record in spool.merged():
                writer.add(schema.index_document(journals.take(record)))
                indexed += 1
                say(Stage.INDEXING, indexed, spool.identities)
            report = Report(
                generation=writer.generation,
                built_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
                sources=reports,
                read=spool.records,
                indexed=indexed,
                merged=spool.records - indexed,
                merged_examples=spool.merged_examples(),
                skipped=skipped,
                seconds=time.perf_counter() - started,
            )
        say(Stage.PUBLISHING, 0, None)
        manifest = Manifest(
            generation=report.generation,
            built_at=report.built_at,
            documents=indexed,
            schema=schema.fingerprint(),
            analysis=analysis.fingerprint(),
            version=__version__,
        )
        writer.publish(manifest, journals.journals(), msgspec.json.encode(report))
    finally:
        writer.abort()
    return report


def _spool_source(source: str, outcomes: Iterator[Outcome], spool: _Spool, say: Progress) -> SourceReport:
    report = SourceReport(source=source)
    for outcome in outcomes:
        if isinstance(outcome, Skipped):
            report.skipped += 1
            if len(report.skipped_examples) < EXAMPLES:
                report.skipped_examples.append(SkippedRecord(str(outcome.position), outcome.reason))
        else:
            report.read += 1
            spool.add(outcome.record, str(outcome.position))
            say(Stage.READING, spool.records, None)
    return report


def _first_reason(reports: Sequence[SourceReport]) -> str:
    first = next(example for report in reports for example in report.skipped_examples)
    return f"{first.position}: {first.reason}"


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
        self.records = 0

    @property
    def identities(self) -> int:
        """How many documents the records will be."""
        return len(self._first)

    def add(self, record: Record, position: str) -> None:
        """Append a record."""
        encoded = self._encoder.encode(record)
        digest = hashlib.blake2b(record.id.encode(), digest_size=16).digest()
        first = self._first.setdefault(digest, self._offset)
        if first != self._offset:
            self._repeats.setdefault(first, []).append(self._offset)
            self._later.add(self._offset)
            if first in self._named or len(self._named) < EXAMPLES:
                self._named.setdefault(first, MergedIdentity(record.id, [])).positions.append(position)
        self._file.write(len(encoded).to_bytes(4, "big") + encoded)
        self._offset += 4 + len(encoded)
        self.records += 1

    def merged(self) -> Iterator[Record]:
        """One record for each identity, in the order in which they were first read."""
        offset = 0
        while offset < self._offset:
            record, following = self._at(offset)
            if offset not in self._later:
                for repeat in self._repeats.get(offset, ()):
                    record = merge(record, self._at(repeat)[0])
                yield record
            offset = following

    def merged_examples(self) -> list[MergedIdentity]:
        """The first identities that several records had, with the positions of all but the first."""
        return list(self._named.values())

    def _at(self, offset: int) -> tuple[Record, int]:
        self._file.seek(offset)
        length = int.from_bytes(self._file.read(4), "big")
        return self._decoder.decode(self._file.read(length)), offset + 4 + length
