from __future__ import annotations

import pytest
from hypothesis import given

from indexer.analysis import key
from tests.indexer.analysis.real import chinese_abstracts, english_abstracts
from tests.indexer.analysis.strategies import texts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("。, -", ""),
        ("IL-6", "il 6"),
        ("IL6", "il 6"),
        ("IL 6", "il 6"),
        ("TNF-α", "tnf alpha"),
        ("TNFalpha", "tnf alpha"),
        ("NF-κB", "nf kappa b"),
        ("NF-kappaB", "nf kappa b"),
        ("IL-1β", "il 1 beta"),
        ("PD-L1", "pdl 1"),
        ("PDL1", "pdl 1"),
        ("BCR/ABL1", "bcr abl 1"),
        ("BCR-ABL1", "bcr abl 1"),
        ("HbA(1c)", "hba 1 c"),
        ("Crohn’s Diseases", "crohn disea"),
        ("tumours of the oesophagus", "tumor of the esophagus"),
        ("Metastases", "metastasi"),
        ("type II diabetes", "type 2 diabet"),
        ("Stage IIIB", "stage 3 b"),
        ("vitamin B12", "vitamin b 12"),
        ("17βE2", "17 beta e 2"),
        ("X-ray", "x ray"),
        ("xray", "x ray"),
        ("7.5 % 7.5%", "7.5 7.5%"),
        ("急性 心梗", "急性心梗"),
        ("急性心梗", "急性心梗"),
        ("二型糖尿病", "2 型糖尿病"),
        ("II型糖尿病", "2 型糖尿病"),
        ("2 型糖尿病", "2 型糖尿病"),
        ("ⅢB期肺癌", "3 b 期肺癌"),
        ("晚期Ⅲ期", "晚期 3 期"),
        ("第二期", "第二期"),
        ("同一类型", "同一类型"),
        ("维生素D", "维生素 d"),
        ("非小細胞肺癌（NSCLC）", "非小细胞肺癌 nsclc"),
    ],
)
def test_key(text: str, expected: str) -> None:
    assert key(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("PD-1", "PD-L1"),
        ("HER2", "HER3"),
        ("T1", "T2"),
        ("type 1", "type II"),
        ("organ", "organization"),
        ("Ⅱ期", "Ⅲ期"),
    ],
)
def test_terms_of_another_meaning_have_another_key(one: str, other: str) -> None:
    assert key(one) != key(other)


@given(texts)
def test_a_key_is_its_own_key(text: str) -> None:
    once = key(text)
    assert key(once) == once
    assert once == " ".join(once.split())


def test_keys_of_real_titles_are_their_own() -> None:
    for text in [*chinese_abstracts(8), *english_abstracts(100)]:
        for piece in text.replace("。", ".").split(".")[:4]:
            once = key(piece)
            assert key(once) == once
