"""Random searches of the same records in both engines: no difference. `scripts/compare.py` asks 2,000 of 20,000."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import cast

import pytest
from click.testing import CliRunner

from indexer.build import build
from indexer.engines import open_engine
from indexer.engines.opensearch.connection import Connection
from indexer.engines.opensearch.location import read_location
from indexer.errors import RequestError
from indexer.record import Record
from indexer.search.engine import Engine, EngineAnswer, EngineHit, Plan
from indexer.search.filters import Filters
from indexer.search.query import Everything
from tests.conftest import REPOSITORY, write_jsonl

sys.path.insert(0, str(REPOSITORY / "scripts"))
import compare
from benchmarking.corpus import made
from comparing import answers, drawing

RECORDS = 200
SEARCHES = 50


def test_both_engines_give_the_same(remote_location: Callable[[], str]) -> None:
    location = remote_location()
    command = ["--cluster", location, "--documents", str(RECORDS), "--queries", str(SEARCHES), "--seed", "3"]
    done = CliRunner().invoke(compare.main, command, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert "differences: 0;" in done.output
    told = re.search(
        r"200 records; 50 searches, of which (\d+) found something and 0 were refused, 0 by one", done.output
    )
    assert told
    assert int(told.group(1)) > SEARCHES / 3
    connection = Connection(read_location(location))
    assert not connection.ask("GET", f"/{connection.location.name}.g-*/_alias")
    connection.close()
    for kind in ("Term", "Phrase", "Pattern", "Near", "Range", "Not", "Synonyms", "typed"):
        assert re.search(rf"\b{kind} \d", done.output), kind


def test_what_differs_is_told(tmp_path: Path) -> None:
    records = list(made(40, seed=3))
    engines = []
    for count in (40, 39):
        build([str(write_jsonl(tmp_path / f"{count}.jsonl", records[:count]))], str(tmp_path / str(count)))
        engines.append(open_engine(str(tmp_path / str(count))))
    compared = answers.compare(*engines, drawing.draw(list(engines[0].records()), 20, seed=3), seed=3)
    assert any(line.startswith("total (") for line in compared.differences)
    assert any(line.startswith("facets (") for line in compared.differences)
    for engine in engines:
        engine.close()


class Given:
    """An engine that answers every search with the same page, or refuses to."""

    def __init__(self, page: Sequence[tuple[str, float, bool]] = (), refusal: str = "") -> None:
        self._refusal = refusal
        hits = tuple(EngineHit(Record(id=name), score, preferred) for name, score, preferred in page)
        self._answer = EngineAnswer(len(hits), len(hits), hits, {})

    def records(self) -> Iterator[Record]:
        return (hit.record for hit in self._answer.hits)

    def records_of(self, _: Plan) -> Iterator[Record]:
        return self.records()

    def search(self, _: Plan) -> EngineAnswer:
        if self._refusal:
            raise RequestError(self._refusal)
        return self._answer


def _compared(one: Given, other: Given, count: int = 1) -> answers.Compared:
    searches = [drawing.Asked(Everything(), Filters())] * count
    return answers.compare(cast("Engine", one), cast("Engine", other), searches, seed=1)


FIRST = (("a", 2.0, True), ("b", 1.0, True), ("c", 1.0, True))


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (FIRST, None),
        ((("a", 2.0, True), ("c", 1.00001, True), ("b", 1.0, True)), None),
        ((("a", 2.0, True), ("c", 1.0, True), ("b", 1.0, True)), "order of equals"),
        ((("a", 2.0, True), ("b", 1.0, True), ("c", 1.0, False)), "preference of c"),
        ((("b", 1.0, True), ("a", 2.0, True), ("c", 1.0, True)), "order of a and b"),
        ((("a", 2.0, True), ("b", 1.1, True), ("c", 1.0, True)), "score of b"),
        ((("a", 2.0, True), ("b", 1.0, True)), "hits (3, 2)"),
    ],
)
def test_pages_that_differ_by_more_than_rounding_are_told(
    second: Sequence[tuple[str, float, bool]], said: str | None
) -> None:
    differences = _compared(Given(FIRST), Given(second)).differences
    assert any(line.startswith(said) for line in differences) if said else not differences


def test_a_refusal_by_one_alone_is_told_or_counted_to_a_bound() -> None:
    refusing, too_large = Given(refusal="no"), Given(refusal=f"the query has {answers.TOO_LARGE} (1024)")
    both = _compared(refusing, refusing)
    assert (both.refused, both.differences) == (1, [])
    for pair in ((Given(FIRST), refusing), (refusing, Given(FIRST))):
        assert _compared(*pair).differences[0].startswith("refusal by one alone (no)")
    few = _compared(Given(FIRST), too_large)
    assert (few.too_large, few.differences) == (1, [])
    many = _compared(Given(FIRST), too_large, 50)
    assert many.differences == ["refusals: 50 of 50 searches are too large for one alone"]
