"""Engines: what holds an index. `whoosh` is the default, embedded in the process and kept in a directory.

Whoever needs an index names its location and gets the walls of `indexer.search.engine`; nobody else imports an engine.
"""

from __future__ import annotations

import threading
from contextlib import suppress

from indexer.engines import whoosh
from indexer.errors import MedsearchError
from indexer.schema import Editions
from indexer.search.engine import Engine, IndexWriter


def open_engine(location: str) -> Engine:
    """The generation that is published at `location`.

    Raises:
        IndexMissingError: nothing is published there.
        IndexMismatchError: it was built by another schema or analysis.
        IndexDamagedError: it can't be opened.
    """
    return whoosh.open_engine(location)


def open_writer(location: str, editions: Editions) -> IndexWriter:
    """The next generation at `location`, empty, for documents of these editions. Only one can be open at a time.

    Raises:
        BuildError: another build is running, or the place can't be written.
    """
    return whoosh.open_writer(location, editions)


def open_updater(location: str) -> tuple[Engine, IndexWriter]:
    """The published generation, and the next one, which begins with all that it holds.

    Raises:
        BuildError: another build is running, or the place can't be written.
        IndexMissingError, IndexMismatchError, IndexDamagedError: as `open_engine`.
    """
    return whoosh.open_updater(location)


class LiveIndex:
    """The published generation at a location, for a process that outlives it.

    A search that has begun keeps the engine it got; the next call to `engine` after a build gives the new one.
    """

    def __init__(self, location: str) -> None:
        self._location = location
        self._lock = threading.Lock()
        self._engine: Engine | None = None

    def engine(self) -> Engine:
        """The engine of the generation that is published now.

        Raises:
            IndexMissingError, IndexMismatchError, IndexDamagedError: as `open_engine`, where none could be opened yet.
        """
        with self._lock:
            if self._engine is None:
                self._engine = self._opened()
            # The one before is not closed: searches may still be reading it. It goes when the last of them does.
            # Where the new one can't be opened, say because it was built by a newer version, the old one serves on.
            with suppress(MedsearchError):
                published = whoosh.published_generation(self._location)
                if published not in {None, self._engine.manifest.generation}:
                    self._engine = self._opened()
            return self._engine

    def _opened(self) -> Engine:
        engine = open_engine(self._location)
        engine.warm()
        return engine
