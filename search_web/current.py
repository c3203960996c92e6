"""What the request at hand works with: the published engine and the interface's language."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app, request

from indexer.engines import LiveIndex
from indexer.search.engine import Engine
from search_web.messages import CATALOGUES, Messages
from search_web.params import LANGUAGES

_KEY = "medsearch"


def attach(app: Flask, index: LiveIndex) -> None:
    """Give an application its index."""
    app.extensions[_KEY] = index


def engine() -> Engine:
    """The generation that is published now.

    Raises:
        IndexMissingError: none is.
        IndexMismatchError: it was built by another version.
        IndexDamagedError: it can't be opened.
    """
    return cast("LiveIndex", current_app.extensions[_KEY]).engine()


def messages(chosen: str | None = None) -> Messages:
    """The interface's words in the chosen language, else in the one that the browser asks for, else in English."""
    return CATALOGUES[chosen or _preferred()]


def _preferred() -> str:
    # Not Werkzeug's best_match, which takes an exact `zh;q=0.5` before an `en-GB` that the reader prefers.
    for tag, quality in request.accept_languages:
        primary = tag.partition("-")[0].lower()
        if quality > 0 and primary in LANGUAGES:
            return primary
    return LANGUAGES[0]
