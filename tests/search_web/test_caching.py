from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from indexer.build import build
from search_web import create_app
from tests.search_web.conftest import KNOWN, PATIENT

KEPT = [
    "/api/v1/search?q=myeloma",
    f"/api/v1/records/{KNOWN.id}",
    "/api/v1/suggest?q=a",
    "/api/v1/facets/year",
    "/api/v1/index",
    "/api/v1/openapi.json",
]


@pytest.mark.parametrize("address", KEPT)
def test_what_a_client_has_is_not_made_again(
    client: FlaskClient, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = client.get(address)
    tag = first.headers["ETag"]
    assert tag.startswith('W/"g-')
    assert first.headers["Cache-Control"]

    def never(*_: object, **__: object) -> None:
        raise AssertionError("it was searched")

    monkeypatch.setattr("search_web.api.search", never)
    for sent in (tag, f'"other", {tag}', tag.removeprefix("W/")):
        again = client.get(address, headers={"If-None-Match": sent})
        assert again.status_code == 304
        assert again.get_data() == b""
        assert again.headers["ETag"] == tag
        assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
        assert set(again.vary) == set(first.vary)


@pytest.mark.parametrize("address", KEPT)
def test_another_tag_is_answered_in_full(client: FlaskClient, address: str) -> None:
    assert client.get(address, headers={"If-None-Match": 'W/"g-other"'}).status_code == 200


def test_the_tag_is_of_the_language(client: FlaskClient) -> None:
    address = "/api/v1/search?facet=open_access"
    english, chinese = (client.get(address, headers={"Accept-Language": one}) for one in ("en", "zh"))
    assert all("Accept-Language" in one.vary for one in (english, chinese))
    headers = {"Accept-Language": "zh", "If-None-Match": english.headers["ETag"]}
    assert client.get(address, headers=headers).status_code == 200
    headers["If-None-Match"] = chinese.headers["ETag"]
    assert client.get(address, headers=headers).status_code == 304


def test_bad_requests_and_missing_things_are_not_unchanged(client: FlaskClient) -> None:
    tag = {"If-None-Match": client.get("/api/v1/search").headers["ETag"] + ", *"}
    assert client.get("/api/v1/search?page=0", headers=tag).status_code == 400
    assert client.get("/api/v1/records/doi:10.5555/none", headers=tag).status_code == 404
    assert client.get("/api/v1/facets/none", headers=tag).status_code == 404


@pytest.mark.parametrize("path", ["search?", "facets/journal?", "explain?article=x&", "export?format=csv&"])
def test_an_edition_that_is_not_held_is_not_unchanged(client: FlaskClient, path: str) -> None:
    tag = client.get(f"/api/v1/{path}").headers["ETag"]
    for sent in (tag, "*"):
        answer = client.get(f"/api/v1/{path}edition=JCR 1999", headers={"If-None-Match": sent})
        assert answer.status_code == 400
        assert "there is no edition 'JCR 1999'" in answer.get_json()["detail"]


def test_a_rebuild_changes_the_tag(tmp_path: Path) -> None:
    source = tmp_path / "records.jsonl"
    source.write_text(json.dumps({"title": "A title", "doi": "10.5555/1"}), encoding="utf-8")
    build([str(source)], str(tmp_path / "index"))
    client = create_app(str(tmp_path / "index"), PATIENT).test_client()
    tag = client.get("/api/v1/search").headers["ETag"]
    assert client.get("/api/v1/search", headers={"If-None-Match": tag}).status_code == 304
    build([str(source)], str(tmp_path / "index"))
    assert client.get("/api/v1/search", headers={"If-None-Match": tag}).status_code == 200


def test_what_is_searched_for_is_not_kept_in_between(client: FlaskClient) -> None:
    for address in KEPT[:4]:
        assert client.get(address).headers["Cache-Control"].startswith("private")
    assert client.get("/healthz").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/json", 200),
        ("*/*", 200),
        ("application/*;q=0.5", 200),
        ("text/html,application/xhtml+xml,*/*;q=0.8", 200),
        ("text/html", 406),
        ("application/json;q=0", 406),
        ("image/png, application/xml", 406),
    ],
)
def test_what_is_accepted(client: FlaskClient, accept: str, status: int) -> None:
    for address in ("/api/v1/search", "/api/v1/suggest", "/api/v1/facets/year", "/api/v1/index"):
        answer = client.get(address, headers={"Accept": accept})
        assert answer.status_code == status
        if status == 406:
            assert answer.mimetype == "application/problem+json"
            assert "application/json" in answer.get_json()["detail"]
