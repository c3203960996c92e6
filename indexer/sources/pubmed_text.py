"""PubMed's "Abstract (text)": numbered records for reading, paragraphs without tags.

What a paragraph is follows from where it stands and how it begins: the citation with the record's number, the title,
the authors and their addresses, the abstract, and at the end the identifiers. Notices and rights stand among them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BufferedReader

from indexer.errors import RecordError
from indexer.record import Notice
from indexer.sources import pubmed, tagged, text, values
from indexer.sources.outcomes import Format, Options, Outcome, Position, Skipped

LIMIT_BYTES = 4 * 2**20
"""The most that is held of a record."""

_START = re.compile(r"(\d{1,7})(?:\.|:) (?=\S.*?\. ?(?:1[6-9]|20)\d\d\b)")
_NUMBERED = re.compile(r"(\d{1,7})(?:\.|:) (?=\S)")
_CITATION = re.compile(
    r"\d+(?:\.|:) (?P<journal>.+?)\. (?P<date>\d{4}[^;.:]*)"
    r"(?:;(?P<volume>[^(:.;]*)(?:\((?P<issue>[^)]*)\))?(?::(?P<pages>[^.;]*))?)?"
)
_AUTHORS = re.compile(
    r"[^\d,;:()]{1,60} [^\W\d_a-z]{1,4}(?: (?:Jr|Sr|2nd|3rd|I{2,3}))?(?:\(\d+\)(?:\(\d+\))*)?\s*(?:[,;.]|$)"
)
_MARKS = re.compile(r"\((?:\d+|#)\)")
_NOTICES = {
    "comment in": "CommentIn",
    "comment on": "CommentOn",
    "erratum in": "ErratumIn",
    "erratum for": "ErratumFor",
    "expression of concern in": "ExpressionOfConcernIn",
    "retraction in": "RetractionIn",
    "retraction of": "RetractionOf",
    "republished in": "RepublishedIn",
    "republished from": "RepublishedFrom",
    "update in": "UpdateIn",
    "update of": "UpdateOf",
}
_NOTICE = re.compile(rf"(?i)({'|'.join(_NOTICES)}):?\s+(.+)", re.DOTALL)
_LANGUAGE = re.compile(r"\[(?:[^\]]*; ?)?Article in ([^\]]+)\]\s*$")
_IDENTIFIER = re.compile(r"(DOI|PMCID|PMID): ?(\S+)")
_PASSED_OVER = re.compile(
    r"(?i)(?:author information|collaborators|conflict of interest|copyright|©|published by|the authors? ha|"
    r"free pmc article|full text|medline|trial registration number:|publisher:)"
)


@dataclass
class _Entry:
    """The lines of a record, blank ones too, for these divide paragraphs."""

    line: int
    lines: list[bytes] = field(default_factory=list)
    size: int = 0

    def add(self, data: bytes) -> None:
        self.size += len(data)
        if self.size <= LIMIT_BYTES:
            self.lines.append(data)

    def paragraphs(self) -> list[str]:
        """Each in one line.

        Raises:
            RecordError: It is too long, or in no encoding that we know.
        """
        if self.size > LIMIT_BYTES:
            raise RecordError(
                f"It is longer than {LIMIT_BYTES // 2**20} MiB; is the beginning of the next one missing?"
            )
        decoded = text.decode(b"".join(self.lines))
        if decoded is None:
            raise RecordError("It is neither in UTF-8 nor in UTF-16 or GB18030; save it as UTF-8.")
        divided = re.split(r"\n[^\S\n]*\n", decoded.replace("\r\n", "\n"))
        return [" ".join(paragraph.split()) for paragraph in divided if paragraph.strip()]


def sniff(head: bytes) -> bool:
    """True where the first line cites an article under the number 1, and identifiers or addresses follow."""
    begun = tagged.begun(head, 200)
    first = " ".join(begun[:2])
    is_cited = re.match(r"1(?:\.|:) \S.*\. ?(?:1[6-9]|20)\d\d\b", first) is not None
    return is_cited and any(line.startswith(("PMID: ", "DOI: ", "PMCID: ", "Author information:")) for line in begun)


def read(stream: BufferedReader, position: Position, _options: Options) -> Iterator[Outcome]:
    """The records of a file."""
    for entry in _entries(text.without_mark(stream)):
        here = pubmed.at(position, entry.line)
        try:
            yield from _outcomes(entry.paragraphs(), here)
        except RecordError as error:
            yield Skipped(here, str(error))


def _entries(stream: BufferedReader) -> Iterator[_Entry]:
    """A record begins behind a blank line, where a line carries the next number; behind two, a later one.

    A paragraph of an abstract may be numbered as well, but hardly with the number of the next record; and files from
    which records were deleted go on with a later number. Where several downloads were joined, the next number may
    stand at the end of a line.
    """
    entry: _Entry | None = None
    number, blanks, expected = 0, 2, 1
    while data := stream.readline(2**20):
        number += 1
        # A long journal name may leave the year to the second line.
        begins = _NUMBERED if blanks > 1 else _START
        found = begins.match(_shown(data)) if blanks and data[:1].isdigit() else None
        joint = 0 if found or entry is None else data.find(b"%d. " % expected)
        if joint > 0 and data[joint - 1 : joint] in {b".", b"]"}:
            found = _START.match(_shown(data[joint:]))
            if found and entry is not None:
                entry.add(data[:joint])
                data = data[joint:]  # the line goes on as the first of the next record
        if found and (int(found[1]) == expected or (blanks > 1 and int(found[1]) > expected)):
            if entry is not None:
                yield entry
            entry, expected = _Entry(number), int(found[1]) + 1
        if entry is not None:
            entry.add(data)
        blanks = blanks + 1 if data.isspace() else 0
    if entry is not None:
        yield entry


def _shown(line: bytes) -> str:
    return line.decode("utf-8", "replace").strip()


def _outcomes(paragraphs: list[str], position: Position) -> Iterator[Outcome]:
    cited = _CITATION.match(paragraphs[0])
    ids: dict[str, str] = {}
    notices: list[Notice] = []
    languages: list[str] = []
    authors: list[str | None] = []
    body: list[str] = []
    titles, abstracts = pubmed.Sides("title"), pubmed.Sides("abstract")
    for place, paragraph in enumerate(paragraphs[1:]):
        if language := _LANGUAGE.search(paragraph):
            languages += re.split(r", | and ", language[1])
            paragraph = paragraph[: language.start()].strip()  # noqa: PLW2901  what is left of it
            if not paragraph:
                continue
        if _IDENTIFIER.match(paragraph):
            for kind, value in _IDENTIFIER.findall(paragraph):
                ids.setdefault(kind, value)
        elif place == 0:
            titles.take(pubmed.title(values.text(paragraph)))
        elif notice := _NOTICE.fullmatch(paragraph):
            pmid = re.search(r"PMID: ?(\d+)", notice[2])
            notices.append(Notice(_NOTICES[notice[1].casefold()], notice[2], pmid[1] if pmid else None))
        elif not authors and not body and _AUTHORS.match(paragraph):
            authors = _names(paragraph)
        elif not _PASSED_OVER.match(paragraph):
            body.append(paragraph)
    abstracts.take(pubmed.sections(pubmed.abstract(values.paragraphs("\n".join(body)))))
    doi = values.doi(ids.get("DOI")) or _doi_cited(paragraphs[0])
    return pubmed.outcomes_of(
        titles,
        abstracts,
        position,
        pmid=values.pmid(ids.get("PMID")),
        doi=doi,
        pmcid=values.pmcid(ids.get("PMCID")),
        journal=None,
        journal_abbreviation=values.text(cited["journal"]) if cited else None,
        volume=values.text(cited["volume"]) if cited else None,
        issue=values.text(cited["issue"]) if cited else None,
        pages=values.text(cited["pages"]) if cited else None,
        date=values.date(cited["date"]) if cited else None,
        authors=authors,
        languages=languages,
        notices=notices,
    )


def _doi_cited(citation: str) -> str | None:
    found = re.search(r"doi: ?(10\.\S+)", citation)
    return values.doi(found[1]) if found else None


def _names(paragraph: str) -> list[str | None]:
    """The names of a paragraph of authors; groups stand behind a semicolon."""
    bare = _MARKS.sub("", paragraph).rstrip(". ")
    return [pubmed.turned_name(name.strip()) for name in re.split(r"[,;]", bare) if name.strip()]


FORMAT = Format("PubMed abstract text", sniff, read)
