"""Answers compressed on their way: a page of results takes a quarter of the bytes.

By gzip of the standard library, since that is all it takes; Flask-Compress brings three compilers' worth of other
codecs with it (2026-11). What is streamed is left alone, for nobody knows how long it will be.
"""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

COMPRESSED = frozenset(
    (
        *("text/html", "text/css", "text/javascript", "text/plain", "image/svg+xml", "application/atom+xml"),
        *("application/json", "application/problem+json"),
    )
)
SHORTEST = 1000
"""Bytes below which it is not worth the work."""
_LEVEL = 6


def register(app: Flask) -> None:
    """Make an application compress its answers for those who can read them."""
    app.after_request(_compressed)


def _compressed(response: Response) -> Response:
    if response.mimetype not in COMPRESSED or response.content_encoding:
        return response
    response.vary.add("Accept-Encoding")
    is_file = response.direct_passthrough
    if response.status_code != 200 or (response.is_streamed and not is_file) or not request.accept_encodings["gzip"]:
        return response
    response.direct_passthrough = False
    whole = response.get_data()
    if len(whole) < SHORTEST:
        return response
    response.set_data(gzip.compress(whole, _LEVEL, mtime=0))
    response.content_encoding = "gzip"
    tag, _ = response.get_etag()
    if tag:
        # The same text in other bytes.
        response.set_etag(tag, weak=True)
    response.headers.pop("Accept-Ranges", None)
    return response
