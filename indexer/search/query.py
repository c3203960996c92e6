"""Executed queries: trees of indexed terms that every engine evaluates in the same way.

What a searcher types becomes a `parse.Parsed`; analysis turns its words into the terms of this tree. The meaning of
each node, as a set of documents and a score:

- `Term`: documents that hold the term in any of its fields; scored by BM25F over those fields (see `ranking`).
- `Phrase`: documents in one of whose fields the terms stand at the given distances; scored like a term.
- `Value`: documents with that exact value; no score.
- `Pattern`: documents that hold any term of a pattern with wildcards; each scores 1, however many it holds.
- `Near`: documents in one of whose fields the parts stand close to each other; no score.
- `Range`: documents whose number lies between two bounds; no score.
- `And`, `Or`, `AtLeast`: intersection, union, at least so many of the clauses; the sum of the clauses that match.
- `AnyReading`: union of the ways to write one word; the best clause's score, since it is one word.
- `Synonyms`: union of the ways to say one thing; scored as one term, whose occurrences are those of all of them, each
  by its weight (Pirkola, SIGIR 1998, with weights). A document that says it in two ways counts as one that says it
  twice, and a rare synonym weighs no more than a common one.
- `Weighted`: the documents of its clause; their scores times the weight.
- `Boosted`: the documents of its clause; to the score of each are added those of the boosts that it matches.
- `Not`: the complement; no score.
- `Everything`, `Nothing`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union

from indexer.analysis import Channel, TermAt


@dataclass(frozen=True)
class Term:
    """A term of one channel in any of the fields."""

    fields: tuple[str, ...]
    channel: Channel
    text: str


@dataclass(frozen=True)
class Phrase:
    """Terms of one channel at fixed distances within one of the fields."""

    fields: tuple[str, ...]
    channel: Channel
    terms: tuple[TermAt, ...]


@dataclass(frozen=True)
class Value:
    """An exact value of a VALUE or INTEGER field, folded."""

    field: str
    value: str


@dataclass(frozen=True)
class Identity:
    """The document of an identity."""

    record_id: str


@dataclass(frozen=True)
class Pattern:
    """Terms of one channel by a pattern, in any of the fields: `*` is any run of characters, `?` any one of them."""

    fields: tuple[str, ...]
    channel: Channel
    text: str


@dataclass(frozen=True)
class Near:
    """Parts that stand close to each other within one of the fields, in any order.

    A document matches where each part occurs, as a phrase, in a stretch of the field in which no more than `gap`
    positions belong to none of these occurrences, and no two of them overlap.
    """

    fields: tuple[str, ...]
    channel: Channel
    parts: tuple[tuple[TermAt, ...], ...]
    """Two or more; each the terms of a phrase, the first at offset 0."""
    gap: int


@dataclass(frozen=True)
class Range:
    """Values of a sortable field from `low` to `high`, both included; None is no bound.

    The field is named as `schema.edition_field` names it. A document without a value is in no range. Dates are numbers
    of the form yyyymmdd, with zeros for what is not known.
    """

    field: str
    low: float | None
    high: float | None


@dataclass(frozen=True)
class And:
    """Documents that match every clause; at least one clause."""

    clauses: tuple[Query, ...]


@dataclass(frozen=True)
class Or:
    """Documents that match any clause; at least one clause."""

    clauses: tuple[Query, ...]


@dataclass(frozen=True)
class AnyReading:
    """Documents that match any of the readings of one word; scored by the best of them."""

    clauses: tuple[Query, ...]


@dataclass(frozen=True)
class Weighted:
    """A clause that counts for more or less than as it stands."""

    clause: Query
    weight: float


@dataclass(frozen=True)
class Synonyms:
    """Documents that hold any of the forms of one thing; each form is a term, a phrase or an `AnyReading` of these."""

    forms: tuple[Weighted, ...]


@dataclass(frozen=True)
class Boosted:
    """Documents of the clause, those that match the boosts as well above the others."""

    clause: Query
    boosts: tuple[Weighted, ...]


@dataclass(frozen=True)
class AtLeast:
    """Documents that match `minimum` of the clauses or more."""

    minimum: int
    clauses: tuple[Query, ...]


@dataclass(frozen=True)
class Not:
    """Documents that do not match the clause."""

    clause: Query


@dataclass(frozen=True)
class Everything:
    """Every document."""


@dataclass(frozen=True)
class Nothing:
    """No document."""


Query = Union[
    Term,
    Phrase,
    Value,
    Identity,
    Pattern,
    Near,
    Range,
    And,
    Or,
    AnyReading,
    Synonyms,
    Weighted,
    Boosted,
    AtLeast,
    Not,
    Everything,
    Nothing,
]


def leaves(query: Query) -> tuple[Term | Phrase | Pattern, ...]:
    """What a match may be shown by, in order; what stands under `Not` is left out."""
    if isinstance(query, (Term, Phrase, Pattern)):
        return (query,)
    if isinstance(query, Near):
        return tuple(Phrase(query.fields, query.channel, part) for part in query.parts)
    if isinstance(query, (And, Or, AnyReading, AtLeast)):
        return tuple(leaf for clause in query.clauses for leaf in leaves(clause))
    if isinstance(query, Synonyms):
        return tuple(leaf for form in query.forms for leaf in leaves(form.clause))
    if isinstance(query, (Weighted, Boosted)):
        return leaves(query.clause)
    return ()
