"""Real abstracts, where they are at hand: beside the repository, never in it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

_DATA = Path(__file__).parents[4] / "shared" / "data"


def _values(name: str, key: str, step: int) -> list[str]:
    path = _DATA / name
    if not path.exists():
        pytest.skip(f"real data is not at hand: {path} is missing")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for number, line in enumerate(lines) if number % step == 0]
    return [row[key] for row in rows if row.get(key)]


def chinese_abstracts(step: int = 1) -> list[str]:
    return _values("bilingual/chinaxiv_medical.jsonl.gz", "abstract_zh", step)


def english_abstracts(step: int = 1) -> list[str]:
    return _values("abstracts/screening_abstracts.jsonl.gz", "abstract", step)
