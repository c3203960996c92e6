"""A generation open for reading: its segments, where terms stand in them, and their statistics over all of it.

Everything is mapped and shared with whoever opens the same files. Statistics are those of living documents, counted
when they are first asked for and kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache, partial
from itertools import accumulate
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar
from weakref import proxy

import numpy as np
import numpy.typing as npt

from indexer.analysis import Channel
from indexer.engines.whoosh import kernels
from indexer.engines.whoosh.columnar.layout import SegmentArrays, open_generation
from indexer.engines.whoosh.mapping import text_field
from indexer.search.ranking import Settings

Docs = npt.NDArray[np.uint32]
"""Document numbers within a segment, ascending; read-only."""
Scores = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

KNOWN_TERMS = 1 << 14
"""Terms whose places in the dictionaries are remembered, and as many whose documents were counted."""
KNOWN_QUERIES = 256
"""Groups of terms that were looked up together and are remembered."""

_T = TypeVar("_T", bound=npt.NDArray[np.generic])
_V = TypeVar("_V")


def frozen(array: _T) -> _T:
    """The array, read-only from now on: mapped and computed arrays are of one type to compiled loops."""
    array.setflags(write=False)
    return array


NO_DOCS: Docs = frozen(np.empty(0, dtype=np.uint32))
NO_SCORES: Scores = frozen(np.empty(0, dtype=np.float64))


class BoundedCache(Generic[_V]):
    """What was used last, up to a size in bytes. Safe to use from several threads."""

    def __init__(self, most_bytes: int, size_of: Callable[[_V], int]) -> None:
        self._most = most_bytes
        self._size_of = size_of
        self._used = 0
        self._kept: OrderedDict[Hashable, _V] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> _V | None:
        """What was kept."""
        with self._lock:
            value = self._kept.get(key)
            if value is not None:
                self._kept.move_to_end(key)
            return value

    def put(self, key: Hashable, value: _V) -> None:
        """Keep a value, unless it alone is too large."""
        size = self._size_of(value)
        if size > self._most:
            return
        with self._lock:
            if (before := self._kept.pop(key, None)) is not None:
                self._used -= self._size_of(before)
            self._kept[key] = value
            self._used += size
            while self._used > self._most:
                self._used -= self._size_of(self._kept.popitem(last=False)[1])


class Segment:
    """A segment, and its documents that are not deleted."""

    def __init__(self, arrays: SegmentArrays, base: int, deleted: npt.NDArray[np.uint8] | None) -> None:
        self.arrays = arrays
        self.base = base
        self.size = arrays.document_count
        self.alive: npt.NDArray[np.uint8] = frozen(np.empty(0, dtype=np.uint8))
        """For each document 1, or 0 where it is deleted; empty where none is."""
        self.living = self.size
        if deleted is not None:
            bits = np.unpackbits(deleted, count=self.size, bitorder="little")
            self.alive = frozen(1 - bits)
            self.living = int(self.alive.sum())
        self.heads = frozen(kernels.term_heads(arrays.term_bytes, arrays.term_starts))
        """The beginnings of some terms, for `kernels.find_terms`."""
        self._all: Docs | None = None
        self._scratch = threading.local()

    def all_docs(self) -> Docs:
        """All living documents."""
        if self._all is None:
            every = np.flatnonzero(self.alive) if self.alive.size else np.arange(self.size)
            self._all = frozen(every.astype(np.uint32))
        return self._all

    def scratch(self) -> tuple[Scores, npt.NDArray[np.uint16]]:
        """Arrays of zeros, of this thread alone, which whoever uses them leaves as zeros."""
        kept: tuple[Scores, npt.NDArray[np.uint16]] | None = getattr(self._scratch, "arrays", None)
        if kept is None:
            room = -(-self.size // 4) * 4
            kept = np.zeros(room, dtype=np.float64), np.zeros(room, dtype=np.uint16)
            self._scratch.arrays = kept
        return kept


class Place(NamedTuple):
    """Where a term of one field stands in a segment."""

    field: int
    """Of the fields asked for."""
    term: int
    begin: int
    end: int


class Places(NamedTuple):
    """Where a term stands in one segment, in all fields asked for."""

    rows: npt.NDArray[np.int64]
    """Of each field that has it a `Place`, the shortest postings first."""
    postings: int
    """How many there are in all of the fields."""

    def each(self) -> list[Place]:
        """One after the other."""
        return [Place(*row) for row in self.rows.tolist()]


class Terms(NamedTuple):
    """Where some terms stand in one segment, as `kernels.find_terms` tells it."""

    places: npt.NDArray[np.int64]
    bounds: npt.NDArray[np.int64]


class Weights(NamedTuple):
    """What the occurrences in some fields of a segment count for; see `kernels.weigh`."""

    length_places: npt.NDArray[np.int64]
    norms: Scores


class Collection:
    """The segments of a generation as one collection."""

    def __init__(self, folder: Path) -> None:
        self._generation = open_generation(folder)
        self.segments = tuple(
            Segment(arrays, base, deleted)
            for arrays, base, deleted in zip(
                self._generation.segments, self._generation.bases, self._generation.deleted, strict=True
            )
        )
        self.living = sum(segment.living for segment in self.segments)
        # Weakly: what is remembered goes with the collection, and does not keep it.
        weak = proxy(self)
        self.places = lru_cache(maxsize=KNOWN_TERMS)(partial(Collection._places, weak))
        self.terms = lru_cache(maxsize=KNOWN_QUERIES)(partial(Collection._terms, weak))
        self._frequencies: BoundedCache[int] = BoundedCache(KNOWN_TERMS, lambda _: 1)
        self.norms = lru_cache(maxsize=256)(partial(Collection._norms, weak))
        self.weights = lru_cache(maxsize=256)(partial(Collection._weights, weak))
        self._ranges = lru_cache(maxsize=256)(partial(Collection._field_ranges, weak))

    def verify(self, but: Collection | None = None) -> None:
        """Read all files, but for those of segments that another generation shares, and compare their checksums.

        Raises:
            DamagedFileError: a byte is not what was written.
        """
        shared = {one.arrays.name for one in but.segments} if but else set()
        self._generation.file.verify()
        for one in self.segments:
            if one.arrays.name not in shared:
                one.arrays.verify()

    def _field_ranges(self, names: tuple[str, ...]) -> tuple[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]], ...]:
        """For each segment, the first terms of fields and those after their last."""
        found = []
        for segment in self.segments:
            ranges = np.array([segment.arrays.field_range(name) for name in names], dtype=np.int64).reshape(-1, 2)
            found.append((frozen(ranges[:, 0].copy()), frozen(ranges[:, 1].copy())))
        return tuple(found)

    def _places(self, names: tuple[str, ...], text: str) -> tuple[Places, ...]:
        """Where a term stands, in each segment, of fields as the index names them."""
        wanted = np.frombuffer(text.encode("utf-8", "replace"), dtype=np.uint8)
        found = []
        for segment, (lows, highs) in zip(self.segments, self._ranges(names), strict=True):
            arrays = segment.arrays
            rows, postings = kernels.find_places(
                wanted, arrays.term_bytes, arrays.term_starts, segment.heads, lows, highs, arrays.posting_starts
            )
            found.append(Places(frozen(rows), postings))
        return tuple(found)

    def frequency(self, names: tuple[str, ...], text: str) -> int:
        """How many living documents hold a term in any of the fields."""
        known = self._frequencies.get((names, text))
        return self._count(names, text, [one.rows for one in self.places(names, text)]) if known is None else known

    def _count(self, names: tuple[str, ...], text: str, places: Sequence[npt.NDArray[np.int64]]) -> int:
        """Count the living documents that stand in a term's places in any segment, and remember how many they are."""
        total = 0
        for segment, rows in zip(self.segments, places, strict=True):
            total += kernels.count_union(segment.arrays.docs, rows, segment.alive)
        self._frequencies.put((names, text), total)
        return total

    def _terms(self, names: tuple[str, ...], texts: tuple[str, ...]) -> tuple[tuple[Terms, ...], tuple[int, ...]]:
        """Where several terms stand, in each segment; and how many living documents hold each in any of the fields."""
        encoded = [text.encode("utf-8", "replace") for text in texts]
        data = np.frombuffer(b"".join(encoded), dtype=np.uint8)
        starts = frozen(np.array([0, *accumulate(map(len, encoded))], dtype=np.int64))
        found = []
        for segment, (lows, highs) in zip(self.segments, self._ranges(names), strict=True):
            arrays = segment.arrays
            places, bounds_of_terms = kernels.find_terms(
                data, starts, arrays.term_bytes, arrays.term_starts, segment.heads, lows, highs, arrays.posting_starts,
                arrays.docs, segment.alive,
            )  # fmt: skip
            found.append(Terms(frozen(places), frozen(bounds_of_terms)))
        bounds_of = [one.bounds.tolist() for one in found]
        frequencies = []
        for number, text in enumerate(texts):
            counts = [bounds[number][1] for bounds in bounds_of]
            if -1 not in counts:
                frequencies.append(sum(counts))
                continue
            known = self._frequencies.get((names, text))
            rows = [
                one.places[bounds[number][0] : bounds[number + 1][0]]
                for one, bounds in zip(found, bounds_of, strict=True)
            ]
            frequencies.append(self._count(names, text, rows) if known is None else known)
        return tuple(found), tuple(frequencies)

    def _norms(self, name: str, channel: Channel, ranking: Settings) -> Scores:
        """What an occurrence in a TEXT field counts for, by the field's length in the document."""
        field = text_field(name, channel)
        total = count = longest = 0
        for segment in self.segments:
            lengths = segment.arrays.lengths.get(field)
            if lengths is not None and lengths.size:
                of_segment, having = kernels.mean_length(lengths, segment.alive)
                total += of_segment
                count += having
                longest = max(longest, int(lengths.max()))
        mean = total / count if count else 1.0
        table = np.arange(longest + 1, dtype=np.float64)
        weight = dict(ranking.weights)[name]
        return frozen(weight / (1 - ranking.b + ranking.b * table / mean))

    def _weights(self, fields: tuple[str, ...], channel: Channel, ranking: Settings) -> tuple[Weights, ...]:
        """What occurrences in TEXT fields count for, in each segment."""
        norms = [self.norms(name, channel, ranking) for name in fields]
        starts = np.cumsum([0, *(one.size for one in norms)])[:-1].tolist()
        found = []
        for segment in self.segments:
            rows = [
                (*segment.arrays.length_places.get(text_field(name, channel), (0, 1)), start)
                for name, start in zip(fields, starts, strict=True)
            ]
            found.append(Weights(frozen(np.array(rows, dtype=np.int64)), frozen(np.concatenate(norms))))
        return tuple(found)


@lru_cache(maxsize=256)
def index_names(fields: tuple[str, ...], channel: Channel) -> tuple[str, ...]:
    """The index's names of a channel of TEXT fields."""
    return tuple(text_field(name, channel) for name in fields)
