"""An entry: what the lexicon holds of one concept, and how concepts of several sources become one."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from indexer import analysis
from indexer.analysis import Language, spelling
from indexer.terms.concept import Concept, Role

ROLES = (Role.PREFERRED, Role.SYNONYM, Role.ABBREVIATION)
"""From the most telling to the least."""


class EntryForm(msgspec.Struct, frozen=True, array_like=True):
    """A way to write a concept, and who says so."""

    text: str
    language: Language
    role: Role
    """The most telling of those that its sources give it."""
    sources: tuple[str, ...]
    """In alphabetical order."""
    evidence: int | None = None
    """In how many records it was seen, for what a collection teaches; None for curated forms."""


class Entry(msgspec.Struct, frozen=True):
    """A concept as the lexicon holds it."""

    id: str
    """Stable within one lexicon file only."""
    forms: tuple[EntryForm, ...]
    """Preferred before synonyms before abbreviations."""

    @property
    def curated(self) -> bool:
        """Whether somebody wrote it down; False for what a collection teaches."""
        return all(form.evidence is None for form in self.forms)

    def preferred(self, language: Language) -> str | None:
        """The first of the entry's names in a language."""
        return next((form.text for form in self.forms if form.language == language), None)


def forms_of(concept: Concept) -> tuple[EntryForm, ...]:
    """The forms of a concept, with its source."""
    given = (
        EntryForm(form.text, form.language, form.role, (concept.source,), concept.evidence) for form in concept.forms
    )
    return united(given)


def united(forms: Iterable[EntryForm]) -> tuple[EntryForm, ...]:
    """Forms with one for each text of a language, which keeps the best role and all sources."""
    kept: dict[tuple[str, Language], EntryForm] = {}
    for form in forms:
        before = kept.setdefault((form.text, form.language), form)
        if before is not form:
            kept[form.text, form.language] = EntryForm(
                form.text,
                form.language,
                min(before.role, form.role, key=ROLES.index),
                tuple(sorted({*before.sources, *form.sources})),
                before.evidence,
            )
    return tuple(sorted(kept.values(), key=lambda form: ROLES.index(form.role)))


def name_key(text: str) -> str:
    """What tells one name from another: words in American spelling, without case, hyphens and plural endings.

    Unlike `analysis.key` it takes off no other endings: nurse and nursing are two.
    """
    words = analysis.normalize(text).text.replace("-", " ").split()
    return " ".join(spelling.singular(spelling.american(word)).removesuffix("s") for word in words)
