"""Where a cluster is, and who may use it.

A location names the hosts and the index, how a build divides it, and what is answered where a part of it is lost:
`?shards=6&replicas=2&partial=1`. It stands on command lines
and in messages, so that it may hold no password: credentials come from the environment.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from indexer.errors import SettingsError

SCHEMES = {"opensearch+http": False, "opensearch+https": True}
"""Whether each is encrypted."""
USER = "MEDSEARCH_OPENSEARCH_USER"
PASSWORD = "MEDSEARCH_OPENSEARCH_PASSWORD"  # noqa: S105 - the name of a variable
PASSWORD_FILE = "MEDSEARCH_OPENSEARCH_PASSWORD_FILE"  # noqa: S105
AUTHORITY = "MEDSEARCH_OPENSEARCH_CA"
CERTIFICATE = "MEDSEARCH_OPENSEARCH_CERT"
KEY = "MEDSEARCH_OPENSEARCH_KEY"

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
_NUMBERS = {"shards": (1, 1024), "replicas": (0, 20), "partial": (0, 1)}
_EXAMPLE = "opensearch+https://host:9200/name"


@dataclass(frozen=True)
class Host:
    """A node that takes requests."""

    name: str
    port: int


@dataclass(frozen=True)
class Location:
    """A location, read."""

    text: str
    encrypted: bool
    hosts: tuple[Host, ...]
    name: str
    """Of the alias that leads to the published generation."""
    shards: int | None = None
    """Of a generation that is built; as many as there are nodes with data where it is None."""
    replicas: int = 1
    """Copies besides the first, as far as there are nodes for them."""
    partial: bool = False
    """Whether a search of which some shards can't be asked is answered by the others, and says so; else it fails."""

    @property
    def hosts_text(self) -> str:
        """The hosts, for messages."""
        return ", ".join(f"{host.name}:{host.port}" for host in self.hosts)


@dataclass(frozen=True)
class Credentials:
    """Who asks, and whom to trust."""

    user: tuple[str, str] | None = None
    """Name and password."""
    authority: str | None = None
    """A file of certificates that are trusted instead of those of the system."""
    certificate: str | None = None
    key: str | None = None

    def __repr__(self) -> str:
        return "Credentials(...)"


def read_location(text: str) -> Location:
    """What a location says.

    Raises:
        SettingsError: what is wrong with it.
    """
    parts = urlsplit(text)
    if "@" in parts.netloc:
        raise SettingsError(
            f"a location holds no user and no password, since other users of the machine can see it; set {USER} and "
            f"{PASSWORD_FILE} instead"
        )
    if parts.scheme not in SCHEMES:
        raise SettingsError(f"{text} is no location of a cluster; write {_EXAMPLE}")
    hosts = []
    for host in parts.netloc.split(","):
        name, colon, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
        if not colon:
            name, port = host, "9200"
        if not name or not port.isdecimal() or not 0 < int(port) < 65536:
            raise SettingsError(f"{text}: {host!r} is no host; write {_EXAMPLE}, or several hosts with commas")
        hosts.append(Host(name.strip("[]"), int(port)))
    name = parts.path.strip("/")
    if not _NAME.fullmatch(name):
        raise SettingsError(
            f"{text}: {name!r} is no name of an index; it has small letters, digits, - and _, as in {_EXAMPLE}"
        )
    given: dict[str, int] = {}
    for key, value in parse_qsl(parts.query, keep_blank_values=True):
        low, high = _NUMBERS.get(key, (0, -1))
        if not value.isdecimal() or not low <= int(value) <= high:
            raise SettingsError(
                f"{text}: {key}={value} is no setting; there are shards=1 to 1024, replicas=0 to 20 and partial=0 or 1"
            )
        given[key] = int(value)
    return Location(
        text,
        SCHEMES[parts.scheme],
        tuple(hosts),
        name,
        shards=given.get("shards"),
        replicas=given.get("replicas", Location.replicas),
        partial=bool(given.get("partial", Location.partial)),
    )


def read_credentials() -> Credentials:
    """Credentials of the environment.

    Raises:
        SettingsError: a file that it names can't be read, or a part is missing.
    """
    password = os.environ.get(PASSWORD)
    if path := os.environ.get(PASSWORD_FILE):
        password = _read(PASSWORD_FILE, path).strip("\r\n")
    name = os.environ.get(USER)
    if (name is None) is not (password is None):
        raise SettingsError(f"set both {USER} and {PASSWORD_FILE} (or {PASSWORD}), or neither")
    for variable in (AUTHORITY, CERTIFICATE, KEY):
        if path := os.environ.get(variable):
            _read(variable, path)
    return Credentials(
        None if name is None or password is None else (name, password),
        os.environ.get(AUTHORITY) or None,
        os.environ.get(CERTIFICATE) or None,
        os.environ.get(KEY) or None,
    )


def _read(variable: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise SettingsError(f"can't read {path}, which {variable} names: {reason}") from error
