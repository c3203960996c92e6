import codecs
import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import SourceError
from indexer.sources import Noted, Options, Read, Skipped, columns, read, tables
from tests.indexer.sources.helpers import SHARED, outline, reason, records

PUBMED = "PMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year,Create Date,PMCID,NIHMS ID,DOI"


@pytest.fixture
def file(tmp_path):
    def write(content, name="a.txt"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def written(*rows, **options):
    out = io.StringIO()
    csv.writer(out, **options).writerows(rows)
    return out.getvalue()


def read_mapped(path, names):
    return list(read(path, Options(names)))


# What the columns mean


def test_pubmeds_own_export(file):
    (got,) = records(
        file(
            written(
                PUBMED.split(","),
                (
                    "90000001",
                    "[Tea, sleep and blood pressure: a trial].",
                    "Roe A, Doe B.",
                    "J Imag Med. 2021 Mar 4;12(3):455-460. doi: 10.5555/JIM.1. Epub 2021 Jan 3.",
                    "Roe A",
                    "J Imag Med",
                    "2021",
                    "2021/01/05",
                    "PMC9000001",
                    "",
                    "10.5555/JIM.1",
                ),
            )
        )
    )
    assert got.id == "doi:10.5555/jim.1"
    assert (got.pmid, got.pmcid, got.doi) == ("90000001", "PMC9000001", "10.5555/jim.1")
    assert (got.title_en, got.abstract_en) == ("Tea, sleep and blood pressure: a trial.", None)
    assert got.authors == ("Roe A", "Doe B.")
    assert (got.journal, got.journal_abbreviation) == ("J Imag Med", "J Imag Med")
    assert (got.publication_date, got.year) == ("2021-03-04", 2021)
    assert (got.volume, got.issue, got.pages) == ("12", "3", "455-460")


def test_scopus(file):
    (got,) = records(
        file(
            codecs.BOM_UTF8
            + written(
                (
                    *(
                        "Authors",
                        "Author full names",
                        "Author(s) ID",
                        "Title",
                        "Year",
                        "Source title",
                        "Volume",
                        "Issue",
                    ),
                    *("Art. No.", "Page start", "Page end", "Page count", "Cited by", "DOI", "Link", "Abstract"),
                    *("Author Keywords", "Index Keywords", "ISSN", "PubMed ID", "Language of Original Document"),
                    *("Abbreviated Source Title", "Document Type", "Open Access", "Source", "EID"),
                ),
                (
                    *(
                        "Roe A.; Doe B.C.",
                        "Roe, Ann (1); Doe, Bo (2)",
                        "1; 2",
                        "Naps, and memory",
                        "2020",
                        "Fictional J.",
                    ),
                    *(
                        "7",
                        "2",
                        "101",
                        "15",
                        "19",
                        "4",
                        "0",
                        "10.5555/N.1",
                        "https://example.org/n1",
                        "We asked, twice.",
                    ),
                    *(
                        "nap; memory",
                        "human; male",
                        "15559999, 2222-333x",
                        "90000002",
                        "Chinese",
                        "Fict. J.",
                        "Article",
                    ),
                    *("All Open Access; Gold Open Access", "Scopus", "2-s2.0-1"),
                ),
                quoting=csv.QUOTE_ALL,
            ).encode()
        )
    )
    assert (got.title_en, got.abstract_en) == ("Naps, and memory", "We asked, twice.")
    assert got.authors == ("Roe A.", "Doe B.C.")
    assert (got.journal, got.journal_abbreviation) == ("Fictional J.", "Fict. J.")
    assert (got.volume, got.issue, got.pages) == ("7", "2", "15-19")
    assert (got.citation_count, got.url, got.open_access) == (0, "https://example.org/n1", True)
    assert (got.issn, got.eissn) == ("1555-9999", "2222-333X")
    assert (got.pmid, got.paper_id, got.languages) == ("90000002", "2-s2.0-1", ("chi",))
    assert (got.keywords, got.publication_types) == (("nap", "memory"), ("Journal Article",))


def test_cnki(file):
    (got,) = records(
        file(
            written(
                (
                    *(
                        "SrcDatabase-来源库",
                        "Title-题名",
                        "Author-作者",
                        "Organ-单位",
                        "Source-文献来源",
                        "Keyword-关键词",
                    ),
                    *("Summary-摘要", "PubTime-发表时间", "Year-年", "Volume-卷", "Period-期", "PageCount-页码"),
                    *("ISSN-国际标准刊号", "URL-网址", "DOI-DOI"),
                ),
                (
                    *(
                        "期刊",
                        "午睡与血压的关系",
                        "张三;李四;",
                        "虚构大学",
                        "虚构医学杂志",
                        "午睡;;血压",
                        "目的 观察午睡。",
                    ),
                    *(
                        "2022-05-06 08:30",
                        "2022",
                        "8",
                        "05",
                        "11-15",
                        "1000-9999",
                        "https://example.org/x",
                        "10.5555/zh.1",
                    ),
                ),
            )
        )
    )
    assert (got.title_zh, got.abstract_zh, got.title_en) == ("午睡与血压的关系", "目的 观察午睡。", None)
    assert (got.authors, got.keywords) == (("张三", "李四"), ("午睡", "血压"))
    assert (got.journal, got.issn, got.doi) == ("虚构医学杂志", "1000-9999", "10.5555/zh.1")
    assert (got.publication_date, got.volume, got.issue, got.pages) == ("2022-05-06", "8", "05", "11-15")


def test_zotero(file):
    (got,) = records(
        file(
            written(
                (
                    *("Key", "Item Type", "Publication Year", "Author", "Title", "Publication Title", "ISBN", "ISSN"),
                    *("DOI", "Url", "Abstract Note", "Date", "Date Added", "Pages", "Num Pages", "Issue", "Volume"),
                    *("Journal Abbreviation", "Language", "Extra", "Manual Tags", "Automatic Tags", "Type"),
                ),
                (
                    *(
                        "ABCD",
                        "journalArticle",
                        "2019",
                        "Roe, Ann; Doe, Bo",
                        "Sleep",
                        "Journal of Naps",
                        "",
                        "1555-9999",
                    ),
                    *(
                        "",
                        "https://doi.org/10.5555/S.1",
                        "First line.\n\nSecond line.",
                        "2019-04",
                        "2020-01-01 10:00:00",
                    ),
                    *("1–9", "", "4", "3", "J Naps", "en-US", "PMID: 90000003\nPMCID: PMC9000003", "a; b", "c", ""),
                ),
                quoting=csv.QUOTE_ALL,
            )
        )
    )
    assert (got.authors, got.publication_types) == (("Roe, Ann", "Doe, Bo"), ("Journal Article",))
    assert (got.journal, got.journal_abbreviation) == ("Journal of Naps", "J Naps")
    assert (got.doi, got.pmid, got.pmcid) == ("10.5555/s.1", "90000003", "PMC9000003")
    assert (got.abstract_en, got.publication_date) == ("First line.\nSecond line.", "2019-04")
    assert (got.keywords, got.languages, got.pages) == (("a", "b", "c"), ("eng",), "1–9")


def test_web_of_science_by_tags(file):
    head = "PT\tAU\tTI\tSO\tDT\tLA\tDE\tAB\tTC\tSN\tEI\tJI\tPY\tVL\tIS\tBP\tEP\tDI\tUT\tPM"
    row = (
        "J\tRoe, A; Doe, B\tNaps\tJ NAPS\tReview\tEnglish\tnap\tWe napped.\t5\t1555-9999\t\tJ. Naps\t2018\t3\t1\t7\t9\t"
    )
    (got,) = records(file(f"{head}\n{row}10.5555/W.1\tWOS:1\t90000004\n".encode("utf-16")))
    assert (got.title_en, got.journal, got.journal_abbreviation) == ("Naps", "J NAPS", "J. Naps")
    assert (got.pages, got.citation_count, got.publication_types) == ("7-9", 5, ("Review",))
    assert (got.id, got.pmid, got.paper_id, got.year) == ("doi:10.5555/w.1", "90000004", "WOS:1", 2018)


def test_metrics_columns(file):
    (got,) = records(
        file(
            "标题,期刊,JCR分区,影响因子(2024),中科院分区,大类,被引次数,是否开放获取\n"
            "午睡研究,虚构杂志,Q2,3.5,2区,医学,7,否\n"
        )
    )
    assert (got.jcr_quartile, got.impact_factor, got.cas_zone, got.cas_category) == ("Q2", 3.5, 2, "医学")
    assert (got.citation_count, got.open_access) == (7, False)


def test_each_text_goes_to_the_side_of_its_script(file):
    (got,) = records(file("中文标题,英文标题,中文摘要,Abstract\nNaps,午睡,We napped.,我们午睡。\n"))
    assert (got.title_en, got.title_zh) == ("Naps", "午睡")
    assert (got.abstract_en, got.abstract_zh) == ("We napped.", "我们午睡。")


def test_a_title_with_its_translation_in_brackets(file):
    (got,) = records(file("pmid,title\n1,午睡与血压 [Naps and [blood] pressure].\n"))
    assert (got.title_zh, got.title_en) == ("午睡与血压", "Naps and [blood] pressure.")


def test_a_column_name_counts_in_any_case_and_spelling(file):
    for head in ("TITLE,doi", " Title , D O I ", "title,Doi:", "Ｔitle,DOI"):
        (got,) = records(file(f"{head}\nNaps,10.5555/N.1\n"))
        assert (got.title_en, got.doi) == ("Naps", "10.5555/n.1")


def test_the_more_telling_column_of_a_field_counts(file):
    (got,) = records(file("title,source,journal,source title,doi\nNaps,PubMed,,Journal of Naps,10.5555/n.1\n"))
    assert got.journal == "Journal of Naps"


def test_no_name_means_two_fields():
    names = [
        (columns._folded(name), field)
        for field, given in columns._NAMES.items()
        for name in " ".join(given.split()).split(", ")
    ]
    assert len({name for name, _ in names}) == len(set(names))
    assert all(name for name, _ in names)


# Separators, encodings, headers


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(file, separator, end):
    content = written(
        ("Title", "Abstract", "Year"),
        ('Naps, "deep"; and\ttea', "One\nTwo", "2020"),
        ("B", "C", "2021"),
        delimiter=separator,
        lineterminator=end,
        quoting=csv.QUOTE_ALL,
    )
    first, second = records(file(content))
    assert (first.title_en, first.abstract_en, first.year) == ('Naps, "deep"; and tea', "One\nTwo", 2020)
    assert (second.title_en, second.year) == ("B", 2021)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings(file, encoding):
    content = "题名,作者,摘要\n" + "午睡与血压的关系,张三;李四,目的 观察午睡对血压的影响。\n" * 3
    assert [got.title_zh for got in records(file(content.encode(encoding)))] == ["午睡与血压的关系"] * 3


def test_gb18030_that_begins_in_ascii(file):
    content = "title,authors\n" + "Naps,Roe A\n" * 20 + "午睡与血压的关系,张三\n小山,李四\n"
    assert [got.title_zh for got in records(file(content.encode("gb18030")))][-2:] == ["午睡与血压的关系", "小山"]


def test_a_line_in_another_encoding_is_skipped(file):
    path = file("title,authors\nNaps,Roe A\nNächte,Müller Ü\nTea,Doe B\n".encode("latin-1"))
    assert [what for _, what in outline(path)] == ["Naps", tables._NO_ENCODING, "Tea"]


def test_lines_before_the_header_and_headers_between(file):
    path = file("sep=;\nExported today\n\nTitle;DOI\nNaps;10.5555/n.1\nTitle;DOI\nTea;10.5555/n.2\n;\n")
    assert outline(path) == [(f"{path}:5", "Naps"), (f"{path}:7", "Tea")]


def test_a_header_alone_holds_no_records(file):
    assert reason(file("Title,DOI\n")) == "It is a table without rows below its header."


def test_a_header_that_is_not_known(file):
    got = reason(file("name,text\nNaps,We napped.\n"))
    assert "it is: name, text" in got
    assert "--map COLUMN=title" in got


def test_a_text_that_begins_with_a_word_for_a_column_is_no_table(file):
    assert "no known format" in reason(file("Abstract\nWe napped.\nWe woke.\n"))


def test_a_table_of_journals_is_no_table_of_articles(file):
    for header in ("Title,SJR,ISSN,Quartile", "Journal,ISSN,IF(2024),IF Quartile(2024)", "Journal,预警等级（2023）"):
        got = reason(file(f"{header}\nJ Naps,1\n".replace("1\n", ",".join("1" * header.count(",")) + "\n")))
        assert "--journals" in got, header


# Mapping


def test_a_mapping_names_columns(file):
    path = file("Naam,Tekst,doi\nNaps,We napped.,10.5555/n.1\n")
    (got,) = read_mapped(path, {"Naam": "title", "tekst": "abstract"})
    assert (got.record.title_en, got.record.abstract_en, got.record.doi) == ("Naps", "We napped.", "10.5555/n.1")


def test_a_mapping_overrides_what_a_name_means(file):
    path = file("title,keywords,notes\nNaps,10.5555/n.1,a; b\n")
    (got,) = read_mapped(path, {"keywords": "doi", "notes": "keywords"})
    assert (got.record.doi, got.record.keywords) == ("10.5555/n.1", ("a", "b"))


def test_a_mapped_column_that_is_not_there_is_noted(file):
    noted, got = read_mapped(file("Title,DOI\nNaps,10.5555/n.1\n"), {"Tittle": "title"})
    assert isinstance(noted, Noted)
    assert noted.what == "It has no 'Tittle', which the mapping (--map) names; it has Title, DOI."
    assert got.record.title_en == "Naps"


def test_a_table_that_only_the_missing_column_would_explain_is_skipped(file):
    (skipped,) = read_mapped(file("name,text\nNaps,We napped.\n"), {"Name of it": "title"})
    assert isinstance(skipped, Skipped)
    assert "'Name of it'" in skipped.reason
    assert "name, text" in skipped.reason


def test_a_mapping_to_no_field_is_refused_at_once(file):
    with pytest.raises(SourceError, match=r"'heading', which records don't have; the fields are abstract, .*title"):
        read(file("title,doi\n"), Options({"title": "heading"}))


# Rows


def test_positions_are_those_of_the_first_lines(file):
    path = file('title,abstract\nOne,"a\nb\n\nc"\n\nTwo,d\n,\nThree,e\n')
    assert outline(path) == [(f"{path}:2", "One"), (f"{path}:7", "Two"), (f"{path}:9", "Three")]


def test_a_row_without_title_and_abstract(file):
    assert "neither a title nor an abstract" in reason(file("title,doi\n,10.5555/n.1\n"))


def test_a_row_with_too_many_cells(file):
    path = file("title,doi\nOne,10.5555/n.1,\nTwo, and more,10.5555/n.2\n")
    assert [what[:40] for _, what in outline(path)] == ["One", "It has 3 cells where the header has 2; a"]


def test_a_row_with_too_few_cells_needs_an_identifier_in_its_column(file):
    path = file("doi,title,keywords,notes\n10.5555/n.1,One\nbroken,Two\n10.5555/n.3,Three,a,b\n")
    assert [what[:21] for _, what in outline(path)] == ["One", "It has 2 cells where ", "Three"]


def test_a_quote_that_is_never_closed_costs_no_other_row(file):
    rows = "".join(f"Title {n},10.5555/n.{n}\n" for n in range(200))
    for broken in ('"Open,10.5555/o.1\n', 'Open,"10.5555/o.1\n'):
        titles = [got.title_en for got in records(file("title,doi\n" + rows + broken + rows))]
        assert len(titles) == 401


def test_a_separator_within_quotes_does_not_make_a_broken_row_whole(file):
    path = file('title,abstract,doi\n"Naps, and tea",a\nTwo,b,10.5555/n.2\n')
    assert [what[:21] for _, what in outline(path)] == ["It has 2 cells where ", "Two"]


def test_quotes_in_a_tab_separated_line_are_part_of_it(file):
    path = file('title\tdoi\n"Naps" and tea\t10.5555/n.1\n"Tea ""at"" noon"\t10.5555/n.2\n"Open\t10.5555/n.3\n')
    assert [got.title_en for got in records(path)] == ['"Naps" and tea', 'Tea "at" noon', '"Open']


def test_a_row_longer_than_the_bound_is_skipped(file, monkeypatch):
    monkeypatch.setattr(tables, "_LONGEST_ROW", 1000)
    long = "x" * 2000
    path = file(f"title,abstract\nOne,a\nTwo,{long}\nThree,b\n")
    assert [what[:18] for _, what in outline(path)] == ["One", tables._TOO_LONG[:18], "Three"]


def test_a_quote_never_closed_in_a_long_file_is_bounded(file, monkeypatch):
    monkeypatch.setattr(tables, "_LONGEST_ROW", 1000)
    rows = "".join(f'Title {n},"a {n}"\n' for n in range(500))
    outcomes = list(read(file(f'title,abstract\nOpen,"never closed\nx\n{rows}')))
    assert sum(isinstance(each, Read) for each in outcomes) >= 499


def test_a_corrupted_text_is_left_out_and_noted(file):
    noted, got = read(file("title,abstract,doi\nNaps,???? ??????? ???????,10.5555/n.1\n"))
    assert "corrupted" in noted.what
    assert got.record.abstract_en is None


def test_values_hold_no_markup_and_no_controls(file):
    (got,) = records(file("title,authors\nH<sub>2</sub>O \x07&amp; tea,Roe\x00 A\n"))
    assert (got.title_en, got.authors) == ("H2O & tea", ("Roe A",))


CELLS = st.text(st.one_of(st.sampled_from("\",;\t\n\r'\x00\ufeff午睡 ab"), st.characters(codec="utf-8")), max_size=20)


@settings(max_examples=150, deadline=None)
@given(
    content=st.text(st.sampled_from('",;\t\n\r ab1午\x00'), max_size=200),
    head=st.sampled_from(["title,doi", "题名\tDOI", ""]),
)
def test_messy_tables_give_outcomes(content, head, tmp_path_factory):
    path = tmp_path_factory.mktemp("messy") / "a.csv"
    path.write_bytes(f"{head}\n{content}".encode())
    for outcome in read(path):
        assert isinstance(outcome, (Read, Skipped, Noted))
        if isinstance(outcome, Read):
            assert outcome.position.line > 1


@settings(max_examples=150, deadline=None)
@given(content=st.binary(max_size=300))
def test_any_bytes_below_a_header_give_outcomes(content, tmp_path_factory):
    path = tmp_path_factory.mktemp("bytes") / "a.csv"
    path.write_bytes(b"title,abstract,doi\n" + content)
    assert all(isinstance(outcome, (Read, Skipped, Noted)) for outcome in read(path))


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8),
    dialect=st.sampled_from(
        [(",", csv.QUOTE_ALL), (",", csv.QUOTE_MINIMAL), (";", csv.QUOTE_ALL), ("\t", csv.QUOTE_ALL)]
    ),
)
def test_whatever_csv_writes_is_read_row_by_row(rows, dialect, tmp_path_factory):
    separator, quoting = dialect
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, quoting=quoting)
    writer.writerow(("Title", "Abstract", "Notes"))
    for number, (title, notes) in enumerate(rows):
        writer.writerow((f"Title {number} {title}", "We napped.", notes))
    path = tmp_path_factory.mktemp("written") / "a.csv"
    path.write_text(out.getvalue(), encoding="utf-8", newline="")
    titles = [got.title_en or got.title_zh for got in records(path)]
    assert [title.split()[:2] for title in titles] == [["Title", str(number)] for number in range(len(rows))]


def test_real_citations():
    path = SHARED / "data" / "citations" / "pubmed_citations.tsv.gz"
    if not path.is_file():
        pytest.skip(f"no real citations in {path}")
    count = 0
    for outcome in read(path):
        assert isinstance(outcome, Read), outcome
        assert outcome.record.pmid
        assert outcome.record.title_en
        count += 1
        if count == 5000:
            break
    assert count == 5000


def test_real_journal_tables_are_recognised_as_such():
    folder = SHARED / "data" / "journal_metrics"
    if not folder.is_dir():
        pytest.skip(f"no real journal tables in {folder}")
    for name in ("JCR2025-UTF8.csv", "FQBJCR2023-UTF8.csv", "GJQKYJMD2023.csv", "scimagojr_stork.csv"):
        assert "--journals" in reason(folder / name), name


def test_zoteros_lines_of_numbers_are_in_one_line_in_its_csv(file):
    (got,) = records(file("Title,DOI,Extra\nOne,10.5555/a,PMID: 35000001 PMCID: PMC8000001\n"))
    assert (got.pmid, got.pmcid) == ("35000001", "PMC8000001")


def test_the_count_of_pages_in_web_of_science_is_none_of_them(file):
    (got,) = records(file("PT\tTI\tSO\tBP\tEP\tPG\nJ\tOne\tANN INV\t11\t19\t9\n"))
    assert got.pages == "11-19"


@pytest.mark.parametrize(
    ("cell", "title"),
    [("'=1+1", "=1+1"), ("''-x", "'-x"), ("'tis so", "'tis so"), ("'＠x", "＠x"), ("-x", "-x"), ("'", "'")],
)
def test_an_apostrophe_before_what_looks_like_a_formula_is_taken_off(file, cell, title):
    (record,) = records(file(f"Title,Year,DOI\n{cell},2024,10.5555/1\n"))
    assert record.title_en == title
