"""scripts/cluster: what it needs is found or named; what nodes do is tested by the tests that use them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from clustering import nodes

from tests import cluster
from tests.conftest import REPOSITORY


def _jdk(folder: Path, version: str) -> Path:
    for name in ("java", "javac"):
        path = folder / "bin" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2026-01-20' >&2\n")
        path.chmod(0o755)
    return folder


def test_a_java_that_is_new_enough_is_found_where_the_default_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = _jdk(tmp_path / "17", "17.0.9"), _jdk(tmp_path / "25", "25.0.1")
    monkeypatch.setenv("PATH", str(old / "bin"))
    monkeypatch.setenv("JAVA_HOME", str(old))
    monkeypatch.setattr(nodes, "INSTALLED", ())
    with pytest.raises(nodes.ClusterError, match="a JDK of 21 or later; install one"):
        nodes.find_java()
    monkeypatch.setenv("JAVA_HOME", str(new))
    assert nodes.find_java() == str(new / "bin" / "java")
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setattr(nodes, "INSTALLED", (str(tmp_path.relative_to("/") / "*"),))
    assert nodes.find_java() == str(new / "bin" / "java")


def test_without_maven_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(nodes.ClusterError, match="needs Maven"):
        nodes.fetched()


@pytest.mark.parametrize(("ci", "outcome"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)])
def test_a_missing_cluster_skips_tests_but_fails_ci(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(cluster, "start", lambda _: "a cluster needs a JDK")
    with pytest.raises(outcome, match="needs a JDK"), cluster.running(tmp_path, 19990):
        pass


def test_the_script_says_that_nothing_runs() -> None:
    command = [sys.executable, str(REPOSITORY / "scripts" / "cluster"), "--port", "19990", "--nodes", "1", "status"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=REPOSITORY)
    assert done.returncode == 1
    assert "node 1 at 127.0.0.1:19990: not running" in done.stdout
    assert "no node answers" in done.stderr
