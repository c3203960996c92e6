"""PubMed XML: results of searches, baseline and update files, single articles, and other XML that holds such records.

The bytes of each record are cut out of the stream and parsed by themselves. So memory is bounded by the biggest record,
what stands around the records does not matter, a broken record costs no other, and no document type is ever read:
its entities, external ones or those of a billion laughs, are unknown to a record that names them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from typing import Any

from lxml import etree

from indexer.errors import RecordError
from indexer.record import Heading, Notice, Qualifier
from indexer.sources import pubmed, text, values
from indexer.sources.outcomes import Deleted, Format, Options, Outcome, Position, Skipped

LIMIT_BYTES = 16 * 2**20
"""The most that one record may have, for its tree takes a multiple of it. Articles of thousands of authors have a
tenth."""

_Element = Any
"""Of lxml, which brings no types."""

_CHUNK_BYTES = 2**18
_HEAD_BYTES = 2**12
_LONGEST_TAG = 64
_RECORDS = (b"PubmedArticle", b"PubmedBookArticle", b"MedlineCitation", b"DeleteCitation")
_SETS = (b"PubmedArticleSet", b"PubmedBookArticleSet", b"MedlineCitationSet")
_BEGIN = re.compile(rb"<!--|<(" + b"|".join(_RECORDS) + rb")(?=[\s/>])")
_AGAIN = {name: re.compile(rb"<" + name + rb"(?=[\s/>])") for name in _RECORDS}
_END = {name: re.compile(rb"</" + name + rb"\s{0,9}>") for name in _RECORDS}
_EMPTY_TAG = re.compile(rb"<\w+\s{0,9}/>")

_XML = re.compile(r"\s*<(?:\?xml\s|!DOCTYPE\s+(?!html\b)\w)", re.IGNORECASE)
_BARE = re.compile(
    r"\s*(?:<!--[^<>]{0,2000}-->\s*)?<(?:Pubmed(?:Book)?Article|MedlineCitation|DeleteCitation)(?:Set)?[\s/>]"
)
_ENCODING = re.compile(rb"""\s*<\?xml\s[^<>]*?\bencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_PROLOG = re.compile(rb"<\?.*?\?>|<!--.*?-->|<!DOCTYPE\s[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL)
_ROOT = re.compile(rb"<([A-Za-z_][\w.:-]{0,60})[\s/>]")
_ERROR_PLACE = re.compile(r", line [0-9]+, column [0-9]+.*", re.DOTALL)

_NO_LABEL = frozenset(("UNLABELLED", "UNLABELED", "UNASSIGNED"))
_CHINESE = ("chi", "zho", "zh")
_READ_LANGUAGES = (*_CHINESE, "eng", "en", "")
_QUARTER = re.compile(r"[0-9](?:st|nd|rd|d|th)\b", re.IGNORECASE)
_UNSPOKEN = frozenset(("annotation", "annotation-xml"))
_EXPONENTS = {"msup": 1, "msubsup": 2}
"""MathML's elements with an exponent, and which of their children it is."""

_parser = etree.XMLParser(
    resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
)


def sniff(head: bytes) -> bool:
    """True for XML other than web pages, whose root `read` names if it is none of PubMed's; and for a bare record."""
    begun = text.decode_head(head)
    return bool(_XML.match(begun)) or bool(_BARE.match(begun))


def read(stream: BufferedReader, position: Position, _options: Options) -> Iterator[Outcome]:
    """The records of a file, and the PMIDs that it takes back."""
    stream = text.without_mark(stream)
    head = stream.peek(_HEAD_BYTES)[:_HEAD_BYTES]
    declared = _ENCODING.match(head)
    encoding = declared[1].decode().lower() if declared else "utf-8"
    found = _ROOT.search(_PROLOG.sub(b"", head))
    root = found[1] if found else None
    empty = True
    for piece in _pieces(stream, root):
        empty = False
        here = pubmed.at(position, piece.line)
        if piece.problem:
            yield Skipped(here, piece.problem)
            continue
        try:
            yield from _outcomes_of(_tree(piece, encoding), here)
        except RecordError as error:
            yield Skipped(here, str(error))
    if empty:
        shown = f" (its root is {root.decode('ascii', 'replace')})" if root else ""
        yield Skipped(position, f"It is XML without PubMed records{shown}; they would be PubmedArticle elements.")


@dataclass(frozen=True)
class _Piece:
    """The bytes of one record, or what is wrong where one should be."""

    line: int
    data: bytes = b""
    problem: str | None = None


class _Window:
    """What was read of the stream and not yet passed."""

    def __init__(self, stream: BufferedReader) -> None:
        self._stream = stream
        self.data = b""
        self.start = 0
        """Where in `data` the window begins."""
        self.line = 1
        """At its beginning."""

    @property
    def size(self) -> int:
        return len(self.data) - self.start

    def grow(self) -> bool:
        """Read on; False where the stream has ended."""
        # Not `read`: of compressed data that breaks off it would lose what stands before.
        more = self._stream.read1(_CHUNK_BYTES)
        self.data = self.data[self.start :] + more
        self.start = 0
        return bool(more)

    def pass_to(self, place: int) -> None:
        """Begin at a place in `data`."""
        self.line += self.data.count(b"\n", self.start, place)
        self.start = place

    def pass_behind(self, mark: bytes) -> None:
        """Begin behind the next `mark`, or at the stream's end."""
        while (found := self.data.find(mark, self.start)) < 0:
            self.pass_to(max(self.start, len(self.data) - len(mark) + 1))
            if not self.grow():
                return
        self.pass_to(found + len(mark))


def _pieces(stream: BufferedReader, root: bytes | None) -> Iterator[_Piece]:
    """The records one by one."""
    window = _Window(stream)
    closing = b"</" + root if root in _SETS else b""
    closed = True
    while True:
        begin = _BEGIN.search(window.data, window.start)
        if begin is None:
            closed = closed or closing in window.data[window.start :]
            window.pass_to(max(window.start, len(window.data) - _LONGEST_TAG))
            if not window.grow():
                break
        elif begin[1] is None:
            window.pass_to(begin.end())
            window.pass_behind(b"-->")
        else:
            window.pass_to(begin.start())
            yield _piece(window, begin[1])
            closed = not closing
    if not closed:
        missing = closing.decode()
        yield _Piece(window.line, problem=f"The file breaks off before {missing}>; fetch it again.")


def _piece(window: _Window, name: bytes) -> _Piece:
    """The record at which the window begins; it is passed."""
    line = window.line
    shown = name.decode()
    if _EMPTY_TAG.match(window.data, window.start):
        window.pass_to(window.start + 1)
        return _Piece(line, problem=f"Its {shown} is empty.")
    searched = 1
    while not (end := _END[name].search(window.data, window.start + searched)):
        searched = max(1, window.size - _LONGEST_TAG)
        if window.size > LIMIT_BYTES:
            window.pass_to(len(window.data))
            return _Piece(line, problem=f"It is longer than {LIMIT_BYTES // 2**20} MiB.")
        if not window.grow():
            break
    stop = end.end() if end else len(window.data)
    if again := _AGAIN[name].search(window.data, window.start + 1, stop):
        window.pass_to(again.start())
        return _Piece(line, problem=f"It has no end (</{shown}> is missing).")
    data = window.data[window.start : stop]
    window.pass_to(stop)
    if not end:
        return _Piece(line, problem=f"It breaks off before its end (</{shown}>); fetch the file again.")
    return _Piece(line, data)


def _tree(piece: _Piece, encoding: str) -> _Element:
    """The element of a record, without the list of what the article cites.

    Raises:
        RecordError: Its XML is broken, or its encoding is none that is known.
    """
    data = piece.data
    first, last = data.find(b"<ReferenceList"), data.rfind(b"</ReferenceList>")
    if 0 <= first < last:
        data = data[:first] + data[last + len(b"</ReferenceList>") :]
    given: bytes | str | None = data
    if encoding not in ("utf-8", "us-ascii") or not _is_utf8(data):
        given = _decoded(data, encoding)
    if given is None:
        raise RecordError(f"It is neither in its declared encoding ({encoding}) nor in UTF-8 or GB18030.")
    try:
        return etree.fromstring(given, _parser)
    except etree.XMLSyntaxError as error:
        what = _ERROR_PLACE.sub("", error.msg or "it can't be parsed")
        raise RecordError(f"Its XML is broken at line {piece.line + error.lineno - 1} ({what}).") from None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode("gb18030" if encoding in ("gb2312", "gbk") else encoding)
    except (LookupError, ValueError):
        return text.decode(data)


def _outcomes_of(tree: _Element, position: Position) -> Iterator[Outcome]:
    if tree.tag == "DeleteCitation":
        for given in tree.iter("PMID"):
            here = pubmed.at(position, (position.line or 1) + (given.sourceline or 1) - 1)
            pmid = values.pmid(given.text)
            yield Deleted(pmid, here) if pmid else Skipped(here, "It is to be deleted, but has no PMID.")
        return
    yield from _book(tree, position) if tree.tag == "PubmedBookArticle" else _article(tree, position)


def _article(tree: _Element, position: Position) -> Iterator[Outcome]:
    """The record of an article.

    Raises:
        RecordError: There is neither a title nor an abstract.
    """
    citation = tree if tree.tag == "MedlineCitation" else tree.find("MedlineCitation")
    article = citation.find("Article") if citation is not None else None
    if article is None:
        raise RecordError("It has no MedlineCitation with an Article.")
    journal = article.find("Journal")
    issue = journal.find("JournalIssue") if journal is not None else None
    about = citation.find("MedlineJournalInfo")
    languages = [given.text or "" for given in article.iterfind("Language")]
    titles, abstracts = _texts(article, citation.iterfind("OtherAbstract"), languages)
    ids = _ids(tree.find("PubmedData/ArticleIdList"))
    for given in article.iterfind("ELocationID"):
        if given.get("ValidYN") != "N":
            ids.setdefault(given.get("EIdType", ""), given.text or "")
    for given in citation.iterfind("OtherID"):
        if (given.text or "").startswith("PMC"):
            ids.setdefault("pmc", (given.text or "").split()[0])
    issn, eissn = _issns(journal, about)
    return pubmed.outcomes_of(
        titles,
        abstracts,
        position,
        pmid=values.pmid(citation.findtext("PMID")) or values.pmid(ids.get("pubmed")),
        doi=values.doi(ids.get("doi")),
        pmcid=values.pmcid(ids.get("pmc")),
        journal=_child(journal, "Title"),
        journal_abbreviation=_child(journal, "ISOAbbreviation") or _child(about, "MedlineTA"),
        issn=issn,
        eissn=eissn,
        volume=_child(issue, "Volume"),
        issue=_child(issue, "Issue"),
        pages=_pages(article.find("Pagination")),
        date=_date(issue.find("PubDate") if issue is not None else None) or _date(article.find("ArticleDate")),
        authors=_authors(article.find("AuthorList")),
        keywords=[_plain(given) for given in citation.iterfind("KeywordList/Keyword")],
        headings=_headings(citation),
        languages=languages,
        publication_types=[_plain(given) for given in article.iterfind("PublicationTypeList/PublicationType")],
        notices=_notices(citation),
    )


def _book(tree: _Element, position: Position) -> Iterator[Outcome]:
    """The record of a book or of a chapter, whose book then takes the journal's place.

    Raises:
        RecordError: There is neither a title nor an abstract.
    """
    document = tree.find("BookDocument")
    if document is None:
        raise RecordError("It has no BookDocument.")
    book = document.find("Book")
    name = _child(book, "BookTitle")
    languages = [given.text or "" for given in document.iterfind("Language")]
    titles, abstracts = _texts(document, document.iterfind("OtherAbstract"), languages)
    is_chapter = titles.english or titles.chinese
    if not is_chapter:
        titles.take(name)
    ids = _ids(document.find("ArticleIdList"))
    authors = document.find("AuthorList")
    if authors is None and book is not None:
        authors = book.find("AuthorList")
    return pubmed.outcomes_of(
        titles,
        abstracts,
        position,
        pmid=values.pmid(document.findtext("PMID")),
        doi=values.doi(ids.get("doi")),
        pmcid=values.pmcid(ids.get("pmc")),
        journal=name if is_chapter else None,
        journal_abbreviation=None,
        volume=_child(book, "Volume"),
        issue=None,
        pages=_pages(document.find("Pagination")),
        date=_date(document.find("ContributionDate")) or _date(book.find("PubDate") if book is not None else None),
        authors=_authors(authors),
        keywords=[_plain(given) for given in document.iterfind("KeywordList/Keyword")],
        languages=languages,
        publication_types=[_plain(given) for given in document.iterfind("PublicationType")],
        notices=(),
    )


def _plain(element: _Element | None) -> str | None:
    """An element's text in one line."""
    given = _marked(element)
    return values.text(given) if given else None


def _child(element: _Element | None, name: str) -> str | None:
    return None if element is None else _plain(element.find(name))


def _marked(element: _Element | None) -> str | None:
    """An element's text with the markup in it as `html` reads it; its line breaks are mere spaces."""
    if element is None:
        return None
    given = "".join(_marked_pieces(element, in_math=False)) if len(element) else element.text
    return " ".join(given.split()) if given else None


def _marked_pieces(element: _Element, *, in_math: bool) -> Iterator[str]:
    exponent = _EXPONENTS.get(etree.QName(element).localname)
    # In MathML only what stands within its elements is text.
    yield (element.text or "").strip() if in_math else element.text or ""
    for place, child in enumerate(element):
        name = "sup" if place == exponent else etree.QName(child).localname
        if name not in _UNSPOKEN:
            yield f"<{name}>"
            yield from _marked_pieces(child, in_math=in_math or name == "math")
            yield f"</{name}>"
        if not in_math:
            yield child.tail or ""


def _texts(article: _Element, others: Iterator[_Element], languages: list[str]) -> tuple[pubmed.Sides, pubmed.Sides]:
    """Title and abstract; those in other languages than the record's own come second."""
    titles = pubmed.Sides("title")
    titles.take(pubmed.title(_child(article, "ArticleTitle")))
    vernacular = pubmed.title(_child(article, "VernacularTitle"))
    if vernacular and not pubmed.is_japanese(vernacular):
        titles.take(vernacular, chinese="chi" in languages)
    abstracts = pubmed.Sides("abstract")
    abstracts.take(_abstract(article.find("Abstract")))
    for other in others:
        language = (other.get("Language") or "").lower()
        if language in _READ_LANGUAGES:
            abstracts.take(_abstract(other), chinese=language in _CHINESE)
    return titles, abstracts


def _abstract(element: _Element | None) -> str | None:
    """An abstract, a paragraph for each of its sections, which begins with the section's label."""
    if element is None:
        return None
    sections = []
    for given in element.iterfind("AbstractText"):
        section = values.paragraphs(_marked(given))
        if section is None:
            continue
        label = values.text(given.get("Label")) or values.text(given.get("NlmCategory"))
        if label and label.upper() not in _NO_LABEL:
            section = f"{label.rstrip(' :：')}: {section}"
        sections.append(section)
    return pubmed.abstract("\n".join(sections) or None)


def _ids(element: _Element | None) -> dict[str, str]:
    """Identifiers by their type, of each the first."""
    ids: dict[str, str] = {}
    if element is not None:
        for given in element.iterfind("ArticleId"):
            ids.setdefault(given.get("IdType", "pubmed"), given.text or "")
    return ids


def _issns(journal: _Element | None, about: _Element | None) -> tuple[str | None, str | None]:
    """The ISSNs of the printed and of the electronic edition.

    A record has one of the two; the linking ISSN, mostly that of the printed edition, fills its place.
    """
    issn = eissn = None
    for given in journal.iterfind("ISSN") if journal is not None else ():
        if given.get("IssnType") == "Electronic":
            eissn = eissn or values.issn(given.text)
        else:
            issn = issn or values.issn(given.text)
    linking = values.issn(about.findtext("ISSNLinking")) if about is not None else None
    return issn or (linking if linking != eissn else None), eissn


def _pages(element: _Element | None) -> str | None:
    if element is None:
        return None
    first, last = _child(element, "StartPage"), _child(element, "EndPage")
    return _child(element, "MedlinePgn") or (f"{first}-{last}" if first and last else first)


def _date(element: _Element | None) -> str | None:
    """The date of an element with Year, Month and Day, or with what the journal prints instead."""
    if element is None:
        return None
    parts = (element.findtext(name) for name in ("Year", "Month", "Day"))
    given = " ".join(part for part in parts if part)
    more = element.findtext("MedlineDate") or element.findtext("Season")
    if more and not element.findtext("Month"):
        # `1st Quart` names no month.
        given = f"{given} {_QUARTER.sub('', more)}"
    return values.date(given)


def _authors(element: _Element | None) -> Iterator[str | None]:
    for given in element.iterfind("Author") if element is not None else ():
        if given.get("ValidYN") == "N":
            continue
        group = given.find("CollectiveName")
        if group is not None:
            yield _plain(group)
        else:
            fore = given.findtext("ForeName") or given.findtext("Initials")
            yield values.text(pubmed.full_name(given.findtext("LastName"), fore, given.findtext("Suffix")))


def _headings(citation: _Element) -> Iterator[Heading]:
    for given in citation.iterfind("MeshHeadingList/MeshHeading"):
        descriptor = given.find("DescriptorName")
        if name := _plain(descriptor):
            qualifiers = tuple(
                Qualifier(qualifier, each.get("MajorTopicYN") == "Y")
                for each in given.iterfind("QualifierName")
                if (qualifier := _plain(each))
            )
            yield Heading(name, descriptor.get("MajorTopicYN") == "Y", qualifiers)


def _notices(citation: _Element) -> Iterator[Notice]:
    for given in citation.iterfind("CommentsCorrectionsList/CommentsCorrections"):
        kind = values.text(given.get("RefType"))
        if kind and kind != "Cites":
            yield Notice(kind, _child(given, "RefSource"), values.pmid(given.findtext("PMID")))


FORMAT = Format("PubMed XML", sniff, read)
