"""The schema's fields as Whoosh fields.

Each TEXT field becomes two Whoosh fields, one for each channel, that are given tokens and never text. VALUE and INTEGER
fields are indexed as single folded terms and, where they are facets or sort keys, kept as columns.
"""

from __future__ import annotations

from collections.abc import Mapping
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


def terms_of(identity: str, values_of: Mapping[str, schema.Values]) -> dict[str, list[str]]:
    """The identity of a document and its values, as terms, by Whoosh field."""
    terms = {ID_FIELD: [identity]}
    for name, values in values_of.items():
        if not schema.BY_NAME[name.partition("@")[0]].sortable:
            terms[name] = list({schema.fold_value(str(value)): None for value in values})
    return terms


def columns_of(identity: str, values_of: Mapping[str, schema.Values]) -> dict[str, Any]:
    """The identity of a document and its values, as columns hold them, by Whoosh field."""
    found: dict[str, Any] = {ID_FIELD: identity.encode()}
    for name, values in values_of.items():
        field = schema.BY_NAME[name.partition("@")[0]]
        if field.sortable:
            found[name] = values[0]
        elif field.multiple and field.facet:
            # Values that fold alike are one, of which a document has no two.
            found[name] = [str(value).encode() for value in {schema.fold_value(str(v)): v for v in values}.values()]
        elif field.facet:
            found[name] = str(values[0]).encode()
    return found
