"""Fields of reference managers to records: what the formats of tagged lines have in common.

A format names, in its `Tags`, which of its tags may hold what; then all of them are read alike. What follows from
several fields is decided here: whether a number is a PMID (the database says so), which of two names is the journal's
abbreviation, what the type is in PubMed's words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from io import BufferedReader
from typing import Literal, NamedTuple

from indexer import analysis
from indexer.errors import RecordError
from indexer.record import ISSN, Record, issns
from indexer.sources import fields, tagged, values
from indexer.sources.outcomes import Noted, Options, Outcome, Position, Read, Skipped
from indexer.sources.tagged import Fields, Kind

What = Literal[
    "abbreviation",
    "abstract",
    "accession",
    "address",
    "article_number",
    "author",
    "citations",
    "database",
    "date",
    "doi",
    "editor",
    "eissn",
    "first_page",
    "issn",
    "issue",
    "journal",
    "journal_or_abbreviation",
    "keywords",
    "kind",
    "language",
    "last_page",
    "note",
    "open_access",
    "paper_id",
    "pmcid",
    "pmid",
    "title",
    "type",
    "volume",
    "year",
]
"""What a field may hold. `type` is the sort of publication (book, journal), `kind` that of the article (review)."""

Tags = Mapping[What, tuple[str, ...]]
"""The tags that may hold it, the ones to be asked first in front."""

_ARTICLE = "Journal Article"
_RETRACTED_TYPE = "Retracted Publication"
# As PubMed spells them; the ones in the first table say all by themselves, those in the second are sorts of article.
_ALONE = """
    Academic Dissertation|Biography|Book Review|Comment|Congress|Dataset|Editorial|Guideline|Interview|Lecture|Letter
    Meeting Abstract|Monograph|News|Newspaper Article|Patent|Practice Guideline|Preprint|Published Erratum
    Retraction of Publication|Technical Report
"""
_OF_ARTICLES = """
    Case Reports|Clinical Study|Clinical Trial|Clinical Trial, Phase I|Clinical Trial, Phase II
    Clinical Trial, Phase III|Clinical Trial, Phase IV|Clinical Trial Protocol|Comparative Study
    Controlled Clinical Trial|Equivalence Trial|Evaluation Study|English Abstract|Historical Article|Meta-Analysis
    Multicenter Study|Network Meta-Analysis|Observational Study|Pragmatic Clinical Trial|Randomized Controlled Trial
    Research Support, N.I.H., Extramural|Research Support, N.I.H., Intramural|Research Support, Non-U.S. Gov't
    Research Support, U.S. Gov't, Non-P.H.S.|Research Support, U.S. Gov't, P.H.S.|Retracted Publication|Review
    Scoping Review|Systematic Review|Twin Study|Validation Study
"""
_SYNONYMS = {
    _ARTICLE: "article|article in press|artículo|data paper|early access|ejour|ejournal|electronic article|jfull|jour"
    "|journal|journal article|journal, electronic|magazine article|mgzn|original article|short survey|期刊|期刊文章"
    "|期刊论文|学术期刊|论著",
    "Academic Dissertation": "dissertation|dissertation/thesis|thes|thesis|博士|博士论文|硕士|硕士论文|学位论文",
    "Biography": "biographical-item",
    "Case Reports": "case report|病例报告",
    "Congress": "conf|conference paper|conference proceeding|conference proceedings|conference review|cpaper"
    "|proceedings paper|会议|会议论文",
    "Dataset": "data|data set",
    "Editorial": "editorial material",
    "Letter": "correspondence",
    "Meeting Abstract": "abstract|conference abstract",
    "Meta-Analysis": "meta analysis|meta分析|荟萃分析",
    "News": "news item",
    "Newspaper Article": "newspaper|报纸",
    "Patent": "pat|专利",
    "Published Erratum": "correction|correction, addition|corrigendum|erratum",
    "Randomized Controlled Trial": "randomised controlled trial|随机对照试验",
    "Retraction of Publication": "retraction|retraction notice",
    "Review": "literature review|review article|综述",
    "Technical Report": "report|rprt",
}
_TYPES = {
    name.strip().casefold(): name.strip()
    for table in (_ALONE, _OF_ARTICLES)
    for line in table.strip().splitlines()
    for name in line.split("|")
}
_TYPES.update((name, known) for known, names in _SYNONYMS.items() for name in names.split("|"))
_STANDING_ALONE = frozenset(name.strip() for line in _ALONE.strip().splitlines() for name in line.split("|"))

_ITEM_SEPARATOR = re.compile(r"\s*[;；|\n]\s*")
_AUTHOR_SEPARATOR = re.compile(r"\s*[;；\n]\s*|\s+%A\s+")
_COMMA = re.compile(r"\s*[,，、]\s*")
_CHINESE_COMMA = re.compile(r"\s*[，、]\s*")
_CHINESE_NAME = re.compile(f"[{analysis.script.HAN}·]{{2,}}")
_FOOTNOTE = re.compile(r"\[[0-9,，\s*]{1,20}\]")
_SENTENCE_END = tuple(".。!！?？:：;；…")
_HAN = re.compile(f"[{analysis.script.HAN}。，、；：？！（）《》“”]")
# CNKI's mark of where a text begins.
_BEGINNING_MARK = re.compile(r"^\s*[〈⟨<＜]正[＞>⟩〉]\s*")
_RETRACTED_TITLE = re.compile(
    r"\W{0,2}retracted(?: (?:article|publication|paper))?\s?[:\]]|【?(?:已撤稿|撤稿)[】：:]", re.I
)
_DAY_BEFORE_MONTH = re.compile(r"([0-9]{1,2})\s+([A-Za-z]{3,})")
_MARKED_ISSN = re.compile(rf"{ISSN.pattern}(?:\s?\(([^()]{{1,30}})\))?", re.IGNORECASE)
_CITED = re.compile(r"\b(?:cited by|times cited)\b[^:\n]{0,60}:[ ]{0,4}([0-9]{1,7})\b", re.IGNORECASE)
_NOTED_NUMBER = re.compile(r"^\s?(PMC?ID)\s?[:：]\s?(\w+)", re.IGNORECASE | re.MULTILINE)
_PMCID = re.compile(r"PMC[1-9][0-9]{0,9}", re.IGNORECASE)
_PMID_IN_ADDRESS = re.compile(
    r"(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/([1-9][0-9]{0,8})(?![0-9A-Za-z])"
    # Ovid's databases of MEDLINE.
    r"|ovid[^\s]{1,200}[?&]D=(?:med|mesz|ppez|prem|pmnm)[^\s]{0,200}&AN=([1-9][0-9]{0,8})(?![0-9])",
    re.IGNORECASE,
)
_ACCESSION = re.compile(r"[1-9][0-9]{3,7}")
_NUMBERED_BY_NLM = re.compile(r"\b(?:nlm|medline|pubmed)\b", re.IGNORECASE)
_PAPER_ID = re.compile(r"\b(WOS:[A-Z0-9]{8,20}|2-s2\.0-[0-9]{5,15})\b")
_LONGEST_ADDRESS = 2000
_LONGEST_NOTE = 400
"""Longer notes are lists of references, thanks for funding and the like."""


class _Issns(NamedTuple):
    printed: str | None
    electronic: str | None


class Reference:
    """The fields of an entry, asked by what they hold."""

    def __init__(self, given: Fields, tags: Tags) -> None:
        self._given = given
        self._tags = tags

    def groups(self, *whats: What) -> Iterator[list[str]]:
        """The values tag by tag."""
        return (found for what in whats for tag in self._tags.get(what, ()) if (found := self._given.get(tag)))

    def all(self, *whats: What) -> list[str]:
        """The values of all the tags."""
        return [value for group in self.groups(*whats) for value in group]

    def first(self, *whats: What) -> str | None:
        """The first value that is one, in one line."""
        return next(filter(None, map(values.text, self.all(*whats))), None)

    def lines(self, *whats: What) -> list[str]:
        """The lines of all the values."""
        return [line for value in self.all(*whats) for line in value.split("\n")]


def reader(
    kind: Callable[[bytes], Kind], parse: Callable[[list[str]], Fields], tags: Tags
) -> Callable[[BufferedReader, Position, Options], Iterator[Outcome]]:
    """How files of a format are read.

    Args:
        kind: What a line is, see `tagged.entries`.
        parse: The fields that the lines of an entry hold.
        tags: Which tags hold what.
    """

    def read(stream: BufferedReader, position: Position, _options: Options) -> Iterator[Outcome]:
        found = False
        for entry in tagged.entries(stream, kind):
            found = True
            here = replace(position, line=entry.line)
            try:
                record, notes = record_of(Reference(parse(entry.text()), tags))
            except RecordError as error:
                yield Skipped(here, str(error))
                continue
            yield from (Noted(here, note) for note in (*entry.notes, *notes))
            yield Read(record, here)
        if not found:
            yield Skipped(position, "It holds no records.")

    return read


def record_of(reference: Reference) -> tuple[Record, list[str]]:
    """The record of the fields, and what was left out as sentences for the operator.

    Raises:
        RecordError: There is neither a title nor an abstract.
    """
    notes: list[str] = []
    found = fields.found_in(_named(reference), notes)
    try:
        return fields.record_of(found), notes
    except RecordError as error:
        raise RecordError(" ".join([str(error), *notes])) from None


def _named(reference: Reference) -> Iterator[tuple[str, object]]:
    """The values under the names of the record's fields; of several under one name the first that is any counts."""
    titles = [_BEGINNING_MARK.sub("", unwrapped(value)) for value in reference.all("title")]
    yield from (("title", title) for title in titles)
    yield from (("abstract", abstract) for abstract in _abstracts(reference))
    yield "authors", _authors(reference)
    yield "keywords", _keywords(reference)
    yield "languages", reference.lines("language")
    types = _publication_types(reference)
    yield "publication_types", types
    if _RETRACTED_TYPE in types or any(map(_RETRACTED_TITLE.match, titles)):
        yield "retracted", True

    journal, abbreviation = _journal(reference)
    yield "journal", journal
    yield "journal_abbreviation", abbreviation
    issns = _issns(reference)
    yield "issn", issns.printed
    yield "eissn", issns.electronic
    yield from (("volume", volume) for volume in reference.all("volume"))
    yield from (("issue", issue) for issue in reference.all("issue"))
    yield "pages", _pages(reference)
    yield "publication_date", _date(reference)
    yield from (("year", year) for year in reference.all("year"))

    yield from (("doi", doi) for doi in _dois(reference))
    yield from (("pmid", number) for number in _pmids(reference))
    yield from (("pmcid", number) for number in _pmcids(reference))
    yield "paper_id", _paper_id(reference)
    yield from (("url", address) for address in reference.lines("address"))
    cited = _CITED.search("\n".join(reference.all("note")))
    yield from (("citation_count", count) for count in (*reference.all("citations"), cited[1] if cited else None))
    # Web of Science names the sorts of free access, and nothing where there is none.
    yield "open_access", True if reference.first("open_access") else None


def unwrapped(value: str) -> str:
    """The lines of a value put together: a line that ends no sentence was broken to fit a width."""
    if "\n" not in value:
        return value
    first, *rest = value.split("\n")
    pieces = [first]
    for line in rest:
        if not line:
            continue
        last = pieces[-1][-1:]
        if last in _SENTENCE_END:
            pieces.append("\n")
        elif not (_HAN.match(last) and _HAN.match(line)):
            pieces.append(" ")
        pieces.append(line)
    return "".join(pieces)


def _abstracts(reference: Reference) -> Iterator[str]:
    """The texts of each tag by language: what stands under one tag several times belongs together."""
    for group in reference.groups("abstract"):
        by_language: dict[str | None, list[str]] = {}
        for value in group:
            text = _BEGINNING_MARK.sub("", unwrapped(value))
            texts = by_language.setdefault(analysis.language_of(text), [])
            if text not in texts:
                texts.append(text)
        yield from ("\n".join(texts) for texts in by_language.values())


def _authors(reference: Reference) -> list[str]:
    """Names in order; the editors where there is no author. A name holds a comma itself, unless it is Chinese."""
    names: list[str] = []
    for group in (*reference.groups("author"), *(() if reference.all("author") else reference.groups("editor"))):
        before = frozenset(names)
        for given in _AUTHOR_SEPARATOR.split("\n".join(group)):
            name = _FOOTNOTE.sub("", given)
            parts = _COMMA.split(name)
            chinese = len(parts) > 1 and all(map(_CHINESE_NAME.fullmatch, filter(None, parts)))
            names.extend(each for each in (parts if chinese else (name,)) if each not in before)
    return names


def _keywords(reference: Reference) -> list[str]:
    """Keywords without the asterisks of main subjects. One holds a comma itself, unless it is the only one."""
    given = [
        word for value in reference.all("keywords") for word in _ITEM_SEPARATOR.split(value.replace("*", "")) if word
    ]
    words = [word for each in given for word in _CHINESE_COMMA.split(each)]
    if len(words) == 1:
        parts = _COMMA.split(words[0])
        return parts if len(parts) > 2 or analysis.language_of(words[0]) == "zh" else words
    return words


def _publication_types(reference: Reference) -> list[str]:
    """What the fields name that PubMed knows, in its spelling.

    A sort of article (a review) is an article too; a letter is just a letter.
    """
    sort = [name for each in reference.lines("type") if (name := _TYPES.get(each.strip().casefold()))]
    given = [part.strip() for line in reference.lines("kind") for part in (line, *line.split(";"))]
    kinds = [name for each in given if (name := _TYPES.get(each.casefold()))]
    # PubMed's types stand one a line, in its own words, in the notes that EndNote makes of a record.
    noted = [folded for line in reference.lines("note") if (folded := line.strip().casefold()) in _TYPES]
    kinds += [_TYPES[each] for each in noted if _TYPES[each].casefold() == each]
    if _STANDING_ALONE.intersection(kinds):
        sort = []
    return list(dict.fromkeys((*sort, *kinds)))


def _journal(reference: Reference) -> tuple[str | None, str | None]:
    """Full name and abbreviation; of two names the shorter is the abbreviation, whatever the tags say.

    But for what only adds a place: the abbreviation of Medicine is `Medicine (Baltimore)`.
    """
    names = [reference.first("journal"), reference.first("journal_or_abbreviation"), reference.first("abbreviation")]
    journal, *others = dict.fromkeys(filter(None, names)) or (None,)
    other = next((name for name in others if name and journal and name.casefold() != journal.casefold()), None)
    if not journal or not other or len(other) <= len(journal) or other.casefold().startswith(journal.casefold()):
        return journal, other
    same_language = analysis.language_of(journal) == analysis.language_of(other)
    return (other, journal) if same_language else (journal, other)


def _issns(reference: Reference) -> _Issns:
    """The ISSNs whose check digit is right; which is the electronic one a word behind it says, or else the order.

    Embase gives the electronic one first (141 of 172 pairs that JCR knows, 2026), the others second.
    """
    printed: list[str] = []
    electronic: list[str] = []
    unmarked: list[str] = []
    for value in reference.all("issn"):
        for first, last, mark in _MARKED_ISSN.findall(value):
            if not _is_issn(code := f"{first}-{last.upper()}"):
                continue
            mark = mark.casefold()  # noqa: PLW2901 - the same word
            if mark.startswith(("e", "online")):
                electronic.append(code)
            elif mark.startswith(("p", "linking")):
                printed.append(code)
            else:
                unmarked.append(code)
    for value in (*reference.all("eissn"), *(line for line in reference.lines("note") if len(line.strip()) == 9)):
        electronic += filter(_is_issn, issns(value))
    unmarked = [code for code in dict.fromkeys(unmarked) if code not in (*printed, *electronic)]
    if len(unmarked) > 1 and not printed and not electronic and _is_in(reference, "embase"):
        unmarked[:2] = unmarked[1::-1]
    printed += unmarked
    electronic += printed[1:]
    first = next(iter(printed), None)
    return _Issns(first, next((code for code in electronic if code != first), None))


def _is_issn(code: str) -> bool:
    """True where the check digit of `NNNN-NNNN` is right (ISO 3297)."""
    digits = [10 if character == "X" else int(character) for character in code if character != "-"]
    return any(digits) and sum(digit * weight for digit, weight in zip(digits, range(8, 0, -1), strict=True)) % 11 == 0


def _is_in(reference: Reference, database: str) -> bool:
    return any(database in name.casefold() for name in reference.all("database"))


def _pages(reference: Reference) -> str | None:
    """First and last page, or the article's number. What has no digit is no page (`No` to `Specified`)."""
    first, last, number = (
        given.rstrip("- ") if (given := reference.first(what)) and any(map(str.isdigit, given)) else None
        for what in ("first_page", "last_page", "article_number")
    )
    if first and last and first != last and not re.search(r"[-–+,]", first):
        return f"{first}-{last}"
    return first or last or number


def _date(reference: Reference) -> str | None:
    """The date at the best precision that agrees with the year, which may stand apart: `2018` and `Mar 1`."""
    whole = [date for value in reference.all("year") if (date := values.date(value))]
    year = whole[0][:4] if whole else None
    for value in reference.all("date"):
        given = value.strip()
        turned = _DAY_BEFORE_MONTH.sub(r"\2 \1", given) if _DAY_BEFORE_MONTH.fullmatch(given) else given
        date = values.date(given) or (values.date(f"{year} {turned}") if year else None)
        if date and (year is None or date[:4] == year):
            whole.append(date)
    return max((date for date in whole if date[:4] == whole[0][:4]), key=len, default=None)


def _dois(reference: Reference) -> Iterator[str]:
    for line in reference.lines("doi"):
        yield line
        # Behind it may stand what it is, or another number: `10.1000/x [doi]`.
        yield from line.split()[:1]
    yield from (line for line in reference.lines("address", "kind", "note") if 6 < len(line) <= _LONGEST_NOTE)


def _noted(reference: Reference, name: str) -> Iterator[str]:
    """Numbers that stand in notes as `PMID: 123`."""
    return (
        value for note in reference.all("note") for key, value in _NOTED_NUMBER.findall(note) if key.upper() == name
    )


def _pmids(reference: Reference) -> Iterator[str]:
    yield from reference.all("pmid")
    if any(map(_NUMBERED_BY_NLM.search, reference.all("database"))):
        yield from filter(_ACCESSION.fullmatch, reference.all("accession"))
    yield from _noted(reference, "PMID")
    for address in reference.lines("address"):
        if len(address) <= _LONGEST_ADDRESS and (found := _PMID_IN_ADDRESS.search(address)):
            yield found[1] or found[2]


def _pmcids(reference: Reference) -> Iterator[str]:
    yield from filter(_PMCID.fullmatch, map(str.strip, reference.all("pmcid")))
    yield from _noted(reference, "PMCID")
    yield from filter(None, map(values.pmcid_of_address, reference.lines("address")))


def _paper_id(reference: Reference) -> str | None:
    """A number of Web of Science or Scopus, or one of Embase. Others count within one library only."""
    for value in reference.lines("accession", "paper_id", "address"):
        if found := _PAPER_ID.search(value):
            return found[1]
    return next((value for value in reference.all("paper_id") if re.fullmatch(r"L[0-9]{6,12}", value)), None)
