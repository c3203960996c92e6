"""scripts/benchmark.py: every command on a tiny corpus; what it measures is not checked, since clocks are not."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from indexer.sources import Read, read
from tests.conftest import REPOSITORY, write_jsonl

sys.path.insert(0, str(REPOSITORY / "scripts"))
import benchmark
from benchmarking import corpus, mix, preparing, processes, ready, searching, systems, worker

DOCUMENTS = 60
COUNTING = ("ours", "whoosh", "fts5", "tantivy")


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_jsonl(tmp_path_factory.mktemp("corpus") / "made.jsonl", list(corpus.made(DOCUMENTS, seed=3)))


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="module")
def peers() -> list[str]:
    found = systems.installed(COUNTING)
    if missing := set(COUNTING) - set(found):
        pytest.skip(f"needs {', '.join(sorted(missing))}: pip install -e '.[bench]'")
    return found


@pytest.fixture(scope="module")
def run(records: Path, work: Path, peers: list[str]) -> Callable[..., dict[str, Any]]:
    def ran(command: str, *arguments: str) -> dict[str, Any]:
        kept = work / "measured.json"
        shared = ["--corpus", str(records), "--work", str(work), "--json", str(kept), "--systems", ",".join(peers)]
        result = invoked(command, *shared, *arguments)
        assert result.exit_code == 0, result.output
        return {**json.loads(kept.read_bytes()), "printed": result.output}

    return ran


def invoked(*arguments: str) -> Result:
    return CliRunner().invoke(benchmark.main, arguments, catch_exceptions=False)


def test_made_records_are_read_in_both_languages(records: Path) -> None:
    found = [outcome.record for outcome in read(str(records)) if isinstance(outcome, Read)]
    assert len(found) == DOCUMENTS
    assert all(one.title_en and one.abstract_en and one.journal and one.jcr_quartile and one.year for one in found)
    assert 0 < sum(bool(one.title_zh and one.abstract_zh) for one in found) < DOCUMENTS


def test_build(run: Callable[..., dict[str, Any]], peers: list[str]) -> None:
    found = run("build", "--documents", str(DOCUMENTS), "--whole", str(DOCUMENTS))
    assert {name: built["documents"] for name, built in found["build"].items()} == dict.fromkeys(peers, DOCUMENTS)
    assert all(built["bytes"] > 0 and built["peak_mb"] > 0 for built in found["build"].values())
    assert found["whole"]["documents"] == DOCUMENTS
    assert "| tantivy" in found["printed"]


def test_search_finds_the_same_everywhere(run: Callable[..., dict[str, Any]], peers: list[str]) -> None:
    found = run("search", "--documents", str(DOCUMENTS), "--queries", "1")
    # Whoosh takes a filter that nothing passes for none.
    disagreements = found["search"]["disagreements"]
    assert [line for line in disagreements if "whoosh" not in line or "{}" in line] == []
    passes = found["search"]["passes"]
    assert set(passes) == set(searching.PASSES)
    assert passes["warm"]["mix"] == passes["again"]["mix"] != passes["cold"]["mix"]
    kinds = {query["kind"] for query in passes["warm"]["mix"]}
    assert kinds == {kind.value for kind in mix.Kind} - set(found["search"]["left_out"])
    assert {query["language"] for query in passes["warm"]["mix"]} == {"en", "zh"}
    assert set(passes["warm"]["wall"]["whole mix"]) == set(passes["warm"]["cpu"]["whole mix"]) == set(peers)
    times = passes["warm"]["times"]["ours"]
    assert len(times["wall_ms"]) == len(passes["warm"]["mix"])
    assert any(hits == searching.LIMIT < total for hits, total in zip(times["hits"], times["total"], strict=True))
    compared = found["printed"].partition("How many times as fast as its peers ours is")[2]
    assert "| top 10 alone, whole mix" in compared
    assert "| with facets, or" in compared


def test_a_record_that_stands_twice_is_one_document(records: Path, tmp_path: Path) -> None:
    twice = tmp_path / "twice.jsonl"
    twice.write_bytes(records.read_bytes() * 2)
    assert preparing.prepare(twice, 2 * DOCUMENTS, tmp_path).documents == DOCUMENTS
    assert sum(map(len, ready.batches(tmp_path))) == DOCUMENTS


def test_the_mix_depends_on_its_seed(records: Path, tmp_path: Path) -> None:
    vocabulary = preparing.prepare(records, DOCUMENTS, tmp_path)
    assert mix.draw(vocabulary, 2, seed=1) == mix.draw(vocabulary, 2, seed=1)
    assert mix.draw(vocabulary, 2, seed=1) != mix.draw(vocabulary, 2, seed=2)


def test_peers_agree_on_prefixes(run: Callable[..., dict[str, Any]], work: Path, peers: list[str]) -> None:
    run("build", "--documents", str(DOCUMENTS), "--whole", "0")
    folder = work / str(DOCUMENTS)
    vocabulary = preparing.prepare(folder / "corpus.jsonl", DOCUMENTS, folder)
    queries = [query for query in mix.draw(vocabulary, 3, seed=5) if query.kind is mix.Kind.PREFIX]
    totals = {}
    for name in set(peers) - {"ours"}:
        with processes.running(name) as process:
            process.ask(worker.Open(str(folder / name)), worker.Opened)
            found = process.ask(worker.Search(queries, [], 10), worker.Searched)
        totals[name] = [sample.total for sample in found.samples]
    assert queries
    assert totals["whoosh"] == totals["fts5"] == totals["tantivy"]
    assert all(total and total > 1 for total in totals["fts5"])


def test_a_disagreement_is_named() -> None:
    query = mix.MixQuery(mix.Kind.TERM, "rare", "en", ("heart",), ("heart",))
    sample = worker.Sample(1.0, 1.0, 3, 3, {"year": [2, 1]})
    other = worker.Sample(1.0, 1.0, 3, 3, {"year": [3]})
    of = searching.Pass([query], {"ours": [sample], "tantivy": [other], "bm25s": [None]})
    assert [line.partition(" of ")[0] for line in searching.compare(of)] == ["facets"]


def test_bm25s_finds_the_best_without_counting(
    run: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    if not systems.installed(["bm25s"]):
        pytest.skip("needs bm25s: pip install -e '.[bench]'")
    # It compiles for half a minute otherwise.
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    found = run("search", "--documents", str(DOCUMENTS), "--queries", "1", "--systems", "bm25s")
    times = found["search"]["passes"]["top"]["times"]["bm25s"]
    hits = [number for number in times["hits"] if number is not None]
    assert hits
    assert all(0 < number <= searching.LIMIT for number in hits)
    assert not any(times["total"])


def test_analysis(records: Path, tmp_path: Path) -> None:
    kept = tmp_path / "analysis.json"
    result = invoked("analysis", "--data", str(records), "--texts", "3", "--seconds", "0", "--json", str(kept))
    assert result.exit_code == 0, result.output
    speeds = json.loads(kept.read_bytes())["analysis"]
    assert {(one["texts"].partition(",")[0], one["channels"]) for one in speeds} == {
        (language, channels)
        for language in ("English", "Chinese")
        for channels in ("words", "forms", "words and forms")
    }
    assert all(one["per_second"] > 0 and one["distinct"] == 3 for one in speeds)


def test_serve(run: Callable[..., dict[str, Any]]) -> None:
    asked = ("--clients", "1", "--clients", "3", "--requests", "6", "--seconds", "60", "--queries", "1")
    found = run("serve", "--documents", str(DOCUMENTS), *asked)["serve"]
    assert [(load["clients"], load["errors"]) for load in found["loads"]] == [(1, 0), (3, 0)]
    assert all(load["requests"] == 6 for load in found["loads"])
    assert all(load["generations"] == 1 for load in found["loads"])


def test_serve_while_the_index_is_rebuilt(run: Callable[..., dict[str, Any]]) -> None:
    asked = ("--clients", "3", "--requests", "1", "--seconds", "0", "--rebuilds", "2", "--queries", "1")
    (load,) = run("serve", "--documents", str(DOCUMENTS), *asked)["serve"]["loads"]
    assert load["errors"] == 0
    # The first build is served while the second one runs, if not before.
    assert load["generations"] >= 2
    assert load["requests"] > 3


def test_scale_draws_what_it_has_written(run: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="needs matplotlib: pip install -e '.[bench]'")
    figure = tmp_path / "drawn" / "figure.svg"
    sizes = ("--sizes", f"30,{DOCUMENTS}", "--systems", "fts5,tantivy", "--most", "fts5=30")
    found = run("scale", *sizes, "--queries", "1", "--figure", str(figure))
    assert [(size["documents"], list(size["build"])) for size in found["sizes"]] == [
        (30, ["fts5", "tantivy"]),
        (DOCUMENTS, ["tantivy"]),
    ]
    drawn = figure.read_text(encoding="utf-8")
    assert "Tantivy" in drawn
    assert "SQLite FTS5" in drawn
    kept = tmp_path / "kept.json"
    kept.write_text(json.dumps(found), encoding="utf-8")
    again = tmp_path / "again.svg"
    assert invoked("scale", "--from", str(kept), "--figure", str(again)).exit_code == 0
    assert again.read_text(encoding="utf-8") == drawn
    assert invoked("scale", "--from", str(kept), "--work", str(tmp_path)).exit_code == 0
    assert (tmp_path / benchmark.FIGURE).read_text(encoding="utf-8") == drawn
    nowhere = invoked("scale", "--from", str(kept))
    assert nowhere.exit_code == 2
    assert "--figure" in nowhere.output


def test_what_is_not_installed_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(systems.NEEDS, "tantivy", "no_such_package_at_all")
    result = invoked("build", "--systems", "tantivy")
    assert result.exit_code == 2
    assert "left out: tantivy" in result.output


def test_an_unknown_system_is_refused() -> None:
    result = invoked("search", "--systems", "ours,lucene")
    assert result.exit_code == 2
    assert "there is no lucene" in result.output
