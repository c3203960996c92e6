"""The fast writer: batches of tokens become segments by sorting arrays, without a Python call for each posting.

`BatchBuilder` turns documents, given as lists of terms, into a `Batch`; a program may make batches in several processes
and send them to one `BatchWriter`. The writer gathers batches until its memory is full, then writes them as a segment
of their own, a run; committing merges the runs into one segment by copying arrays. Large batches may be written as runs
where they are made, by a `RunWriter`, so that nothing of them but a name is sent.

    writer = BatchWriter(index)
    builder = BatchBuilder(index.schema)
    for document in documents:
        builder.add({"body": ["heart", "failure"]}, columns={"year": 2020}, stored={"title": "Heart failure"})
        if len(builder) == 1000:
            writer.add(builder.finish())
    writer.add(builder.finish())
    writer.commit()
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from whoosh.fields import Schema
from whoosh.index import FileIndex, LockError
from whoosh.util.filelock import try_for

from indexer.engines.whoosh.columnar.documents import DocumentsBuilder
from indexer.engines.whoosh.columnar.errors import ColumnarError, UnsupportedError
from indexer.engines.whoosh.columnar.layout import open_segment
from indexer.engines.whoosh.columnar.merge import MergeInput, merge_segments
from indexer.engines.whoosh.columnar.packing import (
    fill_slots,
    gather_texts,
    group_tokens,
    measure_postings,
    number_terms,
    order_alike,
    pack_postings,
    split_terms,
)
from indexer.engines.whoosh.columnar.postings import FieldPostings, Terms, kind_of, skip_counts, write_postings
from indexer.engines.whoosh.columnar.segment import ColumnarSegment, commit_generation, folder_of
from indexer.engines.whoosh.columnar.stored import Records, pack_record

U32 = npt.NDArray[np.uint32]

_MOST_RUNS = 64
"""Runs that are added as such until they are merged, so that what is held of each at the end stays bounded."""
_TOKEN_BYTES = 24
"""Memory that a token needs at most until its run is written: its term and position, sorted, and as a posting."""


@dataclass(frozen=True)
class Tokens:
    """The tokens of a field in a document, where positions are not 0, 1, 2... or the length is not their number."""

    terms: Sequence[str]
    positions: Sequence[int] | None = None
    """Of each token, ascending but for stacked ones; needed by no field without positions."""
    length: int | None = None
    """Of the field in the document, in ranking; the number of tokens unless given."""


@dataclass(frozen=True)
class TokenArrays:
    """The tokens of a field in the documents of a batch."""

    terms: bytes
    """The distinct terms in UTF-8, each with a zero byte behind it."""
    ids: U32
    """Of each token, document by document, the place of its term among them."""
    counts: U32
    """The tokens of each document."""
    positions: U32
    """Of each token; empty in a field without positions."""
    lengths: U32
    """The length of the field in each document; empty in a field that is not ranked."""


@dataclass(frozen=True)
class Batch:
    """Documents as arrays. Can be pickled."""

    count: int
    tokens: dict[str, TokenArrays]
    """By field, of indexed fields that any of the documents has."""
    columns: dict[str, Sequence[Any]]
    """By field, a value for each document; None where it has none."""
    stored: Records


class _FieldTokens:
    """The tokens of a field in a batch that is being built."""

    def __init__(self) -> None:
        self.terms: list[str] = []
        """Of documents, one after the other, their terms: each, or several with zero characters between them."""
        self.count = 0
        self.counts = array("I")
        self.positions = array("I")
        """Of the tokens of documents that give them."""
        self.positioned: list[int] = []
        """The documents that do."""
        self.lengths = array("I")


class BatchBuilder:
    """Turns documents into batches."""

    def __init__(self, schema: Schema, dictionary: bytes = b"") -> None:
        """Begin an empty batch.

        Args:
            schema: Of the index.
            dictionary: A Zstandard dictionary for stored fields, the same as the writer's.
        """
        self._dictionary = dictionary
        self._kinds: dict[str, tuple[bool, bool]] = {}
        self._columns_of = {name for name, kind in schema.items() if kind.column_type}
        self._stored_of = {name: number for number, name in enumerate(stored_names(schema))}
        for name, kind in schema.items():
            if kind.indexed:
                positioned, _ = kind_of(name, kind)
                self._kinds[name] = positioned, bool(kind.scorable)
        self._begin()

    def __len__(self) -> int:
        return self._count

    def _begin(self) -> None:
        self._count = 0
        self._tokens: dict[str, _FieldTokens] = {}
        self._columns: dict[str, list[Any]] = {}
        self._stored = Records(self._dictionary)

    def add(
        self,
        tokens: Mapping[str, Sequence[str] | Tokens],
        columns: Mapping[str, Any] | None = None,
        stored: Mapping[str, Any] | None = None,
    ) -> None:
        """Add a document.

        Args:
            tokens: Of each indexed field that it has. A field of the format Existence takes distinct terms.
            columns: Of each field that is a column, its value as Whoosh's column takes it.
            stored: The stored fields.
        """
        for name, given in tokens.items():
            self._add_tokens(name, given if isinstance(given, Tokens) else Tokens(given))
        for name, value in (columns or {}).items():
            self._column(name).append(value)
        self._stored.add(pack_record(stored, self._stored_of) if stored else b"")
        self._count += 1

    def add_all(
        self,
        tokens: Mapping[str, Sequence[Sequence[str]]],
        columns: Mapping[str, Sequence[Any]],
        stored: Sequence[Mapping[str, Any]],
    ) -> None:
        """Add documents field by field, which is many times as fast as one after the other.

        Args:
            tokens: Of each indexed field that any of them has, the terms of each document.
            columns: Of each field that is a column, the value of each document; None where it has none.
            stored: The stored fields of each document.

        Raises:
            ColumnarError: a field is given for more or fewer documents than there are; none is added.
        """
        for name, given in chain(tokens.items(), columns.items()):
            if len(given) != len(stored):
                raise ColumnarError(f"{name} is given for {len(given)} of {len(stored)} documents; give it for each")
        for name, rows in tokens.items():
            kept = self._field(name)
            sizes = array("I", map(len, rows))
            kept.terms.extend(chain.from_iterable(rows))
            kept.count += sum(sizes)
            kept.counts.extend(sizes)
            if self._kinds[name][1]:
                kept.lengths.extend(sizes)
        for name, values in columns.items():
            self._column(name).extend(values)
        for each in stored:
            self._stored.add(pack_record(each, self._stored_of))
        self._count += len(stored)

    def _column(self, name: str) -> list[Any]:
        """The values of a column, up to the next document."""
        values = self._columns.get(name)
        if values is None:
            if name not in self._columns_of:
                raise ColumnarError(f"the schema's field {name} has no column")
            values = self._columns[name] = []
        values.extend([None] * (self._count - len(values)))
        return values

    def _field(self, name: str) -> _FieldTokens:
        """The tokens of a field, up to the next document."""
        kept = self._tokens.get(name)
        if kept is None:
            if name not in self._kinds:
                raise ColumnarError(f"the schema has no indexed field {name}")
            kept = self._tokens[name] = _FieldTokens()
        if missing := self._count - len(kept.counts):
            kept.counts.frombytes(bytes(4 * missing))
            if self._kinds[name][1]:
                kept.lengths.frombytes(bytes(4 * missing))
        return kept

    def _add_tokens(self, name: str, tokens: Tokens) -> None:
        kept = self._field(name)
        positioned, ranked = self._kinds[name]
        size = len(tokens.terms)
        if positioned and tokens.positions is not None:
            if len(tokens.positions) != size:
                raise ColumnarError(f"a document has {size} tokens of {name} and {len(tokens.positions)} positions")
            kept.positioned.append(self._count)
            kept.positions.extend(tokens.positions)
        if size:
            # Joined at once: a reference to each term would be as slow as all the rest of this.
            kept.terms.append("\0".join(tokens.terms))
        kept.count += size
        kept.counts.append(size)
        if ranked:
            kept.lengths.append(size if tokens.length is None else tokens.length)

    def finish(self) -> Batch:
        """The documents so far; what is added next begins another batch."""
        count = self._count
        tokens = {}
        for name, kept in self._tokens.items():
            positioned, ranked = self._kinds[name]
            counts = np.zeros(count, dtype=np.uint32)
            counts[: len(kept.counts)] = kept.counts
            lengths = np.zeros(count if ranked else 0, dtype=np.uint32)
            lengths[: len(kept.lengths)] = kept.lengths
            terms = "\0".join([*kept.terms, ""]).encode()
            if terms.count(0) != kept.count:
                raise UnsupportedError(f"a term of {name} has a zero character, which ends terms here")
            positions = _positions(kept, counts) if positioned else np.empty(0, dtype=np.uint32)
            table = TermTable()
            ids = table.numbers(terms, kept.count)
            tokens[name] = TokenArrays(table.encoded(), ids, counts, positions, lengths)
        for values in self._columns.values():
            values.extend([None] * (count - len(values)))
        batch = Batch(count, tokens, dict(self._columns), self._stored)
        self._begin()
        return batch


def _positions(kept: _FieldTokens, counts: U32) -> U32:
    """Of all tokens, those given where they are, and 0, 1, 2... where they are not."""
    if len(kept.positions) == kept.count:
        return np.array(kept.positions, dtype=np.uint32)
    ends = np.cumsum(counts, dtype=np.int64)
    positions = np.arange(ends[-1], dtype=np.int64) - np.repeat(ends - counts, counts)
    given = np.zeros(counts.size, dtype=np.bool_)
    given[kept.positioned] = True
    positions[np.repeat(given, counts)] = kept.positions
    return positions.astype(np.uint32)


def stored_names(schema: Schema) -> list[str]:
    """The names of the stored fields in the order in which records number them."""
    return sorted(name for name, kind in schema.items() if kind.stored)


class TermTable:
    """Numbers the distinct terms of a field."""

    def __init__(self) -> None:
        self.count = 0
        self._slots = np.zeros(1 << 12, dtype=np.uint64)
        self._heads = np.empty((1 << 11, 2), dtype=np.uint64)
        self._hashes = np.empty(1 << 11, dtype=np.uint64)
        self._starts = np.zeros((1 << 11) + 1, dtype=np.int64)
        self._texts = np.empty(1 << 14, dtype=np.uint8)

    @property
    def nbytes(self) -> int:
        """Memory that it takes."""
        parts = (self._slots, self._heads, self._hashes, self._starts, self._texts)
        return sum(part.nbytes for part in parts)

    def numbers(self, terms: bytes, tokens: int) -> U32:
        """The number of each of the terms, given in UTF-8 with a zero byte behind each."""
        data = np.frombuffer(terms, dtype=np.uint8)
        ids = np.empty(tokens, dtype=np.uint32)
        ends = np.empty(tokens, dtype=np.int64)
        heads = np.empty((tokens, 2), dtype=np.uint64)
        hashes = np.empty(tokens, dtype=np.uint64)
        found = split_terms(data, ends, heads, hashes)
        if found != tokens or not terms.endswith(b"\0" if tokens else b""):
            raise ColumnarError(f"a batch announces {tokens} tokens and has {found}")
        done = 0
        while done < tokens:
            known = (self._slots, self._heads, self._hashes, self._texts, self._starts)
            done, self.count = number_terms(data, ends, heads, hashes, done, ids, *known, self.count)
            if done < tokens:
                self._grow(int(ends[done] - (ends[done - 1] + 1 if done else 0)))
        return ids

    def encoded(self) -> bytes:
        """The terms by their numbers, each with a zero byte behind it."""
        starts = self._starts[: self.count + 1]
        ended = np.zeros(int(starts[-1]) + self.count, dtype=np.uint8)
        is_text = np.ones(ended.size, dtype=np.bool_)
        is_text[starts[1:] + np.arange(self.count)] = False
        ended[is_text] = self._texts[: starts[-1]]
        return ended.tobytes()

    def terms(self) -> list[bytes]:
        """The terms by their numbers."""
        starts = self._starts[: self.count + 1].tolist()
        texts = self._texts.tobytes()
        return [texts[begin:end] for begin, end in pairwise(starts)]

    def _grow(self, needed: int) -> None:
        """Make room for at least one more term, of so many bytes."""
        while self._starts[self.count] + needed > self._texts.size:
            self._texts = np.concatenate([self._texts, np.empty_like(self._texts)])
        if self.count >= self._hashes.size:
            self._heads = np.concatenate([self._heads, np.empty_like(self._heads)])
            self._hashes = np.concatenate([self._hashes, np.empty_like(self._hashes)])
            self._starts = np.concatenate([self._starts, np.zeros(self._starts.size - 1, dtype=np.int64)])
            self._slots = np.zeros(2 * self._slots.size, dtype=np.uint64)
            fill_slots(self._slots, self._hashes, self.count)


@dataclass
class _FieldRun:
    """The tokens of a field in a run that is being gathered."""

    terms: TermTable = field(default_factory=TermTable)
    ids: list[U32] = field(default_factory=list)
    counts: list[U32] = field(default_factory=list)
    positions: list[U32] = field(default_factory=list)
    documents: int = 0


class BatchWriter:
    """Writes batches into an index. Holds Whoosh's write lock from when it is made until `commit` or `cancel`."""

    def __init__(
        self, index: FileIndex, memory_mb: int = 512, timeout_seconds: float = 0.0, dictionary: bytes = b""
    ) -> None:
        """Begin to write.

        Args:
            index: The index.
            memory_mb: What a run may take in memory, about, until it is written to disk.
            timeout_seconds: How long to wait for another writer to finish.
            dictionary: A Zstandard dictionary for stored fields.

        Raises:
            LockError: another writer is at work (Whoosh's own exception).
            UnsupportedError: the schema has what the columnar format does not hold.
        """
        self._lock = index.lock("WRITELOCK")
        if not try_for(self._lock.acquire, timeout=timeout_seconds):
            raise LockError
        try:
            self._storage = index.storage
            self._folder = folder_of(index.storage)
            self._index_name: str = index.indexname
            toc = index._read_toc()  # noqa: SLF001 - as Whoosh's own writers do
            self._number: int = toc.generation + 1
            self._schema: Schema = toc.schema
            self._segments: list[ColumnarSegment] = toc.segments
            self._kinds = {name: kind_of(name, kind) for name, kind in self._schema.items() if kind.indexed}
            self._stored_names = stored_names(self._schema)
        except BaseException:
            self._lock.release()
            raise
        self._dictionary = dictionary
        self._memory = memory_mb * 2**20
        self._runs: list[ColumnarSegment] = []
        self._unmerged = 0
        """The last of the runs, which were added as such and not merged with others."""
        self._closed = False
        self._begin()

    def _begin(self) -> None:
        self._count = 0
        self._used = 0
        self._fields: dict[str, _FieldRun] = {}
        self._documents = DocumentsBuilder()
        self._stored = Records(self._dictionary)

    def add(self, batch: Batch) -> None:
        """Add documents."""
        first = self._count
        for name, tokens in batch.tokens.items():
            run = self._fields.setdefault(name, _FieldRun())
            if run.documents < first:
                run.counts.append(np.zeros(first - run.documents, dtype=np.uint32))
            before = run.terms.nbytes
            numbers = run.terms.numbers(tokens.terms, tokens.terms.count(0))
            if (announced := int(tokens.counts.sum())) != tokens.ids.size:
                raise ColumnarError(f"a batch announces {announced} tokens of {name} and has {tokens.ids.size}")
            ids = numbers[tokens.ids]
            run.ids.append(ids)
            run.counts.append(tokens.counts)
            run.positions.append(tokens.positions)
            run.documents = first + batch.count
            if tokens.lengths.size:
                self._documents.add_lengths(name, first, tokens.lengths)
            self._used += ids.size * _TOKEN_BYTES + run.terms.nbytes - before
        for name, values in batch.columns.items():
            column = self._documents.column(name, self._schema[name].column_type)
            column.fill(first)
            column.extend(values)
            self._used += 16 * batch.count
        self._stored.extend(batch.stored)
        self._used += batch.stored.size + 100 * batch.count
        self._count += batch.count
        if self._used >= self._memory:
            self._write_run()

    def add_run(self, run: ColumnarSegment) -> None:
        """Add documents that a `RunWriter` has written."""
        self._write_run()
        self._runs.append(run)
        self._unmerged += 1
        if self._unmerged == _MOST_RUNS:
            merged = merge_into_one(self._storage, self._index_name, self._schema, self._runs[-_MOST_RUNS:])
            for segment in self._runs[-_MOST_RUNS:]:
                self._remove(segment)
            self._runs[-_MOST_RUNS:] = [merged]
            self._unmerged = 0

    def delete(self, name: str, terms: Iterable[bytes]) -> int:
        """Delete the documents of earlier commits that have any of a field's terms; how many there were."""
        wanted = list(terms)
        deleted = 0
        for segment in self._segments:
            arrays = open_segment(self._folder, segment.segment_id())
            before = segment.deleted_count()
            for term in wanted:
                found = arrays.lookup(name, term)
                if found >= 0:
                    begin, end = arrays.posting_starts[found : found + 2].tolist()
                    for doc in arrays.docs[begin:end].tolist():
                        segment.delete_document(doc)
            deleted += segment.deleted_count() - before
        return deleted

    def commit(self, *, merge: bool = True, optimize: bool = False) -> None:
        """Publish what was added and deleted as the index's next generation.

        Args:
            merge: Make the runs one segment, and merge it with older ones that are not much larger.
            optimize: Merge all segments into one.
        """
        try:
            self._write_run()
            kept, merged = list(self._segments), list(self._runs)
            if optimize:
                kept, merged = [], kept + merged
            elif merge:
                kept, merged = choose_merge(kept, merged)
            elif merged:
                kept, merged = kept + merged, []
            if len(merged) > 1 or any(segment.has_deletions() for segment in merged):
                merged = [merge_into_one(self._storage, self._index_name, self._schema, merged)]
            segments = [*kept, *(segment for segment in merged if segment.doc_count_all())]
            commit_generation(self._storage, self._index_name, self._schema, self._number, segments)
        finally:
            self._close()

    def cancel(self) -> None:
        """Give up what was added and deleted since the last commit; after one there is nothing."""
        if self._closed:
            return
        for segment in self._runs:
            self._remove(segment)
        self._close()

    def _remove(self, segment: ColumnarSegment) -> None:
        for name in segment.list_files(self._storage):
            self._storage.delete_file(name)

    def _close(self) -> None:
        if not self._closed:
            self._closed = True
            self._lock.release()

    def _write_run(self) -> None:
        if not self._count:
            return
        segment = ColumnarSegment(self._index_name)
        segment.set_doc_count(self._count)
        name = segment.segment_id()
        self._runs.append(segment)
        self._stored.write(self._folder, name, self._stored_names)
        self._stored = Records(self._dictionary)
        self._documents.write(self._folder, name, self._count)
        self._documents = DocumentsBuilder()
        fields = [self._invert(field_name) for field_name in sorted(self._fields)]
        write_postings(self._folder, name, fields)
        self._begin()

    def _invert(self, name: str) -> FieldPostings:
        run = self._fields.pop(name)
        nothing = np.empty(0, dtype=np.uint32)
        terms = run.terms.encoded()
        parts = (np.concatenate([nothing, *part]) for part in (run.ids, run.positions, run.counts))
        del run
        return inverted(name, self._kinds[name], terms, *parts)


class RunWriter:
    """Writes batches as runs, in any process, for a `BatchWriter` of the same index that has them by `add_run`."""

    def __init__(self, index: FileIndex) -> None:
        """Be ready to write.

        Args:
            index: The index.
        """
        self._folder = folder_of(index.storage)
        self._index_name: str = index.indexname
        self._schema: Schema = index.schema

    def write(self, batch: Batch) -> ColumnarSegment:
        """Write a batch, of one document at least; the run can be pickled."""
        segment = ColumnarSegment(self._index_name)
        segment.set_doc_count(batch.count)
        name = segment.segment_id()
        documents = DocumentsBuilder()
        for field_name, tokens in batch.tokens.items():
            if tokens.lengths.size:
                documents.add_lengths(field_name, 0, tokens.lengths)
        for field_name, values in batch.columns.items():
            documents.column(field_name, self._schema[field_name].column_type).extend(values)
        documents.write(self._folder, name, batch.count)
        batch.stored.write(self._folder, name, stored_names(self._schema))
        postings = []
        for field_name, tokens in sorted(batch.tokens.items()):
            kind = kind_of(field_name, self._schema[field_name])
            postings.append(inverted(field_name, kind, tokens.terms, tokens.ids, tokens.positions, tokens.counts))
        write_postings(self._folder, name, postings)
        return segment


def in_order(terms: bytes) -> tuple[Terms, U32]:
    """Distinct terms, each with a zero byte behind it, sorted; and of each its place among them."""
    count = terms.count(0)
    data = np.frombuffer(terms, dtype=np.uint8)
    ends = np.empty(count, dtype=np.int64)
    heads = np.empty((count, 2), dtype=np.uint64)
    split_terms(data, ends, heads, np.empty(count, dtype=np.uint64))
    begins = np.zeros(count, dtype=np.int64)
    begins[1:] = ends[:-1] + 1
    # A head has its first byte as the lowest one.
    first = heads[:, 0].byteswap()
    order = np.argsort(first)
    order_alike(data, begins, ends, first[order[1:]] == first[order[:-1]], order)
    ranks = np.empty(count, dtype=np.uint32)
    ranks[order] = np.arange(count, dtype=np.uint32)
    return Terms(*gather_texts(data, begins, ends, order)), ranks


def inverted(name: str, kind: tuple[bool, int], terms: bytes, ids: U32, positions: U32, counts: U32) -> FieldPostings:
    """The postings of a field.

    Args:
        name: Of the field.
        kind: As `kind_of` gives it.
        terms: The distinct terms, each with a token, and with a zero byte behind it.
        ids: Of each token, document by document, the place of its term among them.
        positions: Of each token; of no meaning in a field without positions.
        counts: The tokens of each document.
    """
    positioned, most = kind
    ordered, ranks = in_order(terms)
    given = positions if positioned else np.empty(0, dtype=np.uint32)
    starts, docs, given = group_tokens(ids, given, counts, ranks, ranks.size)
    posting_counts, byte_counts, big, descending = measure_postings(starts, docs, given, most)
    if descending >= 0:
        raise ColumnarError(f"the positions of {name} descend within a term, in document {descending} of the run")
    skips = skip_counts(posting_counts, byte_counts)
    sizes = (int(posting_counts.sum()), int(byte_counts.sum()), big, int(skips.sum()))
    packed = pack_postings(starts, docs, given, most, *sizes)
    return FieldPostings(name, ordered, posting_counts, byte_counts, *packed)


def choose_merge(
    kept: list[ColumnarSegment], new: list[ColumnarSegment]
) -> tuple[list[ColumnarSegment], list[ColumnarSegment]]:
    """Which older segments stay as they are, and what is merged.

    From the smallest on, a segment joins as long as it is at most twice as large as all that joined before it, so that
    the number of segments grows with the logarithm of their documents.
    """
    total = sum(segment.doc_count_all() for segment in new)
    joining: set[str] = set()
    for segment in sorted(kept, key=ColumnarSegment.doc_count_all):
        if segment.doc_count() and segment.doc_count_all() > 2 * total:
            break
        total += segment.doc_count()
        joining.add(segment.segment_id())
    if not new and len(joining) < 2:
        joining = {segment.segment_id() for segment in kept if not segment.doc_count()}
    return (
        [segment for segment in kept if segment.segment_id() not in joining],
        [segment for segment in kept if segment.segment_id() in joining] + new,
    )


def merge_into_one(
    storage: Any,  # noqa: ANN401 - Whoosh's storage
    index_name: str,
    schema: Schema,
    segments: Sequence[ColumnarSegment],
) -> ColumnarSegment:
    """A new segment of the documents of others that are not deleted, in their order."""
    folder = folder_of(storage)
    segment = ColumnarSegment(index_name)
    inputs = [MergeInput(open_segment(folder, one.segment_id()), one.deleted_mask()) for one in segments]
    segment.set_doc_count(merge_segments(folder, segment.segment_id(), inputs, schema))
    return segment
