"""The fields that a query can name: `title:`, `标题:` and their like before a term, PubMed's tags behind one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from indexer import analysis, schema
from indexer.languages import language_code
from indexer.schema import Kind


@dataclass(frozen=True)
class SearchField:
    """A field that a query can name."""

    name: str
    """As it is written back."""
    fields: tuple[str, ...]
    """The schema's fields behind it."""

    @property
    def is_text(self) -> bool:
        """Whether words are sought in it; else it has exact values."""
        return schema.BY_NAME[self.fields[0]].kind is Kind.TEXT

    @property
    def is_range(self) -> bool:
        """Whether its values are numbers or dates, of which a query may ask for a range."""
        return schema.BY_NAME[self.fields[0]].kind in {Kind.INTEGER, Kind.NUMBER}


ALL_TEXT = tuple(field.name for field in schema.TEXT_FIELDS)

_TITLE = ("title_en", "title_zh")
_ABSTRACT = ("abstract_en", "abstract_zh")
ALL = SearchField("all", ALL_TEXT)
_NAMES: dict[SearchField, tuple[str, ...]] = {
    ALL: ("all", "tw", "全部", "全文"),
    SearchField("title", _TITLE): ("title", "ti", "标题", "题名", "篇名", "题目"),
    SearchField("tiab", _TITLE + _ABSTRACT): ("tiab", "标题摘要"),
    SearchField("topic", (*_TITLE, *_ABSTRACT, "keywords")): ("topic", "ts", "主题", "篇关摘"),
    SearchField("abstract", _ABSTRACT): ("abstract", "ab", "摘要", "文摘"),
    SearchField("mesh", ("headings",)): ("mesh", "mh", "主题词"),
    SearchField("keyword", ("keywords",)): ("keyword", "keywords", "kw", "ot", "关键词", "关键字"),
    SearchField("journal", ("journal_name",)): ("journal", "ta", "so", "期刊", "刊名", "期刊名", "杂志"),
    SearchField("author", ("authors",)): ("author", "authors", "au", "作者", "著者"),
    SearchField("doi", ("doi",)): ("doi",),
    SearchField("pmid", ("pmid",)): ("pmid", "uid"),
    SearchField("pmcid", ("pmcid",)): ("pmcid", "pmc"),
    SearchField("year", ("year",)): ("year", "py", "年", "年份", "出版年"),
    SearchField("date", ("date",)): ("date", "dp", "日期", "出版日期", "发表日期", "发表时间"),
    SearchField("quartile", ("quartile",)): ("quartile", "jcr", "jcr分区"),
    SearchField("zone", ("zone",)): ("zone", "cas", "分区", "中科院分区"),
    SearchField("category", ("category",)): ("category", "大类"),
    SearchField("impact_factor", ("impact_factor",)): ("impact_factor", "if", "影响因子"),
    SearchField("citations", ("citations",)): ("citations", "cited", "被引", "被引频次", "被引次数", "引用次数"),
    SearchField("type", ("type",)): ("type", "pt", "类型", "文献类型"),
    SearchField("language", ("language",)): ("language", "lang", "la", "语种", "语言"),
    SearchField("open_access", ("open_access",)): ("open_access", "oa", "开放获取"),
    SearchField("warning", ("warning",)): ("warning", "预警"),
    SearchField("has_abstract", ("has_abstract",)): ("has_abstract", "有摘要"),
}
SEARCH_FIELDS: dict[str, SearchField] = {name: field for field, names in _NAMES.items() for name in names}
"""By every name that stands before a colon, folded."""


def named(name: str) -> SearchField | None:
    """The field of a name before a colon; folded as texts are, so that 標題: is 标题:."""
    return SEARCH_FIELDS.get(analysis.normalize(name).text)


class Held(Enum):
    """Whether the index has what a tag of PubMed's names."""

    EXACTLY = "exactly"
    NEARLY = "nearly"
    """Not by itself, but as a part of another field, which is searched instead."""
    NOT = "not"
    """All fields are searched instead."""


@dataclass(frozen=True)
class Tag:
    """What a tag in brackets says of what stands before it."""

    field: SearchField
    held: Held = Held.EXACTLY
    gap: int | None = None
    """Of `[tiab:~5]`: how far the words of a phrase may stand apart."""
    filter: bool = False
    """It is one of PubMed's filters, as `free full text[sb]`; the field is meaningless unless no filter is known."""


_TAG_NAMES: dict[str, tuple[str, ...]] = {
    "all": ("all fields", "text word", "text words"),
    "tiab": ("title/abstract", "title and abstract"),
    "mesh": ("mesh terms", "mesh term", "mesh:noexp", "mh:noexp", "mesh terms:noexp"),
    "keyword": ("other term", "other terms", "author keywords"),
    "author": ("fau", "author - full", "full author name", "author name"),
    "journal": ("jour", "journal title", "journal name", "title abbreviation"),
    "date": ("pdat", "date - publication", "publication date", "dp:pdat", "ppdat", "epdat"),
    "type": ("ptyp", "publication type", "publication types"),
    "pmcid": ("pmc id", "pmcid - mid"),
}
_NEARLY: dict[str, tuple[str, ...]] = {
    "mesh": (
        *("majr", "majr:noexp", "mesh major topic", "mesh major topic:noexp", "sh", "sh:noexp", "subheading"),
        *("mesh subheading", "mesh subheadings"),
    ),
    "title": ("tt", "transliterated title"),
    "author": ("1au", "lastau", "author - first", "author - last", "first author", "last author", "first author name"),
    "date": (
        *("edat", "crdt", "dcom", "mhda", "lr", "date - entry", "date - entrez", "date - create", "date - mesh"),
        *("date - completion", "date - modification", "entry date", "create date", "mesh date", "completion date"),
        *("modification date", "date - electronic publication", "date - print publication"),
    ),
    "doi": ("aid", "lid", "article identifier", "location id"),
}
_NOT_HELD = frozenset(
    (
        *("ad", "affl", "affiliation", "auid", "author - identifier", "author identifier", "book", "cn", "cois"),
        *("author - corporate", "corporate author", "conflict of interest statement", "ed", "editor", "fir"),
        *("conflict of interest statements", "full investigator name", "gr", "grants and funding", "grant number"),
        *("ir", "investigator", "is", "issn", "isbn", "ip", "issue", "jid", "nlm unique id", "nm", "pa"),
        *("supplementary concept", "pharmacological action", "pg", "pagination", "pl", "place of publication"),
        *("pubn", "publisher", "ps", "subject - personal name", "personal name as subject", "rn", "ec/rn number"),
        *("si", "secondary source id", "vi", "volume", "cy", "country", "substance name"),
    )
)
_FILTER = frozenset(("filter", "filters", "sb", "subset", "text"))

_TAGS: dict[str, Tag] = {
    **{name: Tag(field) for name, field in SEARCH_FIELDS.items()},
    **{tag: Tag(SEARCH_FIELDS[name]) for name, tags in _TAG_NAMES.items() for tag in tags},
    **{tag: Tag(SEARCH_FIELDS[name], Held.NEARLY) for name, tags in _NEARLY.items() for tag in tags},
    **{tag: Tag(ALL, Held.NOT) for tag in _NOT_HELD},
    **{tag: Tag(ALL, Held.NOT, filter=True) for tag in _FILTER},
}
_GAP = re.compile(r":~(\d{1,4})$")


def tagged(text: str) -> Tag | None:
    """What a tag says, given without its brackets; None where it is none."""
    folded = re.sub(r"\s*([:/~])\s*", r"\1", " ".join(analysis.normalize(text).text.split()))
    gap = _GAP.search(folded)
    tag = _TAGS.get(folded[: gap.start()] if gap else folded)
    if tag is None or gap is None:
        return tag
    return Tag(tag.field, tag.held, int(gap[1]), tag.filter)


_FILTERS: dict[str, tuple[str, str]] = {
    "free full text": ("open_access", "yes"),
    "loattrfree full text": ("open_access", "yes"),
    "ffrft": ("open_access", "yes"),
    "hasabstract": ("has_abstract", "yes"),
    "fha": ("has_abstract", "yes"),
    **{name: ("mesh", name) for name in ("humans", "animals", "male", "female")},
    "human": ("mesh", "humans"),
    "animal": ("mesh", "animals"),
    "systematicreview": ("type", "Systematic Review"),
    "clinicaltrial": ("type", "Clinical Trial"),
    "randomizedcontrolledtrial": ("type", "Randomized Controlled Trial"),
    "casereports": ("type", "Case Reports"),
}


@dataclass(frozen=True)
class Filtered:
    """What one of PubMed's filters asks for."""

    field: SearchField
    value: str


def filtered(text: str) -> Filtered | None:
    """What a filter of PubMed's asks for; None where it is none that is known."""
    folded = " ".join(text.casefold().split())
    if folded in _FILTERS:
        name, value = _FILTERS[folded]
        return Filtered(SEARCH_FIELDS[name], value)
    if language_code(text):
        return Filtered(SEARCH_FIELDS["language"], text)
    if schema.is_publication_type(text):
        return Filtered(SEARCH_FIELDS["type"], text)
    return None
