"""Abbreviations that an English text defines: `tyrosine kinase inhibitor (TKI)`, `TKI (tyrosine kinase inhibitor)`.

The algorithm is that of Schwartz and Hearst, A simple algorithm for identifying abbreviation definitions in biomedical
text, PSB 2003. Beyond it (2026), a short form needs a capital letter and is no Roman numeral, and a long form holds no
bracket and is no address: in abstracts, lower-case words in brackets are rarely abbreviations, and `http://db.ac.uk/
(UK)` is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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
_SENTENCES = re.compile(r"(?s:.*)(?:[.!?;:。；：！？](?=\s|$)|[\n。；：！？，])")
"""What ends where the last sentence of a text begins."""
_AFTER_SHORT_FORM = re.compile(r"\s*[,;，；]\s")
_LONG_FORM_LIMIT = 300
_LONGEST_WORD = 30
"""Characters: what is longer are words that lost their spaces."""
_ADDRESS = re.compile(r"://|@|\bwww\.|\\")
_LEADING = ENGLISH | {"including", "like", "namely", "using"}
"""Words that no long form begins with, though one of them may begin with its letter."""


class Definition(NamedTuple):
    """What a text says that an abbreviation stands for."""

    short: str
    long: str


def definitions(text: str) -> Iterator[Definition]:
    """The definitions of an English text, in order."""
    for match in _brackets(text):
        # Most brackets hold numbers, behind a word that is no abbreviation.
        last = text[max(0, match.start() - _LONG_FORM_LIMIT) : match.start()].rsplit(None, 1)[-1:]
        after_capital = bool(last and _CAPITAL.search(last[0]))
        if not after_capital and not _CAPITAL.search(match[1]):
            continue
        inside = " ".join(match.group(1).split())
        short = _AFTER_SHORT_FORM.split(inside, maxsplit=1)[0].strip("\"'“”‘’ ")
        begins = is_short_form(short)
        if not begins and not after_capital:
            continue
        before = _sentence_before(text, match.start())
        if begins:
            if long := long_form(short, _last_words(before, _most_words(short))):
                yield Definition(short, long)
        elif is_short_form(short := _last_word(before).strip("\"'“”‘’,; ")):
            long = long_form(short, inside.split(", ", 1)[0])
            if long and len(inside.split()) <= _most_words(short):
                yield Definition(short, long)


def _brackets(text: str) -> Iterator[re.Match[str]]:
    """What `_BRACKETS` finds, in a fraction of the time: most of a text is no bracket."""
    behind = 0
    for place in sorted(place for bracket in _OPENING for place in _places(text, bracket)):
        if place >= behind and (match := _BRACKETS.match(text, place)):
            behind = match.end()
            yield match


def _places(text: str, character: str) -> Iterator[int]:
    place = text.find(character)
    while place >= 0:
        yield place
        place = text.find(character, place + 1)


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
    letters = [character for character in short.lower() if character.isalnum()]
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
        or short.lower() in (part.lower() for part in parts)
        or any(character in found for character in "()[]{}（）=<>")
        or _ADDRESS.search(found)
    ):
        return None
    return found


def _last_word(text: str) -> str:
    """What stands at the end of a text behind a space or a bracket; empty where that is nothing."""
    word = (text.rsplit(None, 1) or [""])[-1]
    return word[max(map(word.rfind, _OPENING)) + 1 :]


def _most_words(short: str) -> int:
    letters = sum(map(str.isalnum, short))
    return min(letters + 5, letters * 2)


def _sentence_before(text: str, end: int) -> str:
    before = text[max(0, end - _LONG_FORM_LIMIT) : end]
    sentences = _SENTENCES.match(before)
    return before[sentences.end() :] if sentences else before


def _last_words(text: str, count: int) -> str:
    return " ".join(text.split()[-count:])
