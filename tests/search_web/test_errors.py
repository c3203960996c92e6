from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from indexer.build import build
from indexer.engines import LiveIndex
from indexer.errors import IndexDamagedError, IndexMismatchError
from search_web import create_app, pages
from tests.search_web import html


def test_no_index_on_a_page(no_index_client: FlaskClient) -> None:
    for address in ("/", "/?q=myeloma&lang=en", "/record/doi:10.1/x"):
        response = no_index_client.get(address)
        assert response.status_code == 503
        assert int(response.headers["Retry-After"]) > 0
        tree = html.parse(response.text)
        assert tree.one("h1").text == "The search is not available"
        assert "there is no index" in tree.one("main").text
    chinese = html.parse(no_index_client.get("/?lang=zh").text)
    assert chinese.one("h1").text == "暂时无法检索"
    assert "尚无索引" in chinese.one("main").text
    # The words that were typed are not lost.
    kept = html.parse(no_index_client.get("/?q=myeloma&filter=quartile:Q1").text)
    assert kept.one("input", name="q", type="search").attributes["value"] == "myeloma"
    assert kept.one("input", name="filter").attributes["value"] == "quartile:Q1"


@pytest.mark.parametrize("address", ["/api/v1/search", "/api/v1/records/doi:10.1/x", "/healthz"])
def test_no_index_for_programs(no_index_client: FlaskClient, address: str) -> None:
    response = no_index_client.get(address)
    assert response.status_code == 503
    assert response.mimetype == "application/problem+json"
    assert "there is no index" in response.get_json()["detail"]
    assert int(response.headers["Retry-After"]) > 0


@pytest.mark.parametrize("address", ["/", "/?lang=zh", "/api/v1/search", "/healthz"])
def test_where_the_index_should_be_is_for_the_log_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    answer = create_app(str(tmp_path / "nothing")).test_client().get(address)
    assert answer.status_code == 503
    assert str(tmp_path) not in answer.text
    assert f"medsearch build SOURCE --index {tmp_path / 'nothing'}" in caplog.text


def test_what_is_asked_is_checked_before_the_index(no_index_client: FlaskClient) -> None:
    assert no_index_client.get("/api/v1/search?page=0").status_code == 400


@pytest.mark.parametrize(
    ("error", "said"), [(IndexMismatchError, "another version"), (IndexDamagedError, "can't be read")]
)
def test_an_unusable_index(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, error: type[Exception], said: str
) -> None:
    def engine(_self: LiveIndex) -> None:
        raise error("something of /srv/index; run medsearch build")

    monkeypatch.setattr(LiveIndex, "engine", engine)
    assert client.get("/healthz").status_code == 503
    for shown in (client.get("/api/v1/search").get_json()["detail"], html.parse(client.get("/").text).one("main").text):
        assert said in shown
        assert "/srv" not in shown


def test_an_index_that_appears_is_served_without_a_restart(tmp_path: Path) -> None:
    client = create_app(str(tmp_path / "index")).test_client()
    assert client.get("/").status_code == 503
    source = tmp_path / "records.jsonl"
    for number in (1, 2):
        records = [{"title": f"Title {n}", "doi": f"10.5555/{n}", "abstract": "Text."} for n in range(number)]
        source.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
        build([str(source)], str(tmp_path / "index"))
        assert client.get("/healthz").get_json()["documents"] == number
        assert client.get("/").status_code == 200


@pytest.mark.parametrize(("language", "heading"), [("en", "No such record"), ("zh", "没有这条记录")])
def test_a_missing_record(client: FlaskClient, language: str, heading: str) -> None:
    response = client.get(f"/record/doi:10.5555/<none>?lang={language}")
    assert response.status_code == 404
    tree = html.parse(response.text)
    assert tree.one("h1").text == heading
    assert "doi:10.5555/<none>" in tree.one("main").text
    for link in tree.one("main").all("a"):
        assert client.get(link.attributes["href"]).status_code == 200
    switched = tree.one("a", hreflang="zh-Hans" if language == "en" else "en").attributes["href"]
    assert client.get(switched).status_code == 404


def test_a_missing_page(client: FlaskClient) -> None:
    response = client.get("/nowhere/%E4%B8%AD%ff?lang=zh")
    assert response.status_code == 404
    assert html.parse(response.text).one("h1").text == "没有这个页面"


def test_another_method_on_a_page(client: FlaskClient) -> None:
    response = client.post("/")
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]
    assert html.parse(response.text).one("h1").text == "This request can't be answered"


def test_our_own_faults(index: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(pages, "search", fail)
    monkeypatch.setattr("search_web.api.search", fail)
    client = create_app(index).test_client()
    page = client.get("/?q=myeloma&lang=en")
    assert page.status_code == 500
    assert html.parse(page.text).one("h1").text == "Something went wrong"
    answer = client.get("/api/v1/search")
    assert answer.status_code == 500
    assert answer.mimetype == "application/problem+json"
    for response in (page, answer):
        assert "secret" not in response.text
        assert "Traceback" not in response.text
        assert response.headers["X-Content-Type-Options"] == "nosniff"
