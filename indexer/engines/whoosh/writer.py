"""Writing a generation: batches of documents into columnar segments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import msgspec
from whoosh.index import FileIndex

from indexer.engines.verifying import Sample, Sampled, sampled
from indexer.engines.whoosh import store
from indexer.engines.whoosh.columnar import segment
from indexer.engines.whoosh.columnar.inverter import BatchBuilder, BatchWriter, RunWriter, TokenArrays
from indexer.engines.whoosh.columnar.segment import ColumnarSegment
from indexer.engines.whoosh.engine import WhooshEngine, open_engine, open_folder
from indexer.engines.whoosh.mapping import (
    ID_FIELD,
    RECORD_DICTIONARY,
    RECORD_FIELD,
    columns_of,
    terms_of,
    text_field,
    values_of,
    whoosh_schema,
)
from indexer.engines.whoosh.warm import warm
from indexer.errors import BuildError, MedsearchError
from indexer.schema import Documents, Editions
from indexer.search.engine import Companions, Manifest


@dataclass(frozen=True)
class _Packed:
    """A batch of documents as `WhooshWriter` takes it."""

    ids: list[str]
    sampled: Sampled
    run: ColumnarSegment


class WhooshPacker:
    """`indexer.search.engine.Packer` for `WhooshWriter`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def _index(self) -> FileIndex:
        return segment.open_dir(self._folder)

    def pack(self, documents: Documents) -> _Packed:
        """Write documents as a run of the index, of which what is sent is little more than the name."""
        builder = BatchBuilder(self._index.schema, RECORD_DICTIONARY)
        stored = [{RECORD_FIELD: record} for record in documents.stored]
        ids, values = documents.ids, values_of(documents)
        builder.add_all(terms_of(ids, values), columns_of(ids, values), stored)
        batch = builder.finish()
        for key, found in documents.tokens.items():
            batch.tokens[text_field(*key)] = TokenArrays(
                found.distinct.ended(), found.ids, found.counts, found.positions, found.lengths
            )
        return _Packed(documents.ids, sampled(documents), RunWriter(self._index).write(batch))


class WhooshWriter:
    """`indexer.search.engine.IndexWriter` into one location."""

    def __init__(self, generation: store.Generation, editions: Editions, published: WhooshEngine | None = None) -> None:
        self._generation = generation
        self._published = published
        folder = generation.folder / store.POSTINGS
        if published is None:
            index = segment.create_in(folder, whoosh_schema(editions))
        else:
            generation.begin_with(published.folder)
            index = segment.open_dir(folder)
        self._writer = BatchWriter(index, dictionary=RECORD_DICTIONARY)
        self._packer = WhooshPacker(folder)
        self._documents = 0 if published is None else published.manifest.documents
        self._count = 0
        self._deleted: set[str] = set()
        self._sample = Sample()

    @property
    def generation(self) -> str:
        """Its name."""
        return self._generation.name

    @property
    def workspace(self) -> Path:
        """A folder for files in the making."""
        return self._generation.folder

    def packer(self) -> WhooshPacker:
        """What makes batches for `add`."""
        return self._packer

    def add(self, packed: _Packed) -> None:
        """Index and store documents."""
        for record_id in packed.ids:
            self.delete(record_id)
        self._writer.add_run(packed.run)
        self._sample.take(packed.sampled)
        self._count += len(packed.ids)

    def delete(self, record_id: str) -> bool:
        """Remove a published document."""
        if self._published is None or record_id in self._deleted or not self._published.holds(record_id):
            return False
        self._deleted.add(record_id)
        return True

    def finish(self) -> int:
        """Write out all changes."""
        if self._deleted:
            self._writer.delete(ID_FIELD, (record_id.encode() for record_id in self._deleted))
        self._writer.commit()
        return self._documents + self._count - len(self._deleted)

    @property
    def refused(self) -> Mapping[str, str]:
        """None: whatever a document holds is taken."""
        return {}

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
                if self._published is None:
                    # Whoever searches next finds all loops compiled; an update finds them so already.
                    warm()
                self._sample.verify(engine, manifest.documents)
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
