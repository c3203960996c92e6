"""`search`: how long each system takes for the queries of the mix, and whether all give the same answers.

A search is all that a system does from the words to ten decoded records, the count and the facets; making its query
is part of it. Four passes, the systems taking turns in blocks of queries:

- *cold*: by a process that has just opened the index, whose pages the operating system was asked to forget; each query
  once, with facets.
- *warm*: other queries, each once, with facets, so that the index is in memory and no answer is.
- *again*: the same ones once more, which shows what keeping answers saves.
- *top 10*: others yet, each once, with the ten best and the count and without facets.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

import click
import msgspec

from benchmarking import systems
from benchmarking.mix import CLASSES, MixQuery, draw
from benchmarking.processes import running
from benchmarking.ready import FACETS, Vocabulary
from benchmarking.report import Percentiles, percentiles, ratio, short, table
from benchmarking.worker import Open, Opened, Sample, Search, Searched

BLOCK = 20
"""Queries that one system answers before it is another's turn."""
LIMIT = 10
COMPARED = (
    ("top 10 alone", "top", "whole mix"),
    ("with facets", "warm", "whole mix"),
    ("with facets, cold", "cold", "whole mix"),
    ("with facets", "warm", "or"),
)
"""What the systems are compared by in the end: what is said of the pass, the pass, and the class."""
PASSES = {"cold": "cold, with facets", "warm": "warm, with facets", "again": "the same again", "top": "warm, top 10"}


class Pass(msgspec.Struct, frozen=True):
    """One pass over a mix."""

    queries: list[MixQuery]
    samples: dict[str, list[Sample | None]]
    """By system, for each query; None where the system has no such query."""

    def of(self, system: str, name: str, *, cpu: bool) -> Percentiles | None:
        """A system's percentiles of a class; None where it did not answer all of the class."""
        chosen = [
            sample for query, sample in zip(self.queries, self.samples[system], strict=True) if name in query.classes()
        ]
        times = [sample.cpu_ms if cpu else sample.wall_ms for sample in chosen if sample is not None]
        return percentiles(times) if len(times) == len(chosen) else None

    def share(self, system: str) -> Percentiles | None:
        """What of the times of a system its server did not work; None where it has none."""
        shares = [
            sample.wall_ms - sample.elsewhere_ms
            for sample in self.samples[system]
            if sample is not None and sample.elsewhere_ms is not None
        ]
        return percentiles(shares) if shares else None

    def rows(self) -> list[str]:
        """The classes that it has queries of."""
        return [row for row in CLASSES if any(row in query.classes() for query in self.queries)]

    def body(self) -> dict[str, Any]:
        """See `Searches.body`."""
        clocks = {"wall": False, "cpu": True}
        return {
            "mix": self.queries,
            **{
                clock: {row: {name: self.of(name, row, cpu=cpu) for name in self.samples} for row in self.rows()}
                for clock, cpu in clocks.items()
            },
            "times": {
                name: {
                    what: [None if sample is None else getattr(sample, what) for sample in samples]
                    for what in ("wall_ms", "cpu_ms", "total", "hits")
                }
                for name, samples in self.samples.items()
            },
        }


class Searches(msgspec.Struct, frozen=True):
    """What `search` measures at one size."""

    documents: int
    passes: dict[str, Pass]
    opened: dict[str, Opened]
    peaks_mb: dict[str, float | None]
    decoding_ms: float
    """Process time of decoding the ten records of a page, which is in every system's time alike; the median."""
    left_out: list[str]
    """Kinds of queries that ours does not have."""
    disagreements: list[str]

    def body(self) -> dict[str, Any]:
        """What is kept as JSON: the mix, the percentiles by clock, class and system, and each query's times."""
        return {
            "documents": self.documents,
            "opened": self.opened,
            "peaks_mb": self.peaks_mb,
            "decoding_ms": self.decoding_ms,
            "left_out": self.left_out,
            "disagreements": self.disagreements,
            "passes": {name: one.body() for name, one in self.passes.items()},
        }


def search_systems(names: Sequence[str], folder: Path, vocabulary: Vocabulary, of_each: int, seed: int) -> Searches:
    """Measure the systems whose indexes `folder` holds."""
    kinds = {name: systems.load(name).kinds for name in names}
    narrows = {name: systems.load(name).narrows for name in names}
    measured = kinds.get("ours") or frozenset().union(*kinds.values())
    mixes = [draw(vocabulary, of_each, seed * 10 + number) for number in range(3)]
    left_out = sorted({query.kind.value for mix in mixes for query in mix if query.kind not in measured})
    first, second, third = ([query for query in mix if query.kind in measured] for mix in mixes)
    with ExitStack() as stack:
        processes = {name: stack.enter_context(running(name)) for name in names}
        opened = {name: one.ask(Open(str(folder / name)), Opened) for name, one in processes.items()}
        peaks: dict[str, float | None] = {}
        passes: dict[str, Pass] = {}
        for title, queries in (("cold", first), ("warm", second), ("again", second), ("top", third)):
            click.echo(f"searching: {PASSES[title]}, {len(queries)} queries", err=True)
            samples: dict[str, list[Sample | None]] = {name: [] for name in names}
            for block in _blocks(queries):
                for name, process in processes.items():
                    can = [q.kind in kinds[name] and (narrows[name] or not q.narrowing.facets()) for q in block]
                    asked = [query for query, able in zip(block, can, strict=True) if able]
                    answer = process.ask(Search(asked, [] if title == "top" else list(FACETS), LIMIT), Searched)
                    found = iter(answer.samples)
                    samples[name] += [next(found) if able else None for able in can]
                    peaks[name] = answer.peak_mb
            passes[title] = Pass(queries, samples)
    disagreements = [line for one in passes.values() for line in compare(one)]
    decoding = _decoding(vocabulary)
    return Searches(vocabulary.documents, passes, opened, peaks, decoding, left_out, disagreements)


def _decoding(vocabulary: Vocabulary) -> float:
    """Milliseconds of process time that decoding a page of records takes."""
    encoded = [ready.record.encode() for ready in vocabulary.samples]
    times = []
    for start in range(0, len(encoded), LIMIT):
        began = time.process_time()
        for record in encoded[start : start + LIMIT]:
            systems.read_record(record)
        times.append((time.process_time() - began) * 1000)
    return median(times)


def compare(one: Pass) -> Iterator[str]:
    """Where two systems count otherwise: totals, hits on the page, and the largest counts of each facet."""
    names = [
        name for name, samples in one.samples.items() if any(s is not None and s.total is not None for s in samples)
    ]
    for number, query in enumerate(one.queries):
        answers = [(name, sample) for name in names if (sample := one.samples[name][number]) is not None]
        for name, sample in answers[1:]:
            before, expected = answers[0]
            for what, theirs, its in (
                ("documents", expected.total, sample.total),
                ("hits", expected.hits, sample.hits),
                ("facets", expected.largest, sample.largest),
            ):
                if theirs != its:
                    asked = (
                        f"{query.kind.value} {' '.join(query.words)!r} {msgspec.json.encode(query.narrowing).decode()}"
                    )
                    yield f"{what} of {asked}: {before} {theirs}, {name} {its}"


def say_searches(found: Searches, *, cpu: bool) -> None:
    """Print what was measured."""
    clock = "process time" if cpu else "wall time"
    for title, one in found.passes.items():
        names = list(one.samples)
        rows = one.rows()
        say = f"{PASSES[title].capitalize()}: p50 / p95 / p99 in ms, {clock}; {found.documents:,} documents"
        table(say, [f"{len(one.queries)} queries", *names], [[row, *_cells(one, names, row, cpu=cpu)] for row in rows])
        peers = [name for name in names if name != "ours"]
        if "ours" in names and peers:
            table(
                f"Ours as a part of its peers' time, {PASSES[title]}: p50, p95",
                ["queries", *peers],
                [[row, *_ratios(one, peers, row, cpu=cpu)] for row in rows],
            )
    say_compared(found, cpu=cpu)
    for title, one in found.passes.items():
        for name in one.samples:
            if (share := one.share(name)) is not None:
                click.echo(f"\nOf the time of {name}, {PASSES[title]}, its client and the network took {share} ms.")
    say_opened(found.opened, found.passes["cold"], found.peaks_mb)
    click.echo(f"\nIn each of these times are {short(found.decoding_ms)} ms in which ten records are decoded.")
    if found.left_out:
        click.echo(f"\nLeft out, since our engine has no such queries yet: {', '.join(found.left_out)}.")
    answered = sum(len(one.queries) for one in found.passes.values())
    if found.disagreements:
        click.echo(f"\n{len(found.disagreements)} disagreements in {answered} queries, such as:")
        for line in found.disagreements[:5]:
            click.echo(f"- {line}")
    else:
        click.echo(f"\nAll systems gave the same counts, totals and facets, in {answered} of {answered} queries.")


def say_compared(found: Searches, *, cpu: bool) -> None:
    """Print how many times as fast as each peer ours is, in what the systems are compared by."""
    peers = [name for name in found.opened if name != "ours"]
    if "ours" not in found.opened or not peers:
        return
    rows = []
    for said, title, row in COMPARED:
        one = found.passes[title]
        rows.append([f"{said}, {row}", *(_ratio(one, name, "ours", row, cpu=cpu) for name in peers)])
    table("How many times as fast as its peers ours is: p50, p95", ["queries", *peers], rows)


def say_opened(opened: Mapping[str, Opened], cold: Pass, peaks: Mapping[str, float | None]) -> None:
    """Print what opening, the first query and memory came to."""
    rows = [
        [name, short(one.seconds * 1000), short(_first(cold, name)), short(one.bytes / 2**20), short(peaks[name])]
        for name, one in opened.items()
    ]
    table(
        "Opening, and memory of the process that searched",
        ["system", "open, ms", "first query, ms", "index MB", "peak MB"],
        rows,
    )


def _first(cold: Pass, name: str) -> float:
    return next(sample.wall_ms for sample in cold.samples[name] if sample is not None)


def _cells(one: Pass, names: Sequence[str], row: str, *, cpu: bool) -> list[str]:
    return [str(one.of(name, row, cpu=cpu) or "–") for name in names]


def _ratios(one: Pass, peers: Sequence[str], row: str, *, cpu: bool) -> list[str]:
    return [_ratio(one, "ours", name, row, cpu=cpu) for name in peers]


def _ratio(one: Pass, name: str, other: str, row: str, *, cpu: bool) -> str:
    """A system's median and 95th percentile in terms of another's."""
    part, whole = one.of(name, row, cpu=cpu), one.of(other, row, cpu=cpu)
    return "–" if part is None or whole is None else f"{ratio(part.p50, whole.p50)}, {ratio(part.p95, whole.p95)}"


def _blocks(queries: Sequence[MixQuery]) -> Iterator[Sequence[MixQuery]]:
    for start in range(0, len(queries), BLOCK):
        yield queries[start : start + BLOCK]
