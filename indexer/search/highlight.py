"""Marking what matched, and cutting passages around it.

A text is analysed again with the analysis that indexed it, so a mark stands exactly where the index saw a match: stems,
sub-words and phrases included.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np

from indexer import analysis
from indexer.analysis import Channel, Spotter, TermAt, Token
from indexer.search.hits import Fragment, Fragments
from indexer.search.query import Pattern, Phrase, Query, leaves

SNIPPET_WIDTH = 320
"""Of a snippet, in columns: a Chinese character takes two."""
SNIPPET_REACH = 20_000
"""Characters of a text in which a passage is sought; no abstract is longer, but files may hold anything."""
ELLIPSIS = "…"

_FIRST_WIDE = 0x2E80
"""From here on characters take two columns."""
_WIDE = re.compile(f"[{chr(_FIRST_WIDE)}-\U0010ffff]")

_CUT_TRIALS = 50
"""Matches in one long sentence around which a passage is tried."""

_Span = tuple[int, int]


class Highlighter:
    """Marks the matches of one query in any number of texts."""

    def __init__(self, query: Query) -> None:
        self._terms: dict[Channel, dict[str, set[str]]] = {channel: {} for channel in Channel}
        self._phrases: dict[Channel, dict[str, list[tuple[TermAt, ...]]]] = {channel: {} for channel in Channel}
        self._patterns: dict[Channel, dict[str, list[re.Pattern[str]]]] = {channel: {} for channel in Channel}
        self._spotters: dict[tuple[Channel, frozenset[str]], Spotter] = {}
        for leaf in leaves(query):
            for field in leaf.fields:
                if isinstance(leaf, Pattern):
                    self._patterns[leaf.channel].setdefault(field, []).append(_expression(leaf.text))
                elif isinstance(leaf, Phrase):
                    self._phrases[leaf.channel].setdefault(field, []).append(leaf.terms)
                else:
                    self._terms[leaf.channel].setdefault(field, set()).add(leaf.text)

    def matches(self, field: str, text: str) -> list[_Span]:
        """The matched stretches of a field's text, in order, without overlaps."""
        spans: list[_Span] = []
        for channel in Channel:
            terms = self._terms[channel].get(field, set())
            phrases = self._phrases[channel].get(field, [])
            patterns = self._patterns[channel].get(field, [])
            if not terms and not phrases and not patterns:
                continue
            if patterns:
                tokens = analysis.tokens(text, channel)
                words = {token.text for token in tokens}
                terms = terms | {word for word in words if any(pattern.fullmatch(word) for pattern in patterns)}
                spans.extend((token.start, token.end) for token in tokens if token.text in terms)
                spans.extend(_phrase_spans(tokens, phrases))
                continue
            spotter = self._spotter(channel, terms, phrases)
            spots = spotter.spots(text)
            spans.extend((spot.start, spot.end) for spot in spots if spot.text in terms)
            there = {spot.text for spot in spots}
            # Of most phrases a text does not even hold the words.
            if whole := [phrase for phrase in phrases if all(term.text in there for term in phrase)]:
                spans.extend(_phrase_spans(spotter.tokens(text), whole))
        return _united(spans)

    def _spotter(self, channel: Channel, terms: set[str], phrases: Sequence[tuple[TermAt, ...]]) -> Spotter:
        """What finds these terms and those of the phrases; the fields that have the same ones share it."""
        wanted = frozenset(terms).union(term.text for phrase in phrases for term in phrase)
        key = channel, wanted
        if key not in self._spotters:
            self._spotters[key] = Spotter(channel, wanted)
        return self._spotters[key]

    def mark(self, field: str, text: str | None) -> Fragments:
        """The whole text with its matches marked; empty where there is no text."""
        if not text:
            return ()
        return _fragments(text, (0, len(text)), self.matches(field, text))

    def snippet(self, field: str, text: str | None) -> Fragments:
        """The passage that shows the most matches, whole sentences where they fit, else cut between words."""
        if not text:
            return ()
        sought = text[:SNIPPET_REACH]
        marks = self.matches(field, sought)
        if not marks:
            # Its beginning is shown, whatever sentences follow.
            sought = sought[: len(sought) - len(sought.lstrip()) + 2 * SNIPPET_WIDTH]
        window = _best_window(sought, marks)
        pieces = list(_fragments(text, window, marks))
        if window[0] > 0:
            pieces.insert(0, Fragment(ELLIPSIS + " ", matched=False))
        if text[window[1] :].strip():
            pieces.append(Fragment(" " + ELLIPSIS, matched=False))
        return tuple(pieces)


@lru_cache(maxsize=256)
def _expression(pattern: str) -> re.Pattern[str]:
    """A `query.Pattern` as a regular expression."""
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


def _phrase_spans(tokens: Sequence[Token], phrases: Iterable[tuple[TermAt, ...]]) -> list[_Span]:
    phrases = list(phrases)
    if not phrases:
        return []
    at: dict[tuple[int, str], Token] = {(token.position, token.text): token for token in tokens}
    found: list[_Span] = []
    for token in tokens:
        for terms in phrases:
            if terms[0].text != token.text:
                continue
            base = token.position - terms[0].offset
            stood = [at.get((base + term.offset, term.text)) for term in terms]
            if all(stood):
                found.append((token.start, max(part.end for part in stood if part)))
    return found


def _united(spans: list[_Span]) -> list[_Span]:
    united: list[_Span] = []
    for start, end in sorted(spans):
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return united


def _fragments(text: str, window: _Span, marks: Sequence[_Span]) -> Fragments:
    pieces: list[Fragment] = []
    position, stop = window
    for start, end in marks:
        if start < window[0] or end > stop:
            continue
        if start > position:
            pieces.append(Fragment(text[position:start], matched=False))
        pieces.append(Fragment(text[start:end], matched=True))
        position = end
    if position < stop:
        pieces.append(Fragment(text[position:stop], matched=False))
    return tuple(pieces)


@lru_cache(maxsize=512)
def _columns_before(text: str) -> Sequence[int]:
    """The columns that a text takes up to each of its characters, and as a whole."""
    if not _WIDE.search(text):
        return range(len(text) + 1)
    characters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    columns: list[int] = np.cumsum(1 + (characters >= _FIRST_WIDE)).tolist()
    return [0, *columns]


@lru_cache(maxsize=512)
def _sentences(text: str) -> tuple[_Span, ...]:
    return tuple(analysis.sentences(text))


def _best_window(text: str, marks: Sequence[_Span]) -> _Span:
    """The run of whole sentences within SNIPPET_WIDTH that holds the most distinct matches, the earliest of equals."""
    sentences = _sentences(text)
    if not sentences:
        return 0, len(text)
    columns = _columns_before(text)
    words = [text[start:end].casefold() for start, end in marks]
    starts, ends = [start for start, _ in marks], [end for _, end in marks]
    best: tuple[int, int] = (-1, -1)
    window = sentences[0]
    last = 0
    for first, (start, _) in enumerate(sentences):
        # The window's end only moves on: a later beginning never leaves less room.
        last = max(last, first)
        while last + 1 < len(sentences) and columns[sentences[last + 1][1]] - columns[start] <= SNIPPET_WIDTH:
            last += 1
        end = sentences[last][1]
        inside = range(bisect_left(starts, start), bisect_right(ends, end))
        key = (len({words[index] for index in inside}), len(inside))
        if key > best:
            best, window = key, (start, end)
    return window if columns[window[1]] - columns[window[0]] <= SNIPPET_WIDTH else _cut(text, window, marks)


def _cut(text: str, window: _Span, marks: Sequence[_Span]) -> _Span:
    """A part of a sentence too long to show, around its densest matches, cut between words."""
    columns = _columns_before(text)
    # The first token of a position is a whole word.
    words = {token.position: token for token in reversed(analysis.tokens(text[slice(*window)], Channel.FORMS))}
    edges = sorted({*window, *(window[0] + edge for word in words.values() for edge in (word.start, word.end))})
    inside = [mark for mark in marks if mark[0] >= window[0] and mark[1] <= window[1]]
    best_start, best_count = window[0], -1
    for mark_start, _ in inside[:_CUT_TRIALS] or [(window[0], window[0])]:
        # Begin a little before the match, so that it is read in its context.
        start = edges[max(0, bisect_right(edges, max(window[0], mark_start - SNIPPET_WIDTH // 6)) - 1)]
        count = sum(1 for mark in inside if mark[0] >= start and columns[mark[1]] - columns[start] <= SNIPPET_WIDTH)
        if count > best_count:
            best_start, best_count = start, count
    low, high = bisect_right(edges, best_start), len(edges) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if columns[_stripped(text, best_start, edges[middle])] - columns[best_start] <= SNIPPET_WIDTH:
            low = middle
        else:
            high = middle - 1
    end = edges[low] if low < len(edges) else window[1]
    if columns[_stripped(text, best_start, end)] - columns[best_start] > SNIPPET_WIDTH:
        # A single word longer than a snippet.
        end = best_start + SNIPPET_WIDTH // 2
    return best_start, _stripped(text, best_start, end)


def _stripped(text: str, start: int, end: int) -> int:
    """Where `text[start:end]` ends without the white space behind it."""
    return start + len(text[start:end].rstrip())
