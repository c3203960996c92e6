"""What a system is, and where indexes and runs are kept between evaluations."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec
from filelock import FileLock

from evaluation.tasks import Query, Task

DEPTH = 100
"""Documents of a run's query, at most: AP and R see no more."""
KEPT = 24
"""Entries of a kind that are kept: as many as a run across languages needs; those before serve nobody."""

_T = TypeVar("_T")


class Run(msgspec.Struct):
    """What a system answered to a task's queries."""

    found: dict[str, list[str]]
    """By query: documents, best first."""
    index_seconds: float | None = None
    """None where the index was there."""
    search_seconds: float = 0.0


class System(Protocol):
    """What answers queries."""

    @property
    def name(self) -> str:
        """As the table shows it."""

    @property
    def settings(self) -> dict[str, str]:
        """Versions of libraries among them."""

    def run(self, task: Task, queries: Sequence[Query]) -> Run:
        """Answer queries of a task over its documents."""


@dataclass(frozen=True)
class Cache:
    """A folder of what takes long to make. It may be deleted at any time."""

    folder: Path

    def entry(self, kind: str, key: Sequence[str], make: Callable[[Path], _T], read: Callable[[Path], _T]) -> _T:
        """What is kept under a key; made where it is not there yet, by one process at a time.

        Args:
            kind: Of which only a few are kept.
            key: All that it depends on.
            make: Makes it at a path, a file or a folder, at which there is nothing yet.
            read: Reads it there.
        """
        place = self.folder / kind
        place.mkdir(parents=True, exist_ok=True)
        path = place / hashlib.blake2b("\n".join(key).encode(), digest_size=12).hexdigest()
        with FileLock(place / "lock"):
            if path.exists():
                return read(path)
            try:
                made = make(path)
            except BaseException:
                _remove(path)
                raise
            entries = sorted(
                (one for one in place.iterdir() if one.name != "lock"), key=lambda one: one.stat().st_mtime
            )
            for old in entries[:-KEPT]:
                _remove(old)
            return made


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def kept_answers(path: Path) -> Run:
    """A run that was kept."""
    return msgspec.json.decode(path.read_bytes(), type=Run)


def without_seen(query: Query, names: Sequence[str]) -> list[str]:
    """The documents of a query's answer that count."""
    return [name for name in names if name not in query.seen]
