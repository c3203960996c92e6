"""Stored fields: records of tagged values, packed into compressed blocks.

The file's arrays, for N documents in B blocks:

    blocks          u8   the compressed blocks, one after the other
    block_starts    u64  B + 1 offsets into `blocks`
    block_docs      u32  B + 1: the first document of each block, and N
    record_starts   u32  N: where each document's record begins in its uncompressed block; it ends where the next begins

A record is, for each of its stored fields, the field's number among the file's `fields` (u16), the type of the value
(one letter), its size (u32) and its bytes. Values are text, bytes, whole numbers, floats, truth values, times, or
whatever JSON can hold.
"""

from __future__ import annotations

import datetime as dt
import json
import struct
import threading
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import zstandard

from indexer.engines.whoosh.columnar.container import ArrayFile, ArrayFileWriter, Spec
from indexer.engines.whoosh.columnar.errors import DamagedFileError, UnsupportedError

STORED = "stored"
BLOCK_BYTES = 4096
"""A block is closed when it has grown to this size: reading one record decompresses its block (2026-11: a page of ten
hits 0.6 ms with blocks of 16 KB, 0.2 ms with these, which take a tenth more room)."""
LEVEL = 1
"""Of Zstandard. Measured on abstracts as JSON (2026-11): 3.3 to 1 at 390 MB/s; level 3 makes it 3.4 to 1 at 225 MB/s,
zlib's default 3.6 to 1 at 55 MB/s and four times as slow to read."""
_ENTRY = struct.Struct("<HcI")
_FLOAT = struct.Struct("<d")


class _Contexts(threading.local):
    """Zstandard's contexts, which threads must not share."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=LEVEL)
        self.decompressor = zstandard.ZstdDecompressor()


_contexts = _Contexts()


def pack_value(name: str, value: object) -> tuple[bytes, bytes]:
    """The type letter and the bytes of a value.

    Raises:
        UnsupportedError: no stored value can be of its type.
    """
    if isinstance(value, bytes):
        return b"b", value
    if isinstance(value, str):
        return b"s", value.encode("utf-8", "surrogatepass")
    if isinstance(value, bool):
        return b"t", b"1" if value else b"0"
    if isinstance(value, int):
        return b"i", str(value).encode()
    if isinstance(value, float):
        return b"f", _FLOAT.pack(value)
    if isinstance(value, dt.datetime):
        return b"d", value.isoformat().encode()
    try:
        packed = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except (TypeError, ValueError):
        packed = b""
    if not packed or json.loads(packed) != value:
        raise UnsupportedError(
            f"the field {name} can't store a {type(value).__name__}; store text, bytes, numbers, times or plain JSON"
        )
    return b"j", packed


def unpack_value(letter: bytes, data: bytes) -> object:
    """The value again."""
    if letter == b"b":
        return data
    if letter == b"s":
        return data.decode("utf-8", "surrogatepass")
    if letter == b"t":
        return data == b"1"
    if letter == b"i":
        return int(data)
    if letter == b"f":
        return _FLOAT.unpack(data)[0]
    if letter == b"d":
        return dt.datetime.fromisoformat(data.decode())
    return json.loads(data)


def pack_record(values: Mapping[str, Any], numbers: Mapping[str, int]) -> bytes:
    """A record of values by field name; `numbers` has the number of each field."""
    parts = []
    for name, value in values.items():
        letter, data = pack_value(name, value)
        parts.append(_ENTRY.pack(numbers[name], letter, len(data)))
        parts.append(data)
    return b"".join(parts)


def renumbered(record: bytes, numbers: Mapping[int, int]) -> bytes:
    """A record with other numbers for its fields; fields without one are left out."""
    parts = []
    at = 0
    while at < len(record):
        number, letter, size = _ENTRY.unpack_from(record, at)
        at += _ENTRY.size
        if number in numbers:
            parts.append(_ENTRY.pack(numbers[number], letter, size))
            parts.append(record[at : at + size])
        at += size
    return b"".join(parts)


@dataclass
class Blocks:
    """Records in compressed blocks."""

    blocks: list[bytes | memoryview] = field(default_factory=list)
    block_docs: list[int] = field(default_factory=list)
    """The first document of each block."""
    record_starts: array[int] = field(default_factory=lambda: array("I"))
    size: int = 0
    """Of the compressed blocks, in bytes."""

    def extend(self, other: Blocks) -> None:
        """Add the blocks of the documents that follow."""
        first = len(self.record_starts)
        self.blocks.extend(other.blocks)
        self.block_docs.extend([first + doc for doc in other.block_docs])
        self.record_starts.extend(other.record_starts)
        self.size += other.size

    def write(self, folder: Path, segment: str, fields: Sequence[str]) -> None:
        """Write the file of a segment."""
        count = len(self.record_starts)
        starts = np.zeros(len(self.blocks) + 1, dtype=np.uint64)
        np.cumsum(np.fromiter(map(len, self.blocks), dtype=np.uint64, count=len(self.blocks)), out=starts[1:])
        specs = {
            "blocks": Spec(np.uint8, self.size),
            "block_starts": Spec(np.uint64, starts.size),
            "block_docs": Spec(np.uint32, len(self.blocks) + 1),
            "record_starts": Spec(np.uint32, count),
        }
        meta = {"segment": segment, "fields": list(fields)}
        with ArrayFileWriter(folder / f"{segment}.{STORED}", STORED, specs, meta) as writer:
            for block in self.blocks:
                writer.append("blocks", np.frombuffer(block, dtype=np.uint8))
            writer.append("block_starts", starts)
            writer.append("block_docs", np.array([*self.block_docs, count], dtype=np.uint32))
            writer.append("record_starts", np.frombuffer(self.record_starts, dtype=np.uint32))


class BlockBuilder:
    """Packs records into blocks."""

    def __init__(self) -> None:
        self.packed = Blocks()
        self._open: list[bytes] = []
        self._open_size = 0

    def add(self, record: bytes) -> None:
        """Add the record of the next document."""
        if not self._open:
            self.packed.block_docs.append(len(self.packed.record_starts))
        self.packed.record_starts.append(self._open_size)
        self._open.append(record)
        self._open_size += len(record)
        if self._open_size >= BLOCK_BYTES:
            self.flush()

    def add_block(self, block: memoryview, record_starts: npt.NDArray[np.uint32]) -> None:
        """Add the records of the next documents as the block in which another file has them."""
        self.flush()
        self.packed.block_docs.append(len(self.packed.record_starts))
        self.packed.record_starts.extend(record_starts.tolist())
        self.packed.blocks.append(block)
        self.packed.size += len(block)

    def flush(self) -> None:
        """Close the block that is being filled."""
        if self._open:
            block = _contexts.compressor.compress(b"".join(self._open))
            self.packed.blocks.append(block)
            self.packed.size += len(block)
            self._open = []
            self._open_size = 0


class StoredReader:
    """The stored fields of a segment's documents. Several threads may use it at once."""

    def __init__(self, file: ArrayFile) -> None:
        self._file = file
        self.fields: list[str] = file.meta["fields"]
        self.blocks = file.view("blocks")
        self.block_starts = file.arrays["block_starts"]
        self.block_docs = file.arrays["block_docs"]
        self.record_starts = file.arrays["record_starts"]

    def __len__(self) -> int:
        return self.record_starts.size

    def __getitem__(self, document: int) -> dict[str, Any]:
        """The stored values of a document, by field name; empty where it has none."""
        number = int(np.searchsorted(self.block_docs, np.uint32(document), side="right")) - 1
        data = self.block(number)
        begin = int(self.record_starts[document])
        last = document + 1 == int(self.block_docs[number + 1])
        return self.unpack(data[begin : len(data) if last else int(self.record_starts[document + 1])])

    def compressed(self, number: int) -> memoryview:
        """A block as the file has it."""
        return self.blocks[int(self.block_starts[number]) : int(self.block_starts[number + 1])]

    def block(self, number: int) -> bytes:
        """A block, uncompressed."""
        try:
            return _contexts.decompressor.decompress(self.compressed(number))
        except zstandard.ZstdError as error:
            raise DamagedFileError(f"{self._file.path}: block {number} is damaged; rebuild the index") from error

    def records(self, number: int) -> list[bytes]:
        """The records of a block's documents."""
        data = self.block(number)
        begin, end = int(self.block_docs[number]), int(self.block_docs[number + 1])
        starts = [*self.record_starts[begin:end].tolist(), len(data)]
        return [data[at:to] for at, to in pairwise(starts)]

    def unpack(self, record: bytes) -> dict[str, Any]:
        """The values of a record, by field name."""
        values: dict[str, Any] = {}
        at = 0
        try:
            while at < len(record):
                number, letter, size = _ENTRY.unpack_from(record, at)
                at += _ENTRY.size
                values[self.fields[number]] = unpack_value(letter, record[at : at + size])
                at += size
        except (struct.error, ValueError, IndexError) as error:
            raise DamagedFileError(f"{self._file.path}: a record is damaged; rebuild the index") from error
        return values
