"""What reference managers have no field for, as lines of a note that people can read."""

from __future__ import annotations

from collections.abc import Iterator

from indexer.citations import sides
from indexer.export.entries import Entry
from indexer.journals.views import GIVEN
from indexer.record import Heading, Notice

_LANGUAGES = {"en": "English", "zh": "Chinese"}


def metric_lines(entry: Entry) -> list[str]:
    """The journal's metrics, each with its edition: `JCR quartile: Q1 (JCR 2024)`."""
    record = entry.record
    jcr, cas = (_edition(entry, family) for family in ("JCR", "CAS"))
    lines = []
    if record.jcr_quartile:
        lines.append(f"JCR quartile: {record.jcr_quartile} ({jcr})")
    if record.impact_factor is not None:
        lines.append(f"Impact factor: {number(record.impact_factor)} ({jcr})")
    if record.cas_zone is not None:
        zone = " ".join(filter(None, (str(record.cas_zone), record.cas_category)))
        lines.append(f"CAS zone: {zone} ({cas})")
    return lines


def note_lines(entry: Entry) -> list[str]:
    """All that RIS and BibTeX, as they are imported, have no field for."""
    return list(_note_lines(entry))


def _note_lines(entry: Entry) -> Iterator[str]:
    record = entry.record
    if record.retracted:
        yield "Retracted"
    yield from map(notice_line, record.notices)
    yield from metric_lines(entry)
    own = sides(record)
    if own.title and own.other_title:
        yield f"{_LANGUAGES[own.other_language]} title: {own.other_title}"
    if record.pmid:
        yield f"PMID: {record.pmid}"
    if record.pmcid:
        yield f"PMCID: {record.pmcid}"
    if record.citation_count is not None:
        yield f"Cited by: {record.citation_count}"
    if record.headings:
        yield f"MeSH: {'; '.join(map(written_heading, record.headings))}"


def _edition(entry: Entry, family: str) -> str:
    edition = entry.editions.get(family, GIVEN)
    return "as given" if edition == GIVEN else edition


def notice_line(notice: Notice) -> str:
    """As `RetractionIn: Lancet. 2010 Feb 6;375(9713):445. PMID 20137807`."""
    parts = (notice.source, f"PMID {notice.pmid}" if notice.pmid else None)
    return f"{notice.kind}: {' '.join(filter(None, parts))}"


def written_heading(heading: Heading) -> str:
    """As MEDLINE writes it: `Asthma/*drug therapy`, with an asterisk at each main subject."""
    parts = [(heading.descriptor, heading.major), *((each.name, each.major) for each in heading.qualifiers)]
    return "/".join("*" * major + name for name, major in parts)


def number(value: float) -> str:
    """A number without needless decimals."""
    return str(int(value)) if value == int(value) else str(value)
