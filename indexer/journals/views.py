"""A record as it stands in an edition: with what that edition says of its journal as its own metrics."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from indexer.journals.metrics import Family, Journal, Metrics
from indexer.record import Record
from indexer.schema import FAMILIES, Editions, Views

GIVEN = "given"
"""In place of an edition's name: the values are the record's own."""


def view(record: Record, journal: Journal | None, family: str, edition: str) -> tuple[Record, str]:
    """The record in one edition of one family, and the name of the edition that its metrics are of.

    The record's own values hold where no edition of the family knows the journal. Where one does, an edition that does
    not list the journal says that it has no metrics in it.
    """
    of_family = [metrics for metrics in journal.metrics if metrics.edition.family == family] if journal else []
    # A warning list names the journals that it warns of: one that stands on none is not warned of.
    if not of_family and (family != Family.WARNING or edition == GIVEN or not record.journal):
        return record, GIVEN
    said = next((metrics for metrics in of_family if metrics.edition.name == edition), None)
    return msgspec.structs.replace(record, **_FIELDS[Family(family)](said)), edition


def _jcr(metrics: Metrics | None) -> Mapping[str, object]:
    return {
        "jcr_quartile": metrics and metrics.quartile,
        "jcr_categories": tuple(category.name for category in metrics.categories) if metrics else (),
        "impact_factor": metrics and metrics.impact_factor,
    }


def _cas(metrics: Metrics | None) -> Mapping[str, object]:
    return {"cas_zone": metrics and metrics.zone, "cas_category": metrics and metrics.category}


def _warning(metrics: Metrics | None) -> Mapping[str, object]:
    return {"on_warning_list": metrics is not None}


_FIELDS = {Family.JCR: _jcr, Family.CAS: _cas, Family.WARNING: _warning}


def views(record: Record, journal: Journal | None, editions: Editions) -> Views:
    """The record in every edition, for indexing."""
    return {
        family: {edition: view(record, journal, family, edition)[0] for edition in editions.get(family, ())}
        for family in FAMILIES
    }


def as_of(record: Record, journal: Journal | None, chosen: Mapping[str, str]) -> tuple[Record, dict[str, str]]:
    """The record in the chosen edition of each family, and the edition that its metrics are of, by family."""
    named: dict[str, str] = {}
    for family in FAMILIES:
        # No source says by itself that a journal is warned of: without a list there is no edition to name.
        if family in chosen or family != Family.WARNING:
            record, named[family] = view(record, journal, family, chosen.get(family, GIVEN))
    return record, named
