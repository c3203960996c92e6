"""A search from the request to the answer: compile, execute, relax where allowed, highlight."""

from __future__ import annotations

import time
from collections.abc import Mapping

from indexer import schema
from indexer.schema import Kind
from indexer.search.compile import Compiled, compile_query
from indexer.search.engine import Engine, EngineAnswer, EngineHit, Plan
from indexer.search.facets import Facet, FacetValue
from indexer.search.filters import UNKNOWN, Choice, Span
from indexer.search.highlight import Highlighter
from indexer.search.hits import DEFAULT_FACET_LIMIT, Hit, Relaxation, SearchRequest, SearchResult
from indexer.search.query import Query

RELAX_BELOW = 10
"""A search is relaxed where fewer documents of the collection than this hold all its words.

Counted without the filters: a filter narrows what was found and must not bring in documents that were not (2026-11).
"""


def search(engine: Engine, request: SearchRequest) -> SearchResult:
    """Answer a request. No query text fails."""
    started = time.perf_counter()
    compiled = compile_query(request.text, request.match)
    query, preferred = _relaxed(engine, compiled)
    answer = engine.search(
        Plan(
            query=query,
            preferred=preferred,
            filters=request.filters,
            facets=request.facets,
            sort=request.sort,
            offset=(request.page - 1) * request.per_page,
            limit=request.per_page,
        )
    )
    highlighter = Highlighter(query)
    return SearchResult(
        request=request,
        total=answer.total,
        hits=tuple(_hit(highlighter, found) for found in answer.hits),
        facets=tuple(_facet(name, answer.facets[name], request) for name in request.facets),
        parsed=compiled.parsed,
        ignored=compiled.ignored,
        relaxation=_relaxation(answer) if preferred is not None else None,
        took_ms=(time.perf_counter() - started) * 1000,
        manifest=engine.manifest,
    )


def _relaxed(engine: Engine, compiled: Compiled) -> tuple[Query, Query | None]:
    """The query to execute, and what its best documents match where it was relaxed."""
    if compiled.relaxed is None or engine.count(compiled.query) >= RELAX_BELOW:
        return compiled.query, None
    if engine.count(compiled.relaxed) == engine.count(compiled.query):
        return compiled.query, None
    return compiled.relaxed, compiled.query


def _relaxation(answer: EngineAnswer) -> Relaxation:
    return Relaxation(all_words=answer.preferred_total, most_words=answer.total - answer.preferred_total)


def _hit(highlighter: Highlighter, found: EngineHit) -> Hit:
    record = found.record
    return Hit(
        record=record,
        score=found.score,
        holds_all_words=found.preferred,
        title_en=highlighter.mark("title_en", record.title_en),
        title_zh=highlighter.mark("title_zh", record.title_zh),
        snippet_en=highlighter.snippet("abstract_en", record.abstract_en),
        snippet_zh=highlighter.snippet("abstract_zh", record.abstract_zh),
    )


def _facet(name: str, counts: Mapping[str, int], request: SearchRequest) -> Facet:
    numeric = schema.BY_NAME[name].kind is Kind.INTEGER
    chosen = request.filters.of(name)
    values = [FacetValue(value, count, _is_chosen(name, value, chosen)) for value, count in counts.items()]
    shown = {schema.fold_value(value.value) for value in values}
    values.extend(
        FacetValue(str(choice), 0, selected=True)
        for choice in chosen
        if not isinstance(choice, Span) and schema.fold_value(choice) not in shown
    )
    if numeric:
        values.sort(key=lambda value: (value.value == UNKNOWN, -int(value.value) if value.value != UNKNOWN else 0))
        return Facet(name, tuple(values), len(values))
    values.sort(key=lambda value: (value.value == UNKNOWN, -value.count, value.value))
    limit = request.facet_limits.get(name, DEFAULT_FACET_LIMIT)
    kept = values[:limit] + [value for value in values[limit:] if value.selected]
    return Facet(name, tuple(kept), len(values))


def _is_chosen(name: str, value: str, chosen: tuple[Choice, ...]) -> bool:
    if value == UNKNOWN:
        return UNKNOWN in chosen
    if schema.BY_NAME[name].kind is Kind.INTEGER:
        return any(isinstance(choice, Span) and int(value) in choice for choice in chosen)
    folded = schema.fold_value(value)
    return any(not isinstance(choice, Span) and schema.fold_value(choice) == folded for choice in chosen)
