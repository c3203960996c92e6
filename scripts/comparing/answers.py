"""Two engines asked the same."""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from itertools import islice
from typing import TypeVar

from comparing.drawing import Asked
from indexer import schema
from indexer.errors import RequestError
from indexer.search.engine import Engine, EngineAnswer, EngineHit, Plan
from indexer.search.hits import Hit, SearchRequest, SearchResult
from indexer.search.query import And, Identity, Or, Query
from indexer.search.searcher import found_records, search

_Answer = TypeVar("_Answer")

LIMIT = 50
"""Hits of a page."""
MOST_LISTED = 1_000
"""Documents of a result that are all compared; of a larger one those of a sample of the collection are."""
SAMPLE = 200
MOST_TOO_LARGE = 0.02
"""Of the searches."""
TOO_LARGE = "more parts than the cluster takes"
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
    """Searches that both refuse."""
    too_large: int = 0
    """Searches that are too large for one alone, which says so; more than `MOST_TOO_LARGE` are a difference."""
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
        if isinstance(asked.query, str):
            said = _typed(one, other, asked, asked.query, done)
        else:
            said = _tree(one, other, asked, asked.query, sample, done)
        done.differences += [f"{what} of {asked}" for what in said]
        progress(done)
    if done.too_large > max(1, MOST_TOO_LARGE * done.asked):
        done.differences.append(f"refusals: {done.too_large} of {done.asked} searches are too large for one alone")
    return done


def _answers(
    one: Engine, other: Engine, ask: Callable[[Engine], _Answer], done: Compared
) -> tuple[tuple[_Answer, _Answer] | None, list[str]]:
    """What both answer, None where one refuses to; and what is to be said of refusals."""

    def answer(engine: Engine) -> _Answer | RequestError:
        try:
            return ask(engine)
        except RequestError as error:
            return error

    first, second = answer(one), answer(other)
    if not isinstance(first, RequestError) and not isinstance(second, RequestError):
        return (first, second), []
    refusals = [str(given) for given in (first, second) if isinstance(given, RequestError)]
    if len(refusals) > 1:
        done.refused += 1
    elif TOO_LARGE in refusals[0]:
        done.too_large += 1
    else:
        return None, [f"refusal by one alone ({refusals[0]})"]
    return None, []


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

    def ask(engine: Engine) -> tuple[SearchResult, set[str]]:
        found = search(engine, request)
        # Of more than these it is not known which come first.
        listed = found_records(engine, request) if found.total <= MOST_LISTED else ()
        return found, {record.id for record in listed}

    given, refused = _answers(one, other, ask, done)
    if given is None:
        return refused
    (first, listed), (second, others) = given
    done.found += bool(first.total)
    said = _unlike(first, second, "total", "parsed", "facets", "relaxation", "correction", "expansions")
    return said + _documents(listed, others) + _pages(first, second, done)


def _tree(one: Engine, other: Engine, asked: Asked, query: Query, sample: Sequence[str], done: Compared) -> list[str]:
    plan = Plan(
        query,
        preferred=asked.preferred,
        filters=asked.filters,
        sort=asked.sort,
        facets=schema.FACETS,
        limit=LIMIT,
    )
    given, refused = _answers(one, other, lambda engine: engine.search(plan), done)
    if given is None:
        return refused
    first, second = given
    done.found += bool(first.total)
    said = _unlike(first, second, "total", "preferred_total", "facets")
    whole = replace(plan, facets=())
    if first.total > MOST_LISTED:
        whole = replace(whole, query=And((query, Or(tuple(map(Identity, sample))))), preferred=None)

    def listed(engine: Engine) -> set[str]:
        return {record.id for record in islice(engine.records_of(whole), 2 * MOST_LISTED)}

    both, refused = _answers(one, other, listed, done)
    return said + (refused if both is None else _documents(*both)) + _pages(first, second, done)


def _unlike(first: object, second: object, *names: str) -> list[str]:
    """The attributes in which two answers are not equal."""
    both = ((name, getattr(first, name), getattr(second, name)) for name in names)
    return [f"{name} ({one}, {other})" for name, one, other in both if one != other]


def _documents(listed: set[str], others: set[str]) -> list[str]:
    return [] if listed == others else [f"documents ({sorted(listed ^ others)[:5]})"]


def _pages(first: EngineAnswer | SearchResult, second: EngineAnswer | SearchResult, done: Compared) -> list[str]:
    """Where hits stand otherwise although their scores, and where these tie all else, say where they stand."""
    scores, others = ({hit.record.id: hit.score for hit in answer.hits} for answer in (first, second))
    said = [] if len(scores) == len(others) else [f"hits ({len(scores)}, {len(others)})"]
    prefers, prefers_too = ({hit.record.id: _is_preferred(hit) for hit in answer.hits} for answer in (first, second))
    said += [
        f"preference of {name} ({prefers[name]}, {prefers_too[name]})"
        for name in scores.keys() & others.keys()
        if prefers[name] != prefers_too[name]
    ]
    said += [
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
        tied, tied_too = _tied(scores, scores, others), _tied(others, scores, others)
        said += [f"order of equals ({names}, {tied_too[tie]})" for tie, names in tied.items() if names != tied_too[tie]]
    return said


def _is_preferred(hit: EngineHit | Hit) -> bool:
    return hit.preferred if isinstance(hit, EngineHit) else hit.holds_all_words


def _tied(
    page: Iterable[str], scores: Mapping[str, float], others: Mapping[str, float]
) -> Mapping[tuple[float, float], list[str]]:
    """The documents of both pages whose scores are the same in each engine, in the order of one page."""
    tied: dict[tuple[float, float], list[str]] = defaultdict(list)
    for name in page:
        if name in scores and name in others:
            tied[scores[name], others[name]].append(name)
    return tied


def _is_close(score: float, other: float) -> bool:
    return math.isclose(score, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
