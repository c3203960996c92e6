from __future__ import annotations

from indexer.journals import Edition, Family, Journal, JournalCollector, Metrics
from indexer.record import Record

KNOWN = Journal(name="Wonder", issn="1234-5679", metrics=(Metrics(edition=Edition(Family.JCR, 2024), quartile="Q1"),))


def test_a_journal_is_kept_once_with_its_last_description():
    collector = JournalCollector()
    for description in ("old", "new", None):
        record = Record(id="hash:1", journal="Wonder", journal_description=description)
        assert collector.take(record) == Record(id="hash:1", journal="Wonder")
    assert collector.journals() == [Journal(name="Wonder", description="new")]


def test_what_the_tables_know_is_kept_with_the_description():
    collector = JournalCollector()
    collector.take(Record(id="hash:1", journal="WONDER (Utopia)", journal_description="about it"), KNOWN)
    collector.take(Record(id="hash:2", journal="Wonder"), KNOWN)
    (journal,) = collector.journals()
    assert (journal.name, journal.description, journal.metrics) == ("Wonder", "about it", KNOWN.metrics)


def test_journals_of_an_earlier_generation_stay():
    collector = JournalCollector([KNOWN])
    collector.take(Record(id="hash:1", journal="Wonder", journal_description="about it"))
    collector.take(Record(id="hash:2"))
    (journal,) = collector.journals()
    assert (journal.description, journal.metrics) == ("about it", KNOWN.metrics)
