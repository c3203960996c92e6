"""What the endpoint answers, as types: encoded as they stand, and what the endpoint's description is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, get_type_hints

import msgspec

from indexer.record import Record


class IndexState(msgspec.Struct, frozen=True):
    """The generation of the index that answered."""

    generation: str
    built_at: str


class Form(msgspec.Struct, frozen=True):
    """A form by which a concept was searched."""

    text: str
    language: str
    role: str
    sources: tuple[str, ...]
    evidence: int | None


class ExpandedConcept(msgspec.Struct, frozen=True):
    """A concept that the query names, searched by its other forms too."""

    id: str
    text: str
    start: int
    forms: tuple[Form, ...]


class IgnoredPart(msgspec.Struct, frozen=True):
    """A part of the query that was left out, or read in another way than it was typed."""

    text: str
    start: int
    reason: str


class Replacement(msgspec.Struct, frozen=True):
    """What a correction changes."""

    start: int
    end: int
    text: str
    count: int


class DidYouMean(msgspec.Struct, frozen=True):
    """A query that may have been meant."""

    text: str
    replacements: tuple[Replacement, ...]


class QueryReading(msgspec.Struct, frozen=True):
    """How the query was read."""

    raw: str
    parsed: str
    ignored: tuple[IgnoredPart, ...]
    expansions: tuple[ExpandedConcept, ...]
    did_you_mean: DidYouMean | None


class Relaxed(msgspec.Struct, frozen=True):
    """How many results hold all words, and how many only most of them."""

    all_words: int
    most_words: int


class PartialAnswer(msgspec.Struct, frozen=True):
    """Parts of the index did not answer: results, count and facets are of the others alone."""

    answered: int
    parts: int


class SearchMeta(msgspec.Struct, frozen=True):
    """What was searched, and how much was found."""

    count: int
    page: int | None
    """Null where a cursor was given."""
    per_page: int
    next_cursor: str | None
    """Null without a cursor, and behind the last result."""
    took_ms: float
    partial: PartialAnswer | None
    """Null where the answer is whole. One that is not has no ETag and is not to be kept."""
    relaxed: Relaxed | None
    match: str
    query: QueryReading
    index: IndexState


class Highlights(msgspec.Struct, frozen=True):
    """Titles and passages of abstracts as HTML, escaped, with matches in `<mark>`."""

    title_en: str | None
    title_zh: str | None
    abstract_en: str | None
    abstract_zh: str | None


class RecordLinks(msgspec.Struct, frozen=True):
    """Where the article can be read, and this record in the endpoint."""

    doi: str | None
    pubmed: str | None
    pmc: str | None
    pdf: str | None
    self: str


class FacetValue(msgspec.Struct, frozen=True, gc=False):
    """A value of a facet, how many results have it, and the search that chooses it, or no longer does."""

    value: str
    label: str
    count: int
    selected: bool
    href: str


class Facet(msgspec.Struct, frozen=True):
    """The values of a facet."""

    name: str
    distinct: int
    """How many values there are before any limit."""
    values: tuple[FacetValue, ...]


RECORD_FIELDS = Record.__struct_fields__

if TYPE_CHECKING:

    class Result(msgspec.Struct, frozen=True):
        """A record that was found; the fields of `Record` and those named here."""

        def __init__(self, **fields: Any) -> None: ...  # noqa: ANN401

    class RecordAnswer(msgspec.Struct, frozen=True):
        """One record; the fields of `Record` and those named here."""

        def __init__(self, **fields: Any) -> None: ...  # noqa: ANN401

else:
    # Every field of a record is there under its name, null where nothing is known: programs are given one shape.
    _FIELDS = get_type_hints(Record)
    _OWN = {
        "editions": Mapping[str, str],
        "score": float,
        "holds_all_words": bool,
        "highlights": Highlights,
        "links": RecordLinks,
    }
    Result = msgspec.defstruct(
        "Result",
        [(name, kind | msgspec.UnsetType, msgspec.UNSET) for name, kind in {**_FIELDS, **_OWN}.items()],
        frozen=True,
        kw_only=True,
        module=__name__,
    )
    Result.__doc__ = "A record that was found. With `select` only the fields that it names."
    RecordAnswer = msgspec.defstruct(
        "RecordAnswer",
        [*_FIELDS.items(), ("editions", Mapping[str, str]), ("links", RecordLinks)],
        frozen=True,
        kw_only=True,
        module=__name__,
    )
    RecordAnswer.__doc__ = "One record, with its journal's description."

RESULT_FIELDS: tuple[str, ...] = Result.__struct_fields__
"""What `select` can name."""


class SearchAnswer(msgspec.Struct, frozen=True):
    """A page of results."""

    meta: SearchMeta
    results: tuple[Result, ...]
    facets: tuple[Facet, ...]


class SuggestMeta(msgspec.Struct, frozen=True):
    """What suggestions were asked for."""

    q: str
    limit: int
    generation: str


class Suggested(msgspec.Struct, frozen=True):
    """Something to search for; `query` is what searches for it."""

    text: str
    kind: str
    query: str
    count: int
    partner: str | None
    """The concept's name in the other language."""
    preferred: str | None
    """The concept's usual name, where `text` is another."""


class SuggestAnswer(msgspec.Struct, frozen=True):
    """Suggestions, best first."""

    meta: SuggestMeta
    suggestions: tuple[Suggested, ...]


class FacetMeta(msgspec.Struct, frozen=True):
    """What values were asked for."""

    q: str
    query: str
    name: str
    matching: int
    """Values that hold `q`; at most `limit` of them are given."""
    generation: str


class FacetAnswer(msgspec.Struct, frozen=True):
    """Values of one facet over a search."""

    meta: FacetMeta
    values: tuple[FacetValue, ...]


class ExplainedPart(msgspec.Struct, frozen=True):
    """A part of the query, all of which must hold, and whether it holds for the article."""

    text: str
    holds: bool


class ExplainedFilter(msgspec.Struct, frozen=True):
    """A filter, and whether the article passes it."""

    name: str
    chosen: tuple[str, ...]
    values: tuple[str, ...]
    """Of the article; `unknown` where it has none."""
    holds: bool


class Candidate(msgspec.Struct, frozen=True):
    """A record that a title may mean."""

    id: str
    title_en: str | None
    title_zh: str | None
    href: str


class ExplainAnswer(msgspec.Struct, frozen=True):
    """Why a search does not find an article: it is not indexed, or what the parts and filters say."""

    article: str
    indexed: bool
    found: bool
    """The search finds it."""
    record: Candidate | None
    parts: tuple[ExplainedPart, ...]
    filters: tuple[ExplainedFilter, ...]
    holds_most_words: bool | None
    """Of a search that was relaxed: it was found, or not, as one that holds most of the words. Null for others."""
    similar: tuple[Candidate, ...]
    """Of a title that no record has: those that come closest."""
    generation: str


class Counts(msgspec.Struct, frozen=True):
    """What the last build or update read, and what came of it."""

    kind: str
    read: int
    indexed: int
    replaced: int
    merged: int
    deleted: int
    skipped: int
    seconds: float


class IndexAnswer(msgspec.Struct, frozen=True):
    """The index that is served. Names of its sources are the operator's and are not told."""

    generation: str
    built_at: str
    version: str
    """Of medsearch that built it."""
    documents: int
    editions: Mapping[str, tuple[str, ...]]
    """Editions of journal metrics, newest first, by family."""
    counts: Counts
    filled: Mapping[str, int]
    """Of the documents of the last build or update, how many have a field."""
    languages: Mapping[str, int]
    """Of the same documents, how many have a title or abstract in a language, and in both."""


class Problem(msgspec.Struct, frozen=True):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
