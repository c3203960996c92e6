"""Why a search finds an article or does not: which of its words and filters the article lacks, or that it is not there.

The article is named as a person has it: by identity, DOI, PMID, PMCID or title. Each part of the query and each filter
is asked about this one document of the index, so that the answer is the index's own and no second reading of texts.
"""

from __future__ import annotations

from dataclasses import dataclass

from indexer import analysis
from indexer.analysis import Channel
from indexer.record import Record
from indexer.search.compile import Reading, compile_query, most_of
from indexer.search.editions import chosen_editions, older_than_newest
from indexer.search.engine import Engine, Plan
from indexer.search.expand import word_query
from indexer.search.fields import SEARCH_FIELDS
from indexer.search.filters import UNKNOWN, Choice, Filters
from indexer.search.hits import SearchRequest
from indexer.search.query import And, AtLeast, Identity, Or, Phrase, Query, Term
from indexer.search.searcher import relaxed
from indexer.search.values import identifier, read_value

SIMILAR = 3
"""Records that a title may mean, at most."""
MAX_TITLE_WORDS = 40
"""Of what is typed as a title; more do not make it clearer which one is meant."""

_IDENTIFIERS = {"doi", "pmid", "pmcid"}
_TITLES = SEARCH_FIELDS["title"].fields


@dataclass(frozen=True)
class PartHolds:
    """A part of the query, as it was read, and whether the article matches it."""

    text: str
    holds: bool


@dataclass(frozen=True)
class FilterHolds:
    """A filter of the search, and whether the article passes it."""

    name: str
    chosen: tuple[Choice, ...]
    values: tuple[str, ...]
    """Of the article; `unknown` where it has none."""
    holds: bool


@dataclass(frozen=True)
class Explanation:
    """What the index says of one article and one search."""

    record: Record | None
    """None where the article is not indexed, or where what was typed may mean several."""
    found: bool
    """The search finds it."""
    parts: tuple[PartHolds, ...]
    """All that the query asks for. Those that don't hold exclude the article, unless the search was relaxed."""
    filters: tuple[FilterHolds, ...]
    holds_most_words: bool | None
    """Where the search was relaxed, whether the article holds enough of its words; None where it was not."""
    similar: tuple[Record, ...]
    """Where there is no record, those whose titles come closest to what was typed."""


def explain(engine: Engine, request: SearchRequest, article: str, deadline: float | None = None) -> Explanation:
    """Say why a request finds an article or does not.

    Args:
        engine: The index.
        request: The search; its page and facets don't count.
        article: An identity, DOI, PMID, PMCID or title.
        deadline: As of `searcher.search`.

    Raises:
        RequestError: the request names an edition that the index does not hold.
        SearchTimeoutError: it was not done by the deadline.
    """
    older = older_than_newest(chosen_editions(request.editions, engine.manifest.editions), engine.manifest.editions)
    named = _named(engine, article, deadline)
    if len(named) != 1:
        return Explanation(
            record=None,
            found=False,
            parts=(),
            filters=(),
            holds_most_words=None,
            similar=named or _similar(engine, article, deadline),
        )
    (record,) = named
    only = Identity(record.id)

    def holds(query: Query) -> bool:
        return engine.count(And((only, query)), deadline) > 0

    reading = Reading(
        request.match, older, engine.terms() if request.expand else None, request.without, history=request.history
    )
    compiled = compile_query(request.text, reading)
    query, preferred = relaxed(engine, compiled, deadline)
    filters = tuple(
        _filter(engine, Plan(only, filters=Filters({name: chosen}), facets=(name,), editions=older, deadline=deadline))
        for name, chosen in request.filters.chosen.items()
    )
    return Explanation(
        record=record,
        found=holds(query) and all(one.holds for one in filters),
        parts=tuple(PartHolds(part.text, holds(part.query)) for part in compiled.parts),
        filters=filters,
        holds_most_words=None if preferred is None else holds(query),
        similar=(),
    )


def _filter(engine: Engine, plan: Plan) -> FilterHolds:
    """What becomes of the plan's only document under its only filter."""
    ((name, chosen),) = plan.filters.chosen.items()
    answer = engine.search(plan)
    # A facet's own filter does not narrow its counts, so that these are the document's values.
    return FilterHolds(name, chosen, tuple(answer.facets[name].values) or (UNKNOWN,), answer.total > 0)


def _named(engine: Engine, article: str, deadline: float | None) -> tuple[Record, ...]:
    """The records that a text names: one, none, or several whose titles hold it."""
    text = " ".join(article.split())
    record = engine.record(text)
    if record is not None:
        return (record,)
    # Digits may be a word of a query; who names an article by them means its PMID.
    article_id = identifier(f"PMID {text}" if text.isdecimal() else text)
    if article_id and article_id.field.name in _IDENTIFIERS:
        value = read_value(article_id.field, article_id.value, None)
        return _found(engine, value.query, 1, deadline) if value else ()
    terms = analysis.phrase(text)[:MAX_TITLE_WORDS]
    if not terms:
        return ()
    forms = Channel.FORMS
    found = _found(
        engine, Term(_TITLES, forms, terms[0].text) if len(terms) == 1 else Phrase(_TITLES, forms, terms), 50, deadline
    )
    whole = tuple(
        one
        for one in found
        if any(title and analysis.phrase(title) == analysis.phrase(text) for title in (one.title_en, one.title_zh))
    )
    return (whole or found)[:SIMILAR]


def _similar(engine: Engine, article: str, deadline: float | None) -> tuple[Record, ...]:
    """Records whose titles hold most of the words of a text, the best ones first."""
    words = [word_query(word, _TITLES) for word in analysis.query_words(article)[:MAX_TITLE_WORDS] if not word.stopword]
    if len(words) < 2:
        return ()
    query: Query = AtLeast(most_of(len(words)), tuple(words)) if len(words) > 2 else Or(tuple(words))
    return _found(engine, query, SIMILAR, deadline)


def _found(engine: Engine, query: Query, limit: int, deadline: float | None) -> tuple[Record, ...]:
    return tuple(hit.record for hit in engine.search(Plan(query, limit=limit, deadline=deadline)).hits)
