"""Words that are not Chinese: tokenised by NLTK, stemmed by its Snowball stemmer.

Text comes here normalised and without Han characters. A *word* is a run of letters and digits of any script, with
apostrophes and decimal points inside; a *compound* is words joined by hyphens. A slash separates compounds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from nltk.stem.snowball import EnglishStemmer
from nltk.tokenize import RegexpTokenizer

from indexer.analysis.tokens import Token

LONGEST_TERM = 64
"""Characters of a term; what is longer is cut (the token still spans all of it)."""

_SHORT_COMPOUND = 8
"""Letters of a compound that is written in one word just as well (re-do, non-fat)."""

_LONGEST_COMPOUND = 4
"""Words of a compound that has a joined spelling as a whole; pairs within longer ones have theirs."""

_WINDOW = 20_000
"""Characters tokenised at a time: NLTK gives up on a text that takes it five seconds."""

_LETTER = r"[^\W_]"
_WORD = (
    rf"(?:\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?![^\W_])"  # 12,345.6
    rf"|{_LETTER}(?:{_LETTER}|[\u0300-\u036f]|'(?={_LETTER})|(?<=\d)\.(?=\d))*)"
)
_tokenizer = RegexpTokenizer(rf"{_WORD}(?:-{_WORD})*")
_stemmer = EnglishStemmer()

_LATIN = re.compile("[a-z\u00df-\u024f']+")
_GREEK_OR_DIGIT = re.compile(r"[\d\u0370-\u03ff]")

_GREEK_PLURALS = (
    *("crises", "diureses", "electrophoreses", "fibroses", "gnoses", "lyses", "metastases", "mitoses", "necroses"),
    *("neuroses", "psychoses", "scleroses", "stenoses", "symbioses", "theses", "thromboses"),
)
"""Ends of plurals whose singular ends in -is; Snowball keeps the two apart (analysis: analysi, analyses: analys)."""


def term(form: str) -> str:
    """The WORDS term of a word: its stem without possessive ending; itself where it holds a digit or Greek letter."""
    return _term(form[:LONGEST_TERM])


@lru_cache(maxsize=1 << 17)
def _term(form: str) -> str:
    form = form.removesuffix("'s")
    if not _LATIN.fullmatch(form):
        return _shown(form)
    if form.endswith(_GREEK_PLURALS):
        form = form[:-2] + "is"
    return str(_stemmer.stem(form)) or form


def _shown(form: str) -> str:
    # 12,345 is found by 12345: a comma is the only character of a word that is not written.
    return form.replace(",", "")[:LONGEST_TERM]


def compounds(text: str) -> list[tuple[int, int]]:
    """Where the compounds of a text stand; a plain word is a compound of one."""
    # Windows end at a space, or anywhere in what can't be a text for readers.
    found = []
    start = 0
    while start < len(text):
        end = len(text)
        if end - start > _WINDOW:
            end = text.rfind(" ", start, start + _WINDOW)
            end = end if end > start else start + _WINDOW
        # A list at once: NLTK counts the time that a consumer takes between two spans against its limit.
        found += [(start + first, start + behind) for first, behind in _tokenizer.span_tokenize(text[start:end])]
        start = end
    return found


def parts(compound: str) -> list[str]:
    """The words of a compound."""
    return compound.split("-")


def joined(words: list[str]) -> str:
    """The WORDS term of a compound when it is written as one word."""
    bare = [word.removesuffix("'s") for word in words]
    return _shown("".join(bare[:-1]) + term(bare[-1]))


def _has_joined(words: list[str]) -> bool:
    """Whether a compound is likely to be written as one word as well: IL-6, T-cell, TNF-α, anti-CD38."""
    if len(words) > _LONGEST_COMPOUND:
        return False
    letters = "".join(words)
    return (
        len(letters) <= _SHORT_COMPOUND
        or any(len(word) <= 2 for word in words)
        or bool(_GREEK_OR_DIGIT.search(letters))
    )


class _Analysed(NamedTuple):
    """The tokens of a piece of text, their offsets and positions counted from the piece's beginning."""

    tokens: tuple[Token, ...]
    positions: int


_Analyse = Callable[[str], _Analysed]


def words(text: str, offset: int = 0, position: int = 0) -> list[Token]:
    """The WORDS tokens of a text that stands at `offset`, from `position` on."""
    return _by_piece(text, offset, position, _words_of, _remembered_words_of)


def forms(text: str, offset: int = 0, position: int = 0) -> list[Token]:
    """The FORMS tokens of a text that stands at `offset`, from `position` on: each word as it is written."""
    return _by_piece(text, offset, position, _forms_of, _remembered_forms_of)


def _by_piece(text: str, offset: int, position: int, analyse: _Analyse, remembered: _Analyse) -> list[Token]:
    # No token reaches over a space, so pieces between spaces are analysed alone; most of them have been met before.
    found: list[Token] = []
    for piece in text.split(" "):
        if piece:
            tokens, positions = remembered(piece) if len(piece) <= LONGEST_TERM else analyse(piece)
            for term, at, start, end in tokens:
                # What Token(...) does, without its call: this line makes every English token there is.
                found.append(tuple.__new__(Token, (term, position + at, offset + start, offset + end)))
            position += positions
        offset += len(piece) + 1
    return found


def _words_of(text: str) -> _Analysed:
    tokens: list[Token] = []
    position = 0
    for start, end in compounds(text):
        compound = text[start:end]
        if "-" in compound:
            tokens += _compound_words(parts(compound), start, position)
            position = tokens[-1].position + 1
        else:
            tokens.append(Token(term(compound), position, start, _behind(compound, end)))
            position += 1
    return _Analysed(tuple(tokens), position)


def _forms_of(text: str) -> _Analysed:
    tokens: list[Token] = []
    for start, end in compounds(text):
        begin = start
        for word in parts(text[start:end]):
            tokens.append(Token(_shown(word), len(tokens), begin, begin + len(word)))
            begin += len(word) + 1
    return _Analysed(tuple(tokens), len(tokens))


_remembered_words_of = lru_cache(maxsize=1 << 16)(_words_of)
_remembered_forms_of = lru_cache(maxsize=1 << 16)(_forms_of)


def _behind(word: str, end: int) -> int:
    """The end of a word without its possessive ending."""
    return end - 2 if word.endswith("'s") else end


def _compound_words(words: list[str], start: int, position: int) -> list[Token]:
    tokens = []
    starts = list(accumulate((len(word) + 1 for word in words), initial=start))
    for index, word in enumerate(words):
        begin, at = starts[index], position + index
        tokens.append(Token(term(word), at, begin, _behind(word, starts[index + 1] - 1)))
        pair = words[index : index + 2]
        if len(pair) == 2 and _has_joined(pair):
            tokens.append(Token(joined(pair), at, begin, starts[index + 2] - 1))
        if index == 0 and len(words) > 2 and _has_joined(words):
            tokens.append(Token(joined(words), at, begin, starts[-1] - 1))
    return tokens
