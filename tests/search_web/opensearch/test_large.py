"""Queries of hundreds of words, as systematic reviews have them, on a cluster that limits the parts of a query."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from indexer.terms.ours import ours

WORDS = 100


def test_the_longest_query_that_is_read_is_answered(client: FlaskClient) -> None:
    names = [form.text for concept in ours() for form in concept.forms if form.language == "en" and len(form.text) > 12]
    text = " OR ".join(names[:: len(names) // WORDS][:WORDS])
    answer = client.get("/api/v1/search", query_string={"q": f"myeloma OR {text}"})
    assert answer.status_code == 200
    meta = answer.get_json()["meta"]
    assert meta["count"] > 0
    assert len(meta["query"]["expansions"]) > WORDS / 2


def test_more_than_a_cluster_takes_is_refused_in_a_sentence(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.search.compile.MAX_WORDS", 3_000)
    for module in ("indexer.search.parse", "search_web.params"):
        monkeypatch.setattr(f"{module}.MAX_CHARACTERS", 100_000)
    words = " OR ".join(f"word{number}" for number in range(1_040))
    answer = client.get("/api/v1/search", query_string={"q": words})
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    assert "more parts than the cluster takes" in answer.get_json()["detail"]
    assert "max_clause_count" in answer.get_json()["detail"]
