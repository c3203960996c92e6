"""Settings that have a default. Each can be given on the command line or in the environment."""

import os
from pathlib import Path

DEFAULT_INDEX = "index"
"""The index's location, relative to the working directory; MEDSEARCH_INDEX names another."""
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000
DEFAULT_THREADS = 4

WORDS_VARIABLE = "MEDSEARCH_WORDS"


def word_files() -> tuple[Path, ...]:
    """The operator's lists of Chinese words, from the environment: paths between `os.pathsep`; none by default."""
    return tuple(Path(name) for name in os.environ.get(WORDS_VARIABLE, "").split(os.pathsep) if name.strip())


def cache_folder() -> Path:
    """Where this user's copies of what can be fetched or made again are kept."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "medsearch"
