"""What the request at hand works with: the published engine, the time it has, and the interface's language."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app, request

from indexer.engines import LiveIndex
from indexer.search.engine import Engine
from search_web.messages import CATALOGUES, Messages
from search_web.params import LANGUAGES
from search_web.settings import Settings

_KEY = "medsearch"


@dataclass(frozen=True)
class _Served:
    index: LiveIndex
    settings: Settings


def attach(app: Flask, index: LiveIndex, settings: Settings) -> None:
    """Give an application its index and settings."""
    app.extensions[_KEY] = _Served(index, settings)


def _served() -> _Served:
    return cast("_Served", current_app.extensions[_KEY])


def engine() -> Engine:
    """The generation that is published now.

    Raises:
        IndexMissingError: none is.
        IndexMismatchError: it was built by another version.
        IndexDamagedError: it can't be opened.
        EngineUnavailableError: what holds it does not answer.
    """
    return _served().index.engine()


def deadline() -> float:
    """When a search that begins now has to be done, on the clock of `time.monotonic`."""
    return time.monotonic() + _served().settings.time_limit


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
