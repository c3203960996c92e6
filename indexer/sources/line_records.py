"""Files of a record a line: read in blocks of lines, which several cores may share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Union

import msgspec

from indexer.errors import RecordError
from indexer.record import Record
from indexer.sources import text
from indexer.sources.outcomes import Each, Noted, Outcome, Position, Read, Skipped

ReadLine = Callable[[bytes], tuple[Record, Sequence[str]]]
"""The record of a line, and notes on it; raises RecordError where there is none. Can be pickled."""

_BLOCK_BYTES = 1 << 17
"""Lines that are read at once: some thirty records, a small part of what must be read to be worth several cores."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Record]).decode


@dataclass(frozen=True)
class _Block:
    """What the lines of a block gave. Can be pickled, which takes msgpack a third of the time that it takes Python."""

    outcomes: list[Union[int, Outcome]]
    """In their order; of a record that was read, the number of its line."""
    records: bytes
    """Those records."""


class _BlockReader:
    """Reads the lines of a block."""

    def __init__(self, read_line: ReadLine, position: Position) -> None:
        self._read_line = read_line
        self._position = position

    def __call__(self, lines: list[text.Line]) -> _Block:
        outcomes: list[Union[int, Outcome]] = []
        records: list[Record] = []
        for line in lines:
            here = self._position.of_line(line.number)
            if line.data is None:
                outcomes.append(Skipped(here, f"It is longer than {text.LIMIT_BYTES // 2**20} MiB."))
                continue
            try:
                record, notes = self._read_line(line.data)
            except RecordError as error:
                outcomes.append(Skipped(here, str(error)))
                continue
            outcomes += [Noted(here, note) for note in notes]
            outcomes.append(line.number)
            records.append(record)
        return _Block(outcomes, _encode(records))


def read_lines(lines: Iterable[text.Line], position: Position, read_line: ReadLine, each: Each) -> Iterator[Outcome]:
    """What the lines of a file hold, in their order.

    Args:
        lines: The lines.
        position: Of the file.
        read_line: Reads one.
        each: See `Options`.
    """
    for block in each(partial(_BlockReader, read_line, position), _blocks(lines)):
        records = iter(_decode(block.records))
        for outcome in block.outcomes:
            yield Read(next(records), position.of_line(outcome)) if isinstance(outcome, int) else outcome


def _blocks(lines: Iterable[text.Line]) -> Iterator[list[text.Line]]:
    block: list[text.Line] = []
    size = 0
    for line in lines:
        block.append(line)
        size += len(line.data or b"")
        if size >= _BLOCK_BYTES:
            yield block
            block, size = [], 0
    if block:
        yield block
