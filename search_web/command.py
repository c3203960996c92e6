"""The `medsearch` command as installed: the index's commands, and `serve`."""

from __future__ import annotations

import logging
import signal
import sys
from types import FrameType

import click

from indexer import analysis
from indexer.cli import index_option, main
from indexer.config import DEFAULT_HOST, DEFAULT_PORT, DEFAULT_THREADS
from indexer.engines import open_engine
from indexer.errors import ServeError

__all__ = ["main", "serve"]


@main.command()
@index_option
@click.option("--host", default=DEFAULT_HOST, show_default=True, help="Address to listen at; 0.0.0.0 for every one.")
@click.option(
    "--port", default=DEFAULT_PORT, show_default=True, type=click.IntRange(0, 65535), help="0 takes any that is free."
)
@click.option("--threads", default=DEFAULT_THREADS, show_default=True, type=click.IntRange(1, 256))
def serve(index: str, host: str, port: int, threads: int) -> None:
    """Serve the search page and the JSON endpoint until stopped.

    A new index that is published meanwhile is served without a restart.
    """
    # Missing, mismatched and damaged indexes are said here, before anyone is told an address.
    open_engine(index).close()
    analysis.load()
    # Imported here, since every `medsearch` command passes through this module and the others have no use for Flask.
    import waitress  # noqa: PLC0415

    from search_web import create_app  # noqa: PLC0415

    app = create_app(index)
    try:
        server = waitress.create_server(app, host=host, port=port, threads=threads)
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
        click.echo(f"medsearch listens at http://{shown}:{number}/ (Ctrl-C to stop)")
    # What stops a service or a container, too, ends it like Ctrl-C: quietly, with requests under way answered.
    signal.signal(signal.SIGTERM, _stop)
    server.run()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)
