"""The Whoosh engine: one published generation, open for reading."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt
from whoosh import index as whoosh_index
from whoosh.reading import IndexReader, TermNotFound

from indexer import analysis, schema
from indexer.engines.whoosh import store
from indexer.engines.whoosh.columns import Docs, FacetColumn, Mask, facet_column
from indexer.engines.whoosh.evaluate import Evaluator, Matches, Postings
from indexer.engines.whoosh.mapping import ID_FIELD, MISSING_INTEGER, RECORD_FIELD
from indexer.errors import IndexDamagedError, IndexMismatchError, MedsearchError
from indexer.journals import Journal, journal_key
from indexer.record import Record
from indexer.schema import Kind
from indexer.search.engine import EngineAnswer, EngineHit, Manifest, Plan, Sort
from indexer.search.query import Query
from indexer.search.ranking import DEFAULT, Settings
from indexer.terms.lexicon import Lexicon

RECENT_QUERIES = 32
"""Queries whose documents and scores are kept: paging, sorting and filtering ask for the same again."""


_T = TypeVar("_T")


class WhooshEngine:
    """`indexer.search.engine.Engine` over one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._manifest = store.read_manifest(folder)
        try:
            self._reader: IndexReader = whoosh_index.open_dir(str(folder / store.POSTINGS), readonly=True).reader()
            self._postings = Postings(self._reader)
            size = self._postings.size
            self._facets = {name: self._facet(name) for name in schema.FACETS}
            self._keys = {field.name: self._numbers(field.name) for field in schema.FIELDS if field.sortable}
            self._identity = self._identity_ranks()
            journals = msgspec.json.decode((folder / store.JOURNALS).read_bytes(), type=list[Journal])
            self._lexicon = Lexicon(folder / store.LEXICON)
        except MedsearchError:
            raise
        except Exception as error:  # whatever a damaged file makes Whoosh raise
            raise IndexDamagedError(f"can't open the index in {folder} ({error!r}); rebuild it") from error
        self._journals = {journal_key(journal.name): journal for journal in journals}
        self._size = size
        # An engine's documents never change, so what a query matched stays true as long as the engine lives.
        self._matches = lru_cache(maxsize=RECENT_QUERIES)(self._evaluate)

    @property
    def manifest(self) -> Manifest:
        """What the generation says of itself."""
        return self._manifest

    def count(self, query: Query) -> int:
        """How many documents match, without filters."""
        return int(self._matches(query, DEFAULT).docs.size)

    def _evaluate(self, query: Query, ranking: Settings) -> Matches:
        return Evaluator(self._postings, ranking).evaluate(query)

    def search(self, plan: Plan) -> EngineAnswer:
        """Execute a plan."""
        found = self._matches(plan.query, plan.ranking)
        filters = {name: self._filter(name, plan) for name in plan.filters.chosen}
        docs, scores, preferred = self._passing(found, filters, plan)
        order = self._ordered(docs, scores, preferred, plan)[plan.offset : plan.offset + plan.limit]
        return EngineAnswer(
            total=int(docs.size),
            preferred_total=int(preferred.sum()),
            hits=tuple(EngineHit(self._stored(int(docs[at])), float(scores[at]), bool(preferred[at])) for at in order),
            facets={name: self._count_facet(name, found, filters, plan) for name in plan.facets},
        )

    def _passing(
        self, found: Matches, filters: dict[str, Mask], plan: Plan
    ) -> tuple[Docs, npt.NDArray[np.float64], Mask]:
        """What was found and passes the filters: documents, their scores, and which match the preferred query."""
        passing = _all_masks(filters.values(), found.docs)
        docs = found.docs[passing]
        preferred = np.ones(docs.size, dtype=np.bool_)
        if plan.preferred is not None:
            preferred = np.isin(docs, self._matches(plan.preferred, plan.ranking).docs, assume_unique=True)
        return docs, found.scores[passing], preferred

    def record(self, record_id: str) -> Record | None:
        """The record of an identity."""
        with self._postings.lock:
            try:
                matcher = self._reader.postings(ID_FIELD, record_id.encode("utf-8", "replace"))
            except TermNotFound:
                return None
            number = matcher.id() if matcher.is_active() else None
        return None if number is None else self._stored(number)

    def records(self) -> Iterator[Record]:
        """All records, in the order in which they were added."""
        return (self._stored(number) for number in self._postings.live.tolist())

    def records_of(self, plan: Plan) -> Iterator[Record]:
        """All records of the answer to a plan, in its order."""
        filters = {name: self._filter(name, plan) for name in plan.filters.chosen}
        docs, scores, preferred = self._passing(self._matches(plan.query, plan.ranking), filters, plan)
        return map(self._stored, docs[self._ordered(docs, scores, preferred, plan)].tolist())

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

    def close(self) -> None:
        """Give back files and memory."""
        self._reader.close()
        self._lexicon.close()

    def _stored(self, number: int) -> Record:
        with self._postings.lock:
            stored = self._reader.stored_fields(number)[RECORD_FIELD]
        return schema.load_record(stored)

    def _stored_name(self, name: str, plan: Plan) -> str:
        """The name under which the values of a field are stored in the plan's editions."""
        family = schema.BY_NAME[name].family or ""
        edition = plan.editions.get(family)
        newest = next(iter(self._manifest.editions.get(family, ())), None)
        return schema.edition_field(name, None if edition == newest else edition)

    def _facet_of(self, name: str, plan: Plan) -> FacetColumn:
        return self._of_edition(self._facets, self._facet, self._stored_name(name, plan))

    def _keys_of(self, name: str, plan: Plan) -> npt.NDArray[np.float64]:
        return self._of_edition(self._keys, self._numbers, self._stored_name(name, plan))

    def _of_edition(self, known: dict[str, _T], read: Callable[[str], _T], name: str) -> _T:
        """A column; those of older editions are read when they are first asked for."""
        if name not in known:
            with self._postings.lock:
                known[name] = read(name)
        return known[name]

    def _filter(self, name: str, plan: Plan) -> Mask:
        return self._facet_of(name, plan).documents_with(plan.filters.of(name), self._size)

    def _count_facet(self, name: str, found: Matches, filters: dict[str, Mask], plan: Plan) -> dict[str, int]:
        others = _all_masks((mask for other, mask in filters.items() if other != name), found.docs)
        among = np.zeros(self._size, dtype=np.bool_)
        among[found.docs[others]] = True
        return self._facet_of(name, plan).counts(among)

    def _ordered(
        self, docs: Docs, scores: npt.NDArray[np.float64], preferred: Mask, plan: Plan
    ) -> npt.NDArray[np.int64]:
        """Positions in `docs` in the order asked for. `lexsort` takes its last key first."""
        # Rounded, so that sums taken in another order, as by another engine, tie where they should.
        relevance = -np.round(scores, 6)
        dates = self._keys["date"][docs]
        if plan.sort is Sort.RELEVANCE:
            main = relevance
        elif plan.sort is Sort.NEWEST:
            main = -dates
        elif plan.sort is Sort.OLDEST:
            # A date that is not known is last in this order too.
            main = np.where(np.isneginf(dates), np.inf, dates)
        else:
            main = -self._keys_of(plan.sort.value, plan)[docs]
        return np.lexsort((self._identity[docs], -dates, relevance, main, ~preferred))

    def _column(self, name: str) -> Iterable[Any]:
        column = self._reader.schema[name].column_type
        for leaf, _ in self._reader.leaf_readers():
            if leaf.has_column(name):
                yield from leaf.column_reader(name, translate=False)
            else:
                yield from [column.default_value()] * leaf.doc_count_all()

    def _facet(self, name: str) -> FacetColumn:
        numeric = schema.BY_NAME[name.partition("@")[0]].kind is Kind.INTEGER
        return facet_column(self._column(name), numeric=numeric)

    def _numbers(self, name: str) -> npt.NDArray[np.float64]:
        """A sort key of each document; missing values are least."""
        numbers = np.array(list(self._column(name)), dtype=np.float64)
        numbers[(numbers == MISSING_INTEGER) | np.isnan(numbers)] = -np.inf
        return numbers

    def _identity_ranks(self) -> npt.NDArray[np.int64]:
        """The rank of each document's identity among all, so that ties fall alike in every build and engine."""
        identities = list(self._column(ID_FIELD))
        rank = np.empty(len(identities), dtype=np.int64)
        rank[sorted(range(len(identities)), key=identities.__getitem__)] = np.arange(len(identities))
        return rank


def _all_masks(masks: Iterable[Mask], docs: Docs) -> Mask:
    """For each of the documents, whether it is in all of the masks."""
    passing = np.ones(docs.size, dtype=np.bool_)
    for mask in masks:
        passing &= mask[docs]
    return passing


def open_folder(folder: Path) -> WhooshEngine:
    """The generation in a folder, published or not.

    Raises:
        IndexMismatchError: it was built by another schema or analysis.
        IndexDamagedError: it can't be opened.
    """
    manifest = store.read_manifest(folder)
    for what, built, now in (
        ("schema", manifest.schema, schema.fingerprint()),
        ("dictionary", manifest.analysis, analysis.fingerprint()),
    ):
        if built != now:
            raise IndexMismatchError(
                f"the index in {folder.parent} was built with another {what} ({built}, and this version has {now}): "
                f"rebuild it with medsearch build SOURCE --index {folder.parent}"
            )
    return WhooshEngine(folder)


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
