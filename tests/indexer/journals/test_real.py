"""The join of real articles with real tables, where they are at hand: beside the repository, never in it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from indexer.journals import Edition, Family, JournalTables, read_tables
from indexer.record import Record

DATA = Path(__file__).parents[4] / "shared" / "data"


def _files(*names: str) -> list[Path]:
    folder = DATA / "journal_metrics"
    if not folder.is_dir():
        pytest.skip(f"real journal tables are not at hand: {folder} is missing")
    return [folder / name for name in names]


@pytest.fixture(scope="module")
def tables() -> JournalTables:
    return read_tables(sorted(_files("")[0].glob("*.csv")))


def test_all_tables_are_recognised(tables):
    assert [edition.name for edition in tables.editions()] == [
        *("JCR 2025", "JCR 2024", "JCR 2023", "CAS 2025", "CAS 2023"),
        *("Warning 2025", "Warning 2024", "Warning 2023", "SJR"),
    ]
    assert sum(report.unreadable_rows for report in tables.reports) == 0
    # A spreadsheet made dates of a few hundred ranks; nothing else is unreadable.
    assert all("is no rank" in problem.reason for report in tables.reports for problem in report.examples)
    assert sum(report.rows for report in tables.reports) > 150_000


def test_articles_get_quartiles_and_zones():
    joined = read_tables(_files("JCR2025-UTF8.csv", "FQBJCR2025-UTF8.csv"))
    jcr, cas = joined.default(Family.JCR), joined.default(Family.CAS)
    articles = quartiles = zones = 0
    with gzip.open(DATA / "articles" / "rct_articles.jsonl.gz", "rt", encoding="utf-8") as lines:
        for article in map(json.loads, lines):
            issn, eissn = ([*article["issn"], None, None])[:2]
            record = Record(
                id=article["pmcid"],
                journal=article["journal"],
                journal_abbreviation=article["iso"],
                issn=issn,
                eissn=eissn,
            )
            entry = joined.metrics_of(record).entry
            articles += 1
            if entry:
                quartiles += (said := entry.journal.under(jcr)) is not None and said.quartile is not None
                zones += (said := entry.journal.under(cas)) is not None and said.zone is not None
    assert articles == 4470
    assert quartiles >= 3851
    assert zones >= 3833


def test_a_journal_that_moved_between_editions_answers_for_both(tables):
    """Found by reading the files by themselves, so that the join is held against what they say."""
    zones: dict[int, dict[str, int]] = {}
    for year, name in ((2023, "FQBJCR2023-UTF8.csv"), (2025, "FQBJCR2025-UTF8.csv")):
        header, *rows = _files(name)[0].read_text(encoding="utf-8").splitlines()
        issn_column = next(place for place, column in enumerate(header.split(",")) if "ISSN" in column)
        zone_column = header.split(",").index("大类分区")
        # Titles with commas would shift the columns; there are enough others.
        plain = (row.split(",") for row in rows if '"' not in row.split("SCIE")[0])
        zones[year] = {
            cells[issn_column][:9]: int(cells[zone_column][0]) for cells in plain if cells[zone_column][0].isdigit()
        }
    moved = [issn for issn, zone in zones[2023].items() if zones[2025].get(issn, zone) != zone]
    assert len(moved) > 100
    for issn in moved:
        journal = tables.find(None, issn=issn).journal
        assert journal.under(Edition(Family.CAS, 2023)).zone == zones[2023][issn]
        assert journal.under(Edition(Family.CAS, 2025)).zone == zones[2025][issn]
