"""A spotter finds what the analysis of the whole text would have found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import analysis
from indexer.analysis import Channel, Spotter, Token, english, spotting
from tests.indexer.analysis.strategies import mixtures, texts

TEXTS = (
    "Type II diabetes, type 2 diabetes and 2型糖尿病 in (IL-6, TNF-α) p < 0.05; 7.5 % of 60例, grade iii.",
    "多发性骨髓瘤患者60例（multiple myeloma）non-Hodgkin 非小细胞肺癌 haemoglobin HbA1c ≥ 7.0%",
    "非HIV感染、并非HIV感染、非ST段抬高，HIV与ST段",
    "癌" + " aspirin < 0.05 of 5 %" * 12 + " 癌 heart 2021",
    "异丙肾上腺素与去甲肾上腺素；异丙基，去甲",
    "多行\ntype\nII\r\ngrade II\n5 %\n(n = 20)，癌\nheart",
    "(heart) [Heart], heart's 'heart' non-heart; " + "x" * 70 + " heart" + "癌" * 3,
    "ﬁbrosis Ⅱ型 Sjögren's １２３ ＡＢＣ stage IV  two  spaces % x",
)


def agree(texts: Sequence[str], channel: Channel, terms: set[str], spotter: Spotter) -> None:
    of_texts = [[one for one in analysis.tokens(text, channel) if one.text in terms] for text in texts]
    spots = [sorted(map(tuple, found)) for found in spotter.spots(texts)]
    assert spots == [sorted((one.text, one.start, one.end) for one in found) for found in of_texts]
    assert list(map(sorted, spotter.tokens(texts))) == list(map(sorted, of_texts))


@pytest.mark.parametrize("channel", list(Channel))
def test_every_term_of_a_text_is_found_in_it_and_in_the_others(channel: Channel) -> None:
    for source in TEXTS:
        terms = {token.text for token in analysis.tokens(source, channel)}
        for some in ({term} for term in terms):
            agree(TEXTS, channel, some, Spotter(channel, some))
        agree([source], channel, terms, Spotter(channel, terms))
    agree(TEXTS, channel, set(), Spotter(channel, ()))
    agree([], channel, {"heart"}, Spotter(channel, {"heart"}))


@given(st.lists(st.one_of(texts, mixtures), min_size=1, max_size=4), st.sampled_from(list(Channel)), st.data())
def test_any_terms_of_any_texts(sources: list[str], channel: Channel, data: st.DataObject) -> None:
    known = sorted({token.text for text in sources for token in analysis.tokens(text, channel)} | {"absent", "没有"})
    terms = data.draw(st.sets(st.sampled_from(known)))
    agree([*sources, *TEXTS], channel, terms, Spotter(channel, terms))


def test_what_was_met_is_forgotten_when_it_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spotting, "_MOST_REMEMBERED", 10)
    for channel in Channel:
        terms = {token.text for text in TEXTS for token in analysis.tokens(text, channel)}
        for text in TEXTS:
            agree([text], channel, terms, Spotter(channel, terms))


def test_several_threads_at_once() -> None:
    def marked(number: int) -> None:
        for turn in range(40):
            # Words that no thread has met before.
            found = [f"thread{number} word{turn}x{one} heart" for one in range(20)]
            agree(found, Channel.WORDS, {"heart"}, Spotter(Channel.WORDS, {"heart"}))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(marked, range(8)))


@given(st.one_of(texts, mixtures, st.sampled_from(TEXTS)))
def test_the_words_of_a_text_stand_where_the_first_token_of_each_position_does(text: str) -> None:
    first = {token.position: (token.start, token.end) for token in reversed(analysis.tokens(text, Channel.FORMS))}
    assert analysis.written_words(text) == [first[position] for position in sorted(first)]


def test_pieces_that_were_interrupted_are_found_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted: list[str] = []

    def analysed(text: str) -> english.Analysed:
        found = english.words_of(text)
        if interrupted:
            return found

        def cut_short() -> Iterator[Token]:
            yield found.tokens[0]
            interrupted.append(text)
            raise KeyboardInterrupt

        return found._replace(tokens=cast("tuple[Token, ...]", cut_short()))

    monkeypatch.setitem(spotting._MEMORIES, (Channel.WORDS, False), spotting._Memory(analysed))
    text = "IL-6/TNF-alpha of hearts"
    terms = {token.text for token in analysis.tokens(text, Channel.WORDS)}
    spotter = Spotter(Channel.WORDS, terms)
    with pytest.raises(KeyboardInterrupt):
        spotter.spots([text])
    assert interrupted
    agree([text], Channel.WORDS, terms, spotter)


def test_words_that_are_remembered_are_not_analysed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    analysed: list[str] = []

    def words_of(text: str) -> english.Analysed:
        analysed.append(text)
        return english.words_of(text)

    monkeypatch.setitem(spotting._MEMORIES, (Channel.WORDS, False), spotting._Memory(words_of))
    words = ["hearts", "heart", "attack", "x" * 65]
    analysis.remember(words)
    assert analysed == words[:3]
    agree(
        ["Heart attacks of (hearts)"], Channel.WORDS, {"heart", "attack"}, Spotter(Channel.WORDS, {"heart", "attack"})
    )
    assert analysed == [*words[:3], "attacks", "of"]
