"""What the tests of sources share."""

import json
from pathlib import Path

import pytest

from indexer.record import Record
from indexer.sources import Noted, Read, Skipped, read
from indexer.sources.seed import PlainPart, record_of

SHARED = Path(__file__).resolve().parents[3].parent / "shared"


def seed_folder() -> Path:
    folder = SHARED / "seeds"
    if not folder.is_dir():
        pytest.skip(f"no real seed records in {folder}")
    return folder


def record(plain: str = "", **keys: object) -> Record:
    """The record of an object that has a title unless told otherwise."""
    return record_of({"title": "A trial of something", **keys}, PlainPart.of(plain), {}, [])


def inner(**keys: object) -> str:
    return json.dumps(keys, ensure_ascii=False)


def records(path: object) -> list[Record]:
    """The records of a source in which nothing may be skipped."""
    outcomes = list(read(path))
    assert [outcome for outcome in outcomes if isinstance(outcome, Skipped)] == []
    return [outcome.record for outcome in outcomes if isinstance(outcome, Read)]


def notes(path: object) -> list[str]:
    """What was noted in a source."""
    return [outcome.what for outcome in read(path) if isinstance(outcome, Noted)]


def reason(path: object) -> str:
    """Why the only thing in a source was skipped."""
    (outcome,) = read(path)
    assert isinstance(outcome, Skipped)
    return outcome.reason


def outline(path: object) -> list[tuple[str, str]]:
    """Position and title or reason of every outcome, positions relative to nothing."""
    return [
        (str(each.position), (each.record.title_en or "") if isinstance(each, Read) else each.reason)
        for each in read(path)
        if not isinstance(each, Noted)
    ]
