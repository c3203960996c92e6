"""Every command, over every engine."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner

from search_web.command import main
from tests.conftest import write_jsonl


def _run(*arguments: str) -> str:
    done = CliRunner().invoke(main, list(arguments), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def _article(number: int, title: str) -> dict[str, object]:
    return {"title": title, "doi": f"10.5555/{number}", "PMID": str(900 + number), "JCR": "Q1", "year": 2020}


def test_every_command(tmp_path: Path, new_location: Callable[[], str]) -> None:
    index = ["--index", new_location()]
    first = write_jsonl(tmp_path / "first.jsonl", [_article(1, "Heart attacks in winter"), _article(2, "房颤与卒中")])
    second = write_jsonl(
        tmp_path / "second.jsonl",
        [_article(3, "Aspirin after stroke"), {**_article(2, "Changed altogether"), "doi": "10.5555/2"}],
    )

    assert "published g-" in _run("build", str(first), *index)
    assert _run("search", "heart", *index).startswith("1 document for heart")
    assert "read 2, indexed 2" in _run("update", str(second), *index)
    assert _run("stats", *index).startswith("3 documents, generation g-")
    found = _run("search", "myocardial infarction", "--filter", "quartile:Q1", *index)
    assert "Heart attacks in winter" in found
    assert "quartile: Q1 1" in found
    assert _run("search", "房颤", *index).startswith("0 documents")
    assert "deleted 1" in _run("delete", "903", *index)
    exported = [json.loads(line) for line in _run("export", *index).splitlines()]
    assert {record["doi"] for record in exported} == {"10.5555/1", "10.5555/2"}
    ordered = _run("export", "--query", "heart OR changed", "--sort", "newest", "--format", "ris", *index)
    assert ordered.count("ER  -") == 2
    assert _run("rollback", *index).strip().endswith("3 documents")
    assert _run("search", "aspirin", *index).startswith("1 document")
    assert _run("rollback", *index).strip().endswith("2 documents")
    assert "心肌梗死" in _run("terms", "心梗", *index)
