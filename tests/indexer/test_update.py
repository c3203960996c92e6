"""Changing an index: update and delete publish in one step, and cost what they change."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from indexer.build import BuildOptions, build, delete, update
from indexer.engines import LiveIndex, open_engine
from indexer.engines.whoosh import store
from indexer.errors import BuildError, IndexMissingError
from indexer.record import Record
from indexer.search.filters import parse_filters
from indexer.search.hits import SearchRequest
from indexer.search.searcher import search
from indexer.terms.lexicon import counted
from indexer.terms.lexicon.writer import Counts
from tests.conftest import write_jsonl


def _record(number: int, **fields: object) -> dict[str, object]:
    return {
        "title": f"Trial number {number} of aspirin",
        "doi": f"10.5555/{number}",
        "PMID": str(1000 + number),
        "journal": "Journal",
        "JCR": "Q1",
        **fields,
    }


@pytest.fixture
def index(tmp_path: Path) -> str:
    path = write_jsonl(tmp_path / "records.jsonl", [_record(n) for n in range(30)])
    location = str(tmp_path / "index")
    build([str(path)], location)
    return location


def _contents(location: str) -> dict[str, Record]:
    engine = open_engine(location)
    try:
        found = {record.id: record for record in engine.records()}
        assert len(found) == engine.manifest.documents
        assert search(engine, SearchRequest()).total == len(found)
        return found
    finally:
        engine.close()


def _total(location: str, text: str, filters: str = "") -> int:
    engine = open_engine(location)
    try:
        return search(engine, SearchRequest(text=text, filters=parse_filters(filters))).total
    finally:
        engine.close()


def test_an_update_adds_and_replaces(tmp_path: Path, index: str) -> None:
    before = _contents(index)
    path = write_jsonl(
        tmp_path / "new.jsonl", [_record(3, title="Warfarin instead", JCR="Q4"), _record(40), _record(40, JCR="Q2")]
    )
    report = update([str(path)], index)
    assert (report.read, report.indexed, report.replaced, report.merged, report.documents) == (3, 2, 1, 1, 31)
    after = _contents(index)
    assert after["doi:10.5555/3"].title_en == "Warfarin instead"
    assert after["doi:10.5555/40"].jcr_quartile == "Q2"
    untouched = {record_id: record for record_id, record in before.items() if record_id != "doi:10.5555/3"}
    assert {record_id: after[record_id] for record_id in untouched} == untouched
    assert _total(index, "warfarin") == 1
    assert _total(index, "aspirin") == 30
    assert _total(index, "", "quartile:Q4") == 1
    assert _total(index, "", "quartile:Q1") == 29


def test_a_replaced_record_keeps_nothing_of_the_old_one(tmp_path: Path, index: str) -> None:
    update([str(write_jsonl(tmp_path / "new.jsonl", [{"title": "Bare", "doi": "10.5555/3"}]))], index)
    assert _contents(index)["doi:10.5555/3"].jcr_quartile is None


def test_many_updates_in_a_row(tmp_path: Path, index: str) -> None:
    expected = _contents(index)
    rng = random.Random(3)
    for turn in range(8):
        changed = {n: _record(n, title=f"Turn {turn} record {n}") for n in rng.sample(range(40), 5)}
        update([str(write_jsonl(tmp_path / "new.jsonl", list(changed.values())))], index)
        gone = f"10.5555/{rng.choice(sorted(changed))}"
        delete([gone], index)
        expected.update({f"doi:10.5555/{n}": None for n in changed})  # type: ignore[dict-item]
        del expected[f"doi:{gone}"]
        found = _contents(index)
        assert set(found) == set(expected)
        assert _total(index, f'"turn {turn}"') == 4
    facets = search(engine := open_engine(index), SearchRequest()).facets
    assert sum(value.count for facet in facets if facet.name == "quartile" for value in facet.values) == len(expected)
    engine.close()


def test_delete_by_any_name(index: str) -> None:
    report, unknown = delete(["doi:10.5555/1", "https://doi.org/10.5555/2", "1003", "PMID: 1004", "none"], index)
    assert (report.deleted, report.documents) == (4, 26)
    assert unknown == ("none",)
    assert not {f"doi:10.5555/{n}" for n in (1, 2, 3, 4)} & set(_contents(index))


def test_deleting_nothing_changes_nothing(index: str) -> None:
    generation = store.published_generation(index)
    with pytest.raises(BuildError, match="no document is named nobody"):
        delete(["nobody"], index)
    assert store.published_generation(index) == generation


def test_there_must_be_an_index_to_change(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "new.jsonl", [_record(1)])
    with pytest.raises(IndexMissingError):
        update([str(path)], str(tmp_path / "nowhere"))
    with pytest.raises(IndexMissingError):
        delete(["1"], str(tmp_path / "nowhere"))
    assert not (tmp_path / "nowhere").exists()


def test_strict_publishes_nothing_where_a_record_is_skipped(tmp_path: Path, index: str) -> None:
    path = write_jsonl(tmp_path / "new.jsonl", [_record(50), {"no": "record"}])
    generation = store.published_generation(index)
    for change in (build, update):
        with pytest.raises(BuildError, match=r"new\.jsonl:2"):
            change([str(path)], index, BuildOptions(strict=True))
    assert store.published_generation(index) == generation


def test_an_open_search_sees_the_old_or_the_new(tmp_path: Path, index: str) -> None:
    live = LiveIndex(index)
    old = live.engine()
    update([str(write_jsonl(tmp_path / "new.jsonl", [_record(60)]))], index)
    delete(["10.5555/5"], index)
    delete(["10.5555/6"], index)
    assert search(old, SearchRequest(text="aspirin", per_page=100)).total == 30
    assert len(search(old, SearchRequest(text="aspirin", per_page=100)).hits) == 30
    assert search(live.engine(), SearchRequest(text="aspirin")).total == 29


def test_a_revision_that_adds_a_doi_replaces_the_record_of_its_pmid(tmp_path: Path, index: str) -> None:
    first = {"title": "Foxglove", "PMID": "77"}
    update([str(write_jsonl(tmp_path / "new.jsonl", [first]))], index)
    assert "pmid:77" in _contents(index)
    report = update([str(write_jsonl(tmp_path / "new.jsonl", [{**first, "doi": "10.5555/77"}]))], index)
    assert (report.replaced, report.documents) == (1, 31)
    assert "pmid:77" not in _contents(index)
    assert _total(index, "foxglove") == 1


def test_what_is_removed_is_counted_in_batches(index: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    def noted(records: Sequence[Record]) -> Counts:
        sizes.append(len(records))
        return counted(records)

    monkeypatch.setattr("indexer.build.BATCH", 4)
    monkeypatch.setattr("indexer.build.counted", noted)
    report, _ = delete([f"10.5555/{number}" for number in range(10)], index)
    assert report.deleted == 10
    assert sizes == [4, 4, 2]
    assert len(_contents(index)) == 20
