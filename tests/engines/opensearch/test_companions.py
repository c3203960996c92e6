"""Files beside the documents: of any size, given back as they were written, or not at all."""

from __future__ import annotations

import io
import random
from collections.abc import Callable

import pytest

from indexer.engines.opensearch.companions import SUFFIX, CompanionStore
from indexer.engines.opensearch.connection import Connection
from indexer.engines.opensearch.location import read_location
from indexer.errors import IndexDamagedError


def test_files_come_back_whole_or_not_at_all(
    remote_location: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.engines.opensearch.companions._PIECE_BYTES", 1_000)
    connection = Connection(read_location(remote_location()))
    index = connection.location.name
    store = CompanionStore(connection, index)
    store.create()
    files = {"empty": b"", "small": b"one", "large": random.Random(1).randbytes(10_500), "even": b"a" * 100_000}
    store.write({name: io.BytesIO(content) for name, content in files.items()})
    assert {name: store.read(name) for name in files} == files

    piece = connection.ask("GET", f"/{index}{SUFFIX}/_doc/large-3")["_source"]
    connection.ask("PUT", f"/{index}{SUFFIX}/_doc/large-2", piece)
    connection.ask("PUT", f"/{index}{SUFFIX}/_doc/even-0", piece)
    for name in ("large", "even"):
        with pytest.raises(IndexDamagedError, match=rf"{name} in .* is not what was written; rebuild the index"):
            store.read(name)
    connection.ask("DELETE", f"/{index}{SUFFIX}/_doc/small-0")
    with pytest.raises(IndexDamagedError, match="small-0 is missing from"):
        store.read("small")
    connection.close()
