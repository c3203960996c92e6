import bibtexparser
from bibtexparser.middlewares import LatexDecodingMiddleware, SeparateCoAuthors, SplitNameParts
from hypothesis import given
from hypothesis import strategies as st
from pylatexenc.latex2text import LatexNodes2Text

from indexer.citations import read_name, sides
from indexer.record import Record
from tests.indexer.export.records import built, exported, exporting, metrics_said


def parsed(content, *more):
    library = bibtexparser.parse_string(content.decode(), append_middleware=[*more, LatexDecodingMiddleware()])
    assert not library.failed_blocks
    assert not library.comments
    return library.entries


def value(item, name):
    """What TeX would set; its circumflex is for the parser another character."""
    field = item.get(name)
    return field.value.replace("ˆ", "^") if field and isinstance(field.value, str) else field and field.value


def text(given):
    return given and " ".join(given.split())


def named(parts):
    """A name of the parser as one of ours."""
    return tuple(
        LatexNodes2Text().latex_to_text(" ".join(words)) or None
        for words in ([*parts.von, *parts.last], parts.first, parts.jr)
    )


@exporting
@given(found=st.lists(built(), min_size=1, max_size=3, unique_by=lambda record: record.id))
def test_bibtexparser_reads_it_back(found):
    back = parsed(exported("bibtex", found), SeparateCoAuthors(), SplitNameParts())
    assert len(back) == len(found)
    for item, record in zip(back, found, strict=True):
        own = sides(record)
        assert text(value(item, "title")) == (own.title or own.other_title)
        assert text(value(item, "translatedtitle")) == (own.other_title if own.title else None)
        abstract = own.abstract or own.other_abstract
        assert (value(item, "abstract") or "").split("\n\n") == (abstract or "").split("\n")
        assert value(item, "journal") == record.journal
        assert value(item, "doi") == record.doi
        assert value(item, "pmid") == record.pmid
        assert value(item, "number") == record.issue
        assert (value(item, "pages") or "").replace("–", "-") == (record.pages or "")
        assert value(item, "year") == (str(record.year) if record.year else None)
        assert (value(item, "keywords") or "") == ", ".join(record.keywords)
        assert value(item, "note") == ("Retracted" if record.retracted else None)
        assert set(metrics_said(record)) <= set((value(item, "annote") or "").split("\n\n"))
        names = [read_name(author) for author in record.authors]
        assert [named(parts) for parts in value(item, "author") or []] == [
            (name.family, name.given, name.suffix) for name in names
        ]


@exporting
@given(found=st.lists(built(), min_size=1, max_size=3, unique_by=lambda record: record.id))
def test_braces_match_as_bibtex_counts_them(found):
    depth = 0
    for character in exported("bibtex", found).decode():
        depth += (character == "{") - (character == "}")
        assert depth >= 0
    assert depth == 0


@given(texts=st.lists(st.text(max_size=40), min_size=2, max_size=2), authors=st.lists(st.text(max_size=20), max_size=3))
def test_no_text_breaks_the_file(texts, authors):
    title, abstract = texts
    odd = Record(id="hash:" + "0" * 32, title_en="x" + title, abstract_en="x" + abstract, authors=tuple(authors))
    found = [odd, Record(id="hash:" + "1" * 32, title_en="Behind it")]
    assert [item["title"] for item in parsed(exported("bibtex", found))][1:] == ["Behind it"]


@given(ids=st.lists(st.text(min_size=1, max_size=6), min_size=2, max_size=6, unique=True))
def test_keys_differ_as_identities_do(ids):
    found = [Record(id=f"paper:{each}", title_en="x") for each in ids]
    assert len({item.key for item in parsed(exported("bibtex", found))}) == len(ids)


def test_a_record_as_it_is_written():
    record = Record(
        id="doi:10.5555/(x)",
        doi="10.5555/(x)",
        pmid="7",
        title_zh="一项试验",
        title_en="50% of {A} & B -- a trial",
        abstract_zh="目的：无。\n结果：无。",
        authors=("李明", "William B Brown Jr", "ABC Study Group"),
        keywords=("one", "two"),
        languages=("chi",),
        journal="虚构医学杂志",
        publication_date="2024-05-03",
        year=2024,
        pages="1-9",
        url="https://example.org/a_b?c=%7B{",
        jcr_quartile="Q1",
        impact_factor=3.0,
    )
    assert exported("bibtex", [record]).decode() == (
        "@article{doi:10.5555/+28+x+29+,\n"
        "  title = {一项试验},\n"
        "  translatedtitle = {50\\% of \\{A\\} \\& B -{}- a trial},\n"
        "  author = {{李明} and Brown, Jr, William B and {ABC Study Group}},\n"
        "  journal = {虚构医学杂志},\n"
        "  year = {2024},\n"
        "  month = may,\n"
        "  date = {2024-05-03},\n"
        "  pages = {1--9},\n"
        "  doi = {10.5555/(x)},\n"
        "  pmid = {7},\n"
        "  url = {https://example.org/a_b?c=%7B%7B},\n"
        "  language = {chi},\n"
        "  keywords = {one, two},\n"
        "  abstract = {目的：无。\n\n结果：无。},\n"
        "  annote = {JCR quartile: Q1 (JCR 2024)\n\nImpact factor: 3 (JCR 2024)\n\n"
        "English title: 50\\% of \\{A\\} \\& B -{}- a trial\n\nPMID: 7}\n"
        "}\n\n"
    )
