"""The schema's fields as Whoosh fields.

Each TEXT field becomes two Whoosh fields, one for each channel, that are given tokens and never text. VALUE and INTEGER
fields are indexed as single folded terms and, where they are facets or sort keys, kept as columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from whoosh import columns, fields, formats

from indexer import schema
from indexer.analysis import Channel
from indexer.schema import Kind

ID_FIELD = "identity"
RECORD_FIELD = "record"
MISSING_INTEGER = -(2**62)
RECORD_DICTIONARY = Path(__file__).with_name("records.zdict").read_bytes()
"""What stored records are compressed with: a Zstandard dictionary trained on the sample records as JSON. Each segment
keeps the one that it was written with, so that a newer one here needs no rebuild."""


def text_field(name: str, channel: Channel) -> str:
    """The Whoosh field that holds a channel of a TEXT field."""
    return f"{name}.{channel.value}"


class TokenField(fields.FieldType):  # type: ignore[misc]
    """A field that is given tokens, with positions.

    The length of the field in a document counts its positions, so that stacked tokens do not make a text longer than it
    is.
    """

    def __init__(self) -> None:
        super().__init__(formats.Positions(), analyzer=None, scorable=True)


class ValueField(fields.FieldType):  # type: ignore[misc]
    """A field that is given one or several exact values; each is a term, folded."""

    def __init__(self, column: columns.Column | None = None) -> None:
        super().__init__(formats.Existence(), analyzer=None, sortable=column or False)


class NumberField(fields.FieldType):  # type: ignore[misc]
    """A field that is only a column of numbers."""

    indexed = False

    def __init__(self, column: columns.NumericColumn) -> None:
        super().__init__(formats.Existence(), analyzer=None, sortable=column)


def whoosh_schema(editions: schema.Editions) -> fields.Schema:
    """Whoosh's view of `schema.FIELDS`, and of their values in older editions."""
    made: dict[str, fields.FieldType] = {
        ID_FIELD: fields.ID(unique=True, sortable=columns.VarBytesColumn()),
        RECORD_FIELD: fields.STORED(),
    }
    for field in schema.FIELDS:
        if field.kind is Kind.TEXT:
            for channel in Channel:
                made[text_field(field.name, channel)] = TokenField()
        else:
            made[field.name] = _plain_field(field)
    made.update((name, _plain_field(field)) for field, name in schema.edition_fields(editions))
    return fields.Schema(**made)


def _plain_field(field: schema.Field) -> fields.FieldType:
    if not field.sortable:
        several = columns.VarBytesListColumn if field.multiple else columns.VarBytesColumn
        return ValueField(several() if field.facet else None)
    if field.kind is Kind.INTEGER:
        return NumberField(columns.NumericColumn("q", default=MISSING_INTEGER))
    return NumberField(columns.NumericColumn("d", default=float("nan")))


Columns = Mapping[str, Sequence[schema.Values]]
"""The values of each document, by field."""


def values_of(documents: schema.Documents) -> Columns:
    """The values of each document by the names of the fields that any of them has."""
    names = dict.fromkeys(name for values in documents.values for name in values)
    return {name: [values.get(name, ()) for values in documents.values] for name in names}


def terms_of(ids: Sequence[str], values: Columns) -> dict[str, list[tuple[str, ...]]]:
    """The identities of documents and their values, as terms of each document, by Whoosh field."""
    terms: dict[str, list[tuple[str, ...]]] = {ID_FIELD: [(identity,) for identity in ids]}
    for name, rows in values.items():
        if not schema.BY_NAME[name.partition("@")[0]].sortable:
            terms[name] = list(map(_folded, rows))
    return terms


def columns_of(ids: Sequence[str], values: Columns) -> dict[str, Sequence[Any]]:
    """The identities of documents and their values, as columns hold those of each document, by Whoosh field.

    None where a document has none.
    """
    found: dict[str, Sequence[Any]] = {ID_FIELD: [identity.encode() for identity in ids]}
    for name, rows in values.items():
        field = schema.BY_NAME[name.partition("@")[0]]
        if field.sortable:
            found[name] = [values[0] if values else None for values in rows]
        elif field.multiple and field.facet:
            found[name] = [_distinct(values) if values else None for values in rows]
        elif field.facet:
            found[name] = [str(values[0]).encode() if values else None for values in rows]
    return found


def _folded(values: schema.Values) -> tuple[str, ...]:
    if len(values) == 1:
        return (schema.fold_value(str(values[0])),)
    return tuple(dict.fromkeys(schema.fold_value(str(value)) for value in values))


@lru_cache(maxsize=1 << 12)
def _distinct(values: schema.Values) -> tuple[bytes, ...]:
    # Values that fold alike are one, of which a document has no two.
    return tuple(str(value).encode() for value in {schema.fold_value(str(value)): value for value in values}.values())
