"""Translations mined from titles."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.terms.learned import translations as module
from indexer.terms.learned.translations import CutTitles, Translation, cut_titles, mined, usual_case

_DISEASES = {"肺癌": "lung cancer", "高血压": "hypertension", "糖尿病": "diabetes", "哮喘": "asthma"}
_MATTERS = {"治疗": "treatment", "诊断": "diagnosis", "护理": "nursing", "预防": "prevention"}


def _titles() -> list[tuple[str, str]]:
    """Each disease with each matter, as titles say it."""
    return [
        (f"{disease}的{matter}", f"{matters} of {diseases}".capitalize())
        for disease, diseases in _DISEASES.items()
        for matter, matters in _MATTERS.items()
    ]


def test_words_that_go_together() -> None:
    found = {one.chinese: one.english for one in mined(_titles())}
    assert found == _DISEASES | {chinese: english.capitalize() for chinese, english in _MATTERS.items()}


def test_evidence_and_strength() -> None:
    found = mined(_titles())
    assert {one.evidence for one in found} == {4}
    assert {one.strength for one in found} == {1.0}
    assert all(one.trusted for one in found)


def test_nothing_to_learn_from() -> None:
    assert mined([]) == []
    assert mined([("肺癌的治疗", "Treatment of lung cancer")]) == []
    assert mined([("", ""), ("肺癌", "")]) == []


def test_as_good_as_another_is_not_linked() -> None:
    titles = [("肺癌，哮喘", "asthma: tumour"), ("肺癌，哮喘", "tumour: asthma"), ("贫血", "fever"), ("贫血", "fever")]
    assert [(one.chinese, one.english) for one in mined(titles)] == []
    titles += [("高血压", "pressure"), ("高血压", "pressure")] * 4
    assert ("贫血", "fever") in [(one.chinese, one.english) for one in mined(titles)]
    assert not {"肺癌", "哮喘"} & {one.chinese for one in mined(titles)}


def test_figures_need_no_translation() -> None:
    titles = [(f"2型糖尿病的{matter}", f"{matters} of type 2 diabetes") for matter, matters in _MATTERS.items()]
    titles += [(f"哮喘的{matter}", f"{matters} of asthma") for matter, matters in _MATTERS.items()]
    for one in mined(titles):
        assert ("2" in one.chinese) == ("2" in one.english)


def test_only_so_many_titles_are_used(monkeypatch) -> None:
    monkeypatch.setattr(module, "MOST_TITLES", 16)
    other = [("贫血的影像", "Imaging of anaemia")] * 5
    assert mined(_titles() + other) == mined(_titles())


def test_titles_that_were_cut_before_teach_the_same() -> None:
    titles = [*_titles(), ("肺癌2例", "Two cases of lung cancer"), *_titles()[:5]]
    known = CutTitles(), CutTitles()
    for begin in range(0, len(titles), 7):
        # In pieces, of which some repeat what others hold, and some are missing.
        for side, cut in enumerate(known):
            some = [pair[side] for pair in titles[begin : begin + 5]]
            cut.take(some, cut_titles(some))
    for cut in known:
        cut.take(["急性 other"], cut_titles(["急性 other"]))
    assert mined(titles, known) == mined(titles)


def test_of_titles_that_recur_the_words_are_kept_once() -> None:
    titles = [zh for zh, _ in _titles()]
    once, often = CutTitles(), CutTitles()
    once.take(titles, cut_titles(titles))
    for begin in (0, 3, 0, 1):
        some = titles[begin : begin + 5] + titles[:2]
        often.take(some, cut_titles(some))
    held = sum(cut.counts.size for cut in often._cuts)
    assert held == len(set(titles[:8]))
    assert len(often._cuts) == 2
    named = [titles[7], titles[0], titles[0], titles[4]]
    words = [[cut.keys[word] for word in cut.words] for cut in (once.words_of(named), often.words_of(named))]
    assert words[0] == words[1]


def test_lengths_that_do_not_fit_are_not_trusted() -> None:
    assert Translation("肺", "the treatment of idiopathic fibrosis", 5, 1.0).trusted is False
    assert Translation("肺癌", "lung cancer", 2, 0.5).trusted is False
    assert Translation("肺癌", "lung cancer", 3, 0.5).trusted is True


def test_lower_case_is_preferred() -> None:
    assert usual_case(Counter({"Asthma": 5, "asthma": 1})) == "asthma"
    assert usual_case(Counter({"DNA": 5, "Dna": 1})) == "DNA"


_words = st.lists(st.sampled_from(["肺癌", "治疗", "哮喘", "的", "2型", "T细胞", "，"]), max_size=6).map("".join)
_english = st.lists(st.sampled_from(["lung", "cancer", "of", "type 2", "T-cell", "asthma", ":"]), max_size=6).map(
    " ".join
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(_words, _english), max_size=12))
def test_any_titles(titles: list[tuple[str, str]]) -> None:
    for one in mined(titles):
        assert 1 <= one.evidence <= len(titles)
        assert 0 < one.strength <= 1
        both = [1 for zh, en in titles if one.chinese in zh and one.english.lower() in en.lower()]
        assert both
