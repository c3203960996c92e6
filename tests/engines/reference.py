"""What a plan should answer, worked out document by document in the plainest way: the oracle for every engine."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from indexer import analysis, schema
from indexer.analysis import Channel, TermAt, Token
from indexer.record import Record
from indexer.schema import Values, index_documents
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
from indexer.search.ranking import DEFAULT, idf


class Collection:
    """Records and the documents made of them, in the same order."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.records = records
        self.documents = [_document(record) for record in records]


@dataclass(frozen=True)
class Document:
    """What is indexed of a record."""

    id: str
    tokens: dict[tuple[str, Channel], list[Token]]
    values: dict[str, Values]


def _document(record: Record) -> Document:
    texts = {field.name: field.read(record) for field in schema.TEXT_FIELDS}
    tokens = {
        (name, channel): analysis.tokens(str(text[0]), channel)
        for name, text in texts.items()
        for channel in Channel
        if text
    }
    return Document(record.id, tokens, index_documents([record]).values[0])


def _starts(document: Document, field: str, channel: Channel, terms: Sequence[TermAt]) -> int:
    held = {(token.position, token.text) for token in document.tokens.get((field, channel), [])}
    positions = {position for position, _ in held}
    lowest = min((term.offset for term in terms), default=0)
    return sum(all((start - lowest + term.offset, term.text) in held for term in terms) for start in positions)


def _near(query: Near, document: Document, field: str) -> bool:
    held = {(token.position, token.text) for token in document.tokens.get((field, query.channel), [])}
    positions = {position for position, _ in held}
    choices = [
        [
            range(start, start + max(term.offset for term in part) + 1)
            for start in positions
            if all((start + term.offset, term.text) in held for term in part)
        ]
        for part in query.parts
    ]
    for chosen in itertools.product(*choices):
        taken = [position for one in chosen for position in one]
        stretch = max(taken) - min(taken) + 1
        if len(set(taken)) == len(taken) and stretch - len(taken) <= query.gap:
            return True
    return False


def _length(document: Document, field: str, channel: Channel) -> int:
    return len({token.position for token in document.tokens.get((field, channel), [])})


def matches(query: Query, document: Document) -> bool:
    """Whether the document matches."""
    if isinstance(query, Term):
        return any(_starts(document, field, query.channel, [TermAt(query.text, 0)]) for field in query.fields)
    if isinstance(query, Phrase):
        return any(_starts(document, field, query.channel, query.terms) for field in query.fields)
    if isinstance(query, Value):
        return query.value in {schema.fold_value(str(value)) for value in document.values.get(query.field, ())}
    if isinstance(query, Identity):
        return query.record_id == document.id
    if isinstance(query, Pattern):
        wanted = re.compile("".join({"*": ".*", "?": "."}.get(one, re.escape(one)) for one in query.text), re.DOTALL)
        texts = (token for field in query.fields for token in document.tokens.get((field, query.channel), []))
        return any(wanted.fullmatch(token.text) for token in texts)
    if isinstance(query, Near):
        return any(_near(query, document, field) for field in query.fields)
    if isinstance(query, Range):
        low = -math.inf if query.low is None else query.low
        high = math.inf if query.high is None else query.high
        return any(low <= float(value) <= high for value in document.values.get(query.field, ()))
    if isinstance(query, And):
        return all(matches(clause, document) for clause in query.clauses)
    if isinstance(query, (Or, AnyReading)):
        return any(matches(clause, document) for clause in query.clauses)
    if isinstance(query, Synonyms):
        return any(matches(form.clause, document) for form in query.forms)
    if isinstance(query, (Weighted, Boosted)):
        return matches(query.clause, document)
    if isinstance(query, AtLeast):
        return sum(matches(clause, document) for clause in query.clauses) >= query.minimum
    if isinstance(query, Not):
        return not matches(query.clause, document)
    assert isinstance(query, (Everything, Nothing))
    return isinstance(query, Everything)


def score(query: Query, document: Document, collection: Collection) -> float:
    """The score of a document that matches."""
    if not matches(query, document):
        return 0.0
    if isinstance(query, (Term, Phrase)):
        return _leaf_score(query, document, collection)
    if isinstance(query, (And, Or, AtLeast)):
        return sum(score(clause, document, collection) for clause in query.clauses)
    if isinstance(query, AnyReading):
        return max(score(clause, document, collection) for clause in query.clauses)
    if isinstance(query, Synonyms):
        held = sum(matches(query, other) for other in collection.documents)
        occurrences = sum(form.weight * _occurrences(form.clause, document, collection) for form in query.forms)
        return idf(len(collection.documents), held) * occurrences / (DEFAULT.k1 + occurrences)
    if isinstance(query, Weighted):
        return query.weight * score(query.clause, document, collection)
    if isinstance(query, Boosted):
        boosts = sum(boost.weight * score(boost.clause, document, collection) for boost in query.boosts)
        return score(query.clause, document, collection) + boosts
    return 1.0 if isinstance(query, Pattern) else 0.0


def _occurrences(form: Query, document: Document, collection: Collection) -> float:
    if isinstance(form, AnyReading):
        return max(_occurrences(reading, document, collection) for reading in form.clauses)
    assert isinstance(form, (Term, Phrase))
    terms = (TermAt(form.text, 0),) if isinstance(form, Term) else form.terms
    weight = 0.0
    for field in form.fields:
        lengths = [_length(other, field, form.channel) for other in collection.documents]
        held = [length for length in lengths if length]
        if held:
            share = _length(document, field, form.channel) / (sum(held) / len(held))
            found = _starts(document, field, form.channel, terms)
            weight += schema.BY_NAME[field].weight * found / (1 - DEFAULT.b + DEFAULT.b * share)
    return weight


def _leaf_score(leaf: Term | Phrase, document: Document, collection: Collection) -> float:
    terms = (TermAt(leaf.text, 0),) if isinstance(leaf, Term) else leaf.terms
    weight = _occurrences(leaf, document, collection)
    rarity = sum(
        idf(
            len(collection.documents),
            sum(matches(Term(leaf.fields, leaf.channel, term.text), other) for other in collection.documents),
        )
        for term in terms
    )
    return rarity * weight / (DEFAULT.k1 + weight)


def passes(filters: Filters, document: Document, but: str | None = None) -> bool:
    """Whether the document passes the filters of all facets but one."""
    for facet, choices in filters.chosen.items():
        if facet == but:
            continue
        values = document.values.get(facet, ())
        folded = {schema.fold_value(str(value)) for value in values}
        if not any(
            (choice == UNKNOWN and not values)
            or (isinstance(choice, Span) and any(int(value) in choice for value in values))
            or (isinstance(choice, str) and schema.fold_value(choice) in folded)
            for choice in choices
        ):
            return False
    return True


def found(query: Query, filters: Filters, collection: Collection, but: str | None = None) -> list[Document]:
    """The documents that match and pass, in the collection's order."""
    return [d for d in collection.documents if matches(query, d) and passes(filters, d, but)]


def facet(name: str, query: Query, filters: Filters, collection: Collection) -> dict[str, int]:
    """Disjunctive counts."""
    counted: Counter[str] = Counter()
    for document in found(query, filters, collection, but=name):
        counted.update({schema.fold_value(str(value)) for value in document.values.get(name, ())} or {UNKNOWN})
    return dict(counted)


SortKey = Callable[[Document], float]


def number(name: str) -> SortKey:
    """A sort key: the field's value, or minus infinity."""
    return lambda document: float(document.values.get(name, (-math.inf,))[0])
