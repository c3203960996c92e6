"""The engine itself: records -> build -> search, as a page or a program would have it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec

import indexer
from evaluation.systems import DEPTH, Cache, Run, without_seen
from evaluation.tasks import Query, Task
from indexer import analysis, schema
from indexer.build import BuildOptions, build
from indexer.engines import open_engine
from indexer.record import Record
from indexer.search import ranking, searcher
from indexer.search.engine import Engine
from indexer.search.hits import Match, SearchRequest
from indexer.terms.learned import Learner, observed
from indexer.terms.lexicon import Lexicon, LexiconWriter
from indexer.terms.ours import ours
from indexer.terms.tables import read_terms

_INDEXING = ("analysis", "engines", "terms", "build.py", "record.py", "schema.py")
"""Code that makes an index what it is: an index of another state of it is not used."""


@dataclass(frozen=True)
class Variant:
    """A way to search that is not the default one."""

    ranking: Mapping[str, Any] = field(default_factory=dict)
    """Fields of `indexer.search.ranking.Settings` that are replaced."""
    request: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the search request that are replaced."""
    tables: bool = True
    """Of tasks across languages: published tables of terms are loaded."""
    learned: bool = True
    """Of tasks across languages: the training records teach terms."""


def _weights(**changed: float) -> tuple[tuple[str, float], ...]:
    return tuple((one.name, changed.get(one.name, one.weight)) for one in schema.TEXT_FIELDS)


VARIANTS: dict[str, Variant] = {
    "no exact-form bonus": Variant({"exact": 0.0}),
    "no proximity bonus": Variant({"proximity": 0.0}),
    "proximity 0.05": Variant({"proximity": 0.05}),
    "no parts of compounds": Variant({"parts": 0.0}),
    "no expansion": Variant(request={"expand": False}),
    "titles as abstracts": Variant({"weights": _weights(title_en=1.0, title_zh=1.0)}),
    "titles doubled": Variant({"weights": _weights(title_en=2.0, title_zh=2.0)}),
    "k1 0.9": Variant({"k1": 0.9}),
    "k1 1.6": Variant({"k1": 1.6}),
    "k1 2.0": Variant({"k1": 2.0}),
    "b 0.4": Variant({"b": 0.4}),
    "b 0.6": Variant({"b": 0.6}),
    "no published tables": Variant(tables=False),
    "nothing learned": Variant(learned=False),
    "our terms alone": Variant(tables=False, learned=False),
    "synonyms in full": Variant({"synonym": 1.0, "learned": 1.0}),
    "synonyms at a quarter": Variant({"synonym": 0.25, "learned": 0.15}),
}
"""What `--ablation` runs, by name."""


class _Knowing:
    """An engine with another lexicon than its own."""

    def __init__(self, engine: Engine, lexicon: Lexicon) -> None:
        self._engine = engine
        self._lexicon = lexicon

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever the engine has
        return getattr(self._engine, name)

    def terms(self) -> Lexicon:
        return self._lexicon


@dataclass(frozen=True)
class Ours:
    """The engine of this repository."""

    cache: Cache = field(repr=False)
    tables: tuple[Path, ...] = ()
    """Published tables of terms, for tasks across languages."""
    variant_name: str = ""
    variant: Variant | None = None
    cluster: str = ""
    """The location of a cluster's index, whose name begins those of the tasks' indexes; none are in folders then."""

    @property
    def name(self) -> str:
        """As the table shows it."""
        return f"  {self.variant_name}" if self.variant_name else "medsearch"

    @property
    def settings(self) -> dict[str, str]:
        """What makes its results."""
        variant = self.variant or Variant()
        return {
            "medsearch": version("medsearch"),
            "analysis": analysis.fingerprint(),
            "schema": schema.fingerprint(),
            "code": _code_digest(),
            "match": Match.ANY.value,
            "depth": str(DEPTH),
            "cluster": self.cluster,
            "tables": ", ".join(table.name for table in self.tables if variant.tables),
            "learned": str(variant.learned),
            **{name: str(value) for name, value in {**variant.ranking, **variant.request}.items()},
        }

    def run(self, task: Task, queries: Sequence[Query]) -> Run:
        """Answer queries of a task."""
        engine, index_seconds = self._engine(task)
        ask = searcher.search
        changes = self.variant.request if self.variant else {}
        if self.variant and self.variant.ranking:
            ask = partial(ask, ranking=replace(ranking.DEFAULT, **self.variant.ranking))
        found: dict[str, list[str]] = {}
        started = time.perf_counter()
        with _without_highlights():
            for fold in sorted({query.fold for query in queries}, key=str):
                learned = engine if fold is None else self._knowing(engine, task.training[fold])
                for query in queries:
                    if query.fold == fold:
                        request = SearchRequest(query.text, match=Match.ANY, per_page=DEPTH, facets=(), **changes)
                        hits = ask(learned, request).hits
                        found[query.id] = without_seen(query, [str(hit.record.paper_id) for hit in hits])
        engine.close()
        return Run(found, index_seconds, time.perf_counter() - started)

    def _knowing(self, engine: Engine, training: Sequence[Record]) -> Engine:
        """The engine as it searches with terms that were learned from the training records, and from no others."""
        variant = self.variant or Variant()
        tables = self.tables if variant.tables else ()
        taught = training if variant.learned else ()
        key = [analysis.fingerprint(), _code_digest("analysis", "terms"), *map(str, tables)]
        key += [hashlib.blake2b(msgspec.json.encode(taught)).hexdigest()]

        def make(path: Path) -> Lexicon:
            learner = Learner()
            for record in taught:
                if shown := observed(record):
                    learner.take(shown)
            with closing(LexiconWriter(path)) as writer:
                writer.add_concepts(ours())
                for table in tables:
                    writer.add_concepts(read_terms(table))
                writer.add_concepts(learner.concepts())
                writer.finish()
            return Lexicon(path)

        return _Knowing(engine, self.cache.entry("lexicons", key, make, Lexicon))

    def _location(self, folder: Path) -> str:
        """Where the index is that is kept under a folder."""
        if not self.cluster:
            return str(folder / "index")
        beginning, mark, settings = self.cluster.partition("?")
        return f"{beginning}-{folder.name}{mark}{settings}"

    def _engine(self, task: Task) -> tuple[Engine, float | None]:
        """The task's index, and the seconds that it took where it was not there."""

        def make(folder: Path) -> tuple[Engine, float | None]:
            started = time.perf_counter()
            folder.mkdir()
            records = folder / "records.jsonl"
            records.write_bytes(b"".join(msgspec.json.encode(record) + b"\n" for record in task.documents))
            report = build([str(records)], self._location(folder), BuildOptions(strict=True))
            if report.documents != len(task.documents):
                raise ValueError(f"{task.name}: {len(task.documents)} documents became {report.documents}")
            return open_engine(self._location(folder)), time.perf_counter() - started

        def read(folder: Path) -> tuple[Engine, float | None]:
            return open_engine(self._location(folder)), None

        # By documents, not by name: tasks share them.
        key = [analysis.fingerprint(), schema.fingerprint(), _code_digest(*_INDEXING), self.cluster]
        return self.cache.entry(f"medsearch/{task.digest()}", key, make, read)


@contextmanager
def _without_highlights() -> Iterator[None]:
    """Marking matches takes ten times as long as finding them, and nobody looks at them here."""
    with patch.object(searcher, "Highlighter") as highlighter:
        highlighter.return_value.mark.return_value = ()
        highlighter.return_value.snippet.return_value = ()
        yield


def _code_digest(*parts: str) -> str:
    """Names a state of the package's code and lists, or of some of its modules and packages."""
    package = Path(indexer.__file__).parent
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted(package.rglob("*")):
        if path.is_file() and path.suffix != ".pyc" and (not parts or path.relative_to(package).parts[0] in parts):
            digest.update(str(path.relative_to(package)).encode() + path.read_bytes())
    return digest.hexdigest()
