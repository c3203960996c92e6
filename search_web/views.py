"""What templates show of a result: hits, what was searched, page numbers, and ways out of an empty one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from markupsafe import Markup, escape

from indexer.record import Record
from indexer.search.engine import Engine
from indexer.search.expand import Expansion
from indexer.search.filters import Filters
from indexer.search.hits import FoundRecord, Fragment, Fragments, Hit, Match, SearchResult
from indexer.search.searcher import search
from indexer.terms.learned import SOURCES as LEARNED
from indexer.terms.lexicon import EntryForm
from search_web.display import label, marked, named
from search_web.links import Links, Outward, outward
from search_web.messages import CATALOGUES, Messages
from search_web.params import last_page

AUTHORS_SHOWN = 6
FORMS_SHOWN = 3
"""Other forms of a concept that the folded line of them shows."""
PAGES_AROUND = 2
"""Page numbers on each side of the present one."""
SUGGESTED_REMOVALS = 5
"""Filters that an empty result offers to take away, each of which costs a count."""


@dataclass(frozen=True)
class Text:
    """A piece of HTML in a language, `tag` as in HTML's lang attribute."""

    html: Markup
    tag: str


@dataclass(frozen=True)
class HitView:
    """A result as it is shown."""

    record: Record
    editions: Mapping[str, str]
    """Of its metrics, by family."""
    href: str
    title: Text | None
    """In the language that is shown first; None where the record has none at all."""
    other_title: Text | None
    snippet: Text | None
    authors: str
    """The first few; empty where none are known."""
    more_authors: bool
    away: Outward


@dataclass(frozen=True)
class Step:
    """A numbered page; `number` is None for a gap between numbers."""

    number: int | None
    href: str = ""
    current: bool = False


@dataclass(frozen=True)
class Pager:
    """Ways through the pages of a result."""

    steps: tuple[Step, ...]
    previous: str | None
    following: str | None
    last: int
    """The last page that has results and can be reached; 0 where nothing was found."""
    capped: bool
    """The last page is not the end of the result."""


@dataclass(frozen=True)
class OtherSearch:
    """Another search, and how much it finds."""

    label: str
    count: int
    href: str


def place(record: Record) -> str:
    """Where in its journal an article stands, as `2024;12(3):45-52`; empty where nothing is known of it."""
    issue = f"({record.issue})" if record.issue else ""
    volume = f"{record.volume or ''}{issue}"
    after_year = volume + (f":{record.pages}" if record.pages else "")
    return ";".join(part for part in (str(record.year or ""), after_year) if part)


def hits(result: SearchResult, links: Links, messages: Messages) -> list[HitView]:
    """The results of a page."""
    return [_hit(hit, links, messages) for hit in result.hits]


def _hit(hit: Hit, links: Links, messages: Messages) -> HitView:
    sides = {"en": (hit.title_en, hit.snippet_en), "zh": (hit.title_zh, hit.snippet_zh)}
    first, second = _order(sides, messages.language)
    titles = [text for text in (_text(sides[first][0], first), _text(sides[second][0], second)) if text]
    # One snippet is enough to judge by: the first side's, unless only the other one shows a match.
    preferred = sorted((first, second), key=lambda side: (not _matches(sides[side][1]), not sides[side][1]))
    record = hit.record
    return HitView(
        record=record,
        editions=hit.editions,
        href=links.record(record.id),
        title=titles[0] if titles else None,
        other_title=titles[1] if len(titles) > 1 else None,
        snippet=_text(sides[preferred[0]][1], preferred[0]),
        authors=", ".join(record.authors[:AUTHORS_SHOWN]),
        more_authors=len(record.authors) > AUTHORS_SHOWN,
        away=outward(record),
    )


def brief(found: FoundRecord, links: Links, messages: Messages) -> HitView:
    """A record in a list beside the results, without a passage."""
    record = found.record

    def fragments(text: str | None) -> Fragments:
        return (Fragment(text, matched=False),) if text else ()

    titles = (fragments(record.title_en), fragments(record.title_zh))
    return _hit(Hit(record, 0.0, found.editions, True, (), *titles, (), ()), links, messages)  # noqa: FBT003


def _order(sides: dict[str, tuple[Fragments, Fragments]], language: str) -> tuple[str, str]:
    """The interface's language first, unless a match shows in the other one only."""
    other = "zh" if language == "en" else "en"
    matching = {side: any(_matches(part) for part in parts) for side, parts in sides.items()}
    return (other, language) if matching[other] and not matching[language] else (language, other)


def _matches(fragments: Fragments) -> bool:
    return any(part.matched for part in fragments)


def _text(fragments: Fragments, side: str) -> Text | None:
    return Text(marked(fragments), CATALOGUES[side].tag) if fragments else None


@dataclass(frozen=True)
class FormsView:
    """Forms that a concept is searched by, and where they are known from."""

    texts: tuple[str, ...]
    known_from: str


@dataclass(frozen=True)
class ExpansionView:
    """A concept of the query with its other forms, and this search without, or again with them."""

    text: str
    first: tuple[str, ...]
    """Of its forms, those that the folded line shows."""
    more: bool
    """There are others."""
    forms: tuple[FormsView, ...]
    """All of them, together with others that are known from the same places."""
    href: str


def expansions(result: SearchResult, links: Links, messages: Messages) -> list[ExpansionView]:
    """What was searched besides what was typed."""
    return [_expansion(one, links.without(one.id), messages) for one in result.expansions]


def not_expanded(result: SearchResult, links: Links, messages: Messages) -> list[ExpansionView]:
    """What would have been, were it not left out."""
    return [_expansion(one, links.with_again(one.id), messages) for one in result.not_expanded]


def _expansion(expansion: Expansion, href: str, messages: Messages) -> ExpansionView:
    texts = tuple(form.text for form in expansion.forms)
    by_place: dict[str, list[str]] = {}
    for form in expansion.forms:
        by_place.setdefault(_known_from(form, messages), []).append(form.text)
    forms = tuple(FormsView(tuple(together), place) for place, together in by_place.items())
    return ExpansionView(expansion.text, texts[:FORMS_SHOWN], len(texts) > FORMS_SHOWN, forms, href)


def _known_from(form: EntryForm, messages: Messages) -> str:
    return ", ".join(
        messages("expansions.learned." + source, count=form.evidence) if source in LEARNED else source
        for source in form.sources
    )


@dataclass(frozen=True)
class CorrectionView:
    """A query that may have been meant, with what is changed marked, and its search."""

    html: Markup
    text: str
    href: str


def correction(result: SearchResult, links: Links) -> CorrectionView | None:
    """The query to offer; None where the typed one seems right."""
    meant = result.correction
    if meant is None:
        return None
    pieces: list[Markup] = []
    done = 0
    for part in meant.replacements:
        pieces += [escape(result.request.text[done : part.start]), Markup("<strong>{}</strong>").format(part.text)]
        done = part.end
    return CorrectionView(
        Markup().join([*pieces, escape(result.request.text[done:])]), meant.text, links.rewritten(meant.text)
    )


def pager(result: SearchResult, links: Links) -> Pager:
    """The ways from this page to others."""
    page, per_page = result.request.page, result.request.per_page
    pages = -(-result.total // per_page)
    last = min(pages, last_page(per_page))
    near = range(page - PAGES_AROUND, page + PAGES_AROUND + 1)
    numbers = sorted({number for number in (1, last, *near) if 1 <= number <= last})
    steps: list[Step] = []
    for number in numbers:
        before = steps[-1].number if steps else 0
        if before is not None and number == before + 2:
            steps.append(Step(number - 1, links.page(number - 1)))
        elif before is not None and number > before + 2:
            steps.append(Step(None))
        steps.append(Step(number, links.page(number), number == page))
    return Pager(
        steps=tuple(steps),
        previous=links.page(page - 1) if 1 < page <= last else None,
        following=links.page(page + 1) if page < last else None,
        last=last,
        capped=pages > last,
    )


def split(result: SearchResult, shown: list[HitView]) -> tuple[list[HitView], list[HitView]]:
    """The results that hold all words, and those that hold most; without relaxation all are among the first."""
    if result.relaxation is None:
        return shown, []
    return (
        [view for view, hit in zip(shown, result.hits, strict=True) if hit.holds_all_words],
        [view for view, hit in zip(shown, result.hits, strict=True) if not hit.holds_all_words],
    )


def removals(engine: Engine, links: Links, messages: Messages, deadline: float) -> list[OtherSearch]:
    """What a search would find without one of its filters, or without all; those that find nothing are left out."""
    asked = links.state.request
    found: list[OtherSearch] = []
    for facet in list(asked.filters.chosen)[:SUGGESTED_REMOVALS]:
        fewer = asked.filters.removing(facet)
        values = messages("list.comma").join(label(messages, facet, choice) for choice in asked.filters.of(facet))
        words = messages("empty.without", filter=named(messages, facet, values))
        found.append(OtherSearch(words, _total(engine, links, deadline, filters=fewer), links.filtered(fewer)))
    if len(asked.filters.chosen) > 1:
        total = _total(engine, links, deadline, filters=Filters())
        found.append(OtherSearch(messages("empty.without_all"), total, links.unfiltered()))
    return [suggestion for suggestion in found if suggestion.count]


def any_word(engine: Engine, links: Links, messages: Messages, deadline: float) -> OtherSearch | None:
    """The same search for any of its words, where that finds something."""
    asked = links.state.request
    if not asked.text or asked.match is Match.ANY:
        return None
    total = _total(engine, links, deadline, match=Match.ANY)
    return OtherSearch(messages("empty.any"), total, links.matching(Match.ANY)) if total else None


def _total(
    engine: Engine, links: Links, deadline: float, *, filters: Filters | None = None, match: Match | None = None
) -> int:
    asked = links.state.request
    counted = replace(
        asked,
        filters=asked.filters if filters is None else filters,
        match=match or asked.match,
        facets=(),
        page=1,
        per_page=1,
    )
    return search(engine, counted, deadline=deadline).total
