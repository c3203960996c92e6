"""The queries: drawn from a corpus by document frequency, by a seed, in the proportions of the table below.

A query is words that stand as tokens in the index, so that no system has to analyse anything. Words of one document
make the conjunctions and phrases, so that these find something; words of the vocabulary make the rest.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from enum import Enum
from typing import TypeVar

import msgspec

from benchmarking.ready import LANGUAGES, Ready, Vocabulary, Word

T = TypeVar("T")


class Kind(str, Enum):
    """How a query's words are joined."""

    TERM = "term"
    AND = "and"
    OR = "or"
    PHRASE = "phrase"
    PREFIX = "prefix"


class Narrowing(msgspec.Struct, frozen=True, omit_defaults=True):
    """What filters a query: values of a facet in union, facets in intersection."""

    quartiles: tuple[str, ...] = ()
    years: tuple[int, int] | None = None
    journals: tuple[str, ...] = ()

    def facets(self) -> tuple[str, ...]:
        """The facets in which something is chosen."""
        chosen = {"journal": self.journals, "quartile": self.quartiles, "year": self.years}
        return tuple(name for name, choice in chosen.items() if choice)

    def without(self, facet: str) -> Narrowing:
        """The filters of the other facets."""
        return msgspec.structs.replace(
            self,
            quartiles=() if facet == "quartile" else self.quartiles,
            years=None if facet == "year" else self.years,
            journals=() if facet == "journal" else self.journals,
        )


class MixQuery(msgspec.Struct, frozen=True):
    """A query of the mix."""

    kind: Kind
    band: str
    """Of its words: rare, medium, frequent; `any` where they are drawn without regard to it."""
    language: str
    words: tuple[str, ...]
    """Tokens; of a prefix, its characters."""
    surfaces: tuple[str, ...]
    """The words as a person would type them."""
    narrowing: Narrowing = Narrowing()

    def classes(self) -> tuple[str, ...]:
        """The rows of a table under which it counts."""
        kind = "filter" if self.narrowing.facets() else self.kind.value
        band = () if self.band == "any" else (f"{self.band} words",)
        return ("whole mix", kind, *band, {"en": "English", "zh": "Chinese"}[self.language])


CLASSES = (
    *("whole mix", "term", "and", "or", "phrase", "prefix", "filter"),
    *("rare words", "medium words", "frequent words", "English", "Chinese"),
)

BANDS = {"rare": (0.0, 0.005), "medium": (0.005, 0.05), "frequent": (0.05, 1.0)}
"""Shares of the documents of a language that hold a word, from and up to."""


def draw(vocabulary: Vocabulary, of_each: int, seed: int) -> list[MixQuery]:
    """A mix: `of_each` queries for each cell of kind, number of words, band and language; shuffled.

    A language that the corpus does not have is left out.
    """
    rng = random.Random(seed)  # noqa: S311  nothing is secret here
    found: list[MixQuery] = []
    for language in LANGUAGES:
        if vocabulary.words[language]:
            drawn = _Drawn(vocabulary, language, rng)
            found += [query for _ in range(of_each) for query in drawn.one_of_each()]
    rng.shuffle(found)
    return found


class _Drawn:
    """Draws the queries of one language."""

    def __init__(self, vocabulary: Vocabulary, language: str, rng: random.Random) -> None:
        self._rng = rng
        self._language = language
        self._vocabulary = vocabulary
        self._fields = LANGUAGES[language]
        self._known = {word.text: word for word in vocabulary.words[language]}
        documents = vocabulary.in_language[language]
        self._bands = {name: self._between(low * documents, high * documents) for name, (low, high) in BANDS.items()}
        self._samples = [ready for ready in vocabulary.samples if any(name in ready.texts for name in self._fields)]

    def one_of_each(self) -> list[MixQuery]:
        """A query for each cell."""
        found: list[MixQuery | None] = []
        for band, words in self._bands.items():
            found.append(self._query(Kind.TERM, band, self._some(words, 1)))
            for length in range(2, 6):
                found.append(self._query(Kind.OR, band, self._some(words, length)))
                found.append(self._query(Kind.AND, band, self._together(words, length)))
        found += [self._phrase(2), self._phrase(3), self._prefix(), self._prefix()]
        narrowings = self._narrowings()
        for kind in (Kind.OR, Kind.AND):
            for narrowing in narrowings:
                words = [*self._bands["frequent"], *self._bands["medium"]]
                chosen = self._some(words, 2) if kind is Kind.OR else self._together(words, 2)
                found.append(self._query(kind, "any", chosen, narrowing))
        return [query for query in found if query is not None]

    def _between(self, low: float, high: float) -> list[Word]:
        """The words of a band; in a corpus too small to have any, all words."""
        words = list(self._known.values())
        return [word for word in words if low < word.documents <= high] or words

    def _some(self, words: Sequence[Word], count: int) -> list[Word]:
        return self._rng.sample(words, min(count, len(words)))

    def _together(self, words: Sequence[Word], count: int) -> list[Word]:
        """Words of a band that one document holds; fewer where none was met that holds so many."""
        wanted = {word.text for word in words}
        best: list[Word] = []
        for _ in range(20):
            held = {text for run in self._runs(self._rng.choice(self._samples)) for text in run} & wanted
            if len(held) > len(best):
                best = [self._known[text] for text in self._rng.sample(sorted(held), min(count, len(held)))]
            if len(best) == count:
                break
        return best

    def _runs(self, ready: Ready) -> list[list[str]]:
        return [ready.texts[name].split() for name in self._fields if name in ready.texts]

    def _phrase(self, length: int) -> MixQuery | None:
        for _ in range(50):
            run = self._rng.choice(self._runs(self._rng.choice(self._samples)))
            start = self._rng.randrange(max(1, len(run) - length + 1))
            words = [self._known.get(text) for text in run[start : start + length]]
            if len(words) == length and all(words):
                return self._query(Kind.PHRASE, "any", [word for word in words if word])
        return None

    def _prefix(self) -> MixQuery | None:
        length = 1 if self._language == "zh" else self._rng.choice([3, 4])
        long = [word for word in self._some(list(self._known.values()), 50) if len(word.text) > length]
        if not long:
            return None
        start = long[0].text[:length]
        return MixQuery(Kind.PREFIX, "any", self._language, (start,), (start,))

    def _narrowings(self) -> list[Narrowing]:
        journals = [name for name, _ in self._vocabulary.journals[:50]]
        first = self._rng.randint(1990, 2015)
        quartiles = tuple(sorted(self._rng.sample(["Q1", "Q2", "Q3", "Q4"], self._rng.randint(1, 2))))
        found = [Narrowing(quartiles=quartiles), Narrowing(quartiles=quartiles, years=(first, first + 8))]
        if journals:
            found.append(Narrowing(journals=tuple(self._rng.sample(journals, min(3, len(journals))))))
        return found

    def _query(
        self,
        kind: Kind,
        band: str,
        words: Sequence[Word],
        narrowing: Narrowing = Narrowing(),  # noqa: B008
    ) -> MixQuery | None:
        if not words:
            return None
        texts, surfaces = tuple(word.text for word in words), tuple(word.surface for word in words)
        return MixQuery(kind, band, self._language, texts, surfaces, narrowing)
