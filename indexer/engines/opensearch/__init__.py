"""The engine for more than one machine: an OpenSearch cluster, of release 3 or later.

A location is `opensearch+https://host:9200/name` (`location`), with several hosts between commas. Nothing of
OpenSearch's own analysis is used: it is given the tokens of `indexer.analysis`, and gives back what the embedded engine
gives, documents, scores, counts and orders.

- `location`: what a location says, and credentials, which it never holds. `connection`: requests, and their errors.
- `mapping`: `schema.FIELDS` as a strict mapping, and documents as it takes them. Tokens of a text stand in one string,
  a position a word, stacked ones joined, gaps as placeholders; filters of the index take them apart again.
- `translate`: query trees as OpenSearch's queries. BM25F is worked out by scripts over frequencies and exact lengths,
  since OpenSearch's own forms of it keep lengths in a byte and saturate each field for itself. `statistics`: what those
  scripts need to know of the whole generation, which is asked of the cluster once.
- `facets`: filters and exact counts. `engine`: `Engine`, `writer`: `IndexWriter`.
- `store`: generations. Each is an index of its own, `name.g-<time>-<random>`, never changed once it is published, with
  `….files` beside it for what is no document (`companions`). The alias `name` leads to the published one, the alias
  `name.before` to the one before; both move in one request. `name.lock` holds the one build that may be running.

Since a published generation never changes, a place in a result stays what it is for as long as the generation is there:
cursors and exports go on by the values they are sorted by, on whichever copy of a shard, and need no point in time,
which would go with the node that holds it (2026-11).

Needs the extra `medsearch[opensearch]`; nobody else imports its client.
"""

from indexer.engines.opensearch.engine import open_engine
from indexer.engines.opensearch.store import CHECK_SECONDS, published_generation, rollback
from indexer.engines.opensearch.writer import open_updater, open_writer

__all__ = ["CHECK_SECONDS", "open_engine", "open_updater", "open_writer", "published_generation", "rollback"]
