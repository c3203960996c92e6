import pytest

from indexer.sources import ris, values
from indexer.sources.references import unwrapped
from tests.indexer.sources import tagged_helpers as helpers


def only(*lines, kind="JOUR"):
    return helpers.only(ris.FORMAT, "\n".join([f"TY  - {kind}", "TI  - One", *lines, "ER  -"]))


@pytest.mark.parametrize(
    ("given", "printed", "electronic"),
    [
        (["0012186x"], "0012-186X", None),
        (["0012-186X"], "0012-186X", None),
        (["0012–186X"], "0012-186X", None),
        (["0012-1861"], None, None),
        (["0000-0000"], None, None),
        (["978-3-16-148410-0"], None, None),
        (["9783161484100"], None, None),
        (["0012-186X 1432-0428"], "0012-186X", "1432-0428"),
        (["0012-186X, 0012-186X"], "0012-186X", None),
        (["0012-186X", "1432-0428"], "0012-186X", "1432-0428"),
        (["1432-0428 (Electronic)", "0012-186X (Linking)"], "0012-186X", "1432-0428"),
        (["1432-0428 (eISSN)"], None, "1432-0428"),
        (["0012-186X (Print) 1432-0428 (Online)"], "0012-186X", "1432-0428"),
        (["1432-0428 (Electronic) 0012-186X"], "0012-186X", "1432-0428"),
    ],
)
def test_issns(given, printed, electronic):
    got = only(*(f"SN  - {each}" for each in given))
    assert (got.issn, got.eissn) == (printed, electronic)


@pytest.mark.parametrize(
    ("given", "date"),
    [
        (["PY  - 2018"], "2018"),
        (["PY  - 2018///"], "2018"),
        (["Y1  - 2018/12//"], "2018-12"),
        (["PY  - 2018", "DA  - 2018/12/07/"], "2018-12-07"),
        (["PY  - 2018", "DA  - 2019/12/07/"], "2018"),
        (["PY  - 2018", "DA  - Dec"], "2018-12"),
        (["PY  - 2018", "DA  - 7 Dec"], "2018-12-07"),
        (["PY  - 2018", "DA  - Spring"], "2018"),
        (["DA  - 2018/12/07"], "2018-12-07"),
        (["DA  - Dec"], None),
        (["PY  - in press"], None),
        (["PY  - 2018年12月7日"], "2018-12-07"),
    ],
)
def test_dates(given, date):
    got = only(*given)
    assert got.publication_date == date
    assert got.year == (int(date[:4]) if date else None)


@pytest.mark.parametrize(
    ("given", "pages"),
    [
        (["SP  - 1", "EP  - 9"], "1-9"),
        (["SP  - 1", "EP  - 1"], "1"),
        (["SP  - 1-9", "EP  - 9"], "1-9"),
        (["SP  - 1"], "1"),
        (["EP  - 9"], "9"),
        (["SP  - 107936-"], "107936"),
        (["SP  - nan", "EP  - nan"], None),
        (["C7  - e104"], "e104"),
        (["SP  - S1", "EP  - S9"], "S1-S9"),
    ],
)
def test_pages(given, pages):
    assert only(*given).pages == pages


@pytest.mark.parametrize(
    ("kind", "given", "types"),
    [
        ("JOUR", [], ("Journal Article",)),
        ("GEN", [], ()),
        ("CPAPER", [], ("Congress",)),
        ("THES", [], ("Academic Dissertation",)),
        ("JOUR", ["Article"], ("Journal Article",)),
        ("JOUR", ["Review"], ("Journal Article", "Review")),
        ("JOUR", ["Letter"], ("Letter",)),
        ("JOUR", ["Conference Abstract"], ("Meeting Abstract",)),
        ("JOUR", ["Article; Proceedings Paper"], ("Journal Article", "Congress")),
        ("JOUR", ["randomised controlled trial"], ("Journal Article", "Randomized Controlled Trial")),
        ("JOUR", ["Clinical Trial, Phase III"], ("Journal Article", "Clinical Trial, Phase III")),
        ("JOUR", ["Health Psychology & Medicine [3360]"], ("Journal Article",)),
        ("JOUR", ["综述"], ("Journal Article", "Review")),
    ],
)
def test_types(kind, given, types):
    assert only(*(f"M3  - {each}" for each in given), kind=kind).publication_types == types


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["Administration, Oral"], ("Administration, Oral",)),
        (["one, two, three"], ("one", "two", "three")),
        (["one; two;three；four"], ("one", "two", "three", "four")),
        (["糖尿病,高血压"], ("糖尿病", "高血压")),
        (["糖尿病、高血压", "二甲双胍"], ("糖尿病", "高血压", "二甲双胍")),
        (["*Body Image", "body image", ""], ("Body Image",)),
        (["a, b, c", "d"], ("a, b, c", "d")),
    ],
)
def test_keywords(given, words):
    assert only(*(f"KW  - {each}" for each in given)).keywords == words


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (["Doe, Ann", "Roe, B., Jr."], ("Doe, Ann", "Roe, B., Jr.")),
        (["Doe, A.; Roe, B.; et al."], ("Doe, A.", "Roe, B.")),
        (["张三[1],李四[1,2]"], ("张三", "李四")),
        (["买买提·虚构", "N/A"], ("买买提·虚构",)),
        (["Wang, L.", "Wang, L."], ("Wang, L.", "Wang, L.")),
    ],
)
def test_authors(given, names):
    assert only(*(f"AU  - {each}" for each in given)).authors == names


@pytest.mark.parametrize(
    ("given", "doi"),
    [
        ("DO  - 10.5555/A [doi]", "10.5555/a"),
        ("DO  - https://dx.doi.org/10.5555/A", "10.5555/a"),
        ("DO  - none", None),
        ("UR  - https://doi.org/10.5555/A", "10.5555/a"),
        ("UR  - https://example.org/10.5555/A", None),
        ("M3  - doi: 10.5555/A", "10.5555/a"),
        ("N1  - 10.5555/A", "10.5555/a"),
    ],
)
def test_dois(given, doi):
    assert only(given).doi == doi


@pytest.mark.parametrize(
    ("given", "pmid", "pmcid"),
    [
        (["AN  - 12345678", "DB  - MEDLINE"], "12345678", None),
        (["AN  - 12345678", "DB  - CINAHL"], None, None),
        (["ID  - 12345678", "DB  - Ovid MEDLINE(R)"], "12345678", None),
        (["UR  - https://pubmed.ncbi.nlm.nih.gov/12345678/"], "12345678", None),
        (["UR  - https://www.ncbi.nlm.nih.gov/pmc/articles/PMC1234567/"], None, "PMC1234567"),
        (["L2  - http://ovidsp.ovid.com/ovidweb.cgi?T=JS&D=medl&AN=12345678"], "12345678", None),
        (["L2  - http://ovidsp.ovid.com/ovidweb.cgi?T=JS&D=psyc&AN=12345678"], None, None),
        (["C2  - 1234567"], None, None),
        (["C2  - pmc1234567"], None, "PMC1234567"),
        (["N1  - compare PMID: 12345678"], None, None),
    ],
)
def test_identifiers(given, pmid, pmcid):
    got = only(*given)
    assert (got.pmid, got.pmcid) == (pmid, pmcid)


@pytest.mark.parametrize(
    ("given", "journal", "abbreviation"),
    [
        (["JO  - Annals of Invention"], "Annals of Invention", None),
        (["JF  - Annals of Invention", "JO  - Ann Invent"], "Annals of Invention", "Ann Invent"),
        (["JF  - Annals", "JO  - ANNALS"], "Annals", None),
        (["T2  - Invention", "J2  - Invention (Nowhere)"], "Invention", "Invention (Nowhere)"),
        (["T2  - 虚构杂志", "J2  - Annals of Invention"], "虚构杂志", "Annals of Invention"),
        (["JA  - Ann Invent"], "Ann Invent", None),
    ],
)
def test_journals(given, journal, abbreviation):
    got = only(*given)
    assert (got.journal, got.journal_abbreviation) == (journal, abbreviation)


def test_cnki_s_mark_is_no_text():
    assert only("AB  - <正>目的 观察。").abstract_zh == "目的 观察。"


def test_parts_of_an_abstract_belong_together():
    assert only("AB  - One.", "AB  - Two.", "AB  - One.").abstract_en == "One.\nTwo."


def test_lines_are_put_together():
    assert unwrapped("broken\nline\n\nEnds.\nNew") == "broken line Ends.\nNew"
    assert unwrapped("断开的\n一行，\n继续。\n新段") == "断开的一行，继续。\n新段"


def test_a_volume_with_the_mark_of_cnki():
    assert values.volume("v.41;No.345") == ("41", "345")
