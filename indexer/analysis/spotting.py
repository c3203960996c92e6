"""Where some terms stand in texts, without the tokens of everything else: what marking a page of results needs.

What `mixed.tokens` says is the measure. A token of a run of Han characters is a stretch of it, so a run that holds none
of the terms need not be cut into words. Other words are looked at in the pieces between spaces, each but once.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from indexer.analysis import chinese, english
from indexer.analysis.normalize import normalize
from indexer.analysis.script import HAN_RUN, runs
from indexer.analysis.tokens import Channel, Token


class Spot(NamedTuple):
    """A token without its position."""

    text: str
    start: int
    end: int


class _Pieces(NamedTuple):
    """Pieces between spaces, each of which was looked at once."""

    seen: set[str]
    telling: set[str]
    """Those that have one of the terms, or may have it by what stands before them."""


class Spotter:
    """Finds the tokens of a channel that have one of some terms, in any number of texts."""

    def __init__(self, channel: Channel, terms: Iterable[str]) -> None:
        self._terms = frozenset(terms)
        self._han = [term for term in self._terms if HAN_RUN.search(term)]
        self._is_words = channel is Channel.WORDS
        self._pieces = {edges: _Pieces(set(), set()) for edges in (False, True)}
        """By whether the edges of words count."""

    def spots(self, text: str) -> list[Spot]:
        """All such tokens of a text."""
        if not self._terms:
            return []
        normalized = normalize(text)
        folded = normalized.text
        han = [term for term in self._han if term in folded]
        has_words = len(self._han) < len(self._terms)
        found: list[Token] = []
        parts = list(runs(folded))
        for place, (start, end, is_han) in enumerate(parts):
            run = folded[start:end]
            if is_han:
                if any(term in run for term in han):
                    found += chinese.words(run, start) if self._is_words else chinese.forms(run, start)
            elif has_words:
                for zone in english.zones(run, behind=place > 0, before=place + 1 < len(parts)):
                    self._add_words(found, run, zone, start)
        spots = [Spot(term, start, end) for term, _, start, end in found if term in self._terms]
        if normalized.aligned:
            return spots
        return [Spot(term, normalized.starts[start], normalized.ends[end - 1]) for term, start, end in spots]

    def _add_words(self, found: list[Token], run: str, zone: english.Zone, offset: int) -> None:
        """Add what a zone of a run holds that is not Chinese, with some tokens that are none of the terms."""
        seen, telling = self._pieces[zone.edges]
        pieces = run[zone.start : zone.end].split(" ")
        distinct = set(pieces)
        unseen = distinct - seen
        seen |= unseen
        for piece in unseen:
            terms = self._terms_of(piece, edges=zone.edges)
            if terms is None or not terms.isdisjoint(self._terms):
                telling.add(piece)
        if distinct.isdisjoint(telling):
            return
        at = zone.start
        for piece in pieces:
            if piece in telling:
                here = zone._replace(start=at, end=at + len(piece))
                found += (english.words if self._is_words else english.forms)(run, offset, 0, here)
            at += len(piece) + 1

    def _terms_of(self, piece: str, *, edges: bool) -> frozenset[str] | None:
        """The terms of a text without spaces; None where what stands before it may make them others."""
        return _words_of(piece) if self._is_words else _forms_of(piece, edges=edges)


@lru_cache(maxsize=1 << 16)
def _words_of(piece: str) -> frozenset[str] | None:
    return _terms(english.words_of(piece))


@lru_cache(maxsize=1 << 16)
def _forms_of(piece: str, *, edges: bool) -> frozenset[str] | None:
    return _terms(english.forms_of(piece, edges=edges))


def _terms(analysed: english.Analysed) -> frozenset[str] | None:
    return None if analysed.leads else frozenset(token.text for token in analysed.tokens)
