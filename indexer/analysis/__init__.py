"""Analysis: text to tokens, the same for what is indexed and for what is searched.

A text is **normalised** (`normalize`: one spelling for the same characters) and split by **script** (`script`); its
runs are analysed as **Chinese** (`chinese`: jieba's dictionary, ours and an operator's) or as anything else (`english`:
NLTK, with `spelling` for British words and Latin plurals and `numbers` for numerals, units and Greek letters), and
`mixed` puts both together; `compounds` says which words of a query are one. The vocabulary (token, channel, reading) is
in `tokens`; every token knows where in the source it stands. `lists` reads the word lists in `data/`, `stopwords` among
them, and an operator's.

- `tokens` is what an index holds of a text, in each of two channels: WORDS (stems and dictionary words, ranked) and
  FORMS (what stands there, for quoted searches). `term_arrays` is the same of many texts at once, for building one;
  a `Spotter` finds those of a few terms, for marking them; `heads` tells it which words can't have any, and `remember`
  has the usual ones ready. `texts_with` counts the texts that have each of them, and a
  `TextTally` adds that up. `written_words` is where words stand.
- `query_words` cuts a query into the words a searcher means, `words_as_cut` tells no more than where they
  stand; `phrase` is a text's words side by side, `quotation` what a quoted text is found by, `named` a name as words.
- `key` is the same for all spellings of a term: the term bank looks terms up by it.
- `sentences` cuts a text for snippets; `language_of` tells its language.
- `load` reads the dictionaries at once rather than at the first Chinese text.
- `fingerprint` names the analysis: an index made with another one has to be rebuilt.

Used by `schema` to index, and by the search core to read queries and to mark matches.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.metadata import version

from indexer.analysis import chinese, english, spelling, stopwords
from indexer.analysis.arrays import TermArrays, term_arrays, texts_with
from indexer.analysis.chinese import load
from indexer.analysis.keys import key
from indexer.analysis.mixed import (
    may_stack,
    named,
    phrase,
    query_words,
    quotation,
    tokens,
    words_as_cut,
    written_words,
)
from indexer.analysis.normalize import Normalized, normalize
from indexer.analysis.numbering import Stretches, TextCounts, TextTally
from indexer.analysis.script import Language, language_of
from indexer.analysis.sentences import sentences
from indexer.analysis.spotting import Spot, Spotter, remember
from indexer.analysis.tokens import Channel, QueryWord, Reading, TermAt, Token

__all__ = [
    "Channel",
    "Language",
    "Normalized",
    "QueryWord",
    "Reading",
    "Spot",
    "Spotter",
    "Stretches",
    "TermArrays",
    "TermAt",
    "TextCounts",
    "TextTally",
    "Token",
    "fingerprint",
    "key",
    "language_of",
    "load",
    "may_stack",
    "named",
    "normalize",
    "phrase",
    "query_words",
    "quotation",
    "remember",
    "sentences",
    "term_arrays",
    "texts_with",
    "tokens",
    "words_as_cut",
    "written_words",
]

VERSION = 9
"""Raised when the same text yields other tokens for a reason that `fingerprint` does not see: our own code."""


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """Sixteen hexadecimal digits that change with the rules, the libraries, the dictionaries or the word lists."""
    digest = hashlib.sha256(str(VERSION).encode())
    for library in ("jieba", "nltk", "opencc"):
        digest.update(f"\n{library} {version(library)}".encode())
    lists = (chinese.OUR_WORDS, chinese.operator_words(), sorted(stopwords.ENGLISH), sorted(stopwords.CHINESE))
    pairs = (spelling.SPELLINGS.items(), spelling.PLURALS.items(), english.STEMS.items(), chinese.OTHER_WITHIN)
    for words in (*lists, *(map(" ".join, sorted(table)) for table in pairs)):
        digest.update("\n".join(["", *words]).encode())
    return digest.hexdigest()[:16]
