"""Term tables: files that an operator loads in their published form, into concepts.

`read_terms` recognises a file by its header or by its shape, never by its name: MeSH descriptors (NLM's XML and ASCII,
or a table of labels and entry terms), ICD-10 and other tables with a Chinese and an English column, HPO's Babelon
translations, author keywords with counts, lists of abbreviations, and our own five columns (`OUR_COLUMNS`). The ways to
read a line are in `indexer.terms.rows`, the ones to read MeSH in `indexer.terms.mesh`.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import msgspec

from indexer.errors import TermTableError
from indexer.terms import mesh
from indexer.terms.concept import Concept
from indexer.terms.rows import BadLine, Layout, headerless, recognise

LIMIT_BYTES = 256 * 2**20
"""Of a table that is read as a whole; MeSH is read piece by piece and may be larger."""
EXAMPLES = 5
"""Skipped lines that a report names one by one."""
_LONGEST_LINE = 1_000_000
_HEADER_WITHIN = 20
_SAMPLE = 200
_DELIMITERS = "\t,;"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_KNOWN = (
    "MeSH (desc2025.xml, d2025.bin, or a table of id, label, entry terms and tree numbers), HPO Babelon (source_value, "
    "translation_value), a Chinese and an English column (zh and en, 中文 and 英文), abbreviations (abbreviation and "
    "meaning), five columns without header (English, Chinese, other English, other Chinese, abbreviations)"
)


class SkippedLine(msgspec.Struct, frozen=True):
    """A line that can't be used."""

    line: int
    """1-based."""
    reason: str


class TermTableReport(msgspec.Struct, kw_only=True):
    """What came of one file, so far: complete when all its concepts were taken."""

    source: str
    """The name its concepts carry."""
    path: str
    concepts: int = 0
    left_out: int = 0
    """Lines that are well formed and name nothing to search for: classes for what is left over, single names."""
    skipped: int = 0
    """Lines that can't be used."""
    examples: list[SkippedLine] = []
    """The first of them."""


class TermTable:
    """The concepts of a file, read as they are asked for, once; and the report that grows with them."""

    def __init__(self, report: TermTableReport, concepts: Callable[[Notes], Iterator[Concept]]) -> None:
        self.report = report
        self._concepts = concepts(Notes(report))

    def __iter__(self) -> Iterator[Concept]:
        return self

    def __next__(self) -> Concept:
        concept = next(self._concepts)
        self.report.concepts += 1
        return concept


class Notes:
    """Where readers say what they did not use."""

    def __init__(self, report: TermTableReport) -> None:
        self._report = report

    def skip(self, line: int, reason: str) -> None:
        """A line can't be used."""
        self._report.skipped += 1
        if len(self._report.examples) < EXAMPLES:
            self._report.examples.append(SkippedLine(line, reason))

    def leave_out(self) -> None:
        """A line names nothing to search for."""
        self._report.left_out += 1


class _Table(NamedTuple):
    layout: Layout
    delimiter: str
    first: int
    """Lines before the first row."""


def read_terms(path: str | Path, source: str | None = None) -> TermTable:
    """Open a term table; its concepts are read as they are taken.

    A file is in UTF-8 (with or without mark), UTF-16 with mark or GB18030, and may be compressed with gzip.

    Args:
        path: The file.
        source: What its concepts name as their source; the file's name without ending, unless given.

    Raises:
        TermTableError: The file can't be read or is no term table that we know; also while concepts are taken.
    """
    path = Path(path)
    report = TermTableReport(source=source or path.name.split(".")[0] or path.name, path=str(path))
    with _opened(path) as stream:
        head = stream.read(2**16)
    if not head.strip():
        raise TermTableError(f"{path} is empty; name a file with terms")
    if mesh.is_xml(head):
        return TermTable(report, lambda notes: _of_stream(path, mesh.read_xml, notes, report.source))
    if mesh.is_ascii(head):
        return TermTable(report, lambda notes: _of_stream(path, mesh.read_ascii, notes, report.source))
    lines = _text(path).split("\n")
    table = _recognise(path, lines)
    return TermTable(report, lambda notes: _of_lines(lines, table, notes, report.source))


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """The file, decompressed where it is compressed.

    Raises:
        TermTableError: It can't be opened, or what is done with it finds that it can't be read to its end.
    """
    try:
        with path.open("rb") as file:
            compressed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            if compressed:
                with gzip.GzipFile(fileobj=file) as unpacked:
                    yield cast("BinaryIO", unpacked)
            else:
                yield file
    except (EOFError, zlib.error, gzip.BadGzipFile, mesh.Damaged) as error:
        raise TermTableError(f"{path} can't be read to its end ({error}); get the file again") from error
    except OSError as error:
        raise TermTableError(f"term table {path} can't be read ({error.strerror or error}); name a file") from error


def _of_stream(path: Path, read: mesh.Reader, notes: Notes, source: str) -> Iterator[Concept]:
    with _opened(path) as stream:
        yield from read(stream, notes.skip, notes.leave_out, source)


def _text(path: Path) -> str:
    """The whole of a table as text."""
    with _opened(path) as stream:
        data = stream.read(LIMIT_BYTES + 1)
    if len(data) > LIMIT_BYTES:
        raise TermTableError(f"{path} is larger than {LIMIT_BYTES >> 20} MiB, so it is no term table; split it")
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise TermTableError(f"{path} is a workbook or a zip; save the sheet as CSV in UTF-8 and name that file")
    for encoding in ["utf-16"] if data.startswith(_UTF16) else ["utf-8-sig", "gb18030"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        # The csv module of Python 3.10 takes no NUL.
        return text.replace("\0", " ").replace("\r\n", "\n").replace("\r", "\n")
    raise TermTableError(f"{path} is neither in UTF-8 nor in UTF-16 or GB18030; save it as CSV in UTF-8")


def _recognise(path: Path, lines: list[str]) -> _Table:
    head = [(number, line) for number, line in enumerate(lines[:_HEADER_WITHIN]) if _is_row(line)]
    sample = [line for line in lines[: _SAMPLE + _HEADER_WITHIN] if _is_row(line)][:_SAMPLE]
    for delimiter in _DELIMITERS:
        for number, line in head:
            if delimiter in line and (
                layout := recognise(_cells(line, delimiter), _rows(lines[number + 1 :], delimiter))
            ):
                return _Table(layout, delimiter, number + 1)
    for delimiter in _DELIMITERS:
        if layout := headerless(_rows(sample, delimiter)):
            return _Table(layout, delimiter, 0)
    first = f"its first line is {head[0][1].strip()[:200]!r}" if head else "it has comments only"
    raise TermTableError(f"{path} is no term table that we know: {first}. Known are: {_KNOWN}")


def _rows(lines: list[str], delimiter: str) -> list[list[str]]:
    return [_cells(line, delimiter) for line in lines[:_SAMPLE] if _is_row(line)]


def _is_row(line: str) -> bool:
    return bool(line.strip()) and not line.startswith("#")


def _cells(line: str, delimiter: str) -> list[str]:
    """The cells of one line, each line for itself; in TSV a quotation mark is a character like any other."""
    if delimiter == "\t":
        cells = line.split("\t")
    else:
        try:
            cells = next(csv.reader(io.StringIO(line), delimiter=delimiter), [])
        except csv.Error:
            return []
    return [cell.strip() for cell in cells]


def _of_lines(lines: list[str], table: _Table, notes: Notes, source: str) -> Iterator[Concept]:
    rows = table.layout.rows(notes.skip, notes.leave_out, source)
    for number, line in enumerate(lines[table.first :], table.first + 1):
        if not _is_row(line):
            continue
        if len(line) > _LONGEST_LINE:
            notes.skip(number, f"the line is longer than {_LONGEST_LINE} characters")
            continue
        try:
            concept = rows.take(_cells(line, table.delimiter))
        except BadLine as error:
            notes.skip(number, f"{error}: {line.strip()[:80]!r}")
            continue
        if concept:
            yield concept
    yield from rows.rest()
