"""URL parameters <-> search requests, for the page and the endpoint alike.

Both speak the same parameters. `read_strict` (the endpoint) refuses whatever it does not understand; `read_lenient`
(the page) leaves it out and says so, since a person who follows an old or mistyped link wants results. `write` is the
inverse of both: a parameter at its default is not written.

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
from indexer.search.filters import Span, parse_filters, read_choice
from indexer.search.hits import MAX_OFFSET, MAX_PER_PAGE, Match, SearchRequest
from indexer.search.parse import MAX_CHARACTERS
from search_web.suggestions import DEFAULT_SUGGESTIONS, MAX_SUGGESTIONS

Parameters = Mapping[str, Sequence[str]]

ENDPOINT_PARAMETERS = ("q", "match", "filter", "sort", "page", "per_page", "facet", "edition", "expand", "without")
SUGGEST_PARAMETERS = ("q", "limit")
LANGUAGES = ("en", "zh")
MORE_FACET_VALUES = 200
"""How many values of a facet the page shows after "more"."""

_DEFAULTS = SearchRequest()
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
    problems: tuple[Problem, ...] = ()


def read_strict(parameters: Parameters) -> SearchRequest:
    """The request that the endpoint's parameters make.

    Raises:
        RequestError: a parameter is unknown, repeated, or has no such value.
    """
    refuse_unknown(parameters, ENDPOINT_PARAMETERS)
    given = {name: values[0] for name, values in parameters.items()}

    def value(name: str, reader: Callable[[str], _T], default: _T) -> _T:
        return reader(given[name]) if name in given else default

    request = SearchRequest(
        text=given.get("q", ""),
        match=value("match", _match, _DEFAULTS.match),
        filters=value("filter", parse_filters, _DEFAULTS.filters),
        sort=value("sort", _sort, _DEFAULTS.sort),
        page=value("page", _page, _DEFAULTS.page),
        per_page=value("per_page", _per_page, _DEFAULTS.per_page),
        facets=value("facet", _facets, _DEFAULTS.facets),
        editions=value("edition", listed, _DEFAULTS.editions),
        expand=value("expand", _expand, _DEFAULTS.expand),
        without=value("without", listed, _DEFAULTS.without),
    )
    if request.page * request.per_page > MAX_OFFSET:
        raise RequestError(
            f"page {request.page} of {request.per_page} results each ends behind result {MAX_OFFSET}, the last "
            f"that can be reached by paging; the last page is {last_page(request.per_page)}. Narrow the search"
        )
    return request


@dataclass(frozen=True)
class SuggestRequest:
    """What somebody has typed so far, and how many suggestions are wanted."""

    text: str
    limit: int


def read_suggest(parameters: Parameters) -> SuggestRequest:
    """What is asked of the suggestions.

    Raises:
        RequestError: a parameter is unknown, repeated, or has no such value.
    """
    refuse_unknown(parameters, SUGGEST_PARAMETERS)
    limit = parameters.get("limit", [str(DEFAULT_SUGGESTIONS)])[0]
    return SuggestRequest(parameters.get("q", [""])[0], _number("limit", limit, MAX_SUGGESTIONS))


def listed(text: str) -> tuple[str, ...]:
    """The names in a list: of editions, as `JCR 2024,CAS 2023`, or of concepts; which there are, the index knows."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def refuse_unknown(parameters: Parameters, known: Sequence[str]) -> None:
    """Check names.

    Raises:
        RequestError: a parameter is none of `known`, or is given more than once.
    """
    for name, values in parameters.items():
        if name not in known:
            listed = f"the parameters are {', '.join(known)}" if known else "this address takes none"
            raise RequestError(f"there is no parameter {_shown(name)}; {listed}")
        if len(values) > 1:
            raise RequestError(f"{name}: given {len(values)} times; give it once")


def last_page(per_page: int) -> int:
    """The last page that can be reached, however many results there are."""
    return MAX_OFFSET // per_page


def read_lenient(parameters: Parameters) -> PageState:
    """The state that a page's address says, without what can't be understood; unknown names are passed over."""
    problems: list[Problem] = []

    def value(name: str, reader: Callable[[str], _T], default: _T) -> _T:
        values = [visible(given) for given in parameters.get(name, ())]
        if len(values) > 1:
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
    filters = value("filter", parse_filters, _DEFAULTS.filters)
    low, high = value("year_from", _year, None), value("year_to", _year, None)
    if low is not None or high is not None:
        low, high = (high, low) if low is not None and high is not None and low > high else (low, high)
        filters = filters.removing("year").adding("year", Span(low, high))
    request = SearchRequest(
        text=text,
        match=value("match", _match, _DEFAULTS.match),
        filters=filters,
        sort=value("sort", _sort, _DEFAULTS.sort),
        page=value("page", _page, _DEFAULTS.page),
        per_page=value("per_page", _per_page, _DEFAULTS.per_page),
        expand=value("expand", _expand, _DEFAULTS.expand),
        without=value("without", listed, _DEFAULTS.without),
    )
    if request.page > last_page(request.per_page):
        request = replace(request, page=last_page(request.per_page))
        problems.append(Problem("deep", f"{MAX_OFFSET:,}"))
    more = value("more", _facet, None)
    if more:
        request = replace(request, facet_limits={more: MORE_FACET_VALUES})
    return PageState(request, value("lang", _language, None), more, tuple(problems))


def write(request: SearchRequest) -> dict[str, str]:
    """The parameters that say `request`, without those that are at their default."""
    written = {
        "q": request.text,
        "match": "" if request.match is _DEFAULTS.match else request.match.value,
        "filter": str(request.filters),
        "sort": "" if request.sort is _DEFAULTS.sort else request.sort.value,
        "page": "" if request.page == _DEFAULTS.page else str(request.page),
        "per_page": "" if request.per_page == _DEFAULTS.per_page else str(request.per_page),
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
    if state.language:
        written["lang"] = state.language
    return written


def visible(text: str) -> str:
    """The text with control characters and lone surrogates as spaces, as HTML can hold it; offsets stay as they are."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", " ", text)


def _shown(text: str) -> str:
    """A piece of what was sent, for a message."""
    return repr(text if len(text) <= 40 else text[:40] + "...")


def _one_of(name: str, text: str, values: Sequence[str]) -> str:
    if text not in values:
        raise RequestError(f"{name}: {_shown(text)} is none of {', '.join(values)}")
    return text


def _match(text: str) -> Match:
    return Match(_one_of("match", text, [match.value for match in Match]))


def _sort(text: str) -> Sort:
    return Sort(_one_of("sort", text, [sort.value for sort in Sort]))


def _expand(text: str) -> bool:
    return _one_of("expand", text, ("true", "false")) == "true"


def _language(text: str) -> str | None:
    return _one_of("lang", text, LANGUAGES)


def _facet(text: str) -> str | None:
    return _one_of("more", text, schema.FACETS)


def _facets(text: str) -> tuple[str, ...]:
    names = [name.strip() for name in text.split(",")] if text.strip() else []
    return tuple(dict.fromkeys(_one_of("facet", name, schema.FACETS) for name in names))


def _number(name: str, text: str, highest: int | None = None) -> int:
    # Only ASCII digits, and few of them: int() would also take other scripts' digits and arbitrarily long numbers.
    number = int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0
    if number < 1 or (highest is not None and number > highest):
        bounds = "of 1 or more" if highest is None else f"from 1 to {highest}"
        raise RequestError(f"{name}: {_shown(text)} is no whole number {bounds}")
    return number


def _page(text: str) -> int:
    return _number("page", text)


def _per_page(text: str) -> int:
    return _number("per_page", text, MAX_PER_PAGE)


def _year(text: str) -> int | None:
    choice = read_choice("year", text)
    if not isinstance(choice, Span) or choice.low is None or choice.low != choice.high:
        raise RequestError(f"year: {_shown(text)} is no year")
    return choice.low
