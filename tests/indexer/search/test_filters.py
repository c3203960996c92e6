"""Filters are read, written back and refused as documented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import RequestError
from indexer.search.filters import UNKNOWN, Filters, Span, parse_filters, read_choice


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("", {}),
        ("quartile:Q1|Q2,year:2020-2024", {"quartile": ("Q1", "Q2"), "year": (Span(2020, 2024),)}),
        ("quartile:q1", {"quartile": ("Q1",)}),
        ("quartile:2|unknown", {"quartile": ("Q2", UNKNOWN)}),
        ("zone:1区", {"zone": ("1",)}),
        ("year:>2020", {"year": (Span(2021, None),)}),
        ("year:<=2020", {"year": (Span(None, 2020),)}),
        ("year:2024", {"year": (Span(2024, 2024),)}),
        ("year:2020-", {"year": (Span(2020, None),)}),
        ("year:-2020", {"year": (Span(None, 2020),)}),
        ("year:2024-2020", {"year": (Span(2020, 2024),)}),
        ("year:2020|2022-2024", {"year": (Span(2020, 2020), Span(2022, 2024))}),
        ("zone:unknown", {"zone": (UNKNOWN,)}),
        ("open_access:true", {"open_access": ("yes",)}),
        ('journal:"Lancet, The"|虚构医学杂志', {"journal": ("Lancet, The", "虚构医学杂志")}),
        (r'journal:"a \"b\" | c:\\d"', {"journal": ('a "b" | c:\\d',)}),
        ("quartile:Q1,quartile:Q2", {"quartile": ("Q1", "Q2")}),
        (" quartile : Q1 ", {"quartile": ("Q1",)}),
    ],
)
def test_reads(text: str, chosen: dict[str, tuple[object, ...]]) -> None:
    assert parse_filters(text).chosen == chosen


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colour:red", "no filter 'colour'"),
        ("zone:5", "the values are 1, 2, 3, 4, unknown"),
        ("quartile:" + "+" * 1400 + '"', "can't read"),
        ("quartile:" + " " * 7000 + '"', "can't read"),
        ("journal:" + "a" * 9000, "longer than 8000"),
        ("quartile", "no value"),
        ("quartile:", "empty"),
        ("quartile:Q1|", "empty"),
        ("year:soon", "neither a number nor a range"),
        ("year:-", "neither a number nor a range"),
        ("year:99999999", "neither a number nor a range"),
        ("journal:a:b", "quoted"),
        ('journal:"open', "can't read"),
        (",", "no value"),
    ],
)
def test_refuses_with_a_reason(text: str, said: str) -> None:
    with pytest.raises(RequestError, match=said):
        parse_filters(text)


choices = st.one_of(
    st.tuples(st.just("journal"), st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1)),
    st.tuples(st.just("year"), st.builds(lambda a, b: f"{a}-{b}", st.integers(1600, 2100), st.integers(1600, 2100))),
    st.tuples(st.just("quartile"), st.sampled_from(["Q1", "Q2", UNKNOWN])),
)


@given(st.lists(choices))
def test_what_is_written_reads_back(pairs: list[tuple[str, str]]) -> None:
    filters = Filters()
    for facet, text in pairs:
        if text.strip():
            filters = filters.adding(facet, read_choice(facet, text))
    assert parse_filters(str(filters)) == filters


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse_filters(text)
    except RequestError as error:
        assert str(error)  # noqa: PT017  either is right


def test_adding_and_removing() -> None:
    one = Filters().adding("quartile", "Q1")
    two = one.adding("quartile", "Q2").adding("quartile", "Q1")
    assert two.of("quartile") == ("Q1", "Q2")
    assert two.removing("quartile", "Q2") == one
    assert not two.removing("quartile")
    assert one.removing("zone") == one
