"""`build`: how fast each system writes an index of ready tokens, and ours one from JSON to published."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

import click
import msgspec

from benchmarking.processes import running
from benchmarking.report import ratio, short, table
from benchmarking.worker import Build, BuildWhole, Built


def build_systems(names: Sequence[str], folder: Path) -> dict[str, Built]:
    """Build each system's index in `folder`, which holds the ready tokens; what is there is taken."""
    found: dict[str, Built] = {}
    for name in names:
        kept = folder / f"{name}.json"
        if not kept.exists():
            click.echo(f"building {name}", err=True)
            shutil.rmtree(folder / name, ignore_errors=True)
            with running(name) as process:
                built = process.ask(Build(str(folder), str(folder / name)), Built)
            kept.write_bytes(msgspec.json.encode(built))
        found[name] = msgspec.json.decode(kept.read_bytes(), type=Built)
    return found


HEAD = "head.jsonl"
"""The records of a whole build, in its folder."""


def build_whole(corpus: Path, folder: Path, documents: int) -> Built:
    """Build our index of the corpus's first records as `medsearch build` does; one that is there is taken as it is."""
    kept = folder / f"whole-{documents}.json"
    index = folder / f"whole-{documents}"
    if not kept.exists():
        click.echo(f"building ours from JSON to published, {documents:,} records", err=True)
        shutil.rmtree(index, ignore_errors=True)
        head = folder / HEAD
        with corpus.open("rb") as source, head.open("wb") as target:
            target.writelines(islice(source, documents))
        with running("ours") as process:
            built = process.ask(BuildWhole(str(head), str(index)), Built)
        kept.write_bytes(msgspec.json.encode(built))
    return msgspec.json.decode(kept.read_bytes(), type=Built)


def rate(built: Built) -> float:
    """Documents a second."""
    return built.documents / built.seconds


def cpu_rate(built: Built) -> float:
    """Documents a second of process time."""
    return built.documents / built.cpu_seconds


def say_builds(built: Mapping[str, Built]) -> None:
    """Print what the builds from ready tokens cost."""
    ours, tantivy = built.get("ours"), built.get("tantivy")
    rows = []
    for name, one in built.items():
        rows.append(
            [
                f"{name} {one.version}" if name != "ours" else name,
                f"{one.documents:,}",
                short(rate(one)),
                short(cpu_rate(one)),
                "–" if ours is None else f"{ratio(rate(ours), rate(one))}, {ratio(cpu_rate(ours), cpu_rate(one))}",
                short(one.bytes / 2**20),
                ratio(one.bytes, tantivy.bytes if tantivy else None),
                short(one.peak_mb),
            ]
        )
    head = ["system", "documents", "docs/s", "docs/CPU s", "ours, times: wall, CPU", "MB", "times Tantivy", "peak MB"]
    table("Writing an index from ready tokens (title and abstract, positions, facets, stored records)", head, rows)


def say_whole(built: Built) -> None:
    """Print what the build from JSON cost."""
    row = [
        f"{built.documents:,}",
        short(built.seconds),
        short(rate(built)),
        short(cpu_rate(built)),
        short(built.bytes / 2**20),
        short(built.peak_mb),
    ]
    head = ["records", "seconds", "records/s", "records/CPU s", "MB", "peak MB"]
    table("Ours, from JSON to published (parse, analyse, write, verify; all fields, both channels)", head, [row])
