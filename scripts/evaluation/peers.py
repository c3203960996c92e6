"""Plain peers: what stock search libraries do with their documented defaults. What they answered is kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import bm25s
import msgspec
import Stemmer
from whoosh import fields
from whoosh.analysis import StemmingAnalyzer
from whoosh.filedb.filestore import RamStorage
from whoosh.qparser import OrGroup, QueryParser, WhitespacePlugin

from evaluation.systems import DEPTH, Cache, Run, kept_answers, without_seen
from evaluation.tasks import Query, Task
from indexer.record import Record

_Answer = Callable[[Sequence[Record], Sequence[Query]], Run]


@dataclass(frozen=True)
class Peer:
    """A peer, with what it answered before."""

    name: str
    settings: dict[str, str]
    answer: _Answer
    cache: Cache = field(repr=False)

    def run(self, task: Task, queries: Sequence[Query]) -> Run:
        """Answer queries of a task, or tell what was answered before."""

        def make(path: Path) -> Run:
            run = self.answer(task.documents, queries)
            path.write_bytes(msgspec.json.encode(run))
            return run

        key = [task.digest(), repr(self.settings), *(f"{query.id}\t{query.text}" for query in queries)]
        return self.cache.entry(f"{task.name}/{self.name}", key, make, kept_answers)


def peers(cache: Cache) -> list[Peer]:
    """All peers; systems are compared with the first."""
    whoosh_settings = {
        "whoosh3": version("whoosh3"),
        "analysis": "StemmingAnalyzer()",
        "fields": "title and abstract as one",
        "query": "QueryParser, group=OrGroup",
        "scoring": "BM25F()",
        "depth": str(DEPTH),
    }
    bm25s_settings = {
        "bm25s": version("bm25s"),
        "PyStemmer": version("PyStemmer"),
        "analysis": "tokenize(stopwords='en', stemmer=Stemmer('english'))",
        "fields": "title and abstract as one",
        "scoring": "BM25()",
        "depth": str(DEPTH),
    }
    return [
        Peer("whoosh", whoosh_settings, _answer_by_whoosh, cache),
        Peer("bm25s", bm25s_settings, _answer_by_bm25s, cache),
    ]


def _text(record: Record) -> str:
    texts = (record.title_en, record.title_zh, record.abstract_en, record.abstract_zh)
    return " ".join(text for text in texts if text)


def _answer_by_whoosh(documents: Sequence[Record], queries: Sequence[Query]) -> Run:
    # One field: with a field each for title and abstract, stock scoring does worse on judged collections (2026-11).
    started = time.perf_counter()
    schema = fields.Schema(name=fields.ID(stored=True), text=fields.TEXT(analyzer=StemmingAnalyzer()))
    index = RamStorage().create_index(schema)
    writer = index.writer()
    for record in documents:
        writer.add_document(name=record.paper_id, text=_text(record))
    writer.commit()
    indexed = time.perf_counter()
    parser = QueryParser("text", schema, plugins=[WhitespacePlugin()], group=OrGroup)
    found = {}
    with index.searcher() as searcher:
        for query in queries:
            hits = searcher.search(parser.parse(query.text), limit=DEPTH)
            found[query.id] = without_seen(query, [hit["name"] for hit in hits])
    return Run(found, indexed - started, time.perf_counter() - indexed)


def _answer_by_bm25s(documents: Sequence[Record], queries: Sequence[Query]) -> Run:
    started = time.perf_counter()
    stemmer = Stemmer.Stemmer("english")

    def tokens(texts: list[str]) -> bm25s.tokenization.Tokenized:
        return bm25s.tokenize(texts, stopwords="en", stemmer=stemmer, show_progress=False)

    retriever = bm25s.BM25()
    retriever.index(tokens([_text(record) for record in documents]), show_progress=False)
    indexed = time.perf_counter()
    depth = min(DEPTH, len(documents))
    answers, scores = retriever.retrieve(tokens([query.text for query in queries]), k=depth, show_progress=False)
    found = {}
    for query, row, row_scores in zip(queries, answers, scores, strict=True):
        # Where fewer documents hold any word, it fills up with some that hold none.
        names = [str(documents[at].paper_id) for at, score in zip(row, row_scores, strict=True) if score > 0]
        found[query.id] = without_seen(query, names)
    return Run(found, indexed - started, time.perf_counter() - indexed)
