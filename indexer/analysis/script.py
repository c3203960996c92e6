"""Which script a text is written in: Han characters, Latin words, or neither."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

Language = Literal["en", "zh"]

HAN = "\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""The Han characters (Unicode's script Han, with room to grow), as the inside of a regular expression's class."""

HAN_RUN = re.compile(f"[{HAN}]+")
_LATIN_WORD = re.compile(
    "[A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff\uff21-\uff3a\uff41-\uff5a]+"
)


class Run(NamedTuple):
    """A stretch of a text that is all Han or holds no Han."""

    start: int
    end: int
    han: bool


def runs(text: str) -> Iterator[Run]:
    """The stretches of `text`, alternately Han and other, in order and without gaps."""
    behind = 0
    if not text.isascii():
        for match in HAN_RUN.finditer(text):
            start, end = match.span()
            if start > behind:
                yield Run(behind, start, han=False)
            yield Run(start, end, han=True)
            behind = end
    if behind < len(text):
        yield Run(behind, len(text), han=False)


def has_han(text: str) -> bool:
    """Whether a text holds a Han character."""
    return not text.isascii() and bool(HAN_RUN.search(text))


def language_of(text: str) -> Language | None:
    """The language of a text by its script: zh where it has at least as many Han characters as Latin words.

    Everything else that has a letter is en (whatever its script: it is analysed as English); None where it has none.
    """
    if not text.isascii():
        han = sum(map(len, HAN_RUN.findall(text)))
        # There are no more words than other characters.
        if han and (2 * han >= len(text) or han >= len(_LATIN_WORD.findall(text))):
            return "zh"
    return "en" if any(map(str.isalpha, text)) else None
