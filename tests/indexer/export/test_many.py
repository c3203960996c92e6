"""A thousand real records, and our samples, through every format and back."""

from __future__ import annotations

import csv
import gzip
import io
import json
from itertools import chain, islice

import bibtexparser
import pytest
import rispy

from indexer.citations import read_name, sides
from indexer.record import Record
from indexer.sources import Read, read
from tests.conftest import SAMPLES, write_jsonl
from tests.indexer.export.records import exported, metrics_said, read_back

ENGLISH, CHINESE = 500, 500


def lines(path):
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        yield from map(json.loads, stream)


@pytest.fixture(scope="module")
def found(shared, tmp_path_factory) -> list[Record]:
    articles = shared / "data" / "articles" / "rct_articles.jsonl.gz"
    bilingual = shared / "data" / "bilingual" / "chinaxiv_medical.jsonl.gz"
    if not (articles.exists() and bilingual.exists()):
        pytest.skip(f"needs {articles} and {bilingual}")
    english = (
        {
            "doi": each["doi"],
            "pmid": each["pmid"],
            "pmcid": each["pmcid"],
            "title": each["title"],
            "abstract": each["abstract"],
            "journal": {"name": each["journal"]},
            "JCR": "Q2",
            "PeriodicalIF": 2.5,
        }
        for each in lines(articles)
    )
    chinese = (
        {
            "paperid": each["id"],
            "title": each["title_zh"],
            "TitleCN": each["title_zh"],
            "abstract": each["abstract_en"],
            "AbstractTextCN": each["abstract_zh"],
            "resultStr": json.dumps({"title": each["title_en"]}),
            "keywords": each["keywords_zh"],
            "RegionNum": 3,
        }
        for each in lines(bilingual)
        if each["title_zh"]
    )
    folder = tmp_path_factory.mktemp("many")
    path = write_jsonl(folder / "many.jsonl", list(chain(islice(english, ENGLISH), islice(chinese, CHINESE))))
    records = {each.record.id: each.record for each in chain(read(path), read(SAMPLES)) if isinstance(each, Read)}
    assert len(records) >= 1000
    assert sum(record.abstract_zh is not None for record in records.values()) > 400
    return list(records.values())


def words(text):
    return (text or "").split()


def essence(record):
    return {
        **{name: getattr(record, name) for name in ("doi", "pmid", "pmcid", "title_en", "title_zh", "journal", "year")},
        "authors": [*map(read_name, record.authors)],
        "abstract_en": words(record.abstract_en),
        "abstract_zh": words(record.abstract_zh),
    }


@pytest.mark.parametrize("name", ["ris", "nbib", "csv", "jsonl"])
def test_our_readers(found, name, tmp_path):
    back = read_back(exported(name, found), tmp_path)
    assert [essence(record) for record in back] == [essence(record) for record in found]


def test_jsonl_is_the_same(found, tmp_path):
    assert read_back(exported("jsonl", found), tmp_path) == found


def test_rispy(found):
    back = rispy.loads(exported("ris", found).decode())
    assert len(back) == len(found)
    for item, record in zip(back, found, strict=True):
        own = sides(record)
        assert item.get("title") == (own.title or own.other_title)
        assert words(item.get("abstract")) == words(own.abstract or own.other_abstract)
        assert set(metrics_said(record)) <= set(item.get("notes", []))


def test_csv(found):
    back = list(csv.DictReader(io.StringIO(exported("csv", found).decode("utf-8-sig"), newline="")))
    assert len(back) == len(found)
    for row, record in zip(back, found, strict=True):
        assert row["Chinese Title"] == (record.title_zh or "")
        assert row["English Abstract"].removeprefix("'") == (record.abstract_en or "").removeprefix("'")
        assert row["JCR Quartile"] == (record.jcr_quartile or "")


def test_bibtexparser(found):
    library = bibtexparser.parse_string(exported("bibtex", found).decode())
    assert not library.failed_blocks
    assert len(library.entries) == len(found)
    for item, record in zip(library.entries, found, strict=True):
        assert item.get("doi") is None or item["doi"].replace("\\", "") == record.doi
        for line in metrics_said(record):
            assert line in item["annote"]
