"""The layouts of journal tables: columns known by their headers, and rows read by them.

Publishers and those who pass their tables on name the columns anew each year. The year stands in a header
(`IF(2024)`, `预警等级（2023）`, `2023 JIF`), in a column of its own (`年份`) or in the file's name. One table may hold
several families and years.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Generic, TypeVar, cast

import msgspec

from indexer.journals.metrics import CategoryRank, Edition, Family, Metrics
from indexer.journals.names import table_short_keys, title_key
from indexer.record import issns


class _Role(Enum):
    """What a column holds."""

    # Each is one object, and rows are read by them.
    __hash__ = object.__hash__

    NAME = auto()
    ABBREVIATION = auto()
    ISSN = auto()
    EISSN = auto()
    YEAR = auto()
    IMPACT_FACTOR = auto()
    JCR_QUARTILE = auto()
    JCR_CATEGORY = auto()
    JCR_RANK = auto()
    CAS_CATEGORY = auto()
    CAS_ZONE = auto()
    CAS_TOP = auto()
    CAS_MINOR = auto()
    CAS_MINOR_ZONE = auto()
    WARNING_LEVEL = auto()
    WARNING_REASON = auto()
    SJR = auto()
    SJR_QUARTILE = auto()
    SJR_CATEGORIES = auto()
    H_INDEX = auto()


_HEADERS: dict[str, _Role] = {
    header: role
    for role, headers in {
        _Role.NAME: "journal|journal name|journal title|full journal title|full title|title|source title"
        "|刊名|期刊|期刊名|期刊名称|期刊全称",
        _Role.ABBREVIATION: "abbreviation|journal abbreviation|jcr abbreviation|jcr abbreviated title|iso abbreviation"
        "|abbreviated journal title|medline abbreviation|medabbr|isoabbr|期刊简称|刊名缩写|简称|缩写",
        _Role.ISSN: "issn|print issn|p-issn|pissn|issn/eissn|issn (print)",
        _Role.EISSN: "eissn|e-issn|online issn|electronic issn|issn (online)",
        _Role.YEAR: "年份|year|jcr year",
        _Role.IMPACT_FACTOR: "if|jif|impact factor|journal impact factor|journal impact factor (if)|影响因子",
        _Role.JCR_QUARTILE: "if quartile|jif quartile|jcr quartile|impact factor quartile|quartile|jcr分区",
        _Role.JCR_CATEGORY: "category|jcr category|subject category",
        _Role.JCR_RANK: "if rank|jif rank|category rank|jcr rank|rank in category",
        _Role.CAS_CATEGORY: "大类|大类名称|大类学科",
        _Role.CAS_ZONE: "大类分区|中科院分区|cas zone",
        _Role.CAS_TOP: "top|top期刊|是否top|是否top期刊",
        _Role.CAS_MINOR: "小类|小类名称|小类学科",
        _Role.CAS_MINOR_ZONE: "小类分区",
        _Role.WARNING_LEVEL: "预警等级|预警级别|warning level",
        _Role.WARNING_REASON: "预警原因|预警理由|warning reason",
        _Role.SJR: "sjr",
        _Role.SJR_QUARTILE: "sjr quartile|sjr best quartile",
        _Role.SJR_CATEGORIES: "categories",
        _Role.H_INDEX: "h index|h-index",
    }.items()
    for header in headers.split("|")
}

_ROLES_OF: dict[Family, frozenset[_Role]] = {
    Family.JCR: frozenset((_Role.IMPACT_FACTOR, _Role.JCR_QUARTILE, _Role.JCR_CATEGORY, _Role.JCR_RANK)),
    Family.CAS: frozenset((_Role.CAS_CATEGORY, _Role.CAS_ZONE, _Role.CAS_TOP, _Role.CAS_MINOR, _Role.CAS_MINOR_ZONE)),
    Family.WARNING: frozenset((_Role.WARNING_LEVEL, _Role.WARNING_REASON)),
    Family.SJR: frozenset((_Role.SJR, _Role.SJR_QUARTILE, _Role.SJR_CATEGORIES, _Role.H_INDEX)),
}
_SHOWS: dict[_Role, Family] = {
    _Role.IMPACT_FACTOR: Family.JCR,
    _Role.JCR_QUARTILE: Family.JCR,
    _Role.CAS_ZONE: Family.CAS,
    _Role.WARNING_LEVEL: Family.WARNING,
    _Role.WARNING_REASON: Family.WARNING,
    _Role.SJR: Family.SJR,
}
"""Columns by which a family is recognised."""

_YEAR = re.compile(r"[(\[]?(?<![0-9])((?:19|20)[0-9]{2})(?![0-9])(?:年版?)?[)\]]?")
_NUMBERED = re.compile(r"_([0-9]{1,2})$|(?<=小类)([0-9]{1,2})")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ufeff\ufffe\uffff]+")
_NO_VALUE = frozenset(("", "-", "--", "—", "n/a", "na", "nan", "none", "null", "not available", "无", "暂无", "/"))
_LONGEST_NO_VALUE = max(map(len, _NO_VALUE))
_NUMBER = re.compile(r"[0-9]{1,7}(?:\.[0-9]{0,9})?|\.[0-9]{1,9}")
_QUARTILE = re.compile(r"Q?\s?([1-4])区?", re.IGNORECASE)
_ZONE = re.compile(r"([1-4])\s?区?\s?(?:[\[(【（]\s?([0-9]{1,6}\s?/\s?[0-9]{1,6})\s?[\])】）])?")
_RANK = re.compile(r"([0-9]{1,6})\s?/\s?([0-9]{1,6})")
_WEB_OF_SCIENCE = re.compile(r"\s*\((?:SCIE|SSCI|ESCI|AHCI|A&HCI|SCI)\)$")
_SCIMAGO_CATEGORY = re.compile(r"(.*?)\s*\((Q[1-4])\)")
_HIGHEST_IMPACT_FACTOR = 10_000.0
_SAMPLE = 100
_NOT_YET = object()
_NOWHERE = 2**31
"""The place of a column that a table does not have: beyond any row's end."""
_Value = TypeVar("_Value")


class _UnreadableError(ValueError):
    """A cell holds something, but nothing that its column should."""


class Row(msgspec.Struct, frozen=True, gc=False):
    """What a row says of a journal."""

    name: str | None
    abbreviation: str | None
    issn: str | None
    eissn: str | None
    metrics: tuple[Metrics, ...]
    """One of each edition that says anything."""
    key: str
    """Of the name, as `Name.key`."""
    short_keys: tuple[str, ...]


class Name(msgspec.Struct, frozen=True, gc=False):
    """A journal's title as tables have it."""

    text: str | None
    key: str
    """Its `title_key`; "" where there is none."""
    short_keys: tuple[str, ...]
    """Its `table_short_keys`."""


class Names(dict[str, Name]):
    """Titles by the cells that hold them: tables of several years spell most of them alike."""

    def __missing__(self, cell: str) -> Name:
        text = _text(cell)
        name = self[cell] = Name(text or None, title_key(text), table_short_keys(text))
        return name


@dataclass(frozen=True)
class _Column:
    header: str
    role: _Role
    number: int
    """1, 2, ... of `小类1`, `Category_1`; 0 where it has none."""
    year: int | None
    place: int


def year_in(text: str) -> int | None:
    """The first four digits that can be a year of this or the last century."""
    found = _YEAR.search(text)
    return int(found[1]) if found else None


def clean(cell: str) -> str:
    """A cell in one line, without control characters; "" where it says that there is no value."""
    text = " ".join(cell.split()) if cell.isprintable() else _SPACE.sub(" ", cell).strip()
    return "" if len(text) <= _LONGEST_NO_VALUE and text.casefold() in _NO_VALUE else text


def _text(cell: str) -> str:
    text = clean(cell)
    return clean(html.unescape(text)) if "&" in text and ";" in text else text


def _columns(header: Sequence[str]) -> list[_Column]:
    columns = []
    for place, cell in enumerate(header):
        text = _SPACE.sub(" ", unicodedata.normalize("NFKC", cell)).strip().casefold()
        number = _NUMBERED.search(text)
        bare = _YEAR.sub("", _NUMBERED.sub("", text)).strip()
        role = _HEADERS.get(text) or _HEADERS.get(bare)
        if role is not None:
            columns.append(
                _Column(cell.strip(), role, int(number[1] or number[2]) if number else 0, year_in(text), place)
            )
    shown = {column.role for column in columns}
    if _Role.SJR in shown and _Role.SJR_QUARTILE not in shown:
        # SCImago tables that were passed on have a plain "Quartile".
        columns = [
            _Column(column.header, _Role.SJR_QUARTILE, column.number, column.year, column.place)
            if column.role is _Role.JCR_QUARTILE
            else column
            for column in columns
        ]
    return columns


class _Cells(Generic[_Value]):
    """The cells of a column, which say the same few things again and again."""

    def __init__(self, column: _Column | None, parse: Callable[[str], _Value]) -> None:
        self.place = column.place if column else _NOWHERE
        self._header = column.header if column else ""
        self._parse = parse
        self._known: dict[str, object] = {"": None}
        """Values by cell, errors where there is none to be read."""

    def read(self, cells: Sequence[str], problems: list[str]) -> _Value | None:
        """The value in a row; None where there is none or none that can be read."""
        if self.place >= len(cells):
            return None
        cell = cells[self.place]
        value = self._known.get(cell, _NOT_YET)
        if value is _NOT_YET:
            value = self._known[cell] = self._first(cell)
        if value.__class__ is _UnreadableError:
            problems.append(str(value))
            return None
        return cast("_Value | None", value)

    def _first(self, cell: str) -> _Value | _UnreadableError | None:
        text = clean(cell)
        try:
            return self._parse(text) if text else None
        except _UnreadableError as error:
            return _UnreadableError(f"{self._header}: {text[:60]!r} is no {error}")


class _Group:
    """The columns of one family and year."""

    def __init__(self, family: Family, year: int | None, columns: Sequence[_Column]) -> None:
        self._family = family
        self._year = year
        self._columns = columns
        self._editions: dict[int | None, Edition] = {}

    def read(self, cells: Sequence[str], year: int | None, problems: list[str]) -> Metrics | None:
        """What the row says in this edition, if anything. `year` is used where the headers name none."""
        year = self._year if self._year is not None else year
        edition = self._editions.get(year) or self._editions.setdefault(year, Edition(self._family, year))
        return self._metrics(edition, cells, problems)

    def _metrics(self, edition: Edition, cells: Sequence[str], problems: list[str]) -> Metrics | None:
        raise NotImplementedError

    def _cells(self, role: _Role, parse: Callable[[str], _Value], number: int = 0) -> _Cells[_Value]:
        fitting = (column for column in self._columns if column.role is role and column.number == number)
        return _Cells(next(fitting, None), parse)

    def _numbers(self) -> list[int]:
        return sorted({column.number for column in self._columns})


class _Jcr(_Group):
    def __init__(self, family: Family, year: int | None, columns: Sequence[_Column]) -> None:
        super().__init__(family, year, columns)
        self._impact_factor = self._cells(_Role.IMPACT_FACTOR, _impact_factor)
        self._ranks = [
            (
                self._cells(_Role.JCR_CATEGORY, _categories, number),
                self._cells(_Role.JCR_QUARTILE, _quartile, number),
                self._cells(_Role.JCR_RANK, _rank, number),
                self._cells(_Role.JCR_CATEGORY, str, number).place if number else _NOWHERE,
            )
            for number in self._numbers()
        ]

    def _metrics(self, edition: Edition, cells: Sequence[str], problems: list[str]) -> Metrics | None:
        value = self._impact_factor.read(cells, problems)
        categories: list[CategoryRank] = []
        best = rank_of_several = None
        width = len(cells)
        for category_cells, quartile_cells, rank_cells, place in self._ranks:
            if place < width and not cells[place]:
                continue  # most journals have one or two of the six
            named = category_cells.read(cells, problems) or ()
            quartile = quartile_cells.read(cells, problems)
            rank = rank_cells.read(cells, problems)
            if quartile and (best is None or quartile < best):
                best = quartile
            if len(named) == 1:
                categories.append(CategoryRank(named[0], quartile, rank=rank))
            else:
                # One quartile for several categories says not of which.
                categories.extend(CategoryRank(name) for name in named)
                rank_of_several = rank_of_several or rank
        if value is None and best is None and not categories:
            return None
        return Metrics(
            edition=edition,
            impact_factor=value[0] if value else None,
            impact_factor_below=value is not None and value[1],
            quartile=best,
            categories=tuple(categories),
            rank=rank_of_several,
        )


class _Cas(_Group):
    def __init__(self, family: Family, year: int | None, columns: Sequence[_Column]) -> None:
        super().__init__(family, year, columns)
        self._zone = self._cells(_Role.CAS_ZONE, _zone)
        self._category = self._cells(_Role.CAS_CATEGORY, str)
        self._top = self._cells(_Role.CAS_TOP, _flag)
        self._minor = [
            (self._cells(_Role.CAS_MINOR, str, number), self._cells(_Role.CAS_MINOR_ZONE, _zone, number))
            for number in self._numbers()
        ]

    def _metrics(self, edition: Edition, cells: Sequence[str], problems: list[str]) -> Metrics | None:
        zone = self._zone.read(cells, problems)
        minor = []
        width = len(cells)
        for name_cells, zone_cells in self._minor:
            if name_cells.place >= width or not cells[name_cells.place]:
                continue  # most journals have one or two of the six
            if name := name_cells.read(cells, problems):
                minor_zone = zone_cells.read(cells, problems)
                minor.append(CategoryRank(name, None, *(minor_zone or ())))
        if zone is None and not minor:
            return None
        return Metrics(
            edition=edition,
            zone=zone[0] if zone else None,
            rank=zone[1] if zone else None,
            category=self._category.read(cells, problems),
            top=self._top.read(cells, problems),
            categories=tuple(minor),
        )


class _Warnings(_Group):
    def __init__(self, family: Family, year: int | None, columns: Sequence[_Column]) -> None:
        super().__init__(family, year, columns)
        self._level = self._cells(_Role.WARNING_LEVEL, str)
        self._reason = self._cells(_Role.WARNING_REASON, str)

    def _metrics(self, edition: Edition, cells: Sequence[str], problems: list[str]) -> Metrics | None:
        level, reason = self._level.read(cells, problems), self._reason.read(cells, problems)
        return Metrics(edition=edition, warning_level=level, warning_reason=reason) if level or reason else None


class _Scimago(_Group):
    def __init__(self, family: Family, year: int | None, columns: Sequence[_Column]) -> None:
        super().__init__(family, year, columns)
        self._sjr = self._cells(_Role.SJR, _number)
        self._quartile = self._cells(_Role.SJR_QUARTILE, _quartile)
        self._h_index = self._cells(_Role.H_INDEX, _integer)
        self._categories = self._cells(_Role.SJR_CATEGORIES, _scimago_categories)

    def _metrics(self, edition: Edition, cells: Sequence[str], problems: list[str]) -> Metrics | None:
        sjr, h_index = self._sjr.read(cells, problems), self._h_index.read(cells, problems)
        if sjr is None and h_index is None:
            return None
        return Metrics(
            edition=edition,
            sjr=sjr,
            quartile=self._quartile.read(cells, problems),
            h_index=h_index,
            categories=self._categories.read(cells, problems) or (),
        )


_GROUPS: dict[Family, type[_Group]] = {
    Family.JCR: _Jcr,
    Family.CAS: _Cas,
    Family.WARNING: _Warnings,
    Family.SJR: _Scimago,
}


class Layout:
    """The columns of one table."""

    def __init__(self, columns: Sequence[_Column], groups: Sequence[_Group], year: int | None) -> None:
        self._groups = groups
        self._year = year
        places: dict[_Role, int] = {}
        for column in columns:
            places.setdefault(column.role, column.place)
        self._name = places.get(_Role.NAME, _NOWHERE)
        self._abbreviation = places.get(_Role.ABBREVIATION, _NOWHERE)
        self._issn = places.get(_Role.ISSN, _NOWHERE)
        self._eissn = places.get(_Role.EISSN, _NOWHERE)
        self._year_place = places.get(_Role.YEAR, _NOWHERE)
        self._years: dict[str, int | None] = {}
        self.width = len(columns)
        """How many of the columns are known."""

    def read(self, cells: Sequence[str], problems: list[str], names: Names) -> Row:
        """What a row says; what can't be read in it is added to `problems`, and the rest is used."""
        width = len(cells)
        year = self._year
        if self._year_place < width:
            text = cells[self._year_place]
            year = self._years.get(text) or self._years.setdefault(text, year_in(text) or year)
        metrics = tuple([said for group in self._groups if (said := group.read(cells, year, problems)) is not None])
        name = names[cells[self._name]] if self._name < width else names[""]
        abbreviation = _text(cells[self._abbreviation]) if self._abbreviation < width else None
        printed = issns(cells[self._issn]) if self._issn < width else ()
        electronic = issns(cells[self._eissn]) if self._eissn < width else ()
        issn = printed[0] if printed else None
        eissn = electronic[0] if electronic else (printed[1] if len(printed) > 1 else None)
        return Row(
            name.text,
            abbreviation or None,
            issn,
            None if eissn == issn else eissn,
            metrics,
            name.key,
            name.short_keys,
        )


def recognise(header: Sequence[str], year: int | None) -> Layout | None:
    """The layout of a table with this header; None where it is none that we know.

    Args:
        header: The cells of a row that may be a header.
        year: That the file's name tells; it is used of families whose own columns name none.
    """
    columns = _columns(header)
    roles = {column.role for column in columns}
    if not roles & {_Role.NAME, _Role.ISSN, _Role.EISSN}:
        return None
    families = [family for family in _ROLES_OF if any(_SHOWS.get(role) is family for role in roles)]
    if not families and not {_Role.NAME, _Role.ABBREVIATION} <= roles:
        return None
    if year is None:
        # SCImago's own tables name the year in a column that we don't use: `Total Docs. (2023)`.
        year = max((found for cell in header if (found := year_in(cell))), default=None)
    groups = []
    for family in families:
        own = [column for column in columns if column.role in _ROLES_OF[family]]
        years: list[int | None] = [*dict.fromkeys(column.year for column in own if column.year is not None)]
        groups += [
            _GROUPS[family](family, each, [column for column in own if column.year in (each, None)])
            for each in years or [None]
        ]
    return Layout(columns, groups, year)


def abbreviations_without_header(rows: Sequence[Sequence[str]]) -> Layout | None:
    """The layout of a list of titles and abbreviations, as reference managers have it; None where it is none.

    It has no header; of nearly every row the words of the second cell must begin words of the first.
    """
    sample = [row for row in rows[:_SAMPLE] if any(row)]
    fitting = sum(_abbreviates(row) for row in sample)
    if not sample or fitting * 10 < len(sample) * 8 or all(row[0] == row[1] for row in sample if len(row) > 1):
        return None
    columns = [_Column("title", _Role.NAME, 0, None, 0), _Column("abbreviation", _Role.ABBREVIATION, 0, None, 1)]
    return Layout(columns, [], None)


def _abbreviates(row: Sequence[str]) -> bool:
    if not 2 <= len(row) <= 4 or not (abbreviation := title_key(row[1].partition("(")[0])):
        return False
    title = f" {title_key(row[0])}"
    return len(row[1]) <= 2 * len(row[0]) and all(f" {word[:2]}" in title for word in abbreviation.split())


def _number(text: str) -> float:
    bare = text.replace(" ", "")
    if "," in bare:
        # 106,094 is SCImago's decimal comma; 1,234.5 and 1,234,567 have commas between thousands.
        bare = bare.replace(",", "." if bare.count(",") == 1 and "." not in bare else "")
    if not _NUMBER.fullmatch(bare):
        raise _UnreadableError("number")
    return float(bare)


def _integer(text: str) -> int:
    number = _number(text)
    if not number.is_integer():
        raise _UnreadableError("whole number")
    return int(number)


def _impact_factor(text: str) -> tuple[float, bool]:
    """The number, and whether it is only said to be below it."""
    below = text.startswith(("<", "＜"))
    number = _number(text[1:] if below else text)
    if number >= _HIGHEST_IMPACT_FACTOR:
        raise _UnreadableError("impact factor")
    return number, below


def _quartile(text: str) -> str:
    if not (found := _QUARTILE.fullmatch(text)):
        raise _UnreadableError("quartile Q1 to Q4")
    return f"Q{found[1]}"


def _zone(text: str) -> tuple[int, str | None]:
    if not (found := _ZONE.fullmatch(text)):
        raise _UnreadableError("zone 1 to 4")
    return int(found[1]), found[2].replace(" ", "") if found[2] else None


def _rank(text: str) -> str:
    if not (found := _RANK.fullmatch(text)):
        # Spreadsheets make dates of ranks: 1/30 becomes 45321.
        raise _UnreadableError("rank such as 12/345")
    return f"{found[1]}/{found[2]}"


def _flag(text: str) -> bool:
    known = {"是": True, "y": True, "yes": True, "true": True, "1": True, "top": True}
    known |= {"否": False, "n": False, "no": False, "false": False, "0": False}
    if (flag := known.get(text.casefold())) is None:
        raise _UnreadableError("yes or no")
    return flag


def _categories(text: str) -> tuple[str, ...]:
    found = (_WEB_OF_SCIENCE.sub("", part.strip()) for part in text.split(";"))
    return tuple(dict.fromkeys(filter(None, found)))


def _scimago_categories(text: str) -> tuple[CategoryRank, ...]:
    ranks = []
    for part in filter(None, map(str.strip, text.split(";"))):
        found = _SCIMAGO_CATEGORY.fullmatch(part)
        ranks.append(CategoryRank(found[1], found[2]) if found else CategoryRank(part))
    return tuple(ranks)
