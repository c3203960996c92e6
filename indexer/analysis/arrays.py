"""Tokens of many texts at once, as arrays: what an index is made of.

The same tokens as `mixed.tokens` yields, without offsets. Texts are cut into *pieces* (what stands between two spaces,
a Chinese word, a Chinese character with the next one), and a piece that was met before is a number: its tokens are laid
out from tables by a compiled loop. The tables are of this process, and begin anew where they have grown too large.
"""

from __future__ import annotations

import re
import threading
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import add

import numpy as np
import numpy.typing as npt

from indexer.analysis import chinese, compiled, english
from indexer.analysis.mixed import turned_round
from indexer.analysis.normalize import fold
from indexer.analysis.numbers import SIGNS
from indexer.analysis.script import HAN_RUN
from indexer.analysis.tokens import Channel, Token

U32 = npt.NDArray[np.uint32]

_MOST_PIECES = 1 << 19
"""Pieces that are remembered: some 150 MB with their terms."""
_OFTEN = 4
"""Times that a piece was met in either channel, to be kept when the others are forgotten."""
_LONGEST_PIECE = 1000
"""Characters of a piece that is cut at its line breaks."""


@dataclass(frozen=True)
class TermArrays:
    """The tokens of a channel in the texts of a batch, text by text."""

    terms: list[str]
    """The distinct terms of the tokens."""
    ids: U32
    """Of each token, its term as an index into `terms`."""
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
        terms = map(self.terms.__getitem__, self.ids[tokens].tolist())
        return list(zip(terms, self.positions[tokens].tolist(), strict=True))

    def encoded(self) -> bytes:
        """The distinct terms in UTF-8, each with a zero byte behind it."""
        return "\0".join([*self.terms, ""]).encode()


def term_arrays(texts: Sequence[str | None]) -> dict[Channel, TermArrays]:
    """What an index holds of texts in each channel; of None it holds nothing."""
    with _lock:
        if len(_memory[0].names) > _MOST_PIECES:
            _memory[0] = _memory[0].recurring()
        return _memory[0].arrays(texts)


def texts_with(columns: Sequence[TermArrays]) -> dict[str, int]:
    """In how many texts each term stands, in whichever of the columns that the texts have."""
    if not columns:
        return {}
    numbers: dict[str, int] = {}
    ids: list[U32] = []
    ends = np.zeros((len(columns), columns[0].counts.size), np.int64)
    begin = 0
    for row, column in enumerate(columns):
        of_column = [numbers.setdefault(term, len(numbers)) for term in column.terms]
        ids.append(np.array(of_column, np.uint32)[column.ids])
        ends[row] = begin + np.cumsum(column.counts, dtype=np.int64)
        begin += column.ids.size
    last, texts = np.zeros((2, len(numbers)), np.uint32)
    begins = ends - [column.counts for column in columns]
    compiled.count_texts(np.concatenate(ids), begins, ends, last, texts)
    return dict(zip(numbers, texts.tolist(), strict=True))


class _Numbers(dict[str, int]):
    """Texts with their numbers; one that is not there is added."""

    def __init__(self, add: Callable[[str], int]) -> None:
        super().__init__()
        self._add = add

    def __missing__(self, text: str) -> int:
        number = self[text] = self._add(text)
        return number


class _Table:
    """The tokens that pieces have in a channel."""

    def __init__(self) -> None:
        self.starts = array("I", [0])
        self.terms = array("I")
        self.places = array("i")
        self.spans = array("I")

    def add(self, terms: Iterable[int], places: Iterable[int], span: int) -> None:
        """Add a piece."""
        self.terms.extend(terms)
        self.places.extend(places)
        self.starts.append(len(self.terms))
        self.spans.append(span)

    def add_one(self, term: int) -> None:
        """Add a piece of one token."""
        self.terms.append(term)
        self.places.append(0)
        self.starts.append(len(self.terms))
        self.spans.append(1)

    def repeat(self, piece: int) -> None:
        """Add a piece with the tokens of another."""
        tokens = slice(self.starts[piece], self.starts[piece + 1])
        self.add(self.terms[tokens], self.places[tokens], self.spans[piece])


_BREAK, _EMPTY, _LINE_BREAK = range(3)
"""Pieces without tokens: the beginning of a text, what stands between two spaces, and between two lines."""

_OTHER, _SIGN, _DIGIT, _BORDER = range(4)
"""What a piece ends in. Nothing reaches over a border to change the tokens of the piece behind it."""

_LEADS = ("", *english.LEADS)
_PERCENT, _NUMBER, _NUMERAL = map(_LEADS.index, english.LEADS)
_BEGINNINGS = tuple((_LEADS.index(lead), begins) for lead, begins in english.LEADS.items())

_OPENING, _CLOSING = '(["', ',.;:!?)]"'
"""Marks around a piece that make no other tokens of it."""

_SHORT_NUMBER = 24
"""Characters of a piece that is wholly seen from the one behind it."""

_MAY_BE_NUMERAL = re.compile("(?<![a-z])[ivx]{1,4}(?:[a-d][12]?)?(?![a-z])")


def _stretches(text: str) -> list[str]:
    """A text folded and cut into stretches without Han characters and with nothing else, by turns."""
    folded = fold(text)
    return [folded] if folded.isascii() else _HAN_STRETCH.split(folded)


_HAN_STRETCH = re.compile(f"({HAN_RUN.pattern})")


class _HanRuns:
    """The pieces of the runs of Han characters of several texts, one run after the other."""

    def __init__(self, memory: _Memory, runs: Sequence[str]) -> None:
        cut = [chinese.as_meant(words) for words in chinese.cut_all(runs)] if runs else []
        self._words = memory.words_of(list(chain.from_iterable(cut)))
        # Pairs of all runs at once; one with a zero character is the last of its run alone.
        whole = "\0".join([*runs, ""])
        self._pairs = memory.pairs_of(map(add, whole, whole[1:]))
        self._sizes = zip(map(len, cut), map(len, runs), strict=True)
        self._word = self._pair = 0

    def add_next(self, words: list[int], forms: list[int]) -> None:
        """Add the pieces of the next run."""
        count, characters = next(self._sizes)
        words += self._words[self._word : self._word + count]
        forms += self._pairs[self._pair : self._pair + characters]
        self._word += count
        self._pair += characters + 1


class _Memory:
    """The pieces that were met, by their numbers."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._texts: list[str] = []
        """Terms by their numbers."""
        self._terms = _Numbers(self._add_term)
        self._tables = {channel: _Table() for channel in Channel}
        self._leads = array("B")
        self._ends = array("B")
        self._english = _Numbers(self._add_english)
        self._edged = _Numbers(self._add_edged)
        """Pieces near Han characters, where the edges of words are tokens as well."""
        self._with_edges: set[int] = set()
        """Their numbers."""
        self._words: dict[str, int] = {}
        self._pairs = _Numbers(self._add_pair)
        self._uses = array("I")
        """How often each piece was met."""
        self._behind: dict[tuple[int, int], int] = {}
        """By the piece before and a piece, the number of the latter as it is there."""
        self._others: dict[tuple[int, tuple[Token, ...] | None, tuple[Token, ...] | None], int] = {}
        """By a piece and the other tokens that it has somewhere in each channel, its number there."""
        for name, ends in (("", _BORDER), ("", _OTHER), ("\n", _BORDER)):
            self._add(name, (), 0, (), 0, ends=ends)
        self._english[""] = self._edged[""] = _EMPTY

    def recurring(self) -> _Memory:
        """A new memory of the pieces that were met often, if they are few enough for it to take up others."""
        kept = _Memory()
        least = _OFTEN
        while sum(uses >= least for uses in self._uses) > _MOST_PIECES // 2:
            least *= 2
        for old, new in (
            (self._english, kept._english),
            (self._edged, kept._edged),
            (self._words, kept._words),
            (self._pairs, kept._pairs),
        ):
            for text, number in old.items():
                if number > _LINE_BREAK and self._uses[number] >= least:
                    new[text] = kept._take(self, number)
        kept._with_edges.update(kept._edged.values())
        return kept

    def _take(self, other: _Memory, number: int) -> int:
        """Take over a piece of another memory; its number."""
        for channel, table in self._tables.items():
            of_other = other._tables[channel]
            tokens = slice(of_other.starts[number], of_other.starts[number + 1])
            terms = [self._terms[other._texts[term]] for term in of_other.terms[tokens]]
            table.add(terms, of_other.places[tokens], of_other.spans[number])
        return self._name(other.names[number], other._leads[number], other._ends[number])

    def arrays(self, texts: Sequence[str | None]) -> dict[Channel, TermArrays]:
        """The tokens of texts."""
        words: list[int] = []
        forms: list[int] = []
        ends = np.zeros((2, len(texts)), np.int64)
        stretches = [_stretches(text) if text else [] for text in texts]
        runs = _HanRuns(self, [run for parts in stretches for run in parts[1::2]])
        for number, parts in enumerate(stretches):
            words.append(_BREAK)
            forms.append(_BREAK)
            if len(parts) == 1:
                pieces = self._pieces_of(parts[0], self._english)
                words += pieces
                forms += pieces
            elif parts:
                self._read(parts, runs, words, forms)
            ends[:, number] = len(words), len(forms)
        in_words, in_forms = (np.array(pieces, np.uint32) for pieces in (words, forms))
        return {
            Channel.WORDS: self._laid_out(self._in_context(in_words), ends[0], self._tables[Channel.WORDS]),
            Channel.FORMS: self._laid_out(
                self._in_context(in_forms, numerals=False), ends[1], self._tables[Channel.FORMS]
            ),
        }

    def _read(self, parts: Sequence[str], runs: _HanRuns, words: list[int], forms: list[int]) -> None:
        """Add the pieces of a text, given as stretches without Han characters and with nothing else, by turns."""
        last = len(parts) - 1
        for place, part in enumerate(parts):
            if place % 2:
                runs.add_next(words, forms)
            elif not part:
                continue
            else:
                pieces = self._pieces_beside(part, behind=place > 0, before=place < last)
                if words[-1] == self._words.get(chinese.PREFIX) and part[0].isalpha():
                    words += [self._turned_round(pieces[0]), *pieces[1:]]
                else:
                    words += pieces
                forms += pieces

    def _pieces_beside(self, text: str, *, behind: bool, before: bool) -> list[int]:
        """The pieces of a text that stands behind Chinese, before it, or both."""
        if len(text) <= english.REACH and " " not in text and "\n" not in text:
            return [self._edged[text]]
        return [
            piece
            for start, end, edges in english.zones(text, behind=behind, before=before)
            for piece in self._pieces_of(text[start:end], self._edged if edges else self._english)
        ]

    def _turned_round(self, piece: int) -> int:
        """The piece as it is behind a lone 非."""
        name = self.names[piece]
        alone = english.words_of(name)
        words = tuple(turned_round(list(alone.tokens)))
        key = piece, words, None
        if key not in self._others:
            forms = english.forms_of(name, edges=True).tokens
            self._others[key] = self._add(name, words, alone.positions, forms, ends=self._ends[piece])
            self._with_edges.add(self._others[key])
        return self._others[key]

    def _pieces_of(self, text: str, numbers: _Numbers) -> list[int]:
        number_of = numbers.__getitem__
        if "\n" not in text:
            return list(map(number_of, text.split(" ")))
        found: list[int] = []
        for piece in text.split(" "):
            if "\n" in piece and (lines := self._lines_of(piece, numbers)):
                found += lines
            else:
                found.append(number_of(piece))
        return found

    def _lines_of(self, piece: str, numbers: _Numbers) -> list[int]:
        """The lines of a piece as pieces by themselves; none where one may change the tokens of another."""
        if len(piece) > _LONGEST_PIECE:
            return []
        lines = piece.split("\n")
        found = [numbers[line] for line in lines]
        for place in range(1, len(found)):
            number, before = found[place], found[place - 1]
            signed = self._leads[number] == _NUMBER and (self._ends[before] == _SIGN or before == _EMPTY)
            if signed or _MAY_BE_NUMERAL.search(lines[place]):
                return []
        broken = [_LINE_BREAK] * (2 * len(found) - 1)
        broken[::2] = found
        return broken

    def _in_context(self, pieces: U32, *, numerals: bool = True) -> U32:
        """The pieces, others in place of those whose tokens are changed by what stands before them.

        Without `numerals` those are left that may be Roman ones.
        """
        leads = np.frombuffer(self._leads, np.uint8)[pieces[1:]]
        ends = np.frombuffer(self._ends, np.uint8)[pieces[:-1]]
        led = (leads == _PERCENT) & (ends == _DIGIT)
        led |= (leads == _NUMBER) & (ends == _SIGN)
        if numerals:
            led |= (leads == _NUMERAL) & (ends != _BORDER)
        places = (np.flatnonzero(led) + 1).tolist()
        found = pieces.copy()
        for place in places:
            # One after the other: a number that has a sign before it is another one to the per cent sign behind it.
            found[place] = self._as_it_is_there(found, place)
        return found

    def _as_it_is_there(self, pieces: U32, place: int) -> int:
        """The piece at a place with the tokens that it has there."""
        before, piece = pieces[place - 1 : place + 1].tolist()
        if (known := self._behind.get((before, piece))) is not None:
            return known
        name = self.names[piece]
        edges = piece in self._with_edges
        text = self._text_before(pieces, place)
        alone = english.words_of(name)
        words = english.words_behind(text, name, alone)
        forms = None
        if self._leads[piece] != _NUMERAL:
            forms = english.forms_behind(text, name, english.forms_of(name, edges=edges), edges=edges)
        number: int = piece
        if words is not None or forms is not None:
            key = piece, words, forms
            if key not in self._others:
                forms = forms or english.forms_of(name, edges=edges).tokens
                self._others[key] = self._add(name, words or alone.tokens, alone.positions, forms)
            number = self._others[key]
        if (
            self._leads[piece] != _NUMERAL
            and not _MAY_BE_NUMERAL.search(name)
            and len(self.names[before]) <= _SHORT_NUMBER
        ):
            # The sign or number before it is all that counts, so it is the same wherever the two meet.
            self._behind[before, piece] = number
        return number

    def _text_before(self, pieces: U32, place: int) -> str:
        """What stands before a piece, as far as it may count."""
        names = [""]
        length = 0
        while length < english.CONTEXT:
            place -= 1
            piece = int(pieces[place])
            if self._ends[piece] == _BORDER and piece != _LINE_BREAK:
                break
            names.append(self.names[piece])
            length += len(names[-1]) + 1
        return " ".join(reversed(names)).replace(" \n ", "\n")

    def _laid_out(self, pieces: U32, ends: npt.NDArray[np.int64], table: _Table) -> TermArrays:
        """The tokens of texts by their pieces."""
        starts, terms, spans = (np.frombuffer(part, np.uint32) for part in (table.starts, table.terms, table.spans))
        places, uses = np.frombuffer(table.places, np.int32), np.frombuffer(self._uses, np.uint32)
        counts, lengths = np.empty(ends.size, np.uint32), np.empty(ends.size, np.uint32)
        total = compiled.count_tokens(pieces, ends, starts, counts)
        ids, positions = np.empty(total, np.uint32), np.empty(total, np.uint32)
        known = len(self._texts)
        numbers, distinct = np.zeros(known, np.uint32), np.empty(min(total, known), np.uint32)
        count = compiled.lay_out_tokens(
            pieces, ends, starts, terms, places, spans, uses, numbers, ids, positions, lengths, distinct
        )
        found = list(map(self._texts.__getitem__, distinct[:count].tolist()))
        return TermArrays(found, ids, positions, counts, lengths)

    def _add_term(self, term: str) -> int:
        self._texts.append(term)
        return len(self._texts) - 1

    def _add_english(self, piece: str) -> int:
        if english.is_plain_word(piece):
            self._tables[Channel.WORDS].add_one(self._terms[english.term(piece)])
            self._tables[Channel.FORMS].add_one(self._terms[piece])
            return self._name(piece, 0, _OTHER)
        return self._add_piece(piece, self._english, edges=False)

    def _add_edged(self, piece: str) -> int:
        number = self._add_piece(piece, self._edged, edges=True)
        self._with_edges.add(number)
        return number

    def _add_piece(self, piece: str, others: _Numbers, *, edges: bool) -> int:
        bare = piece.lstrip(_OPENING).rstrip(_CLOSING)
        ends = _SIGN if piece[-1] in SIGNS else _DIGIT if piece[-1].isdigit() else _OTHER
        leads = next((number for number, begins in _BEGINNINGS if begins.match(piece)), 0)
        if bare == piece:
            alone = english.words_of(piece)
            forms = english.forms_of(piece, edges=edges)
            return self._add(piece, alone.tokens, alone.positions, forms.tokens, leads, ends)
        number = others[bare]
        for table in self._tables.values():
            table.repeat(number)
        return self._name(piece, leads, ends)

    def words_of(self, words: Sequence[str]) -> list[int]:
        """The pieces of words that were cut out of runs of Han characters."""
        new = [word for word in dict.fromkeys(words) if word not in self._words]
        for word, texts in zip(new, chinese.stacked(new), strict=True):
            terms = [self._terms[text] for text in texts]
            self._tables[Channel.WORDS].add(terms, [0] * len(terms), 1)
            self._tables[Channel.FORMS].add((), (), 0)
            self._words[word] = self._name(word, 0, _BORDER)
        return list(map(self._words.__getitem__, words))

    def pairs_of(self, pairs: Iterable[str]) -> list[int]:
        """The pieces of pairs of Han characters, of which a zero character is none."""
        return list(map(self._pairs.__getitem__, pairs))

    def _add_pair(self, pair: str) -> int:
        if pair[0] == "\0":
            return _BREAK
        self._tables[Channel.WORDS].add((), (), 0)
        character = self._terms[pair[0]]
        if pair[1] == "\0":
            self._tables[Channel.FORMS].add_one(character)
        else:
            self._tables[Channel.FORMS].add((character, self._terms[pair]), (0, 0), 1)
        return self._name(pair, 0, _BORDER)

    def _add(
        self,
        name: str,
        words: Sequence[Token],
        span: int,
        forms: Sequence[Token],
        leads: int = 0,
        ends: int = _OTHER,
    ) -> int:
        """Add a piece with its tokens, of which those of WORDS take `span` positions; its number."""
        for channel, tokens, positions in (
            (Channel.WORDS, words, span),
            (Channel.FORMS, forms, forms[-1].position + 1 if forms else 0),
        ):
            terms = [self._terms[token.text] for token in tokens]
            self._tables[channel].add(terms, [token.position for token in tokens], positions)
        return self._name(name, leads, ends)

    def _name(self, name: str, leads: int, ends: int) -> int:
        """Name the piece whose tokens were added last; its number."""
        self.names.append(name)
        self._leads.append(leads)
        self._ends.append(ends)
        self._uses.append(0)
        return len(self.names) - 1


_lock = threading.Lock()
_memory = [_Memory()]
