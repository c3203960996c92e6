"""Layouts of term tables: how the rows of each published form become concepts."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from indexer.analysis import Language
from indexer.analysis.script import HAN
from indexer.terms.concept import Concept, Form, Role
from indexer.terms.mesh import Descriptor, concept_of

OUR_COLUMNS = ("preferred English", "preferred Chinese", "other English", "other Chinese", "abbreviations")
"""Of our own form: tab-separated, without header, with ` | ` between values; # begins a comment line."""

_LONGEST_FORM = 200
_HAN_CHARACTER = re.compile(f"[{HAN}]")

_NOTE = re.compile(
    rf"\s*(?:[(（](?:[^()（）]{{3,}}|[{HAN}]{{2}})[)）]|[\[［【](?:[^\[\]［］【】]{{3,}}|[{HAN}]{{2}})[\]］】])\s*\Z"
)
"""At the end of a title, and longer than what belongs to a name, as in lipoprotein(a)."""
_SYNONYM = re.compile(r"\s*\[[^\[\]]{2,}\]")
"""ICD gives older names in square brackets, within a title as well."""
_NOT_ELSEWHERE = re.compile(
    r"(?:\s*,\s*not elsewhere classified|\s*[,，]\s*不可归类在他处者?|,?\s+NOS)\s*\Z", re.IGNORECASE
)
_LEFT_OVER = re.compile(
    r"\bunspecified\b|\bother\b|\belsewhere\b|\bnot specified\b|未特指|其他|其它|他处|未说明", re.IGNORECASE
)
"""Classes for what has no class of its own."""
_ICD_CODE = re.compile(r"[A-Z]\d[\dA-Z](?:\.?[\dA-Zx+*†]{1,5})?[+*†]?")
_MESH_ID = re.compile(r"[DC]\d{6,9}")
_TREE_NUMBER = re.compile(r"[A-Z]\d{2}(?:\.\d{3})*")

_ENGLISH_HEADER = re.compile(r"(?:.*[_ ])?en(?:[_\- ].*)?|eng|english(?:[_ ].*)?|英文.*|英语.*")
_CHINESE_HEADER = re.compile(r"(?:.*[_ ])?(?:zh|cn)(?:[_\- ].*)?|chi|chinese(?:[_ ].*)?|中文.*|汉语.*")
_COUNT_HEADER = re.compile(r"count|n|freq(?:uency)?|evidence|次数|频次")
_CODE_HEADER = re.compile(r"code|icd.*|编码|代码")
_SHORT_HEADER = re.compile(r"(?:abbr(?:eviation)?|acronym|short(?:hand)?|缩写|缩略[语词]?|简称)(?:\b.*)?")
_MEANING_HEADER = re.compile(
    r"meaning|definition|expansion|long[ _]?form|full(?:[ _](?:name|form|term))?|全称|含义|意义|全文"
)

Skip = Callable[[int, str], None]
LeaveOut = Callable[[], None]


class BadLine(ValueError):  # noqa: N818 -- caught where lines are counted; no error that anyone sees
    """A line can't be used, and why."""


class Rows(ABC):
    """Reads the rows of one table."""

    def __init__(self, skip: Skip, leave_out: LeaveOut, source: str) -> None:
        self.skip = skip
        self.leave_out = leave_out
        self.source = source

    @abstractmethod
    def take(self, cells: Sequence[str]) -> Concept | None:
        """The concept of a row; None where it has none, or one that needs later rows.

        Raises:
            BadLine: The row can't be used.
        """

    def rest(self) -> Iterator[Concept]:
        """The concepts that needed all rows."""
        return iter(())


@dataclass(frozen=True)
class Layout:
    """What a table was recognised as."""

    name: str
    rows: Callable[[Skip, LeaveOut, str], Rows]


@dataclass
class _Grouped:
    """The forms of one subject so far."""

    labels: dict[Language, str] = field(default_factory=dict)
    others: dict[tuple[str, Language], None] = field(default_factory=dict)


def forms(
    english: str, chinese: str, others: Iterable[str] = (), abbreviations: Iterable[str] = ()
) -> tuple[Form, ...]:
    """The forms of a concept, each once, the preferred ones first; either of those may be empty."""
    found: dict[str, Form] = {}
    given = (
        *((text, Role.PREFERRED) for text in (english, chinese)),
        *((text, Role.SYNONYM) for text in others),
        *((text, Role.ABBREVIATION) for text in abbreviations),
    )
    for text, role in given:
        clean = " ".join(text.split())
        if 1 < len(clean) <= _LONGEST_FORM or (clean and is_chinese(clean)):
            found.setdefault(clean.casefold(), Form(clean, "zh" if is_chinese(clean) else "en", role))
    return tuple(found.values())


def is_chinese(text: str) -> bool:
    """Whether a term holds Han characters."""
    return bool(_HAN_CHARACTER.search(text))


def clean_title(text: str) -> str:
    """A title of a classification without notes in brackets and `not elsewhere classified` at its end."""
    before = ""
    while text != before:
        before = text
        text = _NOT_ELSEWHERE.sub("", text)
        text = _NOTE.sub("", text) or text
    return text.strip(" ,，;；")


class _Pairs(Rows):
    """A Chinese and an English column, perhaps with a count, or with the codes of a classification."""

    def __init__(
        self,
        skip: Skip,
        leave_out: LeaveOut,
        source: str,
        *,
        english: int,
        chinese: int,
        count: int | None = None,
        classification: bool = False,
    ) -> None:
        super().__init__(skip, leave_out, source)
        self._english = english
        self._chinese = chinese
        self._count = count
        self._classification = classification

    def take(self, cells: Sequence[str]) -> Concept | None:
        english, chinese = _cell(cells, self._english), _cell(cells, self._chinese)
        if not english and not chinese:
            raise BadLine("neither a Chinese nor an English term")
        if not english or not chinese:
            self.leave_out()
            return None
        if is_chinese(english) or not is_chinese(chinese):
            raise BadLine("the English column holds Chinese, or the Chinese one none")
        evidence = None
        if self._count is not None:
            number = _cell(cells, self._count)
            if not number.isascii() or not number.isdecimal():
                raise BadLine(f"the count {number!r} is no number")
            evidence = int(number)
        if self._classification:
            english, chinese = _SYNONYM.sub("", english), _SYNONYM.sub("", chinese)
        english, chinese = clean_title(english), clean_title(chinese)
        if self._classification and (_LEFT_OVER.search(english) or _LEFT_OVER.search(chinese)):
            self.leave_out()
            return None
        return _concept(forms(english, chinese), self.source, evidence)


class _Five(Rows):
    """Our own form."""

    def take(self, cells: Sequence[str]) -> Concept | None:
        if len(cells) > len(OUR_COLUMNS):
            raise BadLine(f"{len(cells)} columns instead of {len(OUR_COLUMNS)}")
        english, chinese = _cell(cells, 0), _cell(cells, 1)
        if is_chinese(english) or (chinese and not is_chinese(chinese)):
            raise BadLine("the first column has to be English and the second Chinese")
        others = [*_values(_cell(cells, 2)), *_values(_cell(cells, 3))]
        return _concept(forms(english, chinese, others, _values(_cell(cells, 4))), self.source)


class _Babelon(Rows):
    """HPO's translations: a line for each label and each synonym of a subject."""

    def __init__(self, skip: Skip, leave_out: LeaveOut, source: str, *, columns: dict[str, int]) -> None:
        super().__init__(skip, leave_out, source)
        self._columns = columns
        self._subjects: dict[str, _Grouped] = {}

    def take(self, cells: Sequence[str]) -> Concept | None:
        of = {name: _cell(cells, column) for name, column in self._columns.items()}
        subject, english, chinese = of["subject_id"], of["source_value"], of["translation_value"]
        if not subject:
            raise BadLine("no subject_id")
        if not of.get("source_language", "en").lower().startswith("en") or not of.get(
            "translation_language", "zh"
        ).lower().startswith(("zh", "cmn")):
            raise BadLine("the languages are not en and zh")
        predicate = of.get("predicate_id", "rdfs:label").rpartition(":")[2].lower()
        if "synonym" in predicate and "exact" not in predicate:
            self.leave_out()  # broader, narrower and related names are other concepts
            return None
        if predicate != "label" and "synonym" not in predicate:
            self.leave_out()  # definitions and comments
            return None
        group = self._subjects.setdefault(subject, _Grouped())
        if is_chinese(english) or (chinese and not is_chinese(chinese)):
            raise BadLine("source_value has to be English and translation_value Chinese")
        values: tuple[tuple[str, Language], ...] = ((clean_title(english), "en"), (clean_title(chinese), "zh"))
        for text, language in values:
            if not text:
                continue
            if predicate == "label" and language not in group.labels:
                group.labels[language] = text
            else:
                group.others[text, language] = None
        return None

    def rest(self) -> Iterator[Concept]:
        for group in self._subjects.values():
            labels = (group.labels.get("en", ""), group.labels.get("zh", ""))
            found = forms(*labels, (text for text, _ in group.others))
            if len(found) > 1:
                yield Concept(found, self.source)
            else:
                self.leave_out()  # without a translation


class _Abbreviations(Rows):
    """An abbreviation and what it stands for."""

    def __init__(self, skip: Skip, leave_out: LeaveOut, source: str, *, short: int, meaning: int) -> None:
        super().__init__(skip, leave_out, source)
        self._short = short
        self._meaning = meaning

    def take(self, cells: Sequence[str]) -> Concept | None:
        short, meaning = _cell(cells, self._short), clean_title(_cell(cells, self._meaning))
        if not short or not meaning:
            raise BadLine("no abbreviation or no meaning")
        if short.casefold() == meaning.casefold() or len(short) >= len(meaning):
            raise BadLine("the meaning is no longer than the abbreviation")
        english, chinese = ("", meaning) if is_chinese(meaning) else (meaning, "")
        return _concept(forms(english, chinese, (), (short,)), self.source)


class _MeshTable(Rows):
    """MeSH descriptors: identifier, label, entry terms, tree numbers."""

    def take(self, cells: Sequence[str]) -> Concept | None:
        if not _MESH_ID.fullmatch(_cell(cells, 0)) or not _cell(cells, 1):
            raise BadLine("no MeSH identifier or no label")
        trees = tuple(tree for cell in cells[2:] for tree in cell.split("|") if _TREE_NUMBER.fullmatch(tree))
        entries = tuple(entry for entry in _cell(cells, 2).split("|") if entry and not _TREE_NUMBER.fullmatch(entry))
        if not (concept := concept_of(Descriptor(_cell(cells, 1), entries, trees), self.source)):
            self.leave_out()
        return concept


def _cell(cells: Sequence[str], column: int) -> str:
    return cells[column] if column < len(cells) else ""


def _values(cell: str) -> list[str]:
    return [value.strip() for value in cell.split("|") if value.strip()]


def _concept(found: tuple[Form, ...], source: str, evidence: int | None = None) -> Concept:
    """The concept of a row.

    Raises:
        BadLine: There are fewer than two forms.
    """
    if len(found) < 2:
        raise BadLine("fewer than two different terms")
    return Concept(found, source, evidence)


def recognise(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Layout | None:
    """The layout that a header names; None where it is no header of a term table.

    Args:
        header: Cells of the line.
        rows: Some of the rows below it.
    """
    names = [cell.strip().lower().lstrip("\ufeff") for cell in header]
    if {"subject_id", "source_value", "translation_value"} <= set(names):
        columns = {name: place for place, name in enumerate(names)}
        return Layout("HPO Babelon", partial(_Babelon, columns=columns))
    english, chinese = _place(names, _ENGLISH_HEADER), _place(names, _CHINESE_HEADER)
    if english is not None and chinese is not None and english != chinese:
        code = _place(names, _CODE_HEADER)
        codes = [_cell(row, code) for row in rows] if code is not None else []
        classified = bool(codes) and sum(bool(_ICD_CODE.fullmatch(one)) for one in codes) * 10 >= 9 * len(codes)
        count = _place(names, _COUNT_HEADER)
        rows_of = partial(_Pairs, english=english, chinese=chinese, count=count, classification=classified)
        return Layout("ICD-10" if classified else "Chinese and English", rows_of)
    short, meaning = _place(names, _SHORT_HEADER), _place(names, _MEANING_HEADER)
    if short is not None and meaning is not None and short != meaning:
        return Layout("abbreviations", partial(_Abbreviations, short=short, meaning=meaning))
    return None


def headerless(rows: Sequence[Sequence[str]]) -> Layout | None:
    """The layout that the rows of a table without header have; None where they have none that we know."""
    rows = [row for row in rows if any(row)]
    if not rows:
        return None
    if _most(rows, lambda row: len(row) >= 3 and bool(_MESH_ID.fullmatch(row[0])) and bool(row[1])):
        return Layout("MeSH", _MeshTable)
    width = max(len(row) for row in rows)
    if width < 2:
        return None
    if width <= len(OUR_COLUMNS) and _most(rows, lambda row: _is_pair(_cell(row, 0), _cell(row, 1))):
        return Layout("our five columns", _Five)
    if width == 2 and _most(rows, lambda row: _is_pair(_cell(row, 1), _cell(row, 0))):
        return Layout("Chinese and English", partial(_Pairs, english=1, chinese=0))
    return None


def _most(rows: Sequence[Sequence[str]], holds: Callable[[Sequence[str]], bool]) -> bool:
    return sum(map(holds, rows)) * 10 >= 8 * len(rows)


def _is_pair(english: str, chinese: str) -> bool:
    return bool(english) and not is_chinese(english) and is_chinese(chinese) and any(map(str.isalpha, english))


def _place(names: Sequence[str], pattern: re.Pattern[str]) -> int | None:
    return next((place for place, name in enumerate(names) if pattern.fullmatch(name)), None)
