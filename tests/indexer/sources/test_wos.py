import pytest

from indexer.sources import wos
from tests.indexer.sources import tagged_helpers as helpers

FILE = """FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Doe, A
   Roe, B
AF Doe, Ann
   Roe, Bob
TI A trial of
   nothing at all
SO ANNALS OF INVENTION
LA English
DT Article; Early Access
DE invented drugs; randomised
   trial; placebo
ID DRUGS
AB To watch nothing. It went
   well.
CR Doe A, 2001, ANN INV, V1, P1
TC 12
SN 0312-5963
EI 1179-1926
J9 ANN INV
JI Ann. Inv.
PD MAR 15
PY 2018
VL 25
IS 1
BP 101
EP 109
DI 10.5555/ABC
UT WOS:000000000000001
PM 12345678
OA Green Published, gold
ER

PT J
TI Two
AR 104501
DT Editorial Material
ER

EF
"""


def test_a_file():
    first, second = helpers.records(wos.FORMAT, FILE)
    assert first.title_en == "A trial of nothing at all"
    assert first.authors == ("Doe, Ann", "Roe, Bob")
    assert first.abstract_en == "To watch nothing. It went well."
    assert first.keywords == ("invented drugs", "randomised trial", "placebo", "DRUGS")
    assert (first.journal, first.journal_abbreviation) == ("ANNALS OF INVENTION", "Ann. Inv.")
    assert (first.issn, first.eissn) == ("0312-5963", "1179-1926")
    assert (first.volume, first.issue, first.pages) == ("25", "1", "101-109")
    assert (first.publication_date, first.year) == ("2018-03-15", 2018)
    assert (first.doi, first.pmid, first.paper_id) == ("10.5555/abc", "12345678", "WOS:000000000000001")
    assert (first.citation_count, first.open_access) == (12, True)
    assert (first.languages, first.publication_types) == (("eng",), ("Journal Article",))
    assert (second.pages, second.open_access, second.publication_types) == ("104501", None, ("Editorial",))


@pytest.mark.parametrize("change", [("\n", "\r\n"), ("\n", "\r"), ("ER\n", "ER  \n"), ("FN ", "\ufeffFN ")])
def test_line_ends_and_marks(change):
    assert [line for line, _ in helpers.outline(wos.FORMAT, FILE.replace(*change))] == [3, 36]


def test_records_without_end_or_beginning():
    content = "PT J\nTI One\nPT J\nTI Two\nER\n\nTI Three\nER\n"
    assert helpers.outline(wos.FORMAT, content) == [(1, "One"), (3, "Two"), (7, "Three")]


@pytest.mark.parametrize(
    ("given", "date"), [("JAN-FEB", "2018-01"), ("SPR", "2018"), ("9 DEC", "2018-12-09"), ("FEB 30", "2018-02")]
)
def test_dates(given, date):
    assert helpers.only(wos.FORMAT, f"PT J\nTI One\nPD {given}\nPY 2018\nER\n").publication_date == date


def test_a_file_of_nothing_but_its_header():
    (outcome,) = helpers.outcomes(wos.FORMAT, "FN Clarivate Analytics Web of Science\nVR 1.0\nEF\n")
    assert outcome.reason == "It holds no records."
