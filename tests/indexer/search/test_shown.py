"""What is shown of the hits of a recent query is what a first search would show, and is not sought again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from indexer.build import BuildOptions, build
from indexer.engines import open_engine
from indexer.search import searcher
from indexer.search.engine import Sort
from indexer.search.filters import parse_filters
from indexer.search.highlight import Highlighter
from indexer.search.hits import Match, SearchRequest
from indexer.search.searcher import search
from tests.conftest import write_jsonl

RECORDS: list[dict[str, object]] = [
    {
        "id": f"doi:10.5555/{number}",
        "doi": f"10.5555/{number}",
        "title_en": f"Heart failure and stroke {number}",
        "abstract_en": f"Nothing is said. {word.capitalize()} attacks of {number} hearts were counted.",
        "year": 2000 + number,
    }
    for number, word in enumerate(["heart", "lung", "kidney"] * 20)
]


@pytest.fixture(scope="module")
def location(tmp_path_factory: pytest.TempPathFactory, new_location: Callable[[], str]) -> str:
    index = new_location()
    source = write_jsonl(tmp_path_factory.mktemp("shown") / "records.jsonl", RECORDS)
    build([str(source)], index, BuildOptions())
    return index


@pytest.fixture
def sought(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts in which matches are sought."""
    texts: list[str] = []

    class Watched(Highlighter):
        def find(self, given: Iterable[tuple[str, str]]) -> None:
            pairs = list(given)
            texts.extend(text for _, text in pairs)
            super().find(pairs)

    monkeypatch.setattr(searcher, "Highlighter", Watched)
    return texts


def test_hits_that_were_shown_are_not_sought_again(location: str, sought: list[str]) -> None:
    engine = open_engine(location)
    first = search(engine, SearchRequest("heart failure", sort=Sort.NEWEST))
    assert len(sought) == 20
    sought.clear()
    assert search(engine, SearchRequest("heart failure", sort=Sort.NEWEST)).hits == first.hits
    filtered = search(engine, SearchRequest("heart failure", filters=parse_filters("year:2050-"), sort=Sort.NEWEST))
    assert not sought
    assert [hit.snippet_en for hit in filtered.hits] == [hit.snippet_en for hit in first.hits]
    search(engine, SearchRequest("heart failure", sort=Sort.NEWEST, page=2))
    assert len(sought) == 20
    engine.close()


@pytest.mark.parametrize(
    "other",
    [
        SearchRequest("heart attack"),
        SearchRequest("heart failure", match=Match.ANY),
        SearchRequest("heart failure", expand=False),
        SearchRequest("heart failure", per_page=60),
        SearchRequest("heart failure", fragments=False),
    ],
)
def test_what_is_shown_is_that_of_a_first_search(location: str, other: SearchRequest, sought: list[str]) -> None:
    engine, fresh = open_engine(location), open_engine(location)
    search(engine, SearchRequest("heart failure"))
    assert search(engine, other).hits == search(fresh, other).hits
    sought.clear()
    assert search(engine, other).hits == search(fresh, other).hits
    # No more of a query is remembered than most people look at.
    assert len(sought) == (4 * 30 if other.per_page == 60 else 0)
    engine.close()
    fresh.close()


def test_another_generation_shows_its_own_texts(new_location: Callable[[], str], tmp_path: Path) -> None:
    location = new_location()
    shown = []
    for title in ("Heart failure", "Failure of hearts"):
        source = write_jsonl(tmp_path / "records.jsonl", [{**RECORDS[0], "title_en": title}])
        build([str(source)], location, BuildOptions())
        engine = open_engine(location)
        shown.append("".join(part.text for part in search(engine, SearchRequest("heart failure")).hits[0].title_en))
        engine.close()
    assert shown == ["Heart failure", "Failure of hearts"]
