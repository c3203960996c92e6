from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given

from indexer.analysis import language_of
from indexer.analysis.script import runs
from tests.indexer.analysis.strategies import texts


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Multiple myeloma", "en"),
        ("多发性骨髓瘤", "zh"),
        ("硼替佐米 for myeloma", "zh"),
        ("Bortezomib for multiple 骨髓", "en"),
        ("IL-6 与 TNF", "en"),
        ("PD-L1 抑制剂", "zh"),
        ("Миелома", "en"),
        ("β", "en"),
        ("2024, 3.5%", None),
        ("", None),
        ("。？", None),
    ],
)
def test_language_of(text: str, language: str | None) -> None:
    assert language_of(text) == language


def test_runs() -> None:
    assert [("2型DM"[start:end], han) for start, end, han in runs("2型DM")] == [
        ("2", False),
        ("型", True),
        ("DM", False),
    ]


@given(texts)
def test_runs_cover_the_text(text: str) -> None:
    found = list(runs(text))
    assert "".join(text[start:end] for start, end, _ in found) == text
    assert all(one.han != other.han for one, other in pairwise(found))
