"""Facet values and sort keys of all documents as arrays, read once when a generation is opened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexer.engines.whoosh.mapping import SEPARATOR
from indexer.schema import fold_value
from indexer.search.filters import UNKNOWN, Choice, Span

Docs = npt.NDArray[np.int64]
"""Document numbers, ascending."""
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class FacetColumn:
    """The values of one facet. Values that fold alike are one value, spelled as first seen.

    An entry is a pair of a document and one of its values; a document without values has one entry, for UNKNOWN.
    """

    values: tuple[str, ...]
    """The last is UNKNOWN."""
    docs: npt.NDArray[np.int32]
    """The document of each entry, ascending."""
    codes: npt.NDArray[np.int32]
    """The value of each entry, as an index into `values`."""
    numeric: bool

    def selected(self, choices: Iterable[Choice]) -> Mask:
        """For each value, whether it is among the choices."""
        chosen = tuple(choices)
        spans = [choice for choice in chosen if isinstance(choice, Span)]
        names = {fold_value(choice) for choice in chosen if not isinstance(choice, Span) and choice != UNKNOWN}
        known = [
            any(int(value) in span for span in spans) if self.numeric else fold_value(value) in names
            for value in self.values[:-1]
        ]
        return np.array([*known, UNKNOWN in chosen], dtype=np.bool_)

    def documents_with(self, choices: Iterable[Choice], size: int) -> Mask:
        """For each of `size` documents, whether it has any of the chosen values."""
        mask = np.zeros(size, dtype=np.bool_)
        mask[self.docs[self.selected(choices)[self.codes]]] = True
        return mask

    def counts(self, among: Mask) -> dict[str, int]:
        """How many of the documents in the mask have each value; values that none has are left out."""
        counted = np.bincount(self.codes[among[self.docs]], minlength=len(self.values))
        return {self.values[code]: int(counted[code]) for code in np.flatnonzero(counted)}


def facet_column(rows: Iterable[bytes], *, numeric: bool) -> FacetColumn:
    """A facet of its stored column, a row for each document."""
    codes_of: dict[str, int] = {}
    raw_codes: dict[bytes, list[int]] = {b"": [-1]}
    spelled: list[str] = []
    docs: list[int] = []
    codes: list[int] = []
    for number, row in enumerate(rows):
        found = raw_codes.get(row)
        if found is None:
            found = []
            for value in row.decode().split(SEPARATOR):
                code = codes_of.setdefault(fold_value(value), len(spelled))
                if code == len(spelled):
                    spelled.append(value)
                if code not in found:
                    found.append(code)
            raw_codes[row] = found
        codes.extend(found)
        docs.extend([number] * len(found))
    array = np.array(codes, dtype=np.int32)
    array[array == -1] = len(spelled)
    return FacetColumn((*spelled, UNKNOWN), np.array(docs, dtype=np.int32), array, numeric)
