"""Errors at the web's boundary: pages for people, `application/problem+json` (RFC 9457) for programs.

Each kind of error gets its status here and nowhere else.
"""

from __future__ import annotations

from http import HTTPStatus

import msgspec
from flask import Flask, Response, current_app, render_template, request
from werkzeug.exceptions import HTTPException, NotFound

from indexer.errors import (
    CursorExpiredError,
    EngineUnavailableError,
    IncompleteError,
    IndexDamagedError,
    IndexMismatchError,
    IndexMissingError,
    MedsearchError,
    OutOfReachError,
    RequestError,
    SearchTimeoutError,
)
from search_web import current
from search_web.guards import TooOften
from search_web.links import Links, encoded_path
from search_web.messages import CATALOGUES
from search_web.params import LANGUAGES, read_lenient

RETRY_SECONDS = 30
"""How soon a program should ask again while there is no index: an order of magnitude for a small build."""
BUSY_SECONDS = 5
"""And where a search took too long, which may be the server's load as well as the search."""
_UNUSABLE: dict[type[MedsearchError], tuple[str, str]] = {
    IndexMissingError: ("missing", "there is no index; the server's log says where one is looked for"),
    IndexMismatchError: ("mismatch", "the index is of another version and has to be rebuilt; the log says more"),
    IndexDamagedError: ("damaged", "the index can't be read; the server's log says why"),
    EngineUnavailableError: ("unavailable", "what holds the index does not answer; the server's log says why"),
    IncompleteError: ("unavailable", "parts of the index do not answer; the server's log says why"),
}
"""The end of the page's message, `error.index.<end>`, and what programs are told. Paths are for the log alone."""
JSON = "application/json"
PROBLEM = "application/problem+json"


def register(app: Flask) -> None:
    """Make an application answer errors as this module says."""
    app.register_error_handler(RequestError, _request_error)
    for kind in _UNUSABLE:
        app.register_error_handler(kind, _index_error)
    app.register_error_handler(SearchTimeoutError, _timeout)
    app.register_error_handler(HTTPException, _http_error)


def problem(status: int, detail: str) -> Response:
    """An error for a program."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": encoded_path(request.script_root + request.path),
    }
    return Response(msgspec.json.encode(body), status, mimetype=PROBLEM)


def page(status: int, kind: str, reason: str = "", **values: object) -> Response:
    """An error for a person; messages are `error.<kind>`, its `.text`, and its `.<reason>` where there is one."""
    given = request.args.to_dict(flat=False)
    if status == HTTPStatus.REQUEST_URI_TOO_LONG:
        # Each link would repeat what was too long for one address.
        given = {"lang": given.get("lang", [])}
    state = read_lenient(given)
    t = current.messages(state.language)
    at_search = request.path == "/"
    links = Links(request.script_root, state, None if at_search else encoded_path(request.script_root + request.path))
    languages = [CATALOGUES[language] for language in LANGUAGES]
    html = render_template("error.html", t=t, languages=languages, links=links, kind=kind, reason=reason, values=values)
    return Response(html, status, headers={"Vary": "Accept-Language", "Content-Language": t.tag})


def _for_programs() -> bool:
    return request.path in {"/healthz", "/livez", "/api"} or request.path.startswith("/api/")


def _request_error(error: RequestError) -> Response:
    # Pages leave out what they don't understand, so this is the endpoint's.
    statuses: dict[type[RequestError], int] = {CursorExpiredError: 410, OutOfReachError: 404}
    return problem(statuses.get(type(error), 400), str(error))


def _index_error(error: MedsearchError) -> Response:
    current_app.logger.error("%s", error)
    reason, detail = _UNUSABLE[type(error)]
    response = problem(503, detail) if _for_programs() else page(503, "index", reason)
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _timeout(error: SearchTimeoutError) -> Response:
    response = problem(503, str(error)) if _for_programs() else page(503, "timeout")
    response.headers["Retry-After"] = str(BUSY_SECONDS)
    return response


def _http_error(error: HTTPException) -> Response:
    if error.response is not None or error.code is None or error.code < 400:
        # A redirect that routing asks for travels as an exception too.
        return current_app.make_response(error.get_response())
    if _for_programs():
        response = problem(error.code, _detail(error))
    else:
        kinds = {404: "not_found", 429: "too_often", 500: "internal"}
        response = page(error.code, kinds.get(error.code, "request"))
    if isinstance(error, TooOften):
        response.headers["Retry-After"] = str(error.wait_seconds)
    for name, value in error.get_headers(request.environ):
        if name == "Allow":
            response.headers[name] = value
    return response


def _detail(error: HTTPException) -> str:
    if error.code == 404 and error.description == NotFound.description:
        return f"nothing is at this address; {request.script_root}/api/v1/ lists what there is"
    if error.code == 405:
        return f"{request.method} is not answered here; use GET"
    if error.code == 500:
        return "the fault is the server's and has been logged"
    return error.description or HTTPStatus(error.code or 400).phrase
