"""Values, numbers and dates as they are typed, and identifiers of articles."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.search.fields import ALL, SEARCH_FIELDS, Held, filtered, named, tagged
from indexer.search.query import Query, Range, Value
from indexer.search.values import identifier, read_value


def read(name: str, text: str, edition: str | None = None) -> Query | None:
    value = read_value(SEARCH_FIELDS[name], text, edition)
    return value and value.query


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2020", 20200000, 20201231),
        ("2020-02", 20200200, 20200231),
        ("2020/2/3", 20200203, 20200203),
        ("20200203", 20200203, 20200203),
        ("2020 Feb", 20200200, 20200231),
        ("2020 February 3", 20200203, 20200203),
        ("2020年2月3日", 20200203, 20200203),
        ("2020-2022", 20200000, 20221231),
        ("2022..2020", 20200000, 20221231),
        ("2020/01/01:2020/06/30", 20200000, 20200630),
        ("2020-01-02..", 20200102, None),
        ("..2020-01", None, 20200131),
        ("2020-", 20200000, None),
        ("-2020", None, 20201231),
        (">2020", 20201232, None),
        (">=2020-03", 20200300, None),
        ("<2020-03-05", None, 20200304),
        ("≤2020", None, 20201231),
        ("[2020 TO *]", 20200000, None),
        ("{2019 TO 2021}", 20191232, 20209999),
    ],
)
def test_dates(text: str, low: int | None, high: int | None) -> None:
    assert read("date", text) == Range("date", low, high)


@pytest.mark.parametrize(
    "text", ["", "soon", "2020-13", "2020-01-32", "0000", "20", "2020..soon", "1-2-3-4", "..", "*"]
)
def test_what_is_no_date(text: str) -> None:
    assert read("date", text) is None


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("5", 5, 5),
        ("2.5-10", 2.5, 10),
        ("10-2.5", 2.5, 10),
        (">5", math.nextafter(5, 9), None),
        ("<5", None, math.nextafter(5, 0)),
        ("≥5", 5, None),
        ("5-", 5, None),
        ("[5 TO *]", 5, None),
        ("5..10", 5, 10),
        ("5:10", 5, 10),
    ],
)
def test_numbers_of_an_edition(text: str, low: float | None, high: float | None) -> None:
    assert read("if", text, "JCR 2023") == Range("impact_factor@JCR-2023", low, high)


def test_whole_numbers_have_whole_bounds() -> None:
    assert read("citations", ">10") == Range("citations", 11, None)
    assert read("citations", "<10.5") == Range("citations", None, 10)
    assert read("citations", "{1 TO 3}") == Range("citations", 2, 2)


@pytest.mark.parametrize("text", ["", "high", "5-10-15", "-", "1e5", "٣", "5 10"])
def test_what_is_no_number(text: str) -> None:
    assert read("if", text) is None


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("type", "RCT", "randomized controlled trial"),
        ("type", "综述", "review"),
        ("type", "Something New", "something new"),
        ("la", "English", "en"),
        ("la", "Klingon", "klingon"),
        ("warning", "是", "yes"),
        ("zone", "一区", "1"),
        ("jcr", "2区", "q2"),
        ("pmid", " 00123 ", "123"),
        ("pmcid", "PMC123", "pmc123"),
        ("pmcid", "123", "pmc123"),
    ],
)
def test_spellings_of_values(name: str, text: str, value: str) -> None:
    assert read(name, text) == Value(SEARCH_FIELDS[name].fields[0], value)


VALUE_FIELDS = [field for field in SEARCH_FIELDS.values() if not field.is_text]


@given(st.sampled_from(VALUE_FIELDS), st.text(st.characters(exclude_characters='"'), max_size=30))
def test_what_is_written_reads_as_the_same(field: object, text: str) -> None:
    value = read_value(field, text, None)  # type: ignore[arg-type]
    if value is not None:
        again = read_value(field, value.written.partition(":")[2].strip('"'), None)  # type: ignore[arg-type]
        assert again == value


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("10.1000/ABC.", "doi", "10.1000/abc"),
        ("https://www.nejm.org/doi/full/10.1056/NEJMoa1?query=x", "doi", "10.1056/nejmoa1"),
        ("https://doi.org/10.1002%2Fxyz", "doi", "10.1002/xyz"),
        ("https://pubmed.ncbi.nlm.nih.gov/123/?from=x", "pmid", "123"),
        ("www.ncbi.nlm.nih.gov/pubmed/123", "pmid", "123"),
        ("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC123/#s1", "pmcid", "123"),
        ("https://pmc.ncbi.nlm.nih.gov/articles/123", "pmcid", "123"),
        ("https://europepmc.org/article/MED/123", "pmid", "123"),
        ("https://europepmc.org/article/PMC/PMC123", "pmcid", "123"),
        ("pmid: 123", "pmid", "123"),
        ("PMCID:PMC123", "pmcid", "123"),
        ("123456", "pmid", "123456"),
        ("HasAbstract", "has_abstract", "yes"),
    ],
)
def test_identifiers(text: str, field: str, value: str) -> None:
    found = identifier(text)
    assert found is not None
    assert (found.field.name, found.value) == (field, value)
    assert found.certain == (text != "123456")


@pytest.mark.parametrize("text", ["12345", "sepsis", "10.5", "PMC", "https://example.org/123456", ""])
def test_what_identifies_nothing(text: str) -> None:
    assert identifier(text) is None


@pytest.mark.parametrize(
    ("text", "field", "held"),
    [
        ("ti", "title", Held.EXACTLY),
        ("Title / Abstract", "tiab", Held.EXACTLY),
        ("MeSH Terms", "mesh", Held.EXACTLY),
        ("Date - Publication", "date", Held.EXACTLY),
        ("majr:noexp", "mesh", Held.NEARLY),
        ("Author - First", "author", Held.NEARLY),
        ("Grants and Funding", "all", Held.NOT),
        ("標題", "title", Held.EXACTLY),
    ],
)
def test_tags(text: str, field: str, held: Held) -> None:
    tag = tagged(text)
    assert tag is not None
    assert (tag.field.name, tag.held, tag.gap) == (field, held, None)
    near = tagged(f"{text}:~5")
    assert near is not None
    assert (near.field.name, near.gap) == (field, 5)


def test_names() -> None:
    assert named("Title") == named("標題") == SEARCH_FIELDS["title"]
    assert named("tilte") is None
    assert tagged("18F") is None
    assert tagged("all") is not None
    assert SEARCH_FIELDS["tw"] == ALL


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [("Free Full Text", "open_access", "yes"), ("english", "language", "english"), ("review", "type", "review")],
)
def test_filters(text: str, field: str, value: str) -> None:
    found = filtered(text)
    assert found is not None
    assert (found.field.name, found.value) == (field, value)
    assert filtered("nonsense") is None
