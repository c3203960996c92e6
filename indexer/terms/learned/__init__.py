"""What a collection teaches about its own terms: abbreviations, translations in brackets, translations in titles.

`observed` finds what a record shows, `lessons` what a batch of records does, and `Learner` takes that of all records of
a build and yields concepts:

- `definitions`: abbreviations that an English abstract defines; source `ABBREVIATION`.
- `pairs`: Chinese terms beside their English; source `PARENTHESES`, or `ABBREVIATION` where the English is an
  abbreviation. Where the English abstract of the same record defines that abbreviation, it tells the long form.
- `translations`: words and phrases of Chinese and English titles that go together; source `TITLES`.
- `keywords`: author keywords in both languages, as many of one as of the other; source `KEYWORDS`.
- `words`: what counts as a word, and as the same word.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from indexer.record import Record
from indexer.terms.concept import Concept, Form, Role
from indexer.terms.learned.definitions import Definition, definitions
from indexer.terms.learned.keywords import KeywordPair, pairs_of
from indexer.terms.learned.pairs import Mention, decide, expected_length, mentions
from indexer.terms.learned.translations import (
    MOST_TITLES,
    Cut,
    CutTitles,
    cut_titles,
    mined,
    usual_case,
)
from indexer.terms.learned.words import folded

__all__ = [
    "ABBREVIATION",
    "KEYWORDS",
    "PARENTHESES",
    "SOURCES",
    "TITLES",
    "Learner",
    "Lessons",
    "Observed",
    "lessons",
    "observed",
]

ABBREVIATION = "abbreviation"
PARENTHESES = "parentheses"
TITLES = "titles"
KEYWORDS = "keywords"
SOURCES = (ABBREVIATION, PARENTHESES, TITLES, KEYWORDS)
"""The sources of learned concepts."""

MOST_KEPT = 400_000
"""Definitions, and English terms with mentions, that are kept; whenever there are more, those seen once are dropped."""
_MOST_MENTIONS = 64
"""Of one English term: they decide what the term is, those behind them are counted."""

_LEAST_CHINESE_ABBREVIATION = 2
"""Records that have a Chinese term with nothing but an abbreviation: of those seen once, a third is cut wrongly."""
_LEAST_GUESSED = 2
"""Records that have a Chinese term which was decided by its length alone."""
_RARE = 1 / 3
"""A Chinese term of an English one is left out where it has fewer mentions than this share of the most frequent one."""


class _Definitions:
    """How many records define an abbreviation so, and how they write it."""

    __slots__ = ("longs", "records", "shorts")

    def __init__(self) -> None:
        self.records = 0
        self.shorts: Counter[str] = Counter()
        self.longs: Counter[str] = Counter()


class _Mentioned:
    """What stands beside one English term."""

    __slots__ = ("mentions", "records")

    def __init__(self) -> None:
        self.records = 0
        self.mentions: list[Mention] = []


class _Abbreviated(NamedTuple):
    """An abbreviation with its long form, both folded."""

    short: str
    long: str


class Observed(msgspec.Struct, frozen=True, array_like=True):
    """What a record shows of terms."""

    definitions: tuple[Definition, ...]
    """Of its English abstract, one for each abbreviation."""
    mentions: tuple[Mention, ...]
    """Of its Chinese abstract, with the long forms that its English one defines."""
    titles: tuple[str, str] | None
    """In Chinese and in English, where it has both."""
    keywords: tuple[KeywordPair, ...]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Observed]).decode


@dataclass(frozen=True)
class Lessons:
    """What records show of terms, of those that show something. Can be pickled."""

    observed: bytes
    """As MessagePack, which takes a tenth of the time that Python takes to pickle it."""
    cut: tuple[Cut, Cut] | None
    """The words of their titles in Chinese and in English, each title once; None where they were not asked for."""


def lessons(records: Iterable[Record], *, titles: bool) -> Lessons:
    """What records show.

    Args:
        records: The records.
        titles: Whether to cut their titles; see `Learner.takes_titles`.
    """
    shown = [found for record in records if (found := observed(record))]
    chinese, english = _titles_of(shown)
    return Lessons(_encode(shown), (cut_titles(chinese), cut_titles(english)) if titles else None)


def _titles_of(shown: Iterable[Observed]) -> tuple[list[str], list[str]]:
    """The titles of records that have both, in Chinese and in English, each once."""
    both = [found.titles for found in shown if found.titles]
    return list(dict.fromkeys(title for title, _ in both)), list(dict.fromkeys(title for _, title in both))


def observed(record: Record) -> Observed | None:
    """What a record shows; None where it shows nothing."""
    defined = {definition.short: definition for definition in definitions(record.abstract_en or "")}
    mentioned: list[Mention] = []
    if record.abstract_zh:
        also = "\n".join((record.title_zh or "", *record.keywords))
        for mention in mentions(record.abstract_zh, also):
            if mention.english is None and mention.abbreviation in defined:
                mention = mention._replace(english=defined[mention.abbreviation].long)  # noqa: PLW2901
            mentioned.append(mention)
    titles = (record.title_zh, record.title_en) if record.title_zh and record.title_en else None
    keywords = tuple(pairs_of(record.keywords))
    if not (defined or mentioned or titles or keywords):
        return None
    return Observed(tuple(defined.values()), tuple(mentioned), titles, keywords)


class Learner:
    """Learns terms from the records of a build: `take` what each shows, or `take_lessons`, then ask for `concepts`.

    Memory is bounded: of titles the first `MOST_TITLES` that are in both languages are kept, of everything else what
    recurs (lossy counting, Manku and Motwani 2002).
    """

    def __init__(self) -> None:
        self._definitions: dict[_Abbreviated, _Definitions] = {}
        self._by_english: dict[str, _Mentioned] = {}
        self._by_abbreviation: dict[str, _Mentioned] = {}
        self._titles: dict[tuple[str, str], None] = {}
        self._cut = CutTitles(), CutTitles()
        self._keywords: Counter[tuple[str, str]] = Counter()
        self._written: dict[str, Counter[str]] = defaultdict(Counter)

    @property
    def takes_titles(self) -> bool:
        """Whether further titles are learned from."""
        return len(self._titles) < MOST_TITLES

    def take_lessons(self, lessons: Lessons) -> None:
        """`take` what records show."""
        shown = _decode(lessons.observed)
        if lessons.cut and self.takes_titles:
            for known, titles, cut in zip(self._cut, _titles_of(shown), lessons.cut, strict=True):
                known.take(titles, cut)
        for found in shown:
            self.take(found)

    def take(self, observed: Observed) -> None:
        """Note what a record teaches."""
        if observed.definitions:
            self._take_definitions(observed.definitions)
        if observed.mentions:
            self._take_mentions(observed.mentions)
        if observed.titles and self.takes_titles:
            self._titles[observed.titles] = None
        for pair in observed.keywords:
            english = folded(pair.english)
            self._keywords[pair.chinese, english] += 1
            self._written[english][pair.english] += 1
        if len(self._keywords) > MOST_KEPT:
            self._keywords = Counter({pair: count for pair, count in self._keywords.items() if count > 1})
            self._written = defaultdict(Counter, {english: self._written[english] for _, english in self._keywords})

    def concepts(self) -> Iterator[Concept]:
        """The concepts learned, those of each source together and strongest first."""
        yield from self._abbreviations()
        yield from self._parentheses()
        yield from self._from_titles()
        yield from self._from_keywords()

    def _take_definitions(self, found: Iterable[Definition]) -> None:
        seen: set[_Abbreviated] = set()
        for definition in found:
            pair = _Abbreviated(_short_key(definition.short), folded(definition.long))
            if pair not in seen:
                seen.add(pair)
                noted = self._definitions.setdefault(pair, _Definitions())
                noted.records += 1
                noted.shorts[definition.short] += 1
                noted.longs[definition.long] += 1
        if len(self._definitions) > MOST_KEPT:
            self._definitions = {pair: noted for pair, noted in self._definitions.items() if noted.records > 1}

    def _take_mentions(self, found: Iterable[Mention]) -> None:
        seen: set[tuple[str, str]] = set()
        for mention in found:
            if mention.english is not None:
                table, name = self._by_english, folded(mention.english)
            else:
                table, name = self._by_abbreviation, mention.abbreviation or ""
            # A term that a record explains twice is evidence once.
            if (name, mention.abbreviation or "") in seen:
                continue
            seen.add((name, mention.abbreviation or ""))
            noted = table.setdefault(name, _Mentioned())
            noted.records += 1
            if len(noted.mentions) < _MOST_MENTIONS:
                noted.mentions.append(mention)
        if len(self._by_english) + len(self._by_abbreviation) > MOST_KEPT:
            self._by_english = {name: noted for name, noted in self._by_english.items() if noted.records > 1}
            self._by_abbreviation = {name: noted for name, noted in self._by_abbreviation.items() if noted.records > 1}

    def _abbreviations(self) -> Iterator[Concept]:
        found = [
            Concept(
                (Form(usual_case(noted.longs), "en", Role.PREFERRED), _short(noted.shorts.most_common(1)[0][0])),
                ABBREVIATION,
                noted.records,
            )
            for noted in self._definitions.values()
        ]
        for name, noted in self._by_abbreviation.items():
            for chinese, records, _ in _usual(noted, expected_length(None, name)):
                if records >= _LEAST_CHINESE_ABBREVIATION:
                    forms = (Form(chinese, "zh", Role.PREFERRED), _short(name))
                    found.append(Concept(forms, ABBREVIATION, records))
        yield from _strongest_first(found)

    def _parentheses(self) -> Iterator[Concept]:
        found = []
        for noted in self._by_english.values():
            english = usual_case(Counter(mention.english for mention in noted.mentions if mention.english))
            short = Counter(mention.abbreviation for mention in noted.mentions if mention.abbreviation).most_common(1)
            for chinese, records, plain in _usual(noted, expected_length(english, None)):
                if plain or records >= _LEAST_GUESSED:
                    forms = [Form(english, "en", Role.PREFERRED), Form(chinese, "zh", Role.PREFERRED)]
                    forms += [_short(text) for text, _ in short]
                    found.append(Concept(tuple(forms), PARENTHESES, records))
        yield from _strongest_first(found)

    def _from_titles(self) -> Iterator[Concept]:
        for translation in mined(list(self._titles), self._cut):
            if translation.trusted:
                yield _both(translation.english, translation.chinese, TITLES, translation.evidence)

    def _from_keywords(self) -> Iterator[Concept]:
        found = []
        for (chinese, english), records in self._keywords.items():
            found.append(_both(usual_case(self._written[english]), chinese, KEYWORDS, records))
        yield from _strongest_first(found)


def _usual(noted: _Mentioned, expected: float) -> Iterator[tuple[str, int, bool]]:
    """The Chinese terms of mentions, without those that are rare beside the others; with their records."""
    decided = decide(noted.mentions, expected)
    for one in decided:
        if one.mentions >= _RARE * decided[0].mentions:
            # Mentions that were only counted are shared out as those that were kept.
            yield one.chinese, round(one.mentions * noted.records / len(noted.mentions)), one.plain


def _short_key(short: str) -> str:
    """What an abbreviation is counted as: without the plural's ending, hyphens and case kept apart."""
    return short[:-1] if len(short) > 2 and short[-1] == "s" and short[:-1].isupper() else short


def _short(text: str) -> Form:
    return Form(text, "en", Role.ABBREVIATION)


def _both(english: str, chinese: str, source: str, evidence: int) -> Concept:
    return Concept((Form(english, "en", Role.PREFERRED), Form(chinese, "zh", Role.PREFERRED)), source, evidence)


def _strongest_first(found: Sequence[Concept]) -> list[Concept]:
    return sorted(found, key=lambda concept: (-(concept.evidence or 0), concept.forms[0].text))
