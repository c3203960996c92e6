"""Segments as Whoosh's table of contents keeps them, and the indexes that commit generations of them.

An index made by `create_in` or opened by `open_dir` of this module writes by this package's codec and, at each commit,
the file that names the segments without pickle (`layout.open_generation`). A commit by a writer of Whoosh's own that
was given the codec lacks that file; `ColumnarIndex.describe` writes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from whoosh.codec import base
from whoosh.fields import Schema
from whoosh.filedb.filestore import FileStorage, Storage
from whoosh.index import TOC, FileIndex, clean_files
from whoosh.writing import IndexWriter

from indexer.engines.whoosh.columnar import container, layout
from indexer.engines.whoosh.columnar.errors import UnsupportedError


class ColumnarSegment(base.Segment):  # type: ignore[misc]
    """A segment of this package's files."""

    def __init__(self, indexname: str) -> None:
        super().__init__(indexname)
        self._doccount = 0
        self._deleted: set[int] = set()

    def codec(self) -> base.Codec:
        """The codec that reads it."""
        from indexer.engines.whoosh.columnar.codec import ColumnarCodec  # noqa: PLC0415 - it imports this module

        return ColumnarCodec()

    def should_assemble(self) -> bool:
        """Its files are mapped one by one and never put into one."""
        return False

    def set_doc_count(self, doccount: int) -> None:
        """Say how many documents it has."""
        self._doccount = doccount

    def doc_count_all(self) -> int:
        """Documents, deleted ones included."""
        return self._doccount

    def deleted_count(self) -> int:
        """Deleted documents."""
        return len(self._deleted)

    def deleted_docs(self) -> Iterator[int]:
        """The deleted documents."""
        return iter(self._deleted)

    def is_deleted(self, docnum: int) -> bool:
        """Whether a document is deleted."""
        return docnum in self._deleted

    def delete_document(self, docnum: int, delete: bool = True) -> None:  # noqa: FBT001, FBT002 - Whoosh's signature
        """Delete a document, or bring it back."""
        if delete:
            self._deleted.add(docnum)
        else:
            self._deleted.discard(docnum)

    def deleted_mask(self) -> npt.NDArray[np.bool_]:
        """For each document, whether it is deleted."""
        mask = np.zeros(self._doccount, dtype=np.bool_)
        mask[np.fromiter(self._deleted, dtype=np.int64, count=len(self._deleted))] = True
        return mask


def folder_of(storage: Storage) -> Path:
    """The folder of an index.

    Raises:
        UnsupportedError: the index is not in a folder.
    """
    if not isinstance(storage, FileStorage):
        raise UnsupportedError(f"columnar indexes are mapped from a folder; they can't be kept in {storage!r}")
    return Path(storage.folder)


def commit_generation(
    storage: Storage, index_name: str, schema: Schema, number: int, segments: Sequence[ColumnarSegment]
) -> None:
    """Commit segments as the generation of an index, and remove what no generation needs any more.

    Readers of the generation before keep what they have mapped.
    """
    write_generation(folder_of(storage), index_name, number, segments)
    TOC(schema, list(segments), number).write(storage, index_name)
    clean_files(storage, index_name, number, segments)
    remove_generations(folder_of(storage), index_name, number)


def write_generation(folder: Path, index_name: str, number: int, segments: Iterable[base.Segment]) -> None:
    """Write the file that `layout.open_generation` opens."""
    names = []
    arrays: dict[str, container.Array] = {}
    for segment in segments:
        if not isinstance(segment, ColumnarSegment):
            raise UnsupportedError(
                f"the index in {folder} has a segment of Whoosh's own, {segment!r}; rebuild it with this codec"
            )
        names.append(segment.segment_id())
        if segment.has_deletions():
            arrays[f"deleted:{segment.segment_id()}"] = np.packbits(segment.deleted_mask(), bitorder="little")
    path = layout.generation_file(folder, index_name, number)
    unfinished = path.with_suffix(".unfinished")
    container.write(unfinished, layout.SEGMENTS, arrays, {"segments": names})
    unfinished.replace(path)


def remove_generations(folder: Path, index_name: str, number: int) -> None:
    """Remove the files of all generations but one."""
    pattern = re.compile(rf"_{re.escape(index_name)}_(\d+)\.(segments|unfinished)")
    for path in folder.iterdir():
        if (found := pattern.fullmatch(path.name)) and int(found[1]) != number:
            path.unlink(missing_ok=True)


class ColumnarIndex(FileIndex):  # type: ignore[misc]
    """An index whose writers write columnar segments."""

    def writer(self, procs: int = 1, **kwargs: Any) -> IndexWriter:  # noqa: ANN401 - Whoosh's own
        """A writer with Whoosh's own interface, posting by posting; `inverter.BatchWriter` is the fast one."""
        from indexer.engines.whoosh.columnar.codec import ColumnarWriter  # noqa: PLC0415 - it imports this module

        if procs > 1:
            raise UnsupportedError("a columnar index has no writer of several processes; use one")
        return ColumnarWriter(self, **kwargs)

    def describe(self) -> None:
        """Write what `layout.open_generation` opens, for a commit by a writer of Whoosh's own."""
        toc = self._read_toc()
        write_generation(folder_of(self.storage), self.indexname, toc.generation, toc.segments)


def create_in(folder: Path, schema: Schema, indexname: str = "MAIN") -> ColumnarIndex:
    """A new, empty index in an existing folder."""
    storage = FileStorage(str(folder))
    TOC.create(storage, schema, indexname)
    remove_generations(folder, indexname, -1)
    write_generation(folder, indexname, 0, [])
    return ColumnarIndex(storage, indexname=indexname)


def open_dir(folder: Path, indexname: str = "MAIN", *, readonly: bool = False) -> ColumnarIndex:
    """An index in a folder, by its table of contents, which Whoosh unpickles: open only what you trust."""
    return ColumnarIndex(FileStorage(str(folder), readonly=readonly), indexname=indexname)
