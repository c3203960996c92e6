"""What templates show of facets: values to choose, years as a histogram, editions, and what is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from indexer import schema
from indexer.schema import Kind
from indexer.search.engine import Manifest
from indexer.search.facets import Facet, FacetValue
from indexer.search.filters import UNKNOWN, Choice, Filters, Span
from indexer.search.hits import DEFAULT_FACET_LIMIT, SearchResult
from search_web.display import choice_of, label
from search_web.links import Links
from search_web.messages import Messages
from search_web.params import MORE_FACET_VALUES, SEARCHABLE_FACET

FACET_ORDER = ("quartile", "zone", "year", "journal", "type", "category", "language", "open_access", "warning")
"""What narrows most stands first; facets that are not named follow. The endpoint's order is the schema's."""
ORDINAL = {"quartile", "zone"}
"""Facets whose few values are a scale, and are shown in its order rather than by count (`unknown` sorts last)."""
MAX_BARS = 72
"""Of a histogram, as many as a finger can tell apart in a narrow column; each stands for so many years."""
_CHART_HEIGHT = 100
_CHART_LEAST = 3
"""The height of the lowest bar, for what is rare is not nothing."""


@dataclass(frozen=True)
class ValueView:
    """A value of a facet that can be chosen."""

    label: str
    value: str
    """As the form sends it."""
    count: int
    chosen: bool


@dataclass(frozen=True)
class YearRow:
    """A year, how many documents are of it, and the search of that year alone."""

    year: int
    count: int
    href: str
    within: bool
    """It is chosen, or within a chosen range."""


@dataclass(frozen=True)
class Histogram:
    """The years of a result as bars, from the left; each bar is drawn by the outlines it is part of."""

    low: int
    high: int
    step: int
    """Years in a bar."""
    bars: int
    inside: str
    """The outline of the bars of chosen years, or of all where none are chosen, as the `d` of an SVG path."""
    outside: str
    """That of the others; empty where there are none."""
    peak: YearRow
    """The year with the most documents."""


@dataclass(frozen=True)
class EditionView:
    """The editions of a family that can be chosen, and which is."""

    family: str
    names: tuple[str, ...]
    chosen: str


@dataclass(frozen=True)
class FacetView:
    """A facet with its values."""

    name: str
    values: tuple[ValueView, ...]
    """Of years only `unknown`, if any have none."""
    distinct: int
    """How many values there are; of those that were sought, where some were."""
    whole: bool
    """It is shown in full."""
    more: bool
    """There are values that are not shown."""
    searchable: bool
    years: tuple[YearRow, ...] = ()
    histogram: Histogram | None = None
    editions: EditionView | None = None
    """Of the first facet of a family of which there are several."""


@dataclass(frozen=True)
class Chip:
    """A chosen value, and the address without it."""

    facet: str
    label: str
    href: str


def facets(result: SearchResult, links: Links, messages: Messages) -> list[FacetView]:
    """The facets of a result, in the page's order; those without any value in the whole collection are left out."""
    by_name = {facet.name: facet for facet in result.facets}
    order = [name for name in FACET_ORDER if name in by_name]
    order += [name for name in by_name if name not in order]
    offered: set[str] = set()
    found: list[FacetView] = []
    for name in order:
        family = schema.BY_NAME[name].family
        editions = None
        if family and family not in offered:
            editions = edition_view(family, links, result.manifest)
            offered.add(family)
        found.append(_facet(by_name[name], links, messages, editions))
    return [facet for facet in found if facet.values or facet.years or facet.whole]


def edition_view(family: str, links: Links, manifest: Manifest) -> EditionView | None:
    """The editions to choose from in a family; None where there is no choice."""
    names = manifest.editions.get(family, ())
    if len(names) < 2:
        return None
    chosen = [name for name in links.state.request.editions if name in names]
    return EditionView(family, names, chosen[0] if chosen else names[0])


def _facet(facet: Facet, links: Links, messages: Messages, editions: EditionView | None) -> FacetView:
    whole = links.state.more == facet.name
    find = links.state.find if whole else ""
    values = sorted(facet.values, key=lambda value: value.value) if facet.name in ORDINAL else list(facet.values)
    years: tuple[YearRow, ...] = ()
    histogram = None
    if schema.BY_NAME[facet.name].kind is Kind.INTEGER:
        years = _years(facet, links)
        histogram = _histogram(years, links.state.request.filters)
        values = [value for value in values if value.value == UNKNOWN]
    all_values = [_value(facet.name, value, messages) for value in values]
    if find:
        sought = schema.fold_value(find)
        all_values = [one for one in all_values if one.chosen or sought in schema.fold_value(one.label)]
    distinct = len(all_values) if find or years else facet.distinct
    limit = MORE_FACET_VALUES if whole else DEFAULT_FACET_LIMIT
    shown = all_values[:limit] + [value for value in all_values[limit:] if value.chosen]
    return FacetView(
        name=facet.name,
        values=tuple(shown),
        distinct=distinct,
        whole=whole,
        more=distinct > len(shown),
        searchable=facet.name == SEARCHABLE_FACET and (whole or facet.distinct > len(shown)),
        years=years,
        histogram=histogram,
        editions=editions,
    )


def _value(facet: str, value: FacetValue, messages: Messages) -> ValueView:
    return ValueView(label(messages, facet, choice_of(facet, value.value)), value.value, value.count, value.selected)


def _years(facet: Facet, links: Links) -> tuple[YearRow, ...]:
    filters = links.state.request.filters
    alone = filters.removing(facet.name)
    return tuple(
        YearRow(
            int(value.value),
            value.count,
            links.filtered(alone.adding(facet.name, choice_of(facet.name, value.value))),
            value.selected,
        )
        for value in facet.values
        if value.value != UNKNOWN and value.count
    )


def _histogram(years: Sequence[YearRow], filters: Filters) -> Histogram | None:
    if len(years) < 2:
        return None
    low, high = min(row.year for row in years), max(row.year for row in years)
    step = -(-(high - low + 1) // MAX_BARS)
    bars = (high - low) // step + 1
    counts, chosen = [0] * bars, [False] * bars
    for row in years:
        counts[(row.year - low) // step] += row.count
        chosen[(row.year - low) // step] |= row.within
    anything = any(isinstance(choice, Span) for choice in filters.of("year"))
    most = max(counts)
    shapes: dict[bool, list[str]] = {True: [], False: []}
    for place, count in enumerate(counts):
        if count:
            height = max(round(count / most * _CHART_HEIGHT), _CHART_LEAST)
            outline = f"M{place * 10 + 1} {_CHART_HEIGHT}v-{height}h8v{height}z"
            shapes[chosen[place] or not anything].append(outline)
    peak = max(years, key=lambda row: (row.count, row.year))
    return Histogram(low, high, step, bars, "".join(shapes[True]), "".join(shapes[False]), peak)


def without_controls(links: Links, offered: Sequence[FacetView]) -> Links:
    """The links of a search with those of its filters and editions alone that a form has no control for.

    Args:
        links: Those of the search.
        offered: The facets whose values the form shows, beside the two fields for years.
    """
    request = links.state.request
    shown = {(facet.name, value.value) for facet in offered for value in facet.values}
    two_fields = any(year_bounds(request.filters))
    filters, editions = request.filters, request.editions
    for name, choices in request.filters.chosen.items():
        for choice in choices:
            if (name, str(choice)) in shown or (name == "year" and two_fields and isinstance(choice, Span)):
                filters = filters.removing(name, choice)
    for view in (facet.editions for facet in offered if facet.values and facet.editions):
        editions = tuple(edition for edition in editions if edition not in view.names)
    return replace(links, state=replace(links.state, request=replace(request, filters=filters, editions=editions)))


def chips(links: Links, messages: Messages) -> list[Chip]:
    """The chosen values."""
    return [
        Chip(facet, label(messages, facet, choice), links.dropping(facet, choice))
        for facet, choices in links.state.request.filters.chosen.items()
        for choice in choices
    ]


def year_bounds(filters: Filters) -> tuple[str, str]:
    """What the fields for years show: the bounds of the only range chosen, else nothing."""
    spans = [choice for choice in filters.of("year") if isinstance(choice, Span)]
    if len(spans) != 1:
        return "", ""
    low, high = spans[0].low, spans[0].high
    return "" if low is None else str(low), "" if high is None else str(high)


def other_spans(filters: Filters) -> tuple[Choice, ...]:
    """Chosen ranges of years that the two fields can't show, since there are several."""
    spans = tuple(choice for choice in filters.of("year") if isinstance(choice, Span))
    return spans if len(spans) > 1 else ()
