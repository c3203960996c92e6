#!/usr/bin/env python3
"""Ask the embedded engine and a cluster the same random searches: `scripts/compare.py --help`."""

from __future__ import annotations

import json
import sys
import tempfile
from contextlib import ExitStack, closing
from pathlib import Path

import click
import msgspec
from benchmarking import corpus
from comparing import answers, drawing
from evaluation import judged

from indexer.build import build
from indexer.engines import is_remote, open_engine
from indexer.engines.opensearch.connection import Connection
from indexer.engines.opensearch.location import read_location
from indexer.engines.opensearch.store import published_generation, remove_generations

CLUSTER = "opensearch+http://127.0.0.1:19200,127.0.0.1:19201,127.0.0.1:19202/compare?replicas=0"
SHOWN = 20
"""Differences that are printed."""


@click.command()
@click.option(
    "--cluster",
    default=CLUSTER,
    envvar="MEDSEARCH_COMPARE_CLUSTER",
    show_default=True,
    metavar="LOCATION",
    help="Where the other index is built: what `scripts/cluster up` starts, if nothing else is named.",
)
@click.option("--documents", default=20_000, show_default=True, type=click.IntRange(1), help="Made records.")
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with collections/, whose documents are indexed as well.",
)
@click.option("--queries", default=2_000, show_default=True, type=click.IntRange(1))
@click.option("--seed", default=1, show_default=True, help="Of records and queries.")
def main(cluster: str, documents: int, data: Path | None, queries: int, seed: int) -> None:
    """Build the same records into both engines and ask both the same random searches, with filters.

    A search is a tree of every kind of node, or a text as it is typed. Counts, documents and facets have to be equal,
    and scores but for rounding. Ends with 1 where one is not. What it built is removed in the end, unless an index was
    there before.
    """
    with ExitStack() as after:
        folder = after.enter_context(tempfile.TemporaryDirectory(prefix="medsearch-compare-"))
        sources = [Path(folder, "made.jsonl")]
        with sources[0].open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in corpus.made(documents, seed))
        for collection in judged.folders(data) if data else ():
            sources.append(Path(folder, f"{collection.name}.jsonl"))
            lines = (msgspec.json.encode(one) + b"\n" for one in judged.read(collection).documents)
            sources[-1].write_bytes(b"".join(lines))
        places = [str(Path(folder, "index")), cluster]
        if is_remote(cluster) and published_generation(cluster) is None:
            after.callback(_remove, cluster)
        for place in places:
            click.echo(f"building {place}", err=True)
            build(list(map(str, sources)), place)
        one, other = (after.enter_context(closing(open_engine(place))) for place in places)
        records = list(one.records())
        compared = answers.compare(one, other, drawing.draw(records, queries, seed), seed, _say)
    for line in compared.differences[:SHOWN]:
        click.echo(f"- {line}")
    kinds = ", ".join(f"{name} {count}" for name, count in sorted(compared.kinds.items()))
    click.echo(
        f"{len(records):,} records; {compared.asked:,} searches, of which {compared.found:,} found something "
        f"and {compared.refused} were refused, "
        f"{compared.too_large} by one alone as too large for it; they hold: {kinds}"
    )
    click.echo(
        f"differences: {len(compared.differences)}; pages in another order, by rounding: {compared.other_orders}"
    )
    sys.exit(bool(compared.differences))


def _remove(location: str) -> None:
    """Remove what was built at a location in a cluster."""
    with closing(Connection(read_location(location))) as connection:
        remove_generations(connection)


def _say(compared: answers.Compared) -> None:
    if compared.asked % 100 == 0:
        click.echo(f"{compared.asked} searches, {len(compared.differences)} differences", err=True)


if __name__ == "__main__":
    main(prog_name=Path(sys.argv[0]).name)
