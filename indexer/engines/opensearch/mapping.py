"""The schema's fields as a strict mapping, and documents as lines of a bulk request.

Each TEXT field becomes two, one for each channel, which hold its tokens, and a number beside each: its length in
positions, exactly. A VALUE field is a keyword of folded values; a facet's values as they are spelled stand beside it,
so that a build can tell how most documents spell one. The record itself is the only thing that is stored.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from indexer import schema
from indexer.analysis import Channel, TermArrays
from indexer.schema import Documents, Editions, Kind

ID_FIELD = "id"
RECORD_FIELD = "record"
STACK = "\ue000"
"""Between tokens at one position."""
GAP = "\ue001"
"""Stands where no token does."""
_ESCAPE = "\ue002"
_CUT = "\ue003"
"""Begins what stands for a term that is too long."""
_LONGEST_BYTES = 8_000
"""Of a term; Lucene takes four times as many."""
SPELLED = "~spelled"
ANALYZER = "tokens"
_FREQUENCY = "frequency"
_UNSAFE = re.compile(r"[\s\x1c-\x1f\ue000-\ue003\ud800-\udfff]")


def text_field(name: str, channel: Channel) -> str:
    """The field that holds a channel of a TEXT field."""
    return f"{name}_{channel.value}"


def length_field(name: str, channel: Channel) -> str:
    """The field that holds how many positions that channel has."""
    return f"{name}_{channel.value}_length"


def document_id(record_id: str) -> str:
    """The name of the document of an identity: those of OpenSearch are short."""
    return hashlib.blake2b(record_id.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def term(text: str) -> str:
    """A term as it is indexed: without what the index's filters take for something else, and not too long."""
    if _UNSAFE.search(text):
        text = _UNSAFE.sub(lambda found: f"{_ESCAPE}{ord(found.group()):x}{_ESCAPE}", text)
    return shortened(text)


def value(text: str) -> str:
    """An exact value as it is indexed."""
    return shortened(text.encode("utf-8", "replace").decode())


def shortened(text: str) -> str:
    """A text that a keyword can hold: its beginning, and what tells it from others, where it is too long."""
    if len(text) * 4 <= _LONGEST_BYTES or len(text.encode()) <= _LONGEST_BYTES:
        return text
    return f"{_CUT}{text[:500]}{hashlib.sha256(text.encode()).hexdigest()}"


def settings(shards: int) -> dict[str, Any]:
    """Of an index that is being loaded: no copies, and nothing to be seen before all is there."""
    return {
        "number_of_shards": shards,
        "number_of_replicas": 0,
        "refresh_interval": "-1",
        "codec": "best_compression",
        "similarity": {_FREQUENCY: {"type": "scripted", "script": {"source": "return doc.freq;"}}},
        "analysis": {
            "tokenizer": {"positions": {"type": "whitespace", "max_token_length": 1_000_000}},
            "filter": {
                "stacked": {"type": "pattern_capture", "preserve_original": False, "patterns": [f"([^{STACK}]+)"]},
                "gaps": {"type": "stop", "stopwords": [GAP]},
            },
            "analyzer": {ANALYZER: {"type": "custom", "tokenizer": "positions", "filter": ["stacked", "gaps"]}},
        },
    }


def mappings(editions: Editions) -> dict[str, Any]:
    """`schema.FIELDS` and their values in older editions."""
    made: dict[str, Any] = {
        ID_FIELD: {"type": "keyword"},
        RECORD_FIELD: {"type": "keyword", "index": False, "doc_values": False, "store": True},
    }
    for field in schema.FIELDS:
        if field.kind is Kind.TEXT:
            for channel in Channel:
                made[text_field(field.name, channel)] = {
                    "type": "text",
                    "analyzer": ANALYZER,
                    "similarity": _FREQUENCY,
                    "norms": False,
                }
                made[length_field(field.name, channel)] = {"type": "integer", "index": False}
        else:
            made.update(_plain(field, field.name))
    for field, name in schema.edition_fields(editions):
        made.update(_plain(field, name))
    # Of what was sent the record alone is stored. Of a source without the other fields the whole is kept beside it, for
    # copies that miss operations; none does, since copies are made when all is written. A node takes a fifth less time
    # for a document without both (2026-11).
    return {"dynamic": "strict", "_source": {"enabled": False, "recovery_source_enabled": False}, "properties": made}


def _plain(field: schema.Field, name: str) -> dict[str, Any]:
    if field.kind is Kind.VALUE:
        found = {name: {"type": "keyword", "doc_values": field.facet}}
        if field.facet:
            found[name + SPELLED] = {"type": "keyword", "index": False}
        return found
    return {name: {"type": "long" if field.kind is Kind.INTEGER else "double"}}


def kind_of(name: str) -> Kind:
    """The kind of a field, which may be named with an edition."""
    return schema.BY_NAME[name.partition("@")[0]].kind


def lines(documents: Documents) -> Iterator[bytes]:
    """Each document as two lines of a bulk request."""
    made: list[dict[str, Any]] = []
    for record_id, values_of, stored in zip(documents.ids, documents.values, documents.stored, strict=True):
        made.append({ID_FIELD: record_id, RECORD_FIELD: stored.decode(), **_values(values_of)})
    for (name, channel), found in documents.tokens.items():
        field, length = text_field(name, channel), length_field(name, channel)
        for document, text, positions in zip(made, texts(found), found.lengths.tolist(), strict=True):
            if text:
                document[field], document[length] = text, positions
    encode = msgspec.json.encode
    for document in made:
        action = encode({"index": {"_id": document_id(document[ID_FIELD])}})
        yield b"%s\n%s\n" % (action, encode(document))


def _values(values_of: Mapping[str, schema.Values]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, values in values_of.items():
        field = schema.BY_NAME[name.partition("@")[0]]
        if field.kind is not Kind.VALUE:
            found[name] = int(values[0]) if field.kind is Kind.INTEGER else float(values[0])
            continue
        # Values that fold alike are one, of which a document has no two.
        folded = {value(schema.fold_value(str(one))): value(str(one)) for one in values}
        found[name] = list(folded)
        if field.facet:
            found[name + SPELLED] = list(folded.values())
    return found


def texts(found: TermArrays) -> Iterator[str]:
    """The tokens of each text, as the index's analyzer takes them apart."""
    terms = list(map(term, found.distinct.texts()))
    ids, positions = found.ids.tolist(), found.positions.tolist()
    begin = 0
    for count in found.counts.tolist():
        end = begin + count
        pieces = []
        before = -1
        for number, position in zip(ids[begin:end], positions[begin:end], strict=True):
            pieces.append(_between(position - before) if before >= 0 else f"{GAP} " * position)
            pieces.append(terms[number])
            before = position
        yield "".join(pieces)
        begin = end


def _between(step: int) -> str:
    """What stands between two tokens whose positions are so far from each other."""
    if step == 1:
        return " "
    return STACK if step == 0 else " " + f"{GAP} " * (step - 1)
