"""JSON lines: records as they came, which `indexer.sources` reads back as they were.

What a record itself says of its journal stays under the names of `Record`, so that a build from the export comes to the
same index. The metrics as shown stand beside it under `standing`, with their editions, where tables know the journal;
whoever builds from the export passes them over, for the tables say them anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from indexer.export.entries import Entry
from indexer.export.form import ExportFormat
from indexer.journals.views import GIVEN
from indexer.record import Record


class Standing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The metrics of a record's journal as they are shown; the fields are those of `Record`."""

    editions: Mapping[str, str]
    jcr_quartile: str | None = None
    jcr_categories: tuple[str, ...] = ()
    impact_factor: float | None = None
    cas_zone: int | None = None
    cas_category: str | None = None


class _Line(Record, frozen=True, kw_only=True, omit_defaults=True):
    standing: Standing | None = None


_METRICS = tuple(name for name in Standing.__struct_fields__ if name != "editions")


def write(entries: Iterable[Entry]) -> Iterator[bytes]:
    """A line for each entry."""
    encoder = msgspec.json.Encoder()
    for entry in entries:
        yield encoder.encode(_line(entry)) + b"\n"


def _line(entry: Entry) -> Record:
    if all(edition == GIVEN for edition in entry.editions.values()):
        return entry.stored
    shown = {name: getattr(entry.record, name) for name in _METRICS}
    fields = {name: getattr(entry.stored, name) for name in Record.__struct_fields__}
    return _Line(**fields, standing=Standing(editions=entry.editions, **shown))


FORMAT = ExportFormat("jsonl", "JSON lines", ".jsonl", "application/jsonl", write)
