"""What is taken away from the page: picked records, or all that a search finds, as files or as citations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from flask import Blueprint, Response, request

from indexer.citations import Style
from indexer.export import FORMATS, entries
from indexer.record import Record
from indexer.search.engine import Engine
from indexer.search.searcher import found_records
from search_web import current, errors
from search_web.citing import cited
from search_web.pages import links_here, page, state_of
from search_web.params import PageState

MOST_CITED = 100
"""Citations on one page; a processor takes some milliseconds for each."""

blueprint = Blueprint("exports", __name__)


@blueprint.route("/export", methods=["GET", "POST"])
def export() -> Response:
    """Records as a file in a format of `indexer.export`."""
    engine = current.engine()
    form = FORMATS.get(request.values.get("format", ""))
    if form is None:
        return errors.page(400, "request")
    state = state_of(engine)
    records = _records(engine, state)
    if records is None:
        return _nothing()
    written = form.write(entries(engine, records, state.request.editions))
    name = f"medsearch-{engine.manifest.generation}{form.suffix}"
    return Response(
        written, mimetype=form.media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@blueprint.route("/cite", methods=["GET", "POST"])
def citations() -> Response:
    """Citations of records as a list, or as plain text where a script asks for it."""
    engine = current.engine()
    state = state_of(engine)
    styles = {style.value: style for style in Style}
    style = styles.get(request.values.get("style", ""), Style.VANCOUVER)
    records = _records(engine, state)
    if records is None:
        return _nothing()
    found = [one for one in (cited(record, style) for record in islice(records, MOST_CITED)) if one]
    if request.values.get("as") == "text":
        return Response("\n".join(one.text for one in found), mimetype="text/plain")
    t = current.messages(state.language)
    more = next(records, None) is not None
    return page(
        "cite.html",
        t,
        links=links_here(replace(state, problems=()), _asked()),
        citations=found,
        style=style,
        limit=MOST_CITED if more else None,
        manifest=engine.manifest,
    )


def _asked() -> list[tuple[str, str]]:
    """What the request says of records and style, so that the same citations are shown in another language."""
    picked = dict.fromkeys(request.values.getlist("id"))
    named = [(name, request.values[name]) for name in ("scope", "style") if name in request.values]
    return named if request.values.get("scope") == "all" else named + [("id", one) for one in picked][:MOST_CITED]


def _nothing() -> Response:
    """Says why there is no record to take away: none is picked, or none of those is in this index."""
    if any(request.values.getlist("id")):
        return errors.page(404, "picked_missing")
    return errors.page(400, "nothing_picked")


def _records(engine: Engine, state: PageState) -> Iterator[Record] | None:
    """The records that are asked for, in the order in which they were found or picked; None where there is none."""
    if request.values.get("scope") == "all":
        return iter(found_records(engine, state.request, current.deadline()))
    picked = dict.fromkeys(request.values.getlist("id"))
    found = (record for record in map(engine.record, picked) if record)
    first = next(found, None)
    return None if first is None else iter((first, *found))
