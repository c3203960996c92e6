"""Records and searches as files of reference managers."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from indexer.build import build
from indexer.engines import open_engine
from indexer.export import FORMATS, entries
from search_web import create_app
from tests.conftest import write_jsonl
from tests.search_web.conftest import KNOWN, PATIENT

ROOT = "/api/v1"


@pytest.mark.parametrize("name", FORMATS)
def test_a_record_by_ending_and_by_media_type(client: FlaskClient, index: str, name: str) -> None:
    form = FORMATS[name]
    engine = open_engine(index)
    record = engine.record(KNOWN.id)
    assert record is not None
    expected = b"".join(form.write(entries(engine, [record])))
    by_ending = client.get(f"{ROOT}/records/{KNOWN.id}{form.suffix}")
    by_type = client.get(f"{ROOT}/records/{KNOWN.id}", headers={"Accept": f"{form.media_type}, application/json;q=0.5"})
    for answer in (by_ending, by_type):
        assert answer.status_code == 200
        assert answer.mimetype == form.media_type
        assert answer.get_data() == expected
        assert answer.headers["Content-Disposition"] == f'attachment; filename="medsearch{form.suffix}"'
        assert "Accept" in answer.headers["Vary"]
    tag = by_ending.headers["ETag"]
    assert tag == by_type.headers["ETag"]
    json_too = client.get(f"{ROOT}/records/{KNOWN.id}", headers={"If-None-Match": tag})
    assert (json_too.status_code, json_too.mimetype) == (200, "application/json")


def test_an_ending_that_belongs_to_the_identity(tmp_path: Path) -> None:
    records: list[dict[str, object]] = [{"title": "One", "doi": "10.5555/a"}, {"title": "Two", "doi": "10.5555/a.csv"}]
    build([str(write_jsonl(tmp_path / "records.jsonl", records))], str(tmp_path / "index"))
    client = create_app(str(tmp_path / "index"), PATIENT).test_client()
    assert client.get(f"{ROOT}/records/doi:10.5555/a.csv").get_json()["title_en"] == "Two"
    assert b"Two" in client.get(f"{ROOT}/records/doi:10.5555/a.csv.csv").get_data()
    assert b"One" in client.get(f"{ROOT}/records/doi:10.5555/a.ris").get_data()
    assert client.get(f"{ROOT}/records/doi:10.5555/a.pdf").status_code == 404
    assert client.get(f"{ROOT}/records/doi:10.5555/b.ris").status_code == 404


def test_what_is_not_given(client: FlaskClient) -> None:
    answer = client.get(f"{ROOT}/records/{KNOWN.id}", headers={"Accept": "application/pdf"})
    assert answer.status_code == 406
    assert "application/x-research-info-systems" in answer.get_json()["detail"]
    assert client.get(f"{ROOT}/export?format=csv", headers={"Accept": "application/json"}).status_code == 406
    assert "format: it is missing" in client.get(f"{ROOT}/export").get_json()["detail"]
    assert "format: 'pdf' is none of ris" in client.get(f"{ROOT}/export?format=pdf").get_json()["detail"]
    assert client.get(f"{ROOT}/export?format=ris&edition=JCR 1900").status_code == 400


@pytest.mark.parametrize("name", FORMATS)
def test_a_search_as_a_file(client: FlaskClient, name: str) -> None:
    form = FORMATS[name]
    answer = client.get(f"{ROOT}/export?format={name}&q=骨髓瘤")
    assert answer.mimetype == form.media_type
    assert answer.headers["Content-Disposition"] == f'attachment; filename="medsearch{form.suffix}"'
    assert "骨髓瘤" in answer.text
    found = client.get(f"{ROOT}/search?q=骨髓瘤&per_page=100&select=id,doi").get_json()
    assert found["meta"]["count"] > 3
    positions = [answer.text.find(result["doi"]) for result in found["results"] if result["doi"]]
    assert -1 not in positions
    assert positions == sorted(positions)


def test_a_large_export_takes_no_more_memory_than_a_small_one(tmp_path: Path) -> None:
    records = [
        {"title": f"Title {n}", "doi": f"10.5555/{n}", "abstract": f"Word{n} " * 200, "authors": "A B, C D"}
        for n in range(6000)
    ]
    build([str(write_jsonl(tmp_path / "records.jsonl", records))], str(tmp_path / "index"))
    client = create_app(str(tmp_path / "index"), PATIENT).test_client()

    def peak(query: str) -> tuple[int, int]:
        answer = client.get(f"{ROOT}/export?format=jsonl&{query}", buffered=False)
        tracemalloc.reset_peak()
        size = sum(len(piece) for piece in answer.iter_encoded())
        return size, tracemalloc.get_traced_memory()[1] - tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        peak("q=title")
        small, _ = peak('q="title 5"')
        large, of_large = peak("q=title")
    finally:
        tracemalloc.stop()
    assert large > 8_000_000
    assert small < 10_000
    assert of_large < 3_000_000


def test_every_line_is_there(client: FlaskClient) -> None:
    text = client.get(f"{ROOT}/export?format=jsonl").text
    identities = [json.loads(line)["id"] for line in text.splitlines()]
    assert len(set(identities)) == len(identities) == client.get("/healthz").get_json()["documents"]
