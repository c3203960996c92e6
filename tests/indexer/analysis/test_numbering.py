"""Texts counted without a string for each, as they are counted with."""

from __future__ import annotations

import pickle
from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import Channel, Stretches, TextCounts, TextTally, term_arrays, texts_with, tokens
from indexer.analysis.numbering import TextNumbers

_texts = st.text(st.sampled_from("ab 癌β\n\ud800"), max_size=12)
_words = st.lists(st.sampled_from(["heart", "lung", "肺癌", "治疗", "naïve", "β", "5"]), max_size=6).map(" ".join)


@given(st.lists(st.lists(_texts, max_size=8), max_size=8))
def test_each_text_has_one_number(batches: list[list[str]]) -> None:
    numbers = TextNumbers()
    expected: dict[str, int] = {}
    for batch in batches:
        assert numbers.numbers_of(batch).tolist() == [expected.setdefault(text, len(expected)) for text in batch]
    assert numbers.texts(0) == list(expected)
    assert [numbers.text(number) for number in range(numbers.count)] == list(expected)
    some = numbers.some(np.arange(numbers.count)[::-2])
    assert some.texts() == list(expected)[::-2]
    assert [some.text(place) for place in range(len(some.texts()))] == some.texts()


@given(st.lists(st.text("ab癌β\U00020000", max_size=5), max_size=6))
def test_texts_in_utf_8(texts: list[str]) -> None:
    assert Stretches.of(texts).ended() == "".join(f"{text}\0" for text in texts).encode()


def test_many_and_long_texts() -> None:
    texts = [f"{'x' * (number % 50)}{number}" for number in range(20_000)] + ["y" * 100_000]
    numbers = TextNumbers()
    assert numbers.numbers_of(texts).tolist() == list(range(len(texts)))
    assert numbers.numbers_of(texts[::-1]).tolist() == list(range(len(texts)))[::-1]
    some = numbers.chosen(numbers.numbers_of(texts[5:9]))
    assert some.texts(0) == texts[5:9]
    assert some.numbers_of([texts[8], "z", texts[5]]).tolist() == [3, 4, 0]


@given(st.lists(st.tuples(_words, _words), max_size=6))
def test_texts_with_a_term(pairs: list[tuple[str, str]]) -> None:
    columns = [term_arrays(column)[Channel.WORDS] for column in zip(*pairs, strict=True)]
    expected = Counter(
        term for pair in pairs for term in {token.text for text in pair for token in tokens(text, Channel.WORDS)}
    )
    found = texts_with(columns, ascii_only=True) + texts_with(columns, ascii_only=False)
    assert dict(pickle.loads(pickle.dumps(found)).items()) == expected
    assert all(term.isascii() for term, _ in texts_with(columns, ascii_only=True).items())


@given(st.lists(st.tuples(st.booleans(), st.dictionaries(_texts, st.integers(1, 5), max_size=5)), max_size=6))
def test_counts_add_up(changes: list[tuple[bool, dict[str, int]]]) -> None:
    tally, expected = TextTally(), Counter[str]()
    for added, counts in changes:
        found = TextCounts.of(counts)
        tally.add(found if added else -found)
        (expected.update if added else expected.subtract)(counts)
    assert dict(tally.total().items()) == expected
    assert len(tally) == len(expected)
