"""bm25s: the best ten of single words and disjunctions. It has no counts, filters, facets, phrases or fields.

Title and abstract are one text to it. The index is memory-mapped with its own file of records, and the numba backend is
used where numba is installed (`backend="auto"`), as its documentation recommends.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import bm25s

from benchmarking.mix import Kind, MixQuery
from benchmarking.ready import Ready
from benchmarking.systems import Found, read_record


class System:
    """`benchmarking.systems.System` over bm25s."""

    kinds = frozenset({Kind.TERM, Kind.OR})
    narrows = False

    _index: bm25s.BM25

    def version(self) -> str:
        """Of bm25s."""
        return str(bm25s.__version__)

    def ready(self, batch: list[Ready]) -> list[tuple[list[str], str]]:
        """Tokens and the record."""
        return [((one.text("title") + " " + one.text("abstract")).split(), one.record) for one in batch]

    def build(self, documents: Iterator[tuple[list[str], str]], folder: Path) -> None:
        """Index all documents, which have to be in memory for it, and save."""
        tokens: list[list[str]] = []
        records: list[dict[str, str]] = []
        for words, record in documents:
            tokens.append(words)
            records.append({"record": record})
        index = bm25s.BM25(backend="auto")
        index.index(tokens, show_progress=False)
        folder.mkdir(parents=True)
        index.save(str(folder), corpus=records, show_progress=False)

    def open(self, folder: Path) -> None:
        """Map the saved index, and have numba compile what it will run."""
        self._index = bm25s.BM25.load(str(folder), mmap=True, load_corpus=True)
        self._index.retrieve([["compile"]], k=1, show_progress=False)

    def search(self, query: MixQuery, facets: Sequence[str], limit: int) -> Found:  # noqa: ARG002  it has none
        """The best of a disjunction."""
        size = int(self._index.scores["num_docs"])
        best, scores = self._index.retrieve([list(query.words)], k=min(limit, size), show_progress=False)
        found = zip(best[0], scores[0], strict=True)
        return Found([read_record(one["record"].encode()) for one, score in found if score > 0], None)
