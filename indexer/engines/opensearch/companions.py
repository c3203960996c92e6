"""What a generation keeps beside its documents, in an index of its own, in pieces.

The lexicon is a file that is read at random places, so that a copy of it is kept on this machine, under a name that
tells its content.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import zstandard

from indexer.config import cache_folder
from indexer.engines.opensearch.connection import Answered, Connection
from indexer.errors import IndexDamagedError, SettingsError

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

    def write(self, name: str, content: bytes) -> None:
        """Keep a file."""
        packed = zstandard.ZstdCompressor().compress(content)
        pieces = [packed[start : start + _PIECE_BYTES] for start in range(0, len(packed), _PIECE_BYTES)]
        described = _Described(len(pieces), hashlib.sha256(content).hexdigest())
        for number, piece in enumerate(pieces):
            self._put(f"{name}-{number}", {"data": base64.b64encode(piece).decode()})
        self._put(name, msgspec.to_builtins(described))

    def _put(self, document: str, body: dict[str, Any]) -> None:
        self._connection.ask("PUT", f"/{self._index}/_doc/{document}", body)

    def read(self, name: str) -> bytes:
        """A file.

        Raises:
            IndexDamagedError: it is not there, or not what was written.
        """
        return self._read(name, self._described(name))

    def _described(self, name: str) -> _Described:
        return msgspec.convert(self._get(name), _Described)

    def _read(self, name: str, described: _Described) -> bytes:
        packed = b"".join(self._pieces(name, described.pieces))
        content = zstandard.ZstdDecompressor().decompressobj().decompress(packed)
        if hashlib.sha256(content).hexdigest() != described.sha256:
            raise IndexDamagedError(f"{name} in {self._index} is not what was written; rebuild the index")
        return content

    def _pieces(self, name: str, number: int) -> Iterator[bytes]:
        for piece in range(number):
            yield base64.b64decode(self._get(f"{name}-{piece}")["data"])

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
        described = self._described(LEXICON)
        folder = cache_folder() / "lexicons"
        path = folder / f"{described.sha256}.sqlite"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                part = folder / f"{path.name}.{secrets.token_hex(4)}"
                part.write_bytes(self._read(LEXICON, described))
                part.replace(path)
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
