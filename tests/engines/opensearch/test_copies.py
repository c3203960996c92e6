"""Copies of shards hold what the first ones do, of a build as of an update."""

from __future__ import annotations

from collections.abc import Callable

from indexer.engines import open_updater, open_writer
from indexer.engines.opensearch.connection import Connection
from indexer.engines.opensearch.location import read_location
from indexer.engines.opensearch.store import find_published
from tests.engines.conftest import make_records, publish

RECORDS = make_records(60, seed=9)


def _documents(connection: Connection) -> dict[tuple[str, str], str]:
    """Of each shard of the published generation, and of each copy."""
    index = find_published(connection).index
    params = {"format": "json", "h": "shard,prirep,docs,state"}
    shards = connection.ask("GET", f"/_cat/shards/{index}", params=params)
    assert {row["state"] for row in shards} == {"STARTED"}
    return {(row["shard"], row["prirep"]): row["docs"] for row in shards}


def test_copies_are_made_and_made_again(remote_location: Callable[[], str]) -> None:
    location = remote_location().replace("replicas=0", "replicas=1")
    connection = Connection(read_location(location))
    publish(open_writer(location, {}), RECORDS[:40], 40)
    assert sum(map(int, _documents(connection).values())) == 2 * 40

    engine, writer = open_updater(location)
    engine.close()
    publish(writer, RECORDS[30:], 55, [record.id for record in RECORDS[:5]])
    found = _documents(connection)
    assert sum(map(int, found.values())) == 2 * 55
    assert all(found[shard, "p"] == found[shard, "r"] for shard, _ in found)

    index = find_published(connection).index
    for replicas in (0, 1):
        connection.ask("PUT", f"/{index}/_settings", {"index": {"number_of_replicas": replicas}})
    connection.ask("GET", f"/_cluster/health/{index}", params={"wait_for_status": "green", "timeout": "60s"})
    assert _documents(connection) == found
    connection.close()
