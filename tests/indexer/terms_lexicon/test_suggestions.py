"""Suggestions while typing."""

from __future__ import annotations

import pytest

from indexer.terms.lexicon import Kind
from tests.indexer.terms_lexicon.helpers import article, concept, lexicon, texts

RECORDS = [
    article(1, "Diabetes in Europe", authors=("Diaz, Ana", "Müller J"), journal="Diabetologia"),
    article(2, "The diabetic foot", authors=("Diaz, Ana", "Wang Lei"), journal="Diabetologia"),
    article(3, "Diabetes mellitus type 2 and IL-6", authors=("Dias, Bo",), journal="European Journal of Diabetes"),
    article(4, "2型糖尿病肾病患者的慢性病管理", authors=("王磊",), journal="中华糖尿病杂志"),
    article(5, "Crohn's disease after myocardial infarction", journal="Gut"),
]
CONCEPTS = [
    concept("Diabetes Mellitus", "糖尿病", "~DM2 diabetes"),
    concept("Myocardial Infarction", "心肌梗死", "~Heart attack of diabetes"),
    concept("Trigonitis", "三角炎"),
]


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    return lexicon(tmp_path_factory.mktemp("l") / "l", RECORDS, CONCEPTS)


def of_kind(book, prefix, kind, limit=20):
    return [one.text for one in book.suggest(prefix, limit) if one.kind is kind]


def test_kinds_follow_one_another_and_beginnings_come_first(book):
    assert [(one.kind.value, one.text, one.count) for one in book.suggest("dia", 20)] == [
        ("concept", "Diabetes Mellitus", 1),
        ("concept", "Heart attack of diabetes", 1),
        ("title", "Diabetes in Europe", 1),
        ("title", "Diabetes mellitus type 2 and IL-6", 1),
        ("title", "The diabetic foot", 1),
        ("journal", "Diabetologia", 2),
        ("journal", "European Journal of Diabetes", 1),
        ("author", "Diaz, Ana", 2),
        ("author", "Dias, Bo", 1),
    ]


def test_each_kind_has_its_share_of_few(book):
    kinds = [one.kind for one in book.suggest("dia", 4)]
    assert sorted(set(kinds)) == sorted(kinds) == sorted(Kind)
    assert len(book.suggest("dia", 7)) == 7
    assert book.suggest("dia", 0) == ()


def test_a_concept_shows_its_partner_and_its_name(book):
    (one,) = [one for one in book.suggest("dm2") if one.kind is Kind.CONCEPT]
    assert (one.text, one.partner, one.preferred) == ("DM2 diabetes", "糖尿病", "Diabetes Mellitus")
    (one,) = [one for one in book.suggest("糖尿") if one.kind is Kind.CONCEPT]
    assert (one.text, one.partner, one.preferred) == ("糖尿病", "Diabetes Mellitus", None)


@pytest.mark.parametrize("typed", ["tnb", "tangniao", "TangNiaoBing", "tang niao b", "糖", "糖尿", "糖尿病", "mell"])
def test_a_concept_by_pinyin_initials_characters_and_words(book, typed):
    assert any(one.kind is Kind.CONCEPT and "糖尿病" in (one.text, one.partner) for one in book.suggest(typed))


def test_a_concept_that_the_collection_cannot_have_is_not_suggested(book):
    assert book.suggest("trigon") == ()
    assert of_kind(book, "heart", Kind.CONCEPT) == ["Heart attack of diabetes"]  # by its other form


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("肾病", "2型糖尿病肾病患者的慢性病管理"),  # a word inside a word
        ("2型糖", "2型糖尿病肾病患者的慢性病管理"),
        ("慢性", "2型糖尿病肾病患者的慢性病管理"),
        ("diabetes mellitus ty", "Diabetes mellitus type 2 and IL-6"),
        ("IL-6", "Diabetes mellitus type 2 and IL-6"),
        ("crohns d", "Crohn's disease after myocardial infarction"),
        ("CROHN’S", "Crohn's disease after myocardial infarction"),
        ("ｆｏｏｔ", "The diabetic foot"),
    ],
)
def test_a_title_from_any_word_on(book, typed, title):
    assert title in of_kind(book, typed, Kind.TITLE)


@pytest.mark.parametrize("typed", ["尿病", "betes", "diab foot", "foot diabetic", "dia ", '"', "*", "", " ", "a OR b"])
def test_what_begins_no_word_suggests_nothing(book, typed):
    assert book.suggest(typed) == ()


def test_marks_do_not_matter(book):
    assert of_kind(book, "mull", Kind.AUTHOR) == of_kind(book, "Müll", Kind.AUTHOR) == ["Müller J"]
    assert of_kind(book, "lei", Kind.AUTHOR) == ["Wang Lei"]


def test_spellings_that_differ_in_case_only_are_one(tmp_path):
    records = [article(1, "Stroke", journal="LANCET"), article(2, "Stroke", journal="Lancet")]
    book = lexicon(tmp_path / "l", [*records, article(3, "STROKE", journal="Lancet")])
    assert texts(book.suggest("lan")) == ["Lancet"]
    assert [(one.text, one.count) for one in book.suggest("strok")] == [("Stroke", 2)]


def test_only_the_beginning_of_a_long_title_is_searched(tmp_path):
    book = lexicon(tmp_path / "l", [article(1, "word " * 50 + "behind")])
    assert len(book.suggest("word")) == 1
    assert book.suggest("behind") == ()


def test_the_most_frequent_of_many_are_found(tmp_path):
    authors = [f"Wang {chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(300)]
    records = [article(n, f"Title {n}", authors=(author,)) for n, author in enumerate(authors)]
    records += [article(1000 + n, "Another", authors=("Wang zz",)) for n in range(3)]
    book = lexicon(tmp_path / "l", records)
    found = [(one.text, one.count) for one in book.suggest("wang", 5)]
    assert found[0] == ("Wang zz", 3)
    assert len(found) == 5


def test_a_form_that_is_hardly_a_word_does_not_make_a_concept_frequent(tmp_path):
    records = [article(n, "Groups of the sick") for n in range(5)]
    concepts = [concept("Rare training groups", "~T-groups"), concept("Of-V1", "~The the"), concept("Sick V1", "~X")]
    book = lexicon(tmp_path / "l", [*records, article(9, "Rare training of groups")], concepts)
    assert [(one.text, one.count) for one in book.suggest("t-g") if one.kind is Kind.CONCEPT] == [("T-groups", 1)]
    assert of_kind(book, "of", Kind.CONCEPT) == []
    assert [(one.text, one.count) for one in book.suggest("sick v") if one.kind is Kind.CONCEPT] == [("Sick V1", 5)]


@pytest.mark.parametrize("typed", ["crohn", "crohn's", "Crohn’s", "crohn's dis", "crohn'"])
def test_a_possessive_is_a_name_without_one(tmp_path, typed):
    book = lexicon(tmp_path / "l", [article(1, "Crohn disease of the young")], [concept("Crohn disease", "克罗恩病")])
    assert texts(book.suggest(typed)) == ["Crohn disease", "Crohn disease of the young"]
