"""Generations on disk.

    INDEX/CURRENT            the names of the published generation and of the one before, replaced atomically
    INDEX/LOCK               held by the build that is running
    INDEX/g-<time>-<random>/ a generation: whoosh/ manifest.json journals.json journal-tables.bin
                             report.json lexicon.sqlite

The published generation and the one before it are kept, also while a build makes a third, so that one that fails costs
nothing; a build removes the others when it begins and when it has published, among them what a killed build has left.
Readers of a removed generation go on reading: the system keeps its files until they are closed.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from indexer.errors import BuildError, IndexDamagedError, IndexMismatchError, IndexMissingError
from indexer.search.engine import Manifest

CHECK_SECONDS = 0.0
"""How often it is worth looking whether another generation was published: always, since that is reading one line."""
POINTER = "CURRENT"
LOCK = "LOCK"
_GENERATION = re.compile(r"g-\d{8}T\d{6}-[0-9a-f]{8}")
MANIFEST = "manifest.json"
JOURNALS = "journals.json"
TABLES = "journal-tables.bin"
REPORT = "report.json"
LEXICON = "lexicon.sqlite"
POSTINGS = "whoosh"


def published_generation(location: str) -> str | None:
    """The name of the published generation; None where there is none."""
    return _pointer(location)[0]


def _pointer(location: str) -> tuple[str | None, str | None]:
    """The names of the published generation and of the one before."""
    try:
        # Every request asks, and a Path takes as long again.
        with open(os.path.join(location, POINTER), encoding="utf-8") as file:  # noqa: PTH118, PTH123
            text = file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None, None
    except (OSError, UnicodeDecodeError) as error:
        raise IndexDamagedError(f"can't read {Path(location) / POINTER}: {error}; rebuild the index") from error
    published, before = (*text.split("\n"), "", "")[:2]
    return published.strip() or None, before.strip() or None


def _point(location: Path, published: str, before: str | None) -> None:
    """Lead readers to a generation, in one step that a crash can't split."""
    pointer = location / f"{POINTER}.{published}"
    pointer.write_text(f"{published}\n{before or ''}\n", encoding="utf-8")
    _sync(pointer)
    pointer.replace(location / POINTER)


def rollback(location: str, check: Callable[[Path], None]) -> Path:
    """Make the generation before the published one the published one, and that one the one before; gives its folder.

    Args:
        location: Of both.
        check: Raises where the folder that it is given holds no generation that could be read.

    Raises:
        BuildError: a build is running.
        IndexMissingError: there is no generation before.
    """
    published_folder(location)  # a place without an index is not made into one
    lock = _locked(Path(location))
    try:
        published, before = _pointer(location)
        folder = Path(location) / (before or "")
        if published is None or not _GENERATION.fullmatch(before or "") or not folder.is_dir():
            raise IndexMissingError(f"there is no generation before the published one at {location}")
        check(folder)
        _point(Path(location), folder.name, published)
    finally:
        lock.release()
    return folder


def _locked(location: Path) -> FileLock:
    """The location's lock, which one build can have.

    Raises:
        BuildError: another build has it, or the place can't be written.
    """
    try:
        location.mkdir(parents=True, exist_ok=True)
        lock = FileLock(location / LOCK)
        lock.acquire(blocking=False)
    except Timeout as error:
        raise BuildError(f"another build is writing to {location}; wait until it has ended") from error
    except OSError as error:
        raise BuildError(f"can't write to {location}: {error.strerror or error}; choose another --index") from error
    return lock


def published_folder(location: str) -> Path:
    """The folder of the published generation.

    Raises:
        IndexMissingError: nothing is published at the location.
        IndexDamagedError: the pointer names a generation that is not there.
    """
    name = published_generation(location)
    if name is None:
        raise IndexMissingError(
            f"there is no index at {location}; build one with: medsearch build SOURCE --index {location}"
        )
    folder = Path(location) / name
    if not _GENERATION.fullmatch(name) or not folder.is_dir():
        raise IndexDamagedError(f"{Path(location) / POINTER} names {name!r}, which is not there; rebuild the index")
    return folder


def read_manifest(folder: Path) -> Manifest:
    """What a generation says of itself.

    Raises:
        IndexMismatchError: it was written by another version.
        IndexDamagedError: it can't be read.
    """
    try:
        return msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except msgspec.ValidationError as error:
        raise IndexMismatchError(f"the index in {folder.parent} is of another version ({error}); rebuild it") from error
    except (OSError, msgspec.DecodeError) as error:
        raise IndexDamagedError(f"can't read {folder / MANIFEST}: {error}; rebuild the index") from error


class Generation:
    """A generation in the making: a locked location and a new folder in it."""

    def __init__(self, location: str) -> None:
        self._location = Path(location)
        self._lock = _locked(self._location)
        try:
            self._published, before = _pointer(location)
            self._remove_all_but({self._published, before})
        except IndexDamagedError:
            # Which of the generations was published can't be known, so all stay until the new one is.
            self._published = None
        now = datetime.now(timezone.utc)
        self.name = f"g-{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
        self.folder = self._location / self.name
        try:
            (self.folder / POSTINGS).mkdir(parents=True)
        except OSError as error:
            self._lock.release()
            raise BuildError(f"can't write to {location}: {error.strerror or error}; choose another --index") from error

    def begin_with(self, folder: Path) -> None:
        """Take over the postings of another generation.

        Whoosh never changes a file that it has written, so both generations can share them; where the file system has
        no hard links they are copied.
        """
        for path in (folder / POSTINGS).iterdir():
            if path.name.endswith("LOCK"):
                continue
            target = self.folder / POSTINGS / path.name
            try:
                os.link(path, target)
            except OSError:
                shutil.copyfile(path, target)

    def write(self, name: str, content: bytes) -> None:
        """Write a file of the generation."""
        (self.folder / name).write_bytes(content)

    def publish(self) -> None:
        """Make this the generation that readers open, in one step that a crash can't split."""
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                _sync(path)
        for folder in (self.folder / POSTINGS, self.folder, self._location):
            _sync(folder)
        _point(self._location, self.name, self._published)
        # It is published now; what follows tidies up, and fails without harm.
        with suppress(OSError):
            _sync(self._location)
            self._remove_all_but({self.name, self._published})

    def close(self) -> None:
        """Let others build here. The folder is removed unless it has been published."""
        try:
            published = published_generation(str(self._location)) == self.name
        except IndexDamagedError:
            published = False
        if not published:
            shutil.rmtree(self.folder, ignore_errors=True)
        self._lock.release()

    def _remove_all_but(self, kept: set[str | None]) -> None:
        """Remove generations and half-written pointers that nothing leads to; only the holder of the lock may."""
        for path in self._location.iterdir():
            if path.name in kept:
                continue
            if _GENERATION.fullmatch(path.name) and path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            elif path.name.startswith(f"{POINTER}."):
                path.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """Wait until the disk holds a file or a folder's entries."""
    if path.is_dir() and os.name == "nt":
        return  # Windows can't open a folder, and needs no such call
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
