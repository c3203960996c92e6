"""Translations mined from records that have both titles: words and short phrases that go together too often for chance.

In three steps, on numpy arrays:

1. **Units** of a title: up to three Chinese words, up to four English ones, side by side, without function words at
   their ends, that stand in two titles at least.
2. **Association**: of two units in one record, by how many records have both: Dice's coefficient, where the
   log-likelihood ratio (Dunning 1993) says that it is no chance.
3. **Competitive linking** (Melamed, Models of translational equivalence among words, 2000): within each pair of titles
   the best pair of units is linked first, and no unit twice; a link may stand inside another one on both sides or on
   neither. What was linked decides the association for a second round. Where two links are as good and exclude one
   another, neither is made.

Letters and figures inside a Chinese unit have to stand in the English one too: they need no translation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from indexer.analysis.script import HAN_RUN
from indexer.terms.learned.linking import link_titles, pairs_together
from indexer.terms.learned.words import Word, has_han, read_words, words

MOST_TITLES = 50_000
"""Pairs of titles that are used, the first ones: they teach the common words, and memory and time stay bounded."""

_MOST_WORDS_ZH, _MOST_WORDS_EN = 3, 4
_LEAST_TITLES = 2
_LEAST_DICE = 0.08
_LEAST_RATIO = 8.0
"""Of the log-likelihood: chance exceeds it in one of 200 pairs."""
_DISCOUNT = 1.0
"""Titles taken from what two units have in common: so a frequent word wins over a phrase seen twice."""
_NO_BEGINNINGS = frozenset(read_words("no_beginnings_zh.txt"))
"""Words that titles begin their phrases with."""
_LAST_BIT = 63
"""Of a mask; no title has so many terms of letters and figures."""

_LETTERS_PER_CHARACTER = 3.8
"""Of an English term, for each character of the Chinese one."""

_Integers = npt.NDArray[np.int64]
_Small = npt.NDArray[np.int32]
_Reals = npt.NDArray[np.float64]
_Flags = npt.NDArray[np.bool_]
_Bits = npt.NDArray[np.uint64]


class Translation(NamedTuple):
    """Two units that translate one another."""

    chinese: str
    english: str
    """As most titles write it."""
    evidence: int
    """In how many pairs of titles they were linked."""
    strength: float
    """Dice's coefficient of the links, 0 to 1: 1 where neither unit stands anywhere without the other."""

    @property
    def trusted(self) -> bool:
        """Whether it is more than a guess: seen often or strongly, and as long in one language as the other suggests.

        Of what 4,915 pairs of preprints' titles taught (2026), 2,419 of 5,608 are; of 100 of them read, 91 were right.
        """
        expected = max(1.0, sum(map(str.isalpha, self.english)) / _LETTERS_PER_CHARACTER)
        length = len(self.chinese)
        ratio = max(length, expected) / min(length, expected)
        if self.evidence < 3:
            return self.strength >= 0.7 and ratio < 1.6
        return self.strength >= 0.4 and ratio < 2.6


@dataclass(frozen=True)
class Cut:
    """The words of titles, one title behind the other. Can be pickled."""

    keys: list[str]
    """The distinct keys of words."""
    words: _Small
    """Of each word, its key as an index into `keys`."""
    starts: _Small
    """Where it begins in its title."""
    ends: _Small
    stopwords: _Flags
    touching: _Flags
    """Whether nothing but spaces and hyphens stands between it and the one before it in its title."""
    counts: _Small
    """The words of each title."""


def cut_titles(titles: Sequence[str]) -> Cut:
    """The words of titles."""
    found = [words(title) for title in titles]
    flat = [word for of_title in found for word in of_title]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(word.key for word in flat))}
    touching = [
        bool(place) and _touch(title, of_title[place - 1], of_title[place])
        for title, of_title in zip(titles, found, strict=True)
        for place in range(len(of_title))
    ]
    return Cut(
        list(numbers),
        np.array([numbers[word.key] for word in flat], np.int32),
        np.array([word.start for word in flat], np.int32),
        np.array([word.end for word in flat], np.int32),
        np.array([word.stopword for word in flat], np.bool_),
        np.array(touching, np.bool_),
        np.array(list(map(len, found)), np.int32),
    )


class CutTitles:
    """The words of the titles of one language; of those that nobody has cut before, they are cut when asked for."""

    def __init__(self) -> None:
        self._cuts: list[Cut] = []
        self._places: dict[str, int] = {}

    def take(self, titles: Sequence[str], cut: Cut) -> None:
        """Keep the words of the titles that are not known, as `cut_titles` gives them."""
        new = {title: place for place, title in enumerate(titles) if title not in self._places}
        if not new:
            return
        if len(new) < len(titles):
            cut = _chosen(cut, np.array(list(new.values()), np.int64))
        self._places.update(zip(new, range(len(self._places), len(self._places) + len(new)), strict=True))
        self._cuts.append(cut)

    def words_of(self, titles: Sequence[str]) -> Cut:
        """The words of titles, in their order."""
        missing = [title for title in dict.fromkeys(titles) if title not in self._places]
        if missing:
            self.take(missing, cut_titles(missing))
        self._cuts = [_joined(self._cuts)]
        return _chosen(self._cuts[0], np.array([self._places[title] for title in titles], np.int64))


def _touch(title: str, one: Word, other: Word) -> bool:
    return one.end == other.start or not title[one.end : other.start].strip(" -‐‑–")


def _joined(cuts: Sequence[Cut]) -> Cut:
    """The words of the titles of all cuts."""
    distinct = dict.fromkeys(chain.from_iterable(cut.keys for cut in cuts))
    numbers = dict(zip(distinct, range(len(distinct)), strict=True))
    renumbered = [np.fromiter(map(numbers.__getitem__, cut.keys), np.int32, len(cut.keys))[cut.words] for cut in cuts]
    return Cut(
        list(numbers),
        np.concatenate(renumbered),
        *(
            np.concatenate([getattr(cut, name) for cut in cuts])
            for name in ("starts", "ends", "stopwords", "touching", "counts")
        ),
    )


@dataclass(frozen=True)
class _Side:
    """The titles of one language."""

    titles: Sequence[str]
    cut: Cut
    spans: _Integers
    """Of each occurrence of a unit: the unit, its first word, and the word behind; by title, length and place."""
    span_titles: _Integers
    """The title of each."""
    units: _Integers
    """Of each title, the units that stand in it, each once."""
    unit_titles: _Integers
    """The title of each."""
    counts: _Integers
    """In how many titles each unit stands."""
    of_key: _Keys

    def letters(self, units: _Integers) -> dict[int, frozenset[str]]:
        """What units hold of letters and figures (Chinese) or figures (English)."""
        _, firsts = np.unique(self.spans[:, 0], return_index=True)
        return {
            unit: frozenset(
                term for word in self.cut.words[first:behind].tolist() for term in self.of_key.letters(word)
            )
            for unit, first, behind in self.spans[firsts[_distinct(units)]].tolist()
        }


def mined(titles: Sequence[tuple[str, str]], cut: tuple[CutTitles, CutTitles] | None = None) -> list[Translation]:
    """The translations that titles (Chinese, English) teach, strongest first; empty of fewer than two.

    At most `MOST_TITLES` are used. What they are worth is left to who uses them: see `Translation`.

    Args:
        titles: Pairs of titles.
        cut: Words of titles of both languages, as far as they are known.
    """
    of_zh, of_en = cut or (CutTitles(), CutTitles())
    used = titles[:MOST_TITLES]
    if not used:
        return []
    zh_titles, en_titles = zip(*used, strict=True)
    # Titles in Chinese recur where those in English differ (Part II, a reply).
    zh = _side(zh_titles, of_zh.words_of(zh_titles), _MOST_WORDS_ZH)
    en = _side(en_titles, of_en.words_of(en_titles), _MOST_WORDS_EN)
    if not zh.counts.size or not en.counts.size:
        return []
    left, right, together = _associated(zh, en)
    masks = _letter_masks(zh, en)
    links = np.empty((0, 3), np.int64)
    for _ in range(3):
        dice = 2 * (together - _DISCOUNT) / (zh.counts[left] + en.counts[right])
        _, places = np.unique(-np.round(dice, 6), return_inverse=True)
        links = link_titles(
            zh.spans,
            _starts_of(zh.span_titles, len(used)),
            masks[0],
            en.spans,
            _starts_of(en.span_titles, len(used)),
            masks[1],
            right,
            _starts_of(left, zh.counts.size),
            places.astype(np.int64).reshape(-1),
        )
        linked, pairs, together = np.unique(links[:, 0], return_inverse=True, return_counts=True)
        left, right = left[linked], right[linked]
        links[:, 0] = pairs.reshape(-1)
    return _named(zh, en, left, right, links)


def _side(titles: Sequence[str], cut: Cut, most_words: int) -> _Side:
    """Find the units of titles: an n-gram is one only if the shorter ones in it are, so the rare ones fall early."""
    han = any(map(has_han, titles[:20]))
    of_key = _Keys(cut.keys, han=han)
    title_of = np.repeat(np.arange(len(titles)), cut.counts)
    grams, known = cut.words.astype(np.int64), np.ones(cut.words.size, np.bool_)
    spans, span_titles = [np.empty((0, 3), np.int64)], [np.empty(0, np.int64)]
    count = 0
    for size in range(1, most_words + 1):
        if size > 1:
            behind = size - 1
            known[:-1] &= known[1:]
            known[-behind:] = False
            known[:-behind] &= cut.touching[behind:]
            longer = grams[:-behind] * len(cut.keys) + cut.words[behind:] if known.any() else grams[:0]
            grams = np.zeros_like(grams)
            grams[: longer.size] = longer
        firsts = np.flatnonzero(known)
        numbers, numbered = np.unique(grams[firsts], return_inverse=True)
        grams[firsts] = numbered.reshape(-1)
        in_titles = _distinct(grams[firsts] * len(titles) + title_of[firsts]) // len(titles)
        often = np.bincount(in_titles, minlength=numbers.size) >= _LEAST_TITLES
        known[firsts] = often[grams[firsts]]
        firsts = np.flatnonzero(known)
        units = firsts[_are_units(cut, of_key, firsts, size, han=han)]
        spans.append(np.stack([count + grams[units], units, units + size], axis=1))
        span_titles.append(title_of[units])
        count += numbers.size
    return _with_units(titles, cut, np.concatenate(spans), np.concatenate(span_titles), of_key)


def _chosen(cut: Cut, titles: _Integers) -> Cut:
    """The words of the titles of a cut that are named, in that order."""
    firsts = np.cumsum(cut.counts) - cut.counts
    counts = cut.counts[titles]
    place = np.arange(int(counts.sum())) + np.repeat(firsts[titles] - (np.cumsum(counts) - counts), counts)
    return Cut(
        cut.keys,
        cut.words[place],
        cut.starts[place],
        cut.ends[place],
        cut.stopwords[place],
        cut.touching[place],
        counts,
    )


class _Keys:
    """What is known of each key of words."""

    def __init__(self, keys: Sequence[str], *, han: bool) -> None:
        self.han = np.array([has_han(key) for key in keys], np.bool_)
        self.beginnings = np.array([key not in _NO_BEGINNINGS for key in keys], np.bool_)
        self._keys = keys
        self._any_han = han

    def letters(self, word: int) -> list[str]:
        """The terms of letters and figures, those of figures alone where all is English."""
        terms = _latin(self._keys[word])
        return terms if self._any_han else list(filter(str.isdecimal, terms))


def _are_units(cut: Cut, of_key: _Keys, firsts: _Integers, size: int, *, han: bool) -> _Flags:
    """Whether the n-grams at these places may be units by their words."""
    fit = ~(cut.stopwords[firsts] | cut.stopwords[firsts + size - 1])
    if han:
        any_han = np.zeros(firsts.size, np.bool_)
        for place in range(size):
            any_han |= of_key.han[cut.words[firsts + place]]
            fit &= ~cut.stopwords[firsts + place]
        fit &= any_han & of_key.beginnings[cut.words[firsts]]
    return fit


def _with_units(titles: Sequence[str], cut: Cut, spans: _Integers, span_titles: _Integers, of_key: _Keys) -> _Side:
    """The side with its units numbered from 0."""
    numbers, units = np.unique(spans[:, 0], return_inverse=True)
    spans[:, 0] = units.reshape(-1)
    order = np.argsort(span_titles, kind="stable")
    spans, span_titles = spans[order], span_titles[order]
    count = numbers.size
    standing = _distinct(span_titles * max(count, 1) + spans[:, 0])
    of_titles, unit_titles = standing % max(count, 1), standing // max(count, 1)
    return _Side(
        titles, cut, spans, span_titles, of_titles, unit_titles, np.bincount(of_titles, minlength=count), of_key
    )


def _latin(key: str) -> list[str]:
    """The terms of letters and figures in a key, which may stand beside Chinese: 2 of 2型."""
    if not has_han(key):
        return key.split()
    return HAN_RUN.sub(" ", key).split()


def _distinct(values: _Integers) -> _Integers:
    """`np.unique`, which hashes and takes many times as long as a sort."""
    ordered = np.sort(values)
    return ordered[np.flatnonzero(np.diff(ordered, prepend=ordered[:1] - 1))]


def _starts_of(ascending: _Integers, count: int) -> _Integers:
    """Where each number from 0 on begins in an array that ascends, and where the last one ends."""
    return np.searchsorted(ascending, np.arange(count + 1))


def _associated(zh: _Side, en: _Side) -> tuple[_Integers, _Integers, _Integers]:
    """The pairs of units that go together more often than chance makes expect; and in how many titles they do."""
    records = len(zh.titles)
    by_unit = np.argsort(zh.units, kind="stable")
    left, right, together = pairs_together(
        zh.unit_titles[by_unit],
        _starts_of(zh.units[by_unit], zh.counts.size),
        en.units,
        _starts_of(en.unit_titles, records),
        en.counts.size,
        _LEAST_TITLES,
    )
    of_zh, of_en = zh.counts[left], en.counts[right]
    dice = 2 * together / (of_zh + of_en)
    chosen = (dice >= _LEAST_DICE) & (_likelihood_ratio(together, of_zh, of_en, records) >= _LEAST_RATIO)
    chosen &= together * records > of_zh * of_en
    left, right, together = left[chosen], right[chosen], together[chosen]
    order = np.lexsort((right, left))
    left, right, together = left[order], right[order], together[order]
    of_left, of_right = zh.letters(left), en.letters(right)
    pairs = zip(left.tolist(), right.tolist(), strict=True)
    agree = np.array([of_left[one] >= of_right[other] for one, other in pairs], np.bool_)
    return left[agree], right[agree], together[agree]


def _likelihood_ratio(together: _Integers, of_zh: _Integers, of_en: _Integers, records: int) -> _Reals:
    """Dunning's ratio, twice the logarithm, of each pair's two by two table."""
    cells = (together, of_zh - together, of_en - together, records - of_zh - of_en + together)
    expected = (
        of_zh * of_en / records,
        of_zh * (records - of_en) / records,
        (records - of_zh) * of_en / records,
        (records - of_zh) * (records - of_en) / records,
    )
    ratio = np.zeros(together.size)
    for cell, mean in zip(cells, expected, strict=True):
        seen = cell > 0
        ratio[seen] += cell[seen] * np.log(cell[seen] / mean[seen])
    return 2 * ratio


def _letter_masks(zh: _Side, en: _Side) -> tuple[_Bits, _Bits]:
    """Of each word, a bit for each term of letters and figures in it that the Chinese title has.

    What both titles write in letters and figures must stand in both units of a link or in neither.
    """
    of_zh, of_en = np.zeros(zh.cut.words.size, np.uint64), np.zeros(en.cut.words.size, np.uint64)
    latin = [_latin(key) for key in zh.cut.keys]
    has_latin = np.array(list(map(bool, latin)), np.bool_)
    written = [key.split() for key in en.cut.keys]
    zh_starts, en_starts = (np.cumsum(side.cut.counts) - side.cut.counts for side in (zh, en))
    words_with = np.flatnonzero(has_latin[zh.cut.words])
    for title in _distinct(np.searchsorted(zh_starts, words_with, side="right") - 1).tolist():
        first, count = int(zh_starts[title]), int(zh.cut.counts[title])
        bits: dict[str, int] = {}
        for place, word in enumerate(zh.cut.words[first : first + count].tolist(), first):
            for term in latin[word]:
                of_zh[place] |= np.uint64(1 << bits.setdefault(term, min(len(bits), _LAST_BIT)))
        first, count = int(en_starts[title]), int(en.cut.counts[title])
        for place, word in enumerate(en.cut.words[first : first + count].tolist(), first):
            for term in written[word]:
                if term in bits:
                    of_en[place] |= np.uint64(1 << bits[term])
    return of_zh, of_en


def _named(zh: _Side, en: _Side, left: _Integers, right: _Integers, links: _Integers) -> list[Translation]:
    """The links of the last round as texts, the strongest and most frequent first."""
    count = left.size
    titles = zh.span_titles[links[:, 1]]
    evidence = np.bincount(_distinct(titles * max(count, 1) + links[:, 0]) % max(count, 1), minlength=count)
    strength = 2 * evidence / (zh.counts[left] + en.counts[right])
    written: list[tuple[Counter[str], Counter[str]]] = [(Counter(), Counter()) for _ in range(count)]
    of_zh, of_en = _texts(zh, titles, links[:, 1]), _texts(en, titles, links[:, 2])
    for pair, chinese, english in zip(links[:, 0].tolist(), of_zh, of_en, strict=True):
        seen = written[pair]
        seen[0][chinese] += 1
        seen[1][english] += 1
    found = [
        Translation(chinese.most_common(1)[0][0], usual_case(english), *measured)
        for (chinese, english), *measured in zip(written, evidence.tolist(), strength.tolist(), strict=True)
    ]
    return sorted(
        found, key=lambda one: (-one.strength * min(one.evidence, 5), -one.evidence, one.chinese, one.english)
    )


def _texts(side: _Side, titles: _Integers, spans: _Integers) -> Iterator[str]:
    """What spans of titles are written as."""
    _, firsts, behinds = side.spans[spans].T
    places = zip(titles.tolist(), side.cut.starts[firsts].tolist(), side.cut.ends[behinds - 1].tolist(), strict=True)
    return (side.titles[title][start:end] for title, start, end in places)


def usual_case(seen: Counter[str]) -> str:
    """The most frequent spelling, one in lower case if there is any: titles capitalise what running text does not."""
    lower = Counter({text: count for text, count in seen.items() if text[0].islower() or text == text.lower()})
    return (lower or seen).most_common(1)[0][0]
