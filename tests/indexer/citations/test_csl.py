import msgspec
import pytest

from indexer.citations import csl_json
from indexer.record import Record
from tests.indexer.citations.records import BARE, CHINESE, RETRACTED, TRIAL


def test_an_article():
    assert csl_json(TRIAL) == {
        "id": "doi:10.5555/x.1",
        "type": "article-journal",
        "title": "Early walking after hip fracture: a randomised trial",
        "author": [{"family": "Example", "given": "Ada B"}, {"family": "De Angelis", "given": "Eva"}],
        "container-title": "Example Journal of Rehabilitation",
        "container-title-short": "Ex J Rehabil",
        "volume": "12",
        "issue": "3",
        "page": "1245-1252",
        "issued": {"date-parts": [[2024, 5, 3]]},
        "DOI": "10.5555/x.1",
        "PMID": "123",
        "ISSN": "0000-0019",
        "language": "en-US",
    }


def test_a_chinese_article():
    item = csl_json(CHINESE)
    assert item["title"] == "髋部骨折术后早期下床"
    assert item["author"][0] == {"literal": "李明"}
    assert item["issued"] == {"date-parts": [[2023, 11]]}
    assert item["language"] == "zh-CN"


def test_what_is_not_known_has_no_key():
    assert csl_json(BARE) == {
        "id": BARE.id,
        "type": "article-journal",
        "title": "Nothing else is known",
        "language": "en-US",
    }


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("What was never so", "RETRACTED: What was never so"),
        ("Retracted: What was never so", "Retracted: What was never so"),
        ("[Retracted] What was never so", "[Retracted] What was never so"),
    ],
)
def test_a_retracted_article_says_so_once(title, expected):
    assert csl_json(msgspec.structs.replace(RETRACTED, title_en=title))["title"] == expected


def test_a_retracted_chinese_article():
    assert csl_json(msgspec.structs.replace(CHINESE, retracted=True))["title"] == "已撤稿：髋部骨折术后早期下床"
    marked = msgspec.structs.replace(CHINESE, retracted=True, title_zh="【撤稿】髋部骨折")
    assert csl_json(marked)["title"] == "【撤稿】髋部骨折"


def test_a_preprint_and_a_year_alone():
    item = csl_json(Record(id="pmid:1", pmid="1", title_en="x", publication_types=("Preprint",), year=1999))
    assert item["type"] == "article"
    assert item["issued"] == {"date-parts": [[1999]]}
