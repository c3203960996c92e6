"""What a format is, and how its texts are made lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from indexer.export.entries import Entry

_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")


@dataclass(frozen=True)
class ExportFormat:
    """A format of exports."""

    name: str
    """As in an address or an option: `ris`."""
    label: str
    """As people call it: `RIS`."""
    suffix: str
    """Of a file's name: `.ris`."""
    media_type: str
    write: Callable[[Iterable[Entry]], Iterator[bytes]]
    """The file of the entries in pieces, one for each or a few more; it may be read while the entries come."""


def line(text: str) -> str:
    """A text in one line: white space, line breaks too, is a single space, and control characters are left out."""
    return " ".join(_CONTROL.sub("", text).split())


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text, each in one line; blank ones are left out."""
    return [found for part in text.split("\n") if (found := line(part))]


def encoded(text: str) -> bytes:
    """UTF-8; halves of characters, which no text should have, become question marks."""
    return text.encode("utf-8", "replace")
