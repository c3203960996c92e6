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
from indexer.languages import language_code
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


def _languages(record: Record) -> tuple[str, ...]:
    """Of the article, where that is known; else of its texts."""
    if record.languages:
        # `mul` and `und` are codes for not saying it.
        named = (language_code(name) or name.casefold() for name in record.languages)
        return tuple(dict.fromkeys(name for name in named if name not in {"mul", "und"}))
    sides = {"en": (record.title_en, record.abstract_en), "zh": (record.title_zh, record.abstract_zh)}
    return tuple(side for side, texts in sides.items() if any(texts))


def _warning(record: Record) -> tuple[str, ...]:
    return () if record.on_warning_list is None else ("yes" if record.on_warning_list else "no",)


def _has_abstract(record: Record) -> tuple[str, ...]:
    return ("yes" if record.abstract_en or record.abstract_zh else "no",)


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
    Field("category", Kind.VALUE, lambda r: _one(r.cas_category), facet=True, family="CAS"),
    Field("year", Kind.INTEGER, lambda r: _one(r.year), facet=True),
    Field("type", Kind.VALUE, lambda r: r.publication_types, facet=True, multiple=True),
    Field("language", Kind.VALUE, _languages, facet=True, multiple=True),
    Field("open_access", Kind.VALUE, _open_access, facet=True),
    Field("warning", Kind.VALUE, _warning, facet=True, family="warning"),
    Field("has_abstract", Kind.VALUE, _has_abstract),
    Field("date", Kind.INTEGER, _date_number, sortable=True),
    Field("impact_factor", Kind.NUMBER, lambda r: _one(r.impact_factor), sortable=True, family="JCR"),
    Field("citations", Kind.INTEGER, lambda r: _one(r.citation_count), sortable=True),
)

FAMILIES: tuple[str, ...] = ("JCR", "CAS", "warning")
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


@lru_cache(maxsize=1 << 12)
def fold_value(value: str) -> str:
    """The form under which values of a VALUE field are compared: case folded, white space collapsed."""
    return " ".join(value.casefold().split())


ALLOWED: dict[str, tuple[str, ...]] = {
    "quartile": ("Q1", "Q2", "Q3", "Q4"),
    "zone": ("1", "2", "3", "4"),
    **dict.fromkeys(("open_access", "warning", "has_abstract"), ("yes", "no")),
}
"""The values of fields that have a fixed set."""
_YES_OR_NO = {"true": "yes", "1": "yes", "是": "yes", "有": "yes", "false": "no", "0": "no", "否": "no", "无": "no"}
_SPELLINGS: dict[str, dict[str, str]] = {
    "quartile": {**{value: f"Q{value}" for value in "1234"}, **{f"{value}区": f"Q{value}" for value in "1234"}},
    "zone": {f"{value}区": value for value in "1234"} | {f"{han}区": str(n) for n, han in enumerate("一二三四", 1)},
    **dict.fromkeys(("open_access", "warning", "has_abstract"), _YES_OR_NO),
}
_TYPE_NAMES: dict[str, tuple[str, ...]] = {
    "Case Reports": ("case report", "病例报告", "个案报道", "病例报道"),
    "Clinical Trial": ("临床试验",),
    "Clinical Trial Protocol": ("临床试验方案",),
    "Clinical Trial, Phase I": ("phase 1 clinical trial", "clinical trial, phase 1"),
    "Clinical Trial, Phase II": ("phase 2 clinical trial", "clinical trial, phase 2"),
    "Clinical Trial, Phase III": ("phase 3 clinical trial", "clinical trial, phase 3"),
    "Clinical Trial, Phase IV": ("phase 4 clinical trial", "clinical trial, phase 4"),
    "Comment": ("评论",),
    "Comparative Study": ("比较研究",),
    "Controlled Clinical Trial": ("对照临床试验",),
    "Editorial": ("社论",),
    "Guideline": ("指南",),
    "Journal Article": ("article", "期刊论文", "期刊文章"),
    "Letter": ("读者来信",),
    "Meta-Analysis": ("meta analysis", "metaanalysis", "荟萃分析", "meta分析"),
    "Multicenter Study": ("multicentre study", "多中心研究"),
    "News": ("新闻",),
    "Observational Study": ("观察性研究",),
    "Practice Guideline": ("实践指南",),
    "Preprint": ("预印本",),
    "Published Erratum": ("erratum", "勘误"),
    "Randomized Controlled Trial": ("rct", "randomised controlled trial", "随机对照试验"),
    "Retracted Publication": ("已撤稿论文",),
    "Retraction of Publication": ("撤稿声明",),
    "Review": ("综述",),
    "Systematic Review": ("系统综述", "系统评价"),
    "Thesis": ("学位论文",),
    "Validation Study": ("验证研究",),
}
"""Publication types as PubMed names them, with other names that a searcher may type."""
_SPELLINGS["type"] = {other: name for name, others in _TYPE_NAMES.items() for other in (name.casefold(), *others)}


def is_publication_type(text: str) -> bool:
    """Whether a text names one of the common publication types."""
    return fold_value(text) in _SPELLINGS["type"]


def canonical_value(name: str, text: str) -> str | None:
    """A facet's value as a person may type it, as records have it; None where the field can have no such value."""
    text = " ".join(text.split())
    if name == "language":
        return language_code(text) or text.casefold()
    text = _SPELLINGS.get(name, {}).get(text.casefold(), text)
    if name not in ALLOWED:
        return text
    return next((allowed for allowed in ALLOWED[name] if allowed.casefold() == text.casefold()), None)


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
                if found.ids.size:
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
