"""Compiled loops: the cut of Chinese runs over a trie of words, texts to pieces, and pieces to tokens.

Of a trie, a node is a number from 0, the root; `slots` is a table of its edges by open addressing, each slot a pair of
a key (the parent and the character) and the child.

Texts are given as the numbers of their characters, one text behind the other, and so are the texts that a table knows;
its `slots` are a table by open addressing, each slot the upper half of a text's hash and its number plus one, or zero.
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


TEXT, PIECE, LINE, RUN, INSIDE = range(5)
"""What an item of texts is: the beginning of a text; what stands at the beginning of a stretch without Han characters
or behind a space; what stands behind a line break; a run of Han characters; a line that belongs to the piece before."""

_SPACE = np.uint32(ord(" "))
_LINE_BREAK = np.uint32(ord("\n"))
_LOW = np.uint64(2**32 - 1)
_PRIME = np.uint64(1099511628211)


@_compiled
def _is_han(code: np.uint32, han: Numbers) -> bool:
    if code < han[0, 0]:
        return False
    for place in range(han.shape[0]):  # noqa: SIM110 - numba compiles no generators
        if han[place, 0] <= code <= han[place, 1]:
            return True
    return False


@_compiled
def cut_items(codes: Numbers, text_ends: Numbers, han: Numbers, begins: Numbers, ends: Numbers, kinds: Numbers) -> int:
    """Cut texts into items.

    Args:
        codes: The characters of all texts, one text behind the other.
        text_ends: Where each text ends.
        han: The first and last character of each range of Han characters, ascending.
        begins: Takes where each item begins; twice as many as there are characters and texts suffice.
        ends: Takes where it ends, without the space or line break behind it.
        kinds: Takes what it is.

    Returns:
        How many items there are.
    """
    count = 0
    at = 0
    for end in text_ends:
        begins[count], ends[count], kinds[count] = at, at, TEXT
        count += 1
        while at < end:
            begins[count] = at
            if _is_han(codes[at], han):
                while at < end and _is_han(codes[at], han):
                    at += 1
                kinds[count] = RUN
            else:
                kinds[count] = PIECE
                while at < end and not _is_han(codes[at], han):
                    if codes[at] == _SPACE or codes[at] == _LINE_BREAK:
                        ends[count] = at
                        count += 1
                        begins[count] = at + 1
                        kinds[count] = PIECE if codes[at] == _SPACE else LINE
                    at += 1
            ends[count] = at
            count += 1
    return count


@_compiled
def cut_pairs(begins: Numbers, ends: Numbers, pair_begins: Numbers, pair_ends: Numbers) -> None:
    """Each character of runs with the next one; the last of a run alone.

    Args:
        begins: Where each run begins.
        ends: Where it ends.
        pair_begins: Takes where each pair begins; as many as there are characters in the runs.
        pair_ends: Takes where it ends.
    """
    count = 0
    for run in range(begins.size):
        for at in range(begins[run], ends[run]):
            pair_begins[count] = at
            pair_ends[count] = min(at + 2, ends[run])
            count += 1


@_compiled
def _hashed(codes: Numbers, begin: int, end: int) -> np.uint64:
    found = np.uint64(end - begin)
    for at in range(begin, end):
        found = (found ^ np.uint64(codes[at])) * _PRIME
    found = (found ^ (found >> _HALF)) * _ODD
    return found ^ (found >> _HALF)


@_compiled
def number_texts(
    codes: Numbers,
    begins: Numbers,
    ends: Numbers,
    done: int,
    numbers: Numbers,
    slots: Numbers,
    known: Numbers,
    starts: Numbers,
    count: int,
) -> tuple[int, int]:
    """Number stretches of texts by a table, from the one that is `done` on; those that it does not know are added.

    Stops before one that it has no room for.

    Args:
        codes: The characters of the texts.
        begins: Where each stretch begins.
        ends: Where it ends.
        done: How many have numbers already.
        numbers: Takes their numbers.
        slots: Of the table.
        known: The characters of the texts that it knows.
        starts: Where each of these begins, and the last ends.
        count: How many these are.

    Returns:
        How many stretches have numbers, and how many texts are known.
    """
    mask = np.uint64(slots.size - 1)
    while done < begins.size:
        begin = begins[done]
        size = ends[done] - begin
        hashed = _hashed(codes, begin, ends[done])
        tag = hashed >> _HALF
        slot = hashed & mask
        number = np.int64(-1)
        while number < 0 and slots[slot] != 0:
            if slots[slot] >> _HALF == tag:
                candidate = np.int64(slots[slot] & _LOW) - 1
                first = starts[candidate]
                same = starts[candidate + 1] - first == size
                at = 0
                while same and at < size:
                    same = known[first + at] == codes[begin + at]
                    at += 1
                if same:
                    number = candidate
            slot = (slot + _ONE) & mask
        if number < 0:
            used = starts[count]
            if 2 * count >= slots.size or used + size > known.size or count + 1 >= starts.size:
                break
            slots[slot] = (tag << _HALF) | np.uint64(count + 1)
            for at in range(size):
                known[used + at] = codes[begin + at]
            number = np.int64(count)
            count += 1
            starts[count] = used + size
        numbers[done] = number
        done += 1
    return done, count


@_compiled
def fill_slots(slots: Numbers, known: Numbers, starts: Numbers, count: int) -> None:
    """Enter the texts that a table knows into empty slots."""
    mask = np.uint64(slots.size - 1)
    for number in range(count):
        hashed = _hashed(known, starts[number], starts[number + 1])
        slot = hashed & mask
        while slots[slot] != 0:
            slot = (slot + _ONE) & mask
        slots[slot] = (hashed >> _HALF << _HALF) | np.uint64(number + 1)


@_compiled
def gather(values: Numbers, starts: Numbers, sizes: Numbers, chosen: Numbers, out: Numbers) -> None:
    """The stretches of `values` that are chosen, given by where they start and their sizes, one behind the other."""
    at = 0
    for number in chosen:
        for place in range(starts[number], starts[number] + sizes[number]):
            out[at] = values[place]
            at += 1


@_compiled
def strip_marks(
    codes: Numbers, begins: Numbers, ends: Numbers, opening: Numbers, closing: Numbers, bare: Numbers
) -> None:
    """Where texts begin and end without the marks around them.

    Args:
        codes: The characters of the texts.
        begins: Where each begins.
        ends: Where it ends.
        opening: By ASCII character, whether it is a mark before a word.
        closing: The same behind one.
        bare: Takes where each begins (first row) and ends (second row) without marks.
    """
    for text in range(begins.size):
        begin, end = begins[text], ends[text]
        while begin < end and codes[begin] < _ASCII and opening[codes[begin]]:
            begin += 1
        while begin < end and codes[end - 1] < _ASCII and closing[codes[end - 1]]:
            end -= 1
        bare[0, text], bare[1, text] = begin, end


@_compiled
def _is_small(code: np.uint32) -> bool:
    return bool(np.uint32(97) <= code <= np.uint32(122))


@_compiled
def _may_hold_numeral(codes: Numbers, begin: int, end: int) -> bool:
    """Whether up to four of i, v and x, perhaps with one of a to d behind them, stand between others than letters."""
    at = begin
    while at < end:
        behind = at
        while behind < end and (codes[behind] == 105 or codes[behind] == 118 or codes[behind] == 120):
            behind += 1
        if 0 < behind - at <= 4:
            if behind < end and 97 <= codes[behind] <= 100:
                behind += 1
            if behind == end or not _is_small(codes[behind]):
                return True
        while behind < end and _is_small(codes[behind]):
            behind += 1
        at = behind + 1
    return False


MANIFOLD, WORD, WORDS = range(3)
"""What a text may be to it: not known to be plain; a word; words with marks around them and single hyphens between."""


_MARKS = np.array([not chr(code).isalnum() and chr(code) not in "'-" for code in range(128)])


@_compiled
def _is_mark(code: np.uint32) -> bool:
    """Whether a character is certainly no part of a word or compound: punctuation, or any other mark of ASCII."""
    if code < _ASCII:
        return bool(_MARKS[code])
    return bool(0x2010 <= code <= 0x2027 or 0x3001 <= code <= 0x3002 or 0x3008 <= code <= 0x3011)


@_compiled
def describe_texts(
    codes: Numbers,
    begins: Numbers,
    ends: Numbers,
    leads_of: Numbers,
    ends_of: Numbers,
    unknown: int,
    odd: Numbers,
    longest: int,
    leads: Numbers,
    endings: Numbers,
    numerals: Numbers,
    plain: Numbers,
) -> None:
    """What texts between spaces look like, none of them empty.

    Args:
        codes: The characters of the texts.
        begins: Where each begins.
        ends: Where it ends.
        leads_of: By ASCII character, what a text is that begins with it.
        ends_of: The same of one that ends in it.
        unknown: What a text is that begins or ends with another character.
        odd: By three small letters, five bits each, whether they may make a word of letters more than that.
        longest: Characters of a plain text, at most.
        leads: Takes of each text what it is by its beginning.
        endings: Takes what it is by its end.
        numerals: Takes whether a Roman numeral may stand in it.
        plain: Takes `WORD` of a word of two small letters or more, `WORDS` of such words, or single letters, among
            marks; and `MANIFOLD` where there may be more to it.
    """
    five = np.uint32(5)
    for text in range(begins.size):
        begin, end = begins[text], ends[text]
        first, last = codes[begin], codes[end - 1]
        leads[text] = leads_of[first] if first < _ASCII else unknown
        endings[text] = ends_of[last] if last < _ASCII else unknown
        numerals[text] = _may_hold_numeral(codes, begin, end)
        is_plain = 1 < end - begin <= longest and not numerals[text]
        is_word = True
        three = np.uint32(0)
        at = begin
        while is_plain and at < end:
            if _is_small(codes[at]):
                three = ((three << five) | (codes[at] & np.uint32(31))) & np.uint32(0x7FFF)
                is_plain = not odd[three]
            else:
                is_word = False
                three = np.uint32(0)
                is_plain = _is_mark(codes[at]) or (codes[at] == 45 and not (at > begin and codes[at - 1] == 45))
            at += 1
        plain[text] = (WORD if is_word else WORDS) if is_plain else MANIFOLD


@_compiled
def mark_words(codes: Numbers, begins: Numbers, ends: Numbers, longest: int, words: Numbers) -> None:
    """Mark the texts that are letters and digits of ASCII, one at least, and up to so many.

    Args:
        codes: The characters of the texts.
        begins: Where each begins.
        ends: Where it ends.
        longest: Characters of such a one.
        words: Takes of each whether it is so.
    """
    for text in range(begins.size):
        is_word = 0 < ends[text] - begins[text] <= longest
        at = begins[text]
        while is_word and at < ends[text]:
            is_word = _is_ascii_letter(codes[at]) or 48 <= codes[at] <= 57
            at += 1
        words[text] = is_word


@_compiled
def cut_edges(codes: Numbers, begins: Numbers, ends: Numbers, edges: Numbers, edge_ends: Numbers) -> None:
    """Words with their edges: beginnings with a hyphen behind them, ends with one before.

    Of n characters 2n - 1: the word, its beginnings from the shortest on, and its ends from the longest on; these have
    n + (n - 1)(n + 2) characters together.

    Args:
        codes: The characters of the texts that the words stand in.
        begins: Where each word begins.
        ends: Where it ends.
        edges: Takes the characters of the words and edges, one behind the other.
        edge_ends: Takes where each of these ends.
    """
    at = 0
    count = 0
    for word in range(begins.size):
        begin, end = begins[word], ends[word]
        for part in range(2 * (end - begin) - 1):
            first = begin if part < end - begin else begin + part - (end - begin) + 1
            behind = begin + part if 0 < part < end - begin else end
            if first > begin:
                edges[at] = 45
                at += 1
            for place in range(first, behind):
                edges[at] = codes[place]
                at += 1
            if behind < end:
                edges[at] = 45
                at += 1
            edge_ends[count] = at
            count += 1


@_compiled
def whole_pieces(
    kinds: Numbers,
    begins: Numbers,
    ends: Numbers,
    numbers: Numbers,
    leads: Numbers,
    lead: int,
    endings: Numbers,
    sign: int,
    numerals: Numbers,
    empty: int,
    longest: int,
    wholes: Numbers,
) -> int:
    """Find the pieces with line breaks of which a line may change the tokens of another, and make each one item.

    Args:
        kinds: Of each item; that of lines inside such a piece becomes `INSIDE`.
        begins: Where each item begins.
        ends: Where it ends; that of such a piece is moved.
        numbers: Of each item, its piece.
        leads: By piece, what it begins with.
        lead: That of numbers.
        endings: By piece, what it ends in.
        sign: That of comparisons.
        numerals: Whether a Roman numeral may stand in it.
        empty: The piece of an empty item.
        longest: Characters of a piece that is looked at; longer ones are one item.
        wholes: Takes the items; as many as there are items.

    Returns:
        How many such pieces there are.
    """
    count = 0
    item = 0
    while item < kinds.size:
        behind = item + 1
        if kinds[item] == PIECE:
            while behind < kinds.size and kinds[behind] == LINE:
                behind += 1
        if behind > item + 1:
            whole = ends[behind - 1] - begins[item] > longest
            for line in range(item + 1, behind):
                number, before = numbers[line], numbers[line - 1]
                signed = leads[number] == lead and (endings[before] == sign or before == empty)
                whole = whole or signed or numerals[number] != 0
            if whole:
                ends[item] = ends[behind - 1]
                kinds[item + 1 : behind] = INSIDE
                wholes[count] = item
                count += 1
        item = behind
    return count


@_compiled
def mark_edged(kinds: Numbers, begins: Numbers, ends: Numbers, reach: int, edged: Numbers) -> None:
    """Mark what stands near Han characters, as `english.zones` tells it.

    Args:
        kinds: Of each item, before any of them is made `INSIDE`.
        begins: Where it begins.
        ends: Where it ends.
        reach: How near that is, in characters.
        edged: Of each item, whether it is so; False at first.
    """
    item = 0
    while item < kinds.size:
        behind = item + 1
        if kinds[item] == PIECE:
            while behind < kinds.size and (kinds[behind] == PIECE or kinds[behind] == LINE):
                behind += 1
            is_behind = item > 0 and kinds[item - 1] == RUN
            is_before = behind < kinds.size and kinds[behind] == RUN
            start = begins[item]
            length = ends[behind - 1] - start
            head = np.int64(-1)
            tail = np.int64(-1) if is_before else length
            for other in range(item + 1, behind):
                space = begins[other] - 1 - start
                if kinds[other] == PIECE:
                    if is_behind and head < 0 and space >= reach:
                        head = space
                    if is_before and space < length - reach:
                        tail = space
            whole = (is_behind and head < 0) or (is_before and tail < 0) or head >= tail
            near = False
            for other in range(item, behind):
                if kinds[other] == PIECE:
                    place = begins[other] - start
                    near = bool((is_behind or is_before) and (whole or place <= head or place > tail))
                edged[other] = near
        item = behind


@_compiled
def arrange_pieces(
    kinds: Numbers,
    numbers: Numbers,
    form_numbers: Numbers,
    text_break: int,
    line_break: int,
    of_words: Numbers,
    word_counts: Numbers,
    of_pairs: Numbers,
    pair_counts: Numbers,
    words: Numbers,
    forms: Numbers,
    ends: Numbers,
) -> tuple[int, int]:
    """The pieces of texts in both channels.

    Args:
        kinds: Of each item of the texts.
        numbers: Of each item, its piece in the first channel; of no meaning for runs and beginnings of texts.
        form_numbers: The same in the second channel.
        text_break: The piece that a text begins with.
        line_break: The piece between two lines.
        of_words: The pieces of all runs in the first channel.
        word_counts: How many each run has.
        of_pairs: The pieces of all runs in the second channel.
        pair_counts: How many each run has.
        words: Takes the pieces in the first channel.
        forms: Takes those in the second.
        ends: Takes where the pieces of each text (column) end in each channel (row).

    Returns:
        How many pieces there are in each channel.
    """
    text, run, word, pair = -1, 0, 0, 0
    in_words, in_forms = 0, 0
    for item in range(kinds.size):
        kind = kinds[item]
        if kind == RUN:
            for _ in range(word_counts[run]):
                words[in_words] = of_words[word]
                in_words += 1
                word += 1
            for _ in range(pair_counts[run]):
                forms[in_forms] = of_pairs[pair]
                in_forms += 1
                pair += 1
            run += 1
        elif kind != INSIDE:
            number, form_number = numbers[item], form_numbers[item]
            if kind == TEXT:
                text += 1
                number, form_number = text_break, text_break
            elif kind == LINE:
                words[in_words] = line_break
                forms[in_forms] = line_break
                in_words += 1
                in_forms += 1
            words[in_words] = number
            forms[in_forms] = form_number
            in_words += 1
            in_forms += 1
        ends[0, text] = in_words
        ends[1, text] = in_forms
    return in_words, in_forms


@_compiled
def count_tokens(pieces: Numbers, ends: Numbers, sizes: Numbers, counts: Numbers) -> int:
    """How many tokens the pieces of texts have.

    Args:
        pieces: The number of each piece, text by text.
        ends: Where the pieces of each text end.
        sizes: By the number of a piece, how many tokens it has.
        counts: Takes the tokens of each text.

    Returns:
        The tokens of all texts.
    """
    total = 0
    begin = 0
    for text in range(ends.size):
        before = total
        for place in range(begin, ends[text]):
            total += sizes[pieces[place]]
        counts[text] = total - before
        begin = ends[text]
    return total


@_compiled
def lay_out_tokens(
    pieces: Numbers,
    ends: Numbers,
    starts: Numbers,
    sizes: Numbers,
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
        sizes: How many it has.
        terms: Of the tokens of pieces, the number of their term.
        places: Their positions within the piece.
        spans: By the number of a piece, how many positions it takes.
        uses: By the number of a piece, how often it was met so far; it is counted on.
        numbers: As many zeros as there are terms; they are zeros again afterwards.
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
            for source in range(starts[piece], starts[piece] + sizes[piece]):
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
    for place in range(count):
        numbers[distinct[place]] = 0
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


_ASCII = np.uint32(128)


@_compiled
def _is_ascii_letter(code: np.uint32) -> bool:
    return bool(code < _ASCII and np.uint32(97) <= (code | np.uint32(32)) <= np.uint32(122))


@_compiled
def bare_pieces(
    codes: Numbers,
    kinds: Numbers,
    begins: Numbers,
    ends: Numbers,
    marks: Numbers,
    numbers: bool,  # noqa: FBT001 - of a compiled loop
    items: Numbers,
    wholes: Numbers,
    bares: Numbers,
) -> int:
    """The pieces between spaces or Han characters that are not empty, each with its line breaks.

    Args:
        codes: The characters of the texts.
        kinds: Of each item.
        begins: Where each item begins.
        ends: Where it ends.
        marks: By ASCII character, whether it may stand around a word without being part of it.
        numbers: Whether pieces of ASCII characters without a letter count.
        items: Takes the item of each piece; as many as there are items.
        wholes: Takes where it begins and ends, and where the run begins that it stands in.
        bares: Takes the same without the marks around it, where the rest is letters of ASCII.

    Returns:
        How many pieces there are.
    """
    count = 0
    item = 0
    run = np.int64(0)
    while item < kinds.size:
        behind = item + 1
        if kinds[item] == PIECE:
            if kinds[item - 1] == TEXT or kinds[item - 1] == RUN:
                run = begins[item]
            while behind < kinds.size and kinds[behind] == LINE:
                behind += 1
            begin, end = begins[item], ends[behind - 1]
            first, last = begin, end
            while first < last and codes[first] < _ASCII and marks[codes[first]]:
                first += 1
            while first < last and codes[last - 1] < _ASCII and marks[codes[last - 1]]:
                last -= 1
            is_word = first < last
            for at in range(first, last):
                is_word = is_word and _is_ascii_letter(codes[at])
            if not is_word:
                first, last = begin, end
            counts = is_word or (numbers and begin < end)
            at = begin
            while not counts and at < end:
                counts = codes[at] >= _ASCII or _is_ascii_letter(codes[at])
                at += 1
            if counts:
                items[count] = item
                wholes[0, count], wholes[1, count], wholes[2, count] = begin, end, run
                bares[0, count], bares[1, count] = first, last
                count += 1
        item = behind
    return count


@_compiled
def spot_terms(
    numbers: Numbers,
    firsts: Numbers,
    terms: Numbers,
    led: Numbers,
    wanted: Numbers,
    any_led: bool,  # noqa: FBT001 - of a compiled loop
    pieces: Numbers,
    tokens: Numbers,
    others: Numbers,
) -> tuple[int, int]:
    """The tokens of pieces that have wanted terms.

    Args:
        numbers: Of each piece, its number.
        firsts: By that number, where its tokens begin, and the last ends.
        terms: Of these tokens, the number of their term.
        led: By the number of a piece, whether what stands before it may give it other tokens.
        wanted: By the number of a term, whether it is.
        any_led: Whether every such piece is to be told, or only those that have a wanted term by themselves.
        pieces: Takes the piece of each token; as many as the pieces have tokens.
        tokens: Takes the token.
        others: Takes the pieces, instead of their tokens, that are led; as many as there are pieces.

    Returns:
        How many tokens are told, and how many pieces that are led.
    """
    count = 0
    others_count = 0
    for piece in range(numbers.size):
        number = numbers[piece]
        is_led = led[number] != 0
        tells = is_led and any_led
        for token in range(firsts[number], firsts[number + 1]):
            if wanted[terms[token]]:
                tells = True
                if not is_led:
                    pieces[count] = piece
                    tokens[count] = token
                    count += 1
        if tells and is_led:
            others[others_count] = piece
            others_count += 1
    return count, others_count


_NON = np.frombuffer(b"non", np.uint8)
_NEVER = np.frombuffer(b"never", np.uint8)


@_compiled
def _ends_with(codes: Numbers, begin: int, end: int, word: Numbers) -> bool:
    if end - begin < word.size:
        return False
    for at in range(word.size):  # noqa: SIM110 - numba compiles no generators
        if codes[end - word.size + at] != word[at]:
            return False
    return True


@_compiled
def fold_plain(codes: Numbers, ends: Numbers, table: Numbers, folded: Numbers, odd: Numbers) -> None:
    """Fold texts character by character, and tell those for which that is not enough.

    Args:
        codes: The characters of the texts, one text behind the other.
        ends: Where each text ends.
        table: What characters fold to, by their numbers; 0 where that is not known, or depends on their neighbours.
        folded: Takes the folded characters.
        odd: Takes of each text whether it has other characters, or may have words that are joined (`non` or `never`
            before white space).
    """
    at = 0
    for text in range(ends.size):
        begin = at
        is_odd = False
        before = np.uint32(0)
        for at in range(begin, ends[text]):
            code = codes[at]
            one = table[code] if code < table.size else np.uint32(0)
            folded[at] = one
            if one <= _SPACE or one >= _ASCII:
                is_odd |= one == 0 and code != 0
                if before == _NON[-1]:
                    is_odd |= _ends_with(folded, begin, at, _NON)
                elif before == _NEVER[-1]:
                    is_odd |= _ends_with(folded, begin, at, _NEVER)
            before = one
        at = ends[text]
        odd[text] = is_odd
