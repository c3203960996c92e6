"""MEDLINE text; the samples are fictional."""

from __future__ import annotations

import re
from io import BufferedReader, BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.record import Heading, Notice, Qualifier
from indexer.sources import Noted, Options, Position, Read, Skipped, medline, read
from tests.indexer.sources.helpers import SHARED, reason, records

SAMPLE = """PMID- 99000001
OWN - NLM
IS  - 1111-1119 (Electronic)
IS  - 2222-2227 (Linking)
VI  - 12
IP  - 3
DP  - 2024 Mar 5
TI  - [A fictional trial of early walking after hip fracture in older adults who
      live alone].
PG  - 45-52
LID - 10.5555/example.1 [doi]
AB  - BACKGROUND: We invented this. METHODS: Nothing was done (p<0.05). RESULTS:
      Nothing was found.
OAB - 目的：本研究纯属虚构。
FAU - Example, Ada B
AU  - Example AB
FAU - 李, 明
AU  - Li M
CN  - Fictional Study Group
LA  - eng
LA  - chi
PT  - Journal Article
PT  - Retracted Publication
TT  - 髋部骨折术后早期下床的虚构试验。
TA  - J Example
JT  - Journal of examples
MH  - Aged
MH  - *Hip Fractures/*surgery/rehabilitation
OT  - *early walking
OT  - 髋部骨折
PMC - PMC9900001
RIN - J Example. 2025;13(1):1. PMID: 99000009

PMID- 99000002
TI  - Second.
AU  - Doe J Jr
DP  - 2023
TA  - J Example
"""


@pytest.fixture
def file(tmp_path: Path):
    def write(content: bytes | str, name: str = "export.txt") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def test_every_field(file) -> None:
    first, second = records(file(SAMPLE))
    assert first.id == "doi:10.5555/example.1"
    assert (first.pmid, first.pmcid) == ("99000001", "PMC9900001")
    assert first.title_en == ("A fictional trial of early walking after hip fracture in older adults who live alone.")
    assert first.title_zh == "髋部骨折术后早期下床的虚构试验。"
    assert first.abstract_en == (
        "BACKGROUND: We invented this.\nMETHODS: Nothing was done (p<0.05).\nRESULTS: Nothing was found."
    )
    assert first.abstract_zh == "目的：本研究纯属虚构。"
    assert first.authors == ("Ada B Example", "李明", "Fictional Study Group")
    assert (first.journal, first.journal_abbreviation) == ("Journal of examples", "J Example")
    assert (first.issn, first.eissn) == ("2222-2227", "1111-1119")
    assert (first.volume, first.issue, first.pages, first.publication_date) == ("12", "3", "45-52", "2024-03-05")
    assert first.languages == ("eng", "chi")
    assert first.keywords == ("early walking", "髋部骨折")
    assert first.headings == (
        Heading("Aged"),
        Heading(
            "Hip Fractures", major=True, qualifiers=(Qualifier("surgery", major=True), Qualifier("rehabilitation"))
        ),
    )
    assert first.retracted is True
    assert first.notices == (Notice("RetractionIn", "J Example. 2025;13(1):1.", "99000009"),)
    assert (second.id, second.authors, second.year) == ("pmid:99000002", ("J Doe Jr",), 2023)


@pytest.mark.parametrize("between", ["", "\n", "\n\n\n"])
def test_blank_lines_do_not_matter(file, between: str) -> None:
    first, second = SAMPLE.split("\n\n")
    assert [record.pmid for record in records(file(f"{first}\n{between}{second}"))] == ["99000001", "99000002"]
    broken = first.replace("\nAB  - ", f"\n{between}AB  - ")
    assert records(file(broken))[0].abstract_en is not None


def test_a_record_may_begin_with_its_pmcid(file) -> None:
    content = (
        "PMC - PMC9900001\nPMID- 1\nTI  - One.\n\nPMC - PMC9900002\nTI  - Two.\n\n"
        "PMC - PMC9900003\nPMID- 3\nTI  - Three.\n\nPMID- 4\nTI  - Four.\n"
    )
    got = [(record.pmid, record.pmcid) for record in records(file(content))]
    assert got == [("1", "PMC9900001"), (None, "PMC9900002"), ("3", "PMC9900003"), ("4", None)]


def test_a_page_that_a_browser_saved(file) -> None:
    page = f"<html><head>\n<title>PubMed</title></head>\n<body><pre>{SAMPLE}</pre></body></html>"
    assert [record.pmid for record in records(file(page))] == ["99000001", "99000002"]
    assert records(file(page))[1].journal == "J Example"


def test_authors_keep_their_order(file) -> None:
    names = (
        "FAU - Roe, John, Jr\nAU  - Roe J Jr\nCN  - A Group\nAU  - De Doe AB\nFAU - Poe, Ada\nAD  - X\nAU  - Poe A\n"
    )
    (got,) = records(file(f"PMID- 1\nTI  - One.\n{names}"))
    assert got.authors == ("John Roe Jr", "A Group", "AB De Doe", "Ada Poe")


def test_abstracts_in_other_languages(file) -> None:
    (got,) = records(
        file(
            "PMID- 1\nTI  - One.\nOAB - Publisher: No hay nada.\nOABL- spa\n"
            "OAB - Publisher: 目的：纯属虚构。\nOABL- chi\nOAB - PIP: Nothing was found.\nOABL- eng\n"
        )
    )
    assert (got.abstract_en, got.abstract_zh) == ("Nothing was found.", "目的：纯属虚构。")
    (got,) = records(file("PMID- 1\nTI  - One.\nOAB - Publisher: Abstract available from the publisher.\nOABL- chi\n"))
    assert (got.abstract_en, got.abstract_zh) == (None, None)


def test_positions_are_of_the_first_line(file) -> None:
    path = file("\n\n" + SAMPLE)
    assert [outcome.position.line for outcome in read(path)] == [3, SAMPLE.split("\n").index("PMID- 99000002") + 3]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_encodings(file, encoding: str) -> None:
    assert records(file(SAMPLE.encode(encoding)))[0].abstract_zh == "目的：本研究纯属虚构。"


def test_a_record_without_texts_is_skipped_and_the_rest_read(file) -> None:
    outcomes = list(read(file("PMID- 1\nDP  - 2020\n\n" + SAMPLE)))
    assert isinstance(outcomes[0], Skipped)
    assert "neither a title nor an abstract" in outcomes[0].reason
    assert len([outcome for outcome in outcomes if isinstance(outcome, Read)]) == 2


def test_a_corrupted_abstract_is_noted(file) -> None:
    outcomes = list(read(file("PMID- 1\nTI  - Title.\nOAB - ????????????????,??????????\n")))
    assert [type(outcome) for outcome in outcomes] == [Noted, Read]


def test_a_line_too_long_is_said(file) -> None:
    assert "longer than" in reason(file("PMID- 1\nTI  - " + "x" * (70 * 2**20)))


@given(
    st.lists(
        st.sampled_from(
            [
                "PMID- 1\n",
                "TI  - a\n",
                "      b\n",
                "AB  - ",
                "\n",
                "MH  - */a/*\n",
                "IS  - (\n",
                "FAU - ,\n",
                "\x00",
                "DP  - \n",
            ]
        )
    )
)
def test_any_sequence_of_lines_is_read(pieces: list[str]) -> None:
    stream = BufferedReader(BytesIO("".join(["PMID- 7\n", *pieces]).encode()))
    for outcome in medline.FORMAT.read(stream, Position("x"), Options()):
        assert isinstance(outcome, (Read, Skipped, Noted))


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("zelcofir_PUBMED_240", 240),
        ("biopython_pubmed_result1", 1),
        ("biopython_pubmed_result2", 4),
        ("biopython_pubmed_result3", 1),
    ],
)
def test_real_exports(name: str, most: int) -> None:
    path = SHARED / "data" / "exports" / f"{name}.txt"
    if not path.exists():
        pytest.skip(f"no real exports in {path.parent}")
    counted = len(re.findall(r"^PMID- ", path.read_text(encoding="utf-8-sig"), re.MULTILINE))
    assert len(records(path)) == counted == most


def test_terms_that_an_export_added_are_no_keywords(file) -> None:
    (record,) = records(
        file(
            b"PMID- 1\nTI  - A title.\nOT  - first\nOTO - NOTNLM\nOT  - *second\n"
            b"OTO - medsearch\nOT  - JCR quartile: Q1 (JCR 2024)\nOTO - KIE\nOT  - third\n"
        )
    )
    assert record.keywords == ("first", "second", "third")


def test_a_file_whose_first_record_has_no_pmid(file) -> None:
    found = records(file(b"PMID- \nTI  - One.\n\nPMID- 7\nTI  - Two.\n\nPMID-\nTI  - Three.\n"))
    assert [(record.pmid, record.title_en) for record in found] == [(None, "One."), ("7", "Two."), (None, "Three.")]
