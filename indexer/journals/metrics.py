"""What journal tables say: metrics belong to a journal and an edition, never to an article."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

import msgspec


class Family(str, Enum):
    """Who says it. Editions of one family can be compared over the years."""

    JCR = "JCR"
    """Journal Citation Reports: impact factor, quartiles by category."""
    CAS = "CAS"
    """中科院分区: zones of the Chinese Academy of Sciences."""
    WARNING = "warning"
    """国际期刊预警名单: its early-warning lists."""
    SJR = "SJR"
    """SCImago Journal Rank."""

    # As strings are equal, so they hash: editions are keys in loops over whole tables, and Enum's own is slow.
    __hash__ = str.__hash__


_ORDER = {family: place for place, family in enumerate(Family)}


class Edition(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A year's issue of a family. Which year is meant is what the table calls itself: `IF(2024)` is JCR 2024."""

    family: Family
    year: int | None = None
    """None where neither the table nor its file name tells it."""

    @property
    def name(self) -> str:
        """As `JCR 2024`, `Warning 2025`, `SJR`."""
        name = "Warning" if self.family is Family.WARNING else self.family.value
        return name if self.year is None else f"{name} {self.year}"


def newest_first(editions: Iterable[Edition]) -> list[Edition]:
    """Editions in the order of their families, the newest first in each, those of no known year last."""
    return sorted(editions, key=lambda edition: (_ORDER[edition.family], -(edition.year or 0)))


class CategoryRank(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Where a journal stands in one subject category."""

    name: str
    """As the table spells it: `ONCOLOGY`, of a CAS table (小类) `ONCOLOGY 肿瘤学`."""
    quartile: str | None = None
    """`Q1` to `Q4`."""
    zone: int | None = None
    """1 to 4."""
    rank: str | None = None
    """Place and number of journals, as `12/345`."""


class Metrics(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What one edition says of one journal; of another family's fields nothing."""

    edition: Edition
    impact_factor: float | None = None
    impact_factor_below: bool = False
    """True where the table only says that it is less than that number, as `<0.1`."""
    quartile: str | None = None
    """`Q1` to `Q4`. Of a JCR edition the best of its categories' quartiles: that is how a journal is commonly called
    "a Q1 journal", and no table orders the categories by weight (decided 2026-11). All of them are in `categories`."""
    categories: tuple[CategoryRank, ...] = ()
    zone: int | None = None
    """CAS zone of the broad category (大类分区), 1 to 4."""
    category: str | None = None
    """CAS broad category (大类), as `医学`."""
    top: bool | None = None
    """CAS Top journal."""
    rank: str | None = None
    """`12/345`: in the CAS broad category; of a JCR table that gives one rank for several categories, in the best."""
    warning_level: str | None = None
    """高, 中 or 低, as lists until 2023 have it."""
    warning_reason: str | None = None
    """As lists from 2024 on have it: 引用操纵、论文工厂."""
    sjr: float | None = None
    h_index: int | None = None


_PLAIN = tuple(
    name
    for name in Metrics.__struct_fields__
    if name not in ("edition", "categories", "quartile", "impact_factor_below")
)


def combine(first: Metrics, second: Metrics) -> Metrics:
    """Two rows of one journal in one edition: all categories, the best quartile, else the first value."""
    names = {category.name for category in first.categories}
    changes: dict[str, object] = {
        name: value for name in _PLAIN if getattr(first, name) is None and (value := getattr(second, name)) is not None
    }
    if "impact_factor" in changes:
        changes["impact_factor_below"] = second.impact_factor_below
    if quartile := min(filter(None, (first.quartile, second.quartile)), default=None):
        changes["quartile"] = quartile
    if added := tuple(category for category in second.categories if category.name not in names):
        changes["categories"] = first.categories + added
    return msgspec.structs.replace(first, **changes)


def disagree(first: Metrics, second: Metrics) -> bool:
    """True where two rows of one edition can't be of one journal: what a journal has once differs."""
    return any(
        (one := getattr(first, name)) is not None and (other := getattr(second, name)) is not None and one != other
        for name in ("impact_factor", "zone", "category", "sjr", "h_index", "warning_level", "warning_reason")
    )


class Journal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A journal, kept once per generation."""

    name: str
    """How it is shown; no two journals of the tables have one name, see `JournalTables`."""
    abbreviation: str | None = None
    """ISO or MEDLINE abbreviation, as `Clin Exp Med`."""
    issn: str | None = None
    eissn: str | None = None
    description: str | None = None
    """期刊介绍, in whatever language it was given."""
    metrics: tuple[Metrics, ...] = ()
    """Of every edition that lists it, by family, newest first."""

    def under(self, edition: Edition) -> Metrics | None:
        """What an edition says of it."""
        return next((metrics for metrics in self.metrics if metrics.edition == edition), None)
