"""A build or update that is killed, at any moment: what was published still opens, and is the old or the new."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from indexer.build import build
from indexer.engines import open_engine
from indexer.search.hits import SearchRequest
from indexer.search.searcher import search
from tests.conftest import write_jsonl

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")

KILLS = 12
"""Of a build, and as many of an update."""
KINDS = ("any", "disk", "store")

# It is imported and compiled once, and each run is a fork of it. A run passes moments: calls and returns of functions,
# in Python and in C. `any` counts all of them, `disk` those that change the disk, `store` those among them by which
# generations come and go; each kind is far fewer than the one before.
RUNNER = """
import os, signal, sys
from indexer.build import build, update

change = {"build": build, "update": update}[sys.argv[1]]
source = sys.argv[2]
CHANGING = "close fsync ftruncate link mkdir open remove rename replace rmdir unlink write".split()

def run(index, kind, moment):
    passed = {"any": 0, "disk": 0, "store": 0}
    def pass_moment(frame, event, argument):
        passed["any"] += 1
        if event in ("c_call", "c_return") and argument.__name__ in CHANGING:
            passed["disk"] += 1
            while frame and not frame.f_code.co_filename.endswith("store.py"):
                frame = frame.f_back
            passed["store"] += frame is not None
        if passed.get(kind) == moment:
            os.kill(os.getpid(), signal.SIGKILL)
    sys.setprofile(pass_moment)
    change([source], index)
    sys.setprofile(None)
    return passed

print(*run(sys.argv[3], "none", 0).values(), flush=True)
for line in sys.stdin:
    index, kind, moment = line.rstrip("\\n").split("\\t")
    child = os.fork()
    if not child:
        run(index, kind, int(moment))
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def _record(number: int) -> dict[str, object]:
    return {"title": f"Trial number {number} of aspirin", "doi": f"10.5555/{number}", "PMID": str(1000 + number)}


def _contents(index: Path) -> set[str]:
    engine = open_engine(str(index))
    try:
        found = {record.id for record in engine.records()}
        assert len(found) == engine.manifest.documents == search(engine, SearchRequest()).total
        return found
    finally:
        engine.close()


@contextmanager
def _runner(function: str, source: Path, spare: Path) -> Iterator[tuple[IO[str], IO[str]]]:
    command = [sys.executable, "-c", RUNNER, function, str(source), str(spare)]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield process.stdin, process.stdout
        process.stdin.close()
        assert process.wait() == 0


@pytest.mark.parametrize("function", ["build", "update"])
def test_a_kill_at_any_moment_leaves_the_old_or_the_new(tmp_path: Path, function: str) -> None:
    first, spare, index = tmp_path / "first", tmp_path / "spare", tmp_path / "index"
    build([str(write_jsonl(tmp_path / "old.jsonl", [_record(n) for n in range(12)]))], str(first))
    source = write_jsonl(tmp_path / "new.jsonl", [_record(n) for n in range(6, 24)])
    old = _contents(first)
    new = {f"doi:10.5555/{n}" for n in range(0 if function == "update" else 6, 24)}
    shutil.copytree(first, spare)
    rng = random.Random(f"kills of {function}")
    found: list[set[str]] = []
    with _runner(function, source, spare) as (orders, results):
        passed = dict(zip(KINDS, map(int, results.readline().split()), strict=True))
        moments = [
            (kind, each)
            for kind, most in passed.items()
            for each in rng.sample(range(1, most + 1), KILLS // len(KINDS))
        ]
        moments += [("store", 1), ("store", passed["store"])]  # before anything is there, and when all is
        for kind, moment in moments:
            shutil.copytree(first, index)
            print(index, kind, moment, sep="\t", file=orders, flush=True)
            assert int(results.readline()) in (-signal.SIGKILL, 0)
            found.append(_contents(index))
            assert found[-1] in (old, new)
            # The next one goes through, and leaves nothing of the killed one.
            print(index, "none", 0, sep="\t", file=orders, flush=True)
            assert int(results.readline()) == 0
            assert _contents(index) == new
            names = {path.name for path in index.iterdir()}
            assert {name for name in names if not name.startswith("g-")} == {"CURRENT", "LOCK"}
            assert len(names) <= 4  # the published generation and the one before
            shutil.rmtree(index)
    assert old in found
    assert new in found
