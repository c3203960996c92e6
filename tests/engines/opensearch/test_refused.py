"""Documents that a cluster does not take are skipped records: reported, and the others are indexed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.build import BuildOptions, build
from indexer.engines import open_engine
from indexer.errors import BuildError
from indexer.report import read_report, report_lines
from tests.conftest import write_jsonl


def test_a_refused_document_is_a_skipped_record(
    tmp_path: Path, remote_location: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    location = remote_location()
    source = write_jsonl(
        tmp_path / "records.jsonl", [{"title": f"Aspirin, trial {n}", "doi": f"10.5555/{n}"} for n in range(4)]
    )
    # No record that our readers let pass is refused, so that one is made wrong on its way.
    real = "indexer.engines.opensearch.mapping._values"
    monkeypatch.setattr(real, lambda values: {"date": "yesterday"} if values["doi"] == ("10.5555/2",) else {})
    with pytest.raises(BuildError, match=r"doi:10\.5555/2: The index does not take it .*--strict"):
        build([str(source)], location, BuildOptions(strict=True))

    report = build([str(source)], location)

    assert (report.indexed, report.documents, report.skipped) == (3, 3, 1)
    assert any("refused by the index: read 0, merged 0, skipped 1" in line for line in report_lines(report))
    engine = open_engine(location)
    assert {record.doi for record in engine.records()} == {"10.5555/0", "10.5555/1", "10.5555/3"}
    assert read_report(engine.report()).skipped == 1
    engine.close()
