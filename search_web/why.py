"""What the page "Why isn't it here?" shows: which words and filters of a search an article has, and which it lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.record import Record
from indexer.search.explain import Explanation
from indexer.search.filters import Choice
from search_web.display import choice_of, label
from search_web.links import Links
from search_web.messages import CATALOGUES, Messages


@dataclass(frozen=True)
class Candidate:
    """An article that may be meant, and this page about it."""

    title: str
    tag: str
    """Of its language, as in HTML's lang attribute."""
    source: str
    """Its journal and year; empty where neither is known."""
    href: str


@dataclass(frozen=True)
class PartView:
    """A part of the query."""

    text: str
    holds: bool


@dataclass(frozen=True)
class FilterView:
    """A filter, what the article has of it, and the search without it."""

    facet: str
    chosen: str
    has: str
    holds: bool
    href: str


@dataclass(frozen=True)
class Answer:
    """What is said of an article; `article` is None where it is not indexed, or where several may be meant."""

    article: Candidate | None
    record_href: str
    verdict: str
    """The end of the message's key, `why.verdict.<verdict>`."""
    parts: tuple[PartView, ...]
    filters: tuple[FilterView, ...]
    similar: tuple[Candidate, ...]


def answer(said: Explanation, links: Links, messages: Messages) -> Answer:
    """What an explanation says, with the links that lead on from it."""
    return Answer(
        article=_candidate(said.record, links, messages) if said.record else None,
        record_href=links.record(said.record.id) if said.record else "",
        verdict=_verdict(said),
        parts=tuple(PartView(part.text, part.holds) for part in said.parts),
        filters=tuple(
            FilterView(
                one.name,
                _joined(messages, one.name, one.chosen, "list.or"),
                _joined(messages, one.name, [choice_of(one.name, value) for value in one.values], "list.comma"),
                one.holds,
                links.dropping(one.name),
            )
            for one in said.filters
        ),
        similar=tuple(_candidate(record, links, messages) for record in said.similar),
    )


def _verdict(said: Explanation) -> str:
    if said.record is None:
        return "unclear" if said.similar else "missing"
    if said.found:
        return "found" if all(part.holds for part in said.parts) else "found_by_most"
    # A filter may leave it out as well, which its line says.
    return "too_few" if said.holds_most_words is False else "left_out"


def _joined(messages: Messages, facet: str, choices: Sequence[Choice], by: str) -> str:
    return messages(by).join(label(messages, facet, one) for one in choices)


def _candidate(record: Record, links: Links, messages: Messages) -> Candidate:
    titles = {"en": record.title_en, "zh": record.title_zh}
    side = next((one for one in sorted(titles, key=lambda one: one != messages.language) if titles[one]), None)
    source = " · ".join(filter(None, (record.journal, str(record.year or ""))))
    title = titles[side] if side else None
    return Candidate(
        title or messages("result.untitled"),
        CATALOGUES[side or messages.language].tag,
        source,
        links.why(record.id),
    )
