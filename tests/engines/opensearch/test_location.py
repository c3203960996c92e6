"""Where a cluster is, who may use it, and that nobody is told the password."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.engines.opensearch import location as locations
from indexer.engines.opensearch.location import Host, Location, read_credentials, read_location
from indexer.errors import SettingsError


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("USER", "PASSWORD", "PASSWORD_FILE", "AUTHORITY", "CERTIFICATE", "KEY"):
        monkeypatch.delenv(getattr(locations, name), raising=False)


def test_a_location_names_hosts_an_index_and_how_it_is_divided() -> None:
    text = "opensearch+https://one:9201,two,[::1]:9203/abstracts-2026?shards=6&replicas=2"
    assert read_location(text) == Location(
        text, True, (Host("one", 9201), Host("two", 9200), Host("::1", 9203)), "abstracts-2026", 6, 2
    )
    assert read_location("opensearch+http://[::1]/a").hosts == (Host("::1", 9200),)
    assert (read_location("opensearch+http://h/a").shards, read_location("opensearch+http://h/a").replicas) == (None, 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("opensearch+ftp://host/name", "no location of a cluster"),
        ("opensearch+http:///name", "is no host"),
        ("opensearch+http://host:many/name", "is no host"),
        ("opensearch+http://host:99999/name", "is no host"),
        ("opensearch+http://host", "no name of an index"),
        ("opensearch+http://host/Name", "small letters"),
        ("opensearch+http://host/a/b", "no name of an index"),
        ("opensearch+http://host/a?shards=0", "shards=0 is no setting"),
        ("opensearch+http://host/a?colour=red", "colour=red is no setting"),
        ("opensearch+http://host/a?partial=yes", "partial=yes is no setting"),
    ],
)
def test_what_is_no_location_is_named(text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        read_location(text)


def test_a_password_in_a_location_is_refused_and_not_repeated() -> None:
    with pytest.raises(SettingsError, match=locations.PASSWORD_FILE) as caught:
        read_location("opensearch+https://reader:hunter2@host/name")
    assert "hunter2" not in str(caught.value)


def test_credentials_come_from_the_environment_or_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert read_credentials().user is None
    monkeypatch.setenv(locations.USER, "reader")
    with pytest.raises(SettingsError, match="or neither"):
        read_credentials()
    monkeypatch.setenv(locations.PASSWORD, "hunter2")
    assert read_credentials().user == ("reader", "hunter2")
    assert "hunter2" not in repr(read_credentials())
    secret = tmp_path / "secret"
    secret.write_text("hunter3\n")
    monkeypatch.setenv(locations.PASSWORD_FILE, str(secret))
    assert read_credentials().user == ("reader", "hunter3")
    monkeypatch.setenv(locations.AUTHORITY, str(tmp_path / "missing.pem"))
    with pytest.raises(SettingsError, match=r"missing\.pem.*No such file"):
        read_credentials()
