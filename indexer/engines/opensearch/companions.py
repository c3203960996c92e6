"""What a generation keeps beside its documents, in an index of its own, in pieces.

The lexicon is a file that is read at random places, so that a copy of it is kept on this machine, under a name that
tells its content.
"""

from __future__ import annotations

import base64
import hashlib
import io
import itertools
import os
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import zstandard

from indexer.config import cache_folder
from indexer.engines.opensearch.connection import (
    ATTEMPTS,
    AWAY,
    BUSY,
    Answered,
    Connection,
    described,
    seconds_of_pause,
)
from indexer.errors import EngineUnavailableError, IndexDamagedError, SettingsError

JOURNALS = "journals"
TABLES = "tables"
REPORT = "report"
LEXICON = "lexicon"
SPELLINGS = "spellings"
SUFFIX = ".files"
_PIECE_BYTES = 4 * 2**20
_KEPT_LEXICONS = 4
"""Copies of lexicons that stay on this machine."""


class _Described(msgspec.Struct, frozen=True):
    """The first piece's account of a file."""

    pieces: int
    sha256: str
    """Of the content."""


def _documents(name: str, content: BinaryIO) -> Iterator[tuple[str, bytes]]:
    """A file as documents, each with its name; the one that describes it comes last."""
    chunker = zstandard.ZstdCompressor().chunker(chunk_size=_PIECE_BYTES)
    digest = hashlib.sha256()

    def packed() -> Iterator[bytes]:
        while chunk := content.read(_PIECE_BYTES):
            digest.update(chunk)
            yield from chunker.compress(chunk)
        yield from chunker.finish()  # type: ignore[no-untyped-call]  # its stub leaves the type out

    pieces = 0
    for piece in packed():
        yield f"{name}-{pieces}", msgspec.json.encode({"data": base64.b64encode(piece).decode()})
        pieces += 1
    yield name, msgspec.json.encode(_Described(pieces, digest.hexdigest()))


def _passes(outcome: Mapping[str, Any]) -> bool:
    """Whether what was not taken may be, later."""
    return outcome["status"] in {BUSY, *AWAY} and described(outcome)[0] != "cluster_block_exception"


class CompanionStore:
    """The companions of a generation."""

    def __init__(self, connection: Connection, index: str) -> None:
        self._connection = connection
        self._index = index + SUFFIX

    def create(self) -> None:
        """Make the index that holds them."""
        body = {
            "settings": {"number_of_shards": 1, "number_of_replicas": 0},
            "mappings": {"dynamic": False, "properties": {}},
        }
        self._connection.ask("PUT", f"/{self._index}", body, repeatable=False)

    def write(self, files: Mapping[str, BinaryIO]) -> None:
        """Keep files, which may be larger than memory, and have them ready to be read."""
        some: list[bytes] = []
        for document, body in itertools.chain.from_iterable(itertools.starmap(_documents, files.items())):
            if sum(map(len, some)) + len(body) > _PIECE_BYTES:
                self._send(some)
                some = []
            some.append(b'{"index":{"_id":"%s"}}\n%s\n' % (document.encode(), body))
        self._send(some)
        self._connection.ask("POST", f"/{self._index}/_refresh")

    def _send(self, lines: list[bytes]) -> None:
        if not lines:
            return
        for attempt in range(ATTEMPTS):
            answer = self._connection.ask("POST", f"/{self._index}/_bulk", b"".join(lines))
            if not answer["errors"]:
                return
            outcomes = [item["index"] for item in answer["items"]]
            failed = [described(outcome) for outcome in outcomes if "error" in outcome]
            again = [line for line, outcome in zip(lines, outcomes, strict=True) if _passes(outcome)]
            if len(again) < len(failed) or attempt == ATTEMPTS - 1:
                kind, reason = failed[0]
                raise EngineUnavailableError(
                    f"the cluster at {self._connection.location.hosts_text} does not take what is kept beside "
                    f"documents ({kind}: {reason[:300]}); look at its health and its log"
                )
            lines = again
            time.sleep(seconds_of_pause(attempt))

    def read(self, name: str) -> bytes:
        """A file.

        Raises:
            IndexDamagedError: it is not there, or not what was written.
        """
        content = io.BytesIO()
        self._copy(name, self._described(name), content)
        return content.getvalue()

    def _described(self, name: str) -> _Described:
        return msgspec.convert(self._get(name), _Described)

    def _copy(self, name: str, about: _Described, target: BinaryIO) -> None:
        unpacked = zstandard.ZstdDecompressor().decompressobj()
        digest = hashlib.sha256()
        with suppress(zstandard.ZstdError):  # which the digest shows as well
            for piece in range(about.pieces):
                content = unpacked.decompress(base64.b64decode(self._get(f"{name}-{piece}")["data"]))
                digest.update(content)
                target.write(content)
        if digest.hexdigest() != about.sha256:
            raise IndexDamagedError(f"{name} in {self._index} is not what was written; rebuild the index")

    def _get(self, document: str) -> dict[str, Any]:
        try:
            answer = self._connection.ask("GET", f"/{self._index}/_doc/{document}")
        except Answered as error:
            raise IndexDamagedError(f"{document} is missing from {self._index}; rebuild the index") from error
        found: dict[str, Any] = answer["_source"]
        return found

    def lexicon(self) -> Path:
        """A copy of the lexicon on this machine.

        Raises:
            IndexDamagedError: it is not there, or not what was written.
            SettingsError: there is no room for it.
        """
        about = self._described(LEXICON)
        folder = cache_folder() / "lexicons"
        path = folder / f"{about.sha256}.sqlite"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                part = folder / f"{path.name}.{secrets.token_hex(4)}"
                try:
                    with part.open("wb") as target:
                        self._copy(LEXICON, about, target)
                    part.replace(path)
                finally:
                    part.unlink(missing_ok=True)
            os.utime(path)
            kept = sorted(folder.glob("*.sqlite"), key=lambda one: one.stat().st_mtime, reverse=True)
            for old in kept[_KEPT_LEXICONS:]:
                old.unlink(missing_ok=True)
        except OSError as error:
            raise SettingsError(
                f"can't keep a copy of the lexicon in {folder} ({error.strerror or error}); make room, or set "
                "XDG_CACHE_HOME to another folder"
            ) from error
        return path
