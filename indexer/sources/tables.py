"""Tables: an article a row, separated by commas, semicolons or tabs, below a header that names the columns.

The header may stand below a few other lines (`sep=;`, a heading). A row is read as Python's `csv` does, within bounds;
a quote that is never closed costs its own row, not those that it would swallow: the lines of a row that does not fit
the header, or has an odd number of quotes, are read each by itself.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from io import BufferedReader
from itertools import chain
from typing import NamedTuple

from indexer.errors import RecordError
from indexer.sources import columns, fields, text, values
from indexer.sources.columns import Header
from indexer.sources.mapping import missing, shown
from indexer.sources.outcomes import Format, Noted, Options, Outcome, Position, Read, Skipped

_SEPARATORS = ("\t", ",", ";")
_LONGEST_ROW = 8 * 2**20
"""Characters of a row, bytes of a line."""
_MOST_LINES = 10_000
"""Lines of a row."""
_HEADER_ROWS = 10
"""The rows among which the header is looked for."""
_HEADER_BYTES = 2**18
_MOST_SHOWN = 30

_NO_ENCODING = "It is neither in UTF-8 nor in UTF-16 or GB18030; save it as UTF-8."
_TOO_LONG = f"It is longer than {_LONGEST_ROW // 2**20} MiB."
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_CITATION = re.compile(
    r"\. (?P<date>[12][0-9]{3}\b[^;:.]{0,30})(?:;(?P<volume>[^():;.]{1,30})?(?:\((?P<issue>[^()]{1,40})\))?"
    r"(?::(?P<pages>[^.;]{1,60}))?)?\."
)
# Zotero's CSV has them in one line, its other exports one a line.
_EXTRA = re.compile(r"(?<!\S)(PMID|PMCID|DOI)\s*:\s*(\S+)(?!\S)", re.IGNORECASE)
_OPEN = re.compile(r"\b(?:open access|gold|green|bronze|hybrid|diamond)\b", re.IGNORECASE)
_FLAGS = {"是": "yes", "否": "no", "y": "yes", "n": "no"}
LIKE_A_FORMULA = re.compile("'*[=+@\uff1d\uff0b\uff0d\uff20-]")
"""What begins so programs may run, but for apostrophes before it; exports put one there, and it is taken off again."""
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_TYPES = {
    "article": "Journal Article",
    "journal article": "Journal Article",
    "期刊": "Journal Article",
    "期刊论文": "Journal Article",
    "期刊文章": "Journal Article",
    "综述": "Review",
    "meta分析": "Meta-Analysis",
}


class _Line(NamedTuple):
    """A line of the file as text."""

    number: int
    text: str
    trouble: str | None = None
    """Why it can't be read; its text is then a stand-in."""


@dataclass(frozen=True)
class _Row:
    number: int
    """Of its first line."""
    cells: list[str]
    trouble: str | None = None
    """Why it can't be read."""


class _RowTooLong(Exception):  # noqa: N818 - it never leaves the module
    """The lines taken for one row are longer than a row may be."""


@dataclass
class _Feed:
    """Hands lines to a csv reader, and remembers those of the row that it is at."""

    lines: Iterator[_Line]
    taken: list[_Line] = field(default_factory=list)
    length: int = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self.lines)
        self.length += len(line.text)
        if self.taken and (self.length > _LONGEST_ROW or len(self.taken) >= _MOST_LINES):
            self.lines = chain((line,), self.lines)
            raise _RowTooLong
        self.taken.append(line)
        return line.text

    def take(self) -> list[_Line]:
        """The lines since this was asked last."""
        taken, self.taken, self.length = self.taken, [], 0
        return taken


def sniff(head: bytes) -> bool:
    """True where the first lines have a known header, or fall into cells: no more of them than the first one has."""
    whole_lines = head[: head.rfind(b"\n") + 1]
    decoded = text.decode(whole_lines) or text.decode_head(head)
    begun = decoded.replace("\0", "").splitlines()[: 3 * _HEADER_ROWS]
    lines = [_Line(number, line) for number, line in enumerate(begun, 1) if line.strip()]
    if _header(lines, {}):
        return True
    if "\0" in decoded:
        return False
    for separator in _SEPARATORS:
        widths = [len(row.cells) for row in _first_rows(lines, separator)][:4]
        if len(widths) > 1 and min(widths) > 1 and max(widths) == widths[0]:
            return True
    return False


def read(stream: BufferedReader, position: Position, options: Options) -> Iterator[Outcome]:
    """The records of a table, one for each row below the header.

    A mapped column that the table has not is noted, where its rows can be read without it.
    """
    lines = _decoded(text.lines(text.without_mark(stream)))
    begun: list[_Line] = []
    size = 0
    for line in lines:
        begun.append(line)
        size += len(line.text)
        if size > _HEADER_BYTES or len(begun) >= 3 * _HEADER_ROWS:
            break
    found = _header(begun, options.columns)
    if not found:
        yield Skipped(position, _unknown(begun, options.columns))
        return
    header, at, separator = found
    if header.unmet:
        yield Noted(position, missing(header.unmet, header.names))
    empty = True
    for row in _rows(chain(begun, lines), separator, len(header.names)):
        if row.number > at:
            for outcome in _outcomes(row, header, replace(position, line=row.number)):
                empty = False
                yield outcome
    if empty:
        yield Skipped(position, "It is a table without rows below its header.")


def _decoded(lines: Iterable[text.Line]) -> Iterator[_Line]:
    """The lines as text, in one encoding as far as they go; a return ends a line too."""
    encoding = "utf-8"
    returns = 0
    for line in lines:
        if line.data is None or len(line.data) > _LONGEST_ROW:
            yield _Line(line.number + returns, "\n", _TOO_LONG)
            continue
        try:
            decoded: str | None = line.data.decode(encoding)
        except UnicodeDecodeError:
            decoded = text.decode(line.data)
            if decoded is not None and encoding == "utf-8":
                encoding = "gb18030"
        if decoded is None:
            yield _Line(line.number + returns, line.data.decode("ascii", "replace").replace("\r", " "), _NO_ENCODING)
            continue
        decoded = decoded.replace("\0", "")
        # Lines may end in a mere return, as on old Macs: csv does not take several lines at once.
        if "\r" in decoded.removesuffix("\n").removesuffix("\r"):
            for part in decoded.split("\r"):
                yield _Line(line.number + returns, f"{part}\n")
                returns += 1
            returns -= 1
        else:
            yield _Line(line.number + returns, decoded)


def _header(lines: list[_Line], mapping: Mapping[str, str]) -> tuple[Header, int, str] | None:
    """The header, the number of its line, and the separator under which most of its columns are known."""
    best: tuple[Header, int, str] | None = None
    for separator in _SEPARATORS:
        for row in _first_rows(lines, separator):
            header = Header.of(row.cells, mapping)
            if header.is_known:
                if best is None or len(header.fields) > len(best[0].fields):
                    best = (header, row.number, separator)
                break
    return best


def _first_rows(lines: list[_Line], separator: str) -> list[_Row]:
    feed = _Feed(iter(lines))
    rows: list[_Row] = []
    reader = csv.reader(feed, delimiter=separator)
    csv.field_size_limit(_LONGEST_ROW)
    while len(rows) < _HEADER_ROWS:
        try:
            cells = next(reader)
        except (StopIteration, csv.Error, _RowTooLong):
            break
        rows.append(_Row(feed.take()[-1].number, cells))
    return rows


def _unknown(lines: list[_Line], mapping: Mapping[str, str]) -> str:
    """Why a file without a known header can't be read."""
    if all(line.trouble for line in lines):
        return next((line.trouble for line in lines if line.trouble), "It is empty.")
    rows = [rows[0] for separator in _SEPARATORS if (rows := _first_rows(lines, separator))]
    header = Header.of(max((row.cells for row in rows), key=len, default=[]), mapping)
    names = [shown(name) for name in header.names]
    listed = ", ".join(names[:_MOST_SHOWN]) + (", …" if len(names) > _MOST_SHOWN else "")
    if header.unmet:
        return missing(header.unmet, names[:_MOST_SHOWN])
    if header.is_of_journals:
        return f"It is a table of journals, not of articles (its header is: {listed}); give it with --journals."
    return (
        f"Its header names no columns that are known to hold articles' titles or abstracts (it is: {listed}); say "
        "which ones do: --map COLUMN=title."
    )


def _rows(lines: Iterator[_Line], separator: str, width: int) -> Iterator[_Row]:
    """The rows, as many cells each as the header; those that can't be read so say why, or are shorter."""
    feed = _Feed(lines)
    reader = csv.reader(feed, delimiter=separator)
    csv.field_size_limit(_LONGEST_ROW)
    while True:
        cells: list[str] | None
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _RowTooLong):
            cells = None
        taken = feed.take()
        if len(taken) == 1 and not taken[0].trouble and '"' not in taken[0].text and cells and len(cells) == width:
            yield _Row(taken[0].number, cells)
        elif taken:
            yield from _settled(taken, cells, separator, width)


def _settled(taken: list[_Line], cells: list[str] | None, separator: str, width: int) -> Iterator[_Row]:
    """The rows in lines that were taken for one row: that one, where it fits; else those that a line each holds."""
    number = taken[0].number
    quotes = sum(line.text.count('"') for line in taken)
    if len(taken) > 1 and (cells is None or len(cells) != width or quotes % 2):
        alone = [(line, _cells_of(line.text, separator, width)) for line in taken]
        if any(len(each) == width for _, each in alone):
            for line, each in alone:
                yield _checked(line.number, each, line.trouble, width)
            return
    elif (
        len(taken) == 1 and quotes and (cells is None or len(cells) != width or _fits(taken[0].text, separator, width))
    ):
        cells = _cells_of(taken[0].text, separator, width)
    trouble = next((line.trouble for line in taken if line.trouble), None)
    if cells is None:
        trouble = trouble or "A quote in it is never closed, or it is longer than a row may be."
    yield _checked(number, cells or [], trouble, width)


def _checked(number: int, cells: list[str], trouble: str | None, width: int) -> _Row:
    if not trouble and len(cells) > width and any(map(str.strip, cells[width:])):
        trouble = (
            f"It has {len(cells)} cells where the header has {width}; a cell that holds a separator or a line break "
            "needs quotes around it."
        )
    return _Row(number, cells[:width], trouble)


def _cells_of(line: str, separator: str, width: int) -> list[str]:
    """The cells of a line by itself; quotes that don't enclose a cell are part of it."""
    bare = line.rstrip("\r\n")
    plain = bare.split(separator)
    if len(plain) != width or _is_cut(plain):
        return next(csv.reader([bare], delimiter=separator), [])
    return [cell[1:-1].replace('""', '"') if cell[:1] == '"' and _QUOTED.fullmatch(cell) else cell for cell in plain]


def _fits(line: str, separator: str, width: int) -> bool:
    """True where the line has as many separators as it should, so that none stands within quotes."""
    return line.count(separator) == width - 1


def _is_cut(cells: list[str]) -> bool:
    """True where one of the cells opens a quote that a later one closes: a separator within quotes came between."""
    opened = False
    for cell in cells:
        if cell.count('"') % 2:
            if opened and cell.rstrip().endswith('"'):
                return True
            opened = opened or cell.lstrip().startswith('"')
    return False


def _outcomes(row: _Row, header: Header, position: Position) -> Iterator[Outcome]:
    # Files that were put together repeat the header.
    if not row.trouble and (not any(map(str.strip, row.cells)) or tuple(map(str.strip, row.cells)) == header.names):
        return
    if row.trouble:
        yield Skipped(position, row.trouble)
        return
    notes: list[str] = []
    found = fields.found_in(_given(row.cells, header), notes)
    # Cells are missing where a line was broken, or where a program left out the last empty ones. Then an identifier
    # that is one shows that the others stand in their columns.
    if len(row.cells) < len(header.names) and not any(found.get(name) for name in ("doi", "pmid", "pmcid")):
        yield Skipped(
            position,
            f"It has {len(row.cells)} cells where the header has {len(header.names)}; a cell that holds a line break "
            "needs quotes around it.",
        )
        return
    try:
        record = fields.record_of(found)
    except RecordError as error:
        yield Skipped(position, " ".join([str(error), *notes]))
        return
    yield from (Noted(position, note) for note in notes)
    yield Read(record, position)


def _given(cells: list[str], header: Header) -> Iterator[tuple[str, object]]:
    """The cells of a row under the fields that they hold."""
    parts: dict[str, str] = {}
    for name, place in header.fields:
        cell = cells[place].strip() if place < len(cells) else ""
        if cell[:1] == "'" and LIKE_A_FORMULA.match(cell):
            cell = cell[1:]
        if not cell:
            continue
        if name in columns.PARTS:
            parts.setdefault(name, cell)
        elif name == "publication_types":
            yield name, [_type(part) for part in values.publication_types(cell)]
        elif name == "open_access":
            yield name, _FLAGS.get(cell.casefold()) or ("yes" if _OPEN.search(cell) else cell)
        elif name == "retracted":
            yield name, _FLAGS.get(cell.casefold(), cell)
        else:
            yield name, cell
        if name == "url" and cell.lower().startswith("http"):
            yield "doi", cell  # the address of a resolver holds one
    if first_page := parts.get(columns.FIRST_PAGE):
        last_page = parts.get(columns.LAST_PAGE, first_page)
        yield "pages", first_page if last_page == first_page else f"{first_page}-{last_page}"
    yield "pages", parts.get(columns.ARTICLE_NUMBER)
    if found := _CITATION.search(parts.get(columns.CITATION, "")):
        yield from ((name, given) for name, given in found.groupdict().items() if name != "date")
        yield "publication_date", found["date"]
    for found in _EXTRA.finditer(parts.get(columns.EXTRA, "")):
        yield found[1].lower(), found[2]


def _type(name: str) -> str:
    """A publication type as PubMed names it, out of Zotero's, Scopus's or CNKI's."""
    spaced = _CAMEL.sub(" ", name)
    return _TYPES.get(spaced.casefold()) or (spaced.title() if spaced != name else name)


FORMAT = Format("table (CSV or TSV)", sniff, read)
