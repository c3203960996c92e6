"""What the operator says about columns and keys (`--map column=field`): reading it, and looking values up by it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from indexer.errors import RequestError, SourceError
from indexer.sources import text
from indexer.sources.fields import FIELDS
from indexer.sources.objects import JsonObject

_KNOWN_FIELDS = f"the fields are {', '.join(FIELDS)}"


def read_mapping(pairs: Sequence[str]) -> Mapping[str, str]:
    """Columns and the fields that they hold, out of the values of `--map`.

    Args:
        pairs: Each is `column=field`, or the path of a file of such lines, in which blank ones and those that begin
            with `#` don't count.

    Raises:
        RequestError: One is neither, names a field that records don't have, or gives a column a second field; or a file
            can't be read.
    """
    mapping: dict[str, str] = {}
    for pair in pairs:
        column, equals, field = pair.rpartition("=")
        if equals and (field.strip() in FIELDS or not Path(pair).is_file()):
            _add(mapping, column.strip(), field.strip(), f"--map {pair}")
        else:
            for number, line in _lines(pair):
                column, equals, field = line.rpartition("=")
                where = f"{pair}:{number}"
                if not equals:
                    raise RequestError(f"{where}: {line!r} is not column=field.")
                _add(mapping, column.strip(), field.strip(), where)
    return mapping


def _add(mapping: dict[str, str], column: str, field: str, where: str) -> None:
    if not column:
        raise RequestError(f"{where}: no column is named before '='; write column=field.")
    if field not in FIELDS:
        raise RequestError(f"{where}: records have no field {field!r}; {_KNOWN_FIELDS}.")
    if mapping.setdefault(column, field) != field:
        raise RequestError(f"{where}: the column {column!r} is already mapped to {mapping[column]}; map it once.")


def _lines(path: str) -> Iterator[tuple[int, str]]:
    """The lines of a mapping file that count, with their numbers."""
    try:
        with Path(path).open("rb") as raw:
            stream = text.without_mark(raw)
            content = text.decode(stream.read(text.LIMIT_BYTES))
    except (OSError, ValueError) as error:
        raise RequestError(
            f"--map {path}: it is not column=field, and no file of such lines that can be read ({error})."
        ) from None
    if content is None:
        raise RequestError(f"--map {path}: it is neither in UTF-8 nor in UTF-16 or GB18030; save it as UTF-8.")
    for number, line in enumerate(content.splitlines(), 1):
        bare = line.strip()
        if bare and not bare.startswith("#"):
            yield number, bare


def check_fields(columns: Mapping[str, str]) -> None:
    """Refuse a mapping to what is no field of a record.

    Raises:
        SourceError: It is.
    """
    for column, field in columns.items():
        if field not in FIELDS:
            raise SourceError(
                f"The column {column!r} is mapped to {field!r}, which records don't have; {_KNOWN_FIELDS}."
            )


def at(outer: JsonObject, path: str) -> object:
    """What stands in an object under a key, or under a path of keys (`journal.name`); None where nothing does.

    On the way lists are gone through: `authors.name` is the list of the authors' names.
    """
    if path in outer:
        return outer[path]
    value: object = outer
    for key in path.split("."):
        value = _under(value, key)
    return value


def _under(value: object, key: str) -> object:
    if isinstance(value, dict):
        return value.get(key)
    if isinstance(value, list):
        return [member[key] for member in value if isinstance(member, dict) and key in member] or None
    return None


def missing(columns: Iterable[str], there: Iterable[str]) -> str:
    """A sentence on mapped columns or keys that a file has not, naming those that it has."""
    names = [repr(name) for name in sorted(columns)]
    none = " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
    has = ", ".join(shown(name) for name in there)
    return f"It has no {none}, which the mapping (--map) names; it has {has or 'none at all'}."


def shown(name: str) -> str:
    """A column's name for a message: short, and in printable characters."""
    printable = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in name)
    return printable if len(printable) <= 60 else f"{printable[:60]}…"
