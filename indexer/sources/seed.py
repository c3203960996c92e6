"""The seed format's objects to records: which key gives what, and which of several givers has the first say.

An object (the outer one) may hold a copy of itself as a JSON string under `resultStr` (the inner one), often in the
language of the original, and may be followed by plain lines. For every field the outer object is asked before the inner
one; `fieldsOfStudy` names subjects that a classifier guessed and is not taken for keywords.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any, TypeVar

from indexer import analysis
from indexer.errors import RecordError
from indexer.record import Record
from indexer.sources import fields, pubmed, values
from indexer.sources.mapping import at
from indexer.sources.objects import JsonObject, plain_object, split_object

_Value = TypeVar("_Value")

_DESCRIPTION = re.compile(r"期刊介[绍紹]\s*(?:[:：]\s*(?P<rest>\S.*)?)?")
_RESOLVED = ("doi", "DOI", "DOIUrl", "ListUrlMain", "url")
_ADDRESSES = ("DOIUrl", "url", "ListUrlMain")


@dataclass(frozen=True)
class PlainPart:
    """What a seed text file says behind its object, as it stands there."""

    title: str | None = None
    abstract: str | None = None
    journal_description: str | None = None

    @classmethod
    def of(cls, text: str) -> PlainPart:
        """The first line is the title, the next ones are the abstract, up to the line that begins with 期刊介绍."""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        description: list[str] = []
        for number, line in enumerate(lines):
            if heading := _DESCRIPTION.fullmatch(line):
                description = [line for line in (heading["rest"], *lines[number + 1 :]) if line]
                lines = lines[:number]
                break
        return cls(lines[0] if lines else None, "\n".join(lines[1:]) or None, "\n".join(description) or None)


def record_of(outer: JsonObject, plain: PlainPart, columns: Mapping[str, str], notes: list[str]) -> Record:
    """The record that an object and the plain part behind it describe.

    Args:
        outer: The object.
        plain: What follows it.
        columns: Keys, or paths of keys, and the record's fields that they hold, whatever else they would mean; they
            have the first say.
        notes: Takes sentences on what is left out, for the operator.

    Raises:
        RecordError: There is neither a title nor an abstract.
    """
    objects = (outer, *_inner(outer))
    mapped: fields.Found = {}
    if columns:
        given = ((field, at(each, key)) for each in objects for key, field in columns.items())
        mapped = fields.found_in(given, notes)
        objects = tuple({key: value for key, value in each.items() if key not in columns} for each in objects)
    found = {**_found(objects, plain, notes), **mapped}
    if not any(found.get(name) for name in ("title_en", "title_zh", "abstract_en", "abstract_zh")):
        reason = "It has neither a title nor an abstract (keys title, abstract, TitleCN, AbstractTextCN)."
        raise RecordError(" ".join([reason, *notes]))
    return fields.record_of(found)


def _found(objects: tuple[JsonObject, ...], plain: PlainPart, notes: list[str]) -> fields.Found:
    """The values of a record's fields."""
    held = frozenset(chain.from_iterable(objects))

    def first(keys: tuple[str, ...], parse: Callable[[object], _Value | None]) -> _Value | None:
        # Most of the keys that are known stand in no object.
        return None if held.isdisjoint(keys) else _first(objects, keys, parse)

    title_en, title_zh = _by_language(objects, "TitleCN", "title", plain.title, values.text, notes)
    abstract_en, abstract_zh = _by_language(
        objects, "AbstractTextCN", "abstract", plain.abstract, values.paragraphs, notes
    )
    journals = tuple(journal for given in objects if isinstance(journal := given.get("journal"), dict))
    name = _first(journals, ("name",), values.text) or first(("journal", "PeriodicalName"), values.text)
    numbered = (*journals, *objects)
    volume = _first(numbered, ("volume",), values.volume)
    issns = first(("issn", "ISSN"), values.issns) or ()
    pdf_url = first(("openAccessPdf",), values.address)
    dates = [given.get("publicationDate") for given in objects]
    date, note = values.first_date([*dates, *(given.get(key) for given in objects for key in ("EPubDate", "year"))])
    if note:
        notes.append(note)
    return {
        "doi": _first(objects, _RESOLVED, values.doi),
        "pmid": first(("PMID", "pmid"), values.pmid),
        "pmcid": first(("PMCID", "pmcid"), values.pmcid) or values.pmcid_of_address(pdf_url),
        "paper_id": first(("paperid", "paperId"), values.text),
        "title_en": title_en,
        "title_zh": title_zh,
        "abstract_en": abstract_en,
        "abstract_zh": abstract_zh,
        "authors": first(("authors",), values.authors) or (),
        "keywords": first(("keywords", "Keywords", "KeyWords"), values.keywords) or (),
        "publication_types": first(("publicationTypes",), values.publication_types) or (),
        "journal": name,
        "issn": issns[0] if issns else None,
        "eissn": issns[1] if len(issns) > 1 else None,
        "journal_id": first(("PeriodicalId",), values.text),
        "journal_description": values.paragraphs(plain.journal_description),
        "volume": volume.volume if volume else None,
        "issue": _first(numbered, ("issue",), values.issue) or (volume.issue if volume else None),
        "pages": _first(numbered, ("pages",), values.text),
        "publication_date": date,
        "jcr_quartile": first(("JCR",), values.quartile),
        "jcr_categories": first(("JCRName",), values.categories) or (),
        "impact_factor": first(("PeriodicalIF",), values.impact_factor),
        "cas_zone": first(("RegionNum",), values.zone),
        "cas_category": first(("RegionCategory",), values.text),
        "citation_count": first(("citationCount",), values.citation_count),
        "open_access": _open_access(objects),
        "pdf_url": pdf_url,
        "url": _first(objects, _ADDRESSES, values.address),
    }


def _inner(outer: JsonObject) -> tuple[JsonObject, ...]:
    """The object under `resultStr`; none where that is empty or broken."""
    given = outer.get("resultStr")
    if isinstance(given, dict):
        return (given,)
    if not isinstance(given, str):
        return ()
    if (plain := plain_object(given.encode("utf-8", "surrogatepass"))) is not None:
        return (plain,)
    try:
        return (split_object(given)[0],)
    except RecordError:
        return ()


def _first(
    objects: Iterable[JsonObject], keys: tuple[str, ...], parse: Callable[[object], _Value | None]
) -> _Value | None:
    """The first value that `parse` makes anything of, object by object and key by key."""
    for given in objects:
        for key in keys:
            found = given.get(key)
            if found is None:
                continue
            # Journals, types, dates and the like are few; what is long is hardly ever the same.
            short = type(found) is str and len(found) <= _REMEMBERED
            value = _remembered(parse, found) if short else parse(found)
            if value is not None and value != ():
                return value
    return None


_REMEMBERED = 60
"""Characters of a value whose reading is remembered."""


@lru_cache(maxsize=1 << 14)
def _remembered(parse: Callable[[object], Any], given: object) -> Any:  # noqa: ANN401 - whatever `parse` gives
    return parse(given)


def _by_language(
    objects: tuple[JsonObject, ...],
    chinese_key: str,
    key: str,
    trailing: str | None,
    parse: Callable[[str], str | None],
    notes: list[str],
) -> tuple[str | None, str | None]:
    """The English and the Chinese text, each the first that is in its script and not corrupted.

    What stands under the key of the translation is asked first for the Chinese text and last for the English one.
    """
    translated = [given.get(chinese_key) for given in objects]
    others = [*(given.get(key) for given in objects), trailing]
    english: str | None = None
    chinese: str | None = None
    last_resort: str | None = None
    seen: list[str] = []
    for place, given in enumerate((*translated, *others)):
        if not isinstance(given, str) or given in seen:
            continue
        seen.append(given)
        text = parse(given)
        if text and values.is_corrupted(text):
            notes.append(pubmed.corrupted(key, chinese=place < len(translated)))
            continue
        language = analysis.language_of(text) if text else None
        if language == "zh":
            chinese = chinese or text
        elif language == "en" and place < len(translated):
            last_resort = last_resort or text
        elif language == "en":
            english = english or text
        if english and chinese:
            break
    return english or last_resort, chinese


def _open_access(objects: tuple[JsonObject, ...]) -> bool | None:
    flags = [flag for given in objects if (flag := values.flag(given.get("isOpenAccess"))) is not None]
    return any(flags) if flags else None
