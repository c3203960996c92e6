"""Where some terms stand in texts, without the tokens of everything else: what marking a page of results needs.

What `mixed.tokens` says is the measure. A token of a run of Han characters is a stretch of it, so a run that holds none
of the terms need not be cut into words. Other words are looked at in the pieces between spaces, each but once; numbers,
most of which are met but once, are passed over where no term has a digit.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from functools import lru_cache
from typing import NamedTuple

from indexer.analysis import chinese, english
from indexer.analysis.mixed import turned_round
from indexer.analysis.normalize import normalize
from indexer.analysis.script import HAN, HAN_RUN, runs
from indexer.analysis.tokens import Channel, Token

_MARKS = ".,;:!?()[]\"'"
"""What stands around a word and is no part of it."""
_PIECE = re.compile(f"[^ {HAN}]+")
_DIGIT = re.compile(r"\d")
_NUMBERS = re.compile(r"[\x00-@\[-`{-~]*")
"""ASCII without letters."""
_ONE_NUMBER = re.compile(r"[(\[]?[0-9]+(?:\.[0-9]+)?%?[)\].,;:]*")
"""A number that takes one position."""


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
    positions: dict[str, int]
    """How many some of them take."""


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
        self._pieces = {edges: _Pieces(set(), set(), {}) for edges in (False, True)}
        """By whether the edges of words count."""

    def spots(self, text: str) -> list[Spot]:
        """All such tokens of a text, in no particular order."""
        if not self._terms:
            return []
        normalized = normalize(text)
        folded = normalized.text
        found: list[Token] = []
        behind_prefix: Container[int] = ()
        if self._is_words and chinese.PREFIX in folded:
            behind_prefix = self._add_turned_round(found, folded)
        if self._has_words:
            self._add_words(found, folded, behind_prefix)
        if han := [term for term in self._han if term in folded]:
            runs_with = [run for run in HAN_RUN.finditer(folded) if any(term in run[0] for term in han)]
            if self._is_words:
                for run, cut in zip(runs_with, chinese.cut_all([run[0] for run in runs_with]), strict=True):
                    self._add_cut(found, cut, run.start())
            else:
                for run in runs_with:
                    self._add_strings(found, run[0], run.start())
        if normalized.aligned:
            return [Spot(term, start, end) for term, _, start, end in found]
        starts, ends = normalized.starts, normalized.ends
        return [Spot(term, starts[start], ends[end - 1]) for term, _, start, end in found]

    def tokens(self, text: str) -> list[Token]:
        """The same with their positions."""
        normalized = normalize(text)
        folded = normalized.text
        found: list[Token] = []
        parts = list(runs(folded))
        cuts = iter(chinese.cut_all([folded[start:end] for start, end, han in parts if han]) if self._is_words else ())
        position = 0
        turned = False
        for place, (start, end, han) in enumerate(parts):
            run = folded[start:end]
            if not han:
                if turned:
                    of_run = turned_round(english.words(run, start, position), start, position)
                    found += [token for token in of_run if token.text in self._terms]
                    position = of_run[-1].position + 1 if of_run else position
                else:
                    for zone in self._zones(run, behind=place > 0, before=place + 1 < len(parts)):
                        position = self._add_zone(found, run, zone, start, position)
            elif self._is_words:
                cut = next(cuts)
                self._add_cut(found, cut, start, position)
                position += len(cut)
                turned = cut[-1] == chinese.PREFIX
            else:
                self._add_strings(found, run, start, position)
                position += len(run)
        if normalized.aligned:
            return found
        starts, ends = normalized.starts, normalized.ends
        return [Token(term, position, starts[start], ends[end - 1]) for term, position, start, end in found]

    def _add_cut(self, found: list[Token], cut: list[str], start: int, position: int = 0) -> None:
        """Add those of a run of Han characters that is cut into words."""
        for word, meant in zip(cut, chinese.as_meant(cut), strict=True):
            start += len(word)
            inside = self._inside.get(meant)
            if inside is None:
                inside = [token for token in chinese.word_tokens(meant) if token.text in self._terms]
                self._inside[meant] = inside
            begin = start - len(meant)
            for term, _, first, last in inside:
                found.append(Token(term, position, begin + first, begin + last))
            position += 1

    def _add_strings(self, found: list[Token], run: str, start: int, position: int = 0) -> None:
        """Add the characters and pairs of characters among the terms: all that the FORMS of a run are."""
        for term in self._han:
            at = run.find(term)
            while at >= 0:
                found.append(Token(term, position + at, start + at, start + at + len(term)))
                at = run.find(term, at + 1)

    def _add_turned_round(self, found: list[Token], folded: str) -> set[int]:
        """Add those of runs that stand behind a lone 非; where these begin."""
        begins = set()
        for start, end, han in runs(folded):
            if not han and folded[start].isalpha() and is_turned_round(folded, start):
                begins.add(start)
                tokens = turned_round(english.words(folded[start:end], start), start)
                found += [token for token in tokens if token.text in self._terms]
        return begins

    def _add_words(self, found: list[Token], folded: str, but: Container[int]) -> None:
        """Add those of what is not Chinese, but for runs that begin at certain places."""
        pieces = folded.split(" ") if folded.isascii() else _PIECE.findall(folded)
        if self._is_words and not self._has_telling(pieces, edges=False):
            return
        parts = list(runs(folded))
        for place, (start, end, han) in enumerate(parts):
            if han or start in but:
                continue
            run = folded[start:end]
            for zone in self._zones(run, behind=place > 0, before=place + 1 < len(parts)):
                pieces = run[zone.start : zone.end].split(" ")
                if not self._is_words and not self._has_telling(pieces, edges=zone.edges):
                    continue
                telling = self._pieces[zone.edges].telling
                at = zone.start
                for piece in pieces:
                    if piece in telling:
                        self._add_piece(found, run, zone._replace(start=at, end=at + len(piece)), start)
                    at += len(piece) + 1

    def _zones(self, run: str, *, behind: bool, before: bool) -> list[english.Zone]:
        """The zones of a run; of WORDS there is one."""
        return [english.Zone(0, len(run))] if self._is_words else english.zones(run, behind=behind, before=before)

    def _add_zone(self, found: list[Token], run: str, zone: english.Zone, offset: int, position: int) -> int:
        """Add those of a zone of a run that stands at `offset`, from `position` on; the position behind it."""
        pieces = run[zone.start : zone.end].split(" ")
        self._has_telling(pieces, edges=zone.edges)
        _, telling, positions = self._pieces[zone.edges]
        at = zone.start
        for piece in pieces:
            if piece in telling:
                self._add_piece(found, run, zone._replace(start=at, end=at + len(piece)), offset, position)
            taken = positions.get(piece)
            if taken is None:
                taken = positions[piece] = self._positions_of(piece, edges=zone.edges)
            position += taken
            at += len(piece) + 1
        return position

    def _add_piece(self, found: list[Token], run: str, here: english.Zone, offset: int, position: int = 0) -> None:
        """Add those of a piece of a run that stands at `offset`."""
        tokens = (english.words if self._is_words else english.forms)(run, offset, position, here)
        found += [token for token in tokens if token.text in self._terms]

    def _positions_of(self, piece: str, *, edges: bool) -> int:
        """How many positions a piece takes."""
        if not piece or _ONE_NUMBER.fullmatch(piece):
            return bool(piece)
        return self._terms_of(piece, edges=edges).positions

    def _has_telling(self, pieces: Iterable[str], *, edges: bool) -> bool:
        """Whether one of some pieces tells."""
        seen, telling, _ = self._pieces[edges]
        distinct = set(pieces)
        unseen = distinct - seen
        seen |= unseen
        telling.update(piece for piece in unseen if self._tells(piece, edges=edges))
        return not distinct.isdisjoint(telling)

    def _tells(self, piece: str, *, edges: bool) -> bool:
        """Whether a piece has one of the terms, or may have it by what stands before it."""
        if not self._has_numbers and _NUMBERS.fullmatch(piece):
            return False
        terms, leads, _ = self._terms_of(piece, edges=edges)
        # What stands before a piece makes it a number, or a part of one.
        return (leads and self._has_numbers) or not terms.isdisjoint(self._terms)

    def _terms_of(self, piece: str, *, edges: bool) -> _Terms:
        # A word has the terms that it has without the marks around it, and is remembered once.
        bare = piece.strip(_MARKS)
        if bare.isalpha() and bare.isascii():
            piece = bare
        return _words_of(piece) if self._is_words else _forms_of(piece, edges=edges)


class _Terms(NamedTuple):
    """What a text without spaces has by itself."""

    terms: frozenset[str]
    leads: bool
    """What stands before it may give it other terms, with digits, beside these."""
    positions: int
    """How many it takes."""


@lru_cache(maxsize=1 << 16)
def _words_of(piece: str) -> _Terms:
    return _terms(english.words_of(piece))


@lru_cache(maxsize=1 << 16)
def _forms_of(piece: str, *, edges: bool) -> _Terms:
    return _terms(english.forms_of(piece, edges=edges))


def _terms(analysed: english.Analysed) -> _Terms:
    return _Terms(frozenset(token.text for token in analysed.tokens), bool(analysed.leads), analysed.positions)
