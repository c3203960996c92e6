"""Marks stand where the index matched; snippets are cut where a reader would cut them."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.search import highlight
from indexer.search.compile import Reading, compile_query
from indexer.search.highlight import SNIPPET_WIDTH, Highlighter
from indexer.search.hits import Fragments, Match

ABSTRACT = (
    "Background: the burden of stroke is high. We enrolled 300 patients (p<0.05). "
    + "Nothing of interest happened in this long sentence about methods and more methods. " * 6
    + "Aspirin reduced recurrent stroke in elderly patients. Statins did not."
)
CHINESE = (
    "目的：探讨多发性骨髓瘤的治疗。"
    + "方法与本文无关，此处仅为凑足篇幅。" * 20
    + "结果：IL-6水平下降，2型糖尿病患者获益。"
)


def marked(fragments: Fragments) -> list[str]:
    return [part.text for part in fragments if part.matched]


def columns(text: str) -> int:
    return len(text) + sum(1 for character in text if character >= "\u2e80")


def text_of(fragments: Fragments) -> str:
    return "".join(part.text for part in fragments)


def highlighter(query: str) -> Highlighter:
    return Highlighter(compile_query(query, Reading(Match.AUTO)).query)


@pytest.mark.parametrize(
    ("query", "text", "marks"),
    [
        ("diseases", "A disease and Diseases.", ["disease", "Diseases"]),
        ("IL-6", "IL-6 and IL6, not IL-8.", ["IL-6", "IL6"]),
        ('"heart failure"', "Heart failure; failure of the heart.", ["Heart failure"]),
        ("多发性骨髓瘤", "多发性骨髓瘤的治疗", ["多发性骨髓瘤"]),
        ('"性骨髓"', "多发性骨髓瘤的治疗", ["性骨髓"]),
        ("糖尿病", "2型糖尿病患者", ["糖尿病"]),
        ("heart NOT failure", "heart failure", ["heart"]),
        ("title:heart", "heart", []),
        ("cardi*", "Cardiology; a cardiac or Cardio-renal case, no cart.", ["Cardiology", "cardiac", "Cardio"]),
        ("*itis hea?t", "Hepatitis of the heart", ["Hepatitis", "heart"]),
        ("NOT cardi*", "Cardiology", []),
        ('"shock septic"~5', "Septic and other shock", ["Septic", "shock"]),
        ('"骨髓瘤 治疗"~5', "多发性骨髓瘤的治疗", ["骨髓瘤", "治疗"]),
    ],
)
def test_marks_what_matched(query: str, text: str, marks: list[str]) -> None:
    fragments = highlighter(query).mark("abstract_en", text)
    assert marked(fragments) == marks
    assert text_of(fragments) == text


def test_a_snippet_shows_the_sentence_that_matches_most() -> None:
    snippet = highlighter("aspirin stroke elderly").snippet("abstract_en", ABSTRACT)
    assert marked(snippet) == ["Aspirin", "stroke", "elderly"]
    assert text_of(snippet).startswith("… ")
    assert columns(text_of(snippet)) <= SNIPPET_WIDTH + 4


def test_a_chinese_snippet_is_cut_at_sentences() -> None:
    snippet = highlighter("2型糖尿病").snippet("abstract_zh", CHINESE)
    assert "糖尿病" in "".join(marked(snippet))
    shown = text_of(snippet).strip("… ")
    assert shown.endswith("。")
    assert shown[0] in "方结目"


def test_without_matches_a_snippet_is_the_beginning() -> None:
    snippet = highlighter("nothing").snippet("abstract_en", "First sentence. " * 100)
    assert text_of(snippet).startswith("First sentence.")
    assert text_of(snippet).endswith(" …")


def test_a_sentence_too_long_is_cut_between_words() -> None:
    text = "word " * 300 + "aspirin " + "word " * 300
    snippet = highlighter("aspirin").snippet("abstract_en", text)
    assert marked(snippet) == ["aspirin"]
    assert set(text_of(snippet).replace("…", "").split()) == {"word", "aspirin"}
    assert columns(text_of(snippet)) <= SNIPPET_WIDTH + 4


def test_a_word_longer_than_a_snippet_is_cut() -> None:
    snippet = highlighter("aspirin").snippet("abstract_en", "x" * 5000)
    assert columns(text_of(snippet)) <= SNIPPET_WIDTH + 4


def test_no_text_no_fragments() -> None:
    assert highlighter("aspirin").snippet("abstract_en", None) == ()
    assert highlighter("aspirin").mark("title_en", "") == ()


@given(
    st.lists(
        st.sampled_from(["aspirin", "stroke. ", "糖尿病", "。", " ", "IL-6", "\n", "p<0.05", "，", "Sjögren's "]),
        max_size=400,
    ),
    st.sampled_from(["aspirin", "糖尿病", '"糖尿"', "IL-6 stroke", ""]),
)
def test_fragments_are_pieces_of_the_text(pieces: list[str], query: str) -> None:
    text = "".join(pieces)
    lighter = highlighter(query)
    assert text_of(lighter.mark("abstract_en", text)) == text
    snippet = lighter.snippet("abstract_en", text)
    shown = text_of(snippet).removeprefix("… ").removesuffix(" …")
    assert shown in text
    assert columns(shown) <= SNIPPET_WIDTH
    if marked(lighter.mark("abstract_en", text)):
        assert marked(snippet)


def test_what_is_kept_of_long_texts_is_small() -> None:
    text = "a心" * 10_000
    kept = highlight._columns_before(text)
    assert list(kept[:5]) == [0, 1, 3, 4, 6]
    assert kept[-1] == columns(text)
    assert sys.getsizeof(kept) < 5 * len(text)
