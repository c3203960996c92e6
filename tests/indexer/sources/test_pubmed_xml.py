"""PubMed XML; the samples are fictional."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.record import Heading, Notice, Qualifier
from indexer.sources import Deleted, Noted, Read, Skipped, pubmed_xml, read
from tests.indexer.sources.helpers import SHARED, notes, reason, records

ARTICLE = """<PubmedArticle><MedlineCitation Status="MEDLINE"><PMID Version="1">99000001</PMID>
<Article PubModel="Print-Electronic"><Journal><ISSN IssnType="Electronic">1111-1119</ISSN>
<JournalIssue CitedMedium="Internet"><Volume>12</Volume><Issue>3</Issue><PubDate><Year>2024</Year><Month>Mar</Month>
<Day>05</Day></PubDate></JournalIssue><Title>Journal of examples</Title>
<ISOAbbreviation>J Example</ISOAbbreviation></Journal>
<ArticleTitle>[A fictional trial of H<sub>2</sub>O &amp; <i>walking</i>].</ArticleTitle>
<Pagination><MedlinePgn>45-52</MedlinePgn></Pagination>
<ELocationID EIdType="doi" ValidYN="Y">10.5555/example.1</ELocationID>
<Abstract><AbstractText Label="BACKGROUND">We invented this (p&lt;0.05).</AbstractText>
<AbstractText Label="RESULTS">Cells: 10<sup>9</sup>/L.</AbstractText></Abstract>
<AuthorList><Author><LastName>Example</LastName><ForeName>Ada B</ForeName><Initials>AB</Initials></Author>
<Author><CollectiveName>Fictional Study Group</CollectiveName></Author></AuthorList>
<Language>chi</Language><PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType>
</PublicationTypeList><VernacularTitle>髋部骨折的虚构试验</VernacularTitle></Article>
<MedlineJournalInfo><MedlineTA>J Example</MedlineTA><ISSNLinking>2222-2227</ISSNLinking></MedlineJournalInfo>
<CommentsCorrectionsList><CommentsCorrections RefType="RetractionIn"><RefSource>J Example. 2025;13:1</RefSource>
<PMID>99000009</PMID></CommentsCorrections></CommentsCorrectionsList>
<MeshHeadingList><MeshHeading><DescriptorName MajorTopicYN="N">Hip Fractures</DescriptorName>
<QualifierName MajorTopicYN="Y">surgery</QualifierName></MeshHeading></MeshHeadingList>
<OtherAbstract Type="Publisher" Language="chi"><AbstractText>本研究纯属虚构。</AbstractText></OtherAbstract>
<KeywordList Owner="NOTNLM"><Keyword MajorTopicYN="N">early walking</Keyword></KeywordList></MedlineCitation>
<PubmedData><ArticleIdList><ArticleId IdType="pubmed">99000001</ArticleId>
<ArticleId IdType="pmc">PMC9900001</ArticleId>
</ArticleIdList><ReferenceList><Reference><ArticleIdList><ArticleId IdType="doi">10.5555/cited</ArticleId>
</ArticleIdList>
</Reference></ReferenceList></PubmedData></PubmedArticle>"""
BARE = (
    "<PubmedArticle><MedlineCitation><PMID>{0}</PMID><Article><Journal/><ArticleTitle>{1}</ArticleTitle></Article>"
    "</MedlineCitation></PubmedArticle>"
)


def in_set(*articles: str, root: str = "PubmedArticleSet") -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>\n{"".join(articles)}\n</{root}>\n'


@pytest.fixture
def file(tmp_path: Path):
    def write(content: bytes | str, name: str = "pubmed.xml") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def test_every_field(file) -> None:
    (got,) = records(file(in_set(ARTICLE)))
    assert (got.id, got.pmid, got.pmcid) == ("doi:10.5555/example.1", "99000001", "PMC9900001")
    assert (got.title_en, got.title_zh) == ("A fictional trial of H2O & walking.", "髋部骨折的虚构试验")
    assert got.abstract_en == "BACKGROUND: We invented this (p<0.05).\nRESULTS: Cells: 10^9/L."
    assert got.abstract_zh == "本研究纯属虚构。"
    assert got.authors == ("Ada B Example", "Fictional Study Group")
    assert (got.journal, got.journal_abbreviation) == ("Journal of examples", "J Example")
    assert (got.issn, got.eissn) == ("2222-2227", "1111-1119")
    assert (got.volume, got.issue, got.pages, got.publication_date) == ("12", "3", "45-52", "2024-03-05")
    assert (got.languages, got.keywords, got.publication_types) == (("chi",), ("early walking",), ("Journal Article",))
    assert got.headings == (Heading("Hip Fractures", qualifiers=(Qualifier("surgery", major=True),)),)
    assert got.retracted is True
    assert [(notice.kind, notice.pmid) for notice in got.notices] == [("RetractionIn", "99000009")]
    assert isinstance(got.notices[0], Notice)


@pytest.mark.parametrize("root", ["PubmedArticleSet", "RAW_DATA"])
def test_any_root(file, root: str) -> None:
    assert [got.pmid for got in records(file(in_set(BARE.format(1, "One"), BARE.format(2, "Two"), root=root)))] == [
        "1",
        "2",
    ]


def test_a_bare_article(file) -> None:
    assert records(file(BARE.format(1, "One")))[0].title_en == "One"


def test_gzip_and_positions(file) -> None:
    path = file(
        gzip.compress(in_set(BARE.format(1, "One") + "\n", BARE.format(2, "Two")).encode(), mtime=0), "p.xml.gz"
    )
    assert [outcome.position.line for outcome in read(path)] == [3, 4]


def test_deletions(file) -> None:
    outcomes = list(read(file(in_set("<DeleteCitation><PMID>7</PMID><PMID>8</PMID></DeleteCitation>"))))
    assert [outcome.pmid for outcome in outcomes if isinstance(outcome, Deleted)] == ["7", "8"]


def test_what_is_no_pubmed_file_is_said(file) -> None:
    assert "without PubMed records" in reason(
        file('<?xml version="1.0"?><eSearchResult><Count>1</Count></eSearchResult>')
    )


def test_a_truncated_file_gives_what_is_whole(file) -> None:
    content = in_set(BARE.format(1, "One"), BARE.format(2, "Two"))
    outcomes = list(read(file(content[: content.index("Two")])))
    assert isinstance(outcomes[0], Read)
    assert outcomes[1:]
    assert all(isinstance(outcome, Skipped) for outcome in outcomes[1:])


def article(title: str = "One", *, inside: str = "", behind: str = "", data: str = "") -> str:
    """An article: what stands inside Article and behind it in MedlineCitation, and the PubmedData."""
    return (
        f"<PubmedArticle><MedlineCitation><PMID>1</PMID><Article><ArticleTitle>{title}</ArticleTitle>{inside}</Article>"
        f"{behind}</MedlineCitation><PubmedData>{data}</PubmedData></PubmedArticle>"
    )


MATHS = (
    'x <mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML">\n <mml:msup> <mml:mn>10</mml:mn>\n <mml:mn>9</mml:mn>'
    "</mml:msup>\n <mml:mi>L</mml:mi></mml:math> y"
)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("[Translated].", "Translated."),
        ("[A] against [B].", "[A] against [B]."),
        ("Two\n     lines", "Two lines"),
        ("<i>Ab</i> <b>cd</b>\n<i>ef</i>", "Ab cd ef"),
        (MATHS, "x 10^9L y"),
        ("p&lt;0.05 <!-- hidden --> here", "p<0.05 here"),
    ],
)
def test_titles(file, given: str, expected: str) -> None:
    assert records(file(in_set(article(given))))[0].title_en == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("<Year>2019</Year><Month>Dec</Month><Day>3</Day>", "2019-12-03"),
        ("<Year>2019</Year><Month>02</Month><Day>30</Day>", "2019-02"),
        ("<Year>1993</Year><Season>Fall</Season>", "1993"),
        ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", "1998-12"),
        ("<MedlineDate>1944-1945</MedlineDate>", "1944"),
        ("<MedlineDate>2001 2nd Quart</MedlineDate>", "2001"),
        ("", "2018-04-09"),
    ],
)
def test_dates(file, given: str, expected: str) -> None:
    inside = (
        f"<Journal><JournalIssue><PubDate>{given}</PubDate></JournalIssue></Journal><ArticleDate>"
        "<Year>2018</Year><Month>04</Month><Day>09</Day></ArticleDate>"
    )
    assert records(file(in_set(article(inside=inside))))[0].publication_date == expected


def test_abstracts_in_other_languages(file) -> None:
    others = (
        '<OtherAbstract Language="spa"><AbstractText>No hay nada.</AbstractText></OtherAbstract>'
        '<OtherAbstract Language="eng"><AbstractText NlmCategory="RESULTS">Nothing.</AbstractText></OtherAbstract>'
    )
    (got,) = records(file(in_set(article(behind=others))))
    assert (got.abstract_en, got.abstract_zh) == ("RESULTS: Nothing.", None)


def test_a_vernacular_title_stands_in_for_one_that_is_not_available(file) -> None:
    vernacular = "<VernacularTitle>Titre inventé.</VernacularTitle>"
    (got,) = records(file(in_set(article("[Not Available].", inside=vernacular))))
    assert got.title_en == "Titre inventé."


def test_only_the_article_itself_is_identified(file) -> None:
    cited = '<Reference><ArticleIdList><ArticleId IdType="doi">10.5555/cited</ArticleId></ArticleIdList></Reference>'
    invalid = '<ELocationID EIdType="doi" ValidYN="N">10.5555/invalid</ELocationID>'
    lists = (
        f"<ReferenceList><ReferenceList>{cited}</ReferenceList></ReferenceList><ReferenceList>{cited}</ReferenceList>"
    )
    (got,) = records(file(in_set(article(inside=invalid, data=lists))))
    assert (got.id, got.doi) == ("pmid:1", None)


def test_books_and_chapters(file) -> None:
    book = (
        "<PubmedBookArticle><BookDocument><PMID>5</PMID><Book><BookTitle>A book</BookTitle><PubDate><Year>2002</Year>"
        "</PubDate></Book>{0}<Language>eng</Language><AuthorList><Author><CollectiveName>A board</CollectiveName>"
        "</Author></AuthorList><PublicationType>Review</PublicationType></BookDocument></PubmedBookArticle>"
    )
    whole, chapter = records(file(in_set(book.format(""), book.format("<ArticleTitle>A chapter</ArticleTitle>"))))
    assert (whole.title_en, whole.journal) == ("A book", None)
    assert (chapter.title_en, chapter.journal, chapter.year, chapter.authors) == (
        "A chapter",
        "A book",
        2002,
        ("A board",),
    )


def test_a_surname_that_looks_like_no_value(file) -> None:
    names = "<AuthorList><Author><LastName>Na</LastName></Author></AuthorList>"
    assert records(file(in_set(article(inside=names))))[0].authors == ("Na",)


def test_a_broken_record_costs_no_other(file) -> None:
    broken = ["<PubmedArticle><MedlineCitation>\n", BARE.format(2, "\x01"), BARE.format(3, "&x;"), "<PubmedArticle/>"]
    outcomes = list(read(file(in_set(BARE.format(1, "One"), *broken, BARE.format(4, "Four")))))
    assert [outcome.record.pmid for outcome in outcomes if isinstance(outcome, Read)] == ["1", "4"]
    reasons = [outcome.reason for outcome in outcomes if isinstance(outcome, Skipped)]
    assert [said[:18] for said in reasons] == [
        "It has no end (</P",
        "Its XML is broken ",
        "Its XML is broken ",
        "Its PubmedArticle ",
    ]
    assert "at line 4" in reasons[1]


def test_records_without_any_end_take_no_time_without_end(file) -> None:
    outcomes = list(read(file("<PubmedArticleSet>" + "<PubmedArticle>" * 100_000)))
    assert len(outcomes) == 100_001
    assert {each.reason[:14] for each in outcomes if isinstance(each, Skipped)} == {
        "It has no end ",
        "It breaks off ",
        "The file break",
    }


def test_what_is_commented_out_is_no_record(file) -> None:
    content = in_set("<!-- " + BARE.format(1, "One") + " -->", BARE.format(2, "Two"))
    assert [record.pmid for record in records(file(content))] == ["2"]


@pytest.mark.parametrize("declared", ["UTF-8", "GB2312", "no-such"])
def test_the_encoding_that_shows_counts(file, declared: str) -> None:
    content = f'<?xml version="1.0" encoding="{declared}"?>\n{in_set(ARTICLE).partition(chr(10))[2]}'
    assert records(file(content.encode("gb18030")))[0].title_zh == "髋部骨折的虚构试验"
    assert records(file(content.encode("utf-16")))[0].title_zh == "髋部骨折的虚构试验"


def test_a_truncated_gzip_gives_what_is_whole(file) -> None:
    noise = "".join(chr(0x4E00 + n * 7919 % 20000) for n in range(200_000))
    content = in_set(BARE.format(1, "One"), BARE.format(2, noise), BARE.format(3, "Three"))
    packed = gzip.compress(content.encode(), mtime=0)
    outcomes = list(read(file(packed[: len(packed) // 2], "p.xml.gz")))
    assert isinstance(outcomes[0], Read)
    assert "can't be read to its end" in outcomes[-1].reason


def test_a_record_too_long_is_skipped_and_the_next_read(file, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pubmed_xml, "LIMIT_BYTES", 2**20)
    outcomes = list(read(file(in_set(BARE.format(1, "x" * (3 * 2**20)), BARE.format(2, "Two")))))
    assert "longer than" in outcomes[0].reason
    assert [outcome.record.pmid for outcome in outcomes if isinstance(outcome, Read)] == ["2"]


def test_a_corrupted_abstract_is_left_out_and_noted(file) -> None:
    path = file(in_set(ARTICLE.replace("本研究纯属虚构。", "????????????????????")))
    assert records(path)[0].abstract_zh is None
    assert "corrupted" in notes(path)[0]


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "a" * 10}">' for n in range(9))


@pytest.mark.parametrize(
    "declared",
    [
        f"<!DOCTYPE x [{LAUGHS}]>",
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    ],
)
def test_entities_reach_nothing(file, declared: str) -> None:
    article = BARE.format(1, "Title &e;&a8; end")
    for outcome in read(file(f"<?xml version='1.0'?>{declared}<PubmedArticleSet>{article}</PubmedArticleSet>")):
        shown = outcome.record.title_en if isinstance(outcome, Read) else outcome.reason
        assert "root:" not in str(shown)
        assert "aaaaaaaaaa" not in str(shown)


@given(
    st.lists(
        st.sampled_from([ARTICLE, BARE.format(5, "x"), "<PMID>", "</PubmedArticle>", "\x00", "&", "]]>", "<!--", "é"])
    )
)
def test_any_content_is_read(tmp_path_factory: pytest.TempPathFactory, pieces: list[str]) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.xml"
    path.write_text("<PubmedArticleSet>" + "".join(pieces), encoding="utf-8")
    for outcome in read(path):
        assert isinstance(outcome, (Read, Skipped, Noted))


def test_real_files() -> None:
    folder = SHARED / "data" / "pubmed_xml"
    if not folder.is_dir():
        pytest.skip(f"no real PubMed files in {folder}")
    outcomes = list(read(folder))
    got = [outcome.record for outcome in outcomes if isinstance(outcome, Read)]
    assert len({record.pmid for record in got}) >= 1194
    assert len({record.pmid for record in got if record.abstract_en or record.abstract_zh}) >= 1040
    assert len({record.pmid for record in got if record.headings}) >= 1024
    assert sum(record.abstract_zh is not None for record in got) >= 5
    skipped = [outcome for outcome in outcomes if isinstance(outcome, Skipped)]
    assert [Path(outcome.position.path).name for outcome in skipped] == ["NETESOLUTIONS_Truvada.xml"]
    assert any("corrupted" in outcome.what for outcome in outcomes if isinstance(outcome, Noted))
