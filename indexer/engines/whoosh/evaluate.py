"""Query trees -> documents and scores, over the arrays of a generation.

A node is evaluated in each segment either whole or *within* documents that are given: a conjunction begins with the
clause that has the fewest postings and looks the others up for what is left, so that a rare word never makes us read a
frequent one's postings. Where all clauses are terms of the same fields, one loop does what there is to do for all of
them. Statistics (document frequencies, mean lengths) are those of the whole generation. What a leaf matches that was
evaluated whole and by itself is kept, up to a bound, since searches repeat their words; the loop for several terms
neither asks for that nor adds to it, and what it finds is the engine's to keep.

Every node of `indexer.search.query` is evaluated here. Queries of Whoosh's own run on Whoosh's searcher, which reads
the same files.
"""

from __future__ import annotations

import heapq
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Union

import numpy as np
import numpy.typing as npt

from indexer.analysis import Channel, TermAt
from indexer.engines.whoosh import kernels
from indexer.engines.whoosh.columnar.layout import NumericColumn
from indexer.engines.whoosh.mapping import ID_FIELD
from indexer.engines.whoosh.segments import (
    NO_DOCS,
    NO_SCORES,
    BoundedCache,
    Collection,
    Docs,
    Place,
    Places,
    Scores,
    Segment,
    Terms,
    frozen,
    index_names,
)
from indexer.errors import SearchTimeoutError
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

CACHE_BYTES = 64 * 2**20
"""Matches of leaves that are kept, at most."""
DENSE = 16
"""A union goes through an array of the segment's size where its parts hold more than this part of the documents."""
MERGE = 2
"""A union of sums is merged list by list where its parts, as often as they are gone through, are less than this part of
the documents of the segment and of the parts together."""
SEEK = 4
"""Within so many times more documents than it has postings, a term's postings are gone through, else the documents."""


@dataclass(frozen=True)
class Matches:
    """Documents of a node in a segment, and their scores."""

    docs: Docs
    scores: Scores | None
    """None where all are 0."""

    @property
    def nbytes(self) -> int:
        """Memory that they take, with that around arrays that were made for more."""
        return _memory(self.docs) + (_memory(self.scores) if self.scores is not None else 0) + 200


def _memory(array: npt.NDArray[Any]) -> int:
    """Bytes that are kept with an array: a loop gives the part of one that it needed, of what it had made room for."""
    base: Any = array.base
    if isinstance(base, np.ndarray) and base.flags.owndata:
        return int(base.nbytes)
    # What Numba has allocated; else it is mapped.
    return memoryview(base).nbytes if type(base).__name__ == "_MemInfo" else array.nbytes


NOTHING = Matches(NO_DOCS, NO_SCORES)
NO_PLACES: npt.NDArray[np.int64] = frozen(np.empty(0, dtype=np.int64))
Leaf = Union[Term, Phrase, Synonyms, Pattern]
LeafMatches = tuple[Matches, ...]
"""A leaf's, in each segment."""


def leaf_cache() -> BoundedCache[LeafMatches]:
    """What evaluators of one generation share."""
    return BoundedCache(CACHE_BYTES, lambda kept: sum(part.nbytes for part in kept))


def check_deadline(deadline: float | None) -> None:
    """Give up where it is over; see `Plan.deadline`."""
    if deadline is not None and time.monotonic() > deadline:
        raise SearchTimeoutError("the search takes longer than is allowed; ask for less, or for rarer words")


TOGETHER = 32
"""Terms that are looked up and summed together, at most: the deadline is not looked at meanwhile."""


class _Bag(NamedTuple):
    """Terms of the same fields, which are looked up and summed together."""

    fields: tuple[str, ...]
    channel: Channel
    texts: tuple[str, ...]
    factors: tuple[float, ...]
    """What the score of each is multiplied by, greater than 0."""


def _bag(clauses: Sequence[Query]) -> _Bag | None:
    """Clauses that are all terms of the same fields, weighted or not; None where they are not, or one, or too many."""
    if not 2 <= len(clauses) <= TOGETHER:
        return None
    terms = []
    factors = []
    for clause in clauses:
        term, factor = (clause.clause, clause.weight) if isinstance(clause, Weighted) else (clause, 1.0)
        if not isinstance(term, Term) or factor <= 0:
            return None
        terms.append(term)
        factors.append(factor)
    first = terms[0]
    if any(term.channel is not first.channel or term.fields != first.fields for term in terms):
        return None
    return _Bag(first.fields, first.channel, tuple([term.text for term in terms]), tuple(factors))


class PhrasePlaces(NamedTuple):
    """Where a phrase stands in the documents of one field that hold all of its terms."""

    field: int
    """Of the fields asked for."""
    docs: Docs
    counts: npt.NDArray[np.int64]
    """In how many places it stands in each document; 0 where the terms stand apart."""
    starts: npt.NDArray[np.int64]
    """The places of all documents, one after the other."""

    def among(self, docs: Docs) -> PhrasePlaces:
        """Those in some of the documents."""
        kept, _ = kernels.places(self.docs, docs)
        staying = np.zeros(self.docs.size, dtype=np.bool_)
        staying[kept] = True
        return PhrasePlaces(self.field, docs, self.counts[kept], self.starts[np.repeat(staying, self.counts)])


class Evaluator:
    """Evaluates query trees over a generation."""

    def __init__(
        self,
        collection: Collection,
        ranking: Settings,
        cache: BoundedCache[LeafMatches],
        deadline: float | None = None,
    ) -> None:
        self._collection = collection
        self._deadline = deadline
        self._ranking = ranking
        self._cache = cache

    def evaluate(self, query: Query) -> tuple[Matches, ...]:
        """The living documents that match, and their scores, in each segment."""
        return tuple(self._evaluate(query, number, None) for number in range(len(self._collection.segments)))

    def within(self, query: Query, number: int, docs: Docs) -> Matches:
        """Those of the documents of a segment that match."""
        return self._evaluate(query, number, docs)

    def _evaluate(self, query: Query, number: int, within: Docs | None) -> Matches:
        if within is not None and not within.size:
            return NOTHING
        check_deadline(self._deadline)
        if isinstance(query, Term):
            return self._term(query, number, within)
        if isinstance(query, Phrase):
            return self._phrase(query, number, within)
        if isinstance(query, (Synonyms, Pattern)):
            return _only(self._leaf(query)[number], within)
        if isinstance(query, And):
            return self._and(query.clauses, number, within)
        if isinstance(query, Boosted):
            return self._boosted(query, number, within)
        if isinstance(query, (Or, AtLeast, AnyReading)):
            return self._united(query, number, within)
        if isinstance(query, Weighted):
            found = self._evaluate(query.clause, number, within)
            return Matches(found.docs, None if found.scores is None else frozen(found.scores * query.weight))
        return Matches(self._unscored(query, number, within), None)

    def _unscored(self, query: Query, number: int, within: Docs | None) -> Docs:
        segment = self._collection.segments[number]
        if isinstance(query, (Value, Identity)):
            places = self._value_places(query, number).each()
            if not places:
                return NO_DOCS
            place = places[0]
            if within is not None:
                return frozen(kernels.intersect_range(within, segment.arrays.docs, place.begin, place.end))
            if segment.alive.size:
                return frozen(kernels.living(segment.arrays.docs, place.begin, place.end, segment.alive))
            return segment.arrays.docs[place.begin : place.end]
        if isinstance(query, Range):
            column = segment.arrays.columns.get(query.field)
            if not isinstance(column, NumericColumn):
                return NO_DOCS
            low = -math.inf if query.low is None else float(query.low)
            high = math.inf if query.high is None else float(query.high)
            candidates = segment.all_docs() if within is None else within
            return frozen(kernels.within_range(candidates, column.values, float(column.missing), low, high))
        if isinstance(query, Near):
            return self._near(query, number, within)
        if isinstance(query, Not):
            candidates = segment.all_docs() if within is None else within
            excluded = self._evaluate(query.clause, number, within).docs
            return frozen(candidates[kernels.subtract(candidates, excluded)])
        if isinstance(query, Everything):
            return segment.all_docs() if within is None else within
        return NO_DOCS

    def _value_places(self, query: Value | Identity, number: int) -> Places:
        if isinstance(query, Identity):
            return self._collection.places((ID_FIELD,), query.record_id)[number]
        return self._collection.places((query.field,), query.value)[number]

    def _leaf(self, query: Leaf) -> LeafMatches:
        """All matches of a leaf, kept."""
        key = (query, self._ranking)
        kept = self._cache.get(key)
        if kept is None:
            kept = tuple(map(_tight, self._whole_leaf(query)))
            self._cache.put(key, kept)
        return kept

    def _whole_leaf(self, query: Leaf) -> LeafMatches:
        segments = range(len(self._collection.segments))
        if isinstance(query, Pattern):
            return tuple(self._pattern(query, number) for number in segments)
        occurrences = [self._occurrences(query, number, None) for number in segments]
        if isinstance(query, Phrase):
            rarity = self._phrase_rarity(query)
        else:
            rarity = idf(self._collection.living, sum(found.docs.size for found in occurrences))
        return tuple(self._saturated(found, rarity) for found in occurrences)

    def _saturated(self, found: Matches, rarity: float) -> Matches:
        """BM25F of occurrences; see `indexer.search.ranking`."""
        if found.scores is None or not found.docs.size:
            return found
        scores = kernels.saturate(found.scores, rarity, self._ranking.k1, NO_SCORES, NO_PLACES)
        return Matches(found.docs, frozen(scores))

    def _phrase_rarity(self, query: Phrase) -> float:
        names = index_names(query.fields, query.channel)
        living = self._collection.living
        return sum(idf(living, self._collection.frequency(names, term.text)) for term in query.terms)

    def _term(self, query: Term, number: int, within: Docs | None) -> Matches:
        if within is None or self._is_read_whole(query, number, within):
            return _only(self._leaf(query)[number], within)
        return self._term_within(query, number, Matches(within, None))

    def _is_read_whole(self, query: Term, number: int, within: Docs) -> bool:
        """Whether all matches of a term are at hand, or soon, so that it is not looked up for each document."""
        places = self._places(query, number)
        return within.size > SEEK * places.postings or self._is_kept(query)

    def _places(self, term: Term, number: int) -> Places:
        return self._collection.places(index_names(term.fields, term.channel), term.text)[number]

    def _term_within(self, query: Term, number: int, found: Matches) -> Matches:
        """The documents found that hold a term, its score added to theirs."""
        names = index_names(query.fields, query.channel)
        docs, weights, kept = self._weigh_within(query, number, found.docs)
        rarity = idf(self._collection.living, self._collection.frequency(names, query.text))
        scores = NO_SCORES if found.scores is None else found.scores
        return _frozen(docs, kernels.saturate(frozen(weights), rarity, self._ranking.k1, scores, frozen(kept)))

    def _weigh_within(self, query: Term, number: int, docs: Docs) -> tuple[Any, Any, Any]:
        return kernels.weigh_within(docs, *self._weighing(query, number))

    def _weighing(self, term: Term, number: int) -> tuple[Any, ...]:
        """Where a term stands and what its occurrences count for, as `kernels.weigh` takes them."""
        return (self._places(term, number).rows, *self._weighing_of(term.fields, term.channel, number))

    def _weighing_of(self, fields: tuple[str, ...], channel: Channel, number: int) -> tuple[Any, ...]:
        """What the occurrences of any term of some fields count for, as `kernels.weigh` takes it behind its places."""
        arrays = self._collection.segments[number].arrays
        weights = self._collection.weights(fields, channel, self._ranking)[number]
        return (arrays.docs, arrays.freqs, arrays.big_postings, arrays.big_freqs, arrays.length_halves, *weights)

    def _is_kept(self, query: Leaf) -> bool:
        return self._cache.get((query, self._ranking)) is not None

    def _phrase(self, query: Phrase, number: int, within: Docs | None) -> Matches:
        if within is None or self._is_kept(query):
            return _only(self._leaf(query)[number], within)
        found = self._occurrences(query, number, within)
        return self._saturated(found, self._phrase_rarity(query)) if found.docs.size else NOTHING

    def _occurrences(self, form: Query, number: int, within: Docs | None) -> Matches:
        """The documents of a form, with how often it occurs in each: weighted by field, normalised by length."""
        if isinstance(form, Term):
            return self._term_occurrences(form, number, within)
        if isinstance(form, Phrase):
            return self._phrase_occurrences(form, number, within)
        segment = self._collection.segments[number]
        if isinstance(form, AnyReading):
            return _combined(segment, [self._occurrences(part, number, within) for part in form.clauses], best=True)
        if isinstance(form, Synonyms):
            parts = [self._occurrences(one.clause, number, within) for one in form.forms]
            return _combined(segment, parts, [one.weight for one in form.forms])
        raise TypeError(f"a form is a term, a phrase or an AnyReading of these, not {form!r}")

    def _term_occurrences(self, form: Term, number: int, within: Docs | None) -> Matches:
        if not self._places(form, number).postings:
            return NOTHING
        if within is not None:
            return _frozen(*self._weigh_within(form, number, within)[:2])
        asked = (*self._weighing(form, number), self._collection.segments[number].alive)
        return _frozen(*kernels.weigh(*asked))

    def _phrase_occurrences(self, form: Phrase, number: int, within: Docs | None) -> Matches:
        segment = self._collection.segments[number]
        united = NOTHING
        for field, docs, counts, _ in self._phrase_places(form, number, within):
            norms = self._collection.norms(form.fields[field], form.channel, self._ranking)
            lengths = segment.arrays.lengths[index_names(form.fields, form.channel)[field]]
            found = _frozen(*kernels.weigh_counted(docs, frozen(counts), lengths, norms))
            united = _sum_of(united, found)
        return united

    def _phrase_places(self, form: Phrase, number: int, within: Docs | None) -> list[PhrasePlaces]:
        """Where a phrase stands in each field in whose documents all of its terms do."""
        names = index_names(form.fields, form.channel)
        by_field: dict[int, list[tuple[TermAt, Place]]] = {}
        for term in form.terms:
            for place in self._collection.places(names, term.text)[number].each():
                by_field.setdefault(place.field, []).append((term, place))
        found = []
        for field in sorted(by_field):
            of_field = by_field[field]
            if len(of_field) < len(form.terms):
                continue
            of_field.sort(key=lambda pair: pair[1].end - pair[1].begin)
            docs = self._holding_all([place for _, place in of_field], number, within)
            if docs.size:
                found.append(PhrasePlaces(field, docs, *self._starts(of_field, docs, number)))
        return found

    def _holding_all(self, places: Sequence[Place], number: int, within: Docs | None) -> Docs:
        """The living documents that stand in all of the postings, the shortest of which come first."""
        segment = self._collection.segments[number]
        postings = segment.arrays.docs
        first = places[0]
        if within is not None:
            docs = kernels.intersect_range(within, postings, first.begin, first.end)
        else:
            docs = kernels.living(postings, first.begin, first.end, segment.alive)
        for place in places[1:]:
            docs = kernels.intersect_range(frozen(docs), postings, place.begin, place.end)
        return frozen(docs)

    def _starts(
        self, terms: Sequence[tuple[TermAt, Place]], docs: Docs, number: int
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        arrays = self._collection.segments[number].arrays
        counts, starts = kernels.phrase_starts(
            docs,
            frozen(np.array([place.term for _, place in terms], dtype=np.int64)),
            frozen(np.array([term.offset for term, _ in terms], dtype=np.int64)),
            arrays.docs,
            arrays.freqs,
            arrays.big_postings,
            arrays.big_freqs,
            arrays.posting_starts,
            arrays.positions,
            arrays.position_starts,
            arrays.skips,
            arrays.skip_starts,
        )
        return counts, starts

    def _near(self, query: Near, number: int, within: Docs | None) -> Docs:
        """See `indexer.search.query.Near`."""
        found: list[Docs] = []
        for field in query.fields:
            docs = within
            parts = [Phrase((field,), query.channel, part) for part in query.parts]
            found_of: dict[Phrase, PhrasePlaces] = {}
            # The rarest part first, so that the others are looked for in the fewest documents.
            for part in sorted(parts, key=lambda one: self._most(one, number)):
                if part not in found_of:
                    placed = self._phrase_places(part, number, docs)
                    docs = frozen(placed[0].docs[placed[0].counts > 0]) if placed else NO_DOCS
                    if not docs.size:
                        break
                    found_of[part] = placed[0]
            if docs is None or not docs.size:
                continue
            standing = [found_of[part].among(docs) for part in parts]
            firsts = np.cumsum([0, *(one.starts.size for one in standing)])[:-1]
            matched = kernels.near(
                frozen(np.stack([one.counts for one in standing])),
                frozen(np.concatenate([one.starts for one in standing])),
                frozen(firsts.astype(np.int64)),
                frozen(np.array([max(term.offset for term in part) + 1 for part in query.parts], dtype=np.int64)),
                query.gap,
            )
            found.append(docs[matched])
        if not found:
            return NO_DOCS
        return frozen(found[0] if len(found) == 1 else np.unique(np.concatenate(found)))

    def _pattern(self, query: Pattern, number: int) -> Matches:
        segment = self._collection.segments[number]
        arrays = segment.arrays
        literal = query.text.replace("?", "*").partition("*")[0].encode()
        wanted = np.frombuffer(query.text.encode(), dtype=np.uint8)
        terms = []
        for name in index_names(query.fields, query.channel):
            low, high = arrays.prefix_range(name, literal)
            if low == high:
                continue
            if query.text.encode() == literal + b"*":
                terms.append(np.arange(low, high, dtype=np.int64))
            else:
                terms.append(kernels.match_pattern(wanted, arrays.term_bytes, arrays.term_starts, low, high))
        if not terms:
            return NOTHING
        matching = frozen(np.concatenate(terms))
        sums, counts = segment.scratch()
        kernels.mark_terms(arrays.docs, arrays.posting_starts, matching, segment.alive, counts)
        docs, _ = kernels.take(sums, counts, 1)
        return Matches(frozen(docs), frozen(np.ones(docs.size)))

    def _and(self, clauses: Sequence[Query], number: int, within: Docs | None) -> Matches:
        wanted: list[Query] = [clause for clause in clauses if not isinstance(clause, Not)]
        found: Matches | None = None if within is None else Matches(within, None)
        if within is None and (bag := _bag(wanted)) is not None:
            wanted = []
            found = self._all_terms(bag, number)
        wanted.sort(key=lambda clause: self._most(clause, number))
        for clause in wanted:
            check_deadline(self._deadline)
            if found is not None and isinstance(clause, Term) and not self._is_read_whole(clause, number, found.docs):
                found = self._term_within(clause, number, found)
                if not found.docs.size:
                    return NOTHING
                continue
            part = self._evaluate(clause, number, None if found is None else found.docs)
            if not part.docs.size:
                return NOTHING
            if found is None or found.scores is None:
                found = part
            elif part.scores is None:
                found = _only(found, part.docs)
            else:
                found = Matches(part.docs, frozen(part.scores + _aligned(found, part.docs)))
        if found is None:
            found = Matches(self._collection.segments[number].all_docs(), None)
        for clause in clauses:
            if isinstance(clause, Not):
                excluded = self._evaluate(clause.clause, number, found.docs).docs
                kept = kernels.subtract(found.docs, excluded)
                scores = None if found.scores is None else frozen(found.scores[kept])
                found = Matches(frozen(found.docs[kept]), scores)
        return found

    def _boosted(self, query: Boosted, number: int, within: Docs | None) -> Matches:
        found = self._evaluate(query.clause, number, within)
        if not found.docs.size:
            return found
        scores = np.zeros(found.docs.size) if found.scores is None else found.scores.copy()
        for boost in query.boosts:
            other = self._evaluate(boost.clause, number, found.docs)
            if other.scores is not None:
                ours, theirs = kernels.places(found.docs, other.docs)
                scores[ours] += boost.weight * other.scores[theirs]
        return Matches(found.docs, frozen(scores))

    def _united(self, query: Or | AtLeast | AnyReading, number: int, within: Docs | None) -> Matches:
        if isinstance(query, Or) and within is None and (bag := _bag(query.clauses)) is not None:
            return self._any_term(bag, number)
        parts = [self._evaluate(clause, number, within) for clause in query.clauses]
        minimum = query.minimum if isinstance(query, AtLeast) else 1
        best = isinstance(query, AnyReading)
        return _combined(self._collection.segments[number], parts, minimum=minimum, best=best)

    def _any_term(self, bag: _Bag, number: int) -> Matches:
        """The documents that hold any of the terms of a bag."""
        terms, frequencies, rarities = self._looked_up(bag, number)
        segment = self._collection.segments[number]
        most = min(segment.living, sum(frequencies))
        weighing = self._weighing_of(bag.fields, bag.channel, number)
        asked: tuple[Any, ...] = (*terms, rarities, self._ranking.k1, most, *weighing, segment.alive)
        return _frozen(*kernels.sum_terms(*asked))

    def _all_terms(self, bag: _Bag, number: int) -> Matches:
        """The documents that hold all of the terms of a bag."""
        terms, frequencies, rarities = self._looked_up(bag, number)
        if not all(frequencies):
            return NOTHING
        segment = self._collection.segments[number]
        weighing = self._weighing_of(bag.fields, bag.channel, number)
        _, marks = segment.scratch()
        asked: tuple[Any, ...] = (*terms, rarities, self._ranking.k1, marks, *weighing, segment.alive)
        return _frozen(*kernels.match_all_terms(*asked))

    def _looked_up(self, bag: _Bag, number: int) -> tuple[Terms, tuple[int, ...], npt.NDArray[np.float64]]:
        """Where the terms of a bag stand in a segment, how many documents hold each, and what each is worth."""
        of_segments, frequencies = self._collection.terms(index_names(bag.fields, bag.channel), bag.texts)
        living = self._collection.living
        rarities = [factor * idf(living, frequency) for factor, frequency in zip(bag.factors, frequencies, strict=True)]
        return of_segments[number], frequencies, frozen(np.array(rarities))

    def _most(self, query: Query, number: int) -> int:
        """How many documents of a segment match, at most, or how many are looked at to know."""
        if isinstance(query, Term):
            return self._places(query, number).postings
        if isinstance(query, (Value, Identity)):
            return self._value_places(query, number).postings
        if isinstance(query, Phrase):
            return min(
                (self._most(Term(query.fields, query.channel, term.text), number) for term in query.terms), default=0
            )
        if isinstance(query, Near):
            return min(self._most(Phrase(query.fields, query.channel, part), number) for part in query.parts)
        if isinstance(query, And):
            return min(self._most(clause, number) for clause in query.clauses)
        if isinstance(query, (Or, AnyReading, AtLeast)):
            return sum(self._most(clause, number) for clause in query.clauses)
        if isinstance(query, Synonyms):
            return sum(self._most(form.clause, number) for form in query.forms)
        if isinstance(query, (Weighted, Boosted)):
            return self._most(query.clause, number)
        return self._collection.segments[number].size


def _frozen(docs: Docs, scores: Scores) -> Matches:
    return Matches(frozen(docs), frozen(scores))


def _tight(found: Matches) -> Matches:
    """Without the memory around arrays that were made for much more."""
    if _memory(found.docs) > 2 * found.docs.nbytes:
        return Matches(frozen(found.docs.copy()), None if found.scores is None else frozen(found.scores.copy()))
    return found


def _aligned(found: Matches, docs: Docs) -> Scores:
    """The scores of documents all of which are among those found."""
    if found.scores is None:
        return np.zeros(docs.size)
    if docs.size == found.docs.size:
        return found.scores
    ours, _ = kernels.places(found.docs, docs)
    return found.scores[ours]


def _only(found: Matches, within: Docs | None) -> Matches:
    """Those of the matches that are among some documents."""
    if within is None or within is found.docs:
        return found
    ours, _ = kernels.places(found.docs, within)
    if ours.size == found.docs.size:
        return found
    return Matches(frozen(found.docs[ours]), None if found.scores is None else frozen(found.scores[ours]))


def _sum_of(one: Matches, other: Matches) -> Matches:
    """The union of two, both scored, with the sums of their scores."""
    if not one.docs.size:
        return other
    if one.scores is None or other.scores is None or not other.docs.size:
        return one
    return _frozen(*kernels.sum_two(one.docs, one.scores, other.docs, other.scores))


def _summed(parts: Sequence[tuple[Matches, float]]) -> Matches:
    """The union of parts with the sums of their scores, the shortest two made one in turn."""
    waiting = [(part.docs.size, place, _times(part, factor)) for place, (part, factor) in enumerate(parts)]
    heapq.heapify(waiting)
    while len(waiting) > 1:
        _, place, one = heapq.heappop(waiting)
        _, _, other = heapq.heappop(waiting)
        both = _sum_of(one, other)
        heapq.heappush(waiting, (both.docs.size, place, both))
    return waiting[0][2]


def _times(found: Matches, factor: float) -> Matches:
    """With scores, all times a factor."""
    if found.scores is None:
        return Matches(found.docs, frozen(np.zeros(found.docs.size)))
    return found if factor == 1.0 else Matches(found.docs, frozen(factor * found.scores))


def _combined(
    segment: Segment, parts: Sequence[Matches], weights: Sequence[float] = (), *, minimum: int = 1, best: bool = False
) -> Matches:
    """The documents of `minimum` parts or more, with the sum or the best of their scores, each times its weight."""
    factors = list(weights) or [1.0] * len(parts)
    held = [(part, factor) for part, factor in zip(parts, factors, strict=True) if part.docs.size]
    if len(held) < minimum:
        return NOTHING
    if len(held) == 1:
        part, factor = held[0]
        scores = part.scores if part.scores is None or factor == 1.0 else frozen(factor * part.scores)
        return Matches(part.docs, scores)
    total = sum(part.docs.size for part, _ in held)
    if minimum == 1 and not best and (len(held) - 1).bit_length() * total < (segment.size + total) // MERGE:
        return _summed(held)
    if DENSE * total < segment.size:
        docs = np.concatenate([part.docs for part, _ in held])
        values = np.concatenate(
            [np.zeros(part.docs.size) if part.scores is None else factor * part.scores for part, factor in held]
        )
        order = np.argsort(docs, kind="stable")
        return _frozen(*kernels.reduce_sums(frozen(docs), frozen(values), frozen(order), minimum, best))
    sums, counts = segment.scratch()
    for part, factor in held:
        if part.scores is None:
            kernels.add_counted(part.docs, counts)
        elif best:
            kernels.add_best(part.docs, part.scores, factor, sums, counts)
        else:
            kernels.add_scored(part.docs, part.scores, factor, sums, counts)
    return _frozen(*kernels.take(sums, counts, minimum))
