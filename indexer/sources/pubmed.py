"""What PubMed's formats have in common: titles, sections, names, languages, notices, and the record made of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from indexer import analysis
from indexer.errors import RecordError
from indexer.record import Heading, Notice, Record, identity
from indexer.sources import values
from indexer.sources.outcomes import Noted, Outcome, Position, Read

RETRACTED = "Retracted Publication"
RETRACTION = "RetractionIn"
NO_RECORD = "It has neither a title nor an abstract."

_NO_TITLE = frozenset(("not available.", "not available", "in process citation", "in process citation."))
_NO_ABSTRACT = re.compile(
    r"(?:publisher: )?(?:abstract available from the publisher|abstract available in [\w ,]{1,40} from the publisher"
    r"|abstract not available|no abstract available)\.?",
    re.IGNORECASE,
)
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa]")
_HAN_NAME = re.compile(f"[{analysis.script.HAN}·]+")
_LABEL_WORDS = (
    "AIM AIMS BACKGROUND CASE CASES CONCLUSION CONCLUSIONS CONTEXT CONTRIBUTION DESIGN DIAGNOSES DIAGNOSIS DISCUSSION "
    "EVIDENCE EXPOSURE EXPOSURES FINDINGS FUNDING IMPLICATIONS IMPORTANCE INTERPRETATION INTERVENTION INTERVENTIONS "
    "INTRODUCTION LIMITATIONS MEASUREMENTS MEASURES METHOD METHODOLOGY METHODS OBJECTIVE OBJECTIVES OUTCOME OUTCOMES "
    "PARTICIPANTS PATIENTS PRESENTATION PURPOSE QUESTION RATIONALE RECOMMENDATIONS REGISTRATION RELEVANCE RESULT "
    "RESULTS SETTING SETTINGS SIGNIFICANCE SOURCES SUBJECTS SUMMARY SYNTHESIS TRIAL"
)
_LABEL = re.compile(
    rf"(?<=[.!?)\]%'\"”]) (?=(?:[A-Z][A-Z/,&'’()-]* ){{0,6}}(?:[A-Z]+/)?(?:{'|'.join(_LABEL_WORDS.split())})"
    r"(?:(?:/| )[A-Z(&][A-Z/,&'’()-]*){0,6}: )"
)
_SUFFIX = re.compile(r"(?:Jr|Sr|2nd|3rd|[4-9]th|I{1,3}|IV|VI?)\.?")
_INITIALS = re.compile(r"[^\W\d_a-z]{1,4}")
_LANGUAGES = {
    "afrikaans": "afr",
    "albanian": "alb",
    "arabic": "ara",
    "bosnian": "bos",
    "bulgarian": "bul",
    "catalan": "cat",
    "chinese": "chi",
    "croatian": "hrv",
    "czech": "cze",
    "danish": "dan",
    "dutch": "dut",
    "english": "eng",
    "estonian": "est",
    "finnish": "fin",
    "french": "fre",
    "georgian": "geo",
    "german": "ger",
    "greek, modern": "gre",
    "greek": "gre",
    "hebrew": "heb",
    "hungarian": "hun",
    "icelandic": "ice",
    "indonesian": "ind",
    "italian": "ita",
    "japanese": "jpn",
    "korean": "kor",
    "latvian": "lav",
    "lithuanian": "lit",
    "macedonian": "mac",
    "malay": "may",
    "norwegian": "nor",
    "persian": "per",
    "polish": "pol",
    "portuguese": "por",
    "romanian": "rum",
    "russian": "rus",
    "serbian": "srp",
    "slovak": "slo",
    "slovenian": "slv",
    "spanish": "spa",
    "swedish": "swe",
    "thai": "tha",
    "turkish": "tur",
    "ukrainian": "ukr",
    "vietnamese": "vie",
}


@dataclass
class Sides:
    """A title or an abstract on its English and its Chinese side, each the first text that is in its script."""

    what: str
    """The name of the field: title or abstract."""
    english: str | None = None
    chinese: str | None = None
    notes: list[str] = field(default_factory=list)
    """What was left out, as sentences for the operator."""

    def take(self, text: str | None, *, chinese: bool = False) -> None:
        """Put the text on its side, unless that has one or the text is corrupted.

        Args:
            text: Plain text, None where there is none.
            chinese: The source says that it is Chinese.
        """
        if not text:
            return
        if values.is_corrupted(text):
            self.notes.append(corrupted(self.what, chinese=chinese))
        elif analysis.language_of(text) == "zh":
            self.chinese = self.chinese or text
        else:
            self.english = self.english or text


def corrupted(what: str, *, chinese: bool) -> str:
    """The note on a text, `title` or `abstract`, that was left out for being corrupted."""
    return f"Its {'Chinese ' if chinese else ''}{what} is corrupted (???? where characters were) and was left out."


def is_japanese(text: str) -> bool:
    """True where kana stand among the characters."""
    return _KANA.search(text) is not None


def title(text: str | None) -> str | None:
    """A title without the brackets that mark it as translated; None for a stand-in such as `[Not Available].`."""
    if text is None:
        return None
    bare = text
    if text.startswith("["):
        depth = 0
        for place, character in enumerate(text):
            depth += (character == "[") - (character == "]")
            if depth == 0:
                if text[place + 1 :] in ("", "."):
                    bare = text[1:place] + text[place + 1 :]
                break
    return None if bare.casefold() in _NO_TITLE else bare


def abstract(text: str | None) -> str | None:
    """An abstract, None for a sentence that stands in its place."""
    return None if text is None or _NO_ABSTRACT.fullmatch(text) else text


def sections(text: str | None) -> str | None:
    """An abstract in which every label (`METHODS: `) begins a paragraph, out of one that runs them together."""
    return _LABEL.sub("\n", text) if text else None


def full_name(last: str | None, fore: str | None, suffix: str | None = None) -> str | None:
    """A person's name with the family name last; Chinese characters as they are written, family name first."""
    if last and fore and not last.isascii() and _HAN_NAME.fullmatch(last + fore):
        return last + fore
    return " ".join(filter(None, (fore, last, suffix))) or None


def turned_name(name: str) -> str:
    """A name as PubMed prints it, turned round: `De Angelis E` is `E De Angelis`; a group's name stays."""
    words = name.split()
    suffix = words.pop() if len(words) > 2 and _SUFFIX.fullmatch(words[-1]) and _INITIALS.fullmatch(words[-2]) else None
    if len(words) > 1 and _INITIALS.fullmatch(words[-1]):
        return full_name(" ".join(words[:-1]), words[-1], suffix) or name
    return name


def language_codes(names: Iterable[str]) -> tuple[str, ...]:
    """Languages as ISO 639-2/B codes, of codes or English names; what is unknown or undetermined is left out."""
    folded = (name.strip().casefold() for name in names)
    codes = (_LANGUAGES.get(name, name) for name in folded)
    return tuple(
        dict.fromkeys(code for code in codes if len(code) == 3 and code.isascii() and code.isalpha() and code != "und")
    )


def outcomes_of(
    titles: Sides,
    abstracts: Sides,
    position: Position,
    *,
    pmid: str | None,
    doi: str | None,
    pmcid: str | None,
    journal: str | None,
    journal_abbreviation: str | None,
    issn: str | None = None,
    eissn: str | None = None,
    volume: str | None,
    issue: str | None,
    pages: str | None,
    dates: Iterable[str | None],
    authors: Iterable[str | None],
    keywords: tuple[str | None, ...] = (),
    headings: Iterable[Heading] = (),
    languages: Iterable[str],
    publication_types: tuple[str | None, ...] = (),
    notices: Iterable[Notice],
) -> Iterator[Outcome]:
    """What comes of an article: its record, and before it what is odd about that.

    It was retracted where its type or a notice says so. Of the dates, which come as they are written, the first counts
    that is one.

    Raises:
        RecordError: There is neither a title nor an abstract.
    """
    if not (titles.english or titles.chinese or abstracts.english or abstracts.chinese):
        raise RecordError(" ".join([NO_RECORD, *titles.notes, *abstracts.notes]))
    date, note = _dated(tuple(dates))
    journal = journal or journal_abbreviation
    types = _types(publication_types)
    notices = tuple(notices)
    record = Record(
        id=identity(
            doi=doi, pmid=pmid, pmcid=pmcid, paper_id=None, title=titles.english or titles.chinese, journal=journal
        ),
        doi=doi,
        pmid=pmid,
        pmcid=pmcid,
        title_en=titles.english,
        title_zh=titles.chinese,
        abstract_en=abstracts.english,
        abstract_zh=abstracts.chinese,
        authors=tuple(name for name in authors if name),
        keywords=tuple(word for word in values.keywords(list(keywords)) if not values.is_corrupted(word)),
        headings=tuple(headings),
        languages=language_codes(languages),
        retracted=True if RETRACTED in types or any(notice.kind == RETRACTION for notice in notices) else None,
        notices=notices,
        publication_types=types,
        journal=journal,
        journal_abbreviation=journal_abbreviation,
        issn=issn,
        eissn=eissn,
        volume=volume,
        issue=issue,
        pages=pages,
        publication_date=date,
        year=int(date[:4]) if date else None,
    )
    for each in (*titles.notes, *abstracts.notes, note):
        if each:
            yield Noted(position, each)
    yield Read(record, position)


@lru_cache(maxsize=2**12)
def _types(given: tuple[str | None, ...]) -> tuple[str, ...]:
    return values.publication_types(list(given))


@lru_cache(maxsize=2**12)
def _dated(given: tuple[str | None, ...]) -> values.Dated:
    return values.first_date(given)


def at(position: Position, line: int) -> Position:
    """The place in a file at which a line stands."""
    return Position(position.path, position.member, line)
