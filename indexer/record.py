"""Record: the one shape that every source yields and every engine stores.

A record is one article. Texts are plain (no HTML) and stand under the language that their script shows, so both
languages of an article live side by side. What a source does not know is None (or an empty tuple), never "" or "N/A".
"""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

import msgspec

_RESOLVER = re.compile(r"^(?:(?:https?://)?(?:dx\.|www\.)?doi\.org/|doi:\s*)", re.IGNORECASE)
# Neither part of a longer number nor of an ISBN; the word itself may be glued to it.
ISSN = re.compile(r"(?:(?<![0-9A-Za-z-])|(?<=issn))([0-9]{4})[-‐‑–—－]?([0-9]{3}[0-9X])(?![0-9A-Za-z-])", re.IGNORECASE)
"""An ISSN in a text, in two groups of four. Its check digit is not checked."""
_NO_ISSN = "0000-0000"


class Qualifier(msgspec.Struct, frozen=True):
    """A MeSH qualifier (subheading) of a heading."""

    name: str
    major: bool = False
    """The article's main subject is this aspect of the heading."""


class Heading(msgspec.Struct, frozen=True, omit_defaults=True):
    """A MeSH heading under which the article is indexed."""

    descriptor: str
    major: bool = False
    """The heading as such is a main subject of the article."""
    qualifiers: tuple[Qualifier, ...] = ()


class Notice(msgspec.Struct, frozen=True, omit_defaults=True):
    """A published word about the article, or about another one in this article: an erratum, a retraction, a comment."""

    kind: str
    """As PubMed's `RefType` names it: `RetractionIn`, `RetractionOf`, `ErratumIn`, `CommentOn`, ..."""
    source: str | None = None
    """Where it stands, as `Lancet. 2010 Feb 6;375(9713):445`."""
    pmid: str | None = None


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One article, in both languages where both are known.

    `id` is the identity under which records of several files are one document; see `identity`.
    """

    id: str
    """Identity, as `doi:10.1000/xyz`, `pmid:123`, `pmcid:PMC123`, `paper:abc` or `hash:<hex>`."""
    doi: str | None = None
    """Digital Object Identifier, folded to lower case, without resolver prefix."""
    pmid: str | None = None
    """PubMed identifier, digits only."""
    pmcid: str | None = None
    """PubMed Central identifier with its prefix, as `PMC12374916`."""
    paper_id: str | None = None
    """The source's own identifier (`paperid`)."""

    title_en: str | None = None
    title_zh: str | None = None
    abstract_en: str | None = None
    abstract_zh: str | None = None
    """Plain text; paragraphs are separated by a newline."""

    authors: tuple[str, ...] = ()
    """Names as given, in order."""
    keywords: tuple[str, ...] = ()
    """Author keywords, in either language."""
    headings: tuple[Heading, ...] = ()
    """MeSH headings."""
    languages: tuple[str, ...] = ()
    """Of the article itself, as ISO 639-2/B codes: `eng`, `chi`."""
    retracted: bool | None = None
    """True where the source says that the article was retracted; None where it does not say so."""
    notices: tuple[Notice, ...] = ()
    publication_types: tuple[str, ...] = ()
    """As PubMed names them: `Journal Article`, `Review`, `Meta-Analysis`, ..."""

    journal: str | None = None
    """The journal's full name as given."""
    journal_abbreviation: str | None = None
    """ISO or MEDLINE abbreviation, as `Clin Exp Med`."""
    issn: str | None = None
    """Of the printed edition, as `1591-8890`; of the only one where the source does not say which it is."""
    eissn: str | None = None
    """Of the electronic edition."""
    journal_id: str | None = None
    """The source's identifier of the journal (`PeriodicalId`)."""
    journal_description: str | None = None
    """期刊介绍. A build keeps it once per journal and stores records without it."""
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None
    publication_date: str | None = None
    """ISO 8601 at the precision known: `2025`, `2025-08` or `2025-08-23`."""
    year: int | None = None
    """Of publication, 1600-2100."""

    jcr_quartile: str | None = None
    """JCR quartile of the journal as the source gives it: `Q1` to `Q4`."""
    jcr_categories: tuple[str, ...] = ()
    """JCR subject categories, as `MEDICINE, RESEARCH & EXPERIMENTAL`."""
    impact_factor: float | None = None
    """Journal impact factor as the source gives it; positive."""
    cas_zone: int | None = None
    """Chinese Academy of Sciences zone (中科院分区), 1 to 4."""
    cas_category: str | None = None
    """Its broad category (大类), as `医学`."""
    on_warning_list: bool | None = None
    """Whether the journal stands on an early-warning list (国际期刊预警名单); tables of journals say so, no source."""

    citation_count: int | None = None
    open_access: bool | None = None
    """True where the source flags it or gives a free full text."""
    pdf_url: str | None = None
    """An http(s) address of the free full text."""
    url: str | None = None
    """An http(s) address of the article's page."""


class EncodedRecord(NamedTuple):
    """A record as MessagePack, with what tells of which document it is."""

    digest: bytes
    """Of its identity."""
    pmid: int | None
    data: bytes


_encode = msgspec.msgpack.Encoder().encode
decode_record = msgspec.msgpack.Decoder(Record).decode
"""The record that `EncodedRecord.data` is."""


def encode_record(record: Record) -> EncodedRecord:
    """The record as it is kept."""
    digest = hashlib.blake2b(record.id.encode(), digest_size=16).digest()
    pmid = int(record.pmid) if record.pmid and record.pmid.isdecimal() else None
    return EncodedRecord(digest, pmid, _encode(record))


def fold_doi(text: str) -> str | None:
    """The DOI in `text` in lower case and without resolver prefix; None where there is none."""
    bare = _RESOLVER.sub("", text.strip()).strip().rstrip(".,;").lower()
    # One that ends in a hyphen was cut off at a line's end: many articles would share it.
    whole = bare.startswith("10.") and "/" in bare[3:-1] and not bare.endswith("-") and not re.search(r"\s", bare)
    return bare if whole else None


def issns(text: str) -> tuple[str, ...]:
    """The ISSNs in a text, as `1234-567X`, each once and in order."""
    found = (f"{first}-{last.upper()}" for first, last in ISSN.findall(text))
    return tuple(issn for issn in dict.fromkeys(found) if issn != _NO_ISSN)


def identity(
    *,
    doi: str | None,
    pmid: str | None,
    pmcid: str | None,
    paper_id: str | None,
    title: str | None,
    journal: str | None,
) -> str:
    """The identity of an article: DOI, else PMID, PMCID, paperid, else a hash of title and journal.

    Title and journal are folded in case and white space before hashing, so that a second copy of a file that differs
    in nothing else is the same document.
    """
    if doi:
        return f"doi:{doi}"
    if pmid:
        return f"pmid:{pmid}"
    if pmcid:
        return f"pmcid:{pmcid}"
    if paper_id:
        return f"paper:{paper_id}"
    folded = "\x1f".join(" ".join((part or "").casefold().split()) for part in (title, journal))
    return f"hash:{hashlib.sha256(folded.encode()).hexdigest()[:32]}"


def merge(earlier: Record, later: Record) -> Record:
    """One record of two with the same identity: values of `later` win where it has any."""
    given = {
        name: value for name in later.__struct_fields__ if (value := getattr(later, name)) is not None and value != ()
    }
    if later.volume is not None:
        given["issue"] = later.issue  # an issue belongs to its volume
    if earlier.pdf_url or later.pdf_url:
        given["open_access"] = True  # whoever says that it is not does not know of the free full text
    if earlier.retracted:
        given["retracted"] = True  # nor does who says that it was not know of the retraction
    return msgspec.structs.replace(earlier, **given)
