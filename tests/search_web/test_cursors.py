from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from indexer.build import build
from indexer.errors import CursorExpiredError, OutOfReachError
from indexer.search.engine import Sort
from indexer.search.hits import SearchRequest
from search_web import create_app
from search_web.cursors import Position, read_cursor, write_cursor
from tests.search_web.conftest import PATIENT

SEARCH = "/api/v1/search"


def walked(client: FlaskClient, **parameters: str | int) -> list[str]:
    """Identities of a whole result, page by page."""
    found: list[str] = []
    cursor: str | None = "*"
    while cursor:
        response = client.get(SEARCH, query_string={**parameters, "cursor": cursor, "facet": "", "select": "id"})
        assert response.status_code == 200, response.text
        answer = response.get_json()
        assert answer["results"]
        found += [result["id"] for result in answer["results"]]
        cursor = answer["meta"]["next_cursor"]
    assert len(found) == answer["meta"]["count"]
    return found


@pytest.mark.parametrize("sort", [sort.value for sort in Sort])
@pytest.mark.parametrize("asked", [{"q": "myeloma relapse patients"}, {}, {"filter": "quartile:Q1"}])
def test_cursors_walk_the_pages_to_the_end(client: FlaskClient, sort: str, asked: dict[str, str]) -> None:
    parameters = {**asked, "sort": sort}
    walk = walked(client, **parameters, per_page=7)
    paged: list[str] = []
    page = 1
    while len(paged) < len(walk):
        query = {**parameters, "per_page": 50, "page": page, "facet": ""}
        paged += [result["id"] for result in client.get(SEARCH, query_string=query).get_json()["results"]]
        page += 1
    assert walk == paged
    assert len(set(walk)) == len(walk)


def test_a_result_that_fills_its_pages_has_no_empty_one_behind(client: FlaskClient) -> None:
    count = client.get(SEARCH).get_json()["meta"]["count"]
    size = next(size for size in range(100, 1, -1) if count % size == 0)
    assert len(walked(client, per_page=size)) == count


def test_a_page_may_have_another_size_and_the_same_cursor_gives_the_same(client: FlaskClient) -> None:
    first = client.get(SEARCH, query_string={"q": "myeloma", "cursor": "*", "per_page": 4}).get_json()
    cursor = first["meta"]["next_cursor"]
    pages: list[list[Any]] = [
        client.get(SEARCH, query_string={"q": "myeloma", "cursor": cursor, "per_page": size}).get_json()["results"]
        for size in (6, 6, 3)
    ]
    assert pages[0] == pages[1]
    assert pages[0][:3] == pages[2]
    assert client.get(SEARCH, query_string={"q": "myeloma", "page": 1, "per_page": 10}).get_json()["results"] == [
        *first["results"],
        *pages[0],
    ]


def test_a_cursor_of_another_search_is_refused(client: FlaskClient) -> None:
    cursor = client.get(SEARCH, query_string={"q": "myeloma", "cursor": "*", "per_page": 1}).get_json()["meta"][
        "next_cursor"
    ]
    for other in ({"q": "heart"}, {"q": "myeloma", "sort": "newest"}, {"q": "myeloma", "filter": "quartile:Q1"}):
        response = client.get(SEARCH, query_string={**other, "cursor": cursor})
        assert response.status_code == 404
        assert "another search" in response.get_json()["detail"]
    assert client.get(SEARCH, query_string={"q": "myeloma", "cursor": "A" * 60}).status_code == 404


def test_a_forged_place_is_refused(client: FlaskClient) -> None:
    generation = client.get("/healthz").get_json()["generation"]
    request = SearchRequest("myeloma")
    for place in ((), (1.0,) * 4, (1.0,) * 6, (1.0,) * 100):
        forged = write_cursor(generation, request, Position(0, place))
        response = client.get(SEARCH, query_string={"q": "myeloma", "cursor": forged})
        assert response.status_code == 400
    for place in ((float("nan"),) * 5, (float("inf"),) * 5, (-float("inf"),) * 5):
        forged = write_cursor(generation, request, Position(-5, place))
        assert client.get(SEARCH, query_string={"q": "myeloma", "cursor": forged}).status_code == 200


def test_a_rebuild_ends_all_cursors(tmp_path: Path) -> None:
    source = tmp_path / "records.jsonl"
    records = [{"title": f"Title {n}", "doi": f"10.5555/{n}", "abstract": "Text."} for n in range(5)]
    source.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    build([str(source)], str(tmp_path / "index"))
    client = create_app(str(tmp_path / "index"), PATIENT).test_client()
    cursor = client.get(SEARCH, query_string={"cursor": "*", "per_page": 2}).get_json()["meta"]["next_cursor"]
    assert client.get(SEARCH, query_string={"cursor": cursor, "per_page": 2}).status_code == 200
    build([str(source)], str(tmp_path / "index"))
    response = client.get(SEARCH, query_string={"cursor": cursor, "per_page": 2})
    assert response.status_code == 410
    assert response.mimetype == "application/problem+json"
    assert "begin again with cursor=*" in response.get_json()["detail"]


def test_a_cursor_says_what_was_written() -> None:
    request = SearchRequest("骨髓瘤", without=("a",), editions=("JCR 2024",))
    position = Position(7, (1.0, 0.1 + 0.2, -float("inf"), 20240101.0, -3.0))
    text = write_cursor("g-1", request, position)
    assert read_cursor(text, "g-1", request) == position
    with pytest.raises(CursorExpiredError, match="g-1"):
        read_cursor(text, "g-2", request)
    for other in (SearchRequest("骨髓瘤"), SearchRequest("骨髓瘤", without=("a", "JCR 2024"))):
        with pytest.raises(OutOfReachError):
            read_cursor(text, "g-1", other)
