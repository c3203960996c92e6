"""Citations: what others need to know of a record to cite it, and how citation styles write it.

- `names`   a name as a record has it -> family and given name, or a name that has no such parts
- `sides`   which language an article is in, and so which of its two titles is its own
- `csl`     a record as CSL-JSON, the form that citation processors read
- `styles`  citations in Vancouver, APA and GB/T 7714, by a CSL processor
- `embedded` what a page tells programs of a record: COinS, Highwire meta tags, schema.org

Pure functions of a record; pages, the endpoint and `indexer.export` use them.
"""

from __future__ import annotations

from indexer.citations.csl import csl_json
from indexer.citations.embedded import coins, highwire, schema_org
from indexer.citations.names import Name, read_name
from indexer.citations.sides import Sides, sides
from indexer.citations.styles import Citation, Style, cite

__all__ = [
    "Citation",
    "Name",
    "Sides",
    "Style",
    "cite",
    "coins",
    "csl_json",
    "highwire",
    "read_name",
    "schema_org",
    "sides",
]
