"""Facet values and filters over the columns of a generation, which are read where they are mapped.

A facet's values have *codes*, 0 to n in the order of the values, and n for documents without any; each segment numbers
its own values by *ordinals*, so that a table leads from one to the other. Values that fold alike are one value, spelled
as most of the documents spell it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexer.engines.whoosh import kernels
from indexer.engines.whoosh.columnar.layout import MultiColumn, StringColumn
from indexer.engines.whoosh.segments import Docs, Mask, Segment, frozen
from indexer.schema import fold_value
from indexer.search.engine import FacetCounts
from indexer.search.filters import UNKNOWN, Choice, Span

NO_FILTER = frozen(np.empty(0, dtype=np.uint8))
_NONE_CHOSEN: Mask = frozen(np.empty(0, dtype=np.bool_))


@dataclass(frozen=True)
class Failing:
    """Which filters the documents of a segment fail that a query found there."""

    count: npt.NDArray[np.uint8]
    """Of each document, how many; empty where there are no filters."""
    last: npt.NDArray[np.uint8]
    """Of each, the number of the last one that it fails."""


NOT_FILTERED = Failing(NO_FILTER, NO_FILTER)


@dataclass(frozen=True)
class _SegmentFacet:
    """The values of a facet in one segment."""

    column: StringColumn | MultiColumn | None
    """None where no document of the segment has a value."""
    codes: npt.NDArray[np.uint32]
    """Of each ordinal."""


class FacetColumn:
    """The values of one facet."""

    def __init__(self, name: str, segments: Sequence[Segment], *, numeric: bool) -> None:
        self.numeric = numeric
        spelled: dict[str, Counter[str]] = {}
        of_segments: list[tuple[StringColumn | MultiColumn | None, list[str]]] = []
        for segment in segments:
            column = segment.arrays.columns.get(name)
            if not isinstance(column, (StringColumn, MultiColumn)):
                of_segments.append((None, []))
                continue
            values = [value.decode() for value in column.dictionary.values()]
            held = np.bincount(column.ordinals, minlength=len(values)).tolist()
            for value, documents in zip(values, held, strict=True):
                if value:
                    spelled.setdefault(fold_value(value), Counter())[value] += documents
            of_segments.append((column, values))
        chosen = {folded: min(found, key=lambda one: (-found[one], one)) for folded, found in spelled.items()}
        self.values: tuple[str, ...] = (*sorted(chosen.values()), UNKNOWN)
        """The last is UNKNOWN."""
        self._objects = np.array(self.values, dtype=np.object_)
        self._code_of = code_of = {fold_value(value): code for code, value in enumerate(self.values[:-1])}
        self._segments = tuple(
            _SegmentFacet(
                column,
                frozen(
                    np.array(
                        [code_of[fold_value(value)] if value else len(code_of) for value in values], dtype=np.uint32
                    )
                ),
            )
            for column, values in of_segments
        )

    def selected(self, choices: Iterable[Choice]) -> Mask:
        """For each value, whether it is among the choices."""
        selected = np.zeros(len(self.values), dtype=np.bool_)
        for choice in choices:
            if isinstance(choice, Span):
                held = [self.numeric and int(value) in choice for value in self.values[:-1]]
                selected[:-1] |= np.array(held, dtype=np.bool_)
            elif choice == UNKNOWN:
                selected[-1] = True
            elif (code := self._code_of.get(fold_value(choice))) is not None:
                selected[code] = True
        return selected

    def mark_failing(self, number: int, docs: Docs, selected: Mask, facet: int, failing: Failing) -> None:
        """Note in `failing` which documents of a segment have no selected value."""
        part = self._segments[number]
        if part.column is None:
            if not selected[-1]:
                failing.count[:] += 1
                failing.last[:] = facet
            return
        chosen = frozen(selected[part.codes])
        if isinstance(part.column, StringColumn):
            kernels.mark_failing(docs, part.column.ordinals, chosen, facet, failing.count, failing.last)
        else:
            kernels.mark_failing_multi(
                docs,
                part.column.value_starts,
                part.column.ordinals,
                chosen,
                bool(selected[-1]),
                facet,
                failing.count,
                failing.last,
            )

    def count(self, number: int, docs: Docs, failing: Failing, facet: int, counts: npt.NDArray[np.int64]) -> None:
        """Add how many documents of a segment have each value, those that fail another filter left out."""
        part = self._segments[number]
        tally = (failing.count, failing.last, facet, counts)
        if part.column is None:
            others = (failing.count == 0) | ((failing.count == 1) & (failing.last == facet))
            counts[-1] += int(others.sum()) if failing.count.size else docs.size
        elif isinstance(part.column, StringColumn):
            kernels.count_values(docs, part.column.ordinals, part.codes, *tally)
        else:
            kernels.count_values_multi(docs, part.column.value_starts, part.column.ordinals, part.codes, *tally)

    def named(self, counts: npt.NDArray[np.int64], limit: int | None = None, also: Mask | None = None) -> FacetCounts:
        """Counts by value without zeros, and how many values there are.

        Under a limit, those are left out that are not among the most frequent, first by value among equals, nor among
        those of the mask; UNKNOWN is always there.
        """
        most = counts.size if limit is None else min(limit, counts.size)
        codes, distinct = kernels.most_frequent(counts, most, _NONE_CHOSEN if also is None else frozen(also))
        named = zip(self._objects[codes].tolist(), counts[codes].tolist(), strict=True)
        return FacetCounts(dict(named), int(distinct))
