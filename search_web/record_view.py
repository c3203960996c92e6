"""What the page of a record shows: both languages, its subjects as searches, and its journal's metrics by edition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from indexer.journals import CategoryRank, Family, Journal, Metrics
from indexer.journals.views import GIVEN
from indexer.record import Heading, Record
from search_web.abstracts import Section, sections
from search_web.display import number
from search_web.links import Links
from search_web.messages import CATALOGUES, Messages
from search_web.suggestions import in_field


@dataclass(frozen=True)
class Side:
    """A record in one of its languages; at least one of the texts is there."""

    messages: Messages
    title: str | None
    abstract: tuple[Section, ...]


@dataclass(frozen=True)
class SubjectView:
    """A heading or a keyword, and the search for it."""

    text: str
    href: str
    major: bool = False


@dataclass(frozen=True)
class MetricsRow:
    """What one edition says of a journal."""

    edition: str
    quartile: str | None
    zone: int | None
    figures: str
    """Impact factor and the like, with what each is."""
    categories: tuple[str, ...]
    warning: str | None
    """Why the journal is on a warning list; empty where the list gives no reason."""
    shown: bool
    """It is the edition that badges show."""


def sides(record: Record, messages: Messages) -> list[Side]:
    """The languages of a record, the interface's first."""
    texts = {"en": (record.title_en, record.abstract_en), "zh": (record.title_zh, record.abstract_zh)}
    order = sorted(texts, key=lambda side: side != messages.language)
    return [
        Side(CATALOGUES[side], texts[side][0], tuple(sections(texts[side][1] or "")))
        for side in order
        if any(texts[side])
    ]


def headings(record: Record, links: Links) -> list[SubjectView]:
    """Its MeSH headings, each as PubMed writes it, with the search of its descriptor."""
    return [
        SubjectView(_heading(heading), links.asking(in_field("mesh", heading.descriptor)), _is_major(heading))
        for heading in record.headings
    ]


def keywords(record: Record, links: Links) -> list[SubjectView]:
    """Its keywords, each with the search for it."""
    return [SubjectView(word, links.asking(in_field("keyword", word))) for word in record.keywords]


def authors(record: Record, links: Links) -> list[SubjectView]:
    """Its authors, each with the search of what they wrote."""
    return [SubjectView(author, links.asking(in_field("author", author))) for author in record.authors]


def _heading(heading: Heading) -> str:
    return " / ".join([heading.descriptor, *(qualifier.name for qualifier in heading.qualifiers)])


def _is_major(heading: Heading) -> bool:
    return heading.major or any(qualifier.major for qualifier in heading.qualifiers)


def metrics(
    stored: Record, journal: Journal | None, editions: Mapping[str, str], messages: Messages
) -> list[MetricsRow]:
    """What is known of the journal in each edition, newest first, and what the record says itself.

    Args:
        stored: The record with its own metrics.
        journal: Its journal.
        editions: The editions that the page shows, by family.
        messages: The interface's words.
    """
    rows = [_row(said, editions, messages) for said in (journal.metrics if journal else ())]
    if stored.jcr_quartile or stored.cas_zone or stored.impact_factor is not None:
        rows.append(
            MetricsRow(
                messages("metrics.given"),
                stored.jcr_quartile,
                stored.cas_zone,
                _figures([("badge.impact_factor", stored.impact_factor)], messages),
                tuple(filter(None, (stored.cas_category, *stored.jcr_categories))),
                None,
                GIVEN in editions.values(),
            )
        )
    return rows


def _row(said: Metrics, editions: Mapping[str, str], messages: Messages) -> MetricsRow:
    figures: Sequence[tuple[str, float | None]] = [
        ("metrics.impact_factor_below" if said.impact_factor_below else "badge.impact_factor", said.impact_factor),
        ("metrics.sjr", said.sjr),
        ("metrics.h_index", said.h_index),
    ]
    categories = [_category(category, messages) for category in said.categories]
    if said.category:
        top = messages("metrics.top") if said.top else None
        categories.insert(0, " ".join(filter(None, (said.category, said.rank, top))))
    warned = said.edition.family is Family.WARNING
    return MetricsRow(
        said.edition.name,
        said.quartile,
        said.zone,
        _figures(figures, messages),
        tuple(categories),
        ", ".join(filter(None, (said.warning_level, said.warning_reason))) if warned else None,
        said.edition.name in editions.values(),
    )


def _category(category: CategoryRank, messages: Messages) -> str:
    zone = messages("value.zone", value=category.zone) if category.zone else None
    return " ".join(filter(None, (category.name, category.quartile, zone, category.rank)))


def _figures(figures: Sequence[tuple[str, float | None]], messages: Messages) -> str:
    return ", ".join(messages(key, value=number(value)) for key, value in figures if value is not None)
