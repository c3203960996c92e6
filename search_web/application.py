"""The application: blueprints, error handlers and headers put together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import Flask, Request, Response

from indexer.engines import LiveIndex
from search_web import api, current, errors, pages

_HEADERS = {
    # Scripts and what they ask for: our own files and our own endpoint, nothing that stands in a page.
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    # What somebody searches for is not told to the publishers whose links they follow.
    "Referrer-Policy": "same-origin",
}


if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class TolerantRequest(Request):
    """A request whose query string may hold any bytes; Werkzeug fails on those that are no UTF-8 (3.1, 2026-11)."""

    def __init__(self, environ: WSGIEnvironment, populate_request: bool = True, shallow: bool = False) -> None:  # noqa: FBT001, FBT002
        super().__init__(environ, populate_request, shallow)
        self.query_string = re.sub(rb"[\x80-\xff]", lambda byte: b"%%%02X" % byte[0][0], self.query_string)


def make_application(index: str) -> Flask:
    """A Flask application over the index in a directory; the directory need not exist yet."""
    app = Flask(__name__, static_folder="static", template_folder="templates")
    app.request_class = TolerantRequest
    # DOIs hold double slashes, which Werkzeug would otherwise merge and redirect.
    app.url_map.merge_slashes = False
    app.jinja_env.lstrip_blocks = True
    current.attach(app, LiveIndex(index))
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(api.blueprint)
    errors.register(app)
    app.after_request(_secured)
    return app


def _secured(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response
