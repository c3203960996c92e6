"""Building the documents file: lengths and columns, a row for each document."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
from whoosh import columns

from indexer.engines.whoosh.columnar import container
from indexer.engines.whoosh.columnar.errors import UnsupportedError
from indexer.engines.whoosh.columnar.layout import DOCUMENTS

Values = Sequence[Any] | npt.NDArray[Any]


Key = TypeVar("Key")


class Vocabulary(dict[Key, int], Generic[Key]):
    """Numbers keys in the order in which they are first asked for."""

    def __missing__(self, key: Key) -> int:
        number = self[key] = len(self)
        return number


def ranks_of(values: Sequence[bytes]) -> tuple[list[bytes], npt.NDArray[np.uint32]]:
    """Distinct values sorted, and of each value its place among them."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = np.empty(len(values), dtype=np.uint32)
    ranks[order] = np.arange(len(values), dtype=np.uint32)
    return [values[at] for at in order], ranks


def dictionary_arrays(name: str, values: Sequence[bytes]) -> dict[str, container.Array]:
    """The arrays of a column's dictionary."""
    return {
        f"dictionary:{name}": np.frombuffer(b"".join(values), dtype=np.uint8),
        f"dictionary_starts:{name}": starts_of(np.fromiter(map(len, values), dtype=np.uint64, count=len(values))),
    }


def starts_of(sizes: npt.NDArray[Any], dtype: npt.DTypeLike = np.uint64) -> npt.NDArray[Any]:
    """Where each of consecutive things of these sizes begins, and where the last one ends."""
    starts = np.zeros(sizes.size + 1, dtype=dtype)
    np.cumsum(sizes, out=starts[1:])
    return starts


class NumericBuilder:
    """A column of numbers."""

    kind = "numeric"

    def __init__(self, typecode: str, missing: float) -> None:
        self.dtype = np.dtype(typecode)
        self.missing = missing
        self._values: list[npt.NDArray[Any]] = []
        self._open: list[Any] = []
        self.count = 0

    def extend(self, values: Values) -> None:
        """Add the values of the next documents; those that are None are missing."""
        if not isinstance(values, np.ndarray):
            values = [self.missing if value is None else value for value in values]
        if isinstance(values, np.ndarray):
            self._flush()
            self._values.append(values.astype(self.dtype))
        else:
            self._open.extend(values)
        self.count += len(values)

    def fill(self, count: int) -> None:
        """Make it as long as `count` documents."""
        self.extend([None] * (count - self.count))

    def _flush(self) -> None:
        if self._open:
            self._values.append(np.array(self._open, dtype=self.dtype))
            self._open = []

    def arrays(self, name: str) -> dict[str, container.Array]:
        """The arrays of the finished column."""
        self._flush()
        return {f"column:{name}": np.concatenate([np.empty(0, dtype=self.dtype), *self._values])}

    def describe(self) -> dict[str, object]:
        """What the file's header says of it."""
        return {"kind": self.kind, "missing": None if math.isnan(self.missing) else self.missing}


class StringBuilder:
    """A column of byte strings."""

    kind = "string"

    def __init__(self, missing: bytes = b"") -> None:
        self.missing = missing
        self._vocabulary: Vocabulary[bytes] = Vocabulary()
        self._ordinals = array("I")

    @property
    def count(self) -> int:
        """Documents so far."""
        return len(self._ordinals)

    def extend(self, values: Values) -> None:
        """Add the values of the next documents; those that are None are missing."""
        missing = self.missing
        self._ordinals.extend([self._vocabulary[missing if value is None else value] for value in values])

    def fill(self, count: int) -> None:
        """Make it as long as `count` documents."""
        if count > self.count:
            self._ordinals.extend([self._vocabulary[self.missing]] * (count - self.count))

    def arrays(self, name: str) -> dict[str, container.Array]:
        """The arrays of the finished column."""
        values, ranks = ranks_of(list(self._vocabulary))
        ordinals = np.frombuffer(self._ordinals, dtype=np.uint32)
        return {f"column:{name}": ranks[ordinals], **dictionary_arrays(name, values)}

    def describe(self) -> dict[str, object]:
        """What the file's header says of it."""
        return {"kind": self.kind, "missing": self.missing.hex()}


class MultiBuilder:
    """A column of any number of byte strings for each document."""

    kind = "multi"

    def __init__(self) -> None:
        self._vocabulary: Vocabulary[bytes] = Vocabulary()
        self._ordinals = array("I")
        self._sizes = array("I")

    @property
    def count(self) -> int:
        """Documents so far."""
        return len(self._sizes)

    def extend(self, values: Iterable[Iterable[bytes] | None]) -> None:
        """Add the values of the next documents; None is the same as none."""
        for one in values:
            ordinals = [self._vocabulary[value] for value in one or ()]
            self._ordinals.extend(ordinals)
            self._sizes.append(len(ordinals))

    def fill(self, count: int) -> None:
        """Make it as long as `count` documents."""
        self._sizes.extend([0] * (count - self.count))

    def arrays(self, name: str) -> dict[str, container.Array]:
        """The arrays of the finished column."""
        values, ranks = ranks_of(list(self._vocabulary))
        ordinals = np.frombuffer(self._ordinals, dtype=np.uint32)
        return {
            f"value_starts:{name}": starts_of(np.frombuffer(self._sizes, dtype=np.uint32), np.uint32),
            f"column:{name}": ranks[ordinals],
            **dictionary_arrays(name, values),
        }

    def describe(self) -> dict[str, object]:
        """What the file's header says of it."""
        return {"kind": self.kind}


ColumnBuilder = NumericBuilder | StringBuilder | MultiBuilder


def builder_for(name: str, column: columns.Column) -> ColumnBuilder:
    """What builds the values of a Whoosh column.

    Raises:
        UnsupportedError: the columnar format has no such column.
    """
    if isinstance(column, columns.NumericColumn):
        # Struct's codes have standard sizes; NumPy's are those of the machine.
        code = {"l": "i", "L": "I"}.get(column._typecode, column._typecode)  # noqa: SLF001
        return NumericBuilder(code, column.default_value())
    if isinstance(column, columns.BitColumn):
        return NumericBuilder("B", int(column.default_value()))
    if isinstance(column, columns.VarBytesListColumn):
        return MultiBuilder()
    if isinstance(column, (columns.VarBytesColumn, columns.CompressedBytesColumn)):
        return StringBuilder()
    if isinstance(column, (columns.FixedBytesColumn, columns.RefBytesColumn)):
        return StringBuilder(column.default_value())
    raise UnsupportedError(
        f"the column {type(column).__name__} of the field {name} can't be stored; use NumericColumn, BitColumn, "
        "VarBytesColumn, RefBytesColumn or VarBytesListColumn"
    )


class DocumentsBuilder:
    """Lengths and columns of a segment that is being written."""

    def __init__(self) -> None:
        self.columns: dict[str, ColumnBuilder] = {}
        self._lengths: dict[str, array[int]] = {}

    def column(self, name: str, column: columns.Column) -> ColumnBuilder:
        """The builder of a field's column."""
        if name not in self.columns:
            self.columns[name] = builder_for(name, column)
        return self.columns[name]

    def add_lengths(self, name: str, first: int, lengths: Iterable[int] | npt.NDArray[np.uint32]) -> None:
        """Add the lengths of a field in documents from `first` on."""
        known = self._lengths.setdefault(name, array("I"))
        known.frombytes(bytes(4 * (first - len(known))))
        if isinstance(lengths, np.ndarray):
            known.frombytes(lengths.astype(np.uint32).tobytes())
        else:
            known.extend(lengths)

    def length_array(self, name: str, count: int) -> npt.NDArray[np.uint32]:
        """The lengths of a field in all documents; zeros where it has none."""
        lengths = np.zeros(count, dtype=np.uint32)
        if known := self._lengths.get(name):
            lengths[: len(known)] = known
        return lengths

    def write(self, folder: Path, segment: str, count: int) -> None:
        """Write the file of a segment of `count` documents."""
        arrays: dict[str, container.Array] = {}
        totals: dict[str, int] = {}
        for name in sorted(self._lengths):
            lengths = self.length_array(name, count)
            totals[name] = int(lengths.sum(dtype=np.uint64))
            arrays[f"length:{name}"] = narrowed(lengths)
        described = {}
        for name, builder in sorted(self.columns.items()):
            builder.fill(count)
            arrays |= builder.arrays(name)
            described[name] = builder.describe()
        meta = {"segment": segment, "documents": count, "lengths": totals, "columns": described}
        container.write(folder / f"{segment}.{DOCUMENTS}", DOCUMENTS, arrays, meta)


def narrowed(lengths: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint16] | npt.NDArray[np.uint32]:
    """Lengths in 16 bits where all of them fit."""
    return lengths.astype(np.uint16) if lengths.size == 0 or lengths.max() < 2**16 else lengths
