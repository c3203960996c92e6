"""What the tests of formats of tagged lines share."""

import io

from indexer.record import Record
from indexer.sources import Options, Outcome, Position, Read, Skipped
from indexer.sources.formats import FORMATS
from indexer.sources.outcomes import Format


def outcomes(form: Format, content: str | bytes, encoding: str = "utf-8") -> list[Outcome]:
    """What a format reads out of a file of the content, whose beginning it must recognise as the first of all."""
    data = content if isinstance(content, bytes) else content.encode(encoding)
    head = data[: 2**16]
    assert next((each.name for each in FORMATS if each.sniff(head)), None) == form.name
    return unsniffed(form, data)


def unsniffed(form: Format, data: bytes) -> list[Outcome]:
    return list(form.read(io.BufferedReader(io.BytesIO(data)), Position("f"), Options()))


def records(form: Format, content: str | bytes, encoding: str = "utf-8") -> list[Record]:
    """The records of a file in which nothing may be odd."""
    found = outcomes(form, content, encoding)
    assert [each for each in found if not isinstance(each, Read)] == []
    return [each.record for each in found]


def only(form: Format, content: str | bytes, encoding: str = "utf-8") -> Record:
    (found,) = records(form, content, encoding)
    return found


def outline(form: Format, content: str | bytes) -> list[tuple[int | None, str]]:
    """Line and title or reason of every outcome."""
    found = []
    for each in outcomes(form, content):
        assert isinstance(each, (Read, Skipped))
        what = (each.record.title_en or each.record.title_zh) if isinstance(each, Read) else each.reason
        found.append((each.position.line, what))
    return found
