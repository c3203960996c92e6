"""Filters: what narrows a result without changing its ranking.

OR within a field, AND across fields. Written as in the endpoint's `filter` parameter:
`quartile:Q1|Q2,year:2020-2024,journal:"Lancet, The"`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from indexer import schema
from indexer.errors import RequestError
from indexer.schema import Kind

UNKNOWN = "unknown"
"""The value of a facet for documents that have none: it is counted and can be chosen like any other."""


@dataclass(frozen=True, order=True)
class Span:
    """A closed range of integers; None is unbounded. A single number is a range from itself to itself."""

    low: int | None
    high: int | None

    def __contains__(self, number: int) -> bool:
        return (self.low is None or number >= self.low) and (self.high is None or number <= self.high)

    def __str__(self) -> str:
        if self.low is not None and self.low == self.high:
            return str(self.low)
        return f"{'' if self.low is None else self.low}-{'' if self.high is None else self.high}"


MAX_VALUES = 100
"""Of one request's filters together: what lists chosen values gives each an address that holds all the others."""

Choice = str | Span
"""A chosen value: a string of a VALUE facet (or UNKNOWN), or a range of an INTEGER one."""


@dataclass(frozen=True)
class Filters:
    """The chosen values of each facet, in the order in which they were chosen. A facet without any is not in it."""

    chosen: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.chosen)

    def of(self, facet: str) -> tuple[Choice, ...]:
        """What is chosen in `facet`; empty where nothing is."""
        return self.chosen.get(facet, ())

    @property
    def size(self) -> int:
        """How many values are chosen in all facets."""
        return sum(map(len, self.chosen.values()))

    def first(self, most: int) -> Filters:
        """As many of the values, those of the facets that come first."""
        kept: dict[str, tuple[Choice, ...]] = {}
        for facet, choices in self.chosen.items():
            if choices := choices[: max(0, most)]:
                kept[facet] = choices
            most -= len(choices)
        return Filters(kept)

    def adding(self, facet: str, choice: Choice) -> Filters:
        """These filters with one more value chosen."""
        if choice in self.of(facet):
            return self
        return Filters({**self.chosen, facet: (*self.of(facet), choice)})

    def removing(self, facet: str, choice: Choice | None = None) -> Filters:
        """These filters without one value of the facet, or without any of it."""
        left = () if choice is None else tuple(other for other in self.of(facet) if other != choice)
        return Filters({name: choices for name, choices in {**self.chosen, facet: left}.items() if choices})

    def __str__(self) -> str:
        """As `parse_filters` reads it."""
        return ",".join(
            f"{facet}:" + "|".join(written(choice) for choice in choices) for facet, choices in self.chosen.items()
        )


def written(choice: Choice) -> str:
    """A chosen value as `parse_filters` reads it, in quotes where it needs them."""
    text = str(choice)
    if isinstance(choice, Span) or not re.search(r'[,|:"\\]|^\s|\s$|^$', text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


_RANGE = re.compile(r"(\d{1,6})?\s*[-–]\s*(\d{1,6})?")  # people paste an en dash


_BOUND = re.compile(r"([<>]=?|[≤≥])\s*(\d{1,6})")


def read_choice(facet: str, text: str) -> Choice:
    """The value that `text` names in `facet`.

    Raises:
        RequestError: there is no such facet, or the text is no value of it.
    """
    _check_facet(facet)
    text = text.strip()
    if text.casefold() == UNKNOWN:
        return UNKNOWN
    if not text:
        raise RequestError(f"filter {facet}: a value is empty; write {facet}:VALUE, or leave {facet} out")
    if schema.BY_NAME[facet].kind is not Kind.INTEGER:
        value = schema.canonical_value(facet, text)
        if value is None:
            allowed = ", ".join([*schema.ALLOWED[facet], UNKNOWN])
            raise RequestError(f"filter {facet}: there is no {text[:40]!r}; the values are {allowed}")
        return value
    if text.isdecimal() and len(text) <= 6:
        return Span(int(text), int(text))
    if bound := _BOUND.fullmatch(text):
        sign, number = bound.group(1).replace("≥", ">=").replace("≤", "<="), int(bound.group(2))
        return Span(number + (sign == ">"), None) if sign[0] == ">" else Span(None, number - (sign == "<"))
    match = _RANGE.fullmatch(text)
    if not match or match.group(1) is match.group(2) is None:
        raise RequestError(f"filter {facet}: {text[:40]!r} is neither a number nor a range such as 2020-2024")
    low, high = (None if bound is None else int(bound) for bound in match.groups())
    if low is not None and high is not None and low > high:
        low, high = high, low
    return Span(low, high)


def _check_facet(facet: str) -> None:
    if facet not in schema.FACETS:
        raise RequestError(f"there is no filter {facet[:40]!r}; the filters are {', '.join(schema.FACETS)}")


MAX_CHARACTERS = 8000
"""Of a written filter."""
# White space before a value is passed over by itself: only one part of the expression may match it, or a long run of it
# would be tried in every division.
_SPACE = re.compile(r"\s*")
_CLAUSE = re.compile(r'(?:"((?:[^"\\]|\\.)*)"\s*|([^,|:"]*))([,|:]|$)', re.DOTALL)


def parse_filters(text: str) -> Filters:
    """The filters that `text` writes; the empty text has none. A facet may be named more than once.

    Raises:
        RequestError: what is wrong in which clause.
    """
    if len(text) > MAX_CHARACTERS:
        raise RequestError(f"filter: it is longer than {MAX_CHARACTERS} characters; name fewer values")
    filters = Filters()
    position, facet = 0, None
    while position < len(text):
        position = cast("re.Match[str]", _SPACE.match(text, position)).end()
        match = _CLAUSE.match(text, position)
        if not match:
            raise RequestError(
                f"filter: can't read {text[position : position + 40]!r}; quote values that hold , | : or \""
            )
        quoted, plain, end = match.groups()
        position = match.end()
        value = plain.strip() if quoted is None else re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL)
        if facet is None:
            if end != ":":
                raise RequestError(f"filter: {value[:40]!r} has no value; write NAME:VALUE, as in quartile:Q1|Q2")
            facet = value
            _check_facet(facet)
            if position == len(text):
                read_choice(facet, "")
            continue
        if end == ":":
            raise RequestError(f'filter {facet}: a value with a colon must be quoted, as in {facet}:"{value[:40]}:..."')
        filters = filters.adding(facet, read_choice(facet, value))
        if end == ",":
            facet = None
        elif end == "|" and position == len(text):
            read_choice(facet, "")
    return filters
