"""Work spread over the machine's cores: the same function on one item after another, in processes of their own."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import AbstractContextManager
from itertools import chain, count, islice
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_AHEAD = 2
"""Items that wait for each worker, besides the one that it works on: so none has to wait, and memory stays bounded."""

_PRELOADED = ("indexer.preloading",)
"""What is imported once, for all workers."""

_COLLECTED_AFTER = 100_000
"""Objects that a process makes before Python looks for garbage in cycles, where many items are worked on. There is
hardly any, and the look is long: it goes through all that the analysis remembers."""


def cores() -> int:
    """How many processes can run at once on this machine, as far as this one may use it."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Workers(AbstractContextManager["Workers"]):
    """Processes that work on items; they begin when it shows that they are worth it, and stay for further work.

    A context, in which this process looks for garbage as rarely as they do: what is still undone at its end is given
    up. Workers end with the process that has them, however that ends. On a machine of one core all is done in this
    process.
    """

    def __init__(self) -> None:
        self._count = cores()
        self._executor: ProcessPoolExecutor | None = None
        self._worth_it = False
        """Others have begun at some time."""
        self._works = count()
        self._collected_after = gc.get_threshold()

    def __enter__(self) -> Workers:  # noqa: PYI034 - Python 3.10 has no Self
        self._collected_after = gc.get_threshold()
        gc.set_threshold(_COLLECTED_AFTER, *self._collected_after[1:])
        return self

    def __exit__(self, *_error: object) -> None:
        gc.set_threshold(*self._collected_after)
        self.end()

    def end(self) -> None:
        """End the processes, which gives back their memory; where there is further work, others begin."""
        if self._executor:
            self._executor.shutdown(cancel_futures=True)
            self._executor = None

    def map(
        self, make: Callable[[], Callable[[Item], Result]], items: Iterable[Item], alone: int | None = 0
    ) -> Iterator[Result]:
        """The results, in the order of the items.

        Args:
            make: Makes the function that does the work, in each process anew. It can be pickled, as well as items and
                results.
            items: What to work on.
            alone: So many items are worked on in this process before others begin; None for all. Where others have
                begun before, others work from the first item on.
        """
        rest = iter(items)
        if not self._worth_it:
            work = make()
            if self._count == 1 or alone is None:
                yield from map(work, rest)
                return
            half = alone // 2
            yield from map(work, islice(rest, half))
            first = list(islice(rest, 1))
            if first and half < alone:
                # Others take as long to begin as many items do, so they begin when they are likely to be needed.
                _load_beside()
                yield from map(work, chain(first, islice(rest, alone - half - 1)))
                first = list(islice(rest, 1))
            if not first:
                return
            yield from self._spread(make, first, rest)
        else:
            yield from self._spread(make, [], rest)

    def _spread(
        self, make: Callable[[], Callable[[Item], Result]], first: Iterable[Item], rest: Iterator[Item]
    ) -> Iterator[Result]:
        self._worth_it = True
        executor = self._executor = self._executor or _begun(self._count)
        work = next(self._works), pickle.dumps(make)
        waiting: deque[Future[Any]] = deque()
        for items in (first, rest):
            for item in items:
                waiting.append(executor.submit(_work, *work, item))
                if len(waiting) > self._count * (1 + _AHEAD):
                    yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


_BY_FORKSERVER = "forkserver" in multiprocessing.get_all_start_methods()
"""No plain fork: a copy of a process in which threads run may never wake up."""


def _load_beside() -> None:
    """Begin the process that workers are copies of, which takes seconds to load what it needs."""
    if _BY_FORKSERVER:
        from multiprocessing import forkserver  # noqa: PLC0415 - not every system has it

        multiprocessing.get_context("forkserver").set_forkserver_preload(list(_PRELOADED))
        forkserver.ensure_running()


def _begun(count: int) -> ProcessPoolExecutor:
    _load_beside()
    return ProcessPoolExecutor(count, multiprocessing.get_context("forkserver" if _BY_FORKSERVER else "spawn"), _begin)


_made: dict[int, Callable[[Any], Any]] = {}
"""In a worker, the functions by the numbers of their works."""


def _begin() -> None:
    # Ctrl-C reaches all processes of a terminal; the one that has the workers ends them.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    gc.freeze()
    gc.set_threshold(_COLLECTED_AFTER)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(number: int, make: bytes, item: object) -> object:
    if number not in _made:
        _made[number] = pickle.loads(make)()  # noqa: S301 - it comes from the process that began this one
    return _made[number](item)
