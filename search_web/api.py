"""The JSON endpoint: what `endpoint` lists, answered as `answers` says.

What an operation does not understand it refuses. Labels of facet values follow the request's language; everything else
is the same for everyone. A journal's description is given with single records only, since a page of results would
repeat it. A search that runs longer than it may is given up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from operator import attrgetter
from sys import maxsize
from time import monotonic

import msgspec
from flask import Blueprint, Response, render_template, request
from werkzeug.exceptions import NotAcceptable, NotFound

from indexer import schema
from indexer.export import FORMATS, Entry, ExportFormat, entries
from indexer.record import Record
from indexer.report import read_report
from indexer.schema import Kind
from indexer.search.editions import chosen_editions
from indexer.search.engine import Engine, Plan
from indexer.search.expand import Expansion
from indexer.search.explain import Explanation, explain
from indexer.search.facets import Facet, FacetValue
from indexer.search.filters import UNKNOWN, Choice, Filters
from indexer.search.hits import Fragments, Hit, SearchResult
from indexer.search.query import Everything
from indexer.search.searcher import find, found_records, search
from indexer.terms.lexicon import QueryCorrection
from search_web import answers, cursors, endpoint, openapi
from search_web.addresses import SearchAddresses
from search_web.caching import PUBLIC, Tag
from search_web.current import deadline, engine, messages
from search_web.cursors import Position
from search_web.display import choice_of, label, marked
from search_web.endpoint import ROOT, Given
from search_web.errors import JSON
from search_web.links import Links, api_address, encoded_path, outward
from search_web.messages import CATALOGUES, Messages
from search_web.params import LANGUAGES, PageState
from search_web.suggestions import query_of

SUGGESTIONS_KEPT_SECONDS = 60
"""How long a browser may keep suggestions: long enough for deleting and typing again, short beside a rebuild."""
_READY_SECONDS = 5.0
"""How long whoever holds the index may take to say that it does, however short the searches have to be."""

blueprint = Blueprint("api", __name__)
_fields_of = attrgetter(*answers.RECORD_FIELDS)
_ENDINGS = {form.suffix: form for form in FORMATS.values()}
_BY_TYPE = {form.media_type: form for form in FORMATS.values()}
_encoder = msgspec.json.Encoder()


def _given(operation: endpoint.Operation) -> Given:
    return operation.read(request.args.to_dict(flat=False))


def _accepted(offered: Iterable[str] = (JSON,)) -> str:
    """The media type to answer with.

    Raises:
        NotAcceptable: the client wants none of those that there are.
    """
    types = list(offered)
    if not request.accept_mimetypes:
        return types[0]
    chosen = request.accept_mimetypes.best_match(types)
    if chosen is None:
        raise NotAcceptable(f"there is none of what Accept asks for; this address gives {', '.join(types)}")
    return chosen


def _json(body: object, **headers: str) -> Response:
    return Response(_encoder.encode(body), mimetype=JSON, headers=headers)


def _index(given: Given) -> Engine:
    """The index that answers.

    Raises:
        RequestError: it does not hold the editions that are asked for, which must be known before a client is told
            that what it has is still good.
    """
    index = engine()
    editions = given[endpoint.EDITION]
    chosen_editions(editions, index.manifest.editions)
    return index


@blueprint.get(f"{ROOT}/search")
def search_records() -> Response:
    """Search."""
    given = _given(endpoint.SEARCH)
    _accepted()
    asked = endpoint.asked(given)
    cursor = given[endpoint.CURSOR]
    t = messages(given[endpoint.LANG])
    index = _index(given)
    tag = Tag(index.manifest, t.language, vary="Accept-Language")
    position = Position(0, ())
    if cursor not in {None, cursors.START}:
        position = cursors.read_cursor(cursor or "", index.manifest.generation, asked)
        asked = replace(asked, after=position.place)
    if kept := tag.unchanged():
        return kept
    # A walk by cursor takes all results away, which is for a whole index only.
    result = search(index, asked, deadline=deadline(), partial=cursor is None)
    following = _next_cursor(result, position) if cursor is not None else None
    body = answers.SearchAnswer(
        meta=_meta(result, following, paged=cursor is None),
        results=_results(result, given[endpoint.SELECT]),
        facets=_facets(result, given, t),
    )
    return _json(body, **{"Cache-Control": "no-store"}) if result.partial else tag.on(_json(body))


def _next_cursor(result: SearchResult, position: Position) -> str | None:
    seen = position.seen + len(result.hits)
    if not result.hits or seen >= result.total:
        return None
    return cursors.write_cursor(result.manifest.generation, result.request, Position(seen, result.hits[-1].place))


@blueprint.get(f"{ROOT}/suggest")
def suggest() -> Response:
    """What somebody who has typed so far may want to search for."""
    given = _given(endpoint.SUGGEST)
    _accepted()
    text, limit = given[endpoint.TYPED], given[endpoint.SUGGESTIONS]
    index = engine()
    tag = Tag(index.manifest, control=f"private, max-age={SUGGESTIONS_KEPT_SECONDS}")
    if kept := tag.unchanged():
        return kept
    body = answers.SuggestAnswer(
        answers.SuggestMeta(text, limit, index.manifest.generation),
        tuple(
            answers.Suggested(
                text=one.text,
                kind=one.kind.value,
                query=query_of(one),
                count=one.count,
                partner=one.partner,
                preferred=one.preferred,
            )
            for one in index.terms().suggest(text, limit)
        ),
    )
    return tag.on(_json(body))


@blueprint.get(f"{ROOT}/records/<path:record_id>")
def record(record_id: str) -> Response:
    """One record by its identity, with what is known of its journal."""
    given = _given(endpoint.RECORD)
    editions = given[endpoint.EDITION]
    index = engine()
    found, form = find(index, record_id, editions), None
    if found is None:
        # An identity may itself end as a file does.
        stem, point, ending = record_id.rpartition(".")
        form = _ENDINGS.get(point + ending)
        found = find(index, stem, editions) if form else None
    if found is None:
        raise NotFound(f"there is no record {record_id[:200]!r}")
    form = form or _BY_TYPE.get(_accepted((JSON, *_BY_TYPE)))
    tag = Tag(index.manifest, form.name if form else "json", vary="Accept")
    if kept := tag.unchanged():
        return kept
    if form:
        stored = index.record(found.record.id)
        answer = _file(form, entries(index, [stored] if stored else [], editions))
    else:
        fields = dict(zip(answers.RECORD_FIELDS, _fields_of(found.record), strict=True))
        answer = _json(answers.RecordAnswer(**fields, editions=found.editions, links=_links(found.record)))
    return tag.on(answer)


def _file(form: ExportFormat, records: Iterable[Entry]) -> Response:
    """A file for download, made while it is sent."""
    answer = Response(form.write(records), content_type=f"{form.media_type}; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="medsearch{form.suffix}"'
    return answer


@blueprint.get(f"{ROOT}/export")
def export() -> Response:
    """All records of a search as a file."""
    given = _given(endpoint.EXPORT)
    form = FORMATS[given[endpoint.FORMAT]]
    _accepted((form.media_type,))
    index = _index(given)
    tag = Tag(index.manifest)
    if kept := tag.unchanged():
        return kept
    asked = replace(endpoint.what(given), sort=given[endpoint.SORT], facets=())
    # Which records there are is known before the file begins, so that what can't be answered is said by a status.
    records = found_records(index, asked, deadline())
    return tag.on(_file(form, entries(index, records, asked.editions)))


@blueprint.get(f"{ROOT}/facets/<name>")
def facet_values(name: str) -> Response:
    """Values of a facet that hold some words, counted over a search."""
    if name not in schema.FACETS:
        raise NotFound(f"there is no facet {name[:40]!r}; the facets are {', '.join(schema.FACETS)}")
    given = _given(endpoint.FACET_VALUES)
    _accepted()
    t = messages(given[endpoint.LANG])
    index = _index(given)
    tag = Tag(index.manifest, t.language, vary="Accept-Language")
    if kept := tag.unchanged():
        return kept
    asked = endpoint.what(given, endpoint.QUERY)
    asked = replace(asked, facets=(name,), facet_limits={name: maxsize}, per_page=1, fragments=False)
    result = search(index, asked, deadline=deadline())
    parameters = {kind: texts for kind, texts in request.args.to_dict(flat=False).items() if kind not in {"q", "limit"}}
    if "query" in parameters:
        parameters["q"] = parameters.pop("query")
    addresses = SearchAddresses(_search_path(), parameters, asked.filters)
    words = schema.fold_value(given[endpoint.WITHIN]).split()
    matching = [value for value in result.facets[0].values if _holds(words, name, value, t)]
    body = answers.FacetAnswer(
        answers.FacetMeta(
            q=given[endpoint.WITHIN],
            query=given[endpoint.QUERY],
            name=name,
            matching=len(matching),
            generation=index.manifest.generation,
        ),
        tuple(_facet_value(name, value, asked.filters, addresses, t) for value in matching[: given[endpoint.VALUES]]),
    )
    return tag.on(_json(body))


def _holds(words: list[str], name: str, value: FacetValue, t: Messages) -> bool:
    """Whether a value, or its name in the interface, holds all words."""
    if not words:
        return True
    # What stands for no value at all is no text to be searched, but its name in the interface is.
    own = "" if value.value == UNKNOWN else value.value
    text = schema.fold_value(f"{own} {label(t, name, choice_of(name, value.value))}")
    return all(word in text for word in words)


@blueprint.get(f"{ROOT}/explain")
def explain_article() -> Response:
    """Why a search does not find an article."""
    given = _given(endpoint.EXPLAIN)
    _accepted()
    index = _index(given)
    tag = Tag(index.manifest)
    if kept := tag.unchanged():
        return kept
    article = given[endpoint.ARTICLE]
    said = explain(index, endpoint.what(given), article, deadline())
    return tag.on(_json(_explained(said, article, index.manifest.generation)))


def _explained(said: Explanation, article: str, generation: str) -> answers.ExplainAnswer:
    return answers.ExplainAnswer(
        article=article,
        indexed=said.record is not None,
        found=said.found,
        record=_candidate(said.record) if said.record else None,
        parts=tuple(answers.ExplainedPart(part.text, part.holds) for part in said.parts),
        filters=tuple(
            answers.ExplainedFilter(one.name, tuple(map(str, one.chosen)), one.values, one.holds)
            for one in said.filters
        ),
        holds_most_words=said.holds_most_words,
        similar=tuple(map(_candidate, said.similar)),
        generation=generation,
    )


def _candidate(found: Record) -> answers.Candidate:
    return answers.Candidate(found.id, found.title_en, found.title_zh, api_address(request.script_root, found.id))


@blueprint.get(f"{ROOT}/index")
def describe_index() -> Response:
    """What is served."""
    _given(endpoint.INDEX)
    _accepted()
    index = engine()
    manifest = index.manifest
    tag = Tag(manifest, control=PUBLIC)
    if kept := tag.unchanged():
        return kept
    report = read_report(index.report())
    body = answers.IndexAnswer(
        generation=manifest.generation,
        built_at=manifest.built_at,
        version=manifest.version,
        documents=manifest.documents,
        editions=manifest.editions,
        counts=answers.Counts(
            kind=report.kind,
            read=report.read,
            indexed=report.indexed,
            replaced=report.replaced,
            merged=report.merged,
            deleted=report.deleted,
            skipped=report.skipped,
            seconds=round(report.seconds, 1),
        ),
        filled={one.field: one.count for one in report.filled},
        languages={one.field: one.count for one in report.languages},
    )
    return tag.on(_json(body))


@blueprint.get(f"{ROOT}/openapi.json")
def openapi_document() -> Response:
    """The description of the endpoint for programs."""
    manifest = engine().manifest
    tag = Tag(manifest, request.script_root, control=PUBLIC)
    if kept := tag.unchanged():
        return kept
    return tag.on(_json(openapi.document(request.script_root + ROOT, manifest.editions)))


@blueprint.get(f"{ROOT}/", strict_slashes=False)
def reference() -> Response:
    """The description of the endpoint for people."""
    language = request.args.get("lang")
    language = language if language in LANGUAGES else None
    t = messages(language)
    links = Links(request.script_root, PageState(language=language), encoded_path(request.script_root + request.path))
    html = render_template(
        "reference.html",
        t=t,
        languages=[CATALOGUES[one] for one in LANGUAGES],
        links=links,
        operations=openapi.pages(t.language),
        base=request.script_root + ROOT,
    )
    return Response(html, headers={"Vary": "Accept-Language", "Content-Language": t.tag, "Cache-Control": PUBLIC})


@blueprint.get("/livez")
def alive() -> Response:
    """That this process answers, whatever becomes of its index."""
    return _json({"status": "alive"}, **{"Cache-Control": "no-store"})


@blueprint.get("/healthz")
def health() -> Response:
    """Whether searches can be answered."""
    index = engine()
    until = monotonic() + _READY_SECONDS
    whole = index.search(Plan(Everything(), limit=0, deadline=until, partial=True)).partial is None
    manifest = index.manifest
    body = {"status": "ok" if whole else "partial", "generation": manifest.generation, "documents": manifest.documents}
    return _json(body, **{"Cache-Control": "no-store"})


def _search_path() -> str:
    return f"{request.script_root}{ROOT}/search"


def _meta(result: SearchResult, following: str | None, *, paged: bool) -> answers.SearchMeta:
    asked, relaxation = result.request, result.relaxation
    return answers.SearchMeta(
        count=result.total,
        page=asked.page if paged else None,
        per_page=asked.per_page,
        next_cursor=following,
        took_ms=round(result.took_ms, 2),
        partial=answers.PartialAnswer(*result.partial) if result.partial else None,
        relaxed=answers.Relaxed(relaxation.all_words, relaxation.most_words) if relaxation else None,
        match=asked.match.value,
        query=answers.QueryReading(
            raw=asked.text,
            parsed=result.parsed,
            ignored=tuple(answers.IgnoredPart(part.text, part.start, part.reason.value) for part in result.ignored),
            expansions=tuple(map(_expansion, result.expansions)),
            did_you_mean=_correction(result.correction) if result.correction else None,
        ),
        index=answers.IndexState(result.manifest.generation, result.manifest.built_at),
    )


def _expansion(expansion: Expansion) -> answers.ExpandedConcept:
    return answers.ExpandedConcept(
        id=expansion.id,
        text=expansion.text,
        start=expansion.start,
        forms=tuple(
            answers.Form(form.text, form.language, form.role.value, tuple(form.sources), form.evidence)
            for form in expansion.forms
        ),
    )


def _correction(correction: QueryCorrection) -> answers.DidYouMean:
    return answers.DidYouMean(
        text=correction.text,
        replacements=tuple(
            answers.Replacement(part.start, part.end, part.text, part.count) for part in correction.replacements
        ),
    )


def _links(found: Record) -> answers.RecordLinks:
    away = outward(found)
    own = api_address(request.script_root, found.id)
    return answers.RecordLinks(doi=away.doi, pubmed=away.pubmed, pmc=away.pmc, pdf=away.pdf, self=own)


def _results(result: SearchResult, select: tuple[str, ...] | None) -> tuple[answers.Result, ...]:
    found = (_result(hit) for hit in result.hits)
    if select is None:
        return tuple(answers.Result(**fields) for fields in found)
    return tuple(answers.Result(**{name: fields[name] for name in select}) for fields in found)


def _result(hit: Hit) -> dict[str, object]:
    fields: dict[str, object] = dict(zip(answers.RECORD_FIELDS, _fields_of(hit.record), strict=True))
    fields["editions"] = hit.editions
    fields["score"] = hit.score
    fields["holds_all_words"] = hit.holds_all_words
    fields["highlights"] = answers.Highlights(
        title_en=_highlight(hit.title_en),
        title_zh=_highlight(hit.title_zh),
        abstract_en=_highlight(hit.snippet_en),
        abstract_zh=_highlight(hit.snippet_zh),
    )
    fields["links"] = _links(hit.record)
    return fields


def _highlight(fragments: Fragments) -> str | None:
    return str(marked(fragments)) if fragments else None


def _facets(result: SearchResult, given: Given, t: Messages) -> tuple[answers.Facet, ...]:
    addresses = SearchAddresses(_search_path(), request.args.to_dict(flat=False), result.request.filters)
    return tuple(_facet(facet, given, result.request.filters, addresses, t) for facet in result.facets)


def _facet(facet: Facet, given: Given, filters: Filters, addresses: SearchAddresses, t: Messages) -> answers.Facet:
    values = facet.values
    if schema.BY_NAME[facet.name].kind is Kind.INTEGER and (limit := given[endpoint.FACET_LIMITS[facet.name]]):
        # The search core gives every year.
        values = (*values[:limit], *(value for value in values[limit:] if value.selected))
    return answers.Facet(
        facet.name,
        facet.distinct,
        tuple(_facet_value(facet.name, value, filters, addresses, t) for value in values),
    )


@lru_cache(maxsize=4096)
def _named(facet: str, value: str, language: str) -> tuple[Choice, str]:
    """The choice of a facet's value, and its name; the same few hundred are in most answers."""
    choice = choice_of(facet, value)
    return choice, label(CATALOGUES[language], facet, choice)


def _facet_value(
    facet: str, value: FacetValue, filters: Filters, addresses: SearchAddresses, t: Messages
) -> answers.FacetValue:
    choice, name = _named(facet, value.value, t.language)
    href = addresses.choosing(facet, choice)
    if value.selected:
        same = [one for one in filters.of(facet) if schema.fold_value(str(one)) == schema.fold_value(str(choice))]
        href = addresses.dropping(facet, same[0]) if same else href
    return answers.FacetValue(value.value, name, value.count, value.selected, href)
