"""What a task is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import msgspec

from evaluation.texts import clean
from indexer.record import Record


@dataclass(frozen=True)
class Query:
    """A query and its judgments."""

    id: str
    text: str
    """Plain words; see `texts.plain_words`."""
    relevant: Mapping[str, int]
    """By document: how relevant, 1 or more."""
    fold: int | None = None
    """Of cross-validation: what it is searched with was learned without the records of this fold."""
    seen: frozenset[str] = frozenset()
    """Documents that are relevant but outside its fold, so possibly learned from. They are left out of its runs."""


@dataclass(frozen=True)
class Task:
    """Queries over documents."""

    name: str
    about: str
    """One line."""
    documents: tuple[Record, ...]
    """Each with its `paper_id`, by which judgments name it."""
    queries: tuple[Query, ...]
    measures: tuple[str, ...]
    """As `ir-measures` names them; the first is what systems are compared by."""
    training: Mapping[int, tuple[Record, ...]] = field(default_factory=dict)
    """By fold: records that terms may be learned from for its queries."""
    spellings: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    """Other ways to write a query, which must give the same results."""

    def digest(self) -> str:
        """Sixteen hexadecimal digits that change with the documents."""
        digest = hashlib.blake2b(digest_size=8)
        for record in self.documents:
            digest.update(msgspec.json.encode(record) + b"\n")
        return digest.hexdigest()


def document(name: str, **texts: str | None) -> Record | None:
    """A record of nothing but texts; None where they are all blank."""
    kept = {key: cleaned for key, text in texts.items() if (cleaned := clean(text))}
    return msgspec.convert({"id": f"paper:{name}", "paper_id": name, **kept}, Record) if kept else None
