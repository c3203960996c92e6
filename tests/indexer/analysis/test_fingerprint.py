from __future__ import annotations

import re

import pytest

from indexer import analysis
from indexer.analysis import chinese, fingerprint, stopwords


def test_is_sixteen_hexadecimal_digits_and_steady() -> None:
    assert re.fullmatch("[0-9a-f]{16}", fingerprint())
    assert fingerprint.__wrapped__() == fingerprint()


@pytest.mark.parametrize(
    ("where", "name", "value"),
    [
        (chinese, "OUR_WORDS", ("糖尿病",)),
        (stopwords, "ENGLISH", frozenset({"the"})),
        (stopwords, "CHINESE", frozenset({"的"})),
        (analysis, "VERSION", 0),
        (analysis, "version", lambda library: "0"),
    ],
)
def test_changes_with_what_decides_the_tokens(
    monkeypatch: pytest.MonkeyPatch, where: object, name: str, value: object
) -> None:
    before = fingerprint.__wrapped__()
    monkeypatch.setattr(where, name, value)
    assert fingerprint.__wrapped__() != before
