"""PubMed XML; the samples are fictional."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.record import Heading, Notice, Qualifier
from indexer.sources import Deleted, Noted, Read, Skipped, read
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
