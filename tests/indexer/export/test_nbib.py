import re

from hypothesis import given
from hypothesis import strategies as st

from indexer.citations import read_name
from indexer.record import Notice, Record
from indexer.sources import medline
from tests.indexer.export.records import built, exported, exporting, metrics_said, read_back

CARRIED = """
    id doi pmid pmcid title_en title_zh keywords headings languages retracted notices
    publication_types journal journal_abbreviation issn eissn volume issue pages publication_date
    year
"""


def carried(record):
    abstracts = {name: (getattr(record, name) or "").split() for name in ("abstract_en", "abstract_zh")}
    return (
        {name: getattr(record, name) for name in CARRIED.split()}
        | {"authors": [*map(read_name, record.authors)]}
        | {name: sorted(words) for name, words in abstracts.items()}
    )


@exporting
@given(found=st.lists(built(), min_size=1, max_size=3))
def test_our_reader_reads_it_back(found, tmp_path_factory):
    content = exported("nbib", found)
    assert medline.sniff(content)
    back = read_back(content, tmp_path_factory.mktemp("nbib"))
    assert [carried(record) for record in back] == [carried(record) for record in found]


@exporting
@given(record=built())
def test_metrics_are_terms_of_their_own_owner(record):
    content = exported("nbib", [record]).decode()
    _, _, ours = content.partition("OTO - medsearch\r\n")
    terms = re.findall("^OT  - (.*)\r$", ours, re.MULTILINE)
    assert terms == metrics_said(record)


@given(texts=st.lists(st.text(max_size=40), min_size=2, max_size=2), authors=st.lists(st.text(max_size=20), max_size=3))
def test_no_text_breaks_the_file(texts, authors, tmp_path_factory):
    title, abstract = texts
    odd = Record(id="hash:" + "0" * 32, title_en="x" + title, abstract_en="x" + abstract, authors=tuple(authors))
    found = [odd, Record(id="hash:" + "1" * 32, title_en="Behind it")]
    path = tmp_path_factory.mktemp("nbib")
    assert [record.title_en for record in read_back(exported("nbib", found), path)][1:] == ["Behind it"]


def test_a_record_as_it_is_written():
    record = Record(
        id="doi:10.5555/x",
        doi="10.5555/x",
        pmid="7",
        title_zh="一项试验",
        title_en="A trial",
        abstract_zh="目的：无。",
        abstract_en="Aim: none.\nResult: none.",
        authors=("李明", "Ada B Example", "ABC Study Group"),
        keywords=("one",),
        languages=("chi",),
        journal="虚构医学杂志",
        publication_date="2024-05-03",
        eissn="0000-0019",
        jcr_quartile="Q1",
        notices=(Notice("RetractionIn", "Lancet. 2010.", "8"), Notice("Elsewhere", "Lancet. 2011.")),
        retracted=True,
    )
    assert exported("nbib", [record]).decode() == (
        "PMID- 7\r\nIS  - 0000-0019 (Electronic)\r\nDP  - 2024 May 3\r\nTI  - A trial\r\n"
        "AB  - Aim: none. Result: none.\r\n"
        "OAB - 目的：无。\r\nOABL- chi\r\nFAU - 李明\r\nAU  - 李明\r\nFAU - Example, Ada B\r\nAU  - Example AB\r\n"
        "CN  - ABC Study Group\r\nLA  - chi\r\nPT  - Retracted Publication\r\nTT  - 一项试验\r\nJT  - 虚构医学杂志\r\n"
        "RIN - Lancet. 2010. PMID: 8\r\nGN  - Elsewhere: Lancet. 2011.\r\nOTO - NOTNLM\r\nOT  - one\r\n"
        "OTO - medsearch\r\n"
        "OT  - JCR quartile: Q1 (JCR 2024)\r\nAID - 10.5555/x [doi]\r\n\r\n"
    )


def test_records_without_pmid_are_records(tmp_path):
    found = [Record(id="hash:" + character * 32, title_en=f"Title {character}") for character in "abc"]
    assert [record.title_en for record in read_back(exported("nbib", found), tmp_path)] == [
        "Title a",
        "Title b",
        "Title c",
    ]
