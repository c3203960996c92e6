"""Concepts in queries: what is searched besides what was typed, and how it is ranked and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from indexer.build import build
from indexer.engines import open_engine
from indexer.search.compile import Reading, compile_query
from indexer.search.engine import Engine
from indexer.search.hits import Match, SearchRequest, SearchResult
from indexer.search.query import Boosted, leaves
from indexer.search.ranking import DEFAULT
from indexer.search.searcher import search
from indexer.terms.concept import Concept, Form, Role
from indexer.terms.lexicon import Lexicon, LexiconWriter
from tests.conftest import write_jsonl


def _concept(
    english: str, chinese: str, *others: str, source: str = "medsearch", evidence: int | None = None
) -> Concept:
    forms = [Form(english, "en", Role.PREFERRED), Form(chinese, "zh", Role.PREFERRED)]
    for other in others:
        role = Role.ABBREVIATION if other.isascii() and " " not in other else Role.SYNONYM
        forms.append(Form(other, "en" if other.isascii() else "zh", role))
    return Concept(tuple(forms), source, evidence)


CONCEPTS = (
    _concept("myocardial infarction", "心肌梗死", "heart attack", "心梗", "MI"),
    _concept("mitral insufficiency", "二尖瓣关闭不全", "MI"),
    _concept("quality of life", "生活质量", "QOL"),
    _concept("acquired immunodeficiency syndrome", "获得性免疫缺陷综合征", "艾滋病", "AIDS"),
    _concept("nurse", "护士"),
    _concept("nursing", "护理"),
    _concept("aspirin", "阿司匹林"),
    _concept("aspirin of the titles", "阿司匹林", source="titles", evidence=9),
    _concept("frailty", "衰弱", source="titles", evidence=4),
    _concept("mean intensity", "平均强度", "MI", source="abbreviation", evidence=2),
    _concept("autoimmune regulator", "自身免疫调节因子", "AIR", source="abbreviation", evidence=3),
    _concept("helicase", "解旋酶", "H", source="abbreviation", evidence=3),
    _concept("epidermal growth factor receptor", "表皮生长因子受体", "EGFR"),
    _concept("estimated glomerular filtration rate", "估算肾小球滤过率", "eGFR"),
    _concept("cardiac arrest", "心脏骤停", "CA"),
    _concept("calcium", "钙", "Ca"),
    _concept("calcitonin", "降钙素", "CT"),
    Concept(
        (
            Form("computed tomography", "en", Role.PREFERRED),
            Form("计算机断层扫描", "zh", Role.PREFERRED),
            Form("CT", "en", Role.SYNONYM),
            Form("CT", "en", Role.ABBREVIATION),
        ),
        "medsearch",
    ),
    _concept("green factor 2", "绿色因子2", "GRF2", source="abbreviation", evidence=3),
)


@pytest.fixture(scope="module")
def lexicon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lexicon]:
    path = tmp_path_factory.mktemp("lexicon") / "lexicon.sqlite"
    with closing(LexiconWriter(path)) as writer:
        writer.add_concepts(CONCEPTS)
        writer.finish()
    opened = Lexicon(path)
    yield opened
    opened.close()


def expanded(lexicon: Lexicon, text: str, without: tuple[str, ...] = ()) -> dict[str, set[str]]:
    """By what was typed, the other forms that are searched."""
    compiled = compile_query(text, Reading(terms=lexicon, without=without))
    found: dict[str, set[str]] = {}
    for expansion in compiled.expansions:
        assert text[expansion.start :].startswith(expansion.text)
        found.setdefault(expansion.text, set()).update(form.text for form in expansion.forms)
    return found


def test_concepts_of_an_earlier_search_are_told_where_it_is_named(lexicon: Lexicon) -> None:
    found = compile_query("kidney AND #2 aspirin", Reading(terms=lexicon, history={2: "the heart attack"}))
    assert [(one.text, one.start) for one in found.expansions] == [("heart attack", 11), ("aspirin", 14)]
    assert found.parsed == "kidney AND heart attack AND aspirin"


@pytest.mark.parametrize(
    "text",
    [
        "heart attack in the elderly",
        "心梗 nurse",
        "title:(heart attack OR 艾滋病)",
        "quality of life AND MI",
        "heart (attack)",
    ],
)
@pytest.mark.parametrize("without", [(), ("myocardial infarction",)])
def test_a_reading_names_the_same_concepts(lexicon: Lexicon, text: str, without: tuple[str, ...]) -> None:
    found = compile_query(text, Reading(terms=lexicon, without=without))
    again = compile_query(found.parsed, Reading(terms=lexicon, without=without))
    assert again.query == found.query
    assert [one.id for one in again.expansions] == [one.id for one in found.expansions]


@pytest.mark.parametrize(
    "text", ["心梗", "心肌梗死", "heart attack", "myocardial infarctions", "MYOCARDIAL INFARCTION"]
)
def test_every_form_names_its_concept(lexicon: Lexicon, text: str) -> None:
    others = expanded(lexicon, text)[text]
    assert others >= {"heart attack", "心梗", "心肌梗死"} - {text}
    assert text not in others


def test_abbreviations_of_two_letters_are_read_and_not_written(lexicon: Lexicon) -> None:
    assert "MI" not in expanded(lexicon, "心梗")["心梗"]
    assert expanded(lexicon, "MI")["MI"] >= {"myocardial infarction", "mitral insufficiency"}
    assert expanded(lexicon, "mi") == {}


def test_longer_abbreviations_are_written(lexicon: Lexicon) -> None:
    assert "QOL" in expanded(lexicon, "生活质量")["生活质量"]


@pytest.mark.parametrize(
    ("text", "named"),
    [("AIDS", True), ("aids", False), ("Aids", False), ("qol", True), ("QoL", True), ("Qol", True)],
)
def test_an_abbreviation_that_is_a_word_needs_its_capitals(lexicon: Lexicon, text: str, *, named: bool) -> None:
    assert bool(expanded(lexicon, text)) == named


@pytest.mark.parametrize(
    ("text", "named"), [("AIR", True), ("air", False), ("Air", False), ("H", False), ("GRF2", True), ("grf2", True)]
)
def test_a_learned_abbreviation_has_to_look_like_one(lexicon: Lexicon, text: str, *, named: bool) -> None:
    assert bool(expanded(lexicon, text)) == named


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("MI of the elderly", {"myocardial infarction", "mitral insufficiency"}),
        ("mitral insufficiency (MI)", {"mitral insufficiency"}),
        ("the MI or mean intensity of a signal", {"mean intensity"}),
        ("MI after 心梗", {"myocardial infarction"}),
    ],
)
def test_an_abbreviation_means_what_the_query_spells_out(lexicon: Lexicon, text: str, meant: set[str]) -> None:
    assert {expansion.id for expansion in compile_query(text, Reading(terms=lexicon)).expansions} == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("EGFR", {"epidermal growth factor receptor"}),
        ("eGFR", {"estimated glomerular filtration rate"}),
        ("egfr", {"epidermal growth factor receptor", "estimated glomerular filtration rate"}),
        ("CT", {"computed tomography"}),
        ("Ca", {"calcium"}),
    ],
)
def test_an_abbreviation_means_what_is_written_so_and_what_it_is_a_name_of(
    lexicon: Lexicon, text: str, meant: set[str]
) -> None:
    assert {expansion.id for expansion in compile_query(text, Reading(terms=lexicon)).expansions} == meant


def test_a_concept_that_is_named_twice_counts_once(lexicon: Lexicon) -> None:
    reading = Reading(Match.ANY, terms=lexicon)
    once, twice = (
        compile_query(text, reading).query for text in ("aspirin quality of life", "QOL aspirin quality of life")
    )
    assert isinstance(once, Boosted)
    assert isinstance(twice, Boosted)
    assert set(leaves(once.clause)) == set(leaves(twice.clause))
    # Where all words are required both are; that finds the same documents.
    assert compile_query("QOL quality of life", Reading(terms=lexicon)).parsed == "QOL AND quality of life"


def test_stop_words_belong_to_names(lexicon: Lexicon) -> None:
    assert set(expanded(lexicon, "quality of life after surgery")) == {"quality of life"}
    assert expanded(lexicon, "quality life") == {}


def test_what_was_typed_tells_concepts_of_one_stem_apart(lexicon: Lexicon) -> None:
    assert expanded(lexicon, "nursing") == {"nursing": {"护理"}}
    assert expanded(lexicon, "nurses") == {"nurses": {"护士"}}


def test_what_was_learned_is_asked_only_where_no_table_knows(lexicon: Lexicon) -> None:
    assert expanded(lexicon, "阿司匹林") == {"阿司匹林": {"aspirin"}}
    assert expanded(lexicon, "衰弱") == {"衰弱": {"frailty"}}


@pytest.mark.parametrize("text", ['"myocardial infarction"', "author:心梗", "journal:心梗", "year:2020", "10.5555/mi"])
def test_what_is_meant_as_it_stands_is_not_expanded(lexicon: Lexicon, text: str) -> None:
    assert expanded(lexicon, text) == {}


@pytest.mark.parametrize("text", ["title:心梗", "NOT 心梗", "aspirin OR 心梗", "(心梗 aspirin) NOT nurse"])
def test_concepts_are_found_in_every_clause(lexicon: Lexicon, text: str) -> None:
    assert "myocardial infarction" in expanded(lexicon, text)["心梗"]


def test_a_name_does_not_reach_over_an_operator(lexicon: Lexicon) -> None:
    assert "myocardial infarction" not in expanded(lexicon, "myocardial AND infarction")


def test_a_concept_is_left_out_by_its_id(lexicon: Lexicon) -> None:
    compiled = compile_query("心梗 aspirin", Reading(terms=lexicon, without=("myocardial infarction",)))
    assert [expansion.text for expansion in compiled.expansions] == ["aspirin"]
    assert [expansion.id for expansion in compiled.not_expanded] == ["myocardial infarction"]
    assert (
        compiled.query
        == compile_query("心梗 aspirin", Reading(terms=lexicon, without=("myocardial infarction",))).query
    )


def test_a_shorter_name_does_not_take_the_place_of_one_that_is_left_out(lexicon: Lexicon) -> None:
    assert set(expanded(lexicon, "aspirin of the titles", without=("aspirin of the titles",))) == set()
    assert set(expanded(lexicon, "aspirin of the tablets")) == {"aspirin"}


def test_without_terms_nothing_is_added(lexicon: Lexicon) -> None:
    plain = compile_query("心梗", Reading())
    assert plain.expansions == ()
    assert len(leaves(plain.query)) < len(leaves(compile_query("心梗", Reading(terms=lexicon)).query))


TEXTS = {
    "typed and synonym": "Myocardial infarction or heart attack of the young.",
    "typed": "Myocardial infarction of the young and tall person.",
    "synonym": "A heart attack of the young person.",
    "apart": "Infarction of the myocardial wall in persons.",
    "chinese": "青年心肌梗死的临床特点",
    "short": "青年心梗的护理",
    "other": "Stroke of the young person.",
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("expansion")
    records: list[dict[str, object]] = [
        {"doi": f"10.5555/{name.replace(' ', '-')}", "abstract": text} for name, text in TEXTS.items()
    ]
    build([str(write_jsonl(folder / "r.jsonl", records))], str(folder / "index"))
    opened = open_engine(str(folder / "index"))
    yield opened
    opened.close()


def names(result: SearchResult) -> list[str]:
    return [hit.record.id.partition("/")[2].replace("-", " ") for hit in result.hits]


def test_every_form_finds_one_set_of_documents(engine: Engine) -> None:
    found = {text: names(search(engine, SearchRequest(text))) for text in ("心梗", "心肌梗死", "myocardial infarction")}
    assert {frozenset(each) for each in found.values()} == {frozenset(TEXTS) - {"other"}}
    assert found["心梗"][0] == "short"
    assert found["心肌梗死"][0] == "chinese"
    ranked = found["myocardial infarction"]
    assert ranked[0] == "typed and synonym"
    assert ranked.index("typed") < ranked.index("synonym")


def test_without_expansion_only_what_was_typed_is_found(engine: Engine) -> None:
    request = SearchRequest("心梗", expand=False)
    assert names(search(engine, request)) == ["short"]
    again = replace(request, expand=True, without=("myocardial infarction",))
    assert names(search(engine, again)) == ["short"]
    assert [expansion.text for expansion in search(engine, again).not_expanded] == ["心梗"]


def test_what_was_added_is_told_and_marked(engine: Engine) -> None:
    result = search(engine, SearchRequest("心梗"))
    (expansion,) = result.expansions
    assert {form.text: form.sources for form in expansion.forms}["heart attack"] == ("medsearch",)
    marked = {part.text for hit in result.hits for part in (*hit.snippet_en, *hit.snippet_zh) if part.matched}
    assert marked >= {"heart attack", "心肌梗死", "心梗"}


def test_relaxation_counts_a_synonym_as_the_words_it_stands_for(engine: Engine) -> None:
    result = search(engine, SearchRequest("myocardial infarction statins"))
    assert result.relaxation is not None
    assert "synonym" in names(result)
    assert "other" not in names(result)


@pytest.mark.parametrize("match", Match)
def test_every_match_takes_concepts(engine: Engine, match: Match) -> None:
    assert "short" in names(search(engine, SearchRequest("heart attack", match)))


def test_a_weight_of_nothing_ranks_synonyms_last(engine: Engine) -> None:
    ranking = replace(DEFAULT, synonym=1e-6, apart=1e-6)
    ranked = names(search(engine, SearchRequest("心肌梗死"), ranking))
    assert ranked[0] == "chinese"
