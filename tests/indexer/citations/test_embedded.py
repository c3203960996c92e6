import json
from urllib.parse import parse_qs

import msgspec

from indexer.citations import coins, highwire, schema_org
from tests.indexer.citations.records import BARE, CHINESE, RETRACTED, TRIAL


def test_coins():
    assert parse_qs(coins(TRIAL)) == {
        "ctx_ver": ["Z39.88-2004"],
        "rft_val_fmt": ["info:ofi/fmt:kev:mtx:journal"],
        "rft_id": ["info:doi/10.5555/x.1", "info:pmid/123"],
        "rft.genre": ["article"],
        "rft.atitle": ["Early walking after hip fracture: a randomised trial"],
        "rft.jtitle": ["Example Journal of Rehabilitation"],
        "rft.stitle": ["Ex J Rehabil"],
        "rft.date": ["2024-05-03"],
        "rft.volume": ["12"],
        "rft.issue": ["3"],
        "rft.spage": ["1245"],
        "rft.epage": ["1252"],
        "rft.pages": ["1245-1252"],
        "rft.issn": ["0000-0019"],
        "rft.language": ["en"],
        "rft.aufirst": ["Ada B"],
        "rft.aulast": ["Example"],
        "rft.au": ["Example, Ada B", "De Angelis, Eva"],
    }
    assert parse_qs(coins(CHINESE))["rft.au"] == ["李明", "欧阳修", "王芳", "张三"]
    assert parse_qs(coins(BARE))["rft.atitle"] == ["Nothing else is known"]


def test_highwire():
    assert highwire(TRIAL) == [
        ("citation_title", "Early walking after hip fracture: a randomised trial"),
        ("citation_author", "Example, Ada B"),
        ("citation_author", "De Angelis, Eva"),
        ("citation_publication_date", "2024/05/03"),
        ("citation_journal_title", "Example Journal of Rehabilitation"),
        ("citation_journal_abbrev", "Ex J Rehabil"),
        ("citation_volume", "12"),
        ("citation_issue", "3"),
        ("citation_firstpage", "1245"),
        ("citation_lastpage", "1252"),
        ("citation_issn", "0000-0019"),
        ("citation_doi", "10.5555/x.1"),
        ("citation_pmid", "123"),
        ("citation_language", "en"),
        ("citation_keywords", "hip"),
        ("citation_keywords", "walking"),
    ]
    assert ("citation_title", "髋部骨折术后早期下床") in highwire(CHINESE)


def test_schema_org():
    assert schema_org(TRIAL) == {
        "@context": "https://schema.org",
        "@type": "ScholarlyArticle",
        "@id": "https://doi.org/10.5555/x.1",
        "headline": "Early walking after hip fracture: a randomised trial",
        "alternativeHeadline": "髋部骨折术后早期下床：一项随机试验",
        "abstract": "Aim: none.",
        "inLanguage": ["en"],
        "author": [
            {"@type": "Person", "name": "Ada B Example", "familyName": "Example", "givenName": "Ada B"},
            {"@type": "Person", "name": "Eva De Angelis", "familyName": "De Angelis", "givenName": "Eva"},
        ],
        "datePublished": "2024-05-03",
        "isPartOf": {
            "@type": "PublicationIssue",
            "issueNumber": "3",
            "isPartOf": {
                "@type": "PublicationVolume",
                "volumeNumber": "12",
                "isPartOf": {
                    "@type": "Periodical",
                    "name": "Example Journal of Rehabilitation",
                    "alternateName": "Ex J Rehabil",
                    "issn": ["0000-0019"],
                },
            },
        },
        "pageStart": "1245",
        "pageEnd": "1252",
        "keywords": ["hip", "walking"],
        "identifier": [
            {"@type": "PropertyValue", "propertyID": "DOI", "value": "10.5555/x.1"},
            {"@type": "PropertyValue", "propertyID": "PMID", "value": "123"},
        ],
        "url": "https://example.org/1",
    }


def test_schema_org_of_little():
    assert schema_org(BARE) == {
        "@context": "https://schema.org",
        "@type": "ScholarlyArticle",
        "headline": "Nothing else is known",
    }
    found = schema_org(msgspec.structs.replace(RETRACTED, open_access=False, pdf_url="https://example.org/x.pdf"))
    assert json.loads(json.dumps(found)) == found
    assert found["author"][1] == {"@type": "Organization", "name": "ABC Study Group"}
    assert found["creativeWorkStatus"] == "Retracted"
    assert found["isAccessibleForFree"] is False
    assert found["encoding"]["contentUrl"] == "https://example.org/x.pdf"
