"""Corrections: words of the collection, and of concepts that it has, for words that it does not have, or hardly.

English words are compared by their edit distance (insertions, deletions, replacements and swaps of neighbours), Chinese
ones by how they sound (homophones are what an input method offers by mistake) and, from three characters on, by one
wrong, missing, doubled or swapped character. The words are read by length when first needed, and then kept.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from operator import neg

from rapidfuzz import process
from rapidfuzz.distance import OSA

from indexer import analysis
from indexer.terms.lexicon.folding import english_word, is_dictionary_word, is_han, stem
from indexer.terms.lexicon.sounds import Syllables, near_sound, sound, unpack_syllables
from indexer.terms.lexicon.store import Connections

FAR = 50
"""How many times as many documents a correction has at least as the word typed."""

LONGEST_HAN = 12
"""Characters of a Chinese word that is corrected, or corrects."""

_WINDOW = 8
"""Characters of a Chinese query that are taken for one word at most."""

_LONGEST_QUERY = 200
"""Characters of a query that are looked at."""


@dataclass(frozen=True)
class Correction:
    """A word that may have been meant."""

    text: str
    """Folded: in lower case, simplified."""
    count: int
    """Documents that hold it; of a term of several words, those that hold the rarest: an upper bound."""
    distance: int
    """Characters that differ; 0 for none, as of a spelling without accents."""
    sound: bool = False
    """Whether it is for its sound, which is the same or nearly so."""


@dataclass(frozen=True)
class Replacement:
    """A part of a query that was replaced."""

    start: int
    end: int
    """Offsets in the query as typed."""
    text: str
    count: int


@dataclass(frozen=True)
class QueryCorrection:
    """A whole query that may have been meant."""

    text: str
    """As typed but for the replacements."""
    replacements: tuple[Replacement, ...]
    """In order."""


class _Words:
    """The words of one script and length, the most frequent first."""

    def __init__(self, words: str, counts: bytes, sounds: str) -> None:
        self.words = words.split("\n")
        self.counts = struct.unpack(f"<{len(counts) // 4}I", counts)
        self._sounds = sounds
        if len(self.counts) != len(self.words):
            raise ValueError("words without their counts")

    def of(self, documents: int) -> Sequence[str]:
        """Those that so many documents hold at least."""
        number = bisect_right(self.counts, -documents, key=neg)
        return self.words if number == len(self.words) else self.words[:number]

    @cached_property
    def by_sound(self) -> dict[str, list[int]]:
        """Ordinals of the Chinese words, by how they nearly sound."""
        found: dict[str, list[int]] = defaultdict(list)
        for index, one in enumerate(self._sounds.split("\n")):
            found[one].append(index)
        return found


class _Doubt(IntEnum):
    """Whether a word of a Chinese query may be a piece of a wrong one."""

    NONE = 0
    ALONE = 1
    """The dictionary had only a single character there, which the collection has."""
    ABSENT = 2


class Speller:
    """Finds corrections in a lexicon."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._by_length: dict[tuple[str, int], _Words | None] = {}

    def corrections(self, word: str, limit: int) -> tuple[Correction, ...]:
        """See `Lexicon.corrections`."""
        normal = analysis.normalize(word).text.strip()
        if is_han(normal):
            found = self._chinese(normal)
        else:
            english = english_word(normal)
            found = self._english(english) if english else []
        return tuple(found[:limit])

    def documents(self, word: str) -> tuple[int, bool]:
        """How many documents hold a folded word, and whether a curated term does."""
        rows = self._connections.rows("SELECT documents, bank FROM word WHERE word = ?", (word,))
        return (rows[0][0], rows[0][1] == 2) if rows else (0, False)

    def _english(self, word: str) -> list[Correction]:
        most = 0 if len(word) < 4 else 1 if len(word) < 6 else 2
        typed, known = self.documents(word)
        if not most or known:
            return []
        found = []
        lengths = range(len(word) - most, len(word) + most + 1)
        for candidates, index, distance in self._near("en", word, lengths, most, FAR * typed):
            other = candidates.words[index]
            # The first letter is seldom wrong, and hardly ever together with another one.
            if distance == 2 and other[0] != word[0] and other[:2] != word[1::-1]:
                continue
            if other != word:
                found.append(Correction(other, candidates.counts[index], distance))
        term = stem(word)
        if any(stem(one.text) == term for one in found):
            return []  # it is another form of a word that the collection has, and finds it as it is
        return sorted(found, key=lambda one: (one.distance, -one.count, one.text))

    def _chinese(self, word: str, *, alike: bool = True) -> list[Correction]:
        if not 1 < len(word) <= LONGEST_HAN or is_dictionary_word(word):
            return []
        typed, known = self.documents(word)
        of_length = self._words("zh", len(word))
        if known or (of_length and word in of_length.words) or self._is_term(word):
            return []
        found = {one.text: one for one in self._alike(word, typed)} if alike and len(word) > 2 else {}
        found |= {one.text: one for one in self._homophones(word, typed)}
        exact = sound(word, self._syllables)
        return sorted(
            found.values(),
            key=lambda one: (
                not one.sound,
                one.sound and sound(one.text, self._syllables) != exact,
                one.distance,
                -one.count,
                one.text,
            ),
        )

    def _is_term(self, word: str) -> bool:
        """Whether a curated concept has this form."""
        return bool(
            self._connections.rows(
                "SELECT 1 FROM form_key k JOIN entry e ON e.id = k.entry WHERE k.key = ? AND NOT e.learned LIMIT 1",
                (analysis.key(word),),
            )
        )

    def _homophones(self, word: str, typed: int) -> Iterator[Correction]:
        """Words that sound as a Chinese one does, or nearly so; of two characters they share one.

        Names by which the collection does not call what it has are near enough only so: all its Chinese words may be
        others than those typed.
        """
        for script in ("name", "zh") if len(word) > 2 else ("zh",):
            of_length = self._words(script, len(word))
            if not of_length:
                continue
            for index in of_length.by_sound.get(near_sound(word, self._syllables), ()):
                other, count = of_length.words[index], of_length.counts[index]
                differing = sum(one != two for one, two in zip(word, other, strict=True))
                if differing and count >= FAR * typed and (len(word) > 2 or differing == 1):
                    yield Correction(other, count, differing, sound=True)

    def _alike(self, word: str, typed: int) -> Iterator[Correction]:
        lengths = (len(word),) if len(word) == 3 else range(len(word) - 1, len(word) + 2)
        for candidates, index, distance in self._near("zh", word, lengths, 1, FAR * typed):
            yield Correction(candidates.words[index], candidates.counts[index], distance)

    def _near(
        self, script: str, word: str, lengths: Sequence[int], most: int, least: int
    ) -> Iterator[tuple[_Words, int, int]]:
        """Words of so many documents at least that are no more than so many characters from one, and how many.

        Of a word that many documents hold, few others have enough: most queries are right, and compared with few.
        """
        for length in lengths:
            if candidates := self._words(script, length):
                for _, distance, index in process.extract(
                    word, candidates.of(least), scorer=OSA.distance, score_cutoff=most, limit=None
                ):
                    yield candidates, index, int(distance)

    def _words(self, script: str, length: int) -> _Words | None:
        key = script, length
        if key not in self._by_length:
            rows = self._connections.rows(
                "SELECT words, counts, sounds FROM spelling WHERE script = ? AND length = ?", key
            )
            try:
                self._by_length[key] = _Words(*rows[0]) if rows else None
            except (ValueError, TypeError, struct.error) as error:
                self._connections.fail(error)
        return self._by_length[key]

    @cached_property
    def _syllables(self) -> Syllables:
        rows = self._connections.rows("SELECT value FROM fact WHERE name = 'syllables'")
        return unpack_syllables(rows[0][0]) if rows else {}

    def did_you_mean(self, text: str, words: Sequence[tuple[int, int]]) -> QueryCorrection | None:
        """See `did_you_mean`."""
        spans = [span for span in words if span[1] <= _LONGEST_QUERY]
        replaced: list[Replacement] = []
        for run in _runs(text, spans):
            if len(run) == 1 and not is_han(_normal(text, run[0])):
                replaced += self._replace_english(text, run[0])
            else:
                replaced += self._replace_chinese(text, run)
        if not replaced:
            return None
        pieces, done = [], 0
        for one in replaced:
            pieces += [text[done : one.start], one.text]
            done = one.end
        return QueryCorrection("".join([*pieces, text[done:]]), tuple(replaced))

    def _replace_english(self, text: str, span: tuple[int, int]) -> Iterator[Replacement]:
        typed = text[slice(*span)]
        for best in self.corrections(typed, 1):
            yield Replacement(*span, _cased(best.text, typed), best.count)

    def _replace_chinese(self, text: str, run: Sequence[tuple[int, int]]) -> Iterator[Replacement]:
        """Replace stretches that make no sense, from left to right and the longest first.

        A stretch begins with a word, holds a doubtful one, and leaves a word of the dictionary where it ends inside
        one. If the collection has all its words, only what sounds alike is near enough: 胃腺癌 is no 肺腺癌.
        """
        doubts = [self._doubt(_normal(text, span)) for span in run]
        done = 0
        for first, (start, _) in enumerate(run):
            if start < done:
                continue
            for end in range(min(run[-1][1], start + _WINDOW), start + 1, -1):
                last = next(index for index, span in enumerate(run) if span[1] >= end)
                rest = _normal(text, (end, run[last][1]))
                doubt = max(doubts[first : last + 1])
                if doubt is _Doubt.NONE or (rest and not is_dictionary_word(rest)):
                    continue
                # Two characters are like many others: only where they were cut so, and all around is certain.
                around = doubts[max(0, first - 1) : first] + doubts[last + 1 : last + 2]
                touched = text[: run[0][0]][-1:].isalnum() or text[run[-1][1] :][:1].isalnum()
                if end - start == 2 and (rest or touched or any(around)):
                    continue
                found = self._chinese(_normal(text, (start, end)), alike=doubt is _Doubt.ABSENT)
                if found:
                    yield Replacement(start, end, found[0].text, found[0].count)
                    done = run[last][1]
                    break

    def _doubt(self, word: str) -> _Doubt:
        """How doubtful a word of a Chinese query is, as it was cut.

        Longer words of the dictionary are what is meant, even if the collection lacks them.
        """
        certain = is_dictionary_word(word)
        if certain and len(word) > 2:
            return _Doubt.NONE
        if self.documents(word)[0]:
            return _Doubt.NONE if certain else _Doubt.ALONE
        return _Doubt.ABSENT


def _normal(text: str, span: tuple[int, int]) -> str:
    return analysis.normalize(text[slice(*span)]).text


def _runs(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """The words of a query, the Chinese ones that touch one another together."""
    run: list[tuple[int, int]] = []
    for span in sorted(spans):
        han = is_han(_normal(text, span))
        if run and not (han and run[-1][1] == span[0]):
            yield run
            run = []
        run.append(span)
        if not han:
            yield run
            run = []
    if run:
        yield run


def _cased(word: str, typed: str) -> str:
    """A word in the case in which it was typed."""
    if typed.isupper():
        return word.upper()
    return word.capitalize() if typed[:1].isupper() else word
