from __future__ import annotations

import pytest
from hypothesis import example, given

from indexer.analysis import Channel, query_words, words_as_cut
from tests.indexer.analysis.matching import found
from tests.indexer.analysis.strategies import texts


def read(query: str) -> list[str]:
    """Each word as `surface = reading or reading`; FORMS readings in quotes, a stop word with `-` before it."""
    shown = []
    for word in query_words(query):
        readings = []
        for reading in word.readings:
            terms = " ".join(term.text for term in reading.terms)
            readings.append(f'"{terms}"' if reading.channel is Channel.FORMS else terms)
        shown.append(f"{'-' * word.stopword}{word.surface} = {' or '.join(readings)}")
    return shown


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", []),
        ("。,!--", []),
        ("Tumours", ["Tumours = tumor"]),
        ("IL-6", ["IL-6 = il6 or il 6"]),
        ("IL6", ["IL6 = il6 or il 6"]),
        ("meta-analysis", ["meta-analysis = metaanalysi or meta analysi"]),
        ("PD-1/PD-L1", ["PD-1 = pd1 or pd 1", "PD-L1 = pdl1 or pdl 1 or pd l1 or pd l 1"]),
        ("Il 6 and", ["Il 6 = il6 or il 6", "-and = and"]),
        ("5 FU", ["5 FU = 5fu or 5 fu"]),
        ("TNF α", ["TNF α = tnfalpha or tnf alpha"]),
        ("CAR T", ["CAR T = cart or car t"]),
        ("CART cart", ["CART = cart or car t", "cart = cart"]),
        ("age 65", ["age = age", "65 = 65"]),
        ("AGE 65 years", ["AGE = age", "65 = 65", "years = year"]),
        ("type i", ["type = type", "i = 1"]),
        ("7.5 %", ["7.5 % = 7.5%"]),
        ("P < 0.05", ["P = p", "< 0.05 = <0.05"]),
        ("Ⅱ期", ['Ⅱ期 = "2 期" or "ii 期" or "二期"']),
        ("β受体", ["β受体 = beta 受体"]),
        ("Crohn’s", ["Crohn’s = crohn"]),
        ("糖尿病", ["糖尿病 = 糖尿病"]),
        ("糖尿病腎病", ["糖尿病腎病 = 糖尿病肾病"]),
        ("肺", ['肺 = "肺"']),
        ("2型糖尿病", ['2型 = "2 型" or "ii 型" or "二型"', "糖尿病 = 糖尿病"]),
        ("B超 X线", ["B超 = b 超", "X线 = x 线"]),
        ("B 超", ["B = b", '超 = "超"']),
        ("HER2型", ["HER2 = her2 or her 2 or he r2", '型 = "型"']),
        ("维生素D", ["维生素D = 维生素 d"]),
        ("T细胞免疫", ["T细胞 = t 细胞", "免疫 = 免疫"]),
        ("糖尿病的治疗", ["糖尿病 = 糖尿病", '-的 = "的"', "治疗 = 治疗"]),
        ("非霍奇金的", ['非霍奇金 = "非霍 霍奇 奇金"', '-的 = "的"']),
        ("槲皮素", ['槲皮素 = "槲皮 皮素"']),
        ("the WHO", ["-the = the", "WHO = who"]),
        ("who was it", ["-who = who", "-was = was", "-it = it"]),
        ("IT for vitamin A", ["IT = it", "-for = for", "vitamin = vitamin", "A = a"]),
        (" A trial", ["-A = a", "trial = trial"]),
        ("The trial", ["-The = the", "trial = trial"]),
        ("THE WHO IT", ["-THE = the", "-WHO = who", "-IT = it"]),
        ("非HIV感染", ['非HIV = "非 hiv"', "感染 = 感染"]),
        ("从不吸烟", ['从不吸烟 = "从不 不吸 吸烟"']),
        ("去甲斑蝥素", ['去甲斑蝥素 = "去甲 甲斑 斑蝥 蝥素"']),
        ("WHO指南", ["WHO = who", "指南 = 指南"]),
    ],
)
def test_query_words(query: str, words: list[str]) -> None:
    assert read(query) == words


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("IL-6", "IL6 levels"),
        ("IL6", "serum IL-6"),
        ("IL6", "IL-6-induced"),
        ("IL-6", "血清IL-6水平"),
        ("meta-analysis", "two meta-analyses"),
        ("meta-analysis", "a meta analysis"),
        ("T-cell", "T cells"),
        ("Tcells", "T-cell"),
        ("CD38", "anti-CD38"),
        ("anti-CD38", "anti-CD38 antibodies"),
        ("Crohn", "Crohn’s disease"),
        ("1184", "1,184 patients"),
        ("糖尿病", "2型糖尿病"),
        ("2型糖尿病", "2 型糖尿病患者"),
        ("肾病", "糖尿病肾病"),
        ("糖尿病肾病", "早期糖尿病肾病患者"),
        ("糖尿病腎病", "糖尿病肾病"),
        ("肺癌", "非小细胞肺癌"),
        ("癌", "肺癌"),
        ("槲皮素", "经槲皮素干预后"),
        ("非霍奇金", "非霍奇金淋巴瘤"),
        ("如何治疗糖尿病", "糖尿病的治疗"),
    ],
)
def test_found(query: str, text: str) -> None:
    assert found(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("小细胞肺癌", "非小细胞肺癌"),
        ("小细胞肺癌", "主要是非小细胞肺癌"),
        ("酒精性脂肪肝", "非酒精性脂肪肝"),
        ("肾上腺素", "去甲肾上腺素"),
        ("市长", "南京市长江大桥"),
        ("疗效", "治疗效果"),
        ("PD-1", "PD-L1"),
        ("PD-L1", "PD-1"),
        ("HER2", "HER3"),
        ("2型糖尿病", "1型糖尿病2例"),
        ("非手术", "手术"),
    ],
)
def test_not_found(query: str, text: str) -> None:
    assert not found(query, text)


@given(texts)
def test_words_stand_where_they_say_in_order(query: str) -> None:
    words = query_words(query)
    for word in words:
        assert word.surface == query[word.start : word.end] != ""
        assert word.readings
        assert all(reading.terms and reading.terms[0].offset == 0 for reading in word.readings)
    assert [word.start for word in words] == sorted(word.start for word in words)


@given(texts)
@example("non-small-cellanti-PD-L1-induced")
def test_a_text_is_found_by_itself(text: str) -> None:
    if any(not word.stopword for word in query_words(text)):
        assert found(text, text)


@pytest.mark.parametrize("query", ["非" * 20_000, "龘" * 20_000, "a-" * 20_000, "的" * 20_000])
def test_absurd_queries_are_read(query: str) -> None:
    assert query_words(query)[-1].end >= len(query) - 1


@given(texts)
@example("TNF α, 维生素D and 2型糖尿病: 非ST段, CAR T, Il 6, 血管紧张素Ⅱ")
def test_words_stand_where_they_do_without_their_readings(text: str) -> None:
    assert words_as_cut(text) == [word._replace(readings=()) for word in query_words(text)]
