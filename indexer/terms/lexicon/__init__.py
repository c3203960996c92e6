"""The lexicon of an index generation: its terms, its words and its names, in one SQLite file.

- `writer`: `LexiconWriter` makes it, of concepts and of what is `counted` of records; an update starts from a copy of
  the one before.
- `reader`: `Lexicon` answers from it, from any number of threads at a time: concepts by key, corrections of words
  (**did you mean**), suggestions while typing. `did_you_mean` corrects a whole query.
- `entries` (what a concept is there), `spelling` and `suggestions` hold what the answers mean and how they are found;
  `folding` and `sounds` how words are compared; `store` describes the file.

Used by the build, which writes it beside the index, and by the search core.
"""

from indexer.terms.lexicon.entries import Entry, EntryForm, name_key
from indexer.terms.lexicon.reader import Lexicon, did_you_mean
from indexer.terms.lexicon.spelling import Correction, QueryCorrection, Replacement
from indexer.terms.lexicon.suggestions import Kind, Suggestion
from indexer.terms.lexicon.writer import CONCEPTS_AT_ONCE, Counts, LexiconWriter, counted

__all__ = [
    "CONCEPTS_AT_ONCE",
    "Correction",
    "Counts",
    "Entry",
    "EntryForm",
    "Kind",
    "Lexicon",
    "LexiconWriter",
    "QueryCorrection",
    "Replacement",
    "Suggestion",
    "counted",
    "did_you_mean",
    "name_key",
]
