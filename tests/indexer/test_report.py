"""The text of a report."""

from __future__ import annotations

from pathlib import Path

from indexer.build import BuildOptions, build
from indexer.report import counted, report_lines
from tests.conftest import write_jsonl

TABLE = """Title,ISSN,2024 JIF,JIF Quartile
Journal of Foxglove,2434-561X,2.5,Q1
Annals of Fiction,,1.5,Q2
Journal of Nettles,0378-5955,much,Q7
"""


def test_one_of_a_thing_is_not_many() -> None:
    assert [counted(number, "document") for number in (0, 1, 2)] == ["0 documents", "1 document", "2 documents"]


def test_what_is_wrong_in_a_journal_table_is_said(tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "a.jsonl", [{"title": "Aspirin", "journal": "Journal of Brambles"}])
    (tmp_path / "jcr.csv").write_text(TABLE, encoding="utf-8")
    report = build([str(source)], str(tmp_path / "index"), BuildOptions(journals=[str(tmp_path / "jcr.csv")]))
    (table,) = report.tables
    assert table.unreadable_values
    lines = list(report_lines(report))
    assert f"journal table {table.path}: JCR 2024, 3 rows, {table.unreadable_values} values unreadable" in lines
    assert any(line.startswith(f"  {table.path}:4: ") for line in lines)
    assert "1 journal of 1 document is in no table:" in lines
    report.tables = [
        type(table)(path="t", editions=(), rows=9, unreadable_rows=0, unreadable_values=0, unlinked_rows=2)
    ]
    assert any("9 rows, 2 rows left out" in line for line in report_lines(report))
