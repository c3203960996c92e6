"""Where some terms stand in texts, without the tokens of everything else: what marking a page of results needs.

What `mixed.tokens` says is the measure. The texts of a page are looked at together. What stands between two spaces is
passed over by a compiled loop where it can't have any of the terms (`heads`), and else looked up by another one in a
memory of this process, which knows the tokens of what was met before and begins anew where it has grown too large. A
token of a run of Han characters is a stretch of it, so a run that holds none of the terms need not be cut into words.
"""

from __future__ import annotations

import re
import threading
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import compress
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from indexer.analysis import chinese, compiled, english
from indexer.analysis.heads import Heads
from indexer.analysis.items import FoldedTexts, Items, cut, fold_all
from indexer.analysis.mixed import turned_round
from indexer.analysis.numbering import U32, NumberedTexts, Places, Stretches, TextNumbers, codes_of, text_of
from indexer.analysis.script import HAN_RUN
from indexer.analysis.tokens import Channel, Token

_MOST_REMEMBERED = 1 << 18
"""Pieces and tokens of pieces that a memory holds: some 40 MB."""
_MARKS = np.array([chr(code) in ".,;:!?()[]\"'" for code in range(128)])
"""What stands around a word and is no part of it."""
_DIGIT = re.compile(r"\d")

Bools = npt.NDArray[np.bool_]


class Spot(NamedTuple):
    """A token without its position."""

    text: str
    start: int
    end: int


class _Found:
    """Tokens among the items of texts, by columns."""

    def __init__(self) -> None:
        self.terms: list[str] = []
        self.items: list[int] = []
        self.places: list[int] = []
        """The position of each within its item."""
        self.starts: list[int] = []
        """Its offsets, in the folded texts."""
        self.ends: list[int] = []

    def add(self, term: str, item: int, place: int, start: int, end: int) -> None:
        """Add one."""
        self.terms.append(term)
        self.items.append(item)
        self.places.append(place)
        self.starts.append(start)
        self.ends.append(end)

    def extend(self, terms: Iterable[str], items: Places, places: Places, starts: Places, ends: Places) -> None:
        """Add several."""
        self.terms.extend(terms)
        self.items.extend(items.tolist())
        self.places.extend(places.tolist())
        self.starts.extend(starts.tolist())
        self.ends.extend(ends.tolist())


class Spotter:
    """Finds the tokens of a channel that have one of some terms, in any number of texts."""

    def __init__(self, channel: Channel, terms: Iterable[str]) -> None:
        self._terms = frozenset(terms)
        self._han = [term for term in self._terms if HAN_RUN.search(term)]
        self._has_words = len(self._han) < len(self._terms)
        self._has_numbers = any(map(_DIGIT.search, self._terms))
        self._heads = Heads(term for term in self._terms if not HAN_RUN.search(term))
        self._channel = channel
        self._inside: dict[str, list[Token]] = {}
        """Of the Chinese words that were met, their tokens that have one of the terms."""

    def spots(self, texts: Sequence[str]) -> list[list[Spot]]:
        """All such tokens of each text, in no particular order."""
        of_texts: list[list[Spot]] = [[] for _ in texts]
        if self._terms:
            page = _Page(tuple(texts), placed=False)
            found = self._found(page)
            numbers, starts, ends = page.offsets(found)
            for text, spot in zip(numbers, map(Spot._make, zip(found.terms, starts, ends, strict=True)), strict=True):
                of_texts[text].append(spot)
        return of_texts

    def tokens(self, texts: Sequence[str]) -> list[list[Token]]:
        """The same with their positions."""
        of_texts: list[list[Token]] = [[] for _ in texts]
        if self._terms:
            page = _Page(tuple(texts), placed=True)
            found = self._found(page)
            positions = page.positions(found)
            numbers, starts, ends = page.offsets(found)
            rows = zip(found.terms, positions, starts, ends, strict=True)
            for text, token in zip(numbers, map(Token._make, rows), strict=True):
                of_texts[text].append(token)
        return of_texts

    def _found(self, page: _Page) -> _Found:
        found = _Found()
        self._add_runs(page, found)
        self._add_pieces(page, found)
        return found

    def _add_runs(self, page: _Page, found: _Found) -> None:
        """Add those of runs of Han characters."""
        places = [(at, at + len(term), term) for term in self._han for at in _all(page.text, term)]
        if not page.runs.size or not (places or page.placed):
            return
        starts, behind = (np.array([place[edge] for place in places], np.int64) for edge in (0, 1))
        runs = np.searchsorted(page.run_begins, starts, side="right") - 1
        # Texts stand one behind the other, and one may end between the two.
        within = behind <= page.run_ends[runs]
        if self._channel is Channel.WORDS:
            self._add_words(page, found, behind[within], runs[within])
            return
        # What the FORMS of a run are: its characters, and pairs of them.
        page.spans[page.runs] = page.run_ends - page.run_begins
        terms = compress((term for _, _, term in places), within.tolist())
        starts, behind, runs = starts[within], behind[within], runs[within]
        found.extend(terms, page.runs[runs], starts - page.run_begins[runs], starts, behind)

    def _add_words(self, page: _Page, found: _Found, behind: Places, runs: Places) -> None:
        """Add those of Chinese words, which end at or behind some places in runs.

        Args:
            page: The texts.
            found: Takes the tokens.
            behind: Where stretches end that are terms.
            runs: In which run each stands.
        """
        cut_runs = np.arange(page.runs.size) if page.placed else np.unique(runs)
        begins, ends = page.run_begins[cut_runs], page.run_ends[cut_runs]
        text = "".join(map(page.text.__getitem__, map(slice, begins.tolist(), ends.tolist())))
        behind_runs = np.cumsum(ends - begins)
        borders = chinese.word_ends(codes_of(text), behind_runs)
        last_words = np.searchsorted(borders, behind_runs, side="right")
        page.spans[page.runs[cut_runs]] = np.diff(last_words, prepend=0)
        # From where runs stand in the texts to where they stand one behind the other.
        moved = begins - behind_runs + (ends - begins)
        holding = np.searchsorted(borders, behind - 1 - moved[np.searchsorted(cut_runs, runs)], side="right")
        words = np.unique(holding).tolist()
        of_words = np.searchsorted(last_words, words, side="right").tolist()
        first_words, shifts, items = [0, *last_words.tolist()], moved.tolist(), page.runs[cut_runs].tolist()
        edges = [0, *borders.tolist()]
        done = -1
        for first, run in zip(words, of_words, strict=True):
            if first <= done:
                continue
            before = text[edges[first - 1] : edges[first]] if first > first_words[run] else ""
            # What a word makes of the next one may hold a term of its own.
            for word in range(first, first_words[run + 1]):
                this = text[edges[word] : edges[word + 1]]
                meant = chinese.meant_behind(before, this)
                if word > first and meant == this:
                    break
                begin = edges[word + 1] - len(meant) + shifts[run]
                for term, _, start, end in self._tokens_inside(meant):
                    found.add(term, items[run], word - first_words[run], begin + start, begin + end)
                before = this
                done = word

    def _tokens_inside(self, word: str) -> list[Token]:
        """Those of a Chinese word, given as it is meant."""
        inside = self._inside.get(word)
        if inside is None:
            inside = [token for token in chinese.word_tokens(word) if token.text in self._terms]
            self._inside[word] = inside
        return inside

    def _add_pieces(self, page: _Page, found: _Found) -> None:
        """Add those of what is not Chinese."""
        turned = list(page.turned_round()) if self._channel is Channel.WORDS else []
        for item, begin, end in turned:
            for term, place, start, behind in turned_round(english.words(page.text[begin:end], begin), begin):
                if term in self._terms:
                    found.add(term, item, place, start, behind)
        if not (self._has_words or page.placed):
            return
        pieces = page.pieces(numbers=self._has_numbers or page.placed)
        if not page.placed:
            may_have = self._heads.may_have(page.items.codes, pieces.begins, pieces.ends)
            pieces = pieces.chosen(np.flatnonzero(may_have))
        own = ~np.isin(pieces.runs, [begin for _, begin, _ in turned]) if turned else np.ones(pieces.size, np.bool_)
        if self._channel is Channel.WORDS:
            self._add_some(page, found, pieces, own, edges=False)
            return
        edged = page.items.edged()[pieces.items]
        for edges in (False, True):
            chosen = np.flatnonzero(edged == edges)
            if chosen.size:
                self._add_some(page, found, pieces.chosen(chosen), own[chosen], edges=edges)

    def _add_some(self, page: _Page, found: _Found, pieces: _Pieces, own: Bools, *, edges: bool) -> None:
        """Add those of pieces of which all, or none, have edges; of those that are not their `own`, only positions."""
        memory = _MEMORIES[self._channel, edges]
        short = pieces.ends - pieces.begins <= english.LONGEST_TERM
        known, long = np.flatnonzero(short), np.flatnonzero(~short).tolist()
        begins, items = pieces.bare_begins[known], pieces.items[known]
        looked = memory.look(page.items.codes, begins, pieces.bare_ends[known], self._terms, any_led=self._has_numbers)
        if page.placed:
            page.spans[items] = looked.positions
            for piece in long:
                page.spans[pieces.items[piece]] = memory.positions_of(
                    page.text[pieces.begins[piece] : pieces.ends[piece]]
                )
        owned = own[known[looked.pieces]]
        at, items = begins[looked.pieces][owned], items[looked.pieces][owned]
        starts, ends = at + looked.begins[owned], at + looked.ends[owned]
        found.extend(compress(looked.texts, owned.tolist()), items, looked.places[owned], starts, ends)
        analyse = english.words if self._channel is Channel.WORDS else english.forms
        for piece in (*known[looked.led].tolist(), *long):
            begin, end = int(pieces.begins[piece]), int(pieces.ends[piece])
            start = max(int(pieces.runs[piece]), begin - english.CONTEXT)
            zone = english.Zone(begin - start, end - start, edges)
            for term, place, first, last in analyse(page.text[start:end], start, 0, zone):
                if term in self._terms and own[piece]:
                    found.add(term, int(pieces.items[piece]), place, first, last)


class _Pieces(NamedTuple):
    """What stands between two spaces or runs of Han characters, with its line breaks; see `compiled.bare_pieces`."""

    items: Places
    begins: Places
    ends: Places
    runs: Places
    """Where the run begins that each stands in."""
    bare_begins: Places
    bare_ends: Places

    @property
    def size(self) -> int:
        """How many they are."""
        return self.items.size

    def chosen(self, which: Places) -> _Pieces:
        """Some of them."""
        return _Pieces._make(part[which] for part in self)


class _Cut(NamedTuple):
    """Folded texts and their items."""

    folded: FoldedTexts
    text: str
    """They, one behind the other."""
    items: Items


@lru_cache(maxsize=4)
def _cut(texts: tuple[str, ...]) -> _Cut:
    """Some texts, which are asked for again where terms of both channels are sought in them."""
    folded = fold_all(texts)
    return _Cut(folded, text_of(folded.codes), cut(folded.codes, folded.ends))


class _Page:
    """Folded texts, one behind the other, and their items."""

    def __init__(self, texts: tuple[str, ...], *, placed: bool) -> None:
        self.placed = placed
        """Whether positions are wanted."""
        folded, self.text, self.items = _cut(texts)
        self.shifted = folded.shifted
        self.runs = np.flatnonzero(self.items.kinds == compiled.RUN)
        """The items that are runs of Han characters."""
        self.run_begins, self.run_ends = self.items.begins[self.runs], self.items.ends[self.runs]
        self.spans = np.zeros(self.items.kinds.size, np.int64)
        """How many positions each item takes."""
        self._ends = folded.ends

    def offsets(self, found: _Found) -> tuple[list[int], list[int], list[int]]:
        """In which text each token stands, and its offsets in the source of that."""
        starts, ends = np.array(found.starts, np.int64), np.array(found.ends, np.int64)
        texts = np.searchsorted(self._ends, starts, side="right")
        begins = np.concatenate([np.zeros(1, np.int64), self._ends])[texts]
        numbers, first, behind = texts.tolist(), (starts - begins).tolist(), (ends - begins).tolist()
        if self.shifted:
            for place, text in enumerate(numbers):
                if shifted := self.shifted.get(text):
                    first[place], behind[place] = shifted.source_span(first[place], behind[place])
        return numbers, first, behind

    def positions(self, found: _Found) -> list[int]:
        """The position of each token in its text."""
        before = np.cumsum(self.spans) - self.spans
        texts = np.flatnonzero(self.items.kinds == compiled.TEXT)
        of_items = before - np.repeat(before[texts], np.diff(texts, append=self.spans.size))
        positions: list[int] = (of_items[np.array(found.items, np.int64)] + np.array(found.places, np.int64)).tolist()
        return positions

    def pieces(self, *, numbers: bool) -> _Pieces:
        """The pieces; of those of ASCII without a letter only if `numbers` count."""
        codes, begins, ends, kinds = self.items.codes, self.items.begins, self.items.ends, self.items.kinds
        items, wholes, bares = (np.empty((rows, kinds.size), np.int64) for rows in (1, 3, 2))
        count = compiled.bare_pieces(codes, kinds, begins, ends, _MARKS, numbers, items[0], wholes, bares)
        return _Pieces(items[0, :count], *wholes[:, :count], *bares[:, :count])

    def turned_round(self) -> Iterator[tuple[int, int, int]]:
        """The runs of other characters behind a lone 非: the first item of each, where it begins, and where it ends."""
        if chinese.PREFIX not in self.text:
            return
        kinds, ends = self.items.kinds, self.items.ends
        behind_prefix = self.items.codes[self.run_ends - 1] == ord(chinese.PREFIX)
        for run, begin in zip(self.runs[behind_prefix].tolist(), self.run_begins[behind_prefix].tolist(), strict=True):
            end = int(ends[run])
            if run + 1 == kinds.size or kinds[run + 1] != compiled.PIECE or not self.text[end].isalpha():
                continue
            if chinese.cut(self.text[begin:end])[-1] == chinese.PREFIX:
                last = run + 1
                while last + 1 < kinds.size and kinds[last + 1] in {compiled.PIECE, compiled.LINE}:
                    last += 1
                yield run + 1, end, int(ends[last])


class _Looked(NamedTuple):
    """What a memory says of pieces."""

    pieces: Places
    """Of each token with one of the terms, its piece."""
    texts: list[str]
    places: Places
    begins: Places
    """From the beginning of the piece."""
    ends: Places
    led: Places
    """The pieces whose tokens are not told, since what stands before these may change them."""
    positions: Places
    """Of each piece, how many it takes."""


class _Memory:
    """The tokens that short pieces have by themselves."""

    def __init__(self, analysed: Callable[[str], english.Analysed]) -> None:
        self._analysed = analysed
        self._lock = threading.Lock()
        self._forget()

    def _forget(self) -> None:
        self._pieces = TextNumbers()
        self._terms = NumberedTexts()
        self._firsts = array("q", [0])
        """By the number of a piece, where its tokens begin, and the last ends."""
        self._of_tokens, self._places, self._begins, self._ends = (array("q") for _ in range(4))
        """Of each token, its term and where it stands."""
        self._positions = array("q")
        """By the number of a piece."""
        self._led = array("B")

    def positions_of(self, piece: str) -> int:
        """How many positions a piece takes that is not to be remembered."""
        return self._analysed(piece).positions

    def look(self, codes: U32, begins: Places, ends: Places, terms: Iterable[str], *, any_led: bool) -> _Looked:
        """The tokens of pieces with one of some terms.

        Args:
            codes: Characters.
            begins: Where each piece begins in them.
            ends: Where it ends.
            terms: The terms.
            any_led: Whether what stands before a piece may give it one of them.
        """
        with self._lock:
            if len(self._led) + len(self._of_tokens) > _MOST_REMEMBERED:
                self._forget()
            try:
                numbers = self._pieces.numbers(codes, begins, ends)
                for piece in self._pieces.texts(len(self._led)):
                    self._add(piece)
            except BaseException:
                # A piece may be there in part.
                self._forget()
                raise
            # By a function of its own, since no array can grow as long as a name of its content is there.
            return self._looked(numbers, terms, any_led=any_led)

    def _looked(self, numbers: Places, terms: Iterable[str], *, any_led: bool) -> _Looked:
        firsts, of_tokens, places, starts, behind, positions = (
            np.frombuffer(part, np.int64)
            for part in (self._firsts, self._of_tokens, self._places, self._begins, self._ends, self._positions)
        )
        wanted = np.zeros(len(self._terms) + 1, np.bool_)
        wanted[[self._terms.get(term, -1) for term in terms]] = True
        wanted[-1] = False
        pieces, tokens = np.empty((2, int((firsts[numbers + 1] - firsts[numbers]).sum())), np.int64)
        led = np.empty(numbers.size, np.int64)
        count, led_count = compiled.spot_terms(
            numbers, firsts, of_tokens, np.frombuffer(self._led, np.uint8), wanted, any_led, pieces, tokens, led
        )
        tokens = tokens[:count]
        return _Looked(
            pieces[:count],
            list(map(self._terms.texts.__getitem__, of_tokens[tokens].tolist())),
            places[tokens],
            starts[tokens],
            behind[tokens],
            led[:led_count],
            positions[numbers],
        )

    def _add(self, piece: str) -> None:
        tokens, positions, leads = self._analysed(piece)
        for text, place, start, end in tokens:
            self._of_tokens.append(self._terms[text])
            self._places.append(place)
            self._begins.append(start)
            self._ends.append(end)
        self._firsts.append(len(self._of_tokens))
        self._positions.append(positions)
        self._led.append(bool(leads))


_MEMORIES = {
    (Channel.WORDS, False): _Memory(english.words_of),
    (Channel.FORMS, False): _Memory(english.forms_of),
    (Channel.FORMS, True): _Memory(partial(english.forms_of, edges=True)),
}
"""By channel, and whether the edges of words count."""


def remember(words: Sequence[str]) -> None:
    """Have the tokens of folded words ready, as most texts have them: to work them out takes longer than to find them.

    Those that are longer than a term are left out.
    """
    stretches = Stretches.of([word for word in words if len(word) <= english.LONGEST_TERM])
    memory = _MEMORIES[Channel.WORDS, False]
    memory.look(stretches.codes, stretches.begins, stretches.ends, (), any_led=False)


def _all(text: str, term: str) -> Iterator[int]:
    """Where a term stands in a text."""
    at = text.find(term)
    while at >= 0:
        yield at
        at = text.find(term, at + 1)
