"""`serve`: whole requests to `GET /api/v1/search`, with facets and snippets, through the server of `medsearch serve`.

The queries are those of the mix as a person would type them. Clients run in this process, the server in its own. The
index can be rebuilt, in a third one, while they ask.
"""

from __future__ import annotations

import http.client
import math
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import click
import msgspec

from benchmarking.mix import Kind, MixQuery
from benchmarking.processes import environment
from benchmarking.report import Percentiles, percentiles, short, table
from benchmarking.worker import peak_mb

START = "import sys; from search_web.command import main; sys.argv[0] = 'medsearch'; main()"
TIMEOUT_SECONDS = 60


class Load(msgspec.Struct, frozen=True):
    """What a number of clients met."""

    clients: int
    requests: int
    errors: int
    """Answers other than 200, and connections that failed."""
    seconds: float
    milliseconds: Percentiles | None
    generations: int
    """How many generations of the index have answered."""

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


class Rebuilds(msgspec.Struct, frozen=True):
    """What is built anew while clients ask, and how often."""

    source: Path
    times: int


class Served(msgspec.Struct, frozen=True):
    """What `serve` measures."""

    start_seconds: float
    """From the command to its first line, which says that it listens."""
    first_ms: float
    """The first request."""
    loads: list[Load]
    peak_mb: float | None
    """Of the server; None where the system does not tell."""
    bytes_of_answers: int


def typed(query: MixQuery) -> str:
    """The address of a query, as a person would type it."""
    surfaces = [f'"{word}"' if word.isupper() else word for word in query.surfaces]
    if query.kind is Kind.PHRASE:
        text = '"' + ("" if query.language == "zh" else " ").join(query.surfaces) + '"'
    else:
        text = (" OR " if query.kind is Kind.OR else " ").join(surfaces)
    filters = []
    if query.narrowing.quartiles:
        filters.append("quartile:" + "|".join(query.narrowing.quartiles))
    if query.narrowing.years:
        filters.append("year:{}-{}".format(*query.narrowing.years))
    if query.narrowing.journals:
        named = (name.replace("\\", "\\\\").replace('"', '\\"') for name in query.narrowing.journals)
        filters.append("journal:" + "|".join(f'"{name}"' for name in named))
    asked = {"q": text, "filter": ",".join(filters)}
    return "/api/v1/search?" + urlencode({name: value for name, value in asked.items() if value})


def measure(
    index: Path,
    queries: Sequence[MixQuery],
    clients: Sequence[int],
    most: int,
    seconds: float,
    rebuilds: Rebuilds | None = None,
) -> Served:
    """Start a server on the index, and ask it with so many clients at a time.

    Args:
        index: A published index.
        queries: In the order in which they are asked; each load goes on where the one before has ended.
        clients: A load for each number.
        most: Requests of a load.
        seconds: A load ends after so long, whatever it has asked.
        rebuilds: What goes on during each load, which then ends when both the time and the rebuilds are over, and not
            by a number of requests.
    """
    addresses = [typed(query) for query in queries if query.kind is not Kind.PREFIX]
    numbers = count()
    started = time.perf_counter()
    with _server(index) as (host, server):
        start_seconds = time.perf_counter() - started
        first = _Client(host)
        first.ask_all(addresses, numbers, lambda number: number >= 1)
        loads = []
        size = first.bytes
        for number in clients:
            load, read = _load(host, addresses, numbers, number, _Ending(most, seconds, index, rebuilds))
            loads.append(load)
            size += read
        asked = 1 + sum(load.requests for load in loads)
        return Served(start_seconds, first.milliseconds[0], loads, peak_mb(server), size // asked)


def say(served: Served, documents: int) -> None:
    """Print what was measured."""
    rows = [
        [
            str(load.clients),
            f"{load.requests:,}",
            short(load.rate),
            str(load.milliseconds or "–"),
            str(load.errors),
            str(load.generations),
        ]
        for load in served.loads
    ]
    head = ["clients", "requests", "requests/s", "p50 / p95 / p99 in ms", "errors", "generations"]
    table(f"GET /api/v1/search, {documents:,} documents, facets and snippets of ten hits", head, rows)
    click.echo(
        f"\nThe server listened after {served.start_seconds:.1f} s, answered its first request in "
        f"{served.first_ms:.1f} ms, and held {served.peak_mb or math.nan:.0f} MB at most; "
        f"an answer had {served.bytes_of_answers / 1024:.0f} kB."
    )


@contextmanager
def _server(index: Path) -> Iterator[tuple[str, int]]:
    """The address of a server, and its process; it ends with the block."""
    server = subprocess.Popen(
        [sys.executable, "-c", START, "serve", "--index", str(index), "--port", "0"],
        stdout=subprocess.PIPE,
        env=environment(),
        text=True,
    )
    try:
        line = server.stdout.readline() if server.stdout else ""
        address = next((word for word in line.split() if word.startswith("http://")), None)
        if address is None:
            raise click.ClickException("the server did not start; what it said stands above")
        yield urlsplit(address).netloc, server.pid
    finally:
        server.terminate()
        server.communicate()


class _Client:
    """A client that keeps its connection, and what it met."""

    def __init__(self, host: str) -> None:
        self._connection = http.client.HTTPConnection(host, timeout=TIMEOUT_SECONDS)
        self.milliseconds: list[float] = []
        self.errors = 0
        self.bytes = 0
        self.generations: set[str] = set()

    def _ask(self, address: str) -> None:
        started = time.perf_counter()
        try:
            self._connection.request("GET", address)
            answer = self._connection.getresponse()
            self.bytes += len(answer.read())
            self.errors += answer.status != http.client.OK
            self.generations.add(answer.headers.get("ETag", ""))
        except (OSError, http.client.HTTPException):
            self.errors += 1
            self._connection.close()
        self.milliseconds.append((time.perf_counter() - started) * 1000)

    def ask_all(self, addresses: Sequence[str], numbers: Iterator[int], over: Callable[[int], bool]) -> None:
        """Ask what is next of all clients' addresses until it is over at a number, and hang up."""
        with closing(self._connection):
            for number in numbers:
                if over(number):
                    return
                self._ask(addresses[number % len(addresses)])


class _Ending:
    """When a load ends, and what goes on until then."""

    def __init__(self, most: int, seconds: float, index: Path, rebuilds: Rebuilds | None) -> None:
        self._most = most
        self._seconds = seconds
        self._index = index
        self._rebuilds = rebuilds

    @contextmanager
    def from_now(self, first: int) -> Iterator[Callable[[int], bool]]:
        """Whether it is over, by the number of a request; rebuilds that are under way are waited for."""
        last, until = first + self._most, time.perf_counter() + self._seconds
        if self._rebuilds is None:
            yield lambda number: number >= last or time.perf_counter() >= until
            return
        with ThreadPoolExecutor(1) as pool:
            builds = pool.submit(_rebuild, self._index, self._rebuilds)
            yield lambda _: time.perf_counter() >= until and builds.done()
            builds.result()


def _rebuild(index: Path, rebuilds: Rebuilds) -> None:
    for _ in range(rebuilds.times):
        command = [sys.executable, "-c", START, "build", str(rebuilds.source), "--index", str(index)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment())


def _load(
    host: str, addresses: Sequence[str], numbers: Iterator[int], clients: int, ending: _Ending
) -> tuple[Load, int]:
    """A load, and the bytes of its answers."""
    first = next(numbers)
    working = [_Client(host) for _ in range(clients)]
    started = time.perf_counter()
    with ending.from_now(first + 1) as over:
        threads = [threading.Thread(target=client.ask_all, args=(addresses, numbers, over)) for client in working]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    took = time.perf_counter() - started
    milliseconds = [one for client in working for one in client.milliseconds]
    errors = sum(client.errors for client in working)
    generations = len(set[str]().union(*(client.generations for client in working)))
    load = Load(clients, len(milliseconds), errors, took, percentiles(milliseconds), generations)
    return load, sum(client.bytes for client in working)
