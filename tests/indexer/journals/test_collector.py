from __future__ import annotations

from indexer.journals import Edition, Family, Journal, JournalCollector, Metrics
from indexer.record import Record

KNOWN = Journal(name="Wonder", issn="1234-5679", metrics=(Metrics(edition=Edition(Family.JCR, 2024), quartile="Q1"),))


def test_a_journal_is_kept_once_with_its_last_description():
    collector = JournalCollector()
    for description in ("old", "new", None):
        collector.take(Record(id="hash:1", journal="Wonder", journal_description=description))
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


def test_collectors_of_parts_add_up_to_one_of_the_whole():
    other = Journal(name="Marvel", issn="2222-2224")
    taken = [
        (Record(id="hash:1", journal="wonder", journal_description="first"), None),
        (Record(id="hash:2", journal="Marvel"), None),
        (Record(id="hash:3", journal="Wonder"), KNOWN),
        (Record(id="hash:4", journal="MARVEL", journal_description="of marvels"), other),
        (Record(id="hash:5", journal="WONDER"), None),
        (Record(id="hash:6"), None),
        (Record(id="hash:7", journal="Marvel"), None),
    ]
    whole = JournalCollector([Journal(name="Marvel", description="before")])
    for record, journal in taken:
        whole.take(record, journal)
    for border in range(len(taken) + 1):
        sum_ = JournalCollector([Journal(name="Marvel", description="before")])
        for part in (taken[:border], taken[border:]):
            collector = JournalCollector()
            for record, journal in part:
                collector.take(record, journal)
            sum_.add(collector)
        assert sum_.journals() == whole.journals()
