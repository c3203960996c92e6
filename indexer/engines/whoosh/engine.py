"""The Whoosh engine: one published generation, open for reading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from itertools import repeat
from pathlib import Path
from typing import Any
from weakref import proxy

import msgspec
import numpy as np
import numpy.typing as npt

from indexer import schema
from indexer.engines.verifying import check_built_with
from indexer.engines.whoosh import kernels, store
from indexer.engines.whoosh.columnar.errors import ColumnarError
from indexer.engines.whoosh.columnar.layout import NumericColumn, StringColumn
from indexer.engines.whoosh.columnar.merge import union_of_texts
from indexer.engines.whoosh.columns import NOT_FILTERED, FacetColumn, Failing
from indexer.engines.whoosh.evaluate import Evaluator, Matches, check_deadline, leaf_cache
from indexer.engines.whoosh.mapping import ID_FIELD, MISSING_INTEGER, RECORD_FIELD
from indexer.engines.whoosh.segments import BoundedCache, Collection, Docs, Mask, Segment, frozen
from indexer.engines.whoosh.warm import warm
from indexer.errors import IndexDamagedError, MedsearchError, RequestError
from indexer.journals import Journal, journal_key
from indexer.record import Record
from indexer.schema import Kind
from indexer.search.engine import EngineAnswer, EngineHit, FacetCounts, Manifest, Plan, Sort
from indexer.search.query import Everything, Pattern, Phrase, Query, Synonyms, Term
from indexer.search.ranking import DEFAULT, Settings
from indexer.terms.lexicon import Lexicon

RECENT_BYTES = 64 * 2**20
"""What recent queries matched, at most: paging, sorting and filtering ask for the same again."""
BATCH = 2000
"""Documents whose order is worked out at a time where all are asked for."""
COUNTED = 256
"""Recent searches whose facets are kept: the first page is asked for again and again."""
COUNTED_VALUES = 500
"""Facets with more values than this are not kept."""

_ALL = frozen(np.empty(0, dtype=np.bool_))
_UNSORTED = frozen(np.empty(0, dtype=np.int64))
_UNSCORED = frozen(np.empty(0, dtype=np.float64))


@dataclass(frozen=True)
class _Found:
    """The documents of a segment that match and pass all filters."""

    docs: Docs
    scores: npt.NDArray[np.float64]
    """Empty where none is scored."""
    preferred: Mask
    """Empty where all are."""


_Placed = tuple[tuple[float, ...], int, int, float]
"""A document in an order: its keys, which no other has, its segment, its number there, and its score."""


class WhooshEngine:
    """`indexer.search.engine.Engine` over one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._manifest = store.read_manifest(folder)
        try:
            self._collection = Collection(folder / store.POSTINGS)
            journals = msgspec.json.decode((folder / store.JOURNALS).read_bytes(), type=list[Journal])
            self._lexicon = Lexicon(folder / store.LEXICON)
        except MedsearchError:
            raise
        except (ColumnarError, OSError, msgspec.MsgspecError, KeyError, ValueError) as error:
            raise IndexDamagedError(f"can't open the index in {folder} ({error}); rebuild it") from error
        self._journals = {journal_key(journal.name): journal for journal in journals}
        self._leaves = leaf_cache()
        # An engine's documents never change, so what a query matched stays true as long as the engine lives.
        self._recent: BoundedCache[tuple[Matches, ...]] = BoundedCache(
            RECENT_BYTES, lambda kept: sum(part.nbytes for part in kept)
        )
        self._counted: BoundedCache[dict[str, FacetCounts]] = BoundedCache(COUNTED, lambda _: 1)
        # Weakly, so that an engine that nobody uses any more goes at once: what the server has frozen once it had
        # opened its first one would never be found as a cycle.
        self._facet = lru_cache(maxsize=None)(partial(WhooshEngine._read_facet, proxy(self)))
        self._no_values = lru_cache(maxsize=None)(_no_values)
        self._newest = {family: editions[0] for family, editions in self._manifest.editions.items() if editions}

    @property
    def manifest(self) -> Manifest:
        """What the generation says of itself."""
        return self._manifest

    def verify(self, but: WhooshEngine | None = None) -> None:
        """Read the postings' files, but for those that another generation shares, and compare their checksums.

        Raises:
            IndexDamagedError: a byte is not what was written.
        """
        try:
            self._collection.verify(None if but is None else but._collection)  # noqa: SLF001 - of its own kind
        except (ColumnarError, OSError) as error:
            raise IndexDamagedError(f"the index in {self.folder} is damaged ({error}); rebuild it") from error

    def count(self, query: Query, deadline: float | None = None) -> int:
        """How many documents match, without filters."""
        return sum(part.docs.size for part in self._matches(query, DEFAULT, deadline))

    def _matches(self, query: Query, ranking: Settings, deadline: float | None = None) -> tuple[Matches, ...]:
        if isinstance(query, (Term, Phrase, Synonyms, Pattern)):  # kept by the evaluator
            return self._evaluator(ranking, deadline).evaluate(query)
        key = (query, ranking)
        found = self._recent.get(key)
        if found is None:
            found = self._evaluator(ranking, deadline).evaluate(query)
            self._recent.put(key, found)
        return found

    def _evaluator(self, ranking: Settings, deadline: float | None) -> Evaluator:
        return Evaluator(self._collection, ranking, self._leaves, deadline)

    def search(self, plan: Plan) -> EngineAnswer:
        """Execute a plan."""
        if plan.after is not None and (len(plan.after) != kernels.KEYS or any(isinstance(k, str) for k in plan.after)):
            raise RequestError(f"a place among results has {kernels.KEYS} numbers, which this one has not")
        found, selected, failing, passing = self._filtered(plan)
        total = sum(part.docs.size for part in passing)
        preferred_total = total
        if plan.preferred is not None:
            preferred_total = sum(int(part.preferred.sum()) for part in passing)
        return EngineAnswer(
            total=total,
            preferred_total=preferred_total,
            hits=tuple(self._page(passing, plan)) if plan.limit else (),
            facets=self._facets(found, failing, selected, plan),
        )

    def _filtered(self, plan: Plan) -> tuple[tuple[Matches, ...], dict[str, Mask], list[Failing], list[_Found]]:
        """What matches in each segment, the values that each filter lets pass, what fails them, and what passes."""
        check_deadline(plan.deadline)
        found = self._matches(plan.query, plan.ranking, plan.deadline)
        selected = {name: self._facet_of(name, plan).selected(choices) for name, choices in plan.filters.chosen.items()}
        failing = [self._failing(number, part.docs, selected, plan) for number, part in enumerate(found)]
        passing = [self._passing(number, part, failing[number], plan) for number, part in enumerate(found)]
        return found, selected, failing, passing

    def record(self, record_id: str) -> Record | None:
        """The record of an identity."""
        found = self._place_of(record_id)
        return None if found is None else self._stored(*found)

    def holds(self, record_id: str) -> bool:
        """Whether a document has the identity; the record is not read."""
        return self._place_of(record_id) is not None

    def _place_of(self, record_id: str) -> tuple[Segment, int] | None:
        """The segment and the number of the document that has an identity."""
        for segment, places in zip(
            self._collection.segments, self._collection.places((ID_FIELD,), record_id), strict=True
        ):
            for place in places.each():
                # An identity stands in one document that is not deleted, at most.
                for doc in kernels.living(segment.arrays.docs, place.begin, place.end, segment.alive).tolist():
                    return segment, doc
        return None

    def records(self) -> Iterator[Record]:
        """All records, in the order in which they were added."""
        for segment in self._collection.segments:
            for doc in segment.all_docs().tolist():
                yield self._stored(segment, doc)

    def records_of(self, plan: Plan) -> Iterator[Record]:
        """All records of the answer to a plan, in its order."""
        *_, passing = self._filtered(plan)
        return self._all(passing, replace(plan, after=None))

    def _all(self, passing: list[_Found], plan: Plan) -> Iterator[Record]:
        """The records of all documents that pass, in batches, so that memory does not grow with how many they are."""
        while batch := self._first(passing, BATCH, plan):
            for _, number, doc, _ in batch:
                yield self._stored(self._collection.segments[number], doc)
            plan = replace(plan, after=batch[-1][0])

    def journals(self) -> tuple[Journal, ...]:
        """All journals of the generation."""
        return tuple(self._journals.values())

    def journal(self, name: str) -> Journal | None:
        """What is known of a journal by its name."""
        return self._journals.get(journal_key(name))

    def tables(self) -> bytes:
        """The journal tables of the build."""
        return self._companion(store.TABLES)

    def terms(self) -> Lexicon:
        """The lexicon of the generation."""
        return self._lexicon

    def report(self) -> bytes:
        """The report of the build, as JSON."""
        return self._companion(store.REPORT)

    def _companion(self, name: str) -> bytes:
        try:
            return (self.folder / name).read_bytes()
        except OSError as error:
            raise IndexDamagedError(f"can't read {self.folder / name} ({error}); rebuild the index") from error

    def warm(self) -> None:
        """Load compiled loops, and what is worked out of the columns of the whole generation."""
        warm()
        if self._collection.living:
            self.search(Plan(Everything(), facets=schema.FACETS, facet_limits=dict.fromkeys(schema.FACETS, 1)))

    def close(self) -> None:
        """Give back files; mapped ones are given back when the last search that reads them has ended."""
        self._lexicon.close()

    def _stored(self, segment: Segment, doc: int) -> Record:
        return schema.load_record(segment.arrays.stored.value(doc, RECORD_FIELD))

    def _stored_name(self, name: str, plan: Plan) -> str:
        """The name under which the values of a field are stored in the plan's editions."""
        family = schema.BY_NAME[name].family
        edition = plan.editions.get(family) if family else None
        return schema.edition_field(name, None if edition == self._newest.get(family or "") else edition)

    def _facet_of(self, name: str, plan: Plan) -> FacetColumn:
        return self._facet(self._stored_name(name, plan))

    def _read_facet(self, name: str) -> FacetColumn:
        numeric = schema.BY_NAME[name.partition("@")[0]].kind is Kind.INTEGER
        return FacetColumn(name, self._collection.segments, numeric=numeric)

    def _failing(self, number: int, docs: Docs, selected: Mapping[str, Mask], plan: Plan) -> Failing:
        """Which filters the documents that match fail."""
        if not selected:
            return NOT_FILTERED
        failing = Failing(np.zeros(docs.size, dtype=np.uint8), np.zeros(docs.size, dtype=np.uint8))
        for facet, (name, mask) in enumerate(selected.items()):
            self._facet_of(name, plan).mark_failing(number, docs, mask, facet, failing)
        return Failing(frozen(failing.count), frozen(failing.last))

    def _passing(self, number: int, part: Matches, failing: Failing, plan: Plan) -> _Found:
        docs, scores = part.docs, _UNSCORED if part.scores is None else part.scores
        if failing.count.size:
            passing = failing.count == 0
            docs, scores = frozen(docs[passing]), frozen(scores[passing]) if scores.size else scores
        preferred = _ALL
        if plan.preferred is not None:
            better = self._evaluator(plan.ranking, plan.deadline).within(plan.preferred, number, docs).docs
            preferred = frozen(~kernels.subtract(docs, better))
        return _Found(docs, scores, preferred)

    def _facets(
        self, found: tuple[Matches, ...], failing: list[Failing], selected: Mapping[str, Mask], plan: Plan
    ) -> Mapping[str, FacetCounts]:
        if not plan.facets:
            return {}
        key = (
            plan.query,
            str(plan.filters),
            *sorted(plan.editions.items()),
            *plan.facets,
            *sorted(plan.facet_limits.items()),
        )
        kept = self._counted.get(key)
        if kept is None:
            numbers = {name: number for number, name in enumerate(selected)}
            kept = {}
            for name in plan.facets:
                column = self._facet_of(name, plan)
                counts = np.zeros(len(column.values), dtype=np.int64)
                for number, part in enumerate(found):
                    # A number that no filter has: a document that fails any filter is not counted.
                    column.count(number, part.docs, failing[number], numbers.get(name, len(numbers)), counts)
                kept[name] = column.named(counts, plan.facet_limits.get(name), selected.get(name))
            if all(len(facet.values) <= COUNTED_VALUES for facet in kept.values()):
                self._counted.put(key, kept)
        return kept

    def _page(self, passing: list[_Found], plan: Plan) -> Iterator[EngineHit]:
        """The hits of the page that a plan asks for."""
        segments = self._collection.segments
        for keys, number, doc, score in self._first(passing, plan.offset + plan.limit, plan)[plan.offset :]:
            yield EngineHit(self._stored(segments[number], doc), score, keys[0] > 0, keys)

    def _first(self, passing: list[_Found], most: int, plan: Plan) -> list[_Placed]:
        """The first documents in a plan's order."""
        best: list[_Placed] = []
        for number, part in enumerate(passing):
            if wanted := min(most, part.docs.size):
                places, keys = self._best(number, part, wanted, plan)
                scores = part.scores[places].tolist() if part.scores.size else repeat(0.0)
                best += zip(map(tuple, keys.tolist()), repeat(number), part.docs[places].tolist(), scores, strict=False)
        if len(passing) > 1:
            best.sort(reverse=True)
        return best[:most]

    def _best(self, number: int, part: _Found, most: int, plan: Plan) -> tuple[Any, Any]:
        dates, missing_date = self._keys("date", number)
        values: npt.NDArray[Any] = _UNSORTED
        after = _UNSCORED if plan.after is None else frozen(np.array(plan.after, dtype=np.float64))
        missing = 0.0
        if plan.sort in {Sort.NEWEST, Sort.OLDEST}:
            values, missing = dates, missing_date
        elif plan.sort is not Sort.RELEVANCE:
            values, missing = self._keys(self._stored_name(plan.sort.value, plan), number)
        return kernels.best_documents(
            part.docs, part.scores, part.preferred, values, plan.sort is Sort.OLDEST, missing, dates,
            self._ranks[number], after, most,
        )  # fmt: skip

    def _keys(self, name: str, number: int) -> tuple[npt.NDArray[Any], float]:
        """The values of a sort key in a segment, and what stands for none."""
        segment = self._collection.segments[number]
        column = segment.arrays.columns.get(name)
        if isinstance(column, NumericColumn):
            return column.values, float(column.missing)
        return self._no_values(segment.size), float(MISSING_INTEGER)

    @cached_property
    def _ranks(self) -> tuple[npt.NDArray[np.uint32], ...]:
        """The rank of each document's identity, in each segment, so that ties fall alike in every build and engine."""
        columns = [self._identities(segment) for segment in self._collection.segments]
        if len(columns) == 1:
            return (columns[0].ordinals,)
        texts = [(np.frombuffer(one.dictionary.data, dtype=np.uint8), one.dictionary.starts) for one in columns]
        numbers = union_of_texts(texts).numbers
        return tuple(
            frozen(ranks[column.ordinals].astype(np.uint32)) for ranks, column in zip(numbers, columns, strict=True)
        )

    def _identities(self, segment: Segment) -> StringColumn:
        column = segment.arrays.columns[ID_FIELD]
        if not isinstance(column, StringColumn):
            raise IndexDamagedError(f"the identities in {self.folder} are no column of strings; rebuild the index")
        return column


def _no_values(size: int) -> npt.NDArray[np.int64]:
    """A sort key that no document of a segment has."""
    return frozen(np.full(size, MISSING_INTEGER, dtype=np.int64))


def open_folder(folder: Path) -> WhooshEngine:
    """The generation in a folder, published or not.

    Raises:
        IndexMismatchError: it was built by another schema or analysis.
        IndexDamagedError: it can't be opened.
    """
    manifest = store.read_manifest(folder)
    check_built_with(manifest, str(folder.parent))
    return WhooshEngine(folder)


def rollback(location: str) -> Manifest:
    """Publish the generation before the published one again; see `indexer.engines.rollback`."""
    return store.read_manifest(store.rollback(location, lambda folder: open_folder(folder).close()))


def open_engine(location: str) -> WhooshEngine:
    """The published generation at a location; see `indexer.engines.open_engine`."""
    while True:
        folder = store.published_folder(location)
        try:
            return open_folder(folder)
        except IndexDamagedError:
            # Builds that end while we open may have removed what we were opening; what they published is whole.
            if store.published_generation(location) == folder.name:
                raise
