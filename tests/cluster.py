"""A cluster of three nodes for tests: one for a whole run, however many processes it has."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock

SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"
sys.path.insert(0, str(SCRIPTS))

from clustering.nodes import Cluster  # noqa: E402 - a package of scripts, which is found now

PORT = int(os.environ.get("MEDSEARCH_TEST_CLUSTER", "19210"))
"""Of the first node; not where `scripts/cluster` puts it, so that a cluster of the developer's is left alone."""


@contextmanager
def running(shared: Path, port: int = PORT) -> Iterator[Cluster]:
    """The cluster, started where it does not run, and then stopped by the last process that used it.

    Args:
        shared: A folder that all processes of a run share.
        port: Of the first node.
    """
    cluster = Cluster(port, 3)
    users, lock = shared / "cluster-users", FileLock(shared / "cluster-lock")
    with lock:
        if not users.exists() and cluster.is_running():
            ours = False
        else:
            ours = True
            users.write_text(str(_number(users) + 1))
        if reason := start(cluster):
            if os.environ.get("CI") == "true":
                pytest.fail(f"the tests of the OpenSearch engine could not run: {reason}", pytrace=False)
            pytest.skip(reason)
    try:
        yield cluster
    finally:
        if ours:
            with lock:
                users.write_text(str(_number(users) - 1))
                if not _number(users):
                    users.unlink()
                    cluster.stop()


def start(cluster: Cluster) -> str:
    """Start the nodes that do not run, and wait for them; gives why that could not be done, else nothing.

    By the script, whose process ends, so that nodes are nobody's children here.
    """
    command = [sys.executable, str(SCRIPTS / "cluster"), "--port", str(cluster.port), "up"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(SCRIPTS.parent), os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    return done.stderr.strip() if done.returncode else ""


def _number(users: Path) -> int:
    return int(users.read_text()) if users.exists() else 0
