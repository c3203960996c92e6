import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.record import Record, fold_doi, identity, issns, merge

NOTHING = {"doi": None, "pmid": None, "pmcid": None, "paper_id": None, "title": None, "journal": None}


@pytest.mark.parametrize(
    "text",
    [
        "10.1007/S10238-025-01821-W",
        "https://doi.org/10.1007/s10238-025-01821-w",
        "http://dx.doi.org/10.1007/s10238-025-01821-w",
        "HTTPS://DOI.ORG/10.1007/s10238-025-01821-w",
        "doi:10.1007/s10238-025-01821-w",
        "  DOI: 10.1007/s10238-025-01821-w \n",
    ],
)
def test_every_spelling_of_a_doi_folds_to_one(text):
    assert fold_doi(text) == "10.1007/s10238-025-01821-w"


@pytest.mark.parametrize(
    "text",
    ["", "10.1007", "10.1007/", "10.1007/cut-", "n/a", "11.1007/x", "10.1007/a b", "https://example.org/10.1007/x"],
)
def test_what_is_no_doi_folds_to_none(text):
    assert fold_doi(text) is None


@given(st.text())
def test_folding_a_doi_twice_changes_nothing_more(text):
    folded = fold_doi(text)
    assert folded is None or fold_doi(folded) == folded


@pytest.mark.parametrize(
    ("given_names", "expected"),
    [
        (["doi", "pmid", "pmcid", "paper_id"], "doi:10.1/x"),
        (["pmid", "pmcid", "paper_id"], "pmid:12"),
        (["pmcid", "paper_id"], "pmcid:PMC3"),
        (["paper_id"], "paper:abc"),
    ],
)
def test_identity_takes_the_first_identifier_there_is(given_names, expected):
    values = {"doi": "10.1/x", "pmid": "12", "pmcid": "PMC3", "paper_id": "abc"}
    known = {name: values[name] for name in given_names}
    assert identity(**{**NOTHING, "title": "T", "journal": "J", **known}) == expected


def test_identity_without_identifiers_folds_case_and_white_space():
    first = identity(**{**NOTHING, "title": "A Trial  of\nX", "journal": "The Journal"})
    assert first == identity(**{**NOTHING, "title": "a trial of x ", "journal": "the  journal"})
    assert first.startswith("hash:")


def test_identity_without_identifiers_keeps_title_and_journal_apart():
    assert identity(**{**NOTHING, "title": "a b", "journal": "c"}) != identity(
        **{**NOTHING, "title": "a", "journal": "b c"}
    )
    assert identity(**{**NOTHING, "title": "a", "journal": "c"}) != identity(**{**NOTHING, "title": "a"})


def test_merging_keeps_what_the_later_record_does_not_know():
    earlier = Record(id="pmid:1", title_en="Old", title_zh="旧", authors=("A",), citation_count=3, open_access=True)
    later = Record(id="pmid:1", title_en="New", citation_count=0, open_access=False)
    assert merge(earlier, later) == Record(
        id="pmid:1", title_en="New", title_zh="旧", authors=("A",), citation_count=0, open_access=False
    )


def test_merging_forgets_no_retraction():
    earlier, later = Record(id="pmid:1", retracted=True), Record(id="pmid:1", retracted=False)
    assert merge(earlier, later).retracted is True
    assert merge(later, earlier).retracted is True


_records = st.builds(
    Record,
    id=st.just("pmid:1"),
    title_en=st.none() | st.text(min_size=1),
    authors=st.lists(st.text(min_size=1)).map(tuple),
    year=st.none() | st.integers(1600, 2100),
    open_access=st.none() | st.booleans(),
)


@given(_records, _records)
def test_merging_takes_every_value_that_the_later_record_has(earlier, later):
    merged = merge(earlier, later)
    for name in Record.__struct_fields__:
        expected = getattr(later, name)
        assert getattr(merged, name) == (getattr(earlier, name) if expected in (None, ()) else expected)


@given(_records)
def test_merging_a_record_with_itself_changes_nothing(record):
    assert merge(record, record) == record


def test_a_record_reads_back_from_json():
    record = Record(id="pmid:1", title_zh="标题", authors=("甲", "乙"), impact_factor=3.5, open_access=False)
    assert msgspec.json.decode(msgspec.json.encode(record), type=Record) == record


@pytest.mark.parametrize(
    "text",
    [
        "1591-8890",
        "15918890",
        "ISSN1591-8890",
        "1591–8890 (Print)",
        "1591‐8890",
        "1591－8890; 1591-8890",
        "0000-0000 1591-8890",
    ],
)
def test_an_issn_in_any_spelling(text):
    assert issns(text) == ("1591-8890",)


@pytest.mark.parametrize("text", ["", "978-0-1591-8890-1", "0-1591-8890-X", "159188901", "1591-889", "L15918890"])
def test_a_part_of_another_number_is_no_issn(text):
    assert issns(text) == ()
