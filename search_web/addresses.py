"""Addresses of searches in the endpoint, for the values of facets: each chooses its value, or no longer does.

There may be hundreds in an answer, so what they share is written once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from urllib.parse import quote_plus, urlencode

from indexer.search.filters import Choice, Filters, written
from search_web.links import without_ranges


@lru_cache(maxsize=4096)
def _encoded(choice: Choice) -> str:
    """A choice as it stands in an address; the same few hundred are in most answers."""
    return quote_plus(written(choice), errors="replace")


class SearchAddresses:
    """The addresses of one search under other filters, on its first page.

    Args:
        path: Of the search in the endpoint, from the top of the host.
        parameters: The search's own, as they were given, with one value each.
        filters: What is chosen now.
    """

    def __init__(self, path: str, parameters: Mapping[str, Sequence[str]], filters: Filters) -> None:
        kept = {name: values[0] for name, values in parameters.items() if name not in {"filter", "page", "cursor"}}
        query = urlencode({name: value for name, value in kept.items() if value or name == "facet"}, errors="replace")
        self._path = path
        self._beginning = f"{path}?{query}" if query else path
        self._joint = "&" if query else "?"
        self._filters = filters
        self._choosing: dict[str, str] = {}

    def filtered(self, filters: Filters) -> str:
        """The search under other filters."""
        if not filters:
            return self._beginning
        return f"{self._beginning}{self._joint}filter={quote_plus(str(filters), errors='replace')}"

    def choosing(self, facet: str, choice: Choice) -> str:
        """The search with one more value of a facet chosen."""
        beginning = self._choosing.get(facet)
        if beginning is None:
            others = self._filters.removing(facet)
            kept = without_ranges(self._filters, facet)
            text = (f"{others}," if others else "") + f"{facet}:" + "".join(f"{written(one)}|" for one in kept)
            beginning = f"{self._beginning}{self._joint}filter={quote_plus(text, errors='replace')}"
            self._choosing[facet] = beginning
        return beginning + _encoded(choice)

    def dropping(self, facet: str, choice: Choice) -> str:
        """The search without a chosen value of a facet."""
        return self.filtered(self._filters.removing(facet, choice))
