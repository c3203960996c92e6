"""HTML to plain text, for texts that hold a little of it among signs that only look like it (`p<0.05`).

What counts as a tag is decided by its name and form, not by an HTML parser, which would take `a<b and c>d` for one.
Every pattern stops at the next `<`, so the time is linear in the length of the text.
"""

from __future__ import annotations

import re
from functools import cached_property
from html import unescape

_TAG = re.compile(
    r"""<(?P<closing>/?)(?P<name>[a-z][a-z0-9:._-]{0,40})
        (?P<attributes>(?:\s+[a-z_:][a-z0-9:._-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'|[^\s"'<>=`]+))*)\s*/?>""",
    re.IGNORECASE | re.VERBOSE,
)
_HIDDEN = re.compile(
    r"<!--(?:(?!<!--|-->).)*-->"
    r"|<(?P<name>script|style)\b[^<>]*>(?:(?!</?(?:script|style)\b).)*</(?P=name)\s*>"
    r"|<[!?][a-z][^<>]*>",
    re.IGNORECASE | re.DOTALL,
)
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_LABEL = re.compile(r"""\blabel\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_ENTITY = re.compile(
    r"&(?:#[0-9]{1,7};|#x[0-9a-f]{1,6};|[a-z][a-z0-9]{1,31};|(?:lt|gt|amp|nbsp)(?![a-z0-9=]))", re.IGNORECASE
)
_BEGINS_WITH_NUMBER = re.compile(r"[-+−–]?[0-9]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# Controls but for white space; soft hyphen, zero-width space, byte-order mark; marks that turn the writing direction.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1d\x1f\x7f-\x84\x86-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff]"
)
_BREAK = "\x1e"
"""Stands for a line break that a tag makes, until the text's own line breaks are dealt with."""

_BREAK_NAMES = (
    "abstract abstracttext address article aside blockquote body br caption center dd div dl dt fieldset figcaption "
    "figure footer h1 h2 h3 h4 h5 h6 head header hr html li list list-item main nav ol option p pre sec section table "
    "tbody td tfoot th thead title tr ul"
)
_INLINE_NAMES = (
    "a abbr acronym b bdi bdo big bold cite code del dfn em font i img inf ins italic kbd label mark math mi mn mo "
    "mrow msub msubsup msup mtext nobr q s samp sc small span strike strong sub sup svg time tt u underline var wbr "
    "xref"
)
_BREAKS = frozenset(_BREAK_NAMES.split())
_KNOWN = _BREAKS.union(_INLINE_NAMES.split())
_ROUNDS = 4
"""Markup may itself be escaped, once or twice (`&amp;lt;p&amp;gt;`)."""


def plain_text(text: str) -> str:
    """The text without tags, entities and control characters; paragraphs are separated by one newline.

    Block tags and `<br>` break the line; then line breaks of the text itself are mere spaces. Other tags vanish without
    a trace: `H<sub>2</sub>O` is `H2O`. Only a raised number behind a number is marked, for `10<sup>9</sup>` is not 109
    but `10^9`. An unknown name is a tag where it has a prefix, attributes or a closing tag; so `<LOD>` stays.
    """
    printable = _is_printable(text)
    if printable and "<" not in text and "&" not in text:
        return _in_one_line(text)
    if not printable:
        text = _seen(text.replace(_BREAK, " "))
    if "<" in text or "&" in text:
        for _ in range(_ROUNDS):
            before = text
            if "<" in text:
                text = _without_tags(text)
            if "&" in text:
                text = _seen(_ENTITY.sub(lambda entity: unescape(entity[0]), text))
                printable = False
            if text == before:
                break
    lines = text.split(_BREAK) if _BREAK in text else text.splitlines()
    text = "\n".join(filter(None, (_in_one_line(line) if printable else " ".join(line.split()) for line in lines)))
    return _disarmed(text) if "<" in text else text


_CONTROLS = bytes((*range(0x20), 0x7F))


def _is_printable(text: str) -> bool:
    """`str.isprintable`, of texts of ASCII in a fifth of the time."""
    return len(text.encode().translate(None, _CONTROLS)) == len(text) if text.isascii() else text.isprintable()


def _in_one_line(printable: str) -> str:
    """A text without white space at its ends, and with single spaces: of that only the plain space is printable."""
    return printable.strip(" ") if "  " not in printable else " ".join(printable.split())


def _seen(text: str) -> str:
    if _is_printable(text):
        return text
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", _UNSEEN.sub("", text))


class _Tags:
    """Tells the tags of a text from what only looks like them."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _closed(self) -> frozenset[str]:
        return frozenset(tag["name"].lower() for tag in _TAG.finditer(self._text) if tag["closing"])

    def have(self, tag: re.Match[str]) -> bool:
        """Whether a match is one."""
        name = tag["name"].lower()
        return name in _KNOWN or ":" in name or bool(tag["attributes"]) or name in self._closed


def _without_tags(text: str) -> str:
    if "<![CDATA[" in text:
        text = _CDATA.sub("", text)
    text = _HIDDEN.sub("", text)
    tags = _Tags(text)
    pieces: list[str] = []
    last = ""
    raised = False
    position = 0
    for tag in _TAG.finditer(text):
        if not tags.have(tag):
            continue
        if piece := text[position : tag.start()]:
            if raised and last.isdigit() and _BEGINS_WITH_NUMBER.match(piece):
                pieces.append("^")
            pieces.append(piece)
            last, raised = piece[-1], False
        position = tag.end()
        name = tag["name"].lower().rpartition(":")[2]
        if name == "sup":
            raised = not tag["closing"]
        elif name in _BREAKS:
            pieces.append(_BREAK)
            last = ""
            if name == "abstracttext" and (label := _LABEL.search(tag["attributes"])):
                pieces.append(f"{label[1] or label[2]}: ")
    pieces.append(text[position:])
    return "".join(pieces)


def _disarmed(text: str) -> str:
    """The text with whatever still looks like a tag, after removal has joined its halves, made none by a space."""
    tags = _Tags(text)
    return _TAG.sub(lambda tag: f"< {tag[0][1:]}" if tags.have(tag) else tag[0], text)
