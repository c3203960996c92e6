"""PubMed's abstract text; the samples are fictional."""

from __future__ import annotations

import re
from io import BufferedReader, BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.record import Notice
from indexer.sources import Noted, Options, Position, Read, Skipped, pubmed_text, read
from tests.indexer.sources.helpers import SHARED, reason, records

FIRST = """1. J Example. 2024 Mar 5;12(3):45-52. doi: 10.5555/example.1. Epub 2024 Feb
1.

A fictional trial of early walking after hip fracture in
older adults.

[Article in Chinese]

Example AB(1), Doe J Jr(1)(2); Fictional Study Group.

Author information:
(1)Department of Nothing, Nowhere.
(2)Somewhere.

Retraction in
    J Example. 2025;13(1):1. PMID: 99000009

BACKGROUND: We invented this.
METHODS: Nothing was done (p<0.05).

RESULTS: Nothing was found.

2. A numbered sentence that is no record.

Copyright © 2024 Nobody.

DOI: 10.5555/example.1
PMCID: PMC9900001
PMID: 99000001 [Indexed for MEDLINE]

Conflict of interest statement: None was invented."""
SECOND = """2. J Example. 2023;11:7.

Second title.

PMID: 99000002"""


@pytest.fixture
def file(tmp_path: Path):
    def write(content: bytes | str) -> Path:
        path = tmp_path / "abstract.txt"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def test_every_field(file) -> None:
    first, second = records(file(f"{FIRST}\n\n\n{SECOND}\n"))
    assert first.id == "doi:10.5555/example.1"
    assert (first.pmid, first.pmcid) == ("99000001", "PMC9900001")
    assert first.title_en == "A fictional trial of early walking after hip fracture in older adults."
    assert first.authors == ("AB Example", "J Doe Jr", "Fictional Study Group")
    assert first.abstract_en is not None
    assert first.abstract_en.startswith("BACKGROUND: We invented this.\nMETHODS: Nothing was done (p<0.05).")
    assert "RESULTS: Nothing was found." in first.abstract_en
    assert "numbered sentence" in first.abstract_en
    assert not re.search("Copyright|Department|Conflict|Retraction", first.abstract_en)
    assert (first.journal, first.volume, first.issue, first.pages) == ("J Example", "12", "3", "45-52")
    assert (first.publication_date, first.languages, first.retracted) == ("2024-03-05", ("chi",), True)
    assert first.notices == (Notice("RetractionIn", "J Example. 2025;13(1):1.", "99000009"),)
    assert (second.id, second.title_en, second.volume, second.pages) == ("pmid:99000002", "Second title.", "11", "7")


def test_a_chinese_abstract_comes_to_its_side_and_identifiers_may_follow_at_once(file) -> None:
    content = (
        "1. J Example. 2024;1:2.\n\n[Title].\n\n[Article in Chinese; Abstract available in Chinese]\n\n"
        "Li M(#)(1), Wang F(#)(1)(2).\n\nAuthor information: \n(1)Nowhere.\n\nNothing was found.\n\n"
        "Publisher: 目的：本研究纯属\n虚构。\nDOI: 10.5555/example.3 \nPMID: 99000003  [Indexed for MEDLINE]\n"
    )
    (got,) = records(file(content))
    assert (got.id, got.pmid, got.title_en) == ("doi:10.5555/example.3", "99000003", "Title.")
    assert (got.abstract_en, got.abstract_zh) == ("Nothing was found.", "目的：本研究纯属虚构。")
    assert got.authors == ("M Li", "F Wang")
    assert got.languages == ("chi",)


def test_each_source_of_a_notice_is_one(file) -> None:
    content = (
        "1. J Example. 2024;1:2.\n\nTitle.\n\nDoe J.\n\nComment in\n    J One. 2024;1:3.\n    J Two. 2024;5:6. doi: \n"
        "    10.5555/two.\nErratum in\n    J Example. 2025;2:1.\n\nThe authors have invented this.\n\nPMID: 99000004\n"
    )
    (got,) = records(file(content))
    assert got.notices == (
        Notice("CommentIn", "J One. 2024;1:3."),
        Notice("CommentIn", "J Two. 2024;5:6. doi: 10.5555/two."),
        Notice("ErratumIn", "J Example. 2025;2:1."),
    )
    assert got.abstract_en == "The authors have invented this."


def test_a_corrupted_abstract_is_noted(file) -> None:
    content = "1. J Example. 2024;1:2.\n\nTitle.\n\nDoe J.\n\nPublisher: ??????????,????????.\n\nPMID: 99000005\n"
    assert [type(outcome) for outcome in read(file(content))] == [Noted, Read]


def test_downloads_joined_without_a_line_between(file) -> None:
    assert [record.pmid for record in records(file(f"{FIRST}{SECOND}\n"))] == ["99000001", "99000002"]


def test_numbers_may_be_missing(file) -> None:
    later = SECOND.replace("2. J", "9. J", 1)
    assert [record.pmid for record in records(file(f"{FIRST}\n\n\n{later}\n"))] == ["99000001", "99000002"]


def test_positions(file) -> None:
    lines = [outcome.position.line for outcome in read(file(f"\n{FIRST}\n\n\n{SECOND}\n"))]
    assert lines == [2, FIRST.count("\n") + 5]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_encodings(file, encoding: str) -> None:
    content = FIRST.replace("Second title.", "").replace(
        "RESULTS: Nothing was found.", "结果：本研究纯属虚构，未发现任何结果。"
    )
    assert len(records(file(content.encode(encoding)))) == 1


def test_a_record_without_a_title_is_skipped(file) -> None:
    assert "neither a title nor an abstract" in reason(file("1. J Example. 2023;11:7.\n\nPMID: 99000002\n"))


@given(
    st.lists(
        st.sampled_from([FIRST, SECOND, "\n\n", "\n", "3. J. 2020;", "PMID: 1\n", "\x00", "Comment in\n", "(1)", "é"])
    )
)
def test_any_sequence_is_read(pieces: list[str]) -> None:
    stream = BufferedReader(BytesIO("".join(pieces).encode()))
    for outcome in pubmed_text.FORMAT.read(stream, Position("x"), Options()):
        assert isinstance(outcome, (Read, Skipped, Noted))


@pytest.mark.parametrize(
    ("name", "count"),
    [("hmezav_pubmed_result", 296), ("OliverCardiff_pubmed_result", 1422), ("TMax66_pubmed_result", 405)],
)
def test_real_exports(name: str, count: int) -> None:
    path = SHARED / "data" / "exports" / f"{name}.txt"
    if not path.exists():
        pytest.skip(f"no real exports in {path.parent}")
    got = records(path)
    counted = set(re.findall(r"^PMID: (\d+)", path.read_text(encoding="utf-8-sig"), re.MULTILINE))
    assert len(got) == count
    assert {record.pmid for record in got} == counted
    assert sum(record.abstract_en is not None for record in got) > 0.85 * count
    assert all(record.authors for record in got)
