"""TLS and a password, through a real proxy with a certificate of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from indexer.engines import open_engine, open_writer
from indexer.engines.opensearch.location import AUTHORITY, CERTIFICATE, KEY, PASSWORD_FILE, USER
from indexer.errors import EngineUnavailableError
from search_web import create_app
from search_web.command import main
from tests.cluster import Cluster
from tests.engines.conftest import make_records, publish

PASSWORD = "correct-horse-battery"
CONFIGURATION = """
{user}
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_max_body_size 100m;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream nodes {{ {servers} }}
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {folder}/cert.pem;
        ssl_certificate_key {folder}/key.pem;
        auth_basic "cluster";
        auth_basic_user_file {folder}/users;
        location / {{ proxy_pass http://nodes; proxy_http_version 1.1; proxy_set_header Connection ""; }}
    }}
    server {{
        listen 127.0.0.1:{certain_port} ssl;
        ssl_certificate {folder}/cert.pem;
        ssl_certificate_key {folder}/key.pem;
        ssl_verify_client on;
        ssl_client_certificate {folder}/client.pem;
        location / {{ proxy_pass http://nodes; proxy_http_version 1.1; proxy_set_header Connection ""; }}
    }}
}}
"""


class Proxy(NamedTuple):
    """Where nginx listens, and the folder that it knows."""

    asking_for_password: str
    asking_for_certificate: str
    folder: Path


@pytest.fixture(scope="module")
def proxy(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """nginx before the cluster."""
    nginx, openssl = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin"), shutil.which("openssl")
    if not nginx or not openssl:
        reason = "needs nginx and openssl; on Debian and Ubuntu: apt-get install nginx-light openssl"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("nginx")
    for key, certificate in (("key.pem", "cert.pem"), ("client-key.pem", "client.pem")):
        command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test"]
        command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    hashed = subprocess.run([openssl, "passwd", "-apr1", PASSWORD], check=True, capture_output=True, text=True).stdout
    (folder / "users").write_text(f"reader:{hashed}")
    (folder / "password").write_text(f"{PASSWORD}\n")
    with socket.socket() as free, socket.socket() as other:
        free.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        port, certain_port = free.getsockname()[1], other.getsockname()[1]
    servers = " ".join(f"server 127.0.0.1:{one};" for one in cluster.ports)
    # Started by root it would go on as a user who may not read the folder.
    user = "user root;" if os.geteuid() == 0 else ""
    configuration = folder / "nginx.conf"
    configuration.write_text(
        CONFIGURATION.format(user=user, folder=folder, port=port, certain_port=certain_port, servers=servers)
    )
    with subprocess.Popen([nginx, "-p", str(folder), "-c", str(configuration)], stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
        yield Proxy(f"opensearch+https://127.0.0.1:{port}", f"opensearch+https://127.0.0.1:{certain_port}", folder)
        process.terminate()


@pytest.fixture
def location(proxy: Proxy, remote_location: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> str:
    """A location behind the proxy, with the right credentials."""
    monkeypatch.setenv(USER, "reader")
    monkeypatch.setenv(PASSWORD_FILE, str(proxy.folder / "password"))
    monkeypatch.setenv(AUTHORITY, str(proxy.folder / "cert.pem"))
    return f"{proxy.asking_for_password}/{remote_location().rpartition('/')[2]}"


def test_with_the_right_password_it_is_an_index_like_any_other(location: str) -> None:
    records = make_records(10, seed=8)
    publish(open_writer(location, {}), records, 10)
    engine = open_engine(location)
    assert {record.id: record for record in engine.records()} == {record.id: record for record in records}
    engine.close()


def test_a_wrong_password_is_said_and_no_password_is(
    location: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "password").write_text("wrong-horse")
    monkeypatch.setenv(PASSWORD_FILE, str(tmp_path / "password"))
    caplog.set_level("DEBUG")
    done = CliRunner().invoke(main, ["search", "heart", "--index", location])
    assert done.exit_code == 1
    assert "does not let us in (HTTP 401)" in done.output
    assert create_app(location).test_client().get("/api/v1/search").status_code == 503
    for secret in ("wrong-horse", "d3JvbmctaG9yc2"):
        assert secret not in done.output
        assert secret not in caplog.text


def test_a_certificate_that_nobody_vouches_for_is_refused(location: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(AUTHORITY)
    with pytest.raises(EngineUnavailableError, match="certificate that does not verify") as caught:
        open_engine(location)
    assert AUTHORITY in str(caught.value)
    assert "self-signed" in str(caught.value)


def test_a_certificate_of_the_client_serves_in_place_of_a_password(
    proxy: Proxy, remote_location: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    location = f"{proxy.asking_for_certificate}/{remote_location().rpartition('/')[2]}"
    monkeypatch.setenv(AUTHORITY, str(proxy.folder / "cert.pem"))
    with pytest.raises(EngineUnavailableError, match="HTTP 400"):
        open_engine(location)
    monkeypatch.setenv(CERTIFICATE, str(proxy.folder / "client.pem"))
    monkeypatch.setenv(KEY, str(proxy.folder / "client-key.pem"))
    publish(open_writer(location, {}), make_records(3, seed=8), 3)
    engine = open_engine(location)
    assert engine.manifest.documents == 3
    engine.close()
