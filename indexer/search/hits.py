"""What a search asks and answers, in the words of the page and the endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

import msgspec

from indexer.record import Record
from indexer.schema import FACETS
from indexer.search.engine import Manifest, Partial, Place, Sort
from indexer.search.expand import Expansion
from indexer.search.facets import Facet
from indexer.search.filters import Filters
from indexer.terms.lexicon import QueryCorrection

DEFAULT_FACET_LIMIT = 12
MAX_PER_PAGE = 100
MAX_OFFSET = 10_000
"""The deepest hit that paging reaches."""


class Match(str, Enum):
    """How many of the plain words of a query a document must hold."""

    AUTO = "auto"
    """All; where that finds fewer than ten documents and there are three words or more, most of them follow below."""
    ALL = "all"
    ANY = "any"


@dataclass(frozen=True)
class SearchRequest:
    """A search as a person or a program asks for it. The empty text finds every document, newest first."""

    text: str = ""
    match: Match = Match.AUTO
    filters: Filters = field(default_factory=Filters)
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    per_page: int = 10
    facets: tuple[str, ...] = FACETS
    expand: bool = True
    """Concepts are searched by all their forms, in both languages."""
    without: tuple[str, ...] = ()
    """Concepts, by their ids in the answer's expansions, that are searched as they were typed."""
    editions: tuple[str, ...] = ()
    """Names of editions of journal metrics, as `JCR 2024`, one of a family at most; the newest where none is named."""
    history: Mapping[int, str] = field(default_factory=dict)
    """Earlier searches that the text refers to, as `#1`, by their numbers."""
    facet_limits: dict[str, int] = field(default_factory=dict)
    """Values at most, by facet; DEFAULT_FACET_LIMIT where it is not named, years always all."""
    after: Place | None = None
    """The place of a hit of the same search on the same generation: the page begins behind it, and has no number."""
    fragments: bool = True
    """Whether matches are shown in the hits; where nobody looks at them, they need not be sought."""


class Fragment(msgspec.Struct, frozen=True, gc=False):
    """A piece of text, and whether it is a match. Plain text: whoever renders it escapes it."""

    text: str
    matched: bool


Fragments = tuple[Fragment, ...]


@dataclass(frozen=True)
class Hit:
    """A found record with what to show of it. The fragments of a field are empty where the record has no such text."""

    record: Record
    """With the metrics of its journal in the editions asked for."""
    score: float
    editions: Mapping[str, str]
    """By family, the edition that the record's metrics are of, as `JCR 2024`; `given` for the record's own."""
    holds_all_words: bool
    """False where it was found only because the search was relaxed."""
    title_en: Fragments
    title_zh: Fragments
    snippet_en: Fragments
    snippet_zh: Fragments
    """Passages of the abstract around matches, or its beginning; an ellipsis stands where text was left out."""
    place: Place = ()
    """Where it stands in the result; see `SearchRequest.after`."""


@dataclass(frozen=True)
class FoundRecord:
    """A record looked up by its identity."""

    record: Record
    """With its journal's description, and its metrics in the editions asked for."""
    editions: Mapping[str, str]
    """As of a `Hit`."""


class Reason(str, Enum):
    """Why a part of a query was not used as typed."""

    STOPWORD = "stopword"
    PUNCTUATION = "punctuation"
    UNBALANCED_QUOTE = "unbalanced_quote"
    UNBALANCED_PARENTHESIS = "unbalanced_parenthesis"
    DANGLING_OPERATOR = "dangling_operator"
    UNKNOWN_FIELD = "unknown_field"
    NO_SUCH_VALUE = "no_such_value"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    TOO_DEEP = "too_deep"
    WILDCARD = "wildcard"
    """It has too few letters beside it, or there are too many: searched as words."""
    WILDCARD_APART = "wildcard_apart"
    """A wildcard in a phrase or a compound: all its words are sought, not side by side."""
    PROXIMITY = "proximity"
    """What is to stand near each other is not two words or more, or there is too much of it: searched as words."""
    NEAREST_FIELD = "nearest_field"
    """A field of PubMed's that is part of another one here, which was searched."""
    ALL_FIELDS = "all_fields"
    """A field of PubMed's that is not held, or none at all: all fields were searched."""
    UNKNOWN_SEARCH = "unknown_search"
    """No such search is known, or it finds nothing to refer to."""
    UNSUPPORTED = "unsupported"
    """Syntax of other search engines, without meaning here."""


@dataclass(frozen=True)
class Ignored:
    """A part of a query that was left out or read in another way."""

    text: str
    start: int
    """Offset in the query as typed."""
    reason: Reason

    @property
    def end(self) -> int:
        """Offset behind it."""
        return self.start + len(self.text)


@dataclass(frozen=True)
class Relaxation:
    """A search was relaxed: documents that hold only most of the words follow those that hold all."""

    all_words: int
    """Documents, under the filters, that hold all words."""
    most_words: int
    """Documents, under the filters, that hold most of them but not all."""


@dataclass(frozen=True)
class SearchResult:
    """The answer to a request."""

    request: SearchRequest
    total: int
    hits: tuple[Hit, ...]
    facets: tuple[Facet, ...]
    parsed: str
    """How the query was read, in its own language, with every operator and parenthesis written out."""
    ignored: tuple[Ignored, ...]
    expansions: tuple[Expansion, ...]
    """What was searched besides what was typed."""
    not_expanded: tuple[Expansion, ...]
    """What would have been, were it not for the request's `without`."""
    correction: QueryCorrection | None
    """The query that may have been meant, of a first page; None where the typed one seems right. Not searched."""
    relaxation: Relaxation | None
    took_ms: float
    manifest: Manifest
    partial: Partial | None = None
    """Where parts of the index did not answer: all of this is of the others. Only where it is welcome."""
