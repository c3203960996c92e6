"""URL parameters <-> search requests, as the page reads them and everybody writes them.

The page and the endpoint speak the same parameters. The endpoint refuses whatever it does not understand (see
`endpoint`); `read_lenient` (the page) leaves it out and says so, since a person who follows an old or mistyped link
wants results. `write` is the inverse of both: a parameter at its default is not written.

Parameters come as one list of values for each name, as Werkzeug's `to_dict(flat=False)` gives them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from indexer import schema
from indexer.errors import RequestError
from indexer.search.engine import Sort
from indexer.search.filters import MAX_VALUES, Filters, Span, parse_filters, read_choice
from indexer.search.hits import MAX_OFFSET, MAX_PER_PAGE, Match, SearchRequest
from indexer.search.parse import MAX_CHARACTERS

Parameters = Mapping[str, Sequence[str]]

LANGUAGES = ("en", "zh")
MORE_FACET_VALUES = 200
"""How many values of a facet the page shows after "more"."""
SEARCHABLE_FACET = "journal"
"""The facet whose values are many and have names that people know: a box finds among them."""
MAX_FACET_VALUES = 100_000
"""Among so many values of a facet those are sought that hold what is typed in its box."""
MAX_FIND = 100
"""Characters of that."""
MAX_WITHOUT = 100
"""Concepts that are searched only as typed: the links of a page hold all of them."""
MAX_EARLIER = 100
"""Earlier searches that an address may name, for the same reason."""

_DEFAULTS = SearchRequest()
_REPEATED = frozenset(("more", "find"))
"""Parameters that a form sends from a button and again from what keeps its state; the button stands first."""
_EARLIER = re.compile(r"s([1-9][0-9]{0,3})")
_T = TypeVar("_T")


@dataclass(frozen=True)
class Problem:
    """A parameter that the page left out. `kind` is the end of the message's key, `problem.<kind>`."""

    kind: str
    value: str


@dataclass(frozen=True)
class PageState:
    """All that a page's address says."""

    request: SearchRequest = field(default_factory=SearchRequest)
    language: str | None = None
    """None where the address names none and the browser decides."""
    more: str | None = None
    """The facet whose list is shown in full."""
    find: str = ""
    """What the values of that facet must hold to be listed; empty where all are."""
    compact: bool = False
    """Results are shown without their passages."""
    generation: str | None = None
    """The generation of the index that a search to be repeated was made on."""
    problems: tuple[Problem, ...] = ()


def listed(text: str) -> tuple[str, ...]:
    """The names in a list: of editions, as `JCR 2024,CAS 2023`, or of concepts; which there are, the index knows."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def last_page(per_page: int) -> int:
    """The last page that can be reached, however many results there are."""
    return MAX_OFFSET // per_page


def read_lenient(parameters: Parameters) -> PageState:
    """The state that a page's address says, without what can't be understood; unknown names are passed over."""
    problems: list[Problem] = []

    def value(name: str, reader: Callable[[str], _T], default: _T) -> _T:
        values = [visible(given) for given in parameters.get(name, ())]
        if len(values) > 1 and name not in _REPEATED:
            problems.append(Problem("repeated", name))
        if not values or not values[0].strip():
            return default
        try:
            return reader(values[0])
        except RequestError:
            problems.append(Problem(name, values[0][:80]))
            return default

    text = value("q", str, "")
    if len(text) > MAX_CHARACTERS:
        text = text[:MAX_CHARACTERS]
        problems.append(Problem("q", f"{MAX_CHARACTERS:,}"))
    low, high = value("year_from", _year, None), value("year_to", _year, None)
    # A range of years is one more value.
    room = MAX_VALUES - (low is not None or high is not None)
    filters = _chosen(parameters, value("filter", parse_filters, _DEFAULTS.filters), problems, room)
    if low is not None or high is not None:
        low, high = (high, low) if low is not None and high is not None and low > high else (low, high)
        # It takes the place of other ranges, but not of those without a year, which are beside any.
        for choice in filters.of("year"):
            filters = filters.removing("year", choice) if isinstance(choice, Span) else filters
        filters = filters.adding("year", Span(low, high))
    request = SearchRequest(
        text=text,
        match=value("match", _match, _DEFAULTS.match),
        filters=filters,
        sort=value("sort", _sort, _DEFAULTS.sort),
        page=value("page", _page, _DEFAULTS.page),
        per_page=value("per_page", _per_page, _DEFAULTS.per_page),
        editions=listed(",".join(map(visible, parameters.get("edition", ())))),
        expand=value("expand", _expand, _DEFAULTS.expand),
        without=_first(MAX_WITHOUT, value("without", listed, _DEFAULTS.without), "without", problems),
        history=dict(_first(MAX_EARLIER, _history(parameters), "earlier", problems)),
    )
    if request.page > last_page(request.per_page):
        request = replace(request, page=last_page(request.per_page))
        problems.append(Problem("deep", f"{MAX_OFFSET:,}"))
    find = value("find", str.strip, "")[:MAX_FIND]
    # Who types into the box and presses Enter sends no button that says which list is meant.
    more = value("more", _facet, None) if parameters.get("more") or not find else SEARCHABLE_FACET
    find = find if more == SEARCHABLE_FACET else ""
    if more:
        request = replace(request, facet_limits={more: MAX_FACET_VALUES if find else MORE_FACET_VALUES})
    return PageState(
        request,
        language=value("lang", _language, None),
        more=more,
        find=find,
        compact=value("view", _view, default=False),
        generation=value("generation", str.strip, "")[:MAX_FIND] or None,
        problems=tuple(problems),
    )


def _first(most: int, given: Sequence[_T], kind: str, problems: list[Problem]) -> tuple[_T, ...]:
    """As many of what is given; that others are left out is said."""
    if len(given) > most:
        problems.append(Problem(kind, f"{most:,}"))
    return tuple(given[:most])


def _history(parameters: Parameters) -> list[tuple[int, str]]:
    """Earlier searches that the query names, each under its number: `s1=heart failure` is what `#1` stands for."""
    named = ((_EARLIER.fullmatch(name), values) for name, values in parameters.items())
    found = {int(number[1]): visible(values[0])[:MAX_CHARACTERS] for number, values in named if number and values}
    return sorted(found.items())


def _chosen(parameters: Parameters, filters: Filters, problems: list[Problem], most: int) -> Filters:
    """The filters with what a form's fields choose, which are named after the facets: `quartile=Q1&quartile=Q2`.

    No more than `most` values are chosen.
    """
    fields = ((name, given) for name in schema.FACETS for given in map(visible, parameters.get(name, ())))
    for name, given in fields:
        if filters.size > most:
            break
        if given.strip():
            try:
                filters = filters.adding(name, read_choice(name, given))
            except RequestError:
                problems.append(Problem("filter", f"{name}:{given}"[:80]))
    if filters.size > most:
        problems.append(Problem("filters", f"{MAX_VALUES:,}"))
    return filters.first(most)


def write(request: SearchRequest) -> dict[str, str]:
    """The parameters that say `request`, without those that are at their default."""
    written = {
        "q": request.text,
        "match": "" if request.match is _DEFAULTS.match else request.match.value,
        "filter": str(request.filters),
        "sort": "" if request.sort is _DEFAULTS.sort else request.sort.value,
        "page": "" if request.page == _DEFAULTS.page else str(request.page),
        "per_page": "" if request.per_page == _DEFAULTS.per_page else str(request.per_page),
        "edition": ",".join(request.editions),
        "expand": "" if request.expand else "false",
        "without": ",".join(request.without),
    }
    written = {name: value for name, value in written.items() if value}
    if request.facets != _DEFAULTS.facets:
        written["facet"] = ",".join(request.facets)
    return written


def write_page(state: PageState) -> dict[str, str]:
    """The parameters that say a page's state, without those that are at their default."""
    written = write(state.request)
    if state.more:
        written["more"] = state.more
        if state.find:
            written["find"] = state.find
    if state.compact:
        written["view"] = "compact"
    written |= {f"s{number}": text for number, text in state.request.history.items()}
    if state.language:
        written["lang"] = state.language
    return written


def visible(text: str) -> str:
    """The text with control characters and lone surrogates as spaces, as HTML can hold it; offsets stay as they are."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", " ", text)


def shown(text: str) -> str:
    """A piece of what was sent, for a message."""
    return repr(text if len(text) <= 40 else text[:40] + "...")


def _one_of(name: str, text: str, values: Sequence[str]) -> str:
    if text not in values:
        raise RequestError(f"{name}: {shown(text)} is none of {', '.join(values)}")
    return text


def _match(text: str) -> Match:
    return Match(_one_of("match", text, [match.value for match in Match]))


def _sort(text: str) -> Sort:
    return Sort(_one_of("sort", text, [sort.value for sort in Sort]))


def _expand(text: str) -> bool:
    return _one_of("expand", text, ("true", "false")) == "true"


def _language(text: str) -> str | None:
    return _one_of("lang", text, LANGUAGES)


def _view(text: str) -> bool:
    return _one_of("view", text, ("full", "compact")) == "compact"


def _facet(text: str) -> str | None:
    return _one_of("more", text, schema.FACETS)


def whole_number(name: str, text: str, highest: int | None = None) -> int:
    """A number from 1, and up to a highest one where there is one.

    Raises:
        RequestError: the text is none.
    """
    # Only ASCII digits, and few of them: int() would also take other scripts' digits and arbitrarily long numbers.
    number = int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0
    if number < 1 or (highest is not None and number > highest):
        bounds = "of 1 or more" if highest is None else f"from 1 to {highest}"
        raise RequestError(f"{name}: {shown(text)} is no whole number {bounds}")
    return number


def _page(text: str) -> int:
    return whole_number("page", text)


def _per_page(text: str) -> int:
    return whole_number("per_page", text, MAX_PER_PAGE)


def _year(text: str) -> int | None:
    choice = read_choice("year", text)
    if not isinstance(choice, Span) or choice.low is None or choice.low != choice.high:
        raise RequestError(f"year: {shown(text)} is no year")
    return choice.low
