"""Whoosh's codec over columnar segments: its own readers, matchers and writers, posting by posting.

This is what Whoosh's searcher reads with, and the slow way to write. What it gives back is what the fast paths are
tested against.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from whoosh import columns, formats
from whoosh.codec import base
from whoosh.fields import FieldType
from whoosh.filedb.filestore import Storage
from whoosh.index import FileIndex
from whoosh.matching import LeafMatcher, ReadTooFar
from whoosh.reading import IndexReader, SegmentReader, TermInfo, TermNotFound
from whoosh.system import pack_uint
from whoosh.writing import SegmentWriter

from indexer.engines.whoosh.columnar.documents import DocumentsBuilder, Vocabulary
from indexer.engines.whoosh.columnar.errors import ColumnarError, UnsupportedError
from indexer.engines.whoosh.columnar.layout import (
    BIG_FREQUENCY,
    SKIP,
    Column,
    MultiColumn,
    NumericColumn,
    SegmentArrays,
    open_segment,
)
from indexer.engines.whoosh.columnar.merge import MergeInput, merge_segments
from indexer.engines.whoosh.columnar.postings import FieldPostings, Terms, kind_of, write_postings
from indexer.engines.whoosh.columnar.segment import ColumnarSegment, commit_generation, folder_of
from indexer.engines.whoosh.columnar.stored import Records, pack_record


class ColumnarCodec(base.Codec):  # type: ignore[misc]
    """The codec. It has no state, so that Whoosh may pickle and unpickle it."""

    length_stats = False
    """Writing needs no lengths beside the postings."""

    def per_document_writer(self, storage: Storage, segment: ColumnarSegment) -> PerDocumentWriter:
        """What writes lengths, columns and stored fields."""
        return PerDocumentWriter(storage, segment)

    def field_writer(self, storage: Storage, segment: ColumnarSegment) -> FieldWriter:
        """What writes postings."""
        return FieldWriter(storage, segment)

    def per_document_reader(self, storage: Storage, segment: ColumnarSegment) -> PerDocumentReader:
        """What reads lengths, columns and stored fields."""
        return PerDocumentReader(open_segment(folder_of(storage), segment.segment_id()), segment)

    def terms_reader(self, storage: Storage, segment: ColumnarSegment) -> TermsReader:
        """What reads terms and postings."""
        return TermsReader(open_segment(folder_of(storage), segment.segment_id()))

    def new_segment(self, storage: Storage, indexname: str) -> ColumnarSegment:
        """A segment to write."""
        folder_of(storage)  # says so before anything is written where the index is in no folder
        return ColumnarSegment(indexname)


class PerDocumentWriter(base.PerDocumentWriter):  # type: ignore[misc]
    """Gathers lengths, columns and stored fields; a document counts when it is finished."""

    def __init__(self, storage: Storage, segment: ColumnarSegment) -> None:
        self._folder = folder_of(storage)
        self._segment = segment
        self._documents = DocumentsBuilder()
        self._stored = Records()
        self._stored_numbers: Vocabulary[str] = Vocabulary()
        self._count = 0
        self._forget()
        self.is_closed = False

    def _forget(self) -> None:
        self._values: dict[str, Any] = {}
        self._lengths: dict[str, int] = {}
        self._columns: dict[str, tuple[columns.Column, Any]] = {}

    def start_doc(self, docnum: int) -> None:
        """Begin a document."""
        if docnum != self._count:
            raise ColumnarError(f"document {docnum} was begun where {self._count} is next")
        self._forget()

    def add_field(self, fieldname: str, fieldobj: FieldType, value: object, length: int) -> None:  # noqa: ARG002
        """Give the document's stored value and length of a field."""
        if value is not None:
            self._values[fieldname] = value
        if length:
            self._lengths[fieldname] = length

    def add_column_value(self, fieldname: str, columnobj: columns.Column, value: object) -> None:
        """Give the document's value in a column."""
        self._columns[fieldname] = columnobj, value

    def add_vector_items(self, fieldname: str, fieldobj: FieldType, items: object) -> None:  # noqa: ARG002
        """Refuse term vectors."""
        raise UnsupportedError(f"the field {fieldname} has term vectors, which the columnar format does not hold")

    def finish_doc(self) -> None:
        """End a document."""
        self._stored.add(pack_record(self._values, self._stored_numbers))
        for name, length in self._lengths.items():
            self._documents.add_lengths(name, self._count, [length])
        for name, (column, value) in self._columns.items():
            builder = self._documents.column(name, column)
            builder.fill(self._count)
            builder.extend([value])
        self._count += 1
        self._forget()

    def cancel_doc(self) -> None:
        """Drop the document that was begun."""
        self._forget()

    def close(self) -> None:
        """Write the files."""
        name = self._segment.segment_id()
        self._stored.write(self._folder, name, list(self._stored_numbers))
        self._documents.write(self._folder, name, self._count)
        self.is_closed = True


class FieldWriter(base.FieldWriter):  # type: ignore[misc]
    """Gathers postings in the order of Whoosh's sorting pool."""

    def __init__(self, storage: Storage, segment: ColumnarSegment) -> None:
        self._folder = folder_of(storage)
        self._segment = segment
        self._parts: list[FieldPostings] = []
        self.is_closed = False

    def start_field(self, fieldname: str, fieldobj: FieldType) -> None:
        """Begin a field; its terms follow."""
        self._name = fieldname
        self._positioned, self._most = kind_of(fieldname, fieldobj)
        self._format = fieldobj.format
        self._terms: list[bytes] = []
        self._posting_counts: list[int] = []
        self._byte_counts: list[int] = []
        self._docs = array("I")
        self._freqs = array("B")
        self._big_postings: list[int] = []
        self._big_freqs: list[int] = []
        self._positions = bytearray()
        self._skips: list[int] = []

    def start_term(self, text: bytes) -> None:
        """Begin a term; its postings follow."""
        self._terms.append(text)
        self._first_posting = len(self._docs)
        self._first_byte = len(self._positions)

    def add(self, docnum: int, weight: float, vbytes: bytes, length: int) -> None:  # noqa: ARG002
        """Add a posting of the term."""
        in_term = len(self._docs) - self._first_posting
        if in_term and self._docs[-1] == docnum:
            # Whoosh gives the words of a separate spelling field once for each document, all as of document 0.
            return
        freq = 1 if self._most == 1 else self._format.decode_frequency(vbytes)
        if weight != freq:
            raise UnsupportedError(
                f"a posting of {self._name} weighs {weight} where the term stands {freq} times; the columnar format "
                "holds no boosts of documents, terms or formats: give them to the query or ranking"
            )
        if self._positioned:
            if in_term and in_term % SKIP == 0:
                self._skips.append(len(self._positions) - self._first_byte)
            before = 0
            for position in self._format.decode_positions(vbytes):
                delta = position - before
                if delta < 0:
                    raise UnsupportedError(f"positions of {self._name} descend, in document {docnum}")
                before = position
                while delta >= 128:
                    self._positions.append((delta & 127) | 128)
                    delta >>= 7
                self._positions.append(delta)
        if freq >= BIG_FREQUENCY:
            self._big_postings.append(len(self._docs))
            self._big_freqs.append(freq)
        self._docs.append(docnum)
        self._freqs.append(min(freq, BIG_FREQUENCY))

    def finish_term(self) -> None:
        """End a term."""
        self._posting_counts.append(len(self._docs) - self._first_posting)
        self._byte_counts.append(len(self._positions) - self._first_byte)

    def finish_field(self) -> None:
        """End a field."""
        self._parts.append(
            FieldPostings(
                self._name,
                Terms.of(self._terms),
                np.array(self._posting_counts, dtype=np.int64),
                np.array(self._byte_counts, dtype=np.int64),
                np.array(self._docs, dtype=np.uint32),
                np.array(self._freqs, dtype=np.uint8),
                np.array(self._big_postings, dtype=np.uint64),
                np.array(self._big_freqs, dtype=np.uint32),
                np.frombuffer(self._positions, dtype=np.uint8),
                np.array(self._skips, dtype=np.uint32),
            )
        )

    def close(self) -> None:
        """Write the file."""
        write_postings(self._folder, self._segment.segment_id(), self._parts)
        self.is_closed = True


class ColumnarWriter(SegmentWriter):  # type: ignore[misc]
    """Whoosh's writer, but that columnar segments are merged by copying arrays and generations are named."""

    def __init__(self, ix: FileIndex, codec: base.Codec | None = None, **kwargs: Any) -> None:  # noqa: ANN401
        self._joined: list[MergeInput] = []
        super().__init__(ix, codec=codec or ColumnarCodec(), **kwargs)

    def add_reader(self, reader: IndexReader) -> None:
        """Add the documents of another index."""
        segment = reader.segment()
        if not isinstance(reader, SegmentReader) or not isinstance(segment, ColumnarSegment):
            super().add_reader(reader)
            return
        self._check_state()
        arrays = open_segment(folder_of(reader.storage()), segment.segment_id())
        self._joined.append(MergeInput(arrays, segment.deleted_mask()))
        self._added = True

    def _finalize_segment(self) -> ColumnarSegment:
        own: ColumnarSegment = super()._finalize_segment()
        if not self._joined:
            return own
        folder = folder_of(self.storage)
        inputs = self._joined
        if own.doc_count_all():
            inputs = [*inputs, MergeInput(open_segment(folder, own.segment_id()), own.deleted_mask())]
        merged = ColumnarSegment(self.indexname)
        merged.set_doc_count(merge_segments(folder, merged.segment_id(), inputs, self.schema))
        return merged

    def _commit_toc(self, segments: list[base.Segment]) -> None:
        commit_generation(self.storage, self.indexname, self.schema, self.generation, segments)


class PerDocumentReader(base.PerDocumentReader):  # type: ignore[misc]
    """Lengths, columns and stored fields of a segment."""

    def __init__(self, arrays: SegmentArrays, segment: ColumnarSegment) -> None:
        self._arrays = arrays
        self._segment = segment

    def doc_count(self) -> int:
        """Documents that are not deleted."""
        return int(self._segment.doc_count())

    def doc_count_all(self) -> int:
        """Documents, deleted ones included."""
        return self._arrays.document_count

    def has_deletions(self) -> bool:
        """Whether any document is deleted."""
        return bool(self._segment.has_deletions())

    def is_deleted(self, docnum: int) -> bool:
        """Whether a document is deleted."""
        return self._segment.is_deleted(docnum)

    def deleted_docs(self) -> Iterator[int]:
        """The deleted documents."""
        return self._segment.deleted_docs()

    def supports_columns(self) -> bool:
        """That it has columns."""
        return True

    def has_column(self, fieldname: str) -> bool:
        """Whether any document has a value in a field's column."""
        return fieldname in self._arrays.columns

    def list_columns(self) -> list[str]:
        """The fields that are columns."""
        return list(self._arrays.columns)

    def column_reader(self, fieldname: str, column: columns.Column) -> ColumnReader:
        """What reads a column."""
        return ColumnReader(self._arrays.columns[fieldname], column)

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        """The length of a field in a document; `default` where it has none."""
        lengths = self._arrays.lengths.get(fieldname)
        return default if lengths is None else int(lengths[docnum]) or default

    def doc_field_length_reader(self, fieldname: str, default: int = 0) -> Callable[[int], int]:
        """What tells the lengths of a field."""
        return lambda docnum: self.doc_field_length(docnum, fieldname, default)

    def field_length(self, fieldname: str) -> int:
        """The sum of a field's lengths."""
        return self._arrays.length_totals.get(fieldname, 0)

    def min_field_length(self, fieldname: str) -> int:
        """The least length of a field; 0 where a document has none."""
        lengths = self._arrays.lengths.get(fieldname)
        return 0 if lengths is None or not lengths.size else int(lengths.min())

    def max_field_length(self, fieldname: str) -> int:
        """The greatest length of a field."""
        lengths = self._arrays.lengths.get(fieldname)
        return 0 if lengths is None or not lengths.size else int(lengths.max())

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        """The stored fields of a document."""
        return self._arrays.stored[docnum]


class ColumnReader(columns.ColumnReader):  # type: ignore[misc]
    """The values of a column as Whoosh's own column would give them."""

    def __init__(self, values: Column, column: columns.Column) -> None:
        self._values = values
        self._truth = isinstance(column, columns.BitColumn)
        self._reverse = False

    def __len__(self) -> int:
        values = self._values
        if isinstance(values, NumericColumn):
            return values.values.size
        return values.value_starts.size - 1 if isinstance(values, MultiColumn) else values.ordinals.size

    def __getitem__(self, docnum: int) -> Any:  # noqa: ANN401 - of the column's type
        values = self._values
        if isinstance(values, NumericColumn):
            value = values.values[docnum].item()
            return bool(value) if self._truth else value
        if isinstance(values, MultiColumn):
            begin, end = values.value_starts[docnum : docnum + 2].tolist()
            return [values.dictionary[ordinal] for ordinal in values.ordinals[begin:end].tolist()]
        return values.dictionary[int(values.ordinals[docnum])]

    def __iter__(self) -> Iterator[Any]:
        return (self[docnum] for docnum in range(len(self)))

    def sort_key(self, docnum: int) -> Any:  # noqa: ANN401 - of the column's type
        """What documents are ordered by."""
        value = self[docnum]
        if self._truth:
            return int(value ^ self._reverse)
        if isinstance(value, list):
            return value[0] if value else b""
        return 0 - value if self._reverse else value

    def load(self) -> list[Any]:
        """All values."""
        return list(self)

    def set_reverse(self) -> None:
        """Order by descending values."""
        if not isinstance(self._values, NumericColumn):
            raise NotImplementedError
        self._reverse = True


class ColumnarTermInfo(TermInfo):  # type: ignore[misc]
    """Statistics of a term; those that take a look at all its postings are taken when asked for."""

    def __init__(self, arrays: SegmentArrays, name: str, term: int) -> None:
        begin, end = arrays.posting_starts[term : term + 2].tolist()
        self._arrays, self._name, self._begin, self._end = arrays, name, begin, end
        super().__init__(df=end - begin, minid=int(arrays.docs[begin]), maxid=int(arrays.docs[end - 1]))

    def weight(self) -> float:
        """How often the term stands in all documents."""
        return float(self._arrays.frequencies(self._begin, self._end).sum())

    def max_weight(self) -> float:
        """How often it stands in the document in which it stands most often."""
        return float(self._arrays.frequencies(self._begin, self._end).max())

    def min_length(self) -> int:
        """The least length of the field in documents with the term."""
        lengths = self._lengths()
        return int(lengths.min()) if lengths.size else 0

    def max_length(self) -> int:
        """The greatest length of the field in documents with the term."""
        lengths = self._lengths()
        return int(lengths.max()) if lengths.size else 0

    def _lengths(self) -> npt.NDArray[Any]:
        lengths = self._arrays.lengths.get(self._name)
        return np.empty(0) if lengths is None else lengths[self._arrays.docs[self._begin : self._end]]


class TermsReader(base.TermsReader):  # type: ignore[misc]
    """Terms and postings of a segment."""

    def __init__(self, arrays: SegmentArrays) -> None:
        self._arrays = arrays

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return self._arrays.lookup(*term) >= 0

    def indexed_field_names(self) -> Iterable[str]:
        """The fields that have terms."""
        return self._arrays.field_names

    def cursor(self, fieldname: str, fieldobj: FieldType) -> FieldCursor:
        """What walks through the terms of a field."""
        return FieldCursor(self._arrays, fieldname, fieldobj)

    def _numbered(self, fieldname: str | None = None, prefix: bytes = b"") -> Iterator[tuple[str, int]]:
        """Fields and ordinals of all terms, or of those from one on."""
        arrays = self._arrays
        for name in arrays.field_names:
            if fieldname is None or name >= fieldname:
                low, high = arrays.field_range(name)
                if name == fieldname:
                    low = arrays.first_at_least(name, prefix)
                for term in range(low, high):
                    yield name, term

    def terms(self) -> Iterator[tuple[str, bytes]]:
        """All terms."""
        return ((name, self._arrays.term(term)) for name, term in self._numbered())

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        """All terms from one on."""
        return ((name, self._arrays.term(term)) for name, term in self._numbered(fieldname, prefix))

    def items(self) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        """All terms and their statistics."""
        return self._described(self._numbered())

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        """All terms from one on and their statistics."""
        return self._described(self._numbered(fieldname, prefix))

    def _described(self, terms: Iterator[tuple[str, int]]) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        for name, term in terms:
            yield (name, self._arrays.term(term)), ColumnarTermInfo(self._arrays, name, term)

    def _found(self, fieldname: str, text: bytes) -> int:
        term = self._arrays.lookup(fieldname, text)
        if term < 0:
            raise TermNotFound(f"No term {fieldname}:{text!r}")
        return term

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        """The statistics of a term."""
        return ColumnarTermInfo(self._arrays, fieldname, self._found(fieldname, text))

    def frequency(self, fieldname: str, text: bytes) -> float:
        """How often a term stands in all documents; 0 where there is no such term."""
        term = self._arrays.lookup(fieldname, text)
        return 0 if term < 0 else float(ColumnarTermInfo(self._arrays, fieldname, term).weight())

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        """How many documents have a term; 0 where there is no such term."""
        term = self._arrays.lookup(fieldname, text)
        return 0 if term < 0 else int(ColumnarTermInfo(self._arrays, fieldname, term).doc_frequency())

    def matcher(self, fieldname: str, text: bytes, format_: formats.Format, scorer: object = None) -> TermMatcher:
        """The postings of a term."""
        return TermMatcher(self._arrays, fieldname, text, self._found(fieldname, text), format_, scorer)


class FieldCursor(base.FieldCursor):  # type: ignore[misc]
    """Walks through the terms of a field."""

    def __init__(self, arrays: SegmentArrays, name: str, field: FieldType) -> None:
        self._arrays = arrays
        self._name = name
        self._field = field
        self._low, self._high = arrays.field_range(name)
        self._at = self._low

    def first(self) -> str | None:
        """Go to the first term."""
        self._at = self._low
        return self.text()

    def find(self, term: str | bytes) -> str | None:
        """Go to the first term that is not less."""
        text = term if isinstance(term, bytes) else self._field.to_bytes(term)
        self._at = self._arrays.first_at_least(self._name, text)
        return self.text()

    def next(self) -> str | None:
        """Go to the next term."""
        self._at += 1
        return self.text()

    def text(self) -> str | None:
        """The term; None behind the last."""
        return self._field.from_bytes(self._arrays.term(self._at)) if self.is_valid() else None

    term = text

    def term_info(self) -> TermInfo | None:
        """The statistics of the term."""
        return ColumnarTermInfo(self._arrays, self._name, self._at) if self.is_valid() else None

    def is_valid(self) -> bool:
        """Whether it is at a term."""
        return self._at < self._high


class TermMatcher(LeafMatcher):  # type: ignore[misc]
    """The postings of a term, in blocks of the skip table."""

    def __init__(
        self, arrays: SegmentArrays, name: str, text: bytes, term: int, format_: formats.Format, scorer: object
    ) -> None:
        self._arrays = arrays
        self._name = name
        self._term = (name, text)
        self._ordinal = term
        self.format = format_
        self.scorer = scorer
        begin, end = arrays.posting_starts[term : term + 2].tolist()
        self._docs = arrays.docs[begin:end]
        self._freqs = arrays.frequencies(begin, end)
        self._positions: list[list[int]] = []
        self._decoded = -1
        self._at = 0

    def copy(self) -> TermMatcher:
        """Another one, at the same posting."""
        other = TermMatcher(self._arrays, *self._term, self._ordinal, self.format, self.scorer)
        other._at = self._at
        return other

    def reset(self) -> None:
        """Go back to the first posting."""
        self._at = 0

    def is_active(self) -> bool:
        """Whether it is at a posting."""
        return self._at < self._docs.size

    def id(self) -> int:
        """The document."""
        return int(self._docs[self._at])

    def weight(self) -> float:
        """The frequency."""
        return float(self._freqs[self._at])

    def all_ids(self) -> Iterator[int]:
        """The documents from here on."""
        return iter(self._docs[self._at :].tolist())

    def next(self) -> bool:
        """Go to the next posting; whether that is in another block."""
        if not self.is_active():
            raise ReadTooFar
        self._at += 1
        return self._at % SKIP == 0 or not self.is_active()

    def skip_to(self, id: int) -> None:  # noqa: A002 - Whoosh's name
        """Go to the first document that is not before `id`."""
        if not self.is_active():
            raise ReadTooFar
        self._at += int(np.searchsorted(self._docs[self._at :], id))

    def positions(self) -> list[int]:
        """The positions of the term in the document."""
        block = self._at // SKIP
        if block != self._decoded:
            self._positions = self._decode(block)
            self._decoded = block
        return self._positions[self._at % SKIP]

    def _decode(self, block: int) -> list[list[int]]:
        arrays = self._arrays
        at = int(arrays.position_starts[self._ordinal])
        if block:
            at += int(arrays.skips[int(arrays.skip_starts[self._ordinal]) + block - 1])
        data = arrays.positions.data
        found = []
        for freq in self._freqs[block * SKIP : (block + 1) * SKIP].tolist():
            positions = []
            position = 0
            for _ in range(freq):
                shift = 0
                while data[at] >= 128:
                    position += (data[at] & 127) << shift
                    shift += 7
                    at += 1
                position += data[at] << shift
                at += 1
                positions.append(position)
            found.append(positions)
        return found

    def value(self) -> bytes:
        """The posting as the field's format encodes it."""
        if isinstance(self.format, formats.Positions):
            return bytes(self.format.encode(self.positions()))
        return b"" if isinstance(self.format, formats.Existence) else bytes(pack_uint(int(self._freqs[self._at])))

    def value_as(self, astype: str) -> Any:  # noqa: ANN401 - of the kind asked for
        """The posting in another form; positions are not encoded for being decoded again."""
        if astype == "positions" and isinstance(self.format, formats.Positions):
            return self.positions()
        return super().value_as(astype)

    def _block(self) -> slice:
        begin = self._at // SKIP * SKIP
        return slice(begin, begin + SKIP)

    def _block_lengths(self) -> npt.NDArray[Any]:
        lengths = self._arrays.lengths.get(self._name)
        return np.zeros(1) if lengths is None else lengths[self._docs[self._block()]]

    def block_min_id(self) -> int:
        """The first document of the block."""
        return int(self._docs[self._block()][0])

    def block_max_id(self) -> int:
        """The last document of the block."""
        return int(self._docs[self._block()][-1])

    def block_min_length(self) -> int:
        """The least length of the field in the block's documents."""
        return int(self._block_lengths().min())

    def block_max_length(self) -> int:
        """The greatest length of the field in the block's documents."""
        return int(self._block_lengths().max())

    def block_max_weight(self) -> float:
        """The greatest frequency in the block."""
        return float(self._freqs[self._block()].max())

    def skip_to_quality(self, minquality: float) -> int:
        """Go to the next block that may have a better score; how many were skipped."""
        skipped = 0
        while self.is_active() and self.block_quality() <= minquality:
            self._at = (self._at // SKIP + 1) * SKIP
            skipped += 1
        return skipped
