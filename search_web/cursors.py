"""Cursors: the place behind the last result of a page, as an opaque text for the address of the next one.

A cursor belongs to a search on a generation. It holds no secret; what it says is checked, since anybody can write one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import NamedTuple

import msgspec

from indexer.errors import CursorExpiredError, OutOfReachError
from indexer.search.engine import Place
from indexer.search.hits import SearchRequest

START = "*"
PATTERN = r"\*|[A-Za-z0-9_-]{40,4000}"
"""Of all cursors."""


class _Cursor(NamedTuple):
    generation: str
    search: bytes
    seen: int
    place: Place


class Position(NamedTuple):
    """Where a page begins."""

    seen: int
    """Results before it."""
    place: Place
    """Of the last of them, as of a hit."""


def write_cursor(generation: str, request: SearchRequest, position: Position) -> str:
    """The cursor of a position in the result of a request."""
    body = msgspec.msgpack.encode(_Cursor(generation, _name(request), position.seen, position.place))
    return base64.urlsafe_b64encode(body).rstrip(b"=").decode()


def read_cursor(text: str, generation: str, request: SearchRequest) -> Position:
    """The position that a cursor names.

    Raises:
        CursorExpiredError: it is of another generation.
        OutOfReachError: it is of another search, or none that was given out.
    """
    try:
        cursor = msgspec.msgpack.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=_Cursor)
    except (msgspec.MsgspecError, binascii.Error, ValueError) as error:
        raise OutOfReachError(
            "cursor: there is no such cursor; begin with cursor=* and go on with next_cursor"
        ) from error
    if cursor.generation != generation:
        raise CursorExpiredError(
            f"cursor: the index was rebuilt since this cursor was given (it is of generation {cursor.generation[:40]}, "
            f"now {generation} is served); begin again with cursor=*"
        )
    if cursor.search != _name(request):
        raise OutOfReachError("cursor: it belongs to another search; begin this one with cursor=*")
    return Position(cursor.seen, cursor.place)


def _name(request: SearchRequest) -> bytes:
    """What names the search of a request: all that decides which results there are, and their order."""
    parts = (
        request.text,
        request.match.value,
        str(request.filters),
        request.sort.value,
        str(request.expand),
        *request.without,
        "",
        *request.editions,
    )
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).digest()
