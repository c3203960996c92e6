from __future__ import annotations

import pytest
from hypothesis import given

from indexer.analysis import sentences
from tests.indexer.analysis.real import chinese_abstracts, english_abstracts
from tests.indexer.analysis.strategies import texts


@pytest.mark.parametrize(
    "parts",
    [
        [],
        ["No stop at all"],
        ["One was found.", "Two were not."],
        ["It fell (p<0.05) by 3.5%.", "Then it rose!", "Why?", "Unknown."],
        ["Drugs (e.g. Aspirin, i.e. ASA) vs. Placebo: see Fig. 2 of Smith et al. In press."],
        ["All was equivalent.", "This was approx. Five.", "(Is it?)’", "“Yes.”", "So it is！"],
        ["J. R. Smith wrote it.", "“Is it so?”", "(Yes.)", "2 patients left."],
        ["方法：纳入60例。", "结果：有效！", "为何？", "不详；", "完"],
        ["他说“有效。”", "结束。"],
        ["显著有效.", "结果 3.5%,详见 2.方法"],
        ["Version 2.0. beta goes on."],
        ["End ... and on."],
    ],
)
def test_sentences(parts: list[str]) -> None:
    # Chinese needs no space between sentences.
    chinese = any("\u4e00" <= sign <= "\u9fff" for part in parts for sign in part)
    text = f"  {('' if chinese else ' ').join(parts)} \n"
    assert [text[start:end] for start, end in sentences(text)] == parts


def test_lines_end_sentences() -> None:
    text = "BACKGROUND\n one \r\n\n二\u2028three"
    assert [text[start:end] for start, end in sentences(text)] == ["BACKGROUND", "one", "二", "three"]


def check_cover(text: str) -> None:
    behind = 0
    for start, end in sentences(text):
        assert behind <= start < end
        assert not text[behind:start].strip()
        assert text[start:end] == text[start:end].strip()
        behind = end
    assert not text[behind:].strip()


@given(texts)
def test_sentences_cover_the_text(text: str) -> None:
    check_cover(text)


@pytest.mark.parametrize(
    "text", ["." * 100_000, ". " * 50_000, "." + " " * 100_000, "。" * 100_000, "a" * 100_000 + ". B"]
)
def test_absurd_texts(text: str) -> None:
    check_cover(text)


def test_real_abstracts() -> None:
    for text in [*chinese_abstracts(4), *english_abstracts(40)]:
        check_cover(text)
        assert len(sentences(text)) <= 1 + sum(text.count(mark) for mark in ".!?。！？；．\n")
