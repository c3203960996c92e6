import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import RecordError
from indexer.record import Record
from indexer.schema import index_documents, load_record
from indexer.sources import read
from indexer.sources.seed import PlainPart, record_of
from tests.indexer.sources.helpers import inner, record, records, seed_folder

NO_VALUE = [None, "", "  ", "0", "N/A", "na", "None", "null", "-", "undefined", [], {}, [[]], {"a": 1}]


# The real seed, field by field


@pytest.fixture(scope="module")
def seed():
    (only,) = records(seed_folder())
    return only


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("id", "doi:10.1007/s10238-025-01821-w"),
        ("doi", "10.1007/s10238-025-01821-w"),
        ("pmid", None),
        ("pmcid", "PMC12374916"),
        ("paper_id", None),
        ("title_en", "Therapeutic options for extramedullary involvement in multiple myeloma."),
        ("title_zh", "多发性骨髓瘤髓外受累的治疗选择。"),
        ("abstract_zh", None),
        ("authors", ("Junmei Zhao", "Yushan Cui", "Baijun Fang")),
        ("keywords", ()),
        ("publication_types", ("Journal Article",)),
        ("journal", "Clinical and Experimental Medicine"),
        ("journal_id", "10337"),
        ("volume", "25"),
        ("issue", "1"),
        ("pages", "301"),
        ("publication_date", "2025-08-23"),
        ("year", 2025),
        ("jcr_quartile", "Q2"),
        ("jcr_categories", ("MEDICINE, RESEARCH & EXPERIMENTAL",)),
        ("impact_factor", 3.5),
        ("cas_zone", 4),
        ("cas_category", "医学"),
        ("citation_count", 0),
        ("open_access", True),
        ("pdf_url", "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC12374916/pdf/"),
        ("url", "https://doi.org/10.1007/s10238-025-01821-w"),
    ],
)
def test_the_real_seed(seed, field, expected):
    assert getattr(seed, field) == expected


def test_the_real_seeds_long_texts(seed):
    assert seed.abstract_en.startswith("Extramedullary involvement (")
    assert seed.abstract_en.endswith("for EMD treatment.")
    assert "\n" not in seed.abstract_en
    assert seed.journal_description.startswith("Clinical and Experimental Medicine (CEM) is")
    assert seed.journal_description.endswith("published exclusively online.")


# Languages


def test_a_chinese_title_outside_and_an_english_one_inside_are_both_kept():
    got = record(title="肝癌的治疗", resultStr=inner(title="Treatment of liver cancer"))
    assert (got.title_en, got.title_zh) == ("Treatment of liver cancer", "肝癌的治疗")


def test_the_script_decides_and_not_the_key():
    got = record(title="Treatment", TitleCN="An English title", abstract="中文摘要", AbstractTextCN="English abstract")
    assert (got.title_en, got.title_zh) == ("Treatment", None)
    assert (got.abstract_en, got.abstract_zh) == ("English abstract", "中文摘要")


def test_an_english_text_under_the_key_of_the_translation_is_better_than_none():
    assert record(title=None, TitleCN="An English title").title_en == "An English title"


def test_the_translation_has_the_first_say_for_the_chinese_side():
    got = record(title="外层标题", TitleCN="译文标题", resultStr=inner(title="Inner", TitleCN="内层译文"))
    assert (got.title_en, got.title_zh) == ("Inner", "译文标题")
    assert record(title="外层标题", resultStr=inner(TitleCN="内层译文")).title_zh == "内层译文"


def test_outer_goes_before_inner_before_plain():
    assert record("Plain", title="Outer", resultStr=inner(title="Inner")).title_en == "Outer"
    assert record("Plain", title="标题", resultStr=inner(title="Inner")).title_en == "Inner"
    assert record("Plain", title="标题", resultStr=None).title_en == "Plain"
    assert record("中文", title="Outer").title_zh == "中文"


def test_abstracts_of_both_languages_are_kept():
    got = record(
        "Title\nPlain abstract", abstract="<p>外层摘要</p>", resultStr=inner(abstract="<p><p>Inner abstract</p>")
    )
    assert (got.abstract_en, got.abstract_zh) == ("Inner abstract", "外层摘要")


@pytest.mark.parametrize(
    "given", ["", "{", "null", "[]", '"text"', "1", None, 5, "{} x", '{"title": ', {"title": None}]
)
def test_a_broken_inner_object_is_ignored(given):
    assert record(resultStr=given).title_en == "A trial of something"


def test_the_inner_object_may_be_one_already():
    assert record(title="标题", resultStr={"title": "Inner"}).title_en == "Inner"


def test_the_inner_object_fills_what_the_outer_one_lacks():
    got = record(JCR=None, doi="n/a", resultStr=inner(JCR="Q3", doi="10.1/X", journal={"name": "J"}, authors="A B"))
    assert (got.jcr_quartile, got.doi, got.journal, got.authors) == ("Q3", "10.1/x", "J", ("A B",))


@pytest.mark.parametrize(
    "keys", [{}, {"title": None}, {"title": " ", "abstract": "N/A"}, {"title": "!?", "journal": "J"}]
)
def test_without_title_and_abstract_it_is_no_record(keys):
    with pytest.raises(RecordError, match="neither a title nor an abstract"):
        record_of(keys, PlainPart(), {}, [])


def test_an_abstract_is_enough_for_a_record():
    assert record(title=None, abstract="Something").abstract_en == "Something"


# Plain part


def test_the_plain_part_has_title_abstract_and_description():
    got = PlainPart.of("\nTitle\n\nFirst.\nSecond.\n期刊介绍:\nA journal.\nOf note.\n")
    assert got == PlainPart("Title", "First.\nSecond.", "A journal.\nOf note.")


@pytest.mark.parametrize(
    "heading", ["期刊介绍: A journal.", "期刊介绍：A journal.", "期刊介绍\nA journal.", "期刊介绍 ：\n\nA journal."]
)
def test_the_description_may_stand_on_the_line_of_its_heading(heading):
    assert PlainPart.of(f"Title\n{heading}") == PlainPart("Title", None, "A journal.")


def test_a_line_that_only_begins_with_the_word_is_text():
    assert PlainPart.of("Title\n期刊介绍了很多").abstract == "期刊介绍了很多"


def test_without_a_plain_part_nothing_comes_of_it():
    assert PlainPart.of(" \n") == PlainPart(None, None, None)
    assert record("Title\n期刊介绍:\nN/A").journal_description is None


# HTML


def test_html_goes_from_every_text():
    got = record(
        title="H<sub>2</sub>O and <i>P</i>&lt;0.05",
        abstract="<p><p>p<0.05</p><p>10<sup>9</sup>/L",
        RegionCategory="<b>医学</b>",
    )
    assert got.title_en == "H2O and P<0.05"
    assert got.abstract_en == "p<0.05\n10^9/L"
    assert got.cas_category == "医学"


def test_a_title_is_one_line():
    assert record(title="<p>One</p><p>two</p>").title_en == "One two"


# Single values


@pytest.mark.parametrize(
    "key",
    [
        *("abstract", "authors", "doi", "DOIUrl", "url", "PeriodicalId", "journal", "PeriodicalIF", "publicationDate"),
        *("publicationTypes", "fieldsOfStudy", "openAccessPdf", "resultStr", "platform", "paperid", "PeriodicalName"),
        *(
            "ListUrlMain",
            "RegionNum",
            "RegionCategory",
            "TitleCN",
            "AbstractTextCN",
            "PMCID",
            "EPubDate",
            "JCR",
            "JCRName",
        ),
        *("PMID", "keywords", "volume", "issue", "pages", "year", "unknown"),
    ],
)
@pytest.mark.parametrize("nothing", NO_VALUE, ids=repr)
def test_no_value_is_none(key, nothing):
    assert record(**{key: nothing}) == record()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("0", 0),
        (0, 0),
        ("12", 12),
        (12.0, 12),
        (-1, None),
        ("-1", None),
        (10**12, None),
        ("many", None),
        (True, None),
        (1.5, None),
    ],
)
def test_citation_count(given, expected):
    assert record(citationCount=given).citation_count == expected


@pytest.mark.parametrize(
    ("given", "volume", "issue"),
    [
        ("25 1", "25", "1"),
        ("25(1)", "25", "1"),
        ("25 (Suppl 2)", "25", "Suppl 2"),
        ("25（3）", "25", "3"),
        ("25, 4", "25", "4"),
        ("25 No. 1", "25", "1"),
        ("Vol. 25", "25", None),
        ("\n  25\n ", "25", None),
        (25, "25", None),
        ("A25", "A25", None),
        ("81 Pt A", "81", "Pt A"),
        ("25 0", "25", None),
        ("ahead-of-print", "ahead-of-print", None),
    ],
)
def test_volume_and_issue(given, volume, issue):
    got = record(journal={"name": "J", "volume": given})
    assert (got.volume, got.issue) == (volume, issue)


def test_an_issue_of_its_own_counts_more_than_one_in_the_volume():
    got = record(journal={"volume": "25 1", "issue": 7, "pages": " 301-310 "})
    assert (got.volume, got.issue, got.pages) == ("25", "7", "301-310")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2025", "2025"),
        (2025, "2025"),
        ("2025-08", "2025-08"),
        ("2025-8-3", "2025-08-03"),
        ("2025/08/23", "2025-08-23"),
        ("2025-08-23T00:00:00", "2025-08-23"),
        ("2025-08-23 10:00", "2025-08-23"),
        ("20250823", "2025-08-23"),
        ("2025 Aug 23", "2025-08-23"),
        ("2025 August", "2025-08"),
        ("2025 Jul-Aug", "2025-07"),
        ("2025 Spring", "2025"),
        ("23 Aug 2025", "2025-08-23"),
        ("Aug 2025", "2025-08"),
        ("August 23, 2025", "2025-08-23"),
        ("2025年8月23日", "2025-08-23"),
        ("2025-13-01", "2025"),
        ("2025-00-00", "2025"),
        ("2025-02-30", "2025-02"),
        ("2024-02-29", "2024-02-29"),
        ("08/23/2025", "2025"),
        ("2019-2020", "2019"),
        ("0001-01-01", None),
        ("3025-01-01", None),
        ("soon", None),
        (1755907200000, None),
        (10**30, None),
    ],
)
def test_publication_date(given, expected):
    got = record(publicationDate=given)
    assert got.publication_date == expected
    assert got.year == (int(expected[:4]) if expected else None)


def test_the_date_of_the_electronic_version_is_the_fall_back():
    assert record(publicationDate="", EPubDate="2024-11-02").publication_date == "2024-11-02"
    assert record(publicationDate="2025", EPubDate="2024-11-02").publication_date == "2025"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Q2", "Q2"),
        ("q2", "Q2"),
        (2, "Q2"),
        ("2", "Q2"),
        (" Q4 ", "Q4"),
        ("Q5", None),
        (0, None),
        ("Q", None),
        (True, None),
        ("ESCI", None),
    ],
)
def test_quartile(given, expected):
    assert record(JCR=given).jcr_quartile == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (3, 3),
        ("3", 3),
        ("3区", 3),
        ("3 区", 3),
        (3.0, 3),
        ("3.0", 3),
        (5, None),
        (0, None),
        (True, None),
        (2.5, None),
        ("top", None),
    ],
)
def test_zone(given, expected):
    assert record(RegionNum=given).cas_zone == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (3.5, 3.5),
        ("3.5", 3.5),
        (" 3.500 ", 3.5),
        (12, 12.0),
        (0, None),
        (-1.0, None),
        ("1e400", None),
        (float("nan"), None),
        (float("inf"), None),
        (1e9, None),
        (True, None),
        ("<0.1", None),
    ],
)
def test_impact_factor(given, expected):
    assert record(PeriodicalIF=given).impact_factor == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("MEDICINE, RESEARCH &amp; EXPERIMENTAL", ("MEDICINE, RESEARCH & EXPERIMENTAL",)),
        ("ONCOLOGY;HEMATOLOGY", ("ONCOLOGY", "HEMATOLOGY")),
        ("ONCOLOGY | MEDICINE, GENERAL & INTERNAL", ("ONCOLOGY", "MEDICINE, GENERAL & INTERNAL")),
        ("ONCOLOGY / HEMATOLOGY / Oncology", ("ONCOLOGY", "HEMATOLOGY")),
        (["ONCOLOGY", None, "HEMATOLOGY"], ("ONCOLOGY", "HEMATOLOGY")),
    ],
)
def test_categories(given, expected):
    assert record(JCRName=given).jcr_categories == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("PMC12", "PMC12"),
        ("pmc12", "PMC12"),
        ("12", "PMC12"),
        (12, "PMC12"),
        ("PMCID: PMC12", "PMC12"),
        ("x", None),
        ("PMC", None),
    ],
)
def test_pmcid(given, expected):
    assert record(PMCID=given).pmcid == expected


def test_a_pmcid_is_taken_out_of_the_address_of_the_pdf():
    pdf = "https://europepmc.org/articles/pmc77?pdf=render"
    assert record(PMCID=None, openAccessPdf=pdf).pmcid == "PMC77"
    assert record(PMCID="PMC5", openAccessPdf=pdf).pmcid == "PMC5"
    assert record(openAccessPdf="https://example.org/XPMC77/").pmcid is None


@pytest.mark.parametrize(("key", "given"), [("PMID", "0123"), ("pmid", 123), ("PMID", 123.0), ("PMID", "PMID: 123")])
def test_pmid(key, given):
    assert record(**{key: given}).pmid == "123"


@pytest.mark.parametrize("given", ["12a", -5, 10**12, "１２", True])
def test_what_is_no_pmid(given):
    assert record(PMID=given).pmid is None


@pytest.mark.parametrize(
    ("flag", "pdf", "expected"),
    [
        (True, "", True),
        ("true", None, True),
        (False, "https://example.org/a.pdf", True),
        (None, "http://example.org/a.pdf", True),
        (None, {"url": "https://example.org/a.pdf", "status": "GOLD"}, True),
        (False, "", False),
        (0, "ftp://example.org/a.pdf", False),
        (None, "", None),
        (None, "javascript:alert(1)", None),
        ("maybe", "//example.org/a.pdf", None),
    ],
)
def test_open_access(flag, pdf, expected):
    got = record(isOpenAccess=flag, openAccessPdf=pdf)
    assert got.open_access is expected
    assert got.pdf_url == (
        (pdf.get("url") if isinstance(pdf, dict) else pdf)
        if pdf and "example.org/a" in str(pdf) and "http" in str(pdf)
        else None
    )


@pytest.mark.parametrize(
    "given",
    [
        *(
            "javascript:alert(1)",
            "data:text/html,x",
            "ftp://example.org/",
            "//example.org/",
            "www.example.org",
            "https://",
        ),
        *(
            "https://exa mple.org/",
            'https://example.org/"x',
            "https://[::1",
            "https://example.org/\\x",
            "x" * 3000,
            5,
            True,
        ),
    ],
)
def test_what_is_no_address(given):
    assert record(url=given, openAccessPdf=given).url is None
    assert record(url=given, openAccessPdf=given).pdf_url is None


def test_the_first_address_there_is_counts():
    assert record(url="https://b.org/", ListUrlMain="https://c.org/").url == "https://b.org/"
    assert record(DOIUrl="https://a.org/", url="https://b.org/").url == "https://a.org/"
    assert record(url="javascript:x", ListUrlMain="HTTPS://c.org/").url == "HTTPS://c.org/"


def test_a_doi_is_taken_out_of_an_address_where_the_one_given_is_none():
    assert record(doi="pending", ListUrlMain="https://doi.org/10.1000%2FAbc").doi == "10.1000/abc"
    assert record(doi="10.1/x", DOIUrl="https://doi.org/10.1/other").doi == "10.1/x"
    assert record(doi="10.1/" + "x" * 500).doi is None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Journal Article", ("Journal Article",)),
        ("Journal Article, Review", ("Journal Article", "Review")),
        ("Journal Article,Clinical Trial, Phase III", ("Journal Article", "Clinical Trial, Phase III")),
        ("Research Support, N.I.H., Extramural, Review", ("Research Support, N.I.H., Extramural", "Review")),
        (["JournalArticle", "MetaAnalysis", None], ("Journal Article", "Meta-Analysis")),
        ("Review; review", ("Review",)),
    ],
)
def test_publication_types(given, expected):
    assert record(publicationTypes=given).publication_types == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Junmei Zhao, Yushan Cui", ("Junmei Zhao", "Yushan Cui")),
        ("Smith J, Doe A, et al.", ("Smith J", "Doe A")),
        ("Smith J et al", ("Smith J",)),
        ("Smith, John; Doe, Jane", ("Smith, John", "Doe, Jane")),
        ("Smith, J., Doe, A. B.", ("Smith, J.", "Doe, A. B.")),
        ("John Smith, Jr., and Jane Doe", ("John Smith, Jr.", "Jane Doe")),
        ("张三、李四，王五等", ("张三", "李四", "王五")),
        ("张三；李四", ("张三", "李四")),
        (["A B", {"name": "C D", "authorId": 1}, {"id": 2}, None, 7.5, ["x"]], ("A B", "C D", "7.5")),
        (",,;", ()),
    ],
)
def test_authors(given, expected):
    assert record(authors=given).authors == expected


def test_initials_without_end_take_no_time_without_end():
    (name,) = record(authors="Smith, " + "J., " * 500_000 + "K.").authors
    assert name.startswith("Smith, J., J., ")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("asthma; COPD, severe", ("asthma", "COPD, severe")),
        ("asthma, COPD, Asthma", ("asthma", "COPD")),
        ("哮喘；肺炎", ("哮喘", "肺炎")),
        (["asthma", "", "COPD"], ("asthma", "COPD")),
    ],
)
def test_keywords(given, expected):
    assert record(keywords=given).keywords == expected


def test_fields_of_study_are_no_keywords():
    assert record(fieldsOfStudy=["Medicine"]).keywords == ()


def test_the_journal_may_be_an_object_a_string_or_stand_elsewhere():
    assert record(journal={"name": "A"}, PeriodicalName="B").journal == "A"
    assert record(journal="A", PeriodicalName="B").journal == "A"
    assert record(journal=None, PeriodicalName="B").journal == "B"
    assert record(journal={"name": None}, PeriodicalName="B").journal == "B"
    assert record(journal=["A"]).journal is None


def test_identity_goes_down_to_a_hash():
    keys = {"doi": "10.1/X", "PMID": "2", "PMCID": "3", "paperid": "p4"}
    expected = ["doi:10.1/x", "pmid:2", "pmcid:PMC3", "paper:p4"]
    for key, identity in zip(list(keys), expected, strict=True):
        assert record(**keys).id == identity
        del keys[key]
    assert record().id.startswith("hash:")
    assert record(journal="J").id != record().id
    assert record(title=" a TRIAL of  something").id == record().id


# Whatever comes

_scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(
        [
            "<p>x</p>",
            "题",
            "2025-01-01",
            "Q1",
            "https://a.org/PMC1",
            "10.1/x",
            "<b",
            "&lt;b&gt;",
            "\ud800",
            "25 (1)",
            "A, B",
        ]
    )
)
_anything = st.recursive(
    _scalars,
    lambda inside: (
        st.lists(inside, max_size=3) | st.dictionaries(st.sampled_from(["name", "url", "title", "volume"]), inside)
    ),
    max_leaves=6,
)
_KEYS = (
    "title authors doi DOIUrl url abstract PeriodicalId journal PeriodicalIF publicationDate publicationTypes "
    "isOpenAccess openAccessPdf citationCount resultStr paperid PeriodicalName RegionNum RegionCategory TitleCN "
    "AbstractTextCN PMCID EPubDate JCR JCRName PMID keywords volume issue pages year other"
)
_keys = st.sampled_from(_KEYS.split())


@settings(deadline=None)  # the first example loads the dictionaries of the analysis
@given(st.dictionaries(_keys, _anything | _anything.map(json.dumps), max_size=12), st.text(max_size=30))
def test_any_object_gives_a_record_that_can_be_stored_or_a_reason(outer, plain):
    try:
        got = record_of(outer, PlainPart.of(plain), {}, [])
    except RecordError:
        return
    stored = index_documents([got]).stored[0]
    assert load_record(stored) == got
    assert b"\x00" not in stored
    texts = [got.title_en, got.title_zh, got.abstract_en, got.abstract_zh, *got.authors, got.journal]
    assert not any(f"<{name}>" in (text or "") for name in ("p", "b", "/p", "i") for text in texts)
    assert all(value != "" for value in msgspec.structs.asdict(got).values())


@given(st.dictionaries(_keys, _anything, max_size=5))
def test_any_json_file_reads_without_raising(tmp_path_factory, outer):
    path = tmp_path_factory.mktemp("any") / "a.txt"
    path.write_text(json.dumps(outer), encoding="utf-8")
    (outcome,) = read(path)
    assert isinstance(getattr(outcome, "record", None), Record) or outcome.reason
