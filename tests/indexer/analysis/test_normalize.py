from __future__ import annotations

import pytest
from hypothesis import example, given

from indexer.analysis import normalize
from tests.indexer.analysis.strategies import texts


@pytest.mark.parametrize(
    ("source", "folded"),
    [
        ("", ""),
        ("IL-6 Levels", "il-6 levels"),
        ("ＩＬ－６", "il-6"),
        ("非小細胞肺癌", "非小细胞肺癌"),
        ("乾隆", "干隆"),
        ("薴", "苎"),
        ("TNF‐α – β − γ — δ", "tnf-α - β - γ - δ"),
        ("Crohn’s Crohnʼs Crohn`s 5′", "crohn's crohn's crohn's 5'"),
        ("Straße", "strasse"),
        ("e\u0301 é Sjögren Ménière", "e e sjogren meniere"),
        ("øæœłđðþı ŁØ", "oaeoelddthi lo"),
        ("ά Ό ᾳ", "α ο α"),
        ("й が 각 हि", "й が 각 हि"),
        ("H₂O CO₂", "h2o co2"),
        ("10⁹/L 10¹² 10⁻⁹ m² Ca²⁺", "10^9/l 10^12 10^-9 m^2 ca^2+"),
        ("patients¹,² ¹", "patients^1,^2 ^1"),
        ("Humira™ tablets", "humira tablets"),
        ("TNF-ɑ ∆", "tnf-α δ"),
        ("Ⅱ ½ ℃ ﬁ", "ii 1⁄2 °c fi"),
        ("µg Ω ς", "μg ω σ"),
        ("hyper\u00adten\u200bsion", "hypertension"),
        ("\ufeff癌\ufe0f", "癌"),
        ("ﾊﾞ", "バ"),
        ("a\ud800\x00b", "a\ud800\x00b"),
    ],
)
def test_folds(source: str, folded: str) -> None:
    assert normalize(source).text == folded


def test_characters_know_their_cluster() -> None:
    source = "℃ e\u0301x 細\u200b胞"
    normalized = normalize(source)
    clusters = [source[slice(*normalized.source_span(index, index + 1))] for index in range(len(normalized.text))]
    assert clusters == ["℃", "℃", " ", "e\u0301", "x", " ", "細\u200b", "胞"]
    assert not normalized.aligned


@pytest.mark.parametrize("source", ["plain `text`", "細胞 – α"])
def test_texts_that_keep_their_length_are_aligned(source: str) -> None:
    assert normalize(source).aligned


@given(texts)
def test_is_idempotent(source: str) -> None:
    once = normalize(source).text
    assert normalize(once).text == once


@given(texts)
def test_map_is_ordered_and_within_bounds(source: str) -> None:
    text, starts, ends = normalize(source)
    assert len(starts) == len(ends) == len(text)
    assert all(0 <= start < end <= len(source) for start, end in zip(starts, ends, strict=True))
    assert list(starts) == sorted(starts)
    assert list(ends) == sorted(ends)


@given(texts, texts)
def test_clusters_fold_without_their_neighbours(first: str, second: str) -> None:
    # A space keeps the second text's leading marks from combining with the first.
    assert normalize(f"{first}\n{second}").text in (
        normalize(first).text + "\n" + normalize(second).text,
        normalize(first).text + normalize("\n" + second).text,
    )


@given(texts)
@example("Σ ꭰ ς İ")
def test_a_text_folds_alike_within_much_that_is_ascii(source: str) -> None:
    around = "A b " * 40 * (1 + len(source))
    within = normalize(f"{around}. {source} .{around}")
    alone = normalize(f". {source} .")
    assert within.text == around.lower() + alone.text + around.lower()
    assert list(within.starts[len(around) : -len(around)]) == [len(around) + start for start in alone.starts]


def test_a_letter_under_a_heap_of_marks_is_folded_once() -> None:
    source = "a" + "\u0301\u0323" * 50_000 + "b"
    normalized = normalize(source)
    assert normalized.text[0] == "a"
    assert normalized.text[-1] == "b"
    assert normalized.source_span(0, 1) == (0, len(source) - 1)
    assert normalize(normalized.text).text == normalized.text


def test_every_character_settles() -> None:
    unsettled = []
    # What lies between is not assigned.
    for first in (*range(0, 0x32400, 256), *range(0xE0000, 0xE1000, 256)):
        # Line breaks between them, so that each is a cluster of its own.
        block = "\n".join(map(chr, range(first, first + 256)))
        once = normalize(block).text
        if normalize(once).text != once:
            unsettled.append(hex(first))
    assert unsettled == []
