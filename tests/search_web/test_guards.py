from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from indexer.engines import LiveIndex
from indexer.search.engine import Engine, Plan
from search_web import command, create_app
from search_web.guards import MAX_BODY_BYTES, MAX_QUERY_BYTES
from search_web.messages import CATALOGUES
from search_web.settings import Settings
from tests.search_web import html
from tests.search_web.conftest import KNOWN

SEARCH = "/api/v1/search"


def client_with(index: str, **settings: Any) -> FlaskClient:
    return create_app(index, Settings(**{"time_limit": 3600, **settings})).test_client()


@pytest.mark.parametrize("address", ["/", f"/record/{KNOWN.id}", "/nowhere", SEARCH, "/api/v1/", "/static/style.css"])
def test_headers_of_every_answer(client: FlaskClient, address: str) -> None:
    with client.get(address) as answer:  # closes the file that it sends
        headers = answer.headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]


def test_a_search_that_takes_too_long_is_given_up(index: str) -> None:
    hasty = client_with(index, time_limit=1e-9)
    answer = hasty.get(f"{SEARCH}?q=myeloma")
    assert answer.status_code == 503
    assert answer.mimetype == "application/problem+json"
    assert int(answer.headers["Retry-After"]) > 0
    assert "longer than is allowed" in answer.get_json()["detail"]
    assert hasty.get("/api/v1/facets/year?query=myeloma").status_code == 503
    assert hasty.get("/healthz").status_code == 200
    assert hasty.get(f"/api/v1/records/{KNOWN.id}").status_code == 200


@pytest.mark.parametrize(("language", "heading"), [("en", "The search took too long"), ("zh", "检索超时")])
def test_a_page_says_so_too(index: str, language: str, heading: str) -> None:
    answer = client_with(index, time_limit=1e-9).get(f"/?q=myeloma&lang={language}")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    tree = html.parse(answer.text)
    assert tree.one("h1").text == heading
    assert tree.one("input", name="q", type="search").attributes["value"] == "myeloma"


@pytest.mark.parametrize(
    "address",
    [
        f"{SEARCH}?q=multiple myeloma zebrafisch relapse",
        "/?q=multiple+myeloma+zebrafisch&filter=quartile:Q4,zone:4",
        f"/record/{KNOWN.id}",
        "/advanced?q=myeloma",
        "/audit?q=myeloma",
        f"/why?q=myeloma+relapse+zebrafish&filter=quartile:Q1&article={KNOWN.doi}",
        "/feed?q=myeloma",
    ],
)
def test_every_search_of_a_request_has_the_same_deadline(
    index: str, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    deadlines: list[float | None] = []
    real = LiveIndex(index).engine()
    monkeypatch.setattr(type(real), "search", _noting(type(real).search, deadlines))
    monkeypatch.setattr(type(real), "count", _noting(type(real).count, deadlines))
    client = client_with(index, time_limit=100)
    client.get("/healthz")
    deadlines.clear()  # of the check when an index is opened
    assert client.get(address).status_code == 200
    assert deadlines
    assert set(deadlines) == {deadlines[0]}
    assert deadlines[0] is not None


@pytest.mark.parametrize("address", ["/advanced", "/audit?q=myeloma", "/feed?q=myeloma", "/why?q=myeloma&article=x"])
def test_every_page_that_takes_too_long_is_given_up(index: str, address: str) -> None:
    answer = client_with(index, time_limit=1e-9).get(address)
    assert answer.status_code == 503
    assert html.parse(answer.text).one("h1").text


def test_a_record_is_shown_without_similar_ones_that_take_too_long(index: str) -> None:
    address = f"/record/{KNOWN.id}"
    patient, hasty = (client_with(index, **given).get(address) for given in ({}, {"time_limit": 1e-9}))
    assert hasty.status_code == 200
    shown, left = html.parse(patient.text), html.parse(hasty.text)
    assert shown.one("h1").text == left.one("h1").text
    assert shown.all("ol", class_="similar")
    assert not left.all("ol", class_="similar")
    said = CATALOGUES["en"]("record.similar.unknown")
    assert said in hasty.text
    assert said not in patient.text


def _noting(method: Any, deadlines: list[float | None]) -> Any:
    def noted(engine: Engine, asked: Any, deadline: float | None = None) -> Any:
        deadlines.append(asked.deadline if isinstance(asked, Plan) else deadline)
        return method(engine, asked) if isinstance(asked, Plan) else method(engine, asked, deadline)

    return noted


def test_the_rate_is_limited_by_address(index: str) -> None:
    limited = client_with(index, rate_limit="3/hour")

    def ask(address: str, remote: str = "192.0.2.1") -> int:
        with limited.get(address, environ_base={"REMOTE_ADDR": remote}) as answer:
            return answer.status_code

    addresses = (f"{SEARCH}?facet=", "/", "/api/v1/nowhere", SEARCH, "/")
    assert [ask(address) for address in addresses] == [200, 200, 404, 429, 429]
    assert ask(SEARCH, "192.0.2.2") == 200
    # One subscriber has a whole network of IPv6.
    assert [ask(SEARCH, f"2001:db8::{n}") for n in range(1, 5)] == [200, 200, 200, 429]
    assert ask(SEARCH, "2001:db8:0:1::1") == 200
    assert ask("/healthz") == ask("/static/style.css") == 200


def test_who_asks_too_often_is_told_when_to_ask_again(index: str) -> None:
    limited = client_with(index, rate_limit="1/hour")
    limited.get(SEARCH)
    answer = limited.get(SEARCH)
    assert answer.mimetype == "application/problem+json"
    assert 1 <= int(answer.headers["Retry-After"]) <= 3601
    assert "1/hour" in answer.get_json()["detail"]
    page = limited.get("/?q=myeloma&lang=en")
    assert page.status_code == 429
    assert int(page.headers["Retry-After"]) > 0
    assert html.parse(page.text).one("h1").text == "Too many requests"


def test_the_client_behind_proxies_is_counted(index: str) -> None:
    limited = client_with(index, rate_limit="1/hour", proxies=2)

    def ask(forwarded: str) -> int:
        return limited.get(f"{SEARCH}?facet=", headers={"X-Forwarded-For": forwarded}).status_code

    assert ask("192.0.2.1, 10.0.0.1") == 200
    assert ask("192.0.2.2, 10.0.0.1") == 200
    assert ask("192.0.2.1, 10.0.0.9") == 429
    # What the client itself has written stands before what the proxies add, and is not believed.
    assert ask("198.51.100.7, 192.0.2.1, 10.0.0.1") == 429


def test_without_proxies_nobody_is_believed(index: str) -> None:
    limited = client_with(index, rate_limit="1/hour")
    codes = [
        limited.get(SEARCH, headers={"X-Forwarded-For": f"192.0.2.{n}"}, environ_base={"REMOTE_ADDR": "10.0.0.1"})
        for n in (1, 2)
    ]
    assert [answer.status_code for answer in codes] == [200, 429]


@pytest.mark.parametrize("proxies", [0, 1])
def test_no_header_moves_a_link_to_another_host(index: str, proxies: int) -> None:
    served = client_with(index, proxies=proxies, prefix="/search")
    evil = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Prefix": "//evil.example",
        "X-Forwarded-Port": "666",
        "X-Script-Name": "//evil.example",
        "Host": "evil.example",
    }
    for address in ("/search/?q=myeloma", f"/search{SEARCH}?q=myeloma", "/search/api/v1", "/search//evil.example/.."):
        answer = served.get(address, headers=evil)
        assert "evil.example/search" not in answer.text
        assert not answer.headers.get("Location", "").startswith("//")
        for link in html.parse(answer.text).all("a") if answer.mimetype == "text/html" else ():
            assert "evil.example" not in link.attributes["href"].partition("?")[0] or answer.status_code == 404


@pytest.mark.parametrize(
    "address", ["//evil.example", "///evil.example/%2e%2e", "/\\evil.example", "/api/v1//evil.example"]
)
def test_no_address_leads_to_another_host(client: FlaskClient, address: str) -> None:
    answer = client.get("/", environ_overrides={"PATH_INFO": address})
    location = answer.headers.get("Location", "/")
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))


def test_under_a_prefix(index: str) -> None:
    served = client_with(index, prefix="/find/here")
    for path in ("/find/here/?q=myeloma", "/?q=myeloma"):  # the proxy keeps the prefix, or takes it away
        page = html.parse(served.get(path).text)
        for link in page.all("a"):
            href = link.attributes["href"]
            assert href.startswith(("/find/here/", "https://", "#")), href
        for form in page.all("form"):
            assert form.attributes["action"].startswith("/find/here/")
    answer = served.get(f"/find/here{SEARCH}?q=myeloma&facet=year").get_json()
    assert answer["results"][0]["links"]["self"].startswith("/find/here/api/v1/records/")
    href = answer["facets"][0]["values"][0]["href"]
    assert href.startswith(f"/find/here{SEARCH}?")
    assert served.get(href).status_code == 200
    assert served.get("/find/here/api/v1/openapi.json").get_json()["servers"] == [{"url": "/find/here/api/v1"}]
    assert "/find/here/api/v1/search" in served.get("/find/here/api/v1/").text
    assert served.get(f"/find/here{SEARCH}?page=0").get_json()["instance"] == f"/find/here{SEARCH}"
    assert served.get("/find/here").status_code == 200
    assert served.get("/find/hereafter").status_code == 404


def test_pages_of_other_sites_may_ask_where_they_are_allowed(index: str) -> None:
    allowed = client_with(index, cors=("https://a.example",))
    there = {"Origin": "https://a.example"}
    answer = allowed.get(SEARCH, headers=there)
    assert answer.headers["Access-Control-Allow-Origin"] == "https://a.example"
    assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
    assert "Origin" in answer.headers["Vary"]
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Access-Control-Allow-Origin" not in allowed.get(SEARCH, headers={"Origin": "https://b.example"}).headers
    assert "Access-Control-Allow-Origin" not in allowed.get("/", headers=there).headers
    asked = {**there, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "If-None-Match"}
    preflight = allowed.options(SEARCH, headers=asked)
    assert preflight.status_code == 200
    assert preflight.headers["Access-Control-Allow-Headers"] == "If-None-Match"
    assert preflight.headers["Access-Control-Allow-Methods"] == "GET, HEAD"
    refused = allowed.get(f"{SEARCH}?page=0", headers=there)
    assert (refused.status_code, refused.headers["Access-Control-Allow-Origin"]) == (400, "https://a.example")


def test_what_a_browser_asks_first_is_not_counted(index: str) -> None:
    limited = client_with(index, cors=("*",), rate_limit="1/hour")
    asked = {"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
    assert [limited.options(SEARCH, headers=asked).status_code for _ in range(3)] == [200, 200, 200]
    assert limited.get(SEARCH).status_code == 200
    assert limited.options(SEARCH, headers=asked).status_code == 200
    assert limited.get(SEARCH).status_code == 429


def test_any_site_or_none(index: str, client: FlaskClient) -> None:
    there = {"Origin": "https://a.example"}
    assert client_with(index, cors=("*",)).get(SEARCH, headers=there).headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in client.get(SEARCH, headers=there).headers


def test_long_addresses_and_bodies_are_refused(client: FlaskClient) -> None:
    longest = "q=" + "%E5%BF%83" * 4000 + "&filter=journal:" + "%E5%BF%83" * 7990
    assert len(longest) < MAX_QUERY_BYTES
    assert client.get(f"{SEARCH}?{longest}").status_code == 200
    for address in (SEARCH, "/"):
        answer = client.get(f"{address}?q={'a' * MAX_QUERY_BYTES}")
        assert answer.status_code == 414
        body = client.get(address, data=b"x" * (MAX_BODY_BYTES + 1))
        assert body.status_code == 413
        assert client.get(address, data=b"x" * MAX_BODY_BYTES).status_code == 200
    for status, answer in (
        (414, client.get(f"{SEARCH}?q={'a' * MAX_QUERY_BYTES}")),
        (413, client.post(SEARCH, data=b"x" * (MAX_BODY_BYTES + 1))),
    ):
        assert answer.status_code == status
        assert answer.mimetype == "application/problem+json"


def test_what_is_too_long_is_not_repeated(client: FlaskClient) -> None:
    typed = "&".join(f"s{n}={'a' * 4000}" for n in range(1, 40))
    answer = client.get(f"/?q=myeloma&{typed}&lang=zh")
    assert answer.status_code == 414
    assert len(answer.get_data()) < 16 * 1024
    assert html.parse(answer.text).one("h1").text == "无法处理这个请求"


def test_a_thousand_picked_records_are_taken(client: FlaskClient) -> None:
    picked = [f"doi:10.5555/{n:0>100}" for n in range(999)] + [KNOWN.id]
    for address in ("/export?format=csv", "/cite?as=text"):
        answer = client.post(address, data={"id": picked})
        assert answer.status_code == 200
        assert "Early relapse of multiple myeloma" in answer.text
    # The server in front must not refuse what the application takes.
    assert command.MAX_BODY_BYTES > MAX_BODY_BYTES


def test_nothing_is_written_to_the_index(index: str, client: FlaskClient) -> None:
    def state() -> dict[str, tuple[int, int]]:
        return {
            str(path): (path.stat().st_size, path.stat().st_mtime_ns)
            for path in Path(index).rglob("*")
            if path.is_file() and not path.name.endswith("-shm")
        }

    before = state()
    for address in (
        "/?q=myeloma",
        f"{SEARCH}?q=multple myeloma",
        "/api/v1/suggest?q=a",
        f"/record/{KNOWN.id}",
        "/api/v1/index",
    ):
        assert client.get(address).status_code == 200
    assert state() == before
