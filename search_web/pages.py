"""The pages that people see: the search and the record."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from indexer.record import Record
from indexer.search.engine import Sort
from indexer.search.filters import Filters
from indexer.search.hits import MAX_OFFSET, Match
from indexer.search.searcher import find, search
from search_web import current, errors, views
from search_web.links import Links, outward, record_path
from search_web.messages import CATALOGUES, Messages
from search_web.params import LANGUAGES, PageState, read_lenient

EXAMPLES = (
    "多发性骨髓瘤",
    "multiple myeloma",
    "2型糖尿病 AND 二甲双胍",
    "heart failure SGLT2",
    'title:"lung cancer" PD-L1',
)
"""Searches that show what the query language can do; subjects that most collections hold."""
PER_PAGE = (10, 20, 50)

blueprint = Blueprint("pages", __name__)


@blueprint.app_template_filter("tag")
def _tag(text: str) -> str:
    """The language of a short text for HTML's lang attribute, by its script."""
    return CATALOGUES["zh" if any("\u3400" <= letter <= "\u9fff" for letter in text) else "en"].tag


@blueprint.app_template_filter("number")
def _number(number: float) -> str:
    """A number without zeros that say nothing: 12.4, 3, 0.65."""
    return f"{number:.3f}".rstrip("0").rstrip(".")


def _page(template: str, t: Messages, **values: object) -> Response:
    html = render_template(template, t=t, languages=[CATALOGUES[language] for language in LANGUAGES], **values)
    return Response(html, headers={"Vary": "Accept-Language", "Content-Language": t.tag})


@blueprint.get("/")
def search_page() -> Response:
    """The search, and without a query the way into the collection."""
    state = read_lenient(request.args.to_dict(flat=False))
    t = current.messages(state.language)
    links = Links(request.script_root, state)
    engine = current.engine()
    result = search(engine, state.request)
    held, partly = views.split(result, views.hits(result, links, t))
    nothing = result.total == 0
    return _page(
        "search.html",
        t,
        links=links,
        state=state,
        result=result,
        home=not state.request.text and not state.request.filters,
        held=held,
        partly=partly,
        first=(state.request.page - 1) * state.request.per_page + 1,
        correction=views.correction(result, links),
        expansions=views.expansions(result, links, t),
        not_expanded=views.not_expanded(result, links, t),
        facets=views.facets(result, links, t),
        chips=views.chips(links, t),
        years=views.year_bounds(state.request.filters),
        pager=views.pager(result, links),
        removals=views.removals(engine, links, t) if nothing else (),
        any_word=views.any_word(engine, links, t) if nothing else None,
        sorts=[sort for sort in Sort if state.request.text or sort is not Sort.RELEVANCE],
        # Without words there is no relevance, and the newest come first.
        sort=state.request.sort if state.request.text or state.request.sort is not Sort.RELEVANCE else Sort.NEWEST,
        matches=list(Match),
        per_page_choices=PER_PAGE,
        paging_limit=MAX_OFFSET,
        examples=EXAMPLES,
        manifest=result.manifest,
    )


@blueprint.get("/record/<path:record_id>")
def record_page(record_id: str) -> Response:
    """One record, with all that is known of it."""
    language = read_lenient({"lang": request.args.getlist("lang")}).language
    t = current.messages(language)
    engine = current.engine()
    looked_up = find(engine, record_id)
    if looked_up is None:
        return errors.page(404, "missing_record", value=record_id[:200])
    found = looked_up.record
    path = f"{request.script_root}/record/{record_path(found.id)}"
    links = Links(request.script_root, PageState(language=language), path)
    return _page(
        "record.html",
        t,
        links=links,
        record=found,
        away=outward(found),
        sides=_sides(found, t),
        journal_search=links.asking("", Filters({"journal": (found.journal,)})) if found.journal else "",
        manifest=engine.manifest,
    )


def _sides(found: Record, t: Messages) -> list[tuple[Messages, str | None, str | None]]:
    """For each language of the record, the interface's first: its messages, the title and the abstract."""
    texts = {"en": (found.title_en, found.abstract_en), "zh": (found.title_zh, found.abstract_zh)}
    order = sorted(texts, key=lambda side: side != t.language)
    return [(CATALOGUES[side], *texts[side]) for side in order if any(texts[side])]
