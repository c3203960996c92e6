"""Work in this process and in others: the same results in the same order, wherever they are made."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable

import pytest

from indexer import workers
from indexer.analysis import chinese
from indexer.workers import Workers


def _squares() -> Callable[[int], tuple[int, int]]:
    return _square


def _square(number: int) -> tuple[int, int]:
    return number * number, os.getpid()


@pytest.fixture
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "cores", lambda: 2)


def test_some_alone_then_all_that_is_left_elsewhere(two_cores: None) -> None:
    with Workers() as several:
        found = list(several.map(_squares, range(20), alone=5))
        # Those that have begun are there for the next work as well.
        more = list(several.map(_squares, range(3), alone=3))
    assert [square for square, _ in found] == [number * number for number in range(20)]
    assert {process for _, process in found[:5]} == {os.getpid()}
    others = {process for _, process in found[5:]}
    assert os.getpid() not in others
    assert {process for _, process in more} <= others


def test_no_process_for_what_is_done_alone(two_cores: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_count: int) -> None:
        raise AssertionError("a process was begun")

    monkeypatch.setattr(workers, "_begun", refuse)
    with Workers() as several:
        for number in (0, 4):
            assert len(list(several.map(_squares, range(number), alone=4))) == number
        assert len(list(several.map(_squares, range(9), alone=None))) == 9


def test_one_core_does_all_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "cores", lambda: 1)
    with Workers() as one:
        assert {process for _, process in one.map(_squares, range(9))} == {os.getpid()}


def test_others_begin_anew_behind_an_end(two_cores: None) -> None:
    with Workers() as several:
        first = {process for _, process in several.map(_squares, range(4))}
        several.end()
        # What was worth it once is so again, from the first item on.
        second = {process for _, process in several.map(_squares, range(4), alone=4)}
    assert not (first | {os.getpid()}) & second


def _dictionaries() -> Callable[[int], int]:
    return _loaded


def _loaded(_number: int) -> int:
    return len(chinese._loaded)


def test_workers_begin_with_the_dictionary(two_cores: None) -> None:
    with Workers() as several:
        assert set(several.map(_dictionaries, range(4))) == {1}


def test_garbage_is_looked_for_as_before_when_all_is_done() -> None:
    before = gc.get_threshold()
    with Workers():
        assert gc.get_threshold() > before
    assert gc.get_threshold() == before
