"""What a concept is: forms of two languages that mean one thing, with where that is known from."""

from __future__ import annotations

from enum import Enum

import msgspec

from indexer.analysis import Language


class Role(str, Enum):
    """What a form is to its concept."""

    PREFERRED = "preferred"
    """The usual name; at most one of a language."""
    SYNONYM = "synonym"
    ABBREVIATION = "abbreviation"
    """Short letters, which may mean other things as well."""


class Form(msgspec.Struct, frozen=True, array_like=True):
    """A way to write a concept."""

    text: str
    language: Language
    role: Role


class Concept(msgspec.Struct, frozen=True, array_like=True):
    """What several forms mean."""

    forms: tuple[Form, ...]
    """Two or more; the preferred ones first."""
    source: str
    """Where it is known from: the name of a table, or of a way of learning."""
    evidence: int | None = None
    """In how many records it was seen, for what a collection teaches."""

    def preferred(self, language: Language) -> str | None:
        """The preferred form of a language."""
        return next(
            (form.text for form in self.forms if form.role is Role.PREFERRED and form.language == language), None
        )
