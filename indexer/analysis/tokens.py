"""The vocabulary of analysis: tokens, the two channels of a text field, and the words of a query."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Channel(str, Enum):
    """A text is indexed twice, at independent positions.

    `WORDS` holds stems and dictionary words, and is ranked. `FORMS` holds what stands there (folded, unstemmed, numbers
    with their signs as well; Chinese as characters and overlapping pairs; near Chinese also the edges of other words,
    see `english`) and answers quoted searches exactly.
    """

    WORDS = "words"
    FORMS = "forms"


class Token(NamedTuple):
    """An indexed term and where it stands.

    Tokens that share a position are alternatives of one another (stacked): a whole word and its sub-words, a compound
    and its joined spelling, a number and that number with its sign.
    """

    text: str
    position: int
    """Ordinal in its channel, from 0, without holes."""
    start: int
    """Offset of its first character in the source text, before any normalisation."""
    end: int
    """Offset behind its last character: `source[start:end]` is what was read."""


class TermAt(NamedTuple):
    """A term of a phrase and its distance in positions from the phrase's beginning."""

    text: str
    offset: int


class Reading(NamedTuple):
    """One way in which a word of a query may stand in a text: a term, or several at fixed distances."""

    channel: Channel
    terms: tuple[TermAt, ...]


class QueryWord(NamedTuple):
    """A word as a searcher means it: it is found where any of its readings stands."""

    surface: str
    """As typed."""
    start: int
    end: int
    readings: tuple[Reading, ...]
    stopword: bool
    """True where it carries no meaning of its own (the, of, 的) and may be left out."""
