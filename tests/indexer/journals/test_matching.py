from __future__ import annotations

import pytest

from indexer.journals import Edition, Family, MatchCounts, MatchedBy, read_tables
from indexer.record import Record
from tests.indexer.journals import tables as samples
from tests.indexer.journals.tables import write_all, written

HEADER = "Journal,ISSN,EISSN,IF(2024),IF Quartile(2024)\n"


def _record(**fields):
    return Record(id="hash:1", **fields)


@pytest.fixture
def tables(tmp_path):
    return read_tables(write_all(tmp_path))


@pytest.mark.parametrize(
    ("names", "found", "matched_by"),
    [
        ((None, None, "1111-1111", None), "Annals of Imaginary Medicine", MatchedBy.ISSN),
        ((None, None, None, "1111112x"), "Annals of Imaginary Medicine", MatchedBy.ISSN),
        (("Gazette of Fabled Surgery", None, "9999-9994", "1111-1111"), "Annals of Imaginary Medicine", MatchedBy.ISSN),
        ((None, "Ann. Imag. Med.", None, None), "Annals of Imaginary Medicine", MatchedBy.ABBREVIATION),
        (("ANN IMAG MED", None, None, None), "Annals of Imaginary Medicine", MatchedBy.ABBREVIATION),
        ((None, "Gaz Fabl Surg", None, None), "Gazette of Fabled Surgery", MatchedBy.ABBREVIATION),
        (("The annals of imaginary medicine.", None, None, None), "Annals of Imaginary Medicine", MatchedBy.TITLE),
        (("Annals of Imagináry Medicine", None, None, None), "Annals of Imaginary Medicine", MatchedBy.TITLE),
        (("Annals of Imaginary Medicine (Utopia)", None, None, None), "Annals of Imaginary Medicine", MatchedBy.TITLE),
        (("Gazette of Fabled Surgery : GFS", None, None, None), "Gazette of Fabled Surgery", MatchedBy.TITLE),
        (("Marvels", None, None, None), "Marvels-Basel", MatchedBy.TITLE),
        (("Marvels (Basel)", None, None, None), "Marvels-Basel", MatchedBy.TITLE),
        ((None, "Quarterly of Nowhere", None, None), "QUARTERLY OF NOWHERE", MatchedBy.TITLE),
    ],
)
def test_ways_of_finding_a_journal(tables, names, found, matched_by):
    entry = tables.find(*names)
    assert (entry.journal.name, entry.matched_by) == (found, matched_by)


@pytest.mark.parametrize(
    "names",
    [
        (None, None, None, None),
        ("", "", "", ""),
        ("...", "()", "0000-0000", "-"),
        ("Review of lost things", "Rev Lost Things", None, None),
        ("Unranked Letters", None, None, None),
        ("Imaginary Medicine", None, None, None),
    ],
)
def test_journals_that_no_table_has_metrics_for(tables, names):
    assert tables.find(*names) is None


@pytest.mark.parametrize(
    ("given", "listed"),
    [
        ("Dreams & Visions", "DREAMS AND VISIONS"),
        ("Dreams and Visions", "Dreams & Visions"),
        ("Dreamer’s Dementia", "DREAMERS DEMENTIA"),
        ("Zeitschrift für Märchen", "ZEITSCHRIFT FUR MARCHEN"),
        ("Annales d'Utopie", "ANNALES D UTOPIE"),
        ("JIM: the journal of imaginary medicine", "JIM-JOURNAL OF IMAGINARY MEDICINE"),
        ("Journal of Imaginary Medicine", "JIM-JOURNAL OF IMAGINARY MEDICINE"),
        ("ＡＢＣ医学", "ABC医学"),
    ],
)
def test_titles_are_compared_without_case_punctuation_and_marks(tmp_path, given, listed):
    content = f"{HEADER}{listed},1234-5679,,2.5,Q2\n"
    assert read_tables(written(tmp_path, jcr=content)).find(given).journal.name == listed


def test_a_part_before_a_hyphen_is_no_title_where_it_is_a_prefix(tmp_path):
    tables = read_tables(written(tmp_path, jcr=f"{HEADER}NEURO-PHANTASY,1234-5679,,2.5,Q2\n"))
    assert tables.find("Neuro") is None


def test_a_title_of_two_journals_finds_none_but_their_issns_do(tmp_path):
    content = f"{HEADER}Wonder,1234-5679,,2.5,Q2\nWonder,2345-6788,,5.0,Q1\n"
    tables = read_tables(written(tmp_path, jcr=content))
    assert tables.find("Wonder") is None
    first, second = (tables.find("Wonder", issn=issn).journal for issn in ("1234-5679", "2345-6788"))
    assert (first.metrics[0].quartile, second.metrics[0].quartile) == ("Q2", "Q1")
    assert {first.name, second.name} == {"Wonder (1234-5679)", "Wonder (2345-6788)"}


def test_a_title_without_issn_whose_values_differ_finds_none(tmp_path):
    content = (
        'Title,SJR,H index,Quartile\nWonder,"0,5",10,Q2\nWonder,"0,9",30,Q1\nMarvel,"0,5",10,Q2\nMarvel,"0,5",10,Q2\n'
    )
    tables = read_tables(written(tmp_path, sjr=content))
    assert tables.find("Wonder") is None
    assert tables.reports[0].unlinked_rows == 2
    assert tables.find("Marvel").journal.metrics[0].sjr == 0.5


def test_a_place_does_not_stand_for_a_journal_that_a_table_tells_apart(tmp_path):
    listed = 'Title,SJR,H index,Quartile\nWonder (Utopia),"0,5",10,Q2\nWonder (Atlantis),"0,9",30,Q1\n'
    tables = read_tables(written(tmp_path, jcr=f"{HEADER}WONDER,1234-5679,,2.5,Q2\n", sjr=listed))
    assert tables.find("Wonder").journal.metrics[0].edition == Edition(Family.JCR, 2024)
    assert tables.find("Wonder (Atlantis)").journal.metrics[0].sjr == 0.9
    assert tables.find("Wonder (Lemuria)") is None


def test_issns_link_what_titles_do_not(tmp_path):
    later = "Journal,ISSN,EISSN,IF(2025),IF Quartile(2025)\nNew Wonder,1234-5679,,3.5,Q1\n"
    tables = read_tables(written(tmp_path, a=f"{HEADER}Old Wonder,1234-5679,,2.5,Q2\n", b=later))
    assert len(tables) == 1
    assert tables.find("old wonder") == tables.find("new wonder")
    assert tables.find("old wonder").journal.name == "New Wonder"


def test_titles_link_what_issns_do_not(tmp_path):
    zones = "Journal,年份,ISSN,大类,大类分区,Top\nWonder,2025,2345-6788,医学,1,是\n"
    tables = read_tables(written(tmp_path, a=f"{HEADER}WONDER,1234-5679,,2.5,Q2\n", b=zones))
    assert len(tables) == 1
    assert tables.find(None, issn="1234-5679").journal == tables.find(None, issn="2345-6788").journal


def test_an_issn_that_many_journals_have_links_none(tmp_path):
    rows = "".join(f"Wonder {name},9999-9994,,1.{place},Q1\n" for place, name in enumerate(("One", "Two", "Three")))
    tables = read_tables(written(tmp_path, jcr=HEADER + rows))
    assert len(tables) == 3
    assert tables.find(None, issn="9999-9994") is None
    assert tables.find("Wonder Two").journal.metrics[0].impact_factor == 1.1


def test_an_unknown_issn_outweighs_a_shortened_title_but_not_a_full_one(tables):
    assert tables.find("Annals of Imaginary Medicine", issn="9999-9994") is not None
    assert tables.find("Annals of Imaginary Medicine (Atlantis)", issn="9999-9994") is None
    assert tables.find("Annals of Imaginary Medicine", "Ann Imag Med (Atlantis)", "9999-9994") is None


def test_the_first_table_of_an_edition_counts(tmp_path):
    tables = read_tables(
        written(tmp_path, a=f"{HEADER}Wonder,1234-5679,,2.5,Q2\n", b=f"{HEADER}Wonder,1234-5679,,9.9,\n")
    )
    (metrics,) = tables.find("Wonder").journal.metrics
    assert (metrics.impact_factor, metrics.quartile) == (2.5, "Q2")


def test_an_abbreviation_of_two_journals_finds_none(tmp_path):
    rows = f"{HEADER}Journal of Wonder,1234-5679,,2.5,Q2\nJournal of Wondrousness,2345-6788,,5.0,Q1\n"
    listed = "Journal of wonder,J Wond\nJournal of wondrousness,J Wond\n"
    tables = read_tables(written(tmp_path, jcr=rows, abbreviations=listed))
    assert tables.find(None, "J Wond") is None
    assert tables.find("Journal of Wonder", "J Wond").journal.issn == "1234-5679"


def test_what_is_known_of_a_records_journal(tables):
    enriched = tables.metrics_of(_record(journal="ANNALS OF IMAGINARY MEDICINE", issn="1111-1111"))
    assert (enriched.key, enriched.name) == ("annals of imaginary medicine", "Annals of Imaginary Medicine")
    unknown = tables.metrics_of(_record(journal="Bulletin of  Nothing"))
    assert (unknown.key, unknown.name, unknown.entry) == ("bulletin of nothing", "Bulletin of  Nothing", None)
    nameless = tables.metrics_of(_record())
    assert (nameless.key, nameless.name, nameless.entry) == (None, None, None)


def test_an_unknown_journal_is_not_kept_under_the_name_of_a_known_one(tables):
    record = _record(
        journal="Annals of Imaginary Medicine", journal_abbreviation="Ann Imag Med (Atlantis)", issn="9999-9994"
    )
    enriched = tables.metrics_of(record)
    assert enriched.entry is None
    assert enriched.name == "Annals of Imaginary Medicine (9999-9994)"


def test_counts_of_what_was_found_how(tables):
    records = [
        _record(journal="Anything", issn="1111-1111"),
        _record(journal_abbreviation="Gaz Fabl Surg"),
        _record(journal="Marvels"),
        _record(journal="Annals of Imaginary Medicine", issn="9999-9994"),
        _record(journal="Bulletin of Nothing", issn="8888-8888"),
        _record(journal="Bulletin of Nothing"),
        _record(journal="Acta Absentia"),
        _record(issn="7777-7777"),
        _record(),
    ]
    counts = MatchCounts()
    for record in records:
        counts.take(record, tables.metrics_of(record))
    matching = counts.matching()
    assert (matching.by_issn, matching.by_abbreviation, matching.by_title) == (1, 1, 2)
    assert (matching.unmatched, matching.without_journal) == (4, 1)
    assert [(one.name, one.issn, one.records) for one in matching.unmatched_journals] == [
        ("Bulletin of Nothing", "8888-8888", 2),
        ("7777-7777", "7777-7777", 1),
        ("Acta Absentia", None, 1),
    ]
    assert [(one.issn, one.taken_for, one.records) for one in matching.doubtful] == [
        ("9999-9994", "Annals of Imaginary Medicine", 1)
    ]


def test_an_abbreviation_list_alone_knows_no_journal(tmp_path):
    tables = read_tables(written(tmp_path, abbreviations=samples.ABBREVIATIONS))
    assert len(tables) == 0
    assert tables.find("Annals of imaginary medicine", "Ann Imag Med") is None
