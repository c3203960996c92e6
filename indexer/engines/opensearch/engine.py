"""The OpenSearch engine: one published generation, open for reading."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from threading import Lock
from typing import Any

import msgspec

from indexer import schema
from indexer.engines.opensearch import companions, facets
from indexer.engines.opensearch.companions import CompanionStore
from indexer.engines.opensearch.connection import Answered, Body, Connection, failed_for_now, seconds_of_pause, too_slow
from indexer.engines.opensearch.location import read_location
from indexer.engines.opensearch.mapping import ID_FIELD, RECORD_FIELD, document_id
from indexer.engines.opensearch.store import Published, find_published
from indexer.engines.opensearch.translate import (
    Counted,
    Dsl,
    Scorer,
    Statistics,
    counted,
    is_scored,
    matching,
    none_of,
    rounded,
    unscored,
)
from indexer.errors import IndexMissingError, RequestError
from indexer.journals import Journal, journal_key
from indexer.record import Record
from indexer.search.engine import EngineAnswer, EngineHit, FacetCounts, Manifest, Partial, Place, Plan, Sort
from indexer.search.query import Everything, Query
from indexer.terms.lexicon import Lexicon

BATCH = 1_000
"""Records that are fetched at a time where all are asked for."""
KNOWN_FREQUENCIES = 100_000
"""Document frequencies that are kept."""
_FAILED_AGAIN = 2
"""How often a search is asked again of which a shard failed: it may have been for a moment."""
_MISSING = 2.0**62
"""Stands for no value in an order."""
# Which shards failed is told with an answer and not in place of one, whoever set the cluster to do otherwise.
_TOLD = {"allow_partial_search_results": "true"}


@dataclass(frozen=True)
class _Asked:
    """What all searches of a plan have in common."""

    query: Dsl
    sort: list[Dsl]
    preferred: Dsl | None
    within: Sequence[Dsl]
    """Filters that the query goes with."""
    after: Sequence[Dsl]
    """Filters that hits have to pass which what is counted need not."""
    partial: Partial | None
    """Of what part of the generation the statistics are; None where they are of all."""


class OpenSearchEngine:
    """`indexer.search.engine.Engine` over one index of a cluster."""

    def __init__(self, connection: Connection, published: Published) -> None:
        self._connection = connection
        self.index = published.index
        self._manifest = published.about.manifest
        self._mean_lengths = published.about.mean_lengths
        self._companions = CompanionStore(connection, self.index)
        self._newest = {family: editions[0] for family, editions in self._manifest.editions.items() if editions}
        self._frequencies: dict[Counted, int] = {}
        self._lock = Lock()
        self._failing = False
        """Whether a shard failed the last time to the last attempt: until all answer again none is waited for."""

    @property
    def manifest(self) -> Manifest:
        """What the generation says of itself."""
        return self._manifest

    @property
    def mean_lengths(self) -> Mapping[str, float]:
        """By length field, of the documents that have it."""
        return self._mean_lengths

    def search(self, plan: Plan) -> EngineAnswer:
        """Execute a plan."""
        filters = self._filters(plan)
        asked = self._asked(plan, filters, counting=bool(plan.facets))
        partials = [asked.partial]
        fields = {name: self._stored_name(name, plan) for name in plan.facets}
        aggregations = facets.aggregations(fields, filters)
        if asked.preferred is not None:
            aggregations["total"] = {"filter": facets.both(asked.after)}
            aggregations["preferred"] = {"filter": facets.both([*asked.after, asked.preferred])}
        in_first = plan.after is None or plan.after[0] == 1.0
        answer = self._ask(asked, plan, preferred=in_first, aggregations=aggregations)
        partials.append(self._connection.partial(answer))
        total = preferred_total = answer["hits"]["total"]["value"]
        hits = [_hit(hit, preferred=in_first) for hit in answer["hits"]["hits"]]
        if asked.preferred is not None:
            total, preferred_total = (answer["aggregations"][name]["doc_count"] for name in ("total", "preferred"))
            if in_first and len(hits) < plan.limit and preferred_total < total:
                offset = max(0, plan.offset - preferred_total)
                rest = replace(plan, offset=offset, limit=plan.limit - len(hits), after=None)
                others = self._ask(asked, rest, preferred=False, total=False)
                partials.append(self._connection.partial(others))
                hits += [_hit(hit, preferred=False) for hit in others["hits"]["hits"]]
        found: dict[str, FacetCounts] = {}
        for name, field in fields.items():
            of = answer["aggregations"][name]
            found[name] = facets.counts(of, field, self._spellings, plan.facet_limits.get(name), plan.filters.of(name))
        return EngineAnswer(total, preferred_total, tuple(hits), found, min(filter(None, partials), default=None))

    def count(self, query: Query, deadline: float | None = None) -> int:
        """How many documents match, without filters."""
        body = {"size": 0, "track_total_hits": True, "query": unscored(matching(query))}
        total: int = self._search(body, deadline)["hits"]["total"]["value"]
        return total

    def record(self, record_id: str) -> Record | None:
        """The record of an identity."""
        path = f"/{self.index}/_doc/{document_id(record_id)}"
        try:
            found = self._connection.ask("GET", path, params={"stored_fields": RECORD_FIELD})
        except Answered as error:
            if "no such index" in str(error):
                raise self._gone() from error
            return None
        return _record(found)

    def records(self) -> Iterator[Record]:
        """All records, in the order of their identities."""
        body: dict[str, Any] = {
            "size": BATCH,
            "track_total_hits": False,
            "query": unscored({"match_all": {}}),
            "sort": [{ID_FIELD: "asc"}],
            "stored_fields": [RECORD_FIELD],
        }
        while hits := self._search(body)["hits"]["hits"]:
            yield from map(_record, hits)
            body["search_after"] = hits[-1]["sort"]

    def records_of(self, plan: Plan) -> Iterator[Record]:
        """All records of the answer to a plan, in its order."""
        plan = replace(plan, facets=(), offset=0, limit=BATCH, after=None, partial=False)
        asked = self._asked(plan, self._filters(plan), counting=False)
        groups = (True,) if plan.preferred is None else (True, False)
        batches = (batch for preferred in groups for batch in self._batches(asked, plan, preferred=preferred))
        first = list(islice(batches, 1))
        return (_record(hit) for some in (first, batches) for batch in some for hit in batch)

    def _batches(self, asked: _Asked, plan: Plan, *, preferred: bool) -> Iterator[list[Any]]:
        while hits := self._ask(asked, plan, preferred=preferred, total=False)["hits"]["hits"]:
            yield hits
            plan = replace(plan, after=_hit(hits[-1], preferred=preferred).place, deadline=None)

    def journals(self) -> tuple[Journal, ...]:
        """All journals of the generation."""
        return tuple(self._journals.values())

    def journal(self, name: str) -> Journal | None:
        """What is known of a journal by its name."""
        return self._journals.get(journal_key(name))

    def tables(self) -> bytes:
        """The journal tables of the build."""
        return self._companions.read(companions.TABLES)

    def report(self) -> bytes:
        """The report of the build, as JSON."""
        return self._companions.read(companions.REPORT)

    def terms(self) -> Lexicon:
        """The lexicon of the generation."""
        return self._lexicon

    def warm(self) -> None:
        """Fetch the companions, and have the cluster work out what facets need."""
        self.terms()
        self.journals()
        limits = dict.fromkeys(schema.FACETS, 1)
        self.search(Plan(Everything(), facets=schema.FACETS, facet_limits=limits, partial=True))

    def close(self) -> None:
        """Give back connections and the lexicon."""
        if "_lexicon" in self.__dict__:
            self._lexicon.close()
        self._connection.close()

    @cached_property
    def _journals(self) -> dict[str, Journal]:
        journals = msgspec.json.decode(self._companions.read(companions.JOURNALS), type=list[Journal])
        return {journal_key(journal.name): journal for journal in journals}

    @cached_property
    def _spellings(self) -> facets.Spellings:
        return msgspec.json.decode(self._companions.read(companions.SPELLINGS), type=dict[str, dict[str, str]])

    @cached_property
    def _lexicon(self) -> Lexicon:
        return Lexicon(self._companions.lexicon())

    def _stored_name(self, name: str, plan: Plan) -> str:
        """The name under which the values of a field are stored in the plan's editions."""
        family = schema.BY_NAME[name].family
        edition = plan.editions.get(family) if family else None
        return schema.edition_field(name, None if edition == self._newest.get(family or "") else edition)

    def _filters(self, plan: Plan) -> dict[str, Dsl]:
        """What each filter of a plan lets pass, by field."""
        return {
            name: facets.filter_query(self._stored_name(name, plan), of) for name, of in plan.filters.chosen.items()
        }

    def _asked(self, plan: Plan, filters: Mapping[str, Dsl], *, counting: bool) -> _Asked:
        sort = self._sort(plan)
        if plan.after is not None and not _is_place(plan.after, 1 + len(sort)):
            raise RequestError(f"a place among results has {len(sort)} numbers and an identity, which this one has not")
        query, partial = unscored(matching(plan.query)), None
        if is_scored(plan.query):
            statistics, partial = self._statistics(plan.query, plan)
            query = rounded(Scorer(statistics, plan.ranking).scoring(plan.query))
        preferred = None if plan.preferred is None else matching(plan.preferred)
        chosen = list(filters.values())
        # A facet's own filter does not narrow it, so that filters can't narrow the query where facets are counted.
        return _Asked(query, sort, preferred, [] if counting else chosen, chosen if counting else [], partial)

    def _sort(self, plan: Plan) -> list[Dsl]:
        last: list[Dsl] = [{"_score": {"order": "desc"}}, _order("date", "desc"), {ID_FIELD: {"order": "asc"}}]
        if plan.sort is Sort.RELEVANCE:
            return last
        if plan.sort in {Sort.NEWEST, Sort.OLDEST}:
            return [_order("date", "desc" if plan.sort is Sort.NEWEST else "asc"), *last]
        return [_order(self._stored_name(plan.sort.value, plan), "desc"), *last]

    def _ask(
        self,
        asked: _Asked,
        plan: Plan,
        *,
        preferred: bool,
        aggregations: Dsl | None = None,
        total: bool = True,
    ) -> Mapping[str, Any]:
        """Hits of a plan, those that match what it prefers or the others."""
        group = [] if asked.preferred is None else [asked.preferred if preferred else none_of([asked.preferred])]
        # What nothing is counted beside narrows the query itself.
        within, after = [*asked.within, *group], list(asked.after)
        if aggregations:
            within, after = list(asked.within), [*asked.after, *group]
        body: dict[str, Any] = {
            "size": plan.limit,
            "query": {"bool": {"must": [asked.query], "filter": within}} if within else asked.query,
            "sort": asked.sort,
            "stored_fields": [RECORD_FIELD],
            "track_total_hits": total,
        }
        if after:
            body["post_filter"] = facets.both(after)
        if aggregations:
            body["aggs"] = aggregations
        if plan.after is not None:
            body["search_after"] = [_sortable(value) for value in plan.after[1:]]
        else:
            body["from"] = plan.offset
        return self._search(body, plan.deadline, partial=self._may_be_partial(plan))

    def _may_be_partial(self, plan: Plan) -> bool:
        return plan.partial and self._connection.location.partial

    def _search(
        self, body: dict[str, Any], deadline: float | None = None, *, partial: bool = False
    ) -> Mapping[str, Any]:
        """The answer to a search, whole where it may not be partial."""
        if deadline is not None:
            left = int((deadline - time.monotonic()) * 1000)
            if left <= 0:
                raise too_slow()
            body = {**body, "timeout": f"{left}ms"}
        (answer,) = self._answers("_search", body, _TOLD, deadline)
        return answer if partial else self._connection.whole(answer)

    def _answers(
        self, how: str, body: Body, params: Mapping[str, str], deadline: float | None
    ) -> Sequence[Mapping[str, Any]]:
        """The answers to a search or several, which are asked again where a shard failed and there is time."""
        for attempt in itertools.count():
            try:
                answer = self._connection.ask("POST", f"/{self.index}/{how}", body, params, deadline=deadline)
            except Answered as error:
                raise self._gone() from error
            answers: Sequence[Mapping[str, Any]] = answer.get("responses", (answer,))
            failing = any(map(failed_for_now, answers))
            if not failing or self._failing or attempt == _FAILED_AGAIN:
                self._failing = failing
                break
            wait = seconds_of_pause(attempt)
            if deadline is not None and time.monotonic() + wait > deadline:
                break
            time.sleep(wait)
        return answers

    def _gone(self) -> IndexMissingError:
        return IndexMissingError(
            f"generation {self._manifest.generation} is no longer there, since others were published; ask again"
        )

    def _statistics(self, query: Query, plan: Plan) -> tuple[Statistics, Partial | None]:
        """What the scores of a query need, and of what part; frequencies that are not known yet are asked for."""
        partial = None
        needed = set(counted(query))
        with self._lock:
            known = {one: self._frequencies[one] for one in needed if one in self._frequencies}
        if unknown := [one for one in needed if one not in known]:
            counts, partial = self._count_all(unknown, plan)
            found = dict(zip(unknown, counts, strict=True))
            known |= found
            if partial is None:
                with self._lock:
                    if len(self._frequencies) + len(found) > KNOWN_FREQUENCIES:
                        self._frequencies.clear()
                    self._frequencies.update(found)
        return Statistics(self._manifest.documents, self._mean_lengths, known), partial

    def _count_all(self, queries: Sequence[Query], plan: Plan) -> tuple[list[int], Partial | None]:
        """How many documents each query has, and of what part of the generation."""
        deadline = plan.deadline
        if deadline is not None and time.monotonic() > deadline:
            raise too_slow()
        header = msgspec.json.encode(_TOLD)
        bodies = (
            msgspec.json.encode({"size": 0, "track_total_hits": True, "query": unscored(matching(query))})
            for query in queries
        )
        lines = b"".join(b"%s\n%s\n" % (header, body) for body in bodies)
        answers = self._answers("_msearch", lines, {}, deadline)
        try:
            if not self._may_be_partial(plan):
                answers = list(map(self._connection.whole, answers))
            partials = list(map(self._connection.partial, answers))
        except Answered as error:
            raise self._gone() from error
        return [one["hits"]["total"]["value"] for one in answers], min(filter(None, partials), default=None)


def _order(field: str, direction: str) -> Dsl:
    missing = _MISSING if direction == "asc" else -_MISSING
    kind = "double" if schema.BY_NAME[field.partition("@")[0]].kind is schema.Kind.NUMBER else "long"
    return {field: {"order": direction, "missing": int(missing), "unmapped_type": kind}}


def _is_place(place: Place, size: int) -> bool:
    return len(place) == size and isinstance(place[-1], str) and not any(isinstance(key, str) for key in place[:-1])


def _sortable(value: float | str) -> float | str:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _record(hit: Mapping[str, Any]) -> Record:
    return schema.load_record(hit["fields"][RECORD_FIELD][0].encode())


def _hit(hit: Mapping[str, Any], *, preferred: bool) -> EngineHit:
    place = hit["sort"]
    return EngineHit(_record(hit), float(place[-3]), preferred, (float(preferred), *place))


def open_engine(location: str) -> OpenSearchEngine:
    """The published generation at a location; see `indexer.engines.open_engine`."""
    connection = Connection(read_location(location))
    try:
        return OpenSearchEngine(connection, find_published(connection))
    except BaseException:
        connection.close()
        raise
