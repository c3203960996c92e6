"""Records out of an index to files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO

import msgspec

from indexer.record import Record


def export_jsonl(records: Iterable[Record], out: IO[bytes]) -> int:
    """Write the records as JSON, one a line, as `indexer.sources` reads them back; gives their number."""
    encoder = msgspec.json.Encoder()
    written = 0
    for record in records:
        out.write(encoder.encode(record) + b"\n")
        written += 1
    return written
