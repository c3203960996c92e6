"""Generations, as every engine publishes them: builds, updates, deletions and what becomes of those that fail."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
import pytest

from indexer.engines import LiveIndex, open_engine, open_updater, open_writer, rollback
from indexer.errors import BuildError, IndexMissingError
from indexer.record import Record
from indexer.search.engine import Plan, Sort
from indexer.search.query import Everything
from tests.engines.conftest import make_records, publish

RECORDS = make_records(40, seed=3)


def _build(location: str, records: Sequence[Record]) -> str:
    writer = open_writer(location, {})
    publish(writer, records, len(records))
    return writer.generation


def _update(location: str, records: Sequence[Record], total: int, gone: Sequence[str] = ()) -> str:
    engine, writer = open_updater(location)
    engine.close()
    publish(writer, records, total, gone)
    return writer.generation


def _held(location: str) -> dict[str, Record]:
    engine = open_engine(location)
    try:
        assert engine.search(Plan(Everything(), limit=0)).total == engine.manifest.documents
        return {record.id: record for record in engine.records()}
    finally:
        engine.close()


def _by_id(records: Sequence[Record]) -> dict[str, Record]:
    return {record.id: record for record in records}


def test_an_update_adds_replaces_and_removes(new_location: Callable[[], str]) -> None:
    location = new_location()
    _build(location, RECORDS[:30])
    before = open_engine(location)
    changed = msgspec.structs.replace(RECORDS[0], title_en="Entirely otherwise", citation_count=77)
    gone = [RECORDS[1].id, RECORDS[2].id]

    _update(location, [changed, *RECORDS[30:]], 38, gone)

    assert _held(location) == _by_id([changed, *RECORDS[3:]])
    assert {record.id: record for record in before.records()} == _by_id(RECORDS[:30])
    before.close()
    engine = open_engine(location)
    assert engine.record(gone[0]) is None
    assert engine.search(Plan(Everything(), sort=Sort.CITATIONS, limit=1)).hits[0].record == changed
    engine.close()


def test_a_rollback_serves_the_generation_before_and_a_second_one_takes_it_back(
    new_location: Callable[[], str],
) -> None:
    location = new_location()
    first = _build(location, RECORDS[:10])
    second = _update(location, RECORDS[10:20], 20)

    assert rollback(location).generation == first
    assert _held(location) == _by_id(RECORDS[:10])
    assert rollback(location).generation == second
    assert _held(location) == _by_id(RECORDS[:20])

    third = _build(location, RECORDS[20:])
    assert rollback(location).generation == second
    assert rollback(location).generation == third


def test_a_build_that_fails_costs_no_rollback(new_location: Callable[[], str]) -> None:
    location = new_location()
    first = _build(location, RECORDS[:5])
    _build(location, RECORDS[:6])

    open_writer(location, {}).close()
    with pytest.raises(BuildError, match="does not verify"):
        publish(open_writer(location, {}), RECORDS[:7], 7, claimed=8)

    assert rollback(location).generation == first
    assert _held(location) == _by_id(RECORDS[:5])


def test_an_update_after_a_rollback_goes_on_from_what_is_served(new_location: Callable[[], str]) -> None:
    location = new_location()
    first = _build(location, RECORDS[:10])
    _build(location, RECORDS[20:])
    rollback(location)

    _update(location, RECORDS[10:12], 12)

    assert _held(location) == _by_id(RECORDS[:12])
    assert rollback(location).generation == first


def test_without_a_generation_before_there_is_no_rollback(new_location: Callable[[], str]) -> None:
    location = new_location()
    for ask in (rollback, open_engine, open_updater):
        with pytest.raises(IndexMissingError):
            ask(location)
    _build(location, RECORDS[:3])
    with pytest.raises(IndexMissingError, match="no generation before"):
        rollback(location)
    assert len(_held(location)) == 3


def test_what_is_not_published_is_not_seen_and_goes(new_location: Callable[[], str]) -> None:
    location = new_location()
    writer = open_writer(location, {})
    writer.close()
    with pytest.raises(IndexMissingError):
        open_engine(location)
    _build(location, RECORDS[:5])
    engine, writer = open_updater(location)
    writer.delete(RECORDS[0].id)
    writer.close()
    engine.close()
    assert _held(location) == _by_id(RECORDS[:5])


def test_one_build_at_a_time(new_location: Callable[[], str]) -> None:
    location = new_location()
    _build(location, RECORDS[:5])
    writer = open_writer(location, {})
    for begin in (lambda: open_writer(location, {}), lambda: open_updater(location), lambda: rollback(location)):
        with pytest.raises(BuildError, match="another build"):
            begin()
    writer.close()
    _update(location, RECORDS[5:6], 6)


def test_a_generation_that_does_not_verify_is_not_published(new_location: Callable[[], str]) -> None:
    location = new_location()
    _build(location, RECORDS[:5])
    engine, writer = open_updater(location)
    engine.close()
    with pytest.raises(BuildError, match="does not verify"):
        publish(writer, RECORDS[5:7], 7, claimed=8)
    assert _held(location) == _by_id(RECORDS[:5])


def test_a_served_index_goes_over_to_what_is_published(new_location: Callable[[], str]) -> None:
    location = new_location()
    _build(location, RECORDS[:5])
    live = LiveIndex(location)
    first = live.engine()
    assert first.manifest.documents == 5

    second = _build(location, RECORDS[:6])
    while (engine := live.engine()) is first:
        pass
    assert engine.manifest.generation == second
    assert live.engine() is engine
    first.close()
    engine.close()
