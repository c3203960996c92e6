"""A spotter finds what the analysis of the whole text would have found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import analysis
from indexer.analysis import Channel, Spotter
from tests.indexer.analysis.strategies import mixtures, texts

TEXTS = (
    "Type II diabetes, type 2 diabetes and 2型糖尿病 in (IL-6, TNF-α) p < 0.05; 7.5 % of 60例, grade iii.",
    "多发性骨髓瘤患者60例（multiple myeloma）non-Hodgkin 非小细胞肺癌 haemoglobin HbA1c ≥ 7.0%",
    "非HIV感染、并非HIV感染、非ST段抬高，HIV与ST段",
    "癌" + " aspirin < 0.05 of 5 %" * 12 + " 癌 heart 2021",
    "ﬁbrosis Ⅱ型 Sjögren's １２３ ＡＢＣ stage IV  two  spaces % x",
)


def agrees(text: str, channel: Channel, terms: set[str], spotter: Spotter) -> None:
    expected = sorted((one.text, one.start, one.end) for one in analysis.tokens(text, channel) if one.text in terms)
    assert sorted(map(tuple, spotter.spots(text))) == expected
    placed = sorted(one for one in analysis.tokens(text, channel) if one.text in terms)
    assert sorted(spotter.tokens(text)) == placed


@pytest.mark.parametrize("channel", list(Channel))
def test_every_term_of_a_text_is_found_in_it_and_in_the_others(channel: Channel) -> None:
    for source in TEXTS:
        terms = {token.text for token in analysis.tokens(source, channel)}
        for some in ({term} for term in terms):
            spotter = Spotter(channel, some)
            for text in TEXTS:
                agrees(text, channel, some, spotter)
        agrees(source, channel, terms, Spotter(channel, terms))


@given(st.lists(st.one_of(texts, mixtures), min_size=1, max_size=4), st.sampled_from(list(Channel)), st.data())
def test_any_terms_of_any_texts(sources: list[str], channel: Channel, data: st.DataObject) -> None:
    known = sorted({token.text for text in sources for token in analysis.tokens(text, channel)} | {"absent", "没有"})
    terms = data.draw(st.sets(st.sampled_from(known)))
    spotter = Spotter(channel, terms)
    for text in (*sources, *TEXTS):
        agrees(text, channel, terms, spotter)
