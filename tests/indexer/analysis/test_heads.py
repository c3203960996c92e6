"""Texts without spaces that have one of some terms are never passed over by the letters that their words begin with."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import english, numbers, spelling
from indexer.analysis.heads import Heads
from indexer.analysis.numbering import Stretches
from tests.indexer.analysis.strategies import FRAGMENTS, MIXED

LISTED = (*spelling.SPELLINGS, *spelling.PLURALS, *english.STEMS)
PARTS = (
    *numbers.GREEK_NAMES,
    *("i", "ii", "iva", "x", "tis", "tx", "nx", "mx", "t1a", "n0", "pt", "non", "never", "il", "nf", "5", "1,234"),
    *("haem", "aemia", "oedema", "coe", "eliac", "co", "b", "t", "cell", "mg", "ml", "dying", "rcts", "tumour"),
    *("'s", "<", "<=", "%", "(", ")", "^", "-", "--", "/", "."),
)
compositions = st.lists(st.sampled_from((*PARTS, *FRAGMENTS, *MIXED)), min_size=1, max_size=6).map("".join)


def may_have(piece: str, *terms: str) -> bool:
    texts = Stretches.of([piece])
    return bool(Heads(terms).may_have(texts.codes, texts.begins, texts.ends)[0])


def assert_has_its_terms(piece: str) -> None:
    for analysed in (english.words_of(piece), english.forms_of(piece), english.forms_of(piece, edges=True)):
        for token in analysed.tokens:
            assert may_have(piece, token.text), (piece, token.text)


def test_words_that_are_read_otherwise_may_have_what_they_are_read_as() -> None:
    for word in LISTED:
        assert_has_its_terms(word)
        assert_has_its_terms(f"co-{word}/x")


def test_short_words_may_have_their_stems() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    for length in (1, 2, 3):
        for word in map("".join, product(letters, repeat=length)):
            assert may_have(word, english.term(word)), word


@given(compositions)
def test_any_text_may_have_its_terms(text: str) -> None:
    for piece in text.lower().split():
        assert_has_its_terms(piece)


@pytest.mark.parametrize(
    ("piece", "term"),
    [("type", "2"), ("ii", "2"), ("(iv)", "4"), ("5", "<5"), ("%", "5%"), ("tnfalpha", "alpha"), ("nf-kappab-x", "bx")],
)
def test_what_stands_before_may_count_and_words_begin_within_words(piece: str, term: str) -> None:
    assert may_have(piece, term) == (piece != "type")


@pytest.mark.parametrize("piece", ["lung", "the", "2021", "(n=20)", "shear", "left-sided", "2nd"])
def test_other_texts_are_passed_over(piece: str) -> None:
    assert not may_have(piece, "heart", "infarct")
    assert may_have(piece, "heart", "-ing")
    assert may_have("hearts", "heart")
