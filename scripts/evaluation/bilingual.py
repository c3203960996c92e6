"""Tasks across languages, made of records that have both: what is asked in one language, found in the other.

Only one side of a record is indexed, so that nothing but the meaning joins query and document. What the engine learns
about terms it must learn from other records: the queries are in folds, and each fold has its training records, among
which is none with a title of the fold, in either language (preprints come in several versions, under several names).
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import opencc

from evaluation.tasks import Query, Task, document
from evaluation.texts import clean, fold, full_width, plain_words
from indexer.record import Record

FOLDS = 5
MEASURES = ("RR@10", "R@100", "nDCG@10", "AP")
SIDES = {"en": ("title_en", "abstract_en"), "zh": ("title_zh", "abstract_zh")}

_BETWEEN_KEYWORDS = re.compile(r"[;；，,、·|。]")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_LONGEST_KEYWORD = 20
"""Characters; longer ones are several whose separators the files lost."""

_Given = Mapping[str, Any]


def fold_of(name: str) -> int:
    """The fold of a record: the same in every run, whatever other records there are."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest(), "big") % FOLDS


def keywords_of(given: _Given) -> set[str]:
    """The Chinese keywords of a record."""
    parts = (plain_words(part) for part in _BETWEEN_KEYWORDS.split(given["keywords_zh"]))
    return {part for part in parts if 2 <= len(part) <= _LONGEST_KEYWORD and _CHINESE.search(part)}


@dataclass(frozen=True)
class Sources:
    """The files that the tasks are made of."""

    data: Path

    @cached_property
    def medical(self) -> list[_Given]:
        """Medical records of Chinese preprints."""
        return list(_lines(self.data / "bilingual" / "chinaxiv_medical.jsonl.gz"))

    @cached_property
    def every(self) -> list[_Given]:
        """Records of all subjects, the medical ones among them."""
        return list(_lines(self.data / "bilingual" / "chinaxiv_all.jsonl.gz"))

    @cached_property
    def targets(self) -> list[_Given]:
        """Medical records that have a title and an abstract in both languages."""
        return [given for given in self.medical if all(given[name] for names in SIDES.values() for name in names)]

    @cached_property
    def articles(self) -> list[Record]:
        """English trials that have an abstract."""
        lines = _lines(self.data / "articles" / "rct_articles.jsonl.gz")
        made = (document(one["pmcid"], title_en=one["title"], abstract_en=one["abstract"]) for one in lines)
        return [record for record in made if record is not None and record.abstract_en]

    @cached_property
    def training(self) -> dict[int, tuple[Record, ...]]:
        """By fold: all records but those that have a title of one of its targets."""
        found = {}
        for number in range(FOLDS):
            tested = _titles(given for given in self.targets if fold_of(given["id"]) == number)
            others = [given for given in self.every if not tested & _titles([given])]
            found[number] = tuple(record for given in others if (record := _whole(given)) is not None)
        return found


def read_title_zh(sources: Sources) -> Task:
    """Chinese title -> the English side of its record."""
    to_traditional: Callable[[str], str] = opencc.OpenCC("s2t").convert
    return Task(
        "zh-title",
        "Chinese title -> English side of its record, among English trials",
        tuple(_side(sources.targets, "en") + sources.articles),
        tuple(_title_queries(sources.targets, "title_zh")),
        MEASURES,
        sources.training,
        {"traditional characters": to_traditional, "full-width forms": full_width},
    )


def read_keyword_zh(sources: Sources) -> Task:
    """Chinese keyword -> the English sides of the records that have it.

    A keyword is a query in each fold in which a record has it.
    """
    holders: defaultdict[str, set[str]] = defaultdict(set)
    written: dict[str, str] = {}
    for given in sources.targets:
        for keyword in sorted(keywords_of(given)):
            holders[fold(keyword)].add(given["id"])
            written.setdefault(fold(keyword), keyword)
    queries = []
    for key, names in holders.items():
        for number in sorted({fold_of(name) for name in names}):
            tested = {name for name in names if fold_of(name) == number}
            relevant = dict.fromkeys(sorted(tested), 1)
            queries.append(Query(f"{key}/{number}", written[key], relevant, number, frozenset(names - tested)))
    return Task(
        "zh-keyword",
        "Chinese keyword -> English sides of the records that have it, among English trials",
        tuple(_side(sources.targets, "en") + sources.articles),
        tuple(queries),
        MEASURES,
        sources.training,
    )


def read_title_en(sources: Sources) -> Task:
    """English title -> the Chinese side of its record."""
    names = {given["id"] for given in sources.targets}
    titles = _titles(sources.targets)
    # Another version of a target would be as right an answer.
    others = [given for given in sources.every if given["id"] not in names and not titles & _titles([given])]
    return Task(
        "en-title",
        "English title -> Chinese side of its record, among Chinese preprints of all subjects",
        tuple(_side([*sources.targets, *others], "zh")),
        tuple(_title_queries(sources.targets, "title_en")),
        MEASURES,
        sources.training,
    )


TASKS: dict[str, Callable[[Sources], Task]] = {
    "zh-title": read_title_zh,
    "zh-keyword": read_keyword_zh,
    "en-title": read_title_en,
}


def _lines(path: Path) -> Iterator[_Given]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _titles(some: Iterable[_Given]) -> set[str]:
    """The titles of records, in both languages, folded."""
    return {folded for given in some for name in ("title_zh", "title_en") if (folded := fold(given[name]))}


def _record(given: _Given, *languages: str) -> Record | None:
    return document(given["id"], **{name: given[name] for language in languages for name in SIDES[language]})


def _whole(given: _Given) -> Record | None:
    """A record with all that it may teach: both sides, and its keywords in both languages."""
    record = _record(given, "en", "zh")
    lists = (_BETWEEN_KEYWORDS.split(given[name]) for name in ("keywords_zh", "keywords_en"))
    keywords = tuple(keyword for parts in lists for part in parts if (keyword := clean(part)))
    return None if record is None else msgspec.structs.replace(record, keywords=keywords)


def _side(some: Sequence[_Given], language: str) -> list[Record]:
    made = (_record(given, language) for given in some)
    return [record for record in made if record is not None]


def _title_queries(some: Sequence[_Given], name: str) -> Iterator[Query]:
    for given in some:
        yield Query(given["id"], plain_words(given[name]), {given["id"]: 1}, fold_of(given["id"]))
