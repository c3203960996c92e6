"""The JSON endpoint.

`GET /api/v1/search` takes `q`, `match`, `filter`, `sort`, `page`, `per_page` and `facet` (see `params`); what it does
not understand it refuses. A result is the record with every field of `Record` under its name, null where nothing is
known, and with `score`, `holds_all_words`, `highlights` and `links`. Highlights are HTML-escaped with matches in
`<mark>`. Labels of facet values follow the request's Accept-Language; everything else is the same for everyone. A
journal's description is given with single records only, since a page of results would repeat it.
"""

from __future__ import annotations

from dataclasses import replace

import msgspec
from flask import Blueprint, Response, request

from indexer import schema
from indexer.record import Record
from indexer.search.facets import Facet
from indexer.search.hits import Fragments, Hit, SearchResult
from indexer.search.searcher import find, search
from search_web import current
from search_web.display import choice_of, label, marked
from search_web.errors import problem
from search_web.links import api_address, outward
from search_web.messages import Messages
from search_web.params import editions, read_strict, refuse_unknown

FACET_VALUES = 100
"""Values of a facet at most, the most frequent ones and those that are chosen."""

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


@blueprint.get("/api/v1/records/<path:record_id>")
def record(record_id: str) -> Response:
    """One record by its identity, with what is known of its journal."""
    asked = request.args.to_dict(flat=False)
    refuse_unknown(asked, ("edition",))
    found = find(current.engine(), record_id, editions(asked.get("edition", [""])[0]))
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
            },
            "index": {"generation": result.manifest.generation, "built_at": result.manifest.built_at},
        },
        "results": [_result(hit) for hit in result.hits],
        "facets": [_facet(facet, messages) for facet in result.facets],
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
