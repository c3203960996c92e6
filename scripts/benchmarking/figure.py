"""The figure of `scale`: time of a search by the number of documents, ours and peers, from the JSON that it wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

SYSTEMS = {
    "ours": ("medsearch", "#b5123b", "o"),
    "tantivy": ("Tantivy", "#0b6e99", "s"),
    "bm25s": ("bm25s", "#8a8d00", "v"),
    "fts5": ("SQLite FTS5", "#6b4fa0", "^"),
    "whoosh": ("Whoosh, stock codec", "#5f6b73", "D"),
}
PANELS = (("warm", "whole mix", "ten hits, exact count, three facets"), ("top", "or", "OR of 2-5 words, ten hits"))


def draw(measured: dict[str, Any], path: Path) -> None:
    """Draw the median (solid) and the 95th percentile (dashed) of each system.

    Args:
        measured: What `scale` has written.
        path: The SVG file.
    """
    # Text stays text, and the same numbers give the same file.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "medsearch", "font.size": 9}):
        figure = Figure(figsize=(9, 4.2), layout="constrained")
        for axes, (name, row, title) in zip(figure.subplots(1, 2), PANELS, strict=True):
            for system, (label, colour, marker) in SYSTEMS.items():
                for which, style in (("p50", "-"), ("p95", "--")):
                    points = _points(measured, name, row, system, which)
                    shown = label if which == "p50" else None
                    if points:
                        axes.plot(*zip(*points, strict=True), style, color=colour, marker=marker, ms=4, label=shown)
            axes.set(xscale="log", yscale="log", title=title, xlabel="documents", ylabel="milliseconds")
            sizes = [size["documents"] for size in measured["sizes"]]
            axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
            axes.minorticks_off()
            axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
            axes.grid(visible=True, which="major", color="#dddddd", linewidth=0.6)
        figure.legend(
            *axes.get_legend_handles_labels(),
            loc="outside lower center",
            ncols=len(SYSTEMS),
            frameon=False,
            title="median; dashed: 95th percentile",
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, metadata={"Date": None})


def _points(measured: dict[str, Any], name: str, row: str, system: str, which: str) -> list[tuple[int, float]]:
    found = []
    for size in measured["sizes"]:
        percentiles = size["search"]["passes"][name][measured["clock"]].get(row, {}).get(system)
        if percentiles:
            found.append((size["documents"], percentiles[which]))
    return found
