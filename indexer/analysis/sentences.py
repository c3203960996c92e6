"""Sentences of both languages, for snippets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from indexer.analysis.lists import read_words
from indexer.analysis.script import HAN

_STOP = re.compile(
    "[.!?．。！？；｡](?:"
    # Most stops that end none, as in numbers, are followed by a letter, a digit or a comma at once.
    "(?<=[.!?])[.!?]*[\"')\\]]*(?![!-~．。！？；｡”’」』）】》])"
    # All others, where one of what stands together is none of ASCII.
    "|(?:(?<![.!?])|(?=[.!?\"')\\]]*[．。！？；｡”’」』）】》]))[.!?．。！？；｡]*[\"'”’」』）)】\\]》]*)"
)
_CHINESE_STOPS = frozenset("。！？；｡")
_FIRST_HAN = HAN[0]
_HAN_CHARACTER = re.compile(f"[{HAN}]")
_CLOSING = "\"'”’」』）)】]》"

_LAST_WORD = re.compile(r"[\w.]+\Z")
_LAST_WORD_LENGTH = 24

_ABBREVIATIONS = frozenset(read_words("abbreviations_en.txt"))
"""Words behind which a full stop is no end; so are single letters (initials)."""
_NO_ABBREVIATION = max(map(len, _ABBREVIATIONS)) + 1
"""Letters that end a word which is longer than any of these."""


def sentences(text: str) -> list[tuple[int, int]]:
    """Offsets of the sentences of a text, in order, without the white space around them.

    They cover everything that is not white space. A line break always ends one.
    """
    found = []
    behind = 0
    # They end lines where the standard library does; what ends one is white space.
    for line in text.splitlines(keepends=True):
        begin, behind = behind, behind + len(line)
        for end in (*_ends(text, begin, behind), behind):
            start, last = begin, end
            while start < last and text[start].isspace():
                start += 1
            while start < last and text[last - 1].isspace():
                last -= 1
            if start < last:
                found.append((start, last))
            begin = end
    return found


def _ends(text: str, begin: int, behind: int) -> Iterator[int]:
    """Where sentences end within a line."""
    for stop in _STOP.finditer(text, begin, behind):
        end = stop.end()
        if "!" <= text[end : end + 1] <= "~" and stop[0].isascii():
            continue
        if not _CHINESE_STOPS.isdisjoint(stop[0]) or _is_end(text, stop, behind):
            yield end


def _is_end(text: str, stop: re.Match[str], behind: int) -> bool:
    """Whether a Western stop ends a sentence: by what follows, and for a full stop by the word before it."""
    at = stop.end()
    while at < behind and text[at].isspace():
        at += 1
    if at == behind:
        return False
    following = text[at]
    if following >= _FIRST_HAN and _HAN_CHARACTER.match(following):
        # Chinese set with Western stops leaves no space behind them; 3.结果 is a numbered heading.
        return stop.start() > 0 and not text[stop.start() - 1].isdigit()
    if at == stop.end() or following.islower():
        return False
    mark = stop.group().rstrip(_CLOSING)
    if mark not in {".", "．"}:
        return True
    if text[max(0, stop.start() - _NO_ABBREVIATION) : stop.start()].isalpha() and stop.start() >= _NO_ABBREVIATION:
        return True
    last = _last_word(text, stop.start()).casefold()
    return last not in _ABBREVIATIONS and not (len(last) == 1 and last.isalpha())


def _last_word(text: str, end: int) -> str:
    """The word that ends at `end`, stops within it included; of a long one its end, empty where none does."""
    before = text[max(0, end - _LAST_WORD_LENGTH) : end]
    if not before or before[-1].isspace():
        return ""
    last = before.split()[-1]
    if last.isalpha():
        return last
    match = _LAST_WORD.search(last)
    return match.group() if match else ""
