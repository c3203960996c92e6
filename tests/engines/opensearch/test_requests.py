"""What a cluster is asked: by updates as much as they have batches, by exports a batch at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from indexer.build import build, delete, update
from indexer.engines import open_engine, open_writer
from indexer.engines.opensearch.connection import Connection
from indexer.search.engine import Plan
from indexer.search.query import Everything
from tests.conftest import write_jsonl
from tests.engines.conftest import make_records, publish

DOCUMENTS = 120
MOST_REQUESTS = 60
"""Of an update, whatever it holds; most of these make and publish a generation."""


def _article(number: int, title: str) -> dict[str, object]:
    return {"title": title, "doi": f"10.5555/{number}", "PMID": str(900 + number), "year": 2020}


def _noted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is asked from now on."""
    asked: list[str] = []
    ask = Connection.ask

    def noted(connection: Connection, method: str, path: str, *given: Any, **named: Any) -> Any:
        asked.append(f"{method} {path}")
        return ask(connection, method, path, *given, **named)

    monkeypatch.setattr(Connection, "ask", noted)
    return asked


def test_an_update_asks_for_many_documents_at_once(
    tmp_path: Path, remote_location: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    location = remote_location()
    old = [_article(number, f"Heart, part {number}") for number in range(DOCUMENTS)]
    build([str(write_jsonl(tmp_path / "old.jsonl", old))], location)
    # One in two changed, under another DOI but with the same PMID, and as many new ones.
    new = [_article(number, f"Stroke, part {number}") for number in range(0, 2 * DOCUMENTS, 2)]
    for one in new[: len(new) // 4]:
        one["doi"] = f"{one['doi']}.b"
    asked = _noted(monkeypatch)
    report = update([str(write_jsonl(tmp_path / "new.jsonl", new))], location)
    assert (report.indexed, report.replaced, report.documents) == (DOCUMENTS, DOCUMENTS // 2, DOCUMENTS * 3 // 2)
    assert len(asked) < MOST_REQUESTS, asked
    monkeypatch.undo()

    report, unknown = delete(["900", "pmid:901", "10.5555/239", "10.5555/absent"], location)
    assert (report.deleted, unknown) == (2, ("10.5555/239", "10.5555/absent"))
    engine = open_engine(location)
    assert sum("Stroke" in str(record.title_en) for record in engine.records()) == DOCUMENTS - 1
    engine.close()


def test_an_export_holds_a_batch_at_a_time(remote_location: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> None:
    location = remote_location()
    publish(open_writer(location, {}), make_records(45, seed=3), 45)
    engine = open_engine(location)
    for records in (engine.records, lambda: engine.records_of(Plan(Everything()))):
        monkeypatch.setattr("indexer.engines.opensearch.engine.BATCH", 10)
        asked = _noted(monkeypatch)
        for number, _ in enumerate(records()):
            assert len(asked) == number // 10 + 1
        assert number == 44
        monkeypatch.undo()
    engine.close()
