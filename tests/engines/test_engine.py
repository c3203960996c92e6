"""The suite that every engine passes: documents, scores, counts, facets, filters and orders as the oracle has them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer import schema
from indexer.analysis import Channel, TermAt
from indexer.engines import open_engine
from indexer.errors import SearchTimeoutError
from indexer.schema import TEXT_FIELDS
from indexer.search.engine import Engine, EngineHit, Plan, Sort
from indexer.search.filters import UNKNOWN, Filters, Span
from indexer.search.query import (
    And,
    AnyReading,
    AtLeast,
    Boosted,
    Everything,
    Identity,
    Near,
    Not,
    Nothing,
    Or,
    Pattern,
    Phrase,
    Query,
    Range,
    Synonyms,
    Term,
    Value,
    Weighted,
)
from tests.engines import reference
from tests.engines.conftest import the_collection, write
from tests.engines.reference import Collection

slow_fixtures = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def _vocabulary(collection: Collection, channel: Channel) -> list[str]:
    return sorted(
        {
            token.text
            for document in collection.documents
            for (_, held), tokens in document.tokens.items()
            if held is channel
            for token in tokens
        }
        | {"absent"}
    )


Queries = st.SearchStrategy[Query]


def _phrases(collection: Collection, fields: st.SearchStrategy[tuple[str, ...]]) -> Queries:
    """Mostly what stands in some document, so that phrases are found."""
    texts = [
        (channel, tokens)
        for document in collection.documents
        for (_, channel), tokens in document.tokens.items()
        if len(tokens) > 1
    ]

    @st.composite
    def phrase(draw: st.DrawFn) -> Query:
        channel, tokens = draw(st.sampled_from(texts))
        start = draw(st.integers(0, len(tokens) - 2))
        run = tokens[start : start + draw(st.integers(2, 5))]
        offsets = [token.position - run[0].position for token in run]
        offsets[-1] += draw(st.sampled_from([0, 0, 0, 1]))
        terms = tuple(TermAt(token.text, offset) for token, offset in zip(run, offsets, strict=True))
        return Phrase(draw(fields), channel, terms)

    return phrase()


def _near(collection: Collection, fields: st.SearchStrategy[tuple[str, ...]]) -> Queries:
    """Mostly parts of one document."""

    @st.composite
    def near(draw: st.DrawFn) -> Query:
        phrases = _phrases(collection, fields)
        first = draw(phrases)
        assert isinstance(first, Phrase)
        words = _vocabulary(collection, first.channel)
        others = draw(st.lists(st.sampled_from(words), min_size=1, max_size=2))
        parts = [first.terms[: draw(st.integers(1, 2))], *((TermAt(word, 0),) for word in others)]
        return Near(first.fields, first.channel, tuple(draw(st.permutations(parts))), draw(st.integers(0, 8)))

    return near()


def _crowds() -> Queries:
    """As many words near each other as a searcher can ask for, as they are written, of one text in any order."""
    texts = [
        (field, tokens)
        for document in the_collection().documents
        for (field, channel), tokens in document.tokens.items()
        if channel is Channel.FORMS and len(tokens) > 5
    ]

    @st.composite
    def crowd(draw: st.DrawFn) -> Query:
        field, tokens = draw(st.sampled_from(texts))
        places = draw(st.lists(st.integers(0, len(tokens) - 1), min_size=3, max_size=6, unique=True))
        parts = dict.fromkeys((TermAt(tokens[place].text, 0),) for place in places)
        if draw(st.booleans()):
            parts[TermAt(tokens[0].text, 0), TermAt(tokens[-1].text, tokens[-1].position - tokens[0].position)] = None
        gap = max(0, max(places) - min(places) - draw(st.integers(-1, 4)))
        return Near((field,), Channel.FORMS, tuple(draw(st.permutations(list(parts)[:6]))), gap)

    return crowd()


def _queries() -> Queries:
    """Random query trees over the collection's words."""
    collection = the_collection()
    fields = st.sampled_from([tuple(field.name for field in TEXT_FIELDS), ("title_en", "title_zh"), ("abstract_en",)])
    terms = [
        st.builds(Term, fields, st.just(channel), st.sampled_from(_vocabulary(collection, channel)))
        for channel in Channel
    ]
    known = [("quartile", "q1"), ("year", "2020"), ("type", "review"), ("doi", "10.5555/3"), ("pmid", "1")]
    values = st.sampled_from([Value(name, value) for name, value in known])
    identities = st.sampled_from([Identity(record.id) for record in collection.records] + [Identity("doi:absent")])
    text = st.one_of(*terms, _phrases(collection, fields))
    patterns = st.builds(
        Pattern,
        fields,
        st.sampled_from(Channel),
        st.sampled_from(["dis*", "h*t", "p?-1", "*il*", "?-cell", "糖*", "?尿", "dise?se", "absent*", "*"]),
    )
    ranges = st.builds(
        Range,
        st.sampled_from(["date", "impact_factor", "citations"]),
        st.sampled_from([None, 0, 1, 3.5, 20190000, 20200600]),
        st.sampled_from([None, 1, 3, 9.5, 20200101, 20221231]),
    )

    def some(inner: Queries) -> st.SearchStrategy[tuple[Query, ...]]:
        return st.lists(inner, min_size=1, max_size=4).map(tuple)

    def weighted(inner: Queries) -> st.SearchStrategy[Weighted]:
        return st.builds(Weighted, inner, st.sampled_from([0.0, 0.25, 0.5, 1.0, 2.0]))

    forms = weighted(st.one_of(text, st.builds(AnyReading, some(text))))
    synonyms = st.builds(Synonyms, st.lists(forms, min_size=1, max_size=4).map(tuple))
    leaf = st.one_of(
        *(text, synonyms, values, identities, patterns, ranges, _near(collection, fields)),
        st.sampled_from([Everything(), Nothing()]),
    )

    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.builds(And, some(inner)),
            st.builds(Or, some(inner)),
            st.builds(AnyReading, some(inner)),
            st.builds(AtLeast, st.integers(1, 3), some(inner)),
            st.builds(Not, inner),
            weighted(inner),
            st.builds(Boosted, inner, st.lists(weighted(inner), min_size=1, max_size=2).map(tuple)),
        ),
        max_leaves=8,
    )


queries = st.deferred(_queries)
chosen = st.fixed_dictionaries(
    {},
    optional={
        "journal": st.lists(
            st.sampled_from(["Annals of Heart", "虚构医学杂志", "nowhere", UNKNOWN]), min_size=1, max_size=3
        ),
        "quartile": st.lists(st.sampled_from(["Q1", "Q2", "q3", UNKNOWN]), min_size=1, max_size=3),
        "zone": st.lists(st.sampled_from(["1", "4", UNKNOWN]), min_size=1, max_size=2),
        "type": st.lists(st.sampled_from(["Review", "Meta-Analysis", UNKNOWN]), min_size=1, max_size=2),
        "open_access": st.lists(st.sampled_from(["yes", "no", UNKNOWN]), min_size=1, max_size=2),
        "year": st.lists(
            st.sampled_from([Span(2020, 2020), Span(2019, 2021), Span(None, 2019), Span(2021, None), UNKNOWN]),
            min_size=1,
            max_size=2,
        ),
    },
)
filters_ = chosen.map(lambda given: Filters({name: tuple(choices) for name, choices in given.items()}))


@settings(slow_fixtures, max_examples=60)  # each asks four times, and random searches are compared elsewhere, too
@given(query=queries, filters=filters_)
def test_any_query_answers_as_the_oracle(
    engine: Engine, collection: Collection, query: Query, filters: Filters
) -> None:
    answer = engine.search(Plan(query, filters=filters, facets=schema.FACETS, limit=len(collection.documents)))
    expected = reference.found(query, filters, collection)

    assert answer.total == len(expected)
    assert {hit.record.id for hit in answer.hits} == {document.id for document in expected}
    assert engine.count(query) == len(reference.found(query, Filters(), collection))
    every = list(engine.records_of(Plan(query, filters=filters, limit=1)))
    assert every == [hit.record for hit in answer.hits]
    by_id = {document.id: document for document in expected}
    for hit in answer.hits:
        assert hit.score == pytest.approx(reference.score(query, by_id[hit.record.id], collection), rel=1e-4, abs=1e-6)
    for name in schema.FACETS:
        folded = {schema.fold_value(value): count for value, count in answer.facets[name].values.items()}
        assert folded == reference.facet(name, query, filters, collection), name


@settings(slow_fixtures, max_examples=40)
@given(query=st.deferred(_crowds))
def test_many_words_near_each_other_are_found_as_by_the_oracle(
    engine: Engine, collection: Collection, query: Query
) -> None:
    found = engine.search(Plan(query, limit=len(collection.documents)))
    expected = reference.found(query, Filters(), collection)
    assert {hit.record.id for hit in found.hits} == {document.id for document in expected}


@pytest.mark.parametrize("words", ["糖 糖尿 病", "患 患者 的", "细 细胞 肺 癌", "糖 糖尿 尿 病 2 型"])
def test_words_near_each_other_do_not_overlap(engine: Engine, collection: Collection, words: str) -> None:
    parts = tuple((TermAt(word, 0),) for word in words.split())
    for gap in (0, 1, 3, 6, 12, 90):
        query = Near(("title_zh", "abstract_zh"), Channel.FORMS, parts, gap)
        assert engine.count(query) == len(reference.found(query, Filters(), collection)), gap


@slow_fixtures
@given(query=queries, filters=filters_, name=st.sampled_from(schema.FACETS))
def test_a_facet_count_is_the_total_after_choosing_it(
    engine: Engine, query: Query, filters: Filters, name: str
) -> None:
    counts = engine.search(Plan(query, filters=filters, facets=(name,), limit=0)).facets[name].values
    for value, count in counts.items():
        choice = Span(int(value), int(value)) if name == "year" and value != UNKNOWN else value
        alone = filters.removing(name).adding(name, choice)
        assert engine.search(Plan(query, filters=alone, limit=0)).total == count


@pytest.mark.parametrize("sort", Sort)
@settings(slow_fixtures, max_examples=20)  # each asks for many pages
@given(query=queries, preferred=st.one_of(st.none(), queries), step=st.integers(15, 50))
def test_orders_and_pages(
    engine: Engine, collection: Collection, sort: Sort, query: Query, preferred: Query | None, step: int
) -> None:
    everything = engine.search(Plan(query, preferred=preferred, sort=sort, limit=len(collection.documents)))
    by_id = {document.id: document for document in collection.documents}
    date = reference.number("date")

    def key(hit: object) -> tuple[object, ...]:
        document = by_id[hit.record.id]  # type: ignore[attr-defined]
        relevance = -round(hit.score, 6)  # type: ignore[attr-defined]
        main = {
            Sort.RELEVANCE: relevance,
            Sort.NEWEST: -date(document),
            Sort.OLDEST: date(document) if date(document) > 0 else float("inf"),
            Sort.IMPACT_FACTOR: -reference.number("impact_factor")(document),
            Sort.CITATIONS: -reference.number("citations")(document),
        }[sort]
        first = preferred is None or reference.matches(preferred, document)
        return (not first, main, relevance, -date(document), document.id)

    assert list(everything.hits) == sorted(everything.hits, key=key)
    assert everything.preferred_total == sum(hit.preferred for hit in everything.hits)
    paged = []
    for offset in range(0, everything.total + step, step):
        paged.extend(engine.search(Plan(query, preferred=preferred, sort=sort, offset=offset, limit=step)).hits)
    assert paged == list(everything.hits)
    walked: list[EngineHit] = []
    after = None
    while hits := engine.search(Plan(query, preferred=preferred, sort=sort, after=after, limit=step)).hits:
        walked.extend(hits)
        after = hits[-1].place
    assert walked == list(everything.hits)
    every = engine.records_of(Plan(query, preferred=preferred, sort=sort, offset=step, limit=1))
    assert [record.id for record in every] == [hit.record.id for hit in everything.hits]


def test_a_search_that_is_not_done_by_its_deadline_is_given_up(engine: Engine) -> None:
    with pytest.raises(SearchTimeoutError, match="longer than is allowed"):
        engine.search(Plan(Everything(), deadline=time.monotonic() - 1))
    assert engine.search(Plan(Everything(), deadline=time.monotonic() + 3600)).total


@slow_fixtures
@given(query=queries, filters=filters_, limit=st.integers(0, 5))
def test_a_limited_facet_has_the_most_frequent_values(
    engine: Engine, query: Query, filters: Filters, limit: int
) -> None:
    limits = dict.fromkeys(schema.FACETS, limit)
    whole = engine.search(Plan(query, filters=filters, facets=schema.FACETS, limit=0)).facets
    limited = engine.search(Plan(query, filters=filters, facets=schema.FACETS, facet_limits=limits, limit=0)).facets
    for name in schema.FACETS:
        assert limited[name].distinct == whole[name].distinct == len(whole[name].values)
        ordered = sorted(whole[name].values.items(), key=lambda item: (item[0] == UNKNOWN, -item[1], item[0]))
        expected = dict(ordered[:limit])
        for value, count in ordered:
            chosen = any(
                int(value) in choice
                if isinstance(choice, Span)
                else schema.fold_value(choice) == schema.fold_value(value)
                for choice in filters.of(name)
                if value != UNKNOWN or choice == UNKNOWN
            )
            if value == UNKNOWN or chosen:
                expected[value] = count
        assert limited[name].values == expected


def test_a_record_is_stored_whole(engine: Engine, collection: Collection) -> None:
    for record in collection.records:
        assert engine.record(record.id) == record
    assert engine.record("doi:10.5555/none") is None
    assert engine.record("\udc80") is None


def test_a_journal_is_found_by_any_spelling_of_its_name(engine: Engine) -> None:
    journal = engine.journal("ANNALS  of heart")
    assert journal is not None
    assert journal.description == "About hearts."
    assert engine.journal("no journal") is None


def test_threads_read_records_and_search_at_once(collection: Collection, new_location: Callable[[], str]) -> None:
    location = new_location()
    write(location, collection)
    engine = open_engine(location)
    words = [
        Term(("abstract_en", "abstract_zh"), Channel.WORDS, text) for text in _vocabulary(collection, Channel.WORDS)
    ]
    expected = [len(reference.found(word, Filters(), collection)) for word in words]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(8) as threads:
            records = threads.map(lambda record: engine.record(record.id) == record, collection.records * 3)
            counts = list(threads.map(engine.count, words))
            assert all(records)
    finally:
        sys.setswitchinterval(interval)
        engine.close()
    assert counts == expected
