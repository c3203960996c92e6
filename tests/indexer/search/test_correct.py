from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.search.correct import BETTER, CORRECT_BELOW, correction, typed_words
from indexer.terms.lexicon import Lexicon, QueryCorrection, Replacement


class Teacher:
    """A lexicon that always knows better, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def did_you_mean(self, text: str, words: Sequence[tuple[int, int]]) -> QueryCorrection:
        self.asked = [text[start:end] for start, end in words]
        return QueryCorrection("right", (Replacement(0, len(text), "right", 1),))


def offered(typed: int, meant: int, found: int) -> bool:
    counts = {"wrong": typed, "right": meant}
    lexicon = cast("Lexicon", Teacher())
    return correction(lexicon, "wrong", counts.__getitem__, {"wrong": 99, "right": found}.__getitem__) is not None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("heart failure", ["heart", "failure"]),
        ("treatment of the heart", ["treatment", "heart"]),
        ('heart AND (stroke OR "renal failure") NOT mice', ["heart", "stroke", "renal", "failure", "mice"]),
        ('title:sepsis author:"Ann Smith" journal:lancet year:2020 type:review', ["sepsis"]),
        ("10.5555/exampel.1 doi:10.5555/exampel", []),
        ("标题：糖尿病", ["糖尿病"]),
        ("sepsis[ti] smith j[au] AND 2020:2024[dp] NOT review[pt] free full text[sb]", ["sepsis"]),
        ('#1 AND "septic shock"~5 OR cardio* 31986264 if:>5', ["septic", "shock"]),
        ("ｈｅａｒｔ", ["ｈｅａｒｔ"]),
        ("", []),
        ('"', []),
    ],
)
def test_only_words_may_be_corrected(text: str, words: list[str]) -> None:
    assert [text[start:end] for start, end in typed_words(text)] == words


def test_a_chinese_particle_may_be_a_piece_of_a_word() -> None:
    assert typed_words("白血并") == [(0, 2), (2, 3)]


@given(st.text(max_size=60))
def test_words_stand_in_the_text(text: str) -> None:
    spans = typed_words(text)
    assert spans == sorted(spans)
    assert all(0 <= start < end <= len(text) for start, end in spans)


def test_a_correction_is_offered_only_if_it_finds_something() -> None:
    assert offered(typed=0, meant=5, found=5)
    assert offered(typed=0, meant=0, found=5)
    assert not offered(typed=0, meant=5, found=0)


def test_what_many_documents_hold_is_right() -> None:
    assert not offered(typed=CORRECT_BELOW, meant=10_000, found=10_000)


def test_what_some_documents_hold_is_right_unless_many_more_hold_the_other() -> None:
    assert not offered(typed=2, meant=2 * BETTER - 1, found=100)
    assert offered(typed=2, meant=2 * BETTER, found=100)


def test_nothing_is_asked_of_a_query_without_words() -> None:
    teacher = Teacher()
    assert correction(cast("Lexicon", teacher), "year:2020", lambda _: 0, lambda _: 1) is None
    assert teacher.asked == []
