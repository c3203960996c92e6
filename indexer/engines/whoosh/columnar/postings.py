"""Writing the postings file from arrays that are in memory, field by field."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from whoosh import formats
from whoosh.fields import FieldType, SpellField

from indexer.engines.whoosh.columnar.container import ArrayFileWriter, Spec
from indexer.engines.whoosh.columnar.documents import starts_of
from indexer.engines.whoosh.columnar.errors import UnsupportedError
from indexer.engines.whoosh.columnar.layout import POSTINGS, SKIP

Numbers = npt.NDArray[Any]


MOST = 2**32 - 1
"""The greatest frequency."""


def kind_of(name: str, kind: FieldType) -> tuple[bool, int]:
    """Whether the postings of a field have positions, and the greatest frequency that they keep.

    Raises:
        UnsupportedError: they have what the columnar format does not hold.
    """
    held = kind.format
    if isinstance(held, (formats.Characters, formats.PositionBoosts)) or held is None:
        raise UnsupportedError(
            f"the field {name} has the format {type(held).__name__}, of which the columnar format keeps only "
            "positions; use Positions, Frequency or Existence"
        )
    if kind.vector:
        raise UnsupportedError(f"the field {name} has term vectors, which the columnar format does not hold")
    if held.field_boost != 1.0:
        raise UnsupportedError(f"the field {name} has a boost in its format; give it to the query or ranking instead")
    if isinstance(held, formats.Positions):
        return True, MOST
    # Whoosh gives the words of a SpellField without counts, and with the values of another field's postings.
    return False, 1 if isinstance(held, formats.Existence) or isinstance(kind, SpellField) else MOST


def skip_counts(posting_counts: Numbers, byte_counts: Numbers) -> Numbers:
    """The entries that each term has in the skip table."""
    # The distances in the table have 32 bits.
    if byte_counts.size and int(byte_counts.max()) >= 2**32:
        raise UnsupportedError("the positions of one term take more than 4 GB; commit more often, without merging")
    return np.where(byte_counts > 0, (np.maximum(posting_counts, 1) - 1) // SKIP, 0)


class Terms(NamedTuple):
    """Sorted distinct terms."""

    data: Numbers
    """Their bytes, one term behind the other."""
    starts: Numbers
    """Where each begins, and the last ends."""

    @classmethod
    def of(cls, terms: Sequence[bytes]) -> Terms:
        """Terms that are sorted already."""
        sizes = np.fromiter(map(len, terms), dtype=np.uint64, count=len(terms))
        return cls(np.frombuffer(b"".join(terms), dtype=np.uint8), starts_of(sizes))


@dataclass(frozen=True)
class FieldPostings:
    """The postings of a field's terms, as `layout` describes them, with counts instead of where things begin."""

    name: str
    terms: Terms
    posting_counts: Numbers
    byte_counts: Numbers
    """Of positions."""
    docs: Numbers
    freqs: Numbers
    big_postings: Numbers
    big_freqs: Numbers
    positions: Numbers
    skips: Numbers


@dataclass(frozen=True)
class PostingSizes:
    """How large the arrays of a postings file are going to be."""

    fields: list[str]
    terms_of_fields: list[int]
    term_bytes: int
    posting_counts: Numbers
    """Of all terms."""
    byte_counts: Numbers
    skip_counts: Numbers
    big: int


def open_postings(folder: Path, segment: str, sizes: PostingSizes) -> ArrayFileWriter:
    """A postings file with the arrays written that say where everything begins, but for terms' bytes."""
    terms = sizes.posting_counts.size
    starts = {
        "posting_starts": starts_of(sizes.posting_counts),
        "position_starts": starts_of(sizes.byte_counts),
        "skip_starts": starts_of(sizes.skip_counts),
        "field_starts": starts_of(np.array(sizes.terms_of_fields, dtype=np.uint64)),
    }
    postings = int(starts["posting_starts"][-1])
    specs = {name: Spec(np.uint64, values.size) for name, values in starts.items()} | {
        "term_bytes": Spec(np.uint8, sizes.term_bytes),
        "term_starts": Spec(np.uint64, terms + 1),
        "docs": Spec(np.uint32, postings),
        "freqs": Spec(np.uint8, postings),
        "big_postings": Spec(np.uint64, sizes.big),
        "big_freqs": Spec(np.uint32, sizes.big),
        "positions": Spec(np.uint8, int(starts["position_starts"][-1])),
        "skips": Spec(np.uint32, int(starts["skip_starts"][-1])),
    }
    meta = {"segment": segment, "fields": sizes.fields}
    writer = ArrayFileWriter(folder / f"{segment}.{POSTINGS}", POSTINGS, specs, meta)
    for name, values in starts.items():
        writer.append(name, values)
    return writer


def write_postings(folder: Path, segment: str, fields: Iterable[FieldPostings]) -> None:
    """Write the postings file of a segment; the fields in order of their names."""
    parts = list(fields)
    empty = np.empty(0, dtype=np.int64)
    posting_counts = np.concatenate([empty, *(part.posting_counts for part in parts)])
    byte_counts = np.concatenate([empty, *(part.byte_counts for part in parts)])
    sizes = PostingSizes(
        [part.name for part in parts],
        [part.terms.starts.size - 1 for part in parts],
        sum(part.terms.data.size for part in parts),
        posting_counts,
        byte_counts,
        skip_counts(posting_counts, byte_counts),
        sum(part.big_postings.size for part in parts),
    )
    with open_postings(folder, segment, sizes) as writer:
        first_posting = 0
        first_byte = 0
        writer.append("term_starts", np.zeros(1, dtype=np.uint64))
        for part in parts:
            writer.append("term_bytes", part.terms.data)
            writer.append("term_starts", part.terms.starts[1:] + np.uint64(first_byte))
            writer.append("docs", part.docs)
            writer.append("freqs", part.freqs)
            writer.append("big_postings", part.big_postings + np.uint64(first_posting))
            writer.append("big_freqs", part.big_freqs)
            writer.append("positions", part.positions)
            writer.append("skips", part.skips)
            first_posting += part.docs.size
            first_byte += part.terms.data.size
