"""Did you mean: the query that may have been meant, offered beside what the typed one found and never searched unasked.

The index's lexicon corrects words; here is decided which parts of a query are words, and whether the corrected query is
worth offering: only where hardly anything holds all that was typed, and only if it finds more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from indexer import analysis
from indexer.analysis.script import language_of
from indexer.search import parse
from indexer.search.recent import Recent
from indexer.search.values import identifier
from indexer.terms.lexicon import Lexicon, QueryCorrection

CORRECT_BELOW = 10
"""A correction is offered where fewer documents of the collection than this hold all words of the query.

Counted without the filters, as for relaxation: that a filter leaves nothing says nothing about spelling (2026-11).
"""
BETTER = 10
"""How many times as many documents a correction finds at least, where some hold all that was typed."""

_NAMES = frozenset({("authors",), ("journal_name",)})
"""Fields whose words are names: the lexicon's words are those of texts."""


_recent: Recent[QueryCorrection | None] = Recent()


def correction(
    lexicon: Lexicon, text: str, holding_all: Callable[[str], int], found: Callable[[str], int]
) -> QueryCorrection | None:
    """The query that may have been meant; None where the typed one is right, or none better is known.

    Args:
        lexicon: Of the collection that is searched.
        text: The query as typed.
        holding_all: How many documents of the collection hold all words of a query.
        found: How many documents the same request finds for another query.
    """
    # Asked first: most queries are right, and to know that costs less than to count.
    meant = _recent.of(lexicon, text, (), lambda: _meant(lexicon, text))
    if meant is None:
        return None
    typed = holding_all(text)
    if typed >= CORRECT_BELOW or not found(meant.text):
        return None
    # A query that names what the collection holds is right, unless another is what nearly all others write.
    return meant if not typed or holding_all(meant.text) >= BETTER * typed else None


def _meant(lexicon: Lexicon, text: str) -> QueryCorrection | None:
    words = typed_words(text)
    return lexicon.did_you_mean(text, words) if words else None


def typed_words(text: str) -> list[tuple[int, int]]:
    """Where the words of a query stand, those in quotes among them.

    No operators, field names, tags, values, names or patterns, and nothing of the earlier searches it refers to.
    """
    clause = parse.parse(text).clause
    return sorted(_words(clause)) if clause else []


def _words(clause: parse.Clause) -> Iterator[tuple[int, int]]:
    if isinstance(clause, (parse.Words, parse.Quoted)):
        if identifier(clause.text):
            return
        for word in analysis.query_words(clause.text):
            # A Chinese particle may be a piece of a word that was written wrongly.
            if not word.stopword or language_of(word.surface) == "zh":
                yield clause.start + word.start, clause.start + word.end
    elif isinstance(clause, parse.Fielded):
        if clause.field.is_text and clause.field.fields not in _NAMES:
            yield from _words(clause.clause)
    elif isinstance(clause, parse.Negation):
        yield from _words(clause.clause)
    elif isinstance(clause, (parse.Conjunction, parse.Disjunction)):
        for part in clause.clauses:
            yield from _words(part)
