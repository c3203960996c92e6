"""Which texts without spaces may have one of some terms, told by the letters that words begin with.

Marking a page of results meets thousands of words, most of them for the first time, and seeks a few terms. A term
begins with the first two letters of a word; whether a text has a word that begins so, a compiled loop sees. Where
analysis gives a word other letters, the text counts as one that may have the term: it holds a character that is not
ASCII, an apostrophe, or `ae` or `oe` where a word begins; and the lists of spellings and plurals are gone through here.
Terms that hold a digit come of texts that do, or of Roman numerals.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from indexer.analysis import english, numbers, spelling
from indexer.analysis.numbering import U32, Places

_compiled = numba.njit(cache=True, nogil=True)

_FIRST = ord("a")
_NO_LETTER = 26
"""Beside the numbers of letters, from 0 on, what stands for no letter."""
_A, _E, _O = (ord(letter) - _FIRST for letter in "aeo")
_HYPHEN, _APOSTROPHE, _PERCENT, _ZERO, _NINE = (np.uint32(ord(character)) for character in "-'%09")
_ASCII = np.uint32(128)

_NUMERAL_BEGINS = np.array([letter in "ivx" for letter in map(chr, range(_FIRST, _FIRST + 26))])
_NUMERAL_GOES_ON = np.array([letter in "ivxabcd" for letter in map(chr, range(_FIRST, _FIRST + 26))])
"""Of letters: whether a Roman numeral, perhaps with the letter of a stage, has them first, and behind the first."""

_END_NAMES = np.zeros((27, 27), np.bool_)
"""By two letters: whether names of Greek ones end in them, behind which a word begins (NF-kappaB)."""
for _name in numbers.GREEK_NAMES:
    _END_NAMES[ord(_name[-2]) - _FIRST, ord(_name[-1]) - _FIRST] = True

_LETTERS = re.compile("[a-z][a-z']*")
_DIGIT = re.compile(r"\d")
_INSIDE = re.compile(rf"{'|'.join(name[:4] for name in numbers.GREEK_NAMES)}|[nmt]x|tis(?:n|$)")
"""Terms that may begin within a run of letters: names of Greek letters (TNFalpha), stages of tumours (pTxNx)."""


def _head(term: str) -> tuple[int, int]:
    """The numbers of the letters that a term begins with, the first of which it has."""
    second = ord(term[1]) - _FIRST if len(term) > 1 else _NO_LETTER
    return ord(term[0]) - _FIRST, second if 0 <= second < _NO_LETTER else _NO_LETTER


def _read_otherwise() -> dict[str, set[tuple[int, int]]]:
    """By the first two letters of terms, those of words that have such a term, though they begin with others."""
    found: defaultdict[str, set[tuple[int, int]]] = defaultdict(set)
    # The last three are exceptions of the stemmer's.
    for word in (*spelling.SPELLINGS, *spelling.PLURALS, *english.STEMS, "dying", "lying", "tying"):
        term = english.term(word)
        if term[:2] != word[:2]:
            found[term[:2]].add(_head(word))
    return dict(found)


_OTHERWISE = _read_otherwise()


class Heads:
    """What texts without spaces begin their words with that have one of some terms."""

    def __init__(self, terms: Iterable[str]) -> None:
        self._everything = False
        self._numbers = False
        self._table = np.zeros((2, 26, 27), np.bool_)
        """By the first two letters of terms: whether words begin so, and whether anything within them may."""
        for term in terms:
            self._add(term)

    def _add(self, term: str) -> None:
        for head in _OTHERWISE.get(term[:2], ()):
            self._table[0][head] = True
        if _DIGIT.search(term):
            self._numbers = True
        elif not term.isascii():
            # But for the words above, only of texts that are not, which all may have any.
            return
        elif not _LETTERS.fullmatch(term):
            # An edge of words.
            self._everything = True
        elif len(term) == 1:
            # What is left of a word may be its first letter alone.
            self._table[0, _head(term)[0]] = True
        else:
            self._table[0][_head(term)] = True
            self._table[1][_head(term)] |= bool(_INSIDE.match(term))

    def may_have(self, codes: U32, begins: Places, ends: Places) -> npt.NDArray[np.bool_]:
        """Whether each of some stretches of folded characters may have one of the terms, by itself or behind others."""
        found = np.ones(begins.size, np.bool_)
        if not self._everything:
            look_for(codes, begins, ends, self._table, self._numbers, found)
        return found


@_compiled
def _letter(codes: U32, at: int, end: int) -> int:
    """The number of the letter at a place before the end; `_NO_LETTER` where none is."""
    return int(codes[at]) - _FIRST if at < end and _FIRST <= codes[at] < _FIRST + _NO_LETTER else _NO_LETTER


@_compiled
def _behind(codes: U32, at: int, end: int) -> int:
    """The place behind one, and behind hyphens there, without which words are read as one as well."""
    at += 1
    while at < end and codes[at] == _HYPHEN:
        at += 1
    return at


@_compiled
def _may_have(codes: U32, begin: int, end: int, table: npt.NDArray[Any], numbers: bool) -> bool:  # noqa: FBT001
    before, earlier = _NO_LETTER, _NO_LETTER
    for at in range(begin, end):
        code = codes[at]
        if code >= _ASCII or code == _APOSTROPHE:
            return True
        first = _letter(codes, at, end)
        if first == _NO_LETTER:
            if numbers and (_ZERO <= code <= _NINE or code == _PERCENT):
                return True
            before, earlier = _NO_LETTER, _NO_LETTER
            continue
        behind = _behind(codes, at, end)
        second = _letter(codes, behind, end)
        if table[1, first, second]:
            return True
        if before == _NO_LETTER or _END_NAMES[earlier, before]:
            if table[0, first, second]:
                return True
            third = _letter(codes, _behind(codes, behind, end), end)
            if (second == _E and _takes_e(first)) or (third == _E and _takes_e(second)):
                return True
            following = _letter(codes, at + 1, end)
            if numbers and _NUMERAL_BEGINS[first] and (following == _NO_LETTER or _NUMERAL_GOES_ON[following]):
                return True
        before, earlier = first, before
    return False


@_compiled
def _takes_e(letter: int) -> bool:
    """Whether an e behind a letter may be one vowel with it, which is not written elsewhere."""
    return letter in (_A, _O)


@_compiled
def look_for(
    codes: U32,
    begins: Places,
    ends: Places,
    table: npt.NDArray[Any],
    numbers: bool,  # noqa: FBT001 - of a compiled loop
    found: npt.NDArray[np.bool_],
) -> None:
    """Whether each of some stretches may have a term; see `Heads`.

    Args:
        codes: Characters.
        begins: Where each stretch begins.
        ends: Where it ends.
        table: Of `Heads`.
        numbers: Whether there are terms that hold a digit.
        found: Takes whether it may.
    """
    for place in range(begins.size):
        found[place] = _may_have(codes, begins[place], ends[place], table, numbers)
