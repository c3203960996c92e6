"""What every engine makes sure of: that an index can be read by this version, and that it holds what was written."""

from __future__ import annotations

from collections.abc import Container
from typing import NamedTuple

from indexer import analysis, schema
from indexer.analysis import Channel
from indexer.errors import BuildError, IndexMismatchError
from indexer.schema import Documents
from indexer.search.engine import Engine, Manifest
from indexer.search.query import Everything, Term

SAMPLE = 50
"""Documents that verification looks up and searches for."""


def check_built_with(manifest: Manifest, location: str) -> None:
    """Make sure that an index was built with this schema and this analysis.

    Raises:
        IndexMismatchError: it was not.
    """
    for what, built, now in (
        ("schema", manifest.schema, schema.fingerprint()),
        ("dictionary", manifest.analysis, analysis.fingerprint()),
    ):
        if built != now:
            raise IndexMismatchError(
                f"the index in {location} was built with another {what} ({built}, and this version has {now}): "
                f"rebuild it with medsearch build SOURCE --index {location}"
            )


class Sampled(NamedTuple):
    """A document that verification looks up, and a term of it that it searches for."""

    record_id: str
    field: tuple[str, Channel] | None
    term: str


def sampled(documents: Documents) -> Sampled:
    """The first document of a batch."""
    for key, found in documents.tokens.items():
        if found.counts[0]:
            return Sampled(documents.ids[0], key, found.of(0)[0][0])
    return Sampled(documents.ids[0], None, "")


class Sample:
    """Documents of a build of unknown length, spread over it."""

    def __init__(self) -> None:
        self._batches = 0
        self._sampled: list[Sampled] = []

    def take(self, one: Sampled) -> None:
        """Note a document of the next batch, perhaps."""
        # Numbers one apart from powers of two spread a sample of bounded size over a build of unknown length.
        if self._batches & (self._batches - 1) == 0 or len(self._sampled) < SAMPLE // 2:
            self._sampled.append(one)
        self._batches += 1

    def verify(self, engine: Engine, documents: int, but: Container[str] = ()) -> None:
        """Make sure that a generation holds so many documents, and all of the sample but those named.

        Raises:
            BuildError: it does not.
        """
        total = engine.count(Everything())
        if total != documents:
            raise BuildError(f"{documents} documents were written and {total} are found")
        for record_id, key, text in self._sampled:
            if record_id in but:
                continue
            record = engine.record(record_id)
            if record is None or record.id != record_id:
                raise BuildError(f"the document {record_id} was written and is not found")
            if key is not None and not engine.count(Term((key[0],), key[1], text)):
                raise BuildError(f"the document {record_id} is not found by its word {text!r}")
