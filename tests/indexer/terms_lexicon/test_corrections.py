"""Did you mean: corrections of words and of whole queries."""

from __future__ import annotations

import pytest

from indexer.search.correct import typed_words
from indexer.terms.lexicon import did_you_mean
from tests.indexer.terms_lexicon.helpers import article, concept, lexicon, texts

ENGLISH = ["Diabetes and schizophrenia after pneumonia", "Alzheimer's disease and tumours", "Asthma in an hospital"]
CHINESE = ["2型糖尿病患者的心肌梗死", "糖尿病与高血压", "肺炎与肺腺癌", "胃与腺癌的治疗", "新的肌肉梗死", "新生儿"]


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    records = [article(number, title) for number, title in enumerate([*ENGLISH, *CHINESE])]
    concepts = [
        concept("Diabetes Mellitus", "糖尿病"),
        concept("Trigonitis", "膀胱三角炎"),
        concept("Acute myocardial infarction", "急性肺炎"),
        concept("Pneumonia of tumours", "肺炎糖尿病"),
    ]
    return lexicon(tmp_path_factory.mktemp("l") / "l", records, concepts)


def meant(book, query):
    correction = did_you_mean(book, query, typed_words(query))
    return correction and correction.text


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("diabtes", "diabetes"),  # missing
        ("diabetees", "diabetes"),
        ("pnuemonia", "pneumonia"),  # swapped
        ("Schizofrenia", "schizophrenia"),
        ("alzhiemer", "alzheimer"),
        ("ashtma", "asthma"),
    ],
)
def test_a_misspelt_english_word(book, typed, expected):
    assert texts(book.corrections(typed)) == [expected]


@pytest.mark.parametrize(
    "typed", ["diabetes", "tumour", "tumours", "asthm1", "il-6", "zzzzzzzz", "the", "", "?", "trigonitis", "hospitals"]
)
def test_words_that_are_not_doubtful_or_like_nothing(book, typed):
    assert book.corrections(typed) == ()


def test_nearer_words_come_first_then_the_more_frequent(tmp_path):
    records = [article(n, title) for n, title in enumerate(["carditis", "cardites", "cardites", "carditin xx"])]
    book = lexicon(tmp_path / "l", records)
    assert [(one.text, one.distance, one.count) for one in book.corrections("cardixis")] == [
        ("carditis", 1, 1),
        ("cardites", 2, 2),
        ("carditin", 2, 1),
    ]
    assert len(book.corrections("cardixis", 2)) == 2


def test_a_rare_word_is_corrected_to_one_far_more_frequent_only(tmp_path):
    common = [article(n, "thrombosis") for n in range(60)]
    book = lexicon(tmp_path / "a", [*common, article(100, "trombosis")])
    assert texts(book.corrections("trombosis")) == ["thrombosis"]
    assert lexicon(tmp_path / "b", [*common[:40], article(100, "trombosis")]).corrections("trombosis") == ()


def test_a_word_of_one_document_does_not_correct_in_a_large_collection_unless_a_term_has_it(tmp_path):
    many = [article(n, "stroke") for n in range(1000)]
    rare = article(1001, "trigonitis and cystopexy")
    book = lexicon(tmp_path / "l", [*many, rare], [concept("Trigonitis", "膀胱三角炎")])
    assert texts(book.corrections("trigonitus")) == ["trigonitis"]
    assert book.corrections("cystopexi") == ()


@pytest.mark.parametrize(
    ("typed", "expected", "sound"),
    [
        ("糖料病", "糖尿病", True),  # n and l
        ("糖屎病", "糖尿病", False),  # a wrong character
        ("新肌梗死", "心肌梗死", True),  # in and in
        ("肺颜", "肺炎", True),
        ("肺癌", None, False),  # a word of the dictionary
        ("唐鸟病", "糖尿病", True),
        ("膀胱三角炎", None, False),  # a term, though the collection lacks it
        ("高雪压", "高血压", True),
        ("肺炎糖尿饼", "肺炎糖尿病", True),  # a term all of whose words the collection has
    ],
)
def test_a_chinese_word_by_its_sound_or_one_wrong_character(book, typed, expected, sound):
    found = book.corrections(typed)
    assert [(one.text, one.sound) for one in found[:1]] == ([(expected, sound)] if expected else [])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('diabtes AND "schizofrenia" NOT (asthma)', 'diabetes AND "schizophrenia" NOT (asthma)'),
        ("Diabtes  PNUEMONIA", "Diabetes  PNEUMONIA"),
        ("糖料病患者", "糖尿病患者"),
        ("新肌梗死", "心肌梗死"),
        ("患者的高雪压与新肌梗死", "患者的高血压与心肌梗死"),
        ("肾小管病变", None),  # a word of the dictionary may be meant
        ("糖料病 pnuemonia", "糖尿病 pneumonia"),
        ("肺颜患者", "肺炎患者"),
        ("肺颜抑素C", None),
        ("肺颜胱抑素", None),  # two characters among others that nobody knows
        ("胃腺癌", None),  # all of its words are there: 肺腺癌 is something else
        ("diabetes of the asthma", None),
        ("糖尿病患者", None),
        ("", None),
        ("AND OR (", None),
    ],
)
def test_a_query_with_only_its_doubtful_words_replaced(book, query, expected):
    assert meant(book, query) == expected


def test_words_that_are_not_given_stay(book):
    correction = did_you_mean(book, "diabtes pnuemonia", [(8, 17)])
    assert correction is not None
    assert correction.text == "diabtes pneumonia"
    ((start, end, text),) = [(one.start, one.end, one.text) for one in correction.replacements]
    assert (start, end, text) == (8, 17, "pneumonia")


def test_a_correction_is_a_word_of_the_collection(tmp_path):
    book = lexicon(tmp_path / "l", [article(1, "Stroke")], [concept("Pneumonia", "肺炎球菌病")])
    assert book.corrections("pnuemonia") == ()
    assert book.corrections("肺炎球军病") == ()


def test_a_correction_is_a_name_of_what_the_collection_has_under_another(tmp_path):
    concepts = [concept("Alzheimer disease", "阿尔茨海默病"), concept("Helicobacter pylori", "幽门螺杆菌")]
    records = [article(1, "Alzheimer disease in old age"), article(2, "Helicobacter pylori and ulcers")]
    book = lexicon(tmp_path / "l", records, concepts)
    assert meant(book, "阿而茨海默病") == "阿尔茨海默病"
    assert meant(book, "幽门罗杆菌") == "幽门螺杆菌"
    other = lexicon(tmp_path / "m", [article(1, "阿尔茨海默病"), article(2, "Gut")], concepts)
    assert meant(other, "Alzhiemer") == "Alzheimer"
    assert meant(other, "幽门罗杆菌") is None


def test_the_words_that_most_documents_hold(tmp_path):
    book = lexicon(
        tmp_path / "l", [article(n, title) for n, title in enumerate(["heart 心脏", "a heart attack", "lungs"])]
    )
    assert book.frequent_words(1) == ["heart"]
    assert book.frequent_words(100) == ["heart", "attack", "lungs"]
