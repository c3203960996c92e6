"""JSON objects out of text."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import cast

import msgspec

from indexer.errors import RecordError

JsonObject = dict[str, object]

_LONGEST_INTEGER = 30
_TOO_LONG = 10**_LONGEST_INTEGER


def _integer(digits: str) -> int | float:
    # No identifier or count has more digits, and Python refuses to convert thousands of them.
    return int(digits) if len(digits) <= _LONGEST_INTEGER else float(digits)


_decoder = json.JSONDecoder(strict=False, parse_int=_integer)


def plain_object(data: bytes) -> JsonObject | None:
    """The JSON object that a text in UTF-8 is, and nothing more: as `split_object` reads it, in a third of the time.

    None where it is anything else, or has something that only `split_object` lets pass or takes for what it is.
    """
    try:
        value = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return value if isinstance(value, dict) and _fits(value) else None


def _fits(value: JsonObject | list[object]) -> bool:
    """Whether no integer of it is so long that it is read as a float."""
    inside: Iterable[object] = value.values() if isinstance(value, dict) else value
    for each in inside:
        # Of decoded JSON, where nothing is of a subclass. Most values are texts.
        kind = type(each)
        if kind is int:
            if not -_TOO_LONG < cast("int", each) < _TOO_LONG:
                return False
        elif (kind is dict or kind is list) and not _fits(cast("JsonObject | list[object]", each)):
            return False
    return True


def split_object(text: str, *, first_line: int | None = None) -> tuple[JsonObject, str]:
    """The JSON object at the beginning of `text`, and what follows it without white space around.

    Args:
        text: Line breaks inside strings are let pass; of a key that stands twice the last value counts.
        first_line: The number of the text's first line, where errors are to name the line too.

    Raises:
        RecordError: The text does not begin with a JSON object, or it is broken; the message says where.
    """
    text = text.rstrip()
    start = len(text) - len(text.lstrip())
    if text.startswith("[", start):
        raise RecordError("It holds a JSON array; write its objects one a line instead.")
    if not text.startswith("{", start):
        raise RecordError("It does not begin with a JSON object.")
    try:
        value, end = _decoder.raw_decode(text, start)
    except json.JSONDecodeError as error:
        place = f"character {error.pos + 1}"
        if first_line is not None:
            place = f"line {first_line + error.lineno - 1}, character {error.colno}"
        cut = error.pos >= len(text) or error.msg.startswith("Unterminated string")
        what = "breaks off" if cut else "is broken"
        remedy = "; it seems to be cut short, so fetch it again." if cut else "."
        raise RecordError(f"Its JSON {what} at {place} ({error.msg}){remedy}") from None
    except RecursionError:
        raise RecordError("Its JSON is nested too deeply to be a record.") from None
    return value, text[end:].lstrip()
