"""The lexicon that every build begins with: of our own terms, made once and kept for this user's further builds.

It takes seconds to make, and is the same as long as the program, its libraries and the operator's word lists are. Where
it can't be kept it is made for each process.
"""

from __future__ import annotations

import hashlib
import tempfile
from contextlib import closing, suppress
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from indexer import __version__, analysis, terms
from indexer.config import cache_folder
from indexer.terms.lexicon.writer import LexiconWriter
from indexer.terms.ours import ours

_PREFIX = "terms-"
_MOST_KEPT = 4
"""Of several versions of the program, or lists of words."""
_DIGEST_BYTES = 32

_held: dict[str, bytes] = {}
"""By what they depend on, the lexicons that this process has made or read."""


def write_first(path: Path) -> None:
    """Write a lexicon of our own terms, and nothing else, to a file.

    Raises:
        TermTableError: a file of ours has a line that can't be used.
        BuildError: the file can't be written.
        OSError: likewise.
    """
    key = _key()
    lexicon = _held.get(key) or _kept(key)
    if lexicon is None:
        with closing(LexiconWriter(path)) as writer:
            writer.add_concepts(ours())
            writer.finish()
        lexicon = path.read_bytes()
        _keep(key, lexicon)
    else:
        path.write_bytes(lexicon)
    _held[key] = lexicon


def _key() -> str:
    """What changes with all that the lexicon depends on."""
    return hashlib.sha256(f"{analysis.fingerprint()} {_program()}".encode()).hexdigest()[:32]


@lru_cache(maxsize=1)
def _program() -> str:
    """What changes with the program and its data; a fingerprint tells of the rules of analysis, not of their code."""
    digest = hashlib.sha256(f"{__version__} {version('pypinyin')}".encode())
    for package in (analysis, terms):
        folder = Path(str(package.__file__)).parent
        for file in sorted(path for pattern in ("*.py", "*.txt", "*.tsv") for path in folder.rglob(pattern)):
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _kept(key: str) -> bytes | None:
    """What `_keep` wrote; None where that is not there, or not whole."""
    with suppress(OSError, RuntimeError):
        data = (cache_folder() / f"{_PREFIX}{key}").read_bytes()
        digest, lexicon = data[:_DIGEST_BYTES], data[_DIGEST_BYTES:]
        if hashlib.sha256(lexicon).digest() == digest:
            return lexicon
    return None


def _keep(key: str, lexicon: bytes) -> None:
    # Whoever can't keep it makes it again; a home that can't be found is a RuntimeError.
    with suppress(OSError, RuntimeError):
        folder = cache_folder()
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=_PREFIX, delete=False) as file:
            file.write(hashlib.sha256(lexicon).digest() + lexicon)
        Path(file.name).replace(folder / f"{_PREFIX}{key}")
        for old in sorted(folder.glob(f"{_PREFIX}*"), key=_age)[_MOST_KEPT:]:
            old.unlink()


def _age(path: Path) -> float:
    return -path.stat().st_mtime
