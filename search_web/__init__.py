"""The Flask front end: the search page and the JSON endpoint over one index.

Words: a *state* is all that a page's address says (the request, the language, which list is shown in full); a *choice*
is a chosen value of a facet; *links* are the addresses that lead from one state to another. Nothing is kept on the
server between two requests, and no page needs JavaScript: what `static/` adds (suggestions while typing, facets at
once, keys, picked results and a history kept by the browser) is beside what works without.

- `params`       URL parameters <-> `SearchRequest`, strict for the endpoint and lenient for the page
- `links`        states and records as addresses
- `display`      values as people read them: labels, marked fragments
- `current`      what a request works with: the engine, the language
- `pages`        the search, what is about one (advanced form, audit, feed), the record, help; server-rendered
- `views`, `narrowing`, `record_view`, `citing`, `audit`, `why`  what templates show: hits, facets, a record, ...
- `abstracts`    the sections of an abstract; `builder`: the queries that the advanced form writes
- `exports`      `/export` and `/cite`: picked records, or all that a search finds
- `compression`  answers compressed on their way
- `api`          `/api/v1/search`, `/api/v1/suggest`, `/api/v1/records/<id>`, `/healthz`, `/livez`
- `suggestions`  what to search for where a suggestion is chosen
- `errors`       errors as pages, or as `application/problem+json` for programs
- `messages/`    the interface's words in English and Chinese
- `application`  puts these together
- `command`      the `medsearch` command with `serve`

`create_app` is for WSGI servers (`search_web:create_app("index")`); `medsearch serve` runs it with waitress.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from search_web.settings import Settings


def create_app(index: str, settings: Settings | None = None) -> Flask:
    """The web application over the index in the directory `index`, which may be built or rebuilt while it runs.

    Args:
        index: The directory, which need not exist yet.
        settings: Those of the environment where none are given; see `settings`.

    Raises:
        SettingsError: the environment names one that can't be.
    """
    # Imported here, since `medsearch build` passes through this package and has no use for Flask.
    from search_web.application import make_application  # noqa: PLC0415
    from search_web.settings import from_environment  # noqa: PLC0415

    return make_application(index, from_environment() if settings is None else settings)
