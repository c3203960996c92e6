"""Earlier searches in a query: `#1 AND #2`. Each stands for its reading, in parentheses.

The reading, and not what was typed, since it is a clause by itself whatever was typed: nothing in it closes a
parenthesis outside, and it is what the searcher was shown.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from indexer.search import parse
from indexer.search.parse import RefersTo

MAX_WRITTEN = 2 * parse.MAX_CHARACTERS
"""Characters of a query with what it refers to; a reference for which there is no room is left out."""
MAX_SEARCHES = 32
"""Earlier searches that a query may refer to, directly or not."""


@dataclass(frozen=True)
class Substituted:
    """A query with its earlier searches written out."""

    text: str
    references: tuple[RefersTo, ...] = ()
    """Those that were replaced, in order, where they stand in the query as typed."""
    starts: tuple[int, ...] = ()
    """Where in the text the replacement of each begins."""
    ends: tuple[int, ...] = ()

    def typed_at(self, place: int) -> tuple[int, RefersTo | None]:
        """Where a place of the text stands in the query as typed; within an earlier search, its reference."""
        before = bisect_right(self.starts, place)
        if not before:
            return place, None
        reference = self.references[before - 1]
        if place < self.ends[before - 1]:
            return reference.start, reference
        return place - self.ends[before - 1] + reference.end, None


def substitute(text: str, history: Mapping[int, str], read: Callable[[str], str]) -> Substituted:
    """Write out the earlier searches of a query; unknown references stay, for the parser to note.

    Args:
        text: As typed.
        history: Earlier searches as typed, by number; each may refer to lower numbers.
        read: The reading of a query without references.
    """
    direct = parse.references(text) if history else []
    if not direct:
        return Substituted(text)
    reached: dict[int, str] = {}
    waiting = [reference.number for reference in direct]
    while waiting and len(reached) < MAX_SEARCHES:
        number = waiting.pop()
        if number in history and number not in reached:
            reached[number] = history[number][: parse.MAX_CHARACTERS]
            waiting += [other.number for other in parse.references(reached[number]) if other.number < number]
    readings: dict[int, str] = {}
    # In the order of their numbers, so that each finds those that it refers to.
    for number in sorted(reached):
        reading = read(_written_out(reached[number], readings).text)
        if reading:
            readings[number] = reading
    return _written_out(text[: parse.MAX_CHARACTERS], readings)


def _written_out(text: str, readings: Mapping[int, str]) -> Substituted:
    known = [reference for reference in parse.references(text) if reference.number in readings]
    pieces: list[str] = []
    done = length = 0
    kept: list[RefersTo] = []
    starts: list[int] = []
    ends: list[int] = []
    room = MAX_WRITTEN - len(text)
    for reference in known:
        written = f"({readings[reference.number]})"
        room -= len(written)
        if room < 0:
            break
        pieces += [text[done : reference.start], written]
        length += reference.start - done
        starts.append(length)
        length += len(written)
        ends.append(length)
        kept.append(reference)
        done = reference.end
    return Substituted("".join((*pieces, text[done:])), tuple(kept), tuple(starts), tuple(ends))
