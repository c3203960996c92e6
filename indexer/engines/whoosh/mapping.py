"""The schema's fields as Whoosh fields.

Each TEXT field becomes two Whoosh fields, one for each channel, that are given tokens and never text. VALUE and INTEGER
fields are indexed as single folded terms and, where they are facets or sort keys, kept as columns.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

from whoosh import columns, fields, formats

from indexer import schema
from indexer.analysis import Channel, Token
from indexer.schema import Kind

ID_FIELD = "identity"
RECORD_FIELD = "record"
SEPARATOR = "\x1f"
"""Between the values of a multiple field in its column; no value holds it, since records hold no control characters."""
MISSING_INTEGER = -(2**62)


def text_field(name: str, channel: Channel) -> str:
    """The Whoosh field that holds a channel of a TEXT field."""
    return f"{name}.{channel.value}"


class PackedPositions(formats.Positions):  # type: ignore[misc]
    """Positions as an array of 32-bit integers instead of Whoosh's pickled list: nothing read is ever unpickled."""

    def encode(self, poslist: Sequence[int]) -> bytes:
        """The stored form of ascending positions."""
        return array("I", poslist).tobytes()

    def decode_positions(self, valuestring: bytes) -> array[int]:
        """The positions again."""
        positions = array("I")
        positions.frombytes(valuestring)
        return positions

    def decode_frequency(self, valuestring: bytes) -> int:
        """How many positions there are."""
        return len(valuestring) // 4


class TokenField(fields.FieldType):  # type: ignore[misc]
    """A field that is given tokens.

    A posting's weight is the term's frequency. The length of the field in a document counts its positions, so that
    stacked tokens do not make a text longer than it is.
    """

    def __init__(self) -> None:
        super().__init__(PackedPositions(), analyzer=None, scorable=True)

    def index(self, value: Sequence[Token], **_: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        """(term, positions it begins, weight, packed positions) of each distinct term."""
        positions: dict[str, list[int]] = {}
        own: dict[str, int] = {}
        last = -1
        for token in value:
            positions.setdefault(token.text, []).append(token.position)
            if token.position != last:
                own[token.text] = own.get(token.text, 0) + 1
                last = token.position
        encode = self.format.encode
        for text, stood in positions.items():
            yield text.encode(), own.get(text, 0), float(len(stood)), encode(stood)


class ValueField(fields.FieldType):  # type: ignore[misc]
    """A field that is given one or several exact values; each is a term, folded."""

    def __init__(self, column: columns.Column | None = None) -> None:
        super().__init__(formats.Existence(), analyzer=None, sortable=column or False)

    def index(self, value: Sequence[str | int], **_: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        """A term for each distinct value."""
        for text in {schema.fold_value(str(one)) for one in value}:
            yield text.encode(), 1, 1.0, b""

    def to_column_value(self, value: Sequence[str | int]) -> bytes:
        """The values as given, in one string."""
        return SEPARATOR.join(str(one) for one in value).encode()


class NumberField(fields.FieldType):  # type: ignore[misc]
    """A field that is only a column of numbers."""

    indexed = False

    def __init__(self, column: columns.NumericColumn) -> None:
        super().__init__(formats.Existence(), analyzer=None, sortable=column)

    def to_column_value(self, value: Sequence[int | float]) -> int | float:
        """The number itself."""
        return value[0]


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
        return ValueField(columns.VarBytesColumn() if field.facet else None)
    if field.kind is Kind.INTEGER:
        return NumberField(columns.NumericColumn("q", default=MISSING_INTEGER))
    return NumberField(columns.NumericColumn("d", default=float("nan")))
