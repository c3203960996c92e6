"""Our OpenSearch engine, through the same walls as the embedded one.

Its cluster is what `MEDSEARCH_BENCHMARK_CLUSTER` names, else what `scripts/cluster up` starts. What a search costs
there OpenSearch tells itself (`took`, from the arrival of a request to its answer); the rest of the time is ours and
that of the network.
"""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec

from benchmarking.mix import MixQuery
from benchmarking.systems import Found, ours
from indexer.engines import open_engine
from indexer.engines.opensearch.connection import Connection
from indexer.engines.opensearch.engine import OpenSearchEngine
from indexer.schema import Documents

CLUSTER = "MEDSEARCH_BENCHMARK_CLUSTER"
DEFAULT = "opensearch+http://127.0.0.1:19200,127.0.0.1:19201,127.0.0.1:19202"


def _location(folder: Path) -> str:
    name = blake2b(str(folder.resolve()).encode(), digest_size=6).hexdigest()
    return f"{os.environ.get(CLUSTER, DEFAULT)}/benchmark-{name}"


class System(ours.System):
    """`benchmarking.systems.System` over a cluster."""

    _engine: OpenSearchEngine

    def __init__(self) -> None:
        self._took = 0

    def version(self) -> str:
        """Of OpenSearch."""
        host = os.environ.get(CLUSTER, DEFAULT).partition("+")[2].partition(",")[0]
        with urllib.request.urlopen(host) as answer:  # noqa: S310 - what the operator names
            return str(msgspec.json.decode(answer.read())["version"]["number"])

    def build(self, documents: Iterator[Documents], folder: Path) -> None:
        """Write and publish a generation of ready tokens."""
        # All are read first: reading is not counted, and meanwhile nodes would work on what was sent before.
        ours.write_ready(iter(list(documents)), _location(folder))

    def open(self, folder: Path) -> None:
        """Open the published generation, and count what it takes."""
        self._engine = open_engine(_location(folder))  # type: ignore[assignment]
        ask = Connection.ask

        def counted(connection: Connection, *given: Any, **named: Any) -> Any:  # noqa: ANN401 - as `ask` takes and gives
            answer = ask(connection, *given, **named)
            if isinstance(answer, dict):
                self._took += answer.get("took", 0)
            return answer

        Connection.ask = counted  # type: ignore[method-assign]

    def search(self, query: MixQuery, facets: Sequence[str], limit: int) -> Found:
        """Execute the query's plan."""
        self._took = 0
        return replace(super().search(query, facets, limit), elsewhere_ms=float(self._took))
