"""Records on disk between reading and writing: which of them are one document, and each document's record.

A spool lies in an unnamed temporary file (in TMPDIR), which the system removes even when the build is killed. Memory
grows by about a hundred bytes a record, and later values win however far apart two records of one identity stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

import msgspec

from indexer.record import EncodedRecord, Record, decode_record, encode_record, identity, merge
from indexer.report import EXAMPLES, MergedIdentity

_BLOCK_BYTES = 1 << 20
"""Read at a time."""
_HEAD = 4
"""Bytes before each record, which tell its size."""


def _identified(record: Record) -> Record:
    """A record that was merged of several identities under the one that its own values make."""
    return msgspec.structs.replace(
        record,
        id=identity(
            doi=record.doi,
            pmid=record.pmid,
            pmcid=record.pmcid,
            paper_id=record.paper_id,
            title=record.title_en or record.title_zh,
            journal=record.journal,
        ),
    )


class Spool:
    """Records on disk in the order in which they were read, and which of them are one document.

    Those of one identity are, and those of one PMID: PubMed revises records, and a DOI that it adds makes another
    identity.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._first: dict[bytes, int] = {}
        """By the digest of an identity, where the first record of its document stands."""
        self._first_of_pmid: dict[int, int] = {}
        self._repeats: dict[int, list[int]] = {}
        self._later: set[int] = set()
        self._named: dict[int, MergedIdentity] = {}
        self._offset = 0
        self.taken_back: dict[str, int] = {}
        """PMIDs that a source takes back, and how far the spool had come: what was read before is void."""
        self.records = 0

    @property
    def identities(self) -> int:
        """How many documents the records will be, at most."""
        return self.records - len(self._later)

    def add(self, record: EncodedRecord, position: object) -> bool:
        """Append a record, read at a position to be shown; True where it is of the document of one before."""
        digest, pmid, encoded = record
        first = self._offset
        if pmid is not None:
            first = self._first_of_pmid.setdefault(pmid, self._first.get(digest, first))
        first = self._first.setdefault(digest, first)
        repeated = first != self._offset
        if repeated:
            self._repeats.setdefault(first, []).append(self._offset)
            self._later.add(self._offset)
            if first in self._named or len(self._named) < EXAMPLES:
                named = self._named.setdefault(first, MergedIdentity(decode_record(encoded).id, []))
                named.positions.append(str(position))
        self._file.write(len(encoded).to_bytes(_HEAD, "big"))
        self._file.write(encoded)
        self._offset += _HEAD + len(encoded)
        self.records += 1
        return repeated

    def take_back(self, pmid: str) -> None:
        """Void the records of a PMID that were read so far."""
        self.taken_back[pmid] = self._offset

    def documents(self) -> Iterator[bytes]:
        """The encoded record of each document, in the order in which they were first read, without those taken back."""
        offset = 0
        block = b""
        while offset < self._offset:
            self._file.seek(offset)
            block = self._file.read(max(_BLOCK_BYTES, _HEAD + int.from_bytes(block[:_HEAD], "big")))
            at = 0
            while at + _HEAD <= len(block):
                end = at + _HEAD + int.from_bytes(block[at : at + _HEAD], "big")
                if end > len(block):
                    break
                if offset + at not in self._later:
                    if self.taken_back or offset + at in self._repeats:
                        yield from self._merged(offset + at)
                    else:
                        yield block[at + _HEAD : end]
                at = end
            offset += at
            block = block[at:]

    def _merged(self, first: int) -> Iterator[bytes]:
        """The record of the document that begins there, if something is left of it."""
        parts = [(at, self._at(at)) for at in (first, *self._repeats.get(first, ()))]
        valid = [part for at, part in parts if at >= self.taken_back.get(part.pmid or "", 0)]
        if valid:
            whole = valid[0]
            for later in valid[1:]:
                whole = merge(whole, later)
            yield encode_record(whole if len({part.id for part in valid}) == 1 else _identified(whole)).data

    def merged_examples(self) -> list[MergedIdentity]:
        """The first identities that several records had, with the positions of all but the first."""
        return list(self._named.values())

    def _at(self, offset: int) -> Record:
        self._file.seek(offset)
        return decode_record(self._file.read(int.from_bytes(self._file.read(_HEAD), "big")))
