"""What is known of the journal of a record, and the count of what was found how."""

from __future__ import annotations

from collections import Counter
from enum import Enum

import msgspec

from indexer.journals.metrics import Journal
from indexer.journals.names import journal_key
from indexer.record import Record


class MatchedBy(str, Enum):
    """How the journal of a record was found in the tables."""

    ISSN = "issn"
    ABBREVIATION = "abbreviation"
    TITLE = "title"


class JournalEntry(msgspec.Struct, frozen=True):
    """A journal of the tables as a record's names found it."""

    journal: Journal
    matched_by: MatchedBy


class Enriched(msgspec.Struct, frozen=True):
    """What is known of a record's journal."""

    key: str | None
    """The `journal_key` of `name`, under which the journal is kept; None where the record names no journal."""
    name: str | None
    """As the tables show it; where they don't know it, as the record has it."""
    entry: JournalEntry | None = None
    """None where no table knows the journal."""


class UnmatchedJournal(msgspec.Struct, frozen=True, omit_defaults=True):
    """A journal that no table knows."""

    name: str
    issn: str | None
    """Of the first record."""
    records: int
    """How many it touches."""


class DoubtfulMatch(msgspec.Struct, frozen=True, omit_defaults=True):
    """A journal that was found by a name, although the tables have other ISSNs for it."""

    name: str
    """As the first record has it."""
    issn: str
    """Of the first record."""
    taken_for: str
    """The name in the tables."""
    records: int


class Matching(msgspec.Struct, frozen=True, kw_only=True):
    """How the journals of records were found in the tables."""

    by_issn: int
    by_abbreviation: int
    by_title: int
    unmatched: int
    """Records whose journal no table knows."""
    without_journal: int
    unmatched_journals: list[UnmatchedJournal]
    """By the number of records they touch, most first."""
    doubtful: list[DoubtfulMatch]
    """Likewise: journals that were given new ISSNs, or two of one name."""


class MatchCounts:
    """Counts how the journals of records were found."""

    def __init__(self) -> None:
        self._matched: Counter[MatchedBy] = Counter()
        self._unmatched: Counter[str] = Counter()
        self._names: dict[str, tuple[str, str | None]] = {}
        self._doubtful: Counter[str] = Counter()
        self._doubted: dict[str, tuple[str, str, str]] = {}
        self._without_journal = 0

    def take(self, record: Record, enriched: Enriched) -> None:
        """Count a record."""
        if enriched.entry is not None:
            self._matched[enriched.entry.matched_by] += 1
            if enriched.entry.matched_by is not MatchedBy.ISSN:
                self._doubt(record, enriched.entry.journal)
        elif name := enriched.name or record.issn or record.eissn:
            key = journal_key(name)
            self._unmatched[key] += 1
            self._names.setdefault(key, (name, record.issn or record.eissn))
        else:
            self._without_journal += 1

    def add(self, later: MatchCounts) -> None:
        """Count what another one has counted."""
        self._matched.update(later._matched)
        self._unmatched.update(later._unmatched)
        self._names = later._names | self._names
        self._doubtful.update(later._doubtful)
        self._doubted = later._doubted | self._doubted
        self._without_journal += later._without_journal

    def _doubt(self, record: Record, journal: Journal) -> None:
        issn = record.issn or record.eissn
        if issn and (journal.issn or journal.eissn):
            name = record.journal or record.journal_abbreviation or issn
            key = f"{journal_key(name)} {issn}"
            self._doubtful[key] += 1
            self._doubted.setdefault(key, (name, issn, journal.name))

    def matching(self) -> Matching:
        """What was counted."""
        return Matching(
            by_issn=self._matched[MatchedBy.ISSN],
            by_abbreviation=self._matched[MatchedBy.ABBREVIATION],
            by_title=self._matched[MatchedBy.TITLE],
            unmatched=sum(self._unmatched.values()),
            without_journal=self._without_journal,
            unmatched_journals=[
                UnmatchedJournal(*self._names[key], records) for key, records in _most_first(self._unmatched)
            ],
            doubtful=[DoubtfulMatch(*self._doubted[key], records) for key, records in _most_first(self._doubtful)],
        )


def _most_first(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda counted: (-counted[1], counted[0]))
