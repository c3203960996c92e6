"""Compiled evaluation beside Whoosh's own reading of one index: several segments, deletions, every kind of node."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from whoosh import query as wq

from indexer import schema
from indexer.analysis import Channel, TermAt
from indexer.engines.whoosh import store
from indexer.engines.whoosh.columnar import segment
from indexer.engines.whoosh.engine import WhooshEngine
from indexer.engines.whoosh.mapping import text_field
from indexer.schema import TEXT_FIELDS
from indexer.search.engine import Plan
from indexer.search.query import (
    And,
    AnyReading,
    AtLeast,
    Boosted,
    Everything,
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
from tests.engines.conftest import make_records, write_in_steps
from tests.engines.whoosh.conftest import Written

QUERIES = 5000
CHUNKS = 10
ALL = tuple(field.name for field in TEXT_FIELDS)


def _fields(rng: random.Random) -> tuple[str, ...]:
    return rng.choice([ALL, ALL, ("title_en", "title_zh"), ("abstract_en",), ("abstract_zh", "keywords")])


def _text(rng: random.Random, written: Written) -> Term | Phrase:
    channel, tokens = rng.choice(written.texts)
    if rng.random() < 0.6:
        word = "absent" if rng.random() < 0.05 else rng.choice(written.words[channel])
        return Term(_fields(rng), channel, word)
    begin = rng.randrange(len(tokens) - 1)
    run = tokens[begin : begin + rng.randint(2, 5)]
    terms = [TermAt(word, position - run[0][1]) for word, position in run]
    if rng.random() < 0.2:
        terms[-1] = terms[-1]._replace(offset=terms[-1].offset + 1)
    return Phrase(_fields(rng), channel, tuple(terms))


def _leaf(rng: random.Random, written: Written) -> Query:
    kind = rng.random()
    if kind < 0.55:
        return _text(rng, written)
    if kind < 0.65:
        return Synonyms(tuple(_form(rng, written) for _ in range(rng.randint(1, 4))))
    if kind < 0.75:
        return Pattern(
            _fields(rng), rng.choice(list(Channel)), rng.choice(["dis*", "h*t", "p?-?1", "*il*", "糖*", "*"])
        )
    if kind < 0.83:
        parts = tuple(_part(_text(rng, written)) for _ in range(rng.randint(2, 3)))
        return Near(_fields(rng), rng.choice(list(Channel)), parts, rng.randint(0, 9))
    if kind < 0.9:
        return Range(
            rng.choice(["date", "impact_factor", "citations"]),
            rng.choice([None, 0, 1, 3.5, 20190000, 20200600]),
            rng.choice([None, 1, 3, 9.5, 20200101, 20221231]),
        )
    if kind < 0.97:
        return Value(*rng.choice([("quartile", "q1"), ("year", "2020"), ("type", "review"), ("doi", "10.5555/3")]))
    return rng.choice([Everything(), Nothing()])


def _part(text: Term | Phrase) -> tuple[TermAt, ...]:
    return (TermAt(text.text, 0),) if isinstance(text, Term) else text.terms[:2]


def _form(rng: random.Random, written: Written) -> Weighted:
    form: Query = _text(rng, written)
    if rng.random() < 0.3:
        form = AnyReading((form, _text(rng, written)))
    return Weighted(form, rng.choice([0.0, 0.3, 1.0, 2.0]))


def _terms(rng: random.Random, written: Written) -> Query:
    """Words in the same fields, as a plain search asks for them."""
    fields, channel = _fields(rng), rng.choice(list(Channel))
    clauses: list[Query] = []
    for word in rng.choices([*written.words[channel], "absent"], k=rng.randint(1, 5)):
        term = Term(fields, channel, word)
        clauses.append(Weighted(term, rng.choice([0.25, 2.0])) if rng.random() < 0.3 else term)
    if rng.random() < 0.5:
        return And(tuple(clauses))
    return Or(tuple(clauses))


def random_tree(rng: random.Random, written: Written, depth: int) -> Query:
    """A query of every kind of node over the index's own words."""
    if depth and rng.random() < 0.15:
        return _terms(rng, written)
    if depth == 0 or rng.random() < 0.3:
        return _leaf(rng, written)
    clauses = tuple(random_tree(rng, written, depth - 1) for _ in range(rng.randint(1, 4)))
    kind = rng.randrange(7)
    if kind == 0:
        return Or(clauses)
    if kind == 1:
        return AnyReading(clauses)
    if kind == 2:
        return AtLeast(rng.randint(1, 3), clauses)
    if kind == 3:
        return Not(clauses[0])
    if kind == 4:
        return Boosted(clauses[0], tuple(Weighted(clause, rng.choice([0.05, 0.3])) for clause in clauses[1:]))
    if kind == 5:
        return Weighted(clauses[0], rng.choice([0.25, 2.0]))
    return And(clauses)


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_random_trees_match_score_and_count_as_whoosh_reads_them(written: Written, chunk: int) -> None:
    rng = random.Random(chunk)
    for _ in range(QUERIES // CHUNKS):
        query = random_tree(rng, written, rng.choice([0, 1, 2, 3]))
        facet = rng.choice(schema.FACETS)
        answer = written.engine.search(Plan(query, facets=(facet,), limit=400))
        expected = written.oracle.evaluate(query)

        scores = {hit.record.id: hit.score for hit in answer.hits}
        assert answer.total == len(expected), query
        assert scores.keys() == {written.ids[number] for number in expected}, query
        for number, score in expected.items():
            assert scores[written.ids[number]] == pytest.approx(score, rel=1e-4, abs=1e-6), query
        counts = {schema.fold_value(value): count for value, count in answer.facets[facet].values.items()}
        assert counts == written.oracle.facet(facet, expected), (query, facet)


def _whoosh_query(query: Query) -> wq.Query:
    if isinstance(query, Term):
        return wq.Or([wq.Term(text_field(name, query.channel), query.text.encode()) for name in query.fields])
    if isinstance(query, Value):
        return wq.Term(query.field, query.value.encode())
    if isinstance(query, Pattern):
        return wq.Or([wq.Wildcard(text_field(name, query.channel), query.text) for name in query.fields])
    if isinstance(query, And):
        return wq.And([_whoosh_query(clause) for clause in query.clauses])
    if isinstance(query, (Or, AnyReading)):
        return wq.Or([_whoosh_query(clause) for clause in query.clauses])
    if isinstance(query, Not):
        return wq.And([wq.Every(), wq.Not(_whoosh_query(query.clause))])
    assert isinstance(query, Everything)
    return wq.Every()


def _plain_tree(rng: random.Random, written: Written, depth: int) -> Query:
    if depth == 0 or rng.random() < 0.2:
        channel = rng.choice(list(Channel))
        leaves: list[Query] = [
            Term(_fields(rng), channel, rng.choice(written.words[channel])),
            Value("quartile", "q2"),
            Pattern(_fields(rng), channel, rng.choice(["dis*", "h*", "病*"])),
            Everything(),
        ]
        return rng.choice([*leaves[:1] * 6, *leaves])
    clauses = tuple(_plain_tree(rng, written, depth - 1) for _ in range(rng.randint(1, 3)))
    return rng.choice([And(clauses), Or(clauses), AnyReading(clauses), Not(clauses[0])])


def test_whooshs_own_searcher_finds_the_same(written: Written) -> None:
    rng = random.Random(5)
    with segment.open_dir(written.engine.folder / store.POSTINGS, readonly=True).searcher() as searcher:
        for _ in range(400):
            query = _plain_tree(rng, written, rng.choice([0, 1, 2, 3]))
            found = {written.ids[number] for number in searcher.docs_for_query(_whoosh_query(query))}
            hits = written.engine.search(Plan(query, limit=400)).hits
            assert {hit.record.id for hit in hits} == found, query


def test_damage_is_told_when_a_generation_is_verified(tmp_path: Path) -> None:
    location = tmp_path / "index"
    write_in_steps(str(location), make_records(20, seed=3), steps=1, deleted=0)
    folder = store.published_folder(str(location))
    engine = WhooshEngine(folder)
    engine.verify()
    victim = max((folder / store.POSTINGS).iterdir(), key=lambda path: path.stat().st_size)
    data = bytearray(victim.read_bytes())
    data[-5] ^= 1
    victim.write_bytes(data)
    with pytest.raises(Exception, match="damaged"):
        WhooshEngine(folder).verify()
