"""Records as CSL-JSON (the citation-style-language project's `csl-data.json`, 1.0.2)."""

from __future__ import annotations

import re
from typing import Any

from indexer.citations.names import Name, read_name
from indexer.citations.sides import sides
from indexer.record import Record

_TYPES = {"Preprint": "article", "Academic Dissertation": "thesis", "Dataset": "dataset"}
"""Publication types that are no articles of journals."""
_LANGUAGE = {"en": "en-US", "zh": "zh-CN"}
_MARKED = re.compile(r"\W{0,2}(?:retracted\b|已?撤稿)", re.IGNORECASE)
_MARK = {"en": "RETRACTED: ", "zh": "已撤稿："}

CslItem = dict[str, Any]
"""An item as citation processors read it."""


def csl_json(record: Record) -> CslItem:
    """The record as an item: the title in the article's own language, names in parts, no key without a value.

    The title of a retracted article says so first, for no style has another place for it that all readers see. An
    address is given only where there is no DOI, which is one itself.
    """
    own = sides(record)
    title = own.title or own.other_title
    if title and record.retracted and not _MARKED.match(title):
        title = _MARK[own.language] + title
    given: CslItem = {
        "id": record.id,
        "type": next((_TYPES[kind] for kind in record.publication_types if kind in _TYPES), "article-journal"),
        "title": title,
        "author": [_name(read_name(author)) for author in record.authors],
        "container-title": record.journal,
        "container-title-short": record.journal_abbreviation,
        "volume": record.volume,
        "issue": record.issue,
        "page": record.pages,
        "issued": issued(record),
        "DOI": record.doi,
        "PMID": record.pmid,
        "PMCID": record.pmcid,
        "ISSN": record.issn or record.eissn,
        "URL": None if record.doi else record.url,
        "language": _LANGUAGE[own.language],
    }
    return {key: value for key, value in given.items() if value}


def _name(name: Name) -> dict[str, str]:
    if name.is_whole:
        return {"literal": name.family}
    parts = {"family": name.family, "given": name.given, "suffix": name.suffix}
    return {part: value for part, value in parts.items() if value}


def issued(record: Record) -> dict[str, list[list[int]]] | None:
    """The date of publication in parts, as precisely as it is known."""
    if record.publication_date:
        return {"date-parts": [[int(part) for part in record.publication_date.split("-")]]}
    return {"date-parts": [[record.year]]} if record.year else None
