"""One spelling for what readers take for the same characters, with the way back to the source.

A text is folded cluster by cluster (a character and the marks that combine with it): compatibility forms (NFKC), case,
traditional to simplified Chinese and variants of its characters to one, dashes to `-`, apostrophes and primes to `'`,
Latin and Greek letters without their diacritics (Sjögren is sjogren, ø is o, æ is ae); invisible characters (soft
hyphen, zero-width space, direction and variation marks) vanish. Subscript digits are digits (H₂O), superscript ones
stand behind a caret (10⁹ is 10^9, not 109), those in a row as one cluster. No cluster looks at its neighbours, so a
piece of a text folds as it does within the text, and what is quoted from a text is found in it.

For the same reason (2026) characters are simplified one by one, with OpenCC's table, and not with its phrases: 乾隆
becomes 干隆 in texts, queries and dictionary alike, which is as good to search by, and no offset moves.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import opencc

from indexer.analysis.script import HAN

_CLUSTER_LIMIT = 48
"""Characters of a decomposed cluster that are kept: NFKC is quadratic in the marks on one letter."""

_TABLE_LIMIT = 1 << 16
"""Characters whose folding is remembered; a text can't make the tables grow beyond it."""

_INVISIBLE = re.compile(
    "[\u00ad\u0345\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff"
    # Trade marks would be letters of the word before them.
    "\u2120\u2122]"
)
_RAISED = "\u2070\u00b9\u00b2\u00b3\u2074-\u2079\u207a\u207b"
"""Superscript digits and their signs."""
_RAISED_RUN = re.compile(f"[{_RAISED}]+")
_RAISED_CHARACTERS = frozenset("\u2070\u00b9\u00b2\u00b3\u207a\u207b") | frozenset(map(chr, range(0x2074, 0x207A)))
_MARKED = re.compile("([a-z\u00c0-\u024f\u0370-\u03ff])[\u0300-\u036f]+", re.IGNORECASE)
"""Letters of scripts whose diacritics are left out; in others (Cyrillic, kana, Indic) they make another letter."""
_VARIANTS = str.maketrans(
    "黏淤甙醯䓬癎檗颚膈痿痠瘜蚘衂𬌗痺",
    "粘瘀苷酰卓痫柏腭隔萎酸息蛔衄合痹",
)
"""Characters of medicine that are written for one another: 黏膜 and 粘膜, 淤血 and 瘀血, 皂甙 and 皂苷, 苯二氮䓬."""
_HAN_CHARACTER = re.compile(f"[{HAN}]")

_SAME_AS = str.maketrans(
    {
        **dict.fromkeys(
            "`\u00b4\u02b9\u02bb\u02bc\u02bd\u02c8\u2018\u2019\u201b\u2032\u2035\u02be\u02bf\ua78b\ua78c", "'"
        ),
        **dict.fromkeys("\u2043\u2212\u2796\u02d7\u2500\u2501", "-"),
        # Latin letters that are typed for Greek ones, and the increment sign.
        "\u0251": "\u03b1",
        "\u025b": "\u03b5",
        "\u0263": "\u03b3",
        "\u2206": "\u03b4",
        # Latin letters that Unicode does not decompose.
        "\u00f8": "o",
        "\u00e6": "ae",
        "\u0153": "oe",
        "\u0142": "l",
        "\u0111": "d",
        "\u00f0": "d",
        "\u00fe": "th",
        "\u0131": "i",
        "\u0127": "h",
        "\u0167": "t",
    }
)
"""Apostrophes and primes, the dashes that Unicode does not class as such, and letters that are typed for others."""


class Normalized(NamedTuple):
    """A folded text, and for each of its characters the cluster of the source that it came from."""

    text: str
    starts: Sequence[int]
    """Offset in the source of each character's cluster."""
    ends: Sequence[int]
    """Offset behind it. Where the text has as many characters as the source, both are ranges."""

    @property
    def aligned(self) -> bool:
        """True where offsets in the text are offsets in the source."""
        return isinstance(self.starts, range)

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Where the non-empty `text[start:end]` stands in the source."""
        return self.starts[start], self.ends[end - 1]


@lru_cache(maxsize=8)
def normalize(text: str) -> Normalized:
    """The folded text with its way back. Idempotent: the text of a normalised text is itself."""
    if text.isascii():
        return _aligned(_lowered(text))
    few = len(text.encode("utf-8", "surrogatepass")) - len(text) < len(text) // _SOME
    characters = set(_NOT_ASCII.findall(text)) if few else set(text)
    odd = {character for character in characters if character not in _plain and not _is_plain(character)}
    if odd:
        return _by_cluster(text, odd)
    # Cherokee is folded to capitals, which must stay.
    if few and all(_plain[character].lower() == _plain[character] for character in characters):
        for character in characters:
            text = text.replace(character, _plain[character])
        return _aligned(_lowered(text))
    return _aligned(joined("".join(map(_plain.__getitem__, text))))


def fold(text: str) -> str:
    """The text of `normalize`, without the way back: many times as fast where most of a text is ASCII."""
    if text.isascii():
        return _lowered(text)
    if len(text.encode("utf-8", "surrogatepass")) - len(text) > len(text) // _MANY:
        return normalize(text).text
    pieces: list[str] = []
    done = 0
    for foreign in _FOREIGN.finditer(text):
        start, end = foreign.span()
        # A cluster with a character that is not ASCII begins with such a one, or right before it.
        start -= start > done
        pieces.append(text[done:start].lower())
        pieces.append(_fold_foreign(text[start:end]) if end - start <= _SHORT else normalize(text[start:end]).text)
        done = end
    pieces.append(text[done:].lower())
    return joined("".join(pieces).replace("`", "'"))


# The words first, for Python searches by what a pattern begins with.
_NON_APART = re.compile(r"(non)(?<![^\W_]non)(?:\s|\s-\s?)(?=[a-z])")
_NEVER_APART = re.compile(r"(never)(?<![^\W_]never)\s(?=(?:smok|us|drink)(?:ers?)(?![^\W_]))")


def plain(character: str) -> str | None:
    """What a character folds to wherever it stands; None where that is none or several, or its neighbours count."""
    return _plain[character] if character in _plain or _is_plain(character) else None


def _lowered(text: str) -> str:
    return joined(text.lower().replace("`", "'"))


def joined(text: str) -> str:
    """The text with hyphens behind a lone `non`, which turns the next word round with or without one.

    As many as there were characters, so that no offset moves; and one behind the `never` of never smokers.
    """
    if "non" in text:
        text = _NON_APART.sub(_hyphened, text)
    return _NEVER_APART.sub(_hyphened, text) if "never" in text else text


def _hyphened(match: re.Match[str]) -> str:
    return match[1] + "-" * (len(match[0]) - len(match[1]))


_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_SOME = 16
"""One character in so many, and it is cheaper to fold each by itself than those that are not ASCII all at once."""
_MANY = 2
"""One byte in so many that is none of a character of one, and all characters are folded as such."""
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_SHORT = 8


@lru_cache(maxsize=1 << 14)
def _fold_foreign(text: str) -> str:
    return normalize(text).text


def _aligned(text: str) -> Normalized:
    return Normalized(text, range(len(text)), range(1, len(text) + 1))


class _Plain(dict[str, str]):
    """Characters that fold to one character and never join the one before them, with their folding.

    Those that it has no room for are folded each time they are met.
    """

    def __missing__(self, character: str) -> str:
        return _fold(character)


_plain = _Plain()


def _is_plain(character: str) -> bool:
    if _joins(character):
        return False
    folded = _fold(character)
    if len(folded) != 1:
        return False
    if len(_plain) < _TABLE_LIMIT:
        _plain[character] = folded
    return True


def _by_cluster(text: str, odd: set[str]) -> Normalized:
    """As `normalize`, where the characters of `odd` are not plain."""
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    joining = {character for character in odd if _joins(character)}
    raised = joining | (odd & _RAISED_CHARACTERS)
    done = 0
    position = 0
    places = [index for index, character in enumerate(text) if character in odd]
    while position < len(places):
        place = places[position]
        start = place - 1 if text[place] in joining and place > done else place
        end = place + 1
        position += 1
        belonging = raised if text[place] in _RAISED_CHARACTERS else joining
        while end < len(text) and text[end] in belonging:
            end += 1
            position += 1
        pieces.extend(map(_plain.__getitem__, text[done:start]))
        starts.extend(range(done, start))
        ends.extend(range(done + 1, start + 1))
        folded = _fold(text[start : min(end, start + 4 * _CLUSTER_LIMIT)])
        pieces.append(folded)
        starts.extend([start] * len(folded))
        ends.extend([end] * len(folded))
        done = end
    pieces.extend(map(_plain.__getitem__, text[done:]))
    starts.extend(range(done, len(text)))
    ends.extend(range(done + 1, len(text) + 1))
    return Normalized(joined("".join(pieces)), starts, ends)


@lru_cache(maxsize=4096)
def _joins(character: str) -> bool:
    """Whether the character belongs to the cluster of the one before it."""
    if _INVISIBLE.match(character):
        return True
    first = unicodedata.normalize("NFKD", character)[0]
    # Besides marks: vowels and final consonants of Hangul, two vowels of Kirat Rai.
    return unicodedata.category(first)[0] == "M" or first in "\U00016d63\U00016d67" or "\u1160" <= first <= "\u11ff"


@lru_cache(maxsize=4096)
def _fold(cluster: str) -> str:
    """The folding of one cluster; empty where nothing of it can be seen."""
    folded = cluster
    # Case folding can undo NFKC and the reverse; three rounds settle every cluster of Unicode 15, six are the bound.
    for _ in range(6):
        before = folded
        folded = _RAISED_RUN.sub(r"^\g<0>", _INVISIBLE.sub("", folded))
        decomposed = unicodedata.normalize("NFKD", folded)[:_CLUSTER_LIMIT]
        folded = unicodedata.normalize("NFKC", _MARKED.sub(r"\1", decomposed)).casefold()
        folded = unicodedata.normalize("NFKC", folded).translate(_SAME_AS)
        if not folded.isascii():
            folded = "".join(map(_fold_sign, folded))
        if folded == before:
            break
    return folded


def _fold_sign(character: str) -> str:
    if _HAN_CHARACTER.match(character):
        return simplify(character)
    return "-" if unicodedata.category(character) == "Pd" else character


def simplify(text: str) -> str:
    """The text with each traditional Chinese character, or variant, replaced by its simplified one."""
    return text.translate(_simplified())


_lock = threading.Lock()
_simplified_table: dict[int, str] = {}


def _simplified() -> dict[int, str]:
    """The table of `simplify`, loaded when the first Han character is met."""
    if not _simplified_table:
        with _lock:
            if not _simplified_table:
                _simplified_table.update(_load_simplified())
    return _simplified_table


def _load_simplified() -> dict[int, str]:
    converter = opencc.OpenCC("t2s")
    ranges = ((0x2E80, 0x2FE0), (0x3400, 0xA000), (0xF900, 0xFB00), (0x20000, 0x32400))
    source = [chr(code) for first, behind in ranges for code in range(first, behind)]
    # A line each, so that no phrase is seen; twice, since 薴 becomes 苧 and that becomes 苎.
    simplified = converter.convert(converter.convert("\n".join(source)))
    target = simplified.translate(_VARIANTS).split("\n")
    return {
        ord(character): simplified
        for character, simplified in zip(source, target, strict=True)
        if len(simplified) == 1 and simplified != character
    }
