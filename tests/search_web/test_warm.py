"""What the first search would wait for is there before it."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
from numba.core.dispatcher import Dispatcher
from indexer.analysis import compiled, heads
from indexer.engines import open_engine
from indexer.engines.whoosh import kernels
from indexer.search.compile import Reading, compile_query
from indexer.search.highlight import Highlighter
from indexer.search.hits import SearchRequest
from indexer.search.searcher import search, warm

def loaded():
    loops = [(module, name) for module in (compiled, heads, kernels) for name in dir(module)]
    return {
        (name, str(signature))
        for module, name in loops
        if isinstance(loop := getattr(module, name), Dispatcher)
        for signature in loop.signatures
    }

engine = open_engine(sys.argv[1])
engine.warm()
warm(engine)
before = loaded()
for text in ("heart failure", '"heart failure"', "心肌梗死", '"心肌"', "IL-6", "2型糖尿病", "p < 0.05"):
    search(engine, SearchRequest(text))
# As many words as readers of many pages meet.
highlighter = Highlighter(compile_query("heart", Reading()).query)
highlighter.find([("abstract_en", " ".join(f"heart x{number}" for number in range(10_000)))])
print(sorted(loaded() - before))
"""


def test_the_first_search_loads_no_loop(index: str) -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT, index], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
