"""A builder that is killed, at any moment: the alias leads to the old generation or the new one, whole."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from indexer.engines import open_engine, open_writer
from indexer.engines.opensearch.connection import Connection
from indexer.engines.opensearch.location import read_location
from indexer.search.engine import Plan
from indexer.search.query import Everything
from tests.conftest import REPOSITORY
from tests.engines.conftest import make_records, publish

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")

KILLS = 10
"""Of each kind of run."""
# Everything is imported once, and what analysis needs is loaded; each run is a fork of it.
RUNNER = """
import os, signal, sys
from indexer import schema
from indexer.engines import open_updater, open_writer
from indexer.engines.opensearch.connection import Connection
from tests.engines.conftest import make_records, publish

def run(location, kind, moment):
    passed = 0
    real = Connection.ask
    def pass_moment():
        nonlocal passed
        passed += 1
        if passed == moment:
            os.kill(os.getpid(), signal.SIGKILL)
    def ask(*given, **named):
        pass_moment()
        try:
            return real(*given, **named)
        finally:
            pass_moment()
    Connection.ask = ask
    if kind == "build":
        publish(open_writer(location, {}), make_records(25, seed=2), 25)
    else:
        engine, writer = open_updater(location)
        engine.close()
        publish(writer, make_records(25, seed=2), 35)
    return passed

schema.index_documents(make_records(25, seed=2))
for line in sys.stdin:
    location, kind, moment = line.split()
    out, into = os.pipe()
    child = os.fork()
    if not child:
        os.write(into, str(run(location, kind, int(moment))).encode())
        os._exit(0)
    os.close(into)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(status, os.read(out, 20).decode() or 0, flush=True)
    os.close(out)
"""


def _contents(location: str) -> set[str]:
    engine = open_engine(location)
    try:
        found = {record.id for record in engine.records()}
        assert len(found) == engine.manifest.documents == engine.search(Plan(Everything(), limit=0)).total
        return found
    finally:
        engine.close()


@pytest.mark.parametrize("kind", ["build", "update"])
def test_a_kill_at_any_moment_leaves_the_old_or_the_new(remote_location: Callable[[], str], kind: str) -> None:
    old = {record.id for record in make_records(10, seed=1)}
    new = {record.id for record in make_records(25, seed=2)} | (set() if kind == "build" else old)
    command = [sys.executable, "-c", RUNNER]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(REPOSITORY), os.environ.get("PYTHONPATH", "")])}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:

        def run(location: str, moment: int) -> tuple[int, int]:
            assert process.stdin is not None
            assert process.stdout is not None
            print(location, kind, moment, file=process.stdin, flush=True)
            status, passed = map(int, process.stdout.readline().split())
            return status, passed

        # Before and after each request of a run.
        location = remote_location()
        publish(open_writer(location, {}), make_records(10, seed=1), 10)
        status, moments = run(location, 0)
        assert status == 0

        location = remote_location()
        publish(open_writer(location, {}), make_records(10, seed=1), 10)
        for moment in sorted(random.Random(kind).sample(range(1, moments), KILLS)):
            status, _ = run(location, moment)
            assert status == -signal.SIGKILL
            assert _contents(location) in (old, new)
        status, _ = run(location, 0)
        assert status == 0
        assert process.stdin is not None
        process.stdin.close()
    assert _contents(location) == new
    connection = Connection(read_location(location))
    left = connection.ask("GET", f"/{connection.location.name}.g-*/_alias")
    connection.close()
    assert len(left) <= 4  # the published generation and the one before, with what is beside their documents
