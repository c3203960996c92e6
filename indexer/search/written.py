"""How a query was read, written in its own language: words, fields, and what must not be taken for an operator."""

from __future__ import annotations

import re

from indexer.search.expand import Unit
from indexer.search.fields import SEARCH_FIELDS
from indexer.search.values import identifier

_NO_WORD = re.compile(r"AND|OR|NOT|[与與或非]")
_ARTICLE = re.compile(r"A|AN|THE")


def as_word(surface: str) -> str:
    """A word that is read as one: what would be an operator, or anything else, stands behind a backslash."""
    return f"\\{surface}" if _NO_WORD.fullmatch(surface) or identifier(surface) else surface


def as_words(unit: Unit, *, first: bool) -> str:
    """A unit as it is read as one; `first` of its text, where a capital article would be no more than that."""
    words = [as_word(word) for word in unit.surface.split()]
    article = first and _ARTICLE.fullmatch(words[0]) and not unit.words[0].stopword
    if article or (len(words) > 1 and identifier(unit.surface)):
        words[0] = f"\\{words[0]}"
    return " ".join(words)


def as_clause(written: str, fields: tuple[str, ...]) -> str:
    """What is no part of the text around it, as a clause that stays one: in the field in which it is sought anyway."""
    return in_field(next(field.name for field in SEARCH_FIELDS.values() if field.fields == fields), written)


_FIELDED = re.compile(r"\w+:")


def in_field(name: str, written: str) -> str:
    """A clause in a field; one that names its own field stays in that."""
    if not written or _FIELDED.match(written):
        return written
    return f"{name}:({written})" if written.startswith("NOT ") else f"{name}:{written}"


def bare(written: str) -> str:
    """A whole query without the parentheses around all of it."""
    depth = 0
    for place, character in enumerate(re.sub('"[^"]*"', lambda quoted: "x" * len(quoted[0]), written)):
        depth += (character == "(") - (character == ")")
        if not depth:
            return written[1:-1] if written[0] == "(" and place == len(written) - 1 else written
    return written
