"""Facets: the values of a result and how many documents have each.

Counts are exact and disjunctive: those of a facet are over all documents that match the query and the filters of the
*other* facets, so that a facet's own choice does not shrink its own counts, and each count is the total after choosing
that value alone in the facet.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec


class FacetValue(msgspec.Struct, frozen=True, gc=False):
    """A value, how many documents have it, and whether it is chosen. `unknown` counts documents without any."""

    value: str
    count: int
    selected: bool


@dataclass(frozen=True)
class Facet:
    """The values of one facet that are counted or chosen: as many as were asked for, and whatever is chosen."""

    name: str
    values: tuple[FacetValue, ...]
    """Most frequent first, then by value; years newest first; `unknown` last."""
    distinct: int
    """How many values there are before any limit."""
