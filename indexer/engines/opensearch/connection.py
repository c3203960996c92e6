"""Requests to a cluster, and the errors that they may end in.

What is safe to repeat is repeated, on another node where one does not answer and later where one has too much to do,
for as long as there is time; what is not is asked once.
"""

from __future__ import annotations

import itertools
import logging
import random
import time
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from opensearchpy import Transport, Urllib3HttpConnection
from opensearchpy.exceptions import ConnectionError as NoConnectionError
from opensearchpy.exceptions import ConnectionTimeout, SSLError, TransportError
from opensearchpy.serializer import Serializer
from urllib3 import Timeout

from indexer.engines.opensearch.location import AUTHORITY, PASSWORD_FILE, USER, Location, read_credentials
from indexer.errors import (
    EngineUnavailableError,
    IncompleteError,
    MedsearchError,
    RequestError,
    SearchTimeoutError,
)
from indexer.search.engine import Partial

RETRIES = 3
AWAY = (502, 503, 504)
"""Statuses of a node or a proxy that can't answer now, where another may."""
BUSY = 429
"""Status of a node that has too much to do, and is not dead."""
ATTEMPTS = 8
"""To have a node take a document that has too much to do."""
PAUSE_SECONDS = 0.25
"""Before the second attempt, about; before others longer."""
TIMEOUT_SECONDS = 60.0
CONNECT_SECONDS = 2.0
"""How long a node may take to accept a connection: one that is lost may not even refuse it."""
GRACE_SECONDS = 0.5
"""How much longer than a search may take its answer is waited for."""
CONNECTIONS = 16
"""To each node, at a time."""

# What goes wrong is said by the errors below; without a handler Python would print the client's warnings as well.
logging.getLogger("opensearch").addHandler(logging.NullHandler())

Body = Mapping[str, Any] | bytes | None


class _Json(Serializer):
    """JSON by msgspec."""

    mimetype = "application/json"

    def loads(self, s: str) -> Any:  # noqa: ANN401 - what the cluster answers
        return msgspec.json.decode(s)

    def dumps(self, data: Any) -> Any:  # noqa: ANN401
        return data if isinstance(data, (bytes, str)) else msgspec.json.encode(data)


class Answered(Exception):  # noqa: N818 - an answer, of which the caller knows what it means
    """The cluster answered with an error that callers tell apart: 404, 408 or 409."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Connection:
    """A cluster, for requests of several threads at once."""

    def __init__(self, location: Location) -> None:
        self.location = location
        given = read_credentials()
        options: dict[str, Any] = {"http_auth": given.user, "pool_maxsize": CONNECTIONS}
        if location.encrypted:
            options |= {"ca_certs": given.authority, "client_cert": given.certificate, "client_key": given.key}
            options |= {"verify_certs": True, "ssl_show_warn": False}
        hosts = [{"host": host.name, "port": host.port, "use_ssl": location.encrypted} for host in location.hosts]
        # It would give each try all of the time, so that `ask` tries again; it knows which nodes are dead.
        self._transport = Transport(
            hosts,
            connection_class=Urllib3HttpConnection,
            serializer=_Json(),
            max_retries=0,
            retry_on_status=AWAY,
            retry_on_timeout=False,
            **options,
        )

    def ask(
        self,
        method: str,
        path: str,
        body: Body = None,
        params: Mapping[str, str] | None = None,
        *,
        deadline: float | None = None,
        seconds: float = TIMEOUT_SECONDS,
        repeatable: bool = True,
    ) -> Any:  # noqa: ANN401 - what the cluster answers
        """The answer to a request.

        Args:
            method: GET, POST, PUT, HEAD or DELETE.
            path: Of the address.
            body: JSON, or lines of it.
            params: Of the address.
            deadline: When to give up, on the clock of `time.monotonic`.
            seconds: How long an answer is waited for that has no deadline, with all tries.
            repeatable: Whether it may be sent again where it is not known whether it was received.

        Raises:
            Answered: the status is 404 (it is not there), 408 (what was waited for did not come) or 409 (another is).
            EngineUnavailableError: the cluster can't be reached, or can't do it now.
            RequestError: the request is more than the cluster takes.
            SearchTimeoutError: the deadline is over.
        """
        if deadline is not None:
            seconds = max(deadline - time.monotonic(), 0.0) + GRACE_SECONDS
        try:
            return self._tried(method, path, body, params or {}, seconds, RETRIES if repeatable else 0)
        except ConnectionTimeout as error:
            if deadline is not None:
                raise too_slow() from error
            raise self._unavailable(f"did not answer within {seconds:.0f} s", "look at its load") from error
        except SSLError as error:
            raise self._unavailable(
                f"shows a certificate that does not verify ({_named(error)})",
                f"set {AUTHORITY} to a file with the certificate of the authority that signed it",
            ) from error
        except NoConnectionError as error:
            raise self._unavailable(
                f"can't be reached ({_named(error)})", "start it, or correct the hosts of --index"
            ) from error
        except TransportError as error:
            raise self._failure(error) from error

    def _tried(
        self, method: str, path: str, body: Body, params: Mapping[str, str], seconds: float, retries: int
    ) -> Any:  # noqa: ANN401
        until = time.monotonic() + seconds
        attempts = itertools.count()
        while True:
            limit = Timeout(connect=min(CONNECT_SECONDS, seconds), read=seconds)
            try:
                return self._transport.perform_request(
                    method, path, params={**params, "request_timeout": limit}, body=body
                )
            except ConnectionTimeout:
                raise
            except TransportError as error:
                attempt = next(attempts)
                away = isinstance(error, NoConnectionError) or error.status_code in AWAY
                wait = 0.0 if away else seconds_of_pause(attempt)
                seconds = until - time.monotonic() - wait
                if attempt == retries or seconds <= 0 or not (away or error.status_code == BUSY):
                    raise
                time.sleep(wait)

    def _failure(self, error: TransportError) -> Exception:
        status = error.status_code
        kind, reason = described(error.info)
        if status in {404, 408, 409} or kind == "resource_already_exists_exception":
            return Answered(409 if status == 400 else int(status), reason)
        if kind == "cluster_block_exception":
            return self._unavailable(
                f"refuses to be written to ({reason})", "make room on its disks, or lift the block"
            )
        if status in {401, 403}:
            return self._unavailable(
                f"does not let us in (HTTP {status})", f"correct {USER} and {PASSWORD_FILE}, or what that user may do"
            )
        if _is_too_large(kind, reason):
            return _too_large(reason)
        return self._unavailable(f"answered HTTP {status} ({kind}: {reason[:300]})", "look at its health and its log")

    def _unavailable(self, what: str, remedy: str) -> MedsearchError:
        return EngineUnavailableError(f"the cluster at {self.location.hosts_text} {what}; {remedy}")

    def whole(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answer to a search, of which nothing is missing.

        Raises:
            IncompleteError: a shard failed.
            Answered, EngineUnavailableError, RequestError, SearchTimeoutError: as `partial`.
        """
        if partial := self.partial(answer):
            raise IncompleteError(
                f"the cluster at {self.location.hosts_text} answered without {partial.parts - partial.answered} of "
                f"{partial.parts} shards; look at its health and its log",
                allowed=self.location.partial,
            )
        return answer

    def partial(self, answer: Mapping[str, Any]) -> Partial | None:
        """How many shards an answer to a search is of; None where it is of all.

        Raises:
            Answered: the index is not there.
            EngineUnavailableError: there is no answer.
            RequestError: the query was more than a shard takes.
            SearchTimeoutError: it was not done in time.
        """
        if "error" in answer:
            kind, reason = described(answer)
            if kind == "index_not_found_exception":
                raise Answered(404, reason)
            if _is_too_large(kind, reason):
                raise _too_large(reason)
            raise self._unavailable(f"failed to search ({kind}: {reason[:300]})", "look at its health and its log")
        if answer["timed_out"]:
            raise too_slow()
        # One that has no copy left did not fail, but was not asked either.
        shards = answer["_shards"]
        if shards["successful"] == shards["total"]:
            return None
        for kind, reason in _failures(answer):
            if _is_too_large(kind, reason):
                raise _too_large(reason)
        return Partial(shards["successful"], shards["total"])

    def close(self) -> None:
        """Give back connections."""
        self._transport.close()


def seconds_of_pause(attempt: int) -> float:
    """How long to wait before another attempt at what could not be done just now, the longer the more there were."""
    return min(PAUSE_SECONDS * 2.0**attempt, 10.0) * (0.5 + random.random())  # noqa: S311 - so that not all come back at once


def failed_for_now(answer: Mapping[str, Any]) -> bool:
    """Whether shards failed to answer a search that may do so a moment later: not those that have no copy left."""
    if "error" in answer:
        return answer.get("status") in {BUSY, *AWAY}
    failed = answer["_shards"]["failed"] > 0 and not answer["timed_out"]
    return failed and not any(_is_too_large(*failure) for failure in _failures(answer))


def _failures(answer: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The kinds of what shards failed by, and the reasons."""
    for failure in answer["_shards"].get("failures", ()):
        yield described({"error": failure["reason"]})


def _is_too_large(kind: str, reason: str) -> bool:
    return kind in {"too_many_clauses", "too_many_nested_clauses"} or "maxClauseCount" in reason


def _too_large(reason: str) -> RequestError:
    return RequestError(
        f"the query has more parts than the cluster takes ({reason[:200]}); ask for less, or raise its "
        "indices.query.bool.max_clause_count"
    )


def too_slow() -> SearchTimeoutError:
    """What a search ends in that is not done by its deadline."""
    return SearchTimeoutError("the search takes longer than is allowed; ask for less, or for rarer words")


def _named(error: TransportError) -> str:
    """What a failed connection says of itself, without the objects that the client's text shows."""
    cause: object = error.info
    text = str(getattr(cause, "reason", None) or cause)
    return text.rpartition(": ")[2].strip("'\")")[:200]


def described(info: object) -> tuple[str, str]:
    """The kind of an error and its reason, from the answer that tells of it: the root where there are several."""
    error = info.get("error") if isinstance(info, Mapping) else None
    if not isinstance(error, Mapping):
        return "error", str(error or info)[:300]
    deepest = error
    for _ in range(10):
        following = deepest.get("caused_by") or next(iter(deepest.get("root_cause") or ()), None)
        if not isinstance(following, Mapping) or following == deepest:
            break
        deepest = following
    return str(deepest.get("type")), str(deepest.get("reason"))
