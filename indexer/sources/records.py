"""JSON lines of records themselves, as `indexer.export` writes them: what was exported is read back as it was.

Nothing is put right here. A line is a record, or it is skipped with what is wrong in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import BufferedReader

import msgspec

from indexer.errors import RecordError
from indexer.record import Heading, Notice, Qualifier, Record, fold_doi
from indexer.sources import text, values
from indexer.sources.line_records import read_lines
from indexer.sources.objects import JsonObject
from indexer.sources.outcomes import Format, Options, Outcome, Position

_IDENTITIES = {"doi": "doi", "pmid": "pmid", "pmcid": "pmcid", "paper": "paper_id"}
"""Prefixes of `id`, and the fields that it repeats."""
_HASH = re.compile(r"hash:[0-9a-f]{32}")
_TEXTS = ("title_en", "title_zh", "abstract_en", "abstract_zh")
_ONLY_HERE = re.compile(r'"(?:title|abstract)_(?:en|zh)"\s*:')
_BEGINNING = re.compile(r'\s*\{\s*"id"\s*:\s*"(?:doi|pmid|pmcid|paper|hash):')
_OF_SEEDS = frozenset(("abstract", "AbstractTextCN", "paperId", "paperid", "resultStr", "title", "TitleCN"))
"""Keys of a seed's object, which no record has."""
_PARAGRAPHS = frozenset(("abstract_en", "abstract_zh", "journal_description"))
_MOST_SHOWN = 40

# Controls but for a line break, which is looked at by itself.
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# What stands in a line of JSON where a text in it may hold a control: an escape, or a raw one that JSON lets pass.
_SUSPECT = re.compile("[\\\\\x7f-\x9f]")

_KEYS = frozenset((*Record.__struct_fields__, "standing"))
"""An export adds `standing`, how it showed the metrics of the journal; that is passed over."""
_PARTS: dict[str, type[msgspec.Struct]] = {"headings": Heading, "notices": Notice, "qualifiers": Qualifier}


def _within(given: object, least: int, most: int) -> bool:
    return isinstance(given, int) and least <= given <= most


_RULES: dict[str, tuple[Callable[[object], object], str]] = {
    "doi": (lambda given: fold_doi(str(given)), "a DOI in lower case, as 10.1000/xyz"),
    "pmid": (values.pmid, "a PMID, digits only"),
    "pmcid": (values.pmcid, "a PMCID, as PMC123"),
    "issn": (values.issn, "an ISSN, as 1591-8890"),
    "eissn": (values.issn, "an ISSN, as 1591-8890"),
    "publication_date": (values.date, "a date, as 2025, 2025-08 or 2025-08-23"),
    "year": (lambda given: given if _within(given, 1600, 2100) else None, "within 1600-2100"),
    "jcr_quartile": (values.quartile, "Q1 to Q4"),
    "cas_zone": (values.zone, "1 to 4"),
    "impact_factor": (values.impact_factor, "positive and up to 10,000"),
    "citation_count": (lambda given: given if _within(given, 0, 10_000_000) else None, "within 0-10,000,000"),
    "pdf_url": (values.address, "an http(s) address"),
    "url": (values.address, "an http(s) address"),
}
"""For each field what leaves a right value as it is, and what a right value is."""


def sniff(head: bytes) -> bool:
    """True where one of the first three lines is a record's object, and none of a seed's."""
    lines = [line for line in text.decode_head(head).split("\n") if line.strip()][:3]
    return any(map(_begins_record, lines))


def _begins_record(line: str) -> bool:
    if not _BEGINNING.match(line) and '"id"' not in line:
        return False
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        # It may be longer than what is looked at.
        return bool(_BEGINNING.match(line) and _ONLY_HERE.search(line))
    return (
        isinstance(given, dict)
        and isinstance(name := given.get("id"), str)
        and name.partition(":")[0] in (*_IDENTITIES, "hash")
        and not _OF_SEEDS & given.keys()
        and any(key in given for key in _TEXTS)
    )


def read(stream: BufferedReader, position: Position, options: Options) -> Iterator[Outcome]:
    """The records of a file, one a line."""
    yield from read_lines(text.without_mark(stream), (), position, _read_line, options.each)


def _read_line(data: bytes) -> tuple[Record, Sequence[str]]:
    return _record(data), ()


def _record(data: bytes) -> Record:
    """The record of a line.

    Raises:
        RecordError: It holds none, or one that breaks what records promise.
    """
    decoded = text.decode(data)
    if decoded is None:
        raise RecordError("It is neither in UTF-8 nor in UTF-16 or GB18030; save it as UTF-8.")
    try:
        given = msgspec.json.decode(decoded)
        if not isinstance(given, dict):
            raise RecordError("It is no JSON object.")
        _check_keys(given, _KEYS, "records")
        record = msgspec.convert(given, Record)
    except msgspec.ValidationError as error:
        raise RecordError(f"It is no record: {error}.") from None
    except msgspec.DecodeError as error:
        raise RecordError(f"Its JSON is broken ({error}).") from None
    except RecursionError:
        raise RecordError("Its JSON is nested too deeply to be a record.") from None
    if _SUSPECT.search(decoded):
        _check_characters(given)
    _check(record, given)
    return record


def _check_keys(given: JsonObject, known: Iterable[str], what: str) -> None:
    for key in given:
        if key not in known:
            raise RecordError(f"It has the key {_shown(key)}, which {what} don't have; remove it.")
    for name in _PARTS.keys() & given.keys():
        members = given[name]
        for member in members if isinstance(members, list) else ():
            if isinstance(member, dict):
                _check_keys(member, _PARTS[name].__struct_fields__, name)


def _check_characters(value: object, name: str = "") -> None:
    if isinstance(value, str):
        if (found := _CONTROL.search(value)) or ("\n" in value and name not in _PARAGRAPHS):
            character = found[0] if found else "\n"
            raise RecordError(f"Its {name} holds the control character U+{ord(character):04X}; remove it.")
    elif isinstance(value, dict):
        for key, member in value.items():
            _check_characters(member, key)
    elif isinstance(value, list):
        for member in value:
            _check_characters(member, name)


def _check(record: Record, given: JsonObject) -> None:
    """Raise RecordError where the record is not as `Record` says; `given` are the values that its line holds."""
    if not any(map(given.get, _TEXTS)):
        raise RecordError("It has neither a title nor an abstract.")
    for name, value in given.items():
        texts = value if isinstance(value, list) else [value]
        if any(isinstance(text, str) and (not text or text.isspace()) for text in texts):
            raise RecordError(f"Its {name} is blank; leave the key out.")
        if name in _RULES and value is not None:
            rule, meaning = _RULES[name]
            if rule(value) != value:
                raise RecordError(f"Its {name} {_shown(value)} is not {meaning}.")
    prefix, _, rest = record.id.partition(":")
    if prefix in _IDENTITIES:
        if getattr(record, _IDENTITIES[prefix]) != rest:
            raise RecordError(f"Its id {_shown(record.id)} is not that of its {_IDENTITIES[prefix]}.")
    elif not _HASH.fullmatch(record.id):
        raise RecordError(
            f"Its id {_shown(record.id)} is none: doi:…, pmid:…, pmcid:… or paper:… and the value of that field, or "
            "hash: and 32 hexadecimal digits."
        )


def _shown(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= _MOST_SHOWN else f"{shown[:_MOST_SHOWN]}…"


FORMAT = Format("JSON lines of records", sniff, read)
