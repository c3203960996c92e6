#!/usr/bin/env python3
"""Measure retrieval beside plain peers: `scripts/evaluate.py --help`."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path

import click

try:
    from evaluation import bilingual, judged, measures, report
    from evaluation.ours import VARIANTS, Ours
    from evaluation.peers import peers
    from evaluation.systems import Cache, System
    from evaluation.tasks import Task
except ModuleNotFoundError as error:
    if error.name not in {"bm25s", "ir_measures", "Stemmer"}:
        raise
    raise SystemExit(f"{error}; install what evaluation needs: pip install 'medsearch[bench]'") from error

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
TABLES = ("mesh_id_label_mappings.tsv", "icd10_zh_en_joined.tsv", "hp-zh.babelon.tsv")
"""Published tables in DATA/terms that tasks across languages are searched with. Author keywords are none: they are of
the records that are searched for."""
CACHE = Path(tempfile.gettempdir()) / "medsearch-evaluation"


@click.command()
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=DATA,
    show_default=True,
    help="Folder with collections/, bilingual/ and articles/.",
)
@click.option("--task", "names", multiple=True, metavar="NAME", help="Only this task; may be given again.")
@click.option(
    "--ablation",
    "variants",
    multiple=True,
    type=click.Choice(["all", *VARIANTS]),
    help="Run this variant of the ranking as well, compared with the default; may be given again.",
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write all figures here, with settings, versions and each query's answers.",
)
@click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=Path),
    default=CACHE,
    show_default=True,
    help="Where indexes and the peers' answers are kept for the next time. It may be deleted.",
)
@click.option(
    "--cluster",
    default="",
    metavar="LOCATION",
    help="Keep the engine's indexes in a cluster, as opensearch+http://HOST:9200/NAME; they are named NAME-...",
)
def main(
    data: Path,
    names: tuple[str, ...],
    variants: tuple[str, ...],
    json_file: Path | None,
    cache: Path,
    cluster: str,
) -> None:
    """Measure how well the engine finds what is relevant, beside stock Whoosh and bm25s in the same run.

    Tasks are the judged collections in DATA/collections, and three across languages: zh-title, zh-keyword and
    en-title, in which only one language's side of each record is indexed, and in five folds nothing is learned from
    the records that are asked for; they are searched with the published tables of DATA/terms.

    All systems get the same queries, as plain words: what some query language takes for syntax is removed (quotes,
    brackets, colons, wildcards, signs before a word; AND, OR and NOT become small letters), and any of the words will
    do. Each answers with a hundred documents at most, so AP sees no more than these.

    Each system is compared with the first, a variant with medsearch as it is: the mean difference by the first
    measure with its 95 % bootstrap interval, and p of a paired permutation test.
    """
    tasks = {folder.name: folder for folder in judged.folders(data)}
    known = [*tasks, *bilingual.TASKS]
    if unknown := [name for name in names if name not in known]:
        raise click.BadParameter(f"no task is named {unknown[0]}; there are {', '.join(known)}", param_hint="--task")
    sources = bilingual.Sources(data)
    chosen = list(VARIANTS) if "all" in variants else list(dict.fromkeys(variants))
    terms = tuple(path for table in TABLES if (path := data / "terms" / table).exists())
    outcomes = []
    for name in names or known:
        click.echo(f"running {name}", err=True)
        task = judged.read(tasks[name]) if name in tasks else bilingual.TASKS[name](sources)
        outcomes.append(evaluate(task, Cache(cache), chosen, terms, cluster))
        click.echo(report.table(outcomes[-1]) + "\n")
    if json_file is not None:
        json_file.write_text(json.dumps(report.as_json(outcomes), ensure_ascii=False, indent=1), encoding="utf-8")


def evaluate(
    task: Task, cache: Cache, variants: list[str], terms: tuple[Path, ...] = (), cluster: str = ""
) -> report.Outcome:
    """Run all systems on a task: the peers, the engine, and variants of it.

    Args:
        task: Queries over documents.
        cache: Where indexes are kept.
        variants: Names of those that are run besides.
        terms: Published tables of terms that tasks across languages are searched with.
        cluster: Where the engine's indexes are, if not in the cache.
    """
    ours = Ours(cache, terms, cluster=cluster)
    systems: list[System] = [
        *peers(cache),
        ours,
        *(replace(ours, variant_name=n, variant=VARIANTS[n]) for n in variants),
    ]
    rows: list[report.Row] = []
    for system in systems:
        run = system.run(task, task.queries)
        values = measures.measure(task, run)
        first = next((row for row in rows if row.system is ours), rows[0] if rows else None)
        if first is None:
            rows.append(report.Row(system, run, values))
            continue
        compared = measures.compare(values[task.measures[0]], first.values[task.measures[0]])
        rows.append(report.Row(system, run, values, first.system.name, compared))
    as_they_stand = next(row.run for row in rows if row.system is ours)
    differing = {}
    for spelling, rewrite in task.spellings.items():
        rewritten = [replace(query, text=rewrite(query.text)) for query in task.queries]
        others = ours.run(task, rewritten)
        differing[spelling] = measures.differing(as_they_stand, others, [query.id for query in rewritten])
    return report.Outcome(task, rows, differing)


if __name__ == "__main__":
    main()
