"""Concepts: which become one, and how they are looked up."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from indexer.analysis import key
from indexer.terms.concept import Role
from indexer.terms.lexicon import Lexicon, LexiconWriter
from tests.indexer.terms_lexicon.helpers import article, concept, lexicon, texts


def test_a_concept_is_found_by_the_key_of_each_of_its_forms(tmp_path):
    book = lexicon(
        tmp_path / "l", concepts=[concept("Myocardial infarction", "心肌梗死", "~Heart attack", "~心梗", "=MI")]
    )
    entries = {
        book.concepts(key(text)) for text in ("myocardial infarctions", "心肌梗塞"[:3] + "死", "HEART ATTACK", "mi")
    }
    assert len(entries) == 1
    (entry,) = entries.pop()
    assert texts(entry.forms) == ["Myocardial infarction", "心肌梗死", "Heart attack", "心梗", "MI"]
    assert entry.curated
    assert book.concepts("nothing") == ()


def test_curated_concepts_that_prefer_the_same_form_are_one_and_keep_their_sources(tmp_path):
    book = lexicon(
        tmp_path / "l",
        concepts=[
            concept("Stroke", "~Apoplexy", source="a"),
            concept("Strokes", "脑卒中", "~Apoplexy", source="b"),
            concept("脑卒中", "~Cerebral stroke", source="c"),
        ],
    )
    (entry,) = book.concepts(key("stroke"))
    said = {form.text: form.sources for form in entry.forms}
    assert said == {
        "Stroke": ("a",), "Strokes": ("b",), "Cerebral stroke": ("c",), "脑卒中": ("b", "c"), "Apoplexy": ("a", "b")
    }  # fmt: skip
    assert book.concepts(key("cerebral stroke")) == (entry,)


def test_a_concept_can_join_two_that_were_apart(tmp_path):
    book = lexicon(
        tmp_path / "l",
        concepts=[concept("Stroke", "~Apoplexy"), concept("脑卒中", "~中风"), concept("Stroke", "脑卒中")],
    )
    (entry,) = book.concepts(key("中风"))
    assert book.concepts(key("apoplexy")) == (entry,)
    assert len(list(book.entries())) == 1


def test_a_chinese_name_does_not_join_concepts_of_two_english_names(tmp_path):
    book = lexicon(tmp_path / "l", concepts=[concept("Nurse", "护理"), concept("Nursing", "护理")])
    assert len(list(book.entries())) == 2
    assert len(book.concepts(key("护理"))) == 2
    assert {entry.forms[0].text for entry in book.concepts(key("nurse"))} == {"Nurse", "Nursing"}


def test_spellings_of_one_name_are_one(tmp_path):
    book = lexicon(
        tmp_path / "l", concepts=[concept("Beta-thalassaemias", "~a"), concept("beta thalassemia", "β地中海贫血")]
    )
    assert len(list(book.entries())) == 1


def test_synonyms_and_abbreviations_never_join_concepts(tmp_path):
    book = lexicon(
        tmp_path / "l",
        concepts=[
            concept("Myocardial infarction", "=MI", "~Attack"),
            concept("Mitral insufficiency", "=MI"),
            concept("Attack", "~Assault"),
        ],
    )
    assert len(book.concepts(key("MI"))) == 2
    assert texts(entry.forms[0] for entry in book.concepts(key("attack"))) == ["Attack", "Myocardial infarction"]


def test_a_form_that_is_preferred_somewhere_is_preferred(tmp_path):
    book = lexicon(tmp_path / "l", concepts=[concept("Stroke", "~脑卒中"), concept("Stroke", "脑卒中")])
    (entry,) = book.concepts(key("stroke"))
    assert {form.role for form in entry.forms} == {Role.PREFERRED}


def test_learned_concepts_stand_apart_behind_curated_ones_with_their_evidence(tmp_path):
    book = lexicon(
        tmp_path / "l",
        concepts=[
            concept("Stroke", "休克", source="mined", evidence=2),
            concept("Stroke", "脑卒中", source="mined", evidence=9),
            concept("Stroke", "~Apoplexy"),
        ],
    )
    found = book.concepts(key("Stroke"))
    assert [entry.curated for entry in found] == [True, False, False]
    assert [entry.forms[1].text for entry in found] == ["Apoplexy", "脑卒中", "休克"]
    assert [form.evidence for form in found[1].forms] == [9, 9]


def test_of_an_abbreviation_what_the_collection_is_about_comes_first(tmp_path):
    articles = [article(n, "Pulmonary embolism after surgery") for n in range(3)]
    concepts = [concept("Plasma exchange", "=PE"), concept("Pulmonary embolism", "=PE"), concept("Effusion", "=PE")]
    book = lexicon(tmp_path / "l", [*articles, article(9, "An effusion")], concepts)
    found = texts(entry.forms[0] for entry in book.concepts(key("PE")))
    assert found == ["Pulmonary embolism", "Effusion", "Plasma exchange"]


def test_an_update_replaces_evidence(tmp_path):
    pair = ("Stroke", "脑卒中")
    lexicon(tmp_path / "a", [article(1, "Stroke")], [concept("Stroke", "~Apoplexy"), concept(*pair, evidence=3)])
    writer = LexiconWriter(tmp_path / "b", tmp_path / "a")
    writer.add_concepts([concept(*pair, evidence=5)])
    writer.finish()
    book = Lexicon(tmp_path / "b")
    found = [entry for entry in book.concepts(key("stroke")) if not entry.curated]
    assert [entry.forms[0].evidence for entry in found] == [5]
    assert [one.partner for one in book.suggest("strok", 9) if one.kind == "concept"] == ["脑卒中"]


def test_learned_concepts_that_were_analysed_are_added_as_others_are(tmp_path):
    one, other = concept("Stroke", "脑卒中", source="mined", evidence=3), concept("T细胞", "T cells", evidence=2)
    again = concept("Stroke", "脑卒中", source="mined", evidence=7)
    turned = concept("T cells", "T细胞", evidence=4)
    books, written = [], []
    for name, analysed in (("plain", False), ("analysed", True)):
        lexicon(tmp_path / f"{name} before", [article(1, "Stroke of T cells")], [concept("Stroke", "~Apoplexy"), one])
        writer = LexiconWriter(tmp_path / name, tmp_path / f"{name} before")
        for some in ([other, again, turned], [concept("Asthma", "哮喘", evidence=1), again]):
            if analysed:
                writer.add_learned(writer.analyse(some))
            else:
                for learned in some:
                    writer.add_concepts([learned])
        writer.finish()
        books.append(Lexicon(tmp_path / name))
        with closing(sqlite3.connect(tmp_path / name)) as connection:
            written.append(connection.execute("SELECT * FROM entry ORDER BY id").fetchall())
    assert written[0] == written[1]
    entries = [list(book.entries()) for book in books]
    assert entries[0] == entries[1]
    assert [entry.forms[0].evidence for entry in entries[1]] == [None, 7, 4, 1]
    for typed in ("strok", "ncz", "t cel", "哮"):
        assert books[0].suggest(typed) == books[1].suggest(typed)


def test_many_keys_are_looked_up_at_once(tmp_path):
    book = lexicon(tmp_path / "l", concepts=[concept(f"disease a{n}", f"病{n}") for n in range(1200)])
    keys = [key(f"disease a{n}") for n in range(1300)]
    found = book.lookup([*keys, keys[0]])
    assert set(found) == set(keys[:1200])
    assert all(found[key(f"disease a{n}")][0].forms[1].text == f"病{n}" for n in (0, 499, 500, 1199))


def test_all_concepts_can_be_gone_through_by_beginning_and_source(tmp_path):
    concepts = [concept(f"Disease {n}", f"疾病{n}", source="a") for n in range(1100)]
    book = lexicon(tmp_path / "l", concepts=[*concepts, concept("Sjögren syndrome", "~Disease of Sjögren", source="b")])
    assert len(list(book.entries())) == 1101
    assert texts(entry.forms[0] for entry in book.entries("SJOGREN")) == ["Sjögren syndrome"]
    assert len(list(book.entries("disease", "b"))) == 1
    assert len(list(book.entries("疾病10"))) == 111
    assert not list(book.entries(source="c"))
    assert not list(book.entries("?"))


def test_a_form_without_letters_has_no_key(tmp_path):
    book = lexicon(tmp_path / "l", concepts=[concept("Stroke", "~???")])
    assert book.lookup(["", key("stroke")]).keys() == {key("stroke")}
