"""Compiled loops that make postings of tokens, and copy postings from segment to segment."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from indexer.engines.whoosh.columnar.layout import BIG_FREQUENCY, SKIP

Numbers = npt.NDArray[Any]

GONE = np.uint32(2**32 - 1)
"""In a map of documents to their new numbers: the document is left out."""

_compiled = numba.njit(cache=True, nogil=True)


HEAD = 16
"""Bytes of a term that are compared at once."""
_EIGHT = np.uint64(8)
_HALF = np.uint64(32)
_LOW = np.uint64(2**32 - 1)
_ODD = np.uint64(0x9E3779B97F4A7C15)
_PRIME = np.uint64(1099511628211)


@_compiled
def _mixed(first: np.uint64, second: np.uint64, rest: np.uint64) -> np.uint64:
    hashed = (first ^ (first >> _HALF)) * _ODD
    hashed = (hashed ^ second ^ (hashed >> _HALF)) * _ODD
    hashed = (hashed ^ rest ^ (hashed >> _HALF)) * _ODD
    return hashed ^ (hashed >> _HALF)


@_compiled
def split_terms(data: Numbers, ends: Numbers, heads: Numbers, hashes: Numbers) -> int:
    """Find the terms in `data`, each ended by a zero byte, and hash them.

    Args:
        data: The terms.
        ends: Takes where each term's zero byte is.
        heads: Takes the first 16 bytes of each as two numbers, with zeros behind shorter ones.
        hashes: Takes the hash of each.

    Returns:
        How many terms there are; the outputs have those that fit.
    """
    found = 0
    begin = 0
    for end in range(data.size):
        if data[end] != 0:
            continue
        if found < ends.size:
            first = np.uint64(0)
            second = np.uint64(0)
            rest = np.uint64(0)
            for at in range(min(end, begin + HEAD) - 1, begin - 1, -1):
                if at >= begin + 8:
                    second = (second << _EIGHT) | np.uint64(data[at])
                else:
                    first = (first << _EIGHT) | np.uint64(data[at])
            for at in range(begin + HEAD, end):
                rest = (rest ^ np.uint64(data[at])) * _PRIME
            ends[found] = end
            heads[found, 0] = first
            heads[found, 1] = second
            hashes[found] = _mixed(first, second, rest)
        found += 1
        begin = end + 1
    return found


@_compiled
def number_terms(
    data: Numbers,
    ends: Numbers,
    heads: Numbers,
    hashes: Numbers,
    token: int,
    ids: Numbers,
    slots: Numbers,
    known_heads: Numbers,
    known_hashes: Numbers,
    texts: Numbers,
    starts: Numbers,
    count: int,
) -> tuple[int, int]:
    """Number tokens from `token` on by the terms that `split_terms` has found.

    The table of known terms: a slot has the upper half of the term's hash and its number plus one, or zero. Stops
    before a term for which the table, its texts or the rest have no room.

    Returns:
        How many tokens have numbers in `ids`, and how many terms are known.
    """
    mask = np.uint64(slots.size - 1)
    while token < ids.size:
        begin = ends[token - 1] + 1 if token else 0
        size = ends[token] - begin
        first = heads[token, 0]
        second = heads[token, 1]
        hashed = hashes[token]
        tag = hashed >> _HALF
        slot = hashed & mask
        number = np.int64(-1)
        while number < 0:
            entry = slots[slot]
            if entry == 0:
                break
            if entry >> _HALF == tag:
                candidate = np.int64(entry & _LOW) - 1
                if known_heads[candidate, 0] == first and known_heads[candidate, 1] == second:
                    # No term has a zero byte, so that the head tells apart those that are shorter than it.
                    same = True
                    if size >= HEAD:
                        same = starts[candidate + 1] - starts[candidate] == size
                        for at in range(HEAD, size if same else 0):
                            if texts[starts[candidate] + at] != data[begin + at]:
                                same = False
                                break
                    if same:
                        number = candidate
            slot = (slot + np.uint64(1)) & mask
        if number < 0:
            used = starts[count]
            if 2 * count >= slots.size or used + size > texts.size or count >= known_hashes.size:
                break
            slots[slot] = (tag << _HALF) | np.uint64(count + 1)
            known_heads[count, 0] = first
            known_heads[count, 1] = second
            known_hashes[count] = hashed
            for at in range(size):
                texts[used + at] = data[begin + at]
            number = np.int64(count)
            count += 1
            starts[count] = used + size
        ids[token] = number
        token += 1
    return token, count


@_compiled
def fill_slots(slots: Numbers, known_hashes: Numbers, count: int) -> None:
    """Enter known terms into an empty table."""
    mask = np.uint64(slots.size - 1)
    for number in range(count):
        slot = known_hashes[number] & mask
        while slots[slot] != 0:
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = (known_hashes[number] >> _HALF << _HALF) | np.uint64(number + 1)


@_compiled
def group_tokens(
    ids: Numbers, positions: Numbers, token_counts: Numbers, ranks: Numbers, term_count: int
) -> tuple[Numbers, Numbers, Numbers]:
    """Tokens in the order of documents, put in the order of terms; those of one term stay in order.

    Args:
        ids: Of each token, its term.
        positions: Of each token, or empty.
        token_counts: Of each document.
        ranks: Of each term, its place among the sorted terms.
        term_count: How many terms there are.

    Returns:
        Where each term's tokens begin (`term_count` + 1), each token's document, each token's position.
    """
    starts = np.zeros(term_count + 1, dtype=np.int64)
    for token in range(ids.size):
        starts[ranks[ids[token]] + 1] += 1
    for term in range(term_count):
        starts[term + 1] += starts[term]
    cursors = starts[:-1].copy()
    docs = np.empty(ids.size, dtype=np.uint32)
    ordered = np.empty(positions.size, dtype=np.uint32)
    token = 0
    for doc in range(token_counts.size):
        for _ in range(token_counts[doc]):
            rank = ranks[ids[token]]
            at = cursors[rank]
            cursors[rank] = at + 1
            docs[at] = doc
            if positions.size:
                ordered[at] = positions[token]
            token += 1
    return starts, docs, ordered


@_compiled
def measure_postings(
    starts: Numbers, docs: Numbers, positions: Numbers, most: int
) -> tuple[Numbers, Numbers, int, int]:
    """What `pack_postings` will need of tokens grouped by term; no frequency is kept as greater than `most`.

    Returns:
        The postings of each term, the bytes of its positions, how many frequencies are big, and the document whose
        positions descend within a term, or -1.
    """
    term_count = starts.size - 1
    posting_counts = np.zeros(term_count, dtype=np.int64)
    byte_counts = np.zeros(term_count, dtype=np.int64)
    big = 0
    for term in range(term_count):
        freq = 0
        for token in range(starts[term], starts[term + 1]):
            first = token == starts[term] or docs[token] != docs[token - 1]
            if first:
                posting_counts[term] += 1
                freq = 0
            freq += 1
            if freq == BIG_FREQUENCY and most >= BIG_FREQUENCY:
                big += 1
            if positions.size:
                if not first and positions[token] < positions[token - 1]:
                    return posting_counts, byte_counts, big, int(docs[token])
                delta = np.int64(positions[token])
                if not first:
                    delta -= np.int64(positions[token - 1])
                byte_counts[term] += 1
                while delta >= 128:
                    delta >>= 7
                    byte_counts[term] += 1
    return posting_counts, byte_counts, big, -1


@_compiled
def pack_postings(
    starts: Numbers,
    docs: Numbers,
    positions: Numbers,
    most: int,
    posting_count: int,
    byte_count: int,
    big_count: int,
    skip_count: int,
) -> tuple[Numbers, Numbers, Numbers, Numbers, Numbers, Numbers]:
    """The arrays of postings of tokens grouped by term; no frequency is kept as greater than `most`.

    Returns:
        docs, freqs, big_postings, big_freqs, positions, skips, as `layout` describes them.
    """
    out_docs = np.empty(posting_count, dtype=np.uint32)
    out_freqs = np.empty(posting_count, dtype=np.uint8)
    big_postings = np.empty(big_count, dtype=np.uint64)
    big_freqs = np.empty(big_count, dtype=np.uint32)
    packed = np.empty(byte_count, dtype=np.uint8)
    skips = np.empty(skip_count, dtype=np.uint32)
    posting = 0
    byte = 0
    big = 0
    skip = 0
    for term in range(starts.size - 1):
        term_byte = byte
        in_term = 0
        token = starts[term]
        end = starts[term + 1]
        while token < end:
            doc = docs[token]
            if positions.size and in_term and in_term % SKIP == 0:
                skips[skip] = byte - term_byte
                skip += 1
            freq = 0
            before = np.int64(0)
            while token < end and docs[token] == doc:
                if positions.size:
                    delta = np.int64(positions[token]) - before
                    before = np.int64(positions[token])
                    while delta >= 128:
                        packed[byte] = (delta & 127) | 128
                        byte += 1
                        delta >>= 7
                    packed[byte] = delta
                    byte += 1
                freq += 1
                token += 1
            freq = min(freq, most)
            if freq >= BIG_FREQUENCY:
                big_postings[big] = posting
                big_freqs[big] = freq
                big += 1
                freq = BIG_FREQUENCY
            out_docs[posting] = doc
            out_freqs[posting] = freq
            posting += 1
            in_term += 1
    return out_docs, out_freqs, big_postings, big_freqs, packed, skips


@_compiled
def count_survivors(
    posting_starts: Numbers,
    docs: Numbers,
    freqs: Numbers,
    big_freqs: Numbers,
    positions: Numbers,
    position_starts: Numbers,
    new_docs: Numbers,
) -> tuple[Numbers, Numbers, Numbers]:
    """For each term, of the postings in documents that stay: how many, the bytes of their positions, how many big."""
    term_count = posting_starts.size - 1
    posting_counts = np.zeros(term_count, dtype=np.int64)
    byte_counts = np.zeros(term_count, dtype=np.int64)
    big_counts = np.zeros(term_count, dtype=np.int64)
    big = 0
    for term in range(term_count):
        byte = np.int64(position_starts[term])
        with_positions = position_starts[term + 1] > position_starts[term]
        for posting in range(posting_starts[term], posting_starts[term + 1]):
            freq = np.int64(freqs[posting])
            stays = new_docs[docs[posting]] != GONE
            if freq == BIG_FREQUENCY:
                freq = np.int64(big_freqs[big])
                big += 1
                if stays:
                    big_counts[term] += 1
            begin = byte
            if with_positions:
                while freq:
                    if positions[byte] < 128:
                        freq -= 1
                    byte += 1
            if stays:
                posting_counts[term] += 1
                byte_counts[term] += byte - begin
    return posting_counts, byte_counts, big_counts


@_compiled
def copy_postings(
    begin: int,
    end: int,
    ranks: Numbers,
    posting_starts: Numbers,
    docs: Numbers,
    freqs: Numbers,
    big_postings: Numbers,
    big_freqs: Numbers,
    positions: Numbers,
    position_starts: Numbers,
    new_docs: Numbers,
    out_first: int,
    out_posting_starts: Numbers,
    out_position_starts: Numbers,
    out_skip_starts: Numbers,
    posting_cursors: Numbers,
    byte_cursors: Numbers,
    out_docs: Numbers,
    out_freqs: Numbers,
    out_positions: Numbers,
    out_skips: Numbers,
) -> tuple[Numbers, Numbers]:
    """Copy the postings of a segment's terms from `begin` up to `end` behind those of the segments before it.

    `ranks` has the new ordinal of each of the segment's terms, `new_docs` the new number of each document, or GONE. The
    arrays that begin with `out_` are of the new segment; of those without starts in their name there is only the part
    that begins with its term `out_first`, as there is of `posting_cursors` and `byte_cursors`, which say where the next
    posting and position of each of these terms go, and are moved on.

    Returns:
        The big postings, as indices in the new segment, and their frequencies.
    """
    first_posting = np.int64(out_posting_starts[out_first])
    first_byte = np.int64(out_position_starts[out_first])
    first_skip = np.int64(out_skip_starts[out_first])
    big = np.int64(np.searchsorted(big_postings, posting_starts[begin]))
    big_end = np.int64(np.searchsorted(big_postings, posting_starts[end]))
    new_big_postings = np.empty(big_end - big, dtype=np.uint64)
    new_big_freqs = np.empty(big_end - big, dtype=np.uint32)
    stayed = 0
    for term in range(begin, end):
        new_term = np.int64(ranks[term])
        at = posting_cursors[new_term - out_first]
        out_byte = byte_cursors[new_term - out_first]
        byte = np.int64(position_starts[term])
        with_positions = position_starts[term + 1] > position_starts[term]
        for posting in range(posting_starts[term], posting_starts[term + 1]):
            freq = np.int64(freqs[posting])
            doc = new_docs[docs[posting]]
            if freq == BIG_FREQUENCY:
                freq = np.int64(big_freqs[big])
                big += 1
                if doc != GONE:
                    new_big_postings[stayed] = at
                    new_big_freqs[stayed] = freq
                    stayed += 1
            if doc != GONE:
                out_docs[at - first_posting] = doc
                out_freqs[at - first_posting] = freqs[posting]
                if with_positions:
                    in_term = at - np.int64(out_posting_starts[new_term])
                    if in_term and in_term % SKIP == 0:
                        skip = np.int64(out_skip_starts[new_term]) + in_term // SKIP - 1 - first_skip
                        out_skips[skip] = out_byte - np.int64(out_position_starts[new_term])
                    while freq:
                        one = positions[byte]
                        if one < 128:
                            freq -= 1
                        out_positions[out_byte - first_byte] = one
                        out_byte += 1
                        byte += 1
                at += 1
            elif with_positions:
                while freq:
                    if positions[byte] < 128:
                        freq -= 1
                    byte += 1
        posting_cursors[new_term - out_first] = at
        byte_cursors[new_term - out_first] = out_byte
    return new_big_postings[:stayed], new_big_freqs[:stayed]


@_compiled
def _order(texts: Numbers, begin: int, end: int, other_begin: int, other_end: int) -> int:
    """Whether one text is less than another (negative), equal (0) or greater, by its bytes."""
    for at in range(min(end - begin, other_end - other_begin)):
        one = np.int64(texts[begin + at])
        other = np.int64(texts[other_begin + at])
        if one != other:
            return int(one - other)
    return int((end - begin) - (other_end - other_begin))


@_compiled
def order_alike(texts: Numbers, begins: Numbers, ends: Numbers, alike: Numbers, order: Numbers) -> None:
    """Sort texts that begin alike by their bytes.

    Args:
        texts: The bytes of all texts.
        begins: Where each text begins in them.
        ends: Where it ends.
        alike: Of each place in `order` but the first, whether the text there begins as the one before it does.
        order: The texts in the order of their beginnings; takes their order.
    """
    spare = np.empty_like(order)
    begin = 0
    while begin < order.size:
        behind = begin + 1
        while behind < order.size and alike[behind - 1]:
            behind += 1
        width = 1
        while width < behind - begin:
            for low in range(begin, behind, 2 * width):
                one, other = low, min(low + width, behind)
                middle, high = other, min(low + 2 * width, behind)
                for to in range(low, high):
                    left, right = order[one], order[min(other, high - 1)]
                    in_left = other == high
                    if not in_left and one < middle:
                        in_left = _order(texts, begins[left], ends[left], begins[right], ends[right]) <= 0
                    if in_left:
                        spare[to] = left
                        one += 1
                    else:
                        spare[to] = right
                        other += 1
            order[begin:behind] = spare[begin:behind]
            width *= 2
        begin = behind


@_compiled
def number_union(texts: Numbers, begins: Numbers, ends: Numbers, firsts: Numbers) -> tuple[Numbers, Numbers]:
    """Number the distinct texts of several sorted lists in their common order.

    Args:
        texts: The bytes of all texts.
        begins: Where each text begins in them, list by list.
        ends: Where it ends.
        firsts: The first text of each list, and how many there are in all.

    Returns:
        The number of each text; and of each number, a text that has it.
    """
    lists = firsts.size - 1
    heads = firsts[:-1].copy()
    numbers = np.empty(begins.size, dtype=np.int64)
    examples = np.empty(begins.size, dtype=np.int64)
    count = 0
    least = np.empty(lists, dtype=np.int64)
    while True:
        equal = 0
        for one in range(lists):
            head = heads[one]
            if head == firsts[one + 1]:
                continue
            order = -1
            if equal:
                best = heads[least[0]]
                order = _order(texts, begins[head], ends[head], begins[best], ends[best])
            if order < 0:
                equal = 0
            if order <= 0:
                least[equal] = one
                equal += 1
        if not equal:
            break
        examples[count] = heads[least[0]]
        for at in range(equal):
            numbers[heads[least[at]]] = count
            heads[least[at]] += 1
        count += 1
    return numbers, examples[:count]


@_compiled
def gather_texts(texts: Numbers, begins: Numbers, ends: Numbers, chosen: Numbers) -> tuple[Numbers, Numbers]:
    """The bytes of chosen texts, one after the other, and where each begins and the last ends."""
    starts = np.zeros(chosen.size + 1, dtype=np.uint64)
    size = 0
    for at in range(chosen.size):
        size += ends[chosen[at]] - begins[chosen[at]]
        starts[at + 1] = size
    gathered = np.empty(size, dtype=np.uint8)
    to = 0
    for at in range(chosen.size):
        for byte in range(begins[chosen[at]], ends[chosen[at]]):
            gathered[to] = texts[byte]
            to += 1
    return gathered, starts
