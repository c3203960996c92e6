"""What stands before and behind every request: limits of size and rate, headers, the path and the proxies in front."""

from __future__ import annotations

import ipaddress
import re
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask, Request, Response, request
from werkzeug.exceptions import RequestEntityTooLarge, RequestURITooLarge, TooManyRequests
from werkzeug.middleware.proxy_fix import ProxyFix

from search_web.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MAX_QUERY_BYTES = 128 * 1024
"""Of an address's query: the longest query and filters, in Chinese and percent-encoded, take 108,000."""
MAX_BODY_BYTES = 128 * 1024
"""Of a form that is sent: a thousand picked records, as the page lets one pick, have 128 bytes for each."""
PREFLIGHT_SECONDS = 3600
"""How long a browser may keep what other sites are allowed."""
UNLIMITED = ("/healthz", "/livez", "/static/")
"""Paths that are not counted: what watches the server, and what a page brings along."""

_HEADERS = {
    # Scripts and what they ask for: our own files and our own endpoint, nothing that stands in a page.
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    # What somebody searches for is not told to the publishers whose links they follow.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class TolerantRequest(Request):
    """A request whose query string may hold any bytes; Werkzeug fails on those that are no UTF-8 (3.1, 2026-11)."""

    def __init__(self, environ: WSGIEnvironment, populate_request: bool = True, shallow: bool = False) -> None:  # noqa: FBT001, FBT002
        super().__init__(environ, populate_request, shallow)
        self.query_string = re.sub(rb"[\x80-\xff]", lambda byte: b"%%%02X" % byte[0][0], self.query_string)


class Prefixed:
    """An application under a path, whether the proxy in front keeps the path in what it asks or takes it away."""

    def __init__(self, app: WSGIApplication, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        path = environ.get("PATH_INFO", "")
        if path == self._prefix or path.startswith(self._prefix + "/"):
            environ["PATH_INFO"] = path[len(self._prefix) :] or "/"
        environ["SCRIPT_NAME"] = self._prefix
        return self._app(environ, start_response)


class TooOften(TooManyRequests):
    """A client has asked more often than is allowed."""

    def __init__(self, rate: str, wait_seconds: int) -> None:
        super().__init__(f"no more than {rate} are answered to one address; ask again in {wait_seconds} s")
        self.wait_seconds = wait_seconds


def guard(app: Flask, settings: Settings) -> None:
    """Put an application behind all of this."""
    app.request_class = TolerantRequest
    app.before_request(_bounded)
    if settings.rate_limit:
        _limit_rate(app, settings.rate_limit)
    if settings.cors:
        _allow_origins(app, settings.cors)
    app.after_request(_secured)
    if settings.prefix:
        app.wsgi_app = Prefixed(app.wsgi_app, settings.prefix)  # type: ignore[method-assign]
    if settings.proxies:
        # Host and prefix are not believed: a proxy that does not set them hands on what a client has made up.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=0, x_port=0, x_prefix=0
        )


def _bounded() -> None:
    if len(request.query_string) > MAX_QUERY_BYTES:
        raise RequestURITooLarge(f"the address has more than {MAX_QUERY_BYTES} bytes behind its ?; ask for less")
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise RequestEntityTooLarge(f"the request's body has more than {MAX_BODY_BYTES} bytes; send less")


def _limit_rate(app: Flask, rate: str) -> None:
    # Imported here, since most who serve set no limit.
    import limits  # noqa: PLC0415
    from limits.storage import MemoryStorage  # noqa: PLC0415
    from limits.strategies import MovingWindowRateLimiter  # noqa: PLC0415

    item = limits.parse(rate)
    limiter = MovingWindowRateLimiter(MemoryStorage())

    @app.before_request
    def limited() -> None:
        # What a browser asks before a page of another site may ask would halve what that page may.
        if request.path.startswith(UNLIMITED) or request.method == "OPTIONS":
            return
        client = _client(request.remote_addr)
        if not limiter.hit(item, client):
            wait = max(1, round(limiter.get_window_stats(item, client).reset_time - time.time() + 0.5))
            raise TooOften(rate, wait)


def _client(address: str | None) -> str:
    """Who is counted as one: an address, of IPv6 the network that one subscriber has."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return address or "unknown"
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)


def _allow_origins(app: Flask, origins: tuple[str, ...]) -> None:
    """CORS for the endpoint, without credentials, which it does not know.

    Not flask-cors (6.0, 2026-11), which leaves out Vary where one origin is allowed, so that a kept answer to another
    one, without the header, would be given to it.
    """

    @app.after_request
    def allowed(response: Response) -> Response:
        if not request.path.startswith("/api/"):
            return response
        origin = request.headers.get("Origin", "")
        if "*" in origins:
            response.headers["Access-Control-Allow-Origin"] = "*"
        else:
            response.vary.add("Origin")
            if origin not in origins:
                return response
            response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = "ETag, Retry-After, Content-Disposition"
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = "GET, HEAD"
            response.headers["Access-Control-Allow-Headers"] = "If-None-Match"
            response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
        return response


def _secured(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response
