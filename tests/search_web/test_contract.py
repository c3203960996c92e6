"""The endpoint is as its own description says, whatever is asked of it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import waitress
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator

from search_web.endpoint import FILTER, OPERATIONS, ROOT

EXAMPLES = 15
"""Made-up requests for each operation, besides those that try the bounds of each parameter."""


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where the application is served, as `medsearch serve` does."""
    server = waitress.create_server(app, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join()


def test_schemathesis_finds_nothing(address: str, client: FlaskClient, tmp_path: Path) -> None:
    """All its phases and all its checks; `st run ADDRESS/api/v1/openapi.json --checks all` is the same, for longer."""
    document = client.get(f"{ROOT}/openapi.json").get_json()
    for path in document["paths"].values():
        for parameter in path["get"]["parameters"]:
            if parameter["name"] == FILTER.name:
                # It takes half a minute to write 8,000 characters that fit the pattern; other tests try the bound.
                del parameter["schema"]["maxLength"]
    described = tmp_path / "openapi.json"
    described.write_text(json.dumps(document), "utf-8")
    program = shutil.which("st", path=str(Path(sys.executable).parent)) or "st"
    command = [program, "run", str(described), "--url", address + ROOT, "--checks", "all", "--no-color"]
    command += ["--max-examples", str(EXAMPLES), "--seed", "1", "--generation-database", "none"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "No issues found" in ended.stdout
    assert f"Tested: {len(OPERATIONS)}" in ended.stdout


def test_the_description_is_valid(client: FlaskClient) -> None:
    document = client.get(f"{ROOT}/openapi.json").get_json()
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"] == "3.1.0"
    assert [*document["paths"]] == [operation.path for operation in OPERATIONS]


def test_the_readable_page_says_values_as_requests_have_them(client: FlaskClient) -> None:
    shown = client.get(f"{ROOT}/").text
    assert "<code>true</code>" in shown
    assert not re.search("<code>(True|False)</code>", shown)
