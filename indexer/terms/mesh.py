"""MeSH descriptors, as NLM publishes them: XML (`desc2025.xml`) and ASCII (`d2025.bin`), read piece by piece.

Entry terms that MeSH inverts (`Infarction, Myocardial`) are given turned round as well, as texts have them.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

from lxml import etree

from indexer.terms.concept import Concept, Form, Role

_CHEMICAL = re.compile(r"[()\[\]{}]|-$")
_LIST = re.compile(r"(?:and|or|&)\b", re.IGNORECASE)
_NOS = re.compile(r",?\s+NOS\Z")
_NOT_MEDICINE = re.compile("V")
"""Trees that name no subject: V, kinds of publications."""
_MARKS = (b"<DescriptorRecordSet", b"<DescriptorRecord")
_LONGEST_LINE = 1 << 20

Skip = Callable[[int, str], None]
LeaveOut = Callable[[], None]
Reader = Callable[[BinaryIO, Skip, LeaveOut, str], Iterator[Concept]]


class Damaged(Exception):  # noqa: N818 -- translated where the file's name is known
    """A file that can't be read to its end, and why."""


class Descriptor(NamedTuple):
    """A MeSH heading."""

    label: str
    entries: tuple[str, ...]
    trees: tuple[str, ...]


def is_xml(head: bytes) -> bool:
    """Whether a file that begins so is MeSH in XML."""
    return any(mark in head for mark in _MARKS)


def is_ascii(head: bytes) -> bool:
    """Whether a file that begins so is MeSH in ASCII."""
    return head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"*NEWRECORD")


def turned_round(term: str) -> str | None:
    """An inverted term as texts have it: `Diabetes Mellitus, Type 2` as `Type 2 Diabetes Mellitus`.

    None of a term that is not inverted: without a comma, with a list behind it, or a chemical name.
    """
    parts = [part.strip() for part in term.split(", ")]
    if len(parts) < 2 or not all(parts) or _LIST.match(parts[-1]) or any(map(_CHEMICAL.search, parts)):
        return None
    if any(part[-1] in "0123456789" and part[0] in "0123456789" and len(part) < 3 for part in parts):
        return None  # positions of a chemical name
    return " ".join(reversed(parts))


def concept_of(descriptor: Descriptor, source: str) -> Concept | None:
    """The concept of a heading; None of one that names no subject or has no second form."""
    if descriptor.trees and all(_NOT_MEDICINE.match(tree) for tree in descriptor.trees):
        return None
    found: dict[str, Form] = {}
    for term in (descriptor.label, *descriptor.entries):
        written = _NOS.sub("", " ".join(term.split()))
        for text in (written, turned_round(written)):
            if text and len(text) > 1:
                role = Role.SYNONYM if found else Role.PREFERRED
                if found and _is_abbreviation(text):
                    role = Role.ABBREVIATION
                found.setdefault(text.casefold(), Form(text, "en", role))
    return Concept(tuple(found.values()), source) if len(found) > 1 else None


def _is_abbreviation(text: str) -> bool:
    capitals = sum(map(str.isupper, text))
    return len(text) <= 8 and " " not in text and capitals >= 2 and capitals * 2 > sum(map(str.isalpha, text))


def read_xml(stream: BinaryIO, skip: Skip, leave_out: LeaveOut, source: str) -> Iterator[Concept]:
    """The concepts of MeSH in XML.

    Raises:
        Damaged: It is no well-formed XML.
    """
    events = etree.iterparse(
        stream, events=("end",), tag="DescriptorRecord", resolve_entities=False, load_dtd=False, no_network=True
    )
    try:
        for _, record in events:
            label = (record.findtext("DescriptorName/String") or "").strip()
            terms = [element.text or "" for element in record.iterfind("ConceptList/Concept/TermList/Term/String")]
            trees = [element.text or "" for element in record.iterfind("TreeNumberList/TreeNumber")]
            if not label:
                skip(record.sourceline or 0, "a DescriptorRecord without DescriptorName")
            elif concept := concept_of(Descriptor(label, tuple(terms), tuple(trees)), source):
                yield concept
            else:
                leave_out()
            record.clear()
            while record.getprevious() is not None:
                del record.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise Damaged(str(error)) from error


def read_ascii(stream: BinaryIO, skip: Skip, leave_out: LeaveOut, source: str) -> Iterator[Concept]:
    """The concepts of MeSH in ASCII: records of `NAME = value` lines, each begun by `*NEWRECORD`."""
    label, begun = "", 0
    entries: list[str] = []
    trees: list[str] = []
    number = 0
    while True:
        data = stream.readline(_LONGEST_LINE)
        number += 1
        line = data.decode("utf-8-sig", "replace").strip()
        if not data or line == "*NEWRECORD":
            if label:
                if concept := concept_of(Descriptor(label, tuple(entries), tuple(trees)), source):
                    yield concept
                else:
                    leave_out()
            elif begun:
                skip(begun, "a record without MH")
            if not data:
                return
            label, begun, entries, trees = "", number, [], []
            continue
        name, equals, value = line.partition(" = ")
        if not equals:
            if line and not line.endswith("="):
                skip(number, f"no `NAME = value`: {line[:80]!r}")
        elif name == "MH":
            label = value.strip()
        elif name in {"ENTRY", "PRINT ENTRY"}:
            entries.append(value.split("|", 1)[0].strip())
        elif name == "MN":
            trees.append(value.strip())
