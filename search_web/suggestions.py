"""Suggestions while typing, as the endpoint gives them, and the queries that search for names and words."""

from __future__ import annotations

import re

from indexer.terms.lexicon import Kind, Suggestion

MAX_SUGGESTIONS = 20
DEFAULT_SUGGESTIONS = 8
"""As many as fit on a phone's screen above its keyboard."""

_SYNTAX = re.compile(r'["“”„‟〝〞＂「」『』«»()（）\[\]［］*＊?？~～#＃\\]|(?<=\w)[:：=＝]|(?<!\S)[与與或非](?!\S)')
_IN_QUOTES = re.compile('["“”„‟〝〞＂*?]')
_OPERATOR = re.compile(r"\b(?:AND|OR|NOT)\b")


def query_of(suggestion: Suggestion) -> str:
    """What to type to search for a suggestion: names in quotes in their field, everything else as words."""
    if suggestion.kind is Kind.AUTHOR:
        return in_field("author", suggestion.text)
    if suggestion.kind is Kind.JOURNAL:
        return in_field("journal", suggestion.text)
    return as_words(suggestion.text)


def in_field(field: str, name: str) -> str:
    """A name as a query for just that name in a field, in quotes in which nothing is syntax."""
    plain = " ".join(_IN_QUOTES.sub(" ", name).split())
    return f'{field}:"{plain}"'


def as_words(text: str) -> str:
    """A text as a query in which nothing is syntax."""
    plain = _OPERATOR.sub(lambda operator: operator[0].lower(), _SYNTAX.sub(" ", text))
    return " ".join(plain.split())
