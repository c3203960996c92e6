"""Suggestions while typing: titles, concepts, journals and authors that begin, or hold a word that begins, as typed.

All texts stand in one full-text table under their *rank*, so that the best come first and no search reads more than it
shows: by kind, then by the number of documents (in steps of a quarter more), then by length, then in an order that
depends on nothing but the text. The first token of a text carries a mark, so that texts that begin as typed are found
apart from those that hold it further on.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from math import log2
from operator import attrgetter

import msgspec

from indexer import analysis
from indexer.analysis import Language
from indexer.terms.lexicon.entries import ROLES, EntryForm
from indexer.terms.lexicon.folding import Folded, folded_text, is_han
from indexer.terms.lexicon.store import Connections, Row

TITLE_CHARACTERS = 200
"""Of a title that are searched for what is typed."""

LONGEST_PREFIX = 100
"""Characters of what is typed that count."""

MARK = "\ue000"
"""Before the first token of a text: of private use, so that FTS5 takes it for a letter and no folded text holds it."""

_POSSESSIVE = re.compile(r"(?<=[a-z])'s?(?![^\W_])")

_CANDIDATES = 40
"""Texts that are looked at for each kind and place, at least: some of them say the same, or begin inside a word."""


class Kind(str, Enum):
    """What a suggestion is."""

    CONCEPT = "concept"
    TITLE = "title"
    JOURNAL = "journal"
    AUTHOR = "author"


KINDS = tuple(Kind)
"""In the order in which they are suggested; their places are in the file."""

_SHARES = {Kind.CONCEPT: 4, Kind.TITLE: 3, Kind.JOURNAL: 2, Kind.AUTHOR: 1}
"""Of ten suggestions, where there are more than that; what a kind leaves goes to the first that has more."""


@dataclass(frozen=True)
class Suggestion:
    """Something to search for, for what was typed so far."""

    text: str
    """To put in place of what was typed; of a concept, the form that begins so."""
    kind: Kind
    count: int
    """Documents with that title, journal or author; of a concept, those that hold the rarest word of one of its forms:
    an upper bound."""
    partner: str | None = None
    """The concept's name in the other language."""
    preferred: str | None = None
    """The concept's name in the same language, where `text` is another form of it."""


class _Typed:
    """What was typed, as it is looked up."""

    def __init__(self, prefix: str) -> None:
        prefix = prefix[:LONGEST_PREFIX]
        self.tokens = Folded(prefix).tokens
        self.open = prefix[-1:].isalnum() or prefix[-1:] == "'"
        """The last word may go on."""
        self.text = " ".join(self.tokens)
        self.letters = "".join(self.tokens)
        self.is_pinyin = len(self.letters) > 1 and self.letters.isascii() and self.letters.isalnum()
        self._needle = f" {self.text}" if self.open else f" {self.text} "

    def phrase(self, column: str, text: str) -> str:
        """The FTS5 query for a phrase."""
        return f'{{{column}}} : "{text}"' + ("*" if self.open or column == "pinyin" else "")

    def begins(self, folded: str) -> bool:
        """Whether a folded text begins so."""
        return f" {folded} ".startswith(self._needle)

    def inside(self, cut: Folded) -> bool:
        """Whether a word of a text begins so."""
        if self._needle not in f" {cut.text} ":
            return False
        if not is_han(self.tokens[0]):
            return True
        return any(f" {' '.join(cut.tokens[start:])} ".startswith(self._needle) for start in cut.word_starts())


class _Place(Enum):
    """Where a text holds what was typed."""

    BEGINNING = 0
    WORD = 1
    PINYIN = 2


def rank(kind: Kind, documents: int, text: str, length: int | None = None) -> int:
    """The place of a text among all: 56 bits, the last 40 of which keep texts apart that are otherwise equal.

    Args:
        kind: Of the text.
        documents: How many have it.
        text: All that is searched of it.
        length: In characters, where it is not that of the text.
    """
    digest = hashlib.blake2b(text.encode(), digest_size=5).digest()
    place = (63 - step_of(documents)) << 48 | min(len(text) if length is None else length, 255) << 40
    return _first_of(kind) + place + int.from_bytes(digest, "big")


def step_of(documents: int) -> int:
    """Of 63 steps that make the place of a text better, so many for its documents; each takes 2^48 off its rank."""
    return 0 if documents < 1 else min(63, 1 + int(3 * log2(documents)))


def _first_of(kind: Kind) -> int:
    return KINDS.index(kind) << 54


def suggest(connections: Connections, prefix: str, limit: int) -> tuple[Suggestion, ...]:
    """Up to `limit` suggestions for what was typed; see `Lexicon.suggest`."""
    typed = _Typed(prefix)
    if not typed.tokens or limit < 1:
        return ()
    found = {kind: _of_kind(connections, typed, kind, limit) for kind in KINDS}
    folded = analysis.normalize(prefix[:LONGEST_PREFIX]).text
    if (bare := _POSSESSIVE.sub("", folded)) != folded:
        # Who types crohn's looks for Crohn disease as well.
        for kind in KINDS:
            of_bare = _of_kind(connections, _Typed(bare), kind, limit)
            found[kind] = list(dict.fromkeys((*found[kind], *of_bare)))[:limit]
    shares = {kind: min(len(found[kind]), max(1, limit * share // 10)) for kind, share in _SHARES.items()}
    spare = max(0, limit - sum(shares.values()))
    for kind in KINDS:
        more = min(spare, len(found[kind]) - shares[kind])
        shares[kind] += more
        spare -= more
    return tuple(suggestion for kind in KINDS for suggestion in found[kind][: shares[kind]])[:limit]


def _of_kind(connections: Connections, typed: _Typed, kind: Kind, limit: int) -> list[Suggestion]:
    read: Callable[[Connections, _Typed, _Place, Row], tuple[str, Suggestion] | None]
    read = _concept if kind is Kind.CONCEPT else _item
    chosen: dict[str, Suggestion] = {}
    for place in _Place:
        if len(chosen) >= limit or (place is _Place.PINYIN and (kind is not Kind.CONCEPT or not typed.is_pinyin)):
            break
        of_place: dict[str, Suggestion] = {}
        for row in _candidates(connections, typed, kind, place, max(_CANDIDATES, 3 * limit)):
            found = read(connections, typed, place, row)
            if found is not None:
                name, suggestion = found
                before = of_place.get(name)
                of_place[name] = suggestion if before is None else _better(before, suggestion)
                if kind is not Kind.CONCEPT and len(of_place) == 2 * limit:
                    break
        for name, suggestion in sorted(of_place.items(), key=lambda pair: (-pair[1].count, len(pair[0]), pair[0])):
            chosen.setdefault(name, suggestion)
    return list(chosen.values())[:limit]


def _better(one: Suggestion, other: Suggestion) -> Suggestion:
    """The more frequent of two that say the same, the first of equals; with a partner where either has one."""
    best = max(one, other, key=attrgetter("count"))
    return best if best.partner else replace(best, partner=one.partner or other.partner)


def _candidates(connections: Connections, typed: _Typed, kind: Kind, place: _Place, limit: int) -> list[Row]:
    if place is _Place.PINYIN:
        phrase = typed.phrase("pinyin", typed.letters)
    else:
        phrase = typed.phrase("words", f"{MARK}{typed.text}" if place is _Place.BEGINNING else typed.text)
    first = _first_of(kind)
    ranked = "(SELECT rowid AS rank FROM starts WHERE starts MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid LIMIT ?)"
    if kind is Kind.CONCEPT:
        query = (
            f"SELECT s.documents, e.forms, e.folded, e.pinyin FROM {ranked} "  # noqa: S608 (no value is in it)
            "JOIN standing s USING (rank) JOIN entry e ON e.id = s.entry ORDER BY e.learned, rank"
        )
    else:
        query = f"SELECT documents, text, kind FROM {ranked} JOIN item USING (rank) ORDER BY rank"  # noqa: S608
    return connections.rows(query, (phrase, first, first + (1 << 54) - 1, limit))


def _item(_connections: Connections, typed: _Typed, place: _Place, row: Row) -> tuple[str, Suggestion] | None:
    documents, text, kind = row
    cut = Folded(text[:TITLE_CHARACTERS])
    name = cut.text
    held = typed.begins(name) if place is _Place.BEGINNING else typed.inside(cut)
    return (name, Suggestion(text, KINDS[kind], documents)) if held else None


def folded_item(text: str) -> str:
    """What of a title, journal or author is searched."""
    return folded_text(text[:TITLE_CHARACTERS])


_decoder = msgspec.msgpack.Decoder(tuple[EntryForm, ...])


def decode_forms(connections: Connections, packed: bytes) -> tuple[EntryForm, ...]:
    """The forms of an entry.

    Raises:
        IndexDamagedError: it holds something else.
    """
    try:
        return _decoder.decode(packed)
    except msgspec.MsgspecError as error:
        connections.fail(error)


def _concept(connections: Connections, typed: _Typed, place: _Place, row: Row) -> tuple[str, Suggestion] | None:
    documents, packed, folded, pinyin = row
    forms = decode_forms(connections, packed)
    lines = zip(forms, folded.split("\n"), pinyin.split("\n"), strict=True)
    held = [(form, line) for form, line, letters in lines if _holds(typed, place, form, line, letters)]
    if not held:
        return None
    form, name = min(held, key=lambda one: (ROLES.index(one[0].role), len(one[0].text), one[0].text))
    other: Language = "en" if form.language == "zh" else "zh"
    preferred = _name(forms, form.language)
    return name, Suggestion(
        form.text, Kind.CONCEPT, documents, _name(forms, other), None if preferred == form.text else preferred
    )


def _holds(typed: _Typed, place: _Place, form: EntryForm, folded: str, pinyin: str) -> bool:
    if place is _Place.BEGINNING:
        return typed.begins(folded)
    if place is _Place.WORD:
        return typed.text in folded and typed.inside(Folded(form.text))
    return any(one.startswith(typed.letters) for one in pinyin.split())


def _name(forms: Sequence[EntryForm], language: Language) -> str | None:
    return next((form.text for form in forms if form.language == language), None)
