"""The columns of tables: what the names mean that databases, reference managers and people give to them.

A name means the same in any case and with any spaces and punctuation (`Publication_Year`), with a year (`IF(2024)`),
and where its English and its Chinese stand together, as CNKI has them (`Title-题名`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FIRST_PAGE, LAST_PAGE, ARTICLE_NUMBER = "first page", "last page", "article number"
CITATION, EXTRA = "citation", "extra"
"""Columns that hold no field as such: what `pages` are made of, PubMed's citation, Zotero's lines of `PMID: 123`."""
PARTS = frozenset((FIRST_PAGE, LAST_PAGE, ARTICLE_NUMBER, CITATION, EXTRA))

# For each field the names of its columns, the more telling ones first: where a table has several, that decides.
_NAMES: dict[str, str] = {
    "title": """
        Title, Article Title, Document Title, Paper Title, Primary Title, TI, T1, title_en, title_zh, TitleCN,
        English Title, Chinese Title, Original Title, Translated Title, Vernacular Title, Title Translation, 标题,
        题名, 篇名, 题目, 文题, 论文题名, 论文标题, 论文题目, 文献标题, 文献题名, 文章标题, 文章题目, 中文标题,
        中文题名, 中文篇名, 英文标题, 英文题名, 英文篇名, 外文题名, 標題, 題名, 題目""",
    "abstract": """
        Abstract, Abstract Note, Abstract Text, AB, N2, abstract_en, abstract_zh, AbstractCN, English Abstract,
        Chinese Abstract, Summary, 摘要, 中文摘要, 英文摘要, 外文摘要, 文摘, 内容摘要, 论文摘要""",
    "authors": """
        Authors, Author, Author Names, Author(s), Author List, AU, 作者, 全部作者, 作者姓名, 作者列表, 中文作者,
        著者, 论文作者""",
    "journal": """
        Journal, Journal Title, Journal Name, Full Journal Name, Source Title, Publication Title, Publication Name,
        Container Title, Secondary Title, Periodical, Periodical Name, SO, JF, T2, 刊名, 期刊, 期刊名, 期刊名称,
        期刊刊名, 文献来源, 来源期刊, 来源出版物, 中文刊名, 刊物名称, 杂志, 杂志名称, 母体文献, 来源, 出处,
        期刊名稱, Source""",
    "journal_abbreviation": """
        Journal Abbreviation, Journal Abbrev, Journal Abbr, Abbreviated Source Title, Abbreviated Journal,
        ISO Abbreviation, Journal ISO Abbreviation, MEDLINE TA, JI, TA, J9, Journal/Book, 刊名缩写, 期刊缩写,
        期刊简称, 缩写刊名""",
    "publication_date": """
        Publication Date, Date of Publication, Date Published, Published Date, Pub Date, Pub Time, Date, DP,
        发表时间, 发表日期, 出版日期, 出版时间, 发布时间, 日期, 刊出日期""",
    "year": """
        Publication Year, Published Year, Pub Year, Year, Year of Publication, Year Published, PY, 年, 年份, 年度,
        出版年, 出版年份, 发表年份, 发表年度, 发表年""",
    "doi": "DOI, Digital Object Identifier, DI, DO, DOI Link, DOI URL, DOI号, 数字对象标识符",
    "pmid": "PMID, PubMed ID, PubMed, Medline PMID, PM, PMID号, PubMed编号",
    "pmcid": "PMCID, PMC ID, PubMed Central ID, PubMed Central Identifier, PMC",
    "paper_id": "Paper ID, EID, UT, UT (Unique WOS ID), Unique WOS ID",
    "keywords": """
        Author Keywords, Keywords, Keyword, Key Words, Manual Tags, Automatic Tags, DE, KW, 关键词, 关键字,
        中文关键词, 英文关键词, 作者关键词, 關鍵詞, 關鍵字""",
    "headings": "MeSH Terms, MeSH Headings, MeSH, MH",
    "volume": "Volume, Vol, VL, 卷, 卷号, 卷次, 卷期",
    "issue": "Issue, Issue Number, Journal Issue, Period, IS, 期, 期号, 期次, 期数",
    "pages": "Pages, Page, Pagination, Page Range, Page Numbers, 页码, 起止页码, 起止页, 页码范围, 页, 頁碼",
    ARTICLE_NUMBER: "Article Number, Art. No., AR",
    FIRST_PAGE: "Page Start, Start Page, First Page, Beginning Page, BP, SP, 起始页, 起始页码, 起页",
    LAST_PAGE: "Page End, End Page, Last Page, Ending Page, EP, 终止页, 结束页, 结束页码, 止页",
    "issn": """
        ISSN, Print ISSN, P-ISSN, ISSN (Print), SN, ISSN/EISSN, ISSN-L, ISSN号, 国际标准刊号,
        国际标准连续出版物号""",
    "eissn": "eISSN, E-ISSN, Electronic ISSN, Online ISSN, ISSN (Online), ISSN (Electronic), EI",
    "publication_types": """
        Publication Type, Publication Types, Document Type, Doc Type, Article Type, Item Type, DT, 文献类型,
        文章类型, 文档类型, 论文类型, 文獻類型, Type""",
    "languages": "Language, Languages, Language of Original Document, LA, Lang, 语种, 语言, 文种, 語言",
    "url": "URL, Link, Article URL, Full Text Link, UR, 网址, 链接, 全文链接, 文献链接, 原文链接, 网页链接",
    "pdf_url": "PDF URL, PDF Link, Open Access PDF, PDF链接, PDF",
    "citation_count": """
        Cited by, Cited by Count, Times Cited, Times Cited WoS Core, Citations, Citation Count, TC, Z9, 被引,
        被引次数, 被引频次, 被引量, 被引数, 引用次数, 引用量""",
    "jcr_quartile": "JCR, JCR Quartile, JIF Quartile, IF Quartile, Quartile, JCR分区, JCR区, JCR分位",
    "jcr_categories": """
        JCR Category, JCR Categories, JCR Name, Web of Science Categories, WoS Categories, WC, JCR学科""",
    "impact_factor": """
        Impact Factor, Journal Impact Factor, JIF, IF, JCR IF, 影响因子, 年影响因子, 最新影响因子, 影響因子""",
    "cas_zone": """
        中科院分区, 中国科学院分区, 中科院大类分区, 中科院大区分区, 中科院大区, 中科院升级版分区, 大类分区, CAS分区,
        CAS Zone, CAS Quartile""",
    "cas_category": "中科院大类, 大类学科, 大类, CAS Category",
    "open_access": "Open Access, OA, Is Open Access, 开放获取, 是否开放获取, 是否OA",
    "retracted": "Retracted, Is Retracted, 是否撤稿",
    "journal_description": "期刊介绍, 期刊简介, Journal Description",
    CITATION: "Citation",
    EXTRA: "Extra",
}
_OF_ARTICLES = frozenset(
    ("abstract", "authors", "doi", "journal", "keywords", "pages", "paper_id", "pmcid", "pmid", "publication_date")
)
"""Fields which a table that has titles only holds where these are titles of articles rather than of journals."""
_OF_JOURNALS = frozenset(("cas_zone", "impact_factor", "issn", "eissn", "jcr_quartile"))

_WARNING = "预警"
"""In the header of the CAS warning lists, which have no column but that and the journal."""

_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
_HAN = re.compile("[\u3400-\u9fff]")


def _folded(name: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", _YEAR.sub("", name)).casefold()))


_MEANINGS = {
    _folded(name): (field, place)
    for field, names in _NAMES.items()
    for place, name in enumerate(" ".join(names.split()).split(", "))
}


def _meaning(name: str) -> tuple[str, int] | None:
    """The field that a column of this name holds, and the place of the name among those of the field."""
    known = _MEANINGS.get(_folded(name))
    english, _, chinese = name.partition("-")
    if known or not (_HAN.search(chinese) or english == chinese):
        return known
    return _MEANINGS.get(_folded(chinese)) or _MEANINGS.get(_folded(english))


@dataclass(frozen=True)
class Header:
    """What the columns of a table hold."""

    names: tuple[str, ...]
    fields: tuple[tuple[str, int], ...]
    """Fields, or parts of them, and the columns that hold them; those of one field with the most telling first."""
    unmet: frozenset[str]
    """Mapped columns that the table has not."""
    is_known: bool
    """The table has a title or an abstract for each row, and its rows are articles."""
    is_of_journals: bool
    """The table looks like one of journals."""

    @classmethod
    def of(cls, names: Sequence[str], mapping: Mapping[str, str]) -> Header:
        """The header whose columns have these names, of which the mapping explains some."""
        bare = [name.strip() for name in names]
        while bare and not bare[-1]:
            bare.pop()
        explained: dict[int, str] = {}
        unmet: set[str] = set()
        for column, field in mapping.items():
            places = [place for place, name in enumerate(bare) if name == column.strip()] or [
                place for place, name in enumerate(bare) if _folded(name) and _folded(name) == _folded(column)
            ]
            explained |= dict.fromkeys(places, field)
            if not places:
                unmet.add(column)
        known = {place: meaning for place, name in enumerate(bare) if (meaning := _meaning(name))}
        by_rank = sorted(
            (-1 if place in explained else known[place][1], place, explained.get(place) or known[place][0])
            for place in {**known, **explained}
        )
        fields = {field for _, _, field in by_rank}
        return cls(
            names=tuple(bare),
            fields=tuple((field, place) for _, place, field in by_rank),
            unmet=frozenset(unmet),
            is_known=_has_text(set(explained.values()))
            or (len(bare) > 1 and _has_text(fields) and bool(fields & _OF_ARTICLES)),
            is_of_journals=(bool(fields & _OF_JOURNALS) or any(_WARNING in name for name in bare))
            and not fields & (_OF_ARTICLES - {"journal"}),
        )


def _has_text(fields: set[str]) -> bool:
    return any(field.startswith(("title", "abstract")) for field in fields)
