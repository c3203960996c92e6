"""No search waits for a compiler: what evaluation compiles, `warm` has compiled before."""

from __future__ import annotations

import json
import random
import subprocess
import sys

from numba.core.dispatcher import Dispatcher

from indexer import schema
from indexer.engines.whoosh import kernels
from indexer.search.engine import Plan, Sort
from indexer.search.filters import UNKNOWN, Filters, Span
from tests.engines.whoosh.conftest import Written
from tests.engines.whoosh.test_differential import random_tree

WARMED = """
import json
from indexer.engines.whoosh import kernels, warm
from numba.core.dispatcher import Dispatcher
warm.warm()
print(json.dumps({name: sorted(map(str, loop.signatures)) for name, loop in vars(kernels).items()
                  if isinstance(loop, Dispatcher)}))
"""


def test_warming_compiles_all_that_searches_call(written: Written) -> None:
    rng = random.Random(3)
    filters = [
        Filters(),
        Filters({"type": ("Review", UNKNOWN), "quartile": ("Q1",)}),
        Filters({"year": (Span(2019, 2021),), "journal": ("Annals of Heart",)}),
    ]
    for number in range(300):
        query, preferred = random_tree(rng, written, 2), random_tree(rng, written, 1) if number % 3 else None
        sort = rng.choice(list(Sort))
        plan = Plan(query, preferred=preferred, filters=rng.choice(filters), facets=schema.FACETS, sort=sort, limit=3)
        hits = written.engine.search(plan).hits
        if hits:
            written.engine.search(Plan(query, preferred=preferred, sort=sort, after=hits[-1].place))

    printed = subprocess.run([sys.executable, "-c", WARMED], capture_output=True, check=True, text=True).stdout
    warmed = json.loads(printed)
    for name, loop in vars(kernels).items():
        # Those with an underscore are called by others alone, and are a part of what these compile to.
        if isinstance(loop, Dispatcher) and not name.startswith("_"):
            assert set(map(str, loop.signatures)) <= set(warmed[name]), name
            assert warmed[name], f"nothing calls {name}"
