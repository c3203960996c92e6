"""The walls between the search core and the engines: what an engine is asked, and what it answers.

`Engine` reads one published generation; `IndexWriter` makes the next one. Both speak of documents and terms as `schema`
and `query` define them and know nothing of query syntax, languages or pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import msgspec

from indexer.journals import Journal
from indexer.record import Record
from indexer.schema import Documents
from indexer.search.filters import Filters
from indexer.search.query import Query
from indexer.search.ranking import DEFAULT, Settings
from indexer.terms.lexicon import Lexicon

Place = tuple[float | str, ...]
"""Where a document stands in an order: its keys, which no other has."""


class Sort(str, Enum):
    """Orders of a result; documents without the value come last. Ties fall by score, then newest, then identity."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"
    IMPACT_FACTOR = "impact_factor"
    CITATIONS = "citations"


@dataclass(frozen=True)
class Plan:
    """A search as an engine executes it."""

    query: Query
    preferred: Query | None = None
    """Documents that match this as well come before all others, whatever the order within."""
    filters: Filters = field(default_factory=Filters)
    facets: tuple[str, ...] = ()
    facet_limits: Mapping[str, int] = field(default_factory=dict)
    """Of each facet that it names, how many values are wanted: the most frequent, by value where these are equal.

    Besides them `UNKNOWN` and what the filters choose are given. All values of other facets are.
    """
    editions: Mapping[str, str] = field(default_factory=dict)
    """By family, the edition whose values filters, facets and sorting use; the newest where none is named.

    `Value` nodes of the query name their edition themselves.
    """
    sort: Sort = Sort.RELEVANCE
    offset: int = 0
    limit: int = 10
    after: Place | None = None
    """The `place` of a hit of the same plan on the same generation: the hits begin behind it, however deep it is."""
    deadline: float | None = None
    """When to give up, on the clock of `time.monotonic`; never where it is None."""
    ranking: Settings = DEFAULT
    partial: bool = False
    """An answer without the parts of the index that can't be asked is welcome, where its location allows one."""


class EngineHit(NamedTuple):
    """A document of the answer's page."""

    record: Record
    score: float
    preferred: bool
    """It matches the plan's preferred query; True where the plan has none."""
    place: Place = ()
    """Where it stands in the plan's order: hits behind it have lesser places. Of meaning to its generation alone."""


@dataclass(frozen=True)
class FacetCounts:
    """What one facet counts."""

    values: Mapping[str, int]
    """The values (`UNKNOWN` among them) with their disjunctive counts; no zeros."""
    distinct: int
    """How many values there are before any limit."""


class Partial(NamedTuple):
    """How much of an index an answer is of."""

    answered: int
    """Parts that did."""
    parts: int
    """That there are."""


@dataclass(frozen=True)
class EngineAnswer:
    """The answer to a plan."""

    total: int
    preferred_total: int
    """How many of the total match the plan's preferred query; the total where the plan has none."""
    hits: tuple[EngineHit, ...]
    facets: Mapping[str, FacetCounts]
    """Of each facet asked for."""
    partial: Partial | None = None
    """Where parts of the index did not answer: all of the above is of the others. Only for plans that allow it."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a generation says of itself, written when it is published."""

    generation: str
    built_at: str
    """ISO 8601, UTC."""
    documents: int
    schema: str
    """`schema.fingerprint()` of the build."""
    analysis: str
    """`analysis.fingerprint()` of the build."""
    version: str
    """Of medsearch that built it."""
    editions: dict[str, tuple[str, ...]] = {}
    """The editions of journal metrics that it holds, newest first, by family."""


@dataclass(frozen=True)
class Companions:
    """What a generation keeps beside its documents."""

    journals: tuple[Journal, ...]
    tables: bytes
    """The journal tables of the build, as `JournalTables.dump` gives them."""
    report: bytes
    """The report of the build or update, as JSON."""
    lexicon: Path
    """The file of the lexicon, finished, in the writer's workspace."""


class Engine(Protocol):
    """One published generation, open for reading. Safe to use from several threads at once.

    Whatever is asked of one that other machines hold may raise EngineUnavailableError, and IndexMissingError where the
    generation was removed, since others were published. An answer is whole, or IncompleteError, but for the one that
    says that it is not (`EngineAnswer.partial`).
    """

    @property
    def manifest(self) -> Manifest:
        """What the generation says of itself."""
        ...

    def search(self, plan: Plan) -> EngineAnswer:
        """Execute a plan.

        Raises:
            SearchTimeoutError: it was not done by the plan's deadline.
            RequestError: the plan's `after` is no place, or the query is more than the engine takes.
        """
        ...

    def count(self, query: Query, deadline: float | None = None) -> int:
        """How many documents match, without filters.

        Raises:
            SearchTimeoutError: it was not done by the deadline, as of a plan.
        """
        ...

    def record(self, record_id: str) -> Record | None:
        """The record of an identity."""
        ...

    def records(self) -> Iterator[Record]:
        """All records, in no particular order, read one by one."""
        ...

    def records_of(self, plan: Plan) -> Iterator[Record]:
        """All records of the answer to a plan, in its order, read one by one.

        The plan's facets, and which part of the answer it wants, don't count. Memory does not grow with the answer.

        Raises:
            SearchTimeoutError: At once, where it was not known by the plan's deadline which records there are.
        """
        ...

    def journal(self, name: str) -> Journal | None:
        """What is known of a journal by its name."""
        ...

    def journals(self) -> tuple[Journal, ...]:
        """All journals of the generation."""
        ...

    def tables(self) -> bytes:
        """The journal tables of the build, for `JournalTables.load`."""
        ...

    def report(self) -> bytes:
        """The report of the build, as JSON."""
        ...

    def terms(self) -> Lexicon:
        """The lexicon of the generation: its concepts, words and names."""
        ...

    def warm(self) -> None:
        """Have ready what the first searches would wait for; whoever serves calls it before it does."""
        ...

    def close(self) -> None:
        """Give back files and memory; the engine can't be used afterwards."""
        ...


class Packer(Protocol):
    """Brings documents into the form that its writer takes. Can be pickled, for use in other processes."""

    def pack(self, documents: Documents) -> object:
        """A batch of documents, at least one, as `IndexWriter.add` takes it; it can be pickled."""
        ...


class IndexWriter(Protocol):
    """A generation in the making: empty at first, or the published one to be changed.

    Nothing of it is seen by readers before `publish` has returned. One that other machines hold may raise
    EngineUnavailableError from any call.
    """

    @property
    def generation(self) -> str:
        """Its name."""
        ...

    @property
    def workspace(self) -> Path:
        """A folder for files in the making; what is not published goes with it."""
        ...

    def packer(self) -> Packer:
        """What brings documents into the form that `add` takes."""
        ...

    def add(self, packed: Any) -> None:  # noqa: ANN401 - what its packer packed
        """Index and store documents, in place of the published ones of the same identities where there are any.

        Each identity is added once.
        """
        ...

    def delete(self, record_id: str) -> bool:
        """Remove a document that is published; False where it was removed already.

        For one that was never published either is given, since not every writer knows which are; nothing is removed.
        """
        ...

    def finish(self) -> int:
        """Write out all changes; nothing can be added afterwards. How many documents the generation holds."""
        ...

    @property
    def refused(self) -> Mapping[str, str]:
        """Documents that were added and can't be taken, by identity, with reasons; all of them once it is finished."""
        ...

    def publish(self, manifest: Manifest, companions: Companions) -> None:
        """Verify what was finished (open, count, search) and switch readers to this generation in one step.

        Raises:
            BuildError: the generation does not verify; the one before still serves.
        """
        ...

    def close(self) -> None:
        """Give back files and the location. What was not published is removed; the generation before still serves."""
        ...
