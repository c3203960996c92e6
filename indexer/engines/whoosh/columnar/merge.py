"""Several segments made into one by copying arrays; deleted documents are dropped, and no document is read again.

Runs of the fast writer are segments, so that this is also how a build with bounded memory ends. What is held in memory
is the dictionary of one field, a few numbers for each term and document, and `CHUNK_BYTES` of postings.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.engines.whoosh.columnar import container
from indexer.engines.whoosh.columnar.container import ArrayFileWriter
from indexer.engines.whoosh.columnar.documents import narrowed, starts_of
from indexer.engines.whoosh.columnar.errors import ColumnarError
from indexer.engines.whoosh.columnar.layout import (
    DOCUMENTS,
    Column,
    MultiColumn,
    NumericColumn,
    SegmentArrays,
    StringColumn,
)
from indexer.engines.whoosh.columnar.packing import GONE, copy_postings, count_survivors, gather_texts, number_union
from indexer.engines.whoosh.columnar.postings import PostingSizes, open_postings, skip_counts
from indexer.engines.whoosh.columnar.stored import Records, renumbered

CHUNK_BYTES = 1 << 26
"""Postings and positions that are gathered before they are written."""

Numbers = npt.NDArray[Any]


@dataclass(frozen=True)
class MergeInput:
    """A segment to merge."""

    arrays: SegmentArrays
    deleted: npt.NDArray[np.bool_]
    """For each document, whether it is left out."""


@dataclass(frozen=True)
class _Source:
    """A segment to merge, with where its documents go."""

    arrays: SegmentArrays
    stays: npt.NDArray[np.bool_]
    whole: bool
    """All documents stay."""
    new_docs: npt.NDArray[np.uint32]
    """The new number of each document, or GONE."""


def merge_segments(folder: Path, segment: str, inputs: Sequence[MergeInput], fields: Container[str]) -> int:
    """Write the files of a new segment.

    Args:
        folder: Where to.
        segment: Its name.
        inputs: The segments; documents keep their order.
        fields: Names of the fields to keep.

    Returns:
        The number of its documents.
    """
    sources = []
    count = 0
    for one in inputs:
        stays = ~one.deleted
        new_docs = np.full(stays.size, GONE, dtype=np.uint32)
        staying = int(stays.sum())
        new_docs[stays] = np.arange(count, count + staying, dtype=np.uint32)
        sources.append(_Source(one.arrays, stays, staying == stays.size, new_docs))
        count += staying
    if count >= GONE:
        raise ColumnarError(f"{count} documents are more than a segment can hold; commit without merging")
    _merge_stored(folder, segment, sources, fields)
    _merge_documents(folder, segment, sources, fields, count)
    _release(sources)
    _merge_postings(folder, segment, sources, fields)
    return count


def _release(sources: Sequence[_Source]) -> None:
    for source in sources:
        source.arrays.release()


@dataclass(frozen=True)
class TextUnion:
    """The distinct texts of several sorted lists, numbered in their common order."""

    numbers: list[Numbers]
    """For each list, of each of its texts."""
    examples: Numbers
    """For each number, a text that has it, among those of all lists."""
    _texts: Numbers
    _begins: Numbers
    _ends: Numbers

    def __len__(self) -> int:
        return self.examples.size

    def texts(self, chosen: Numbers) -> tuple[Numbers, Numbers]:
        """The bytes of the texts that are chosen, one after the other, and where each begins and the last ends."""
        return gather_texts(self._texts, self._begins, self._ends, self.examples[chosen])


def union_of_texts(lists: Sequence[tuple[Numbers, Numbers]]) -> TextUnion:
    """The union of sorted lists of distinct texts, each as bytes and the offsets of its texts in them."""
    bases = starts_of(np.array([data.size for data, _ in lists], dtype=np.int64), np.int64)
    nothing = np.empty(0, dtype=np.int64)
    offsets = [(starts.astype(np.int64) + base) for (_, starts), base in zip(lists, bases, strict=False)]
    begins = np.concatenate([nothing, *(one[:-1] for one in offsets)])
    ends = np.concatenate([nothing, *(one[1:] for one in offsets)])
    firsts = starts_of(np.array([one.size - 1 for one in offsets], dtype=np.int64), np.int64)
    texts = np.concatenate([np.empty(0, dtype=np.uint8), *(data for data, _ in lists)])
    numbers, examples = number_union(texts, begins, ends, firsts)
    return TextUnion([numbers[low:high] for low, high in pairwise(firsts.tolist())], examples, texts, begins, ends)


@dataclass(frozen=True)
class _Terms:
    """The terms of the new segment, and what they will take."""

    sizes: PostingSizes
    texts: list[tuple[Numbers, Numbers]]
    """Of each field, the bytes of its terms, and where each begins and the last ends."""
    ranks: list[Numbers]
    """For each source, of each of its terms its new ordinal; terms that go have the next that stays."""


def _merge_terms(sources: Sequence[_Source], fields: Container[str]) -> _Terms:
    names = sorted({name for source in sources for name in source.arrays.field_names if name in fields})
    counted = [_counted(source) for source in sources]
    ranks = [np.zeros(source.arrays.term_starts.size - 1, dtype=np.int64) for source in sources]
    kept_names: list[str] = []
    terms_of_fields: list[int] = []
    texts: list[tuple[Numbers, Numbers]] = []
    posting_counts: list[Numbers] = [np.empty(0, dtype=np.int64)]
    byte_counts: list[Numbers] = [np.empty(0, dtype=np.int64)]
    big = 0
    first = 0
    for name in names:
        union = union_of_texts([_field_terms(source.arrays, name) for source in sources])
        postings = np.zeros(len(union), dtype=np.int64)
        sizes = np.zeros(len(union), dtype=np.int64)
        for source, numbers, counts in zip(sources, union.numbers, counted, strict=True):
            of_postings, of_bytes, of_big = counts(*source.arrays.field_range(name))
            postings[numbers] += of_postings
            sizes[numbers] += of_bytes
            big += int(of_big.sum())
        stays = postings > 0
        new_numbers = first + starts_of(stays, np.int64)
        for source, rank, numbers in zip(sources, ranks, union.numbers, strict=True):
            low, high = source.arrays.field_range(name)
            rank[low:high] = new_numbers[numbers]
        kept = np.flatnonzero(stays)
        if not kept.size:
            continue
        kept_names.append(name)
        terms_of_fields.append(kept.size)
        texts.append(union.texts(kept))
        posting_counts.append(postings[kept])
        byte_counts.append(sizes[kept])
        first += kept.size
    all_postings = np.concatenate(posting_counts)
    all_bytes = np.concatenate(byte_counts)
    skips = skip_counts(all_postings, all_bytes)
    size = PostingSizes(
        kept_names, terms_of_fields, sum(data.size for data, _ in texts), all_postings, all_bytes, skips, big
    )
    return _Terms(size, texts, ranks)


_Counts = tuple[Numbers, Numbers, Numbers]
"""Of terms, how many postings stay, how many bytes of positions, and how many frequencies that are big."""


def _counted(source: _Source) -> Callable[[int, int], _Counts]:
    """What gives the counts of a range of terms: of a segment that stays whole they are worked out when asked for."""
    arrays = source.arrays
    if source.whole:
        return partial(_counts, arrays)
    counts = count_survivors(
        arrays.posting_starts,
        arrays.docs,
        arrays.freqs,
        arrays.big_freqs,
        arrays.positions,
        arrays.position_starts,
        source.new_docs,
    )
    return lambda low, high: (counts[0][low:high], counts[1][low:high], counts[2][low:high])


def _counts(arrays: SegmentArrays, low: int, high: int) -> _Counts:
    starts = arrays.posting_starts[low : high + 1]
    big = np.diff(np.searchsorted(arrays.big_postings, starts))
    return np.diff(starts).astype(np.int64), np.diff(arrays.position_starts[low : high + 1]).astype(np.int64), big


def _field_terms(arrays: SegmentArrays, name: str) -> tuple[Numbers, Numbers]:
    low, high = arrays.field_range(name)
    starts = arrays.term_starts[low : high + 1]
    return arrays.term_bytes[int(starts[0]) : int(starts[-1])], starts - starts[0]


def _merge_postings(folder: Path, segment: str, sources: Sequence[_Source], fields: Container[str]) -> None:
    terms = _merge_terms(sources, fields)
    sizes = terms.sizes
    posting_starts = starts_of(sizes.posting_counts, np.int64)
    position_starts = starts_of(sizes.byte_counts, np.int64)
    skip_starts = starts_of(sizes.skip_counts, np.int64)
    with open_postings(folder, segment, sizes) as writer:
        _write_terms(writer, terms)
        big_postings = [np.empty(0, dtype=np.uint64)]
        big_freqs = [np.empty(0, dtype=np.uint32)]
        weights = 5 * posting_starts + position_starts
        first = 0
        count = sizes.posting_counts.size
        while first < count:
            last = int(np.searchsorted(weights, weights[first] + CHUNK_BYTES, side="right")) - 1
            last = min(max(last, first + 1), count)
            docs = np.empty(posting_starts[last] - posting_starts[first], dtype=np.uint32)
            freqs = np.empty(docs.size, dtype=np.uint8)
            positions = np.empty(position_starts[last] - position_starts[first], dtype=np.uint8)
            skips = np.empty(skip_starts[last] - skip_starts[first], dtype=np.uint32)
            posting_cursors = posting_starts[first:last].copy()
            byte_cursors = position_starts[first:last].copy()
            for source, ranks in zip(sources, terms.ranks, strict=True):
                for begin, end in _ranges(source.arrays, sizes.fields, ranks, first, last):
                    found = copy_postings(
                        begin,
                        end,
                        ranks,
                        source.arrays.posting_starts,
                        source.arrays.docs,
                        source.arrays.freqs,
                        source.arrays.big_postings,
                        source.arrays.big_freqs,
                        source.arrays.positions,
                        source.arrays.position_starts,
                        source.new_docs,
                        first,
                        posting_starts,
                        position_starts,
                        skip_starts,
                        posting_cursors,
                        byte_cursors,
                        docs,
                        freqs,
                        positions,
                        skips,
                    )
                    big_postings.append(found[0])
                    big_freqs.append(found[1])
            writer.append("docs", docs)
            writer.append("freqs", freqs)
            writer.append("positions", positions)
            writer.append("skips", skips)
            _release(sources)
            first = last
        postings = np.concatenate(big_postings)
        order = np.argsort(postings)
        writer.append("big_postings", postings[order])
        writer.append("big_freqs", np.concatenate(big_freqs)[order])


def _ranges(
    arrays: SegmentArrays, names: Sequence[str], ranks: Numbers, first: int, last: int
) -> list[tuple[int, int]]:
    """The ranges of a segment's terms that become the new ones from `first` up to `last`."""
    found = []
    for name in names:
        low, high = arrays.field_range(name)
        # Within a field new ordinals ascend; terms that go share one with the next that stays, and copy nothing.
        begin, end = (low + np.searchsorted(ranks[low:high], [first, last])).tolist()
        if begin < end:
            found.append((begin, end))
    return found


def _write_terms(writer: ArrayFileWriter, terms: _Terms) -> None:
    writer.append("term_starts", np.zeros(1, dtype=np.uint64))
    at = 0
    for data, starts in terms.texts:
        writer.append("term_bytes", data)
        writer.append("term_starts", starts[1:] + np.uint64(at))
        at += data.size


def _merge_documents(
    folder: Path, segment: str, sources: Sequence[_Source], fields: Container[str], count: int
) -> None:
    arrays: dict[str, container.Array] = {}
    totals: dict[str, int] = {}
    for name in sorted({name for source in sources for name in source.arrays.lengths if name in fields}):
        lengths = np.zeros(count, dtype=np.uint32)
        at = 0
        for source in sources:
            staying = int(source.stays.sum())
            if name in source.arrays.lengths:
                lengths[at : at + staying] = source.arrays.lengths[name][source.stays]
            at += staying
        totals[name] = int(lengths.sum(dtype=np.uint64))
        arrays[f"length:{name}"] = narrowed(lengths)
    described: dict[str, dict[str, object]] = {}
    for name in sorted({name for source in sources for name in source.arrays.columns if name in fields}):
        of_sources = [source.arrays.columns.get(name) for source in sources]
        example = next(column for column in of_sources if column is not None)
        if isinstance(example, NumericColumn):
            missing = None if math.isnan(example.missing) else example.missing
            described[name] = {"kind": "numeric", "missing": missing}
            arrays[f"column:{name}"] = np.concatenate(
                [
                    (np.full(s.stays.size, example.missing, example.values.dtype) if c is None else _numbers(c))[
                        s.stays
                    ]
                    for s, c in zip(sources, of_sources, strict=True)
                ]
            )
            continue
        if isinstance(example, StringColumn):
            described[name] = {"kind": "string", "missing": example.missing.hex()}
            missing_value = [example.missing]
        else:
            described[name] = {"kind": "multi"}
            missing_value = []
        rows = [_rows(source, column, missing_value) for source, column in zip(sources, of_sources, strict=True)]
        union = union_of_texts([(row.data, row.starts) for row in rows])
        texts = union.texts(np.arange(len(union)))
        arrays[f"dictionary:{name}"], arrays[f"dictionary_starts:{name}"] = texts
        ordinals = [numbers.astype(np.uint32)[row.ordinals] for row, numbers in zip(rows, union.numbers, strict=True)]
        arrays[f"column:{name}"] = np.concatenate(ordinals)
        if isinstance(example, MultiColumn):
            arrays[f"value_starts:{name}"] = starts_of(np.concatenate([row.sizes for row in rows]), np.uint32)
    meta = {"segment": segment, "documents": count, "lengths": totals, "columns": described}
    container.write(folder / f"{segment}.{DOCUMENTS}", DOCUMENTS, arrays, meta)


def _numbers(column: Column) -> Numbers:
    if not isinstance(column, NumericColumn):
        raise ColumnarError("a field's column has another kind in another segment; rebuild the index")
    return column.values


@dataclass(frozen=True)
class _Rows:
    """The values of a column in the documents of a segment that stay."""

    data: Numbers
    """The bytes of those that are used, sorted, one after the other."""
    starts: Numbers
    ordinals: Numbers
    sizes: Numbers
    """How many values each document has."""


def _rows(source: _Source, column: Column | None, missing: list[bytes]) -> _Rows:
    staying = int(source.stays.sum())
    if column is None:
        # A field without one value has none here; what stands for none is used only where there are documents.
        missing = missing if staying else []
        data = np.frombuffer(b"".join(missing), dtype=np.uint8)
        starts = np.array([0, data.size][: len(missing) + 1], dtype=np.uint64)
        sizes = np.full(staying, len(missing), dtype=np.uint32)
        return _Rows(data, starts, np.zeros(int(sizes.sum()), dtype=np.uint32), sizes)
    if isinstance(column, NumericColumn):
        raise ColumnarError("a field's column has another kind in another segment; rebuild the index")
    if isinstance(column, StringColumn):
        ordinals = column.ordinals[source.stays]
        sizes = np.ones(staying, dtype=np.uint32)
    else:
        all_sizes = np.diff(column.value_starts)
        ordinals = column.ordinals[np.repeat(source.stays, all_sizes)]
        sizes = all_sizes[source.stays]
    data, starts = np.frombuffer(column.dictionary.data, dtype=np.uint8), column.dictionary.starts
    if source.whole:
        return _Rows(data, starts, ordinals, sizes)
    used, places = np.unique(ordinals, return_inverse=True)
    begins = starts[:-1].astype(np.int64)
    return _Rows(*gather_texts(data, begins, starts[1:].astype(np.int64), used), places, sizes)


def _merge_stored(folder: Path, segment: str, sources: Sequence[_Source], fields: Container[str]) -> None:
    names: list[str] = []
    for source in sources:
        names.extend(name for name in source.arrays.stored.fields if name not in names)
    names = [name for name in names if name in fields]
    # What has the dictionary of the largest source is copied, the rest compressed anew.
    largest = max(sources, key=lambda source: len(source.arrays.stored), default=None)
    merged = Records(largest.arrays.stored.dictionary if largest else b"")
    for source in sources:
        stored = source.arrays.stored
        numbers = {at: names.index(name) for at, name in enumerate(stored.fields) if name in names}
        alike = names[: len(stored.fields)] == stored.fields
        if alike and stored.dictionary == merged.dictionary:
            sizes = np.diff(stored.record_starts)
            for first, end in _runs(source.stays):
                merged.add_packed(stored.packed(first, end), sizes[first:end])
            continue
        for doc in np.flatnonzero(source.stays).tolist():
            record = stored.record(doc)
            merged.add(record if alike else renumbered(record, numbers))
    merged.write(folder, segment, names, partial(_release, sources))


def _runs(stays: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The ranges of documents that stay."""
    borders = np.flatnonzero(np.diff(np.concatenate([[False], stays, [False]]).astype(np.int8))).tolist()
    return list(zip(borders[::2], borders[1::2], strict=True))
