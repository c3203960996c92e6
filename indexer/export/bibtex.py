r"""BibTeX and BibLaTeX, in UTF-8, for LaTeX, Zotero, JabRef and others.

- Keys are identities (`pmid:123`), the same in every export; what a key can't hold is written as `+` and its code.
- `title`, `abstract`: in the article's own language; `translatedtitle`, `translatedabstract`: in the other one. Where
  only one is there it is the first. An abstract's paragraphs are separated by a blank line.
- `author`: family name first; names of groups and in Chinese characters are whole, in braces.
- `journal`, `shortjournal`, `volume`, `number`, `pages`, `year`, `month`, `date` (ISO 8601, the last word for Zotero).
- `doi`, `pmid`, `pmcid` (Zotero keeps these under Extra), `issn`, `url`, `keywords`, `language`.
- `annote`: one note, which Zotero keeps and bibliographies don't print: retraction and its notices, quartile, impact
  factor and zone with their editions, the title in the other language, MeSH headings. `note`, which is printed, says
  `Retracted` of what was.

What TeX would take for a command or a ligature is written so that it comes out as it was: `50\%`, `-{}-`. Braces are
escaped; where a text's do not match each other, BibTeX could not read that, and each gets an invisible partner, as
Zotero does it. Not carried: JCR categories, publication types, open access, the address of the PDF, the journal's
description.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from indexer.citations import Name, read_name, sides
from indexer.export.entries import Entry
from indexer.export.form import ExportFormat, encoded, line, paragraphs
from indexer.export.notes import note_lines
from indexer.record import Record

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NO_KEY = re.compile(r"[^A-Za-z0-9./:_-]")
_SPECIAL = {
    **{sign: f"\\{sign}" for sign in "%&$#_{}"},
    "\\": r"{\textbackslash}",
    "^": r"{\textasciicircum}",
    "~": r"{\textasciitilde}",
    # At the beginning of a line it would be the beginning of an entry.
    "@": "{@}",
}
_UNMATCHED = {**_SPECIAL, "{": r"\{\vphantom{\}}", "}": r"\vphantom{\{}\}"}
_LIGATURES = r"(?<=-)-|(?<=')'|(?<=[`!?])`|(?<=<)<|(?<=>)>|(?<=,),"
_TO_ESCAPE = re.compile(rf"[%&$#_{{}}\\^~@]|{_LIGATURES}")
_PROTECTED = re.compile(r",|\band\b", re.IGNORECASE)


def write(entries: Iterable[Entry]) -> Iterator[bytes]:
    """An entry for each, each followed by a blank line."""
    for entry in entries:
        fields = "".join(f",\n  {name} = {value}" for name, value in _fields(entry) if value)
        yield encoded(f"@article{{{_key(entry.record.id)}{fields}\n}}\n\n")


def _fields(entry: Entry) -> Iterator[tuple[str, str | None]]:
    record = entry.record
    own = sides(record)
    yield "title", _text(own.title or own.other_title)
    yield "translatedtitle", _text(own.title and own.other_title)
    yield "author", _braced(" and ".join(_author(read_name(author)) for author in record.authors))
    yield "journal", _text(record.journal)
    yield "shortjournal", _text(record.journal_abbreviation)
    yield from _dates(record)
    yield "volume", _text(record.volume)
    yield "number", _text(record.issue)
    yield "pages", _pages(record.pages)
    yield "doi", _text(record.doi)
    yield "pmid", _text(record.pmid)
    yield "pmcid", _text(record.pmcid)
    yield "issn", _text(", ".join(filter(None, (record.issn, record.eissn))))
    # Not escaped, as nobody does; braces and per cent signs are percent-encoded, or LaTeX and BibTeX would trip.
    yield "url", _braced(quote(record.url or "", safe=":/?#[]@!$&'()*+,;=%~"))
    yield "language", _text(", ".join(record.languages))
    yield "keywords", _text(", ".join(record.keywords))
    yield "note", _text("Retracted" if record.retracted else None)
    yield "abstract", _text(own.abstract or own.other_abstract)
    yield "translatedabstract", _text(own.abstract and own.other_abstract)
    yield "annote", _text("\n".join(note_lines(entry)))


def _key(identity: str) -> str:
    return _NO_KEY.sub(lambda found: f"+{ord(found[0]):x}+", identity)


def _text(text: str | None) -> str | None:
    """A text in braces, its paragraphs separated by a blank line; None where it is blank."""
    return _braced("\n\n".join(map(_escaped, paragraphs(text)))) if text else None


def _braced(value: str) -> str | None:
    return f"{{{value}}}" if value else None


def _escaped(text: str) -> str:
    table = _SPECIAL if _is_balanced(text) else _UNMATCHED
    return _TO_ESCAPE.sub(lambda found: table.get(found[0]) or f"{{}}{found[0]}", text)


def _is_balanced(text: str) -> bool:
    depth = 0
    for character in text:
        depth += (character == "{") - (character == "}")
        if depth < 0:
            return False
    return depth == 0


def _author(name: Name) -> str:
    """As `Family, Jr, Given`; a whole name in braces, and a part in braces where BibTeX would divide it."""
    if name.is_whole:
        return f"{{{_escaped(line(name.family))}}}"
    return ", ".join(_part(part) for part in (name.family, name.suffix, name.given) if part)


def _part(part: str) -> str:
    escaped = _escaped(line(part))
    return f"{{{escaped}}}" if _PROTECTED.search(part) else escaped


def _pages(pages: str | None) -> str | None:
    """A range with two hyphens, which TeX makes a dash of."""
    found = re.fullmatch(r"(\w+)-(\w+)", pages or "")
    return f"{{{_escaped(found[1])}--{_escaped(found[2])}}}" if found else _text(pages)


def _dates(record: Record) -> Iterator[tuple[str, str | None]]:
    date = record.publication_date
    yield "year", _braced(str(record.year or (date or "")[:4]))
    if date and len(date) > 4:
        yield "month", _MONTHS[int(date[5:7]) - 1]
        yield "date", _braced(date)


FORMAT = ExportFormat("bibtex", "BibTeX", ".bib", "application/x-bibtex", write)
