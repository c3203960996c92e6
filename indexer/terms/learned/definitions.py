"""Abbreviations that an English text defines: `tyrosine kinase inhibitor (TKI)`, `TKI (tyrosine kinase inhibitor)`.

The algorithm is that of Schwartz and Hearst, A simple algorithm for identifying abbreviation definitions in biomedical
text, PSB 2003. Beyond it (2026), a short form needs a capital letter and is no Roman numeral, and a long form holds no
bracket and is no address: in abstracts, lower-case words in brackets are rarely abbreviations, and `http://db.ac.uk/
(UK)` is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from indexer.analysis.stopwords import ENGLISH

LONGEST_SHORT_FORM = 10
"""Characters."""

_BRACKETS = re.compile(r"[(（\[]([^()（）\[\]]{2,200})[)）\]]")
_OPENING = "(（["
_SHORT_FORM = re.compile(r"[^\W_][^\s(){}\[\]=<>≤≥±%*^~|\\,;:]*(?: [^\W_][^\s=<>≤≥±%*^~|\\,;:]*)?")
_CAPITAL = re.compile("[A-Z]")
_NAME = re.compile(r"[A-Z][a-z]+(?: [A-Z]?[a-z]+)?")
"""A word or a name in brackets: (Germany), (Smith), (New York)."""
_ROMAN = re.compile(r"[IVX]+[abAB]?")
_ENDS_SENTENCE = frozenset(".!?;:")
"""What a sentence ends with where it stands at the end of a word."""
_BREAKS = re.compile(r"[\n。；：！？，]")
"""What a sentence ends with wherever it stands."""
_AFTER_SHORT_FORM = re.compile(r"\s*[,;，；]\s")
_LONG_FORM_LIMIT = 300
_LONGEST_WORD = 30
"""Characters: what is longer are words that lost their spaces."""
_ADDRESS = re.compile(r"://|@|\bwww\.|\\")
_IN_NO_LONG_FORM = frozenset("()[]{}（）=<>")
_LEADING = ENGLISH | {"including", "like", "namely", "using"}
"""Words that no long form begins with, though one of them may begin with its letter."""


class Definition(NamedTuple):
    """What a text says that an abbreviation stands for."""

    short: str
    long: str


def definitions(text: str) -> Iterator[Definition]:
    """The definitions of an English text, in order."""
    for match in _brackets(text):
        start = match.start()
        # Most brackets hold numbers, behind a word that is no abbreviation.
        inside = " ".join(match[1].split()) if _has_capital(match[1]) else ""
        short = _AFTER_SHORT_FORM.split(inside, maxsplit=1)[0].strip("\"'“”‘’ ")
        if is_short_form(short):
            if long := long_form(short, " ".join(_words_before(text, start, _most_words(short)))):
                yield Definition(short, long)
        elif any(map(_has_capital, text[max(0, start - _LONG_FORM_LIMIT) : start].rsplit(None, 1)[-1:])):
            short = _last_word(_words_before(text, start, 1)).strip("\"'“”‘’,; ")
            if is_short_form(short):
                inside = " ".join(match[1].split())
                long = long_form(short, inside.split(", ", 1)[0])
                if long and len(inside.split()) <= _most_words(short):
                    yield Definition(short, long)


def _has_capital(text: str) -> bool:
    # Of most texts the first is true, which takes no time.
    return not text.islower() and bool(_CAPITAL.search(text))


def _brackets(text: str) -> Iterator[re.Match[str]]:
    """What `_BRACKETS` finds, in a fraction of the time: most of a text is no bracket, and most brackets are round."""
    if "[" in text or "（" in text:
        yield from _BRACKETS.finditer(text)
        return
    place = text.find("(")
    while place >= 0:
        match = _BRACKETS.match(text, place)
        if match:
            yield match
        place = text.find("(", match.end() if match else place + 1)


def is_short_form(text: str) -> bool:
    """Whether a text may be an abbreviation: 2 to 10 characters, one or two words, a capital letter."""
    return (
        2 <= len(text) <= LONGEST_SHORT_FORM
        and bool(_CAPITAL.search(text))
        and bool(_SHORT_FORM.fullmatch(text))
        and not _ROMAN.fullmatch(text)
        and not _NAME.fullmatch(text)
    )


def long_form(short: str, candidate: str) -> str | None:
    """The end of `candidate` that an abbreviation stands for: the shortest that holds its letters in their order.

    The first letter has to begin a word. None where there is no such end, or it is no longer than the abbreviation.
    """
    place = len(candidate)
    letters = list(filter(str.isalnum, short.lower()))
    lower = candidate.lower()
    if not letters or len(lower) != len(candidate):
        return None
    for letter in reversed(letters):
        place = lower.rfind(letter, 0, place)
        if place < 0:
            return None
    while place > 0 and lower[place - 1].isalnum():
        place = lower.rfind(letters[0], 0, place)
        if place < 0:
            return None
    found = candidate[candidate.rfind(" ", 0, place + 1) + 1 :].strip("\"'“”‘’,;- ")
    parts = found.split()
    if (
        len(found) <= len(short)
        or not parts
        or len(parts) > _most_words(short)
        or parts[0].lower() in _LEADING
        or max(map(len, parts)) > _LONGEST_WORD
        or short.lower() in found.lower().split()
        or not _IN_NO_LONG_FORM.isdisjoint(found)
        or _ADDRESS.search(found)
    ):
        return None
    return found


def _last_word(words: Sequence[str]) -> str:
    """The last of some words, behind a bracket in it; empty where there are none."""
    word = words[-1] if words else ""
    return word[max(map(word.rfind, _OPENING)) + 1 :]


def _most_words(short: str) -> int:
    letters = sum(map(str.isalnum, short))
    return min(letters + 5, letters * 2)


def _words_before(text: str, end: int, most: int) -> list[str]:
    """The last words of the sentence that `text[:end]` ends in the midst of, up to so many."""
    before = text[max(0, end - _LONG_FORM_LIMIT) : end]
    if "\n" in before or not before.isascii():
        before = _BREAKS.split(before)[-1]
    words = before.rsplit(None, most)[-most:]
    for place in range(len(words), 0, -1):
        if words[place - 1][-1] in _ENDS_SENTENCE:
            return words[place:]
    return words
