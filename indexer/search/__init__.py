"""The search core: from what a person types to what they are shown, whatever engine holds the index.

    text --parse--> Parsed --compile--> Query --engine--> documents, scores, counts --highlight--> Hit

- `hits`: what is asked (`SearchRequest`) and answered (`SearchResult`). `searcher.search` goes from one to the other.
- `parse`, `compile`: the query language, and its words as indexed terms. `grammar` is its grammar, `repair` makes what
  was typed a sentence of it, `fields` knows its fields and PubMed's tags, `values` what is typed for exact values,
  numbers and dates; `history` puts earlier searches in the place of `#1`.
- `expand`: the concepts that a query names, and their other forms. `correct`: what may have been meant instead.
- `query`: the executed query's nodes and what each means. `ranking`: how terms are scored.
- `filters`, `facets`: narrowing, and the counts that show where to narrow.
- `highlight`: matches and passages.
- `engine`: the walls that an engine stands behind (`Engine`, `IndexWriter`). Nothing here imports an engine.
"""
