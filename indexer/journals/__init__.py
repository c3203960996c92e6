"""Journals: what is known of a journal apart from its articles.

Quartiles, zones and impact factors belong to a journal and an *edition* (`JCR 2024`, `CAS 2025`), each of a *family*;
the files that hold them are *tables*. A build reads them with `read_tables`, asks `JournalTables.metrics_of` for each
record, keeps each journal once (`JournalCollector`), and keeps the tables themselves (`dump`), so that an update uses
the same. What a record says itself is the edition "as given", used where no table of that family knows its journal.

- `metrics`: `Family`, `Edition`, `Metrics`, `Journal`. `names`: the forms under which names and ISSNs are compared.
- `layouts`: columns known by their headers, and rows read by them. `linking`: rows of all tables -> journals.
- `tables`: files -> `JournalTables`, and how a journal is found. `enrich`: what is known of a record's journal, and how
  often journals were found how. `collector`: the journals of a build. `views`: a record as it stands in an edition.
"""

from __future__ import annotations

from indexer.journals.collector import JournalCollector
from indexer.journals.enrich import (
    DoubtfulMatch,
    Enriched,
    JournalEntry,
    MatchCounts,
    MatchedBy,
    Matching,
    UnmatchedJournal,
)
from indexer.journals.metrics import CategoryRank, Edition, Family, Journal, Metrics, newest_first
from indexer.journals.names import journal_key
from indexer.journals.tables import JournalTables, TableProblem, TableReport, read_tables
from indexer.journals.views import as_of, views

__all__ = [
    "CategoryRank",
    "DoubtfulMatch",
    "Edition",
    "Enriched",
    "Family",
    "Journal",
    "JournalCollector",
    "JournalEntry",
    "JournalTables",
    "MatchCounts",
    "MatchedBy",
    "Matching",
    "Metrics",
    "TableProblem",
    "TableReport",
    "UnmatchedJournal",
    "as_of",
    "journal_key",
    "newest_first",
    "read_tables",
    "views",
]
