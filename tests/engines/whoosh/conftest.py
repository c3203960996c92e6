"""An index of several segments with deletions, open in the engine and in Whoosh."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from whoosh.reading import IndexReader

from indexer.analysis import Channel
from indexer.engines.whoosh import store
from indexer.engines.whoosh.columnar import segment
from indexer.engines.whoosh.engine import WhooshEngine
from indexer.engines.whoosh.mapping import ID_FIELD
from tests.engines.conftest import make_records, write_in_steps
from tests.engines.reference import Collection
from tests.engines.whoosh.postings_oracle import PostingsOracle


@dataclass(frozen=True)
class Written:
    """An index of several segments with deletions, open in both ways."""

    engine: WhooshEngine
    reader: IndexReader
    oracle: PostingsOracle
    ids: dict[int, str]
    texts: list[tuple[Channel, list[tuple[str, int]]]]
    """The tokens of some fields, to make phrases of."""
    words: dict[Channel, list[str]]


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Written]:
    location = tmp_path_factory.mktemp("differential") / "index"
    records = write_in_steps(str(location), make_records(300, seed=11), steps=4, deleted=40)
    folder = store.published_folder(str(location))
    engine = WhooshEngine(folder)
    reader = segment.open_dir(folder / store.POSTINGS, readonly=True).reader()
    assert len(reader.leaf_readers()) > 1
    assert reader.doc_count() < reader.doc_count_all()
    ids = {number: reader.column_reader(ID_FIELD)[number] for number in reader.all_doc_ids()}
    texts = [
        (channel, [(token.text, token.position) for token in tokens])
        for document in Collection(records).documents
        for (_, channel), tokens in document.tokens.items()
        if len(tokens) > 2
    ]
    words = {channel: sorted({word for of, text in texts if of is channel for word, _ in text}) for channel in Channel}
    yield Written(engine, reader, PostingsOracle(reader), ids, texts, words)
    reader.close()
    engine.close()
