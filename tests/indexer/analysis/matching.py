"""Matching by hand, as an engine has to: which texts a reading or a phrase is found in."""

from __future__ import annotations

from indexer.analysis import Channel, Reading, TermAt, Token, normalize, query_words, quotation, tokens
from indexer.analysis.numbers import arabic


def holds(text: str, channel: Channel, terms: tuple[TermAt, ...]) -> bool:
    places: dict[str, set[int]] = {}
    for token in tokens(text, channel):
        places.setdefault(token.text, set()).add(token.position)
    first = places.get(terms[0].text, set()) if terms else set()
    return any(all(at - terms[0].offset + term.offset in places.get(term.text, ()) for term in terms) for at in first)


def reading_holds(text: str, reading: Reading) -> bool:
    return holds(text, reading.channel, reading.terms)


def found(query: str, text: str) -> bool:
    """Whether every word of the query that is no stop word stands in the text."""
    words = [word for word in query_words(query) if not word.stopword]
    return bool(words) and all(any(reading_holds(text, reading) for reading in word.readings) for word in words)


def quoted(query: str, text: str) -> bool:
    return any(holds(text, Channel.FORMS, terms) for terms in quotation(query))


def yields(text: str, token: Token, channel: Channel) -> bool:
    """Whether what a token stands for yields it.

    A Roman numeral does so only behind type, stage and the like; the edge of a word is that of a word.
    """
    piece = text[token.start : token.end]
    terms = {other.text for other in tokens(piece, channel)}
    if channel is Channel.FORMS and token.text.endswith("-"):
        return any(term.startswith(token.text[:-1]) for term in terms)
    if channel is Channel.FORMS and token.text.startswith("-"):
        return any(term.endswith(token.text[1:]) for term in terms)
    return token.text in terms or token.text == arabic(normalize(piece).text)
