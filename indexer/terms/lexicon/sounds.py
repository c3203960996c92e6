"""How Chinese words sound: pinyin without tones, one reading a character.

The readings are pypinyin's. A lexicon holds a copy of them, so that searching needs no second's import of that package.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from indexer.terms.lexicon.folding import Folded, is_han

Syllables = Mapping[str, str]
"""The reading of a Han character, as `niao`; ü is v."""

_LONGEST_PINYIN = 40
"""Letters of a form's pinyin that are typed at most."""

_NEAR = (
    (re.compile("^([zcs])h"), r"\1"),
    (re.compile("^n"), "l"),
    (re.compile("(?<=[aei])ng$"), "n"),
)
"""What speakers of many regions do not tell apart: zh and z, ch and c, sh and s; n and l; ang and an, eng, ing."""


@lru_cache(maxsize=1)
def read_syllables() -> dict[str, str]:
    """The readings that pypinyin gives, the usual one of each character."""
    from pypinyin.pinyin_dict import pinyin_dict  # noqa: PLC0415 (a second, that only a build needs)

    return {chr(code): _toneless(readings.partition(",")[0]) for code, readings in pinyin_dict.items()}


def _toneless(reading: str) -> str:
    apart = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(letter for letter in apart if letter.isascii() and letter.isalpha())


def sound(word: str, syllables: Syllables) -> str:
    """The syllables of a word; a character without a reading is its own."""
    return " ".join(syllables.get(character) or character for character in word)


def near_sound(word: str, syllables: Syllables) -> str:
    """The same for words that sound nearly alike."""
    return " ".join(_near(syllables.get(character) or character) for character in word)


@lru_cache(maxsize=4096)
def _near(syllable: str) -> str:
    for pattern, replacement in _NEAR:
        syllable = pattern.sub(replacement, syllable)
    return syllable


def pinyin_starts(folded: Folded, syllables: Syllables) -> list[str]:
    """What someone types of a Chinese form in letters: from each of its word starts full pinyin, and the initials."""
    if not any(map(is_han, folded.tokens)):
        return []
    full = [syllables.get(token, token) for token in folded.tokens]
    first = [piece[:1] if token in syllables else token for token, piece in zip(folded.tokens, full, strict=True)]
    starts = folded.word_starts()
    typed = ("".join(pieces[start:])[:_LONGEST_PINYIN] for start in starts for pieces in (full, first))
    return [text for text in dict.fromkeys(typed) if len(text) > 1]


@lru_cache(maxsize=1)
def packed_syllables() -> str:
    """Pypinyin's syllables as a lexicon keeps them: the characters, and in a second line their readings."""
    kept = {character: reading for character, reading in read_syllables().items() if reading}
    return f"{''.join(kept)}\n{' '.join(kept.values())}"


@lru_cache(maxsize=2)
def unpack_syllables(packed: str) -> Syllables:
    """Syllables from how a lexicon keeps them."""
    characters, _, syllables = packed.partition("\n")
    return dict(zip(characters, syllables.split(" "), strict=True))
