"""From a record on the spool to what is written of it: the work on records that needs no other record.

A build gives `Preparer` batches of records, in its own process or in several, and puts what it gets in order together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from indexer import schema
from indexer.journals import JournalCollector, JournalTables, MatchCounts, views
from indexer.record import Record, decode_record
from indexer.report import Tally
from indexer.search.engine import Packer
from indexer.terms.learned import Lessons, lessons
from indexer.terms.lexicon import Counts, counted


@dataclass(frozen=True)
class Named:
    """What a document may be known by."""

    id: str
    pmid: str | None


@dataclass(frozen=True)
class Prepared:
    """A batch of documents. Can be pickled."""

    documents: list[Named]
    packed: object
    """As the engine's packer packed them."""
    counts: Counts
    lessons: Lessons | None
    """None where nothing is to be learned."""
    tally: Tally
    journals: JournalCollector
    matches: MatchCounts


@dataclass(frozen=True)
class Batch:
    """What is prepared at once. Can be pickled."""

    records: Sequence[bytes]
    """One at least, as `Spool.documents` gave them."""
    titles: bool
    """Whether their titles are to be cut, where something is to be learned; see `Learner.takes_titles`."""


class Preparer:
    """Prepares batches of records."""

    def __init__(self, packer: Packer, editions: schema.Editions, tables: bytes, *, learns: bool) -> None:
        """Prepare for one build.

        Args:
            packer: Of the engine.
            editions: Of the tables.
            tables: As `JournalTables.dump` gives them.
            learns: Whether the collection's own terms are to be learned.
        """
        self._packer = packer
        self._editions = editions
        self._tables = JournalTables.load(tables)
        self._learns = learns

    def __call__(self, batch: Batch) -> Prepared:
        """Prepare a batch."""
        given = list(map(decode_record, batch.records))
        journals, matches, tally = JournalCollector(), MatchCounts(), Tally()
        records: list[Record] = []
        of_editions: list[schema.Views] = []
        names: list[tuple[str, ...]] = []
        for record in given:
            enriched = self._tables.metrics_of(record)
            matches.take(record, enriched)
            journal = enriched.entry.journal if enriched.entry else None
            journals.take(record, journal)
            names.append(tuple(name for name in (record.journal, record.journal_abbreviation) if name))
            kept = msgspec.structs.replace(record, journal=enriched.name, journal_description=None)
            tally.take(kept)
            of_editions.append(views(kept, journal, self._editions))
            records.append(kept)
        documents = schema.index_documents(records, of_editions, names)
        return Prepared(
            [Named(record.id, record.pmid) for record in records],
            self._packer.pack(documents),
            counted(records, documents.tokens),
            lessons(records, titles=batch.titles) if self._learns else None,
            tally,
            journals,
            matches,
        )
