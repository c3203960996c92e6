"""Our own terms of everyday medicine, in `data/`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from indexer.errors import TermTableError
from indexer.terms.concept import Concept
from indexer.terms.tables import read_terms

SOURCE = "medsearch"
_DIRECTORY = Path(__file__).parent / "data"


@lru_cache(maxsize=1)
def ours() -> tuple[Concept, ...]:
    """The concepts of all our files, in the order of their names; read once.

    Raises:
        TermTableError: A file of ours has a line that can't be used.
    """
    found: list[Concept] = []
    for path in sorted(_DIRECTORY.glob("*.tsv")):
        table = read_terms(path, SOURCE)
        found += table
        if table.report.skipped:
            example = table.report.examples[0]
            raise TermTableError(f"{path}, line {example.line}: {example.reason}; correct the line")
    return tuple(found)


@lru_cache(maxsize=1)
def everyday_words() -> frozenset[str]:
    """Words that in capitals are abbreviations: aids, all, pet."""
    lines = (_DIRECTORY / "everyday_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
