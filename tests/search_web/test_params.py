from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import schema
from indexer.errors import RequestError
from indexer.search.engine import Sort
from indexer.search.filters import UNKNOWN, Filters, Span
from indexer.search.hits import MAX_OFFSET, Match, SearchRequest
from indexer.search.parse import MAX_CHARACTERS
from search_web import endpoint
from search_web.params import PageState, Problem, last_page, read_lenient, write, write_page

spans = st.tuples(st.integers(1600, 1900), st.integers(1901, 2100)).map(lambda pair: Span(*pair))
years = st.one_of(
    spans, st.integers(1600, 2100).map(lambda year: Span(year, year)), st.just(UNKNOWN), st.just(Span(2000, None))
)
words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=8)
values = st.lists(words, min_size=1, max_size=3).map(" ".join)
filters = st.dictionaries(
    st.sampled_from(["year", "journal"]),
    st.lists(st.one_of(years, values), min_size=1, max_size=3, unique=True),
    max_size=2,
).map(
    lambda chosen: Filters(
        {
            facet: kept
            for facet, choices in chosen.items()
            if (
                kept := tuple(
                    c
                    for c in choices
                    if (
                        isinstance(c, Span) or c == UNKNOWN
                        if facet == "year"
                        else isinstance(c, str) and c.casefold() != UNKNOWN
                    )
                )
            )
        }
    )
)
requests = st.builds(
    SearchRequest,
    text=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40),
    match=st.sampled_from(Match),
    filters=filters,
    sort=st.sampled_from(Sort),
    page=st.integers(1, 100),
    per_page=st.integers(1, 100),
    facets=st.lists(st.sampled_from(schema.FACETS), unique=True).map(tuple),
    expand=st.booleans(),
    without=st.lists(values.map(lambda name: name.replace(",", " ").strip()).filter(bool), max_size=3).map(tuple),
)


def lists(**parameters: str) -> dict[str, list[str]]:
    return {name: [value] for name, value in parameters.items()}


def read_strict(parameters: dict[str, list[str]]) -> SearchRequest:
    """What the endpoint reads; how many values a facet has is its own matter."""
    return replace(endpoint.asked(endpoint.SEARCH.read(parameters)), facet_limits={})


@given(requests)
def test_what_is_written_is_read_back(request_made: SearchRequest) -> None:
    written = {name: [value] for name, value in write(request_made).items()}
    assert read_strict(written) == request_made
    if request_made.text.strip():
        page = read_lenient(written)
        assert page.problems == ()
        assert write(page.request) == {name: value[0] for name, value in written.items() if name != "facet"}


def test_no_parameters_are_the_default_request() -> None:
    assert read_strict({}) == SearchRequest()
    assert read_lenient({}) == PageState()
    assert write(SearchRequest()) == {}


def test_every_parameter_of_the_endpoint() -> None:
    made = read_strict(
        lists(
            q="x y",
            match="any",
            filter="quartile:q1|Q2,year:2020-2024",
            sort="citations",
            page="3",
            per_page="7",
            facet="year,zone,year",
        )
    )
    assert made == SearchRequest(
        text="x y",
        match=Match.ANY,
        filters=Filters({"quartile": ("Q1", "Q2"), "year": (Span(2020, 2024),)}),
        sort=Sort.CITATIONS,
        page=3,
        per_page=7,
        facets=("year", "zone"),
    )
    assert read_strict(lists(facet="")).facets == ()


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        (lists(query="x"), "the parameters are q, match, filter, edition, expand, without, sort, page"),
        ({"q": ["a", "b"]}, "q: given 2 times"),
        (lists(match="most"), "none of auto, all, any"),
        (lists(sort="date"), "none of relevance, newest, oldest, impact_factor, citations"),
        (lists(filter="colour:red"), "there is no filter 'colour'"),
        (lists(filter="quartile"), "has no value"),
        (lists(facet="year,colour"), "facet: 'colour' is none of"),
        (lists(facet="year,"), "facet: '' is none of"),
        (lists(page="0"), "whole number from 1 to 10000"),
        (lists(page="-1"), "page"),
        (lists(page="１"), "page"),
        (lists(page=""), "page"),
        (lists(page="9" * 5000), "page"),
        (lists(per_page="0"), "from 1 to 100"),
        (lists(per_page="101"), "from 1 to 100"),
        (lists(per_page="ten"), "per_page: 'ten'"),
        (lists(page="1001"), "the last page is 1000"),
        (lists(page="101", per_page="100"), "the last page is 100"),
    ],
)
def test_the_endpoint_refuses(parameters: dict[str, list[str]], said: str) -> None:
    with pytest.raises(RequestError) as caught:
        read_strict(parameters)
    assert said in str(caught.value)
    assert len(str(caught.value)) < 400


def test_the_deepest_page_is_allowed() -> None:
    assert read_strict(lists(page="1000")).page == 1000
    assert read_strict(lists(page="100", per_page="100")).page * 100 == MAX_OFFSET
    assert last_page(30) == 333


@pytest.mark.parametrize(
    ("parameters", "kind"),
    [
        (lists(match="most"), "match"),
        (lists(sort="date"), "sort"),
        (lists(filter="colour:red"), "filter"),
        (lists(page="abc"), "page"),
        (lists(per_page="1000"), "per_page"),
        (lists(lang="fr"), "lang"),
        (lists(more="colour"), "more"),
        (lists(view="tiny"), "view"),
        (lists(quartile="Q9"), "filter"),
        (lists(year_from="soon"), "year_from"),
        (lists(year_to="2020-2021"), "year_to"),
        (lists(year_to="unknown"), "year_to"),
        (lists(page="1001"), "deep"),
        (lists(q="x" * (MAX_CHARACTERS + 1)), "q"),
        ({"q": ["a", "b"]}, "repeated"),
    ],
)
def test_the_page_leaves_out_and_says(parameters: dict[str, list[str]], kind: str) -> None:
    state = read_lenient({"sort": ["newest"], **parameters} if kind != "sort" else parameters)
    assert [problem.kind for problem in state.problems] == [kind]
    if kind != "sort":
        assert state.request.sort is Sort.NEWEST


def test_the_page_passes_over_names_that_are_not_ours() -> None:
    assert read_lenient(lists(utm_source="x", facet="nonsense")) == PageState()


def test_a_page_too_deep_becomes_the_last() -> None:
    state = read_lenient(lists(page="999999999", per_page="20"))
    assert state.request.page == 500
    assert state.problems == (Problem("deep", "10,000"),)


def test_the_year_form() -> None:
    def years_of(**parameters: str) -> tuple[object, ...]:
        return read_lenient(lists(**parameters)).request.filters.of("year")

    assert years_of(year_from="2010", year_to="2020") == (Span(2010, 2020),)
    assert years_of(year_from="2020", year_to="2010") == (Span(2010, 2020),)
    assert years_of(year_from="2010", year_to="") == (Span(2010, None),)
    assert years_of(year_from="", year_to="2010") == (Span(None, 2010),)
    assert years_of(year_from="", year_to="") == ()
    # The form chooses anew.
    assert years_of(filter="year:1999|2001,quartile:Q1", year_from="2010") == (Span(2010, None),)


def test_a_form_chooses_values_under_the_names_of_the_facets() -> None:
    state = read_lenient(
        {"filter": ["quartile:Q1"], "quartile": ["Q1", "2", ""], "year": ["unknown"], "year_to": ["2020"]}
    )
    assert state.request.filters == Filters({"quartile": ("Q1", "Q2"), "year": (UNKNOWN, Span(None, 2020))})
    assert state.problems == ()


def test_editions_of_several_fields_are_one_list() -> None:
    state = read_lenient({"edition": ["JCR 2023", "CAS 2025, Warning 2024"]})
    assert state.request.editions == ("JCR 2023", "CAS 2025", "Warning 2024")
    assert write_page(state) == {"edition": "JCR 2023,CAS 2025,Warning 2024"}


def test_what_is_sought_among_journals() -> None:
    assert (read_lenient(lists(find="lung")).more, read_lenient(lists(find="lung")).find) == ("journal", "lung")
    # A button that folds the list says so before the field that keeps it open.
    folded = read_lenient({"find": ["lung"], "more": ["", "journal"]})
    assert (folded.more, folded.find, folded.problems) == (None, "", ())
    other = read_lenient(lists(find="lung", more="type"))
    assert (other.more, other.find) == ("type", "")
    assert write_page(read_lenient(lists(find="lung"))) == {"more": "journal", "find": "lung"}


def test_control_characters_become_spaces_on_the_page() -> None:
    assert read_lenient(lists(q="a\x00b\x1b[0m\ud800")).request.text == "a b [0m "


def test_page_state_is_written() -> None:
    parameters = lists(q="x", more="journal", view="compact", lang="zh", generation="g-1")
    state = read_lenient(parameters)
    assert state.request.facet_limits == {"journal": 200}
    assert state.generation == "g-1"
    # The generation is of the search that was to be repeated, and not of those that one goes on to.
    assert write_page(state) == {"q": "x", "more": "journal", "view": "compact", "lang": "zh"}


MANY = [f"J{n}" for n in range(1000)]


@pytest.mark.parametrize(
    ("parameters", "kind"),
    [
        ({"journal": MANY}, "filters"),
        ({"filter": ["journal:" + "|".join(MANY)]}, "filters"),
        ({"filter": ["quartile:Q1,journal:" + "|".join(MANY)], "category": MANY, "year_from": ["2020"]}, "filters"),
        ({"without": [",".join(MANY)]}, "without"),
        ({f"s{n}": ["myeloma"] for n in range(1, 1000)}, "earlier"),
    ],
)
def test_the_page_keeps_the_first_of_too_many_and_says(parameters: dict[str, list[str]], kind: str) -> None:
    state = read_lenient(parameters)
    assert [problem.kind for problem in state.problems] == [kind]
    asked = state.request
    assert max(asked.filters.size, len(asked.without), len(asked.history)) == 100
    assert (asked.filters.of("year") != ()) == ("year_from" in parameters)
    assert set(asked.filters.of("journal")) | set(asked.without) <= set(MANY[:100])
    assert set(asked.history) <= set(range(1, 101))
    # What it keeps can be asked again, of the page and of the endpoint.
    assert read_lenient({name: [text] for name, text in write_page(state).items()}).problems == ()
    endpoint.SEARCH.read({name: [text] for name, text in write(asked).items()})


@pytest.mark.parametrize("parameters", [{"filter": "journal:" + "|".join(MANY[:101])}, {"without": ",".join(MANY)}])
def test_the_endpoint_refuses_too_many(parameters: dict[str, str]) -> None:
    with pytest.raises(RequestError, match="no more than 100"):
        endpoint.SEARCH.read({name: [text] for name, text in parameters.items()})
