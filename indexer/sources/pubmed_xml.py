"""PubMed XML: results of searches, baseline and update files, single articles, and other XML that holds such records.

The bytes of each record are cut out of the stream and parsed by themselves. So memory is bounded by the biggest record,
what stands around the records does not matter, a broken record costs no other, and no document type is ever read:
its entities, external ones or those of a billion laughs, are unknown to a record that names them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BufferedReader
from typing import Any

from lxml import etree

from indexer.errors import RecordError
from indexer.record import Heading, Notice, Qualifier
from indexer.sources import pubmed, text, values
from indexer.sources.html import plain_text
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
_SHORT = 100
"""Texts up to this length, in characters, are kept: headings, types and journals come again and again."""

_UNSPOKEN = frozenset(("annotation", "annotation-xml"))
_EXPONENTS = {"msup": 1, "msubsup": 2}
"""MathML's elements with an exponent, and which of their children it is."""

_INLINE = re.compile(rb"<[a-z]|<Disp")
"""Of the tags that may stand within text only DispFormula does not begin with a small letter."""


def _made_parser(*, remove_blank_text: bool) -> _Element:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
        remove_blank_text=remove_blank_text,
    )


_parser = _made_parser(remove_blank_text=False)
_quick_parser = _made_parser(remove_blank_text=True)
"""For records without tags in text: there white space between tags is mere layout, and a third of the work."""


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
    while True:
        # Where the next record begins before, nothing behind that is searched: a file without any end takes no longer.
        again = _begins(window.data, name, window.start + searched)
        stop = _end(window.data, name, window.start + searched, again if again >= 0 else len(window.data))
        if stop >= 0:
            data = window.data[window.start : stop]
            window.pass_to(stop)
            return _Piece(line, data)
        if again >= 0:
            window.pass_to(again)
            return _Piece(line, problem=f"It has no end (</{shown}> is missing).")
        searched = max(1, window.size - _LONGEST_TAG)
        if window.size > LIMIT_BYTES:
            window.pass_to(len(window.data))
            return _Piece(line, problem=f"It is longer than {LIMIT_BYTES // 2**20} MiB.")
        if not window.grow():
            window.pass_to(len(window.data))
            return _Piece(line, problem=f"It breaks off before its end (</{shown}>); fetch the file again.")


def _begins(data: bytes, name: bytes, start: int) -> int:
    """Where the next record of a name begins; -1 where none does."""
    while (found := data.find(b"<" + name, start)) >= 0:
        if _BEGIN.match(data, found):
            return found
        start = found + 1
    return -1


def _end(data: bytes, name: bytes, start: int, limit: int) -> int:
    """Where the next end tag of a name ends; -1 where none stands before the limit."""
    # A plain search first: it takes half the time of an expression's.
    while (found := data.find(b"</" + name, start, limit)) >= 0:
        if tag := _END[name].match(data, found):
            return tag.end()
        start = found + 1
    return -1


def _tree(piece: _Piece, encoding: str) -> _Element:
    """The element of a record, without the list of what the article cites.

    Raises:
        RecordError: Its XML is broken, or its encoding is none that is known.
    """
    data = piece.data
    if (first := data.find(b"<ReferenceList")) >= 0 and (last := data.rfind(b"</ReferenceList>")) > first:
        data = data[:first] + data[last + len(b"</ReferenceList>") :]
    given: bytes | str | None = data
    if encoding not in ("utf-8", "us-ascii") or not _is_utf8(data):
        given = _decoded(data, encoding)
    if given is None:
        raise RecordError(f"It is neither in its declared encoding ({encoding}) nor in UTF-8 or GB18030.")
    try:
        return etree.fromstring(given, _parser if _INLINE.search(data) else _quick_parser)
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
    parts = {"MedlineCitation": tree} if tree.tag == "MedlineCitation" else _children(tree)
    citation = parts.get("MedlineCitation")
    cited = _children(citation)
    given = _children(cited.get("Article"))
    if citation is None or not given:
        raise RecordError("It has no MedlineCitation with an Article.")
    journal = _children(given.get("Journal"))
    issue = _children(journal.get("JournalIssue"))
    about = _children(cited.get("MedlineJournalInfo"))
    languages = [each.text or "" for each in cited["Article"].iterfind("Language")]
    titles, abstracts = _texts(given, citation.iterfind("OtherAbstract") if "OtherAbstract" in cited else (), languages)
    ids = _ids(_children(parts.get("PubmedData")).get("ArticleIdList"))
    for each in cited["Article"].iterfind("ELocationID") if "ELocationID" in given else ():
        if each.get("ValidYN") != "N":
            ids.setdefault(each.get("EIdType", ""), each.text or "")
    for each in citation.iterfind("OtherID") if "OtherID" in cited else ():
        if (each.text or "").startswith("PMC"):
            ids.setdefault("pmc", (each.text or "").split()[0])
    issn, eissn = _issns(journal.get("ISSN"), about.get("ISSNLinking"))
    return pubmed.outcomes_of(
        titles,
        abstracts,
        position,
        pmid=values.pmid(_plain(cited.get("PMID"))) or values.pmid(ids.get("pubmed")),
        doi=values.doi(ids.get("doi")),
        pmcid=values.pmcid(ids.get("pmc")),
        journal=_plain(journal.get("Title")),
        journal_abbreviation=_plain(journal.get("ISOAbbreviation")) or _plain(about.get("MedlineTA")),
        issn=issn,
        eissn=eissn,
        volume=_plain(issue.get("Volume")),
        issue=_plain(issue.get("Issue")),
        pages=_pages(given.get("Pagination")),
        dates=(_date(issue.get("PubDate")), _date(given.get("ArticleDate"))),
        authors=_authors(given.get("AuthorList")),
        keywords=_keywords(citation) if "KeywordList" in cited else (),
        headings=_headings(cited.get("MeshHeadingList")),
        languages=languages,
        publication_types=tuple(_plain(each) for each in given.get("PublicationTypeList", ())),
        notices=_notices(cited.get("CommentsCorrectionsList")),
    )


def _book(tree: _Element, position: Position) -> Iterator[Outcome]:
    """The record of a book, or of a chapter; a chapter's book then takes the journal's place.

    Raises:
        RecordError: There is neither a title nor an abstract.
    """
    document = tree.find("BookDocument")
    given = _children(document)
    book = _children(given.get("Book"))
    name = _plain(book.get("BookTitle"))
    languages = [each.text or "" for each in tree.iterfind("BookDocument/Language")]
    titles, abstracts = _texts(given, (), languages)
    is_chapter = titles.english or titles.chinese
    if not is_chapter:
        titles.take(name)
    ids = _ids(given.get("ArticleIdList"))
    return pubmed.outcomes_of(
        titles,
        abstracts,
        position,
        pmid=values.pmid(_plain(given.get("PMID"))),
        doi=values.doi(ids.get("doi")),
        pmcid=values.pmcid(ids.get("pmc")),
        journal=name if is_chapter else None,
        journal_abbreviation=None,
        volume=_plain(book.get("Volume")),
        issue=None,
        pages=_pages(given.get("Pagination")),
        dates=(_date(given.get("ContributionDate")), _date(book.get("PubDate"))),
        authors=_authors(given.get("AuthorList", book.get("AuthorList"))),
        keywords=_keywords(document) if document is not None else (),
        languages=languages,
        publication_types=tuple(_plain(each) for each in tree.iterfind("BookDocument/PublicationType")),
        notices=(),
    )


_kept_text = lru_cache(maxsize=2**14)(values.text)
_kept_issn = lru_cache(maxsize=2**12)(values.issn)


def _plain(element: _Element | None) -> str | None:
    """An element's text in one line."""
    given = _marked(element)
    return _plain_text(given) if given else None


def _plain_text(given: str) -> str | None:
    return _kept_text(given) if len(given) <= _SHORT else values.text(given)


def _children(element: _Element | None) -> dict[str, _Element]:
    """Of each name a child, the first one; it is faster than to look for one after the other."""
    children: dict[str, _Element] = {}
    for child in () if element is None else element:
        children.setdefault(child.tag, child)
    return children


def _marked(element: _Element | None) -> str | None:
    """An element's text with the markup in it, as `html` reads it."""
    if element is None:
        return None
    given: str | None = "".join(_marked_pieces(element, in_math=False)) if len(element) else element.text
    return given


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


def _texts(
    given: dict[str, _Element], others: Iterable[_Element], languages: list[str]
) -> tuple[pubmed.Sides, pubmed.Sides]:
    """Title and abstract; those in other languages than PubMed's own come second."""
    titles = pubmed.Sides("title")
    titles.take(pubmed.title(_plain(given.get("ArticleTitle"))))
    vernacular = pubmed.title(_plain(given.get("VernacularTitle")))
    if vernacular and not pubmed.is_japanese(vernacular):
        titles.take(vernacular, chinese="chi" in languages)
    abstracts = pubmed.Sides("abstract")
    abstracts.take(_abstract(given.get("Abstract")))
    for other in others:
        language = (other.get("Language") or "").lower()
        if language in _READ_LANGUAGES:
            abstracts.take(_abstract(other), chinese=language in _CHINESE)
    return titles, abstracts


def _abstract(element: _Element | None) -> str | None:
    """An abstract, a paragraph for each of its sections, which begins with the section's label."""
    sections = []
    for given in () if element is None else element:
        if given.tag != "AbstractText" or not (marked := _marked(given)):
            continue
        if not marked.isprintable():
            # Line breaks of the file make no paragraphs; only markup does.
            marked = " ".join(marked.split())
        section = values.paragraphs(marked)
        if section is None:
            continue
        label = _kept_text(given.get("Label") or "") or _kept_text(given.get("NlmCategory") or "")
        if label and label.upper() not in _NO_LABEL:
            section = f"{label.rstrip(' :：')}: {section}"
        sections.append(section)
    return pubmed.abstract("\n".join(sections)) if sections else None


def _ids(element: _Element | None) -> dict[str, str]:
    """Identifiers by their type, of each the first."""
    ids: dict[str, str] = {}
    if element is not None:
        for given in element:
            ids.setdefault(given.get("IdType", "pubmed"), given.text or "")
    return ids


def _issns(journal: _Element | None, linking: _Element | None) -> tuple[str | None, str | None]:
    """The ISSNs of the printed and of the electronic edition.

    A record has one of the two; the linking ISSN, mostly that of the printed edition, fills its place.
    """
    given = _kept_issn(journal.text) if journal is not None else None
    linked = _kept_issn(linking.text) if linking is not None else None
    if journal is not None and journal.get("IssnType") == "Electronic":
        return (linked if linked != given else None), given
    return given or linked, None


def _pages(element: _Element | None) -> str | None:
    given = _children(element)
    first, last = _plain(given.get("StartPage")), _plain(given.get("EndPage"))
    return _plain(given.get("MedlinePgn")) or (f"{first}-{last}" if first and last else first)


def _date(element: _Element | None) -> str | None:
    """The date of an element with Year, Month and Day, or with what the journal prints instead, as it is written."""
    if element is None:
        return None
    parts = {child.tag: child.text or "" for child in element}
    given = " ".join(filter(None, (parts.get("Year"), parts.get("Month"), parts.get("Day"))))
    more = parts.get("MedlineDate") or parts.get("Season")
    if more and not parts.get("Month"):
        # `1st Quart` names no month.
        given = f"{given} {_QUARTER.sub('', more)}"
    return given


def _authors(element: _Element | None) -> Iterator[str]:
    for author in () if element is None else element:
        if author.get("ValidYN") == "N":
            continue
        last = fore = initials = suffix = group = None
        for child in author:
            tag = child.tag
            if tag == "LastName":
                last = child.text
            elif tag == "ForeName":
                fore = child.text
            elif tag == "Initials":
                initials = child.text
            elif tag == "Suffix":
                suffix = child.text
            elif tag == "CollectiveName":
                group = _marked(child)
            else:
                break
        if name := group or pubmed.full_name(last, fore or initials, suffix):
            yield plain_text(name).replace("\n", " ")


def _keywords(element: _Element) -> tuple[str | None, ...]:
    return tuple(_plain(given) for given in element.iterfind("KeywordList/Keyword"))


def _headings(element: _Element | None) -> Iterator[Heading]:
    for given in () if element is None else element:
        descriptor: tuple[str, bool] | None = None
        qualifiers = []
        for child in given:
            name = _kept_text(child.text or "")
            if name and child.tag == "DescriptorName":
                descriptor = name, child.get("MajorTopicYN") == "Y"
            elif name and child.tag == "QualifierName":
                qualifiers.append(Qualifier(name, child.get("MajorTopicYN") == "Y"))
        if descriptor:
            yield Heading(*descriptor, tuple(qualifiers))


def _notices(element: _Element | None) -> Iterator[Notice]:
    for given in () if element is None else element:
        kind = values.text(given.get("RefType"))
        if kind and kind != "Cites":
            about = _children(given)
            yield Notice(kind, _plain(about.get("RefSource")), values.pmid(_plain(about.get("PMID"))))


FORMAT = Format("PubMed XML", sniff, read)
