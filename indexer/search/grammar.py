"""The grammar of queries: the one place where their syntax is written down.

`lexed` cuts a text into tokens, whatever it holds. `tree` reads tokens by the rules; it accepts only what `repair` has
made a sentence of: some tokens (`TAG`, `SLOP`, `SPAN`, `COLON`, ...) mean something only where they stand behind or
before the right others, and are words elsewhere. AND binds more tightly than OR; what stands side by side is joined by
AND; a tag belongs to the term, the phrase or the group before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from lark import Lark, Token

_GRAMMAR = r"""
    ?start: either
    ?either: both (_OR both)*
    ?both: unary (joint? unary)*
    !joint: AND
    ?unary: _NOT unary -> without | FIELD unary -> fielded | tagged
    ?tagged: atom | atom TAG -> tagged | atom _TO atom TAG -> bounds | atom TAG _TO atom TAG -> bounds
    ?atom: _OPEN either _CLOSE | phrase | WILD -> wildcard | NAMED -> words | WORDS -> words | SPAN -> words
         | BOUND -> words | COLON -> words | BRACKET -> words | REFERENCE -> words
    phrase: QUOTED SLOP?

    // Full-width forms and all kinds of quotation marks have become ASCII before, see `repair`.
    _OPEN: /\(/
    _CLOSE: /\)/
    QUOTED.2: /"[^"]*"/
    // A comparison of text and word boundaries: ORAL is no operator, nor is 与 within a Chinese text.
    _OR.3: /OR(?![^\s()"])|(?<![^\s()])或(?![^\s()])/
    AND.3: /AND(?![^\s()"])|(?<![^\s()])[与與](?![^\s()])/
    _NOT.3: /NOT(?![^\s()"])|(?<![^\s()])非(?![^\s()])/

    // Articles by their identifiers: a DOI with or without its resolver or within an address, PubMed's addresses, a
    // number with its label.
    NAMED.5: / (?: (?:https?:\/\/)?(?:(?:dx\.|www\.)?doi\.org\/|doi:?\s{0,3})?10\.\d{4,9}\/
                 | https?:\/\/[^\s()"\[\]]{1,200}?\/10\.\d{4,9}(?:\/|%2f) )
               (?:[^\s()"\[\]]|\([^\s()"]{0,99}\))+
             | (?:https?:\/\/)?(?:www\.)?
               (?: (?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov\/pubmed)\/
                 | europepmc\.org\/(?:article|abstract)\/(?:med|pmc)\/
                 | (?:pmc\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov\/pmc|europepmc\.org)\/articles\/
               )(?:pmc)?\d{1,9}(?:[\/?\#][^\s()"\[\]]*)?
             | (?:pmid|pmcid)\b\s{0,3}:?\s{0,3}(?:pmc)?\d{1,9}(?![^\s()"\[\],;.])
             /ix
    // An earlier search; `history` has put those that are known in place.
    REFERENCE.4: /(?<![^\s():=])\#\d{1,4}(?![^\s()"\[\]])/

    FIELD.2: /[^\W\d]\w{0,19}[:=](?!\/\/)/
    // Behind a field: a range in Lucene's way, a bound.
    SPAN.4: /[\[{]\s{0,3}[^\s\[\]{}"]{1,20}\s{1,3}TO\s{1,3}[^\s\[\]{}"]{1,20}\s{0,3}[\]}]/
    BOUND.2: /[<>≤≥]=?\s{0,3}\d[^\s()"\[\]<>]*/
    // Behind a term, phrase or group.
    TAG.2: /\[[^\[\]()"]{1,60}\]/
    SLOP.3: /(?<=")~\d{1,4}(?![^\s()\[\]])/
    // Between two tagged terms.
    COLON.1: /:/

    WORDS: /[^\s()"\[\]]+/
    BRACKET: /[\[\]]/
    SPACE: /\s+/
    %ignore SPACE
    // Tokens that `repair` makes of others.
    %declare _TO WILD
"""


@lru_cache(maxsize=1)
def _grammar() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", lexer="basic", maybe_placeholders=False)


@lru_cache(maxsize=1)
def _lexer() -> Lark:
    """The terminals alone: a grammar with a parser makes its lexer anew for each text that is only lexed."""
    return Lark(_GRAMMAR, parser=None, lexer="basic", maybe_placeholders=False)


def lexed(text: str) -> Iterator[Token]:
    """The tokens of a text, with where they stand in it; quotation marks must be paired."""
    return _lexer().lex(text)


def tree(tokens: Sequence[Token] | Iterable[Token]) -> Any:  # noqa: ANN401  a tree, or the only token's
    """The syntax tree of tokens that are a sentence of the grammar; at least one."""
    machine = _grammar().parse_interactive("")
    last: Token | None = None
    for last in tokens:
        machine.feed_token(last)
    return machine.feed_eof(last)  # type: ignore[no-untyped-call]
