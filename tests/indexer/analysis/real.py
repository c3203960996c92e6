"""Real abstracts, where they are at hand: beside the repository, never in it."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest

from indexer.analysis.script import has_han

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


def texts_of_every_kind(step: int) -> list[str]:
    """Titles and abstracts of both languages, of every collection, and single sentences; one of `step`."""
    found: list[str] = []
    for name in ("bilingual/chinaxiv_all", "articles/rct_articles", "abstracts/screening_abstracts"):
        keys = ("title_zh", "abstract_zh", "title_en", "abstract_en") if "all" in name else ("title", "abstract")
        for key in keys:
            found += _values(f"{name}.jsonl.gz", key, step)
    for name in ("medline1033", "scifact_train"):
        found += _values(f"collections/{name}/corpus.jsonl.gz", "abstract", step)
    for path in sorted((_DATA / "bilingual").glob("wmt18.*")):
        found += path.read_text(encoding="utf-8").splitlines()[:: max(1, step // 10)]
    return found


def piece_with_han(text: str, length: int, chance: random.Random) -> str:
    """A piece of a text that holds a Han character, of any length up to the one that is given if the text is short."""
    while not has_han(piece := text[(start := chance.randint(0, max(0, len(text) - length))) : start + length]):
        pass
    return piece
