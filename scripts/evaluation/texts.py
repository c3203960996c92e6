"""Texts as evaluation needs them."""

from __future__ import annotations

import re
import unicodedata

_OPERATOR = re.compile(r"\b(?:AND|OR|NOT)\b")
_SYNTAX = re.compile(r"""["“”„«»＂()（）\[\]［］{}｛｝:：*＊?？^~|&\\]|(?<!\w)['‘’+\-]|['‘’](?!\w)""")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}


def plain_words(text: str) -> str:
    """Query text as nothing but words, for any system.

    What is syntax to some query language goes: quotes, brackets, colons, wildcards, signs before a word; operators in
    capitals become small. Hyphens, apostrophes, slashes and signs inside words stay.
    """
    return " ".join(_SYNTAX.sub(" ", _OPERATOR.sub(lambda match: match[0].lower(), text)).split())


def clean(text: str | None) -> str | None:
    """Text of a file as a record may hold it: one line without control characters; None where nothing is left."""
    return " ".join(_CONTROL.sub(" ", text or "").split()) or None


def fold(text: str) -> str:
    """The form under which two titles or keywords are the same: letters and digits alone, widths and cases folded."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


def full_width(text: str) -> str:
    """The text with ASCII in its full-width forms, as some Chinese keyboards type it."""
    return text.translate(_FULL_WIDTH)
