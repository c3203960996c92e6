"""The pages that people see: the search, what is about a search, the record, and help."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timezone

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from indexer.citations import Style, coins, highwire, schema_org
from indexer.errors import IncompleteError, RequestError, SearchTimeoutError
from indexer.export import FORMATS
from indexer.record import Record
from indexer.search.editions import chosen_editions
from indexer.search.engine import Engine, Sort
from indexer.search.explain import explain
from indexer.search.filters import Filters
from indexer.search.hits import MAX_OFFSET, FoundRecord, Match, SearchRequest
from indexer.search.searcher import find, search
from indexer.search.similar import similar
from search_web import builder, citing, current, display, errors, narrowing, record_view, views, why
from search_web.audit import as_text, audit, editions_of
from search_web.endpoint import MAX_ARTICLE
from search_web.links import Links, encoded_path, outward, record_path
from search_web.messages import CATALOGUES, Messages
from search_web.params import LANGUAGES, PageState, Parameters, Problem, read_lenient, visible

EXAMPLES = (
    "多发性骨髓瘤",
    "multiple myeloma",
    "2型糖尿病 AND 二甲双胍",
    "heart failure SGLT2",
    'title:"lung cancer" PD-L1',
)
"""Searches that show what the query language can do; subjects that most collections hold."""
HELP_EXAMPLES = (
    ("heart failure elderly", "words"),
    ('"heart failure"', "phrase"),
    ("(aspirin OR clopidogrel) AND stroke NOT children", "operators"),
    ('"lung cancer"[ti] AND "2020"[dp] : "2024"[dp]', "tags"),
    ("cardiomyop*", "wildcard"),
    ('"heart failure mortality"~5', "near"),
    ("PMID 12345678", "identifier"),
    ("#1 AND #2", "history"),
    ("糖尿病 与 二甲双胍", "chinese"),
    ('title:"lung cancer" author:Example', "field"),
    ("标题:肺癌 期刊:虚构医学杂志", "chinese_field"),
    ("quartile:Q1 zone:1 year:2020-2024", "metrics"),
)
"""Queries that the help explains, each with the end of its message's key, `help.query.<key>`."""
PER_PAGE = (10, 20, 50, 100)
FEED_ENTRIES = 50
LIMITS = ("quartile", "zone", "type", "language", "open_access")
"""Facets that the advanced form offers, besides years."""

blueprint = Blueprint("pages", __name__)


@blueprint.app_template_filter("tag")
def _tag(text: str) -> str:
    """The language of a short text for HTML's lang attribute, by its script."""
    return CATALOGUES["zh" if any("\u3400" <= letter <= "\u9fff" for letter in text) else "en"].tag


blueprint.add_app_template_filter(display.number, "number")
blueprint.add_app_template_filter(views.place, "place")
blueprint.add_app_template_filter(visible, "visible")


@blueprint.app_template_filter("day")
def _day(record: Record, otherwise: str) -> str:
    """The day of publication as Atom writes times, the first where only the month or the year is known."""
    date = record.publication_date or (record.year and f"{record.year}")
    return f"{date}{'-01-01'[len(date) - 4 :] if len(date) < 10 else ''}T00:00:00Z" if date else otherwise


@blueprint.app_template_filter("told")
def _told(view: views.HitView, t: Messages) -> str:
    """A result in one line of plain text."""
    record = view.record
    zone = record.cas_zone and t("value.zone", value=record.cas_zone)
    parts = [record.journal, views.place(record), record.jcr_quartile, zone]
    snippet = view.snippet.html.striptags() if view.snippet else ""
    return " · ".join(part for part in (*parts, snippet) if part)


def given() -> Parameters:
    """The parameters of the request at hand, of its address and of a form that it sends."""
    return request.values.to_dict(flat=False)


def state_of(engine: Engine) -> PageState:
    """The state that the address says, without editions that the index does not hold."""
    state = read_lenient(given())
    held: list[str] = []
    problems = list(state.problems)
    for name in state.request.editions:
        if _is_held(engine, (*held, name)):
            held.append(name)
        else:
            problems.append(Problem("edition", name[:80]))
    newest = {names[0] for names in engine.manifest.editions.values() if names}
    editions = tuple(name for name in held if name not in newest) if state.generation is None else tuple(held)
    return replace(state, request=replace(state.request, editions=editions), problems=tuple(problems))


def _is_held(engine: Engine, editions: tuple[str, ...]) -> bool:
    try:
        chosen_editions(editions, engine.manifest.editions)
    except RequestError:
        return False
    return True


def page(template: str, t: Messages, **values: object) -> Response:
    """A page of the interface in a language."""
    html = render_template(template, t=t, languages=[CATALOGUES[language] for language in LANGUAGES], **values)
    return Response(html, headers={"Vary": "Accept-Language", "Content-Language": t.tag})


def links_here(state: PageState, own: Iterable[tuple[str, str]] = ()) -> Links:
    """The links of a page other than the search; `own` is what its address says besides the state."""
    return Links(request.script_root, state, encoded_path(request.script_root + request.path), tuple(own))


@blueprint.get("/")
def search_page() -> Response:
    """The search, and without a query the way into the collection."""
    engine = current.engine()
    state = state_of(engine)
    t = current.messages(state.language)
    links = Links(request.script_root, state)
    until = current.deadline()
    result = search(engine, state.request, deadline=until, partial=True)
    held, partly = views.split(result, views.hits(result, links, t))
    nothing = result.total == 0 and result.partial is None
    response = page(
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
        marked_query=display.marked_query(state.request.text, result.ignored),
        facets=narrowing.facets(result, links, t),
        chips=narrowing.chips(links, t),
        years=narrowing.year_bounds(state.request.filters),
        other_spans=narrowing.other_spans(state.request.filters),
        pager=views.pager(result, links),
        removals=views.removals(engine, links, t, until) if nothing else (),
        any_word=views.any_word(engine, links, t, until) if nothing else None,
        sorts=[sort for sort in Sort if state.request.text or sort is not Sort.RELEVANCE],
        # Without words there is no relevance, and the newest come first.
        sort=state.request.sort if state.request.text or state.request.sort is not Sort.RELEVANCE else Sort.NEWEST,
        matches=list(Match),
        per_page_choices=PER_PAGE,
        paging_limit=MAX_OFFSET,
        examples=EXAMPLES,
        formats=FORMATS.values(),
        styles=list(Style),
        manifest=result.manifest,
    )
    if result.partial:
        response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/record/<path:record_id>")
def record_page(record_id: str) -> Response:
    """One record, with all that is known of it."""
    engine = current.engine()
    asked = state_of(engine)
    # Of the search that led here, the language and the editions are kept.
    editions = asked.request.editions
    state = PageState(SearchRequest(editions=editions), language=asked.language)
    t = current.messages(state.language)
    until = current.deadline()
    looked_up = find(engine, record_id, editions)
    if looked_up is None:
        return errors.page(404, "missing_record", value=record_id[:200])
    found = looked_up.record
    links = Links(request.script_root, state, f"{request.script_root}/record/{record_path(found.id)}")
    journal = engine.journal(found.journal) if found.journal else None
    others = _similar(engine, found, editions, until)
    return page(
        "record.html",
        t,
        links=links,
        record=found,
        editions=looked_up.editions,
        away=outward(found),
        sides=record_view.sides(found, t),
        authors=record_view.authors(found, links),
        headings=record_view.headings(found, links),
        keywords=record_view.keywords(found, links),
        metrics=record_view.metrics(engine.record(found.id) or found, journal, looked_up.editions, t),
        similar=None if others is None else [views.brief(other, links, t) for other in others],
        citations=[(style, one) for style in Style if (one := citing.cited(found, style))],
        formats=FORMATS.values(),
        coins=coins(found),
        highwire=highwire(found),
        schema_org=schema_org(found),
        journal_search=links.asking("", Filters({"journal": (found.journal,)})) if found.journal else "",
        manifest=engine.manifest,
    )


def _similar(
    engine: Engine, record: Record, editions: tuple[str, ...], deadline: float
) -> tuple[FoundRecord, ...] | None:
    """Records like one; None where time or index do not reach, since the record itself is what was asked for."""
    try:
        return similar(engine, record, editions=editions, deadline=deadline)
    except (IncompleteError, SearchTimeoutError):
        return None


@blueprint.get("/advanced")
def advanced_page() -> AnyResponse:
    """The form that writes queries; it leads to the search where it is asked to."""
    engine = current.engine()
    state = state_of(engine)
    rows = builder.read_rows(given())
    if not rows and state.request.text:
        rows = [builder.Row(way="query", words=state.request.text)]
    text = builder.written(rows)
    state = replace(state, request=replace(state.request, text=text, page=1))
    links = links_here(state, builder.fields(rows))
    if request.args.get("go") == "search":
        return redirect(links.search())
    if len([row for row in rows if row.words.strip()]) == len(rows) >= builder.ROWS or request.args.get("go") == "row":
        rows = [*rows, builder.Row()]
    rows += [builder.Row()] * (builder.ROWS - len(rows))
    t = current.messages(state.language)
    until = current.deadline()
    limited = search(engine, replace(state.request, text="", facets=LIMITS, per_page=1), deadline=until)
    reading = search(engine, replace(state.request, facets=(), per_page=1), deadline=until)
    offered = narrowing.facets(limited, links, t)
    kept = narrowing.without_controls(links, offered)
    return page(
        "advanced.html",
        t,
        links=links,
        state=state,
        rows=rows[: builder.MAX_ROWS],
        builder=builder,
        text=text,
        count=reading.total if text or state.request.filters else None,
        facets=offered,
        kept=kept,
        chips=narrowing.chips(kept, t),
        years=narrowing.year_bounds(state.request.filters),
        sorts=list(Sort),
        manifest=engine.manifest,
    )


@blueprint.get("/audit")
def audit_page() -> Response:
    """A search as it was run, to be reported and repeated."""
    engine = current.engine()
    state = state_of(engine)
    t = current.messages(state.language)
    links = links_here(state)
    result = search(engine, replace(state.request, facets=(), page=1), deadline=current.deadline())
    repeat = links.repeating(result.manifest.generation, editions_of(result))
    lines = audit(result, t, datetime.now(timezone.utc), request.host_url.rstrip("/") + repeat)
    return page(
        "audit.html", t, links=links, lines=lines, text=as_text(lines, t), repeat=repeat, manifest=result.manifest
    )


@blueprint.get("/why")
def why_page() -> Response:
    """Why the search finds an article or does not."""
    engine = current.engine()
    state = state_of(engine)
    t = current.messages(state.language)
    article = visible(request.args.get("article", "")).strip()[:MAX_ARTICLE]
    links = links_here(state, [("article", article)] if article else ())
    said = explain(engine, state.request, article, current.deadline()) if article else None
    return page(
        "why.html",
        t,
        links=links,
        state=state,
        article=article,
        longest=MAX_ARTICLE,
        chips=narrowing.chips(links, t),
        answer=said and why.answer(said, links, t),
        manifest=engine.manifest,
    )


@blueprint.get("/feed")
def feed() -> Response:
    """The newest records of a search, as Atom (RFC 4287)."""
    engine = current.engine()
    state = state_of(engine)
    t = current.messages(state.language)
    links = links_here(state)
    asked = replace(state.request, facets=(), sort=Sort.NEWEST, page=1, per_page=FEED_ENTRIES)
    result = search(engine, asked, deadline=current.deadline())
    xml = render_template(
        "feed.xml",
        t=t,
        links=links,
        host=request.host_url.rstrip("/"),
        own=links.to("feed"),
        result=result,
        hits=views.hits(result, links, t),
        manifest=result.manifest,
    )
    return Response(xml, mimetype="application/atom+xml", headers={"Vary": "Accept-Language"})


@blueprint.get("/help")
def help_page() -> Response:
    """How to search here."""
    engine = current.engine()
    state = replace(state_of(engine), request=SearchRequest())
    t = current.messages(state.language)
    return page("help.html", t, links=links_here(state), examples=HELP_EXAMPLES, manifest=engine.manifest)
