"""Single values of a record out of what sources put there: each function gives None (or ()) where there is no value.

They take whatever JSON may hold. Absent values come as null, "", "0", "N/A", "-" and the like, or as another type.
"""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from indexer import record
from indexer.record import Heading, Qualifier, fold_doi
from indexer.sources.html import plain_text

_NO_VALUE = frozenset(
    ("", "0", "0.0", "-", "--", "—", "n/a", "n.a.", "na", "nan", "none", "null", "nil", "undefined", "无", "暂无")
)
_LONGEST_NO_VALUE = max(map(len, _NO_VALUE))
_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{0,15})?|\.[0-9]{1,15}")
_LOST = re.compile("\\?{3,}|\N{REPLACEMENT CHARACTER}+")
_FEWEST_LOST = 4
_PMID = re.compile(r"(?:pmid\s?:?\s?)?0{0,9}([1-9][0-9]{0,8})(?:\.0)?", re.IGNORECASE)
_PMCID = re.compile(r"(?:pmcid\s?:?\s?)?(?:pmc)?\s?0{0,9}([1-9][0-9]{0,9})(?:\.0)?", re.IGNORECASE)
_PMCID_IN_ADDRESS = re.compile(r"(?<![a-z0-9])pmc([1-9][0-9]{0,9})(?![a-z0-9])", re.IGNORECASE)
_QUARTILE = re.compile(r"Q?([1-4])(?:\.0)?", re.IGNORECASE)
_ZONE = re.compile(r"([1-4])(?:\.0)?\s?区?")
_NO_ADDRESS = re.compile(r"[\s<>\"\\\x00-\x1f\x7f]")
_LONGEST_ADDRESS = 2000
_LONGEST_DOI = 400
_MOST_CITATIONS = 10_000_000
_HIGHEST_IMPACT_FACTOR = 10_000.0

_MONTH_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES.split(), 1)}
_DATE = re.compile(r"([0-9]{4})(?:\s?[-/.年 ]\s?([0-9]{1,2})(?:\s?[-/.月 ]\s?([0-9]{1,2})(?![0-9]))?)?(?![0-9])")
_COMPACT_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?![0-9])")
_YEAR_FIRST = re.compile(r"([0-9]{4})[\s,-]+([a-z]{3})[a-z]*\.?(?:[\s,-]+([0-9]{1,2})(?![0-9]))?", re.IGNORECASE)
_DAY_FIRST = re.compile(r"(?:([0-9]{1,2})[\s-]+)?([a-z]{3})[a-z]*\.?[\s,-]+([0-9]{4})(?![0-9])", re.IGNORECASE)
_ANY_YEAR = re.compile(r"(?<![0-9])((?:1[6-9]|20)[0-9]{2})(?![0-9])")
_YEAR_DIGITS = re.compile(r"[0-9]{3,15}")
_LONGEST_SHOWN = 40
_MONTH_FIRST = re.compile(r"([a-z]{3})[a-z]*\.?\s+([0-9]{1,2})\s?,\s?([0-9]{4})(?![0-9])", re.IGNORECASE)

_VOLUME = re.compile(
    r"(?:vol(?:ume)?\.?\s?|v\.\s?)?([a-z]*[0-9][\w./–-]*)(?:\s?[(（]([^()（）]+)[)）]|[\s,;]\s?(\S.*))?", re.IGNORECASE
)
_ISSUE_WORD = re.compile(r"^(?:no|issue|iss)\b\.?\s*", re.IGNORECASE)

_CATEGORY_SEPARATOR = re.compile(r"\s*[;；|\n]\s*|\s+/\s+")
_LIST_SEPARATOR = re.compile(r"\s*[;；|]\s*")
_COMMA = re.compile(r"\s*[,，、]\s*")
# PubMed's types that hold a comma themselves, as `Clinical Trial, Phase III`.
_TYPE_SEPARATOR = re.compile(
    r"\s*[;；|，、]\s*|\s*,(?!\s*(?:Phase [IV]|Veterinary|NIH\b|Non-U\.S\.|N\.I\.H\.|U\.S\. Gov|Non-P\.H\.S|P\.H\.S"
    r"|Extramural|Intramural|American Recovery))\s*"
)
_TYPES_OF_SEMANTIC_SCHOLAR = {
    "JournalArticle": "Journal Article",
    "CaseReport": "Case Reports",
    "ClinicalTrial": "Clinical Trial",
    "LettersAndComments": "Letter",
    "MetaAnalysis": "Meta-Analysis",
}
_ET_AL = re.compile(r"[\s,，]{0,3}(?:\bet\.? al\b\.?|等)$", re.IGNORECASE)
_ENDS_ET_AL = ("l", "L", ".", "等", "\n", "")
_BEGINS_AND = ("a", "&")
_AND = re.compile(r"^(?:and|&)\s+")
_LONGEST_SUFFIX = 3
_BELONGS_TO_NAME = re.compile(r"(?:[A-Z]\.[\s-]?){1,4}|[JS]r\.?|I{2,3}|IV")


class Dated(NamedTuple):
    """A date as `date` gives it, and, where there is none but an impossible one, a sentence on that."""

    date: str | None
    note: str | None


class Volume(NamedTuple):
    """A volume as given, and the issue where it names one too."""

    volume: str
    issue: str | None


def text(value: object) -> str | None:
    """A text in one line; numbers as they are written, integers without decimals."""
    given = paragraphs(value)
    return given if given is None else given.replace("\n", " ")


def paragraphs(value: object) -> str | None:
    """A text, its paragraphs separated by a newline."""
    if isinstance(value, str):
        plain = plain_text(value)
        return None if len(plain) <= _LONGEST_NO_VALUE and plain.casefold() in _NO_VALUE else plain
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or value == 0:
        return None
    return str(int(value)) if value == int(value) else str(value)


def is_corrupted(text: str) -> bool:
    """True where a third of a text or more has become `???` or U+FFFD, as Chinese does in a wrong encoding."""
    if "???" not in text and "\N{REPLACEMENT CHARACTER}" not in text:
        return False
    lost = sum(map(len, _LOST.findall(text)))
    return lost >= _FEWEST_LOST and lost * 3 >= len(text) - text.count(" ")


def number(value: object) -> float | None:
    """A finite number of no sign; strings are read as such, True is none."""
    if isinstance(value, str):
        given = value.strip()
        return float(given) if _NUMBER.fullmatch(given) else None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or value < 0:
        return None
    return float(value)


def flag(value: object) -> bool | None:
    """A truth value, as such, as 1 or 0, or in words."""
    if isinstance(value, str):
        return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(
            value.strip().lower()
        )
    return bool(value) if isinstance(value, (bool, int, float)) and value in (0, 1) else None


def citation_count(value: object) -> int | None:
    """A count; None where it is no integer or above ten millions."""
    count = number(value)
    return int(count) if count is not None and count.is_integer() and count <= _MOST_CITATIONS else None


def impact_factor(value: object) -> float | None:
    """A positive number; None above 10,000, which no journal comes near."""
    factor = number(value)
    return factor if factor is not None and 0 < factor <= _HIGHEST_IMPACT_FACTOR else None


def doi(value: object) -> str | None:
    """A folded DOI, also out of the address of its resolver."""
    given = text(value)
    if given is None or len(given) > _LONGEST_DOI:
        return None
    return fold_doi(plain_text(unquote(given)) if given.lower().startswith("http") else given)


def _digits(pattern: re.Pattern[str], value: object) -> str | None:
    given = text(value)
    found = pattern.fullmatch(given) if given else None
    return found[1] if found else None


def pmid(value: object) -> str | None:
    """A PubMed identifier: its digits."""
    return _digits(_PMID, value)


def pmcid(value: object) -> str | None:
    """A PubMed Central identifier with its prefix, which may be missing in `value`."""
    found = _digits(_PMCID, value)
    return f"PMC{found}" if found else None


def pmcid_of_address(value: object) -> str | None:
    """The PubMed Central identifier that stands in an address."""
    given = address(value)
    found = _PMCID_IN_ADDRESS.search(given) if given else None
    return f"PMC{found[1]}" if found else None


def issn(value: object) -> str | None:
    """The first ISSN in a text, with its hyphen: `1591-8890`. Its check digit is not checked."""
    return next(iter(record.issns(text(value) or "")), None)


def address(value: object) -> str | None:
    """An http(s) address; of an object the one under `url`."""
    if isinstance(value, dict):
        value = value.get("url")
    given = text(value)
    if given is None or len(given) > _LONGEST_ADDRESS or _NO_ADDRESS.search(given):
        return None
    try:
        parts = urlsplit(given)
    except ValueError:
        return None
    return given if parts.scheme in ("http", "https") and parts.hostname else None


def quartile(value: object) -> str | None:
    """A JCR quartile: `Q1` to `Q4`."""
    found = _digits(_QUARTILE, value)
    return f"Q{found}" if found else None


def zone(value: object) -> int | None:
    """A CAS zone: 1 to 4."""
    found = _digits(_ZONE, value)
    return int(found) if found else None


def date(value: object) -> str | None:
    """A date in ISO 8601 at the precision known: a month or day that the calendar has not is dropped.

    None where the year is not within 1600-2100.
    """
    given = text(value)
    if given is None:
        return None
    year, month, day = _date_parts(given)
    if not 1600 <= year <= 2100:
        return None
    if not 1 <= month <= 12:
        return f"{year}"
    if not 1 <= day <= calendar.monthrange(year, month)[1]:
        return f"{year}-{month:02}"
    return f"{year}-{month:02}-{day:02}"


def first_date(given: Iterable[object]) -> Dated:
    """The first date of several values; where none is one, what is impossible about them."""
    values = tuple(given)
    found = next(filter(None, map(date, values)), None)
    return Dated(found, None if found else next(filter(None, map(_impossible_year, values)), None))


def _impossible_year(value: object) -> str | None:
    given = text(value)
    if given is None or not any(map(int, _YEAR_DIGITS.findall(given))):
        return None
    shown = given if len(given) <= _LONGEST_SHOWN else f"{given[:_LONGEST_SHOWN]}…"
    return f"Its date {shown!r} has an impossible year and was left out."


def _date_parts(given: str) -> tuple[int, int, int]:
    """Year, month and day; 0 for what is not given."""
    if found := _COMPACT_DATE.match(given):
        year, month, day = found.groups()
    elif found := _YEAR_FIRST.match(given):
        year, month, day = found[1], _month(found[2]), found[3]
    elif found := _DATE.match(given):
        year, month, day = found.groups()
    elif found := _DAY_FIRST.match(given):
        year, month, day = found[3], _month(found[2]), found[1]
    elif found := _MONTH_FIRST.match(given):
        year, month, day = found[3], _month(found[1]), found[2]
    elif found := _ANY_YEAR.search(given):
        year, month, day = found[1], 0, 0
    else:
        return 0, 0, 0
    return int(year), int(month or 0), int(day or 0)


def _month(name: str) -> int:
    return _MONTHS.get(name.casefold(), 0)


def volume(value: object) -> Volume | None:
    """A volume, with the issue where both stand together: `25 1`, `25(1)`, `25, Suppl 2`."""
    given = text(value)
    if given is None:
        return None
    found = _VOLUME.fullmatch(given)
    if not found:
        return Volume(given, None)
    return Volume(found[1], issue(found[2] or found[3]))


def issue(value: object) -> str | None:
    """An issue, without a word that only says so."""
    given = text(value)
    return text(_ISSUE_WORD.sub("", given)) if given else None


def _texts(value: object) -> list[str]:
    """The texts of a list of strings or of objects with a name."""
    if not isinstance(value, list):
        return []
    members = [member.get("name") if isinstance(member, dict) else member for member in value]
    return [given for member in members if (given := text(member))]


def _distinct(values: list[str]) -> tuple[str, ...]:
    """The values that are any, each once in the spelling that comes first; case makes no difference."""
    distinct: dict[str, str] = {}
    for value in values:
        if value.casefold() not in _NO_VALUE:
            distinct.setdefault(value.casefold(), value)
    return tuple(distinct.values())


def categories(value: object) -> tuple[str, ...]:
    """Subject categories, separated by `;`, `|` or ` / `; they hold commas themselves."""
    given = paragraphs(value)
    return _distinct(_CATEGORY_SEPARATOR.split(given) if given else _texts(value))


def keywords(value: object) -> tuple[str, ...]:
    """Keywords, separated by `;` or `|`, else by commas; or a list."""
    given = text(value)
    if given is None:
        return _distinct(_texts(value))
    parts = _LIST_SEPARATOR.split(given)
    return _distinct(parts if len(parts) > 1 else _COMMA.split(given))


def publication_types(value: object) -> tuple[str, ...]:
    """Publication types, separated by commas where these are not part of one; or a list."""
    given = text(value)
    parts = _TYPE_SEPARATOR.split(given) if given else _texts(value)
    return _distinct([_TYPES_OF_SEMANTIC_SCHOLAR.get(part, part) for part in parts])


def authors(value: object) -> tuple[str, ...]:
    """Names in order, separated by `;`, else by commas; or a list. "et al." is no name."""
    given = text(value)
    if given is None:
        names = _texts(value)
    else:
        names = _LIST_SEPARATOR.split(given)
        if len(names) == 1:
            names = _joined_names(_COMMA.split(given))
    bare = [(_ET_AL.sub("", name) if name[-1:] in _ENDS_ET_AL else name).strip(" ,，、") for name in names]
    return tuple(name for name in bare if len(name) > _LONGEST_NO_VALUE or name.casefold() not in _NO_VALUE)


def _joined_names(parts: list[str]) -> list[str]:
    """Names out of text split at commas, where initials and suffixes may stand behind one: `Smith, J., Doe, A.`."""
    names: list[str] = []
    for part in parts:
        if part[:1] in _BEGINS_AND:
            part = _AND.sub("", part)  # noqa: PLW2901 - the word before the last name
        may_belong = len(part) <= _LONGEST_SUFFIX or "." in part
        if may_belong and names and _BELONGS_TO_NAME.fullmatch(part):
            names[-1] += f", {part}"
        else:
            names.append(part)
    return names


def issns(value: object) -> tuple[str, ...]:
    """The ISSNs in a text or a list of texts, each once."""
    given = text(value)
    return _distinct([code for each in ([given] if given else _texts(value)) for code in record.issns(each)])


def headings(value: object) -> tuple[Heading, ...]:
    """MeSH headings, separated by `;` or `|`, or a list: `Asthma/*drug therapy/diagnosis`, `*Asthma` where major."""
    given = text(value)
    parts = _LIST_SEPARATOR.split(given) if given else _texts(value)
    named = [[(name.strip("* "), "*" in name) for name in part.split("/") if name.strip("* ")] for part in parts]
    return tuple(
        Heading(names[0][0], names[0][1], tuple(Qualifier(*qualifier) for qualifier in names[1:]))
        for names in named
        if names
    )
