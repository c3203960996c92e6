"""A quoted text is found in the texts that hold it, and in no other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import Channel, quotation, tokens
from tests.indexer.analysis.containment import Skeleton
from tests.indexer.analysis.matching import quoted
from tests.indexer.analysis.strategies import mixtures


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("021年", "2021年", True),
        ("021年", "2022年", False),
        ("021年", "2021岁", False),
        ("2型", "12型", True),
        ("在202", "在2021年", True),
        ("在202", "在1202年", False),
        ("在20年", "在2020年", False),
        ("L-6水", "IL-6水平", True),
        ("L-6水", "IL-16水平", False),
        ("L6水", "IL-6水平", False),
        ("T检", "经t检验", True),
        ("检验（t", "检验（ttest）", True),
        ("α受", "β,α受体", True),
        ("α受", "TNFα受体", True),
        ("平为3", "水平为35", True),
        ("为3", "为3.5", True),
        ("5倍", "3.5倍", True),
        ("5倍", "3.57倍", False),
        ("3 5倍", "3.5倍", False),
        ("1,2例", "1,2例", True),
        ("共1,2", "共1,234例", True),
        ("共1,234", "共1,234mg", True),
        ("8,201页", "2018,201页", True),
        ("hn's病", "Crohn’s病", True),
        ("ＣＴ檢", "ct检查", True),
        ("arcoma的", "osteosarcoma的", True),
        ("T1", "T10期", False),
        ("T1", "CT1", False),
        ("P<0.05", "P<0.05", True),
        ("P<0.05", "p ＜ 0.05", True),
        ("P < 0.05", "(P<0.05)", True),
        ("P<0.05", "P>0.05", False),
        ("P<0.05", "P=0.05", False),
        ("P<0.05", "P0.05", False),
        ("P=0.05", "P = 0.05", True),
        ("P=0.05", "P<0.05", False),
        ("P≤0.05", "P<=0.05", True),
        ("P⩽0.05", "P≤0.05", True),
        ("0.05", "P<0.05", True),
        ("p<.05", "p<.05", True),
        ("p<.05", "p>.05", False),
        ("7.5%", "7.5 %", True),
        ("7.5 %", "7.5％", True),
        ("7.5%", "7.5 mg", False),
        ("7.5", "7.5%", True),
        (">7.5%", "> 7.5 % of all", True),
        (">7.5%", "7.5 % of all", False),
        ("值<0.0", "P值<0.05", True),
        ("值<0.0", "P值>0.05", False),
        ("5%的", "7.5%的", True),
        ("5%的", "7.5 的", False),
        ("=0.05，差", "P<=0.05，差异", True),
        ("=0.05，差", "P≤0.05，差异", False),
        ("<0.05，差", "P<0.05，差异", True),
        ("癌 。 症", "癌症", True),
        ("癌症", "癌。症", False),
    ],
)
def test_finds(query: str, text: str, expected: bool) -> None:
    assert quoted(query, text) is expected
    assert Skeleton(text).contains(Skeleton(query)) is expected


@given(st.lists(mixtures, min_size=1, max_size=4), st.data())
def test_any_piece_is_found_in_the_texts_that_hold_it_and_in_no_other(sources: list[str], data: st.DataObject) -> None:
    source = data.draw(st.sampled_from(sources))
    start = data.draw(st.integers(0, len(source)))
    piece = source[start : start + data.draw(st.integers(1, 12))]
    asked = Skeleton(piece)
    for text in sources:
        assert quoted(piece, text) is Skeleton(text).contains(asked), (piece, text)
    if asked.han:
        assert quoted(piece, source)


@given(mixtures)
def test_only_texts_with_chinese_hold_the_edges_of_words(source: str) -> None:
    assert Skeleton(source).han or not any("-" in token.text for token in tokens(source, Channel.FORMS))


def test_far_from_chinese_words_have_no_edges() -> None:
    text = "Decoctions (汤) were given, " + "in twenty hospitals, " * 10 + "to adults, see 附录 for all."
    edges = {token.text for token in tokens(text, Channel.FORMS) if "-" in token.text}
    assert {"-ons", "we-", "-dults", "al-"} <= edges
    assert len([token for token in tokens(text, Channel.FORMS) if token.text == "-enty"]) < 10
    # Within it, whole words are found as they are anywhere.
    assert quoted("adults, see 附", text)
    assert quoted("twenty hospitals", text)
    assert quoted("ions汤were", text)


def test_a_long_word_is_found_by_its_edges() -> None:
    sequence = "acgt" * 15
    assert len(sequence) < 64 < len("序列" + sequence + "ttgca")
    for text in (f"序列{sequence}。", f"序列{sequence}ttgca的"):
        for length in range(1, 61):
            assert quoted(f"序列{sequence[:length]}", text)
        assert not quoted(f"序列{sequence[:20]}c", text)
    assert quoted("gtttgca的", f"序列{sequence}ttgca的")
    assert all(0 < len(token.text) <= 64 for token in tokens(f"序列<{'1' * 70}%", Channel.FORMS))


def test_a_string_of_chinese_alone_is_one_phrase() -> None:
    assert len(quotation("多发性骨髓瘤")) == len(quotation("heart failure")) == len(quotation("癌")) == 1
    assert quotation("。") == []
