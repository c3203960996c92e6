from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from indexer import schema
from indexer.record import Record
from search_web.links import record_path
from tests.search_web.conftest import KNOWN, ODD_IDS, SCRIPT


def ask(client: FlaskClient, **parameters: str | int) -> dict[str, Any]:
    response = client.get("/api/v1/search", query_string=parameters)
    assert response.status_code == 200, response.text
    assert response.mimetype == "application/json"
    answer = response.get_json()
    assert isinstance(answer, dict)
    return answer


def test_the_shape_of_an_answer(client: FlaskClient) -> None:
    answer = ask(client, q="multiple myeloma", per_page=3)
    assert list(answer) == ["meta", "results", "facets"]
    meta = answer["meta"]
    assert set(meta) == {
        *("count", "page", "per_page", "next_cursor", "took_ms", "partial", "relaxed", "match", "query", "index"),
    }
    assert (meta["page"], meta["per_page"], meta["match"], meta["relaxed"]) == (1, 3, "auto", None)
    assert meta["next_cursor"] is None
    assert meta["query"]["raw"] == "multiple myeloma"
    assert "multiple" in meta["query"]["parsed"]
    assert meta["query"]["ignored"] == []
    assert meta["query"]["did_you_mean"] is None
    assert set(meta["query"]) == {"raw", "parsed", "ignored", "expansions", "did_you_mean"}
    assert set(meta["index"]) == {"generation", "built_at"}
    assert len(answer["results"]) == 3 <= meta["count"]
    own = {"editions", "score", "holds_all_words", "highlights", "links"}
    for result in answer["results"]:
        assert set(result) == set(Record.__struct_fields__) | own
        assert set(result["highlights"]) == {"title_en", "title_zh", "abstract_en", "abstract_zh"}
        assert set(result["links"]) == {"doi", "pubmed", "pmc", "pdf", "self"}
    assert [facet["name"] for facet in answer["facets"]] == list(schema.FACETS)
    for facet in answer["facets"]:
        assert set(facet) == {"name", "distinct", "values"}
        for value in facet["values"]:
            assert set(value) == {"value", "label", "count", "selected", "href"}


def test_a_result(client: FlaskClient) -> None:
    answer = ask(client, q="multiple myeloma", per_page=50)
    result = next(result for result in answer["results"] if result["id"] == KNOWN.id)
    assert result["title_zh"] == KNOWN.title_zh
    assert (result["jcr_quartile"], result["cas_zone"], result["impact_factor"], result["year"]) == (
        "Q1",
        1,
        12.4,
        2021,
    )
    assert result["paper_id"] is None
    assert result["holds_all_words"] is True
    assert result["score"] > 0
    assert "<mark>" in result["highlights"]["title_en"]
    assert result["highlights"]["title_zh"].startswith("<mark>多发性骨髓瘤</mark>")
    assert result["links"] == {
        "doi": "https://doi.org/10.5555/known",
        "pubmed": "https://pubmed.ncbi.nlm.nih.gov/12345/",
        "pmc": "https://pmc.ncbi.nlm.nih.gov/articles/PMC99/",
        "pdf": "https://example.org/known.pdf",
        "self": "/api/v1/records/doi:10.5555/known",
    }
    assert client.get(result["links"]["self"]).get_json()["id"] == KNOWN.id


def test_json_is_readable_utf8(client: FlaskClient) -> None:
    response = client.get("/api/v1/search", query_string={"q": "骨髓瘤"})
    assert "骨髓瘤" in response.get_data().decode("utf-8")
    json.loads(response.get_data())


def test_parameters_take_effect(client: FlaskClient) -> None:
    everything = ask(client)
    assert everything["meta"]["count"] > 150
    q1 = ask(client, filter="quartile:Q1")
    assert {result["jcr_quartile"] for result in q1["results"]} == {"Q1"}
    years = ask(client, filter="year:2015-2018,quartile:Q1|Q2", per_page=100)
    assert {result["jcr_quartile"] for result in years["results"]} <= {"Q1", "Q2"}
    assert {result["year"] for result in years["results"]} <= {2015, 2016, 2017, 2018}
    assert len(years["results"]) == years["meta"]["count"] > 0
    cited = [result["citation_count"] for result in ask(client, sort="citations", per_page=20)["results"]]
    assert cited == sorted(cited, reverse=True)
    second = ask(client, page=2, per_page=5)
    assert second["results"][0]["id"] == ask(client, per_page=10)["results"][5]["id"]
    assert ask(client, facet="")["facets"] == []
    assert [facet["name"] for facet in ask(client, facet="zone,year")["facets"]] == ["zone", "year"]
    every, some = (ask(client, q="myeloma relapse", match=match)["meta"] for match in ("all", "any"))
    assert (every["match"], some["match"]) == ("all", "any")
    assert every["count"] < some["count"]


def test_relaxation(client: FlaskClient) -> None:
    answer = ask(client, q="multiple myeloma zebrafish", per_page=100)
    relaxed = answer["meta"]["relaxed"]
    assert set(relaxed) == {"all_words", "most_words"}
    assert relaxed["all_words"] + relaxed["most_words"] == answer["meta"]["count"]
    assert sum(result["holds_all_words"] for result in answer["results"]) == relaxed["all_words"]


def test_what_is_ignored(client: FlaskClient) -> None:
    ignored = ask(client, q='myeloma "')["meta"]["query"]["ignored"]
    assert ignored == [{"text": '"', "start": 8, "reason": "unbalanced_quote"}]


def test_expansions_are_told_and_can_be_taken_back(client: FlaskClient) -> None:
    query = "multiple myeloma hypertension"
    expanded = ask(client, q=query, match="any")["meta"]
    found = {one["text"]: one for one in expanded["query"]["expansions"]}
    assert list(found) == ["multiple myeloma", "hypertension"]
    assert found["hypertension"]["start"] == 17
    forms = {form["text"]: form for form in found["hypertension"]["forms"]}
    chinese = forms["高血压"]
    assert (chinese["language"], chinese["role"], chinese["evidence"]) == ("zh", "preferred", None)
    assert "medsearch" in chinese["sources"]

    fewer = ask(client, q=query, match="any", without=found["hypertension"]["id"])["meta"]
    assert [one["text"] for one in fewer["query"]["expansions"]] == ["multiple myeloma"]
    assert ask(client, q=query, without=" hypertension ,, nothing")["meta"]["query"]["expansions"] == [
        found["multiple myeloma"]
    ]
    off = ask(client, q=query, match="any", expand="false")["meta"]
    assert off["query"]["expansions"] == []
    assert off["count"] <= fewer["count"] <= expanded["count"]
    assert off["count"] < expanded["count"]


def test_either_language_finds_the_other(client: FlaskClient) -> None:
    ids = [
        {result["id"] for result in ask(client, q=q, match="all", per_page=100)["results"]}
        for q in ("心肌梗死", "心梗", "myocardial infarction")
    ]
    assert ids[0] == ids[1] == ids[2] != set()


@pytest.mark.parametrize(
    ("query", "meant", "changed"),
    [
        ("multple myeloma", "multiple myeloma", [(0, 7, "multiple")]),
        ('title:"multple myeloma"', 'title:"multiple myeloma"', [(7, 14, "multiple")]),
        ("(hart failure) AND 2010", "(heart failure) AND 2010", None),
        ("多发性骨髓留", "多发性骨髓瘤", [(0, 6, "多发性骨髓瘤")]),
        ("心机梗死", "心肌梗死", [(0, 4, "心肌梗死")]),
    ],
)
def test_did_you_mean(client: FlaskClient, query: str, meant: str, changed: list[tuple[int, int, str]] | None) -> None:
    answer = ask(client, q=query)
    if changed is None:  # nothing would be found by it either
        assert ask(client, q=meant)["meta"]["count"] == 0
        assert answer["meta"]["query"]["did_you_mean"] is None
        return
    said = answer["meta"]["query"]["did_you_mean"]
    assert said["text"] == meant
    assert [(one["start"], one["end"], one["text"]) for one in said["replacements"]] == changed
    assert ask(client, q=meant)["meta"]["count"] > 0
    assert all(result["score"] > 0 for result in answer["results"])
    assert answer["meta"]["query"]["raw"] == query
    assert ask(client, q=query, page=2)["meta"]["query"]["did_you_mean"] is None
    assert ask(client, q=query, filter="year:1950")["meta"]["query"]["did_you_mean"] is None


def test_what_the_collection_says_is_not_corrected(client: FlaskClient) -> None:
    for result in ask(client, per_page=40, sort="oldest")["results"]:
        for text in (result["title_en"], result["title_zh"]):
            if text:
                assert ask(client, q=text, facet="", per_page=1)["meta"]["query"]["did_you_mean"] is None, text


def suggestions(client: FlaskClient, **parameters: str | int) -> list[dict[str, Any]]:
    response = client.get("/api/v1/suggest", query_string=parameters)
    assert response.status_code == 200, response.text
    assert response.headers["Cache-Control"] == "private, max-age=60"
    answer = response.get_json()
    assert set(answer) == {"meta", "suggestions"}
    assert answer["meta"]["generation"] == client.get("/healthz").get_json()["generation"]
    found = answer["suggestions"]
    assert isinstance(found, list)
    for one in found:
        assert set(one) == {"text", "kind", "query", "count", "partner", "preferred"}
    return found


@pytest.mark.parametrize(
    ("typed", "kind", "text", "query"),
    [
        ("multiple my", "concept", "multiple myeloma", "multiple myeloma"),
        ("多发性骨", "concept", "多发性骨髓瘤", "多发性骨髓瘤"),
        ("xinjigengsi", "concept", "心肌梗死", "心肌梗死"),
        ("early relapse of", "title", KNOWN.title_en, KNOWN.title_en),
        ("journal of known", "journal", "Journal of Known Findings", 'journal:"Journal of Known Findings"'),
        ("ann kn", "author", "Ann Known", 'author:"Ann Known"'),
    ],
)
def test_suggestions(client: FlaskClient, typed: str, kind: str, text: str, query: str) -> None:
    found = [one for one in suggestions(client, q=typed) if one["text"] == text]
    assert [(one["kind"], one["query"]) for one in found] == [(kind, query)]
    assert found[0]["count"] > 0
    assert ask(client, q=query)["meta"]["count"] > 0


def test_a_suggested_title_finds_its_article(client: FlaskClient) -> None:
    seen = 0
    for typed in ("a", "the", "心", "多", "1", "s"):
        for one in suggestions(client, q=typed, limit=20):
            if one["kind"] == "title":
                seen += 1
                answer = ask(client, q=one["query"], per_page=5)
                titles = {title for hit in answer["results"] for title in (hit["title_en"], hit["title_zh"])}
                assert one["text"] in titles, one
                assert {note["reason"] for note in answer["meta"]["query"]["ignored"]} <= {"stopword", "punctuation"}
    assert seen > 10


def test_as_many_suggestions_as_are_wanted(client: FlaskClient) -> None:
    assert len(suggestions(client, q="s")) == 8
    assert len(suggestions(client, q="s", limit=3)) == 3
    assert suggestions(client) == suggestions(client, q="  ") == suggestions(client, q="?!") == []
    assert suggestions(client, q="x" * 5000) == []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("q=a&limit=0", "from 1 to 20"),
        ("limit=21", "from 1 to 20"),
        ("q=a&q=b", "given 2 times"),
        ("text=a", "the parameters are q, limit"),
    ],
)
def test_bad_requests_for_suggestions(client: FlaskClient, query: str, said: str) -> None:
    assert said in check_problem(client, f"/api/v1/suggest?{query}", 400)["detail"]


def test_without_an_index_nothing_is_suggested(no_index_client: FlaskClient) -> None:
    check_problem(no_index_client, "/api/v1/suggest?q=a", 503)


def test_facets_are_exact_and_disjunctive(client: FlaskClient) -> None:
    answer = ask(client, q="patients", filter="quartile:Q1")
    quartiles = next(facet for facet in answer["facets"] if facet["name"] == "quartile")["values"]
    assert [value["value"] for value in quartiles if value["selected"]] == ["Q1"]
    assert len(quartiles) > 2
    for value in quartiles:
        assert ask(client, q="patients", filter=f"quartile:{value['value']}")["meta"]["count"] == value["count"]


def test_labels_follow_the_language_asked_for(client: FlaskClient) -> None:
    def labels(**headers: str) -> dict[str, str]:
        response = client.get("/api/v1/search?facet=zone", headers=headers)
        assert response.headers["Vary"] == "Accept-Language, Accept-Encoding"
        return {value["value"]: value["label"] for value in response.get_json()["facets"][0]["values"]}

    assert labels()["1"] == "CAS 1"
    assert labels()["unknown"] == "Not stated"
    assert labels(**{"Accept-Language": "zh-CN"})["1"] == "1区"


def test_highlights_are_escaped(client: FlaskClient) -> None:
    result = ask(client, q="hostile")["results"][0]
    assert result["title_en"] == f"Markup {SCRIPT} in a title"
    assert "<script" not in json.dumps(result["highlights"])
    assert "<mark>hostile</mark> &lt;script&gt;" in result["highlights"]["abstract_en"]
    assert result["links"]["pdf"] is None


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("query=x", "the parameters are q, match, filter, edition, expand, without, sort, page"),
        ("colour=red", "cursor, per_page, facet, facet.NAME.limit, select, lang"),
        ("q=a&q=b", "q: given 2 times"),
        ("match=some", "none of auto, all, any"),
        ("filter=colour:red", "there is no filter 'colour'; the filters are"),
        ("filter=year:soon", "neither a number nor a range"),
        ("sort=date", "none of relevance"),
        ("expand=no", "expand: 'no' is none of true, false"),
        ("page=abc", "page: 'abc'"),
        ("page=10001", "from 1 to 10000"),
        ("per_page=0", "from 1 to 100"),
        ("per_page=101", "from 1 to 100"),
        ("facet=colour", "facet: 'colour'"),
    ],
)
def test_bad_requests(client: FlaskClient, query: str, said: str) -> None:
    problem = check_problem(client, f"/api/v1/search?{query}", 400)
    assert said in problem["detail"]


def check_problem(client: FlaskClient, address: str, status: int, method: str = "GET") -> dict[str, Any]:
    response = client.open(address, method=method)
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"
    problem = json.loads(response.get_data())
    assert set(problem) == {"type", "title", "status", "detail", "instance"}
    assert problem["status"] == status
    assert problem["type"] == "about:blank"
    assert problem["instance"] == quote(address.partition("?")[0], safe="/:%")
    assert isinstance(problem, dict)
    return problem


def test_record(client: FlaskClient) -> None:
    record = client.get(f"/api/v1/records/{KNOWN.id}").get_json()
    assert set(record) == set(Record.__struct_fields__) | {"editions", "links"}
    assert record["authors"][0] == "Ann Known"
    assert record["journal_description"] == "A journal about what is known."
    assert record["links"]["self"] == f"/api/v1/records/{KNOWN.id}"
    assert check_problem(client, f"/api/v1/records/{KNOWN.id}?verbose=1", 400)["detail"].endswith(
        "the parameters are edition"
    )


@pytest.mark.parametrize("record_id", ODD_IDS)
def test_any_identity_goes_through_an_address(client: FlaskClient, record_id: str) -> None:
    record = client.get(f"/api/v1/records/{record_path(record_id)}").get_json()
    assert record["id"] == record_id
    assert client.get(record["links"]["self"]).get_json() == record


@pytest.mark.parametrize(
    "address", ["/api/v1/records/doi:10.5555/none", "/api", "/api/", "/api/v2/search", "/api/v1/search/"]
)
def test_not_found(client: FlaskClient, address: str) -> None:
    check_problem(client, address, 404)


@pytest.mark.parametrize("address", ["/api/v1/search", "/api/v1/suggest", f"/api/v1/records/{KNOWN.id}", "/healthz"])
def test_other_methods(client: FlaskClient, address: str) -> None:
    assert "use GET" in check_problem(client, address, 405, "POST")["detail"]
    assert "GET" in client.post(address).headers["Allow"]
    assert client.head(address).status_code == 200


def test_health(client: FlaskClient) -> None:
    health = client.get("/healthz").get_json()
    assert set(health) == {"status", "generation", "documents"}
    assert health["status"] == "ok"
    assert health["documents"] == ask(client)["meta"]["count"]
    assert health["generation"] == ask(client)["meta"]["index"]["generation"]
