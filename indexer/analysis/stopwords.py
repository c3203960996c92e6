"""Words that carry no meaning of their own: a query may do without them. They are indexed all the same."""

from __future__ import annotations

from indexer.analysis.lists import read_words

ENGLISH = frozenset(read_words("stopwords_en.txt"))
"""Folded, unstemmed."""

CHINESE = frozenset(read_words("stopwords_zh.txt"))
"""Folded."""
