from __future__ import annotations

from pathlib import Path

import pytest

from indexer.build import build
from indexer.engines import open_engine
from indexer.errors import RequestError, SearchTimeoutError
from indexer.search.engine import Engine
from indexer.search.explain import Explanation, explain
from indexer.search.filters import parse_filters
from indexer.search.hits import Match, SearchRequest
from indexer.search.searcher import search
from tests.conftest import write_jsonl

HEART = "Sacubitril for heart failure in old age: a fictional trial"
RECORDS: list[dict[str, object]] = [
    {
        "title": HEART,
        "doi": "10.5555/heart",
        "PMID": "11112222",
        "year": 2021,
        "JCR": "Q1",
        "abstract": "We invented 12 children.",
        "publicationTypes": "Journal Article, Review",
    },
    {"title": "虚构的心力衰竭研究", "doi": "10.5555/zh", "year": 2019},
    {"title": "Same title", "doi": "10.5555/same1"},
    {"title": "Same title", "doi": "10.5555/same2"},
    {"title": "A report without any other name", "abstract": "Nothing."},
    {"title": "Atrial fibrillation after surgery of the heart in 40 fictional patients", "doi": "10.5555/af"},
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder: Path = tmp_path_factory.mktemp("explain")
    build([str(write_jsonl(folder / "records.jsonl", RECORDS))], str(folder / "index"))
    return open_engine(str(folder / "index"))


def ask(engine: Engine, article: str, text: str = "", filters: str = "", match: Match = Match.AUTO) -> Explanation:
    request = SearchRequest(text=text, filters=parse_filters(filters), match=match, per_page=100)
    said = explain(engine, request, article)
    if said.record is not None:
        found = {hit.record.id for hit in search(engine, request).hits}
        assert said.found == (said.record.id in found)
    return said


def named(said: Explanation) -> str | None:
    return said.record and said.record.id


@pytest.mark.parametrize(
    "article",
    [
        "10.5555/heart",
        " https://doi.org/10.5555/HEART ",
        "doi:10.5555/heart",
        "11112222",
        "PMID: 11112222",
        HEART,
        HEART.upper() + ".",
        "heart failure in old age",
        "sacubitril",
    ],
)
def test_an_article_is_found_by_any_of_its_names(engine: Engine, article: str) -> None:
    said = ask(engine, article)
    assert named(said) == "doi:10.5555/heart"
    assert said.found
    assert said.similar == ()


def test_an_article_without_an_identifier_is_found_by_its_title(engine: Engine) -> None:
    said = ask(engine, "A report without any other name", "nothing absent")
    assert (named(said) or "").startswith("hash:")
    assert {part.text: part.holds for part in said.parts} == {"nothing": True, "absent": False}


@pytest.mark.parametrize("article", ["10.5555/none", "PMID: 9", "pmcid:PMC1", "A title that nobody wrote", "?!", "  "])
def test_what_is_not_indexed_is_said(engine: Engine, article: str) -> None:
    said = ask(engine, article, "heart")
    assert said == Explanation(None, False, (), (), None, ())


def test_a_title_of_several_is_not_guessed(engine: Engine) -> None:
    said = ask(engine, "Same title")
    assert said.record is None
    assert {record.id for record in said.similar} == {"doi:10.5555/same1", "doi:10.5555/same2"}


def test_a_mistyped_title_leads_to_the_nearest(engine: Engine) -> None:
    said = ask(engine, "Sacubitril in heart failure of old age, a trial")
    assert said.record is None
    assert said.similar[0].id == "doi:10.5555/heart"


def test_the_words_that_exclude_it(engine: Engine) -> None:
    said = ask(engine, "10.5555/heart", "sacubitril stroke", match=Match.ALL)
    assert [(part.text, part.holds) for part in said.parts] == [("sacubitril", True), ("stroke", False)]
    assert not said.found
    assert said.holds_most_words is None


def test_operators_phrases_and_fields(engine: Engine) -> None:
    query = '(aspirin OR warfarin) AND "old age" AND NOT children AND title:"heart failure" AND year:2021'
    said = ask(engine, "10.5555/heart", query)
    assert [part.holds for part in said.parts] == [False, True, False, True, True]
    assert "OR" in said.parts[0].text
    assert said.parts[2].text == "NOT children"
    assert ask(engine, "10.5555/heart", "aspirin OR sacubitril").found
    assert [part.holds for part in ask(engine, "10.5555/heart", "aspirin OR warfarin").parts] == [False]


def test_other_names_of_a_concept_hold(engine: Engine) -> None:
    said = ask(engine, "10.5555/zh", "heart failure")
    assert [(part.text, part.holds) for part in said.parts] == [("heart failure", True)]
    plain = SearchRequest(text="heart failure", expand=False)
    assert not any(part.holds for part in explain(engine, plain, "10.5555/zh").parts)


def test_the_filters_that_exclude_it(engine: Engine) -> None:
    said = ask(engine, "10.5555/heart", "sacubitril", "quartile:Q2|Q3,year:2020-2024,type:Review,zone:unknown")
    assert {one.name: (one.values, one.holds) for one in said.filters} == {
        "quartile": (("Q1",), False),
        "year": (("2021",), True),
        "type": (("Journal Article", "Review"), True),
        "zone": (("unknown",), True),
    }
    assert [part.holds for part in said.parts] == [True]
    assert not said.found


def test_a_relaxed_search_finds_what_holds_most_words(engine: Engine) -> None:
    said = ask(engine, "10.5555/heart", "sacubitril failure zebrafish")
    assert said.found
    assert said.holds_most_words
    assert [part.holds for part in said.parts] == [True, True, False]
    assert not ask(engine, "10.5555/af", "sacubitril failure zebrafish").holds_most_words


def test_what_can_not_be_asked(engine: Engine) -> None:
    with pytest.raises(RequestError, match="there is no edition"):
        explain(engine, SearchRequest(editions=("JCR 1900",)), "10.5555/heart")
    with pytest.raises(SearchTimeoutError):
        explain(engine, SearchRequest("heart"), "10.5555/heart", deadline=0.0)
