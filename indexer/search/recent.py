"""What was worked out of recent queries: people turn pages and choose filters, and ask for the same words each time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

MOST = 512
"""Queries of each generation that are remembered."""
LONGEST = 1000
"""Characters of a query that is remembered."""

T = TypeVar("T")


class Recent(Generic[T]):
    """Remembers what is worked out of a query's text with a lexicon, as long as that is in use. Safe among threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: WeakKeyDictionary[object, dict[Hashable, T]] = WeakKeyDictionary()

    def of(self, lexicon: object, text: str, rest: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives for a text, which nothing but the lexicon and the `rest` may decide besides."""
        if len(text) > LONGEST:
            return make()
        key = text, rest
        with self._lock:
            known = self._known.setdefault(lexicon, {})
            if key in known:
                # What was asked for last is forgotten last.
                found = known[key] = known.pop(key)
                return found
        made = make()
        with self._lock:
            known[key] = made
            if len(known) > MOST:
                known.pop(next(iter(known)))
        return made
