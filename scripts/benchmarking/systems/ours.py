"""Our index, through the walls that the application uses: `open_writer`, `open_engine`, `Plan`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarking.mix import Kind, MixQuery, Narrowing
from benchmarking.ready import TEXTS, Ready
from benchmarking.systems import FACET_VALUES, Found
from indexer import __version__, analysis, schema
from indexer.analysis import Channel, Stretches, TermArrays, TermAt
from indexer.engines import open_engine, open_writer
from indexer.engines.whoosh.warm import warm
from indexer.schema import Documents, Values
from indexer.search.engine import Companions, Engine, Manifest, Plan
from indexer.search.filters import Choice, Filters, Span
from indexer.search.query import And, Or, Pattern, Phrase, Query, Term
from indexer.terms.lexicon import LexiconWriter


class System:
    """`benchmarking.systems.System` over our engine."""

    kinds = frozenset(Kind)
    narrows = True

    _engine: Engine

    def version(self) -> str:
        """Of this checkout."""
        return __version__

    def ready(self, batch: list[Ready]) -> list[Documents]:
        """A batch as `schema.index_documents` would give it, with these tokens and values alone."""
        return [_documents(batch)]

    def build(self, documents: Iterator[Documents], folder: Path) -> None:
        """Write and publish a generation of ready tokens."""
        write_ready(documents, str(folder))

    def open(self, folder: Path) -> None:
        """Open the published generation, and load the compiled loops, which no request to the server waits for."""
        warm()
        self._engine = open_engine(str(folder))

    def search(self, query: MixQuery, facets: Sequence[str], limit: int) -> Found:
        """Execute the query's plan."""
        plan = Plan(
            _query(query),
            filters=_filters(query.narrowing),
            facets=tuple(facets),
            facet_limits=dict.fromkeys(facets, FACET_VALUES),
            limit=limit,
        )
        answer = self._engine.search(plan)
        return Found(
            records=[hit.record for hit in answer.hits],
            total=answer.total,
            facets={name: dict(counts.values) for name, counts in answer.facets.items()},
        )


def write_ready(batches: Iterator[Documents], location: str) -> None:
    """Write and publish documents whose tokens are ready."""
    writer = open_writer(location, {})
    try:
        packer = writer.packer()
        for documents in batches:
            writer.add(packer.pack(documents))
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


def _documents(batch: list[Ready]) -> Documents:
    tokens = {}
    for name in TEXTS:
        texts = [ready.texts.get(name, "").split() for ready in batch]
        if any(texts):
            numbers: dict[str, int] = {}
            ids = [numbers.setdefault(word, len(numbers)) for text in texts for word in text]
            counts = np.array(list(map(len, texts)), dtype=np.uint32)
            positions = np.concatenate([np.arange(count, dtype=np.uint32) for count in counts])
            tokens[name, Channel.WORDS] = TermArrays(
                Stretches.of(list(numbers)), np.array(ids, dtype=np.uint32), positions, counts, counts
            )
    return Documents(
        [ready.id for ready in batch], tokens, list(map(_values, batch)), [ready.record.encode() for ready in batch]
    )


def _values(ready: Ready) -> dict[str, Values]:
    given = {"journal": ready.journal, "quartile": ready.quartile, "year": ready.year}
    return {name: (value,) for name, value in given.items() if value is not None}


def _query(query: MixQuery) -> Query:
    if query.kind is Kind.PHRASE:
        return Phrase(TEXTS, Channel.WORDS, tuple(TermAt(word, place) for place, word in enumerate(query.words)))
    if query.kind is Kind.PREFIX:
        return Pattern(TEXTS, Channel.WORDS, f"{query.words[0]}*")
    terms = tuple(Term(TEXTS, Channel.WORDS, word) for word in query.words)
    if len(terms) == 1:
        return terms[0]
    return And(terms) if query.kind is Kind.AND else Or(terms)


def _filters(narrowing: Narrowing) -> Filters:
    chosen: dict[str, tuple[Choice, ...]] = {"quartile": narrowing.quartiles, "journal": narrowing.journals}
    if narrowing.years:
        chosen["year"] = (Span(*narrowing.years),)
    return Filters({name: choices for name, choices in chosen.items() if choices})
