"""The compiled loops of evaluation: postings to documents and scores, documents to counts, orders and pages.

All take the arrays of one segment (`columnar.layout`), read-only and uncopied, and documents as ascending numbers. They
run without the interpreter's lock. Arrays that come from here are made read-only by their callers, so that each loop is
compiled for one type of each argument; `warm` has all of them ready before the first request.

`alive` says of each document whether it is not deleted; it is empty where none of the segment's is.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from indexer.engines.whoosh.columnar.layout import BIG_FREQUENCY, SKIP

Numbers = npt.NDArray[Any]
Whole = Any
"""A whole number, of Python's or NumPy's."""
Truth = Any

KEYS = 5
"""Of a place in an order; see `best_documents`."""

compiled = numba.njit(cache=True, nogil=True, error_model="numpy")
inlined = numba.njit(cache=True, nogil=True, error_model="numpy", inline="always")
"""Of what a loop calls with arrays at each step, which would count references to each of them otherwise."""


FEW = 256
"""Values of a facet that are few."""
_NO_DOC = 1 << 32
"""Greater than any document."""
HEAD_EVERY = 64
"""Terms from one head to the next."""
COUNTED_AT_ONCE = 512
"""Terms with fewer postings have their documents counted whenever they are looked up."""
WINDOW = 4096
"""Documents whose scores are summed at a time, so that the sums stay in near memory; a multiple of 64."""
CLOSE = 8
"""Within so many times as many postings as documents that are looked for, all of the postings are gone through."""
_HELD = 1e-200
"""Added to the weights in a field, which it does not change, so that no document that holds a term there has 0."""
_DE_BRUIJN = np.uint64(0x03F79D71B4CB0A89)
"""Each run of six of its bits is another: times a power of two, its first six tell which."""
_BIT_OF = np.empty(64, dtype=np.uint8)
_BIT_OF[[(int(_DE_BRUIJN) << bit) % 2**64 >> 58 for bit in range(64)]] = np.arange(64)


@compiled
def _head(text: Numbers, begin: Whole, end: Whole) -> Whole:
    """The first eight bytes of a text as a number of the same order, with zeros behind a shorter one."""
    head = np.uint64(0)
    for at in range(begin, begin + 8):
        head <<= np.uint64(8)
        if at < end:
            head |= np.uint64(text[at])
    return head


@compiled
def term_heads(term_bytes: Numbers, term_starts: Numbers) -> Numbers:
    """The head of every 64th term, so that a search begins in memory that is near."""
    count = (term_starts.size - 1 + HEAD_EVERY - 1) // HEAD_EVERY
    heads = np.empty(count, dtype=np.uint64)
    for place in range(count):
        term = place * HEAD_EVERY
        heads[place] = _head(term_bytes, np.int64(term_starts[term]), np.int64(term_starts[term + 1]))
    return heads


@compiled
def _narrowed(heads: Numbers, head: Whole, low: Whole, high: Whole) -> tuple[Whole, Whole]:
    """A range of sorted terms, smaller, that holds a text with a head if the range does."""
    first = (low + HEAD_EVERY - 1) // HEAD_EVERY
    last = (high + HEAD_EVERY - 1) // HEAD_EVERY
    begin = first
    end = last
    while begin < end:
        middle = (begin + end) // 2
        if heads[middle] < head:
            begin = middle + 1
        else:
            end = middle
    behind = begin
    while behind < last and heads[behind] == head:
        behind += 1
    if begin > first:
        low = (begin - 1) * HEAD_EVERY
    if behind < last:
        high = behind * HEAD_EVERY
    return low, high


@compiled
def find_places(
    text: Numbers,
    term_bytes: Numbers,
    term_starts: Numbers,
    heads: Numbers,
    lows: Numbers,
    highs: Numbers,
    posting_starts: Numbers,
) -> tuple[Numbers, Whole]:
    """Where a term stands: of each of several ranges of a segment's dictionary that has it a row; see `Places`."""
    places = np.empty((lows.size, 4), dtype=np.int64)
    count = 0
    postings: Whole = 0
    head = _head(text, 0, text.size)
    for field in range(lows.size):
        low, high = _narrowed(heads, head, lows[field], highs[field])
        while low < high:
            middle = (low + high) // 2
            order = _compared(term_bytes, np.int64(term_starts[middle]), np.int64(term_starts[middle + 1]), text)
            if order == 0:
                begin, end = np.int64(posting_starts[middle]), np.int64(posting_starts[middle + 1])
                at = count
                while at and places[at - 1, 3] - places[at - 1, 2] > end - begin:
                    places[at] = places[at - 1]
                    at -= 1
                places[at, 0] = field
                places[at, 1] = middle
                places[at, 2] = begin
                places[at, 3] = end
                count += 1
                postings += end - begin
                break
            if order < 0:
                low = middle + 1
            else:
                high = middle
    return places[:count], postings


@compiled
def find_terms(
    texts: Numbers,
    text_starts: Numbers,
    term_bytes: Numbers,
    term_starts: Numbers,
    heads: Numbers,
    lows: Numbers,
    highs: Numbers,
    posting_starts: Numbers,
    docs: Numbers,
    alive: Numbers,
) -> tuple[Numbers, Numbers]:
    """Where several terms stand, as `find_places` tells of each, one after the other.

    Returns:
        The places; and for each term where its places begin, and how many living documents it has, -1 where it has so
        many postings that these are better counted once and remembered; behind the last, where the places end.
    """
    count = text_starts.size - 1
    places = np.empty((count * lows.size, 4), dtype=np.int64)
    terms = np.zeros((count + 1, 2), dtype=np.int64)
    found = 0
    for term in range(count):
        text = texts[text_starts[term] : text_starts[term + 1]]
        of_term, postings = find_places(text, term_bytes, term_starts, heads, lows, highs, posting_starts)
        for row in range(of_term.shape[0]):
            for column in range(4):
                places[found + row, column] = of_term[row, column]
        found += of_term.shape[0]
        terms[term + 1, 0] = found
        terms[term, 1] = _count_union(docs, of_term, alive) if postings < COUNTED_AT_ONCE else -1
    return places[:found], terms


@compiled
def _compared(term_bytes: Numbers, begin: Whole, end: Whole, text: Numbers) -> Whole:
    """Less than 0, 0 or more than 0 where a term is less than a text, equal to it, or greater."""
    size = end - begin
    shorter = size if size < text.size else text.size
    for at in range(shorter):
        if term_bytes[begin + at] != text[at]:
            return -1 if term_bytes[begin + at] < text[at] else 1
    return size - text.size


@compiled
def _gallop(docs: Numbers, at: Whole, end: Whole, wanted: Whole) -> Whole:
    """The first place from `at` on, before `end`, whose document is not less than `wanted`; `end` where none is."""
    if at >= end or docs[at] >= wanted:
        return at
    step = 1
    low = at
    while low + step < end and docs[low + step] < wanted:
        low += step
        step *= 2
    high = min(low + step, end)
    low += 1
    while low < high:
        middle = (low + high) // 2
        if docs[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


@inlined
def _advance(docs: Numbers, at: Whole, end: Whole, wanted: Whole, close: Truth) -> Whole:
    """As `_gallop`, step by step where the place is likely to be close."""
    if close:
        while at < end and docs[at] < wanted:
            at += 1
        return at
    return _gallop(docs, at, end, wanted)


@compiled
def living(docs: Numbers, begin: Whole, end: Whole, alive: Numbers) -> Numbers:
    """A range of documents, copied, without those that are deleted."""
    if not alive.size:
        return docs[begin:end].copy()
    kept = np.empty(end - begin, dtype=np.uint32)
    count = 0
    for at in range(begin, end):
        if alive[docs[at]]:
            kept[count] = docs[at]
            count += 1
    return kept[:count]


@compiled
def _frequency(freqs: Numbers, big_postings: Numbers, big_freqs: Numbers, posting: Whole) -> Whole:
    freq = np.int64(freqs[posting])
    if freq == BIG_FREQUENCY:
        freq = np.int64(big_freqs[np.searchsorted(big_postings, np.uint64(posting))])
    return freq


@compiled
def _length(halves: Numbers, first: Whole, units: Whole, doc: Whole) -> Whole:
    """The length of a field in a document; see `weigh`."""
    if units == 1:
        return np.int64(halves[first + np.int64(doc)])
    at = first + 2 * np.int64(doc)
    return np.int64(halves[at]) + (np.int64(halves[at + 1]) << 16)


@compiled
def weigh(
    places: Numbers,
    docs: Numbers,
    freqs: Numbers,
    big_postings: Numbers,
    big_freqs: Numbers,
    halves: Numbers,
    length_places: Numbers,
    norms: Numbers,
    alive: Numbers,
) -> tuple[Numbers, Numbers]:
    """The living documents that stand in any of a term's places, and the sum of the weights of their postings there.

    Args:
        places: See `Places`.
        docs: As of the segment.
        freqs: As of the segment.
        big_postings: As of the segment.
        big_freqs: As of the segment.
        halves: See `SegmentArrays.length_halves`.
        length_places: For each field a row: where its lengths begin in `halves`, how many units each is, and where its
            norms begin.
        norms: What an occurrence counts for, by length, the fields one after the other.
        alive: As of the segment.
    """
    most = 0
    for part in range(places.shape[0]):
        most += places[part, 3] - places[part, 2]
    united = np.empty(most, dtype=np.uint32)
    sums = np.empty(most, dtype=np.float64)
    count = 0
    for part in range(places.shape[0]):
        begin, end = places[part, 2], places[part, 3]
        first, units, norm = length_places[places[part, 0]]
        big = np.searchsorted(big_postings, np.uint64(begin)) if big_postings.size else 0
        # What there is so far moves to the end, from where it is merged with the next postings, which are no fewer.
        one = most - count
        for index in range(count - 1, -1, -1):
            united[one + index] = united[index]
            sums[one + index] = sums[index]
        other = np.int64(united[one]) if count else _NO_DOC
        count = 0
        for posting in range(begin, end):
            doc = np.int64(docs[posting])
            freq = np.int64(freqs[posting])
            if freq == BIG_FREQUENCY:
                freq = np.int64(big_freqs[big])
                big += 1
            if alive.size and not alive[doc]:
                continue
            weight = freq * norms[norm + _length(halves, first, units, doc)]
            while other <= doc:
                if other == doc:
                    weight += sums[one]
                else:
                    united[count] = other
                    sums[count] = sums[one]
                    count += 1
                one += 1
                other = np.int64(united[one]) if one < most else _NO_DOC
            united[count] = doc
            sums[count] = weight
            count += 1
        while one < most:
            united[count] = united[one]
            sums[count] = sums[one]
            one += 1
            count += 1
    return united[:count], sums[:count]


@compiled
def weigh_counted(docs: Numbers, counts: Numbers, lengths: Numbers, norms: Numbers) -> tuple[Numbers, Numbers]:
    """The documents of a field that hold a form, with what its occurrences count for; see `weigh`.

    `counts` are of each of the documents, `lengths` of all of the segment's.
    """
    held = np.empty(docs.size + 1, dtype=np.uint32)
    weights = np.empty(docs.size + 1, dtype=np.float64)
    count = 0
    for index in range(docs.size):
        # Without a branch, which would be guessed wrong; the last may be no hit.
        held[count] = docs[index]
        weights[count] = counts[index] * norms[lengths[docs[index]]]
        count += counts[index] > 0
    return held[:count], weights[:count]


@compiled
def weigh_within(
    wanted: Numbers,
    places: Numbers,
    docs: Numbers,
    freqs: Numbers,
    big_postings: Numbers,
    big_freqs: Numbers,
    halves: Numbers,
    length_places: Numbers,
    norms: Numbers,
) -> tuple[Numbers, Numbers, Numbers]:
    """As `weigh`, of wanted documents alone, which are alive; and their places among the wanted ones."""
    weights = np.full(wanted.size, -1.0)
    for part in range(places.shape[0]):
        at, end = places[part, 2], places[part, 3]
        first, units, norm = length_places[places[part, 0]]
        for index in range(wanted.size):
            doc = wanted[index]
            if docs[at] < doc:
                at = _gallop(docs, at, end, doc)
                if at >= end:
                    break
            if docs[at] == doc:
                freq = _frequency(freqs, big_postings, big_freqs, at)
                weight = freq * norms[norm + _length(halves, first, units, doc)]
                weights[index] = max(weights[index], 0.0) + weight
    held = np.empty(wanted.size, dtype=np.uint32)
    sums = np.empty(wanted.size, dtype=np.float64)
    kept = np.empty(wanted.size, dtype=np.int64)
    count = 0
    for index in range(wanted.size):
        if weights[index] >= 0.0:
            held[count] = wanted[index]
            sums[count] = weights[index]
            kept[count] = index
            count += 1
    return held[:count], sums[:count], kept[:count]


@inlined
def _add_term(
    places: Numbers,
    begin: Whole,
    end: Whole,
    rarity: float,
    k1: float,
    base: Whole,
    begins: Numbers,
    ends: Numbers,
    bigs: Numbers,
    sums: Numbers,
    touched: Numbers,
    docs: Numbers,
    freqs: Numbers,
    big_freqs: Numbers,
    halves: Numbers,
    length_places: Numbers,
    norms: Numbers,
) -> None:
    """Add a term's scores in a window to the sums; its places are the rows from `begin` up to `end`."""
    one, two, seven, last = np.uint64(1), np.uint64(2), np.uint64(7), np.uint64(63)
    for row in range(begin, end):
        first, units, norm = length_places[places[row, 0]]
        big = bigs[row]
        whole = row == end - 1
        for posting in range(np.uint64(begins[row]), np.uint64(ends[row])):
            doc = np.uint64(docs[posting])
            place = two * (doc - base)
            freq = np.int64(freqs[posting])
            if freq == BIG_FREQUENCY:
                freq = np.int64(big_freqs[big])
                big += 1
            weight = freq * norms[norm + _length(halves, first, units, doc)] + sums[place + one]
            if whole:
                # The field with the most postings is the last one: here the term's score is known.
                sums[place + one] = 0.0
                sums[place] += rarity * weight / (k1 + weight)
                touched[place >> seven] |= one << ((place >> one) & last)
            else:
                sums[place + one] = weight + _HELD
        bigs[row] = big
    # What stands in the other fields alone.
    for row in range(begin, end - 1):
        for posting in range(np.uint64(begins[row]), np.uint64(ends[row])):
            place = two * (np.uint64(docs[posting]) - base)
            weight = sums[place + one]
            if weight > 0.0:
                sums[place + one] = 0.0
                sums[place] += rarity * weight / (k1 + weight)
                touched[place >> seven] |= one << ((place >> one) & last)


@inlined
def _take_sums(
    base: Whole, sums: Numbers, touched: Numbers, alive: Numbers, united: Numbers, scores: Numbers, found: Whole
) -> Whole:
    """Move the sums of a window to the documents found before; how many these are then. Leaves zeros behind."""
    one, two = np.uint64(1), np.uint64(2)
    for word in range(np.uint64(touched.size)):
        bits = touched[word]
        touched[word] = 0
        while bits:
            lowest = bits & (~bits + one)
            bits ^= lowest
            place = np.uint64(64) * word + np.uint64(_BIT_OF[(lowest * _DE_BRUIJN) >> np.uint64(58)])
            doc = base + place
            united[found] = doc
            scores[found] = sums[two * place]
            sums[two * place] = 0.0
            found += alive[doc] if alive.size else 1
    return found


@compiled
def sum_terms(
    places: Numbers,
    terms: Numbers,
    rarities: Numbers,
    k1: float,
    most: Whole,
    docs: Numbers,
    freqs: Numbers,
    big_postings: Numbers,
    big_freqs: Numbers,
    halves: Numbers,
    length_places: Numbers,
    norms: Numbers,
    alive: Numbers,
) -> tuple[Numbers, Numbers]:
    """The living documents that hold any of some terms, `most` of them at most, and the sums of the terms' scores.

    Documents are gone through in windows, and in each the postings of one term after the other. `places` and `terms`
    are as `find_terms` gives them, `rarities` the idf of each term times what its clause is weighted by; all behind
    `most` are as in `weigh`.
    """
    united = np.empty(most + 1, dtype=np.uint32)
    scores = np.empty(most + 1, dtype=np.float64)
    # Of each document the sum, and behind it that of a term's weights in fields so far: in two arrays, where one is
    # stored to before the other is read from, they would be some ten times slower (2026-11, an EPYC).
    sums = np.zeros(2 * WINDOW, dtype=np.float64)
    # A bit for each document that has a sum.
    touched = np.zeros(WINDOW // 64, dtype=np.uint64)
    begins = places[:, 2].copy()
    ends = begins.copy()
    bigs = np.zeros(places.shape[0], dtype=np.int64)
    if big_postings.size:
        for row in range(places.shape[0]):
            bigs[row] = np.searchsorted(big_postings, np.uint64(places[row, 2]))
    found = 0
    while True:
        next_doc: Whole = _NO_DOC
        for row in range(places.shape[0]):
            if ends[row] < places[row, 3]:
                next_doc = min(next_doc, np.int64(docs[ends[row]]))
        if next_doc == _NO_DOC:
            break
        base = np.uint64(next_doc // WINDOW * WINDOW)
        for row in range(places.shape[0]):
            begins[row] = ends[row]
            ends[row] = _gallop(docs, begins[row], places[row, 3], np.int64(base) + WINDOW)
        for term in range(terms.shape[0] - 1):
            _add_term(
                places, terms[term, 0], terms[term + 1, 0], rarities[term], k1, base, begins, ends, bigs, sums, touched,
                docs, freqs, big_freqs, halves, length_places, norms,
            )  # fmt: skip
        found = _take_sums(base, sums, touched, alive, united, scores, found)
    return united[:found], scores[:found]


@compiled
def _united_docs(places: Numbers, begin: Whole, end: Whole, docs: Numbers, alive: Numbers) -> Numbers:
    """The living documents that stand in any of a term's places, which are the rows from `begin` up to `end`."""
    most = 0
    for row in range(begin, end):
        most += places[row, 3] - places[row, 2]
    united = np.empty(most, dtype=np.uint32)
    count = 0
    for row in range(begin, end):
        # As in `weigh`: what there is so far moves to the end.
        one = most - count
        for index in range(count - 1, -1, -1):
            united[one + index] = united[index]
        other = np.int64(united[one]) if count else _NO_DOC
        count = 0
        for posting in range(places[row, 2], places[row, 3]):
            doc = np.int64(docs[posting])
            if alive.size and not alive[doc]:
                continue
            while other < doc:
                united[count] = other
                count += 1
                one += 1
                other = np.int64(united[one]) if one < most else _NO_DOC
            if other == doc:
                one += 1
                other = np.int64(united[one]) if one < most else _NO_DOC
            united[count] = doc
            count += 1
        while one < most:
            united[count] = united[one]
            one += 1
            count += 1
    return united[:count]


@compiled
def _keep_held(
    found: Numbers, count: Whole, places: Numbers, begin: Whole, end: Whole, docs: Numbers, marks: Numbers
) -> Whole:
    """Move those of the first `count` documents that hold a term to the front; how many they are.

    `marks` is of the segment's size, and all zeros before and after.
    """
    postings = 0
    for row in range(begin, end):
        postings += places[row, 3] - places[row, 2]
    kept = 0
    if postings <= CLOSE * count:
        for row in range(begin, end):
            for posting in range(np.uint64(places[row, 2]), np.uint64(places[row, 3])):
                marks[docs[posting]] = 1
        for index in range(count):
            doc = found[index]
            found[kept] = doc
            kept += marks[doc]
        for row in range(begin, end):
            for posting in range(np.uint64(places[row, 2]), np.uint64(places[row, 3])):
                marks[docs[posting]] = 0
        return kept
    cursors = places[begin:end, 2].copy()
    for index in range(count):
        doc = found[index]
        # The field with the most postings first, as it is the likeliest to hold the term.
        for row in range(end - 1, begin - 1, -1):
            at = _gallop(docs, cursors[row - begin], places[row, 3], doc)
            cursors[row - begin] = at
            if at < places[row, 3] and docs[at] == doc:
                found[kept] = doc
                kept += 1
                break
    return kept


@compiled
def match_all_terms(
    places: Numbers,
    terms: Numbers,
    rarities: Numbers,
    k1: float,
    marks: Numbers,
    docs: Numbers,
    freqs: Numbers,
    big_postings: Numbers,
    big_freqs: Numbers,
    halves: Numbers,
    length_places: Numbers,
    norms: Numbers,
    alive: Numbers,
) -> tuple[Numbers, Numbers]:
    """The living documents that hold all of some terms, and the sums of the terms' scores.

    All is given as to `sum_terms`; `marks` is of the segment's size, zeros before and after.
    """
    count = terms.shape[0] - 1
    sizes = np.zeros(count, dtype=np.int64)
    for term in range(count):
        for row in range(terms[term, 0], terms[term + 1, 0]):
            sizes[term] += places[row, 3] - places[row, 2]
    order = np.argsort(sizes)
    found = _united_docs(places, terms[order[0], 0], terms[order[0] + 1, 0], docs, alive)
    kept = found.size
    for at in range(1, count):
        if kept:
            kept = _keep_held(found, kept, places, terms[order[at], 0], terms[order[at] + 1, 0], docs, marks)
    held = found[:kept].copy()
    scores = np.zeros(kept, dtype=np.float64)
    weights = np.empty(kept, dtype=np.float64)
    for term in range(count):
        weights[:] = 0.0
        for row in range(terms[term, 0], terms[term + 1, 0]):
            first, units, norm = length_places[places[row, 0]]
            at = places[row, 2]
            end = places[row, 3]
            close = end - at <= CLOSE * kept
            for index in range(kept):
                doc = held[index]
                at = _advance(docs, at, end, doc, close)
                if at == end:
                    break
                if docs[at] == doc:
                    freq = np.int64(freqs[at])
                    if freq == BIG_FREQUENCY:
                        freq = _frequency(freqs, big_postings, big_freqs, at)
                    weights[index] += freq * norms[norm + _length(halves, first, units, doc)]
        for index in range(kept):
            scores[index] += rarities[term] * weights[index] / (k1 + weights[index])
    return held, scores


@compiled
def sum_two(docs: Numbers, values: Numbers, others: Numbers, other_values: Numbers) -> tuple[Numbers, Numbers]:
    """The union of two lists of documents, with the sum of the values of each."""
    united = np.empty(docs.size + others.size, dtype=np.uint32)
    sums = np.empty(docs.size + others.size, dtype=np.float64)
    count = 0
    one = 0
    other = 0
    while one < docs.size and other < others.size:
        doc = docs[one]
        second = others[other]
        if doc < second:
            united[count] = doc
            sums[count] = values[one]
            one += 1
        elif second < doc:
            united[count] = second
            sums[count] = other_values[other]
            other += 1
        else:
            united[count] = doc
            sums[count] = values[one] + other_values[other]
            one += 1
            other += 1
        count += 1
    while one < docs.size:
        united[count] = docs[one]
        sums[count] = values[one]
        one += 1
        count += 1
    while other < others.size:
        united[count] = others[other]
        sums[count] = other_values[other]
        other += 1
        count += 1
    return united[:count], sums[:count]


@compiled
def count_union(docs: Numbers, places: Numbers, alive: Numbers) -> Whole:
    """How many living documents a term's places hold together."""
    # Apart from the one that `find_terms` calls with arrays of another type: what Python calls is of the types alone
    # that warming knows, whether `find_terms` was compiled here or came from the cache.
    return _count_union(docs, places, alive)


@compiled
def _count_union(docs: Numbers, places: Numbers, alive: Numbers) -> Whole:
    last = places.shape[0] - 1
    count = 0
    if last < 0:
        return count
    if alive.size:
        for at in range(places[last, 2], places[last, 3]):
            count += alive[docs[at]]
    else:
        count = places[last, 3] - places[last, 2]
    # Of the others, each document that stands in no longer one: most often titles, whose words abstracts repeat.
    for part in range(last):
        cursors = places[:, 2].copy()
        size = places[part, 3] - places[part, 2]
        for at in range(places[part, 2], places[part, 3]):
            doc = docs[at]
            if alive.size and not alive[doc]:
                continue
            elsewhere = False
            for longer in range(part + 1, last + 1):
                end = places[longer, 3]
                cursor = _advance(docs, cursors[longer], end, doc, end - places[longer, 2] <= CLOSE * size)
                cursors[longer] = cursor
                if cursor < end and docs[cursor] == doc:
                    elsewhere = True
                    break
            if not elsewhere:
                count += 1
    return count


@compiled
def intersect_range(docs: Numbers, others: Numbers, begin: Whole, end: Whole) -> Numbers:
    """The documents that stand in the list and in a range of another."""
    kept = np.empty(min(docs.size, end - begin) + 1, dtype=np.uint32)
    count = 0
    at = begin
    if end - begin <= CLOSE * docs.size:
        # Without a branch for each step, which would be guessed wrong half the time; the last may be no hit.
        index = 0
        while index < docs.size and at < end:
            doc = docs[index]
            other = others[at]
            kept[count] = doc
            count += doc == other
            index += doc <= other
            at += other <= doc
        return kept[:count]
    for index in range(docs.size):
        doc = docs[index]
        at = _gallop(others, at, end, doc)
        if at >= end:
            break
        if others[at] == doc:
            kept[count] = doc
            count += 1
    return kept[:count]


@compiled
def places(docs: Numbers, others: Numbers) -> tuple[Numbers, Numbers]:
    """For documents that stand in both lists, their places in the first and in the second."""
    ours = np.empty(min(docs.size, others.size), dtype=np.int64)
    theirs = np.empty(ours.size, dtype=np.int64)
    count = 0
    if docs.size <= others.size:
        at = 0
        for index in range(docs.size):
            at = _gallop(others, at, others.size, docs[index])
            if at >= others.size:
                break
            if others[at] == docs[index]:
                ours[count] = index
                theirs[count] = at
                count += 1
    else:
        at = 0
        for index in range(others.size):
            at = _gallop(docs, at, docs.size, others[index])
            if at >= docs.size:
                break
            if docs[at] == others[index]:
                ours[count] = at
                theirs[count] = index
                count += 1
    return ours[:count], theirs[:count]


@compiled
def subtract(docs: Numbers, others: Numbers) -> Numbers:
    """For each document of the first list, whether it does not stand in the second."""
    kept = np.ones(docs.size, dtype=np.bool_)
    at = 0
    for index in range(docs.size):
        at = _gallop(others, at, others.size, docs[index])
        if at >= others.size:
            break
        if others[at] == docs[index]:
            kept[index] = False
    return kept


@compiled
def add_scored(docs: Numbers, scores: Numbers, factor: float, sums: Numbers, counts: Numbers) -> None:
    """Add a clause's scores, times a factor, into arrays of the segment's size."""
    for index in range(docs.size):
        doc = docs[index]
        sums[doc] += factor * scores[index]
        counts[doc] += 1


@compiled
def add_counted(docs: Numbers, counts: Numbers) -> None:
    """Add a clause without scores into an array of the segment's size."""
    for index in range(docs.size):
        counts[docs[index]] += 1


@compiled
def add_best(docs: Numbers, scores: Numbers, factor: float, best: Numbers, counts: Numbers) -> None:
    """Keep the better of a clause's scores and what an array of the segment's size has."""
    for index in range(docs.size):
        doc = docs[index]
        score = factor * scores[index]
        best[doc] = max(best[doc], score)
        counts[doc] += 1


@compiled
def mark_terms(docs: Numbers, posting_starts: Numbers, terms: Numbers, alive: Numbers, counts: Numbers) -> None:
    """Mark the living documents of terms in an array of the segment's size."""
    for index in range(terms.size):
        for at in range(posting_starts[terms[index]], posting_starts[terms[index] + 1]):
            doc = docs[at]
            if not alive.size or alive[doc]:
                counts[doc] = 1


@compiled
def saturate(weighted: Numbers, rarity: float, k1: float, scores: Numbers, kept: Numbers) -> Numbers:
    """BM25F of occurrences, see `indexer.search.ranking`; added to the scores at some places, if there are scores."""
    saturated = np.empty(weighted.size, dtype=np.float64)
    if scores.size:
        for index in range(weighted.size):
            saturated[index] = scores[kept[index]] + rarity * weighted[index] / (k1 + weighted[index])
    else:
        for index in range(weighted.size):
            saturated[index] = rarity * weighted[index] / (k1 + weighted[index])
    return saturated


@compiled
def take(sums: Numbers, counts: Numbers, minimum: Whole) -> tuple[Numbers, Numbers]:
    """The documents that at least `minimum` clauses hold, with their sums; leaves zeros behind.

    Both arrays have room for a multiple of four documents.
    """
    wide = counts.view(np.uint64)
    found = 0
    for doc in range(counts.size):
        found += counts[doc] >= minimum
    # Written without a branch for each document, which would be guessed wrong half the time; the last may be no hit.
    docs = np.empty(found + 1, dtype=np.uint32)
    scores = np.empty(found + 1, dtype=np.float64)
    found = 0
    for word in range(wide.size):
        if wide[word] == 0:
            continue
        for doc in range(4 * word, 4 * word + 4):
            docs[found] = doc
            scores[found] = sums[doc]
            found += counts[doc] >= minimum
            sums[doc] = 0.0
        wide[word] = 0
    return docs[:found], scores[:found]


@compiled
def reduce_sums(
    docs: Numbers,
    scores: Numbers,
    order: Numbers,
    minimum: Whole,
    best: bool,  # noqa: FBT001 - of a compiled loop
) -> tuple[Numbers, Numbers]:
    """The documents that stand `minimum` times or more in a list, with the sum or the best of their scores.

    `order` sorts the list.
    """
    united = np.empty(docs.size, dtype=np.uint32)
    sums = np.empty(docs.size, dtype=np.float64)
    found = 0
    index = 0
    while index < order.size:
        doc = docs[order[index]]
        value = 0.0
        times = 0
        while index < order.size and docs[order[index]] == doc:
            score = scores[order[index]]
            value = (max(value, score) if best else value + score) if times else score
            times += 1
            index += 1
        if times >= minimum:
            united[found] = doc
            sums[found] = max(value, 0.0) if best else value
            found += 1
    return united[:found], sums[:found]


@compiled
def _skip_varints(positions: Numbers, byte: Whole, count: Whole) -> Whole:
    # Sixteen bytes at a time, in which no more numbers end than are still to be skipped.
    while count >= 16 and byte + 16 <= positions.size:
        ends = 0
        for at in range(byte, byte + 16):
            ends += positions[at] < 128
        count -= ends
        byte += 16
    while count:
        if positions[byte] < 128:
            count -= 1
        byte += 1
    return byte


@compiled
def _frequencies(freqs: Numbers, big_postings: Numbers, big_freqs: Numbers, begin: Whole, end: Whole) -> Whole:
    """The sum of the frequencies of a range of postings."""
    total = np.int64(0)
    for posting in range(begin, end):
        total += freqs[posting]
    if big_postings.size:
        for big in range(
            np.searchsorted(big_postings, np.uint64(begin)), np.searchsorted(big_postings, np.uint64(end))
        ):
            total += np.int64(big_freqs[big]) - BIG_FREQUENCY
    return total


@inlined
def _varint(positions: Numbers, byte: Whole) -> tuple[Whole, Whole]:
    """A number, and where the next one begins."""
    number = np.int64(0)
    shift = 0
    while positions[byte] >= 128:
        number += np.int64(positions[byte] & 127) << shift
        shift += 7
        byte += 1
    return number + (np.int64(positions[byte]) << shift), byte + 1


@compiled
def _locate(
    wanted: Numbers,
    term: Whole,
    docs: Numbers,
    freqs: Numbers,
    big_postings: Numbers,
    big_freqs: Numbers,
    posting_starts: Numbers,
    positions: Numbers,
    position_starts: Numbers,
    skips: Numbers,
    skip_starts: Numbers,
    postings: Numbers,
    bytes_of: Numbers,
) -> None:
    """Where the postings of a term in wanted documents are, all of which hold it, and where their positions begin."""
    first = np.int64(posting_starts[term])
    end = np.int64(posting_starts[term + 1])
    begin = np.int64(position_starts[term])
    big: Whole = np.searchsorted(big_postings, np.uint64(first)) if big_postings.size else 0
    index = 0
    if end - first <= 2 * CLOSE * wanted.size:
        # Where each number of the term's begins, then a walk through all of its postings; neither has a branch for
        # each step, which would be guessed wrong.
        size = np.int64(position_starts[term + 1]) - begin
        numbers = np.empty(size + 1, dtype=np.uint32)
        numbers[0] = count = 0
        for place in range(size):
            numbers[count + 1] = place + 1
            count += positions[begin + place] < 128
        number: Whole = 0
        for posting in range(first, end):
            if index == wanted.size:
                break
            postings[index] = posting
            bytes_of[index] = begin + numbers[number]
            index += docs[posting] == wanted[index]
            freq = np.int64(freqs[posting])
            if freq == BIG_FREQUENCY:
                freq = np.int64(big_freqs[big])
                big += 1
            number += freq
        return
    at: Whole = first
    known: Whole = first
    byte: Whole = begin
    for index in range(wanted.size):
        at = _gallop(docs, at, end, wanted[index])
        block = (at - first) // SKIP
        if block > (known - first) // SKIP:
            known = first + block * SKIP
            byte = begin + np.int64(skips[np.int64(skip_starts[term]) + block - 1])
        between = _frequencies(freqs, big_postings, big_freqs, known, at)
        byte = _skip_varints(positions, byte, between)
        known = at
        postings[index] = at
        bytes_of[index] = byte


@inlined
def _meet(
    positions: Numbers, byte: Whole, freq: Whole, offset: Whole, first: Truth, kept: Numbers, left: Whole
) -> Whole:
    """Keep of the starts of a phrase those that a posting's positions have as well, all if it is the first's."""
    position = np.int64(0)
    place = survivors = 0
    for _ in range(freq):
        delta, byte = _varint(positions, byte)
        position += delta
        start = position - offset
        if first:
            if survivors and kept[survivors - 1] == start:
                continue
        else:
            while place < left and kept[place] < start:
                place += 1
            if place == left:
                break
            if kept[place] != start:
                continue
            place += 1
        kept[survivors] = start
        survivors += 1
    return survivors


@compiled
def phrase_starts(
    wanted: Numbers,
    terms: Numbers,
    offsets: Numbers,
    docs: Numbers,
    freqs: Numbers,
    big_postings: Numbers,
    big_freqs: Numbers,
    posting_starts: Numbers,
    positions: Numbers,
    position_starts: Numbers,
    skips: Numbers,
    skip_starts: Numbers,
) -> tuple[Numbers, Numbers]:
    """Where in each wanted document the terms of one field stand at their offsets.

    Every wanted document holds every term.

    Returns:
        For each document the number of its places, and the places of all, one after the other, ascending within a
        document; a place is the position of offset 0, which may be no term's.
    """
    size = terms.size
    postings = np.empty((size, wanted.size), dtype=np.int64)
    bytes_of = np.empty((size, wanted.size), dtype=np.int64)
    for slot in range(size):
        _locate(
            wanted, terms[slot], docs, freqs, big_postings, big_freqs, posting_starts, positions, position_starts,
            skips, skip_starts, postings[slot], bytes_of[slot],
        )  # fmt: skip
    counts = np.zeros(wanted.size, dtype=np.int64)
    found = np.empty(max(16, wanted.size), dtype=np.int64)
    total = 0
    kept = np.empty(64, dtype=np.int64)
    for index in range(wanted.size):
        left = 0
        for slot in range(size):
            freq = np.int64(freqs[postings[slot, index]])
            if freq == BIG_FREQUENCY:
                freq = _frequency(freqs, big_postings, big_freqs, postings[slot, index])
            if slot == 0 and freq > kept.size:
                kept = np.empty(2 * freq, dtype=np.int64)
            left = _meet(positions, bytes_of[slot, index], freq, offsets[slot], slot == 0, kept, left)
            if left == 0:
                break
        counts[index] = left
        if total + left > found.size:
            grown = np.empty(2 * (total + left), dtype=np.int64)
            grown[:total] = found[:total]
            found = grown
        for place in range(left):
            found[total + place] = kept[place]
        total += left
    return counts, found[:total]


@compiled
def _fits(
    leftmost: Whole,
    low: Whole,
    doc: Whole,
    counts: Numbers,
    occurrences: Numbers,
    begins: Numbers,
    widths: Numbers,
    gap: Whole,
) -> Truth:
    """Whether an occurrence of each other part can be chosen behind that of the leftmost, which begins at `low`.

    The parts are tried in turn, each at its next place; what does not fit is taken back.
    """
    parts = widths.size
    high = low + gap
    order = np.empty(parts, dtype=np.int64)
    chosen = np.empty(parts, dtype=np.int64)
    count = 0
    for part in range(parts):
        high += widths[part]
        if part != leftmost:
            order[count] = part
            chosen[count] = begins[part] - 1
            count += 1
    depth = 0
    while 0 <= depth < count:
        part = order[depth]
        chosen[depth] += 1
        if chosen[depth] >= begins[part] + counts[part, doc] or occurrences[chosen[depth]] + widths[part] > high:
            chosen[depth] = begins[part] - 1
            depth -= 1
            continue
        start = occurrences[chosen[depth]]
        free = start >= low + widths[leftmost]
        for before in range(depth):
            other = occurrences[chosen[before]]
            if start < other + widths[order[before]] and other < start + widths[part]:
                free = False
        if free:
            depth += 1
    return depth == count


@compiled
def near(counts: Numbers, occurrences: Numbers, firsts: Numbers, widths: Numbers, gap: Whole) -> Numbers:
    """For each document, whether one occurrence of each part can be chosen within the gap, none overlapping.

    Args:
        counts: For each part and document, how many occurrences there are (two dimensions).
        occurrences: Where those of all parts begin, a part after the other, document by document within.
        firsts: Where each part's begin in it.
        widths: Positions that an occurrence of each part takes.
        gap: Positions within the stretch that may belong to none of the occurrences.
    """
    matched = np.zeros(counts.shape[1], dtype=np.bool_)
    begins = firsts.copy()
    for doc in range(counts.shape[1]):
        for leftmost in range(widths.size):
            for anchor in range(begins[leftmost], begins[leftmost] + counts[leftmost, doc]):
                if _fits(leftmost, occurrences[anchor], doc, counts, occurrences, begins, widths, gap):
                    matched[doc] = True
                    break
            if matched[doc]:
                break
        for part in range(widths.size):
            begins[part] += counts[part, doc]
    return matched


@compiled
def match_pattern(pattern: Numbers, term_bytes: Numbers, term_starts: Numbers, low: Whole, high: Whole) -> Numbers:
    """The terms of a range that a pattern matches: `*` is any run of bytes, `?` one character of UTF-8."""
    found = np.empty(high - low, dtype=np.int64)
    count = 0
    star = np.uint8(42)
    mark = np.uint8(63)
    for term in range(low, high):
        at = np.int64(term_starts[term])
        end = np.int64(term_starts[term + 1])
        place = 0
        back = -1
        resume = at
        matched = True
        while at < end:
            if place < pattern.size and pattern[place] == star:
                back = place
                place += 1
                resume = at
            elif place < pattern.size and pattern[place] == mark:
                at += 1
                while at < end and term_bytes[at] & 192 == 128:
                    at += 1
                place += 1
            elif place < pattern.size and pattern[place] == term_bytes[at]:
                at += 1
                place += 1
            elif back >= 0:
                resume += 1
                while resume < end and term_bytes[resume] & 192 == 128:
                    resume += 1
                at = resume
                place = back + 1
            else:
                matched = False
                break
        while matched and place < pattern.size and pattern[place] == star:
            place += 1
        if matched and place == pattern.size:
            found[count] = term
            count += 1
    return found[:count]


@compiled
def within_range(wanted: Numbers, values: Numbers, missing: float, low: float, high: float) -> Numbers:
    """The wanted documents whose value lies between two bounds, both included, and is not the missing one."""
    kept = np.empty(wanted.size, dtype=np.uint32)
    count = 0
    for index in range(wanted.size):
        value = float(values[wanted[index]])
        if low <= value <= high and value != missing:
            kept[count] = wanted[index]
            count += 1
    return kept[:count]


@compiled
def mean_length(lengths: Numbers, alive: Numbers) -> tuple[Whole, Whole]:
    """The sum of a field's lengths in living documents, and how many of them have it."""
    total = np.int64(0)
    count = np.int64(0)
    for doc in range(lengths.size):
        length = np.int64(lengths[doc])
        if length and (not alive.size or alive[doc]):
            total += length
            count += 1
    return total, count


@compiled
def mark_failing(
    docs: Numbers, ordinals: Numbers, chosen: Numbers, number: Whole, failing: Numbers, failed: Numbers
) -> None:
    """Count for each document the filters that it fails, this one among them, and note this one's number.

    `chosen` says of each ordinal of a column whether it passes.
    """
    for index in range(docs.size):
        if not chosen[ordinals[docs[index]]]:
            failing[index] += 1
            failed[index] = number


@compiled
def mark_failing_multi(
    docs: Numbers,
    value_starts: Numbers,
    ordinals: Numbers,
    chosen: Numbers,
    none_chosen: bool,  # noqa: FBT001 - of a compiled loop
    number: Whole,
    failing: Numbers,
    failed: Numbers,
) -> None:
    """As `mark_failing` for a column of several values, of which one that passes is enough."""
    for index in range(docs.size):
        doc = docs[index]
        begin = np.int64(value_starts[doc])
        end = np.int64(value_starts[doc + 1])
        passes = none_chosen and begin == end
        for at in range(begin, end):
            if chosen[ordinals[at]]:
                passes = True
                break
        if not passes:
            failing[index] += 1
            failed[index] = number


@compiled
def count_values(
    docs: Numbers, ordinals: Numbers, codes: Numbers, failing: Numbers, failed: Numbers, number: Whole, counts: Numbers
) -> None:
    """Count the values of documents that fail no filter but perhaps that of this facet; `codes` numbers ordinals."""
    if not failing.size and counts.size <= FEW:
        # Several tallies in turn: with few values, the next count would most often wait for the last one.
        tallies = np.zeros((4, counts.size), dtype=np.int64)
        for index in range(docs.size):
            tallies[index & 3, codes[ordinals[docs[index]]]] += 1
        for code in range(counts.size):
            counts[code] += tallies[0, code] + tallies[1, code] + tallies[2, code] + tallies[3, code]
        return
    if not failing.size:
        for index in range(docs.size):
            counts[codes[ordinals[docs[index]]]] += 1
        return
    for index in range(docs.size):
        if failing[index] == 0 or (failing[index] == 1 and failed[index] == number):
            counts[codes[ordinals[docs[index]]]] += 1


@compiled
def count_values_multi(
    docs: Numbers,
    value_starts: Numbers,
    ordinals: Numbers,
    codes: Numbers,
    failing: Numbers,
    failed: Numbers,
    number: Whole,
    counts: Numbers,
) -> None:
    """As `count_values` for a column of several values; documents without any are counted last."""
    last = counts.size - 1
    for index in range(docs.size):
        if failing.size and not (failing[index] == 0 or (failing[index] == 1 and failed[index] == number)):
            continue
        doc = docs[index]
        begin = np.int64(value_starts[doc])
        end = np.int64(value_starts[doc + 1])
        if begin == end:
            counts[last] += 1
        for at in range(begin, end):
            counts[codes[ordinals[at]]] += 1


@compiled
def most_frequent(counts: Numbers, limit: Whole, also: Numbers) -> tuple[Numbers, Whole]:
    """The values of a facet that are shown, ascending, and how many it has in all.

    They are the `limit` most frequent, the first among equals; those of the mask `also`, which may be empty; and the
    last, which stands for no value. None has a count of 0.
    """
    last = counts.size - 1
    shown = np.zeros(counts.size, dtype=np.bool_)
    heap = np.empty(max(limit, 1), dtype=np.int64)
    size = 0
    distinct = 0
    for code in range(counts.size):
        if not counts[code]:
            continue
        distinct += 1
        if code == last or (also.size and also[code]):
            shown[code] = True
        if code == last:
            continue
        if size < limit:
            heap[size] = code
            at = size
            size += 1
            while at and _rarer(counts, heap[at], heap[(at - 1) // 2]):
                heap[(at - 1) // 2], heap[at] = heap[at], heap[(at - 1) // 2]
                at = (at - 1) // 2
        elif limit and counts[code] > counts[heap[0]]:
            heap[0] = code
            at = 0
            while 2 * at + 1 < size:
                child = 2 * at + 1
                if child + 1 < size and _rarer(counts, heap[child + 1], heap[child]):
                    child += 1
                if not _rarer(counts, heap[child], heap[at]):
                    break
                heap[at], heap[child] = heap[child], heap[at]
                at = child
    for place in range(size):
        shown[heap[place]] = True
    return np.flatnonzero(shown), distinct


@compiled
def _rarer(counts: Numbers, one: Whole, other: Whole) -> Truth:
    """Whether a value comes after another among the frequent ones."""
    return counts[one] < counts[other] or (counts[one] == counts[other] and one > other)


@compiled
def _before(keys: Numbers, one: Whole, other: Whole) -> Truth:
    """Whether a row of keys comes before another; each key is better where it is greater."""
    for key in range(keys.shape[1]):
        if keys[one, key] != keys[other, key]:
            return keys[one, key] > keys[other, key]
    return False


@compiled
def _behind(keys: Numbers, row: Whole, after: Numbers) -> Truth:
    """Whether a row of keys comes after some keys."""
    for key in range(after.size):
        if keys[row, key] != after[key]:
            return keys[row, key] < after[key]
    return False


@compiled
def _sift(keys: Numbers, heap: Numbers, size: Whole) -> None:
    """Let the root of a heap, whose root is the worst of its rows, down to its place."""
    at = 0
    while 2 * at + 1 < size:
        child = 2 * at + 1
        if child + 1 < size and _before(keys, heap[child], heap[child + 1]):
            child += 1
        if not _before(keys, heap[at], heap[child]):
            return
        heap[at], heap[child] = heap[child], heap[at]
        at = child


@compiled
def best_documents(
    docs: Numbers,
    scores: Numbers,
    preferred: Numbers,
    values: Numbers,
    ascending: bool,  # noqa: FBT001 - of a compiled loop
    missing: float,
    dates: Numbers,
    ranks: Numbers,
    after: Numbers,
    most: Whole,
) -> tuple[Numbers, Numbers]:
    """The first `most` documents of an order: preferred ones, then by value, score, date and rank of the identity.

    Args:
        docs: The documents.
        scores: Of each; empty where none is scored.
        preferred: Of each; empty where all are.
        values: Of all documents of the segment, what the order is by; empty where it is by score.
        ascending: Whether least values come first. Missing values are last in either order.
        missing: Stands for no value; NaN does in any case.
        dates: Of all documents of the segment.
        ranks: Of all documents of the segment.
        after: The keys behind which the first one stands; empty where it is the first of all.
        most: How many are wanted, at least 1.

    Returns:
        Places in `docs`, best first, and the keys of each: greater comes first, key by key.
    """
    kept = np.empty((most + 1, KEYS), dtype=np.float64)
    where = np.empty(most + 1, dtype=np.int64)
    heap = np.empty(most, dtype=np.int64)
    size = 0
    # Where the order is by score alone, what is less than the worst so far is passed over at once.
    quick = scores.size > 0 and not values.size and not preferred.size
    worst = -np.inf
    for index in range(docs.size):
        if quick and scores[index] < worst:
            continue
        doc = docs[index]
        slot = most if size == most else size
        # Rounded, so that sums taken in another order, as by another engine, tie where they should.
        score = np.rint(scores[index] * 1e6) if scores.size else 0.0
        kept[slot, 0] = preferred[index] if preferred.size else 1.0
        value = score
        if values.size:
            value = float(values[doc])
            if np.isnan(value) or value == missing:
                value = -np.inf
            elif ascending:
                value = -value
        kept[slot, 1] = value
        if size == most and kept[slot, 0] == kept[heap[0], 0] and value < kept[heap[0], 1]:
            continue
        kept[slot, 2] = score
        kept[slot, 3] = float(dates[doc])
        kept[slot, 4] = -float(ranks[doc])
        if after.size and not _behind(kept, slot, after):
            continue
        if size < most:
            where[size] = index
            heap[size] = size
            at = size
            size += 1
            while at and _before(kept, heap[(at - 1) // 2], heap[at]):
                heap[(at - 1) // 2], heap[at] = heap[at], heap[(at - 1) // 2]
                at = (at - 1) // 2
        elif _before(kept, slot, heap[0]):
            where[heap[0]] = index
            kept[heap[0]] = kept[slot]
            _sift(kept, heap, size)
        if size == most:
            worst = (kept[heap[0], 1] - 1.0) / 1e6
    order = np.empty(size, dtype=np.int64)
    keys = np.empty((size, KEYS), dtype=np.float64)
    for place in range(size - 1, -1, -1):
        order[place] = where[heap[0]]
        keys[place] = kept[heap[0]]
        heap[0] = heap[place]
        _sift(kept, heap, place)
    return order, keys
