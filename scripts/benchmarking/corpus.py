"""Records to index: the first of a given file, or made ones, as JSON lines of the seed format."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from itertools import accumulate, islice
from pathlib import Path

from indexer.analysis import chinese

REPOSITORY = Path(__file__).resolve().parent.parent.parent
TOOL = REPOSITORY.parent / "shared" / "tools" / "make_corpus.py"
"""Makes records from real parts where it is at hand."""
WORDS = 30_000
"""Distinct English words of our own records."""
JOURNALS = 400


def provide(folder: Path, documents: int, given: Path | None, tool: Path | None, seed: int) -> tuple[Path, str]:
    """A file of so many records in `folder`, and where they come from.

    Args:
        folder: Where it is written; one that is there already is taken as it is.
        documents: How many records.
        given: A file of JSON lines whose first records are taken.
        tool: A program that is given a number, a file and `--seed`, and writes the records.
        seed: Of made records.
    """
    path = folder / "corpus.jsonl"
    tool = tool if tool is not None else TOOL
    origin = given.name if given else f"made by {tool.name}" if tool.exists() else "made of invented words"
    if path.exists():
        return path, origin
    unfinished = path.with_suffix(".part")
    if given is not None:
        with given.open("rb") as source, unfinished.open("wb") as target:
            target.writelines(islice(source, documents))
    elif tool.exists():
        subprocess.run(
            [sys.executable, str(tool), str(documents), str(unfinished), "--seed", str(seed)],
            check=True,
            stdout=sys.stderr,
        )
    else:
        with unfinished.open("w", encoding="utf-8") as target:
            target.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in made(documents, seed))
    unfinished.replace(path)
    return path, origin


def made(documents: int, seed: int) -> Iterator[dict[str, object]]:
    """Records of invented English words and of our Chinese terms, both distributed as Zipf found words to be.

    Three in ten have a Chinese title and abstract as well.
    """
    rng = random.Random(seed)  # noqa: S311  nothing is secret here
    english, chinese_words = _Zipf(_invented(WORDS, rng), rng), _Zipf(list(chinese.OUR_WORDS), rng)
    journals = _Zipf([" ".join(english.text(3)).title() for _ in range(JOURNALS)], rng)
    for number in range(documents):
        journal = journals.text(1)[0]
        place = sum(map(ord, journal))
        both = rng.random() < 0.3
        year = rng.randint(1985, 2025)
        yield {
            "title": " ".join(english.text(rng.randint(6, 16))).capitalize() + ".",
            "TitleCN": "".join(chinese_words.text(rng.randint(3, 7))) if both else None,
            "abstract": _sentences(english, rng.randint(6, 12), 20, " ", ". "),
            "AbstractTextCN": _sentences(chinese_words, rng.randint(4, 8), 9, "", "。") if both else None,
            "authors": f"Author {rng.randrange(5000)}",
            "doi": f"10.5555/{seed}.{number}",
            "publicationDate": f"{year}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
            "publicationTypes": rng.choice(["Journal Article", "Review", "Meta-Analysis"]),
            "PeriodicalName": journal,
            "JCR": f"Q{place % 4 + 1}",
            "RegionNum": place // 4 % 4 + 1,
            "PeriodicalIF": round(0.5 + place % 97 / 5, 1),
            "citationCount": str(int(rng.paretovariate(1.2)) - 1),
            "isOpenAccess": rng.random() < 0.4,
        }


class _Zipf:
    """Draws words, the n-th of them with a probability of about 1/n."""

    def __init__(self, words: list[str], rng: random.Random) -> None:
        self._words = words
        self._weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(words))))
        self._rng = rng

    def text(self, length: int) -> list[str]:
        return self._rng.choices(self._words, cum_weights=self._weights, k=length)


def _invented(count: int, rng: random.Random) -> list[str]:
    """Distinct pronounceable words, the frequent ones short as they are in real texts."""
    words: dict[str, None] = {}
    while len(words) < count:
        syllables = 1 + int(len(words) ** 0.15)
        word = "".join(
            rng.choice("bcdfghklmnprstvz") + rng.choice("aeiou") + rng.choice(["", "", "n", "r", "s", "l"])
            for _ in range(rng.randint(max(1, syllables - 1), syllables))
        )
        words.setdefault(word)
    return list(words)


def _sentences(words: _Zipf, count: int, length: int, between: str, end: str) -> str:
    return "".join(between.join(words.text(length)).capitalize() + end for _ in range(count)).strip()
