"""Query text -> a tree of what was typed. No query fails: what can't be read is left out and named.

The language: words, "phrases", `AND OR NOT` in capitals, parentheses, and `field:` before any of these. Words side by
side are joined by an implicit AND, which binds like AND; AND binds more tightly than OR. The grammar is the Lark
grammar below; before a text's tokens reach it they are repaired (unbalanced parentheses, dangling operators, unknown
fields), so that it always accepts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Union, cast

from lark import Lark, Token, Transformer

from indexer import analysis
from indexer.search.hits import Ignored, Reason

MAX_CHARACTERS = 4000
"""What is typed beyond is left out."""
MAX_NOTES = 20
"""Parts named as ignored, at most; an absurd query is not answered with an absurd list."""
MAX_DEPTH = 32
"""Parentheses nested more deeply are left out."""


@dataclass(frozen=True)
class SearchField:
    """A field that a query can name."""

    name: str
    """As it is written back."""
    fields: tuple[str, ...]
    """The schema's fields behind it."""


_NAMES: dict[SearchField, tuple[str, ...]] = {
    SearchField("title", ("title_en", "title_zh")): ("title", "ti", "标题", "题名", "篇名"),
    SearchField("abstract", ("abstract_en", "abstract_zh")): ("abstract", "ab", "摘要"),
    SearchField("mesh", ("headings",)): ("mesh", "mh", "主题词"),
    SearchField("keyword", ("keywords",)): ("keyword", "keywords", "kw", "关键词"),
    SearchField("journal", ("journal_name",)): ("journal", "ta", "期刊", "刊名"),
    SearchField("author", ("authors",)): ("author", "authors", "au", "作者"),
    SearchField("doi", ("doi",)): ("doi",),
    SearchField("pmid", ("pmid",)): ("pmid",),
    SearchField("pmcid", ("pmcid",)): ("pmcid", "pmc"),
    SearchField("year", ("year",)): ("year", "年", "年份"),
    SearchField("quartile", ("quartile",)): ("quartile", "jcr"),
    SearchField("zone", ("zone",)): ("zone", "cas", "分区"),
    SearchField("type", ("type",)): ("type", "pt"),
    SearchField("open_access", ("open_access",)): ("open_access", "oa"),
}
SEARCH_FIELDS: dict[str, SearchField] = {name: field for field, names in _NAMES.items() for name in names}


@dataclass(frozen=True)
class Words:
    """A run of text without query syntax and without white space."""

    text: str
    start: int


@dataclass(frozen=True)
class Quoted:
    """What stood between quotes."""

    text: str
    start: int


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


Clause = Union[Words, Quoted, Fielded, Conjunction, Disjunction, Negation]


@dataclass(frozen=True)
class Parsed:
    """What was typed. `clause` is None where nothing is left to search for."""

    clause: Clause | None
    ignored: tuple[Ignored, ...]


_GRAMMAR = r"""
    ?start: either
    ?either: both (_OR both)*
    ?both: unary (joint? unary)*
    !joint: AND
    ?unary: _NOT unary -> without | FIELD unary -> fielded | atom
    ?atom: _OPEN either _CLOSE | QUOTED -> quoted | WORDS -> words | DOI -> words | NUMBER -> words

    _OR.3: /OR(?![^\s()（）"“”])/
    AND.3: /AND(?![^\s()（）"“”])/
    _NOT.3: /NOT(?![^\s()（）"“”])/
    _OPEN: /[(（]/
    _CLOSE: /[)）]/
    DOI.4: /(?:https?:\/\/)?(?:(?:dx\.|www\.)?doi\.org\/|doi:?\s{0,3})?10\.\d{4,9}\/(?:[^\s()"“”]|\([^\s()"“”]*\))+/i
    NUMBER.4: /(?:pmid|pmcid)\b\s{0,3}:?\s{0,3}(?:pmc)?\d{1,9}(?![^\s()"“”,;.])/i
    QUOTED.2: /["“”＂][^"“”＂]*["“”＂]/
    FIELD.2: /[^\W\d]\w{0,19}[:：](?!\/\/)(?=[^\s:：)）])/
    WORDS: /[^\s()（）"“”＂]+/
    SPACE: /\s+/
    %ignore SPACE
"""


class _Tree(Transformer[Token, Clause]):
    """The grammar's tree as ours."""

    def words(self, children: list[Any]) -> Clause:
        return Words(str(children[0]), children[0].start_pos)

    def quoted(self, children: list[Any]) -> Clause:
        return Quoted(str(children[0])[1:-1], children[0].start_pos + 1)

    def fielded(self, children: list[Any]) -> Clause:
        return Fielded(SEARCH_FIELDS[_field_name(children[0])], children[1])

    def without(self, children: list[Any]) -> Clause:
        return Negation(children[0])

    def joint(self, _children: list[Any]) -> None:
        return None

    def both(self, children: list[Any]) -> Clause:
        return Conjunction(tuple(child for child in children if child is not None), explicit=None in children)

    def either(self, children: list[Any]) -> Clause:
        return Disjunction(tuple(children))


@lru_cache(maxsize=1)
def _grammar() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", lexer="basic", maybe_placeholders=False)


def _field_name(token: str) -> str:
    # Folded as texts are, so that 標題: is 标题:.
    return analysis.normalize(token[:-1]).text


_HALF_WIDTH = {0x3000: " ", **{full: chr(full - 0xFEE0) for full in range(0xFF01, 0xFF5F)}}
"""Full-width ASCII, as Chinese keyboards type it, means what ASCII does; no offset moves."""


def parse(text: str) -> Parsed:
    """Read a query. Linear in the length of the text, which is cut at MAX_CHARACTERS."""
    ignored: list[Ignored] = []
    # Lone surrogates and control characters carry no meaning and trip whatever prints them later.
    text = re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", " ", text).translate(_HALF_WIDTH)
    if len(text) > MAX_CHARACTERS:
        ignored.append(Ignored(text[MAX_CHARACTERS : MAX_CHARACTERS + 60].strip(), MAX_CHARACTERS, Reason.TOO_LONG))
        text = text[:MAX_CHARACTERS]
    tokens = _repair(_scan(text, ignored), ignored)
    ignored.sort(key=lambda part: part.start)
    notes = tuple(ignored[:MAX_NOTES])
    if not tokens:
        return Parsed(None, notes)
    machine = _grammar().parse_interactive("")
    for token in tokens:
        machine.feed_token(token)
    tree = machine.feed_eof(tokens[-1])  # type: ignore[no-untyped-call]
    return Parsed(_Tree().transform(tree) if hasattr(tree, "data") else cast("Clause", tree), notes)


def _note(ignored: list[Ignored], token: Token, reason: Reason) -> None:
    ignored.append(Ignored(str(token), token.start_pos or 0, reason))


def _retyped(token: Token, kind: str, start: int, end: int) -> Token:
    """A part of a token as a token of another kind."""
    base = token.start_pos or 0
    return Token(kind, str(token)[start:end], start_pos=base + start, end_pos=base + end)


def _scan(text: str, ignored: list[Ignored]) -> list[Token]:
    """The text's tokens; a quote without a partner is left out, a name before a colon that is no field is a word."""
    quotes = [match.start() for match in re.finditer('["“”＂]', text)]
    if len(quotes) % 2:
        ignored.append(Ignored(text[quotes[-1]], quotes[-1], Reason.UNBALANCED_QUOTE))
        text = text[: quotes[-1]] + " " + text[quotes[-1] + 1 :]
    tokens: list[Token] = []
    for token in _grammar().lex(text):
        if token.type == "FIELD" and _field_name(token) not in SEARCH_FIELDS:
            # "Metformin:a review" is text; only a name in Latin letters looks like a mistaken field.
            if str(token)[:-1].isascii():
                _note(ignored, token, Reason.UNKNOWN_FIELD)
            tokens.append(_retyped(token, "WORDS", 0, len(token) - 1))
        elif token.type == "QUOTED" and not str(token)[1:-1].strip():
            _note(ignored, token, Reason.EMPTY)
        elif token.type == "WORDS" and not re.search(r"\w", token):
            _note(ignored, token, Reason.PUNCTUATION)
        else:
            tokens.append(token)
    return tokens


_NOT_BEFORE = {
    "_OR": {"_OPEN", "_OR", "AND", "_NOT", "FIELD"},
    "AND": {"_OPEN", "_OR", "AND", "_NOT", "FIELD"},
    "_NOT": {"FIELD"},
}
"""What an operator can't follow."""


def _repair(tokens: list[Token], ignored: list[Ignored]) -> list[Token]:
    """The tokens without what keeps them from being a sentence of the grammar."""
    kept = _balanced(tokens, ignored)
    # One pass from the left drops operators that have nothing on their left, one from the right those that have nothing
    # on their right; what a dropped token leaves empty is seen by the same pass, since it looks at what it has kept.
    forward: list[Token] = []
    for token in kept:
        before = forward[-1].type if forward else "_OPEN"
        if token.type == before == "_NOT":
            forward.pop()  # twice not is not at all
        elif before in _NOT_BEFORE.get(token.type, ()):
            _note(ignored, token, Reason.DANGLING_OPERATOR)
        elif token.type == "FIELD" and before == "FIELD":
            _note(ignored, token, Reason.UNKNOWN_FIELD)
        elif token.type == "_CLOSE":
            _close(forward, token, ignored)
        else:
            forward.append(token)
    while forward and forward[-1].type in {"_OR", "AND", "_NOT", "FIELD"}:
        _note(ignored, forward.pop(), Reason.DANGLING_OPERATOR)
    # Removing an empty pair of parentheses may have left an operator at the beginning.
    return forward if len(forward) == len(tokens) else _repair(forward, ignored)


def _close(forward: list[Token], token: Token, ignored: list[Ignored]) -> None:
    while forward[-1].type in {"_OR", "AND", "_NOT", "FIELD"}:
        _note(ignored, forward.pop(), Reason.DANGLING_OPERATOR)
    if forward[-1].type == "_OPEN":
        forward.pop()
    else:
        forward.append(token)


def _balanced(tokens: list[Token], ignored: list[Ignored]) -> list[Token]:
    """The tokens without parentheses that have no partner or are nested too deeply."""
    dropped: dict[int, Reason] = {}
    open_at: list[int] = []
    for index, token in enumerate(tokens):
        if token.type == "_OPEN":
            open_at.append(index)
        elif token.type == "_CLOSE":
            if not open_at:
                dropped[index] = Reason.UNBALANCED_PARENTHESIS
                continue
            if len(open_at) > MAX_DEPTH:
                dropped[index] = dropped[open_at[-1]] = Reason.TOO_DEEP
            open_at.pop()
    dropped.update(dict.fromkeys(open_at, Reason.UNBALANCED_PARENTHESIS))
    for index, reason in dropped.items():
        _note(ignored, tokens[index], reason)
    return [token for index, token in enumerate(tokens) if index not in dropped]
