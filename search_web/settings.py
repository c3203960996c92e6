"""What an operator can set of the web application: one table of options, for `medsearch serve` and the environment.

`medsearch serve` takes them as options; whoever runs `create_app` under another server names them as variables of the
environment, which `serve` reads as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import click

from indexer.errors import SettingsError

DEFAULT_TIME_LIMIT = 10.0
"""Seconds; a search of a million records takes a fraction of one."""

_ORIGIN = re.compile(r"\*|https?://[^\s/*?#@]+")
_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)+")


@dataclass(frozen=True)
class Settings:
    """How the application is served."""

    prefix: str = ""
    """The path under which it stands, as `/search`; empty at the top of a host."""
    proxies: int = 0
    """How many proxies stand in front of it; what they say of the client is believed."""
    time_limit: float = DEFAULT_TIME_LIMIT
    """Seconds that a search may take."""
    rate_limit: str | None = None
    """How often a client may ask, as `60/minute`; None: as often as it likes."""
    cors: tuple[str, ...] = ()
    """Origins whose pages may ask the endpoint, as `https://example.org`; `*` is any."""


def _prefix(_context: click.Context, _parameter: click.Parameter, given: str) -> str:
    path = given.strip().rstrip("/")
    if path and not _PREFIX.fullmatch(path):
        raise click.BadParameter(f"{given!r} is no path such as /search")
    return path


def _origins(_context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    origins = tuple(origin.rstrip("/") for origin in given)
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise click.BadParameter(f"{origin!r} is neither an origin such as https://example.org nor *")
    return origins


def _rate(_context: click.Context, _parameter: click.Parameter, given: str | None) -> str | None:
    if not given:
        return None
    # Imported here, since every `medsearch` command passes through this module.
    import limits  # noqa: PLC0415

    try:
        limits.parse(given)
    except ValueError as error:
        raise click.BadParameter(f"{given!r} is no rate such as 60/minute or 5/second") from error
    return given


OPTIONS: tuple[click.Option, ...] = (
    click.Option(
        ["--prefix"],
        default="",
        callback=_prefix,
        envvar="MEDSEARCH_PREFIX",
        show_envvar=True,
        metavar="PATH",
        help="Serve under a path, as /search, behind a proxy that keeps it or takes it away.",
    ),
    click.Option(
        ["--proxies"],
        default=0,
        type=click.IntRange(0, 10),
        envvar="MEDSEARCH_PROXIES",
        show_envvar=True,
        show_default=True,
        help="Proxies in front, whose X-Forwarded-For and X-Forwarded-Proto are believed.",
    ),
    click.Option(
        ["--time-limit"],
        default=DEFAULT_TIME_LIMIT,
        type=click.FloatRange(0.0, 3600.0, min_open=True),
        envvar="MEDSEARCH_TIME_LIMIT",
        show_envvar=True,
        show_default=True,
        metavar="SECONDS",
        help="A search that takes longer is answered with 503.",
    ),
    click.Option(
        ["--rate-limit"],
        callback=_rate,
        envvar="MEDSEARCH_RATE_LIMIT",
        show_envvar=True,
        metavar="RATE",
        help="How often one address may ask, as 60/minute; without it, as often as it likes.",
    ),
    click.Option(
        ["--cors"],
        multiple=True,
        callback=_origins,
        envvar="MEDSEARCH_CORS",
        show_envvar=True,
        metavar="ORIGIN",
        help="A site whose pages may ask the JSON endpoint, as https://example.org, or *. Repeatable.",
    ),
)
"""Each is a field of `Settings`."""


def from_environment() -> Settings:
    """The settings that the environment names.

    Raises:
        SettingsError: one of them can't be.
    """
    try:
        found: dict[str, Any] = click.Command("medsearch", params=list(OPTIONS)).make_context("medsearch", []).params
    except click.BadParameter as error:
        variable = getattr(error.param, "envvar", None)
        raise SettingsError(f"{variable}: {error.message}") from error
    return Settings(**found)
