import gzip
import json

import pytest

from indexer.errors import RequestError
from indexer.sources import Noted, Options, Read, Skipped, read
from indexer.sources.fields import FIELDS, found_in, record_of
from indexer.sources.mapping import at, read_mapping
from tests.indexer.sources.helpers import SHARED


def test_pairs():
    assert read_mapping(["iso=journal_abbreviation", " a = b =title"]) == {
        "iso": "journal_abbreviation",
        "a = b": "title",
    }
    assert read_mapping([]) == {}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_file_of_pairs(tmp_path, encoding):
    path = tmp_path / "map=of.txt"
    path.write_bytes("# the library's own\n\n题目 = title\njournal.name=journal\n".encode(encoding))
    assert read_mapping([str(path), "x=doi"]) == {"题目": "title", "journal.name": "journal", "x": "doi"}


@pytest.mark.parametrize(
    ("pairs", "why"),
    [
        (["iso=jornal"], "records have no field 'jornal'; the fields are abstract, abstract_en"),
        (["id=id"], "no field 'id'"),
        (["x=notices"], "no field 'notices'"),
        (["=title"], "no column is named before '='"),
        (["a=title", "a=doi"], "'a' is already mapped to title"),
        (["no such file"], "--map no such file: it is not column=field, and no file"),
        (["."], "it is not column=field, and no file"),
    ],
)
def test_what_is_no_mapping(pairs, why):
    with pytest.raises(RequestError) as caught:
        read_mapping(pairs)
    assert why in str(caught.value)


def test_errors_name_the_line_of_a_file(tmp_path):
    path = tmp_path / "map"
    path.write_text("a=title\n\nb\n")
    with pytest.raises(RequestError, match=r"map:3: 'b' is not column=field"):
        read_mapping([str(path)])
    path.write_text("# x\na=titel\n")
    with pytest.raises(RequestError, match=r"map:2: records have no field 'titel'"):
        read_mapping([str(path)])


def test_paths_of_keys():
    outer = {"a": {"b": [{"c": 1}, {"c": 2}, {}]}, "a.b.d": 3, "e": [1]}
    assert at(outer, "a.b.c") == [1, 2]
    assert at(outer, "a.b.d") == 3
    assert at(outer, "e") == [1]
    assert [at(outer, path) for path in ("x", "e.x", "a.x.y", "a.b.x", ".", "")] == [None] * 6


# Values under names of fields


def test_every_field_is_filled_under_its_name():
    given = {
        "abstract": "We napped.",
        "abstract_en": "",
        "abstract_zh": "我们午睡。",
        "authors": ["Roe A"],
        "cas_category": "医学",
        "cas_zone": "2区",
        "citation_count": "3",
        "doi": "https://doi.org/10.5555/N.1",
        "eissn": "2222333x",
        "headings": "Sleep/*physiology; *Humans",
        "impact_factor": 2.5,
        "issn": "1555-9999",
        "issue": "No. 2",
        "jcr_categories": "NAPS, GENERAL; TEA",
        "jcr_quartile": "q1",
        "journal": "Journal of Naps",
        "journal_abbreviation": "J Naps",
        "journal_description": "On naps.",
        "journal_id": 7,
        "keywords": "nap; tea",
        "languages": "English; 中文",
        "open_access": "yes",
        "pages": "1-2",
        "paper_id": "n1",
        "pdf_url": "https://example.org/n.pdf",
        "pmcid": "9000001",
        "pmid": 90000001,
        "publication_date": "2021-03",
        "publication_types": "Review",
        "retracted": "true",
        "title": "[Naps].",
        "title_en": "",
        "title_zh": "午睡",
        "url": "https://example.org/n",
        "volume": "12",
        "year": 2020,
    }
    assert set(given) == set(FIELDS)
    notes: list[str] = []
    record = record_of(found_in(given.items(), notes))
    empty = [name for name in record.__struct_fields__ if getattr(record, name) in (None, ())]
    # Neither is given by a table of articles: notices are objects, and a warning is of the journal and its edition.
    assert (empty, notes) == (["notices", "on_warning_list"], [])
    assert (record.title_en, record.year, record.publication_date) == ("Naps.", 2021, "2021-03")
    assert [(heading.descriptor, heading.major) for heading in record.headings] == [("Sleep", False), ("Humans", True)]
    assert [qualifier.name for qualifier in record.headings[0].qualifiers] == ["physiology"]
    assert (record.issn, record.eissn, record.languages) == ("1555-9999", "2222-333X", ("eng", "chi"))


def found(**given):
    return found_in(given.items(), [])


def test_several_issns():
    assert found(issn=["1555-9999", "2222-3333"]) == {"issn": "1555-9999", "eissn": "2222-3333"}
    assert found(issn="1555-9999 / 2222-3333", eissn="4444-5555") == {"issn": "1555-9999", "eissn": "4444-5555"}
    assert found(issn=[]) == {}


def test_an_issue_of_its_own_comes_before_that_of_the_volume():
    assert found(volume="12(3)") == {"volume": "12", "issue": "3"}
    assert found(volume="12(3)", issue="4") == {"volume": "12", "issue": "4"}


def test_languages():
    for given in ("zh-CN", "Chinese", "中文", "zho", "CHI", ["zh"]):
        assert found(languages=given) == {"languages": ("chi",)}, given
    assert found(languages="Slovenian") == {"languages": ("slv",)}
    assert found(languages="undetermined") == {}


# JSON lines


def outcomes(tmp_path, objects, **columns):
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in objects), encoding="utf-8")
    return list(read(path, Options({key.replace("__", "."): field for key, field in columns.items()})))


def test_mapped_keys_of_json_lines(tmp_path):
    given = {
        "naam": "Naps",
        "samenvatting": "我们午睡。",
        "tijdschrift": {"naam": "Journal of Naps", "issn": ["1555-9999", "2222-3333"]},
        "mensen": [{"n": "Roe A"}, {"n": "Doe B"}],
        "keywords": "10.5555/n.1",
    }
    columns = {
        "naam": "title",
        "samenvatting": "abstract",
        "tijdschrift__naam": "journal",
        "tijdschrift__issn": "issn",
        "mensen__n": "authors",
        "keywords": "doi",
    }
    first, _ = outcomes(tmp_path, [given, given], **columns)
    got = first.record
    assert (got.title_en, got.abstract_zh, got.journal) == ("Naps", "我们午睡。", "Journal of Naps")
    assert (got.issn, got.eissn, got.authors) == ("1555-9999", "2222-3333", ("Roe A", "Doe B"))
    assert (got.doi, got.id, got.keywords) == ("10.5555/n.1", "doi:10.5555/n.1", ())


def test_a_mapped_key_of_a_file_of_one_object(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text('{"naam": "Naps"}\n')
    (got,) = read(path, Options({"naam": "title", "other": "doi"}))
    assert got.record.title_en == "Naps"


def test_plain_keys_need_no_mapping(tmp_path):
    given = {
        "pmcid": "PMC9000001",
        "pmid": "90000001",
        "doi": "10.5555/N.1",
        "title": "Naps",
        "abstract": "We napped.",
        "journal": "Journal of Naps",
        "issn": ["1555-9999"],
        "year": 2002,
        "keywords": ["nap"],
        "authors": ["Roe A"],
    }
    first, _ = outcomes(tmp_path, [given, given])
    got = first.record
    assert (got.pmcid, got.pmid, got.doi, got.year) == ("PMC9000001", "90000001", "10.5555/n.1", 2002)
    assert (got.journal, got.issn, got.keywords, got.authors) == ("Journal of Naps", "1555-9999", ("nap",), ("Roe A",))


def test_a_mapped_key_that_no_object_has_is_noted(tmp_path):
    *read_, noted = outcomes(
        tmp_path, [{"title": "One", "b": None}, {"title": "Two", "a": 1}], a="pmid", b="doi", c="url"
    )
    assert len(read_) == 2
    assert isinstance(noted, Noted)
    assert noted.what == "It has no 'c', which the mapping (--map) names; it has title, b."


def test_a_corrupted_text_under_a_mapped_key_is_noted(tmp_path):
    noted, *_ = outcomes(tmp_path, [{"title": "One", "zh": "?????? ????? 2 ??????"}] * 2, zh="abstract_zh")
    assert isinstance(noted, Noted)
    assert "Chinese abstract is corrupted" in noted.what


def test_the_real_trials():
    path = SHARED / "data" / "articles" / "rct_articles.jsonl.gz"
    if not path.is_file():
        pytest.skip(f"no real articles in {path}")
    options = Options(read_mapping(["iso=journal_abbreviation", "issn=issn"]))
    with gzip.open(path, "rt", encoding="utf-8") as file:
        given = list(map(json.loads, file))
    got = list(read(path, options))
    assert not [each for each in got if isinstance(each, (Skipped, Noted))]
    found = [each.record for each in got if isinstance(each, Read)]
    assert len(found) == len(given) == 4470
    for key, field in (
        ("pmid", "pmid"),
        ("pmcid", "pmcid"),
        ("doi", "doi"),
        ("title", "title_en"),
        ("abstract", "abstract_en"),
        ("journal", "journal"),
        ("iso", "journal_abbreviation"),
        ("issn", "issn"),
        ("year", "year"),
        ("keywords", "keywords"),
        ("authors", "authors"),
    ):
        there = sum(bool(each[key]) for each in given)
        assert sum(bool(getattr(record, field)) for record in found) == there, field
