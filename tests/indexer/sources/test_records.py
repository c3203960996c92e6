import codecs
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.sources import Read, Skipped, read, records
from tests.indexer.export.records import exported
from tests.indexer.sources.helpers import SHARED, outline, reason

GOOD = {"id": "doi:10.5555/n.1", "doi": "10.5555/n.1", "title_en": "Naps"}


@pytest.fixture
def file(tmp_path):
    def write(content, name="a.txt"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def line(**keys):
    return json.dumps({**GOOD, **keys}, ensure_ascii=False) + "\n"


def why(file, **keys):
    """Why a line of these keys, behind a good one, is skipped."""
    good, bad = read(file(line() + line(**keys)))
    assert isinstance(good, Read)
    assert isinstance(bad, Skipped), bad
    assert bad.position.line == 2
    return bad.reason


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (line(), True),
        ("\n\n" + line(), True),
        ("broken\n" + line(), True),
        (line(abstract_en="x" * 2**17), True),
        ('{"id": "hash:0", "abstract_zh": "x"}', True),
        ('{"id": "other:1", "title_en": "x"}', False),
        ('{"id": 7, "title_en": "x"}', False),
        ('{"id": "pmid:1", "title": "x", "title_en": "x"}', False),
        ('{"id": "pmid:1", "resultStr": "{}", "title_en": "x"}', False),
        ('{"id": "pmid:1", "journal": "x"}', False),
        ('{"paperid": "1", "title": "x"}', False),
        ("[" * 10_000 + '"id"', False),
        ('["id"]', False),
        ("title,doi\nx,y\n", False),
    ],
)
def test_recognising(content, expected):
    head = content.encode()[: 2**16]
    assert records.sniff(head) is expected
    assert records.sniff(codecs.BOM_UTF8 + head) is expected
    assert records.sniff(content[: 2**15].encode("utf-16")) is expected


def test_bad_lines_are_skipped_by_themselves(file):
    path = file(line(title_en="One") + "\n{\n[]\n" + line(title_en="Two") + '"x"\n')
    assert [(position.rpartition(":")[2], what[:18]) for position, what in outline(path)] == [
        ("1", "One"),
        ("3", "Its JSON is broken"),
        ("4", "It is no JSON obje"),
        ("5", "Two"),
        ("6", "It is no JSON obje"),
    ]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"titel": "x"}, "the key 'titel', which records don't have"),
        ({"headings": [{"descriptor": "x", "tree": 1}]}, "the key 'tree', which headings don't have"),
        (
            {"headings": [{"descriptor": "x", "qualifiers": [{"name": "x", "y": 1}]}]},
            "'y', which qualifiers don't have",
        ),
        ({"notices": [{"kind": "x", "year": 1}]}, "'year', which notices don't have"),
        ({"year": "2020"}, "Expected `int | null`, got `str` - at `$.year`"),
        ({"authors": "Roe A"}, "Expected `array`, got `str` - at `$.authors`"),
        ({"headings": ["x"]}, "$.headings[0]"),
        ({"id": None}, "$.id"),
        ({"title_en": None}, "neither a title nor an abstract"),
        ({"title_en": " "}, "Its title_en is blank"),
        ({"journal": ""}, "Its journal is blank"),
        ({"keywords": ["a", ""]}, "Its keywords is blank"),
        ({"id": "doi:10.5555/n.2"}, "'doi:10.5555/n.2' is not that of its doi"),
        ({"id": "pmid:1"}, "'pmid:1' is not that of its pmid"),
        ({"id": "paper:1", "paper_id": "2"}, "is not that of its paper_id"),
        ({"id": "hash:xyz"}, "Its id 'hash:xyz' is none"),
        ({"id": "n.1"}, "Its id 'n.1' is none"),
        ({"doi": "10.5555/N.1", "id": "doi:10.5555/N.1"}, "is not a DOI in lower case"),
        ({"pmid": "0012"}, "is not a PMID"),
        ({"pmcid": "12"}, "is not a PMCID"),
        ({"issn": "15559999"}, "is not an ISSN"),
        ({"year": 20200}, "Its year 20200 is not within 1600-2100"),
        ({"year": int("9" * 400)}, "is not within 1600-2100"),
        ({"publication_date": "2020-13"}, "Its publication_date '2020-13' is not a date"),
        ({"publication_date": "2020-2-30"}, "is not a date"),
        ({"jcr_quartile": "q1"}, "is not Q1 to Q4"),
        ({"cas_zone": 5}, "is not 1 to 4"),
        ({"impact_factor": 0}, "is not positive"),
        ({"citation_count": -1}, "is not within 0-10,000,000"),
        ({"citation_count": int("9" * 400)}, "is not within 0-10,000,000"),
        ({"url": "javascript:alert(1)"}, "is not an http(s) address"),
        ({"pdf_url": "/n.pdf"}, "is not an http(s) address"),
        ({"title_en": "a\x00b"}, "Its title_en holds the control character U+0000"),
        ({"title_en": "a\nb"}, "Its title_en holds the control character U+000A"),
        ({"journal": "a\x85b"}, "U+0085"),
        ({"abstract_en": "a\tb"}, "U+0009"),
        ({"authors": ["a\x7f"]}, "Its authors holds the control character U+007F"),
        ({"headings": [{"descriptor": "a\x1b"}]}, "U+001B"),
    ],
)
def test_what_breaks_a_promise_is_skipped_with_the_reason(file, keys, expected):
    assert expected in why(file, **keys)


def test_other_broken_lines(file):
    for bad, expected in (
        ('{"id": "pmid:1", "title_en": "\\ud800"}', "Its JSON is broken"),
        ("{" * 100_000, "Its JSON is broken"),
        ('{"a":' * 100_000, "nested too deeply"),
        ('{"id": "pmid:1", "year": ' + "9" * 5000 + "}", "It is no record"),
    ):
        _, skipped = read(file(line() + bad + "\n"))
        assert expected in skipped.reason
    _, skipped = read(file(line().encode() + line(title_en="N\xe4chte").encode("latin-1")))
    assert "neither in UTF-8" in skipped.reason


def test_what_is_allowed(file):
    keys = {"abstract_en": "One\nTwo", "citation_count": 0, "impact_factor": 3, "journal": 'J\u00a0Naps \\ "x"'}
    (got,) = read(file(line(**keys)))
    assert (got.record.abstract_en, got.record.impact_factor) == ("One\nTwo", 3.0)
    assert (got.record.citation_count, got.record.journal) == (0, keys["journal"])
    (got,) = read(file(line(id="pmid:1", pmid="1")))
    assert got.record.id == "pmid:1"


def test_a_line_longer_than_the_bound(file, monkeypatch):
    monkeypatch.setattr("indexer.sources.text.LIMIT_BYTES", 2**20)
    path = file(line() + line(abstract_en="x" * 2**21) + line())
    assert [type(each) for each in read(path)] == [Read, Skipped, Read]


def test_a_mapping_does_not_matter(file):
    assert reason(file('{"id": "pmid:1", "title_en": "x"}')).endswith("is not that of its pmid.")


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(records.Record.__struct_fields__),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["name", "descriptor", "kind", "x"]), inner)
            ),
            max_leaves=5,
        ),
    )
)
def test_any_values_give_an_outcome(tmp_path_factory, keys):
    path = tmp_path_factory.mktemp("any") / "a.jsonl"
    path.write_text(line() + json.dumps({**GOOD, **keys}) + "\n", encoding="utf-8")
    assert len(list(read(path))) == 2


def test_real_records_are_read_back_as_they_were(tmp_path):
    path = SHARED / "data" / "articles" / "rct_articles.jsonl.gz"
    if not path.is_file():
        pytest.skip(f"no real articles in {path}")
    found = [each.record for each in read(path) if isinstance(each, Read)]
    copy = tmp_path / "copy"
    assert len(found) == 4470
    copy.write_bytes(exported("jsonl", found))
    assert [each.record for each in read(copy) if isinstance(each, Read)] == found


def test_what_an_export_says_of_the_standing_is_passed_over(file):
    standing = {"editions": {"JCR": "JCR 2024"}, "jcr_quartile": "Q1"}
    plain, with_standing = read(file(line() + line(standing=standing)))
    assert with_standing.record == plain.record
