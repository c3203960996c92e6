"""The `medsearch` command as installed: the index's commands, and `serve`."""

from __future__ import annotations

import gc
import logging
import signal
import sys
from types import FrameType
from typing import Any

import click

from indexer import analysis
from indexer.cli import index_option, main
from indexer.config import DEFAULT_HOST, DEFAULT_PORT, DEFAULT_THREADS
from indexer.errors import ServeError
from indexer.search.searcher import warm
from search_web.settings import OPTIONS, Settings

__all__ = ["main", "serve"]


MAX_HEADER_BYTES = 192 * 1024
"""Of a request's first line and headers together; an address alone may have 128 KB."""
MAX_BODY_BYTES = 256 * 1024
"""More than the application takes, so that it is the application that says so."""
BACKLOG = 1024
"""Connections that wait until they are taken."""
YOUNG_OBJECTS = 10_000
"""Between two looks for garbage among those that are new."""


@main.command(params=list(OPTIONS))
@index_option
@click.option(
    "--host",
    default=DEFAULT_HOST,
    envvar="MEDSEARCH_HOST",
    show_envvar=True,
    show_default=True,
    help="Address to listen at; 0.0.0.0 for every one.",
)
@click.option(
    "--port",
    default=DEFAULT_PORT,
    type=click.IntRange(0, 65535),
    envvar="MEDSEARCH_PORT",
    show_envvar=True,
    show_default=True,
    help="0 takes any that is free.",
)
@click.option(
    "--threads",
    default=DEFAULT_THREADS,
    type=click.IntRange(1, 256),
    envvar="MEDSEARCH_THREADS",
    show_envvar=True,
    show_default=True,
    help="Requests that are answered at a time; others wait.",
)
def serve(index: str, host: str, port: int, threads: int, **given: Any) -> None:  # noqa: ANN401  see settings.OPTIONS
    """Serve the search page and the JSON endpoint until stopped.

    A new index that is published meanwhile is served without a restart.
    """
    settings = Settings(**given)
    analysis.load()
    # Imported here, since every `medsearch` command passes through this module and the others have no use for Flask.
    import waitress  # noqa: PLC0415

    from search_web import create_app, current  # noqa: PLC0415

    app = create_app(index, settings)
    with app.app_context():
        # Missing, mismatched and damaged indexes are said here, before anyone is told an address, and the first
        # request finds the index open and all loops loaded.
        warm(current.engine())
    # What has been loaded stays: dictionaries and compiled loops. To look through it for garbage takes a third of a
    # second, during which no request is answered.
    gc.collect()
    gc.freeze()
    # A request makes hundreds of objects that go when it ends, and none that is left in a cycle.
    gc.set_threshold(YOUNG_OBJECTS)
    try:
        server = waitress.create_server(
            app,
            host=host,
            port=port,
            threads=threads,
            backlog=BACKLOG,
            connection_limit=BACKLOG,
            max_request_header_size=MAX_HEADER_BYTES,
            max_request_body_size=MAX_BODY_BYTES,
            # Without proxies nobody may say where a request comes from; with them the application counts how far.
            clear_untrusted_proxy_headers=not settings.proxies,
        )
    except (OSError, ValueError) as error:  # ValueError: the host's name has no address
        if isinstance(error, ValueError):
            raise ServeError(f"{host} names no address of this machine; choose another with --host") from error
        raise ServeError(
            f"can't listen at {host} port {port}: {error.strerror or error}; "
            "if another program has the port, choose another with --port"
        ) from error
    # Waitress warns of every request that waits for a thread, which is what its queue is for.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    listening = getattr(server, "effective_listen", None) or [(server.effective_host, server.effective_port)]
    for address, number in listening:
        shown = f"[{address}]" if ":" in address else address
        click.echo(f"medsearch listens at http://{shown}:{number}{settings.prefix}/ (Ctrl-C to stop)")
    # What stops a service or a container, too, ends it like Ctrl-C: quietly, with requests under way answered.
    signal.signal(signal.SIGTERM, _stop)
    server.run()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)
