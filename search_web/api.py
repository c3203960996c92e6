"""The JSON endpoint.

`GET /api/v1/search` takes `q`, `match`, `filter`, `sort`, `page`, `per_page`, `facet`, `edition`, `expand` and
`without` (see `params`); what it does not understand it refuses. A result is the record with every field of `Record`
under its name, null where nothing is known, and with `score`, `holds_all_words`, `highlights` and `links`. Highlights
are HTML-escaped with matches in `<mark>`. Labels of facet values follow the request's Accept-Language; everything else
is the same for everyone. A journal's description is given with single records only, since a page of results would
repeat it.

`GET /api/v1/suggest` takes `q`, what was typed so far, and `limit`. A suggestion's `query` is what searches for it.
"""

from __future__ import annotations

from dataclasses import replace

import msgspec
from flask import Blueprint, Response, request

from indexer import schema
from indexer.record import Record
from indexer.search.expand import Expansion
from indexer.search.facets import Facet
from indexer.search.hits import Fragments, Hit, SearchResult
from indexer.search.searcher import find, search
from indexer.terms.lexicon import QueryCorrection, Suggestion
from search_web import current
from search_web.display import choice_of, label, marked
from search_web.errors import problem
from search_web.links import api_address, outward
from search_web.messages import Messages
from search_web.params import listed, read_strict, read_suggest, refuse_unknown
from search_web.suggestions import query_of

FACET_VALUES = 100
"""Values of a facet at most, the most frequent ones and those that are chosen."""

SUGGESTIONS_KEPT_SECONDS = 60
"""How long a browser may keep suggestions: long enough for deleting and typing again, short beside a rebuild."""

blueprint = Blueprint("api", __name__)


def _json(body: object, **headers: str) -> Response:
    return Response(msgspec.json.encode(body), mimetype="application/json", headers=headers)


@blueprint.get("/api/v1/search")
def search_records() -> Response:
    """Search."""
    asked = read_strict(request.args.to_dict(flat=False))
    asked = replace(asked, facet_limits=dict.fromkeys(schema.FACETS, FACET_VALUES))
    result = search(current.engine(), asked)
    return _json(_answer(result, current.messages()), Vary="Accept-Language")


@blueprint.get("/api/v1/suggest")
def suggest() -> Response:
    """What somebody who has typed so far may want to search for."""
    asked = read_suggest(request.args.to_dict(flat=False))
    engine = current.engine()
    suggestions = engine.terms().suggest(asked.text, asked.limit)
    body = {
        "meta": {"q": asked.text, "limit": asked.limit, "generation": engine.manifest.generation},
        "suggestions": [_suggestion(suggestion) for suggestion in suggestions],
    }
    # Private: what somebody types is not to be kept by what stands between them and us.
    return _json(body, **{"Cache-Control": f"private, max-age={SUGGESTIONS_KEPT_SECONDS}"})


@blueprint.get("/api/v1/records/<path:record_id>")
def record(record_id: str) -> Response:
    """One record by its identity, with what is known of its journal."""
    asked = request.args.to_dict(flat=False)
    refuse_unknown(asked, ("edition",))
    found = find(current.engine(), record_id, listed(asked.get("edition", [""])[0]))
    if found is None:
        return problem(404, f"there is no record {record_id[:200]!r}")
    return _json({**_fields(found.record), "editions": found.editions, "links": _links(found.record)})


@blueprint.get("/healthz")
def health() -> Response:
    """Whether searches can be answered."""
    manifest = current.engine().manifest
    return _json({"status": "ok", "generation": manifest.generation, "documents": manifest.documents})


def _answer(result: SearchResult, messages: Messages) -> dict[str, object]:
    asked, relaxation = result.request, result.relaxation
    return {
        "meta": {
            "count": result.total,
            "page": asked.page,
            "per_page": asked.per_page,
            "took_ms": round(result.took_ms, 2),
            "relaxed": relaxation and {"all_words": relaxation.all_words, "most_words": relaxation.most_words},
            "match": asked.match.value,
            "query": {
                "raw": asked.text,
                "parsed": result.parsed,
                "ignored": [
                    {"text": part.text, "start": part.start, "reason": part.reason.value} for part in result.ignored
                ],
                "expansions": [_expansion(expansion) for expansion in result.expansions],
                "did_you_mean": _correction(result.correction) if result.correction else None,
            },
            "index": {"generation": result.manifest.generation, "built_at": result.manifest.built_at},
        },
        "results": [_result(hit) for hit in result.hits],
        "facets": [_facet(facet, messages) for facet in result.facets],
    }


def _expansion(expansion: Expansion) -> dict[str, object]:
    return {
        "id": expansion.id,
        "text": expansion.text,
        "start": expansion.start,
        "forms": [
            {
                "text": form.text,
                "language": form.language,
                "role": form.role.value,
                "sources": form.sources,
                "evidence": form.evidence,
            }
            for form in expansion.forms
        ],
    }


def _correction(correction: QueryCorrection) -> dict[str, object]:
    return {
        "text": correction.text,
        "replacements": [
            {"start": part.start, "end": part.end, "text": part.text, "count": part.count}
            for part in correction.replacements
        ],
    }


def _suggestion(suggestion: Suggestion) -> dict[str, object]:
    return {
        "text": suggestion.text,
        "kind": suggestion.kind.value,
        "query": query_of(suggestion),
        "count": suggestion.count,
        "partner": suggestion.partner,
        "preferred": suggestion.preferred,
    }


def _fields(found: Record) -> dict[str, object]:
    # Not msgspec's own encoding, which leaves out what is not known: programs are given the same shape every time.
    return {name: getattr(found, name) for name in found.__struct_fields__}


def _links(found: Record) -> dict[str, str | None]:
    away = outward(found)
    own = api_address(request.script_root, found.id)
    return {"doi": away.doi, "pubmed": away.pubmed, "pmc": away.pmc, "pdf": away.pdf, "self": own}


def _result(hit: Hit) -> dict[str, object]:
    return {
        **_fields(hit.record),
        "editions": hit.editions,
        "score": hit.score,
        "holds_all_words": hit.holds_all_words,
        "highlights": {
            "title_en": _highlight(hit.title_en),
            "title_zh": _highlight(hit.title_zh),
            "abstract_en": _highlight(hit.snippet_en),
            "abstract_zh": _highlight(hit.snippet_zh),
        },
        "links": _links(hit.record),
    }


def _highlight(fragments: Fragments) -> str | None:
    return str(marked(fragments)) if fragments else None


def _facet(facet: Facet, messages: Messages) -> dict[str, object]:
    return {
        "name": facet.name,
        "values": [
            {
                "value": value.value,
                "label": label(messages, facet.name, choice_of(facet.name, value.value)),
                "count": value.count,
                "selected": value.selected,
            }
            for value in facet.values
        ],
    }
