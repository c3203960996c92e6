"""Engines: what holds an index.

`whoosh` is the default, embedded in the process and kept in a directory; `opensearch` is a cluster, at a location such
as `opensearch+https://host:9200/name`.

Whoever needs an index names its location and gets the walls of `indexer.search.engine`; nobody else imports an engine.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from indexer.engines import whoosh
from indexer.errors import MedsearchError, SettingsError
from indexer.schema import Editions
from indexer.search.engine import Engine, IndexWriter, Manifest

_OF_CLUSTERS = "opensearch+"
"""What the locations of clusters begin with."""


class _Kind(Protocol):
    """What the package of an engine has."""

    @property
    def CHECK_SECONDS(self) -> float:  # noqa: N802
        """How often it is worth asking whether another generation was published."""

    @property
    def open_engine(self) -> Callable[[str], Engine]: ...

    @property
    def open_writer(self) -> Callable[[str, Editions], IndexWriter]: ...

    @property
    def open_updater(self) -> Callable[[str], tuple[Engine, IndexWriter]]: ...

    @property
    def published_generation(self) -> Callable[[str], str | None]: ...

    @property
    def rollback(self) -> Callable[[str], Manifest]: ...


def _kind(location: str) -> _Kind:
    """The engine that a location is of.

    Raises:
        SettingsError: its client is not installed.
    """
    if not is_remote(location):
        return whoosh
    try:
        # Imported here, since its client is not installed everywhere.
        from indexer.engines import opensearch  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if error.name != "opensearchpy":
            raise
        raise SettingsError(f"an index at {location} needs more: pip install 'medsearch[opensearch]'") from error
    return opensearch


def is_remote(location: str) -> bool:
    """Whether an index is held by other machines, and its location is no folder."""
    return location.startswith(_OF_CLUSTERS)


def open_engine(location: str) -> Engine:
    """The generation that is published at `location`.

    Raises:
        IndexMissingError: nothing is published there.
        IndexMismatchError: it was built by another schema or analysis.
        IndexDamagedError: it can't be opened.
        EngineUnavailableError: the cluster that holds it can't be asked.
        SettingsError: the location or the credentials for it are wrong.
    """
    return _kind(location).open_engine(location)


def open_writer(location: str, editions: Editions) -> IndexWriter:
    """The next generation at `location`, empty, for documents of these editions. Only one can be open at a time.

    Raises:
        BuildError: another build is running, or the place can't be written.
    """
    return _kind(location).open_writer(location, editions)


def open_updater(location: str) -> tuple[Engine, IndexWriter]:
    """The published generation, and the next one, which begins with all that it holds.

    Raises:
        BuildError: another build is running, or the place can't be written.
        IndexMissingError, IndexMismatchError, IndexDamagedError: as `open_engine`.
    """
    return _kind(location).open_updater(location)


def rollback(location: str) -> Manifest:
    """Publish the generation before the published one again, in one step; gives what it says of itself.

    What was published until then is now the one before, so that a second call takes the first back.

    Raises:
        BuildError: a build is running.
        IndexMissingError: there is no generation before.
        IndexMismatchError, IndexDamagedError, EngineUnavailableError: as `open_engine`, of the one before.
    """
    return _kind(location).rollback(location)


class LiveIndex:
    """The published generation at a location, for a process that outlives it.

    A search that has begun keeps the engine it got; the next call to `engine` after a build gives the new one.
    """

    def __init__(self, location: str) -> None:
        self._location = location
        self._kind = _kind(location)
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._checked = time.monotonic()

    def engine(self) -> Engine:
        """The engine of the generation that is published now.

        Raises:
            IndexMissingError, IndexMismatchError, IndexDamagedError: as `open_engine`, where none could be opened yet.
        """
        with self._lock:
            if self._engine is None:
                self._engine = self._opened()
            # The one before is not closed: searches may still be reading it. It goes when the last of them does, and
            # so must stand in no cycle.
            # Where the new one can't be opened, say because it was built by a newer version, the old one serves on.
            now = time.monotonic()
            if now < self._checked + self._kind.CHECK_SECONDS:
                return self._engine
            self._checked = now
            with suppress(MedsearchError):
                published = self._kind.published_generation(self._location)
                if published not in {None, self._engine.manifest.generation}:
                    self._engine = self._opened()
            return self._engine

    def _opened(self) -> Engine:
        engine = open_engine(self._location)
        engine.warm()
        return engine
