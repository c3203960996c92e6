"""What reading a source yields, and what a format is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BufferedReader
from typing import Protocol, TypeVar, Union

from indexer.record import EncodedRecord, Record, decode_record, encode_record

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Position:
    """Where in a source something stands."""

    path: str
    member: str | None = None
    """The name inside a zip."""
    line: int | None = None
    """1-based; None where the file as a whole is meant."""

    def of_line(self, line: int) -> Position:
        """The line of this number in the same file."""
        return Position(self.path, self.member, line)

    def __str__(self) -> str:
        """As `records.zip!a/b.txt` or `all.jsonl:17`; what a terminal can't show is replaced."""
        name = self.path if self.member is None else f"{self.path}!{self.member}"
        shown = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in name)
        return shown if self.line is None else f"{shown}:{self.line}"


class Read:
    """A record, and where it was read.

    Who keeps records asks for the encoded one, which is all that comes from another process. The other of the two is
    made each time it is asked for, so who needs it twice keeps it. Not to be changed: what is equal has an equal record
    and position, and is hashed by its position.
    """

    def __init__(self, record: Record | EncodedRecord, position: Position) -> None:
        self._given = record
        self.position = position

    @property
    def record(self) -> Record:
        """The record."""
        given = self._given
        return decode_record(given.data) if isinstance(given, EncodedRecord) else given

    @property
    def encoded(self) -> EncodedRecord:
        """The same, as it is kept."""
        given = self._given
        return given if isinstance(given, EncodedRecord) else encode_record(given)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Read):
            return NotImplemented
        return self.record == other.record and self.position == other.position

    def __hash__(self) -> int:
        return hash(self.position)

    def __repr__(self) -> str:
        return f"Read({self.record!r}, {self.position!r})"


@dataclass(frozen=True)
class Skipped:
    """Something that gave no record, where it stands and why."""

    position: Position
    reason: str
    """A sentence for the operator: what was wrong, and what to do where something can be done."""


@dataclass(frozen=True)
class Deleted:
    """An article that the source takes back, by its PMID (PubMed's DeleteCitation)."""

    pmid: str
    position: Position


@dataclass(frozen=True)
class Noted:
    """Something odd in a record or file that was read all the same, for the report."""

    position: Position
    what: str
    """A sentence for the operator, as for what is skipped."""


Outcome = Union[Read, Skipped, Deleted, Noted]


class Each(Protocol):
    """As `map`, of a function that is yet to be made: in this process, or in others as well."""

    def __call__(self, make: Callable[[], Callable[[_Item], _Result]], items: Iterable[_Item]) -> Iterator[_Result]:
        """The results, in the order of the items. `make`, items and results can be pickled."""


def here(make: Callable[[], Callable[[_Item], _Result]], items: Iterable[_Item]) -> Iterator[_Result]:
    """`Each` in this process."""
    return map(make(), items)


@dataclass(frozen=True)
class Options:
    """How the operator wants sources to be read."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """Names of columns or keys, as the file spells them, and the record's fields that they hold."""
    leave_out: str | None = None
    """A folder that is not entered where it lies in a source: the index that is built."""
    each: Each = here
    """How blocks of a file are read that do not depend on one another."""


@dataclass(frozen=True)
class Format:
    """A file format: how its content is recognised and read. Each module of a format offers one."""

    name: str
    sniff: Callable[[bytes], bool]
    """True where the first bytes of a file, uncompressed and at most 64 KiB, are of this format."""
    read: Callable[[BufferedReader, Position, Options], Iterator[Outcome]]
    """Reads a file from its beginning. It may raise what reading the stream raises (OSError, EOFError, zlib.error)."""
