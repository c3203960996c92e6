"""Two engines asked the same."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from itertools import islice

from comparing.drawing import Asked
from indexer import schema
from indexer.errors import RequestError
from indexer.search.engine import Engine, EngineAnswer, Plan
from indexer.search.hits import SearchRequest, SearchResult
from indexer.search.query import And, Identity, Or, Query
from indexer.search.searcher import search

LIMIT = 50
"""Hits of a page."""
MOST_LISTED = 1_000
"""Documents of a result that are all compared; of a larger one those of a sample of the collection are."""
SAMPLE = 200
TOLERANCE = 1e-4
"""Of scores, as a part of them: single and double precision differ by less."""


@dataclass
class Compared:
    """What came of a comparison."""

    asked: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    """How many searches hold a node of a kind; `typed` are texts."""
    found: int = 0
    """Searches that found something."""
    refused: int = 0
    """Searches that are too large for an engine, which says so."""
    other_orders: int = 0
    """Pages whose hits are the same but for the order of those whose scores are equal but for rounding."""
    differences: list[str] = field(default_factory=list)


def compare(
    one: Engine,
    other: Engine,
    searches: Iterable[Asked],
    seed: int,
    progress: Callable[[Compared], None] = lambda _: None,
) -> Compared:
    """Ask both; `progress` is told after each search."""
    done = Compared()
    identities = [record.id for record in one.records()]
    sample = random.Random(seed).sample(identities, min(SAMPLE, len(identities)))  # noqa: S311 - nothing is secret here
    for asked in searches:
        done.asked += 1
        done.kinds.update({"typed"} if isinstance(asked.query, str) else set(_kinds(asked.query)))
        try:
            if isinstance(asked.query, str):
                said = _typed(one, other, asked, asked.query, done)
            else:
                said = _tree(one, other, asked, asked.query, sample, done)
        except RequestError:
            done.refused += 1
            said = []
        done.differences += [f"{what} of {asked}" for what in said]
        progress(done)
    return done


def _kinds(node: object) -> Iterator[str]:
    if isinstance(node, tuple):
        for part in node:
            yield from _kinds(part)
    elif is_dataclass(node):
        yield type(node).__name__
        for one in fields(node):
            yield from _kinds(getattr(node, one.name))


def _typed(one: Engine, other: Engine, asked: Asked, text: str, done: Compared) -> list[str]:
    request = SearchRequest(text, filters=asked.filters, per_page=LIMIT, fragments=False)
    first, second = search(one, request), search(other, request)
    done.found += bool(first.total)
    said = [
        f"{what} ({getattr(first, what)}, {getattr(second, what)})"
        for what in ("total", "parsed", "facets", "relaxation", "correction", "expansions")
        if getattr(first, what) != getattr(second, what)
    ]
    return said + _pages(first, second, done)


def _tree(one: Engine, other: Engine, asked: Asked, query: Query, sample: Sequence[str], done: Compared) -> list[str]:
    plan = Plan(
        query,
        preferred=asked.preferred,
        filters=asked.filters,
        sort=asked.sort,
        facets=schema.FACETS,
        limit=LIMIT,
    )
    first, second = one.search(plan), other.search(plan)
    done.found += bool(first.total)
    said = [
        f"{what} ({getattr(first, what)}, {getattr(second, what)})"
        for what in ("total", "preferred_total", "facets")
        if getattr(first, what) != getattr(second, what)
    ]
    whole = replace(plan, facets=())
    if first.total > MOST_LISTED:
        whole = replace(whole, query=And((query, Or(tuple(map(Identity, sample))))), preferred=None)
    listed = [{record.id for record in islice(engine.records_of(whole), 2 * MOST_LISTED)} for engine in (one, other)]
    if listed[0] != listed[1]:
        said.append(f"documents ({sorted(listed[0] ^ listed[1])[:5]})")
    return said + _pages(first, second, done)


def _pages(first: EngineAnswer | SearchResult, second: EngineAnswer | SearchResult, done: Compared) -> list[str]:
    """Where hits stand otherwise although their scores say where they stand."""
    scores, others = ({hit.record.id: hit.score for hit in answer.hits} for answer in (first, second))
    said = [
        f"score of {name} ({scores[name]}, {others[name]})"
        for name in scores.keys() & others.keys()
        if not _is_close(scores[name], others[name])
    ]
    if list(scores) != list(others):
        done.other_orders += 1
        said += [
            f"order of {here} and {there} ({score}, {another})"
            for (here, score), (there, another) in zip(scores.items(), others.items(), strict=False)
            if here != there and not _is_close(score, another)
        ]
    return said


def _is_close(score: float, other: float) -> bool:
    return math.isclose(score, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
