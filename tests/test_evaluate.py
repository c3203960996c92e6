"""The evaluation script: its texts, tasks, measures and comparisons, and a run of it over small data."""

# ruff: noqa: E402 - the script is no package, and what it needs may not be installed

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import REPOSITORY

for needed in ("ir_measures", "bm25s", "Stemmer"):
    pytest.importorskip(needed, reason="needs the extra `bench`")
sys.path.insert(0, str(REPOSITORY / "scripts"))

import evaluate
import numpy as np
from evaluation import bilingual, judged, measures, ours, texts
from evaluation.bilingual import Sources
from evaluation.systems import KEPT, Cache, Run
from evaluation.tasks import Query, Task, document

from indexer.search import parse
from indexer.search.hits import Match, SearchRequest
from indexer.search.searcher import search


def write_lines(path: Path, objects: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in objects)


def preprint(name: str, title_zh: str, title_en: str, keywords_zh: str = "", **more: str) -> dict[str, object]:
    about = {"abstract_zh": f"本文研究{title_zh}。", "abstract_en": f"We studied {title_en}."}
    return {
        "id": name,
        "title_zh": title_zh,
        "title_en": title_en,
        "keywords_zh": keywords_zh,
        "keywords_en": "",
        **about,
        **more,
    }


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder of data as the script expects it, with few records."""
    folder = tmp_path / "data"
    medical = [
        preprint("m1", "CD38单抗治疗骨髓瘤", "CD38 antibody for myeloma", "骨髓瘤；CD38"),
        preprint("m2", "糖尿病与IL-6", "Diabetes and IL-6", "糖尿病；骨髓瘤"),
        preprint("m3", "儿童哮喘", "Asthma in children", "哮喘"),
        preprint("m4", "只有中文", "", "骨髓瘤", abstract_en=""),
        preprint("m5", "高血压", "Hypertension", "高血压；糖尿病"),
    ]
    write_lines(folder / "bilingual" / "chinaxiv_medical.jsonl.gz", medical)
    others = [preprint("a1", "量子计算", "Quantum computing"), preprint("m2v2", "糖尿病与 IL-6", "Another title")]
    write_lines(folder / "bilingual" / "chinaxiv_all.jsonl.gz", [*medical, *others])
    articles: list[dict[str, object]] = [
        {"pmcid": "PMC1", "title": "Statins after stroke", "abstract": "A trial of statins."},
        {"pmcid": "PMC2", "title": "Without an abstract", "abstract": ""},
    ]
    write_lines(folder / "articles" / "rct_articles.jsonl.gz", articles)
    small = folder / "collections" / "small"
    documents: list[dict[str, object]] = [
        {"id": "1", "title": "Aspirin", "abstract": "Aspirin prevents stroke in adults."},
        {"id": "2", "title": "", "abstract": "Metformin and diabetes."},
        {"id": "3", "title": "Blank", "abstract": "Nothing of note."},
    ]
    write_lines(small / "corpus.jsonl.gz", documents)
    (small / "queries.tsv").write_text('q1\t"aspirin" AND (stroke: none)\nq2\tmetformin\nq3\tunjudged\n')
    (small / "qrels.txt").write_text("q1 0 1 1\nq1 0 3 0\nq2 0 2 2\n")
    return folder


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ('"heart failure" (in adults): a review', "heart failure in adults a review"),
        ("aspirin AND stroke NOT children", "aspirin and stroke not children"),
        ("-7 +drug 'quoted' Crohn's IL-6 TNF-α 10^9/L", "7 drug quoted Crohn's IL-6 TNF-α 10 9/L"),
        ("HAND and NOTCH stay", "HAND and NOTCH stay"),
        ("（肺癌）：综述", "肺癌 综述"),
        ("p<0.05 7.5% 1-1%", "p<0.05 7.5% 1-1%"),
    ],
)
def test_plain_words(typed: str, plain: str):
    assert texts.plain_words(typed) == plain


@given(st.text(alphabet=st.sampled_from("ab -+'\"()（）:：*?“”ANDORT ti:")))
def test_plain_words_hold_no_syntax_of_ours(typed: str):
    clause = parse.parse(texts.plain_words(typed)).clause
    parts = clause.clauses if isinstance(clause, parse.Conjunction) else (clause,)
    assert all(part is None or isinstance(part, parse.Words) for part in parts)
    assert not isinstance(clause, parse.Conjunction) or not clause.explicit


def test_fold_joins_spellings():
    assert texts.fold("ＩＬ-6 与糖尿病。") == texts.fold("il6与 糖尿病")
    assert texts.full_width("IL-6") == "ＩＬ－６"


def test_document_without_text_is_none():
    assert document("1", title_en=" ", abstract_en=None) is None
    made = document("1", title_en="A\x00 title\nof two lines")
    assert made is not None
    assert made.title_en == "A title of two lines"


def test_judged_collection(data: Path):
    task = judged.read(data / "collections" / "small")
    assert [query.id for query in task.queries] == ["q1", "q2"]
    assert task.queries[0].text == "aspirin and stroke none"
    assert task.queries[0].relevant == {"1": 1}
    assert [record.title_en for record in task.documents] == ["Aspirin", None, "Blank"]


def test_only_one_side_is_searched(data: Path):
    english = bilingual.read_title_zh(Sources(data))
    chinese = bilingual.read_title_en(Sources(data))
    assert {record.paper_id for record in english.documents} == {"m1", "m2", "m3", "m5", "PMC1"}
    assert all(record.title_zh is None and record.abstract_zh is None for record in english.documents)
    # m2v2 is another version of m2: it would be as right an answer.
    assert {record.paper_id for record in chinese.documents} == {"m1", "m2", "m3", "m4", "m5", "a1"}
    assert all(record.title_en is None and record.abstract_en is None for record in chinese.documents)


@pytest.mark.parametrize("name", bilingual.TASKS)
def test_nothing_is_learned_from_what_is_asked_for(data: Path, name: str):
    task = bilingual.TASKS[name](Sources(data))
    by_name = {given["id"]: given for given in Sources(data).medical}
    for query in task.queries:
        assert query.fold is not None
        training = task.training[query.fold]
        learned_from = {
            texts.fold(title) for record in training for title in (record.title_zh, record.title_en) if title
        }
        for target in query.relevant:
            assert texts.fold(by_name[target]["title_zh"]) not in learned_from
            assert texts.fold(by_name[target]["title_en"]) not in learned_from
        assert "a1" in {record.paper_id for record in training}


def test_other_records_teach_their_keywords(data: Path):
    training = Sources(data).training[(bilingual.fold_of("m1") + 1) % bilingual.FOLDS]
    assert {record.paper_id: record.keywords for record in training}["m1"] == ("骨髓瘤", "CD38")


def test_keyword_is_asked_fold_by_fold(data: Path):
    task = bilingual.read_keyword_zh(Sources(data))
    asked = [query for query in task.queries if query.text == "骨髓瘤"]
    # m4 has no English side, so it is no answer.
    assert {name for query in asked for name in query.relevant} == {"m1", "m2"}
    for query in asked:
        assert set(query.relevant) | query.seen == {"m1", "m2"}
        assert {bilingual.fold_of(name) for name in query.relevant} == {query.fold}


def task_of(*relevant: str) -> Task:
    queries = tuple(Query(f"q{number}", "", {name: 1}) for number, name in enumerate(relevant))
    return Task("t", "", (), queries, ("RR@10", "R@100"))


def test_measures_by_rank_and_missing_answers():
    values = measures.measure(task_of("a", "b", "c"), Run({"q0": ["x", "a"], "q1": ["b"]}))
    assert values["RR@10"].tolist() == [0.5, 1.0, 0.0]
    assert values["R@100"].tolist() == [1.0, 1.0, 0.0]


def test_comparison():
    generator = np.random.default_rng(1)
    some = generator.random(60)
    same = measures.compare(some, some)
    assert (same.difference, same.low, same.high, same.p) == (0, 0, 0, 1)
    better = measures.compare(some + 0.1, some)
    assert better.difference == pytest.approx(0.1)
    assert better.low <= 0.1 + 1e-9
    assert better.p < 0.001
    noisy = measures.compare(some, generator.random(60))
    assert noisy.low < noisy.difference < noisy.high
    assert noisy.p > 0.001
    assert noisy == measures.compare(some, np.random.default_rng(1).random(120)[60:])


def test_cache_makes_once_and_keeps_nothing_broken(tmp_path: Path):
    cache = Cache(tmp_path)
    made: list[Path] = []

    def make(path: Path) -> str:
        made.append(path)
        path.write_text("made")
        return "made"

    def fail(path: Path) -> str:
        path.write_text("half")
        raise ValueError

    def read(path: Path) -> str:
        return path.read_text() + " before"

    with pytest.raises(ValueError):  # noqa: PT011 - ours, without words
        cache.entry("kind", ["a"], fail, read)
    assert cache.entry("kind", ["a"], make, read) == "made"
    assert cache.entry("kind", ["a"], make, read) == "made before"
    assert len(made) == 1
    for number in range(KEPT + 2):
        cache.entry("kind", [str(number)], make, read)
    assert len(list((tmp_path / "kind").iterdir())) == KEPT + 1  # and the lock


def test_engine_answers_as_a_search_does(data: Path, tmp_path: Path):
    task = judged.read(data / "collections" / "small")
    system = ours.Ours(Cache(tmp_path / "cache"))
    run = system.run(task, task.queries)
    assert run.found == {"q1": ["1"], "q2": ["2"]}
    assert run.index_seconds is not None
    again = system.run(task, task.queries)
    assert (again.found, again.index_seconds) == (run.found, None)
    # What leaves out highlights leaves them out nowhere else.
    engine = ours.open_engine(str(next((tmp_path / "cache" / "medsearch").glob("*/*/index"))))
    assert search(engine, SearchRequest("aspirin", match=Match.ANY)).hits[0].title_en
    engine.close()


def test_command_runs_all_tasks(data: Path, tmp_path: Path):
    written = tmp_path / "figures.json"
    arguments = ["--data", str(data), "--cache", str(tmp_path / "cache"), "--json", str(written)]
    result = CliRunner().invoke(evaluate.main, [*arguments, "--ablation", "titles as abstracts"])
    assert result.exit_code == 0, result.output
    assert "as traditional characters: 0 of 4 queries differ" in result.output
    assert "as full-width forms: 0 of 4 queries differ" in result.output
    figures = json.loads(written.read_text(encoding="utf-8"))
    assert [task["name"] for task in figures["tasks"]] == ["small", *bilingual.TASKS]
    small = figures["tasks"][0]
    assert [system["name"] for system in small["systems"]] == ["whoosh", "bm25s", "medsearch", "titles as abstracts"]
    assert [system["against"] for system in small["systems"]] == [None, "whoosh", "whoosh", "medsearch"]
    assert all(system["means"]["nDCG@10"] == 1 for system in small["systems"])
    assert small["systems"][0]["settings"]["whoosh3"]


def test_command_names_an_unknown_task(data: Path):
    result = CliRunner().invoke(evaluate.main, ["--data", str(data), "--task", "nope"])
    assert result.exit_code == 2
    assert "no task is named nope; there are small, zh-title" in result.output


def test_real_tasks_have_the_sizes_that_are_known(shared: Path):
    scifact = judged.read(shared / "data" / "collections" / "scifact_train")
    assert (len(scifact.documents), len(scifact.queries)) == (5183, 809)
    sources = Sources(shared / "data")
    assert (len(sources.targets), len(sources.articles)) == (414, 4360)


def test_every_variant_names_what_there_is():
    for variant in ours.VARIANTS.values():
        assert variant != ours.Variant()
        ours.replace(ours.ranking.DEFAULT, **variant.ranking)
        SearchRequest(**variant.request)
