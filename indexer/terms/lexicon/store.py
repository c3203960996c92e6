"""The file of a lexicon: one SQLite database, written once and then only read.

Needs an SQLite with FTS5 (those that come with Python and with Linux distributions have it). Tables:

- `fact`: what there is once: `documents`, `syllables`, and `complete`, which a finished file has.
- `entry`: concepts. `forms` is the MessagePack of EntryForms; `words` has a line for each form with its words of the
  vocabulary (see `Folded.words`); `folded` and `pinyin` have a line for each form as well.
- `form_key`: the keys of its forms, each with the best role (by its place in `entries.ROLES`). `preferred`: the names
  (`entries.name_key`) of the preferred forms of curated entries, by which entries are united.
- `standing`: of entries whose words the collection has, in how many documents they may be, and their place (`rank`).
- `word`: the vocabulary. `bank` is 2 for words of curated forms, 1 for those of learned ones; they stay where
  no document has them, for another may come.
- `item`: titles, journals, authors, with the number of documents. `starts`: the words of all that is suggested while
  typing, under `rank`; see `suggestions`.
- `spelling`: the words that may correct another, packed by script (`SCRIPTS`) and length, the most frequent first.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote
from weakref import finalize

from indexer.errors import IndexDamagedError, IndexMismatchError

VERSION = 1
"""Of the tables, in `PRAGMA user_version`."""
APPLICATION = 0x6D73_6C78
"""In `PRAGMA application_id`: msLX."""

TABLES = """
CREATE TABLE fact (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE entry (id INTEGER PRIMARY KEY, learned INTEGER, forms BLOB, words TEXT, folded TEXT, pinyin TEXT);
CREATE TABLE form_key (key TEXT, entry INTEGER, role INTEGER, PRIMARY KEY (key, entry)) WITHOUT ROWID;
CREATE TABLE preferred (language TEXT, key TEXT, entry INTEGER, PRIMARY KEY (language, key)) WITHOUT ROWID;
CREATE TABLE standing (entry INTEGER PRIMARY KEY, documents INTEGER, rank INTEGER);
CREATE TABLE word (word TEXT PRIMARY KEY, documents INTEGER, bank INTEGER) WITHOUT ROWID;
CREATE TABLE item (id INTEGER PRIMARY KEY, kind INTEGER, text TEXT, documents INTEGER, rank INTEGER);
CREATE TABLE spelling (
    script TEXT, length INTEGER, words TEXT, counts BLOB, sounds TEXT, PRIMARY KEY (script, length)
) WITHOUT ROWID;
CREATE VIRTUAL TABLE starts USING fts5 (
    words, pinyin, content='', columnsize=0, prefix='1 2 3 4', tokenize='unicode61 remove_diacritics 0'
);
CREATE INDEX standing_rank ON standing (rank);
"""

SCRIPTS = ("en", "zh", "name")
"""Of words that correct others: the last are Chinese names of concepts that the collection has under other names."""

Row = Sequence[Any]
"""Of values whose types the query knows."""


def damaged(path: Path, reason: object) -> IndexDamagedError:
    """The error of a lexicon that can't be read."""
    return IndexDamagedError(
        f"the lexicon of the index, {path}, is damaged: {reason}; build the index again, or restore its directory"
    )


class Connections:
    """The read-only connection to a lexicon, for any number of threads, one at a time.

    It is one, opened at once: whoever has opened a lexicon goes on reading it when a newer generation has removed its
    file, which no later connection could.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        check(path)
        self._connection = _connect(path)
        # A connection is a cycle by itself, and would stay until that is found.
        finalize(self, self._connection.close).atexit = False
        self.rows("SELECT 1 FROM fact LIMIT 1")  # SQLite opens a file when it first reads

    def rows(self, query: str, values: Sequence[object] = ()) -> list[Row]:
        """All rows of a query.

        Raises:
            IndexDamagedError: the file is not what it should be.
        """
        try:
            with self._lock:
                return self._connection.execute(query, values).fetchall()
        except sqlite3.DatabaseError as error:
            self.fail(error)

    def fail(self, reason: object) -> NoReturn:
        """Say that the file is damaged.

        Raises:
            IndexDamagedError: always.
        """
        raise damaged(self._path, reason)

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._connection.close()


def _connect(path: Path) -> sqlite3.Connection:
    # The file never changes once it is published: no locks, and no look at a journal.
    address = f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1"
    connection = sqlite3.connect(address, uri=True, check_same_thread=False, isolation_level=None)
    connection.execute("PRAGMA cache_size=-16000")
    return connection


def check(path: Path) -> None:
    """Look at the marks of a lexicon.

    Raises:
        IndexDamagedError: it is missing, cut off, unfinished or no lexicon.
        IndexMismatchError: it is one of another version.
    """
    if not path.is_file():
        raise damaged(path, "it is not there")
    try:
        connection = _connect(path)
        try:
            application, version, pages, page_size = (
                connection.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("application_id", "user_version", "page_count", "page_size")
            )
            if application != APPLICATION:
                raise damaged(path, "it is no lexicon")
            if version != VERSION:
                raise IndexMismatchError(
                    f"{path} is a lexicon of version {version}, and this program reads {VERSION}; build the index again"
                )
            # By the size that its first page tells; SQLite itself notices a missing end only when it reads there.
            if path.stat().st_size != pages * page_size:
                raise damaged(path, f"it has {path.stat().st_size} bytes of {pages * page_size}")
            if not connection.execute("SELECT 1 FROM fact WHERE name = 'complete'").fetchall():
                raise damaged(path, "it was not written to its end")
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        raise damaged(path, error) from error
