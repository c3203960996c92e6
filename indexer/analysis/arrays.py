"""Tokens of many texts at once, as arrays: what an index is made of.

The same tokens as `mixed.tokens` yields, without offsets. Texts are cut into *pieces* (what stands between two spaces,
a Chinese word, a Chinese character with the next one), and a piece that was met before is a number: its tokens are laid
out from tables by a compiled loop. The tables are of this process, and begin anew where they have grown too large.
"""

from __future__ import annotations

import threading
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.analysis import chinese, compiled, english
from indexer.analysis.items import Items, items_of
from indexer.analysis.mixed import turned_round
from indexer.analysis.numbering import U32, Places, Stretches, TextCounts, TextNumbers, codes_of, text_of
from indexer.analysis.numbers import SIGNS, may_be_counted
from indexer.analysis.shapes import Analysis, Filled, filled
from indexer.analysis.tokens import Channel, Token

_MOST_PIECES = 9 << 16
"""Pieces that are remembered: some 200 MB with their terms."""
_OFTEN = 4
"""Times that a piece was met in either channel, to be kept when the others are forgotten."""
_LONGEST_PIECE = 1000
"""Characters of a piece that is cut at its line breaks."""


@dataclass(frozen=True)
class TermArrays:
    """The tokens of a channel in the texts of a batch, text by text."""

    distinct: Stretches
    """The distinct terms of the tokens."""
    ids: U32
    """Of each token, the place of its term among these."""
    positions: U32
    """Of each token, ascending within a text; stacked tokens share one."""
    counts: U32
    """Of each text, how many tokens it has."""
    lengths: U32
    """Of each text, how many positions it has: stacked tokens do not make a text longer than it is."""

    def of(self, text: int) -> list[tuple[str, int]]:
        """The terms of a text with their positions."""
        end = int(self.counts[: text + 1].sum())
        tokens = slice(end - int(self.counts[text]), end)
        terms = map(self.distinct.text, self.ids[tokens].tolist())
        return list(zip(terms, self.positions[tokens].tolist(), strict=True))


def term_arrays(texts: Sequence[str | None]) -> dict[Channel, TermArrays]:
    """What an index holds of texts in each channel; of None it holds nothing."""
    with _lock:
        if len(_memory[0]) > _MOST_PIECES:
            _memory[0] = _memory[0].recurring()
        try:
            return _memory[0].arrays(texts)
        except BaseException:
            # Texts may have numbers already, and no pieces yet.
            _memory[0] = _Memory()
            raise


def texts_with(columns: Sequence[TermArrays], *, ascii_only: bool) -> TextCounts:
    """In how many texts each term stands, in whichever of the columns that the texts have.

    Args:
        columns: Of the same texts.
        ascii_only: Of terms of ASCII characters that are no edges of words; otherwise of all that are not ASCII.
    """
    known = TextNumbers()
    other = int(known.numbers_of([""])[0])
    numbers: list[Places] = []
    for column in columns:
        stretches = column.distinct
        wanted = stretches.ascii() & ~stretches.holding("-") if ascii_only else ~stretches.ascii()
        of_column = np.full(wanted.size, other, np.int64)
        of_column[wanted] = known.numbers(stretches.codes, stretches.begins[wanted], stretches.ends[wanted])
        numbers.append(of_column[column.ids])
    if not columns:
        return TextCounts.of({})
    ends = np.cumsum([column.counts for column in columns], axis=1, dtype=np.int64)
    ends += (np.cumsum([each.size for each in numbers]) - [each.size for each in numbers])[:, None]
    begins = ends - [column.counts for column in columns]
    last, texts = np.zeros((2, known.count), np.uint32)
    compiled.count_texts(np.concatenate(numbers), begins, ends, last, texts)
    return TextCounts(known.stretches(other + 1), texts[other + 1 :].astype(np.int64))


class _Found:
    """The tokens of new pieces in a channel."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.spans: list[int] = []
        self.terms: list[str] = []
        self.places: list[int] = []

    def add(self, terms: Sequence[str], places: Sequence[int], span: int) -> None:
        """Add a piece."""
        self.sizes.append(len(terms))
        self.spans.append(span)
        self.terms += terms
        self.places += places


Kinds = npt.NDArray[np.uint8]
"""Of each piece (column), what it begins with, what it ends in, and whether a Roman numeral may stand in it."""


def _kinds(ends: Sequence[int]) -> Kinds:
    """What pieces are, by what they end in, that begin with nothing that counts and hold no numeral."""
    return np.array([[0] * len(ends), ends, [0] * len(ends)], np.uint8)


@dataclass(frozen=True)
class _Described:
    """Texts between spaces, and what they look like."""

    stretches: Stretches
    kinds: Kinds
    plain: npt.NDArray[np.uint8]
    """Whether each is plain, as `compiled.describe_texts` tells it."""

    @classmethod
    def of(cls, stretches: Stretches) -> _Described:
        """Texts as such, none of them empty."""
        count = stretches.begins.size
        found = cls(stretches, np.empty((3, count), np.uint8), np.empty(count, np.uint8))
        compiled.describe_texts(
            *(stretches.codes, stretches.begins, stretches.ends),
            *(_LEADS_OF, _ENDS_OF, _UNKNOWN_KIND, _ODD_LETTERS, english.LONGEST_TERM, *found.kinds, found.plain),
        )
        leads, ends, _ = found.kinds
        unknown = np.flatnonzero(leads == _UNKNOWN_KIND)
        leads[unknown] = [_LEADS.index(english.leads(text)) for text in found.texts(unknown)]
        unknown = np.flatnonzero(ends == _UNKNOWN_KIND)
        ends[unknown] = [_end_of(text[-1]) for text in found.texts(unknown)]
        return found

    @property
    def count(self) -> int:
        """How many there are."""
        return self.plain.size

    def texts(self, places: Places) -> list[str]:
        """Some of the texts as strings."""
        begins, ends = self.stretches.begins[places].tolist(), self.stretches.ends[places].tolist()
        return list(map(self._whole.__getitem__, map(slice, begins, ends)))

    @cached_property
    def _whole(self) -> str:
        return text_of(self.stretches.codes)


class _Table:
    """The tokens that pieces have in a channel."""

    def __init__(self) -> None:
        self.starts = array("I")
        self.sizes = array("I")
        self.terms = array("I")
        self.places = array("i")
        self.spans = array("I")

    def add(self, terms: Places, sizes: U32) -> None:
        """Add pieces whose tokens stand at one position, given the numbers of all terms, and how many each has."""
        self._add(terms, sizes, np.minimum(sizes, 1), np.zeros(terms.size, np.int32))

    def add_found(self, found: _Found, known: TextNumbers) -> None:
        """Add pieces; their terms have numbers, or get them."""
        sizes, spans = np.array([found.sizes, found.spans], np.uint32)
        self._add(known.numbers_of(found.terms), sizes, spans, np.array(found.places, np.int32))

    def _add(self, terms: Places, sizes: U32, spans: U32, places: npt.NDArray[np.int32]) -> None:
        starts = np.cumsum(sizes, dtype=np.uint32) - sizes + np.uint32(len(self.terms))
        self.starts.frombytes(starts.tobytes())
        self.sizes.frombytes(sizes.tobytes())
        self.spans.frombytes(spans.tobytes())
        self.terms.frombytes(terms.astype(np.uint32).tobytes())
        self.places.frombytes(places.tobytes())

    def add_without(self, count: int) -> None:
        """Add pieces without tokens."""
        self.add(np.empty(0, np.int64), np.zeros(count, np.uint32))

    def repeat(self, pieces: npt.NDArray[Any]) -> None:
        """Add pieces with the tokens of others."""
        for part in (self.starts, self.sizes, self.spans):
            part.frombytes(np.frombuffer(part, np.uint32)[pieces].tobytes())

    def chosen(self, pieces: Places) -> _Table:
        """Some of the pieces, numbered in the order in which they are given."""
        starts, sizes, terms, spans = (
            np.frombuffer(part, np.uint32) for part in (self.starts, self.sizes, self.terms, self.spans)
        )
        ends = np.cumsum(sizes[pieces], dtype=np.uint32)
        count = int(ends[-1]) if ends.size else 0
        of_chosen, places = np.empty(count, np.uint32), np.empty(count, np.int32)
        compiled.gather(terms, starts, sizes, pieces, of_chosen)
        compiled.gather(np.frombuffer(self.places, np.int32), starts, sizes, pieces, places)
        found = _Table()
        found.starts.frombytes((ends - sizes[pieces]).tobytes())
        found.sizes.frombytes(sizes[pieces].tobytes())
        found.spans.frombytes(spans[pieces].tobytes())
        found.terms.frombytes(of_chosen.tobytes())
        found.places.frombytes(places.tobytes())
        return found


_BREAK, _EMPTY, _LINE_BREAK = range(3)
"""Pieces without tokens: the beginning of a text, what stands between two spaces, and between two lines."""

_OTHER, _SIGN, _DIGIT, _BORDER = range(4)
"""What a piece ends in. Nothing reaches over a border to change the tokens of the piece behind it."""

_UNKNOWN, _NO, _YES = range(3)

_LEADS = ("", *english.LEADS)
_PERCENT, _NUMBER, _NUMERAL = map(_LEADS.index, english.LEADS)

_ASCII = list(map(chr, range(128)))
_OPENING, _CLOSING = (np.array([character in marks for character in _ASCII]) for marks in ('(["', ',.;:!?)]"'))
"""Whether each character is a mark around a piece that makes no other tokens of it."""


def _end_of(character: str) -> int:
    """What a piece ends in that ends in a character."""
    return _SIGN if character in SIGNS else _DIGIT if character.isdigit() else _OTHER


_UNKNOWN_KIND = 255
"""In place of what a piece begins with or ends in: that takes a closer look."""
_ENDS_OF = np.array(list(map(_end_of, _ASCII)), np.uint8)
_LEADS_OF = np.array(
    [_NUMBER if character.isdigit() else _UNKNOWN_KIND * (character in english.LEADING) for character in _ASCII],
    np.uint8,
)
_ODD_LETTERS = np.zeros(1 << 15, np.bool_)
_ODD_LETTERS[[(codes_of(three) & 31) @ np.array([1 << 10, 1 << 5, 1]) for three in english.ODD_LETTERS]] = True

_SHORT_NUMBER = 24
"""Characters of a piece that is wholly seen from the one behind it."""

_NO_TEXT = -1
"""In place of the number of a text: the piece is none of those between spaces, so that nothing asks for its text."""


@dataclass(frozen=True)
class _OfRuns:
    """The pieces of the runs of Han characters, one run behind the other."""

    words: U32
    word_counts: Places
    pairs: U32
    pair_counts: Places


class _Memory:
    """The pieces that were met, by their numbers."""

    def __init__(self) -> None:
        self._terms = TextNumbers()
        self._tables = {channel: _Table() for channel in Channel}
        self._leads = array("B")
        self._ends = array("B")
        self._numerals = array("B")
        """Whether a Roman numeral may stand in each piece."""
        self._counted = array("B")
        """Whether a Roman numeral behind each piece may be a number, of the first pieces."""
        self._names = array("i")
        """Of each piece, the number of its text between spaces."""
        self._with_edges: set[int] = set()
        """The pieces of which the edges of words are tokens as well."""
        self._uses = array("I")
        """How often each piece was met."""
        self._english = TextNumbers()
        self._of_english = array("I")
        """By the number of a text between spaces, its piece."""
        self._bare = array("I")
        """By the same, the number of the text without the marks around it, which has the same tokens."""
        self._of_edged = array("I")
        """The same for its piece with edges; `_BREAK` where it has none yet."""
        self._pairs = TextNumbers()
        self._of_pairs = array("I")
        self._words = TextNumbers()
        """Words that are cut out of runs of Han characters, or meant by them."""
        self._of_words = array("I")
        self._turning = array("B")
        """By the number of a word, whether it may turn round the word behind it."""
        self._meant: dict[tuple[int, int], int] = {}
        """By the numbers of the word before and a word, the number of what is meant there."""
        self._behind: dict[Channel, dict[tuple[int, int], int]] = {channel: {} for channel in Channel}
        """By the piece before and a piece, the number of the latter as it is there."""
        self._alone: dict[int, english.Analysed] = {}
        """By a piece that may begin with a Roman numeral, the tokens that it has by itself."""
        self._others: dict[tuple[Channel, int, tuple[str, ...]], int] = {}
        """By a piece and the terms that it has somewhere in a channel, its number there."""
        self._pending = _Found()
        """Their tokens, of those that are in no table yet."""
        self._zeros = np.zeros(1 << 12, np.uint32)
        """At least as many as there are terms."""
        for table in self._tables.values():
            table.add_without(_LINE_BREAK + 1)
        self._describe(_kinds((_BORDER, _OTHER, _BORDER)), None)
        self._english.numbers_of([""])
        self._of_english.append(_EMPTY)
        self._bare.append(0)
        self._names[_EMPTY] = 0

    def __len__(self) -> int:
        """How many pieces there are."""
        return len(self._uses)

    def recurring(self) -> _Memory:
        """A new memory of the pieces that were met often, if they are few enough for it to take up others."""
        uses = np.frombuffer(self._uses, np.uint32)
        least = _OFTEN
        while np.count_nonzero(uses >= least) > _MOST_PIECES // 4:
            least *= 2
        often = uses >= least
        often[: _LINE_BREAK + 1] = True
        english, pairs, words = (
            np.frombuffer(part, np.uint32) for part in (self._of_english, self._of_pairs, self._of_words)
        )
        kept_english, kept_pairs, kept_words = (np.flatnonzero(often[part]) for part in (english, pairs, words))
        first = np.arange(_LINE_BREAK + 1, dtype=np.int64)
        pieces = np.concatenate([first, english[kept_english[1:]], pairs[kept_pairs], words[kept_words]]).astype(
            np.int64
        )
        kept = _Memory()
        kept._take(self, pieces)
        count = first.size
        kept._english = self._english.chosen(kept_english)
        kept._of_english.extend(range(count, count := count + kept_english.size - 1))
        own = np.arange(kept_english.size, dtype=np.uint32)
        numbers = np.zeros(english.size, np.uint32)
        numbers[kept_english] = own
        bare = numbers[np.frombuffer(self._bare, np.uint32)[kept_english]]
        kept._bare = array("I", np.where(bare, bare, own).tobytes())
        kept._pairs = self._pairs.chosen(kept_pairs)
        kept._of_pairs.extend(range(count, count := count + kept_pairs.size))
        kept._words = self._words.chosen(kept_words)
        kept._of_words.extend(range(count, count + kept_words.size))
        kept._turning.frombytes(np.frombuffer(self._turning, np.uint8)[kept_words].tobytes())
        names = np.full(pieces.size, _NO_TEXT, np.int32)
        names[np.frombuffer(kept._of_english, np.uint32)] = np.arange(kept_english.size, dtype=np.int32)
        kept._names = array("i", names.tobytes())
        return kept

    def _take(self, other: _Memory, pieces: Places) -> None:
        """Become what another memory knows of some of its pieces, in the order in which they are given."""
        self._tables = {channel: table.chosen(pieces) for channel, table in other._tables.items()}
        used = np.zeros(other._terms.count, np.bool_)
        for table in self._tables.values():
            used[np.frombuffer(table.terms, np.uint32)] = True
        numbers = (np.cumsum(used) - 1).astype(np.uint32)
        for table in self._tables.values():
            table.terms = array("I", numbers[np.frombuffer(table.terms, np.uint32)].tobytes())
        self._terms = other._terms.chosen(np.flatnonzero(used))
        for name in ("_leads", "_ends", "_numerals"):
            setattr(self, name, array("B", np.frombuffer(getattr(other, name), np.uint8)[pieces].tobytes()))
        self._uses = array("I", bytes(4 * pieces.size))

    def arrays(self, texts: Sequence[str | None]) -> dict[Channel, TermArrays]:
        """The tokens of texts."""
        items = items_of([text or "" for text in texts])
        edged = items.edged()
        texts_of, numbers = np.zeros(items.kinds.size, np.int64), np.zeros(items.kinds.size, np.uint32)
        between = np.flatnonzero((items.kinds == compiled.PIECE) | (items.kinds == compiled.LINE))
        self._read(items, between, texts_of, numbers)
        self._join_lines(items, texts_of, numbers)
        with_edges = np.flatnonzero(edged & (items.kinds != compiled.INSIDE))
        in_form_numbers = numbers.copy()
        in_form_numbers[with_edges] = self._edged(texts_of[with_edges])
        runs = np.flatnonzero(items.kinds == compiled.RUN)
        of_runs = self._of_runs(items, runs)
        self._turn_round(items, runs, of_runs, numbers)
        # A line has a break before it.
        most = 2 * numbers.size
        words = np.empty(most + of_runs.words.size, np.uint32)
        forms = np.empty(most + of_runs.pairs.size, np.uint32)
        ends = np.zeros((2, len(texts)), np.int64)
        in_words, in_forms = compiled.arrange_pieces(
            items.kinds,
            numbers,
            in_form_numbers,
            _BREAK,
            _LINE_BREAK,
            of_runs.words,
            of_runs.word_counts,
            of_runs.pairs,
            of_runs.pair_counts,
            words,
            forms,
            ends,
        )
        pieces = {Channel.WORDS: (words[:in_words], ends[0]), Channel.FORMS: (forms[:in_forms], ends[1])}
        return {
            channel: self._laid_out(self._in_context(found, channel), behind, self._tables[channel])
            for channel, (found, behind) in pieces.items()
        }

    def _read(self, items: Items, places: Places, texts: Places, numbers: U32) -> None:
        """Put down of some items the numbers of their texts, and their pieces."""
        texts[places] = self._english.numbers(items.codes, items.begins[places], items.ends[places])
        self._add_english()
        numbers[places] = np.frombuffer(self._of_english, np.uint32)[texts[places]]

    def _edged(self, texts: Places) -> U32:
        """The pieces with edges of some texts between spaces."""
        self._of_edged.frombytes(bytes(4 * (self._english.count - len(self._of_edged))))
        new = np.unique(texts[np.frombuffer(self._of_edged, np.uint32)[texts] == _BREAK])
        if new.size:
            bare = np.frombuffer(self._bare, np.uint32)[new]
            of_bare = np.frombuffer(self._of_edged, np.uint32)[bare]
            self._add_edged(np.unique(bare[of_bare == _BREAK]))
            marked = bare != new
            self._repeat_edged(new[marked], np.frombuffer(self._of_edged, np.uint32)[bare[marked]])
        return np.frombuffer(self._of_edged, np.uint32)[texts]

    def _turn_round(self, items: Items, runs: Places, of_runs: _OfRuns, numbers: U32) -> None:
        """Put down the pieces behind a lone 非 as they are there."""
        lasts = of_runs.words[np.cumsum(of_runs.word_counts) - 1]
        prefix = self._pieces_of_words(self._words.numbers_of([chinese.PREFIX]))
        behind = runs[(lasts == prefix) & (runs + 1 < items.kinds.size)] + 1
        behind = behind[(items.kinds[behind] == compiled.PIECE) & (items.begins[behind] < items.ends[behind])]
        for item in behind.tolist():
            if chr(items.codes[items.begins[item]]).isalpha():
                numbers[item] = self._turned_round(int(numbers[item]))
        self._add_pending(Channel.WORDS)

    def _turned_round(self, piece: int) -> int:
        alone = english.words_of(self._name_of(piece))
        found = Filled.by(turned_round(list(alone.tokens)), alone.positions)
        return self._other(Channel.WORDS, piece, found, ends=self._ends[piece])

    def _join_lines(self, items: Items, texts: Places, numbers: U32) -> None:
        """Make one piece of lines that stand between two spaces where one may change the tokens of another."""
        wholes = np.empty(items.kinds.size, np.int64)
        leads, endings, numerals = (np.frombuffer(part, np.uint8) for part in (self._leads, self._ends, self._numerals))
        count = compiled.whole_pieces(
            items.kinds,
            items.begins,
            items.ends,
            numbers,
            leads,
            _NUMBER,
            endings,
            _SIGN,
            numerals,
            _EMPTY,
            _LONGEST_PIECE,
            wholes,
        )
        del leads, endings, numerals
        self._read(items, wholes[:count], texts, numbers)

    def _of_runs(self, items: Items, runs: Places) -> _OfRuns:
        """The pieces of the runs of Han characters, which are items of a text."""
        begins, ends = items.begins[runs], items.ends[runs]
        sizes = ends - begins
        pair_begins, pair_ends = np.empty((2, int(sizes.sum())), np.int64)
        compiled.cut_pairs(begins, ends, pair_begins, pair_ends)
        pairs = self._pairs.numbers(items.codes, pair_begins, pair_ends)
        self._add_pairs()
        of_pairs = np.frombuffer(self._of_pairs, np.uint32)[pairs]
        codes, run_ends = items.codes[pair_begins], np.cumsum(sizes)
        word_ends = chinese.word_ends(codes, run_ends) if runs.size else run_ends
        words = self._words.numbers(codes, np.concatenate([run_ends[:0], [0], word_ends])[:-1], word_ends)
        behind = np.searchsorted(word_ends, run_ends, side="right")
        pieces = self._pieces_of_words(self._as_meant(words, behind))
        return _OfRuns(pieces, np.diff(behind, prepend=0), of_pairs, sizes)

    def _as_meant(self, words: Places, behind: Places) -> Places:
        """Words of runs, as they are meant behind those that stand before them.

        Args:
            words: Their numbers.
            behind: How many words the runs have, up to each of them and with it.
        """
        self._add_words()
        turned = np.flatnonzero(np.frombuffer(self._turning, np.uint8)[words[:-1]]) + 1
        turned = turned[~np.isin(turned, behind)]
        found = words.copy()
        for place, *pair in zip(turned.tolist(), words[turned - 1].tolist(), words[turned].tolist(), strict=True):
            before, word = pair
            if (before, word) not in self._meant:
                meant = chinese.as_meant([self._words.text(before), self._words.text(word)])[1]
                self._meant[before, word] = int(self._words.numbers_of([meant])[0])
            found[place] = self._meant[before, word]
        return found

    def _in_context(self, pieces: U32, channel: Channel) -> U32:
        """The pieces, others in place of those whose tokens are changed by what stands before them."""
        leads = np.frombuffer(self._leads, np.uint8)[pieces[1:]]
        ends = np.frombuffer(self._ends, np.uint8)[pieces[:-1]]
        led = (leads == _PERCENT) & (ends == _DIGIT)
        led |= (leads == _NUMBER) & (ends == _SIGN)
        if channel is Channel.WORDS:
            led |= self._may_be_counted(pieces[:-1], (leads == _NUMERAL) & (ends != _BORDER))
        places = np.flatnonzero(led) + 1
        found = pieces.copy()
        known = self._behind[channel]
        changed: dict[int, int] = {}
        for place, last, piece in zip(
            places.tolist(), pieces[places - 1].tolist(), pieces[places].tolist(), strict=True
        ):
            # One after the other: a number that has a sign before it is another one to the per cent sign behind it.
            before = changed.get(place - 1, last)
            number = known.get((before, piece))
            if number is None:
                number = self._as_it_is_there(found, place, channel)
            if number != piece:
                found[place] = changed[place] = number
        self._add_pending(channel)
        return found

    def _may_be_counted(self, before: U32, numerals: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Those of some Roman numerals that may be numbers behind the pieces that stand before them."""
        self._counted.frombytes(bytes(len(self) - len(self._counted)))
        counted = np.frombuffer(self._counted, np.uint8)
        unknown = np.unique(before[numerals & (counted[before] == _UNKNOWN)]).tolist()
        del counted
        for piece in unknown:
            self._counted[piece] = _YES if may_be_counted(self._name_of(piece)) else _NO
        found: npt.NDArray[np.bool_] = numerals & (np.frombuffer(self._counted, np.uint8)[before] == _YES)
        return found

    def _as_it_is_there(self, pieces: U32, place: int, channel: Channel) -> int:
        """The piece at a place with the tokens that it has there."""
        before, piece = pieces[place - 1 : place + 1].tolist()
        name, name_before = self._name_of(piece), self._name_of(before)
        # The sign or number before it may be all that counts, and is the same then wherever the two meet.
        alone_counts = (
            self._leads[piece] != _NUMERAL and not self._numerals[piece] and len(name_before) <= _SHORT_NUMBER
        )
        number: int = piece
        edges = channel is Channel.FORMS and piece in self._with_edges
        if alone_counts and self._leads[piece] == _NUMBER and name_before:
            sign = name_before[-2:] if name_before[-2:-1] in SIGNS else name_before[-1]
            analysis = _ANALYSES[channel, edges]
            found = filled(analysis, name, f"{sign} ")
            if found.terms != filled(analysis, name).terms:
                number = self._other(channel, piece, found)
        else:
            text = self._text_before(pieces, place)
            if channel is Channel.WORDS:
                alone = self._alone.get(piece) or english.words_of(name)
                if self._leads[piece] == _NUMERAL:
                    self._alone[piece] = alone
                tokens = english.words_behind(text, name, alone)
            else:
                alone = english.forms_of(name, edges=edges)
                tokens = english.forms_behind(text, name, alone, edges=edges)
            if tokens is not None:
                number = self._other(channel, piece, Filled.by(tokens, alone.positions))
        if alone_counts:
            self._behind[channel][before, piece] = number
        return number

    def _other(self, channel: Channel, piece: int, found: Filled, ends: int = _OTHER) -> int:
        """A piece with tokens that it has somewhere in a channel; it has none in the other channel."""
        key = channel, piece, tuple(found.terms)
        if key not in self._others:
            self._others[key] = len(self)
            self._pending.add(*found)
            self._describe(_kinds([ends]), np.array([self._names[piece]], np.int64))
        return self._others[key]

    def _add_pending(self, channel: Channel) -> None:
        """Add the tokens of pieces that have others in a channel than they have by themselves."""
        pending, self._pending = self._pending, _Found()
        for one, table in self._tables.items():
            if one is channel:
                table.add_found(pending, self._terms)
            else:
                table.add_without(len(pending.sizes))

    def _name_of(self, piece: int) -> str:
        """A piece as it stands between two spaces or lines."""
        return self._english.text(self._names[piece]) if self._names[piece] != _NO_TEXT else ""

    def _text_before(self, pieces: U32, place: int) -> str:
        """What stands before a piece, as far as it may count."""
        names = [""]
        length = 0
        while length < english.CONTEXT:
            place -= 1
            piece = int(pieces[place])
            if self._ends[piece] == _BORDER and piece != _LINE_BREAK:
                break
            names.append("\n" if piece == _LINE_BREAK else self._name_of(piece))
            length += len(names[-1]) + 1
        return " ".join(reversed(names)).replace(" \n ", "\n")

    def _laid_out(self, pieces: U32, ends: Places, table: _Table) -> TermArrays:
        """The tokens of texts by their pieces."""
        starts, sizes, terms, spans, uses = (
            np.frombuffer(part, np.uint32) for part in (table.starts, table.sizes, table.terms, table.spans, self._uses)
        )
        places = np.frombuffer(table.places, np.int32)
        counts, lengths = np.empty(ends.size, np.uint32), np.empty(ends.size, np.uint32)
        total = compiled.count_tokens(pieces, ends, sizes, counts)
        ids, positions = np.empty(total, np.uint32), np.empty(total, np.uint32)
        known = self._terms.count
        if self._zeros.size < known:
            self._zeros = np.zeros(2 * known, np.uint32)
        distinct = np.empty(min(total, known), np.uint32)
        count = compiled.lay_out_tokens(
            pieces, ends, starts, sizes, terms, places, spans, uses, self._zeros, ids, positions, lengths, distinct
        )
        return TermArrays(self._terms.some(distinct[:count]), ids, positions, counts, lengths)

    def _add_english(self) -> None:
        """Add the pieces of texts between spaces that have numbers and no pieces yet."""
        first = len(self._of_english)
        if self._english.count == first:
            return
        # A word has the tokens that it has without the marks around it.
        met = self._english.stretches(first)
        bare = np.empty((2, met.begins.size), np.int64)
        compiled.strip_marks(met.codes, met.begins, met.ends, _OPENING, _CLOSING, bare)
        marked = np.flatnonzero((bare[0] != met.begins) | (bare[1] != met.ends))
        bare_numbers = self._english.numbers(met.codes, bare[0][marked], bare[1][marked])
        new = _Described.of(self._english.stretches(first))
        self._of_english.frombytes(bytes(4 * new.count))
        self._bare.extend(range(first, first + new.count))
        np.frombuffer(self._bare, np.uint32)[marked + first] = bare_numbers
        unmarked = np.ones(new.count, np.bool_)
        unmarked[marked] = False
        # Words first, which are added without a look at each.
        order = np.argsort(new.plain != compiled.WORD, kind="stable")
        places = order[unmarked[order]]
        self._add_tokens(new, places)
        self._number(self._of_english, first + places)
        self._describe(new.kinds[:, places], first + places)
        pieces = np.frombuffer(self._of_english, np.uint32)[bare_numbers]
        self._number(self._of_english, first + marked)
        self._repeat(pieces, new.kinds[:, marked], first + marked)

    def _add_tokens(self, new: _Described, places: Places) -> None:
        """Add the tokens of some of the new texts, given by their places, words before others."""
        count = np.count_nonzero(new.plain[places] == compiled.WORD)
        texts = new.texts(places)
        begins, ends = (part[places[:count]] for part in (new.stretches.begins, new.stretches.ends))
        terms = self._terms.numbers_of(list(map(english.term, texts[:count])))
        self._tables[Channel.WORDS].add(terms, np.ones(count, np.uint32))
        written = self._terms.numbers(new.stretches.codes, begins, ends)
        self._tables[Channel.FORMS].add(written, np.ones(count, np.uint32))
        words, forms = _Found(), _Found()
        for text, plain in zip(texts[count:], new.plain[places[count:]].tolist(), strict=True):
            of_words, of_forms = _plain_tokens(text) if plain else _tokens_of(text)
            words.add(*of_words)
            forms.add(*of_forms)
        self._tables[Channel.WORDS].add_found(words, self._terms)
        self._tables[Channel.FORMS].add_found(forms, self._terms)

    def _add_edged(self, texts: Places) -> None:
        """Add the pieces with edges of texts between spaces, which have no tokens in WORDS."""
        given = self._english.some(texts)
        is_simple = np.empty(texts.size, np.bool_)
        compiled.mark_words(given.codes, given.begins, given.ends, english.LONGEST_EDGE, is_simple)
        simple, others = np.flatnonzero(is_simple), np.flatnonzero(~is_simple)
        begins, ends = given.begins[simple], given.ends[simple]
        sizes = ends - begins
        counts = 2 * sizes - 1
        edges = np.empty(int((sizes + (sizes - 1) * (sizes + 2)).sum()), np.uint32)
        edge_ends = np.zeros(int(counts.sum()) + 1, np.int64)
        compiled.cut_edges(given.codes, begins, ends, edges, edge_ends[1:])
        numbers = self._terms.numbers(edges, edge_ends[:-1], edge_ends[1:])
        self._tables[Channel.FORMS].add(numbers, counts.astype(np.uint32))
        forms = _Found()
        for text in map(given.text, others.tolist()):
            forms.add(*filled(_edged_forms_behind, text))
        self._tables[Channel.FORMS].add_found(forms, self._terms)
        self._tables[Channel.WORDS].add_without(texts.size)
        texts = texts[np.concatenate([simple, others])]
        kinds = self._kinds_of(np.frombuffer(self._of_english, np.uint32)[texts])
        self._with_edges.update(range(len(self), len(self) + texts.size))
        self._number(self._of_edged, texts)
        self._describe(kinds, texts)

    def _repeat_edged(self, texts: Places, pieces: U32) -> None:
        """Add pieces with edges of texts that have the tokens of other pieces with edges."""
        kinds = self._kinds_of(np.frombuffer(self._of_english, np.uint32)[texts])
        self._with_edges.update(range(len(self), len(self) + texts.size))
        self._number(self._of_edged, texts)
        self._repeat(pieces, kinds, texts)

    def _pieces_of_words(self, words: Places) -> U32:
        """The pieces of words of runs of Han characters, given by their numbers."""
        self._add_words()
        return np.frombuffer(self._of_words, np.uint32)[words]

    def _add_words(self) -> None:
        """Add the pieces of words of runs of Han characters that have numbers and no pieces yet."""
        new = self._words.texts(len(self._of_words))
        if not new:
            return
        words = _Found()
        for terms in chinese.stacked(new):
            words.add(terms, [0] * len(terms), 1)
        self._tables[Channel.WORDS].add_found(words, self._terms)
        self._tables[Channel.FORMS].add_without(len(new))
        self._turning.extend(map(chinese.may_turn_round, new))
        self._of_words.extend(range(len(self), len(self) + len(new)))
        self._describe(_kinds([_BORDER] * len(new)), None)

    def _add_pairs(self) -> None:
        """Add the pieces of pairs of Han characters that have numbers and no pieces yet."""
        first = len(self._of_pairs)
        new = self._pairs.stretches(first)
        count = new.begins.size
        if not count:
            return
        # At each character itself, and with the next one.
        sizes = np.diff(new.starts)
        begins = np.repeat(new.begins, sizes)
        ends = np.repeat(new.ends, sizes)
        is_character = np.append(True, begins[1:] != begins[:-1])
        ends[is_character] = begins[is_character] + 1
        self._tables[Channel.FORMS].add(self._terms.numbers(new.codes, begins, ends), sizes.astype(np.uint32))
        self._tables[Channel.WORDS].add_without(count)
        self._of_pairs.extend(range(len(self), len(self) + count))
        self._describe(_kinds([_BORDER] * count), None)

    def _number(self, of_texts: array[int], texts: Places) -> None:
        """Put down the pieces that are added next as those of some texts between spaces."""
        np.frombuffer(of_texts, np.uint32)[texts] = np.arange(len(self), len(self) + texts.size)

    def _repeat(self, pieces: U32, kinds: Kinds, texts: Places) -> None:
        """Add pieces with the tokens of others."""
        for table in self._tables.values():
            table.repeat(pieces)
        self._describe(kinds, texts)

    def _describe(self, kinds: Kinds, texts: Places | None) -> None:
        """Say what the pieces are whose tokens were added last."""
        for kept, column in zip((self._leads, self._ends, self._numerals), kinds, strict=True):
            kept.frombytes(column.tobytes())
        count = kinds.shape[1]
        names = np.full(count, _NO_TEXT, np.int32) if texts is None else texts.astype(np.int32)
        self._names.frombytes(names.tobytes())
        self._uses.frombytes(bytes(self._uses.itemsize * count))

    def _kinds_of(self, pieces: U32) -> Kinds:
        """What some pieces are."""
        return np.stack([np.frombuffer(part, np.uint8)[pieces] for part in (self._leads, self._ends, self._numerals)])


def _plain_tokens(text: str) -> tuple[Filled, Filled]:
    """What a text between spaces holds in WORDS and in FORMS that is words among marks."""
    terms, positions, words = english.plain_words(text)
    return Filled(terms, positions, len(words)), Filled(words, range(len(words)), len(words))


def _tokens_of(text: str) -> tuple[Filled, Filled]:
    """The same of any text, where nothing stands before it that counts."""
    if english.is_plain_word(text):
        return Filled((english.term(text),), (0,), 1), Filled((text,), (0,), 1)
    if words := english.plain_compound(text):
        return Filled(*english.compound_terms(words), len(words)), Filled(words, range(len(words)), len(words))
    return filled(_words_behind, text), filled(_forms_behind, text)


def _words_behind(before: str, text: str) -> tuple[Sequence[Token], int]:
    alone = english.words_of(text)
    tokens = english.words_behind(before, text, alone) if before else None
    return alone.tokens if tokens is None else tokens, alone.positions


def _forms_behind(before: str, text: str, *, edges: bool = False) -> tuple[Sequence[Token], int]:
    alone = english.forms_of(text, edges=edges)
    tokens = english.forms_behind(before, text, alone, edges=edges) if before else None
    return alone.tokens if tokens is None else tokens, alone.positions


_edged_forms_behind = partial(_forms_behind, edges=True)
_ANALYSES: dict[tuple[Channel, bool], Analysis] = {
    (Channel.WORDS, False): _words_behind,
    (Channel.FORMS, False): _forms_behind,
    (Channel.FORMS, True): _edged_forms_behind,
}
"""By channel, and whether edges of words are tokens."""

_lock = threading.Lock()
_memory = [_Memory()]
