"""SQLite's FTS5: a contentless index beside tables of facets and of records.

As its documentation advises: one transaction for all rows and `optimize` after them, weights in the table's own rank,
`ORDER BY rank` with a limit for the best. The ASCII tokenizer is told that punctuation belongs to tokens, which leaves
white space to part them. Facets are counted over the matches in one statement; large records are kept out of its way.
"""

from __future__ import annotations

import sqlite3
import string
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarking.mix import Kind, MixQuery, Narrowing
from benchmarking.ready import Ready
from benchmarking.systems import FACET_VALUES, TITLE_WEIGHT, Found, read_record

Row = tuple[str, str, "str | None", "str | None", "int | None", str]

FILE = "index.sqlite"
_PUNCTUATION = "".join(mark for mark in string.punctuation if mark not in "'\"")
_TOKENIZER = f"ascii tokenchars '{_PUNCTUATION}''\"\"'"
_SCHEMA = f"""
    CREATE TABLE facets (id INTEGER PRIMARY KEY, journal TEXT, quartile TEXT, year INTEGER);
    CREATE TABLE records (id INTEGER PRIMARY KEY, record TEXT);
    CREATE VIRTUAL TABLE texts USING fts5(title, abstract, content='', tokenize="{_TOKENIZER}");
    INSERT INTO texts (texts, rank) VALUES ('rank', 'bm25({TITLE_WEIGHT}, 1.0)');
"""  # noqa: S608  nothing of it is typed
_READING = "PRAGMA mmap_size = 4294967296; PRAGMA cache_size = -65536;"


class System:
    """`benchmarking.systems.System` over SQLite."""

    kinds = frozenset(Kind)
    narrows = True

    _database: sqlite3.Connection

    def version(self) -> str:
        """Of SQLite."""
        return sqlite3.sqlite_version

    def ready(self, batch: list[Ready]) -> list[Row]:
        """Rows."""
        return [
            (one.text("title"), one.text("abstract"), one.journal, one.quartile, one.year, one.record) for one in batch
        ]

    def build(self, documents: Iterator[Row], folder: Path) -> None:
        """Write one database."""
        folder.mkdir(parents=True)
        database = sqlite3.connect(folder / FILE)
        database.executescript(_SCHEMA)
        with database:
            for number, (title, abstract, journal, quartile, year, record) in enumerate(documents, 1):
                database.execute(
                    "INSERT INTO texts (rowid, title, abstract) VALUES (?, ?, ?)", (number, title, abstract)
                )
                database.execute("INSERT INTO facets VALUES (?, ?, ?, ?)", (number, journal, quartile, year))
                database.execute("INSERT INTO records VALUES (?, ?)", (number, record))
            database.execute("INSERT INTO texts (texts) VALUES ('optimize')")
        database.execute("ANALYZE")
        database.close()

    def open(self, folder: Path) -> None:
        """Open the database for reading."""
        self._database = sqlite3.connect(f"file:{folder / FILE}?mode=ro", uri=True)
        self._database.executescript(_READING)

    def search(self, query: MixQuery, facets: Sequence[str], limit: int) -> Found:
        """The best, their records, and the counts."""
        match, narrowing = _match(query), query.narrowing
        joined, values = _where(narrowing)
        best = self._database.execute(
            f"SELECT texts.rowid FROM texts {joined} ORDER BY rank LIMIT ?",  # noqa: S608  nothing of it is typed
            (match, *values, limit),
        )
        records = [
            read_record(self._database.execute("SELECT record FROM records WHERE id = ?", row).fetchone()[0].encode())
            for row in best
        ]
        shared = [name for name in facets if name not in narrowing.facets()]
        total, counts = self._counts(match, narrowing, shared)
        for name in facets:
            if name not in shared:
                counts.update(self._counts(match, narrowing.without(name), [name])[1])
        return Found(records, total, counts)

    def _counts(self, match: str, narrowing: Narrowing, names: Sequence[str]) -> tuple[int, dict[str, dict[str, int]]]:
        """How many documents match, and how many of them have each value."""
        joined, values = _where(narrowing, facets=bool(names))
        if not names:
            statement = f"SELECT count(*) FROM texts {joined}"  # noqa: S608
            return self._database.execute(statement, (match, *values)).fetchone()[0], {}
        parts = [
            f"SELECT * FROM (SELECT '{name}', {name}, count(*) FROM found WHERE {name} IS NOT NULL "  # noqa: S608
            f"GROUP BY {name} ORDER BY 3 DESC LIMIT {FACET_VALUES})"
            for name in names
        ]
        statement = (
            f"WITH found AS (SELECT {', '.join(names)} FROM texts {joined}) "  # noqa: S608
            f"SELECT '', '', count(*) FROM found UNION ALL {' UNION ALL '.join(parts)}"
        )
        counts: dict[str, dict[str, int]] = {name: {} for name in ("", *names)}
        for name, value, count in self._database.execute(statement, (match, *values)):
            counts[name][str(value)] = count
        return counts.pop("")[""], counts


def _match(query: MixQuery) -> str:
    words = ['"' + word.replace('"', '""') + '"' for word in query.words]
    if query.kind is Kind.PHRASE:
        return " + ".join(words)
    if query.kind is Kind.PREFIX:
        return f"{words[0]} *"
    return (" AND " if query.kind is Kind.AND else " OR ").join(words)


def _where(narrowing: Narrowing, *, facets: bool = False) -> tuple[str, list[str | int]]:
    """The join with the facets, where it is needed, and the condition; the values of all but the match."""
    values: list[str | int] = []
    conditions = ["texts MATCH ?"]
    for name, chosen in (("quartile", narrowing.quartiles), ("journal", narrowing.journals)):
        if chosen:
            conditions.append(f"{name} IN ({', '.join('?' * len(chosen))})")
            values += chosen
    if narrowing.years:
        conditions.append("year BETWEEN ? AND ?")
        values += narrowing.years
    join = "JOIN facets ON facets.id = texts.rowid " if facets or values else ""
    return f"{join}WHERE {' AND '.join(conditions)}", values
