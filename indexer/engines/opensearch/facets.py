"""Filters as queries, and facets as aggregations.

All values of a facet are asked for, from every shard, so that counts are exact, as is how many values there are; what a
plan's limit leaves out is left out here. That there are no others is checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from indexer import schema
from indexer.engines.opensearch.mapping import kind_of, value
from indexer.engines.opensearch.translate import ALL, Dsl, any_of, none_of, value_query
from indexer.errors import IndexDamagedError
from indexer.schema import Kind, fold_value
from indexer.search.engine import FacetCounts
from indexer.search.filters import UNKNOWN, Choice, Span

MOST_VALUES = 60_000
"""Values of a facet: more than there are journals, and fewer than the 65,535 buckets that a cluster gives."""
MISSING = -(2**62)
"""Stands for no number."""
_NO_VALUE = "\ue001"
"""Stands for no value."""

Spellings = Mapping[str, Mapping[str, str]]
"""By field, how most documents spell a folded value, where that is not as it is folded."""


def filter_query(name: str, choices: Iterable[Choice]) -> Dsl:
    """Documents with any of the values of a field."""
    found: list[Dsl] = []
    values: list[str] = []
    for choice in choices:
        if isinstance(choice, Span):
            if kind_of(name) is Kind.INTEGER:
                bounds = {"gte": choice.low, "lte": choice.high}
                found.append({"range": {name: {key: bound for key, bound in bounds.items() if bound is not None}}})
        elif choice == UNKNOWN:
            found.append(none_of([{"exists": {"field": name}}]))
        elif kind_of(name) is Kind.INTEGER:
            found.append(value_query(name, choice))
        else:
            values.append(value(fold_value(choice)))
    if values:
        found.append({"terms": {name: values}})
    return any_of(found)


def both(queries: Sequence[Dsl]) -> Dsl:
    """Documents of all of some queries."""
    return {"bool": {"filter": list(queries)}} if queries else ALL


def aggregations(names: Mapping[str, str], filters: Mapping[str, Dsl]) -> Dsl:
    """What counts facets.

    Args:
        names: By facet, the field that holds its values.
        filters: By facet, what was chosen in it; a facet's own does not count.
    """
    return {
        facet: {
            "filter": both([query for other, query in filters.items() if other != facet]),
            "aggs": {
                "values": {
                    "terms": {
                        "field": field,
                        "size": MOST_VALUES,
                        "shard_size": MOST_VALUES,
                        "missing": MISSING if kind_of(field) is Kind.INTEGER else _NO_VALUE,
                    }
                }
            },
        }
        for facet, field in names.items()
    }


def counts(
    answer: Mapping[str, Any], field: str, spellings: Spellings, limit: int | None, chosen: Sequence[Choice]
) -> FacetCounts:
    """What `aggregations` counted of a facet.

    Under a limit, values are left out that are neither among the most frequent, first by value among equals, nor
    chosen; UNKNOWN is always there.

    Raises:
        IndexDamagedError: there are more values than can be counted.
    """
    found = answer["values"]
    if found["doc_count_error_upper_bound"] or found["sum_other_doc_count"]:
        raise IndexDamagedError(f"{field} has more than {MOST_VALUES} values, which are more than can be counted")
    buckets = found["buckets"]
    numeric = kind_of(field) is Kind.INTEGER
    none = MISSING if numeric else _NO_VALUE
    unknown = next((bucket["doc_count"] for bucket in buckets if bucket["key"] == none), 0)
    wanted = buckets if limit is None else _most_frequent(buckets, limit + bool(unknown))
    spelled = spellings.get(field, {})
    values = [
        (spelled.get(bucket["key"], str(bucket["key"])), bucket["doc_count"])
        for bucket in wanted
        if bucket["key"] != none
    ]
    values.sort(key=lambda item: (-item[1], item[0]))
    kept = dict(values[:limit])
    if limit is not None and chosen:
        folded = {value(fold_value(choice)) for choice in chosen if not isinstance(choice, Span)}
        spans = [choice for choice in chosen if isinstance(choice, Span)]
        kept |= {
            spelled.get(bucket["key"], str(bucket["key"])): bucket["doc_count"]
            for bucket in buckets
            if bucket["key"] != none and (str(bucket["key"]) in folded or (numeric and _in(spans, bucket["key"])))
        }
    if unknown:
        kept[UNKNOWN] = unknown
    return FacetCounts(kept, len(buckets))


def _most_frequent(buckets: Sequence[Mapping[str, Any]], most: int) -> Sequence[Mapping[str, Any]]:
    """The first of buckets that are ordered by count, and all others that count the same as the last of these."""
    if most >= len(buckets) or not most:
        return buckets[:most]
    least = buckets[most - 1]["doc_count"]
    while most < len(buckets) and buckets[most]["doc_count"] == least:
        most += 1
    return buckets[:most]


def _in(spans: Sequence[Span], number: int) -> bool:
    return any(number in span for span in spans)


def facet_fields(editions: Iterable[str]) -> list[str]:
    """The fields of values that may be spelled in several ways, among them those of older editions."""
    names = [field.name for field in schema.FIELDS if field.facet and field.kind is Kind.VALUE]
    return [*names, *(name for name in editions if name.partition("@")[0] in names)]
