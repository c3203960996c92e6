"""What all workers have in common, read once: imported by the process that they are copies of, for this effect alone.

A dictionary that each of them would read for itself takes a second or two, and memory of its own.
"""

from __future__ import annotations

from contextlib import suppress

from indexer import analysis, preparing, sources  # noqa: F401  what workers do
from indexer.errors import SettingsError

# A list of words that can't be read is for the worker that needs it to tell.
with suppress(SettingsError):
    analysis.load()
    # The compiled loops, which are read when they are first called.
    analysis.texts_with(list(analysis.term_arrays(["A heart attack,\nor 心肌梗死"]).values()), ascii_only=True)
