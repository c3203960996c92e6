"""Has every compiled loop ready before the first search, so that none waits for a compiler.

Numba compiles a loop when it is first called with arguments of some types, and keeps what it has compiled on disk. Each
loop is called here once with next to nothing, for all types that evaluation has: what a build compiles at its end, the
server loads in a fraction of a second.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.engines.whoosh import kernels
from indexer.engines.whoosh.columnar.packing import number_union
from indexer.engines.whoosh.segments import frozen


def _one(dtype: npt.DTypeLike, *values: float) -> npt.NDArray[Any]:
    return frozen(np.array(values, dtype=dtype))


@lru_cache(maxsize=1)
def warm() -> None:
    """Compile the loops, or load what was compiled."""
    docs, none = _one("u4", 0), _one("u4")
    scores, whole = _one("f8", 1.0), _one("i8", 0)
    one = _one("u8", 0, 1)
    freqs, big, big_freqs, alive = _one("u1", 1), _one("u8"), _one("u4"), _one("u1", 1)
    text, positions, truth = _one("u1", 97), _one("u1", 0), _one("?", 1)
    _terms(text, one, docs, alive)
    places = frozen(np.array([[0, 0, 0, 1]], dtype=np.int64))
    weights = _one("u2", 1), frozen(np.array([[0, 1, 0]], dtype=np.int64)), _one("f8", 1.0, 1.0)
    kernels.weigh(places, docs, freqs, big, big_freqs, *weights, alive)
    kernels.weigh_within(docs, places, docs, freqs, big, big_freqs, *weights)
    bounds = frozen(np.array([[0, 1], [1, 0]], dtype=np.int64))
    kernels.sum_terms(places, bounds, scores, 1.2, 1, docs, freqs, big, big_freqs, *weights, alive)
    marks = np.zeros(4, dtype=np.uint16)
    kernels.match_all_terms(places, bounds, scores, 1.2, marks, docs, freqs, big, big_freqs, *weights, alive)
    for lengths in (_one("u2", 1), _one("u4", 1)):
        kernels.mean_length(lengths, alive)
        kernels.weigh_counted(docs, whole, lengths, scores)
    kernels.saturate(scores, 1.0, 1.2, scores, whole)
    kernels.sum_two(docs, scores, docs, scores)
    kernels.count_union(docs, places, alive)
    kernels.intersect_range(docs, docs, 0, 1)
    kernels.places(docs, docs)
    kernels.subtract(docs, docs)
    sums, counts = np.zeros(4), np.zeros(4, dtype=np.uint16)
    kernels.add_scored(docs, scores, 1.0, sums, counts)
    kernels.add_best(docs, scores, 1.0, sums, counts)
    kernels.add_counted(docs, counts)
    kernels.mark_terms(docs, one, whole, alive, counts)
    kernels.take(sums, counts, 1)
    kernels.reduce_sums(docs, scores, whole, 1, False)  # noqa: FBT003 - of a compiled loop
    counts_of, starts = kernels.phrase_starts(
        docs, whole, whole, docs, freqs, big, big_freqs, one, positions, one, none, _one("u8", 0, 0)
    )
    kernels.near(frozen(counts_of.reshape(1, 1)), frozen(starts), whole, _one("i8", 1), 0)
    _values(docs, alive, truth, scores, whole)
    number_union(np.array([97], dtype=np.uint8), *(np.array(each, dtype=np.int64) for each in ([0], [1], [0, 1])))


def _terms(text: npt.NDArray[Any], starts: npt.NDArray[Any], docs: npt.NDArray[Any], alive: npt.NDArray[Any]) -> None:
    heads = frozen(kernels.term_heads(text, starts))
    kernels.find_places(text, text, starts, heads, _one("i8", 0), _one("i8", 1), starts)
    lows, highs = _one("i8", 0), _one("i8", 1)
    kernels.find_terms(text, _one("i8", 0, 1), text, starts, heads, lows, highs, starts, docs, alive)
    kernels.match_pattern(text, text, starts, 0, 1)
    kernels.living(docs, 0, 1, alive)


def _values(
    docs: npt.NDArray[Any],
    alive: npt.NDArray[Any],
    truth: npt.NDArray[Any],
    scores: npt.NDArray[Any],
    whole: npt.NDArray[Any],
) -> None:
    """Facets, ranges and orders."""
    starts, tally = _one("u4", 0, 1), np.zeros(1, dtype=np.int64)
    failing = np.zeros(1, dtype=np.uint8), np.zeros(1, dtype=np.uint8)
    kernels.mark_failing(docs, docs, truth, 0, *failing)
    kernels.mark_failing_multi(docs, starts, docs, truth, True, 0, *failing)  # noqa: FBT003 - of a compiled loop
    kernels.count_values(docs, docs, docs, alive, alive, 0, tally)
    kernels.count_values_multi(docs, starts, docs, docs, alive, alive, 0, tally)
    kernels.most_frequent(np.zeros(1, dtype=np.int64), 1, truth)
    unsorted, ranks, after = _one("i8"), _one("u4", 0), _one("f8")
    for values in (_one("i8", 0), _one("f8", 0.0)):
        kernels.within_range(docs, values, 0.0, 0.0, 1.0)
        kernels.best_documents(docs, scores, truth, values, True, 0.0, whole, ranks, after, 1)  # noqa: FBT003
    kernels.best_documents(docs, scores, truth, unsorted, False, 0.0, whole, ranks, after, 1)  # noqa: FBT003
