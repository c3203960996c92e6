"""Author keywords in both languages: where a record has as many in one as in the other, they translate each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from indexer.terms.learned.words import has_han

_LONGEST_CHINESE = 20
_LONGEST_ENGLISH = 80
_NOTE = re.compile(r"\s*[(（\[][^()（）\[\]]*[)）\]]\s*\Z")


class KeywordPair(NamedTuple):
    """A keyword in both languages."""

    chinese: str
    english: str


def pairs_of(keywords: Sequence[str]) -> Iterator[KeywordPair]:
    """The pairs of a record's keywords, which authors give in the same order; none where the numbers differ."""
    chinese = [_NOTE.sub("", keyword) for keyword in keywords if has_han(keyword)]
    english = [_NOTE.sub("", keyword) for keyword in keywords if not has_han(keyword)]
    if len(chinese) != len(english):
        return
    for left, right in zip(chinese, english, strict=True):
        usable = 2 <= len(left) <= _LONGEST_CHINESE and 2 <= len(right) <= _LONGEST_ENGLISH
        if usable and any(map(str.isalpha, right)):
            yield KeywordPair(left, right)
