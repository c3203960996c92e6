"""Addresses: every state of a page, and every record, as a link.

`Links` makes the links of one page from its state. A link that changes what is found begins at the first page again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode

from indexer.record import Record
from indexer.search.engine import Sort
from indexer.search.filters import Choice, Filters, Span
from indexer.search.hits import Match, SearchRequest
from search_web.params import PageState, write, write_page

_PATH_SAFE = "/:@!$'()*,;=~"


def encoded_path(path: str) -> str:
    """A path as it stands in an address."""
    return quote(path, safe=_PATH_SAFE, errors="replace")


def record_path(record_id: str) -> str:
    """The end of a record's address for its identity, percent-encoded.

    Slashes stay as they are, since proxies refuse or decode %2F; only where a browser would change the path on its own
    account (empty, `.` and `..` segments) are they encoded.
    """
    safe = _PATH_SAFE
    if re.search(r"(^|/)\.{0,2}(/|$)", record_id):
        safe = _PATH_SAFE.replace("/", "")
    return quote(record_id, safe=safe, errors="replace")


def without_ranges(filters: Filters, facet: str) -> tuple[Choice, ...]:
    """What stays chosen in a facet where one more value is: a range of years would swallow a single one."""
    chosen = filters.of(facet)
    return tuple(one for one in chosen if not isinstance(one, Span) or one.low == one.high)


def api_address(root: str, record_id: str) -> str:
    """A record's address in the endpoint of an application mounted at `root`."""
    return f"{root}/api/v1/records/{record_path(record_id)}"


@dataclass(frozen=True)
class Outward:
    """Where a record can be read elsewhere, and in the endpoint; None where there is no such place."""

    doi: str | None
    pubmed: str | None
    pmc: str | None
    pdf: str | None
    page: str | None
    """The article's page as the source gives it; not part of the endpoint's links, since it is the record's `url`."""


def outward(record: Record) -> Outward:
    """The addresses of a record on other sites."""
    return Outward(
        doi=record.doi and "https://doi.org/" + quote(record.doi, safe="/:;()!$'*,=@~"),
        pubmed=record.pmid and f"https://pubmed.ncbi.nlm.nih.gov/{quote(record.pmid, safe='')}/",
        pmc=record.pmcid and f"https://pmc.ncbi.nlm.nih.gov/articles/{quote(record.pmcid, safe='')}/",
        pdf=_web_address(record.pdf_url),
        page=_web_address(record.url),
    )


def _web_address(address: str | None) -> str | None:
    # Records come from files of many hands: an address of another scheme (javascript:) must never become a link.
    return address if address and re.match(r"https?://", address, re.IGNORECASE) else None


@dataclass(frozen=True)
class Links:
    """The links of a page in a given state."""

    root: str
    """Where the application is mounted, without a slash at the end; empty at the top of a host."""
    state: PageState
    path: str | None = None
    """The path of a page other than the search, percent-encoded."""
    own: tuple[tuple[str, str], ...] = ()
    """What that page's address says besides the state, which it keeps in another language."""

    def filtered(self, filters: Filters) -> str:
        """This search under other filters."""
        return self._first_page(replace(self.state.request, filters=filters))

    def choosing(self, facet: str, choice: Choice) -> str:
        """This search with one more value chosen; see `without_ranges`."""
        filters = self.state.request.filters
        kept = without_ranges(filters, facet)
        for other in filters.of(facet):
            if other not in kept:
                filters = filters.removing(facet, other)
        return self.filtered(filters.adding(facet, choice))

    def dropping(self, facet: str, choice: Choice | None = None) -> str:
        """This search without one chosen value of a facet, or without any of it."""
        return self.filtered(self.state.request.filters.removing(facet, choice))

    def unfiltered(self) -> str:
        """This search without filters."""
        return self.filtered(Filters())

    def page(self, number: int) -> str:
        """Another page of this search."""
        return self._address(replace(self.state, request=replace(self.state.request, page=number)))

    def sorted_by(self, sort: Sort) -> str:
        """This search in another order."""
        return self._first_page(replace(self.state.request, sort=sort))

    def matching(self, match: Match) -> str:
        """This search with another rule for how many words must occur."""
        return self._first_page(replace(self.state.request, match=match))

    def rewritten(self, text: str) -> str:
        """This search for another text."""
        return self._first_page(replace(self.state.request, text=text))

    def expanding(self, *, expand: bool) -> str:
        """This search with all its concepts' other forms, or with none."""
        return self._first_page(replace(self.state.request, expand=expand, without=()))

    def without(self, concept: str) -> str:
        """This search without the other forms of one more concept."""
        return self._first_page(replace(self.state.request, without=(*self.state.request.without, concept)))

    def with_again(self, concept: str) -> str:
        """This search with the other forms of a concept that it left out."""
        kept = tuple(other for other in self.state.request.without if other != concept)
        return self._first_page(replace(self.state.request, without=kept))

    def per_page(self, number: int) -> str:
        """This search with another number of results on a page."""
        return self._first_page(replace(self.state.request, per_page=number))

    def more(self, facet: str | None) -> str:
        """This page with the list of a facet shown in full, or with none."""
        return self._address(replace(self.state, more=facet))

    def compact(self, *, compact: bool) -> str:
        """This page with or without the passages of its results."""
        return self._address(replace(self.state, compact=compact))

    def language(self, language: str) -> str:
        """This page in another language."""
        state = replace(self.state, language=language)
        return f"{self.path or f'{self.root}/'}{_query([*self.own, *write_page(state).items()])}"

    def to(self, place: str) -> str:
        """Another page about this search, by the end of its path, as `audit`."""
        return f"{self.root}/{place}{_query(self._kept().items())}"

    def why(self, article: str) -> str:
        """Why this search finds an article or does not."""
        return f"{self.root}/why{_query([('article', article), *self._kept().items()])}"

    def search(self) -> str:
        """The search whose page about it this is."""
        return self._address(self.state)

    def repeating(self, generation: str, editions: tuple[str, ...]) -> str:
        """This search from its first page, to be repeated as it was made: in the named editions, on the generation."""
        request = replace(self.state.request, editions=editions, page=1)
        written = {**write_page(replace(self.state, request=request, more=None, find="")), "generation": generation}
        return f"{self.root}/?{urlencode(written, errors='replace')}"

    def asking(self, text: str, filters: Filters | None = None) -> str:
        """A new search for a text, which keeps of this page nothing but its language."""
        request = SearchRequest(text=text, filters=filters or Filters())
        return self._address(PageState(request, self.state.language))

    def home(self) -> str:
        """The page without a search."""
        return self.asking("")

    def history(self) -> str:
        """The searches of the browser, beside an empty form that joins them."""
        return self._address(PageState(language=self.state.language), f"{self.root}/advanced") + "#history"

    def help(self) -> str:
        """The help, in this page's language."""
        return self._address(PageState(language=self.state.language), f"{self.root}/help")

    def record(self, record_id: str) -> str:
        """A record's page, in this page's language and editions."""
        kept = PageState(SearchRequest(editions=self.state.request.editions), self.state.language)
        return self._address(kept, f"{self.root}/record/{record_path(record_id)}")

    def export(self, record_id: str, form: str) -> str:
        """A record as a file."""
        editions = ",".join(self.state.request.editions)
        written = {"id": record_id, "format": form, "edition": editions, "lang": self.state.language or ""}
        kept = {name: value for name, value in written.items() if value}
        return f"{self.root}/export?{urlencode(kept, errors='replace')}"

    def reference(self) -> str:
        """What programs can ask, in this page's language."""
        return self._address(PageState(language=self.state.language), f"{self.root}/api/v1/")

    def endpoint(self) -> str:
        """Where programs search."""
        return f"{self.root}/api/v1/search"

    def record_json(self, record_id: str) -> str:
        """A record in the endpoint."""
        return api_address(self.root, record_id)

    def suggestions(self) -> str:
        """The endpoint's suggestions while typing."""
        return f"{self.root}/api/v1/suggest"

    def json(self, reading: str) -> str:
        """This page's results in the endpoint; earlier searches, which it does not know, are in the query's reading."""
        asked = self.state.request
        asked = replace(asked, text=reading) if asked.history else asked
        return f"{self.endpoint()}?{urlencode(write(asked), errors='replace')}"

    def fields(self, *without: str) -> list[tuple[str, str]]:
        """Names and values of the hidden fields by which a form keeps this state, on its first page."""
        left_out = {"page", *without}
        return [(name, value) for name, value in write_page(self.state).items() if name not in left_out]

    def fields_of_facets(self) -> list[tuple[str, str]]:
        """The hidden fields of the form of all facets, which has the filters and editions itself."""
        return self.fields("filter", "edition", "find")

    def _first_page(self, request: SearchRequest) -> str:
        return self._address(replace(self.state, request=replace(request, page=1)))

    def _address(self, state: PageState, path: str | None = None) -> str:
        return (path or f"{self.root}/") + _query(write_page(state).items())

    def _kept(self) -> dict[str, str]:
        """What other pages about this search keep of it."""
        return write_page(replace(self.state, more=None, find=""))


def _query(written: Iterable[tuple[str, str]]) -> str:
    query = urlencode(list(written), errors="replace")
    return f"?{query}" if query else ""
