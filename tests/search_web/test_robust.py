"""Whatever stands in an address, the page answers with a page and the endpoint with JSON, and neither with a 500."""

from __future__ import annotations

import json
from urllib.parse import quote_from_bytes

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.search_web import fuzz, html

SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

texts = st.one_of(
    st.binary(max_size=60),
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.text(alphabet='"()（）“”:*?~^\\|,-+ANDORNOTtitle心肌1 \x00\n', max_size=60).map(str.encode),
    st.from_regex(r"(quartile|year|journal|zone):[Q1-4|,\-\"]{0,20}", fullmatch=True).map(str.encode),
    st.integers(-5, 10**12).map(lambda number: str(number).encode()),
)
names = st.sampled_from(
    [
        "q",
        "filter",
        "sort",
        "match",
        "page",
        "per_page",
        "facet",
        "year_from",
        "year_to",
        "more",
        "lang",
        "expand",
        "without",
        "cursor",
        "select",
        "article",
        "query",
        "format",
        "edition",
        "facet.year.limit",
        "limit",
        "view",
        "find",
        "generation",
        "quartile",
        "year",
        "s1",
        "words",
        "op",
    ]
)
queries = st.lists(st.tuples(names, texts), max_size=5).map(
    lambda pairs: "&".join(f"{name}={quote_from_bytes(value)}" for name, value in pairs)
)


def check(client: FlaskClient, query: str) -> None:
    page = client.get(f"/?{query}")
    assert page.status_code == 200
    tree = html.parse(page.get_data().decode("utf-8"))
    assert "\x00" not in page.text
    for path in ("audit", "advanced", "cite"):
        about = client.get(f"/{path}?{query}")
        assert about.status_code in ((200, 400, 404) if path == "cite" else (200,))
        html.parse(about.get_data().decode("utf-8"))
    etree.fromstring(client.get(f"/feed?{query}").data)
    assert len(tree.all("main")) == 1
    for address in ("search", "suggest", "explain", "facets/journal", "index", "records/doi:10.5555/known"):
        answer = client.get(f"/api/v1/{address}?{query}")
        assert answer.status_code in (200, 400, 404)
        json.loads(answer.get_data().decode("utf-8"))


@SETTINGS
@given(query=queries)
def test_any_parameters(client: FlaskClient, query: str) -> None:
    check(client, query)


def test_fuzzed_queries(client: FlaskClient) -> None:
    for query in fuzz.queries(150, seed=20261129):
        answer = client.get(fuzz.address(query))
        assert answer.status_code == 200, query
        json.loads(answer.get_data().decode("utf-8"))


@SETTINGS
@given(raw=texts)
def test_any_path(client: FlaskClient, raw: bytes) -> None:
    path = quote_from_bytes(raw, safe="/")
    for prefix in ("/record/", "/api/v1/records/", "/api/", "/"):
        response = client.get(prefix + path)
        # A record of that name, nothing, a search page where the path is empty, or a redirect that tidies the path.
        assert response.status_code in (200, 308, 404)


@pytest.mark.parametrize(
    "query",
    [
        "q=" + "x" * 10_000,
        "cursor=" + "A" * 100,
        "cursor=gqRn",
        "q=" + "%E5%BF%83" * 10_000,
        "q=" + "a+" * 5_000,
        "q=" + "(" * 5_000,
        "q=" + "%22" * 5_001,
        "q=" + "*" * 2_000 + "a",
        "q=%00%01%1b%7f%c2%85",
        "q=%ED%A0%80",
        "q=%ff%fe",
        "q=%F0%9F%92%8A",
        "q=!!!???...",
        "q=AND+OR+NOT",
        "q=title:",
        "page=99999999999999999999",
        "page=abc",
        "page=%D9%A1",
        "per_page=-1",
        "filter=" + "quartile:Q1%7C" * 500,
        "filter=year:0-999999",
        "filter=journal:%22%ED%A0%80%00%22",
        "filter=%ED%A0%80:x",
        "lang=%ED%A0%80",
        "=&&=&q",
        "q[]=1&q[a]=2",
        "%00=%00",
        ";q=1",
    ],
)
def test_absurd_queries(client: FlaskClient, query: str) -> None:
    check(client, query)


def test_raw_bytes_in_the_address(client: FlaskClient) -> None:
    # As a server hands them over when a client did not encode them at all.
    for raw in ("q=心肌".encode().decode("latin-1"), "q=\xff\xfe\x80", "q=<script>"):
        for path in ("/", "/api/v1/search"):
            response = client.get(path, environ_overrides={"QUERY_STRING": raw})
            assert response.status_code in (200, 400)
    response = client.get("/", environ_overrides={"PATH_INFO": "/record/\xed\xa0\x80\xff"})
    assert response.status_code == 404
