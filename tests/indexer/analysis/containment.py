"""Whether a text holds a quoted one, worked out character by character: the oracle of quoted searches.

White space and punctuation are passed over on both sides, but for what belongs to a word (the point of 3.5), the sign
before a number and the per cent sign behind one.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from indexer.analysis import normalize
from indexer.analysis.script import HAN

_HAN = re.compile(f"[{HAN}]")
_SIGN = re.compile(r"([<>≤≥⩽⩾≦≧]=?|=)\s?(\.?)$")
_SAME_SIGN = {"<=": "≤", ">=": "≥", "⩽": "≤", "⩾": "≥", "≦": "≤", "≧": "≥"}


class Character(NamedTuple):
    """A character that is not passed over."""

    text: str
    han: bool
    joined: bool
    """Whether the one before is of the same word, or run of Han characters."""
    sign: str = ""
    """Before the number that begins with it."""
    equal: bool = False
    """The sign is written with an equals sign as its second character."""
    percent: bool = False
    """A per cent sign follows."""


class Skeleton:
    """A text without what is passed over."""

    def __init__(self, text: str) -> None:
        self.characters = _characters(normalize(text).text)
        self.text = "".join(one.text for one in self.characters)
        self.han = any(one.han for one in self.characters)

    def contains(self, quoted: Skeleton) -> bool:
        """Whether it holds a quoted text: as a string where that has Han characters, else as whole words."""
        start = self.text.find(quoted.text)
        while start >= 0 and quoted.text:
            if self._fits(quoted, start):
                return True
            start = self.text.find(quoted.text, start + 1)
        return False

    def _fits(self, quoted: Skeleton, start: int) -> bool:
        here = self.characters[start : start + len(quoted.characters)]
        if not quoted.han:
            behind = self.characters[start + len(here) : start + len(here) + 1]
            if here[0].joined or any(one.joined for one in behind):
                return False
        return all(
            _agree(asked, held, first=quoted.han and not place)
            for place, (asked, held) in enumerate(zip(quoted.characters, here, strict=True))
        )


def _agree(asked: Character, held: Character, *, first: bool) -> bool:
    if not first and asked.joined != held.joined and (asked.joined or not held.han):
        return False
    if asked.percent and not held.percent:
        return False
    cut_sign = first and held.equal and asked.sign == "=" + held.sign[1:]
    return not asked.sign or asked.sign == held.sign or cut_sign


def _characters(folded: str) -> list[Character]:
    found: list[Character] = []
    last = -2
    for place, character in enumerate(folded):
        behind = folded[place + 1 : place + 2]
        han = bool(_HAN.match(character))
        beside = last == place - 1
        in_word = beside and bool(found) and not found[-1].han
        if character == ".":
            kept = in_word and found[-1].text.isdecimal() and behind.isdecimal()
        elif character == "'":
            kept = in_word and _is_letter(behind) and not _HAN.match(behind)
        else:
            kept = _is_letter(character)
        if not kept:
            continue
        joined = beside and found[-1].han == han
        sign, equal = "", False
        if not joined and character.isdecimal() and (match := _SIGN.search(folded[:place])):
            sign = _SAME_SIGN.get(match[1], match[1][0]) + match[2]
            equal = len(match[1]) > 1
        percent = character.isdecimal() and bool(re.match(" ?%", folded[place + 1 :]))
        found.append(Character(character, han, joined, sign, equal, percent))
        last = place
    return found


def _is_letter(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character or " ")[0] == "M"
