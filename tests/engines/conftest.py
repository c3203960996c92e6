"""One collection in every engine."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TypeVar

import pytest

from indexer import __version__, analysis, schema
from indexer.engines import open_engine, open_updater, open_writer
from indexer.journals import Journal
from indexer.record import Record
from indexer.search.engine import Companions, Engine, IndexWriter, Manifest
from indexer.terms.lexicon import LexiconWriter
from tests.engines.reference import Collection

WORDS = ["heart", "failure", "stroke", "risk", "IL-6", "PD-1", "PD-L1", "T-cell", "of", "the", "disease", "diseases"]
PHRASES = ["多发性骨髓瘤", "2型糖尿病", "非小细胞肺癌", "维生素D", "的", "治疗", "T细胞", "患者"]
T = TypeVar("T")
TYPES = ["Review", "Journal Article", "Meta-Analysis"]


def make_records(count: int, seed: int) -> list[Record]:
    """Random records over a small vocabulary, so that everything meets everything."""
    rng = random.Random(seed)

    def english(length: int) -> str:
        return " ".join(rng.choice(WORDS) for _ in range(rng.randint(1, length))) + "."

    def chinese(length: int) -> str:
        return "".join(rng.choice(PHRASES) for _ in range(rng.randint(1, length))) + "。"

    def maybe(value: T) -> T | None:
        return value if rng.random() < 0.7 else None

    records = []
    for number in range(count):
        year = rng.randint(2018, 2022)
        records.append(
            Record(
                id=f"doi:10.5555/{rng.randrange(10**6):06}.{number}",
                doi=f"10.5555/{number}",
                title_en=maybe(english(6)),
                title_zh=maybe(chinese(3)),
                abstract_en=maybe(english(40)),
                abstract_zh=maybe(chinese(15)),
                keywords=tuple(rng.sample([*WORDS, *PHRASES], 2)),
                authors=("Zhao J", "李 明") if rng.random() < 0.5 else (),
                journal=maybe(rng.choice(["Annals of Heart", "annals of heart", "虚构医学杂志", "Stroke, Risk: A|B"])),
                year=(given := maybe(year)),
                publication_date=None if given is None else f"{given}-{rng.randint(1, 12):02}",
                publication_types=tuple(rng.sample(TYPES, rng.randint(0, 2))),
                jcr_quartile=maybe(f"Q{rng.randint(1, 4)}"),
                cas_zone=maybe(rng.randint(1, 4)),
                impact_factor=maybe(rng.choice([1.5, 3.5, 10.0])),
                citation_count=maybe(rng.randint(0, 3)),
                open_access=maybe(rng.random() < 0.5),
            )
        )
    return records


def write(location: str, collection: Collection) -> None:
    """Publish a collection as a generation."""
    publish(open_writer(location, {}), collection.records, len(collection.records))


def write_in_steps(location: str, records: Sequence[Record], steps: int, deleted: int) -> list[Record]:
    """Publish records by a build and updates, so that they stand in several segments, and delete some of the first.

    Gives the records that are there in the end.
    """
    # Each step is so much smaller than the one before that its segment is not merged with it.
    ends = [len(records) - len(records) // 4**step for step in range(1, steps)] + [len(records)]
    publish(open_writer(location, {}), records[: ends[0]], ends[0])
    for begin, end in pairwise(ends):
        engine, writer = open_updater(location)
        engine.close()
        publish(writer, records[begin:end], end)
    if not deleted:
        return list(records)
    engine, writer = open_updater(location)
    engine.close()
    gone = {record.id for record in random.Random(1).sample(records[: ends[0]], deleted)}
    publish(writer, [], len(records) - deleted, gone)
    return [record for record in records if record.id not in gone]


def publish(
    writer: IndexWriter, records: Sequence[Record], total: int, gone: Iterable[str] = (), claimed: int | None = None
) -> None:
    """Add and remove documents and publish what there is then, which is so many, or claimed to be."""
    try:
        if records:
            writer.add(writer.packer().pack(schema.index_documents(records)))
        for record_id in gone:
            assert writer.delete(record_id)
        assert writer.finish() == total
        lexicon = LexiconWriter(writer.workspace / "lexicon")
        lexicon.finish()
        manifest = Manifest(
            generation=writer.generation,
            built_at="2026-01-01T00:00:00+00:00",
            documents=total if claimed is None else claimed,
            schema=schema.fingerprint(),
            analysis=analysis.fingerprint(),
            version=__version__,
        )
        hearts = Journal(name="Annals of Heart", description="About hearts.")
        writer.publish(manifest, Companions((hearts,), b"", b"{}", writer.workspace / "lexicon"))
    finally:
        writer.close()


@lru_cache(maxsize=1)
def the_collection() -> Collection:
    """The collection that the suite searches; strategies draw from it before any fixture is there."""
    return Collection(make_records(120, seed=7))


@pytest.fixture(scope="session")
def collection() -> Collection:
    return the_collection()


@pytest.fixture(scope="session")
def engine(collection: Collection, new_location: Callable[[], str]) -> Iterator[Engine]:
    location = new_location()
    write(location, collection)
    opened = open_engine(location)
    yield opened
    opened.close()
