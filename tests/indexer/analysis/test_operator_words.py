from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.analysis import chinese, fingerprint
from indexer.errors import SettingsError


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    chinese.operator_words.cache_clear()
    yield
    chinese.operator_words.cache_clear()


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_none_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MEDSEARCH_WORDS", raising=False)
    assert chinese.operator_words() == ()


def test_lists_are_read_folded_and_without_their_numbers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first = write(tmp_path / "a.txt", "\ufeff肝豆狀核變性\t12\r\n\nIL-6\n癌\n")
    second = write(tmp_path / "b.txt", "玄参饮\n肝豆状核变性\n玄参饮 \t 3\n")
    monkeypatch.setenv("MEDSEARCH_WORDS", os.pathsep.join(map(str, (first, second))))
    assert chinese.operator_words() == ("玄参饮", "肝豆状核变性")


def test_they_join_the_dictionary_and_change_the_fingerprint(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("MEDSEARCH_WORDS", raising=False)
    before = fingerprint.__wrapped__()
    assert "玄参饮" not in chinese.frequencies()
    chinese.operator_words.cache_clear()
    monkeypatch.setenv("MEDSEARCH_WORDS", str(write(tmp_path / "a.txt", "玄参饮\t7\n")))
    assert chinese.frequencies()["玄参饮"] == chinese.frequencies()["三阴性乳腺癌"]
    assert fingerprint.__wrapped__() != before


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"\xb0\xa9\n", "not UTF-8"),
        ("玄参饮\tmany\n".encode(), "line 1"),
        ("玄参饮\n\t7\n".encode(), "line 2"),
        ("玄参饮\t7\t8\n".encode(), "line 1"),
    ],
)
def test_a_bad_list_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes, named: str) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes(content)
    monkeypatch.setenv("MEDSEARCH_WORDS", str(path))
    with pytest.raises(SettingsError, match=named) as caught:
        chinese.operator_words()
    assert str(path) in str(caught.value)


def test_a_missing_list_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MEDSEARCH_WORDS", str(tmp_path / "none.txt"))
    with pytest.raises(SettingsError, match=r"none\.txt"):
        chinese.operator_words()
