"""Records out of an index to files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO

import msgspec

from indexer.record import Record
from indexer.search.engine import Engine


def described(engine: Engine) -> Iterator[Record]:
    """All records of an index; the first of each journal with the journal's description, which is kept apart."""
    told: set[str] = set()
    for record in engine.records():
        name = record.journal
        if name is None or name in told:
            yield record
            continue
        told.add(name)
        journal = engine.journal(name)
        yield msgspec.structs.replace(record, journal_description=journal and journal.description)


def export_jsonl(records: Iterable[Record], out: IO[bytes]) -> int:
    """Write the records as JSON, one a line, as `indexer.sources` reads them back; gives their number."""
    encoder = msgspec.json.Encoder()
    written = 0
    for record in records:
        out.write(encoder.encode(record) + b"\n")
        written += 1
    return written
