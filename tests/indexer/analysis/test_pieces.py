"""What is told of many pieces at once, or of all that are alike, is what the rules tell of each by itself."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk.stem.snowball import EnglishStemmer

from indexer.analysis import Channel, Token, compiled, english, shapes, term_arrays, tokens
from indexer.analysis.arrays import _Described
from indexer.analysis.normalize import fold
from indexer.analysis.numbering import Stretches
from tests.indexer.analysis.real import english_abstracts

_PARTS = [
    *("a", "non", "never", "anti", "gastro", "cell", "small", "smoker", "treated", "gutierrez", "bases", "tumour"),
    *("alpha", "beta", "nfkappab", "tin", "anxious", "nx", "t", "n", "m", "s", "iv", "iii", "x", "vi", "viia", "ix"),
    *("mg", "mm", "cm", "mol", "l", "kg", "type", "stage", "grade", "b", "d", "brca", "hpv", "rcts", "is", "x5", "t2"),
    *("1", "12", "0", "5", "53", "2021", "0.05", "1,234", "10^9", ".", "-", "-", "-", "--", "---", "/", "/", "+", "±"),
    *("%", "<", "=", "≤", "^", "(", ")", "'", "'s", ",", ":", "~", "\\"),
    *("α", "μ", "é", "e\u0301", "、", "。", "_", "‿"),
]
fused = st.lists(st.sampled_from(_PARTS), min_size=1, max_size=9).map("".join)
_BEFORE = ["", "", "", "< ", "<= ", "= ", "(n= ", "type ", "and ", "5 ", "癌 ", "癌", "非"]


@pytest.fixture(autouse=True, scope="module")
def loaded() -> None:
    """The compiled loops and the dictionary, which take longer than a test may."""
    term_arrays(["癌 a"])


def check(given: list[str]) -> None:
    found = term_arrays(given)
    for channel in Channel:
        for number, text in enumerate(given):
            expected = [(token.text, token.position) for token in tokens(text, channel)]
            assert found[channel].of(number) == expected, (text, channel)


@given(st.lists(fused, min_size=1, max_size=6), st.data())
def test_texts_that_differ_in_their_digits(given: list[str], data: st.DataObject) -> None:
    texts = []
    for text in given:
        before = data.draw(st.sampled_from(_BEFORE))
        for _ in range(3):
            # The second of a shape is analysed for all that come behind it.
            digits = data.draw(st.lists(st.sampled_from("0123459"), min_size=len(text), max_size=len(text)))
            drawn = "".join(digit if one.isdecimal() else one for one, digit in zip(text, digits, strict=True))
            texts.append(before + drawn)
        texts.append(f"{before}({text}), 癌")
    for text in texts:
        check([text])
    check(texts)


@given(fused)
def test_a_shape_is_filled_with_the_digits_of_a_text(text: str) -> None:
    for changed in (text, *(re.sub("[0-9]", digit, text) for digit in "0123")):
        analysed = english.words_of(changed)
        for _ in range(3):
            found = shapes.filled(_words, changed)
            assert list(found.terms) == [token.text for token in analysed.tokens]
            assert list(found.places) == [token.position for token in analysed.tokens]
            assert found.span == analysed.positions


def _words(_before: str, text: str) -> tuple[tuple[Token, ...], int]:
    analysed = english.words_of(text)
    return analysed.tokens, analysed.positions


def test_shapes_are_forgotten_where_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes, "_MOST_SHAPES", 2)
    for number in range(20):
        check([f"{number}% {number}/12 <{number}mg/kg {number}-fold n={number}"])


_letters = st.text("abcdegilmnopstxvz-/,.'(1é、", min_size=1, max_size=12)


@given(st.lists(st.one_of(fused, _letters, st.text(min_size=1, max_size=6)), min_size=1, max_size=8))
def test_what_texts_look_like(given: list[str]) -> None:
    texts = [text for text in map(fold, given) if text]
    described = _Described.of(Stretches.of(texts))
    for place, text in enumerate(texts):
        numeral = re.search("(?<![a-z])[ivx]{1,4}(?:[a-d][12]?)?(?![a-z])", text)
        assert described.kinds[2, place] == bool(numeral), text
        if described.plain[place] == compiled.WORD:
            assert english.is_plain_word(text), text
        if described.plain[place]:
            terms, positions, words = english.plain_words(text)
            expected = english.words_of(text), english.forms_of(text)
            assert list(zip(terms, positions, strict=True)) == [token[:2] for token in expected[0].tokens]
            assert len(words) == expected[0].positions
            assert words == [token.text for token in expected[1].tokens]
    assert described.texts(np.arange(len(texts))) == texts


def test_most_words_are_plain() -> None:
    words = re.findall("[a-z]{3,}(?:-[a-z]{3,})*", " ".join(map(fold, english_abstracts(50))))
    assert np.count_nonzero(_Described.of(Stretches.of(words)).plain) > 0.8 * len(words)


@given(st.one_of(fused, _letters, st.text(max_size=5)))
def test_what_a_text_begins_with(text: str) -> None:
    begins = (lead for lead, pattern in english.LEADS.items() if pattern.match(text))
    assert english.leads(text) == next(begins, "")


@given(st.text("abz09é'-癌", max_size=70), st.integers(0, 70))
def test_words_have_edges(text: str, longest: int) -> None:
    stretches = Stretches.of([text])
    found = np.empty(1, np.bool_)
    compiled.mark_words(stretches.codes, stretches.begins, stretches.ends, longest, found)
    assert found[0] == (0 < len(text) <= longest and text.isascii() and text.isalnum())
    if found[0]:
        size = len(text)
        edges = np.empty(size + (size - 1) * (size + 2), np.uint32)
        ends = np.zeros(2 * size, np.int64)
        compiled.cut_edges(stretches.codes, stretches.begins, stretches.ends, edges, ends[1:])
        heads = [f"{text[:length]}-" for length in range(1, size)]
        assert Stretches(edges, ends).texts() == [text, *heads, *(f"-{text[start:]}" for start in range(1, size))]


def test_characters_are_told_apart_as_nltk_does() -> None:
    plain = [character for character in map(chr, range(0x20000)) if english._PLAIN.fullmatch(character)]
    assert len(plain) > 2000
    text = " ".join(f"a{one}b {one} 1{one}2 {one}{one}'{one}" for one in plain)
    for pattern, tokenizer in english._tokenizers.items():
        found = [match.span() for match in english._plain_tokenizers[pattern].finditer(text)]
        assert found == list(tokenizer.span_tokenize(text))


_stemmer = EnglishStemmer()
_suffixes = [
    suffix
    for step in ("0", "1a", "1b", "2", "3", "4", "5")
    for suffix in getattr(EnglishStemmer, f"_EnglishStemmer__step{step}_suffixes")
]


def test_snowball_changes_no_other_words() -> None:
    assert all(suffix.endswith(english._STEMMED) for suffix in _suffixes)
    special = EnglishStemmer._EnglishStemmer__special_words
    assert all(word.endswith(english._STEMMED) for word in special)
    words = set(re.findall("[a-z]+", " ".join(map(fold, english_abstracts(200)))))
    others = [word for word in words if not word.endswith(english._STEMMED)]
    assert len(others) > 100
    assert all(_stemmer.stem(word) == word for word in others)


@given(st.lists(st.sampled_from([*_suffixes, *"aeiouybcdglmnrstx"]), min_size=1, max_size=5).map("".join))
def test_snowball_changes_no_made_up_word(word: str) -> None:
    if not word.startswith("'") and not word.endswith(english._STEMMED):
        assert _stemmer.stem(word) == word
