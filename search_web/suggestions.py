"""Suggestions while typing, as the endpoint gives them: each with the query that searches for it."""

from __future__ import annotations

import re

from indexer.terms.lexicon import Kind, Suggestion

MAX_SUGGESTIONS = 20
DEFAULT_SUGGESTIONS = 8
"""As many as fit on a phone's screen above its keyboard."""

_SYNTAX = re.compile(r'["“”„‟〝〞＂「」『』«»()（）\[\]［］*＊?？~～#＃\\]|(?<=\w)[:：=＝]|(?<!\S)[与與或非](?!\S)')
_OPERATOR = re.compile(r"\b(?:AND|OR|NOT)\b")


def query_of(suggestion: Suggestion) -> str:
    """What to type to search for a suggestion: names in quotes in their field, everything else as words."""
    if suggestion.kind is Kind.AUTHOR:
        return f'author:"{_unquoted(suggestion.text)}"'
    if suggestion.kind is Kind.JOURNAL:
        return f'journal:"{_unquoted(suggestion.text)}"'
    return as_words(suggestion.text)


def as_words(text: str) -> str:
    """A text as a query in which nothing is syntax."""
    plain = _OPERATOR.sub(lambda operator: operator[0].lower(), _SYNTAX.sub(" ", text))
    return " ".join(plain.split())


def _unquoted(text: str) -> str:
    return " ".join(re.sub('["“”„‟〝〞＂*?]', " ", text).split())
