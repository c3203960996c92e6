"""What a query matches and how it scores, worked out from Whoosh's own matchers with sets, in the plainest way.

It shares nothing with the compiled evaluation but the files: Whoosh's reader of several segments walks through the
postings one by one.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache, lru_cache

import numpy as np
from whoosh.reading import IndexReader

from indexer import schema
from indexer.analysis import Channel, TermAt
from indexer.engines.whoosh.mapping import MISSING_INTEGER, text_field
from indexer.search.query import (
    And,
    AnyReading,
    AtLeast,
    Boosted,
    Everything,
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
from indexer.search.ranking import DEFAULT, idf

Scored = dict[int, float]
"""By document."""
WEIGHTS = dict(DEFAULT.weights)


class PostingsOracle:
    """Evaluates query trees through a Whoosh reader."""

    def __init__(self, reader: IndexReader) -> None:
        self._reader = reader
        self.live = frozenset(reader.all_doc_ids())
        self.positions = lru_cache(maxsize=None)(self._positions)
        self.mean = lru_cache(maxsize=None)(self._mean)

    def _positions(self, field: str, text: str) -> dict[int, list[int]]:
        """Where a term stands, by living document."""
        found = {}
        if (field, text.encode()) in self._reader:
            matcher = self._reader.postings(field, text.encode())
            while matcher.is_active():
                if matcher.supports("positions"):
                    found[matcher.id()] = sorted(set(matcher.value_as("positions")))
                else:
                    found[matcher.id()] = [0]
                matcher.next()
        return found

    def _length(self, document: int, field: str) -> int:
        return int(self._reader.doc_field_length(document, field))

    def _mean(self, field: str) -> float:
        held = [length for document in self.live if (length := self._length(document, field))]
        return sum(held) / len(held) if held else 1.0

    def evaluate(self, query: Query) -> Scored:
        """The documents that match, with their scores."""
        if isinstance(query, (Term, Phrase)):
            return self._saturated(self._occurrences(query), self._rarity(query))
        if isinstance(query, Synonyms):
            sums: Scored = defaultdict(float)
            for form in query.forms:
                for document, weight in self._occurrences(form.clause).items():
                    sums[document] += form.weight * weight
            return self._saturated(sums, idf(len(self.live), len(sums)))
        if isinstance(query, Pattern):
            return dict.fromkeys(self._pattern(query), 1.0)
        if isinstance(query, And):
            return self._at_least(query.clauses, len(query.clauses))
        if isinstance(query, Or):
            return self._at_least(query.clauses, 1)
        if isinstance(query, AtLeast):
            return self._at_least(query.clauses, query.minimum)
        if isinstance(query, AnyReading):
            return _best(self.evaluate(clause) for clause in query.clauses)
        if isinstance(query, Weighted):
            return {document: score * query.weight for document, score in self.evaluate(query.clause).items()}
        if isinstance(query, Boosted):
            found = dict(self.evaluate(query.clause))
            for boost in query.boosts:
                for document, score in self.evaluate(boost.clause).items():
                    if document in found:
                        found[document] += boost.weight * score
            return found
        return dict.fromkeys(self._unscored(query), 0.0)

    def _unscored(self, query: Query) -> Iterable[int]:
        if isinstance(query, Value):
            return self.positions(query.field, query.value)
        if isinstance(query, Not):
            return self.live - self.evaluate(query.clause).keys()
        if isinstance(query, Everything):
            return self.live
        if isinstance(query, Range):
            values = self.column(query.field)
            low, high = query.low, query.high
            return [
                document
                for document, value in values.items()
                if (low is None or value >= low) and (high is None or value <= high)
            ]
        if isinstance(query, Near):
            return {
                document for field in query.fields for document in self._near(query, text_field(field, query.channel))
            }
        return ()

    def column(self, name: str) -> dict[int, float]:
        """The numbers of a column, by living document that has one."""
        values = self._reader.column_reader(name, translate=False)
        numbers = {document: float(values[document]) for document in self.live}
        return {
            document: number
            for document, number in numbers.items()
            if not np.isnan(number) and number != MISSING_INTEGER
        }

    def _at_least(self, clauses: tuple[Query, ...], minimum: int) -> Scored:
        sums: Scored = defaultdict(float)
        held: dict[int, int] = defaultdict(int)
        for clause in clauses:
            for document, score in self.evaluate(clause).items():
                sums[document] += score
                held[document] += 1
        return {document: score for document, score in sums.items() if held[document] >= minimum}

    def _saturated(self, found: Scored, rarity: float) -> Scored:
        return {document: rarity * weight / (DEFAULT.k1 + weight) for document, weight in found.items()}

    def _rarity(self, leaf: Term | Phrase) -> float:
        terms = [leaf.text] if isinstance(leaf, Term) else [term.text for term in leaf.terms]
        total = 0.0
        for text in terms:
            held = set().union(*(self.positions(text_field(field, leaf.channel), text) for field in leaf.fields))
            total += idf(len(self.live), len(held))
        return total

    def _occurrences(self, form: Query) -> Scored:
        if isinstance(form, AnyReading):
            return _best(self._occurrences(clause) for clause in form.clauses)
        assert isinstance(form, (Term, Phrase))
        terms = (TermAt(form.text, 0),) if isinstance(form, Term) else form.terms
        sums: Scored = defaultdict(float)
        for name in form.fields:
            field = text_field(name, form.channel)
            for document, starts in self._starts(field, terms).items():
                share = self._length(document, field) / self.mean(field)
                sums[document] += WEIGHTS[name] * len(starts) / (1 - DEFAULT.b + DEFAULT.b * share)
        return dict(sums)

    def _starts(self, field: str, terms: tuple[TermAt, ...]) -> dict[int, set[int]]:
        rows = [
            {
                document: {position - term.offset for position in positions}
                for document, positions in self.positions(field, term.text).items()
            }
            for term in terms
        ]
        documents = set(rows[0]).intersection(*rows[1:])
        found = {document: set.intersection(*(row[document] for row in rows)) for document in documents}
        return {document: starts for document, starts in found.items() if starts}

    def _near(self, query: Near, field: str) -> Iterable[int]:
        parts = [self._starts(field, part) for part in query.parts]
        widths = [max(term.offset for term in part) + 1 for part in query.parts]
        for document in set(parts[0]).intersection(*parts[1:]):
            for starts in itertools.product(*(part[document] for part in parts)):
                taken = [range(start, start + width) for start, width in zip(starts, widths, strict=True)]
                positions = [position for one in taken for position in one]
                free = max(positions) - min(positions) + 1 - len(positions)
                if len(set(positions)) == len(positions) and free <= query.gap:
                    yield document
                    break

    def _pattern(self, query: Pattern) -> set[int]:
        wanted = re.compile("".join({"*": ".*", "?": "."}.get(one, re.escape(one)) for one in query.text), re.DOTALL)
        return {
            document
            for name in query.fields
            for text in self._terms(name, query.channel)
            if wanted.fullmatch(text)
            for document in self.positions(text_field(name, query.channel), text)
        }

    @cache  # noqa: B019 - lives as long as its test
    def _terms(self, name: str, channel: Channel) -> list[str]:
        return [text.decode() for text in self._reader.lexicon(text_field(name, channel))]

    def facet(self, name: str, documents: Iterable[int]) -> dict[str, int]:
        """The values of documents as their terms have them, with how many have each."""
        among = set(documents)
        counts = {}
        valued: set[int] = set()
        for text in self._reader.lexicon(name):
            held = self.positions(name, text.decode()).keys() & among
            valued |= held
            if held:
                counts[text.decode()] = len(held)
        if among - valued:
            counts[schema.fold_value("unknown")] = len(among - valued)
        return counts


def _best(parts: Iterable[Scored]) -> Scored:
    best: Scored = {}
    for part in parts:
        for document, score in part.items():
            best[document] = max(score, best.get(document, 0.0))
    return best
