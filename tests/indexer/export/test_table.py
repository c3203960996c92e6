import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.export.table import COLUMNS
from indexer.record import Notice, Record
from tests.indexer.export.records import EDITIONS, built, exported, exporting, read_back

CARRIED = """
    id doi pmid pmcid title_en title_zh abstract_en abstract_zh authors keywords headings languages
    retracted publication_types journal journal_abbreviation issn eissn volume issue pages
    publication_date year jcr_quartile jcr_categories impact_factor cas_zone cas_category
    citation_count open_access url pdf_url
"""


def carried(record):
    return {name: getattr(record, name) for name in CARRIED.split()}


def rows(content):
    text = content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def bare(cell):
    """A cell without the defence against formulas."""
    return cell[1:] if cell.lstrip("'")[:1] in tuple("=+-@＝＋－＠") and cell.startswith("'") else cell


@exporting
@given(found=st.lists(built(), min_size=1, max_size=3))
def test_our_reader_reads_it_back(found, tmp_path_factory):
    back = read_back(exported("csv", found), tmp_path_factory.mktemp("csv"))
    assert [carried(record) for record in back] == [carried(record) for record in found]


@exporting
@given(found=st.lists(built(), min_size=1, max_size=3))
def test_csv_reads_it_back(found):
    back = rows(exported("csv", found))
    assert len(back) == len(found)
    for row, record in zip(back, found, strict=True):
        assert tuple(row) == COLUMNS
        assert bare(row["English Title"]) == (record.title_en or "")
        assert bare(row["Chinese Abstract"]) == (record.abstract_zh or "")
        assert row["Authors"] == "; ".join(record.authors)
        assert row["JCR Quartile"] == (record.jcr_quartile or "")
        assert (row["Impact Factor"] and float(row["Impact Factor"])) == (record.impact_factor or "")
        assert row["JCR Edition"] == (EDITIONS["JCR"] if record.jcr_quartile or record.impact_factor else "")
        assert row["CAS Edition"] == (EDITIONS["CAS"] if record.cas_zone or record.cas_category else "")


def test_what_looks_like_a_character_reference_is_none(tmp_path):
    record = Record(id="hash:" + "0" * 32, title_en="Stains", keywords=("&dd", "H&E", "x &alpha1", "plain"))
    (back,) = read_back(exported("csv", [record]), tmp_path)
    assert back.keywords == record.keywords


def test_it_begins_with_a_mark_for_excel():
    assert exported("csv", []).startswith(b"\xef\xbb\xbfEnglish Title,Chinese Title,Authors,")
    assert exported("csv", []).count(b"\r\n") == 1


@pytest.mark.parametrize("title", ["=1+1", "-omics", "+x", "@SUM(1)", "'=1", "''@x", "＝1+1", "'quoted'", "\t=1"])
def test_nothing_is_a_formula_and_nothing_is_lost(title, tmp_path):
    record = Record(id="hash:" + "0" * 32, title_en=title, year=2024)
    content = exported("csv", [record])
    (row,) = rows(content)
    assert row["English Title"][:1] not in tuple("=+-@＝＋－＠\t\r")
    assert bare(row["English Title"]) == title.strip()
    (back,) = read_back(content, tmp_path)
    assert back.title_en == title.strip()


@given(texts=st.lists(st.text(max_size=40), min_size=2, max_size=2), authors=st.lists(st.text(max_size=20), max_size=3))
def test_no_text_breaks_the_file(texts, authors):
    title, abstract = texts
    odd = Record(id="hash:" + "0" * 32, title_en="x" + title, abstract_en="x" + abstract, authors=tuple(authors))
    found = [odd, Record(id="hash:" + "1" * 32, title_en="Behind it")]
    assert [row["English Title"] for row in rows(exported("csv", found))][1:] == ["Behind it"]


def test_notices_are_said():
    record = Record(id="pmid:1", pmid="1", title_en="x", notices=(Notice("RetractionIn", "Lancet. 2010.", "8"),))
    (row,) = rows(exported("csv", [record]))
    assert row["Notices"] == "RetractionIn: Lancet. 2010. PMID 8"
