"""One node of a cluster, spoken to by the standard library's HTTP client.

OpenSearch's client brings connections of its own, by urllib3. Two requests, which a search is, took 0.7 ms more of its
time with them: they are more work, and send the head of a request by itself, for which the node is woken as well as for
the rest (2026-11).
"""

from __future__ import annotations

import http.client
import selectors
import ssl
import weakref
from base64 import b64encode
from collections import deque
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

import opensearchpy
from opensearchpy.exceptions import ConnectionError as NoConnectionError
from opensearchpy.exceptions import ConnectionTimeout, SSLError

CONNECTIONS = 16
"""To a node that are kept open."""


class Limits(NamedTuple):
    """How long is waited."""

    connect_seconds: float
    """For a node to accept a connection."""
    answer_seconds: float
    """For an answer to begin, and to go on."""


class _Http(http.client.HTTPConnection):
    """Sends the head of a request together with its body."""

    _unsent: list[Any] | None = None

    def request(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - as the one of its class
        self._unsent = []
        super().request(*given, **named)
        whole, self._unsent = b"".join(self._unsent), None
        super().send(whole)

    def send(self, data: Any) -> None:  # noqa: ANN401
        if self._unsent is None:
            super().send(data)
        else:
            self._unsent.append(data)


class _Https(_Http, http.client.HTTPSConnection):
    """The same, encrypted."""


class Node(opensearchpy.Connection):
    """What `opensearchpy.Transport` asks, for requests of several threads at once."""

    def __init__(
        self,
        *,
        http_auth: tuple[str, str] | None = None,
        ssl_context: ssl.SSLContext | None = None,
        **named: Any,  # noqa: ANN401
    ) -> None:
        """Name a node; connections are made when they are needed.

        Args:
            http_auth: A name and a password.
            ssl_context: How to encrypt, and whom to trust; None where nothing is encrypted.
            named: As that class has it.
        """
        super().__init__(use_ssl=ssl_context is not None, **named)
        if http_auth is not None:
            self.headers["authorization"] = f"Basic {b64encode(':'.join(http_auth).encode()).decode()}"
        self._ssl_context = ssl_context
        self._idle: deque[_Http] = deque()
        # Nobody closes an engine that others may still be searching: it goes when the last of them does.
        weakref.finalize(self, _close_all, self._idle)

    def perform_request(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        body: bytes | None = None,
        timeout: Any = None,  # noqa: ANN401 - `Limits`, of which that class knows nothing
        ignore: Collection[int] = (),
        headers: Mapping[str, str] | None = None,  # noqa: ARG002 - as that class has it
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """The status of an answer, its headers and its content.

        Raises:
            ConnectionTimeout: there is no answer in time.
            SSLError: the node is not to be trusted.
            NoConnectionError: there is no connection, or it broke.
            TransportError: the answer is an error.
        """
        try:
            connection = self._connected(timeout)
            try:
                connection.request(method, f"{url}?{urlencode(params)}" if params else url, body, self.headers)
                answer = connection.getresponse()
                content = answer.read()
            except TimeoutError as error:
                connection.close()
                raise ConnectionTimeout("TIMEOUT", str(error), error) from error
            except BaseException:
                connection.close()
                raise
        except ssl.SSLCertVerificationError as error:
            raise SSLError("N/A", str(error), error) from error
        except (OSError, http.client.HTTPException) as error:
            raise NoConnectionError("N/A", str(error), error) from error
        self._keep(connection)
        self._raise_warnings(answer.headers.get_all("warning"))
        if not (200 <= answer.status < 300 or answer.status in ignore):
            self._raise_error(answer.status, content, answer.headers.get("content-type"))
        return answer.status, answer.headers, content

    def _connected(self, limits: Limits) -> _Http:
        """A connection that nobody else uses, one that was used before if possible."""
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread was faster
                break
            if not _is_ended(connection):
                connection.sock.settimeout(limits.answer_seconds)
                return connection
            connection.close()
        if self._ssl_context is None:
            connection = _Http(self.hostname, self.port, timeout=limits.connect_seconds)
        else:
            connection = _Https(self.hostname, self.port, timeout=limits.connect_seconds, context=self._ssl_context)
        try:
            connection.connect()
        except BaseException:
            connection.close()
            raise
        connection.sock.settimeout(limits.answer_seconds)
        return connection

    def _keep(self, connection: _Http) -> None:
        if connection.sock is not None and len(self._idle) < CONNECTIONS:
            self._idle.append(connection)
        else:
            connection.close()

    def close(self) -> None:
        """Close the connections that are not in use."""
        _close_all(self._idle)


def _close_all(connections: deque[_Http]) -> None:
    while connections:
        connections.pop().close()


def _is_ended(connection: _Http) -> bool:
    """Whether the other side has closed a connection, or said what it was not asked."""
    with selectors.DefaultSelector() as selector:
        selector.register(connection.sock, selectors.EVENT_READ)
        return bool(selector.select(0))
