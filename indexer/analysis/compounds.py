"""Which words of a query are one: IL 6, 5 FU, TNF alpha, and in how many ways a compound is written.

Of a compound every spelling finds every other: IL-6, IL6 and IL 6 are looked for as `il6` and as `il` before `6`. A
number behind a common word makes no compound (day 7, age 65); which abbreviations make one is told by their capitals,
or by `data/numbered_en.txt` where all is typed in small letters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from indexer.analysis import numbers
from indexer.analysis.lists import read_pair_set, read_rows, read_words
from indexer.analysis.stopwords import ENGLISH

_NUMBERED = frozenset(read_words("numbered_en.txt"))
_BEFORE_NUMBERS = frozenset(read_words("before_numbers_en.txt")) | ENGLISH
_BEHIND_NUMBERS = frozenset(read_words("behind_numbers_en.txt"))
_PAIRS = read_pair_set("compounds_en.txt")
_OPEN = frozenset((first.lower(), second.lower()) for first, second in _PAIRS)
_CLOSED = {first + second: (first.lower(), second.lower()) for first, second in _PAIRS}

_LONGEST = 4
"""Pieces of a compound that is read in every way; a longer one only as a whole and piece by piece."""

_ABBREVIATION = re.compile("[a-z]{2,6}|interleukin|interferon")
_LETTER = re.compile(r"[b-hj-z]|[a-z]\d{1,2}")
_SHORT_NUMBER = re.compile(r"\d{1,3}")
_MAY_END_IN_A_LETTER = re.compile("[a-z]{3,4}")
_DECIMAL = re.compile(r"\d{1,3}\.\d")
_PART = r"[a-z]+|\d+(?:\.\d+)?"
_LETTERS_AND_DIGITS = re.compile(rf"(?=.{{2,14}}$)(?=.*\d)(?=.*[a-z])(?!\d+(?:st|nd|rd|th)$)(?:{_PART}){{1,4}}")
_BORDER = re.compile(_PART)
_ROWS = read_rows("same_before_numbers_en.txt")
_ISOTOPES = {
    spelling: tuple(dict.fromkeys([(mass, symbol), (symbol, mass), (name, mass)]))
    for mass, symbol, name in read_rows("isotopes_en.txt")
    for spelling in (mass + symbol, symbol + mass, name + mass)
}
"""The pieces of all spellings of an isotope, by each of these in one word."""
_GREEK = frozenset(numbers.GREEK_NAMES)
NEGATIONS = frozenset({"non", "never"})
"""Prefixes that turn round the word behind their hyphen."""

_SAME = {word: tuple(other for other in row if other != word) for row in _ROWS for word in row}
"""What means the same before a number."""


Spelling = tuple[tuple[str, ...], ...]
"""How a compound is written: its words, each as the pieces that it is made of."""


def spellings(pieces: Sequence[str], *, capitals: bool) -> list[Spelling]:
    """The ways in which a compound is written, in one word first.

    Args:
        pieces: What it is typed as: of IL-6 il and 6, of IL6 il6; Greek letters by their names.
        capitals: Whether it is typed in capitals that tell something: CART is CAR-T, a cart is none.
    """
    found: dict[Spelling, None] = {}
    parts = [part for piece in pieces for part in split(piece)]
    if len(pieces) == 1:
        found[((pieces[0],),)] = None
    elif len(parts) > _LONGEST:
        apart = tuple((piece,) for piece in pieces)
        found |= dict.fromkeys([(tuple(pieces),), apart])
        if pieces[0] in NEGATIONS:
            found[(tuple(pieces[:2]), *apart[2:])] = None
    if 1 < len(parts) <= _LONGEST:
        found |= dict.fromkeys(_partitions(parts))
    if len(pieces) == 1 and len(parts) > 1:
        # The word and its parts written as one are the same.
        found.pop((tuple(parts),), None)
    if len(parts) == 2 and parts[1].isdecimal() and len(parts[1]) <= 2 and _MAY_END_IN_A_LETTER.fullmatch(parts[0]):
        # PDL1 is PD-L1.
        found[(parts[0][:-1],), (parts[0][-1] + parts[1],)] = None
    if len(pieces) == 1 and (words := _CLOSED.get(pieces[0].upper() if capitals else pieces[0], open_words(pieces[0]))):
        found[tuple((word,) for word in words)] = None
    if len(pieces) > 1 and any(map(open_words, pieces)):
        # 120mmHg is 120 mm Hg.
        found[tuple((word,) for piece in pieces for word in open_words(piece) or (piece,))] = None
    if 1 < len(parts) <= _LONGEST and parts[1].isdecimal():
        for other in _SAME.get(parts[0], ()):
            found |= dict.fromkeys(_partitions([other, *parts[1:]]))
    for size in (1, 2):
        for isotope in _ISOTOPES.get("".join(pieces[:size]), ()):
            found |= dict.fromkeys((*one, *((piece,) for piece in pieces[size:])) for one in _partitions(isotope))
    return list(found)


def open_words(word: str) -> tuple[str, ...]:
    """The two words that a word is written as as well, in whatever letters it is typed; () for most words."""
    return _CLOSED.get(word, ())


def split(piece: str) -> list[str]:
    """A word cut between its letters and its digits: il and 6 of il6; another word whole."""
    return _BORDER.findall(piece) if _LETTERS_AND_DIGITS.fullmatch(piece) else [piece]


def _partitions(parts: Sequence[str]) -> list[Spelling]:
    """Every way to write some of the parts together, all in one first."""
    if len(parts) == 1:
        return [((parts[0],),)]
    rest = _partitions(parts[1:])
    return [((parts[0], *first), *others) for first, *others in rest] + [((parts[0],), *others) for others in rest]


def may_belong(last: str, first: str) -> bool:
    """Whether `belongs` may be true of a word that begins with the piece `first`, behind one that is `last` alone."""
    return first in _GREEK or (last, first) in _OPEN or (_goes_on(first) and _begins(last))


@lru_cache(maxsize=1 << 14)
def _begins(word: str) -> bool:
    """Whether a word may begin a compound that is not listed."""
    return bool(_ABBREVIATION.fullmatch(word)) or word in _GREEK or word.isdecimal()


@lru_cache(maxsize=1 << 14)
def _goes_on(word: str) -> bool:
    """Whether a word that is no Greek letter may go on with one."""
    return word[0].isdecimal() or word in _BEHIND_NUMBERS or bool(_LETTER.fullmatch(word))


def belongs(before: Sequence[str], pieces: Sequence[str], *, capitals: bool) -> bool:
    """Whether a word goes on with the compound that the words before it make, or begin.

    Args:
        before: The pieces of what stands before, which may be a compound by now: nf and kappa.
        pieces: Those of the word.
        capitals: Whether all of them are typed in capitals that tell something.
    """
    last, first = before[-1], pieces[0]
    if len(before) == 1 and len(pieces) == 1 and (last, first) in _OPEN:
        return True
    named = len(before) == 1 and _is_abbreviation(last, capitals=capitals)
    tail = all(piece in _GREEK for piece in pieces[1:])
    if tail and (_SHORT_NUMBER.fullmatch(first) or (last in _NUMBERED and _DECIMAL.fullmatch(first))):
        return named or last in _GREEK
    if first in _GREEK:
        known = named or (len(before) > 1 and last.isdecimal())
        return known and len(pieces) <= 2
    if last in _GREEK and len(before) > 1 and first == "b" and last == "kappa":
        return True
    if len(before) == len(pieces) == 1:
        if last.isdecimal() and len(last) <= 2 and first in _BEHIND_NUMBERS:
            return True
        if named and capitals and len(last) <= 4:
            return bool(_LETTER.fullmatch(first))
    return False


def _is_abbreviation(word: str, *, capitals: bool) -> bool:
    if not _ABBREVIATION.fullmatch(word):
        return False
    return word in _NUMBERED or (capitals and word not in _BEFORE_NUMBERS)
