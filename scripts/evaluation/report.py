"""What an evaluation tells: a table to read, and JSON to keep."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from typing import Any

from evaluation.measures import Comparison, Values
from evaluation.systems import Run, System
from evaluation.tasks import Task


@dataclass(frozen=True)
class Row:
    """A system in a task."""

    system: System
    run: Run
    values: Values
    against: str | None = None
    """The system that it is compared with, by the task's first measure."""
    comparison: Comparison | None = None


@dataclass(frozen=True)
class Outcome:
    """A task with what the systems made of it."""

    task: Task
    rows: Sequence[Row]
    differing: Mapping[str, int] = field(default_factory=dict)
    """By spelling: how many queries find something else than as they stand."""


def table(outcome: Outcome) -> str:
    """A task as lines of text: a system a row, a measure a column."""
    task = outcome.task
    head = ["system", *task.measures, f"{task.measures[0]} differs by [95 %]", "p", "index s", "search s"]
    rows = [[*_cells(task, row)] for row in outcome.rows]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = [f"{task.name}: {task.about} ({len(task.documents)} documents, {len(task.queries)} queries)"]
    for cells in (head, *rows):
        first, *others = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        lines.append("  ".join([first, *others]).rstrip())
    lines += [
        f"as {spelling}: {count} of {len(task.queries)} queries differ" for spelling, count in outcome.differing.items()
    ]
    return "\n".join(lines)


def _cells(task: Task, row: Row) -> list[str]:
    found = row.comparison
    compared = ["", ""]
    if found is not None:
        compared = [
            f"{found.difference:+.4f} [{found.low:+.4f}, {found.high:+.4f}] to {row.against}",
            f"{found.p:.4f}",
        ]
    index_seconds = "kept" if row.run.index_seconds is None else f"{row.run.index_seconds:.1f}"
    means = [f"{row.values[name].mean():.4f}" for name in task.measures]
    return [row.system.name, *means, *compared, index_seconds, f"{row.run.search_seconds:.1f}"]


def as_json(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """All outcomes, with the measures and the answer of each query."""
    return {
        "at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "tasks": [
            {
                "name": outcome.task.name,
                "about": outcome.task.about,
                "documents": len(outcome.task.documents),
                "queries": [{"id": query.id, "text": query.text} for query in outcome.task.queries],
                "differing": dict(outcome.differing),
                "systems": [_system(row) for row in outcome.rows],
            }
            for outcome in outcomes
        ],
    }


def _system(row: Row) -> dict[str, Any]:
    return {
        "name": row.system.name.strip(),
        "settings": row.system.settings,
        "index_seconds": row.run.index_seconds,
        "search_seconds": row.run.search_seconds,
        "means": {name: float(values.mean()) for name, values in row.values.items()},
        "against": row.against,
        "comparison": row.comparison and asdict(row.comparison),
        "by_query": {name: values.tolist() for name, values in row.values.items()},
        "found": row.run.found,
    }
