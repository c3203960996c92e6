"""BM25F: how well a term says what a document is about.

Per-field length normalisation as in Zaragoza et al., "Microsoft Cambridge at TREC-13" (2004): occurrences in each field
are normalised by that field's own length, weighted, and summed *before* saturation, so that a word in title and
abstract counts as one word said twice, and a record that has both languages is not punished for its length. Engines
compute

    score(term) = idf * w / (k1 + w),   w = sum over fields of weight * tf / (1 - b + b * length / average length)

with the average over documents that have the field. `idf` is Lucene's, which is never negative. A phrase is scored as a
term whose frequency is the phrase's and whose idf is the sum of those of its terms. Synonyms are scored as one term:
their `w` add up, each times its weight, and the idf is that of the documents that hold any of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from indexer.schema import TEXT_FIELDS


@dataclass(frozen=True)
class Settings:
    """What ranking can be tuned by. The defaults are what `scripts/evaluate.py --ablation` found to help."""

    k1: float = 1.2
    """Saturation: how soon more occurrences stop to matter."""
    b: float = 0.75
    """Length normalisation: 0 none, 1 full."""
    weights: tuple[tuple[str, float], ...] = tuple((field.name, field.weight) for field in TEXT_FIELDS)
    """How much an occurrence in each field counts."""
    exact: float = 0.3
    """Of the score of a word's form as it was typed, which is added to that of its stem."""
    proximity: float = 0.01
    """Of the score of two words of the query that stand side by side as typed, which is added to theirs.

    Just enough to put the words of a name that stand together before the same words apart. More of it lowers nDCG@10 on
    both judged collections, whose queries are long (2026-11).
    """
    lone: float = 0.3
    """Of the score of a single letter or digit, where not all words are required: it says little by itself."""
    parts: float = 0.6
    """Of the score of each part of a compound, where not all words are required: of `fast` for `fast-twitch`."""
    whole: float = 1.0
    """Of the score of the compound itself, which is added to those of its parts."""
    synonym: float = 0.3
    """Of the score of a concept's other forms, which is added to that of what was typed."""
    apart: float = 0.2
    """Of the score of a concept's preferred form where its words stand apart."""
    learned: float = 0.3
    """How much an occurrence of a form counts that the collection itself taught, beside 1 for those of tables."""

    def __hash__(self) -> int:
        """Of two fields: each search asks many times for what is kept by settings, which are nearly always the same."""
        return hash((self.k1, self.b))


DEFAULT = Settings()


def idf(documents: int, frequency: int) -> float:
    """Inverse document frequency of a term that `frequency` of `documents` hold in any of the searched fields."""
    return math.log(1 + (documents - frequency + 0.5) / (frequency + 0.5))
