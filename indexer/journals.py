"""Journals: what is known of a journal apart from its articles."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from indexer.record import Record


class Journal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A journal, kept once per generation."""

    name: str
    description: str | None = None
    """期刊介绍, in whatever language it was given."""


def journal_key(name: str) -> str:
    """The form under which names of a journal are compared: case and white space folded."""
    return " ".join(name.casefold().split())


class JournalCollector:
    """Gathers the journals of the records of a build; the last description given is kept."""

    def __init__(self, known: Iterable[Journal] = ()) -> None:
        self._journals: dict[str, Journal] = {journal_key(journal.name): journal for journal in known}

    def take(self, record: Record) -> Record:
        """Note the record's journal, and return the record without what is kept of the journal."""
        if record.journal is None:
            return msgspec.structs.replace(record, journal_description=None)
        key = journal_key(record.journal)
        known = self._journals.get(key)
        if known is None or record.journal_description:
            self._journals[key] = Journal(name=record.journal, description=record.journal_description)
        return msgspec.structs.replace(record, journal_description=None)

    def journals(self) -> list[Journal]:
        """All journals, by name."""
        return [self._journals[key] for key in sorted(self._journals)]
