"""American spellings."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import spelling

_PIECES = [
    *("behavi", "tum", "our", "haem", "paed", "iatric", "oesoph", "oestr", "oedem", "foet", "al", "diarrhoea", "pnoea"),
    *(
        "gynaec",
        "anaesth",
        "paraesth",
        "faec",
        "coeli",
        "ac",
        "aetio",
        "logy",
        "caec",
        "um",
        "caesar",
        "caesium",
        "naev",
        "us",
    ),
    *("praevia", "palaeo", "phaeo", "archaeol", "homoeo", "amoeb", "a", "melaen", "chimaer", "copoei", "paeni", "as"),
    *("laevo", "manoeuv", "sulph", "leuco", "cyte", "cent", "red", "lit", "re", "s", "goit", "theat", "fib", "calib"),
    *("catalogue", "trave", "ll", "ed", "ing", "tit", "lys", "e", "cardi", "o", "sub"),
]


@given(st.lists(st.sampled_from(_PIECES), max_size=5).map("".join))
def test_no_word_of_another_spelling_is_passed_over(word: str) -> None:
    if spelling._BRITISH.search(word):
        assert any(part in word for part in spelling._HELD)


@pytest.mark.parametrize("part", spelling._PARTS)
def test_that_is_asked_of_words_with_each_part(part: str) -> None:
    words = [one + other for one in _PIECES for other in ("", *_PIECES, "lled")]
    assert any(re.search(part.replace(r"\b", "^"), word) for word in words)


@pytest.mark.parametrize(
    ("word", "american"),
    [
        ("tumour", "tumor"),
        ("haemorrhage", "hemorrhage"),
        ("travelled", "traveled"),
        ("fibre", "fiber"),
        ("lung", "lung"),
    ],
)
def test_words_are_spelt_as_americans_do(word: str, american: str) -> None:
    assert spelling.american(word) == american
