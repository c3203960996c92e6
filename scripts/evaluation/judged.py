"""Collections that others judged: a folder with `corpus.jsonl.gz`, `queries.tsv` and `qrels.txt` (TREC form)."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from pathlib import Path

from evaluation.tasks import Query, Task, document
from evaluation.texts import plain_words

MEASURES = ("nDCG@10", "AP", "R@100", "RR")


def folders(data: Path) -> list[Path]:
    """The collections under a folder of data, by name."""
    return sorted(path.parent for path in (data / "collections").glob("*/qrels.txt"))


def read(folder: Path) -> Task:
    """The task of a collection: its documents are English records, with a title where they have one."""
    with gzip.open(folder / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        given = [json.loads(line) for line in lines]
    made = [document(one["id"], title_en=one["title"], abstract_en=one["abstract"]) for one in given]
    documents = tuple(record for record in made if record is not None)
    relevant: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for line in (folder / "qrels.txt").read_text(encoding="utf-8").splitlines():
        query, _, name, grade = line.split()
        if int(grade) > 0:
            relevant[query][name] = int(grade)
    rows = (line.split("\t", 1) for line in (folder / "queries.tsv").read_text(encoding="utf-8").splitlines())
    queries = tuple(Query(name, plain_words(text), relevant[name]) for name, text in rows if name in relevant)
    return Task(folder.name, f"the judged collection {folder.name}", documents, queries, MEASURES)
