"""Records to what a format writes of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import msgspec

from indexer.journals import as_of
from indexer.record import Record
from indexer.search.editions import chosen_editions
from indexer.search.engine import Engine


@dataclass(frozen=True)
class Entry:
    """A record to be exported."""

    stored: Record
    """As it came, with its own metrics; the first of each journal with the journal's description."""
    record: Record
    """As it is shown: with the metrics of its journal."""
    editions: Mapping[str, str]
    """By family, the edition that the shown metrics are of, as `JCR 2024`; `given` for the record's own."""


def entries(engine: Engine, records: Iterable[Record], editions: Iterable[str] = ()) -> Iterator[Entry]:
    """Records of an index as entries, one by one, in their order.

    Args:
        engine: The index that they are of.
        records: As it stores them.
        editions: Names of editions, one of a family at most; the newest where none is named.

    Raises:
        RequestError: At once, where an edition is named that the index does not hold.
    """
    chosen = chosen_editions(editions, engine.manifest.editions)
    return _entries(engine, records, chosen)


def _entries(engine: Engine, records: Iterable[Record], chosen: Mapping[str, str]) -> Iterator[Entry]:
    told: set[str] = set()
    for record in records:
        journal = engine.journal(record.journal) if record.journal else None
        shown, named = as_of(record, journal, chosen)
        stored = record
        if record.journal and record.journal not in told:
            told.add(record.journal)
            stored = msgspec.structs.replace(record, journal_description=journal and journal.description)
        yield Entry(stored, shown, named)
