"""Tantivy through its Python client: positions, fast fields for the facets, terms aggregations for their counts.

One indexing thread, as its rate is compared with one thread of ours, and memory enough for few segments.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Occur, Query

from benchmarking.mix import Kind, MixQuery, Narrowing
from benchmarking.ready import Ready
from benchmarking.systems import FACET_VALUES, TITLE_WEIGHT, Found, read_record

MEMORY_BYTES = 512 * 2**20
TOKENIZER = "spaces"


class System:
    """`benchmarking.systems.System` over Tantivy."""

    kinds = frozenset(Kind)
    narrows = True

    _schema: tantivy.Schema
    _searcher: tantivy.Searcher

    def version(self) -> str:
        """Of the Python package, which is that of Tantivy."""
        return version("tantivy")

    def ready(self, batch: list[Ready]) -> list[dict[str, Any]]:
        """Arguments of `Document`."""
        return [_arguments(one) for one in batch]

    def build(self, documents: Iterator[dict[str, Any]], folder: Path) -> None:
        """Write, commit, and wait until segments are merged."""
        folder.mkdir(parents=True)
        writer = _index(folder).writer(heap_size=MEMORY_BYTES, num_threads=1)
        for document in documents:
            writer.add_document(tantivy.Document(**document))
        writer.commit()
        writer.wait_merging_threads()

    def open(self, folder: Path) -> None:
        """Open the index and a searcher."""
        index = _index(folder)
        self._schema, self._searcher = index.schema, index.searcher()

    def search(self, query: MixQuery, facets: Sequence[str], limit: int) -> Found:
        """The best with their count, then the aggregations; the records of the best."""
        wanted, narrowing = self._query(query), query.narrowing
        narrowed = self._narrowed(wanted, narrowing)
        result = self._searcher.search(narrowed, limit, count=True)
        counts: dict[str, dict[str, int]] = {}
        shared = [name for name in facets if name not in narrowing.facets()]
        if shared:
            counts.update(self._counts(narrowed, shared))
        for name in facets:
            if name not in shared:
                counts.update(self._counts(self._narrowed(wanted, narrowing.without(name)), [name]))
        records = [read_record(bytes(self._searcher.doc(address)["record"][0])) for _, address in result.hits]
        return Found(records, result.count, counts)

    def _counts(self, query: Query, names: Sequence[str]) -> dict[str, dict[str, int]]:
        answer = self._searcher.aggregate(
            query, {name: {"terms": {"field": name, "size": FACET_VALUES}} for name in names}
        )
        return {
            name: {_value(bucket["key"]): int(bucket["doc_count"]) for bucket in answer[name]["buckets"]}
            for name in names
        }

    def _query(self, query: MixQuery) -> Query:
        words = list(query.words)
        if query.kind is Kind.PHRASE:
            return self._either(*(Query.phrase_query(self._schema, name, words) for name in ("title", "abstract")))
        if query.kind is Kind.PREFIX:
            pattern = "".join(f"\\{mark}" if mark in r"\.+*?()|[]{}^$#&-~" else mark for mark in words[0]) + ".*"
            return self._either(*(Query.regex_query(self._schema, name, pattern) for name in ("title", "abstract")))
        terms = [
            self._either(*(Query.term_query(self._schema, name, word) for name in ("title", "abstract")))
            for word in words
        ]
        if len(terms) == 1:
            return terms[0]
        return Query.boolean_query([(Occur.Must if query.kind is Kind.AND else Occur.Should, term) for term in terms])

    def _either(self, title: Query, abstract: Query) -> Query:
        return Query.boolean_query([(Occur.Should, Query.boost_query(title, TITLE_WEIGHT)), (Occur.Should, abstract)])

    def _narrowed(self, query: Query, narrowing: Narrowing) -> Query:
        filters = [
            Query.term_set_query(self._schema, name, list(values))
            for name, values in (("quartile", narrowing.quartiles), ("journal", narrowing.journals))
            if values
        ]
        if narrowing.years:
            filters.append(Query.range_query(self._schema, "year", tantivy.FieldType.Integer, *narrowing.years))
        if not filters:
            return query
        unscored = [(Occur.Must, Query.const_score_query(clause, 0.0)) for clause in filters]
        return Query.boolean_query([(Occur.Must, query), *unscored])


def _index(folder: Path) -> tantivy.Index:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("title", tokenizer_name=TOKENIZER)
    builder.add_text_field("abstract", tokenizer_name=TOKENIZER)
    builder.add_text_field("journal", tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_text_field("quartile", tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_integer_field("year", indexed=True, fast=True)
    builder.add_bytes_field("record", stored=True)
    index = tantivy.Index(builder.build(), path=str(folder))
    index.register_tokenizer(TOKENIZER, tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    return index


def _arguments(ready: Ready) -> dict[str, Any]:
    given = {
        "title": ready.text("title"),
        "abstract": ready.text("abstract"),
        "journal": ready.journal,
        "quartile": ready.quartile,
        "year": ready.year,
        "record": ready.record.encode(),
    }
    return {name: value for name, value in given.items() if value is not None}


def _value(key: str | float) -> str:
    return key if isinstance(key, str) else str(int(key))
