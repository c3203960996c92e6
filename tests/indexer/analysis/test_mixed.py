from __future__ import annotations

import pytest
from hypothesis import given

from indexer.analysis import Channel, may_stack, phrase, tokens
from tests.indexer.analysis.matching import holds, quoted, yields
from tests.indexer.analysis.strategies import texts


def stacks(text: str, channel: Channel) -> str:
    """The tokens, positions separated by spaces and what shares one by `|`."""
    positions: list[list[str]] = []
    for token in tokens(text, channel):
        assert token.position in (len(positions) - 1, len(positions))
        if token.position == len(positions):
            positions.append([])
        positions[-1].append(token.text)
    return " ".join(map("|".join, positions))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2型糖尿病", "2 型 糖尿病|糖尿"),
        ("维生素D缺乏", "维生素|维生 d 缺乏"),
        ("T细胞", "t 细胞"),
        ("β受体阻滞剂", "beta 受体阻滞剂|受体|阻滞|阻滞剂"),
        ("5-羟色胺", "5 羟色胺|色胺"),
        ("IL-6水平", "il|il6 6 水平"),
        ("PD-L1", "pd|pdl1 l1"),
        ("PD-1/PD-L1", "pd|pd1 1 pd|pdl1 l1"),
        ("T-cells CAR-T X-ray", "t|tcell cell car|cart t x|xray ray"),
        ("anti-CD38", "anti|anticd38 cd38"),
        (
            "TNF-α TNFα TNF-alpha TNFalpha",
            "tnf|tnfalpha alpha tnf|tnfalpha alpha tnf|tnfalpha alpha tnf|tnfalpha alpha",
        ),
        ("IL-1β", "il|il1|il1beta 1|1beta beta"),
        ("HIF-1α's TNFα’s", "hif|hif1|hif1alpha 1|1alpha alpha tnf|tnfalpha alpha"),
        ("NFκB", "nf|nfkappa|nfkappab kappa|kappab b"),
        ("10 μg 10μg 10mg", "10 μg 10|10μg μg 10|10mg mg"),
        ("type II, stage IIIB", "type ii|2 stage iiib|3b"),
        ("grades II and III", "grade ii|2 and iii|3"),
        ("type-II phase I/II", "type|typeii ii|2 phase i|1 ii|2"),
        ("vitamin A, part II", "vitamin a part ii"),
        ("P < 0.05, p<.05", "p <0.05|0.05 p <0.05|0.05"),
        ("≤10 % of 5-10%", "≤10|10|10% of 5|510 10|10%"),
        ("3×10⁹/L 10<= 10^-9", "3 10^9|10^9/l l 10 10^-9"),
        ("kg/m² m2 H₂O", "kg m2 m2 h2o"),
        ("kg/hm² m³in Li1²，Wu", "kg hm2 m 3in li1 2 wu"),
        ("Pol μ's β's α2 β'ω", "pol mu beta alpha|alpha2 2 beta|betaomega omega"),
        ("lμL μmol NF-μs", "l|lμl μl μmol nf|nfμs μs"),
        ("naïve Sjögren’s", "naiv sjogren"),
        ("hepatitis hepatic", "hepatitis hepat"),
        ("BCR-ABL1 COVID-19", "bcr|bcrabl1 abl1 covid|covid19 19"),
        ("IL-6-induced", "il|il6|il6induc 6|6induc induc"),
        ("cross-sectional and/or", "cross section and or"),
        ("Crohn’s diseases", "crohn diseas"),
        ("HbA1c 7.5% (p<0.05; n=1,184)", "hba1c 7.5|7.5% p <0.05|0.05 n 1184"),
        ("cd38s ckd4s HER2's", "cd38 ckd4 her2"),
        ("analyses diagnoses metastases doses", "analysi diagnosi metastasi dose"),
        ("Ⅱ期", "ii 期"),
        ("非小細胞肺癌", "非小细胞肺癌|细胞|肺癌"),
        ("糖尿病肾病", "糖尿病肾病|糖尿|糖尿病|肾病"),
        ("南京市长江大桥", "南京市|南京 长江大桥|长江|大桥"),
        ("non-small cell nonsmall non small", "non nonsmal cell nonsmal non nonsmal"),
        ("non-ST-elevation, non-Hodgkin’s", "non|nonstelev nonst elev non nonhodgkin"),
        ("非手术治疗 是非之地", "非手术治疗|非手术|治疗 是非之地|是非"),
        ("非吸烟者并非少数", "非 非吸烟者 并非 少数"),
        ("。，() --- 😀", ""),
        ("", ""),
    ],
)
def test_words(text: str, words: str) -> None:
    assert stacks(text, Channel.WORDS) == words


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("2型糖尿病", "2 型|型糖 糖|糖尿 尿|尿病 病"),
        ("IL-6水平", "il|i-|-l 6 水|水平 平"),
        ("2021年", "2021|2-|20-|202-|-021|-21|-1 年"),
        ("Crohn病3.5", "crohn|c-|cr-|cro-|croh-|-rohn|-ohn|-hn|-n 病 3.5|3-|-5"),
        ("P值<=0.5%", "p 值 ≤0.5|≤0-|≤0.5%|-=0.5|-=0.5%|0.5|0-|0.5%|-5|-5%"),
        ("Crohn’s diseases", "crohn's diseases"),
        ("HbA1c 7.5% n=1,184", "hba1c 7.5|7.5% n =1|1 184"),
        ("p < .05, > 5 %, ⩾2 <x", "p <.05|05 >5|5|5%|>5% ≥2|2 x"),
        ("癌", "癌"),
        ("癌。症", "癌 症"),
    ],
)
def test_forms(text: str, forms: str) -> None:
    assert stacks(text, Channel.FORMS) == forms


def test_offsets_slice_the_source() -> None:
    source = "ＩＬ－６與2型糖尿病腎病（Crohn’s，37℃）"
    read = {token.text: source[token.start : token.end] for token in tokens(source, Channel.WORDS)}
    assert read["il6"] == "ＩＬ－６"
    assert read["糖尿病肾病"] == "糖尿病腎病"
    assert read["肾病"] == "腎病"
    assert read["crohn"] == "Crohn"
    assert read["c"] == "℃"


@pytest.mark.parametrize(
    ("source", "term", "expected"),
    [("Li1²，Wu", "2", "²"), ("9 kg/hm²(S2)", "hm2", "hm²"), ("e\u0301²", "e", "e\u0301")],
)
def test_a_raised_digit_is_no_part_of_the_letter_before_it(source: str, term: str, expected: str) -> None:
    (token,) = (token for token in tokens(source, Channel.WORDS) if token.text == term)
    assert source[token.start : token.end] == expected


@given(source=texts)
def test_what_stands_at_one_position_may(source: str) -> None:
    for stack in stacks(source, Channel.FORMS).split():
        terms = stack.split("|")
        assert all(may_stack(one, other) for one in terms for other in terms)


@pytest.mark.parametrize(("one", "other"), [("heart", "stroke"), ("糖", "尿"), ("糖尿", "尿"), ("d", "维")])
def test_what_can_not_stand_at_one_position_is_told(one: str, other: str) -> None:
    assert not may_stack(one, other)
    assert not may_stack(other, one)


@given(texts)
def test_tokens_are_ordered_and_their_slices_yield_them(source: str) -> None:
    for channel in Channel:
        found = tokens(source, channel)
        assert [token.position for token in found] == sorted(token.position for token in found)
        assert {token.position for token in found} == set(range(found[-1].position + 1 if found else 0))
        assert [token.start for token in found] == sorted(token.start for token in found)
        for token in found:
            assert 0 <= token.start < token.end <= len(source)
            assert 0 < len(token.text) <= 64
            assert yields(source, token, channel)


@given(texts)
def test_a_quoted_text_is_found_in_itself_and_in_company(source: str) -> None:
    terms = phrase(source)
    assert bool(terms) == bool(tokens(source, Channel.FORMS))
    if terms:
        assert holds(source, Channel.FORMS, terms)
        assert holds(f"Before. {source}\nafter", Channel.FORMS, terms)


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("小细胞肺癌", "非小细胞肺癌", True),
        ("京市长", "南京市长江大桥", True),
        ("非小細胞", "晚期非小细胞肺癌", True),
        ("细胞癌", "细胞肺癌", False),
        ("癌细胞", "细胞癌", False),
        ("型糖", "2型糖尿病", True),
        ("D缺乏", "维生素D缺乏", True),
        ("IL-6水平", "血清IL-6水平", True),
        ("IL-6", "IL6", False),
        ("multiple myelomas", "multiple myeloma", False),
        ("multiple myeloma", "Multiple  Myeloma", True),
        ("Crohn's disease", "Crohn’s disease", True),
        ("。", "。", False),
    ],
)
def test_quoted(query: str, text: str, expected: bool) -> None:
    assert quoted(query, text) is expected


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000,
        "1" * 100_000,
        "a-" * 50_000,
        "1,234" * 20_000,
        "a'" * 50_000,
        "1." * 50_000,
        "." * 100_000,
        "癌" * 20_000,
    ],
)
def test_absurd_texts_are_analysed_in_bounded_terms(text: str) -> None:
    for channel in Channel:
        found = tokens(text, channel)
        assert all(len(token.text) <= 64 and token.end <= len(text) for token in found)
        assert bool(found) == any(map(str.isalnum, text))


def test_a_long_word_keeps_its_offsets() -> None:
    (token,) = tokens("x" * 1000, Channel.WORDS)
    assert (len(token.text), token.start, token.end) == (64, 0, 1000)
