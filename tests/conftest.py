"""What tests share: where the sample records and the real data are."""

from __future__ import annotations

import json
import os
import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from indexer.engines.opensearch.connection import Connection
from indexer.engines.opensearch.location import read_location
from tests import cluster as clusters
from tests.cluster import Cluster

settings.register_profile("medsearch", deadline=None)  # how long an example takes says how busy the machine is
settings.load_profile("medsearch")

REPOSITORY = Path(__file__).resolve().parent.parent
SAMPLES = REPOSITORY / "scripts" / "samples"
SHARED = REPOSITORY.parent / "shared"


@pytest.fixture(scope="session")
def seed_file() -> Path:
    """The real seed record."""
    path = SHARED / "seeds" / "000_b51fd39b320efeb6.txt"
    if not path.exists():
        pytest.skip(f"needs the real seed record in {path.parent}")
    return path


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data."""
    if not SHARED.is_dir():
        pytest.skip(f"needs the real data in {SHARED}")
    return SHARED


ENGINES = ("whoosh", "opensearch")


def shared_by_processes(factory: pytest.TempPathFactory) -> Path:
    """A folder of a run, however many processes it has: each has one of its own in it."""
    folder = factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three nodes of OpenSearch."""
    with clusters.running(shared_by_processes(tmp_path_factory)) as found:
        yield found


@pytest.fixture(scope="session")
def remote_location(cluster: Cluster) -> Iterator[Callable[[], str]]:
    """Locations in the cluster at which nothing is yet."""
    prefix = f"test-{uuid.uuid4().hex[:8]}"
    made: list[str] = []

    def new() -> str:
        # Copies take time; what they are for has tests of its own.
        made.append(f"opensearch+http://{cluster.hosts}/{prefix}-{len(made)}?shards=2&replicas=0")
        return made[-1]

    yield new
    if made:
        connection = Connection(read_location(made[0]))
        connection.ask("DELETE", f"/{prefix}-*")
        connection.close()


@pytest.fixture(scope="session", params=ENGINES)
def new_location(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], str]:
    """Locations at which nothing is yet, of each engine in turn."""
    if request.param == "opensearch":
        remote: Callable[[], str] = request.getfixturevalue("remote_location")
        return remote
    return lambda: str(tmp_path_factory.mktemp("engine") / "index")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests each engine has passed."""
    passed = Counter(
        name
        for report in terminalreporter.stats.get("passed", ())
        for name in ENGINES
        if re.search(rf"[\[/-]{name}[\]/-]", report.nodeid)
    )
    if passed:
        counted = ", ".join(f"{passed[name]} on {name}" for name in ENGINES)
        terminalreporter.write_line(f"tests that every engine has to pass: {counted}")


def write_jsonl(path: Path, objects: list[dict[str, object]]) -> Path:
    """A file of source objects, one a line."""
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects), encoding="utf-8")
    return path
