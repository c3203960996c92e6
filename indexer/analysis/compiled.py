"""Compiled loops: the cut of Chinese runs over a trie of words, and pieces of text to tokens.

Of a trie, a node is a number from 0, the root; `slots` is a table of its edges by open addressing, each slot a pair of
a key (the parent and the character) and the child.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[Any]

_compiled = numba.njit(cache=True, nogil=True)

_CHARACTER_BITS = np.uint64(21)
_ODD = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)
_ONE = np.uint64(1)
_ROOT = np.int64(0)


@_compiled
def _slot(slots: Numbers, parent: np.int64, character: np.uint32) -> np.int64:
    """The slot of an edge, or the empty one where it would be."""
    key = (np.uint64(parent) << _CHARACTER_BITS | np.uint64(character)) + _ONE
    mask = np.uint64(slots.shape[0] - 1)
    at = (key * _ODD >> _HALF) & mask
    while slots[at, 0] != 0 and slots[at, 0] != key:
        at = (at + _ONE) & mask
    return np.int64(at)


@_compiled
def fill_trie(codes: Numbers, ends: Numbers, values: Numbers, slots: Numbers, weights: Numbers) -> int:
    """Fill an empty trie.

    Args:
        codes: The characters of all words, one word behind the other.
        ends: Where each word ends.
        values: The weight of each word, not 0.
        slots: Of the edges; a power of two of them, and more than there are characters.
        weights: Takes the weight of each node, 0 where no word ends; as many as there are characters, and one.

    Returns:
        How many nodes there are.
    """
    count = 1
    begin = 0
    for word in range(ends.size):
        node = _ROOT
        for place in range(begin, ends[word]):
            at = _slot(slots, node, codes[place])
            if slots[at, 0] == 0:
                slots[at, 0] = (np.uint64(node) << _CHARACTER_BITS | np.uint64(codes[place])) + _ONE
                slots[at, 1] = count
                count += 1
            node = np.int64(slots[at, 1])
        weights[node] = values[word]
        begin = ends[word]
    return count


@_compiled
def cut_runs(codes: Numbers, run_ends: Numbers, slots: Numbers, weights: Numbers, unknown: int, ends: Numbers) -> int:
    """Cut runs into the most probable words, the longer ones in a tie.

    Args:
        codes: The characters of all runs, one run behind the other.
        run_ends: Where each run ends.
        slots: Of the trie.
        weights: Of its nodes.
        unknown: The weight of a character that is no word.
        ends: Takes where each word ends; no word reaches over the end of a run.

    Returns:
        How many words there are.
    """
    longest = 0
    begin = 0
    for behind in run_ends:
        longest = max(longest, behind - begin)
        begin = behind
    best = np.zeros(longest + 1, dtype=np.int64)
    chosen = np.zeros(longest + 1, dtype=np.int64)
    count = 0
    begin = 0
    for behind in run_ends:
        best[behind - begin] = 0
        for start in range(behind - 1, begin - 1, -1):
            at = _slot(slots, _ROOT, codes[start])
            known = slots[at, 0] != 0
            node = np.int64(slots[at, 1])
            weight = weights[node] if known else 0
            score = (weight if weight != 0 else unknown) + best[start + 1 - begin]
            end = start + 1
            # As in jieba, a character that is no word by itself stands alone only where no word begins with it.
            found = weight != 0
            reached = start + 1
            while known and reached < behind:
                at = _slot(slots, node, codes[reached])
                known = slots[at, 0] != 0
                node = np.int64(slots[at, 1])
                reached += 1
                if known and weights[node] != 0:
                    candidate = weights[node] + best[reached - begin]
                    if candidate >= score or not found:
                        score, end, found = candidate, reached, True
            best[start - begin] = score
            chosen[start - begin] = end
        start = begin
        while start < behind:
            start = chosen[start - begin]
            ends[count] = start
            count += 1
        begin = behind
    return count


@_compiled
def count_tokens(pieces: Numbers, ends: Numbers, starts: Numbers, counts: Numbers) -> int:
    """How many tokens the pieces of texts have.

    Args:
        pieces: The number of each piece, text by text.
        ends: Where the pieces of each text end.
        starts: By the number of a piece, where its tokens begin.
        counts: Takes the tokens of each text.

    Returns:
        The tokens of all texts.
    """
    total = 0
    begin = 0
    for text in range(ends.size):
        before = total
        for place in range(begin, ends[text]):
            total += starts[pieces[place] + 1] - starts[pieces[place]]
        counts[text] = total - before
        begin = ends[text]
    return total


@_compiled
def lay_out_tokens(
    pieces: Numbers,
    ends: Numbers,
    starts: Numbers,
    terms: Numbers,
    places: Numbers,
    spans: Numbers,
    uses: Numbers,
    numbers: Numbers,
    ids: Numbers,
    positions: Numbers,
    lengths: Numbers,
    distinct: Numbers,
) -> int:
    """The tokens of texts, given as pieces.

    Args:
        pieces: The number of each piece, text by text.
        ends: Where the pieces of each text end.
        starts: By the number of a piece, where its tokens begin.
        terms: Of the tokens of pieces, the number of their term.
        places: Their positions within the piece.
        spans: By the number of a piece, how many positions it takes.
        uses: By the number of a piece, how often it was met so far; it is counted on.
        numbers: As many zeros as there are terms.
        ids: Takes the term of each token, as an index into `distinct`.
        positions: Takes the position of each token.
        lengths: Takes how many positions each text has.
        distinct: Takes the terms that the tokens have, in the order in which they are first met.

    Returns:
        How many distinct terms there are.
    """
    count = 0
    token = 0
    begin = 0
    for text in range(ends.size):
        position = 0
        for place in range(begin, ends[text]):
            piece = pieces[place]
            uses[piece] += 1
            for source in range(starts[piece], starts[piece + 1]):
                term = terms[source]
                if numbers[term] == 0:
                    distinct[count] = term
                    count += 1
                    numbers[term] = count
                ids[token] = numbers[term] - 1
                positions[token] = position + places[source]
                token += 1
            position += spans[piece]
        lengths[text] = position
        begin = ends[text]
    return count


@_compiled
def count_texts(ids: Numbers, begins: Numbers, ends: Numbers, last: Numbers, texts: Numbers) -> None:
    """In how many texts each term stands, where a text has several columns of tokens.

    Args:
        ids: Of the tokens of all columns, one column behind the other, the number of their term.
        begins: Where those of each column (row) of each text (column) begin.
        ends: Where they end.
        last: As many zeros as there are terms.
        texts: Takes the number of texts by that of the term.
    """
    for text in range(ends.shape[1]):
        for column in range(ends.shape[0]):
            for token in range(begins[column, text], ends[column, text]):
                term = ids[token]
                if last[term] != text + 1:
                    last[term] = text + 1
                    texts[term] += 1
