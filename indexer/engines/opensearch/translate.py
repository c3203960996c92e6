"""Query trees as OpenSearch's queries.

`matching` gives the documents of a node, `scoring` its scores as well, as `indexer.search.query` means both. A term's
frequency in a field is what the index's similarity gives; scripts set it against the length of the field, weigh it, and
bring the sum of all fields to saturation (`indexer.search.ranking`).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Union

from indexer.analysis import Channel, TermAt, may_stack
from indexer.engines.opensearch.mapping import GAP, ID_FIELD, length_field, shortened, term, text_field, value
from indexer.errors import RequestError
from indexer.schema import BY_NAME, Kind
from indexer.search.query import (
    And,
    AnyReading,
    AtLeast,
    Boosted,
    Everything,
    Identity,
    Near,
    Not,
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
from indexer.search.ranking import Settings, idf

Dsl = dict[str, Any]
"""A query as JSON."""
Counted = Union[Term, Synonyms]
"""What has a document frequency."""

ALL: Dsl = {"match_all": {}}
NONE: Dsl = {"match_none": {}}
GRID = 1e6
"""Scores are rounded to parts of one in so many, so that sums taken in another order tie where they should."""
MOST_OVERLAPPING = 6
"""Different parts of a `Near` that may overlap one another; the search core gives no more parts than these."""

MOST_WIDTH = 64
"""Positions of a `Near` that a script counts: a cluster compiles one for each number of them, and keeps a hundred."""

Part = tuple[TermAt, ...]
"""Of a `Near`: a phrase."""


class Statistics:
    """What is known of a whole generation."""

    def __init__(
        self, documents: int, mean_lengths: Mapping[str, float], frequencies: Mapping[Counted, int] | None = None
    ) -> None:
        self.documents = documents
        self.mean_lengths = mean_lengths
        """Of the documents that have it, by length field; one that no document has is missing."""
        self.frequencies = frequencies or {}

    def idf(self, counted: Counted) -> float:
        """Of a term or synonyms, whose frequency is known."""
        return idf(self.documents, self.frequencies[counted])


def is_scored(query: Query) -> bool:
    """Whether documents of a query can have a score other than 0."""
    if isinstance(query, (And, Or, AtLeast, AnyReading)):
        return any(map(is_scored, query.clauses))
    if isinstance(query, Weighted):
        return is_scored(query.clause)
    if isinstance(query, Boosted):
        return any(map(is_scored, (query.clause, *query.boosts)))
    return isinstance(query, (Term, Phrase, Synonyms, Pattern))


def counted(query: Query) -> Iterator[Counted]:
    """Whose document frequencies the scores of a query need; some may be named more than once."""
    if isinstance(query, (Term, Synonyms)):
        yield query
    elif isinstance(query, Phrase):
        for one in query.terms:
            yield Term(query.fields, query.channel, one.text)
    elif isinstance(query, (And, Or, AtLeast, AnyReading)):
        for clause in query.clauses:
            yield from counted(clause)
    elif isinstance(query, Weighted):
        yield from counted(query.clause)
    elif isinstance(query, Boosted):
        for clause in (query.clause, *query.boosts):
            yield from counted(clause)


def matching(query: Query) -> Dsl:
    """The documents of a query, without scores.

    Raises:
        RequestError: it asks for more than can be asked of a cluster.
    """
    if isinstance(query, Term):
        return any_of({"term": {text_field(field, query.channel): term(query.text)}} for field in query.fields)
    if isinstance(query, Phrase):
        return any_of(_phrase(text_field(field, query.channel), query.terms) for field in query.fields)
    if isinstance(query, Pattern):
        return any_of({"wildcard": {text_field(field, query.channel): _wildcard(query)}} for field in query.fields)
    if isinstance(query, Near):
        return any_of(_near(text_field(field, query.channel), query) for field in query.fields)
    if isinstance(query, And):
        return {
            "bool": {
                "filter": [matching(one) for one in query.clauses if not isinstance(one, Not)] or [ALL],
                "must_not": [matching(one.clause) for one in query.clauses if isinstance(one, Not)],
            }
        }
    if isinstance(query, (Or, AnyReading)):
        return any_of(_merged(map(matching, query.clauses)))
    if isinstance(query, Synonyms):
        return any_of(matching(form.clause) for form in query.forms)
    if isinstance(query, AtLeast):
        return at_least(query.minimum, list(map(matching, query.clauses)))
    if isinstance(query, (Weighted, Boosted)):
        return matching(query.clause)
    if isinstance(query, Not):
        return none_of([matching(query.clause)])
    return _exact(query)


def _exact(query: Query) -> Dsl:
    """The documents of a node that speaks of values."""
    if isinstance(query, Value):
        return value_query(query.field, query.value)
    if isinstance(query, Identity):
        return {"term": {ID_FIELD: shortened(value(query.record_id))}}
    if isinstance(query, Range):
        bounds = {"gte": query.low, "lte": query.high}
        given = {name: bound for name, bound in bounds.items() if bound is not None and math.isfinite(bound)}
        if query.low == math.inf or query.high == -math.inf:
            return NONE
        return {"range": {query.field: given}} if given else {"exists": {"field": query.field}}
    return ALL if isinstance(query, Everything) else NONE


def value_query(field: str, wanted: str) -> Dsl:
    """Documents with a folded value."""
    if BY_NAME[field.partition("@")[0]].kind is Kind.VALUE:
        return {"term": {field: value(wanted)}}
    return {"term": {field: int(wanted)}} if wanted.isdecimal() and len(wanted) < 18 else NONE


def any_of(queries: Iterable[Dsl]) -> Dsl:
    """The documents of any of some queries; scored, the sum of those that match."""
    found = list(queries)
    if len(found) == 1:
        return found[0]
    return {"bool": {"should": found, "minimum_should_match": 1}} if found else NONE


def _merged(queries: Iterable[Dsl]) -> Iterator[Dsl]:
    """Some queries, of which those for a value of one field are one, however many there are."""
    values: dict[str, list[Any]] = {}
    for query in queries:
        if "term" in query:
            ((field, wanted),) = query["term"].items()
            values.setdefault(field, []).append(wanted)
        else:
            yield query
    for field, wanted in values.items():
        yield {"term": {field: wanted[0]}} if len(wanted) == 1 else {"terms": {field: wanted}}


def at_least(minimum: int, queries: Sequence[Dsl]) -> Dsl:
    """The documents of so many queries."""
    if minimum > len(queries):
        return NONE
    return {"bool": {"should": list(queries), "minimum_should_match": max(minimum, 1)}}


def none_of(queries: Sequence[Dsl]) -> Dsl:
    """The documents of no query."""
    return {"bool": {"filter": [ALL], "must_not": list(queries)}}


def _wildcard(query: Pattern) -> Dsl:
    parts = ("".join(part) for _, part in itertools.groupby(query.text, key=lambda one: one in "*?"))
    return {"value": "".join(part if part[0] in "*?" else term(part).replace("\\", "\\\\") for part in parts)}


def _variants(terms: Sequence[TermAt]) -> list[list[TermAt]]:
    """A phrase as phrases of one term at each of its places, which together hold all of its terms."""
    by_offset: dict[int, list[TermAt]] = {}
    for one in dict.fromkeys(terms):
        by_offset.setdefault(one.offset, []).append(one)
    deepest = max(map(len, by_offset.values()))
    return [[stack[min(level, len(stack) - 1)] for _, stack in sorted(by_offset.items())] for level in range(deepest)]


def _text(terms: Sequence[TermAt]) -> str:
    """Terms at ascending places as the index's analyzer reads them."""
    pieces = [term(terms[0].text)]
    for before, one in itertools.pairwise(terms):
        pieces += [GAP] * (one.offset - before.offset - 1)
        pieces.append(term(one.text))
    return " ".join(pieces)


def _phrase(field: str, terms: Sequence[TermAt]) -> Dsl:
    """A phrase in one field, scored by its frequency times `_times`."""
    variants = _variants(terms)
    if len(variants) == 1:
        return {"match_phrase": {field: _text(variants[0])}}
    found = _spans(field, variants[0])
    for other in variants[1:]:
        # Both are as long as the phrase, so that one lies within the other only where they stand at the same place.
        found = {"span_within": {"little": found, "big": _spans(field, other)}}
    return found


def _times(terms: Sequence[TermAt]) -> int:
    """How often a phrase's frequency is added up: the similarity is asked once for each term that the query sees."""
    variants = _variants(terms)
    return len(variants[0]) if len(variants) == 1 else len({term(one.text) for one in terms})


def _spans(field: str, terms: Sequence[TermAt]) -> Dsl:
    clauses: list[Dsl] = [{"span_term": {field: term(terms[0].text)}}]
    for before, one in itertools.pairwise(terms):
        if (gap := one.offset - before.offset - 1) > 0:
            clauses.append({"span_gap": {field: gap}})
        clauses.append({"span_term": {field: term(one.text)}})
    return {"span_near": {"clauses": clauses, "slop": 0, "in_order": True}} if len(clauses) > 1 else clauses[0]


def _near(field: str, query: Near) -> Dsl:
    """The parts in any order that lets none overlap another.

    Of a rule of parts in any order OpenSearch knows no other way to keep them apart than to name all orders, of which
    there are 720 of six parts. So only those are named of parts that may overlap at all.
    """
    groups = _overlapping(query.channel, query.parts)
    width = query.gap + sum(max(term.offset for term in part) + 1 for part in query.parts)
    alone = all(len(group) == 1 for group in groups)
    if len(groups) == 1 or not (alone or width <= MOST_WIDTH):
        return {"intervals": {field: _in_all_orders(query.parts, query.gap)}}
    rule: Dsl = {"mode": "unordered"}
    if alone:
        rule |= {"max_gaps": query.gap, "intervals": [_interval(part) for (part,) in groups]}
    else:
        # What lies in the gaps of a group is no gap, so that not their number tells, but the width of the whole.
        rule |= {"intervals": [_in_all_orders(group) for group in groups]}
        rule |= {"filter": {"script": {"source": f"interval.end - interval.start < {width}"}}}
    return {"intervals": {field: {"all_of": rule}}}


def _in_all_orders(parts: Sequence[Part], gap: int = -1) -> Dsl:
    if len(parts) == 1:
        return _interval(parts[0])
    if len(set(parts)) > MOST_OVERLAPPING:
        raise RequestError(
            f"{len(set(parts))} words near each other that may overlap are more than a cluster is asked for; leave out "
            f"some, {MOST_OVERLAPPING} are the most"
        )
    rules: list[Dsl] = [
        {"all_of": {"mode": "ordered", "max_gaps": gap, "intervals": list(map(_interval, order))}}
        for order in sorted(set(itertools.permutations(parts)))
    ]
    return {"any_of": {"intervals": rules}} if len(rules) > 1 else rules[0]


def _overlapping(channel: Channel, parts: Iterable[Part]) -> list[list[Part]]:
    """Parts in groups, of which no part can overlap one of another."""
    groups: list[list[Part]] = []
    for part in parts:
        near = [group for group in groups if any(_may_overlap(channel, part, other) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([part, *itertools.chain.from_iterable(near)])
    return groups


def _may_overlap(channel: Channel, one: Part, other: Part) -> bool:
    # Of WORDS nobody says what may stand at one place, nor of any what stands in the gap of a phrase.
    if channel is Channel.WORDS or any(map(_has_gap, (one, other))):
        return True
    return any(may_stack(first.text, second.text) for first in one for second in other)


def _has_gap(part: Part) -> bool:
    offsets = {term.offset for term in part}
    return max(offsets) >= len(offsets)


def _interval(terms: Sequence[TermAt]) -> Dsl:
    """A phrase as a rule of intervals."""
    first, *others = ({"query": _text(variant), "mode": "ordered", "max_gaps": 0} for variant in _variants(terms))
    found: Dsl = {"match": first}
    for other in others:
        found = {"all_of": {"intervals": [found], "filter": {"contained_by": {"match": other}}}}
    return found


def _script(query: Dsl, source: str, **parameters: float) -> Dsl:
    return {
        "script_score": {
            "query": query,
            "script": {"lang": "expression", "source": source, "params": parameters},
        }
    }


def rounded(query: Dsl) -> Dsl:
    """With scores that tie where sums taken in another order should."""
    return _script(query, "floor(_score * grid + 0.5) / grid", grid=GRID)


def unscored(query: Dsl) -> Dsl:
    """With scores of 0."""
    return {"bool": {"filter": [query]}}


def _boosted(query: Dsl, weight: float) -> Dsl:
    """With scores times a weight."""
    ((kind, body),) = query.items()
    return {kind: {**body, "boost": weight * body.get("boost", 1.0)}}


class Scorer:
    """Scores of queries over a generation."""

    def __init__(self, statistics: Statistics, ranking: Settings) -> None:
        self._statistics = statistics
        self._ranking = ranking
        self._weights = dict(ranking.weights)

    def scoring(self, query: Query) -> Dsl:
        """The documents of a query with their scores; the frequencies of what is `counted` in it must be known."""
        if not is_scored(query):
            return unscored(matching(query))
        if isinstance(query, (Term, Synonyms)):
            return self._saturated(self._occurrences(query), self._statistics.idf(query))
        if isinstance(query, Phrase):
            each = (self._statistics.idf(Term(query.fields, query.channel, one.text)) for one in query.terms)
            return self._saturated(self._occurrences(query), sum(each))
        if isinstance(query, Pattern):
            return {"constant_score": {"filter": matching(query), "boost": 1.0}}
        if isinstance(query, And):
            return self._and(query)
        if isinstance(query, Or):
            return any_of(map(self.scoring, query.clauses))
        if isinstance(query, AnyReading):
            return _best(list(map(self.scoring, query.clauses)))
        if isinstance(query, AtLeast):
            return at_least(query.minimum, list(map(self.scoring, query.clauses)))
        if isinstance(query, Weighted):
            return _boosted(self.scoring(query.clause), query.weight)
        if isinstance(query, Boosted):
            boosts = [self.scoring(boost) for boost in query.boosts if is_scored(boost)]
            return {"bool": {"must": [self.scoring(query.clause)], "should": boosts, "minimum_should_match": 0}}
        raise TypeError(f"{query!r} has no score")

    def _and(self, query: And) -> Dsl:
        parts: dict[str, list[Dsl]] = {"must": [], "filter": [], "must_not": []}
        for one in query.clauses:
            if isinstance(one, Not):
                parts["must_not"].append(matching(one.clause))
            elif is_scored(one):
                parts["must"].append(self.scoring(one))
            else:
                parts["filter"].append(matching(one))
        return {"bool": parts}

    def _saturated(self, query: Dsl, rarity: float) -> Dsl:
        if query is NONE:
            return NONE
        return _script(query, "idf * _score / (k1 + _score)", idf=rarity, k1=self._ranking.k1)

    def _occurrences(self, form: Query) -> Dsl:
        """The documents of a form, scored by how often it occurs: weighted by field, normalised by length."""
        if isinstance(form, Term):
            return any_of(
                self._normalised({"term": {text_field(field, form.channel): term(form.text)}}, field, form.channel)
                for field in self._held(form)
            )
        if isinstance(form, Phrase):
            times = _times(form.terms)
            return any_of(
                self._normalised(_phrase(text_field(field, form.channel), form.terms), field, form.channel, times)
                for field in self._held(form)
            )
        if isinstance(form, AnyReading):
            return _best(list(map(self._occurrences, form.clauses)))
        if isinstance(form, Synonyms):
            return any_of(_boosted(self._occurrences(one.clause), one.weight) for one in form.forms)
        raise TypeError(f"a form is a term, a phrase or an AnyReading of these, not {form!r}")

    def _held(self, form: Term | Phrase) -> list[str]:
        """The fields of a form that any document has."""
        return [field for field in form.fields if length_field(field, form.channel) in self._statistics.mean_lengths]

    def _normalised(self, query: Dsl, field: str, channel: Channel, times: int = 1) -> Dsl:
        length = length_field(field, channel)
        return _script(
            query,
            f"weight * _score / (base + slope * doc['{length}'].value)",
            weight=self._weights[field] / times,
            base=1 - self._ranking.b,
            slope=self._ranking.b / self._statistics.mean_lengths[length],
        )


def _best(queries: list[Dsl]) -> Dsl:
    """The documents of any of some queries, by the best of their scores."""
    if len(queries) == 1:
        return queries[0]
    return {"dis_max": {"queries": queries, "tie_breaker": 0.0}}
