"""BM25F: how well a term says what a document is about.

Per-field length normalisation as in Zaragoza et al., "Microsoft Cambridge at TREC-13" (2004): occurrences in each field
are normalised by that field's own length, weighted, and summed *before* saturation, so that a word in title and
abstract counts as one word said twice, and a record that has both languages is not punished for its length. Engines
compute

    score(term) = idf * w / (K1 + w),   w = sum over fields of weight * tf / (1 - B + B * length / average length)

with the average over documents that have the field. `idf` is Lucene's, which is never negative. A phrase is scored as a
term whose frequency is the phrase's and whose idf is the sum of those of its terms.
"""

from __future__ import annotations

import math

K1 = 1.2
"""Saturation: how soon more occurrences stop to matter."""
B = 0.75
"""Length normalisation: 0 none, 1 full."""


def idf(documents: int, frequency: int) -> float:
    """Inverse document frequency of a term that `frequency` of `documents` hold in any of the searched fields."""
    return math.log(1 + (documents - frequency + 0.5) / (frequency + 0.5))
