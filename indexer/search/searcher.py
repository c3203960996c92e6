"""A search from the request to the answer: compile, execute, relax where allowed, highlight."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import repeat
from typing import NamedTuple

import msgspec

from indexer import analysis, schema
from indexer.errors import IncompleteError
from indexer.journals import as_of
from indexer.record import Record
from indexer.schema import Kind
from indexer.search.compile import Compiled, Reading, compile_query
from indexer.search.correct import CORRECT_BELOW, correction
from indexer.search.editions import chosen_editions, older_than_newest
from indexer.search.engine import Engine, EngineAnswer, EngineHit, FacetCounts, Plan
from indexer.search.facets import Facet, FacetValue
from indexer.search.filters import UNKNOWN, Choice, Span
from indexer.search.highlight import Highlighter, seen
from indexer.search.hits import (
    DEFAULT_FACET_LIMIT,
    FoundRecord,
    Fragments,
    Hit,
    Match,
    Relaxation,
    SearchRequest,
    SearchResult,
)
from indexer.search.query import Query
from indexer.search.ranking import DEFAULT, Settings
from indexer.search.recent import Recent
from indexer.terms.lexicon import QueryCorrection

RELAX_BELOW = 10
"""A search is relaxed where fewer documents of the collection than this hold all its words.

Counted without the filters: a filter narrows what was found and must not bring in documents that were not (2026-11).
"""


def search(
    engine: Engine,
    request: SearchRequest,
    ranking: Settings = DEFAULT,
    deadline: float | None = None,
    *,
    partial: bool = False,
) -> SearchResult:
    """Answer a request. No query text fails.

    Args:
        engine: The index.
        request: What is asked.
        ranking: Other settings than the default are for evaluation.
        deadline: When to give up, on the clock of `time.monotonic`; never where it is None.
        partial: A result without parts of the index is welcome, where its location allows one: whoever asks for it
            has to say so. It is not relaxed, and no correction is offered.

    Raises:
        RequestError: the request names an edition that the index does not hold, or a place that is none.
        IncompleteError: parts of the index did not answer, and a result without them is not welcome or not allowed.
        SearchTimeoutError: it was not done by the deadline.
    """
    started = time.perf_counter()
    chosen = chosen_editions(request.editions, engine.manifest.editions)
    reading = _reading(engine, request, chosen, ranking)
    compiled = compile_query(request.text, reading)
    plan, answer = _executed(engine, request, compiled, reading, deadline, partial=partial)
    shown = _shown_hits(engine, request.text, plan.query, answer.hits) if request.fragments else repeat(_Shown())
    return SearchResult(
        request=request,
        total=answer.total,
        hits=tuple(
            _hit(one, found, *standing(engine, found.record, chosen))
            for found, one in zip(answer.hits, shown, strict=False)
        ),
        facets=tuple(_facet(name, answer.facets[name], request) for name in request.facets),
        parsed=compiled.parsed,
        ignored=compiled.ignored,
        expansions=compiled.expansions,
        not_expanded=compiled.not_expanded,
        correction=None if answer.partial else _correction(engine, request, reading, answer, deadline),
        relaxation=_relaxation(answer) if plan.preferred is not None and answer.partial is None else None,
        took_ms=(time.perf_counter() - started) * 1000,
        manifest=engine.manifest,
        partial=answer.partial,
    )


_WARMING_WORDS = 2500
"""More than the tables of analysis have room for at first."""
_FREQUENT_WORDS = 10_000
"""Nine in ten words of a text are among those that most documents hold; to know these takes a quarter of a second."""


def warm(engine: Engine) -> None:
    """Have ready what the first search would wait for beside its engine: the grammar, and what marks matches."""
    search(engine, SearchRequest("heart"), partial=True)
    reading = Reading(terms=engine.terms())
    highlighter = Highlighter(compile_query('"heart attack" infarction 心肌梗死 "心肌"', reading).query)
    # So many words that the tables of those that were met have to grow.
    many = " ".join(f"w{number}" for number in range(_WARMING_WORDS))
    analysis.remember(engine.terms().frequent_words(_FREQUENT_WORDS))
    highlighter.find([("title_en", f"A heart attack,\nor infarction {many}"), ("title_zh", "心肌梗死 (heart attack)")])


def _executed(
    engine: Engine,
    request: SearchRequest,
    compiled: Compiled,
    reading: Reading,
    deadline: float | None,
    *,
    partial: bool,
) -> tuple[Plan, EngineAnswer]:
    """The plan of a request, and its answer."""
    try:
        plan = replace(_plan(request, *relaxed(engine, compiled, deadline), reading, deadline), partial=partial)
        return plan, engine.search(plan)
    except IncompleteError as error:
        if not (partial and error.allowed):
            raise
    # How many hold all words can't be counted, so that nothing is relaxed.
    plan = replace(_plan(request, compiled.query, None, reading, deadline), partial=True)
    answer = engine.search(plan)
    if answer.partial is None and compiled.relaxed is not None:
        # All parts are back, and a whole answer is relaxed where it has to be.
        plan = replace(_plan(request, *relaxed(engine, compiled, deadline), reading, deadline), partial=True)
        answer = engine.search(plan)
    return plan, answer


def found_records(engine: Engine, request: SearchRequest, deadline: float | None = None) -> Iterator[Record]:
    """All records that a request finds, as they are stored, in the order of its pages, which don't count here.

    Args:
        engine: The index.
        request: What is asked.
        deadline: As of `search`; records are given however long they take to be read.

    Raises:
        RequestError: At once, where the request names an edition that the index does not hold.
        SearchTimeoutError: At once, where it was not known by the deadline which records there are.
    """
    chosen = chosen_editions(request.editions, engine.manifest.editions)
    reading = _reading(engine, request, chosen, DEFAULT)
    query, preferred = relaxed(engine, compile_query(request.text, reading), deadline)
    return engine.records_of(_plan(request, query, preferred, reading, deadline))


def _reading(engine: Engine, request: SearchRequest, chosen: dict[str, str], ranking: Settings) -> Reading:
    older = older_than_newest(chosen, engine.manifest.editions)
    return Reading(
        request.match, older, engine.terms() if request.expand else None, request.without, ranking, request.history
    )


def _plan(
    request: SearchRequest, query: Query, preferred: Query | None, reading: Reading, deadline: float | None
) -> Plan:
    return Plan(
        query=query,
        preferred=preferred,
        filters=request.filters,
        facets=request.facets,
        facet_limits={
            name: request.facet_limits.get(name, DEFAULT_FACET_LIMIT)
            for name in request.facets
            if schema.BY_NAME[name].kind is not Kind.INTEGER
        },
        editions=reading.editions,
        sort=request.sort,
        offset=(request.page - 1) * request.per_page if request.after is None else 0,
        limit=request.per_page,
        after=request.after,
        deadline=deadline,
        ranking=reading.ranking,
    )


def relaxed(engine: Engine, compiled: Compiled, deadline: float | None) -> tuple[Query, Query | None]:
    """The query to execute, and what its best documents match where it was relaxed; else None."""
    if compiled.relaxed is None or engine.count(compiled.query, deadline) >= RELAX_BELOW:
        return compiled.query, None
    if engine.count(compiled.relaxed, deadline) == engine.count(compiled.query, deadline):
        return compiled.query, None
    return compiled.relaxed, compiled.query


def _correction(
    engine: Engine, request: SearchRequest, reading: Reading, answer: EngineAnswer, deadline: float | None
) -> QueryCorrection | None:
    """What may have been meant, where this page is the first and hardly anything holds all words."""
    if (
        request.page > 1
        or request.after is not None
        or (request.match is not Match.ANY and answer.preferred_total >= CORRECT_BELOW)
    ):
        return None

    def holding_all(text: str) -> int:
        return engine.count(compile_query(text, replace(reading, match=Match.ALL)).query, deadline)

    def found(text: str) -> int:
        query, _ = relaxed(engine, compile_query(text, reading), deadline)
        plan = Plan(query=query, filters=request.filters, editions=reading.editions, limit=1, deadline=deadline)
        return engine.search(plan).total

    # What was found stands, whatever becomes of a part of the index meanwhile.
    with suppress(IncompleteError):
        return correction(engine.terms(), request.text, holding_all, found)
    return None


def _relaxation(answer: EngineAnswer) -> Relaxation:
    return Relaxation(all_words=answer.preferred_total, most_words=answer.total - answer.preferred_total)


def find(engine: Engine, record_id: str, editions: Iterable[str] = ()) -> FoundRecord | None:
    """The record of an identity, with the metrics and the description of its journal.

    Raises:
        RequestError: an edition is named that the index does not hold.
    """
    record = engine.record(record_id)
    if record is None:
        return None
    chosen = chosen_editions(editions, engine.manifest.editions)
    journal = engine.journal(record.journal) if record.journal else None
    shown, named = as_of(record, journal, chosen)
    return FoundRecord(msgspec.structs.replace(shown, journal_description=journal and journal.description), named)


def standing(engine: Engine, record: Record, chosen: Mapping[str, str]) -> tuple[Record, Mapping[str, str]]:
    """The record with its journal's metrics in the chosen editions, and which those are."""
    return as_of(record, engine.journal(record.journal) if record.journal else None, chosen)


class _Shown(NamedTuple):
    """What is shown of a hit with its matches marked."""

    title_en: Fragments = ()
    title_zh: Fragments = ()
    snippet_en: Fragments = ()
    snippet_zh: Fragments = ()


_MOST_SHOWN = 30
"""Hits of a recent query of which it is remembered what is shown: as many as most people look at, some 60 KB of each
query, which is 30 MB at most of a generation that is searched."""
_recent: Recent[dict[str, _Shown]] = Recent()


def _shown_hits(engine: Engine, text: str, query: Query, hits: Sequence[EngineHit]) -> list[_Shown]:
    """What is shown of the hits of a page; who pages back, sorts or filters sees many of them again.

    Args:
        engine: The index.
        text: What was typed.
        query: What was executed.
        hits: The page.
    """
    known = _recent.of(engine.terms(), text, query, dict)
    shown = {record.id: known[record.id] for record in (hit.record for hit in hits) if record.id in known}
    new = [hit.record for hit in hits if hit.record.id not in shown]
    highlighter = Highlighter(query)
    # What is to be shown of a page is sought together.
    titles = [(name, getattr(record, name)) for record in new for name in ("title_en", "title_zh")]
    passages = [(name, seen(getattr(record, name) or "")) for record in new for name in ("abstract_en", "abstract_zh")]
    highlighter.find((name, text) for name, text in (*titles, *passages) if text)
    for record in new:
        shown[record.id] = _Shown(
            highlighter.mark("title_en", record.title_en),
            highlighter.mark("title_zh", record.title_zh),
            highlighter.snippet("abstract_en", record.abstract_en),
            highlighter.snippet("abstract_zh", record.abstract_zh),
        )
        if len(known) < _MOST_SHOWN:
            known[record.id] = shown[record.id]
    return [shown[hit.record.id] for hit in hits]


def _hit(shown: _Shown, found: EngineHit, record: Record, editions: Mapping[str, str]) -> Hit:
    return Hit(
        record=record,
        editions=editions,
        score=found.score,
        holds_all_words=found.preferred,
        place=found.place,
        title_en=shown.title_en,
        title_zh=shown.title_zh,
        snippet_en=shown.snippet_en,
        snippet_zh=shown.snippet_zh,
    )


def _facet(name: str, counted: FacetCounts, request: SearchRequest) -> Facet:
    numeric = schema.BY_NAME[name].kind is Kind.INTEGER
    chosen = request.filters.of(name)
    values = [FacetValue(value, count, _is_chosen(name, value, chosen)) for value, count in counted.values.items()]
    if chosen:
        shown = {schema.fold_value(value.value) for value in values}
        values.extend(
            FacetValue(str(choice), 0, selected=True)
            for choice in chosen
            if not isinstance(choice, Span) and schema.fold_value(choice) not in shown
        )
    if numeric:
        values.sort(key=lambda value: (value.value == UNKNOWN, -int(value.value) if value.value != UNKNOWN else 0))
    else:
        values.sort(key=lambda value: (value.value == UNKNOWN, -value.count, value.value))
    missing = sum(value.count == 0 for value in values)
    return Facet(name, tuple(values), counted.distinct + missing)


def _is_chosen(name: str, value: str, chosen: tuple[Choice, ...]) -> bool:
    if not chosen:
        return False
    if value == UNKNOWN:
        return UNKNOWN in chosen
    if schema.BY_NAME[name].kind is Kind.INTEGER:
        return any(isinstance(choice, Span) and int(value) in choice for choice in chosen)
    folded = schema.fold_value(value)
    return any(not isinstance(choice, Span) and schema.fold_value(choice) == folded for choice in chosen)
