"""What goes wrong between us and a cluster is named, and nothing that is not whole is given out."""

from __future__ import annotations

import io
import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from click.testing import CliRunner

from indexer.analysis import Channel
from indexer.engines import open_engine, open_updater, open_writer
from indexer.engines.opensearch.companions import CompanionStore
from indexer.engines.opensearch.connection import RETRIES, Connection
from indexer.engines.opensearch.location import read_location
from indexer.engines.opensearch.store import find_published, published_generation
from indexer.errors import (
    EngineUnavailableError,
    IncompleteError,
    IndexMismatchError,
    IndexMissingError,
    RequestError,
    SearchTimeoutError,
)
from indexer.search.engine import Plan
from indexer.search.query import And, Everything, Query, Term, Value
from search_web import create_app
from search_web.command import main
from tests.cluster import Cluster
from tests.engines.conftest import make_records, publish

Answer = tuple[int, Mapping[str, Any]]


@contextmanager
def node(answers: Callable[[str], Answer]) -> Iterator[tuple[str, list[str]]]:
    """A node that answers as it is told to; gives the location and what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            asked.append(f"{self.command} {self.path}")
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, body = answers(self.path)
            content = json.dumps(body).encode()
            with suppress(ConnectionError):  # who asked may have gone
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _answer  # noqa: N815 - as http.server has it

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"opensearch+http://127.0.0.1:{server.server_port}/name", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def failure(kind: str, reason: str) -> dict[str, Any]:
    return {"error": {"type": kind, "reason": reason, "root_cause": [{"type": kind, "reason": reason}]}}


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.engines.opensearch.connection.PAUSE_SECONDS", 0.001)


@pytest.fixture
def nobody() -> str:
    """A location at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"opensearch+http://127.0.0.1:{taken.getsockname()[1]}/name"


@pytest.fixture(scope="module")
def location(remote_location: Callable[[], str]) -> str:
    """A small index."""
    made = remote_location()
    publish(open_writer(made, {}), make_records(30, seed=5), 30)
    return made


@pytest.mark.parametrize("command", [["search", "heart"], ["stats"], ["export"], ["rollback"], ["delete", "10.5555/1"]])
def test_an_unreachable_cluster_ends_a_command_in_a_sentence(nobody: str, command: list[str]) -> None:
    done = CliRunner().invoke(main, [*command, "--index", nobody])
    assert done.exit_code == 1
    assert "can't be reached (" in done.output
    assert "refused" in done.output
    assert "Traceback" not in done.output


def test_an_unreachable_cluster_is_a_503_and_says_where_to_the_log_alone(
    nobody: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = create_app(nobody).test_client()
    for address in ("/api/v1/search?q=heart", "/healthz", "/?q=heart"):
        answer = client.get(address)
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert "127.0.0.1" not in answer.text
    assert client.get("/healthz").mimetype == "application/problem+json"
    assert client.get("/livez").get_json() == {"status": "alive"}
    assert "does not answer" in client.get("/?q=heart").text
    assert nobody.partition("//")[2].partition("/")[0] in caplog.text


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, {}, "does not let us in"),
        (403, failure("security_exception", "no permissions"), "does not let us in"),
        (403, failure("cluster_block_exception", "index [name] blocked by: FORBIDDEN/12"), "refuses to be written to"),
        (429, failure("circuit_breaking_exception", "Data too large"), "circuit_breaking_exception: Data too large"),
        (503, failure("cluster_manager_not_discovered_exception", "no manager"), "no manager"),
        (500, failure("null_pointer_exception", "oops"), "HTTP 500"),
    ],
)
def test_what_a_cluster_answers_is_said(status: int, body: dict[str, Any], said: str) -> None:
    with node(lambda _: (status, body)) as (location, _), pytest.raises(EngineUnavailableError, match=said):
        open_engine(location)


@pytest.mark.parametrize("status", [429, 503])
def test_what_is_safe_to_repeat_is_repeated_and_what_is_not_is_not(status: int) -> None:
    with node(lambda _: (status, {})) as (location, asked):
        connection = Connection(read_location(location))
        for repeatable, times in ((True, RETRIES + 1), (False, 1)):
            asked.clear()
            with pytest.raises(EngineUnavailableError):
                connection.ask("POST", "/_aliases", {}, repeatable=repeatable)
            assert len(asked) == times
        connection.close()


def _mapping(location: str) -> dict[str, Any]:
    connection = Connection(read_location(location))
    found: dict[str, Any] = connection.ask("GET", f"/{connection.location.name}/_mapping")
    connection.close()
    return found


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"timed_out": False, "_shards": {"failed": 1, "successful": 2, "total": 3}}, IncompleteError),
        ({"timed_out": False, "_shards": {"failed": 0, "successful": 2, "total": 3}}, IncompleteError),
        ({"timed_out": True, "_shards": {"failed": 0, "successful": 3, "total": 3}}, SearchTimeoutError),
        (failure("search_phase_execution_exception", "all shards failed"), EngineUnavailableError),
    ],
)
def test_an_answer_that_is_not_whole_is_not_given_out(
    location: str, answer: dict[str, Any], error: type[Exception]
) -> None:
    mapping = _mapping(location)
    hits = {"took": 1, "hits": {"total": {"value": 3}, "hits": []}, "aggregations": {}}

    def answers(path: str) -> Answer:
        if path.endswith("_mapping"):
            return 200, mapping
        return 200, {"responses": [{**hits, **answer}]} if "_msearch" in path else {**hits, **answer}

    with node(answers) as (there, _):
        engine = open_engine(there)
        for ask in (
            lambda: engine.search(Plan(Everything())),
            lambda: engine.search(Plan(Term(("title_en",), Channel.WORDS, "heart"))),
            lambda: engine.count(Everything()),
            lambda: list(engine.records_of(Plan(Everything()))),
            lambda: list(engine.records()),
        ):
            with pytest.raises(error):
                ask()
        engine.close()


@pytest.mark.parametrize(
    "failed",
    [
        {"timed_out": False, "_shards": {"failed": 1, "successful": 2, "total": 3}},
        {**failure("search_phase_execution_exception", "all shards failed"), "status": 503},
    ],
)
@pytest.mark.parametrize("partial", [False, True])
def test_shards_that_fail_for_a_moment_are_asked_again(location: str, failed: dict[str, Any], partial: bool) -> None:
    mapping = _mapping(location)
    whole = {"timed_out": False, "_shards": {"failed": 0, "successful": 3, "total": 3}}
    hits = {"took": 1, "hits": {"total": {"value": 3}, "hits": []}, "aggregations": {}}
    met: set[str] = set()

    def answers(path: str) -> Answer:
        if path.endswith("_mapping"):
            return 200, mapping
        answer = {**hits, **(whole if path in met else failed)}
        met.add(path)
        return 200, {"responses": [answer]} if "_msearch" in path else answer

    with node(answers) as (there, _):
        engine = open_engine(there + "?partial=1")
        found = engine.search(Plan(Term(("title_en",), Channel.WORDS, "heart"), partial=partial))
        assert (found.total, found.partial) == (3, None)
        assert len(met) == 2
        engine.close()


def test_a_shard_that_stays_lost_is_waited_for_once(location: str) -> None:
    mapping = _mapping(location)
    hits = {"took": 1, "timed_out": False, "hits": {"total": {"value": 3}, "hits": []}, "aggregations": {}}
    failed = [1]

    def answers(path: str) -> Answer:
        shards = {"failed": failed[0], "successful": 3 - failed[0], "total": 3}
        return 200, mapping if path.endswith("_mapping") else {**hits, "_shards": shards}

    with node(answers) as (there, asked):
        engine = open_engine(there + "?partial=1")

        def times() -> int:
            before = len(asked)
            engine.search(Plan(Everything(), partial=True))
            return len(asked) - before

        assert [times(), times(), times()] == [3, 1, 1]
        failed[0] = 0
        assert times() == 1
        failed[0] = 1
        assert [times(), times()] == [3, 1]
        engine.close()


@pytest.mark.parametrize(
    ("kind", "reason", "error"),
    [
        ("too_many_nested_clauses", "maxClauseCount is set to 1024", RequestError),
        ("index_not_found_exception", "no such index [name]", IndexMissingError),
    ],
)
def test_what_one_search_of_several_ends_in_is_told(
    location: str, kind: str, reason: str, error: type[Exception]
) -> None:
    mapping = _mapping(location)
    body = {"responses": [{**failure(kind, reason), "status": 400}]}
    with node(lambda path: (200, mapping if path.endswith("_mapping") else body)) as (there, _):
        engine = open_engine(there)
        with pytest.raises(error):
            engine.search(Plan(Term(("title_en",), Channel.WORDS, "heart")))
        engine.close()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems refuse what they have no place for")
def test_a_node_that_does_not_even_refuse_leaves_time_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.engines.opensearch.connection.CONNECT_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, ExitStack() as waiting:
        address = full.getsockname()
        for _ in range(4):
            one = waiting.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(address)
        with node(lambda _: (200, {"here": True})) as (there, _):
            both = there.replace("127.0.0.1", f"127.0.0.1:{address[1]},127.0.0.1")
            connection = Connection(read_location(both))
            for _ in range(4):
                assert connection.ask("GET", "/", deadline=time.monotonic() + 5) == {"here": True}
            connection.close()


def test_tries_end_with_the_time_that_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.engines.opensearch.connection.PAUSE_SECONDS", 60)
    with node(lambda _: (429, {})) as (location, asked):
        connection = Connection(read_location(location))
        with pytest.raises(EngineUnavailableError, match="HTTP 429"):
            connection.ask("GET", "/", deadline=time.monotonic())
        assert len(asked) == 1
        connection.close()


@pytest.mark.parametrize(("status", "taken"), [(429, True), (503, True), (400, False)])
def test_what_stands_beside_documents_is_sent_again_where_that_helps(status: int, taken: bool) -> None:
    refusal = {"index": {**failure("some_exception", "not now"), "status": status}}
    outcomes = [{"errors": True, "items": [{"index": {"status": 201}}, refusal]}, {"errors": False, "items": []}]
    with node(lambda path: (200, outcomes.pop(0) if path.endswith("_bulk") else {})) as (location, asked):
        connection = Connection(read_location(location))
        with nullcontext() if taken else pytest.raises(EngineUnavailableError, match="some_exception: not now"):
            CompanionStore(connection, "name.g-1").write({"report": io.BytesIO(b"all well")})
        connection.close()
    assert [one.rpartition("/")[2] for one in asked] == (["_bulk", "_bulk", "_refresh"] if taken else ["_bulk"])


def test_a_node_that_is_silent_is_given_up_at_the_deadline(location: str) -> None:
    mapping = _mapping(location)
    over = threading.Event()

    def answers(path: str) -> Answer:
        if not path.endswith("_mapping"):
            over.wait(60)
        return 200, mapping

    with node(answers) as (there, _):
        engine = open_engine(there)
        with pytest.raises(SearchTimeoutError, match="longer than is allowed"):
            engine.search(Plan(Everything(), deadline=time.monotonic() + 0.05))
        over.set()
        engine.close()


def test_a_silent_cluster_holds_up_no_one_who_asks_whether_there_is_a_new_generation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    over = threading.Event()

    def answers(_: str) -> Answer:
        over.wait(60)
        return 200, {}

    monkeypatch.setattr("indexer.engines.opensearch.store.CHECK_SECONDS", 0.05)
    with node(answers) as (there, asked):
        with pytest.raises(EngineUnavailableError, match="did not answer"):
            published_generation(there)
        assert len(asked) == 1
        over.set()


def test_an_index_of_another_version_is_named(location: str) -> None:
    mapping = _mapping(location)
    index = next(iter(mapping))
    about = mapping[index]["mappings"]["_meta"]
    for changed, said in (
        ({**about, "manifest": {**about["manifest"], "schema": "0123"}}, "another schema"),
        ({**about, "manifest": {**about["manifest"], "analysis": "0123"}}, "another dictionary"),
        ({"beginning": 1}, "another version, or none of medsearch"),
        ({name: about[name] for name in about if name != "layout"}, "another version, or none of medsearch"),
    ):
        body = {index: {"mappings": {"_meta": changed}}}
        with node(lambda _, body=body: (200, body)) as (there, _), pytest.raises(IndexMismatchError, match=said):
            open_engine(there)


def test_an_index_that_is_not_there_is_named(cluster: Cluster) -> None:
    location = f"opensearch+http://{cluster.hosts}/test-nowhere"
    done = CliRunner().invoke(main, ["search", "heart", "--index", location])
    assert done.exit_code == 1
    assert f"medsearch build SOURCE --index {location}" in done.output


def test_a_generation_that_is_gone_is_said_in_the_midst_of_an_export(remote_location: Callable[[], str]) -> None:
    location = remote_location()
    records = make_records(8, seed=2)
    publish(open_writer(location, {}), records, 8)
    engine = open_engine(location)
    for _ in range(2):
        publish(open_writer(location, {}), records, 8)
    for ask in (lambda: engine.search(Plan(Everything())), lambda: list(engine.records()), lambda: engine.record("x")):
        with pytest.raises(IndexMissingError, match="no longer there"):
            ask()
    engine.close()


def test_a_query_that_is_too_large_is_refused(location: str) -> None:
    engine = open_engine(location)
    fields = tuple(field for field, _ in Plan(Everything()).ranking.weights)
    many = And(tuple(Term(fields, channel, f"w{n}") for n in range(1050) for channel in Channel))
    with pytest.raises(RequestError, match="more parts than the cluster takes"):
        engine.count(many)
    deep: Query = Value("doi", "10.5555/1")
    for _ in range(60):
        deep = And((deep,))
    assert engine.count(deep) == 1
    engine.close()


def test_a_cluster_that_may_not_be_written_to_ends_a_build(location: str) -> None:
    connection = Connection(read_location(location))
    published = find_published(connection)
    engine, writer = open_updater(location)
    engine.close()
    connection.ask("PUT", f"/{writer._generation.index}/_settings", {"index.blocks.read_only_allow_delete": True})
    with pytest.raises(EngineUnavailableError, match=r"cluster_block_exception|refuses to be written"):
        publish(writer, make_records(31, seed=5)[30:], 31)
    assert find_published(connection) == published
    connection.close()
