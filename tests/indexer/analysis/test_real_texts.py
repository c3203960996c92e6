from __future__ import annotations

import random
import re

import jieba

from indexer.analysis import Channel, chinese, normalize, query_words, quotation, tokens
from tests.indexer.analysis.containment import Skeleton
from tests.indexer.analysis.matching import found, yields
from tests.indexer.analysis.real import chinese_abstracts, english_abstracts, piece_with_han, texts_of_every_kind

_HAN_RUN = re.compile("[\u4e00-\u9fff]+")


def test_normalisation_is_idempotent() -> None:
    for text in [*chinese_abstracts(), *texts_of_every_kind(40)]:
        once = normalize(text).text
        assert normalize(once).text == once


def test_slices_of_tokens_yield_them() -> None:
    for text in [*chinese_abstracts(20), *texts_of_every_kind(300)]:
        for channel in Channel:
            for token in tokens(text, channel):
                assert yields(text, token, channel)


def index(texts: list[str], channel: Channel) -> list[dict[str, set[int]]]:
    indexed = []
    for text in texts:
        places: dict[str, set[int]] = {}
        for token in tokens(text, channel):
            places.setdefault(token.text, set()).add(token.position)
        indexed.append(places)
    return indexed


def quoted_in(piece: str, places: dict[str, set[int]]) -> bool:
    return any(
        all(at + term.offset in places.get(term.text, ()) for term in terms)
        for terms in quotation(piece)
        for at in places.get(terms[0].text, ())
    )


def test_a_quoted_piece_finds_the_texts_that_hold_it_and_no_other() -> None:
    texts = chinese_abstracts(3)
    skeletons = list(map(Skeleton, texts))
    indexed = index(texts, Channel.FORMS)
    chance = random.Random(20)
    for number, text in enumerate(texts):
        for length in range(1, 13):
            piece = piece_with_han(text, length, chance)
            asked = Skeleton(piece)
            holding = {other for other, one in enumerate(skeletons) if one.contains(asked)}
            assert number in holding
            assert {other for other, places in enumerate(indexed) if quoted_in(piece, places)} == holding


def test_a_long_quoted_piece_finds_its_text() -> None:
    chance = random.Random(21)
    for text, places in zip(chinese_abstracts(), index(chinese_abstracts(), Channel.FORMS), strict=True):
        piece = piece_with_han(text, chance.randint(13, 60), chance)
        assert quoted_in(piece, places), piece


def test_each_word_of_the_cut_finds_its_text() -> None:
    for text in chinese_abstracts(5):
        indexed = {token.text for token in tokens(text, Channel.WORDS)}
        for run in _HAN_RUN.findall(normalize(text).text):
            cut = chinese.cut(run)
            for word, meant in zip(cut, chinese.as_meant(cut), strict=True):
                (asked,) = query_words(word)
                # Behind 非 a word is another.
                if len(word) > 1 and word == meant:
                    assert any(reading.terms[0].text in indexed for reading in asked.readings)


def test_the_cut_is_that_of_jieba() -> None:
    counts = chinese.frequencies()
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ = {word[:end]: 0 for word in counts for end in range(1, len(word))} | counts
    tokenizer.total = sum(counts.values())
    tokenizer.initialized = True
    for text in chinese_abstracts(4):
        for run in _HAN_RUN.findall(normalize(text).text):
            assert chinese.cut(run) == list(tokenizer.cut(run, HMM=False))


def test_a_title_sized_piece_is_found_as_plain_words() -> None:
    for text in english_abstracts(200):
        piece = text[: text.rfind(" ", 0, 120)]
        assert found(piece, text)
