"""Each parameter of each operation does what its description says, and the description names them all."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from indexer import schema
from indexer.build import BuildOptions, build
from indexer.search.filters import parse_filters
from indexer.search.hits import SearchRequest
from search_web import answers, create_app, endpoint
from search_web.endpoint import OPERATIONS, ROOT
from tests.conftest import write_jsonl
from tests.search_web.conftest import KNOWN, PATIENT

REQUIRED = {"article"}
Answer = dict[str, Any]
Check = Callable[[Answer, Answer], bool]
"""Of the answer to the address, and of the answer without the parameter."""


def ids(answer: Answer) -> list[str]:
    return [result["id"] for result in answer["results"]]


def facet(answer: Answer, name: str) -> Answer:
    (found,) = [one for one in answer["facets"] if one["name"] == name]
    return found


CHECKS: dict[tuple[str, str], tuple[str, Check]] = {
    ("search", "q"): ("/search?q=骨髓瘤", lambda a, b: 0 < a["meta"]["count"] < b["meta"]["count"]),
    ("search", "match"): ("/search?q=myeloma relapse&match=any", lambda a, b: a["meta"]["count"] > b["meta"]["count"]),
    ("search", "filter"): (
        "/search?filter=quartile:Q1|Q2,year:2020-2024",
        lambda a, b: all(r["jcr_quartile"] in ("Q1", "Q2") and 2020 <= r["year"] <= 2024 for r in a["results"]),
    ),
    ("search", "expand"): (
        "/search?q=hypertension&expand=false",
        lambda a, b: bool(b["meta"]["query"]["expansions"]) and not a["meta"]["query"]["expansions"],
    ),
    ("search", "without"): (
        "/search?q=hypertension&without=hypertension",
        lambda a, b: bool(b["meta"]["query"]["expansions"]) and not a["meta"]["query"]["expansions"],
    ),
    ("search", "sort"): (
        "/search?q=myeloma&sort=oldest",
        lambda a, b: [r["year"] for r in a["results"]] == sorted(r["year"] for r in a["results"]) and ids(a) != ids(b),
    ),
    ("search", "page"): ("/search?page=2", lambda a, b: not set(ids(a)) & set(ids(b)) and a["meta"]["page"] == 2),
    ("search", "cursor"): (
        "/search?cursor=*",
        lambda a, b: ids(a) == ids(b) and bool(a["meta"]["next_cursor"]) and a["meta"]["page"] is None,
    ),
    ("search", "per_page"): ("/search?per_page=3", lambda a, b: ids(a) == ids(b)[:3]),
    ("search", "facet"): ("/search?facet=zone,year", lambda a, b: [f["name"] for f in a["facets"]] == ["zone", "year"]),
    ("search", "select"): (
        "/search?select=id,title_en",
        lambda a, b: all(set(r) == {"id", "title_en"} for r in a["results"]) and ids(a) == ids(b),
    ),
    ("search", "lang"): ("/search?lang=zh&facet=open_access", lambda a, b: a["facets"] != facet(b, "open_access")),
    ("record", "id"): (f"/records/{KNOWN.id}", lambda a, _: a["title_en"] == KNOWN.title_en),
    ("suggest", "q"): ("/suggest?q=multiple", lambda a, b: bool(a["suggestions"]) and not b["suggestions"]),
    ("suggest", "limit"): ("/suggest?q=s&limit=3", lambda a, b: len(a["suggestions"]) == 3 < len(b["suggestions"])),
    ("facetValues", "name"): ("/facets/journal", lambda a, _: a["meta"]["name"] == "journal" and bool(a["values"])),
    ("facetValues", "q"): (
        "/facets/journal?q=known",
        lambda a, b: [v["value"] for v in a["values"]] == ["Journal of Known Findings"] and a["meta"]["matching"] == 1,
    ),
    ("facetValues", "query"): (
        "/facets/year?query=骨髓瘤",
        lambda a, b: 0 < sum(v["count"] for v in a["values"]) < sum(v["count"] for v in b["values"]),
    ),
    ("facetValues", "match"): (
        "/facets/year?query=myeloma relapse&match=any",
        lambda a, b: sum(v["count"] for v in a["values"]) > sum(v["count"] for v in b["values"]),
    ),
    ("facetValues", "filter"): (
        "/facets/year?filter=quartile:Q1",
        lambda a, b: sum(v["count"] for v in a["values"]) < sum(v["count"] for v in b["values"]),
    ),
    ("facetValues", "expand"): (
        "/facets/year?query=hypertension&expand=false",
        lambda a, b: sum(v["count"] for v in a["values"]) < sum(v["count"] for v in b["values"]),
    ),
    ("facetValues", "without"): (
        "/facets/year?query=hypertension&without=hypertension",
        lambda a, b: sum(v["count"] for v in a["values"]) < sum(v["count"] for v in b["values"]),
    ),
    ("facetValues", "limit"): ("/facets/journal?limit=2", lambda a, b: a["values"] == b["values"][:2]),
    ("facetValues", "lang"): (
        "/facets/open_access?lang=zh",
        lambda a, b: (
            [v["count"] for v in a["values"]] == [v["count"] for v in b["values"]]
            and a["values"][0]["label"] != b["values"][0]["label"]
        ),
    ),
    ("explain", "article"): (
        f"/explain?article={KNOWN.doi}",
        lambda a, _: a["record"]["id"] == KNOWN.id and a["indexed"] and a["found"],
    ),
    ("explain", "q"): (
        "/explain?article=12345&q=myeloma zebrafish",
        lambda a, b: (
            [(p["text"], p["holds"]) for p in a["parts"]] == [("myeloma", True), ("zebrafish", False)]
            and not a["found"]
            and b["found"]
        ),
    ),
    ("explain", "match"): (
        "/explain?article=12345&q=myeloma zebrafish&match=any",
        lambda a, b: (a["found"], b["found"]) == (True, False),
    ),
    ("explain", "filter"): (
        "/explain?article=12345&filter=year:2000-2020",
        lambda a, b: (
            a["filters"] == [{"name": "year", "chosen": ["2000-2020"], "values": ["2021"], "holds": False}]
            and (a["found"], b["found"]) == (False, True)
        ),
    ),
    ("explain", "expand"): (
        "/explain?article=12345&q=MM&expand=false",
        lambda a, b: (a["found"], b["found"]) == (False, True),
    ),
    ("explain", "without"): (
        "/explain?article=12345&q=MM&without=multiple myeloma",
        lambda a, b: (a["found"], b["found"]) == (False, True),
    ),
    ("index", ""): ("/index", lambda a, _: a["documents"] > 150 and a["counts"]["indexed"] == a["documents"]),
}
EDITIONS: dict[tuple[str, str], tuple[str, Check]] = {
    ("search", "edition"): (
        "/search?edition=JCR 2023&filter=quartile:Q3",
        lambda a, b: (
            (a["meta"]["count"], b["meta"]["count"]) == (1, 0)
            and a["results"][0]["editions"]["JCR"] == "JCR 2023"
            and facet(a, "quartile")["values"][0]["value"] == "Q3"
        ),
    ),
    ("record", "edition"): (
        "/records/doi:10.5555/1?edition=JCR 2023,CAS 2025",
        lambda a, b: (a["impact_factor"], b["impact_factor"]) == (2.5, 5.5) and a["cas_zone"] == 2,
    ),
    ("explain", "edition"): (
        "/explain?article=A moving title&filter=quartile:Q3&edition=JCR 2023",
        lambda a, b: (a["found"], b["found"]) == (True, False),
    ),
    ("facetValues", "edition"): (
        "/facets/quartile?edition=JCR 2023",
        lambda a, b: [v["value"] for v in a["values"]] == ["Q3"] and [v["value"] for v in b["values"]] == ["Q1"],
    ),
}
"""Of an index that holds several."""
for _name in schema.FACETS:
    CHECKS["search", f"facet.{_name}.limit"] = (
        f"/search?facet={_name}&facet.{_name}.limit=1",
        lambda a, b, n=_name: len(facet(a, n)["values"]) <= 2 and len(facet(b, n)["values"]) >= 1,
    )


EXPORTS: dict[tuple[str, str], tuple[str, Callable[[bytes, bytes], bool]]] = {
    ("export", "format"): (
        "/export?format=ris&q=relapse",
        lambda a, b: a.startswith(b"TY  - JOUR") and b.startswith(b"{"),
    ),
    ("export", "q"): ("/export?format=jsonl&q=骨髓瘤", lambda a, b: 0 < lines(a) < lines(b)),
    ("export", "match"): ("/export?format=jsonl&q=myeloma relapse&match=any", lambda a, b: lines(a) > lines(b)),
    ("export", "filter"): ("/export?format=jsonl&filter=quartile:Q1", lambda a, b: 0 < lines(a) < lines(b)),
    ("export", "expand"): ("/export?format=jsonl&q=hypertension&expand=false", lambda a, b: lines(a) < lines(b)),
    ("export", "without"): (
        "/export?format=jsonl&q=hypertension&without=hypertension",
        lambda a, b: lines(a) < lines(b),
    ),
    ("export", "sort"): (
        "/export?format=jsonl&q=myeloma&sort=oldest",
        lambda a, b: exported(a) != exported(b) and sorted(exported(a)) == sorted(exported(b)),
    ),
    ("export", "edition"): ("/export?format=csv&edition=JCR 2023", lambda a, b: b"JCR 2023" in a and b"JCR 2024" in b),
}
"""The file of an address, and of the one without the parameter (of the format, with another one)."""


def lines(file: bytes) -> int:
    return file.count(b"\n")


def exported(file: bytes) -> list[str]:
    return [json.loads(line)["id"] for line in file.splitlines()]


def file(client: FlaskClient, address: str) -> bytes:
    with client.get(ROOT + address) as response:
        assert response.status_code == 200, response.text
        return response.get_data()


@pytest.mark.parametrize(("operation", "parameter"), EXPORTS, ids=lambda one: one)
def test_an_export_is_of_what_was_asked(
    client: FlaskClient, editions_client: FlaskClient, operation: str, parameter: str
) -> None:
    address, check = EXPORTS[operation, parameter]
    asked = editions_client if parameter == "edition" else client
    other = address.replace("ris", "jsonl") if parameter == "format" else without(address, parameter)
    assert check(file(asked, address), file(asked, other))


def get(client: FlaskClient, address: str) -> Answer:
    response = client.get(ROOT + address)
    assert response.status_code == 200, response.text
    answer = response.get_json()
    assert isinstance(answer, dict)
    return answer


def without(address: str, parameter: str) -> str:
    path, _, query = address.partition("?")
    kept = [pair for pair in query.split("&") if not pair.startswith(f"{parameter}=")]
    return f"{path}?{'&'.join(kept)}"


@pytest.mark.parametrize(("operation", "parameter"), CHECKS, ids=lambda one: one)
def test_a_parameter_does_what_it_says(client: FlaskClient, operation: str, parameter: str) -> None:
    address, check = CHECKS[operation, parameter]
    other = address if parameter in REQUIRED else without(address, parameter)
    assert check(get(client, address), get(client, other))


@pytest.fixture(scope="module")
def editions_client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    folder = tmp_path_factory.mktemp("editions")
    (folder / "journals.csv").write_text(
        "Journal,ISSN,IF(2023),IF Quartile(2023),IF(2024),IF Quartile(2024),大类(2025),大类分区(2025)\n"
        "Moving Medicine,1111-1119,2.5,Q3,5.5,Q1,医学,2 [31/240]\n",
        encoding="utf-8",
    )
    record = {"title": "A moving title", "doi": "10.5555/1", "journal": {"name": "Moving Medicine"}}
    source = write_jsonl(folder / "records.jsonl", [record])
    build([str(source)], str(folder / "index"), BuildOptions(journals=[str(folder / "journals.csv")]))
    return create_app(str(folder / "index"), PATIENT).test_client()


@pytest.mark.parametrize(("operation", "parameter"), EDITIONS, ids=lambda one: one)
def test_an_edition_is_answered_as_of(editions_client: FlaskClient, operation: str, parameter: str) -> None:
    address, check = EDITIONS[operation, parameter]
    assert check(get(editions_client, address), get(editions_client, without(address, parameter)))


def test_the_description_knows_the_editions(editions_client: FlaskClient) -> None:
    parameters = get(editions_client, "/openapi.json")["paths"]["/search"]["get"]["parameters"]
    (pattern,) = [one["schema"]["pattern"] for one in parameters if one["name"] == "edition"]
    for names in ("", "JCR 2024", "JCR 2023,CAS 2025", "CAS 2025,JCR 2023"):
        assert re.search(pattern, names)
        assert editions_client.get(f"{ROOT}/search", query_string={"edition": names}).status_code == 200
    for names in ("JCR 2022", "JCR 2024,JCR 2023", "JCR", "CAS 2025,CAS 2025,JCR 2024"):
        assert not re.search(pattern, names)
    assert endpoint.edition_schema({})["enum"] == [""]


def test_every_parameter_is_tested() -> None:
    every = {(operation.name, parameter) for operation in OPERATIONS for parameter in _names(operation)}
    assert every == set(CHECKS) | set(EDITIONS) | set(EXPORTS)


def _names(operation: endpoint.Operation) -> list[str]:
    return [parameter.name for parameter in operation.parameters] or [""]


def test_what_is_described_is_what_is_checked() -> None:
    for operation in OPERATIONS:
        for parameter in operation.parameters:
            assert parameter.about.en, parameter.name
            assert parameter.about.zh, parameter.name
            assert parameter.read(parameter.example) is not None
            default = parameter.schema.get("default")
            if default is not None and "enum" in parameter.schema:
                assert default in parameter.schema["enum"]


def test_defaults_are_those_of_a_search() -> None:
    read = endpoint.SEARCH.read({})
    assert endpoint.what(read) == SearchRequest()
    assert read[endpoint.PAGE] == SearchRequest().page
    assert read[endpoint.PER_PAGE] == SearchRequest().per_page
    assert read[endpoint.FACET] == SearchRequest().facets
    assert read[endpoint.SORT] == SearchRequest().sort


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/search?select=", 400, "it is empty"),
        ("/search?select=id,colour", 400, "select: 'colour' is none of"),
        ("/search?facet.journal.limit=0", 400, "from 1 to 1000"),
        ("/search?facet.colour.limit=3", 400, "there is no parameter 'facet.colour.limit'"),
        ("/search?cursor=x", 400, "cursor: 'x' is no cursor"),
        ("/search?lang=fr", 400, "lang: 'fr' is none of en, zh"),
        ("/search?edition=JCR 1900", 400, "there is no edition 'JCR 1900'"),
        ("/search?page=1001", 404, "the last page is 1000"),
        ("/search?page=101&per_page=100", 404, "the last page is 100"),
        ("/facets/colour", 404, "the facets are journal"),
        ("/facets/year?limit=0", 400, "from 1 to 1000"),
        ("/index?x=1", 400, "this address takes none"),
    ],
)
def test_what_is_refused(client: FlaskClient, address: str, status: int, said: str) -> None:
    response = client.get(ROOT + address)
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"
    assert said in response.get_json()["detail"]


def test_select_names_every_field_of_a_result(client: FlaskClient) -> None:
    (result,) = get(client, "/search?per_page=1")["results"]
    assert tuple(result) == answers.RESULT_FIELDS
    for field in answers.RESULT_FIELDS:
        assert get(client, f"/search?per_page=1&select={field}")["results"] == [{field: result[field]}]


@pytest.mark.parametrize(
    "search",
    [
        "/search?q=myeloma&per_page=3",
        "/search?filter=quartile:Q1|unknown,year:2015-2024&facet=quartile,year,journal&lang=zh&sort=citations",
        '/search?filter=journal:"Journal of Known Findings"&per_page=5&facet=journal&facet.journal.limit=40',
        "/search?page=2&cursor=*&q=",
    ],
)
def test_a_value_leads_to_the_search_that_its_count_speaks_of(client: FlaskClient, search: str) -> None:
    answer = get(client, search)
    for one in answer["facets"]:
        for value in one["values"][:8]:
            query = parse_qs(urlsplit(value["href"]).query, keep_blank_values=True)
            assert "page" not in query
            assert "cursor" not in query
            led = client.get(value["href"]).get_json()
            again = [other for other in facet(led, one["name"])["values"] if other["value"] == value["value"]]
            chosen = parse_filters(query.get("filter", [""])[0]).of(one["name"])
            if value["selected"] and str(value["value"]) in map(str, parse_filters(_filter(search)).of(one["name"])):
                assert value["value"] not in map(str, chosen)
            else:
                assert again[0]["selected"]
                if len(chosen) == 1:
                    assert led["meta"]["count"] == value["count"]


def _filter(search: str) -> str:
    return parse_qs(urlsplit(search).query).get("filter", [""])[0]


def test_within_a_facet_chinese_names_are_found_too(client: FlaskClient) -> None:
    found = get(client, "/facets/open_access?q=开放&lang=zh")["values"]
    assert "yes" in {value["value"] for value in found}
    assert get(client, "/facets/journal?q=JOURNAL known")["meta"]["matching"] == 1
    assert get(client, "/facets/journal?q=nosuchjournal")["values"] == []
    value = get(client, "/facets/journal?q=known&query=myeloma&match=all")["values"][0]
    led = client.get(value["href"]).get_json()
    assert (led["meta"]["count"], led["meta"]["query"]["raw"], led["meta"]["match"]) == (
        value["count"],
        "myeloma",
        "all",
    )


def test_the_index_is_described_without_the_names_of_its_files(client: FlaskClient) -> None:
    response = client.get(f"{ROOT}/index")
    answer = response.get_json()
    assert answer["generation"] == client.get("/healthz").get_json()["generation"]
    assert answer["counts"]["kind"] == "build"
    assert answer["filled"]["title_en"] > 100
    assert {"en", "zh", "both"} <= set(answer["languages"])
    assert "samples" not in response.text
