"""Whoosh with its stock codec, its own fields and its own searcher: what ours would be without us.

Facets are columns (`sortable=True`) that are counted by `groupedby`, and the writer has the memory that its
documentation on batch indexing suggests. A filter that no document passes is taken for none by whoosh3 3.54 (its
`FilterCollector` asks whether the allowed set is true), which small corpora show as a disagreement.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import whoosh
from whoosh import fields, index, query, sorting
from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.searching import Searcher

from benchmarking.mix import Kind, MixQuery, Narrowing
from benchmarking.ready import Ready
from benchmarking.systems import TITLE_WEIGHT, Found, read_record

MEMORY_MB = 256


class System:
    """`benchmarking.systems.System` over Whoosh."""

    kinds = frozenset(Kind)
    narrows = True

    _searcher: Searcher

    def version(self) -> str:
        """Of Whoosh."""
        return str(whoosh.versionstring())

    def ready(self, batch: list[Ready]) -> list[dict[str, Any]]:
        """Arguments of `add_document`."""
        return [_arguments(one) for one in batch]

    def build(self, documents: Iterator[dict[str, Any]], folder: Path) -> None:
        """Write one segment."""
        schema = fields.Schema(
            title=fields.TEXT(analyzer=SpaceSeparatedTokenizer()),
            abstract=fields.TEXT(analyzer=SpaceSeparatedTokenizer()),
            journal=fields.ID(sortable=True),
            quartile=fields.ID(sortable=True),
            year=fields.NUMERIC(int, sortable=True),
            record=fields.STORED(),
        )
        folder.mkdir(parents=True)
        writer = index.create_in(str(folder), schema).writer(limitmb=MEMORY_MB)
        for document in documents:
            writer.add_document(**document)
        writer.commit()

    def open(self, folder: Path) -> None:
        """Open the index and a searcher."""
        self._searcher = index.open_dir(str(folder)).searcher()

    def search(self, query: MixQuery, facets: Sequence[str], limit: int) -> Found:
        """Search, grouped by the facets."""
        wanted = _query(query)
        narrowed = [name for name in query.narrowing.facets() if name in facets]
        results = self._searcher.search(
            wanted,
            limit=limit,
            filter=_filter(query.narrowing),
            groupedby=_grouped([name for name in facets if name not in narrowed]),
        )
        counts = {name: _counts(results, name) for name in facets if name not in narrowed}
        for name in narrowed:
            others = self._searcher.search(
                wanted, limit=1, filter=_filter(query.narrowing.without(name)), groupedby=_grouped([name])
            )
            counts[name] = _counts(others, name)
        # Where it groups, Whoosh gives all documents whatever the limit.
        return Found([read_record(hit["record"].encode()) for hit in results[:limit]], len(results), counts)


def _arguments(ready: Ready) -> dict[str, Any]:
    given = {
        "title": ready.text("title"),
        "abstract": ready.text("abstract"),
        "journal": ready.journal,
        "quartile": ready.quartile,
        "year": ready.year,
        "record": ready.record,
    }
    return {name: value for name, value in given.items() if value is not None}


def _query(wanted: MixQuery) -> query.Query:
    if wanted.kind is Kind.PHRASE:
        words = list(wanted.words)
        return query.Or([query.Phrase("title", words, boost=TITLE_WEIGHT), query.Phrase("abstract", words)])
    leaf = query.Prefix if wanted.kind is Kind.PREFIX else query.Term
    terms = [query.Or([leaf("title", word, boost=TITLE_WEIGHT), leaf("abstract", word)]) for word in wanted.words]
    if len(terms) == 1:
        return terms[0]
    return query.And(terms) if wanted.kind is Kind.AND else query.Or(terms)


def _filter(narrowing: Narrowing) -> query.Query | None:
    clauses: list[query.Query] = [
        query.Or([query.Term(name, value) for value in values])
        for name, values in (("quartile", narrowing.quartiles), ("journal", narrowing.journals))
        if values
    ]
    if narrowing.years:
        clauses.append(query.NumericRange("year", *narrowing.years))
    return query.And(clauses) if clauses else None


def _grouped(names: Sequence[str]) -> sorting.Facets | None:
    facets = sorting.Facets()
    for name in names:
        facets.add_field(name, maptype=sorting.Count)
    return facets if names else None


def _counts(results: Any, name: str) -> dict[str, int]:  # noqa: ANN401  Whoosh has no types
    return {str(value): count for value, count in results.groups(name).items()}
