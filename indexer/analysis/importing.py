"""Loading a library without a module that it can do without, and that takes longer than all else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without(module: str) -> Iterator[None]:
    """Imports within take a module for one that is not installed, unless it is loaded already.

    What is imported so is loaded for this process: use it for libraries whose parts that need the module nobody asks
    for. It is for the time of imports, in which no other thread looks for the module.
    """
    if module in sys.modules:
        yield
        return
    # As the import system reads it: there is no such module.
    sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[module]
