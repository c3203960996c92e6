"""One file of named arrays: written once, then mapped read-only, with checksums. Nothing in it is ever unpickled.

    magic             8 bytes
    format version    u32
    header length     u32, in bytes, padding included
    header checksum   u32, CRC-32 of version, length and header
    zero              u32
    header            JSON: kind, meta, size of the file, and for each array its dtype, count, offset and CRC-32;
                      padded with spaces
    arrays            little-endian, each at a multiple of 64 bytes; zeros between them

Opening checks the header and the file's size and reads nothing else; `verify` reads everything.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import zlib
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.engines.whoosh.columnar.errors import ColumnarError, DamagedFileError, VersionError

MAGIC = b"\x89COLUMN\n"
FORMAT_VERSION = 1
ALIGNMENT = 64
_PREAMBLE = struct.Struct("<8sIIII")
_CHECKED = struct.Struct("<II")
_DTYPES = frozenset(("u1", "<u2", "<u4", "<u8", "i1", "<i2", "<i4", "<i8", "<f4", "<f8"))
_CHUNK = 1 << 22
"""Bytes that are read at a time when a file is verified."""
_UNKNOWN_CRC = 2**32 - 1
"""As many digits as any checksum, so that a header has its final length before the checksums are known."""

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Spec:
    """The type and size of an array that is going to be written."""

    dtype: npt.DTypeLike
    count: int


def _name_of(dtype: npt.DTypeLike) -> str:
    name = np.dtype(dtype).newbyteorder("<").str.lstrip("|")
    if name not in _DTYPES:
        raise ColumnarError(f"arrays of {np.dtype(dtype)} can't be stored; use one of {', '.join(sorted(_DTYPES))}")
    return name


def _aligned(offset: int) -> int:
    return -(-offset // ALIGNMENT) * ALIGNMENT


class ArrayFileWriter(AbstractContextManager["ArrayFileWriter"]):
    """Writes a file whose arrays' sizes are known, in pieces: those of one array in order, of several interleaved.

    The file has no valid header before `close`, so that what a crash leaves behind can't be opened.
    """

    def __init__(self, path: Path, kind: str, specs: Mapping[str, Spec], meta: Mapping[str, Any]) -> None:
        self.path = path
        self._kind = kind
        self._meta = dict(meta)
        self._dtypes = {name: np.dtype(_name_of(spec.dtype)) for name, spec in specs.items()}
        self._counts = {name: spec.count for name, spec in specs.items()}
        self._offsets = dict.fromkeys(specs, 0)
        self._crcs = dict.fromkeys(specs, _UNKNOWN_CRC)
        self._size = 0
        # An offset has more digits than its array's distance from the start of the arrays: lay out until it fits.
        start = 0
        while True:
            at = start
            for name, count in self._counts.items():
                self._offsets[name] = at = _aligned(at)
                at += count * self._dtypes[name].itemsize
            self._size = max(at, start)
            fits = _aligned(_PREAMBLE.size + len(self._header()))
            if fits <= start:
                break
            start = fits
        self._start = start
        self._crcs = dict.fromkeys(specs, 0)
        self._written = dict.fromkeys(specs, 0)
        self._file = path.open("wb")
        self._file.truncate(self._size)

    def append(self, name: str, values: Array) -> None:
        """Write the next values of an array."""
        dtype = self._dtypes[name]
        data = np.ascontiguousarray(values, dtype=dtype).view(np.uint8).data
        done = self._written[name]
        if done + values.size > self._counts[name]:
            raise ColumnarError(f"{self.path}: more values for {name} than the {self._counts[name]} announced")
        self._file.seek(self._offsets[name] + done * dtype.itemsize)
        self._file.write(data)
        self._crcs[name] = zlib.crc32(data, self._crcs[name])
        self._written[name] = done + values.size

    def close(self) -> None:
        """Write the header.

        Raises:
            ColumnarError: an array has fewer values than announced.
        """
        for name, count in self._counts.items():
            if self._written[name] != count:
                self.abandon()
                raise ColumnarError(f"{self.path}: {self._written[name]} of {count} values of {name} were written")
        header = self._header().ljust(self._start - _PREAMBLE.size)
        checked = _CHECKED.pack(FORMAT_VERSION, len(header))
        self._file.seek(0)
        self._file.write(_PREAMBLE.pack(MAGIC, FORMAT_VERSION, len(header), zlib.crc32(header, zlib.crc32(checked)), 0))
        self._file.write(header)
        self._file.close()

    def abandon(self) -> None:
        """Leave the file unfinished."""
        self._file.close()

    def _header(self) -> bytes:
        arrays = {
            name: {
                "dtype": _name_of(self._dtypes[name]),
                "count": count,
                "offset": self._offsets[name],
                "crc32": self._crcs[name],
            }
            for name, count in self._counts.items()
        }
        header = {"kind": self._kind, "meta": self._meta, "size": self._size, "arrays": arrays}
        return json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abandon()


def write(path: Path, kind: str, arrays: Mapping[str, Array], meta: Mapping[str, Any]) -> None:
    """Write a file of arrays that are in memory."""
    specs = {name: Spec(values.dtype, values.size) for name, values in arrays.items()}
    with ArrayFileWriter(path, kind, specs, meta) as writer:
        for name, values in arrays.items():
            writer.append(name, values)


class ArrayFile:
    """A file of arrays, mapped read-only. The arrays keep the mapping alive; there is nothing to close."""

    def __init__(self, path: Path, kind: str) -> None:
        """Open a file of a kind.

        Raises:
            VersionError: it is of another format version.
            DamagedFileError: it is no such file, or its header or size is not what was written.
            OSError: it can't be read.
        """
        self.path = path
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size < _PREAMBLE.size:
                raise DamagedFileError(f"{path} is cut short: {size} bytes; rebuild the index")
            self.data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        magic, version, length, crc, zero = _PREAMBLE.unpack_from(self.data)
        if magic != MAGIC:
            raise DamagedFileError(f"{path} is no columnar file, or was never finished; rebuild the index")
        self._start = _PREAMBLE.size + length
        header = self.data[_PREAMBLE.size : self._start]
        expected = zlib.crc32(header, zlib.crc32(_CHECKED.pack(version, length)))
        if len(header) == length and expected == crc and version != FORMAT_VERSION:
            raise VersionError(
                f"{path} is of format version {version}, and this is version {FORMAT_VERSION}: rebuild the index"
            )
        if len(header) != length or expected != crc or zero:
            raise DamagedFileError(f"{path}: the header is damaged; rebuild the index")
        described = json.loads(header)
        if described["kind"] != kind:
            raise DamagedFileError(f"{path} holds {described['kind']}, not {kind}; rebuild the index")
        if described["size"] != size:
            raise DamagedFileError(f"{path} has {size} of {described['size']} bytes; rebuild the index")
        self.meta: dict[str, Any] = described["meta"]
        self._described: dict[str, dict[str, Any]] = described["arrays"]
        self.arrays: dict[str, Array] = {
            name: np.frombuffer(self.data, dtype=one["dtype"], count=one["count"], offset=one["offset"])
            if one["count"]
            else np.frombuffer(b"", dtype=one["dtype"])
            for name, one in self._described.items()
        }

    def view(self, name: str) -> memoryview:
        """The bytes of an array, not copied."""
        one = self._described[name]
        return memoryview(self.data)[one["offset"] : one["offset"] + self.arrays[name].nbytes]

    def halves(self) -> Array:
        """The whole file in units of two bytes, for loops that read arrays of several types by where they begin."""
        return np.frombuffer(self.data, dtype=np.uint16, count=len(self.data) // 2)

    def offset(self, name: str) -> int:
        """Bytes of the file before an array."""
        return int(self._described[name]["offset"])

    def release(self) -> None:
        """Give back the memory that the pages read so far take; they are read again when they are needed."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self.data.madvise(mmap.MADV_DONTNEED)

    def verify(self) -> None:
        """Read the whole file and compare its checksums.

        Raises:
            DamagedFileError: a byte is not what was written.
        """
        at = self._start
        for name, one in sorted(self._described.items(), key=lambda item: item[1]["offset"]):
            view = self.view(name)
            crc = 0
            for begin in range(0, len(view), _CHUNK):
                crc = zlib.crc32(view[begin : begin + _CHUNK], crc)
                self.release()
            if crc != one["crc32"]:
                raise DamagedFileError(f"{self.path}: the array {name} is damaged; rebuild the index")
            if any(self.data[at : one["offset"]]):
                raise DamagedFileError(f"{self.path}: damaged before the array {name}; rebuild the index")
            at = one["offset"] + len(view)
        if any(self.data[at:]):
            raise DamagedFileError(f"{self.path}: damaged at its end; rebuild the index")
