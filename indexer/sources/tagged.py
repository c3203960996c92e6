"""Files of tagged lines (RIS and its kin): lines to entries, and an entry to its fields, for any way to write a tag.

An *entry* is what a file says of one article: from the line that opens it to the one that closes it or opens the next.
It is bounded: of one that is longer only the beginning is kept, and it can't be read. A line that holds no tag goes on
with the *value* above it. The encoding is decided entry by entry, for a single Chinese name in GB18030 may happen to be
valid UTF-8.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from io import BufferedReader
from typing import NamedTuple

from indexer.errors import RecordError
from indexer.sources import text

LIMIT_BYTES = 16 * 2**20
"""The most that is held of an entry, each line counted with what it costs to keep."""

_LINE_COST = 100
_PIECE = re.compile(rb"[^\r\n]+")
_TOO_LONG = f"It is longer than {LIMIT_BYTES // 2**20} MiB; is the end of the record missing?"

Fields = dict[str, list[str]]
"""The values under each tag, in the order of the file; the lines of a value are separated by a newline."""


class Kind(Enum):
    """What a line is for the division into entries."""

    OPEN = auto()
    """The first of an entry."""
    CLOSE = auto()
    """Ends an entry, and holds nothing else."""
    FIELD = auto()
    """Holds a tag, and opens an entry where none is open."""
    TRAILER = auto()
    """Holds a tag, and belongs to the entry before even where that is closed."""
    OTHER = auto()
    """Goes on with the entry where one is open; else it is none of any entry."""


class Field(NamedTuple):
    """A line that holds a tag."""

    tag: str
    value: str


@dataclass
class Entry:
    """The lines of an entry."""

    line: int
    """Number of the first one, from 1."""
    opened: bool
    """False where no line of the kind OPEN stands at its beginning."""
    closed: bool = False
    numbers: list[int] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)
    """Without their ends."""
    size: int = 0
    notes: list[str] = field(default_factory=list)
    """What `text` replaced, as sentences for the operator."""

    def add(self, number: int, data: bytes | None) -> None:
        """Take a line, or drop it where the entry is too long by now; None is a line that is too long by itself."""
        if data is None:
            self.size = LIMIT_BYTES + 1
            return
        self.size += len(data) + _LINE_COST
        if self.size <= LIMIT_BYTES:
            self.numbers.append(number)
            self.lines.append(data)

    def text(self) -> list[str]:
        """Its lines as text.

        Raises:
            RecordError: It is too long, or in no encoding that we know.
        """
        if self.size > LIMIT_BYTES:
            raise RecordError(_TOO_LONG)
        whole = b"\n".join(self.lines)
        try:
            return whole.decode().split("\n")
        except UnicodeDecodeError:
            pass
        if self._mostly_foreign() and (decoded := text.decode(whole)) is not None:
            return decoded.split("\n")
        decoded_lines = []
        for number, line in zip(self.numbers, self.lines, strict=True):
            if _is_broken_utf8(line):
                decoded_lines.append(line.decode("utf-8", "replace"))
                self.notes.append(f"Its line {number} is UTF-8 with broken characters, which were replaced.")
                continue
            if (decoded := text.decode(line)) is None:
                raise RecordError(f"Its line {number} is neither in UTF-8 nor in UTF-16 or GB18030; save it as UTF-8.")
            decoded_lines.append(decoded)
        return decoded_lines

    def _mostly_foreign(self) -> bool:
        """True where most of what is not ASCII is no UTF-8."""
        balance = 0
        for line in self.lines:
            foreign = len(line) - len(line.decode("ascii", "ignore"))
            balance += -foreign if _is_utf8(line) or _is_broken_utf8(line) else foreign
        return balance > 0


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_broken_utf8(data: bytes) -> bool:
    """True where it is UTF-8 of Chinese but for a few places; for these it would be taken for GB18030 as a whole.

    Text in GB18030 hardly ever holds the three bytes of a Han character in UTF-8.
    """
    if _is_utf8(data):
        return False
    read = data.decode("utf-8", "replace")
    broken = read.count("\N{REPLACEMENT CHARACTER}")
    return sum("\u0800" <= character < "\N{REPLACEMENT CHARACTER}" for character in read) > broken


def entries(stream: BufferedReader, kind: Callable[[bytes], Kind]) -> Iterator[Entry]:
    """The entries of a file.

    Args:
        stream: From the beginning of the file.
        kind: What a line is, given without its end.
    """
    entry: Entry | None = None
    before = 0
    for number, data in _lines(text.without_mark(stream)):
        what = Kind.OTHER if data is None else kind(data)
        is_open = entry is not None and not entry.closed
        if what is Kind.OPEN:
            opens = True
        elif what is Kind.FIELD:
            # Without opening lines it is a blank line that divides entries.
            opens = not is_open or (entry is not None and not entry.opened and number > before + 1)
        else:
            opens = data is None and not is_open
        before = number
        if opens:
            if entry is not None:
                yield entry
            entry = Entry(number, opened=what is Kind.OPEN)
        elif entry is None or (entry.closed and what is not Kind.TRAILER):
            continue
        if what is Kind.CLOSE:
            entry.closed = True
        else:
            entry.add(number, data)
    if entry is not None:
        yield entry


def _lines(stream: BufferedReader) -> Iterator[tuple[int, bytes | None]]:
    """Number and bytes of the lines that are not blank; a carriage return alone ends a line too."""
    more = 0
    for line in text.lines(stream):
        if line.data is None:
            yield line.number + more, None
            continue
        data = line.data.rstrip(b"\r\n").removeprefix(codecs.BOM_UTF8)
        if b"\r" not in data:
            yield line.number + more, data
            continue
        end = 0
        for piece in _PIECE.finditer(data):
            more += data.count(b"\r", end, piece.start())
            end = piece.end()
            if not piece[0].isspace():
                yield line.number + more, piece[0]


def fields_of(lines: list[str], parse: Callable[[str], Field | None]) -> Fields:
    """The fields that the lines of an entry hold.

    Args:
        lines: As `Entry.text` gives them.
        parse: The field that a line holds, None where it holds no tag.
    """
    given: dict[str, list[list[str]]] = {}
    value: list[str] | None = None
    for line in lines:
        found = parse(line)
        if found is not None:
            value = [found.value.strip()]
            given.setdefault(found.tag, []).append(value)
        elif value is not None:
            value.append(line.strip())
    return {tag: ["\n".join(value).strip("\n") for value in values] for tag, values in given.items()}


def begun(head: bytes, most: int = 60) -> list[str]:
    """The first lines of a file that are not blank, for recognising a format."""
    found: list[str] = []
    # Up to the last line end, so that no character is cut.
    decoded = text.decode(head[: head.rfind(b"\n") + 1] or head)
    for line in re.finditer(r"[^\r\n]+", text.decode_head(head) if decoded is None else decoded):
        if bare := line[0].lstrip("\ufeff").rstrip():
            found.append(bare)
            if len(found) == most:
                break
    return found
