"""Nodes that are lost: no answer is wrong or in part, and no alias leads to what is not whole."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from operator import gt

import pytest

from indexer.engines import open_engine, open_writer
from indexer.errors import BuildError, EngineUnavailableError
from indexer.search.engine import Plan
from indexer.search.query import Everything, Value
from tests import cluster as clusters
from tests.cluster import Cluster
from tests.engines.conftest import make_records, publish

CLIENTS = 8
"""That search at once."""


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Nodes that may be killed: not those that other tests use at the same time."""
    with clusters.running(tmp_path_factory.mktemp("mortal"), clusters.PORT + 10) as found:
        yield found


@pytest.fixture
def location(mortal: Cluster) -> str:
    return f"opensearch+http://{mortal.hosts}/test-{uuid.uuid4().hex[:8]}"


def test_a_node_that_is_lost_costs_no_answer(mortal: Cluster, location: str) -> None:
    records = make_records(60, seed=4)
    publish(open_writer(location, {}), records, 60)
    engine = open_engine(location)
    query = Value("quartile", "q1")
    everything = engine.search(Plan(Everything(), facets=("quartile", "year"), limit=60))
    some = engine.search(Plan(query, facets=("journal",), limit=60))
    ended = threading.Event()
    answered = [0] * CLIENTS

    def ask(client: int) -> None:
        while not ended.is_set():
            try:
                assert engine.search(Plan(Everything(), facets=("quartile", "year"), limit=60)) == everything
                assert engine.search(Plan(query, facets=("journal",), limit=60)) == some
            except EngineUnavailableError:
                continue  # said, rather than answered in part
            answered[client] += 1

    with ThreadPoolExecutor(CLIENTS) as clients:
        asking = [clients.submit(ask, client) for client in range(CLIENTS)]
        try:
            _until(lambda: all(answered) or any(one.done() for one in asking))
            mortal.kill(2)
            since = [one + 2 for one in answered]
            _until(lambda: all(map(gt, answered, since)) or any(one.done() for one in asking))
        finally:
            ended.set()
        for one in asking:
            one.result()
    engine.close()
    assert not clusters.start(mortal)
    _until(lambda: mortal.health().get("status") == "green")


def _until(what: Callable[[], bool]) -> None:
    while not what():
        threading.Event().wait(0.05)


def test_a_node_that_is_lost_in_a_build_leaves_the_old_index_or_a_whole_new_one(
    mortal: Cluster, location: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.engines.opensearch.writer.SHARD_SECONDS", 5)
    old, new = make_records(40, seed=6), make_records(80, seed=7)
    publish(open_writer(location, {}), old, 40)
    writer = open_writer(location, {})
    mortal.kill(3)
    try:
        publish(writer, new, 80)
        expected = new
    except (BuildError, EngineUnavailableError):
        expected = old
    engine = open_engine(location)
    assert {record.id for record in engine.records()} == {record.id for record in expected}
    engine.close()
    assert not clusters.start(mortal)
    _until(lambda: mortal.health().get("status") == "green")
