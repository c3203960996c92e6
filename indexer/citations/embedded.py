"""What a record's page tells programs (reference managers, search engines) of it. Nothing here is escaped."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from indexer.citations.names import read_name
from indexer.citations.sides import sides
from indexer.record import Record

_PAGES = re.compile(r"([^\s,;+–-]+)[-–]([^\s,;+–-]+)")
_CODES = {"chi": "zh", "eng": "en"}
"""ISO 639-1 codes, where they are of use: pages are tagged with them."""


def coins(record: Record) -> str:
    """The `title` of a `<span class="Z3988">`: an OpenURL context object (ANSI/NISO Z39.88-2004) of an article."""
    own = sides(record)
    first, last = _ends(record.pages)
    given: list[tuple[str, str | None]] = [
        ("ctx_ver", "Z39.88-2004"),
        ("rft_val_fmt", "info:ofi/fmt:kev:mtx:journal"),
        ("rft_id", f"info:doi/{record.doi}" if record.doi else None),
        ("rft_id", f"info:pmid/{record.pmid}" if record.pmid else None),
        ("rft_id", None if record.doi or record.pmid else record.url),
        ("rft.genre", "article"),
        ("rft.atitle", own.title or own.other_title),
        ("rft.jtitle", record.journal),
        ("rft.stitle", record.journal_abbreviation),
        ("rft.date", record.publication_date or (str(record.year) if record.year else None)),
        ("rft.volume", record.volume),
        ("rft.issue", record.issue),
        ("rft.spage", first),
        ("rft.epage", last),
        ("rft.pages", record.pages),
        ("rft.issn", record.issn),
        ("rft.eissn", record.eissn),
        ("rft.language", own.language),
    ]
    if record.authors:
        name = read_name(record.authors[0])
        given += [("rft.aufirst", name.given), ("rft.aulast", name.given and name.family)]
    given += [("rft.au", read_name(author).inverted) for author in record.authors]
    return urlencode([(key, value) for key, value in given if value])


def highwire(record: Record) -> list[tuple[str, str]]:
    """Names and contents of `<meta>` tags (Highwire Press), as Google Scholar and Zotero read them."""
    own = sides(record)
    first, last = _ends(record.pages)
    date = record.publication_date or (str(record.year) if record.year else None)
    given: list[tuple[str, str | None]] = [
        ("citation_title", own.title or own.other_title),
        *(("citation_author", read_name(author).inverted) for author in record.authors),
        ("citation_publication_date", date and date.replace("-", "/")),
        ("citation_journal_title", record.journal),
        ("citation_journal_abbrev", record.journal_abbreviation),
        ("citation_volume", record.volume),
        ("citation_issue", record.issue),
        ("citation_firstpage", first),
        ("citation_lastpage", last),
        ("citation_issn", record.issn),
        ("citation_issn", record.eissn),
        ("citation_doi", record.doi),
        ("citation_pmid", record.pmid),
        ("citation_language", own.language),
        *(("citation_keywords", word) for word in record.keywords),
        ("citation_pdf_url", record.pdf_url),
    ]
    return [(name, content) for name, content in given if content]


def schema_org(record: Record) -> dict[str, Any]:
    """The record as a `ScholarlyArticle` of schema.org, for JSON-LD; no key without a value.

    Whoever puts it into a page must escape `<` as JSON can, or a title could end the element that it stands in.
    """
    own = sides(record)
    first, last = _ends(record.pages)
    return _filled(
        {
            "@context": "https://schema.org",
            "@type": "ScholarlyArticle",
            "@id": f"https://doi.org/{record.doi}" if record.doi else record.url,
            "headline": own.title or own.other_title,
            "alternativeHeadline": own.other_title if own.title else None,
            "abstract": own.abstract or own.other_abstract,
            "inLanguage": [_CODES.get(code, code) for code in record.languages],
            "author": [_author(author) for author in record.authors],
            "datePublished": record.publication_date or (str(record.year) if record.year else None),
            "isPartOf": _place(record),
            "pageStart": first,
            "pageEnd": last,
            "pagination": None if first else record.pages,
            "keywords": list(record.keywords),
            "identifier": [
                {"@type": "PropertyValue", "propertyID": name, "value": value}
                for name, value in (("DOI", record.doi), ("PMID", record.pmid), ("PMCID", record.pmcid))
                if value
            ],
            "url": record.url,
            "isAccessibleForFree": record.open_access,
            "encoding": {"@type": "MediaObject", "contentUrl": record.pdf_url} if record.pdf_url else None,
            "creativeWorkStatus": "Retracted" if record.retracted else None,
        }
    )


def _author(text: str) -> dict[str, Any]:
    name = read_name(text)
    whole = name.is_whole and " " in name.family
    return _filled(
        {
            "@type": "Organization" if whole else "Person",
            "name": text,
            "familyName": None if name.is_whole else name.family,
            "givenName": name.given,
        }
    )


def _place(record: Record) -> dict[str, Any] | None:
    """Issue in volume in journal; each level that is known."""
    place: dict[str, Any] | None = None
    if record.journal:
        codes = [code for code in (record.issn, record.eissn) if code]
        place = _filled(
            {
                "@type": "Periodical",
                "name": record.journal,
                "alternateName": record.journal_abbreviation,
                "issn": codes,
            }
        )
    if record.volume:
        place = _filled({"@type": "PublicationVolume", "volumeNumber": record.volume, "isPartOf": place})
    if record.issue:
        place = _filled({"@type": "PublicationIssue", "issueNumber": record.issue, "isPartOf": place})
    return place


def _ends(pages: str | None) -> tuple[str | None, str | None]:
    """First and last page; of a single page, or what is no range, the whole as the first."""
    found = _PAGES.fullmatch(pages) if pages else None
    return (found[1], found[2]) if found else (pages, None)


def _filled(given: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in given.items() if value is not None and value != []}
