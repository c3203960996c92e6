"""Records about the same subject as a given one, found by the terms that set it apart.

The terms are those of its titles, abstracts, keywords and headings with the highest tf-idf, so in both languages where
it has both; what is like it is what an engine ranks highest for them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from indexer import analysis, schema
from indexer.analysis import Channel
from indexer.record import Record
from indexer.search.editions import chosen_editions
from indexer.search.engine import Engine, Plan
from indexer.search.hits import FoundRecord
from indexer.search.query import AtLeast, Query, Term, Weighted
from indexer.search.ranking import idf
from indexer.search.searcher import standing

SUBJECT = ("title_en", "title_zh", "abstract_en", "abstract_zh", "keywords", "headings")
"""The fields that say what an article is about."""
MAX_TERMS = 25
"""Of the query: more of them say ever less."""
MAX_CANDIDATES = 80
"""Terms whose frequency in the collection is looked up, each of which costs a count."""
MAX_SHARE = 0.1
"""A term that a greater share of the documents hold says nothing of the subject."""
MIN_TERMS = 2
"""A similar record holds so many of the terms, unless there are fewer."""


def similar(
    engine: Engine, record: Record, limit: int = 5, editions: Iterable[str] = (), deadline: float | None = None
) -> tuple[FoundRecord, ...]:
    """The records most like one of the index, the best first; none where it shares no terms with others.

    Args:
        engine: The index.
        record: One of its records.
        limit: How many are asked for.
        editions: Of the metrics of their journals.
        deadline: As of `searcher.search`.

    Raises:
        RequestError: an edition is named that the index does not hold.
        SearchTimeoutError: it was not done by the deadline.
    """
    chosen = chosen_editions(editions, engine.manifest.editions)
    terms = _terms(engine, record, deadline)
    if not terms:
        return ()
    query = AtLeast(min(MIN_TERMS, len(terms)), terms)
    answer = engine.search(Plan(query=query, limit=limit + 1, deadline=deadline))
    others = [hit.record for hit in answer.hits if hit.record.id != record.id]
    return tuple(FoundRecord(*standing(engine, other, chosen)) for other in others[:limit])


def _terms(engine: Engine, record: Record, deadline: float | None) -> tuple[Query, ...]:
    """What sets the record apart, each weighted by how much it is said; engines add how rare it is."""
    said: dict[str, float] = {}
    for name in SUBJECT:
        field = schema.BY_NAME[name]
        for text in field.read(record):
            for token in analysis.tokens(str(text), Channel.WORDS):
                said[token.text] = said.get(token.text, 0.0) + field.weight
    documents = engine.manifest.documents
    found: list[tuple[float, Weighted]] = []
    for text, weight in sorted(said.items(), key=lambda item: (-item[1], item[0]))[:MAX_CANDIDATES]:
        term = Term(SUBJECT, Channel.WORDS, text)
        frequency = engine.count(term, deadline)
        # Of a collection so small that any term is in a large share of it, a few documents are no large share.
        if 2 <= frequency <= max(MAX_SHARE * documents, 10):
            strength = 1 + math.log(weight)
            found.append((strength * idf(documents, frequency), Weighted(term, strength)))
    found.sort(key=lambda item: -item[0])
    return tuple(term for _, term in found[:MAX_TERMS])
