"""Where some terms stand in texts, without the tokens of everything else: what marking a page of results needs.

What `mixed.tokens` says is the measure. A token of a run of Han characters is a stretch of it, so a run that holds none
of the terms need not be cut into words. Other words are looked at in the pieces between spaces, each but once; numbers,
most of which are met but once, are passed over where no term has a digit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from indexer.analysis import chinese, english
from indexer.analysis.normalize import normalize
from indexer.analysis.script import HAN, HAN_RUN, runs
from indexer.analysis.tokens import Channel, Token

_MARKS = ".,;:!?()[]\"'"
"""What stands around a word and is no part of it."""
_PIECE = re.compile(f"[^ {HAN}]+")
_DIGIT = re.compile(r"\d")
_LETTER = re.compile(r"[^\W\d_]")


class Spot(NamedTuple):
    """A token without its position."""

    text: str
    start: int
    end: int


class Spotter:
    """Finds the tokens of a channel that have one of some terms, in any number of texts."""

    def __init__(self, channel: Channel, terms: Iterable[str]) -> None:
        self._terms = frozenset(terms)
        self._han = [term for term in self._terms if HAN_RUN.search(term)]
        self._has_words = len(self._han) < len(self._terms)
        self._has_numbers = any(map(_DIGIT.search, self._terms))
        self._is_words = channel is Channel.WORDS
        self._inside: dict[str, list[Token]] = {}
        """Of the Chinese words that were met, their tokens that have one of the terms."""
        self._seen: set[str] = set()
        self._telling: set[str] = set()
        """Of the pieces that were seen, those that have one of the terms, or may have it by what stands before them."""

    def spots(self, text: str) -> list[Spot]:
        """All such tokens of a text."""
        if not self._terms:
            return []
        normalized = normalize(text)
        folded = normalized.text
        found: list[Spot] = []
        if self._has_words:
            self._add_words(found, folded)
        if han := [term for term in self._han if term in folded]:
            runs_with = [run for run in HAN_RUN.finditer(folded) if any(term in run[0] for term in han)]
            if self._is_words:
                self._add_chinese(found, runs_with)
            else:
                self._add_strings(found, runs_with, han)
        if normalized.aligned:
            return found
        return [Spot(term, normalized.starts[start], normalized.ends[end - 1]) for term, start, end in found]

    def _add_chinese(self, found: list[Spot], han_runs: Sequence[re.Match[str]]) -> None:
        for run, cut in zip(han_runs, chinese.cut_all([run[0] for run in han_runs]), strict=True):
            start = run.start()
            for word, meant in zip(cut, chinese.as_meant(cut), strict=True):
                start += len(word)
                inside = self._inside.get(meant)
                if inside is None:
                    inside = [token for token in chinese.word_tokens(meant) if token.text in self._terms]
                    self._inside[meant] = inside
                begin = start - len(meant)
                found += [Spot(term, begin + first, begin + last) for term, _, first, last in inside]

    def _add_strings(self, found: list[Spot], han_runs: Iterable[re.Match[str]], terms: Iterable[str]) -> None:
        """Add the characters and pairs of characters among the terms: all that the FORMS of a run are."""
        for run in han_runs:
            text, start = run[0], run.start()
            for term in terms:
                at = text.find(term)
                while at >= 0:
                    found.append(Spot(term, start + at, start + at + len(term)))
                    at = text.find(term, at + 1)

    def _add_words(self, found: list[Spot], folded: str) -> None:
        """Add those of what is not Chinese."""
        distinct = set(folded.split(" ") if folded.isascii() else _PIECE.findall(folded))
        unseen = distinct - self._seen
        self._seen |= unseen
        self._telling.update(filter(self._tells, unseen))
        if distinct.isdisjoint(self._telling):
            return
        for start, end, han in runs(folded):
            at = start
            for piece in () if han else folded[start:end].split(" "):
                if piece in self._telling:
                    tokens = self._tokens_of(piece, folded[max(start, at - english.CONTEXT) : at], at)
                    found += [Spot(term, *span) for term, _, *span in tokens if term in self._terms]
                at += len(piece) + 1

    def _tokens_of(self, piece: str, before: str, at: int) -> list[Token]:
        """The tokens of a piece that stands at `at`, behind `before`."""
        if not self._is_words:
            return english.forms(piece, at)
        if not _terms_of(piece).leads:
            return english.words(piece, at)
        return [token for token in english.words(before + piece, at - len(before)) if token.end > at]

    def _tells(self, piece: str) -> bool:
        """Whether a piece has one of the terms, or may have it by what stands before it."""
        bare = piece.strip(_MARKS)
        if bare.isalpha() and bare.isascii():
            piece = bare
        elif not self._has_numbers and not _LETTER.search(piece):
            return False
        if not self._is_words:
            return not _forms_of(piece).isdisjoint(self._terms)
        terms, leads = _terms_of(piece)
        # What stands before a piece makes it a number, or a part of one.
        return (leads and self._has_numbers) or not terms.isdisjoint(self._terms)


class _Piece(NamedTuple):
    """What a text without spaces has of WORDS."""

    terms: frozenset[str]
    leads: bool
    """What stands before it may give it other terms, with digits, beside these."""


@lru_cache(maxsize=1 << 16)
def _terms_of(piece: str) -> _Piece:
    analysed = english.words_of(piece)
    return _Piece(frozenset(token.text for token in analysed.tokens), bool(analysed.leads))


@lru_cache(maxsize=1 << 16)
def _forms_of(piece: str) -> frozenset[str]:
    return frozenset(token.text for token in english.forms_of(piece))
