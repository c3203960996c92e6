"""Where some terms stand in texts, without the tokens of everything else: what marking a page of results needs.

What `mixed.tokens` says is the measure. A token of a run of Han characters is a stretch of it, so a run that holds none
of the terms need not be cut into words. Other words are looked at in the pieces between spaces, each but once.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from indexer.analysis import chinese, english
from indexer.analysis.mixed import turned_round
from indexer.analysis.normalize import normalize
from indexer.analysis.script import HAN_RUN, runs
from indexer.analysis.tokens import Channel, Token


def is_turned_round(folded: str, start: int) -> bool:
    """Whether a run that begins at `start` stands behind a lone 非."""
    if not folded.endswith(chinese.PREFIX, 0, start):
        return False
    before = next(run for run in runs(folded) if run.end == start)
    return chinese.cut(folded[before.start : start])[-1] == chinese.PREFIX


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
        self._is_words = channel is Channel.WORDS
        self._seen: set[str] = set()
        self._telling: set[str] = set()
        """Of the pieces that were seen, those that have one of the terms, or may have it by what stands before them."""

    def spots(self, text: str) -> list[Spot]:
        """All such tokens of a text."""
        if not self._terms:
            return []
        normalized = normalize(text)
        folded = normalized.text
        han = [term for term in self._han if term in folded]
        has_words = len(self._han) < len(self._terms)
        found: list[Token] = []
        for start, end, is_han in runs(folded):
            run = folded[start:end]
            if is_han:
                if any(term in run for term in han):
                    found += chinese.words(run, start) if self._is_words else chinese.forms(run, start)
            elif self._is_words and run[0].isalpha() and is_turned_round(folded, start):
                found += turned_round(english.words(run, start), start)
            elif has_words:
                self._add_words(found, run, start)
        spots = [Spot(term, start, end) for term, _, start, end in found if term in self._terms]
        if normalized.aligned:
            return spots
        return [Spot(term, normalized.starts[start], normalized.ends[end - 1]) for term, start, end in spots]

    def _add_words(self, found: list[Token], run: str, offset: int) -> None:
        """Add what a run holds that is not Chinese, with some tokens that are none of the terms."""
        pieces = run.split(" ")
        distinct = set(pieces)
        unseen = distinct - self._seen
        self._seen |= unseen
        for piece in unseen:
            terms = _terms_of(piece) if self._is_words else _forms_of(piece)
            if terms is None or not terms.isdisjoint(self._terms):
                self._telling.add(piece)
        if distinct.isdisjoint(self._telling):
            return
        at = 0
        for piece in pieces:
            if piece in self._telling:
                if self._is_words:
                    before = run[max(0, at - english.CONTEXT) : at] if _terms_of(piece) is None else ""
                    tokens = english.words(before + piece, offset + at - len(before))
                    found += [token for token in tokens if token.end > offset + at]
                else:
                    found += english.forms(piece, offset + at)
            at += len(piece) + 1


@lru_cache(maxsize=1 << 16)
def _terms_of(piece: str) -> frozenset[str] | None:
    """The WORDS terms of a text without spaces; None where what stands before it may make them others."""
    analysed = english.words_of(piece)
    return None if analysed.leads else frozenset(token.text for token in analysed.tokens)


@lru_cache(maxsize=1 << 16)
def _forms_of(piece: str) -> frozenset[str]:
    return frozenset(token.text for token in english.forms_of(piece))
