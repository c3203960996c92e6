"""Where some terms stand in texts, without the tokens of everything else: what marking a page of results needs.

What `mixed.tokens` says is the measure. A token of a run of Han characters is a stretch of it, so a run that holds none
of the terms need not be cut into words. Other words are looked at in the pieces between spaces, each but once; numbers,
most of which are met but once, are passed over where no term has a digit.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from indexer.analysis import chinese, english
from indexer.analysis.mixed import turned_round
from indexer.analysis.normalize import normalize
from indexer.analysis.script import HAN_RUN, runs
from indexer.analysis.tokens import Channel, Token

_MARKS = ".,;:!?()[]\"'"
"""What stands around a word and is no part of it."""
_DIGIT = re.compile(r"\d")
_NUMBERS = re.compile(r"[\x00-@\[-`{-~]*")
"""ASCII without letters."""


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
        self._has_words = len(self._han) < len(self._terms)
        self._has_numbers = any(map(_DIGIT.search, self._terms))
        self._is_words = channel is Channel.WORDS
        self._inside: dict[str, list[Token]] = {}
        """Of the Chinese words that were met, their tokens that have one of the terms."""
        self._pieces = {edges: _Pieces(set(), set()) for edges in (False, True)}
        """By whether the edges of words count."""

    def spots(self, text: str) -> list[Spot]:
        """All such tokens of a text."""
        if not self._terms:
            return []
        normalized = normalize(text)
        folded = normalized.text
        found: list[Spot] = []
        behind_prefix: Container[int] = ()
        if self._is_words and chinese.PREFIX in folded:
            behind_prefix = self._add_turned_round(found, folded)
        if self._has_words:
            self._add_words(found, folded, behind_prefix)
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

    def _add_turned_round(self, found: list[Spot], folded: str) -> set[int]:
        """Add those of runs that stand behind a lone 非; where these begin."""
        begins = set()
        for start, end, han in runs(folded):
            if not han and folded[start].isalpha() and is_turned_round(folded, start):
                begins.add(start)
                tokens = turned_round(english.words(folded[start:end], start), start)
                found += [Spot(term, first, last) for term, _, first, last in tokens if term in self._terms]
        return begins

    def _add_words(self, found: list[Spot], folded: str, but: Container[int]) -> None:
        """Add those of what is not Chinese, but for runs that begin at certain places."""
        parts = list(runs(folded))
        for place, (start, end, han) in enumerate(parts):
            if not han and start not in but:
                run = folded[start:end]
                for zone in english.zones(run, behind=place > 0, before=place + 1 < len(parts)):
                    self._add_zone(found, run, zone, start)

    def _add_zone(self, found: list[Spot], run: str, zone: english.Zone, offset: int) -> None:
        """Add those of a zone of a run that stands at `offset`."""
        seen, telling = self._pieces[zone.edges and not self._is_words]
        pieces = run[zone.start : zone.end].split(" ")
        distinct = set(pieces)
        unseen = distinct - seen
        seen |= unseen
        telling.update(piece for piece in unseen if self._tells(piece, edges=zone.edges))
        if distinct.isdisjoint(telling):
            return
        read = english.words if self._is_words else english.forms
        at = zone.start
        for piece in pieces:
            if piece in telling:
                tokens = read(run, offset, 0, english.Zone(at, at + len(piece), zone.edges))
                found += [Spot(term, start, end) for term, _, start, end in tokens if term in self._terms]
            at += len(piece) + 1

    def _tells(self, piece: str, *, edges: bool) -> bool:
        """Whether a piece has one of the terms, or may have it by what stands before it."""
        bare = piece.strip(_MARKS)
        if bare.isalpha() and bare.isascii():
            piece = bare
        elif not self._has_numbers and _NUMBERS.fullmatch(piece):
            return False
        terms, leads = self._terms_of(piece, edges=edges)
        # What stands before a piece makes it a number, or a part of one.
        return (leads and self._has_numbers) or not terms.isdisjoint(self._terms)

    def _terms_of(self, piece: str, *, edges: bool) -> _Terms:
        return _words_of(piece) if self._is_words else _forms_of(piece, edges=edges)


class _Terms(NamedTuple):
    """What a text without spaces has by itself."""

    terms: frozenset[str]
    leads: bool
    """What stands before it may give it other terms, with digits, beside these."""


@lru_cache(maxsize=1 << 16)
def _words_of(piece: str) -> _Terms:
    return _terms(english.words_of(piece))


@lru_cache(maxsize=1 << 16)
def _forms_of(piece: str, *, edges: bool) -> _Terms:
    return _terms(english.forms_of(piece, edges=edges))


def _terms(analysed: english.Analysed) -> _Terms:
    return _Terms(frozenset(token.text for token in analysed.tokens), bool(analysed.leads))
