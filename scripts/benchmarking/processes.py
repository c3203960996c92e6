"""The benchmark's end of a system's process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import click
import msgspec

from benchmarking.corpus import REPOSITORY
from benchmarking.worker import Command

T = TypeVar("T")


def environment() -> dict[str, str]:
    """For a process that imports this checkout and this package, whatever is installed."""
    paths = [str(REPOSITORY), str(REPOSITORY / "scripts"), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}


class Process:
    """A process that runs one system. `running` starts one and ends it."""

    def __init__(self, system: str, child: subprocess.Popen[bytes]) -> None:
        self.system = system
        self._child = child

    def ask(self, command: Command, answer: type[T]) -> T:
        """Have a command done.

        Raises:
            click.ClickException: the process has failed; it has said why on standard error.
        """
        if self._child.stdin is None or self._child.stdout is None:
            raise TypeError("the process was started without pipes")
        try:
            self._child.stdin.write(msgspec.json.encode(command) + b"\n")
            self._child.stdin.flush()
            line = self._child.stdout.readline()
        except BrokenPipeError:
            line = b""
        if not line:
            raise click.ClickException(f"{self.system} failed; what it said stands above")
        return msgspec.json.decode(line, type=answer)


@contextmanager
def running(system: str) -> Iterator[Process]:
    """A process for a system, until the block ends."""
    child = subprocess.Popen(
        [sys.executable, "-m", "benchmarking.worker", system],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(),
    )
    try:
        yield Process(system, child)
    except BaseException:
        child.kill()
        raise
    finally:
        child.communicate()
