"""Our index, through the walls that the application uses: `open_writer`, `open_engine`, `Plan`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarking.mix import Kind, MixQuery, Narrowing
from benchmarking.ready import TEXTS, Ready
from benchmarking.systems import Found
from indexer import __version__, analysis, schema
from indexer.analysis import Channel, TermAt, Token
from indexer.engines import open_engine, open_writer
from indexer.schema import Document
from indexer.search.engine import Companions, Engine, Manifest, Plan
from indexer.search.filters import Choice, Filters, Span
from indexer.search.query import And, Or, Phrase, Query, Term
from indexer.terms.lexicon import LexiconWriter


class System:
    """`benchmarking.systems.System` over our engine."""

    # No prefixes: the executed query has no node for them yet.
    kinds = frozenset({Kind.TERM, Kind.AND, Kind.OR, Kind.PHRASE})
    narrows = True

    _engine: Engine

    def version(self) -> str:
        """Of this checkout."""
        return __version__

    def ready(self, batch: list[Ready]) -> list[Document]:
        """Documents as `schema.index_document` would give them, with these tokens and values alone."""
        return [_document(one) for one in batch]

    def build(self, documents: Iterator[Document], folder: Path) -> None:
        """Write and publish a generation of ready tokens."""
        write_ready(documents, str(folder))

    def open(self, folder: Path) -> None:
        """Open the published generation."""
        self._engine = open_engine(str(folder))

    def search(self, query: MixQuery, facets: Sequence[str], limit: int) -> Found:
        """Execute the query's plan."""
        plan = Plan(_query(query), filters=_filters(query.narrowing), facets=tuple(facets), limit=limit)
        answer = self._engine.search(plan)
        return Found(
            records=[hit.record for hit in answer.hits],
            total=answer.total,
            facets={name: dict(counts.values) for name, counts in answer.facets.items()},
        )


def write_ready(documents: Iterator[Document], location: str) -> None:
    """Write documents whose tokens are ready: the hook for a writer that takes them in another form, say in batches."""
    writer = open_writer(location, {})
    try:
        for document in documents:
            writer.add(document)
        manifest = Manifest(
            generation=writer.generation,
            built_at="1970-01-01T00:00:00+00:00",
            documents=writer.finish(),
            schema=schema.fingerprint(),
            analysis=analysis.fingerprint(),
            version=__version__,
        )
        lexicon = writer.workspace / "lexicon.new"
        LexiconWriter(lexicon).finish()
        writer.publish(manifest, Companions((), b"", b"{}", lexicon))
    finally:
        writer.close()


def _document(ready: Ready) -> Document:
    tokens = {
        (name, Channel.WORDS): [Token(text, position, 0, 0) for position, text in enumerate(ready.texts[name].split())]
        for name in TEXTS
        if name in ready.texts
    }
    given = {"journal": ready.journal, "quartile": ready.quartile, "year": ready.year}
    values = {name: (value,) for name, value in given.items() if value is not None}
    return Document(ready.id, tokens, values, ready.record.encode())


def _query(query: MixQuery) -> Query:
    if query.kind is Kind.PHRASE:
        return Phrase(TEXTS, Channel.WORDS, tuple(TermAt(word, place) for place, word in enumerate(query.words)))
    terms = tuple(Term(TEXTS, Channel.WORDS, word) for word in query.words)
    if len(terms) == 1:
        return terms[0]
    return And(terms) if query.kind is Kind.AND else Or(terms)


def _filters(narrowing: Narrowing) -> Filters:
    chosen: dict[str, tuple[Choice, ...]] = {"quartile": narrowing.quartiles, "journal": narrowing.journals}
    if narrowing.years:
        chosen["year"] = (Span(*narrowing.years),)
    return Filters({name: choices for name, choices in chosen.items() if choices})
