"""The embedded engine: a Whoosh index in a directory, one folder for each generation.

- `store`: generations on disk, the pointer to the published one, the build lock.
- `mapping`: the schema's fields as Whoosh fields that index our tokens.
- `writer`: `IndexWriter`. `engine`: `Engine`.
- `columnar`: the index's files, as arrays. `segments`: a generation of them open for reading.
- `evaluate`: query trees as arrays of documents and scores. `columns`: facets and filters.
- `kernels`: the compiled loops of both. `warm`: has them ready before the first search.
"""

from indexer.engines.whoosh.engine import open_engine, rollback
from indexer.engines.whoosh.store import CHECK_SECONDS, published_generation
from indexer.engines.whoosh.writer import open_updater, open_writer

__all__ = ["CHECK_SECONDS", "open_engine", "open_updater", "open_writer", "published_generation", "rollback"]
