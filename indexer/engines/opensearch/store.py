"""Generations in a cluster: which is published, which was before, and the one build that may be running."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any, Literal

import msgspec

from indexer.engines.opensearch.companions import SUFFIX
from indexer.engines.opensearch.connection import TIMEOUT_SECONDS, Answered, Connection
from indexer.engines.opensearch.location import read_location
from indexer.engines.verifying import check_built_with
from indexer.errors import BuildError, IndexMismatchError, IndexMissingError, MedsearchError
from indexer.schema import FAMILIES
from indexer.search.engine import Manifest

CHECK_SECONDS = 1.0
"""How often a process that serves asks whether another generation was published, and how long it waits to be told."""
LEASE_SECONDS = 60.0
"""How long a lock holds that is not renewed: its build was killed on another machine, or lost its network."""
RENEW_SECONDS = 10.0


class About(msgspec.Struct, frozen=True):
    """What a generation's mapping says of it, in `_meta`."""

    layout: Literal[2]
    """How documents are kept; none is named by generations that had their records in the source."""
    manifest: Manifest
    mean_lengths: dict[str, float]
    """By length field, of the documents that have it."""


@dataclass(frozen=True)
class Published:
    """A generation that is whole."""

    index: str
    about: About


def published_generation(location: str) -> str | None:
    """The name of the published generation; None where there is none.

    Raises:
        EngineUnavailableError: it can't be asked for.
    """
    connection = _asked_often(location)
    index = alias_of(connection, connection.location.name, seconds=CHECK_SECONDS)
    return None if index is None else index.partition(".")[2]


@lru_cache(maxsize=4)
def _asked_often(location: str) -> Connection:
    """A connection that is kept."""
    return Connection(read_location(location))


def alias_of(connection: Connection, alias: str, seconds: float = TIMEOUT_SECONDS) -> str | None:
    """The index that an alias leads to; how long the answer is waited for can be told."""
    try:
        found = connection.ask("GET", f"/_alias/{alias}", seconds=seconds)
    except Answered:
        return None
    return next(iter(found), None)


def before(name: str) -> str:
    """The alias of the generation before the published one."""
    return f"{name}.before"


def find_published(connection: Connection) -> Published:
    """The published generation.

    Raises:
        IndexMissingError: there is none.
        IndexMismatchError: it was built by another version, schema or analysis.
    """
    location = connection.location
    found = _described(connection, location.name)
    if found is None:
        raise IndexMissingError(
            f"there is no index at {location.text}; build one with: medsearch build SOURCE --index {location.text}"
        )
    return found


def _described(connection: Connection, alias: str) -> Published | None:
    location = connection.location
    try:
        answer: Mapping[str, Any] = connection.ask("GET", f"/{alias}/_mapping")
    except Answered:
        return None
    index, described = next(iter(answer.items()))
    try:
        about = msgspec.convert(described["mappings"].get("_meta"), About)
    except msgspec.ValidationError as error:
        raise IndexMismatchError(
            f"the index {index} at {location.text} is of another version, or none of medsearch ({error}); rebuild it, "
            "or choose another name"
        ) from error
    check_built_with(about.manifest, location.text)
    # The cluster keeps no order of names.
    editions = {name: about.manifest.editions[name] for name in FAMILIES if name in about.manifest.editions}
    manifest = msgspec.structs.replace(about.manifest, editions=editions)
    return Published(index, msgspec.structs.replace(about, manifest=manifest))


def rollback(location: str) -> Manifest:
    """Publish the generation before the published one again, which takes its place; see `indexer.engines.rollback`."""
    connection = Connection(read_location(location))
    name = connection.location.name
    try:
        lock = Lock(connection)
        try:
            now, earlier = alias_of(connection, name), _described(connection, before(name))
            if now is None or earlier is None:
                raise IndexMissingError(f"there is no generation before the published one at {location}")
            publish(connection, earlier.index, now)
            return earlier.about.manifest
        finally:
            lock.release()
    finally:
        connection.close()


def publish(connection: Connection, index: str, published: str | None) -> None:
    """Lead readers to a generation in one step, and keep the one that was published as the one before.

    Raises:
        BuildError: another one was published meanwhile.
    """
    name = connection.location.name
    actions: list[dict[str, Any]] = [{"add": {"index": index, "alias": name}}]
    if published is not None:
        # That the alias is still there is the condition of the whole request.
        actions.insert(0, {"remove": {"index": published, "alias": name, "must_exist": True}})
        if earlier := alias_of(connection, before(name)):
            actions.append({"remove": {"index": earlier, "alias": before(name)}})
        actions.append({"add": {"index": published, "alias": before(name)}})
    try:
        connection.ask("POST", "/_aliases", {"actions": actions}, repeatable=False)
    except Answered as error:
        raise BuildError(
            f"another generation was published at {connection.location.text} meanwhile, and stays; build again"
        ) from error
    except MedsearchError:
        # The answer may be what was lost.
        if alias_of(connection, name) != index:
            raise


def remove_generations(connection: Connection, but: Collection[str | None] = ()) -> None:
    """Remove the generations of a location; while others may build there, only the holder of the lock may."""
    name = connection.location.name
    found = connection.ask("GET", f"/{name}.g-*/_alias", params={"allow_no_indices": "true"})
    _remove(connection, sorted({index.removesuffix(SUFFIX) for index in found}.difference(but)))


def _remove(connection: Connection, indexes: list[str]) -> None:
    if not indexes:
        return
    # In one request, since what changes the cluster's state is what takes it time.
    names = ",".join(name for index in indexes for name in (index, index + SUFFIX))
    with suppress(Answered):
        connection.ask("DELETE", f"/{names}", params={"ignore_unavailable": "true"}, repeatable=False)


class Lock:
    """The right to build at a location, which is renewed until it is given back.

    A document in an index of its own, that only one can make. Whoever finds one that was not renewed in time, or whose
    process on this machine has ended, takes its place, if nobody else was faster.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._path = f"/{connection.location.name}.lock/_doc/lock"
        self._token = secrets.token_hex(8)
        self._ended = threading.Event()
        self._lost = False
        self._version = self._acquire()
        self._thread = threading.Thread(target=self._renew, daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Make sure that it is still held.

        Raises:
            BuildError: another build has it.
        """
        if self._lost:
            raise BuildError("another build took over, since this one was not heard of for too long; nothing changed")

    def _holder(self) -> dict[str, Any]:
        return {"token": self._token, "host": socket.gethostname(), "process": os.getpid(), "renewed": time.time()}

    def _acquire(self) -> dict[str, str]:
        index = f"/{self._connection.location.name}.lock"
        if not self._connection.ask("HEAD", index):
            body = {"settings": {"number_of_shards": 1, "auto_expand_replicas": "0-1"}, "mappings": {"dynamic": False}}
            with suppress(Answered):
                self._connection.ask("PUT", index, body, repeatable=False)
        with suppress(Answered):
            return self._put({"op_type": "create"})
        try:
            found = self._connection.ask("GET", self._path)
        except Answered:
            return self._put({"op_type": "create"})  # it was given back just now
        holder = found["_source"]
        if not _is_gone(holder):
            raise BuildError(
                f"another build is writing to {self._connection.location.text} (process {holder['process']} on "
                f"{holder['host']}); wait until it has ended"
            )
        try:
            return self._put(_version_of(found))
        except Answered as error:
            raise BuildError(
                f"another build has just begun to write to {self._connection.location.text}; wait until it has ended"
            ) from error

    def _put(self, condition: Mapping[str, str]) -> dict[str, str]:
        return _version_of(self._connection.ask("PUT", self._path, self._holder(), condition, repeatable=False))

    def _renew(self) -> None:
        renewed = time.monotonic()
        while not self._lost and not self._ended.wait(RENEW_SECONDS):
            with suppress(MedsearchError):
                self._lost = not self._renewed()
                renewed = time.monotonic()
            self._lost = self._lost or time.monotonic() - renewed > LEASE_SECONDS - RENEW_SECONDS

    def _renewed(self) -> bool:
        """Renew it; False where another build has it."""
        try:
            self._version = self._put(self._version)
        except Answered:
            return False
        return True

    def release(self) -> None:
        """Give it back."""
        self._ended.set()
        self._thread.join()
        if not self._lost:
            with suppress(Answered, MedsearchError):
                self._connection.ask("DELETE", self._path, params=self._version)


def _version_of(answer: Mapping[str, Any]) -> dict[str, str]:
    return {"if_seq_no": str(answer["_seq_no"]), "if_primary_term": str(answer["_primary_term"])}


def _is_gone(holder: Mapping[str, Any]) -> bool:
    """Whether the build that holds a lock has ended without giving it back."""
    if time.time() - holder["renewed"] > LEASE_SECONDS:
        return True
    if holder["host"] != socket.gethostname() or os.name == "nt":
        return False
    try:
        os.kill(holder["process"], 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


class Generation:
    """A generation in the making: a locked location and a new index, which is not made yet."""

    def __init__(self, location: str) -> None:
        self.connection = Connection(read_location(location))
        name = self.connection.location.name
        try:
            self._lock = Lock(self.connection)
        except BaseException:
            self.connection.close()
            raise
        try:
            self.published = alias_of(self.connection, name)
            remove_generations(self.connection, but={self.published, alias_of(self.connection, before(name))})
        except BaseException:
            self._lock.release()
            self.connection.close()
            raise
        now = datetime.now(timezone.utc)
        self.name = f"g-{now:%Y%m%dt%H%M%S}-{secrets.token_hex(4)}"
        self.index = f"{name}.{self.name}"

    def data_nodes(self) -> int:
        """How many nodes hold data."""
        health = self.connection.ask("GET", "/_cluster/health")
        return max(1, int(health["number_of_data_nodes"]))

    def wait_until(self, status: str, index: str, seconds: float) -> str:
        """Wait for an index to be green or yellow; gives what it is when the time is over."""
        path = f"/_cluster/health/{index}"
        params = {"wait_for_status": status, "timeout": f"{int(seconds)}s"}
        with suppress(Answered):
            return str(self.connection.ask("GET", path, params=params, seconds=seconds + TIMEOUT_SECONDS)["status"])
        return str(self.connection.ask("GET", path)["status"])

    def publish(self) -> None:
        """Make this the generation that readers open, and remove those before the one before."""
        self._lock.check()
        publish(self.connection, self.index, self.published)
        # It is published now; what follows tidies up, and fails without harm.
        with suppress(MedsearchError, Answered):
            remove_generations(self.connection, but={self.index, self.published})

    def close(self) -> None:
        """Let others build here. The index is removed unless it has been published."""
        try:
            with suppress(MedsearchError, Answered):
                if alias_of(self.connection, self.connection.location.name) != self.index:
                    _remove(self.connection, [self.index])
            self._lock.release()
        finally:
            self.connection.close()
