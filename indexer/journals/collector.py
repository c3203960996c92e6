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

    def take(self, record: Record, journal: Journal | None = None) -> Record:
        """Note the record's journal, and return the record without what is kept of the journal.

        Args:
            record: A record.
            journal: What the tables know of its journal, which is then kept under its name there.
        """
        if name := journal.name if journal else record.journal:
            key = journal_key(name)
            known = journal or self._journals.get(key) or Journal(name=name)
            description = record.journal_description or (
                self._journals[key].description if key in self._journals else None
            )
            self._journals[key] = msgspec.structs.replace(known, description=description)
        return msgspec.structs.replace(record, journal_description=None)

    def journals(self) -> list[Journal]:
        """All journals, by name."""
        return [self._journals[key] for key in sorted(self._journals)]
