"""What is typed for a field of exact values, numbers or dates -> the documents that have it, and how it is written.

`read_value` reads one value; its spelling, read again, is the same value. `identifier` knows articles by their bare
identifiers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from indexer import schema
from indexer.errors import RequestError
from indexer.record import fold_doi
from indexer.schema import Kind
from indexer.search.fields import SEARCH_FIELDS, SearchField
from indexer.search.filters import UNKNOWN, read_choice
from indexer.search.query import Not, Nothing, Or, Query, Range, Value


@dataclass(frozen=True)
class ReadValue:
    """A value that a query names."""

    query: Query
    written: str
    """`field:value`, as the query language writes it."""


def read_value(field: SearchField, text: str, edition: str | None) -> ReadValue | None:
    """The documents whose field has a value; None where the field can have no such value.

    Args:
        field: Of values, not of text.
        text: As typed.
        edition: An edition other than the newest, for a field whose values belong to one.
    """
    name = field.fields[0]
    stored = schema.edition_field(name, edition)
    text = " ".join(text.split())
    if name in _IDENTIFIERS:
        read = _IDENTIFIERS[name](text)
        if not read:
            return None
        return ReadValue(Value(name, read.casefold()), f"{field.name}:{_quoted(read)}")
    if field.is_range:
        return _read_range(field, stored, text)
    try:
        choice = str(read_choice(name, text)) if schema.BY_NAME[name].facet else schema.canonical_value(name, text)
    except RequestError:
        return None
    if choice is None or (choice == UNKNOWN and name not in schema.ALLOWED):
        return None
    if choice == UNKNOWN:
        known = tuple(Value(stored, value.casefold()) for value in schema.ALLOWED[name])
        return ReadValue(Not(Or(known)), f"{field.name}:{UNKNOWN}")
    return ReadValue(Value(stored, schema.fold_value(choice)), f"{field.name}:{_quoted(choice)}")


def _read_range(field: SearchField, stored: str, text: str) -> ReadValue | None:
    name = field.fields[0]
    if text.casefold() == UNKNOWN:
        # Every document that has a year has a date.
        return ReadValue(Not(Range("date" if name == "year" else stored, None, None)), f"{field.name}:{UNKNOWN}")
    if name == "date":
        bounds = _date_bounds(text)
    else:
        bounds = _number_bounds(text, whole=schema.BY_NAME[name].kind is Kind.INTEGER)
    if bounds is None:
        return None
    query = _years(bounds.low, bounds.high) if name == "year" else Range(stored, bounds.low, bounds.high)
    return ReadValue(query, f"{field.name}:{bounds.written}")


def _quoted(value: str) -> str:
    """A value as it is written: in quotes where it may be read as anything but a word."""
    return value if re.fullmatch(r"\w[\w.-]*", value) else f'"{value}"'


# Identifiers


def _doi(text: str) -> str | None:
    # What is searched for as a DOI and is none finds nothing, rather than its words.
    return fold_doi(text) or schema.fold_value(text) or None


def _digits(prefix: str) -> Callable[[str], str | None]:
    def read(text: str) -> str | None:
        digits = re.sub(r"(?i)^pmc(?:id)?\s*:?\s*(?:pmc)?", "", text.strip(" .,;"))
        return f"{prefix}{int(digits)}" if re.fullmatch("[0-9]{1,15}", digits) else None

    return read


_IDENTIFIERS: dict[str, Callable[[str], str | None]] = {"doi": _doi, "pmid": _digits(""), "pmcid": _digits("PMC")}


@dataclass(frozen=True)
class Identified:
    """A value that is typed without its field."""

    field: SearchField
    value: str
    """As `read_value` reads it."""
    certain: bool
    """False for digits without a label, which may be a word as well."""


_DIGIT = re.compile(r"\d")
_LABELLED = re.compile(r"(pmc?id)\s*:?\s*(?:pmc)?(\d+)", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?://)?(?:www\.)?(?:[a-z.]*\.)?(?:ncbi\.nlm\.nih\.gov|europepmc\.org)/", re.IGNORECASE)
_NUMBERED = re.compile(r"/(pmc)?(\d{1,9})(?:[/?#]|$)", re.IGNORECASE)


def names_article(text: str) -> bool:
    """Whether a text is the identifier of an article."""
    named = identifier(text)
    return named is not None and named.field.name in _IDENTIFIERS


def identifier(text: str) -> Identified | None:
    """What stands for itself: a bare DOI, PMID or PMCID, or an address with one; PubMed's `hasabstract`."""
    text = text.rstrip(".,;。，；")
    if text.casefold() == "hasabstract":
        return Identified(SEARCH_FIELDS["has_abstract"], "yes", certain=True)
    if not _DIGIT.search(text):
        return None
    if labelled := _LABELLED.fullmatch(text):
        return Identified(SEARCH_FIELDS[labelled[1].casefold()], labelled[2], certain=True)
    if _ADDRESS.match(text) and (number := _NUMBERED.search(text)):
        of_pmc = number[1] or "/pmc" in text[: number.start()].casefold() or "//pmc." in text.casefold()
        return Identified(SEARCH_FIELDS["pmcid" if of_pmc else "pmid"], number[2], certain=True)
    if "://" in text and (within := re.search(r"10\.\d{4,9}/[^?#]+", unquote(text))):
        text = within[0]
    if doi := fold_doi(re.sub(r"(?i)^doi\s+", "", text)):
        return Identified(SEARCH_FIELDS["doi"], doi, certain=True)
    if re.fullmatch(r"(?i:pmc)[0-9]{3,9}", text):
        return Identified(SEARCH_FIELDS["pmcid"], text, certain=True)
    if re.fullmatch(r"[1-9][0-9]{5,8}", text):
        return Identified(SEARCH_FIELDS["pmid"], text, certain=False)
    return None


# Ranges of numbers and dates

_SEPARATOR = re.compile(r"\s*(?:\.\.+|:|～|~|[–—至到]|\bTO\b)\s*")
_LUCENE = re.compile(r"([\[{])\s*(\S+)\s+TO\s+(\S+)\s*([\]}])")
_BOUND = re.compile(r"([<>]=?|[≤≥])\s*(.+)")
_OPEN_END = "*"


@dataclass(frozen=True)
class _Ends:
    """The ends of a range as typed; None where it is open."""

    low: str | None
    high: str | None
    without_low: bool = False
    without_high: bool = False


def _ends(text: str) -> _Ends | None:
    """The ends of what is written as a range in any way but with a hyphen; None where it is none."""
    if lucene := _LUCENE.fullmatch(text):
        low, high = (None if end == _OPEN_END else end for end in (lucene[2], lucene[3]))
        return _Ends(low, high, lucene[1] == "{", lucene[4] == "}")
    if bound := _BOUND.fullmatch(text):
        sign = bound[1].replace("≥", ">=").replace("≤", "<=")
        if sign[0] == ">":
            return _Ends(bound[2], None, without_low=sign == ">")
        return _Ends(None, bound[2], without_high=sign == "<")
    parts = _SEPARATOR.split(text)
    if len(parts) == 2 and any(parts):
        return _Ends(parts[0] or None, parts[1] or None)
    return None


@dataclass(frozen=True)
class _Bounds:
    """A range of numbers, both ends included, and how it is written."""

    low: float | None
    high: float | None
    written: str


def _written(low: str | None, high: str | None, ends: _Ends, between: str) -> str:
    """A range of the ends as they are written by themselves."""
    if low is not None and high is not None:
        if ends.without_low or ends.without_high:
            return f"{'{' if ends.without_low else '['}{low} TO {high}{'}' if ends.without_high else ']'}"
        return low if low == high else f"{low}{between}{high}"
    if low is not None:
        return f"{'>' if ends.without_low else '>='}{low}"
    if high is not None:
        return f"{'<' if ends.without_high else '<='}{high}"
    return f"[{_OPEN_END} TO {_OPEN_END}]"


def _turned(ends: _Ends) -> _Ends:
    return _Ends(ends.high, ends.low, ends.without_high, ends.without_low)


_FIRST_YEAR, _LAST_YEAR = 1600, 2100
"""Of any record: an open range is searched between these."""


def _years(low: float | None, high: float | None) -> Query:
    first, last = max(low or _FIRST_YEAR, _FIRST_YEAR), min(_LAST_YEAR if high is None else high, _LAST_YEAR)
    years: Sequence[Query] = [Value("year", str(year)) for year in range(int(first), int(last) + 1)]
    return Nothing() if not years else years[0] if len(years) == 1 else Or(tuple(years))


_NUMBER = r"\d{1,9}(?:\.\d{1,6})?"
_HYPHENED = re.compile(rf"({_NUMBER})?\s*-\s*({_NUMBER})?", re.ASCII)


def _number_bounds(text: str, *, whole: bool) -> _Bounds | None:
    """A range of numbers; `whole` ones where the field has no others."""
    text = re.sub(r"(?<=\d)\s*年", "", text)
    ends = _ends(text)
    if ends is None and (hyphened := _HYPHENED.fullmatch(text)) and any(hyphened.groups()):
        ends = _Ends(hyphened[1], hyphened[2])
    if ends is None:
        ends = _Ends(text, text)
    if any(end is not None and not re.fullmatch(_NUMBER, end, re.ASCII) for end in (ends.low, ends.high)):
        return None
    if ends.low is not None and ends.high is not None and float(ends.low) > float(ends.high):
        ends = _turned(ends)
    low, high = (None if end is None else float(end) for end in (ends.low, ends.high))
    written = _written(None if low is None else _plain(low), None if high is None else _plain(high), ends, "-")
    if whole:
        low = None if low is None else math.floor(low) + 1 if ends.without_low else math.ceil(low)
        high = None if high is None else math.ceil(high) - 1 if ends.without_high else math.floor(high)
    else:
        low = math.nextafter(low, math.inf) if low is not None and ends.without_low else low
        high = math.nextafter(high, -math.inf) if high is not None and ends.without_high else high
    return _Bounds(low, high, written)


def _plain(number: float) -> str:
    return str(int(number)) if number.is_integer() else f"{number:.6f}".rstrip("0")


_MONTHS = {
    name: month
    for month, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)  # noqa: SIM905
}
_DATES = (
    re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?", re.ASCII),
    re.compile(r"(\d{4})\s?年(?:\s?(\d{1,2})\s?月(?:\s?(\d{1,2})\s?[日号])?)?", re.ASCII),
    re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII),
    re.compile(r"(\d{4}) ([a-z]{3})[a-z]{0,6}\.?(?: (\d{1,2}))?", re.IGNORECASE | re.ASCII),
)
_HYPHENED_DATES = re.compile(r"([\d/.]{4,10})\s*-\s*([\d/.]{4,10})?|-\s*([\d/.]{4,10})", re.ASCII)


@dataclass(frozen=True)
class _Date:
    """A year, a month or a day; what is not said is None."""

    year: int
    month: int | None
    day: int | None

    @property
    def first(self) -> int:
        """The least number of its dates: what is known only by year or month counts as of its beginning."""
        day = 0 if self.day in {None, 1} else self.day or 0
        month = 0 if self.month in {None, 1} and not day else self.month or 0
        return self.year * 10000 + month * 100 + day

    @property
    def last(self) -> int:
        """The greatest number of its dates."""
        return self.year * 10000 + (self.month or 12) * 100 + (self.day or 31)

    def __str__(self) -> str:
        """As ISO 8601 has it."""
        parts = (f"{self.year:04}", *(f"{part:02}" for part in (self.month, self.day) if part))
        return "-".join(parts)


def _date(text: str) -> _Date | None:
    found = next((match for form in _DATES if (match := form.fullmatch(text.strip()))), None)
    if found is None:
        return None
    year, name, day = found.groups()
    month = None if name is None else _MONTHS.get(name.casefold(), 0) if name.isalpha() else int(name)
    if not 1 <= (1 if month is None else month) <= 12 or not 1 <= int(day or 1) <= 31 or int(year) == 0:
        return None
    return _Date(int(year), month, int(day) if day else None)


def is_date(text: str) -> bool:
    """Whether a text is a date, as `2024 Mar 5`."""
    return _date(text) is not None


def _date_bounds(text: str) -> _Bounds | None:
    ends = _Ends(text, text) if _date(text) else _ends(text)
    if ends is None and (hyphened := _HYPHENED_DATES.fullmatch(text)):
        ends = _Ends(hyphened[1], hyphened[2] or hyphened[3])
    if ends is None:
        return None
    low, high = (None if end is None else _date(end) for end in (ends.low, ends.high))
    if (low is None and ends.low is not None) or (high is None and ends.high is not None):
        return None
    if low and high and low.first > high.last:
        low, high, ends = high, low, _turned(ends)
    # What is later than a date begins behind the last of its days, what is earlier ends before the first.
    first = None if low is None else low.last + 1 if ends.without_low else low.first
    last = None if high is None else high.first - 1 if ends.without_high else high.last
    written = _written(None if low is None else str(low), None if high is None else str(high), ends, "..")
    return _Bounds(first, last, written)
