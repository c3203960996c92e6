"""Ready tokens: what every system is given of a record, analysed once, and the vocabulary that queries are drawn from.

The tokens are those that our analysis yields in the channel that is ranked, one after another, joined by spaces. Where
an index of ours would stack alternatives on one position they follow one another here, since no peer reads positions:
all systems see the same words at the same places.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

TEXTS = ("title_en", "title_zh", "abstract_en", "abstract_zh")
"""The fields that are indexed and searched."""
LANGUAGES = {"en": ("title_en", "abstract_en"), "zh": ("title_zh", "abstract_zh")}
FACETS = ("journal", "quartile", "year")
SAMPLES = 3000
"""Documents, at most, from which words that stand together are drawn."""
BATCH = 2_000
"""Documents that are read at a time."""


class Ready(msgspec.Struct, frozen=True, omit_defaults=True):
    """A record as the systems are given it."""

    id: str
    texts: dict[str, str]
    """Its tokens by field, joined by spaces; only fields that have any."""
    record: str
    """The record as JSON, which is stored."""
    journal: str | None = None
    quartile: str | None = None
    year: int | None = None

    def text(self, of: str) -> str:
        """The tokens of `title` or `abstract` in both languages, for systems with one field for each."""
        return " ".join(self.texts[name] for name in TEXTS if name.startswith(of) and name in self.texts)


class Word(msgspec.Struct, frozen=True, array_like=True):
    """A token that may be searched for."""

    text: str
    documents: int
    """How many hold it in a field of its language."""
    surface: str
    """As it stood where it was first met."""


class Vocabulary(msgspec.Struct, frozen=True):
    """What there is to search for in a corpus."""

    documents: int
    in_language: dict[str, int]
    """Documents that have a text in the language."""
    words: dict[str, list[Word]]
    """By language: those that more than one document holds, stop words left out; the most frequent ones first."""
    samples: list[Ready]
    journals: list[tuple[str, int]]
    """With how many documents each; the largest first."""
    seconds: float
    """Process time that reading and analysing took."""


def batches(folder: Path) -> Iterator[list[Ready]]:
    """The ready documents that `prepare` wrote."""
    decoder = msgspec.json.Decoder(Ready)
    batch: list[Ready] = []
    with (folder / "ready.jsonl").open("rb") as file:
        for line in file:
            batch.append(decoder.decode(line))
            if len(batch) == BATCH:
                yield batch
                batch = []
    if batch:
        yield batch
