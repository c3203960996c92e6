"""Marking what matched, and cutting passages around it.

A text is analysed again with the analysis that indexed it, so a mark stands exactly where the index saw a match: stems,
sub-words and phrases included.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class _Sought:
    """What of a query is sought in the texts of a field, in one channel."""

    terms: frozenset[str]
    phrases: list[tuple[TermAt, ...]]
    patterns: list[re.Pattern[str]]


class Highlighter:
    """Marks the matches of one query in any number of texts."""

    def __init__(self, query: Query) -> None:
        self._leaves = leaves(query)
        self._sought = lru_cache(maxsize=None)(self._sought_in)
        self._spotter = lru_cache(maxsize=None)(Spotter)
        self._found: dict[tuple[str, str], list[_Span]] = {}

    def _sought_in(self, field: str, channel: Channel) -> _Sought | None:
        """What is sought in a field; None where nothing is."""
        terms: set[str] = set()
        phrases: list[tuple[TermAt, ...]] = []
        patterns: list[re.Pattern[str]] = []
        for leaf in self._leaves:
            if leaf.channel is channel and field in leaf.fields:
                if isinstance(leaf, Pattern):
                    patterns.append(_expression(leaf.text))
                elif isinstance(leaf, Phrase):
                    phrases.append(leaf.terms)
                else:
                    terms.add(leaf.text)
        return _Sought(frozenset(terms), phrases, patterns) if terms or phrases or patterns else None

    def find(self, texts: Iterable[tuple[str, str]]) -> None:
        """Find the matches of several texts, each given behind its field: together they take less time than alone."""
        new = [one for one in dict.fromkeys(texts) if one not in self._found]
        spans: dict[tuple[str, str], list[_Span]] = {one: [] for one in new}
        for channel in Channel:
            alike: dict[Spotter, list[tuple[str, str]]] = {}
            for field, text in new:
                sought = self._sought(field, channel)
                if sought is None:
                    continue
                if sought.patterns:
                    spans[field, text] += _spans_with_patterns(analysis.tokens(text, channel), sought)
                    continue
                wanted = sought.terms.union(term.text for phrase in sought.phrases for term in phrase)
                # The fields that have the same terms share it.
                alike.setdefault(self._spotter(channel, wanted), []).append((field, text))
            for spotter, together in alike.items():
                self._spot(spotter, channel, together, spans)
        for one in new:
            self._found[one] = _united(spans[one])

    def _spot(
        self,
        spotter: Spotter,
        channel: Channel,
        texts: Sequence[tuple[str, str]],
        spans: Mapping[tuple[str, str], list[_Span]],
    ) -> None:
        """Add the matches of texts to their spans."""
        with_phrases: dict[tuple[str, str], list[tuple[TermAt, ...]]] = {}
        for one, spots in zip(texts, spotter.spots([text for _, text in texts]), strict=True):
            sought = self._sought(one[0], channel)
            if not spots or sought is None:
                continue
            spans[one].extend([(start, end) for term, start, end in spots if term in sought.terms])
            if sought.phrases:
                there = {term for term, _, _ in spots}
                # Of most phrases a text does not even hold the words.
                if whole := [phrase for phrase in sought.phrases if all(term.text in there for term in phrase)]:
                    with_phrases[one] = whole
        if with_phrases:
            placed = spotter.tokens([text for _, text in with_phrases])
            for (one, phrases), tokens in zip(with_phrases.items(), placed, strict=True):
                spans[one].extend(_phrase_spans(tokens, phrases))

    def matches(self, field: str, text: str) -> list[_Span]:
        """The matched stretches of a field's text, in order, without overlaps."""
        if (field, text) not in self._found:
            self.find([(field, text)])
        return self._found[field, text]

    def mark(self, field: str, text: str | None) -> Fragments:
        """The whole text with its matches marked; empty where there is no text."""
        if not text:
            return ()
        return _fragments(text, (0, len(text)), self.matches(field, text))

    def snippet(self, field: str, text: str | None) -> Fragments:
        """The passage that shows the most matches, whole sentences where they fit, else cut between words."""
        if not text:
            return ()
        sought = seen(text)
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


def seen(text: str) -> str:
    """Of a text the part in which a passage is sought."""
    return text[:SNIPPET_REACH]


@lru_cache(maxsize=256)
def _expression(pattern: str) -> re.Pattern[str]:
    """A `query.Pattern` as a regular expression."""
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


def _spans_with_patterns(tokens: Sequence[Token], sought: _Sought) -> list[_Span]:
    words = {token.text for token in tokens}
    terms = sought.terms.union(word for word in words if any(pattern.fullmatch(word) for pattern in sought.patterns))
    spans = [(token.start, token.end) for token in tokens if token.text in terms]
    return [*spans, *_phrase_spans(tokens, sought.phrases)]


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
    if text.isascii() or not _WIDE.search(text):
        return range(len(text) + 1)
    characters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    columns = np.zeros(characters.size + 1, np.uint32)
    np.cumsum(1 + (characters >= _FIRST_WIDE), dtype=np.uint32, out=columns[1:])
    # Less than a number object for each character of hundreds of texts.
    return array("I", columns.tobytes())


@lru_cache(maxsize=512)
def _sentences(text: str) -> tuple[_Span, ...]:
    return tuple(analysis.sentences(text))


def _best_window(text: str, marks: Sequence[_Span]) -> _Span:
    """The run of whole sentences within SNIPPET_WIDTH that holds the most distinct matches, the earliest of equals."""
    sentences = _sentences(text)
    if not sentences:
        return 0, len(text)
    columns = _columns_before(text)
    starts, ends = [start for start, _ in marks], [end for _, end in marks]
    words = [text[start:end].casefold() for start, end in marks]
    best = 0, 0
    window = sentences[0]
    last = -1
    for first, (start, _) in enumerate(sentences):
        if first and not (starts and start <= starts[-1]):
            # No match follows.
            break
        # The window's end only moves on: a later beginning never leaves less room.
        last = max(last, first)
        reach = columns[start] + SNIPPET_WIDTH
        while last + 1 < len(sentences) and columns[sentences[last + 1][1]] <= reach:
            last += 1
        end = sentences[last][1]
        inside = slice(bisect_left(starts, start), bisect_right(ends, end))
        count = max(inside.stop - inside.start, 0)
        # So many distinct ones as there are at most are not more than the best has: most windows need no closer look.
        if first == 0 or count > best[0]:
            key = len(set(words[inside])), count
            if first == 0 or key > best:
                best, window = key, (start, end)
    return window if columns[window[1]] - columns[window[0]] <= SNIPPET_WIDTH else _cut(text, window, marks)


def _cut(text: str, window: _Span, marks: Sequence[_Span]) -> _Span:
    """A part of a sentence too long to show, around its densest matches, cut between words."""
    columns = _columns_before(text)
    words = analysis.written_words(text[slice(*window)])
    edges = sorted({*window, *(window[0] + edge for word in words for edge in word)})
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
