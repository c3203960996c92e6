"""Files of the seed's objects: seed text (one object, then plain lines) and JSON lines (an object a line).

Which of the two a file is, its content says: it is JSON lines where its second line begins an object of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from io import BufferedReader
from itertools import islice

from indexer.errors import RecordError
from indexer.record import Record
from indexer.sources import text
from indexer.sources.line_records import read_lines
from indexer.sources.mapping import at, missing
from indexer.sources.objects import JsonObject, plain_object, split_object
from indexer.sources.outcomes import Format, Noted, Options, Outcome, Position, Read, Skipped, here
from indexer.sources.seed import PlainPart, record_of

_NO_ENCODING = "It is neither in UTF-8 nor in UTF-16 or GB18030; save it as UTF-8."
_ANOTHER_OBJECT = re.compile(r"^[^\S\n]*\{\s*\"", re.MULTILINE)


def sniff(head: bytes) -> bool:
    """True where the first or the second line that is not blank begins as JSON objects or arrays do."""
    lines = text.decode_head(head).split("\n")
    begun = [line for line in map(str.strip, lines) if line][:2]
    return any(line.startswith("{") for line in begun) or (bool(begun) and begun[0].startswith(("[{", '["', "[[")))


def read(stream: BufferedReader, position: Position, options: Options) -> Iterator[Outcome]:
    """The records of a file, one of seed text or one for each of its lines.

    A mapped key that no line has is noted at the end; a file of one record may well lack some.
    """
    stream = text.without_mark(stream)
    begun = list(islice(text.lines(stream), 3))
    if not begun:
        yield Skipped(position, "It is empty.")
    elif _is_json_lines(begun):
        yield from _each(stream, begun, position, options)
    else:
        data = _rejoined(begun, stream)
        if data is None:
            yield _too_big(position)
        else:
            yield from _whole(data, begun[0].number, position, options.columns)


def _is_json_lines(begun: list[text.Line]) -> bool:
    """True where another line than the first begins an object of its own.

    The third is asked too, for the second may be a bad one. No object's beginning is what goes on with the object of
    the lines before: a list of objects, for instance.
    """
    first, *others = begun
    beginnings = [line.data is not None and line.data.lstrip().startswith(b"{") for line in others]
    if not any(beginnings):
        return False
    if first.data is None or _is_object(first.data):
        return True
    open_ended = first.data.rstrip().endswith((b"[", b",", b":"))
    return beginnings[0] and (not open_ended or _is_object(others[0].data or b""))


def _rejoined(begun: list[text.Line], stream: BufferedReader) -> bytes | None:
    """The bytes of a file whose first lines were read; None where they are more than the limit."""
    size, number, pieces = 0, begun[0].number, []
    for line in begun:
        if line.data is None:
            return None
        pieces += [b"\n" * min(line.number - number - 1, text.LIMIT_BYTES), line.data]
        number = line.number
        size += len(pieces[-2]) + len(pieces[-1])
    pieces.append(stream.read(text.LIMIT_BYTES))
    return None if size + len(pieces[-1]) > text.LIMIT_BYTES else b"".join(pieces)


def _is_object(data: bytes) -> bool:
    try:
        _object(data)
    except RecordError:
        return False
    return True


def _object(data: bytes) -> JsonObject:
    """The object that a line holds.

    Raises:
        RecordError: It holds none, or more.
    """
    if (plain := plain_object(data)) is not None:
        return plain
    decoded = text.decode(data)
    if decoded is None:
        raise RecordError(_NO_ENCODING)
    value, rest = split_object(decoded)
    if rest:
        raise RecordError(f"Its object is followed by more text ({rest[:20]!r}); write one object a line.")
    return value


class _Objects:
    """Reads the object of a line. Can be pickled; which mapped keys were met, it knows of what it read itself."""

    def __init__(self, columns: Mapping[str, str]) -> None:
        self._columns = columns
        self.unmet = set(columns)
        self.keys: JsonObject = {}
        """Of the first object."""

    def __call__(self, data: bytes) -> tuple[Record, Sequence[str]]:
        value = _object(data)
        if self._columns:
            self.keys = self.keys or value
            self.unmet = {key for key in self.unmet if key not in value and at(value, key) is None}
        notes: list[str] = []
        return record_of(value, PlainPart(), self._columns, notes), notes


def _each(
    stream: BufferedReader, begun: Sequence[text.Line], position: Position, options: Options
) -> Iterator[Outcome]:
    objects = _Objects(options.columns)
    # Other processes can't tell this one which keys they met.
    yield from read_lines(stream, begun, position, objects, here if options.columns else options.each)
    if objects.unmet:
        yield Noted(position, missing(objects.unmet, objects.keys))


def _whole(data: bytes, first_line: int, position: Position, columns: Mapping[str, str]) -> Iterator[Outcome]:
    """The record of a file of one object."""
    notes: list[str] = []
    try:
        value, rest = _object_and_plain_part(data, first_line)
        record = record_of(value, PlainPart.of(rest), columns, notes)
    except RecordError as error:
        yield Skipped(position, str(error))
        return
    yield from (Noted(position, note) for note in notes)
    yield Read(record, position)


def _object_and_plain_part(data: bytes, first_line: int) -> tuple[JsonObject, str]:
    """The object that a file begins with, and what follows it.

    Raises:
        RecordError: There is none, or there are several.
    """
    decoded = text.decode(data)
    if decoded is None:
        raise RecordError(_NO_ENCODING)
    value, rest = split_object(decoded, first_line=first_line)
    if _ANOTHER_OBJECT.search(rest):
        raise RecordError("It holds several objects, and not one a line; write one object a line.")
    return value, rest


def _too_big(position: Position) -> Skipped:
    limit = text.LIMIT_BYTES // 2**20
    return Skipped(position, f"It is bigger than {limit} MiB and not written as one object a line.")


FORMAT = Format("seed text or JSON lines", sniff, read)
