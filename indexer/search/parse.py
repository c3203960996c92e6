"""Query text -> a tree of what was typed. No query fails: what can't be read is left out or read otherwise, and named.

The language: words, "phrases" (`"a b"~5` where they only stand near each other), wild*cards, `AND OR NOT` in capitals
and 与 或 非 between spaces, parentheses, `field:` before any of these and PubMed's `[tag]` behind them, ranges of
numbers and dates, identifiers of articles, and `#1` for an earlier search, which `history` puts in its place. Words
side by side are joined by an implicit AND, which binds like AND; AND binds more tightly than OR.

`fields` knows the names of fields and tags, `grammar` is the grammar, `repair` makes what was typed a sentence of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Union, cast

from lark import Token, Transformer

from indexer.search import fields, grammar, repair
from indexer.search.fields import SearchField
from indexer.search.hits import Ignored, Reason

MAX_CHARACTERS = 4000
"""What is typed beyond is left out."""
MAX_NOTES = 20
"""Parts named as ignored, at most; an absurd query is not answered with an absurd list."""


@dataclass(frozen=True)
class Words:
    """A run of text without query syntax; an identifier with its label may hold white space."""

    text: str
    start: int


@dataclass(frozen=True)
class Wildcard:
    """A run of text with `*` or `?` in it."""

    text: str
    start: int


@dataclass(frozen=True)
class Quoted:
    """What stood between quotes, or is one by its place."""

    text: str
    start: int
    gap: int | None = None
    """How many other words may stand between its words, in any order; None: they stand as they are typed."""


@dataclass(frozen=True)
class Bounds:
    """The ends of a range that are typed as two terms."""

    low: Words | Quoted | Wildcard
    high: Words | Quoted | Wildcard


@dataclass(frozen=True)
class Fielded:
    """A clause that is to be searched in one field only."""

    field: SearchField
    clause: Clause


@dataclass(frozen=True)
class Conjunction:
    """An AND; `explicit` where the operator was typed."""

    clauses: tuple[Clause, ...]
    explicit: bool


@dataclass(frozen=True)
class Disjunction:
    """An OR."""

    clauses: tuple[Clause, ...]


@dataclass(frozen=True)
class Negation:
    """A NOT."""

    clause: Clause


Clause = Union[Words, Wildcard, Quoted, Bounds, Fielded, Conjunction, Disjunction, Negation]


@dataclass(frozen=True)
class Parsed:
    """What was typed. `clause` is None where nothing is left to search for."""

    clause: Clause | None
    ignored: tuple[Ignored, ...]


def has_wildcard(text: str) -> bool:
    """Whether a text has a wildcard in it: a star beside a letter, or a question mark within a word.

    CYP2D6*4 is a name, and "sepsis?" a question.
    """
    return bool(repair.WILDCARD.search(text))


@dataclass(frozen=True)
class RefersTo:
    """A place of a query that names an earlier one."""

    number: int
    start: int
    end: int


def references(text: str) -> list[RefersTo]:
    """Where a query refers to earlier ones, in order."""
    tokens = repair.lexed(text[:MAX_CHARACTERS]) if "#" in text or "＃" in text else ()
    return [
        RefersTo(int(token[1:]), token.start_pos or 0, token.end_pos or 0)
        for token in tokens
        if token.type == "REFERENCE"
    ]


def beyond(text: str, longest: int) -> list[Ignored]:
    """The beginning of what is left out of a text that is too long, as a note; none of one that is not."""
    rest = text[longest : longest + 60]
    start = longest + len(rest) - len(rest.lstrip())
    return [Ignored(rest.strip(), start, Reason.TOO_LONG)] if len(text) > longest else []


@lru_cache(maxsize=64)
def parse(text: str, longest: int = MAX_CHARACTERS) -> Parsed:
    """Read a query. Linear in the length of the text, which is cut at `longest`."""
    ignored = beyond(text, longest)
    tokens = repair.sentence(text[:longest], ignored)
    ignored.sort(key=lambda part: part.start)
    # As it was typed, before any folding.
    notes = tuple(replace(part, text=text[part.start : part.end]) for part in ignored[:MAX_NOTES])
    if not tokens:
        return Parsed(None, notes)
    tree = grammar.tree(tokens)
    return Parsed(_Tree().transform(tree) if hasattr(tree, "data") else cast("Clause", tree), notes)


class _Tree(Transformer[Token, Clause]):
    """The grammar's tree as ours."""

    def words(self, children: list[Any]) -> Clause:
        return Words(str(children[0]), children[0].start_pos)

    def wildcard(self, children: list[Any]) -> Clause:
        return Wildcard(str(children[0]), children[0].start_pos)

    def phrase(self, children: list[Any]) -> Clause:
        quoted = children[0]
        return Quoted(str(quoted), quoted.start_pos, int(children[1][1:]) if len(children) > 1 else None)

    def fielded(self, children: list[Any]) -> Clause:
        return _within(fields.named(children[0][:-1]), children[1])

    def tagged(self, children: list[Any]) -> Clause:
        clause, tag = children[0], fields.tagged(children[1])
        if tag and tag.gap is not None and isinstance(clause, Quoted):
            clause = replace(clause, gap=tag.gap)
        return _within(tag.field if tag else None, clause)

    def bounds(self, children: list[Any]) -> Clause:
        low, *_, high, label = children
        tag = fields.tagged(label)
        return _within(tag.field if tag else None, Bounds(low, high))

    def without(self, children: list[Any]) -> Clause:
        return Negation(children[0])

    def joint(self, _children: list[Any]) -> None:
        return None

    def both(self, children: list[Any]) -> Clause:
        explicit = None in children
        parts: list[Clause] = []
        for child in children:
            if isinstance(child, Conjunction):
                # Parentheses within an AND that hold nothing but an AND say nothing.
                parts += child.clauses
                explicit = explicit or child.explicit
            elif child is not None:
                parts.append(child)
        return Conjunction(tuple(parts), explicit)

    def either(self, children: list[Any]) -> Clause:
        return Disjunction(tuple(children))


def _within(field: SearchField | None, clause: Clause) -> Clause:
    # `repair` lets no name and no tag pass that is none.
    return clause if field is None else Fielded(field, clause)
