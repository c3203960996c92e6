"""The command line: what a person sees, also when something is wrong."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from indexer.build import BATCH, Stage
from indexer.cli import main
from tests.conftest import REPOSITORY, SAMPLES, write_jsonl


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), catch_exceptions=False)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> str:
    location = str(tmp_path_factory.mktemp("cli") / "index")
    assert run("build", str(SAMPLES), "--index", location).exit_code == 0
    return location


def test_build_ends_with_a_report(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "records.jsonl", [{"title": "Aspirin", "doi": "10.5555/1"}, {"nothing": 1}])
    result = run("build", str(path), "--index", str(tmp_path / "index"))
    assert result.exit_code == 0
    assert "read 1, indexed 1, merged 0, skipped 1 in" in result.stdout
    assert f"{path}:2" in result.stdout
    assert "published g-" in result.stdout


def test_progress_says_how_fast_and_how_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.cli.PLAIN_INTERVAL_SECONDS", 0)
    count = BATCH + 100
    path = write_jsonl(tmp_path / "records.jsonl", [{"title": f"Aspirin {number}"} for number in range(count)])
    lines = run("build", str(path), "--index", str(tmp_path / "index")).stderr.splitlines()
    assert any(re.fullmatch(r"reading: \d+ records?, \d+/s", line) for line in lines)
    assert any(re.fullmatch(rf"indexing: \d+ of {count} records, \d+/s, 0:00:\d\d left", line) for line in lines)
    assert lines[-1].startswith("publishing: ")


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("command", ["build", "update"])
def test_an_interrupted_change_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, stage: Stage
) -> None:
    index = tmp_path / "index"
    path = write_jsonl(tmp_path / "1.jsonl", [{"title": "Aspirin", "doi": "10.5555/1"}])
    run("build", str(path), "--index", str(index))
    before = sorted(each.name for each in index.iterdir())
    more = write_jsonl(tmp_path / "2.jsonl", [{"title": "Warfarin", "doi": f"10.5555/{number}"} for number in range(9)])

    def interrupt(now: Stage, _done: int, _total: int | None) -> None:
        if now == stage:
            raise KeyboardInterrupt  # as Ctrl-C does

    monkeypatch.setattr("indexer.cli._plain_progress", lambda: interrupt)
    result = run(command, str(more), "--index", str(index))
    assert result.exit_code == 130
    assert result.stderr.startswith("stopped; nothing is left half-done")
    assert result.stdout == ""
    assert sorted(each.name for each in index.iterdir()) == before
    assert run("stats", "--index", str(index)).stdout.startswith("1 document, ")


def test_stats_shows_the_report_again(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "records.jsonl", [{"title": "Aspirin", "doi": "10.5555/1"}])
    built = run("build", str(path), "--index", str(tmp_path / "index")).stdout.splitlines()[:-1]
    shown = run("stats", "--index", str(tmp_path / "index")).stdout.splitlines()
    assert shown[0].startswith("1 document, generation g-")
    assert shown[1:] == built


@pytest.mark.parametrize(
    ("query", "first"), [("多发性骨髓瘤", "骨髓瘤"), ("multiple myeloma", "myeloma"), ("title:myeloma", "yeloma")]
)
def test_search_prints_hits_and_facets(index: str, query: str, first: str) -> None:
    result = run("search", "--index", index, query)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert " documents for " in lines[0]
    assert first in lines[1]
    assert any(line.startswith("quartile: Q1 ") for line in lines)


def test_search_says_what_was_retracted(tmp_path: Path) -> None:
    path = tmp_path / "retracted.nbib"
    path.write_text("PMID- 1\nTI  - A made-up trial\nPT  - Retracted Publication\nDP  - 2020\n", encoding="utf-8")
    run("build", str(path), "--index", str(tmp_path / "index"))
    lines = run("search", "--index", str(tmp_path / "index"), "made-up").stdout.splitlines()
    assert lines[2] == "   RETRACTED · 2020 · pmid:1"


def test_search_filters_sorts_and_pages(index: str) -> None:
    result = run(
        "search", "--index", index, "--filter", "quartile:Q1", "--sort", "newest", "--per-page", "2", "--page", "2"
    )
    assert result.stdout.splitlines()[1].startswith("3. ")
    assert all("· Q1 ·" in line for line in result.stdout.splitlines() if line.startswith("   ") and " · doi:" in line)


def test_search_says_what_it_ignored(index: str) -> None:
    result = run("search", "--index", index, "the myeloma AND")
    assert "ignored 'the': stopword" in result.stdout
    assert "ignored 'AND': dangling operator" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["build", "nowhere-at-all"], "nowhere-at-all"),
        (["search", "--index", "nowhere", "x"], "medsearch build"),
        (["stats", "--index", "nowhere"], "no index at nowhere"),
        (["update", str(SAMPLES), "--index", "nowhere"], "no index at nowhere"),
        (["delete", "1", "--index", "nowhere"], "no index at nowhere"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(arguments: list[str], said: str, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        result = run(*arguments)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("query", "text", "other"),
    [("multiple myeloma", "multiple myeloma", "多发性骨髓瘤"), ("心肌梗死", "心肌梗死", "myocardial infarction")],
)
def test_search_says_what_it_searched_as_well(index: str, query: str, text: str, other: str) -> None:
    (line,) = [
        line for line in run("search", "--index", index, query).stdout.splitlines() if line.startswith("also searched")
    ]
    assert line.startswith(f"also searched for {text}: ")
    assert other in line
    assert line.endswith("(medsearch)")
    assert "also searched" not in run("search", "--index", index, "--no-expand", query).stdout


@pytest.mark.parametrize(
    ("query", "meant"), [("multple myeloma", "multiple myeloma"), ("多发性骨髓留", "多发性骨髓瘤")]
)
def test_search_says_what_may_have_been_meant(index: str, query: str, meant: str) -> None:
    assert f"did you mean: {meant}\n" in run("search", "--index", index, query).stdout
    assert "did you mean" not in run("search", "--index", index, meant).stdout


@pytest.mark.parametrize("text", ["myocardial infarction", "Myocardial  INFARCTION", "心肌梗死", "心梗"])
def test_terms_of_a_name(index: str, text: str) -> None:
    lines = run("terms", text, "--index", index, "--limit", "1").stdout.splitlines()
    assert lines[0] == "myocardial infarction / 心肌梗死"
    assert "  en preferred    myocardial infarction  (medsearch)" in lines
    assert "  zh synonym      心梗  (medsearch)" in lines


def test_terms_by_beginning_and_source(index: str) -> None:
    result = run("terms", "myocard", "--index", index, "--limit", "3")
    assert result.exit_code == 0
    assert len([line for line in result.stdout.splitlines() if not line.startswith(("  ", "..."))]) == 3
    assert result.stdout.splitlines()[-1].startswith("... more: raise --limit (now 3)")
    learned = run("terms", "--source", "titles", "--index", index, "--limit", "2").stdout
    assert "(titles: " in learned
    assert "medsearch)" not in learned
    assert run("terms", "zzzz", "--index", index).stdout == "no term begins so\n"
    assert run("terms", "--source", "nobody", "--index", index).stdout == "no term is known\n"


def test_build_loads_tables_of_terms(tmp_path: Path) -> None:
    records = write_jsonl(
        tmp_path / "records.jsonl",
        [
            {"title": "Foxglove sickness in gardeners", "doi": "10.5555/1"},
            {"title": "虚构洋地黄病一例", "doi": "10.5555/2"},
        ],
    )
    (tmp_path / "plants.csv").write_text("中文,英文\n虚构洋地黄病,foxglove sickness\n", encoding="utf-8")
    location = str(tmp_path / "index")
    arguments = ["build", str(records), "--terms", str(tmp_path / "plants.csv"), "--index", location]
    assert "plants, 1 concept, " in run(*arguments).stdout
    assert "foxglove sickness / 虚构洋地黄病" in run("terms", "foxglove", "--index", location).stdout
    result = run("search", "--index", location, "foxglove sickness")
    assert result.stdout.startswith("2 documents for ")
    assert "also searched for foxglove sickness: 虚构洋地黄病 (plants)" in result.stdout
    assert run("search", "--index", location, "--no-expand", "foxglove sickness").stdout.startswith("1 document for ")
    (tmp_path / "plants.csv").write_text("nothing\n", encoding="utf-8")
    result = run(*arguments)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    assert run("search", "--index", location, "foxglove sickness").stdout.startswith("2 documents for ")


def test_help_names_the_list_of_words() -> None:
    assert "MEDSEARCH_WORDS" in run("--help").stdout


def test_a_filter_that_is_none_is_refused(index: str) -> None:
    result = run("search", "--index", index, "--filter", "colour:red", "x")
    assert result.exit_code == 1
    assert "the filters are journal, quartile" in result.stderr


def test_strict_fails(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "records.jsonl", [{"title": "Aspirin"}, {"nothing": 1}])
    result = run("build", str(path), "--strict", "--index", str(tmp_path / "index"))
    assert result.exit_code == 1
    assert f"{path}:2" in result.stderr
    assert not list((tmp_path / "index").glob("g-*"))


def test_update_and_delete(tmp_path: Path) -> None:
    location = str(tmp_path / "index")
    run(
        "build", str(write_jsonl(tmp_path / "1.jsonl", [{"title": "Aspirin", "doi": "10.5555/1"}])), "--index", location
    )
    more = write_jsonl(tmp_path / "2.jsonl", [{"title": "Warfarin", "doi": "10.5555/2"}])
    assert "the index holds 2 documents" in run("update", str(more), "--index", location).stdout
    result = run("delete", "10.5555/1", "10.5555/9", "--index", location)
    assert "deleted 1; the index holds 1 document" in result.stdout
    assert "no document is named 10.5555/9" in result.stderr


def test_the_rebuild_script_is_the_build_command(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "records.jsonl", [{"title": "Aspirin"}])
    script = REPOSITORY / "scripts" / "rebuild_index.py"
    command = [sys.executable, str(script), str(path), "--index", str(tmp_path / "index")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "read 1, indexed 1" in done.stdout
    assert "1 document, " in run("stats", "--index", str(tmp_path / "index")).stdout


def test_an_export_builds_the_same_index_again(index: str, tmp_path: Path) -> None:
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    assert "records written" in run("export", "--index", index, "--output", str(first)).stderr
    assert run("build", str(first), "--index", str(tmp_path / "again")).exit_code == 0
    run("export", "--index", str(tmp_path / "again"), "--output", str(second))
    assert sorted(first.read_bytes().splitlines()) == sorted(second.read_bytes().splitlines())
    assert b"journal_description" in first.read_bytes()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_an_export_to_a_full_disk_is_said_in_a_sentence(index: str) -> None:
    result = run("export", "--index", index, "--output", "/dev/full")
    assert result.exit_code == 1
    assert "No space left on device" in result.stderr


def test_an_export_of_no_index_leaves_the_file_that_was_there(tmp_path: Path) -> None:
    (tmp_path / "records.jsonl").write_text("kept")
    assert run("export", "--index", str(tmp_path / "no"), "--output", str(tmp_path / "records.jsonl")).exit_code == 1
    assert (tmp_path / "records.jsonl").read_text() == "kept"


@pytest.mark.parametrize("form", ["ris", "bibtex", "nbib", "csv", "jsonl"])
def test_an_export_in_every_format(index: str, tmp_path: Path, form: str) -> None:
    path = tmp_path / "export"
    result = run("export", "--index", index, "--format", form, "--query", "myeloma", "--output", str(path))
    assert result.exit_code == 0
    found = run("search", "--index", index, "myeloma", "--per-page", "100").stdout.split()[0]
    assert result.stderr == f"{found} records written\n"
    assert 5 < int(found) < 100
    assert "骨髓瘤" in path.read_text(encoding="utf-8")


def test_an_export_of_a_search_stands_in_its_order(index: str) -> None:
    asked = ("--index", index, "--filter", "quartile:Q1,year:2020-2024", "--sort", "impact_factor")
    exported = [json.loads(line)["id"] for line in run("export", *asked).stdout.splitlines()]
    shown = run("search", *asked, "--per-page", "100").stdout
    ids = [line.rpartition(" · ")[2] for line in shown.splitlines() if line.startswith("   ") and " · doi:" in line]
    assert exported == ids
    assert len(ids) > 5


def test_an_export_names_its_editions(tmp_path: Path) -> None:
    records = write_jsonl(tmp_path / "1.jsonl", [{"title": "Aspirin", "journal": {"name": "Example"}, "JCR": "Q4"}])
    tables = tmp_path / "journals.csv"
    tables.write_text("Journal,IF Quartile(2023),IF Quartile(2024)\nExample,Q3,Q2\n", encoding="utf-8")
    location = str(tmp_path / "index")
    assert run("build", str(records), "--journals", str(tables), "--index", location).exit_code == 0
    assert "JCR quartile: Q2 (JCR 2024)" in run("export", "--index", location, "--format", "ris").stdout
    older = run("export", "--index", location, "--format", "ris", "--edition", "JCR 2023").stdout
    assert "JCR quartile: Q3 (JCR 2023)" in older
    line = json.loads(run("export", "--index", location).stdout)
    assert line["jcr_quartile"] == "Q4"
    assert line["standing"] == {"editions": {"JCR": "JCR 2024", "CAS": "given"}, "jcr_quartile": "Q2"}
    wrong = run("export", "--index", location, "--edition", "JCR 1990")
    assert wrong.exit_code == 1
    assert "there is no edition 'JCR 1990'" in wrong.stderr


def test_an_export_that_finds_nothing_is_empty(index: str) -> None:
    result = run("export", "--index", index, "--format", "ris", "--query", "qqqzzz")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "0 records written\n"
