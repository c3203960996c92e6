"""Compiled loops where small indexes do not lead: postings of many windows, and phrases of frequent words."""

from __future__ import annotations

import random
from collections import defaultdict
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from indexer.analysis import Channel
from indexer.engines.whoosh import kernels
from indexer.engines.whoosh.columnar.layout import BIG_FREQUENCY, SKIP
from indexer.engines.whoosh.columnar.packing import pack_postings
from indexer.engines.whoosh.engine import open_engine
from indexer.engines.whoosh.evaluate import Matches
from indexer.engines.whoosh.segments import frozen
from indexer.errors import SearchTimeoutError
from indexer.search.engine import Plan
from indexer.search.query import And, AtLeast, Or, Query, Term, Weighted
from tests.engines.conftest import WORDS, make_records, write_in_steps

DOCUMENTS = 3 * kernels.WINDOW + 17
K1 = 1.2
NORMS = (0.5, 2.0, 1.25)
"""What an occurrence counts for in fields of length 0, 1 and 2."""


class _Postings:
    """Terms of random postings in two fields, as `kernels.sum_terms` takes them, and what each document has of them."""

    def __init__(self, rng: np.random.Generator, shares: list[tuple[float, float]]) -> None:
        docs, freqs, places, bounds = [], [], [], [0]
        lengths = rng.integers(0, 3, (2, DOCUMENTS))
        self.weights: list[dict[int, float]] = []
        begin = 0
        for of_term in shares:
            weights: dict[int, float] = defaultdict(float)
            rows = []
            for field, share in enumerate(of_term):
                held = np.flatnonzero(rng.random(DOCUMENTS) < share)
                often = rng.choice([1, 2, 7, 254, BIG_FREQUENCY, 300], held.size, p=[0.5, 0.3, 0.1, 0.05, 0.03, 0.02])
                for doc, freq in zip(held.tolist(), often.tolist(), strict=True):
                    weights[doc] += freq * NORMS[lengths[field, doc]] * (field + 1)
                if held.size:
                    rows.append((held.size, field, begin))
                    docs.append(held)
                    freqs.append(often)
                    begin += held.size
            places += [(field, 0, start, start + size) for size, field, start in sorted(rows)]
            bounds.append(len(places))
            self.weights.append(dict(weights))
        every = np.concatenate(freqs)
        big = np.flatnonzero(every >= BIG_FREQUENCY)
        self.places = frozen(np.array(places, dtype=np.int64).reshape(-1, 4))
        self.bounds = frozen(np.array([(bound, -1) for bound in bounds], dtype=np.int64))
        wide = lengths[1].astype(np.uint32).view(np.uint16)
        self.weighing: tuple[npt.NDArray[Any], ...] = (
            frozen(np.concatenate(docs).astype(np.uint32)),
            frozen(np.minimum(every, BIG_FREQUENCY).astype(np.uint8)),
            frozen(big.astype(np.uint64)),
            frozen(every[big].astype(np.uint32)),
            frozen(np.concatenate([lengths[0].astype(np.uint16), wide])),
            frozen(np.array([(0, 1, 0), (DOCUMENTS, 2, len(NORMS))], dtype=np.int64)),
            frozen(np.array([*NORMS, *(2 * norm for norm in NORMS)])),
        )

    def scores(self, rarities: list[float], alive: npt.NDArray[np.uint8], *, of_all: bool) -> dict[int, float]:
        """What documents score that hold any of the terms, or all of them."""
        held = [set(weights) for weights in self.weights]
        docs = set.intersection(*held) if of_all else set.union(*held)
        return {
            doc: sum(
                rarity * weights[doc] / (K1 + weights[doc])
                for rarity, weights in zip(rarities, self.weights, strict=True)
                if doc in weights
            )
            for doc in sorted(docs)
            if not alive.size or alive[doc]
        }


SHARES = (
    [(0.05, 0.4), (0.0, 0.3), (0.02, 0.0)],
    [(0.0005, 0.001), (0.001, 0.0)],
    [(0.0005, 0.002), (0.3, 0.9), (0.1, 0.5)],
    [(0.2, 0.2), (0.9, 0.9), (0.9, 0.9), (0.5, 0.01)],
)


@pytest.mark.parametrize("deleted", [False, True])
@pytest.mark.parametrize("shares", SHARES)
def test_sums_of_terms_are_those_of_their_postings(shares: list[tuple[float, float]], *, deleted: bool) -> None:
    rng = np.random.default_rng(len(shares))
    made = _Postings(rng, shares)
    alive = (rng.random(DOCUMENTS) < 0.8).astype(np.uint8) if deleted else np.empty(0, dtype=np.uint8)
    rarities = rng.uniform(0.1, 9.0, len(shares)).tolist()
    asked: tuple[Any, ...] = (made.places, made.bounds, frozen(np.array(rarities)), K1)

    any_asked: tuple[Any, ...] = (*asked, DOCUMENTS, *made.weighing, frozen(alive))
    docs, scores = kernels.sum_terms(*any_asked)
    expected = made.scores(rarities, alive, of_all=False)
    assert docs.tolist() == list(expected)
    assert scores == pytest.approx(list(expected.values()))

    marks = np.zeros(DOCUMENTS, dtype=np.uint16)
    all_asked: tuple[Any, ...] = (*asked, marks, *made.weighing, frozen(alive))
    docs, scores = kernels.match_all_terms(*all_asked)
    expected = made.scores(rarities, alive, of_all=True)
    assert docs.tolist() == list(expected)
    assert scores == pytest.approx(list(expected.values()))
    assert not marks.any()

    for number, weights in enumerate(made.weights):
        rows = made.places[made.bounds[number, 0] : made.bounds[number + 1, 0]]
        held = sum(1 for doc in weights if not alive.size or alive[doc])
        assert kernels.count_union(made.weighing[0], rows, frozen(alive)) == held


def _texts(rng: random.Random) -> list[list[str]]:
    """Texts, some longer than a position of one byte, or of two, can tell."""
    texts = []
    for number in range(6 * SKIP):
        length = 20_000 if number == 5 else rng.choice([3, 12, 300])
        texts.append(rng.choices(["a", "b", "c", "rare"], weights=[10, 5, 3, 0.05], k=length))
    texts[7] = ["a"] * 600 + ["b"]
    return texts


def test_phrases_stand_where_their_words_follow_one_another() -> None:
    texts = _texts(random.Random(4))
    words = ["a", "b", "c", "rare"]
    places = [
        (words.index(word), number, position) for number, text in enumerate(texts) for position, word in enumerate(text)
    ]
    places.sort()
    term, doc, position = (np.array(column) for column in zip(*places, strict=True))
    starts = np.searchsorted(term, np.arange(5)).astype(np.int64)
    docs, positions = doc.astype(np.uint32), position.astype(np.uint32)
    holders = [sorted({number for at, number, _ in places if at == one}) for one in range(4)]
    posting_starts = np.cumsum([0, *map(len, holders)])
    skip_starts = np.cumsum([0, *((len(held) - 1) // SKIP for held in holders)])
    deltas = np.where((term == np.roll(term, 1)) & (doc == np.roll(doc, 1)), position - np.roll(position, 1), position)
    deltas[0] = position[0]
    sizes = 1 + (deltas >= 128) + (deltas >= 128**2)
    byte_starts = np.concatenate([[0], np.cumsum(sizes)])[starts]
    per_posting = np.bincount(term * len(texts) + doc)
    arrays = pack_postings(
        starts, docs, positions, 1 << 30, int(posting_starts[-1]), int(sizes.sum()),
        int((per_posting >= BIG_FREQUENCY).sum()), int(skip_starts[-1]),
    )  # fmt: skip
    out_docs, freqs, big_postings, big_freqs, packed, skips = map(frozen, arrays)
    tables = [frozen(table.astype(np.uint64)) for table in (posting_starts, byte_starts, skip_starts)]

    for phrase in (["a", "b"], ["rare", "a"], ["c", "a", "b"], ["a", "a"], ["b", "rare", "b"]):
        wanted = [number for number, text in enumerate(texts) if set(phrase) <= set(text)]
        counts, found = kernels.phrase_starts(
            frozen(np.array(wanted, dtype=np.uint32)),
            frozen(np.array([words.index(word) for word in phrase], dtype=np.int64)),
            frozen(np.arange(len(phrase), dtype=np.int64)),
            out_docs, freqs, big_postings, big_freqs, tables[0], packed, tables[1], skips, tables[2],
        )  # fmt: skip
        expected = [
            [at for at in range(len(texts[number])) if texts[number][at : at + len(phrase)] == phrase]
            for number in wanted
        ]
        assert counts.tolist() == list(map(len, expected)), phrase
        assert found.tolist() == [at for of_text in expected for at in of_text], phrase


def test_terms_together_score_as_each_by_itself(tmp_path: Path) -> None:
    """`AtLeast` evaluates its clauses one by one; so many documents that the frequent words are counted once."""
    write_in_steps(str(tmp_path / "index"), make_records(1500, seed=2), steps=2, deleted=100)
    engine = open_engine(str(tmp_path / "index"))
    rng = random.Random(1)
    frequent = 0
    for _ in range(60):
        words = [*rng.choices(WORDS, k=rng.randint(2, 5)), *rng.choices(["absent"], k=rng.randint(0, 1))]
        fields = rng.choice([("title_en", "abstract_en"), ("abstract_en", "keywords", "title_en")])
        terms = [Term(fields, Channel.FORMS, word.lower()) for word in words]
        clauses: list[Query] = [Weighted(term, 0.5) if rng.random() < 0.3 else term for term in terms]
        frequent = max(frequent, *(engine.count(term) for term in terms))
        for together, each in ((Or, 1), (And, len(clauses))):
            found = engine.search(Plan(together(tuple(clauses)), limit=2000))
            expected = engine.search(Plan(AtLeast(each, tuple(clauses)), limit=2000))
            assert found.total == expected.total, clauses
            assert [hit.record.id for hit in found.hits] == [hit.record.id for hit in expected.hits], clauses
            assert [hit.score for hit in found.hits] == pytest.approx([hit.score for hit in expected.hits]), clauses
    assert frequent > kernels.COUNTED_AT_ONCE
    engine.close()


@pytest.mark.parametrize("together", [Or, And])
def test_the_deadline_is_looked_at_among_many_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, together: type[Or | And]
) -> None:
    write_in_steps(str(tmp_path / "index"), make_records(50, seed=2), steps=1, deleted=0)
    engine = open_engine(str(tmp_path / "index"))
    words = [word for word in WORDS if engine.count(Term(("abstract_en",), Channel.FORMS, word))]
    clauses = tuple(Term(("abstract_en",), Channel.FORMS, word) for word in 64 * words[:2])
    looks = count(1)
    monkeypatch.setattr("indexer.engines.whoosh.evaluate.time", SimpleNamespace(monotonic=lambda: next(looks)))
    with pytest.raises(SearchTimeoutError):
        engine.count(together(clauses), deadline=100)
    engine.close()


def test_what_is_kept_of_a_loop_counts_with_the_room_that_was_made_for_it() -> None:
    docs = np.arange(0, 1000, 2, dtype=np.uint32)
    few, _ = kernels.places(frozen(docs), frozen(docs[-3:] + np.uint32(0)))
    many, _ = kernels.weigh_counted(
        frozen(docs), frozen((docs == 4).astype(np.int64)), frozen(np.zeros(1000, dtype=np.uint16)), frozen(np.ones(1))
    )
    assert few.size == 3
    assert many.tolist() == [4]
    assert Matches(few, None).nbytes < 500
    assert Matches(many, None).nbytes > docs.nbytes
