"""Concepts and records to build lexicons of."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from indexer.analysis import language_of
from indexer.record import Record
from indexer.terms.concept import Concept, Form, Role
from indexer.terms.lexicon import Lexicon, LexiconWriter, counted

ROLES = {"": Role.PREFERRED, "~": Role.SYNONYM, "=": Role.ABBREVIATION}


def concept(*forms: str, source: str = "bank", evidence: int | None = None) -> Concept:
    """A concept of forms; `~` before one makes it a synonym, `=` an abbreviation."""
    made = []
    for form in forms:
        sign = form[0] if form[0] in "~=" else ""
        text = form[len(sign) :]
        made.append(Form(text, "zh" if language_of(text) == "zh" else "en", ROLES[sign]))
    return Concept(tuple(made), source, evidence)


def article(number: int, title: str, abstract: str = "", **more: object) -> Record:
    """An article; its language is told by the title."""
    side = language_of(title) or "en"
    return Record(id=f"pmid:{number}", **{f"title_{side}": title, f"abstract_{side}": abstract or None, **more})


def lexicon(path: Path, records: Iterable[Record] = (), concepts: Iterable[Concept] = ()) -> Lexicon:
    """A lexicon of records and concepts."""
    writer = LexiconWriter(path)
    writer.add_concepts(concepts)
    for record in records:
        writer.take(counted([record]))
    writer.finish()
    return Lexicon(path)


def texts(found: Iterable[object]) -> list[str]:
    return [one.text for one in found]
