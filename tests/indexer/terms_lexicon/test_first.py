"""The lexicon of our own terms: made once, kept, and made again where what is kept is not whole."""

from __future__ import annotations

import os

import pytest

from indexer.terms.lexicon import Lexicon, LexiconWriter, first, write_first
from indexer.terms.ours import ours


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A folder of its own, which is not there yet, and a process that has made nothing."""
    folder = tmp_path / "cache" / "medsearch"
    monkeypatch.setattr(first, "cache_folder", lambda: folder)
    monkeypatch.setattr(first, "_held", {})
    # A few of our terms, which take no seconds.
    monkeypatch.setattr(first, "ours", lambda: ours()[:40])
    return folder


@pytest.fixture
def made(monkeypatch):
    """How often a lexicon was made."""
    paths = []

    class Counting(LexiconWriter):
        def __init__(self, path):
            paths.append(path)
            super().__init__(path)

    monkeypatch.setattr(first, "LexiconWriter", Counting)
    return paths


def _entries(path):
    return [entry.forms for entry in Lexicon(path).entries()]


def test_it_is_made_once_for_all_processes(tmp_path, cache, made, monkeypatch):
    for number in range(3):
        write_first(tmp_path / f"{number}")
    assert len(made) == 1
    monkeypatch.setattr(first, "_held", {})  # as another process
    write_first(tmp_path / "3")
    assert len(made) == 1
    assert len(_entries(tmp_path / "0")) > 30
    assert {(tmp_path / f"{number}").read_bytes() for number in range(4)} == {(tmp_path / "0").read_bytes()}
    assert [path.name.removeprefix("terms-") for path in cache.iterdir()] == list(first._held)


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-1], lambda data: b"", lambda data: data[:5000] + b"x" + data[5001:]]
)
def test_one_that_is_not_whole_is_made_again(tmp_path, cache, made, monkeypatch, damage):
    write_first(tmp_path / "0")
    (kept,) = cache.iterdir()
    whole = kept.read_bytes()
    assert damage(whole) != whole
    kept.write_bytes(damage(whole))
    for number in (1, 2):
        monkeypatch.setattr(first, "_held", {})
        write_first(tmp_path / f"{number}")
        assert _entries(tmp_path / f"{number}") == _entries(tmp_path / "0")
    assert len(made) == 2


def test_where_none_can_be_kept_each_process_makes_its_own(tmp_path, cache, made, monkeypatch):
    cache.parent.write_bytes(b"no folder")
    for number in range(2):
        write_first(tmp_path / f"{number}")
    assert len(made) == 1
    monkeypatch.setattr(first, "_held", {})
    write_first(tmp_path / "2")
    assert len(made) == 2

    def homeless():
        raise RuntimeError

    monkeypatch.setattr(first, "cache_folder", homeless)
    monkeypatch.setattr(first, "_held", {})
    write_first(tmp_path / "3")
    assert _entries(tmp_path / "3") == _entries(tmp_path / "0")


def test_another_analysis_has_another_one_and_old_ones_go(tmp_path, cache, made, monkeypatch):
    cache.mkdir(parents=True)
    for number in range(9):
        (cache / f"terms-{number}").touch()
        os.utime(cache / f"terms-{number}", (number, number))
    (cache / "something else").touch()
    os.utime(cache / "something else", (1, 1))
    write_first(tmp_path / "0")
    monkeypatch.setattr("indexer.analysis.fingerprint", lambda: "another")
    write_first(tmp_path / "1")
    assert len(made) == 2
    expected = {*(f"terms-{key}" for key in first._held), "terms-8", "terms-7", "something else"}
    assert {path.name for path in cache.iterdir()} == expected
