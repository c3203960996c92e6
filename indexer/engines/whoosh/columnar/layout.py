"""The arrays of a segment, and of a generation of segments, as evaluators read them.

A segment is three files of arrays (`container`), named after it and written once:

- `<name>.postings`: the sorted term dictionary, postings, frequencies and positions.
- `<name>.documents`: field lengths and columns, a row for each document.
- `<name>.stored`: stored records, each compressed.

A generation is one more file, `_<index>_<number>.segments`, beside the table of contents that Whoosh pickles: the names
of the segments in order and a bitmap of the deleted documents of each. `open_generation` reads that, and never the
table of contents. Document numbers count through the segments in order, deleted documents included.

Words: a *term* is a field and bytes; its *ordinal* is its place in the dictionary; a *posting* is a term in a document,
its *index* is its place in `docs`; T terms, P postings, F indexed fields, N documents, deleted ones among them.
Little-endian machines only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.engines.whoosh.columnar.container import ArrayFile
from indexer.engines.whoosh.columnar.errors import DamagedFileError
from indexer.engines.whoosh.columnar.stored import STORED, StoredReader

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]

POSTINGS = "postings"
DOCUMENTS = "documents"
SEGMENTS = "segments"

BIG_FREQUENCY = 255
"""In `freqs`: look the frequency up in `big_postings`."""
SKIP = 128
"""Postings from one entry of a term's skip table to the next."""


@dataclass(frozen=True)
class NumericColumn:
    """A number for each document."""

    values: npt.NDArray[Any]
    """N values of the column's own type."""
    missing: int | float
    """Stands for documents without a value; may be NaN."""


@dataclass(frozen=True)
class Dictionary:
    """The distinct byte strings of a column, sorted; an ordinal is a place among them."""

    data: memoryview
    starts: U64
    """V + 1 offsets into `data`."""

    def __len__(self) -> int:
        return self.starts.size - 1

    def __getitem__(self, ordinal: int) -> bytes:
        return bytes(self.data[int(self.starts[ordinal]) : int(self.starts[ordinal + 1])])

    def values(self) -> list[bytes]:
        """All of them, copied."""
        starts = self.starts.tolist()
        data = bytes(self.data)
        return [data[begin:end] for begin, end in pairwise(starts)]


@dataclass(frozen=True)
class StringColumn:
    """A byte string for each document."""

    ordinals: U32
    """N places in the dictionary."""
    dictionary: Dictionary
    missing: bytes
    """Stands for documents without a value, and is in the dictionary where there are any; most often empty."""


@dataclass(frozen=True)
class MultiColumn:
    """Any number of byte strings for each document, in the order given."""

    value_starts: U32
    """N + 1: those of document d are `ordinals[value_starts[d] : value_starts[d + 1]]`."""
    ordinals: U32
    """Places in the dictionary."""
    dictionary: Dictionary


Column = NumericColumn | StringColumn | MultiColumn


@dataclass(frozen=True)
class SegmentArrays:
    """A segment, mapped. Arrays are read-only and shared by all who open the same files."""

    name: str
    document_count: int
    """N; a document number is less than it. Deleted documents count: deletions are the generation's."""
    field_names: tuple[str, ...]
    """Of the F indexed fields, in the order of their code points; a field's ordinal is its place here."""

    term_bytes: U8
    """The bytes of all terms, one after the other, sorted by field ordinal, then bytes."""
    term_starts: U64
    """T + 1: term t is `term_bytes[term_starts[t] : term_starts[t + 1]]`."""
    field_starts: U64
    """F + 1: the terms of field f are those from `field_starts[f]` up to `field_starts[f + 1]`."""

    posting_starts: U64
    """T + 1: the postings of term t are those from `posting_starts[t]` up to `posting_starts[t + 1]`; at least one."""
    docs: U32
    """P document numbers, ascending within a term."""
    freqs: U8
    """P frequencies, at least 1; 255 means: find the posting's index in `big_postings`."""
    big_postings: U64
    """Ascending indices of the postings whose frequency is 255 or more."""
    big_freqs: U32
    """The frequency of each of `big_postings`."""

    positions: U8
    """For each posting as many unsigned LEB128 varints as its frequency: the first position, then the distance of each
    from the one before (0 where a term stands twice at one position). Fields without positions have none."""
    position_starts: U64
    """T + 1: those of term t are the bytes from `position_starts[t]` up to `position_starts[t + 1]`; equal where the
    field has no positions."""
    skips: U32
    """Where positions begin in the middle of a term: bytes from the term's first to those of every 128th posting."""
    skip_starts: U64
    """T + 1: entry k of term t, at `skip_starts[t] + k`, is for its posting 128 * (k + 1), counted from 0. A term of n
    postings has (n - 1) // 128 entries: none up to 128 postings, and none in a field without positions."""

    lengths: dict[str, npt.NDArray[np.uint16] | U32]
    """By the name of each scored field, its exact length in each document, 0 where it has none."""
    length_halves: npt.NDArray[np.uint16]
    """What `lengths` are views of, in units of two bytes."""
    length_places: dict[str, tuple[int, int]]
    """By the name of each scored field, where its lengths begin in `length_halves`, and how many units each is."""
    length_totals: dict[str, int]
    """By the name of each scored field, the sum of its lengths, deleted documents included."""
    columns: dict[str, Column]
    """By field name."""
    stored: StoredReader
    """The stored fields: `stored[document]`."""

    files: tuple[ArrayFile, ...] = field(repr=False)
    _terms: memoryview = field(repr=False)
    _term_starts: memoryview = field(repr=False)

    def term(self, ordinal: int) -> bytes:
        """The bytes of a term."""
        return bytes(self._terms[self._term_starts[ordinal] : self._term_starts[ordinal + 1]])

    def field_range(self, name: str) -> tuple[int, int]:
        """The first term of a field and the one after its last; equal where the segment has none."""
        if name not in self.field_names:
            return 0, 0
        at = self.field_names.index(name)
        return int(self.field_starts[at]), int(self.field_starts[at + 1])

    def first_at_least(self, name: str, text: bytes) -> int:
        """The ordinal of a field's first term that is not less than `text`; the one after its last where all are."""
        low, high = self.field_range(name)
        while low < high:
            middle = (low + high) // 2
            if self.term(middle) < text:
                low = middle + 1
            else:
                high = middle
        return low

    def lookup(self, name: str, text: bytes) -> int:
        """The ordinal of a field's term, or -1."""
        at = self.first_at_least(name, text)
        return at if at < self.field_range(name)[1] and self.term(at) == text else -1

    def prefix_range(self, name: str, prefix: bytes) -> tuple[int, int]:
        """The first of a field's terms that begin with a prefix and the one after the last; equal where none does."""
        low = self.first_at_least(name, prefix)
        # The least bytes greater than all that begin with the prefix: its last byte below 255 raised by one.
        shortened = prefix.rstrip(b"\xff")
        if not shortened:
            return low, self.field_range(name)[1]
        return low, self.first_at_least(name, shortened[:-1] + bytes((shortened[-1] + 1,)))

    def frequency(self, posting: int) -> int:
        """The frequency of a posting, by its index."""
        freq = int(self.freqs[posting])
        if freq < BIG_FREQUENCY:
            return freq
        return int(self.big_freqs[np.searchsorted(self.big_postings, np.uint64(posting))])

    def frequencies(self, begin: int, end: int) -> U32:
        """The frequencies of a range of postings, copied."""
        freqs = self.freqs[begin:end].astype(np.uint32)
        low, high = np.searchsorted(self.big_postings, np.array([begin, end], dtype=np.uint64))
        freqs[(self.big_postings[low:high] - np.uint64(begin)).astype(np.int64)] = self.big_freqs[low:high]
        return freqs

    def release(self) -> None:
        """Give back the memory that the pages read so far take; for whoever reads a segment through but once."""
        for file in self.files:
            file.release()

    def verify(self) -> None:
        """Read all of the segment's files and compare their checksums.

        Raises:
            DamagedFileError: a byte is not what was written.
        """
        for file in self.files:
            file.verify()


def open_segment(folder: Path, name: str) -> SegmentArrays:
    """Map a segment's files; reads their headers alone.

    Raises:
        VersionError: a file is of another format version.
        DamagedFileError: a file's header or size is not what was written, or it is not of this segment.
        OSError: a file is missing or can't be read.
    """
    postings = ArrayFile(folder / f"{name}.{POSTINGS}", POSTINGS)
    documents = ArrayFile(folder / f"{name}.{DOCUMENTS}", DOCUMENTS)
    stored = ArrayFile(folder / f"{name}.{STORED}", STORED)
    for file in (postings, documents, stored):
        if file.meta["segment"] != name:
            raise DamagedFileError(f"{file.path} was written for the segment {file.meta['segment']}; rebuild the index")
    named = {key: postings.arrays[key] for key in _POSTING_ARRAYS}
    lengths = {one: documents.arrays[f"length:{one}"] for one in documents.meta["lengths"]}
    return SegmentArrays(
        name=name,
        document_count=documents.meta["documents"],
        field_names=tuple(postings.meta["fields"]),
        lengths=lengths,
        length_halves=documents.halves(),
        length_places={
            one: (documents.offset(f"length:{one}") // 2, values.itemsize // 2) for one, values in lengths.items()
        },
        length_totals=documents.meta["lengths"],
        columns={one: _column(documents, one, kind) for one, kind in documents.meta["columns"].items()},
        stored=StoredReader(stored),
        files=(postings, documents, stored),
        _terms=postings.view("term_bytes"),
        _term_starts=postings.view("term_starts").cast("Q"),
        **named,
    )


_POSTING_ARRAYS = (
    *("term_bytes", "term_starts", "field_starts", "posting_starts", "docs", "freqs", "big_postings", "big_freqs"),
    *("positions", "position_starts", "skips", "skip_starts"),
)


def _column(documents: ArrayFile, name: str, described: dict[str, Any]) -> Column:
    arrays = documents.arrays
    if described["kind"] == "numeric":
        missing = float("nan") if described["missing"] is None else described["missing"]
        return NumericColumn(arrays[f"column:{name}"], missing)
    dictionary = Dictionary(documents.view(f"dictionary:{name}"), arrays[f"dictionary_starts:{name}"])
    if described["kind"] == "string":
        return StringColumn(arrays[f"column:{name}"], dictionary, bytes.fromhex(described["missing"]))
    return MultiColumn(arrays[f"value_starts:{name}"], arrays[f"column:{name}"], dictionary)


@dataclass(frozen=True)
class Generation:
    """The segments of a committed generation."""

    number: int
    segments: tuple[SegmentArrays, ...]
    bases: tuple[int, ...]
    """The number of each segment's first document."""
    deleted: tuple[U8 | None, ...]
    """Of each segment, its deleted documents: bit d % 8 of byte d // 8, least significant first; None where none is."""
    file: ArrayFile = field(repr=False)

    @property
    def document_count(self) -> int:
        """Deleted documents included."""
        return sum(segment.document_count for segment in self.segments)

    def verify(self) -> None:
        """Read all files and compare their checksums.

        Raises:
            DamagedFileError: a byte is not what was written.
        """
        self.file.verify()
        for segment in self.segments:
            segment.verify()


def generation_file(folder: Path, index_name: str, number: int) -> Path:
    """Where a generation names its segments."""
    return folder / f"_{index_name}_{number}.{SEGMENTS}"


def open_generation(folder: Path, index_name: str = "MAIN", number: int | None = None) -> Generation:
    """Map the segments of a generation; without a number, of the newest that is committed.

    Whoosh's table of contents is looked for, since committing is writing it, but not read.

    Raises:
        FileNotFoundError: nothing is committed, or not by this package's writers.
        VersionError: a file is of another format version.
        DamagedFileError: a file's header or size is not what was written.
    """
    if number is None:
        pattern = re.compile(rf"_{re.escape(index_name)}_(\d+)\.toc")
        numbers = [int(found[1]) for path in folder.iterdir() if (found := pattern.fullmatch(path.name))]
        if not numbers:
            raise FileNotFoundError(f"there is no committed index {index_name!r} in {folder}")
        number = max(numbers)
    file = ArrayFile(generation_file(folder, index_name, number), SEGMENTS)
    segments = tuple(open_segment(folder, name) for name in file.meta["segments"])
    bases = []
    base = 0
    for segment in segments:
        bases.append(base)
        base += segment.document_count
    deleted = tuple(file.arrays.get(f"deleted:{segment.name}") for segment in segments)
    return Generation(number, segments, tuple(bases), deleted, file)
