"""Compiled loops of `translations`: which units stand together, and which of them are linked.

Titles are numbered, and so are units; what belongs to one of them is a stretch of an array, from `starts[n]` up to
`starts[n + 1]`.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[Any]

_compiled = numba.njit(cache=True, nogil=True)

_LONGEST_LINK = 8
"""More than the words of both units of a link, less one."""


@_compiled
def pairs_together(
    titles: Numbers, title_starts: Numbers, others: Numbers, other_starts: Numbers, count: int, least: int
) -> tuple[Numbers, Numbers, Numbers]:
    """The pairs of units that stand in the same titles.

    Args:
        titles: Of each unit of one side, the titles that have it.
        title_starts: Where those of each unit begin, and the last end.
        others: Of each title, the units of the other side, each once.
        other_starts: Where those of each title begin, and the last end.
        count: Units of the other side.
        least: Titles in which a pair must stand to be given.

    Returns:
        Of each pair the unit, the other one, and in how many titles both stand; by unit.
    """
    together = np.zeros(count, np.int64)
    met = np.empty(count, np.int64)
    size = 1024
    one, other, often = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.int64)
    found = 0
    for unit in range(title_starts.size - 1):
        held = 0
        for place in range(title_starts[unit], title_starts[unit + 1]):
            title = titles[place]
            for at in range(other_starts[title], other_starts[title + 1]):
                candidate = others[at]
                if together[candidate] == 0:
                    met[held] = candidate
                    held += 1
                together[candidate] += 1
        kept = 0
        for index in range(held):
            candidate = met[index]
            if together[candidate] >= least:
                met[kept] = candidate
                kept += 1
            else:
                together[candidate] = 0
        if found + kept > size:
            size = 2 * (found + kept)
            more = np.empty((3, size), np.int64)
            more[0, :found], more[1, :found], more[2, :found] = one[:found], other[:found], often[:found]
            one, other, often = more[0], more[1], more[2]
        for index in range(kept):
            candidate = met[index]
            one[found], other[found], often[found] = unit, candidate, together[candidate]
            together[candidate] = 0
            found += 1
    return one[:found].copy(), other[:found].copy(), often[:found].copy()


@_compiled
def _relation(one_first: int, one_behind: int, other_first: int, other_behind: int) -> int:
    """0 apart, 1 inside, -1 around; 2 where they overlap or are the same."""
    if one_behind <= other_first or other_behind <= one_first:
        return 0
    if one_first == other_first and one_behind == other_behind:
        return 2
    if one_first >= other_first and one_behind <= other_behind:
        return 1
    return -1 if other_first >= one_first and other_behind <= one_behind else 2


@_compiled
def _fit(zh: Numbers, en: Numbers, one: Numbers, other: Numbers) -> bool:
    """Whether two links lie apart on both sides, or one inside the other on both sides."""
    left, left_other = zh[one[1]], zh[other[1]]
    relation = _relation(left[1], left[2], left_other[1], left_other[2])
    if relation == 2:
        return False
    right, right_other = en[one[2]], en[other[2]]
    return relation == _relation(right[1], right[2], right_other[1], right_other[2])


@_compiled
def _letters(masks: Numbers, span: Numbers) -> np.uint64:
    found = np.uint64(0)
    for word in range(span[1], span[2]):
        found |= masks[word]
    return found


@_compiled
def _found(ascending: Numbers, begin: int, end: int, wanted: int) -> int:
    """Where a number stands in a part of an array that ascends; -1 where it does not."""
    last = end
    while begin < end:
        middle = (begin + end) // 2
        if ascending[middle] < wanted:
            begin = middle + 1
        else:
            end = middle
    return begin if begin < last and ascending[begin] == wanted else -1


@_compiled
def _compete(
    zh: Numbers, en: Numbers, candidates: Numbers, keys: Numbers, links: Numbers, count: int
) -> tuple[Numbers, int]:
    """Add the links of a title that are made of its candidates behind the `count` that there are."""
    first = count
    # They are few, so this is as fast as any sort; and it takes seconds less to compile.
    order = np.arange(keys.size)
    for index in range(1, keys.size):
        place = index
        while place > 0 and keys[order[place - 1]] > keys[index]:
            order[place] = order[place - 1]
            place -= 1
        order[place] = index
    begin = 0
    while begin < keys.size:
        end = begin + 1
        while end < keys.size and keys[order[end]] == keys[order[begin]]:
            end += 1
        # Of those that are as good, whoever fits what is linked comes first; of these, who fits all others is linked.
        fitting = begin
        for index in range(begin, end):
            fits = True
            for made in range(first, count):
                fits = fits and _fit(zh, en, candidates[order[index]], links[made])
            if fits:
                order[fitting] = order[index]
                fitting += 1
        last = count
        for index in range(begin, fitting):
            fits = True
            for other in range(begin, fitting):
                fits = fits and (other == index or _fit(zh, en, candidates[order[index]], candidates[order[other]]))
            if fits:
                if last == links.shape[0]:
                    links = np.concatenate((links, links))
                links[last] = candidates[order[index]]
                last += 1
        count = last
        begin = end
    return links, count


@_compiled
def link_titles(
    zh: Numbers,
    zh_starts: Numbers,
    zh_masks: Numbers,
    en: Numbers,
    en_starts: Numbers,
    en_masks: Numbers,
    partners: Numbers,
    partner_starts: Numbers,
    places: Numbers,
) -> Numbers:
    """Link the units of titles, the best and longest first; none of two that are as good and exclude one another.

    Args:
        zh: The spans of the Chinese titles: unit, first word, and the word behind; title by title.
        zh_starts: Where those of each title begin, and the last end.
        zh_masks: Of each word, a bit for each text of letters and figures in it that its title has.
        en: The spans of the English titles.
        en_starts: Likewise.
        en_masks: Likewise, of those that the Chinese title has.
        partners: Of each Chinese unit, the English ones that it may be linked to, ascending.
        partner_starts: Where those of each unit begin, and the last end.
        places: Of each pair of unit and partner its place among all: pairs that are as good share one.

    Returns:
        Of each link the pair, as an index into `partners`, and the spans, as indexes into `zh` and `en`; by title.
    """
    links = np.empty((1024, 3), np.int64)
    count = 0
    candidates = np.empty((1024, 3), np.int64)
    keys = np.empty(1024, np.int64)
    for title in range(zh_starts.size - 1):
        held = 0
        for left in range(zh_starts[title], zh_starts[title + 1]):
            begin, end = partner_starts[zh[left, 0]], partner_starts[zh[left, 0] + 1]
            if begin == end:
                continue
            letters = _letters(zh_masks, zh[left])
            for right in range(en_starts[title], en_starts[title + 1]):
                pair = _found(partners, begin, end, en[right, 0])
                if pair < 0 or letters != _letters(en_masks, en[right]):
                    continue
                if held == keys.size:
                    candidates = np.concatenate((candidates, candidates))
                    keys = np.concatenate((keys, keys))
                size = zh[left, 2] - zh[left, 1] + en[right, 2] - en[right, 1]
                keys[held] = places[pair] * _LONGEST_LINK + _LONGEST_LINK - size
                candidates[held, 0], candidates[held, 1], candidates[held, 2] = pair, left, right
                held += 1
        links, count = _compete(zh, en, candidates, keys[:held], links, count)
    return links[:count].copy()
