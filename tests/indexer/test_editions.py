"""Metrics belong to a journal and an edition: a search answers as of the newest, or of the one asked for."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexer.build import BuildOptions, build, update
from indexer.engines import open_engine
from indexer.errors import JournalTableError, RequestError
from indexer.search.engine import Engine
from indexer.search.filters import UNKNOWN, parse_filters
from indexer.search.hits import SearchRequest, SearchResult
from indexer.search.searcher import find, search
from tests.conftest import write_jsonl

JCR_2023 = "Journal,ISSN,eISSN,Category,IF(2023),IF Quartile(2023)\nMoving Medicine,1111-1119,,ONCOLOGY,2.5,Q3\n"
JCR_2024 = (
    "Journal,ISSN,eISSN,Category,IF(2024),IF Quartile(2024)\n"
    "Moving Medicine,1111-1119,,ONCOLOGY,5.5,Q1\nNew Medicine,2222-2227,,ONCOLOGY,1.5,Q4\n"
)
CAS_2023 = "Journal,年份,ISSN,大类,大类分区,Top\nMoving Medicine,2023,1111-1119,医学,3,否\n"
WARNING_2023 = "Journal,ISSN,预警等级（2023）\nMoving Medicine,1111-1119,高\n"
WARNING_2025 = "Journal,ISSN,预警原因（2025）\nNew Medicine,2222-2227,论文工厂\n"
CAS_2025 = "Journal,年份,ISSN/EISSN,大类,大类分区,Top\nMoving Medicine,2025,1111-1119/3333-3338,医学,2 [100/900],否\n"
RECORDS: list[dict[str, object]] = [
    {"title": "First", "doi": "10.5555/1", "journal": {"name": "Moving Medicine"}, "JCR": "Q4", "RegionNum": 4},
    {"title": "Second", "doi": "10.5555/2", "journal": {"name": "The moving medicine"}},
    {"title": "Third", "doi": "10.5555/3", "journal": {"name": "New Medicine"}, "JCR": "Q2", "RegionNum": 1},
    {"title": "Fourth", "doi": "10.5555/4", "journal": {"name": "Unlisted Letters"}, "JCR": "Q2", "PeriodicalIF": 9.5},
    {"title": "Fifth", "doi": "10.5555/5"},
]


@pytest.fixture(scope="module")
def location(tmp_path_factory: pytest.TempPathFactory, new_location: Callable[[], str]) -> str:
    folder, index = tmp_path_factory.mktemp("editions"), new_location()
    tables = []
    for name, text in {"a": JCR_2023, "b": JCR_2024, "c": CAS_2023, "d": CAS_2025}.items():
        path = folder / f"{name}.csv"
        path.write_text(text, encoding="utf-8")
        tables.append(str(path))
    source = write_jsonl(folder / "records.jsonl", RECORDS)
    report = build([str(source)], index, BuildOptions(journals=tables))
    assert report.journals is not None
    assert (report.journals.by_title, report.journals.unmatched, report.journals.without_journal) == (3, 1, 1)
    assert [journal.name for journal in report.journals.unmatched_journals] == ["Unlisted Letters"]
    return index


@pytest.fixture
def engine(location: str) -> Iterator[Engine]:
    opened = open_engine(location)
    yield opened
    opened.close()


def ask(engine: Engine, filters: str = "", *editions: str, text: str = "") -> SearchResult:
    return search(engine, SearchRequest(text=text, filters=parse_filters(filters), editions=editions, per_page=50))


def dois(result: SearchResult) -> set[str]:
    return {(hit.record.doi or "")[-1] for hit in result.hits}


def counts(result: SearchResult, facet: str) -> dict[str, int]:
    return {value.value: value.count for one in result.facets if one.name == facet for value in one.values}


def test_the_newest_edition_is_the_default(engine: Engine) -> None:
    assert engine.manifest.editions == {"JCR": ("JCR 2024", "JCR 2023"), "CAS": ("CAS 2025", "CAS 2023")}
    assert dois(ask(engine, "quartile:Q1")) == {"1", "2"}
    assert counts(ask(engine), "quartile") == {"Q1": 2, "Q4": 1, "Q2": 1, UNKNOWN: 1}
    assert counts(ask(engine), "zone") == {"2": 2, "1": 1, UNKNOWN: 2}


def test_another_edition_answers_as_of_itself(engine: Engine) -> None:
    old = ("JCR 2023", "cas 2023")
    assert dois(ask(engine, "quartile:Q1", *old)) == set()
    assert dois(ask(engine, "quartile:Q3", *old)) == {"1", "2"}
    assert dois(ask(engine, "zone:3", *old)) == {"1", "2"}
    # New Medicine is in JCR 2024 and was not in JCR 2023: what its record says does not stand in for that.
    assert counts(ask(engine, "", *old), "quartile") == {"Q3": 2, "Q2": 1, UNKNOWN: 2}
    assert dois(ask(engine, "", "JCR 2023", text="quartile:Q3")) == {"1", "2"}
    assert dois(ask(engine, "", text="quartile:Q3")) == set()


def test_families_are_chosen_apart(engine: Engine) -> None:
    assert dois(ask(engine, "quartile:Q1,zone:3", "CAS 2023")) == {"1", "2"}


def test_a_hit_shows_the_metrics_it_was_found_by(engine: Engine) -> None:
    new, old = ask(engine, "quartile:Q1").hits[0], ask(engine, "quartile:Q3", "JCR 2023").hits[0]
    assert (new.record.jcr_quartile, new.record.impact_factor, new.record.cas_zone) == ("Q1", 5.5, 2)
    assert new.editions == {"JCR": "JCR 2024", "CAS": "CAS 2025"}
    assert (old.record.jcr_quartile, old.record.impact_factor, old.record.cas_zone) == ("Q3", 2.5, 2)
    assert old.editions == {"JCR": "JCR 2023", "CAS": "CAS 2025"}


def test_what_no_table_knows_is_as_given(engine: Engine) -> None:
    hit = next(hit for hit in ask(engine, "quartile:Q2").hits if hit.record.doi == "10.5555/4")
    assert (hit.record.impact_factor, hit.editions["JCR"]) == (9.5, "given")
    assert "4" in dois(ask(engine, "quartile:Q2", "JCR 2023"))
    # Its zone is the record's, since no CAS table lists the journal; its quartile is the table's.
    third = next(hit for hit in ask(engine, "zone:1").hits)
    assert (third.record.doi, third.record.jcr_quartile, third.editions) == (
        "10.5555/3",
        "Q4",
        {"JCR": "JCR 2024", "CAS": "given"},
    )


def test_spellings_of_one_journal_are_one_facet_value(engine: Engine) -> None:
    assert counts(ask(engine), "journal") == {
        "Moving Medicine": 2,
        "New Medicine": 1,
        "Unlisted Letters": 1,
        UNKNOWN: 1,
    }
    assert dois(ask(engine, text='journal:"moving medicine"')) == {"1", "2"}


@pytest.mark.parametrize("facet", ["quartile", "zone"])
@pytest.mark.parametrize("edition", ["JCR 2023", "JCR 2024", "CAS 2023", "CAS 2025"])
def test_counts_are_totals_in_every_edition(engine: Engine, facet: str, edition: str) -> None:
    for value, count in counts(ask(engine, "", edition), facet).items():
        assert ask(engine, f"{facet}:{value}", edition).total == count


def test_sorting_follows_the_edition(engine: Engine) -> None:
    request = SearchRequest(sort=next(sort for sort in type(SearchRequest().sort) if sort.value == "impact_factor"))
    newest = [hit.record.impact_factor for hit in search(engine, request).hits]
    assert newest == [9.5, 5.5, 5.5, 1.5, None]


def test_an_edition_that_is_not_held_is_refused(engine: Engine) -> None:
    with pytest.raises(RequestError, match="JCR 2024, JCR 2023, CAS 2025, CAS 2023"):
        ask(engine, "", "JCR 1999")
    with pytest.raises(RequestError, match="name one edition of JCR"):
        ask(engine, "", "JCR 2023", "JCR 2024")


def test_a_record_is_looked_up_in_an_edition(engine: Engine) -> None:
    found = find(engine, "doi:10.5555/1", ["JCR 2023"])
    assert found is not None
    assert (found.record.jcr_quartile, found.editions["JCR"]) == ("Q3", "JCR 2023")


def test_an_update_uses_the_tables_of_the_build(location: str, tmp_path: Path) -> None:
    more = write_jsonl(tmp_path / "more.jsonl", [{"title": "Sixth", "doi": "10.5555/6", "issn": "1111-1119"}])
    more.write_text(
        '{"title": "Sixth", "doi": "10.5555/6", "journal": {"name": "Moving Medicine"}, "JCR": "Q4"}\n',
        encoding="utf-8",
    )
    update([str(more)], location)
    engine = open_engine(location)
    assert dois(ask(engine, "quartile:Q1")) == {"1", "2", "6"}
    assert dois(ask(engine, "quartile:Q3", "JCR 2023")) == {"1", "2", "6"}
    engine.close()


@pytest.fixture(scope="module")
def warned(tmp_path_factory: pytest.TempPathFactory, new_location: Callable[[], str]) -> Iterator[Engine]:
    folder, index = tmp_path_factory.mktemp("warned"), new_location()
    tables = []
    for name, text in {"a": WARNING_2023, "b": WARNING_2025, "c": CAS_2025}.items():
        path = folder / f"{name}.csv"
        path.write_text(text, encoding="utf-8")
        tables.append(str(path))
    source = write_jsonl(folder / "records.jsonl", RECORDS)
    build([str(source)], index, BuildOptions(journals=tables))
    opened = open_engine(index)
    yield opened
    opened.close()


def test_warning_lists_are_editions(warned: Engine) -> None:
    assert warned.manifest.editions["warning"] == ("Warning 2025", "Warning 2023")
    # The fourth is in a journal that no table names, and so not on the list; the fifth names no journal.
    assert counts(ask(warned), "warning") == {"yes": 1, "no": 3, UNKNOWN: 1}
    assert dois(ask(warned, "warning:yes")) == {"3"}
    assert dois(ask(warned, "warning:yes", "Warning 2023")) == {"1", "2"}
    assert dois(ask(warned, text="warning:no")) == {"1", "2", "4"}
    assert dois(ask(warned, "", "Warning 2023", text="预警:是")) == {"1", "2"}
    assert dois(ask(warned, text="warning:unknown")) == {"5"}
    hit = ask(warned, "warning:yes").hits[0]
    assert (hit.record.on_warning_list, hit.editions["warning"]) == (True, "Warning 2025")


def test_without_a_warning_list_nothing_is_said(engine: Engine) -> None:
    assert set(counts(ask(engine), "warning")) == {UNKNOWN}
    assert all(hit.record.on_warning_list is None and "warning" not in hit.editions for hit in ask(engine).hits)


def test_categories_follow_the_edition(warned: Engine) -> None:
    assert counts(ask(warned), "category") == {"医学": 2, UNKNOWN: 3}
    assert dois(ask(warned, "category:医学")) == dois(ask(warned, text="大类:医学")) == {"1", "2"}


def test_a_file_that_is_no_table_stops_the_build(tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "records.jsonl", RECORDS)
    bad = tmp_path / "bad.csv"
    bad.write_text("Colour,Weight\nred,3\n", encoding="utf-8")
    with pytest.raises(JournalTableError, match=r"bad\.csv"):
        build([str(source)], str(tmp_path / "index"), BuildOptions(journals=[str(bad)]))
    assert not (tmp_path / "index").exists()


def test_a_real_journal_that_moved(shared: Path, tmp_path: Path) -> None:
    old, new = (shared / "data" / "journal_metrics" / f"FQBJCR{year}-UTF8.csv" for year in (2023, 2025))

    def zones(path: Path) -> dict[str, str]:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return {row["Journal"].casefold(): row["大类分区"].split(" ")[0] for row in csv.DictReader(file)}

    before, after = zones(old), zones(new)
    name = next(name for name in sorted(before) if name in after and before[name] != after[name])
    source = write_jsonl(tmp_path / "records.jsonl", [{"title": "One", "doi": "10.5555/1", "journal": {"name": name}}])
    build([str(source)], str(tmp_path / "index"), BuildOptions(journals=[str(old), str(new)]))
    engine = open_engine(str(tmp_path / "index"))
    assert ask(engine, f"zone:{after[name]}").total == 1
    assert ask(engine, f"zone:{before[name]}").total == 0
    assert ask(engine, f"zone:{before[name]}", "CAS 2023").total == 1
    assert ask(engine, f"zone:{after[name]}", "CAS 2023").total == 0
