"""Work spread over the machine's cores: the same function on one item after another, in processes of their own."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_AHEAD = 2
"""Items that wait for each worker, besides the one that it works on: so none has to wait, and memory stays bounded."""


def cores() -> int:
    """How many processes can run at once on this machine, as far as this one may use it."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Workers(Generic[Item, Result]):
    """Processes that do the same work on items. A context: what is still undone at its end is given up.

    Workers end with the process that has them, however that ends.
    """

    def __init__(self, make: Callable[[], Callable[[Item], Result]], most: int) -> None:
        """Get ready.

        Args:
            make: Makes the function that does the work, in each process anew. It can be pickled, as well as items and
                results.
            most: Processes that are worth their start; as many as the machine has cores are at most begun. With fewer
                than two of them the work is done in this one.
        """
        self._make = make
        count = min(most, cores())
        self._count = count if count > 1 else 0
        self._executor: ProcessPoolExecutor | None = None
        if self._count:
            # No plain fork: a copy of a process in which threads run may never wake up.
            ways = multiprocessing.get_all_start_methods()
            context = multiprocessing.get_context("forkserver" if "forkserver" in ways else "spawn")
            self._executor = ProcessPoolExecutor(self._count, context, _begin, (make,))

    def __enter__(self) -> Workers[Item, Result]:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._executor:
            self._executor.shutdown(cancel_futures=True)

    def map(self, items: Iterable[Item]) -> Iterator[Result]:
        """The results, in the order of the items."""
        if self._executor is None:
            yield from map(self._make(), items)
            return
        waiting: deque[Future[Any]] = deque()
        for item in items:
            waiting.append(self._executor.submit(_work, item))
            if len(waiting) > self._count * (1 + _AHEAD):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


_worker: list[Callable[[Any], Any]] = []


def _begin(make: Callable[[], Callable[[Any], Any]]) -> None:
    # Ctrl-C reaches all processes of a terminal; the one that has the workers ends them.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _worker.append(make())


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(item: object) -> object:
    return _worker[0](item)
