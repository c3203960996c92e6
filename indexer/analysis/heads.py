"""Which texts without spaces may have one of some terms, told by the letters that words begin with.

Marking a page of results meets thousands of words, most of them for the first time, and seeks a few terms. A term
begins with the first three letters of a word; whether a text has a word that begins so, a compiled loop sees. Where
analysis gives a word other letters, the text counts as one that may have the term: it holds a letter that is not ASCII,
an apostrophe, or `ae` or `oe` where a word begins; and the lists of spellings and plurals are gone through here. Terms
that hold a digit come of texts that have it, or of Roman numerals.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
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
_SIGNS = np.zeros(0x3100, np.bool_)
"""Characters by which it is told which words a text has: ASCII, and signs, which are of none. An argument of the loops,
as is whatever other modules say: what loops are compiled with is kept until their own module changes."""
_SIGNS[:128] = True
_SIGNS[list(map(ord, "、。·±×÷≤≥⩽⩾≈∼→←↑↓∞∩△‰…•°®©€£¥¡¿“”‘’「」『』【】《》〈〉"))] = True

_NUMERAL_BEGINS = np.array([letter in "ivx" for letter in map(chr, range(_FIRST, _FIRST + 26))])
_NUMERAL_GOES_ON = np.array([letter in "ivxabcd" for letter in map(chr, range(_FIRST, _FIRST + 26))])
"""Of letters: whether a Roman numeral, perhaps with the letter of a stage, has them first, and behind the first."""

_END_NAMES = np.zeros((27, 27), np.bool_)
"""By two letters: whether names of Greek ones end in them, behind which a word begins (NF-kappaB)."""
for _name in numbers.GREEK_NAMES:
    _END_NAMES[ord(_name[-2]) - _FIRST, ord(_name[-1]) - _FIRST] = True

_LETTERS = re.compile("[a-z][a-z']*")
_DIGITS = re.compile(r"\d")
_INSIDE = re.compile(rf"{'|'.join(name[:4] for name in numbers.GREEK_NAMES)}|[nmt]x|tis(?:n|$)")
"""Terms that may begin within a run of letters: names of Greek letters (TNFalpha), stages of tumours (pTxNx)."""


Head = tuple[int | slice, ...]
"""The numbers of the first three letters of words; a slice where any will do."""


def _head(text: str) -> Head:
    """What words begin with that may have a term, or a word itself; its first character is a letter."""
    letters = [min(ord(letter) - _FIRST, _NO_LETTER) if letter.isalpha() else _NO_LETTER for letter in text[:3]]
    if len(text) > 3:
        return tuple(letters)
    # Shorter ones may be what is left of words that go on otherwise: use of using.
    return (*letters[:2], *[slice(None)] * (3 - len(letters[:2])))


@lru_cache(maxsize=1)
def _otherwise() -> dict[str, list[str]]:
    """By terms, words that have them, though they begin otherwise."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    exceptions = ("dying", "lying", "tying", "lyse", "lysed", "lyser", "lysers", "lysing")
    for word in (*spelling.SPELLINGS, *spelling.PLURALS, *english.STEMS, *exceptions):
        term = english.term(word)
        if term[:3] != word[:3]:
            found[term].append(word)
    return dict(found)


class Heads:
    """What texts without spaces begin their words with that have one of some terms."""

    def __init__(self, terms: Iterable[str]) -> None:
        self._everything = False
        self._inside = False
        self._digits = np.zeros(11, np.bool_)
        """The last ones of terms; at the end, whether there are any."""
        self._table = np.zeros((2, 26, 27, 27), np.bool_)
        """By the first three letters of terms: whether words begin so, and whether anything within them may."""
        for term in terms:
            self._add(term)

    def _add(self, term: str) -> None:
        for word in _otherwise().get(term, ()):
            self._table[(0, *_head(word))] = True
        if digits := _DIGITS.findall(term):
            self._digits[[int(digits[-1]) if digits[-1].isascii() else -1, -1]] = True
        elif not term.isascii():
            # But for the words above, only of texts that are not, which all may have any.
            return
        elif not _LETTERS.fullmatch(term):
            # An edge of words.
            self._everything = True
        else:
            self._table[(0, *_head(term))] = True
            if _INSIDE.match(term):
                self._inside = True
                self._table[(1, *_head(term))] = True

    def may_have(self, codes: U32, begins: Places, ends: Places) -> npt.NDArray[np.bool_]:
        """Whether each of some stretches of folded characters may have one of the terms, by itself or behind others."""
        found = np.ones(begins.size, np.bool_)
        if not self._everything:
            look_for(codes, begins, ends, _SIGNS, _END_NAMES, self._table, self._inside, self._digits, found)
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
def _may_have(
    codes: U32,
    begin: int,
    end: int,
    signs: npt.NDArray[np.bool_],
    names: npt.NDArray[np.bool_],
    table: npt.NDArray[Any],
    inside: bool,  # noqa: FBT001 - of a compiled loop
    digits: npt.NDArray[Any],
) -> bool:
    before, earlier = _NO_LETTER, _NO_LETTER
    for at in range(begin, end):
        code = codes[at]
        if code == _APOSTROPHE or code >= signs.size or not signs[code]:
            return True
        first = _letter(codes, at, end)
        if first == _NO_LETTER:
            if (_ZERO <= code <= _NINE and digits[code - _ZERO]) or (code == _PERCENT and digits[-1]):
                return True
            before, earlier = _NO_LETTER, _NO_LETTER
            continue
        begins = before == _NO_LETTER or names[earlier, before]
        if begins or inside:
            behind = _behind(codes, at, end)
            second = _letter(codes, behind, end)
            behind = _behind(codes, behind, end)
            third = _letter(codes, behind, end)
            if (begins and table[0, first, second, third]) or (inside and table[1, first, second, third]):
                return True
        if begins:
            fourth = _letter(codes, _behind(codes, behind, end), end)
            if _is_vowel(first, second) or _is_vowel(second, third) or _is_vowel(third, fourth):
                return True
            following = _letter(codes, at + 1, end)
            if digits[-1] and _NUMERAL_BEGINS[first] and (following == _NO_LETTER or _NUMERAL_GOES_ON[following]):
                return True
        before, earlier = first, before
    return False


@_compiled
def _is_vowel(first: int, second: int) -> bool:
    """Whether two letters may be one vowel, of which one letter is written elsewhere."""
    return second == _E and first in (_A, _O)


@_compiled
def look_for(
    codes: U32,
    begins: Places,
    ends: Places,
    signs: npt.NDArray[np.bool_],
    names: npt.NDArray[np.bool_],
    table: npt.NDArray[Any],
    inside: bool,  # noqa: FBT001 - of a compiled loop
    digits: npt.NDArray[Any],
    found: npt.NDArray[np.bool_],
) -> None:
    """Whether each of some stretches may have a term; see `Heads`.

    Args:
        codes: Characters.
        begins: Where each stretch begins.
        ends: Where it ends.
        signs: By their numbers, whether characters are no part of any word.
        names: By two letters, whether names of Greek ones end in them.
        table: Of `Heads`.
        inside: Whether there are terms that may begin within a run of letters.
        digits: Of `Heads`.
        found: Takes whether it may.
    """
    for place in range(begins.size):
        found[place] = _may_have(codes, begins[place], ends[place], signs, names, table, inside, digits)
