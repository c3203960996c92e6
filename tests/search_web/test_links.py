from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.record import Record
from indexer.search.engine import Sort
from indexer.search.filters import Filters, Span
from indexer.search.hits import Match, SearchRequest
from search_web import record_view
from search_web.links import Links, outward, record_path
from search_web.params import PageState, read_lenient

STATE = PageState(
    SearchRequest(text="心 & x", filters=Filters({"year": (Span(2020, 2024),), "journal": ('A "B", C',)}), page=4),
    language="zh",
    more="journal",
)
LINKS = Links("", STATE)


def state_of(address: str) -> PageState:
    return read_lenient(parse_qs(urlsplit(address).query))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_record_paths_hold_any_identity(record_id: str) -> None:
    path = record_path(record_id)
    assert unquote(path) == record_id
    split = urlsplit("/record/" + path)
    assert (split.query, split.fragment) == ("", "")
    # A browser drops or merges such segments.
    assert not {"", ".", ".."} & set(path.split("/")[:-1]) or "/" not in path


def test_slashes_of_usual_identities_stay() -> None:
    assert record_path("doi:10.1007/s10238-025") == "doi:10.1007/s10238-025"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (LINKS.page(7), replace(STATE, request=replace(STATE.request, page=7))),
        (LINKS.sorted_by(Sort.CITATIONS), replace(STATE, request=replace(STATE.request, page=1, sort=Sort.CITATIONS))),
        (LINKS.matching(Match.ANY), replace(STATE, request=replace(STATE.request, page=1, match=Match.ANY))),
        (LINKS.per_page(50), replace(STATE, request=replace(STATE.request, page=1, per_page=50))),
        (LINKS.rewritten("z"), replace(STATE, request=replace(STATE.request, page=1, text="z"))),
        (LINKS.expanding(expand=False), replace(STATE, request=replace(STATE.request, page=1, expand=False))),
        (LINKS.without("a b"), replace(STATE, request=replace(STATE.request, page=1, without=("a b",)))),
        (LINKS.with_again("a b"), replace(STATE, request=replace(STATE.request, page=1))),
        (LINKS.language("en"), replace(STATE, language="en")),
        (LINKS.unfiltered(), replace(STATE, request=replace(STATE.request, page=1, filters=Filters()))),
        (LINKS.home(), PageState(language="zh")),
        (LINKS.asking("y"), PageState(SearchRequest(text="y"), language="zh")),
    ],
)
def test_each_link_changes_its_part_and_keeps_the_rest(address: str, expected: PageState) -> None:
    found = state_of(address)
    # What is shown in full is part of the state, and its limit of the request.
    limits = {expected.more: 200} if expected.more else {}
    assert found == replace(expected, request=replace(expected.request, facet_limits=limits))


def test_choosing_and_dropping() -> None:
    chosen = state_of(LINKS.choosing("quartile", "Q1")).request
    assert chosen.filters.of("quartile") == ("Q1",)
    assert chosen.filters.of("journal") == ('A "B", C',)
    assert chosen.page == 1
    dropped = state_of(LINKS.dropping("journal", 'A "B", C')).request
    assert dropped.filters.of("journal") == ()


def test_a_single_year_takes_the_place_of_a_range() -> None:
    single = Links("", state_of(LINKS.choosing("year", Span(2021, 2021))))
    assert single.state.request.filters.of("year") == (Span(2021, 2021),)
    both = state_of(single.choosing("year", Span(2022, 2022)))
    assert both.request.filters.of("year") == (Span(2021, 2021), Span(2022, 2022))


def test_forms_keep_the_state_but_the_page() -> None:
    fields = dict(LINKS.fields("q"))
    assert set(fields) == {"filter", "lang", "more"}
    assert set(dict(LINKS.fields_of_facets())) == {"q", "lang", "more"}


def test_links_keep_the_mount_point() -> None:
    links = Links("/library", STATE)
    for address in (
        links.page(2),
        links.home(),
        links.record("doi:10.1/x"),
        links.record_json("doi:10.1/x"),
        links.json("x"),
        links.suggestions(),
    ):
        assert address.startswith("/library/")


def test_addresses_elsewhere() -> None:
    away = outward(
        Record(id="x", doi="10.5555/a#b<c>?d", pmid="12", pmcid="PMC34", pdf_url="https://example.org/a.pdf")
    )
    assert away.doi == "https://doi.org/10.5555/a%23b%3Cc%3E%3Fd"
    assert away.pubmed == "https://pubmed.ncbi.nlm.nih.gov/12/"
    assert away.pmc == "https://pmc.ncbi.nlm.nih.gov/articles/PMC34/"
    assert away.pdf == "https://example.org/a.pdf"
    assert set(vars(outward(Record(id="x"))).values()) == {None}


def test_other_schemes_never_become_links() -> None:
    away = outward(Record(id="x", pdf_url="javascript:alert(1)", url="data:text/html,x"))
    assert (away.pdf, away.page) == (None, None)


@pytest.mark.parametrize("mark", ['"', "“", "＂", "*", "?"])
def test_subjects_of_a_record_are_searched_without_syntax(mark: str) -> None:
    (keyword,) = record_view.keywords(Record(id="hash:one", keywords=(f"CD4{mark} count",)), LINKS)
    assert keyword.text == f"CD4{mark} count"
    assert state_of(keyword.href).request.text == 'keyword:"CD4 count"'
