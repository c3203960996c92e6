"""Writing a generation: batches of documents into columnar segments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from indexer.analysis import Channel, Token
from indexer.engines.whoosh import store
from indexer.engines.whoosh.columnar import segment
from indexer.engines.whoosh.columnar.inverter import BatchBuilder, BatchWriter, Tokens
from indexer.engines.whoosh.engine import WhooshEngine, open_engine, open_folder
from indexer.engines.whoosh.mapping import ID_FIELD, RECORD_FIELD, columns_of, terms_of, text_field, whoosh_schema
from indexer.errors import BuildError, MedsearchError
from indexer.schema import Document, Editions
from indexer.search.engine import Companions, Manifest, Plan
from indexer.search.query import Everything, Term

SAMPLE = 50
"""Documents that verification looks up and searches for."""
BATCH = 500
"""Documents that are given to the writer at once."""


class WhooshWriter:
    """`indexer.search.engine.IndexWriter` into one location."""

    def __init__(self, generation: store.Generation, editions: Editions, published: WhooshEngine | None = None) -> None:
        self._generation = generation
        self._published = published
        folder = generation.folder / store.POSTINGS
        schema = whoosh_schema(editions)
        if published is None:
            index = segment.create_in(folder, schema)
        else:
            generation.begin_with(published.folder)
            index = segment.open_dir(folder)
        self._writer = BatchWriter(index)
        self._builder = BatchBuilder(schema)
        self._documents = 0 if published is None else published.manifest.documents
        self._count = 0
        self._deleted: set[str] = set()
        self._sample: list[tuple[str, tuple[str, Channel] | None, str]] = []

    @property
    def generation(self) -> str:
        """Its name."""
        return self._generation.name

    @property
    def workspace(self) -> Path:
        """A folder for files in the making."""
        return self._generation.folder

    def add(self, document: Document) -> None:
        """Index and store a document."""
        self.delete(document.id)
        tokens: dict[str, Any] = {text_field(*key): _tokens(found) for key, found in document.tokens.items()}
        tokens |= terms_of(document)
        self._builder.add(tokens, columns_of(document), {RECORD_FIELD: document.stored})
        if len(self._builder) == BATCH:
            self._writer.add(self._builder.finish())
        # Numbers one apart from powers of two spread a sample of bounded size over a build of unknown length.
        if self._count & (self._count - 1) == 0 or len(self._sample) < SAMPLE // 2:
            key = next(iter(document.tokens), None)
            self._sample.append((document.id, key, document.tokens[key][0].text if key else ""))
        self._count += 1

    def delete(self, record_id: str) -> bool:
        """Remove a published document."""
        if self._published is None or record_id in self._deleted or self._published.record(record_id) is None:
            return False
        self._deleted.add(record_id)
        return True

    def finish(self) -> int:
        """Write out all changes."""
        if len(self._builder):
            self._writer.add(self._builder.finish())
        if self._deleted:
            self._writer.delete(ID_FIELD, (record_id.encode() for record_id in self._deleted))
        self._writer.commit()
        return self._documents + self._count - len(self._deleted)

    def publish(self, manifest: Manifest, companions: Companions) -> None:
        """Verify what was finished and switch readers to this generation."""
        self._generation.write(store.JOURNALS, msgspec.json.encode(companions.journals))
        self._generation.write(store.TABLES, companions.tables)
        self._generation.write(store.REPORT, companions.report)
        companions.lexicon.replace(self._generation.folder / store.LEXICON)
        self._generation.write(store.MANIFEST, msgspec.json.encode(manifest))
        try:
            engine = open_folder(self._generation.folder)
            try:
                engine.verify(but=self._published)
                self._verify(engine, manifest)
            finally:
                engine.close()
        except MedsearchError as error:
            raise BuildError(f"the new index does not verify and was not published: {error}") from error
        self._generation.publish()

    def close(self) -> None:
        """Give back files and the location; what was not published is removed."""
        try:
            self._writer.cancel()
        finally:
            self._generation.close()
            if self._published is not None:
                self._published.close()

    def _verify(self, engine: WhooshEngine, manifest: Manifest) -> None:
        total = engine.search(Plan(Everything(), limit=0)).total
        if total != manifest.documents:
            raise BuildError(f"{manifest.documents} documents were written and {total} are found")
        for record_id, key, text in self._sample:
            record = engine.record(record_id)
            if record is None or record.id != record_id:
                raise BuildError(f"the document {record_id} was written and is not found")
            if key is not None and not engine.count(Term((key[0],), key[1], text)):
                raise BuildError(f"the document {record_id} is not found by its word {text!r}")


def _tokens(tokens: list[Token]) -> Tokens:
    positions = [token.position for token in tokens]
    # Stacked tokens do not make a text longer than it is.
    return Tokens([token.text for token in tokens], positions, len(set(positions)))


def open_writer(location: str, editions: Editions) -> WhooshWriter:
    """The next generation at a location; see `indexer.engines.open_writer`."""
    generation = store.Generation(location)
    try:
        return WhooshWriter(generation, editions)
    except BaseException:
        generation.close()
        raise


def open_updater(location: str) -> tuple[WhooshEngine, WhooshWriter]:
    """The published generation and the next one; see `indexer.engines.open_updater`."""
    store.published_folder(location)  # a place without an index is not made into one
    generation = store.Generation(location)
    try:
        engine = open_engine(location)
        return engine, WhooshWriter(generation, engine.manifest.editions, engine)
    except BaseException:
        generation.close()
        raise
