"""Nodes that are lost: no answer is wrong, none is given as whole that is not, and no alias leads to half an index."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from operator import gt

import pytest
from click.testing import CliRunner
from filelock import FileLock
from flask.testing import FlaskClient

from indexer.engines import open_engine, open_writer
from indexer.engines.opensearch.connection import Connection
from indexer.engines.opensearch.location import read_location
from indexer.engines.opensearch.store import find_published
from indexer.errors import BuildError, EngineUnavailableError, IncompleteError
from indexer.search.engine import Engine, Partial, Plan
from indexer.search.query import Everything, Value
from search_web import create_app
from search_web.command import main
from search_web.messages import CATALOGUES
from tests import cluster as clusters
from tests.cluster import Cluster
from tests.conftest import shared_by_processes
from tests.engines.conftest import make_records, publish

CLIENTS = 8
"""That search at once."""
RECORDS = make_records(60, seed=4)
ALLOWED = "&partial=1"


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Nodes that may be killed: not those that other tests use at the same time, in this process or another one."""
    folder = shared_by_processes(tmp_path_factory) / "mortal"
    folder.mkdir(exist_ok=True)
    with FileLock(folder / "lock"), clusters.running(folder, clusters.PORT + 10) as found:
        yield found


def _location(cluster: Cluster) -> str:
    return f"opensearch+http://{cluster.hosts}/test-{uuid.uuid4().hex[:8]}"


def _until(what: Callable[[], bool]) -> None:
    while not what():
        threading.Event().wait(0.05)


def _start_again(cluster: Cluster) -> None:
    assert not clusters.start(cluster)
    _until(lambda: cluster.health().get("status") == "green")


def test_a_node_that_is_lost_in_a_build_leaves_the_old_index_or_a_whole_new_one(
    mortal: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    location = _location(mortal)
    monkeypatch.setattr("indexer.engines.opensearch.writer.SHARD_SECONDS", 1)
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
    _start_again(mortal)


@pytest.fixture(scope="module")
def torn(mortal: Cluster) -> Iterator[str]:
    """An index without copies, of which a node held a shard that is killed while others search one that has copies."""
    location, torn = f"{_location(mortal)}?replicas=1", f"{_location(mortal)}?shards=3&replicas=0"
    for one in (location, torn):
        publish(open_writer(one, {}), RECORDS, len(RECORDS))
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
            mortal.kill(_holder_of_documents_alone(torn))
            since = [one + 2 for one in answered]
            _until(lambda: all(map(gt, answered, since)) or any(one.done() for one in asking))
        finally:
            ended.set()
        for one in asking:
            one.result()
    engine.close()
    yield torn
    _start_again(mortal)
    engine = open_engine(torn)
    assert {record.id for record in engine.records()} == {record.id for record in RECORDS}
    engine.close()


def _holder_of_documents_alone(location: str) -> int:
    """The number of a node that holds a shard of an index, and not what is kept beside the documents."""
    connection = Connection(read_location(location))
    index = find_published(connection).index
    shards = connection.ask("GET", f"/_cat/shards/{index}*?format=json&h=index,node")
    connection.close()
    beside = {row["node"] for row in shards if row["index"] != index}
    return min(int(row["node"].rpartition("-")[2]) for row in shards if row["node"] not in beside)


@pytest.fixture(scope="module")
def engine(torn: str) -> Iterator[Engine]:
    opened = open_engine(torn + ALLOWED)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def client(torn: str) -> FlaskClient:
    return create_app(torn + ALLOWED).test_client()


def test_a_node_that_is_lost_costs_no_answer_of_an_index_with_copies_nor_lets_a_part_pass_for_the_whole(
    torn: str,
) -> None:
    engine = open_engine(torn)
    with pytest.raises(IncompleteError, match="answered without 1 of 3 shards"):
        engine.search(Plan(Everything(), partial=True))
    engine.close()
    client = create_app(torn).test_client()
    for address in ("/healthz", "/api/v1/search?q=heart", "/?q=heart"):
        assert client.get(address).status_code == 503


def test_what_came_is_given_and_said_to_be_a_part(engine: Engine) -> None:
    found = engine.search(Plan(Everything(), facets=("quartile",), limit=100, partial=True))
    assert found.partial == Partial(2, 3)
    assert 0 < found.total == len(found.hits) < len(RECORDS)
    assert sum(found.facets["quartile"].values.values()) == found.total
    assert {hit.record.id for hit in found.hits} < {record.id for record in RECORDS}


def test_what_can_not_say_that_it_is_a_part_fails(engine: Engine) -> None:
    for ask in (
        lambda: engine.search(Plan(Everything())),
        lambda: engine.count(Value("quartile", "q1")),
        lambda: list(engine.records()),
        lambda: engine.records_of(Plan(Everything(), partial=True)),
    ):
        with pytest.raises(IncompleteError):
            ask()


def test_the_endpoint_says_so_and_lets_nobody_keep_it(client: FlaskClient) -> None:
    answer = client.get("/api/v1/search?q=heart+failure+disease&per_page=100")
    assert answer.status_code == 200
    meta = answer.get_json()["meta"]
    assert meta["partial"] == {"answered": 2, "parts": 3}
    assert meta["relaxed"] is None
    assert meta["query"]["did_you_mean"] is None
    assert len(answer.get_json()["results"]) == meta["count"] < len(RECORDS)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers
    described = client.get("/api/v1/openapi.json").get_json()["components"]["schemas"]
    assert set(described["PartialAnswer"]["properties"]) == {"answered", "parts"}
    assert client.get("/healthz").get_json()["status"] == "partial"


@pytest.mark.parametrize(
    "address",
    ["/api/v1/search?cursor=*", "/api/v1/export?format=ris", "/api/v1/facets/journal", "/export?scope=all&format=ris"],
)
def test_nothing_is_taken_away_in_part(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 503
    assert "Retry-After" in answer.headers


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("query", ["", "heart failure disease", "nowhere"])
@pytest.mark.parametrize("number", [1, 50])
def test_the_page_says_so_and_claims_nothing_of_the_rest(
    client: FlaskClient, language: str, query: str, number: int
) -> None:
    answer = client.get("/", query_string={"q": query, "lang": language, "page": number})
    assert answer.status_code == 200
    said = CATALOGUES[language]("results.partial", answered=2, parts=3)
    assert f'role="alert">{said}<' in answer.text
    assert f'data-said="{said}"' in answer.text
    assert 'data-searched=""' in answer.text
    assert 'class="empty"' not in answer.text
    assert CATALOGUES[language]("problem.beyond.link") not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_command_line_says_so(torn: str) -> None:
    done = CliRunner().invoke(main, ["search", "heart", "--index", torn + ALLOWED])
    assert done.exit_code == 0
    assert "NOT WHOLE: 2 of 3 parts of the index answered" in done.output
    for command in (["search", "heart", "--index", torn], ["export", "--index", torn + ALLOWED]):
        done = CliRunner().invoke(main, command)
        assert done.exit_code == 1
        assert "answered without 1 of 3 shards" in done.output
