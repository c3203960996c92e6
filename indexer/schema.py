"""FIELDS: the single table of what is indexed, and how a record becomes the document that an engine stores.

Engines make their mappings from this table and index the tokens that `index_documents` yields; none of them analyses
text itself. `fingerprint` names the table, as `analysis.fingerprint` names what made the tokens: an index in which
either is another must be rebuilt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

import msgspec

from indexer import analysis
from indexer.analysis import Channel, TermArrays
from indexer.record import Record

FORMAT_VERSION = 1
"""Raised when what an engine stores changes in a way that the table below does not show."""


Values = tuple[str | float, ...]
"""Of a field of one record; integers count as floats here."""


class Kind(str, Enum):
    """How a field is indexed."""

    TEXT = "text"
    """Analysed, ranked, in both channels."""
    VALUE = "value"
    """Exact strings, folded as `fold_value` does."""
    INTEGER = "integer"
    NUMBER = "number"


@dataclass(frozen=True)
class Field:
    """A row of the table."""

    name: str
    kind: Kind
    read: Callable[[Record], Values]
    """The values of a record; empty where it has none. A TEXT field has at most one."""
    weight: float = 0.0
    """Of TEXT: how much an occurrence counts in ranking (BM25F field weight)."""
    facet: bool = False
    sortable: bool = False
    multiple: bool = False
    """A record may have several values."""
    family: str | None = None
    """The family of editions that its values come from, as `JCR`: the same article has others in another edition."""


def _one(value: str | float | None) -> Values:
    return () if value is None else (value,)


def _joined(values: tuple[str, ...]) -> tuple[str, ...]:
    # The separator is no letter of any script, so that no token spans two values.
    return ("\n".join(values),) if values else ()


def _date_number(record: Record) -> tuple[int, ...]:
    """The publication date as yyyymmdd, with zeros for what is not known, for sorting."""
    if record.publication_date:
        parts = [int(part) for part in record.publication_date.split("-")]
        year, month, day = (*parts, 0, 0)[:3]
        return (year * 10000 + month * 100 + day,)
    return (record.year * 10000,) if record.year is not None else ()


def _headings(record: Record) -> tuple[str, ...]:
    """MeSH headings as PubMed writes them: `Stroke/prevention & control`."""
    return _joined(tuple("/".join([h.descriptor, *(q.name for q in h.qualifiers)]) for h in record.headings))


def _open_access(record: Record) -> tuple[str, ...]:
    return () if record.open_access is None else ("yes" if record.open_access else "no",)


def _zone(record: Record) -> tuple[str, ...]:
    return () if record.cas_zone is None else (str(record.cas_zone),)


FIELDS: tuple[Field, ...] = (
    Field("title_en", Kind.TEXT, lambda r: _one(r.title_en), weight=3.0),
    Field("title_zh", Kind.TEXT, lambda r: _one(r.title_zh), weight=3.0),
    Field("abstract_en", Kind.TEXT, lambda r: _one(r.abstract_en), weight=1.0),
    Field("abstract_zh", Kind.TEXT, lambda r: _one(r.abstract_zh), weight=1.0),
    Field("keywords", Kind.TEXT, lambda r: _joined(r.keywords), weight=2.0),
    Field("headings", Kind.TEXT, _headings, weight=1.0),
    Field("journal_name", Kind.TEXT, lambda r: _one(r.journal), weight=0.5),
    Field("authors", Kind.TEXT, lambda r: _joined(r.authors), weight=1.0),
    Field("doi", Kind.VALUE, lambda r: _one(r.doi)),
    Field("pmid", Kind.VALUE, lambda r: _one(r.pmid)),
    Field("pmcid", Kind.VALUE, lambda r: _one(r.pmcid)),
    Field("journal", Kind.VALUE, lambda r: _one(r.journal), facet=True),
    Field("quartile", Kind.VALUE, lambda r: _one(r.jcr_quartile), facet=True, family="JCR"),
    Field("zone", Kind.VALUE, _zone, facet=True, family="CAS"),
    Field("year", Kind.INTEGER, lambda r: _one(r.year), facet=True),
    Field("type", Kind.VALUE, lambda r: r.publication_types, facet=True, multiple=True),
    Field("open_access", Kind.VALUE, _open_access, facet=True),
    Field("date", Kind.INTEGER, _date_number, sortable=True),
    Field("impact_factor", Kind.NUMBER, lambda r: _one(r.impact_factor), sortable=True, family="JCR"),
    Field("citations", Kind.INTEGER, lambda r: _one(r.citation_count), sortable=True),
)

FAMILIES: tuple[str, ...] = ("JCR", "CAS")
"""Of editions: journal metrics are published anew each year, and both the old and the new are asked for."""
Editions = Mapping[str, tuple[str, ...]]
"""The names of the editions that an index holds, newest first, by family; the first is meant where none is named."""
BY_NAME: dict[str, Field] = {field.name: field for field in FIELDS}
TEXT_FIELDS: tuple[Field, ...] = tuple(field for field in FIELDS if field.kind is Kind.TEXT)
_PLAIN_FIELDS: tuple[Field, ...] = tuple(field for field in FIELDS if field.kind is not Kind.TEXT)
FACETS: tuple[str, ...] = tuple(field.name for field in FIELDS if field.facet)


def edition_field(name: str, edition: str | None) -> str:
    """The name under which a field's values of an edition are stored; the newest edition's need no name."""
    return name if edition is None else f"{name}@{edition.replace(' ', '-')}"


def edition_fields(editions: Editions) -> Iterator[tuple[Field, str]]:
    """The fields that have values in editions other than the newest, with the name of each."""
    for field in FIELDS:
        for edition in editions.get(field.family or "", ())[1:]:
            yield field, edition_field(field.name, edition)


def fold_value(value: str) -> str:
    """The form under which values of a VALUE field are compared: case folded, white space collapsed."""
    return " ".join(value.casefold().split())


ALLOWED: dict[str, tuple[str, ...]] = {
    "quartile": ("Q1", "Q2", "Q3", "Q4"),
    "zone": ("1", "2", "3", "4"),
    "open_access": ("yes", "no"),
}
"""The values of fields that have a fixed set."""
_SPELLINGS = {
    "quartile": {value: f"Q{value}" for value in "1234"},
    "zone": {f"{value}区": value for value in "1234"},
    "open_access": {"true": "yes", "1": "yes", "是": "yes", "false": "no", "0": "no", "否": "no"},
}


def canonical_value(name: str, text: str) -> str | None:
    """A facet's value as a person may type it, as records have it; None where the field can have no such value."""
    text = " ".join(text.split())
    if name not in ALLOWED:
        return text
    value = _SPELLINGS[name].get(text.casefold(), text)
    return next((allowed for allowed in ALLOWED[name] if allowed.casefold() == value.casefold()), None)


@dataclass(frozen=True)
class Documents:
    """A batch of documents, as an engine is given them. Can be pickled."""

    ids: list[str]
    tokens: dict[tuple[str, Channel], TermArrays]
    """Of TEXT fields that any document has, by field name and channel; each spans all documents."""
    values: list[dict[str, Values]]
    """Of each document, of the other fields that it has, by field name, or by `edition_field` for editions that are
    not the newest."""
    stored: list[bytes]
    """Of each document, the record as JSON; `load_record` reads it back."""


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Record)


def load_record(stored: bytes) -> Record:
    """The record that `index_documents` stored."""
    return _decoder.decode(stored)


Views = Mapping[str, Mapping[str, Record]]
"""A record as it stands in each edition, by family and name, newest first: with that edition's metrics as its own."""


def index_documents(
    records: Sequence[Record],
    views: Sequence[Views] | None = None,
    journal_names: Sequence[tuple[str, ...]] | None = None,
) -> Documents:
    """What is indexed and stored of records.

    Args:
        records: The records, each of another identity.
        views: Of each record. Without them, the metrics that the records give themselves are the only ones.
        journal_names: Of each record, other names of its journal, under which it is found as well.
    """
    tokens: dict[tuple[str, Channel], TermArrays] = {}
    for field in TEXT_FIELDS:
        texts = [str(text[0]) if (text := field.read(record)) else None for record in records]
        if field.name == "journal_name" and journal_names:
            texts = [_named(text, names) for text, names in zip(texts, journal_names, strict=True)]
        if any(texts):
            for channel, found in analysis.term_arrays(texts).items():
                if found.terms:
                    tokens[field.name, channel] = found
    values = [_values(record, given) for record, given in zip(records, views or [{}] * len(records), strict=True)]
    return Documents([record.id for record in records], tokens, values, list(map(_encoder.encode, records)))


def _named(name: str | None, others: tuple[str, ...]) -> str | None:
    return "\n".join(dict.fromkeys((name, *others) if name else others)) or None


def _values(record: Record, views: Views) -> dict[str, Values]:
    values: dict[str, Values] = {}
    for field in _PLAIN_FIELDS:
        if of_family := views.get(field.family or ""):
            for number, (edition, view) in enumerate(of_family.items()):
                if given := field.read(view):
                    values[edition_field(field.name, edition if number else None)] = given
        elif given := field.read(record):
            values[field.name] = given
    return values


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """Sixteen hexadecimal digits that change when the table, a record's fields or the stored format change."""
    table = [(f.name, f.kind.value, f.weight, f.facet, f.sortable, f.multiple, f.family) for f in FIELDS]
    described = msgspec.json.encode([FORMAT_VERSION, table, Record.__struct_fields__])
    return hashlib.sha256(described).hexdigest()[:16]
