"""What is printed and kept: tables, the machine and its versions, JSON."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import click
import msgspec
import numpy as np

PACKAGES = ("medsearch", "whoosh3", "numpy", "numba", "jieba", "nltk", "tantivy", "bm25s", "waitress", "flask")
PERCENTILES = (50, 95, 99)


class Percentiles(msgspec.Struct, frozen=True):
    """Of milliseconds."""

    p50: float
    p95: float
    p99: float

    def __str__(self) -> str:
        return " / ".join(short(value) for value in (self.p50, self.p95, self.p99))


def percentiles(values: Sequence[float]) -> Percentiles | None:
    """The percentiles of what was measured; None of nothing."""
    if not values:
        return None
    return Percentiles(*(round(float(value), 4) for value in np.percentile(values, PERCENTILES)))


def short(value: float | None) -> str:
    """A number to three digits or so; a dash where there is none."""
    if value is None:
        return "–"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def ratio(part: float | None, whole: float | None) -> str:
    """One number in terms of another; a dash where either is not there."""
    return "–" if part is None or not whole else short(part / whole)


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a Markdown table."""
    written = [tuple(head), *(tuple(row) for row in rows)]
    widths = [max(_width(row[column]) for row in written) for column in range(len(head))]
    click.echo(f"\n{title}\n")
    for number, row in enumerate(written):
        cells = [
            cell + " " * (width - _width(cell)) if not column else " " * (width - _width(cell)) + cell
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        click.echo(f"| {' | '.join(cells)} |")
        if not number:
            rules = ["-" * width if not column else "-" * (width - 1) + ":" for column, width in enumerate(widths)]
            click.echo(f"| {' | '.join(rules)} |")


def _width(text: str) -> int:
    return sum(2 if east_asian_width(mark) in "WF" else 1 for mark in text)


def machine() -> dict[str, Any]:
    """What it was measured on, and when."""
    return {
        "measured_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": platform.platform(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
    }


def say_machine(found: dict[str, Any]) -> None:
    """Print it."""
    packages = ", ".join(f"{name} {number}" for name, number in found["packages"].items())
    click.echo(f"\n{found['processor']}, {found['cores']} cores, Python {found['python']}; {packages}")


def write_json(path: Path | None, body: dict[str, Any]) -> None:
    """Keep what was measured; nothing where no file is named."""
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(msgspec.json.encode(body) + b"\n")
        click.echo(f"\nwritten to {path}")


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    if described.exists():
        for line in described.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
