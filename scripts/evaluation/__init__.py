"""Evaluation: how well the engine finds what people judged relevant, beside plain peers in the same run.

A **task** is documents, queries, and which documents are relevant to each query (`tasks`). A **system** answers a
task's queries with a **run**: for each query the identities of documents, best first (`systems`). Runs are measured
against the judgments, and compared query by query with another system's (`measures`).

- `texts`      query text as plain words, and texts of files as records may hold them
- `tasks`      what a task is
- `judged`     collections that others judged
- `bilingual`  tasks across languages, made of records that have both
- `systems`    what a system is, and where runs and indexes are kept between evaluations
- `ours`       the engine itself, its variants of the ranking, and terms learned from other records
- `peers`      stock Whoosh and bm25s
- `measures`   measures, intervals and significance
- `report`     the table and the JSON

Used by `scripts/evaluate.py`, and needs the extra `bench`.
"""
