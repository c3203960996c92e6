"""Writing a generation: batches of documents into a new index.

A build begins with an empty index, an update with a clone of the published one, which shares its files. Lines are sent
by several threads; a node that has too much to do is asked again, later.
"""

from __future__ import annotations

import io
import logging
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from indexer import schema
from indexer.analysis import Channel
from indexer.engines.opensearch import companions
from indexer.engines.opensearch.companions import CompanionStore
from indexer.engines.opensearch.connection import (
    ATTEMPTS,
    BUSY,
    TIMEOUT_SECONDS,
    Answered,
    Connection,
    described,
    seconds_of_pause,
)
from indexer.engines.opensearch.engine import OpenSearchEngine
from indexer.engines.opensearch.facets import facet_fields
from indexer.engines.opensearch.location import read_location
from indexer.engines.opensearch.mapping import (
    ID_FIELD,
    SPELLED,
    document_id,
    length_field,
    lines,
    mappings,
    settings,
)
from indexer.engines.opensearch.store import About, Generation, Published, find_published
from indexer.engines.verifying import Sample, Sampled, sampled
from indexer.errors import BuildError, EngineUnavailableError, MedsearchError
from indexer.schema import Documents, Editions, fold_value
from indexer.search.engine import Companions, Manifest

SENDERS = 4
"""Threads that send documents."""
LINES_BYTES = 4 * 2**20
"""Of one request."""
SHARD_SECONDS = 60
"""How long documents wait for a shard whose node is lost, and may come back."""
GREEN_SECONDS = 120.0
"""How long copies are waited for."""
_PAGE = 10_000

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Packed:
    """A batch of documents as `OpenSearchWriter` takes it."""

    ids: list[str]
    sampled: Sampled
    lines: list[bytes]
    """Of each document."""


class OpenSearchPacker:
    """`indexer.search.engine.Packer` for `OpenSearchWriter`."""

    def pack(self, documents: Documents) -> _Packed:
        """Documents as lines of bulk requests."""
        return _Packed(documents.ids, sampled(documents), list(lines(documents)))


class OpenSearchWriter:
    """`indexer.search.engine.IndexWriter` into one location."""

    def __init__(self, generation: Generation, editions: Editions, published: OpenSearchEngine | None = None) -> None:
        self._generation = generation
        self._connection = generation.connection
        self._published = published
        self._editions = editions
        self._workspace = Path(tempfile.mkdtemp(prefix="medsearch-"))
        self._companions = CompanionStore(self._connection, generation.index)
        self._senders = ThreadPoolExecutor(SENDERS, thread_name_prefix="medsearch-bulk")
        self._sending: set[Future[None]] = set()
        self._added: set[str] = set()
        self._deleted: set[str] = set()
        self._refused: dict[str, str] = {}
        self._sample = Sample()
        if published is None:
            self._create()
        else:
            self._clone(published.index)
        self._companions.create()

    def _create(self) -> None:
        location = self._connection.location
        shards = location.shards or self._generation.data_nodes()
        body = {"settings": settings(shards), "mappings": mappings(self._editions)}
        self._connection.ask("PUT", f"/{self._generation.index}", body, repeatable=False)
        self._wait_for_first_copies()

    def _clone(self, index: str) -> None:
        taken_over = {"number_of_replicas": 0, "blocks.write": False, "refresh_interval": "-1"}
        body = {"settings": {f"index.{name}": value for name, value in taken_over.items()}}
        self._connection.ask("PUT", f"/{index}/_clone/{self._generation.index}", body, repeatable=False)
        self._wait_for_first_copies()

    def _wait_for_first_copies(self) -> None:
        if self._generation.wait_until("yellow", self._generation.index, GREEN_SECONDS) == "red":
            raise BuildError(
                f"the cluster at {self._connection.location.hosts_text} has no place for a new index "
                f"({self._why_not_green()}); the index is as it was"
            )

    @property
    def generation(self) -> str:
        """Its name."""
        return self._generation.name

    @property
    def workspace(self) -> Path:
        """A folder for files in the making."""
        return self._workspace

    def packer(self) -> OpenSearchPacker:
        """What makes lines for `add`."""
        return OpenSearchPacker()

    def add(self, packed: _Packed) -> None:
        """Index and store documents, in place of those of the same identities."""
        self._added.update(map(document_id, packed.ids) if self._published is not None else ())
        self._send(packed.lines)
        self._sample.take(packed.sampled)

    def delete(self, record_id: str) -> bool:
        """Remove a document that is published."""
        name = document_id(record_id)
        if self._published is None or name in self._deleted:
            return False
        self._deleted.add(name)
        return True

    def finish(self) -> int:
        """Send what is left, and count."""
        deletions = sorted(self._deleted - self._added)
        self._send([b'{"delete":{"_id":"%s"}}\n' % name.encode() for name in deletions])
        self._wait_for_senders(0)
        index = self._generation.index
        self._connection.ask("POST", f"/{index}/_refresh")
        answer = self._connection.ask("POST", f"/{index}/_search", {"size": 0, "track_total_hits": True})
        count: int = self._connection.whole(answer)["hits"]["total"]["value"]
        return count

    def _send(self, documents: Sequence[bytes]) -> None:
        size = 0
        some: list[bytes] = []
        for one in documents:
            if some and size + len(one) > LINES_BYTES:
                self._submit(some)
                size, some = 0, []
            some.append(one)
            size += len(one)
        if some:
            self._submit(some)

    def _submit(self, some: list[bytes]) -> None:
        self._wait_for_senders(SENDERS)
        sender = _Sender(self._connection, self._generation.index, self._refused)
        self._sending.add(self._senders.submit(sender.send, some))

    def _wait_for_senders(self, most: int) -> None:
        """Wait until no more than so many requests are under way; raises what one of them ended in."""
        while True:
            done = {one for one in self._sending if one.done()}
            self._sending -= done
            for one in done:
                one.result()
            if len(self._sending) <= most:
                return
            wait(self._sending, return_when=FIRST_COMPLETED)

    @property
    def refused(self) -> Mapping[str, str]:
        """Documents that the cluster does not take."""
        return self._refused

    def publish(self, manifest: Manifest, companions_: Companions) -> None:
        """Verify what was finished and switch readers to this generation."""
        index = self._generation.index
        try:
            self._write_companions(companions_)
            about = About(2, manifest, self._mean_lengths())
            self._connection.ask("PUT", f"/{index}/_mapping", {"_meta": msgspec.to_builtins(about)})
            self._settle()
            engine = OpenSearchEngine(self._connection, Published(index, about))
            self._sample.verify(engine, manifest.documents, but=self._refused)
        except (MedsearchError, Answered) as error:
            raise BuildError(f"the new index does not verify and was not published: {error}") from error
        self._generation.publish()

    def _write_companions(self, given: Companions) -> None:
        names = (name for _, name in schema.edition_fields(self._editions))
        files: dict[str, BinaryIO] = {
            companions.JOURNALS: io.BytesIO(msgspec.json.encode(given.journals)),
            companions.TABLES: io.BytesIO(given.tables),
            companions.REPORT: io.BytesIO(given.report),
            companions.SPELLINGS: io.BytesIO(msgspec.json.encode(self._spelled(facet_fields(names)))),
        }
        with given.lexicon.open("rb") as lexicon:
            self._companions.write({**files, companions.LEXICON: lexicon})

    def _spelled(self, names: Sequence[str]) -> dict[str, dict[str, str]]:
        """How most documents spell each value of some fields, the first spelling where several are equal."""
        best: dict[str, dict[str, tuple[int, str]]] = {name: {} for name in names}
        pages = {
            name: {"composite": {"size": _PAGE, "sources": [{"value": {"terms": {"field": name + SPELLED}}}]}}
            for name in names
        }
        while pages:
            for name, answer in self._aggregated(pages).items():
                for bucket in answer["buckets"]:
                    spelled = bucket["key"]["value"]
                    found = (-bucket["doc_count"], spelled)
                    folded = fold_value(spelled)
                    best[name][folded] = min(best[name].get(folded, found), found)
                if len(answer["buckets"]) < _PAGE:
                    del pages[name]
                else:
                    pages[name]["composite"]["after"] = answer["after_key"]
        return {
            name: {folded: spelled for folded, (_, spelled) in of_field.items() if spelled != folded}
            for name, of_field in best.items()
        }

    def _mean_lengths(self) -> dict[str, float]:
        names = [length_field(field.name, channel) for field in schema.TEXT_FIELDS for channel in Channel]
        answer = self._aggregated({name: {"avg": {"field": name}} for name in names})
        return {name: mean for name in names if (mean := answer[name]["value"])}

    def _aggregated(self, aggregations: dict[str, Any]) -> dict[str, Any]:
        body = {"size": 0, "track_total_hits": False, "aggs": aggregations}
        answer = self._connection.ask("POST", f"/{self._generation.index}/_search", body)
        found: dict[str, Any] = self._connection.whole(answer)["aggregations"]
        return found

    def _settle(self) -> None:
        """Have copies made, and let nothing be changed any more."""
        replicas = min(self._connection.location.replicas, self._generation.data_nodes() - 1)
        index = self._generation.index
        both = f"{index},{index}{companions.SUFFIX}"
        self._connection.ask("POST", f"/{both}/_flush")
        body = {"index": {"number_of_replicas": replicas, "blocks.write": True}}
        self._connection.ask("PUT", f"/{both}/_settings", body)
        status = self._generation.wait_until("green", both, GREEN_SECONDS)
        if status == "red":
            raise EngineUnavailableError(f"{index} is red ({self._why_not_green()})")
        if status != "green":
            _log.warning("%s is published without all of its copies: %s", index, self._why_not_green())

    def _why_not_green(self) -> str:
        with suppress(MedsearchError, Answered):
            told = self._connection.ask("GET", "/_cluster/allocation/explain")
            for decision in told.get("node_allocation_decisions", ()):
                for decider in decision.get("deciders", ()):
                    return str(decider["explanation"])[:300]
            return str(told.get("allocate_explanation") or told.get("unassigned_info", {}).get("reason"))
        return "the cluster does not say why"

    def close(self) -> None:
        """Give back files and the location; what was not published is removed."""
        try:
            self._senders.shutdown(wait=True, cancel_futures=True)
        finally:
            shutil.rmtree(self._workspace, ignore_errors=True)
            self._generation.close()
            if self._published is not None:
                self._published.close()


class _Sender:
    """Sends documents."""

    def __init__(self, connection: Connection, index: str, refused: dict[str, str]) -> None:
        self._connection = connection
        self._path = f"/{index}/_bulk"
        self._refused = refused

    def send(self, documents: list[bytes]) -> None:
        """Send documents until the cluster has taken all of them, but for those that it never will.

        Raises:
            EngineUnavailableError: it may not be written to, has too much to do, or can't be reached, for too long.
        """
        params = {"filter_path": "errors,items.*.status,items.*.error,items.*._id", "timeout": f"{SHARD_SECONDS}s"}
        for attempt in range(ATTEMPTS):
            try:
                answer = self._connection.ask(
                    "POST", self._path, b"".join(documents), params, seconds=SHARD_SECONDS + TIMEOUT_SECONDS
                )
            except EngineUnavailableError:
                if attempt == ATTEMPTS - 1:
                    raise
                time.sleep(seconds_of_pause(attempt))
                continue
            if not answer["errors"]:
                return
            outcomes = [next(iter(item.values())) for item in answer["items"]]
            again = []
            for document, outcome in zip(documents, outcomes, strict=True):
                kind, reason = described(outcome)
                if outcome["status"] == BUSY and kind != "cluster_block_exception":
                    again.append(document)
                elif outcome["status"] == 400:
                    self._refused[_named(document)] = f"The index does not take it ({kind}: {reason[:300]})."
                elif outcome["status"] >= 300 and outcome["status"] != 404:
                    raise EngineUnavailableError(
                        f"the cluster at {self._connection.location.hosts_text} does not take documents "
                        f"({kind}: {reason[:300]}); look at its health and its log"
                    )
            if not again:
                return
            documents = again
            time.sleep(seconds_of_pause(attempt))
        raise EngineUnavailableError(
            f"the cluster at {self._connection.location.hosts_text} has too much to do to take documents; build again "
            "when it has less"
        )


def _named(document: bytes) -> str:
    """The identity of a document, from its lines."""
    return str(msgspec.json.decode(document.splitlines()[1])[ID_FIELD])


def open_writer(location: str, editions: Editions) -> OpenSearchWriter:
    """The next generation at a location; see `indexer.engines.open_writer`."""
    generation = Generation(location)
    try:
        return OpenSearchWriter(generation, editions)
    except BaseException:
        generation.close()
        raise


def open_updater(location: str) -> tuple[OpenSearchEngine, OpenSearchWriter]:
    """The published generation and the next one; see `indexer.engines.open_updater`."""
    generation = Generation(location)
    try:
        published = find_published(generation.connection)
        engine = OpenSearchEngine(Connection(read_location(location)), published)
        return engine, OpenSearchWriter(generation, engine.manifest.editions, engine)
    except BaseException:
        generation.close()
        raise
