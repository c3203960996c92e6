"""What a collection teaches, from records to concepts."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from indexer.record import Record
from indexer.terms import learned
from indexer.terms.concept import Concept, Form, Role
from indexer.terms.learned import ABBREVIATION, KEYWORDS, PARENTHESES, SOURCES, TITLES, Learner, lessons, observed
from indexer.terms.learned.keywords import pairs_of


def _learn(*records: Record) -> list[Concept]:
    learner = Learner()
    for record in records:
        if shown := observed(record):
            learner.take(shown)
    return list(learner.concepts())


def _learn_in_batches(*records: Record, size: int) -> list[Concept]:
    learner = Learner()
    for first in range(0, len(records), size):
        learner.take_lessons(lessons(records[first : first + size], titles=learner.takes_titles))
    return list(learner.concepts())


def _record(number: int = 0, **fields: object) -> Record:
    return Record(id=f"paper:{number}", **fields)  # type: ignore[arg-type]


def _green(number: int) -> Record:
    return _record(number, abstract_en=f"Case {number} of acute green fever (AGF). Again acute green fever (AGF).")


def test_abbreviation_of_an_english_abstract() -> None:
    forms = (Form("acute green fever", "en", Role.PREFERRED), Form("AGF", "en", Role.ABBREVIATION))
    assert _learn(_green(1), _green(2)) == [Concept(forms, ABBREVIATION, 2)]


def test_plural_and_case_are_one() -> None:
    one = _record(1, abstract_en="A blue kinase inhibitor (BKI) was given.")
    two = _record(2, abstract_en="Blue Kinase Inhibitors (BKIs) were given.")
    assert [concept.evidence for concept in _learn(one, two)] == [2]


def test_the_english_abstract_explains_the_chinese_one() -> None:
    record = _record(
        abstract_en="Chronic obstructive pulmonary disease (COPD) is frequent.",
        abstract_zh="研究慢性阻塞性肺疾病（COPD）的病因。慢性阻塞性肺疾病常见。",
    )
    found = next(concept for concept in _learn(record) if concept.source == PARENTHESES)
    assert found.preferred("en") == "Chronic obstructive pulmonary disease"
    assert found.preferred("zh") == "慢性阻塞性肺疾病"
    assert Form("COPD", "en", Role.ABBREVIATION) in found.forms


def test_chinese_abbreviations_are_believed_when_seen_twice() -> None:
    records = [
        _record(n, abstract_zh=f"{before}慢性阻塞性肺疾病（COPD）的病因") for n, before in enumerate(("研究", "探讨"))
    ]
    assert not _learn(records[0])
    assert [(c.source, c.preferred("zh"), c.evidence) for c in _learn(*records)] == [
        (ABBREVIATION, "慢性阻塞性肺疾病", 2)
    ]


def test_a_record_is_evidence_once() -> None:
    text = "研究非小细胞肺癌（non-small cell lung cancer）。非小细胞肺癌（non-small cell lung cancer）常见"
    assert [concept.evidence for concept in _learn(_record(abstract_zh=text))] == [1]


def test_keywords_of_both_languages() -> None:
    found = _learn(_record(keywords=("肺癌", "哮喘(儿童)", "Lung cancer", "asthma")))
    assert {(c.preferred("zh"), c.preferred("en"), c.source) for c in found} == {
        ("肺癌", "Lung cancer", KEYWORDS),
        ("哮喘", "asthma", KEYWORDS),
    }


def test_keywords_that_differ_in_number_are_no_pairs() -> None:
    assert not list(pairs_of(("肺癌", "哮喘", "asthma")))


def test_titles_teach() -> None:
    diseases = {"肺癌": "lung cancer", "高血压": "hypertension", "糖尿病": "diabetes", "哮喘": "asthma"}
    records = [
        _record(number, title_zh=f"{zh}的{a}", title_en=f"{b} of {en}")
        for number, (zh, en, a, b) in enumerate(
            (zh, en, a, b) for zh, en in diseases.items() for a, b in (("治疗", "Treatment"), ("护理", "Nursing"))
        )
    ]
    found = {c.preferred("zh"): c.preferred("en") for c in _learn(*records) if c.source == TITLES}
    assert found.items() >= {"治疗": "Treatment", "护理": "Nursing"}.items()


def test_nothing_learned_of_nothing() -> None:
    assert _learn() == []
    assert _learn(_record(), _record(1, title_en="Only English", abstract_en="Nothing in brackets.")) == []


def test_memory_is_bounded(monkeypatch) -> None:
    monkeypatch.setattr(learned, "MOST_KEPT", 3)
    other = [
        _record(n, abstract_en=f"The {w} blue fever ({w[0].upper()}BF).")
        for n, w in enumerate(["old", "hot", "wet", "dry"])
    ]
    found = _learn(_green(10), _green(11), *other)
    assert found[0].evidence == 2
    assert len(found) <= 3


def test_concepts_of_a_source_are_strongest_first() -> None:
    found = _learn(_record(9, abstract_en="An odd blue fever (OBF)."), _green(1), _green(2))
    assert [concept.evidence for concept in found] == [2, 1]


def test_real_records(shared: Path) -> None:
    path = shared / "data" / "bilingual" / "chinaxiv_medical.jsonl.gz"
    if not path.exists():
        pytest.skip(f"needs the real records in {path}")
    names = ("title_zh", "title_en", "abstract_zh", "abstract_en")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        found = _learn(
            *(Record(id=one["id"], **{name: one[name] or None for name in names}) for one in map(json.loads, file))
        )
    assert {concept.source for concept in found} <= set(SOURCES)
    for concept in found:
        assert len(concept.forms) >= 2
        assert (concept.evidence or 0) >= 1
    pairs = {(concept.preferred("zh"), concept.preferred("en")) for concept in found if concept.source != ABBREVIATION}
    assert ("脑卒中", "stroke") in pairs


def test_lessons_of_batches_teach_what_their_records_do(monkeypatch: pytest.MonkeyPatch) -> None:
    records = [
        _record(
            number,
            title_zh=f"{chinese}的{matter_zh}",
            title_en=f"{matter.capitalize()} of {english}",
            abstract_zh=f"目的：慢性肾脏病（chronic kidney disease, CKD）患者{number}例，{chinese}（{english}）。",
            abstract_en=f"In {number} cases of chronic kidney disease (CKD).",
            keywords=(chinese, english),
        )
        for number, ((chinese, english), (matter_zh, matter)) in enumerate(
            (disease, matter)
            for disease in (("肺癌", "lung cancer"), ("高血压", "hypertension"), ("哮喘", "asthma"))
            for matter in (("治疗", "treatment"), ("诊断", "diagnosis"), ("护理", "nursing"))
        )
    ]
    taught = _learn(*records)
    assert {concept.source for concept in taught} == set(SOURCES)
    for size in (1, 4, len(records)):
        assert _learn_in_batches(*records, size=size) == taught
    # Behind those that are used, titles are not cut, and teach nothing.
    monkeypatch.setattr(learned, "MOST_TITLES", 4)
    assert lessons(records[:1], titles=False).cut is None
    assert _learn_in_batches(*records, size=2) == _learn(*records) != taught
