"""Bytes to text: encodings, and lines of bounded length."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

LIMIT_BYTES = 16 * 2**20
"""The most that is held in memory of a text that can't be read piece by piece: a file of one record, or a line. What
stands in it may take twenty times as much."""

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NON_ASCII = re.compile(r"[^\x00-\x7f]")


class _Utf16(io.RawIOBase):
    """A UTF-16 stream as UTF-8; what is no UTF-16 becomes U+FFFD."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-16")(errors="replace")
        self._ready = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._ready and not self._ended:
            data = self._stream.read(len(buffer))
            self._ended = not data
            self._ready = self._decoder.decode(data, final=self._ended).encode("utf-8", "replace")
        taken = self._ready[: len(buffer)]
        self._ready = self._ready[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


def without_mark(stream: io.BufferedReader) -> io.BufferedReader:
    """The stream behind its byte-order mark; UTF-16 is turned into UTF-8, other encodings stay as they are."""
    head = stream.peek(4)
    if head.startswith(_UTF16):
        return io.BufferedReader(_Utf16(stream), 2**16)
    if head.startswith(codecs.BOM_UTF8):
        stream.read(len(codecs.BOM_UTF8))
    return stream


def decode(data: bytes) -> str | None:
    """Bytes without byte-order mark as text: UTF-8, else GB18030; None where they are neither.

    UTF-8 that ends within a character was cut, and is read up to there. Nearly any Western text decodes as GB18030 too,
    to rare characters; so at least a quarter of what is not ASCII must be characters of GB 2312, its everyday part.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            return data[: error.start].decode("utf-8")
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return None
    foreign = "".join(_NON_ASCII.findall(text))
    everyday = len(foreign.encode("gb2312", "ignore")) // 2
    return text if everyday * 4 >= len(foreign) else None


def encoding_of(head: bytes) -> str:
    """The name of the encoding that the first bytes of a file show; `unknown` where it is none that is read."""
    if head.startswith(_UTF16):
        return "UTF-16"
    try:
        # The head may end within a character.
        codecs.getincrementaldecoder("utf-8")().decode(head.removeprefix(codecs.BOM_UTF8), final=False)
    except UnicodeDecodeError:
        return "unknown" if decode(head.rpartition(b"\n")[0] or head) is None else "GB18030"
    return "UTF-8"


def decode_head(head: bytes) -> str:
    """The first bytes of a file as text, for recognising a format: what can't be decoded is replaced."""
    if head.startswith(_UTF16):
        return head.decode("utf-16", "replace")
    return head.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace")


@dataclass(frozen=True)
class Line:
    """A line of a file that is not blank."""

    number: int
    """1-based, blank lines counted."""
    data: bytes | None
    """With its line end; None where it is longer than `LIMIT_BYTES`."""


def lines(stream: io.BufferedReader) -> Iterator[Line]:
    """The lines that are not blank. Between two of them the stream stands at the beginning of the next line."""
    number = 0
    while data := stream.readline(LIMIT_BYTES + 1):
        number += 1
        if len(data) <= LIMIT_BYTES:
            if not data.isspace():
                yield Line(number, data)
            continue
        while data and not data.endswith(b"\n"):
            data = stream.readline(2**20)
        yield Line(number, None)


_READ_BYTES = io.DEFAULT_BUFFER_SIZE
"""Read at a time: of what is unpacked in one go, nothing is left where that breaks off."""


class LineBlock(NamedTuple):
    """Lines of a file that stand one behind the other."""

    number: int
    """Of the first one, as `Line.number`."""
    data: bytes | None
    """Theirs, blank ones too; None for a line that is longer than `LIMIT_BYTES`."""

    def lines(self) -> Iterator[Line]:
        """Those that are not blank."""
        if self.data is None:
            yield Line(self.number, None)
            return
        for number, line in enumerate(io.BytesIO(self.data), self.number):
            if len(line) > LIMIT_BYTES:
                yield Line(number, None)
            elif not line.isspace():
                yield Line(number, line)


def line_blocks(stream: io.BufferedReader, number: int, size: int) -> Iterator[LineBlock]:
    """The lines from where the stream stands, in blocks of whole lines; where it can't be read on, those before first.

    Args:
        stream: The stream.
        number: Of the line that begins there.
        size: Of a block in bytes, but for long lines.
    """
    pieces: list[bytes] = []
    held = 0
    while True:
        try:
            data = stream.read1(min(size, _READ_BYTES))
        except Exception:
            whole = b"".join(pieces)
            if end := whole.rfind(b"\n") + 1:
                yield LineBlock(number, whole[:end])
            raise
        pieces.append(data)
        held += len(data)
        if data and held < size:
            continue
        whole = b"".join(pieces)
        end = whole.rfind(b"\n") + 1 if data else len(whole)
        if end:
            yield LineBlock(number, whole[:end])
            number += whole.count(b"\n", 0, end)
        if not data:
            return
        pieces = [whole[end:]]
        held = 0
        if len(pieces[0]) > LIMIT_BYTES:
            yield LineBlock(number, None)
            number += 1
            while data and not data.endswith(b"\n"):
                data = stream.readline(2**20)
            pieces = []
