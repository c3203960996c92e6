"""Values that stand under names of record fields to a Record, for formats in which the operator may name the fields.

The names are those of `Record`, but for `id`, which follows from the others, and `notices`; and besides them `title`
and `abstract`, for texts in either language. A title or abstract goes to the side of the language that its script
shows, whatever its name says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from indexer import analysis
from indexer.errors import RecordError
from indexer.record import Record, identity
from indexer.sources import pubmed, values

_LANGUAGE_SEPARATOR = re.compile(r"\s*[;；,，、|/]\s*")
# ISO 639-2/B codes, each with its other codes and its Chinese names; pubmed.language_codes knows the English ones.
_LANGUAGE_NAMES = """
    ara ar 阿拉伯语
    bul bg
    chi zho zh cn mandarin 中文 汉语 漢語 简体中文 繁體中文
    cze ces cs 捷克语
    dan da 丹麦语
    dut nld nl 荷兰语
    eng en 英文 英语 英語
    est et
    fin fi 芬兰语
    fre fra fr 法文 法语
    ger deu de 德文 德语
    gre ell el 希腊语
    heb he
    hrv hr
    hun hu 匈牙利语
    ita it 意大利语
    jpn ja jp 日文 日语
    kor ko 韩文 韩语 朝鲜语
    lit lt
    nor no 挪威语
    per fas fa 波斯语
    pol pl 波兰语
    por pt 葡萄牙语
    rum ron ro
    rus ru 俄文 俄语
    slo slk sk
    slv sl
    spa es 西班牙文 西班牙语
    srp sr
    swe sv 瑞典语
    tha th 泰语
    tur tr 土耳其语
    ukr uk
    vie vi 越南语
"""
_LANGUAGES = {name: line.split()[0] for line in _LANGUAGE_NAMES.splitlines() for name in line.split()}


def _languages(value: object) -> tuple[str, ...]:
    """Languages as ISO 639-2/B codes, out of names in English or Chinese or out of codes; others are left out."""
    given = value if isinstance(value, list) else [value]
    names = [name for each in given for name in _LANGUAGE_SEPARATOR.split((values.text(each) or "").casefold())]
    # `zh-CN` is as good as `zh`.
    return pubmed.language_codes(_LANGUAGES.get(re.split("[-_]", name, maxsplit=1)[0], name) for name in names)


def _title(value: object) -> str | None:
    return pubmed.title(values.text(value))


def _abstract(value: object) -> str | None:
    return pubmed.abstract(values.paragraphs(value))


_TEXTS: dict[str, tuple[str, Callable[[object], str | None]]] = {
    **dict.fromkeys(("title", "title_en", "title_zh"), ("title", _title)),
    **dict.fromkeys(("abstract", "abstract_en", "abstract_zh"), ("abstract", _abstract)),
}
_PARSERS: dict[str, Callable[[object], Any]] = {
    "doi": values.doi,
    "pmid": values.pmid,
    "pmcid": values.pmcid,
    "paper_id": values.text,
    "authors": values.authors,
    "headings": values.headings,
    "languages": _languages,
    "retracted": values.flag,
    "publication_types": values.publication_types,
    "journal": values.text,
    "journal_abbreviation": values.text,
    "journal_id": values.text,
    "journal_description": values.paragraphs,
    "issue": values.issue,
    "pages": values.text,
    "jcr_quartile": values.quartile,
    "jcr_categories": values.categories,
    "impact_factor": values.impact_factor,
    "cas_zone": values.zone,
    "cas_category": values.text,
    "citation_count": values.citation_count,
    "open_access": values.flag,
    "pdf_url": values.address,
    "url": values.address,
}
_OWN_RULES = ("eissn", "issn", "keywords", "publication_date", "volume", "year")

FIELDS: tuple[str, ...] = tuple(sorted((*_TEXTS, *_PARSERS, *_OWN_RULES)))
"""The names under which values may stand."""

_BOTH_TITLES = re.compile(r"([^\[\]]+?)\s?(\[.+\]\.?)")
"""A title and, in brackets, its translation."""

Found = dict[str, Any]
"""Values by the name of the record's field that they fill."""


def found_in(given: Iterable[tuple[str, object]], notes: list[str]) -> Found:
    """The values of a record's fields.

    Args:
        given: A name of `FIELDS` and what stands under it. Of several under one name the first counts that is a value;
            only keywords are put together. Of several ISSNs under `issn` the second is the electronic one.
        notes: Takes sentences on what is left out, for the operator.
    """
    found: Found = {}
    dates: dict[str, list[object]] = {"publication_date": [], "year": []}
    issue: str | None = None
    keywords: list[str] = []
    electronic: str | None = None
    sides = {side: pubmed.Sides(side) for side in ("title", "abstract")}
    for name, value in given:
        if name in found or value in ("", None):
            continue
        if name in dates:
            dates[name].append(value)
        elif name in _PARSERS:
            _put(found, name, _PARSERS[name](value))
        elif name in _TEXTS:
            which, parse = _TEXTS[name]
            for part in _titles(value) if which == "title" else (value,):
                sides[which].take(parse(part), chinese=name.endswith("zh"))
        elif name == "issn":
            codes = values.issns(value)
            _put(found, "issn", codes[0] if codes else None)
            electronic = codes[1] if len(codes) > 1 else electronic
        elif name == "eissn":
            _put(found, "eissn", next(iter(values.issns(value)), None))
        elif name == "keywords":
            keywords.extend(values.keywords(value))
        elif name == "volume":
            volume = values.volume(value)
            _put(found, "volume", volume.volume if volume else None)
            issue = issue or (volume.issue if volume else None)
    for name, side in sides.items():
        _put(found, f"{name}_en", side.english)
        _put(found, f"{name}_zh", side.chinese)
        notes.extend(side.notes)
    _put(found, "keywords", values.keywords(keywords))
    date, note = values.first_date([*dates["publication_date"], *dates["year"]])
    _put(found, "publication_date", date)
    if note:
        notes.append(note)
    _put(found, "issue", issue)
    _put(found, "eissn", electronic)
    return found


def _titles(value: object) -> tuple[object, ...]:
    """A title, or two: PubMed prints a Chinese one with its translation in brackets behind it."""
    both = _BOTH_TITLES.fullmatch(value.strip()) if isinstance(value, str) and value.rstrip(".")[-1:] == "]" else None
    if both and analysis.language_of(both[1]) == "zh" and analysis.language_of(both[2]) == "en":
        return both.groups()
    return (value,)


def _put(found: Found, name: str, value: object) -> None:
    if value not in (None, ()):
        found.setdefault(name, value)


def record_of(found: Found) -> Record:
    """The record of the values, with those that follow from others.

    Raises:
        RecordError: There is neither a title nor an abstract.
    """
    title = found.get("title_en") or found.get("title_zh")
    if not (title or found.get("abstract_en") or found.get("abstract_zh")):
        raise RecordError("It has neither a title nor an abstract.")
    date = found.get("publication_date")
    # Where only the abbreviation is given it is the journal's name, as far as the source knows.
    journal = found.get("journal") or found.get("journal_abbreviation")
    found = {**found, "journal": journal, "year": int(date[:4]) if date else None}
    if found.get("issn") == found.get("eissn"):
        found["eissn"] = None
    if found.get("pdf_url"):
        found["open_access"] = True
    names = ("doi", "pmid", "pmcid", "paper_id")
    return Record(id=identity(**{name: found.get(name) for name in names}, title=title, journal=journal), **found)
