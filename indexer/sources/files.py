"""Finding and opening files: folders, patterns, zips and gzip.

Whatever their names say, the content decides what they are.
"""

from __future__ import annotations

import codecs
import glob
import gzip
import io
import lzma
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import IO, Union, cast

from indexer.errors import SourceError
from indexer.sources import text
from indexer.sources.formats import FORMATS
from indexer.sources.mapping import check_fields
from indexer.sources.outcomes import Noted, Options, Outcome, Position, Skipped

_HEAD_BYTES = 2**16
_GZIP = b"\x1f\x8b"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_PASSED_OVER = "README, Markdown and hidden files don't count"
_READING_ERRORS = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, NotImplementedError, struct.error)
_ZIP_ERRORS = (*_READING_ERRORS, ValueError, OverflowError)

_Found = Union[Path, Skipped]
"""The path of a regular file, or why there is none where one was found."""


def read(path: str | Path, options: Options | None = None) -> Iterator[Outcome]:
    """What a source holds, read lazily, one file and one record at a time.

    Args:
        path: A file, a folder (with all below it, in the order of names), a pattern with `*`, `?`, `[...]` and `**`, or
            a zip. In folders, patterns and zips hidden files, Markdown and README files are passed over. Files may be
            compressed with gzip.
        options: How to read them.

    Raises:
        SourceError: At once, where nothing can come of it: there is no such file or folder, it can't be opened, no file
            matches the pattern, the folder or zip holds no files, the zip is damaged; or the options map a column to
            what is no field of a record.
    """
    options = options or Options()
    check_fields(options.columns)
    if not str(path):
        raise SourceError("An empty path names no source; name a file, a folder, a pattern or a zip.")
    source = Path(path)
    try:
        source = source.expanduser()
        mode = source.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        if not glob.has_magic(str(source)):
            raise SourceError(f"There is no file or folder {_shown(path)}; check the path.") from None
        found = _matches(str(source), options.leave_out)
        none_found = f"No file matches {_shown(path)}; check the pattern."
    except (OSError, ValueError, RuntimeError) as error:
        raise SourceError(f"{_shown(path)} can't be opened ({_cause(error)}).") from None
    else:
        if not stat.S_ISDIR(mode):
            _check_file(source, mode)
            return _file(source, options)
        try:
            os.scandir(source).close()
        except OSError as error:
            raise SourceError(f"The folder {_shown(path)} can't be opened ({_cause(error)}).") from None
        found = _below(source, options.leave_out, set())
        none_found = f"The folder {_shown(path)} holds no files to read ({_PASSED_OVER})."
    first = next(found, None)
    if first is None:
        raise SourceError(none_found)
    return chain.from_iterable(
        iter((each,)) if isinstance(each, Skipped) else _file(each, options) for each in chain((first,), found)
    )


def _shown(path: str | Path) -> str:
    return str(Position(str(path)))


def _cause(error: BaseException) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__


def _is_passed_over(name: str) -> bool:
    """True for hidden, README and Markdown files, by their name without folders."""
    folded = name.casefold()
    return name.startswith(".") or folded.startswith("readme") or folded.endswith((".md", ".markdown"))


def _check_file(path: Path, mode: int) -> None:
    """Raise SourceError where nothing can be read of the file that was named."""
    if not stat.S_ISREG(mode):
        raise SourceError(f"{_shown(path)} is neither a file nor a folder.")
    try:
        with path.open("rb") as stream:
            if not stream.read(4).startswith(_ZIP):
                return
            with zipfile.ZipFile(stream) as archive:
                empty = not _members(archive)
    except _ZIP_ERRORS as error:
        raise SourceError(f"{_shown(path)} can't be opened ({_cause(error)}).") from None
    if empty:
        raise SourceError(f"The zip {_shown(path)} holds no files to read ({_PASSED_OVER}).")


def _is_left_out(path: Path, leave_out: str | None) -> bool:
    """True for the folder that is not to be entered, which may come to be while a source is read, and all in it."""
    if leave_out is None:
        return False
    folder, here = Path(leave_out).resolve(), path.resolve()
    return folder == here or folder in here.parents


def _matches(pattern: str, leave_out: str | None) -> Iterator[_Found]:
    """The files that match, and those in the folders that match; each once."""
    seen: set[tuple[int, int]] = set()
    # `**` reaches into folders by itself; with another pattern a folder that matches stands for what it holds.
    folders_too = "**" not in pattern
    for match in sorted(glob.iglob(pattern, recursive=True)):  # noqa: PTH207 - Path.glob takes no absolute pattern
        path = Path(match)
        if folders_too or not (path.is_dir() or _is_left_out(path, leave_out)):
            yield from _below(path, leave_out, seen)


def _below(root: Path, leave_out: str | None, seen: set[tuple[int, int]]) -> Iterator[_Found]:
    """The file, or all in the folder, in the order of names; links are followed, a folder is entered once.

    Args:
        root: Of a file or a folder.
        leave_out: The folder that is not entered.
        seen: Device and inode of the folders that were entered.
    """
    waiting = [root]
    while waiting:
        path = waiting.pop()
        try:
            status = path.stat()
            if stat.S_ISDIR(status.st_mode):
                if (status.st_dev, status.st_ino) not in seen and not _is_left_out(path, leave_out):
                    seen.add((status.st_dev, status.st_ino))
                    waiting.extend(sorted((each for each in path.iterdir() if each.name[0] != "."), reverse=True))
            elif _is_passed_over(path.name):
                continue
            elif stat.S_ISREG(status.st_mode):
                yield path
            else:
                yield Skipped(Position(str(path)), "It is no regular file.")
        except OSError as error:
            yield Skipped(Position(str(path)), f"It can't be opened ({_cause(error)}).")


def _buffered(raw: IO[bytes] | io.IOBase) -> io.BufferedReader:
    return io.BufferedReader(cast("io.RawIOBase", raw), _HEAD_BYTES)


def _file(path: Path, options: Options) -> Iterator[Outcome]:
    position = Position(str(path))
    try:
        with _buffered(io.FileIO(path)) as stream:
            if stream.peek(4).startswith(_ZIP):
                yield from _zip(stream, position, options)
            else:
                yield from _content(stream, position, options)
    except _READING_ERRORS as error:
        yield _unreadable(position, error)


def _unreadable(position: Position, error: BaseException) -> Skipped:
    return Skipped(position, f"It can't be read to its end ({_cause(error)}); check or fetch it again.")


def _content(stream: io.BufferedReader, position: Position, options: Options) -> Iterator[Outcome]:
    """What a file holds, in the format that its content shows."""
    if stream.peek(2).startswith(_GZIP):
        stream = _buffered(gzip.GzipFile(fileobj=stream))
    head = stream.peek(_HEAD_BYTES)
    if len(head) < _HEAD_BYTES and not head.strip(codecs.BOM_UTF8 + b" \t\r\n"):
        yield Skipped(position, "It is empty.")
        return
    for form in FORMATS:
        if form.sniff(head):
            if (encoding := text.encoding_of(head)) not in {"UTF-8", "unknown"}:
                yield Noted(position, f"It is in {encoding}, and was read as that.")
            yield from form.read(stream, position, options)
            return
    if head.startswith(_ZIP):
        yield Skipped(position, "It is a zip inside an archive; unpack it.")
    else:
        known = ", ".join(form.name for form in FORMATS)
        yield Skipped(position, f"It is in no known format ({known}).")


def _members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files in a zip that are not passed over, in the order of names."""
    return sorted(
        (
            member
            for member in archive.infolist()
            if not member.is_dir()
            and not _is_passed_over((parts := member.filename.split("/"))[-1])
            and not any(part == "__MACOSX" or (part.startswith(".") and part not in (".", "..")) for part in parts)
        ),
        key=lambda member: member.filename,
    )


def _zip(stream: io.BufferedReader, position: Position, options: Options) -> Iterator[Outcome]:
    try:
        archive = zipfile.ZipFile(stream)
        members = _members(archive)
    except _ZIP_ERRORS as error:
        yield Skipped(position, f"It is a zip that can't be opened ({_cause(error)}); fetch it again.")
        return
    with archive:
        if any(member.filename == "[Content_Types].xml" for member in members):
            yield Skipped(position, "It is an office document; save its records as text.")
        elif not members:
            yield Skipped(position, "It is a zip that holds no files to read.")
        else:
            for member in members:
                yield from _member(archive, member, Position(position.path, member.filename), options)


def _member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, position: Position, options: Options
) -> Iterator[Outcome]:
    if member.flag_bits & 0x1:
        yield Skipped(position, "It is encrypted; unpack the zip with its password and read the folder.")
        return
    try:
        with archive.open(member) as raw, _buffered(raw) as stream:
            yield from _content(stream, position, options)
    except _READING_ERRORS as error:
        yield _unreadable(position, error)
