"""Connections to a node are kept."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from indexer.engines.opensearch.connection import Connection
from indexer.engines.opensearch.location import read_location
from indexer.engines.opensearch.store import _asked_often, published_generation

ANSWER = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{"name.g":1}'


class Listening:
    """A node that counts connections and requests."""

    def __init__(self) -> None:
        self.connections = 0
        self.requests = 0
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
                while connected.recv(1 << 16):
                    self.requests += 1
                    connected.sendall(ANSWER)


@contextmanager
def listening() -> Iterator[Listening]:
    node = Listening()
    thread = threading.Thread(target=node.serve)
    thread.start()
    try:
        yield node
    finally:
        node.socket.shutdown(socket.SHUT_RDWR)
        node.socket.close()
        thread.join()


def test_a_connection_is_used_again() -> None:
    with listening() as node:
        connection = Connection(read_location(node.location))
        for _ in range(3):
            connection.ask("GET", "/")
        connection.close()
    assert (node.connections, node.requests) == (1, 3)


def test_whoever_asks_again_and_again_what_is_published_does_so_over_one_connection() -> None:
    with listening() as node:
        for _ in range(3):
            assert published_generation(node.location) == "g"
        _asked_often(node.location).close()
        _asked_often.cache_clear()
    assert (node.connections, node.requests) == (1, 3)
