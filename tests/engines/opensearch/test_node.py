"""Connections to a node: kept, used again while both sides hold them, and woken once for each request."""

from __future__ import annotations

import socket
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from indexer.engines.opensearch.connection import Connection
from indexer.engines.opensearch.location import PASSWORD, USER, read_location
from indexer.engines.opensearch.store import _asked_often, published_generation
from indexer.errors import EngineUnavailableError

ANSWER = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{"name.g":1}'


class Listening:
    """A node that notes what comes in each time that it is woken."""

    def __init__(self, answer: bytes, most: int) -> None:
        self.answer = answer
        self.most = most
        """Answers that it gives to one connection before it closes that."""
        self.connections = 0
        self.received: list[bytes] = []
        self.closed = threading.Semaphore(0)
        """Released for each connection that it has closed."""
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.location = f"opensearch+http://127.0.0.1:{self.socket.getsockname()[1]}/name"

    def serve(self) -> None:
        """Take one connection after another, until nobody is to connect any more."""
        while True:
            try:
                connected, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            with connected:
                for _ in range(self.most):
                    if not (received := connected.recv(1 << 16)):
                        break
                    self.received.append(received)
                    connected.sendall(self.answer)
            self.closed.release()


@contextmanager
def listening(answer: bytes = ANSWER, most: int = 1_000) -> Iterator[Listening]:
    node = Listening(answer, most)
    thread = threading.Thread(target=node.serve)
    thread.start()
    try:
        yield node
    finally:
        node.socket.shutdown(socket.SHUT_RDWR)
        node.socket.close()
        thread.join()


def test_the_head_and_the_body_of_a_request_come_together() -> None:
    with listening() as node:
        connection = Connection(read_location(node.location))
        connection.ask("POST", "/name/_search", {"size": 0}, {"timeout": "1s"})
        connection.close()
    (received,) = node.received
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /name/_search?timeout=1s HTTP/1.1\r\n")
    assert b"content-type: application/json" in head.lower()
    assert body == b'{"size":0}'


def test_a_connection_is_used_again() -> None:
    with listening() as node:
        connection = Connection(read_location(node.location))
        for _ in range(3):
            connection.ask("GET", "/")
        connection.close()
    assert (node.connections, len(node.received)) == (1, 3)


def test_whoever_asks_again_and_again_what_is_published_does_so_over_one_connection() -> None:
    with listening() as node:
        for _ in range(3):
            assert published_generation(node.location) == "g"
        assert (node.connections, len(node.received)) == (1, 3)
        _asked_often.cache_clear()


@pytest.mark.parametrize("said", [b"", b"Connection: close\r\n"])
def test_a_connection_that_the_node_has_closed_is_not(said: bytes) -> None:
    with listening(ANSWER.replace(b"Content-Length", said + b"Content-Length"), most=1) as node:
        connection = Connection(read_location(node.location))
        for _ in range(3):
            assert connection.ask("POST", "/", b"{}", repeatable=False) == {"name.g": 1}
            node.closed.acquire()
        connection.close()
        assert node.connections == 3


@pytest.mark.parametrize("cut", [0, 10, len(ANSWER) - 3])
def test_an_answer_that_breaks_off_is_none(cut: int) -> None:
    with listening(ANSWER[:cut], most=1) as node:
        connection = Connection(read_location(node.location))
        with pytest.raises(EngineUnavailableError, match="can't be reached"):
            connection.ask("POST", "/", b"{}", repeatable=False)
        connection.close()


def test_a_password_may_have_any_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(USER, "读者")
    monkeypatch.setenv(PASSWORD, "pässword:1")
    with listening() as node:
        connection = Connection(read_location(node.location))
        connection.ask("GET", "/")
        connection.close()
    assert f"authorization: Basic {b64encode('读者:pässword:1'.encode()).decode()}\r\n".encode() in node.received[0]
