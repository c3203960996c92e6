"""What counts besides the words of a query: their parts, their forms as typed, and that they stand side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from indexer import analysis
from indexer.analysis import Channel, QueryWord, TermAt
from indexer.search.expand import word_query
from indexer.search.fields import ALL_TEXT
from indexer.search.query import Boosted, Or, Phrase, Query, Term, Weighted
from indexer.search.ranking import Settings

_SHORTEST_PART = 3
"""Letters of a part of a compound that says something by itself."""
_NUMBERED_NAME = re.compile(r"[^\W\d_]{2}\d")


def with_parts(word: QueryWord, ranking: Settings) -> Query:
    """A word where not all words are required: a compound is sought by its parts as well, which count less."""
    query = word_query(word, ALL_TEXT)
    if len(word.surface) == 1 and word.surface.isascii():
        return Weighted(query, ranking.lone)
    parts = [part for text in _parts(word.surface) for part in analysis.query_words(text) if not part.stopword]
    if not parts:
        return query
    apart = (Weighted(word_query(part, ALL_TEXT), ranking.parts) for part in parts)
    return Or((Weighted(query, ranking.whole), *apart))


def boosted(query: Query, words: Sequence[QueryWord], ranking: Settings) -> Query:
    """The query, with more for documents that hold the words as they were typed, and side by side."""
    boosts: list[Weighted] = []
    if ranking.exact:
        boosts += [Weighted(form, ranking.exact) for word in words if (form := _exact_form(word))]
    if ranking.proximity:
        boosts += [
            Weighted(pair, ranking.proximity)
            for before, word in pairwise(words)
            if (pair := _side_by_side(before, word))
        ]
    return Boosted(query, tuple(boosts)) if boosts else query


def _parts(surface: str) -> list[str]:
    """What a compound is made of, where each part means something: `Rad53-dependent` is, `IL-6` and `PD-L1` are not.

    A number belongs to the letters before it, but to no name that has one: of `scm3-139` the part is `scm3`.
    """
    groups: list[str] = []
    for part in re.split("[-\u2010-\u2015]", surface):
        before = re.split("-", groups[-1])[-1] if groups else ""
        if part.isdecimal():
            joins = bool(before) and not _NUMBERED_NAME.search(groups[-1])
        else:
            joins = bool(before) and len(part) < _SHORTEST_PART and len(before) < _SHORTEST_PART
        if joins:
            groups[-1] += f"-{part}"
        else:
            groups.append(part)
    if len(groups) == 1:
        return []
    return [group for group in groups if len(group) >= _SHORTEST_PART and not group.isdecimal()]


def _exact_form(word: QueryWord) -> Query | None:
    """The documents that hold a word unstemmed; None for a word that is searched as it stands anyway."""
    terms = analysis.phrase(word.surface)
    if len(terms) != 1 or word.readings[0].channel is Channel.FORMS or not word.surface.isascii():
        return None
    return Term(ALL_TEXT, Channel.FORMS, terms[0].text)


def _side_by_side(before: QueryWord, word: QueryWord) -> Query | None:
    """The documents that hold two words one behind the other; None for words that are more than one term each."""
    first, second = before.readings[0], word.readings[0]
    if any(reading.channel is Channel.FORMS or len(reading.terms) != 1 for reading in (first, second)):
        return None
    return Phrase(ALL_TEXT, Channel.WORDS, (first.terms[0], TermAt(second.terms[0].text, 1)))
