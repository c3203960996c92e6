from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_web.abstracts import Section, sections


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("One paragraph.\n\nAnother.", [Section(None, "One paragraph."), Section(None, "Another.")]),
        (
            "BACKGROUND & AIMS: Why.\nMATERIALS AND METHODS: How.",
            [Section("BACKGROUND & AIMS", "Why."), Section("MATERIALS AND METHODS", "How.")],
        ),
        (
            "Objectives: To compare. Methods: At two centres. Results: 2.4 (ratio: 1). Conclusions: It does.",
            [
                Section("Objectives", "To compare."),
                Section("Methods", "At two centres."),
                Section("Results", "2.4 (ratio: 1)."),
                Section("Conclusions", "It does."),
            ],
        ),
        (
            "目的：比较。方法：2家中心。结果：3.1%，优于对照：无。结论：有效。（虚构）",
            [
                Section("目的", "比较。"),
                Section("方法", "2家中心。"),
                Section("结果", "3.1%，优于对照：无。"),
                Section("结论", "有效。（虚构）"),
            ],
        ),
        ("【摘要】 略。\n【背景与目的】说明。", [Section("摘要", "略。"), Section("背景与目的", "说明。")]),
        (
            "前文。\n方法: 一。\n二。\n结果: 三。",
            [Section(None, "前文。"), Section("方法", "一。"), Section(None, "二。"), Section("结果", "三。")],
        ),
        # A word before a colon is no section by itself, nor are words that name none.
        ("The results: none.", [Section(None, "The results: none.")]),
        ("Results: none.", [Section(None, "Results: none.")]),
        ("We asked: why. They said: nothing.", [Section(None, "We asked: why. They said: nothing.")]),
    ],
)
def test_sections(text: str, expected: list[Section]) -> None:
    assert sections(text) == expected


@given(st.lists(st.sampled_from(["RESULTS: ", "方法：", "【结论】", "text. ", "文字。", "\n", "a: b "]), max_size=12))
def test_no_word_is_lost(pieces: list[str]) -> None:
    text = "".join(pieces)
    shown = "".join((part.label or "") + part.text for part in sections(text))
    bare = str.maketrans("", "", " \n:：【】")
    assert shown.translate(bare) == text.translate(bare)
