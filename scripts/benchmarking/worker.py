"""The process of one system: does what it is told on standard input and answers on standard output, a line for each.

Nothing that another system needs is imported here, so that the peak of memory is that of the system alone.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Union

import msgspec

from benchmarking import systems
from benchmarking.mix import MixQuery
from benchmarking.ready import batches

LARGEST = 20
"""Counts of a facet that are compared between systems."""
MISSING = frozenset({"", "unknown", "0", "None"})
"""What systems call a value that is not there, where they count it."""


class Build(msgspec.Struct, tag=True, frozen=True):
    """Build an index of the ready tokens in a folder."""

    ready: str
    folder: str


class BuildWhole(msgspec.Struct, tag=True, frozen=True):
    """Build our index from JSON to published, as `medsearch build` does."""

    corpus: str
    folder: str


class Open(msgspec.Struct, tag=True, frozen=True):
    """Open an index whose pages the system has been asked to forget."""

    folder: str


class Search(msgspec.Struct, tag=True, frozen=True):
    """Answer queries, one after another."""

    queries: list[MixQuery]
    facets: list[str]
    limit: int


Command = Union[Build, BuildWhole, Open, Search]


class Built(msgspec.Struct, frozen=True):
    """What a build cost; what making and reading ready tokens took is not in it."""

    version: str
    documents: int
    seconds: float
    cpu_seconds: float
    """Of all threads and child processes."""
    bytes: int
    peak_mb: float | None


class Opened(msgspec.Struct, frozen=True):
    """What opening cost."""

    version: str
    seconds: float
    bytes: int


class Sample(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a query cost and found."""

    wall_ms: float
    cpu_ms: float
    total: int | None
    hits: int
    largest: dict[str, list[int]]
    """The largest counts of each facet, descending."""
    elsewhere_ms: float | None = None
    """Of `wall_ms`, what a server says that it worked."""


class Searched(msgspec.Struct, frozen=True):
    """The answer to `Search`."""

    samples: list[Sample]
    peak_mb: float | None
    """Of the process so far; pages of mapped files count."""


def peak_mb(process: int | None = None) -> float | None:
    """The most memory that a process, or this one, has held; None where the system does not tell.

    Linux tells it of each program; `getrusage` would count what the process held before it became this program.
    """
    status = Path(f"/proc/{process or 'self'}/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return None


def size_of(folder: Path) -> int:
    """Bytes of the files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _cpu_seconds() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


class _Paused:
    """Ready documents, and the time that reading them took, which is not the system's."""

    def __init__(self, system: systems.System, folder: Path) -> None:
        self.documents = 0
        self.seconds = 0.0
        self.cpu_seconds = 0.0
        self._system = system
        self._folder = folder

    def __iter__(self) -> Iterator[Any]:
        source = batches(self._folder)
        while True:
            wall, cpu = time.perf_counter(), time.thread_time()
            batch = next(source, [])
            ready = self._system.ready(batch)
            self.seconds += time.perf_counter() - wall
            self.cpu_seconds += time.thread_time() - cpu
            if not batch:
                return
            self.documents += len(batch)
            yield from ready


def _build(system: systems.System, command: Build) -> Built:
    documents = _Paused(system, Path(command.ready))
    wall, cpu = time.perf_counter(), _cpu_seconds()
    system.build(iter(documents), Path(command.folder))
    seconds = time.perf_counter() - wall - documents.seconds
    cpu_seconds = _cpu_seconds() - cpu - documents.cpu_seconds
    size = size_of(Path(command.folder))
    return Built(system.version(), documents.documents, seconds, cpu_seconds, size, peak_mb())


def _build_whole(system: systems.System, command: BuildWhole) -> Built:
    build = import_module("indexer.build").build
    wall, cpu = time.perf_counter(), _cpu_seconds()
    report = build([command.corpus], command.folder)
    seconds, cpu_seconds = time.perf_counter() - wall, _cpu_seconds() - cpu
    size = size_of(Path(command.folder))
    return Built(system.version(), report.documents, seconds, cpu_seconds, size, peak_mb())


def _open(system: systems.System, command: Open) -> Opened:
    folder = Path(command.folder)
    if hasattr(os, "posix_fadvise"):
        for path in folder.rglob("*"):
            if path.is_file():
                with path.open("rb") as file:
                    os.fsync(file.fileno())
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    started = time.perf_counter()
    system.open(folder)
    return Opened(system.version(), time.perf_counter() - started, size_of(folder))


def _search(system: systems.System, command: Search) -> Searched:
    samples = []
    for query in command.queries:
        cpu, wall = time.process_time(), time.perf_counter()
        found = system.search(query, command.facets, command.limit)
        wall_ms, cpu_ms = (time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000
        largest = {
            name: sorted((count for value, count in counts.items() if value not in MISSING), reverse=True)[:LARGEST]
            for name, counts in found.facets.items()
        }
        counted = (found.total, len(found.records), largest, found.elsewhere_ms)
        samples.append(Sample(round(wall_ms, 4), round(cpu_ms, 4), *counted))
    return Searched(samples, peak_mb())


def main() -> None:
    """Serve the system that is named on the command line until standard input ends."""
    # Whatever a library prints must not be taken for an answer.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    system = systems.load(sys.argv[1])
    decoder = msgspec.json.Decoder(Command)
    for line in sys.stdin.buffer:
        command = decoder.decode(line)
        answer: Built | Opened | Searched
        if isinstance(command, Build):
            answer = _build(system, command)
        elif isinstance(command, BuildWhole):
            answer = _build_whole(system, command)
        elif isinstance(command, Open):
            answer = _open(system, command)
        else:
            answer = _search(system, command)
        answers.write(msgspec.json.encode(answer) + b"\n")
        answers.flush()


if __name__ == "__main__":
    main()
