from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import urllib.request
from functools import partial
from pathlib import Path

import pytest

from search_web.command import main

COMMAND = [sys.executable, "-c", "from search_web.command import main; main()"]


def test_serving_is_one_of_the_commands() -> None:
    assert {"build", "search", "stats", "serve"} <= set(main.commands)


def refused(*arguments: str) -> str:
    """What `serve` says on standard error when it can't."""
    # In a process of its own, for waitress leaves sockets and threads behind where it can't listen.
    done = subprocess.run([*COMMAND, "serve", *arguments], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_missing_index_is_said(tmp_path: Path) -> None:
    said = refused("--index", str(tmp_path / "none"))
    assert said.startswith("Error: ")
    assert "medsearch build" in said


def test_a_taken_port_is_said(index: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = refused("--index", index, "--port", str(port))
    assert said.startswith(f"Error: can't listen at 127.0.0.1 port {port}: ")
    assert "--port" in said


def test_a_host_that_is_none_is_said(index: str) -> None:
    assert refused("--index", index, "--host", "256.1.1.1").startswith("Error: 256.1.1.1 names no address")


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_and_ends_quietly(index: str, stop: signal.Signals) -> None:
    command = [*COMMAND, "serve", "--index", index, "--port", "0"]
    # Whoever runs the tests in the background makes them, and their children, deaf to SIGINT.
    started = partial(signal.signal, signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=started,  # noqa: PLW1509
    ) as process:
        assert process.stdout
        assert process.stderr
        line = process.stdout.readline()
        found = re.match(r"medsearch listens at (http://127\.0\.0\.1:\d+/)", line)
        assert found, line + process.stderr.read()
        with urllib.request.urlopen(found.group(1) + "healthz") as answer:
            assert answer.status == 200
        process.send_signal(stop)
        _, errors = process.communicate(timeout=30)
    assert errors == ""
    assert process.returncode == 0


def test_other_commands_do_not_load_the_web() -> None:
    check = "import sys, search_web.command; sys.exit('flask' in sys.modules or 'waitress' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
