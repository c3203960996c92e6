"""One build at a time, also where the one before was killed, or runs on another machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from indexer.engines.opensearch.connection import Connection
from indexer.engines.opensearch.location import read_location
from indexer.engines.opensearch.store import LEASE_SECONDS, Lock
from indexer.errors import BuildError


@pytest.fixture
def connection(remote_location: Callable[[], str]) -> Iterator[Connection]:
    made = Connection(read_location(remote_location()))
    yield made
    made.close()


def _pretend(connection: Connection, **holder: Any) -> None:
    """Leave a lock as another build would have left it."""
    known = {"token": "t", "host": "elsewhere", "process": 1, "renewed": time.time()}
    connection.ask("PUT", f"/{connection.location.name}.lock/_doc/lock", {**known, **holder})


def test_a_lock_is_for_one_until_it_is_given_back(connection: Connection) -> None:
    lock = Lock(connection)
    with pytest.raises(BuildError, match=rf"another build is writing .* \(process {os.getpid()} on "):
        Lock(connection)
    lock.check()
    lock.release()
    Lock(connection).release()


def test_the_lock_of_another_machine_holds_as_long_as_it_is_renewed(connection: Connection) -> None:
    _pretend(connection)
    with pytest.raises(BuildError, match="process 1 on elsewhere"):
        Lock(connection)
    _pretend(connection, renewed=time.time() - LEASE_SECONDS - 1)
    Lock(connection).release()


def test_the_lock_of_a_process_that_was_killed_here_does_not_hold(connection: Connection) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    _pretend(connection, host=socket.gethostname(), process=ended.pid)
    Lock(connection).release()


def test_a_build_whose_lock_was_taken_notices(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.engines.opensearch.store.RENEW_SECONDS", 0.01)
    lock = Lock(connection)
    connection.ask("PUT", f"/{connection.location.name}.lock/_doc/lock", {"token": "another"})
    while lock._thread.is_alive():
        pass
    with pytest.raises(BuildError, match="took over"):
        lock.check()
    lock.release()
    found = connection.ask("GET", f"/{connection.location.name}.lock/_doc/lock")
    assert found["_source"] == {"token": "another"}
