"""The key of a term: one string for all of its spellings, by which terms are looked up.

Unlike the tokens of a text, a key knows no context and keeps everything: IL-6, IL6 and IL 6 are `il 6`, TNF-α and
TNFalpha `tnf alpha`, 急性 心梗 is `急性心梗`, 二型糖尿病 and II型糖尿病 are `2 型糖尿病`. A key is its own key.
"""

from __future__ import annotations

import re
from functools import lru_cache

from indexer.analysis import chinese, compounds, english, numbers
from indexer.analysis.normalize import normalize
from indexer.analysis.script import HAN_RUN, runs

_ROUNDS = 8
"""A stem may itself have a stem (diseas, disea): a key holds the last. After so many rounds it stays."""

_PREFIX_OF_A_LETTER = re.compile("[a-z]{2,4}")


@lru_cache(maxsize=1 << 15)
def key(text: str) -> str:
    """The words of a term, each as its WORDS term, cut at every border and separated by single spaces.

    Empty where the text holds no letter and no digit.
    """
    folded = normalize(text).text
    pieces: list[str] = []
    han = ""
    for run in runs(folded):
        if run.han:
            han += folded[run.start : run.end]
            continue
        found = _english_pieces(folded[: run.end], run.start)
        if found:
            _add_han(pieces, han)
            han = ""
            pieces += found
    _add_han(pieces, han)
    return " ".join(pieces)


def _english_pieces(folded: str, begin: int) -> list[str]:
    found: list[str] = []
    for start, end in english.compounds(folded[begin:]):
        words = english.pieces(folded, begin + start, begin + end)
        for word in words:
            number = english.numeral(folded, word) or _behind_han(folded, word)
            for opened in compounds.open_words(word.word) or (number or word.word,):
                found += [_settled(part) for part in compounds.split(_settled(opened))]
        if found[-1][-1].isdecimal() and folded[begin + end : begin + end + 1] == "%":
            found[-1] += "%"
    return _letters_joined(found)


def _behind_han(folded: str, piece: english.Piece) -> str | None:
    """The number of a Roman numeral right behind a Han character: of 血管紧张素Ⅱ 2; a V or an X may be a letter."""
    if not HAN_RUN.fullmatch(folded[: piece.start][-1:]) or piece.word in {"v", "x"}:
        return None
    return numbers.arabic(piece.word)


def _settled(word: str) -> str:
    for _ in range(_ROUNDS):
        term = english.term(word)
        if term == word:
            break
        word = term
    return word


def _letters_joined(pieces: list[str]) -> list[str]:
    """PD-L1 as PDL1 is cut: a letter before a number belongs to the letters before it."""
    found: list[str] = []
    for index, piece in enumerate(pieces):
        if (
            len(piece) == 1
            and piece.isalpha()
            and found
            and _PREFIX_OF_A_LETTER.fullmatch(found[-1])
            and index + 1 < len(pieces)
            and pieces[index + 1].isdecimal()
            and _settled(found[-1] + piece) == found[-1] + piece
        ):
            found[-1] += piece
        else:
            found.append(piece)
    return found


def _add_han(pieces: list[str], han: str) -> None:
    if not han:
        return
    if pieces and chinese.begins_counted(han) and (number := numbers.canonical(pieces[-1])):
        pieces[-1:] = compounds.split(number)
    text = ""
    for start, end, numeral in chinese.segments(han):
        if numeral:
            pieces += filter(None, [text, numbers.canonical(numeral)])
            text = han[end - 1 : end]
        else:
            text += han[start:end]
    pieces.append(text)
