"""Words of a text as the analysis cuts them, with keys under which spellings of one word are counted together."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from indexer.analysis import QueryWord, key, normalize, words_as_cut
from indexer.analysis.script import HAN

_HAN_CHARACTER = re.compile(f"[{HAN}]")


_HYPHEN = re.compile("[-‐‑–]")
_DIRECTORY = Path(__file__).parent / "data"


def read_words(name: str) -> tuple[str, ...]:
    """The words of a list in `data/`; `#` begins a comment that ends with its line."""
    lines = (_DIRECTORY / name).read_text(encoding="utf-8").splitlines()
    return tuple(word for line in lines for word in line.partition("#")[0].split())


class Word(NamedTuple):
    """A word, where it stands, and what it is counted as."""

    key: str
    """Chinese as folded; anything else as the term bank looks it up, so that T-cell, T cells and T cell are one."""
    start: int
    end: int
    stopword: bool


def folded(text: str) -> str:
    """What an English term is counted as: without case, hyphens and the plural of its last word.

    Rougher than the keys of the analysis and many times as fast: every record of a build asks for it.
    """
    plain = " ".join(_HYPHEN.sub(" ", text.casefold()).split())
    return plain[:-1] if len(plain) > 4 and plain.endswith("s") and not plain.endswith(("ss", "is", "us")) else plain


def has_han(text: str) -> bool:
    """Whether the text holds a Han character."""
    return not text.isascii() and bool(_HAN_CHARACTER.search(text))


def words(text: str) -> list[Word]:
    """The words of a text in order; empty where it holds no letter and no digit."""
    return [Word(_key(word), word.start, word.end, word.stopword) for word in words_as_cut(text)]


def _key(word: QueryWord) -> str:
    return _remembered_key(word.surface)


@lru_cache(maxsize=1 << 16)
def _remembered_key(surface: str) -> str:
    return normalize(surface).text if has_han(surface) else key(surface)
