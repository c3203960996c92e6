"""Query trees -> documents and scores, as arrays over the whole generation.

Whoosh gives the postings; what they mean together is worked out on arrays: one node at a time, each as its ascending
document numbers with a score for each. Postings are read once and kept, up to a bound, since searches repeat their
words.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from whoosh.matching import Matcher
from whoosh.reading import IndexReader

from indexer.analysis import Channel, TermAt
from indexer.engines.whoosh.columns import Docs
from indexer.engines.whoosh.mapping import text_field
from indexer.search.query import (
    And,
    AnyReading,
    AtLeast,
    Boosted,
    Everything,
    Not,
    Or,
    Phrase,
    Query,
    Synonyms,
    Term,
    Value,
    Weighted,
)
from indexer.search.ranking import Settings, idf

Scores = npt.NDArray[np.float64]
CACHE_BYTES = 64 * 2**20
"""Postings kept in memory, at most."""


@dataclass(frozen=True)
class Matches:
    """Documents of a node, ascending, and their scores."""

    docs: Docs
    scores: Scores


@dataclass(frozen=True)
class Lengths:
    """The lengths of a field of all documents, in tokens, and their mean over documents that have the field."""

    of: npt.NDArray[np.float32]
    mean: float


class Postings:
    """The postings of a generation as arrays, read through Whoosh and cached. Safe to use from several threads."""

    def __init__(self, reader: IndexReader) -> None:
        self._leaves: list[tuple[IndexReader, int]] = [(leaf, offset) for leaf, offset in reader.leaf_readers()]
        self.size: int = reader.doc_count_all()
        self.lock = threading.Lock()
        """Held by whoever reads through Whoosh, which moves one position in each file for all threads."""
        self._cache: OrderedDict[tuple[str, str], Matches] = OrderedDict()
        self._cached_bytes = 0
        self._lengths: dict[str, Lengths] = {}
        self.live: Docs = np.fromiter(reader.all_doc_ids(), dtype=np.int64)

    def frequencies(self, field: str, text: str) -> Matches:
        """The documents of a term of a Whoosh field, with the term's frequency in each as the score."""
        key = (field, text)
        with self.lock:
            if (found := self._cache.get(key)) is not None:
                self._cache.move_to_end(key)
                return found
            docs: list[int] = []
            weights: list[float] = []
            for matcher, offset in self._matchers(field, text):
                while matcher.is_active():
                    docs.append(matcher.id() + offset)
                    weights.append(matcher.weight())
                    matcher.next()
            found = Matches(np.array(docs, dtype=np.int64), np.array(weights, dtype=np.float64))
            self._remember(key, found)
            return found

    def positions(self, field: str, text: str, docs: Docs) -> Iterator[npt.NDArray[np.int64]]:
        """The positions of a term in each of the documents, all of which hold it."""
        with self.lock:
            rows: list[npt.NDArray[np.int64]] = []
            for matcher, offset in self._matchers(field, text):
                for number in docs[np.searchsorted(docs, offset) :].tolist():
                    if matcher.is_active() and matcher.id() < number - offset:
                        matcher.skip_to(number - offset)
                    if not matcher.is_active():
                        break
                    if matcher.id() == number - offset:
                        rows.append(np.array(matcher.value_as("positions"), dtype=np.int64))
        return iter(rows)

    def lengths(self, field: str) -> Lengths:
        """The lengths of a Whoosh field."""
        with self.lock:
            if field not in self._lengths:
                of = np.zeros(self.size, dtype=np.float32)
                for leaf, offset in self._leaves:
                    if leaf.field_length(field):
                        read = leaf.doc_field_length
                        count = leaf.doc_count_all()
                        of[offset : offset + count] = [read(number, field) for number in range(count)]
                held = of[of > 0]
                self._lengths[field] = Lengths(of, float(held.mean()) if held.size else 1.0)
            return self._lengths[field]

    def _matchers(self, field: str, text: str) -> Iterator[tuple[Matcher, int]]:
        term = text.encode()
        for leaf, offset in self._leaves:
            if (field, term) in leaf:
                yield leaf.postings(field, term), offset

    def _remember(self, key: tuple[str, str], found: Matches) -> None:
        self._cache[key] = found
        self._cached_bytes += _bytes_of(found)
        while self._cached_bytes > CACHE_BYTES and len(self._cache) > 1:
            self._cached_bytes -= _bytes_of(self._cache.popitem(last=False)[1])


def _bytes_of(matches: Matches) -> int:
    # Rare terms are many: what Python keeps for an entry counts as well.
    return matches.docs.nbytes + matches.scores.nbytes + 500


class Evaluator:
    """Evaluates query trees over the postings of a generation."""

    def __init__(self, postings: Postings, ranking: Settings) -> None:
        self._postings = postings
        self._ranking = ranking
        self._weights = dict(ranking.weights)

    def evaluate(self, query: Query) -> Matches:
        """The live documents that match, and their scores."""
        if isinstance(query, (Term, Phrase)):
            return self._scored(query)
        if isinstance(query, Value):
            return _unscored(self._postings.frequencies(query.field, query.value).docs)
        if isinstance(query, And):
            return self._and(query.clauses)
        if isinstance(query, Or):
            return self._at_least(1, query.clauses)
        if isinstance(query, AtLeast):
            return self._at_least(query.minimum, query.clauses)
        if isinstance(query, AnyReading):
            return _best([self.evaluate(clause) for clause in query.clauses])
        if isinstance(query, Synonyms):
            return self._synonyms(query)
        if isinstance(query, Weighted):
            found = self.evaluate(query.clause)
            return Matches(found.docs, found.scores * query.weight)
        if isinstance(query, Boosted):
            return self._boosted(query)
        if isinstance(query, Not):
            return self._not(query)
        if isinstance(query, Everything):
            return _unscored(self._postings.live)
        return _unscored(np.empty(0, dtype=np.int64))

    def _scored(self, leaf: Term | Phrase) -> Matches:
        """BM25F of a term or a phrase; see `indexer.search.ranking`."""
        found = self._occurrences(leaf)
        if isinstance(leaf, Term):
            return self._saturated(found, idf(self._postings.live.size, found.docs.size))
        rarity = (
            sum(self._rarity(leaf.fields, leaf.channel, term.text) for term in leaf.terms) if found.docs.size else 0
        )
        return self._saturated(found, rarity)

    def _synonyms(self, query: Synonyms) -> Matches:
        """BM25F of several forms as one term."""
        parts = [self._occurrences(form.clause) for form in query.forms]
        weights = [form.weight for form in query.forms]
        docs, totals, _ = _summed(
            [part.docs for part in parts],
            [part.scores * weight for part, weight in zip(parts, weights, strict=True)],
        )
        return self._saturated(Matches(docs, totals), idf(self._postings.live.size, docs.size))

    def _boosted(self, query: Boosted) -> Matches:
        found = self.evaluate(query.clause)
        scores = found.scores.copy()
        for boost in query.boosts:
            other = self.evaluate(boost.clause)
            _, ours, theirs = np.intersect1d(found.docs, other.docs, assume_unique=True, return_indices=True)
            scores[ours] += boost.weight * other.scores[theirs]
        return Matches(found.docs, scores)

    def _saturated(self, found: Matches, rarity: float) -> Matches:
        return Matches(found.docs, rarity * found.scores / (self._ranking.k1 + found.scores))

    def _occurrences(self, form: Query) -> Matches:
        """The documents of a form, with how often it occurs in each: weighted by field, normalised by length."""
        if isinstance(form, AnyReading):
            return _best([self._occurrences(reading) for reading in form.clauses])
        if not isinstance(form, (Term, Phrase)):
            raise TypeError(f"a form is a term, a phrase or an AnyReading of these, not {form!r}")
        docs: list[Docs] = []
        weighted: list[Scores] = []
        b = self._ranking.b
        for name in form.fields:
            field = text_field(name, form.channel)
            found = (
                self._postings.frequencies(field, form.text)
                if isinstance(form, Term)
                else self._phrase(field, form.terms)
            )
            if found.docs.size:
                lengths = self._postings.lengths(field)
                docs.append(found.docs)
                weighted.append(
                    self._weights[name] * found.scores / (1 - b + b * lengths.of[found.docs] / lengths.mean)
                )
        if not docs:
            return _unscored(np.empty(0, dtype=np.int64))
        united, totals, _ = _summed(docs, weighted)
        return Matches(united, totals)

    def _rarity(self, fields: Sequence[str], channel: Channel, text: str) -> float:
        """The idf of one term over the fields."""
        found = [self._postings.frequencies(text_field(name, channel), text).docs for name in fields]
        return idf(self._postings.live.size, np.unique(np.concatenate(found)).size)

    def _phrase(self, field: str, terms: Sequence[TermAt]) -> Matches:
        """The documents in whose field the terms stand at their distances, and how often."""
        docs: Docs | None = None
        for found in sorted((self._postings.frequencies(field, term.text).docs for term in terms), key=len):
            docs = found if docs is None else np.intersect1d(docs, found, assume_unique=True)
            if not docs.size:
                return _unscored(docs)
        if docs is None:
            return _unscored(np.empty(0, dtype=np.int64))
        starts: list[npt.NDArray[np.int64]] | None = None
        for term in terms:
            here = [row - term.offset for row in self._postings.positions(field, term.text, docs)]
            starts = (
                here
                if starts is None
                else [
                    np.intersect1d(before, now, assume_unique=True) if before.size else before
                    for before, now in zip(starts, here, strict=True)
                ]
            )
        counts = np.array([row.size for row in starts or ()], dtype=np.float64)
        return Matches(docs[counts > 0], counts[counts > 0])

    def _and(self, clauses: Sequence[Query]) -> Matches:
        parts = [self.evaluate(clause) for clause in clauses if not isinstance(clause, Not)]
        without = [self.evaluate(clause.clause).docs for clause in clauses if isinstance(clause, Not)]
        docs = parts[0].docs if parts else self._postings.live
        for part in sorted(parts, key=lambda part: part.docs.size):
            docs = np.intersect1d(docs, part.docs, assume_unique=True)
        for excluded in without:
            docs = np.setdiff1d(docs, excluded, assume_unique=True)
        scores = np.zeros(docs.size)
        for part in parts:
            scores += part.scores[np.searchsorted(part.docs, docs)]
        return Matches(docs, scores)

    def _at_least(self, minimum: int, clauses: Sequence[Query]) -> Matches:
        parts = [self.evaluate(clause) for clause in clauses]
        docs, scores, held = _summed([part.docs for part in parts], [part.scores for part in parts])
        enough = held >= minimum
        return Matches(docs[enough], scores[enough])

    def _not(self, query: Not) -> Matches:
        excluded = self.evaluate(query.clause).docs
        return _unscored(np.setdiff1d(self._postings.live, excluded, assume_unique=True))


def _unscored(docs: Docs) -> Matches:
    return Matches(docs, np.zeros(docs.size))


def _summed(docs: Sequence[Docs], scores: Sequence[Scores]) -> tuple[Docs, Scores, npt.NDArray[np.intp]]:
    """The union of ascending document lists, the sum of the scores of each, and in how many lists it stands."""
    if len(docs) == 1:
        return docs[0], scores[0], np.ones(docs[0].size, dtype=np.intp)
    united, where = np.unique(np.concatenate(docs), return_inverse=True)
    sums: Scores = np.bincount(where, weights=np.concatenate(scores), minlength=united.size).astype(np.float64)
    return united, sums, np.bincount(where, minlength=united.size)


def _best(parts: Sequence[Matches]) -> Matches:
    """The union, with the best score of each document."""
    united, where = np.unique(np.concatenate([part.docs for part in parts]), return_inverse=True)
    best = np.zeros(united.size)
    np.maximum.at(best, where, np.concatenate([part.scores for part in parts]))
    return Matches(united, best)
