"""The journals of the records of a build."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from indexer.journals.metrics import Journal
from indexer.journals.names import journal_key
from indexer.record import Record


class JournalCollector:
    """Gathers the journals of the records of a build; the last description given is kept."""

    def __init__(self, known: Iterable[Journal] = ()) -> None:
        self._journals: dict[str, Journal] = {journal_key(journal.name): journal for journal in known}
        self._of_tables: set[str] = set()
        """Keys of those that tables know."""

    def take(self, record: Record, journal: Journal | None = None) -> None:
        """Note the record's journal.

        Args:
            record: A record.
            journal: What the tables know of its journal, which is then kept under its name there.
        """
        if name := journal.name if journal else record.journal:
            self._note(journal_key(name), journal, name, record.journal_description)

    def add(self, later: JournalCollector) -> None:
        """Take what another one has taken."""
        for key, journal in later._journals.items():
            self._note(key, journal if key in later._of_tables else None, journal.name, journal.description)

    def _note(self, key: str, journal: Journal | None, name: str, description: str | None) -> None:
        before = self._journals.get(key)
        description = description or (before.description if before else None)
        known = journal or before or Journal(name=name)
        if journal:
            self._of_tables.add(key)
        self._journals[key] = msgspec.structs.replace(known, description=description)

    def journals(self) -> list[Journal]:
        """All journals, by name."""
        return [self._journals[key] for key in sorted(self._journals)]
