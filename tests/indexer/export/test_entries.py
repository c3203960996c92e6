from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.build import BuildOptions, build
from indexer.engines import open_engine
from indexer.errors import RequestError
from indexer.export import FORMATS, entries
from indexer.search.engine import Engine, Sort
from indexer.search.filters import parse_filters
from indexer.search.hits import Match, SearchRequest
from indexer.search.searcher import found_records, search
from tests.conftest import write_jsonl

JOURNALS = """Journal,IF(2023),IF Quartile(2023),IF(2024),IF Quartile(2024),大类(2025),大类分区(2025)
Example Journal,2.8,Q2,3.5,Q1,医学,2
"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("export")
    records: list[dict[str, object]] = [
        {
            "title": f"Aspirin {'aspirin ' * (number % 7)}number {number}",
            "doi": f"10.5555/{number}",
            "year": 2000 + number % 20,
            "JCR": "Q4",
            "journal": {"name": "Example Journal" if number % 2 else "Elsewhere"},
            "periodicalAbstract": "About it." if number == 1 else None,
        }
        for number in range(130)
    ]
    path = write_jsonl(folder / "records.jsonl", records)
    tables = folder / "journals.csv"
    tables.write_text(JOURNALS, encoding="utf-8")
    build((str(path),), str(folder / "index"), BuildOptions(journals=(str(tables),)))
    opened = open_engine(str(folder / "index"))
    yield opened
    opened.close()


def test_records_stand_in_the_newest_editions(engine: Engine) -> None:
    by_journal = {entry.record.journal: entry for entry in entries(engine, engine.records())}
    known, unknown = by_journal["Example Journal"], by_journal["Elsewhere"]
    assert (known.stored.jcr_quartile, known.record.jcr_quartile, known.record.impact_factor) == ("Q4", "Q1", 3.5)
    assert known.record.cas_zone == 2
    assert known.editions == {"JCR": "JCR 2024", "CAS": "CAS 2025"}
    assert unknown.stored.jcr_quartile == unknown.record.jcr_quartile == "Q4"
    assert unknown.editions == {"JCR": "given", "CAS": "given"}


def test_or_in_those_that_are_named(engine: Engine) -> None:
    records = found_records(engine, SearchRequest(text="doi:10.5555/1"))
    (entry,) = entries(engine, records, ["jcr 2023"])
    assert (entry.record.jcr_quartile, entry.record.impact_factor) == ("Q2", 2.8)
    assert entry.editions["JCR"] == "JCR 2023"


def test_an_edition_that_is_none_is_refused_at_once(engine: Engine) -> None:
    with pytest.raises(RequestError, match="no edition 'JCR 1990'"):
        entries(engine, engine.records(), ["JCR 1990"])
    with pytest.raises(RequestError, match="no edition 'JCR 1990'"):
        found_records(engine, SearchRequest(text="aspirin", editions=("JCR 1990",)))


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize(
    ("text", "filters", "match"),
    [
        ("aspirin", "", Match.AUTO),
        ("aspirin 7 15 100", "", Match.ANY),
        ("aspirin", "quartile:Q1,year:2003-2011", Match.AUTO),
    ],
)
def test_all_that_a_search_finds_comes_in_its_order(
    engine: Engine, text: str, filters: str, match: Match, sort: Sort
) -> None:
    def page(number: int) -> list[str]:
        request = SearchRequest(
            text=text, filters=parse_filters(filters), match=match, sort=sort, page=number, per_page=25
        )
        return [hit.record.id for hit in search(engine, request).hits]

    paged = [found for number in range(1, 8) for found in page(number)]
    asked = SearchRequest(text=text, filters=parse_filters(filters), match=match, sort=sort, page=3, per_page=1)
    assert [record.id for record in found_records(engine, asked)] == paged
    assert len(paged) > 25


def test_relaxed_searches_are_exported_as_they_are_shown(engine: Engine) -> None:
    request = SearchRequest(text="aspirin number 7 zzz", per_page=100)
    shown = search(engine, request)
    assert shown.relaxation
    assert [record.id for record in found_records(engine, request)][:100] == [hit.record.id for hit in shown.hits]


@pytest.mark.parametrize("name", FORMATS)
def test_formats_take_one_entry_at_a_time(engine: Engine, name: str) -> None:
    taken = 0

    def counted() -> Iterator[object]:
        nonlocal taken
        for entry in entries(engine, engine.records()):
            taken += 1
            yield entry

    pieces = FORMATS[name].write(counted())  # type: ignore[arg-type]
    for number, piece in enumerate(pieces):
        assert piece
        assert taken <= number + 1
    assert taken == 130


def test_a_description_comes_with_the_first_of_its_journal(tmp_path: Path) -> None:
    records = [
        {"title": f"Title {number}", "journal": {"name": "A"}, "journalDescription": None} for number in range(3)
    ]
    text = '{"title": "Title 9", "journal": {"name": "A"}}\nTitle 9\nText.\n期刊介绍:\nAbout it.\n'
    (tmp_path / "seed.txt").write_text(text, encoding="utf-8")
    write_jsonl(tmp_path / "more.jsonl", records)
    build((str(tmp_path / "seed.txt"), str(tmp_path / "more.jsonl")), str(tmp_path / "index"), BuildOptions())
    opened = open_engine(str(tmp_path / "index"))
    descriptions = [entry.stored.journal_description for entry in entries(opened, opened.records())]
    opened.close()
    assert descriptions == ["About it.", None, None, None]
