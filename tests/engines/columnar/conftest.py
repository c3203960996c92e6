"""Documents that Whoosh's own codec, ours, and the fast writer all index alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from whoosh import columns, fields, formats
from whoosh import index as whoosh_index
from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.reading import IndexReader

from indexer.engines.whoosh.columnar import inverter, segment

NO_YEAR = -(2**62)


class PositionedField(fields.FieldType):
    """Takes (term, position) pairs."""

    def __init__(self) -> None:
        super().__init__(formats.Positions(), analyzer=SpaceSeparatedTokenizer(), scorable=True)

    def index(self, value: Sequence[tuple[str, int]], **_: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        found: dict[str, list[int]] = {}
        for term, position in value:
            found.setdefault(term, []).append(position)
        for term, positions in found.items():
            yield term.encode(), len(positions), float(len(positions)), self.format.encode(positions)


class CountedField(PositionedField):
    """Takes terms."""

    def __init__(self) -> None:
        fields.FieldType.__init__(self, formats.Frequency(), analyzer=SpaceSeparatedTokenizer(), scorable=True)

    def index(self, value: Sequence[str], **_: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        return (
            (term.encode(), value.count(term), float(value.count(term)), value.count(term).to_bytes(4, "big"))
            for term in set(value)
        )


class ColumnOnly(fields.FieldType):
    indexed = False

    def __init__(self, column: columns.Column) -> None:
        super().__init__(formats.Existence(), analyzer=None, sortable=column)

    def to_column_value(self, value: Any) -> Any:
        return value


def make_schema() -> fields.Schema:
    return fields.Schema(
        id=fields.ID(unique=True, stored=True),
        body=PositionedField(),
        title=PositionedField(),
        tags=CountedField(),
        note=fields.STORED(),
        year=ColumnOnly(columns.NumericColumn("q", default=NO_YEAR)),
        factor=ColumnOnly(columns.NumericColumn("d", default=-1.0)),
        journal=ColumnOnly(columns.VarBytesColumn()),
        types=ColumnOnly(columns.VarBytesListColumn()),
    )


@dataclass(frozen=True)
class Doc:
    id: str
    body: list[tuple[str, int]] = field(default_factory=list)
    title: list[tuple[str, int]] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    note: Any = None
    columns: dict[str, Any] = field(default_factory=dict)


def add_slowly(writer: Any, docs: Sequence[Doc]) -> None:
    for doc in docs:
        values: dict[str, Any] = {"id": doc.id, **doc.columns}
        values |= {name: value for name in ("body", "title", "tags", "note") if (value := getattr(doc, name))}
        writer.add_document(**values)


def make_batch(schema: fields.Schema, docs: Sequence[Doc]) -> inverter.Batch:
    builder = inverter.BatchBuilder(schema)
    for doc in docs:
        tokens: dict[str, Any] = {"id": [doc.id]}
        for name in ("body", "title"):
            if pairs := getattr(doc, name):
                tokens[name] = inverter.Tokens([term for term, _ in pairs], [position for _, position in pairs])
        if doc.tags:
            tokens["tags"] = doc.tags
        builder.add(tokens, doc.columns, {"id": doc.id, **({"note": doc.note} if doc.note else {})})
    return builder.finish()


def write_fast(folder: Path, docs: Sequence[Doc]) -> segment.ColumnarIndex:
    index = segment.create_in(folder, make_schema())
    writer = inverter.BatchWriter(index)
    writer.add(make_batch(index.schema, docs))
    writer.commit()
    return index


def write_stock(folder: Path, docs: Sequence[Doc]) -> whoosh_index.FileIndex:
    index = whoosh_index.create_in(str(folder), make_schema())
    writer = index.writer()
    add_slowly(writer, docs)
    writer.commit()
    return index


def dump(reader: IndexReader) -> dict[str, Any]:
    """All that a reader tells of its documents, by their identities instead of their numbers."""
    ids = {number: stored["id"] for number, stored in reader.iter_docs()}
    postings: dict[Any, Any] = {}
    for name, text in reader.all_terms():
        matcher = reader.postings(name, text)
        found = {}
        while matcher.is_active():
            positions = matcher.value_as("positions") if name in ("body", "title") else None
            found[ids[matcher.id()]] = matcher.weight(), positions
            matcher.next()
        if found:
            postings[name, text] = found
    lengths = {
        (name, ids[number]): reader.doc_field_length(number, name) or 0
        for name in ("body", "title", "tags")
        for number in ids
    }
    values = {}
    for name in ("year", "factor", "journal", "types"):
        if reader.has_column(name):
            for leaf, base in reader.leaf_readers():
                if leaf.has_column(name):
                    column = leaf.column_reader(name, translate=False)
                    values |= {(name, ids[n + base]): column[n] for n in range(len(column)) if n + base in ids}
    defaults = {"year": NO_YEAR, "factor": -1.0, "journal": b"", "types": []}
    values = {key: value for key, value in values.items() if value != defaults[key[0]]}
    return {
        "count": reader.doc_count(),
        "stored": {stored["id"]: stored for _, stored in reader.iter_docs()},
        "postings": postings,
        "lengths": lengths,
        "columns": values,
    }
