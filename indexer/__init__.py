"""What is written to, and read from, the index. Knows no Flask.

    sources -> Record -> build -> schema.index_documents -> engine's writer -> a published generation
    text -> search.searcher -> engine -> SearchResult

- `record`: the one shape of an article. `sources`: files -> records. `journals`: what is known of journals.
- `analysis`: text -> tokens, the same for index and query. `schema`: the table of fields, record -> document.
- `search`: the engine-neutral search core. `engines`: what holds an index.
- `build`: sources into a published index, with a report. `cli`: the `medsearch` command.
"""

__version__ = "0.1.0"
