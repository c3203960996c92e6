import msgspec
import rispy
from hypothesis import given
from hypothesis import strategies as st

from indexer.citations import read_name, sides
from indexer.record import Record
from tests.indexer.export.records import built, exported, exporting, metrics_said, read_back

CARRIED = """
    id doi pmid pmcid title_en title_zh abstract_en abstract_zh keywords languages retracted
    publication_types journal journal_abbreviation issn eissn volume issue pages publication_date
    year citation_count url
"""


def carried(record):
    return {name: getattr(record, name) for name in CARRIED.split()} | {"authors": [*map(read_name, record.authors)]}


@exporting
@given(found=st.lists(built(), min_size=1, max_size=3))
def test_our_reader_reads_it_back(found, tmp_path_factory):
    back = read_back(exported("ris", found), tmp_path_factory.mktemp("ris"))
    assert [carried(record) for record in back] == [carried(record) for record in found]


@exporting
@given(found=st.lists(built(), min_size=1, max_size=3))
def test_rispy_reads_it_back(found):
    back = rispy.loads(exported("ris", found).decode())
    assert len(back) == len(found)
    for item, record in zip(back, found, strict=True):
        own = sides(record)
        assert item.get("title") == (own.title or own.other_title)
        assert item.get("translated_title") == (own.other_title if own.title else None)
        abstract = own.abstract or own.other_abstract
        assert item.get("abstract") == (abstract and abstract.replace("\n", " "))
        assert [read_name(name) for name in item.get("authors", [])] == [*map(read_name, record.authors)]
        assert item.get("keywords", []) == list(record.keywords)
        assert item.get("doi") == record.doi
        assert item.get("secondary_title") == record.journal
        assert set(metrics_said(record)) <= set(item.get("notes", []))


@given(texts=st.lists(st.text(max_size=40), min_size=2, max_size=2), authors=st.lists(st.text(max_size=20), max_size=3))
def test_no_text_breaks_the_file(texts, authors):
    title, abstract = texts
    odd = Record(id="hash:" + "0" * 32, title_en="x" + title, abstract_en="x" + abstract, authors=tuple(authors))
    found = [odd, Record(id="hash:" + "1" * 32, title_en="Behind it")]
    back = rispy.loads(exported("ris", found).decode())
    assert len(back) == 2
    assert back[1]["title"] == "Behind it"


def test_paragraphs_that_look_like_fields_stay_in_the_abstract(tmp_path):
    abstract = "Aim: none.\nTY  - JOUR\nER  -\nAD - Alzheimer disease\nTI  - no title\nER"
    record = Record(id="hash:" + "0" * 32, title_en="A title", abstract_en=abstract)
    (back,) = read_back(exported("ris", [record]), tmp_path)
    assert back.abstract_en.split() == abstract.split()
    assert back.title_en == "A title"


def test_a_record_as_it_is_written():
    record = Record(
        id="doi:10.5555/x",
        doi="10.5555/x",
        pmid="7",
        title_zh="一项试验",
        title_en="A trial",
        abstract_zh="目的：无。\n结果：无。",
        abstract_en="Aim: none.",
        authors=("李明", "Ada B Example"),
        languages=("chi",),
        journal="虚构医学杂志",
        year=2024,
        publication_date="2024-05",
        pages="1-9",
        issn="0000-0019",
        jcr_quartile="Q1",
        impact_factor=3.50,
        cas_zone=2,
        cas_category="医学",
        retracted=True,
    )
    assert exported("ris", [record], {"JCR": "JCR 2024", "CAS": "given"}).decode() == (
        "TY  - JOUR\r\nTI  - 一项试验\r\nTT  - A trial\r\nAU  - 李明\r\nAU  - Example, Ada B\r\nT2  - 虚构医学杂志\r\n"
        "PY  - 2024\r\nDA  - 2024/05//\r\nSP  - 1\r\nEP  - 9\r\nSN  - 0000-0019\r\nDO  - 10.5555/x\r\nDB  - PubMed\r\n"
        "AN  - 7\r\nLA  - chi\r\nM3  - Retracted Publication\r\nDP  - medsearch\r\nAB  - 目的：无。\r\n 结果：无。\r\n"
        "N2  - Aim: none.\r\nN1  - Retracted\r\n JCR quartile: Q1 (JCR 2024)\r\n Impact factor: 3.5 (JCR 2024)\r\n"
        " CAS zone: 2 医学 (as given)\r\n English title: A trial\r\n PMID: 7\r\nER  - \r\n\r\n"
    )


def test_a_record_of_what_is_known_only():
    record = Record(id="hash:" + "0" * 32, title_en="A trial")
    assert exported("ris", [record]) == b"TY  - JOUR\r\nTI  - A trial\r\nDP  - medsearch\r\nER  - \r\n\r\n"


def test_only_our_own_lines_are_paragraphs(tmp_path):
    content = exported(
        "ris", [Record(id="hash:" + "0" * 32, title_en="A trial", abstract_en="One half\nand the other")]
    )
    (ours,) = read_back(content, tmp_path)
    (theirs,) = read_back(content.replace(b"DP  - medsearch", b"DP  - Elsewhere"), tmp_path)
    assert ours.abstract_en == "One half\nand the other"
    assert theirs == msgspec.structs.replace(ours, abstract_en="One half and the other")
