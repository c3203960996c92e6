"""NoteExpress text, as CNKI, Wanfang and VIP write it: `{Reference Type}: Journal Article`, `{Title}: ...`.

A record begins with its type; in files without it, with the first key behind a blank line. Keys may be in Chinese and
the colon full-width. The first record may stand behind what is left of a page's script (`})();{Reference Type}: ...`).
Sources: exports of CNKI and Wanfang, and the style sheet of VIP's.
"""

from __future__ import annotations

import re

from indexer.sources import tagged
from indexer.sources.outcomes import Format
from indexer.sources.references import Tags, reader
from indexer.sources.tagged import Field, Fields, Kind

TAGS: Tags = {
    "type": ("reference type", "文献类型", "题录类型"),
    "kind": ("type of work", "type of article", "论文类型"),
    "title": ("title", "标题", "题名", "篇名", "translated title", "翻译标题", "英文标题", "英文题名"),
    "abstract": ("abstract", "摘要", "translated abstract", "翻译摘要", "英文摘要"),
    "author": ("author", "作者"),
    "journal": (
        "journal",
        "期刊",
        "刊名",
        "期刊名称",
        "来源",
        "source",
        "secondary title",
        "tertiary title",
        "translated journal",
        "英文刊名",
    ),
    "abbreviation": ("alternate journal", "abbreviation", "期刊缩写"),
    "year": ("year", "年", "年份", "出版年"),
    "date": ("date", "日期", "出版日期"),
    "volume": ("volume", "卷"),
    "issue": ("issue", "number", "期", "期号"),
    "first_page": ("pages", "页", "页码", "start page"),
    "keywords": ("keywords", "关键词", "关键字", "translated keywords", "英文关键词"),
    "language": ("language", "语言", "语种"),
    "issn": ("isbn/issn", "issn"),
    "doi": ("doi",),
    "pmid": ("pmid",),
    "pmcid": ("pmcid",),
    "accession": ("accession number",),
    "database": ("database provider", "name of database", "数据库"),
    "address": ("url", "link", "链接", "网址"),
    "note": ("notes", "备注", "笔记"),
}

_OPENING = re.compile(r"(?:^|[;>}])\s*(?=\{\s?Reference Type\s?\}\s?[:：])", re.IGNORECASE)
_OPENING_BYTES = re.compile(rb"(?:^|[;>}])\s*\{\s?Reference Type\s?\}\s?(?::|\xef\xbc\x9a|\xa3\xba)", re.IGNORECASE)
_TYPE_KEYS = tuple(f"{{{key}}}".encode(code) for key in TAGS["type"][1:] for code in ("utf-8", "gb18030"))
_FIELD = re.compile(rb"\s*\{[^{}\"]{1,60}\}\s{0,4}(?::|\xef\xbc\x9a|\xa3\xba)")
_TAG = re.compile(r"\s{0,20}\{\s{0,4}([^{}\"]{1,40}?)\s{0,4}\}\s{0,4}[:：](.*)", re.DOTALL)


def _kind(line: bytes) -> Kind:
    if (b"eference" in line and _OPENING_BYTES.search(line)) or line.lstrip().startswith(_TYPE_KEYS):
        return Kind.OPEN
    return Kind.FIELD if _FIELD.match(line) else Kind.OTHER


def _field(line: str) -> Field | None:
    found = _TAG.fullmatch(line)
    return Field(found[1].casefold(), found[2]) if found else None


def _parse(lines: list[str]) -> Fields:
    if script := _OPENING.search(lines[0]):
        lines[0] = lines[0][script.end() :]
    return tagged.fields_of(lines, _field)


def sniff(head: bytes) -> bool:
    """True where the first line, or one of a few behind a script, begins a record, or the first two hold keys."""
    lines = tagged.begun(head, 20)
    return any(map(_OPENING.search, lines)) or (len(lines) > 1 and all(map(_TAG.fullmatch, lines[:2])))


FORMAT = Format("NoteExpress text", sniff, reader(_kind, _parse, TAGS))
