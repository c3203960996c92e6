"""Parts of an index that do not answer: what a search makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from indexer.build import build
from indexer.engines import open_engine
from indexer.errors import IncompleteError
from indexer.search.engine import Engine, EngineAnswer, Plan
from indexer.search.hits import SearchRequest
from indexer.search.query import Query
from indexer.search.searcher import search
from tests.conftest import write_jsonl

RELAXED = SearchRequest("aspirin trial zebrafish")
MISSPELT = SearchRequest("asprin")


class Torn:
    """An engine of which parts do not answer the first counts."""

    def __init__(self, engine: Engine, failing: int, *, allowed: bool) -> None:
        self._engine = engine
        self._failing = failing
        self._allowed = allowed
        self.counts = 0
        self.searches = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def count(self, query: Query, deadline: float | None = None) -> int:
        self.counts += 1
        if self.counts <= self._failing:
            raise IncompleteError("answered without 1 of 3 shards", allowed=self._allowed)
        return self._engine.count(query, deadline)

    def search(self, plan: Plan) -> EngineAnswer:
        self.searches += 1
        return self._engine.search(plan)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("whole")
    records: list[dict[str, object]] = [
        {"title": f"Trial number {number} of aspirin", "doi": f"10.5555/{number}"} for number in range(20)
    ]
    build([str(write_jsonl(folder / "records.jsonl", records))], str(folder / "index"))
    opened = open_engine(str(folder / "index"))
    yield opened
    opened.close()


def test_where_no_part_is_allowed_nothing_is_asked_twice(engine: Engine) -> None:
    torn = Torn(engine, 1, allowed=False)
    with pytest.raises(IncompleteError):
        search(torn, RELAXED, partial=True)
    assert (torn.counts, torn.searches) == (1, 0)


def test_an_index_that_is_whole_again_is_searched_as_ever(engine: Engine) -> None:
    expected = search(engine, RELAXED)
    assert expected.relaxation is not None
    assert expected.relaxation.most_words == 20
    found = search(Torn(engine, 1, allowed=True), RELAXED, partial=True)
    assert found.relaxation == expected.relaxation
    assert [hit.record.id for hit in found.hits] == [hit.record.id for hit in expected.hits]


def test_what_was_found_stands_without_a_correction(engine: Engine) -> None:
    assert search(engine, MISSPELT).correction is not None
    torn = Torn(engine, 1_000, allowed=True)
    found = search(torn, MISSPELT, partial=True)
    assert torn.counts
    assert (found.total, found.correction) == (0, None)
