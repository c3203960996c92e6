"""The advanced form: its rows, and the query that they write in the query language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

OPERATORS = ("AND", "OR", "NOT")
FIELDS = ("all", "title", "tiab", "abstract", "keyword", "mesh", "author", "journal")
"""The fields that a row can ask for, as queries name them."""
WAYS = ("all", "any", "phrase", "query")
"""What the words of a row mean: all of them, any, side by side, or a query as it stands."""
ROWS = 3
"""Of an empty form."""
MAX_ROWS = 20


@dataclass(frozen=True)
class Row:
    """A row of the form."""

    operator: str = "AND"
    """Joins it to the rows before it."""
    field: str = "all"
    way: str = "all"
    words: str = ""


def read_rows(parameters: Mapping[str, Sequence[str]]) -> list[Row]:
    """The rows that a form sends as `op`, `field`, `way` and `words`, one of each for a row; no choice is the first."""

    def at(name: str, place: int, choices: Sequence[str]) -> str:
        given = parameters.get(name, ())
        return given[place] if place < len(given) and given[place] in choices else choices[0]

    return [
        Row(at("op", place, OPERATORS), at("field", place, FIELDS), at("way", place, WAYS), words)
        for place, words in enumerate(parameters.get("words", ())[:MAX_ROWS])
    ]


def fields(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """The names and values by which a form sends rows, the inverse of `read_rows`."""
    return [
        pair
        for row in rows
        for pair in (("op", row.operator), ("field", row.field), ("way", row.way), ("words", row.words))
    ]


def written(rows: Sequence[Row]) -> str:
    """The query of the rows that have words, each joined to all before it."""
    text, joined = "", ""
    for row in rows:
        if not (clause := _clause(row)):
            continue
        if not text:
            text = f"NOT {clause}" if row.operator == "NOT" else clause
            continue
        if joined not in ("", row.operator):
            text = f"({text})"
        operator = "AND NOT" if row.operator == "NOT" else row.operator
        text, joined = f"{text} {operator} {clause}", row.operator
    return text


def _clause(row: Row) -> str:
    words = " ".join(row.words.split())
    if row.way == "query":
        return words and _grouped(words)
    words = _whole(words)
    if not words:
        return ""
    if row.way == "phrase":
        clause = '"{}"'.format(" ".join(words.replace('"', " ").split()))
    elif row.way == "any":
        clause = _grouped(" OR ".join(words.split()))
    else:
        clause = _grouped(words)
    return clause if row.field == "all" else f"{row.field}:{clause}"


def _grouped(words: str) -> str:
    is_one = " " not in words or (words.count('"') == 2 and words[0] == words[-1] == '"')
    return words if is_one else f"({words})"


def _whole(words: str) -> str:
    """The words without marks that have no partner, which would reach beyond the row."""
    for opening, closing in (("(", ")"), ('"', '"')):
        unpaired = words.count('"') % 2 if opening == closing else words.count(opening) != words.count(closing)
        if unpaired:
            words = words.replace(opening, " ").replace(closing, " ")
    return " ".join(words.split())
