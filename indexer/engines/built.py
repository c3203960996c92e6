"""Whether this version of medsearch can read what a generation holds."""

from __future__ import annotations

from indexer import analysis, schema
from indexer.errors import IndexMismatchError
from indexer.search.engine import Manifest


def check_built_with(manifest: Manifest, location: str) -> None:
    """Make sure that an index was built with this schema and this analysis.

    Raises:
        IndexMismatchError: it was not.
    """
    for what, built, now in (
        ("schema", manifest.schema, schema.fingerprint()),
        ("dictionary", manifest.analysis, analysis.fingerprint()),
    ):
        if built != now:
            raise IndexMismatchError(
                f"the index in {location} was built with another {what} ({built}, and this version has {now}): "
                f"rebuild it with medsearch build SOURCE --index {location}"
            )
