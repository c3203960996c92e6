"""A record's citations as pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from indexer.citations import Style, cite, sides
from indexer.record import Record
from search_web.messages import CATALOGUES


@dataclass(frozen=True)
class CitationView:
    """A citation as HTML, and as the plain text that is copied."""

    html: Markup
    text: str
    tag: str
    """Of the language of its title, as in HTML's lang attribute."""


# A processor takes some milliseconds for what a page shows again and again: going back, switching the language.
@lru_cache(maxsize=512)
def cited(record: Record, style: Style) -> CitationView | None:
    """A record's citation in a style; None where it has no title to be cited by."""
    citation = cite(record, style)
    if citation is None:
        return None
    # The markup is the processor's own: it escapes what it was given.
    return CitationView(Markup(citation.html), citation.text, CATALOGUES[sides(record).language].tag)  # noqa: S704
