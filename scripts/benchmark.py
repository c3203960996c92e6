#!/usr/bin/env python3
"""Measures our index beside its peers: `scripts/benchmark.py build|search|analysis|serve|scale`.

The peers are installed by `pip install -e '.[bench]'`; those that are not there are left out. See `benchmarking`.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

try:
    import click
    import msgspec

    import indexer  # noqa: F401  whether it is installed
except ModuleNotFoundError:
    # Started with a Python that medsearch is not installed in: go on with the one of scripts/start, if there is one.
    own = Path(__file__).resolve().parent.parent / ".venv" / "bin" / "python"
    if not own.exists() or Path(sys.prefix) == own.parent.parent:
        sys.exit("medsearch is not installed for this Python; run: pip install -e '.[bench]'")
    os.execv(own, [str(own), *sys.argv])  # noqa: S606

from benchmarking import analysing, building, searching, serving, systems
from benchmarking.corpus import provide
from benchmarking.mix import draw
from benchmarking.preparing import prepare
from benchmarking.ready import Vocabulary
from benchmarking.report import machine, say_machine, short, write_json

F = TypeVar("F", bound=Callable[..., Any])

FIGURE = "search-latency.svg"
"""Of `scale`."""

PathOption = click.Path(path_type=Path)
ExistingFile = click.Path(exists=True, dir_okay=False, path_type=Path)


@dataclass(frozen=True)
class Setting:
    """What all commands that index are told."""

    corpus: Path | None
    tool: Path | None
    work: Path | None
    seed: int
    names: list[str]
    most: dict[str, int]

    def systems(self, documents: int) -> list[str]:
        """Those that are measured at a size."""
        return [name for name in self.names if documents <= self.most.get(name, documents)]


@dataclass(frozen=True)
class Corpus:
    """A prepared corpus."""

    folder: Path
    """Where indexes of it are built."""
    file: Path
    vocabulary: Vocabulary
    described: dict[str, Any]


@click.group()
def main() -> None:
    """Measure our index beside Whoosh's stock codec, SQLite FTS5, Tantivy and bm25s, on the same tokens."""


def _systems(_context: click.Context, _parameter: click.Parameter, given: str) -> list[str]:
    asked = [name.strip() for name in given.split(",") if name.strip()]
    if unknown := [name for name in asked if name not in systems.NEEDS]:
        raise click.BadParameter(f"there is no {', '.join(unknown)}; the systems are {', '.join(systems.NEEDS)}")
    found = systems.installed(asked)
    if missing := [name for name in asked if name not in found]:
        click.echo(f"not installed, and left out: {', '.join(missing)}; see the extra `bench`", err=True)
    if not found:
        raise click.BadParameter("none of the systems is installed")
    return found


def _most(_context: click.Context, _parameter: click.Parameter, given: Sequence[str]) -> dict[str, int]:
    found = {}
    for one in given:
        name, _, number = one.partition("=")
        if name not in systems.NEEDS or not number.isdecimal():
            raise click.BadParameter(f"{one!r} is not of the form SYSTEM=DOCUMENTS")
        found[name] = int(number)
    return found


_OPTIONS = (
    click.option(
        "--corpus", type=ExistingFile, help="JSON lines of records, whose first are taken. Made ones if not given."
    ),
    click.option("--tool", type=ExistingFile, help="A program that makes a corpus: TOOL COUNT FILE --seed SEED."),
    click.option(
        "--work", type=PathOption, help="Keeps the corpus and the indexes there, and takes what is there already."
    ),
    click.option("--seed", default=1, show_default=True, help="Of made records and of the mix."),
    click.option(
        "--systems",
        "--engine",
        "names",
        default=",".join(systems.EMBEDDED),
        show_default=True,
        callback=_systems,
        metavar="NAMES",
    ),
    click.option(
        "--most", multiple=True, callback=_most, metavar="SYSTEM=DOCUMENTS", help="Leave a system out of larger sizes."
    ),
)
_json = click.option("--json", "json_path", type=PathOption, metavar="FILE", help="Keep what was measured as JSON.")
_documents = click.option("--documents", default=20_000, show_default=True, type=click.IntRange(10))
_queries = click.option(
    "--queries",
    default=4,
    show_default=True,
    type=click.IntRange(1),
    help="Of each of the mix's 37 cells and each language.",
)
_cpu = click.option("--cpu/--wall", default=False, help="Print process time instead of wall time; JSON has both.")


def _indexing(command: F) -> F:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def _setting(given: dict[str, Any]) -> Setting:
    return Setting(given["corpus"], given["tool"], given["work"], given["seed"], given["names"], given["most"])


@contextmanager
def _prepared(setting: Setting, documents: int) -> Iterator[Corpus]:
    """A corpus of a size; what is made of it is removed afterwards unless a folder was named for it."""
    with tempfile.TemporaryDirectory(prefix="medsearch-benchmark-") as temporary:
        folder = (setting.work or Path(temporary)) / str(documents)
        folder.mkdir(parents=True, exist_ok=True)
        file, origin = provide(folder, documents, setting.corpus, setting.tool, setting.seed)
        click.echo(f"analysing {documents:,} records, {origin}", err=True)
        vocabulary = prepare(file, documents, folder)
        if vocabulary.documents < documents:
            click.echo(f"the corpus has only {vocabulary.documents:,} records", err=True)
        described = {"documents": vocabulary.documents, "origin": origin, "seed": setting.seed}
        yield Corpus(folder, file, vocabulary, described)


@main.command()
@_indexing
@_documents
@click.option("--whole", default=5_000, show_default=True, help="Records of the build from JSON to published; 0: none.")
@_json
def build(documents: int, whole: int, json_path: Path | None, **given: Any) -> None:  # noqa: ANN401  see _OPTIONS
    """Build every system's index from ready tokens, and ours from JSON to published."""
    setting = _setting(given)
    described = machine()
    with _prepared(setting, documents) as corpus:
        built = building.build_systems(setting.systems(documents), corpus.folder)
        building.say_builds(built)
        body: dict[str, Any] = {"command": "build", "machine": described, "corpus": corpus.described, "build": built}
        rate = corpus.vocabulary.documents / corpus.vocabulary.seconds
        click.echo(f"\nReading and analysing, one channel, one core: {short(rate)} records/s.")
        if whole and "ours" in setting.names:
            body["whole"] = building.build_whole(corpus.file, corpus.folder, min(whole, documents))
            building.say_whole(body["whole"])
    say_machine(described)
    write_json(json_path, body)


@main.command()
@_indexing
@_documents
@_queries
@_cpu
@_json
def search(documents: int, queries: int, json_path: Path | None, *, cpu: bool, **given: Any) -> None:  # noqa: ANN401
    """Search every system's index with the mix, building those that are not there."""
    setting = _setting(given)
    described = machine()
    with _prepared(setting, documents) as corpus:
        built = building.build_systems(setting.systems(documents), corpus.folder)
        found = searching.search_systems(list(built), corpus.folder, corpus.vocabulary, queries, setting.seed)
    searching.say_searches(found, cpu=cpu)
    say_machine(described)
    body = {
        "command": "search",
        "machine": described,
        "corpus": corpus.described,
        "build": built,
        "search": found.body(),
    }
    write_json(json_path, body)


@main.command()
@click.option("--data", multiple=True, type=ExistingFile, help="JSON lines with abstracts, gzipped or not. Repeatable.")
@click.option(
    "--texts", default=2_000, show_default=True, type=click.IntRange(1), help="Distinct ones of each language."
)
@click.option("--seconds", default=2.0, show_default=True, help="Process time that each figure is measured for.")
@click.option("--seed", default=1, show_default=True)
@_json
def analysis(data: tuple[Path, ...], texts: int, seconds: float, seed: int, json_path: Path | None) -> None:
    """Measure how many abstracts a second one core analyses, of 200 English words or 300 Chinese characters."""
    described = machine()
    speeds = analysing.measure(data, texts, seed, seconds)
    analysing.say(speeds)
    say_machine(described)
    named = [path.name for path in data] or ["made of invented words"]
    write_json(json_path, {"command": "analysis", "machine": described, "data": named, "analysis": speeds})


@main.command()
@_indexing
@_documents
@click.option("--clients", "clients", multiple=True, default=(1, 8), show_default=True, type=click.IntRange(1, 256))
@click.option("--requests", default=600, show_default=True, type=click.IntRange(1), help="Of each load, at most.")
@click.option("--seconds", default=30.0, show_default=True, help="Of each load, at most.")
@click.option(
    "--rebuilds",
    default=0,
    show_default=True,
    type=click.IntRange(0),
    help="Rebuild the index so often during each load, which then lasts until the time and the rebuilds are over.",
)
@_queries
@_json
def serve(
    documents: int,
    clients: tuple[int, ...],
    requests: int,
    seconds: float,
    rebuilds: int,
    queries: int,
    json_path: Path | None,
    **given: Any,  # noqa: ANN401
) -> None:
    """Measure whole requests through the server, on this machine's loopback."""
    setting = _setting(given)
    described = machine()
    with _prepared(setting, documents) as corpus:
        building.build_whole(corpus.file, corpus.folder, documents)
        mix = draw(corpus.vocabulary, queries, setting.seed)
        index = corpus.folder / f"whole-{documents}"
        again = serving.Rebuilds(corpus.folder / building.HEAD, rebuilds) if rebuilds else None
        served = serving.measure(index, mix, clients, requests, seconds, again)
    serving.say(served, corpus.vocabulary.documents)
    say_machine(described)
    body = {"command": "serve", "machine": described, "corpus": corpus.described, "serve": served, "mix": mix}
    write_json(json_path, body)


@main.command()
@_indexing
@click.option("--sizes", default="20000,100000,300000,1000000", show_default=True, metavar="NUMBERS")
@click.option("--figure", type=PathOption, help=f"Where to draw.  [default: {FIGURE} in the folder of --work]")
@click.option("--from", "kept", type=ExistingFile, help="Only draw the figure, from JSON that was written before.")
@_queries
@_cpu
@_json
def scale(
    sizes: str,
    figure: Path | None,
    kept: Path | None,
    queries: int,
    json_path: Path | None,
    *,
    cpu: bool,
    **given: Any,  # noqa: ANN401
) -> None:
    """Build and search at several sizes, and draw the time of a search by the number of documents."""
    setting = _setting(given)
    if figure is None:
        if setting.work is None:
            raise click.UsageError("name the file of the figure with --figure, or a folder for it with --work")
        figure = setting.work / FIGURE
    if kept is not None:
        _draw(msgspec.json.decode(kept.read_bytes()), figure)
        return
    described = machine()
    measured = []
    for documents in sorted(int(size) for size in sizes.split(",")):
        with _prepared(setting, documents) as corpus:
            built = building.build_systems(setting.systems(documents), corpus.folder)
            found = searching.search_systems(list(built), corpus.folder, corpus.vocabulary, queries, setting.seed)
        building.say_builds(built)
        searching.say_searches(found, cpu=cpu)
        measured.append(
            {
                "documents": corpus.vocabulary.documents,
                "corpus": corpus.described,
                "build": built,
                "search": found.body(),
            }
        )
        # Kept after each size, since the next one may take hours.
        body = {"command": "scale", "machine": described, "clock": "cpu" if cpu else "wall", "sizes": measured}
        write_json(json_path, body)
    say_machine(described)
    _draw(msgspec.json.decode(msgspec.json.encode(body)), figure)


def _draw(measured: dict[str, Any], path: Path) -> None:
    try:
        from benchmarking.figure import draw as draw_figure  # noqa: PLC0415  only here is matplotlib needed
    except ModuleNotFoundError as error:
        raise click.ClickException(f"no figure without {error.name}; see the extra `bench`") from error
    draw_figure(measured, path)
    click.echo(f"\ndrawn in {path}")


if __name__ == "__main__":
    main(prog_name=Path(sys.argv[0]).name)
