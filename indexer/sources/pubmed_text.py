"""PubMed's "Abstract (text)": numbered records for reading, paragraphs without tags.

What a paragraph is follows from where it stands and how it begins: the citation with the record's number, the title,
the authors and their addresses, the abstract, and at the end the identifiers. Notices and rights stand among them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BufferedReader

from indexer import analysis
from indexer.errors import RecordError
from indexer.record import Notice
from indexer.sources import pubmed, tagged, text, values
from indexer.sources.outcomes import Format, Options, Outcome, Position, Skipped

LIMIT_BYTES = 4 * 2**20
"""The most that is held of a record."""

_LONGEST_LINE = 2**20
_START = re.compile(r"(\d{1,7})(?:\.|:) (?=\S.*?\. ?(?:1[6-9]|20)\d\d\b)")
_NUMBERED = re.compile(r"(\d{1,7})(?:\.|:) (?=\S)")
_CITATION = re.compile(
    r"\d+(?:\.|:) (?P<journal>.+?)\. (?P<date>\d{4}[^;.:]*)"
    r"(?:;(?P<volume>[^(:.;]*)(?:\((?P<issue>[^)]*)\))?)?(?::(?P<pages>.*?)(?:\.(?:\s|$)|;))?"
)
_DOI = re.compile(r"\bdoi: ?(10\.\S+)")
_LANGUAGE = re.compile(r"\[(?:[^\]]*; ?)?Article in ([^\];]+)[^\]]*\]\s*$")
_MARKS = re.compile(r"\((?:\d{1,4}|[^\w\s()]{1,3})\)")
_NAME = re.compile(r"[^\d:()]{1,60}? [^\W\d_a-z]{1,4}(?: (?:Jr|Sr|2nd|3rd|[4-9]th|I{2,3}))?")
_SMALL_WORDS = frozenset(("and", "at", "de", "for", "in", "of", "on", "the", "to"))
_NO_AUTHORS = re.compile(r"\[?No authors listed\]?\.?", re.IGNORECASE)
_ADDRESSES = re.compile(r"Author information:", re.IGNORECASE)
_NOTICE_KIND = re.compile(
    r"(?:Comment|Erratum|Expression of concern|Original report|Partial retraction|Republished|Retraction|Update"
    r"|Summary for patients|(?:Corrected|Retracted) and republished) (?:in|on|of|for|from)"
)
_NOTED_PMID = re.compile(r"\s*\bPMID: ?(\d{1,9})\s*$")
_IDENTIFIER = re.compile(r"(DOI|PMCID|PMID): ?(\S+)(?:\s.*)?")
_FOREIGN = re.compile(r"(?:Publisher|AAMC|AIDS|KIE|NASA|PIP|Plain[- ]language[- ]summary): ?", re.IGNORECASE)
_PASSED_OVER = re.compile(
    r"Author information:|Collaborators?:|Conflict of interest|(?:Crown )?Copyright\b|©|\(c\)|Published by "
    r"|Free PMC article|Trial registration number: ",
    re.IGNORECASE,
)
_WIDE = re.compile(f"[{analysis.script.HAN}\u3000-\u303f\uff00-\uffef]")


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

    def paragraphs(self) -> list[list[str]]:
        """The lines of each.

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
        divided: list[list[str]] = [[]]
        for line in decoded.split("\n"):
            if not line.strip():
                divided.append([])
            elif _IDENTIFIER.fullmatch(line.strip()) and divided[-1] and not _IDENTIFIER.match(divided[-1][-1]):
                # Identifiers may follow the abstract without a blank line.
                divided.append([line.rstrip("\r")])
            else:
                divided[-1].append(line.rstrip("\r"))
        return [lines for lines in divided if lines]


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
    whole = True
    while data := stream.readline(_LONGEST_LINE):
        number += whole
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
        whole = data.endswith(b"\n")
        blanks = blanks + 1 if data.isspace() else 0
    if entry is not None:
        yield entry


def _shown(line: bytes) -> str:
    return line.decode("utf-8", "replace").strip()


def _joined(lines: list[str]) -> str:
    """The lines in one; Chinese is broken anywhere, other text at spaces."""
    joined = ""
    for line in lines:
        glued = bool(joined) and bool(_WIDE.match(joined[-1]) or _WIDE.match(line))
        joined += line if glued or not joined else f" {line}"
    return joined


@dataclass
class _Parts:
    """The paragraphs of a record by what they are."""

    title: str | None = None
    authors: list[str] | None = None
    """None until their paragraph is found."""
    body: list[str] = field(default_factory=list)
    """The abstract."""
    others: list[str] = field(default_factory=list)
    """The abstract in other languages."""
    languages: list[str] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)

    def take(self, lines: list[str], following: list[list[str]], *, is_first: bool) -> None:
        """Sort a paragraph in.

        Args:
            lines: Of the paragraph.
            following: The ones behind it.
            is_first: Whether it is the first one behind the citation.
        """
        paragraph = _joined(lines).strip()
        if language := _LANGUAGE.search(paragraph):
            self.languages += re.split(r", | and ", language[1])
            paragraph = paragraph[: language.start()].strip()
        if not paragraph or _PASSED_OVER.match(paragraph):
            return
        if _IDENTIFIER.fullmatch(lines[0].strip()):
            found = (_IDENTIFIER.fullmatch(line.strip()) for line in lines)
            self.ids.update((each[1], each[2]) for each in found if each)
        elif is_first:
            self.title = paragraph
        elif _NOTICE_KIND.match(lines[0]):
            self.notices += _notices(lines)
        elif self.authors is None and not self.body and _are_authors(paragraph, following):
            self.authors = _names(paragraph)
        elif foreign := _FOREIGN.match(paragraph):
            self.others.append(paragraph[foreign.end() :])
        else:
            self.body.append(paragraph)


def _outcomes(paragraphs: list[list[str]], position: Position) -> Iterator[Outcome]:
    citation = _joined(paragraphs[0])
    parts = _Parts()
    for place, lines in enumerate(paragraphs[1:], 1):
        parts.take(lines, paragraphs[place + 1 :], is_first=place == 1)
    titles, abstracts = pubmed.Sides("title"), pubmed.Sides("abstract")
    titles.take(pubmed.title(values.text(parts.title)))
    abstracts.take(pubmed.sections(pubmed.abstract(values.paragraphs("\n".join(parts.body)))))
    for other in parts.others:
        given = pubmed.abstract(values.text(other))
        # Which language it is in is not said; Chinese, and what is left of it, shows.
        if not given or pubmed.is_japanese(given):
            continue
        if values.is_corrupted(given) or analysis.language_of(given) == "zh":
            abstracts.take(given, chinese="Chinese" in parts.languages)
    cited = _CITATION.match(citation)
    cited_doi = _DOI.search(citation)
    return pubmed.outcomes_of(
        titles,
        abstracts,
        position,
        pmid=values.pmid(parts.ids.get("PMID")),
        doi=values.doi(parts.ids.get("DOI")) or (values.doi(cited_doi[1]) if cited_doi else None),
        pmcid=values.pmcid(parts.ids.get("PMCID")),
        journal=None,
        journal_abbreviation=values.text(cited["journal"]) if cited else None,
        volume=values.text(cited["volume"]) if cited else None,
        issue=values.text(cited["issue"]) if cited else None,
        pages=values.text(cited["pages"]) if cited else None,
        dates=(cited["date"],) if cited else (),
        authors=parts.authors or (),
        languages=parts.languages,
        notices=parts.notices,
    )


def _are_authors(paragraph: str, following: list[list[str]]) -> bool:
    """True where most of what commas divide is a name, addresses follow, or it is the name of a group."""
    if _NO_AUTHORS.fullmatch(paragraph) or (following and _ADDRESSES.match(following[0][0])):
        return True
    parts = [part.strip() for part in re.split(r"[,;]", _MARKS.sub("", paragraph).rstrip(". "))]
    if 2 * sum(_NAME.fullmatch(part) is not None for part in parts) > len(parts):
        return True
    words = paragraph.split()
    is_group = len(words) <= 12 and all(word[0].isupper() or word in _SMALL_WORDS for word in words)
    return is_group and any(not _IDENTIFIER.match(lines[0]) for lines in following)


def _names(paragraph: str) -> list[str]:
    """The names of a paragraph of authors; groups stand behind a semicolon."""
    if _NO_AUTHORS.fullmatch(paragraph):
        return []
    bare = _MARKS.sub("", paragraph).rstrip(". ")
    names = (values.text(name) for name in re.split(r"[,;]", bare))
    return [pubmed.turned_name(name) for name in names if name]


def _notices(lines: list[str]) -> Iterator[Notice]:
    """The notices of a paragraph: each kind on a line of its own, below it, indented, where they stand."""
    kind, source = "", ""
    for line in [*lines, ""]:
        bare = " ".join(line.split())
        is_kind = _NOTICE_KIND.fullmatch(bare.rstrip(":")) is not None
        # A source that is broken between lines goes on until its full stop.
        if source and (is_kind or not bare or source.endswith((".", ")")) or _NOTED_PMID.search(source)):
            noted = _NOTED_PMID.search(source)
            yield Notice(kind, _NOTED_PMID.sub("", source), noted[1] if noted else None)
            source = ""
        if is_kind:
            words = bare.rstrip(":").split()
            kind = "".join("and" if word == "and" else word.capitalize() for word in words)
        elif kind:
            source = f"{source} {bare}".strip()


FORMAT = Format("PubMed abstract text", sniff, read)
