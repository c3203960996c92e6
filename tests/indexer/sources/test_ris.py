import codecs

import pytest

from indexer.sources import ris
from tests.indexer.sources import tagged_helpers as helpers

NEITHER = "It has neither a title nor an abstract."


def only(content, encoding="utf-8"):
    return helpers.only(ris.FORMAT, content, encoding)


def tagged(*lines, kind="JOUR"):
    return "\n".join([f"TY  - {kind}", *lines, "ER  - ", ""])


def outline(content):
    return helpers.outline(ris.FORMAT, content)


# Division into records


def test_records_stand_where_they_begin():
    content = tagged("TI  - One") + "\n\n" + tagged("TI  - Two", "AB  - Text")
    assert outline(content) == [(1, "One"), (6, "Two")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_line_ends_and_marks(end, mark):
    content = mark + (tagged("TI  - One") + "\n" + tagged("TI  - Two")).replace("\n", end).encode()
    assert outline(content) == [(1, "One"), (5, "Two")]


@pytest.mark.parametrize(
    "content",
    [
        "TY - JOUR\nTI - One\nAU - Doe, A.\nER -\n",
        "TY- JOUR\nTI- One\nAU- Doe, A.\nER-\n",
        "TY  -JOUR\nTI  -One\nAU  -Doe, A.\nER\n",
        "ty  - JOUR\nti  - One\nau  - Doe, A.\ner  - \n",
        "ty - JOUR\nti - One\nau - Doe, A.\ner - \n",
        "TY  - JOUR\nti  - One\nau  - Doe, A.\n",
        "  TY  - JOUR\n  TI  - One\n  AU  - Doe, A.\n  ER  -\n",
        "TY\t-\tJOUR\nTI\t-\tOne\nAU\t-\tDoe, A.\nER\t-\n",
        "TY  - JOUR\n\n\nTI  - One\n\nAU  - Doe, A.\n\n\nER  - 1\n",
        "TI  - One\nTY  - JOUR\nTI  - One\nAU  - Doe, A.\nER  -"[10:],
    ],
)
def test_odd_spacing(content):
    got = only(content)
    assert (got.title_en, got.authors, got.publication_types) == ("One", ("Doe, A.",), ("Journal Article",))


def test_a_missing_end_or_beginning_loses_nothing():
    assert outline("TY  - JOUR\nTI  - One\nTY  - JOUR\nTI  - Two") == [(1, "One"), (3, "Two")]
    assert outline("TI  - One\nPY  - 2001\nER  -\nTI  - Two\nER  -\n") == [(1, "One"), (4, "Two")]


def test_marks_of_files_that_were_put_together_are_no_text():
    part = codecs.BOM_UTF8 + tagged("TI  - One").encode()
    assert outline(part + part) == [(1, "One"), (4, "One")]


def test_lines_before_the_first_record_are_passed_over():
    content = 'Provider: A Society\nContent: text/plain; charset="UTF-8"\n\n' + tagged("TI  - One")
    assert outline(content) == [(4, "One")]


def test_ovid_numbers_its_records_and_adds_the_abbreviation_behind_them():
    content = "".join(
        f"{number}.\n{tagged(f'T1  - {title}', 'JF  - Annals of Invention')}NL  - Ann Invent\n\nLink to the text: x\n\n"
        for number, title in ((1, "One"), (2, "Two"))
    )
    found = helpers.records(ris.FORMAT, content)
    assert [(got.title_en, got.journal, got.journal_abbreviation) for got in found] == [
        ("One", "Annals of Invention", "Ann Invent"),
        ("Two", "Annals of Invention", "Ann Invent"),
    ]


def test_what_holds_no_title_or_abstract_is_skipped():
    assert outline(tagged("AU  - Doe, A.") + tagged("TI  - N/A") + tagged("TI  - One")) == [
        (1, NEITHER),
        (4, NEITHER),
        (7, "One"),
    ]


def test_medline_and_others_are_not_taken_for_it():
    for content in (
        "PMID- 1\nOWN - NLM\nTI  - One\nAB  - Two\nER  - x",
        "title,TY  - JOUR\n",
        "1. J Inv. 2001\n\nTitle",
    ):
        assert not ris.FORMAT.sniff(content.encode())


# Values


def test_a_value_goes_on_in_lines_without_a_tag():
    got = only(
        tagged(
            "TI  - A title of",
            "two lines",
            "AB  - First sentence was",
            "broken. ",
            "is - no tag here.",
            "  Second paragraph.",
            "KW  - One word",
            "Another/*aspect",
        )
    )
    assert got.title_en == "A title of two lines"
    assert got.abstract_en == "First sentence was broken.\nis - no tag here.\nSecond paragraph."
    assert got.keywords == ("One word", "Another/aspect")


def test_each_language_goes_to_its_side():
    got = only(
        tagged(
            "TI  - 虚构药物的随机试验",
            "TI  - A randomised trial of an invented drug",
            "AB  - 目的 观察虚构药物。",
            "AB  - To watch an invented drug.",
            "T2  - 虚构医学杂志",
            "AU  - 张三;李四；王五",
            "AU  - 赵六,钱七",
            "KW  - 糖尿病；随机试验",
            "LA  - 中文",
        )
    )
    assert got.title_zh == "虚构药物的随机试验"
    assert got.title_en == "A randomised trial of an invented drug"
    assert got.abstract_zh == "目的 观察虚构药物。"
    assert got.abstract_en == "To watch an invented drug."
    assert got.journal == "虚构医学杂志"
    assert got.authors == ("张三", "李四", "王五", "赵六", "钱七")
    assert got.keywords == ("糖尿病", "随机试验")
    assert got.languages == ("chi",)


def test_n2_gives_the_abstract_or_its_translation_but_is_no_second_one():
    assert only(tagged("N2  - Text")).abstract_en == "Text"
    got = only(tagged("AB  - Text", "N2  - A note on it", "N2  - 中文摘要"))
    assert (got.abstract_en, got.abstract_zh) == ("Text", "中文摘要")


def test_the_common_fields():
    got = only(
        tagged(
            "T1  - [A trial of nothing].",
            "A1  - Doe, Ann",
            "AU  - Roe, B.",
            "AU  - Doe, Ann",
            "A2  - Editor, Some",
            "JF  - Annals of Invention",
            "JA  - Ann. Invent.",
            "PY  - 2018/03/01/",
            "VL  - 25",
            "IS  - Suppl 2",
            "SP  - 101",
            "EP  - 109",
            "SN  - 2049-3630",
            "DO  - https://doi.org/10.5555/ABC.1",
            "UR  - https://example.org/a",
            "LA  - English",
            "M3  - Review",
            "XX  - unknown",
        )
    )
    assert got.id == "doi:10.5555/abc.1"
    assert got.title_en == "A trial of nothing."
    assert got.authors == ("Doe, Ann", "Roe, B.")
    assert (got.journal, got.journal_abbreviation) == ("Annals of Invention", "Ann. Invent.")
    assert (got.volume, got.issue, got.pages) == ("25", "Suppl 2", "101-109")
    assert (got.publication_date, got.year, got.issn) == ("2018-03-01", 2018, "2049-3630")
    assert (got.url, got.languages) == ("https://example.org/a", ("eng",))
    assert got.publication_types == ("Journal Article", "Review")


def test_editors_stand_in_only_where_there_is_no_author():
    assert only(tagged("TI  - One", "A2  - Roe, B.")).authors == ("Roe, B.",)


def test_html_and_control_characters_do_not_reach_the_record():
    got = only(
        tagged("TI  - H<sub>2</sub>O\x00\x07 in <i>vitro</i>", "AU  - D\x00oe", "N1  - <p>ASReview_relevant</p>")
    )
    assert (got.title_en, got.authors) == ("H2O in vitro", ("Doe",))


# Databases


def test_embase():
    got = only(
        tagged(
            "M3  - Letter",
            "SN  - 1432-0428",
            "SN  - 0012-186X",
            "JF  - Annals of Invention",
            "JO  - Ann. Inv.",
            "T2  - 虚构试验",
            "UR  - https://www.embase.com/search/results?id=L20000001",
            "U2  - L20000001",
            "C5  - 12345678",
            "DB  - Medline",
            "L2  - http://dx.doi.org/10.5555/def",
            "T1  - One",
        )
    )
    assert (got.pmid, got.doi, got.paper_id) == ("12345678", "10.5555/def", "L20000001")
    assert (got.title_en, got.title_zh, got.journal) == ("One", "虚构试验", "Annals of Invention")
    # Embase gives the electronic one first.
    assert (got.issn, got.eissn) == ("0012-186X", "1432-0428")
    assert got.publication_types == ("Letter",)


def test_scopus():
    got = only(
        tagged(
            "TI  - One",
            "SN  - 00121860 (ISSN); 0012186X (ISSN)",
            "C2  - 12345678",
            "C7  - 104501",
            "DB  - Scopus",
            "N1  - Cited By :7",
            "N1  - References: Doe, A., Cited by nobody: 99 (2001)",
            "UR  - https://www.scopus.com/inward/record.uri?eid=2-s2.0-85000000001&partnerID=40",
        )
    )
    assert (got.pmid, got.pages, got.citation_count, got.issn) == ("12345678", "104501", 7, "0012-186X")
    assert got.id == "pmid:12345678"
    assert got.paper_id == "2-s2.0-85000000001"


def test_pubmed_by_way_of_endnote():
    got = only(
        tagged(
            "AN  - 12345678",
            "DP  - NLM",
            "DA  - Mar 1",
            "PY  - 2018",
            "SN  - 0312-5963",
            "N1  - 1179-1926",
            "Doe, Ann",
            "Journal Article",
            "Randomized Controlled Trial",
            "Report",
            "C2  - PMC1234567",
            "T2  - Ann Inv",
            "J2  - Annals of invention",
            "TI  - One",
            "SP  - 349-69",
            "ID  - 17",
        )
    )
    assert (got.pmid, got.pmcid, got.publication_date) == ("12345678", "PMC1234567", "2018-03-01")
    assert (got.issn, got.eissn, got.pages) == ("0312-5963", "1179-1926", "349-69")
    assert got.publication_types == ("Journal Article", "Randomized Controlled Trial")
    assert (got.journal, got.journal_abbreviation) == ("Annals of invention", "Ann Inv")


def test_a_number_of_the_library_is_no_identifier():
    got = only(tagged("TI  - One", "ID  - 12345678", "AN  - 2214991469; 51887"))
    assert (got.pmid, got.paper_id) == (None, None)


def test_zotero_keeps_numbers_in_notes():
    got = only(tagged("TI  - One", "N1  - PMID: 12345678", "PMCID: PMC7654321", "SN  - 0312-5963, 0312-5963"))
    assert (got.pmid, got.pmcid, got.issn, got.eissn) == ("12345678", "PMC7654321", "0312-5963", None)


def test_web_of_science_in_ris():
    got = only(
        tagged(
            "TI  - One",
            "T2  - ANNALS OF INVENTION",
            "J9  - ANN INV",
            "JI  - Ann. Inv.",
            "AN  - WOS:000000000000001",
            "N1  - Times Cited in Web of Science Core Collection:  5",
            "Total Times Cited:  7",
        )
    )
    assert (got.id, got.citation_count) == ("paper:WOS:000000000000001", 5)
    assert (got.journal, got.journal_abbreviation) == ("ANNALS OF INVENTION", "Ann. Inv.")


def test_pages_that_are_none():
    assert only(tagged("TI  - One", "SP  - No", "EP  - Specified")).pages is None


def test_retracted_articles_are_marked():
    assert only(tagged("TI  - RETRACTED: A trial")).retracted
    assert only(tagged("TI  - A trial", "M3  - Retracted Publication")).retracted
    assert only(tagged("TI  - Retracted articles and who cites them")).retracted is None


# Encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings_of_chinese_exports(encoding):
    content = tagged("T1  - 虚构药物", "A1  - 联通", "JF  - 虚构医学杂志", "N2  - 目的：观察。") + tagged("T1  - 二")
    first, second = helpers.records(ris.FORMAT, content, encoding)
    assert (first.title_zh, first.authors, first.abstract_zh) == ("虚构药物", ("联通",), "目的：观察。")
    assert second.title_zh == "二"


def test_central():
    got = only(
        tagged(
            "TI  - A trial",
            "SO  - Journal of invention",
            "YR  - 2022",
            "VL  - 12",
            "NO  - 3",
            "PG  - 1-9",
            "PM  - PUBMED 35000001",
            "KW  - Invention",
            "DOI - 10.5555/ris.central",
            "AB  - We tried.",
            "US  - https://central.example/1",
        )
    )
    assert (got.id, got.pmid, got.keywords) == ("doi:10.5555/ris.central", "35000001", ("Invention",))
    assert (got.year, got.volume, got.issue, got.pages) == (2022, "12", "3", "1-9")
    assert got.url == "https://central.example/1"
