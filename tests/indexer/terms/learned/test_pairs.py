"""Chinese terms and their English in brackets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.terms.learned.pairs import Decided, Mention, decide, endings, expected_length, mentions


def _one(text: str, also: str = "") -> Mention:
    found = list(mentions(text, also))
    assert len(found) == 1
    return found[0]


def _decided(*of_one_term: Mention) -> list[Decided]:
    first = of_one_term[0]
    return decide(of_one_term, expected_length(first.english, first.abbreviation))


@pytest.mark.parametrize(
    ("text", "chinese", "english", "abbreviation"),
    [
        (
            "本研究纳入非小细胞肺癌（non-small cell lung cancer, NSCLC）患者",
            "非小细胞肺癌",
            "non-small cell lung cancer",
            "NSCLC",
        ),
        ("采用慢性阻塞性肺疾病(COPD)的标准", "慢性阻塞性肺疾病", None, "COPD"),
        ("观察2型糖尿病（type 2 diabetes mellitus）的变化", "2型糖尿病", "type 2 diabetes mellitus", None),
        ("检测丙二醛（MDA）含量", "丙二醛", None, "MDA"),
        ("治疗高血压（hypertension；HTN）", "高血压", "hypertension", "HTN"),
        ("治疗高血压（英文：hypertension）", "高血压", "hypertension", None),
    ],
)
def test_mention(text: str, chinese: str, english: str | None, abbreviation: str | None) -> None:
    mention = _one(text)
    assert (mention.english, mention.abbreviation) == (english, abbreviation)
    assert [one.chinese for one in _decided(mention, mention)] == [chinese]


def test_english_before_the_bracket() -> None:
    mention = _one("指南推荐 NSCLC（非小细胞肺癌）的治疗")
    assert mention == Mention("非小细胞肺癌", None, "NSCLC", 0, exact=True)
    assert _decided(mention) == [Decided("非小细胞肺癌", 1, plain=True)]


@pytest.mark.parametrize(
    "text",
    [
        "差异有统计学意义（P<0.05）",
        "分为模型组（MG）和对照组（CK）",
        "共60例（男30例，女30例）",
        "检测多种酶（SOD、CAT、POD）",
        "患者（n=60）",
        "（COPD）",
        "肺癌",
        "",
    ],
)
def test_no_mention(text: str) -> None:
    assert not list(mentions(text))


def test_mentions_agree() -> None:
    texts = (
        "早期胃腺癌（gastric blue cancer）",
        "晚期胃腺癌（gastric blue cancer）",
        "老年胃腺癌（gastric blue cancer）",
    )
    found = decide([_one(text) for text in texts], 4.0)
    assert found == [Decided("胃腺癌", 3, plain=True)]


def test_what_stands_in_the_title_is_the_term() -> None:
    text = "老年肺动脉高压（blue vessel pressure）"
    assert _decided(_one(text, also="肺动脉高压的转归"))[0] == Decided("肺动脉高压", 1, plain=True)


def test_a_lone_head_is_no_term() -> None:
    assert not decide([_one("对指数（index）")], 2.0)


def test_function_words_end_a_term() -> None:
    ends = [end.text for end in endings("患者的生活质量")]
    assert ends[0] == "生活质量"


@given(st.text("肺癌的（）()COPD lung,，病", max_size=80))
def test_any_text(text: str) -> None:
    for mention in mentions(text):
        assert mention.english or mention.abbreviation
        assert mention.chinese in text
        for one in _decided(mention):
            assert mention.chinese.endswith(one.chinese)
