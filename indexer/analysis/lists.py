"""Our word lists, in `data/`: words between white space; `#` begins a comment that ends with its line."""

from __future__ import annotations

from pathlib import Path

_DIRECTORY = Path(__file__).parent / "data"


def read_words(name: str) -> tuple[str, ...]:
    """The words of a list, in its order."""
    lines = (_DIRECTORY / name).read_text(encoding="utf-8").splitlines()
    return tuple(word for line in lines for word in line.partition("#")[0].split())
