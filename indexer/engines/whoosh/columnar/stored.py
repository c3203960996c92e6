"""Stored fields: a record of tagged values for each document, compressed by itself.

The file's arrays, for N documents:

    records         u8   the compressed records, one after the other; that of a document without stored fields is empty
    record_starts   u64  N + 1 offsets into `records`
    dictionary      u8   what the records were compressed with, a Zstandard dictionary; empty where with none

A record is, for each of its stored fields, the field's number among the file's `fields` (u16), the type of the value
(one letter), its size (u32) and its bytes. Values are text, bytes, whole numbers, floats, truth values, times, or
whatever JSON can hold.

One record at a time, since what is read is a page of hits that stand anywhere (2026-11, records of 2.6 KB: 13 us each
out of blocks of 4 KB, 6 us with a dictionary, which makes small texts as small as blocks do; see `PARAMETERS`).
"""

from __future__ import annotations

import datetime as dt
import json
import struct
import threading
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import zstandard

from indexer.engines.whoosh.columnar.container import ArrayFile, ArrayFileWriter, Spec
from indexer.engines.whoosh.columnar.errors import ColumnarError, DamagedFileError, UnsupportedError

STORED = "stored"
PARAMETERS = zstandard.ZstdCompressionParameters(
    strategy=zstandard.STRATEGY_FAST, min_match=6, target_length=1, hash_log=16, window_log=17, write_dict_id=False
)
"""Of Zstandard: few long matches and literals as they are, since a page of hits waits for ten records to be read.

Of a record of 2.6 KB with a dictionary: 1.9 to 1 in 10 us, and read in 2.8 us. Level 3 makes it 2.2 to 1 in 17 us, and
it is read in 5 us (2026-11). Whatever they were written with, records can be read.
"""
_ENTRY = struct.Struct("<HcI")
_FLOAT = struct.Struct("<d")


class _Contexts(threading.local):
    """Zstandard's contexts of one dictionary, which threads must not share."""

    def __init__(self, dictionary: bytes) -> None:
        known = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
        self.compressor = zstandard.ZstdCompressor(dict_data=known, compression_params=PARAMETERS)
        self.decompressor = zstandard.ZstdDecompressor(dict_data=known)


@lru_cache(maxsize=16)
def _contexts(dictionary: bytes) -> _Contexts:
    return _Contexts(dictionary)


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


def _entries(record: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """The stored values of a record: the number of each one's field, its type letter and its bytes."""
    at = 0
    while at < len(record):
        number, letter, size = _ENTRY.unpack_from(record, at)
        at += _ENTRY.size
        yield number, letter, record[at : at + size]
        at += size


def renumbered(record: bytes, numbers: Mapping[int, int]) -> bytes:
    """A record with other numbers for its fields; fields without one are left out."""
    parts = []
    for number, letter, data in _entries(record):
        if number in numbers:
            parts.append(_ENTRY.pack(numbers[number], letter, len(data)))
            parts.append(data)
    return b"".join(parts)


@dataclass
class Records:
    """Compressed records of documents that follow one another."""

    dictionary: bytes = b""
    records: list[bytes | memoryview] = field(default_factory=list)
    """Compressed: of each document one, or of several one after the other."""
    sizes: array[int] = field(default_factory=lambda: array("Q"))
    """Of each document's."""
    size: int = 0
    """Of all, in bytes."""

    def add(self, record: bytes) -> None:
        """Add the record of the next document."""
        packed = _contexts(self.dictionary).compressor.compress(record) if record else b""
        self.records.append(packed)
        self.sizes.append(len(packed))
        self.size += len(packed)

    def add_packed(self, packed: memoryview, sizes: npt.NDArray[np.uint64]) -> None:
        """Add records that were compressed with the same dictionary."""
        self.records.append(packed)
        self.sizes.frombytes(sizes.astype(np.uint64).tobytes())
        self.size += len(packed)

    def extend(self, other: Records) -> None:
        """Add the records of the documents that follow.

        Raises:
            ColumnarError: they were compressed with another dictionary.
        """
        if other.dictionary != self.dictionary:
            raise ColumnarError("a batch has another dictionary than the writer; give both the same")
        self.records.extend(other.records)
        self.sizes.extend(other.sizes)
        self.size += other.size

    def write(
        self, folder: Path, segment: str, fields: Sequence[str], written: Callable[[], None] = lambda: None
    ) -> None:
        """Write the file of a segment.

        Args:
            folder: Where to.
            segment: Its name.
            fields: The names of the stored fields, in the order in which records number them.
            written: Called now and then, when what was written is needed no more.
        """
        starts = np.zeros(len(self.sizes) + 1, dtype=np.uint64)
        np.cumsum(np.frombuffer(self.sizes, dtype=np.uint64), out=starts[1:])
        specs = {
            "records": Spec(np.uint8, self.size),
            "record_starts": Spec(np.uint64, starts.size),
            "dictionary": Spec(np.uint8, len(self.dictionary)),
        }
        meta = {"segment": segment, "fields": list(fields)}
        with ArrayFileWriter(folder / f"{segment}.{STORED}", STORED, specs, meta) as writer:
            waiting: list[bytes | memoryview] = []
            size = 0
            for number, record in enumerate(self.records, 1):
                waiting.append(record)
                size += len(record)
                if size >= _WRITTEN_AT_ONCE or number == len(self.records):
                    writer.append("records", np.frombuffer(b"".join(waiting), dtype=np.uint8))
                    waiting, size = [], 0
                    written()
            writer.append("record_starts", starts)
            writer.append("dictionary", np.frombuffer(self.dictionary, dtype=np.uint8))


_WRITTEN_AT_ONCE = 1 << 22
"""Bytes of records that are joined for writing."""


class StoredReader:
    """The stored fields of a segment's documents. Several threads may use it at once."""

    def __init__(self, file: ArrayFile) -> None:
        self._file = file
        self.fields: list[str] = file.meta["fields"]
        self._numbers = {name: number for number, name in enumerate(self.fields)}
        self.record_starts = file.arrays["record_starts"]
        self.dictionary = bytes(file.view("dictionary"))
        self._records = file.view("records")
        self._starts = file.view("record_starts").cast("Q")
        self._contexts = _contexts(self.dictionary)

    def __len__(self) -> int:
        return self.record_starts.size - 1

    def __getitem__(self, document: int) -> dict[str, Any]:
        """The stored values of a document, by field name; empty where it has none."""
        return self.unpack(self.record(document))

    def value(self, document: int, name: str) -> Any:  # noqa: ANN401 - whatever was stored
        """One stored value of a document.

        Raises:
            KeyError: it has none of the name.
            DamagedFileError: the record is not what was written.
        """
        wanted = self._numbers[name]
        record = self.record(document)
        at = 0
        try:
            # As `_entries`, without what a generator costs: each hit of a page comes through here.
            while at < len(record):
                number, letter, size = _ENTRY.unpack_from(record, at)
                at += _ENTRY.size + size
                if number == wanted:
                    return unpack_value(letter, record[at - size : at])
        except (struct.error, ValueError) as error:
            raise self._damaged() from error
        raise KeyError(name)

    def packed(self, first: int, end: int) -> memoryview:
        """The records of a range of documents as the file has them."""
        return self._records[self._starts[first] : self._starts[end]]

    def record(self, document: int) -> bytes:
        """The record of a document."""
        packed = self._records[self._starts[document] : self._starts[document + 1]]
        if not packed:
            return b""
        try:
            return self._contexts.decompressor.decompress(packed)
        except zstandard.ZstdError as error:
            raise DamagedFileError(f"{self._file.path}: record {document} is damaged; rebuild the index") from error

    def unpack(self, record: bytes) -> dict[str, Any]:
        """The values of a record, by field name."""
        values: dict[str, Any] = {}
        try:
            for number, letter, data in _entries(record):
                values[self.fields[number]] = unpack_value(letter, data)
        except (struct.error, ValueError, IndexError) as error:
            raise self._damaged() from error
        return values

    def _damaged(self) -> DamagedFileError:
        return DamagedFileError(f"{self._file.path}: a record is damaged; rebuild the index")
