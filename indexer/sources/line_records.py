"""Files of a record a line: read in blocks of lines, which several cores may share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from io import BufferedReader
from typing import Union

from indexer.errors import RecordError
from indexer.record import EncodedRecord, Record, encode_record
from indexer.sources import text
from indexer.sources.outcomes import Each, Noted, Outcome, Position, Read, Skipped

ReadLine = Callable[[bytes], tuple[Record, Sequence[str]]]
"""The record of a line, and notes on it; raises RecordError where there is none. Can be pickled."""

_BLOCK_BYTES = 1 << 18
"""Lines that are read at once: some fifty records, a small part of what must be read to be worth several cores."""


@dataclass(frozen=True)
class _Block:
    """What the lines of a block gave. Can be pickled."""

    outcomes: list[Union[int, Outcome]]
    """In their order; of a record that was read, the number of its line."""
    records: list[EncodedRecord]
    """Those records."""


class _BlockReader:
    """Reads the lines of a block."""

    def __init__(self, read_line: ReadLine, position: Position) -> None:
        self._read_line = read_line
        self._position = position

    def __call__(self, block: text.LineBlock) -> _Block:
        outcomes: list[Union[int, Outcome]] = []
        records: list[EncodedRecord] = []
        for line in block.lines():
            if line.data is None:
                here = self._position.of_line(line.number)
                outcomes.append(Skipped(here, f"It is longer than {text.LIMIT_BYTES // 2**20} MiB."))
                continue
            try:
                record, notes = self._read_line(line.data)
            except RecordError as error:
                outcomes.append(Skipped(self._position.of_line(line.number), str(error)))
                continue
            if notes:
                here = self._position.of_line(line.number)
                outcomes += [Noted(here, note) for note in notes]
            outcomes.append(line.number)
            records.append(encode_record(record))
        return _Block(outcomes, records)


def read_lines(
    stream: BufferedReader, begun: Sequence[text.Line], position: Position, read_line: ReadLine, each: Each
) -> Iterator[Outcome]:
    """What the lines of a file hold, in their order.

    Args:
        stream: The file.
        begun: Its lines that were read before.
        position: Of the file.
        read_line: Reads one.
        each: See `Options`.
    """
    broken: list[Exception] = []
    for block in each(partial(_BlockReader, read_line, position), _blocks(stream, begun, broken)):
        records = iter(block.records)
        for outcome in block.outcomes:
            yield Read(next(records), position.of_line(outcome)) if isinstance(outcome, int) else outcome
    for error in broken:
        raise error


def _blocks(stream: BufferedReader, begun: Sequence[text.Line], broken: list[Exception]) -> Iterator[text.LineBlock]:
    """The blocks of a file; where it can't be read on, they end, and `broken` takes the error."""
    yield from (text.LineBlock(line.number, line.data) for line in begun)
    try:
        yield from text.line_blocks(stream, begun[-1].number + 1 if begun else 1, _BLOCK_BYTES)
    except Exception as error:  # noqa: BLE001 - it is raised when all is given that was read
        broken.append(error)
