"""The endpoint's operations and parameters: the one table by which requests are checked and the endpoint is described.

What a parameter takes stands here once, as a JSON Schema beside the function that reads it. What an operation does not
know it refuses. `openapi` describes the table to programs, `reference` to people, and `api` answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import permutations
from typing import Any, Generic, TypeVar, cast

from indexer import schema
from indexer.errors import OutOfReachError, RequestError
from indexer.export import FORMATS
from indexer.schema import Editions, Kind
from indexer.search import filters
from indexer.search.engine import Sort
from indexer.search.filters import UNKNOWN, parse_filters
from indexer.search.hits import MAX_OFFSET, MAX_PER_PAGE, Match, SearchRequest
from indexer.search.parse import MAX_CHARACTERS
from search_web import answers, cursors
from search_web.params import LANGUAGES, MAX_WITHOUT, Parameters, last_page, listed, shown, whole_number
from search_web.suggestions import DEFAULT_SUGGESTIONS, MAX_SUGGESTIONS

ROOT = "/api/v1"
DEFAULT_FACET_VALUES = 20
MAX_FACET_VALUES = 1000
MAX_ARTICLE = 1000
"""Characters of an article's name."""

T = TypeVar("T")
Word = TypeVar("Word", bound=Enum)
Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Text:
    """Words of the description, in the interface's languages."""

    en: str
    zh: str


@dataclass(frozen=True)
class Parameter(Generic[T]):
    """A parameter of an address."""

    name: str
    about: Text
    schema: Schema
    """What it takes, as JSON Schema; an array is written with commas."""
    read: Callable[[str], T]
    """Raises RequestError where the text is no value of it."""
    default: T
    example: str
    required: bool = False
    in_path: bool = False


class Given:
    """The values that a request gives to the parameters of an operation."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    def __getitem__(self, parameter: Parameter[T]) -> T:
        """What was given, else the default."""
        return cast("T", self._values.get(parameter.name, parameter.default))


@dataclass(frozen=True)
class Operation:
    """What can be asked at one path."""

    path: str
    """Below `ROOT`, with path parameters in braces."""
    name: str
    about: Text
    parameters: tuple[Parameter[Any], ...]
    answer: type | None
    """Of the JSON; None where it gives none."""
    missing: bool = False
    """It may answer 404."""
    gone: bool = False
    """It may answer 410."""
    files: tuple[str, ...] = ()
    """Media types of the export formats that it gives."""

    def read(self, given: Parameters) -> Given:
        """The values of a request.

        Raises:
            RequestError: a parameter is unknown, repeated or missing, or has no such value.
        """
        known = {parameter.name: parameter for parameter in self.parameters if not parameter.in_path}
        values: dict[str, object] = {}
        for name, texts in given.items():
            if name not in known:
                names = dict.fromkeys(re.sub(r"^facet\..+\.limit$", "facet.NAME.limit", one) for one in known)
                listing = f"the parameters are {', '.join(names)}" if names else "this address takes none"
                raise RequestError(f"there is no parameter {shown(name)}; {listing}")
            if len(texts) > 1:
                raise RequestError(f"{name}: given {len(texts)} times; give it once")
            values[name] = known[name].read(texts[0])
        for name, parameter in known.items():
            if parameter.required and name not in values:
                raise RequestError(f"{name}: it is missing; {parameter.about.en}")
        return Given(values)


def _choice(name: str, about: Text, values: type[Word], default: Word) -> Parameter[Word]:
    """A parameter that takes one of a few words."""
    words = [value.value for value in values]
    one = {"type": "string", "enum": words, "default": default.value}
    return Parameter(name, about, one, lambda text: values(_one_of(name, text, words)), default, words[-1])


def _whole(name: str, about: Text, highest: int, default: T, example: str) -> Parameter[int | T]:
    """A parameter that takes a number from 1."""
    number: dict[str, object] = {"type": "integer", "minimum": 1, "maximum": highest}
    if default is not None:
        number["default"] = default
    return Parameter(name, about, number, lambda text: whole_number(name, text, highest), default, example)


def _names(name: str, about: Text, values: Sequence[str], *, least: int, default: T) -> Parameter[tuple[str, ...] | T]:
    """A parameter that takes some of several names, with commas between them."""

    def read(text: str) -> tuple[str, ...]:
        names = [one.strip() for one in text.split(",")] if text.strip() else []
        if len(names) < least:
            raise RequestError(f"{name}: it is empty; name some of {', '.join(values)}, or leave it out")
        return tuple(dict.fromkeys(_one_of(name, one, values) for one in names))

    items = {"type": "array", "items": {"type": "string", "enum": list(values)}, "minItems": least}
    return Parameter(name, about, items, read, default, ",".join(values[:2]))


def _one_of(name: str, text: str, values: Sequence[str]) -> str:
    if text not in values:
        raise RequestError(f"{name}: {shown(text)} is none of {', '.join(values)}")
    return text


def _article(text: str) -> str:
    if not text or len(text) > MAX_ARTICLE:
        raise RequestError(
            f"article: it has {len(text)} characters; give a DOI, PMID, PMCID or title of 1-{MAX_ARTICLE}"
        )
    return text


def _cursor(text: str) -> str:
    if not re.fullmatch(cursors.PATTERN, text):
        raise RequestError(f"cursor: {shown(text)} is no cursor; begin with * and go on with next_cursor")
    return text


def _filters(text: str) -> filters.Filters:
    chosen = parse_filters(text)
    if chosen.size > filters.MAX_VALUES:
        raise RequestError(f"filter: it has {chosen.size:,} values; name no more than {filters.MAX_VALUES} in all")
    return chosen


def _without(text: str) -> tuple[str, ...]:
    concepts = listed(text)
    if len(concepts) > MAX_WITHOUT:
        raise RequestError(f"without: it names {len(concepts):,} concepts; name no more than {MAX_WITHOUT}")
    return concepts


def _filter_pattern() -> str:
    """What filters look like, as a regular expression of JSON Schema; see `indexer.search.filters`."""
    anything = r'(?:[^,|:"]*\w[^,|:"]*|"(?:[^"\\]|\\.)*\w(?:[^"\\]|\\.)*")'
    number = "(?:[0-9]{1,6}(?:-[0-9]{0,6})?|-[0-9]{1,6})"
    clauses = []
    for name in schema.FACETS:
        if schema.BY_NAME[name].kind is Kind.INTEGER:
            value = f"(?:{number}|{UNKNOWN})"
        else:
            value = f"(?:{'|'.join((*schema.ALLOWED[name], UNKNOWN))})" if name in schema.ALLOWED else anything
        clauses.append(rf"{name}:{value}(?:\|{value})*")
    clause = f"(?:{'|'.join(clauses)})"
    return f"^(?:{clause}(?:,{clause})*)?$"


def edition_schema(editions: Editions) -> Schema:
    """What `edition` takes where an index holds these: names of editions, one of a family at most."""
    families = ["|".join(map(re.escape, names)) for names in editions.values() if names]
    if not families:
        return {**EDITION.schema, "enum": [""]}
    orders = (order for size in range(1, len(families) + 1) for order in permutations(families, size))
    # JSON Schema's dialect knows no escaped space.
    found = ("(?:" + "),(?:".join(order) + ")" for order in orders)
    pattern = ("^(?:" + "|".join(found) + ")?$").replace("\\ ", " ").replace("\\-", "-")
    return {**EDITION.schema, "pattern": pattern}


Q: Parameter[str] = Parameter(
    "q",
    Text(
        f"The query, in the language of the search box. What stands behind {MAX_CHARACTERS:,} characters is left out. "
        "Empty: every record.",
        f"检索式，写法与搜索框相同；超过 {MAX_CHARACTERS:,} 个字符的部分略去。留空则为全部记录。",
    ),
    {"type": "string", "default": ""},
    str,
    "",
    "multiple myeloma",
)
MATCH = _choice(
    "match",
    Text(
        "How many of the words must occur: all, or most where all find few (auto); all; any.",
        "须含多少词：全部，命中过少时放宽为多数（auto）；全部（all）；任一（any）。",
    ),
    Match,
    Match.AUTO,
)
FILTER: Parameter[filters.Filters] = Parameter(
    "filter",
    Text(
        "NAME:VALUE, with a comma for AND and | for OR; a range of years is 2020-2024 or 2020-; values that hold "
        f', | : " are quoted. No more than {filters.MAX_VALUES} values in all.',
        '名称:值；逗号表示“且”，| 表示“或”；年份范围写作 2020-2024 或 2020-；值中含 , | : " 时加引号。'
        f"取值合计不超过 {filters.MAX_VALUES} 个。",
    ),
    {"type": "string", "default": "", "maxLength": filters.MAX_CHARACTERS, "pattern": _filter_pattern()},
    _filters,
    filters.Filters(),
    "quartile:Q1|Q2,year:2020-2024",
)
SORT = _choice(
    "sort",
    Text("The order; records without the value come last.", "排序；没有该值的记录排在最后。"),
    Sort,
    Sort.RELEVANCE,
)
PAGE = _whole(
    "page",
    Text(
        f"The page; the last result that can be reached is the {MAX_OFFSET:,}th. Not looked at with a cursor.",
        f"页码；最多到第 {MAX_OFFSET:,} 条。给出 cursor 时不看此参数。",
    ),
    MAX_OFFSET,
    1,
    "2",
)
CURSOR: Parameter[str | None] = Parameter(
    "cursor",
    Text(
        "`*` for the first page, then `meta.next_cursor` of the page before, down to the last result. A cursor belongs "
        "to its search and to the generation of the index; after a rebuild it is answered with 410.",
        "首页用 *，之后用上一页的 meta.next_cursor，可取到最后一条。游标只对同一检索、同一代索引有效；重建后回应 410。",
    ),
    {"type": "string", "pattern": f"^(?:{cursors.PATTERN})$"},
    _cursor,
    None,
    "*",
)
PER_PAGE = _whole("per_page", Text("Results on a page.", "每页条数。"), MAX_PER_PAGE, 10, "20")
FACET: Parameter[tuple[str, ...]] = _names(
    "facet",
    Text(
        "Facets to count, separated by commas; all without it, none where it is empty.",
        "要统计的分面，以逗号分隔；不写则全部，留空则不统计。",
    ),
    schema.FACETS,
    least=0,
    default=schema.FACETS,
)


def _facet_limit(facet: str) -> Parameter[int | None]:
    numbers = schema.BY_NAME[facet].kind is Kind.INTEGER
    about = Text(
        f"Values of `{facet}` at most, besides those that are chosen and `unknown`; "
        + ("all without it." if numbers else f"{DEFAULT_FACET_VALUES} without it."),
        f"{facet} 最多给出多少个值，已选的和 `unknown` 另计；"
        + ("不写则全部。" if numbers else f"不写则为 {DEFAULT_FACET_VALUES} 个。"),
    )
    return _whole(f"facet.{facet}.limit", about, MAX_FACET_VALUES, None, "50")


FACET_LIMITS: dict[str, Parameter[int | None]] = {name: _facet_limit(name) for name in schema.FACETS}
SELECT = _names(
    "select",
    Text("Fields of the results, separated by commas; all without it.", "结果的字段，以逗号分隔；不写则全部。"),
    answers.RESULT_FIELDS,
    least=1,
    default=None,
)
EXPAND: Parameter[bool] = Parameter(
    "expand",
    Text("Whether other names of what the words mean are searched as well.", "是否同时检索词语所指概念的其他名称。"),
    {"type": "boolean", "default": True},
    lambda text: _one_of("expand", text, ("true", "false")) == "true",
    default=True,
    example="false",
)
WITHOUT: Parameter[tuple[str, ...]] = Parameter(
    "without",
    Text(
        "Concepts that are searched only as typed: their `id` in the answer's `expansions`, separated by commas.",
        "只按原样检索的概念：结果 expansions 中的 id，以逗号分隔。",
    ),
    {"type": "array", "items": {"type": "string"}, "maxItems": MAX_WITHOUT},
    _without,
    (),
    "hypertension",
)
EDITION: Parameter[tuple[str, ...]] = Parameter(
    "edition",
    Text(
        "Editions of journal metrics, one of a family, separated by commas, of which results, filters, facets and "
        "sorting are. The newest without it.",
        "期刊指标的版本，每类一个，以逗号分隔；结果、筛选、分面与排序都按此版本。不写则为最新版。",
    ),
    {"type": "string", "default": ""},
    listed,
    (),
    "JCR 2024,CAS 2025",
)
LANG: Parameter[str | None] = Parameter(
    "lang",
    Text("The language of labels; what the client accepts without it.", "标签的语言；不写则按客户端所接受的语言。"),
    {"type": "string", "enum": list(LANGUAGES)},
    lambda text: _one_of("lang", text, LANGUAGES),
    None,
    "zh",
)
ID: Parameter[str] = Parameter(
    "id",
    Text(
        "The identity of a record, as a result gives it: `doi:10.1000/xyz`, `pmid:123`. The ending `.ris`, `.bib`, "
        "`.nbib`, `.csv` or `.jsonl` asks for that format, as `Accept` does.",
        "记录的标识，如结果所给：doi:10.1000/xyz、pmid:123。以 .ris、.bib、.nbib、.csv 或 .jsonl 结尾则为该格式，"
        "与 Accept 相同。",
    ),
    {"type": "string", "minLength": 1},
    str,
    "",
    "doi:10.5555/medsearch.0001",
    required=True,
    in_path=True,
)
TYPED: Parameter[str] = Parameter(
    "q", Text("What was typed so far.", "已输入的内容。"), {"type": "string", "default": ""}, str, "", "xinjigeng"
)
SUGGESTIONS = _whole(
    "limit", Text("Suggestions at most.", "最多给出多少条。"), MAX_SUGGESTIONS, DEFAULT_SUGGESTIONS, "5"
)
FACET_NAME: Parameter[str] = Parameter(
    "name",
    Text("The facet.", "分面名。"),
    {"type": "string", "enum": list(schema.FACETS)},
    str,
    "",
    "journal",
    required=True,
    in_path=True,
)
WITHIN: Parameter[str] = Parameter(
    "q",
    Text("Words that the values must hold; without them, all values.", "值中须含的文字；不写则为全部。"),
    {"type": "string", "default": ""},
    str,
    "",
    "oncology",
)
QUERY: Parameter[str] = Parameter("query", Q.about, Q.schema, str, "", "multiple myeloma")
VALUES = _whole("limit", Text("Values at most.", "最多给出多少个值。"), MAX_FACET_VALUES, DEFAULT_FACET_VALUES, "50")
ARTICLE: Parameter[str] = Parameter(
    "article",
    Text("The DOI, PMID, PMCID, identity or title of an article.", "文献的 DOI、PMID、PMCID、标识或标题。"),
    {"type": "string", "minLength": 1, "maxLength": MAX_ARTICLE},
    _article,
    "",
    "10.5555/medsearch.0001",
    required=True,
)

FORMAT: Parameter[str] = Parameter(
    "format",
    Text("The format of the file.", "文件格式。"),
    {"type": "string", "enum": list(FORMATS)},
    lambda text: _one_of("format", text, list(FORMATS)),
    "",
    "ris",
    required=True,
)

_WHAT = (MATCH, FILTER, EDITION, EXPAND, WITHOUT)
"""What decides, besides the query, which records are found."""
_FILES = tuple(form.media_type for form in FORMATS.values())

SEARCH = Operation(
    "/search",
    "search",
    Text("Search", "检索"),
    (Q, *_WHAT, SORT, PAGE, CURSOR, PER_PAGE, FACET, *FACET_LIMITS.values(), SELECT, LANG),
    answers.SearchAnswer,
    missing=True,
    gone=True,
)
RECORD = Operation(
    "/records/{id}",
    "record",
    Text("One record, as JSON or in an export format", "一条记录，JSON 或导出格式"),
    (ID, EDITION),
    answers.RecordAnswer,
    missing=True,
    files=_FILES,
)
SUGGEST = Operation(
    "/suggest",
    "suggest",
    Text("Suggestions while typing", "输入时的提示"),
    (TYPED, SUGGESTIONS),
    answers.SuggestAnswer,
)
FACET_VALUES = Operation(
    "/facets/{name}",
    "facetValues",
    Text("Search among the values of a facet, counted over a search", "在某一分面的值中查找，按一次检索计数"),
    (FACET_NAME, WITHIN, QUERY, *_WHAT, VALUES, LANG),
    answers.FacetAnswer,
    missing=True,
)
EXPORT = Operation(
    "/export",
    "export",
    Text("All records of a search as a file, in its order", "一次检索的全部记录，按其顺序存为文件"),
    (FORMAT, Q, *_WHAT, SORT),
    None,
    files=_FILES,
)
EXPLAIN = Operation(
    "/explain",
    "explain",
    Text(
        "Why a search does not find an article: which words or filters exclude it, or that it is not indexed",
        "为何检索不到某篇文献：被哪些词或筛选排除，或未收录",
    ),
    (ARTICLE, Q, *_WHAT),
    answers.ExplainAnswer,
)
INDEX = Operation(
    "/index",
    "index",
    Text("The index that is served", "所用的索引"),
    (),
    answers.IndexAnswer,
)
OPERATIONS = (SEARCH, RECORD, SUGGEST, FACET_VALUES, EXPORT, EXPLAIN, INDEX)


def what(given: Given, text: Parameter[str] = Q) -> SearchRequest:
    """The search that a request names, without what only its results need."""
    return SearchRequest(
        text=given[text],
        match=given[MATCH],
        filters=given[FILTER],
        editions=given[EDITION],
        expand=given[EXPAND],
        without=given[WITHOUT],
    )


def asked(given: Given) -> SearchRequest:
    """The search that the parameters of `SEARCH` name; its cursor is not read.

    Raises:
        OutOfReachError: without a cursor, the page ends behind the last result that can be reached.
    """
    page, per_page, select = given[PAGE], given[PER_PAGE], given[SELECT]
    if given[CURSOR] is None and page * per_page > MAX_OFFSET:
        raise OutOfReachError(
            f"page {page} of {per_page} results each ends behind result {MAX_OFFSET}, the last that can be reached by "
            f"paging; the last page is {last_page(per_page)}. Narrow the search, or use cursor=*"
        )
    return replace(
        what(given),
        sort=given[SORT],
        page=page,
        per_page=per_page,
        facets=given[FACET],
        facet_limits={name: given[limit] or DEFAULT_FACET_VALUES for name, limit in FACET_LIMITS.items()},
        fragments=select is None or "highlights" in select,
    )
