"""How good a run is, and how sure it is that one is better than another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ir_measures
import numpy as np
import numpy.typing as npt

from evaluation.systems import Run
from evaluation.tasks import Task

SAMPLES = 10_000
_AT_ONCE = 1_000
_SEED = 20261124

Values = dict[str, npt.NDArray[np.float64]]
"""By measure: the value of each of the task's queries, in their order."""


@dataclass(frozen=True)
class Comparison:
    """The mean difference of two systems over the same queries."""

    difference: float
    low: float
    high: float
    """Between them it lies in 95 % of bootstrap samples of the queries."""
    p: float
    """Of a paired permutation test with two sides: how often chance alone makes a difference as large."""


def measure(task: Task, run: Run) -> Values:
    """The measures of each query; 0 where nothing was found."""
    measures = [ir_measures.parse_measure(name) for name in task.measures]
    judgments = [
        ir_measures.Qrel(query.id, name, grade) for query in task.queries for name, grade in query.relevant.items()
    ]
    # Ranks rather than scores: what scored the same keeps the order in which it was shown.
    ranked = [
        ir_measures.ScoredDoc(query, name, float(-rank))
        for query, names in run.found.items()
        for rank, name in enumerate(names)
    ]
    at = {query.id: number for number, query in enumerate(task.queries)}
    values = {name: np.zeros(len(task.queries)) for name in task.measures}
    for metric in ir_measures.iter_calc(measures, judgments, ranked):
        values[str(metric.measure)][at[metric.query_id]] = metric.value
    return values


def compare(ours: npt.NDArray[np.float64], theirs: npt.NDArray[np.float64]) -> Comparison:
    """Compare two systems by a measure of the same queries. The same input gives the same answer."""
    generator = np.random.default_rng(_SEED)
    differences = ours - theirs
    size, mean = differences.size, float(differences.mean())
    means, as_large = [], 0
    for _ in range(SAMPLES // _AT_ONCE):
        means.append(differences[generator.integers(0, size, (_AT_ONCE, size))].mean(axis=1))
        flipped = (generator.integers(0, 2, (_AT_ONCE, size), dtype=np.int8) * 2 - 1) @ differences / size
        as_large += int((np.abs(flipped) >= abs(mean) - 1e-12).sum())
    low, high = np.quantile(np.concatenate(means), (0.025, 0.975))
    return Comparison(mean, float(low), float(high), (as_large + 1) / (SAMPLES + 1))


def differing(some: Run, others: Run, queries: Sequence[str]) -> int:
    """Queries whose documents or whose order differ."""
    return sum(some.found[name] != others.found[name] for name in queries)
