"""The systems that are compared, a module for each: ours and its peers, set up as their own documentation advises.

Each module has a class `System` that satisfies the protocol below. All of them store the record, keep positions, search
title and abstract (the title weighing three times as much), and answer with the ten best records, the exact count, and
the counts of the facets asked for, which a facet's own filter does not narrow. Where a peer can leave values out of a
facet it gives the hundred most frequent ones, as our endpoint does; ours gives them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import msgspec

from benchmarking.mix import Kind, MixQuery
from benchmarking.ready import Ready
from indexer.record import Record

EMBEDDED = {"ours": "indexer", "whoosh": "whoosh", "fts5": "sqlite3", "tantivy": "tantivy", "bm25s": "bm25s"}
"""What has to be installed for a system, in the order in which tables show them."""
NEEDS = {**EMBEDDED, "opensearch": "opensearchpy"}
"""With those that need a server besides, and are measured only where they are named."""
TITLE_WEIGHT = 3.0
"""As in `indexer.schema`; an abstract weighs one."""
FACET_VALUES = 100
"""The most frequent values of a facet that each system is asked for."""
read_record = msgspec.json.Decoder(Record).decode
"""What every system does with a record that it has stored."""


@dataclass(frozen=True)
class Found:
    """The answer to a query."""

    records: list[Record]
    total: int | None
    """Of all documents that match; None where a system does not count them."""
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
    elsewhere_ms: float | None = None
    """Of the time that the answer took, what a server says that it worked; None where there is no server."""


class System(Protocol):
    """An index of one system. It is either built or opened, and then searched."""

    kinds: frozenset[Kind]
    """The kinds of queries that it has."""
    narrows: bool
    """It has filters, facets and counts."""

    def version(self) -> str:
        """Of what is measured."""
        ...

    def ready(self, batch: list[Ready]) -> list[Any]:
        """Documents in the form in which the system takes tokens; not part of what is measured."""
        ...

    def build(self, documents: Iterator[Any], folder: Path) -> None:
        """Write an index of what `ready` made and commit it to the disk."""
        ...

    def open(self, folder: Path) -> None:
        """Open what was built."""
        ...

    def search(self, query: MixQuery, facets: Sequence[str], limit: int) -> Found:
        """Answer a query."""
        ...


def load(name: str) -> System:
    """A system by its name."""
    system: System = import_module(f"benchmarking.systems.{name}").System()
    return system


def installed(names: Iterable[str]) -> list[str]:
    """Those of the systems whose package is there."""
    return [name for name in NEEDS if name in set(names) and find_spec(NEEDS[name])]
