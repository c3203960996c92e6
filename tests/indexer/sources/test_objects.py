"""Objects out of JSON: the short way reads what the long one reads, or leaves it to that."""

from __future__ import annotations

import pytest

from indexer.errors import RecordError
from indexer.sources.objects import plain_object, split_object


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "b": [true, null, "\\u00e9\\n", {"c": -0.5e3}]}',
        '  {"a": "肺癌", "a": "twice"}  ',
        "{}",
        '{"pmid": 123456789012345678901234567890}',
    ],
)
def test_they_agree(text: str) -> None:
    assert plain_object(text.encode()) == split_object(text)[0]


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "a\nbroken line"}',
        '{"a": "half of a pair \\ud800"}',
        '{"a": 1e999}',
        '{"a": [{"b": 1234567890123456789012345678901}]}',
        '{"a": 1} and more',
        "[]",
        "7",
        "",
        '{"a": ',
    ],
)
def test_what_the_long_way_is_for(text: str) -> None:
    assert plain_object(text.encode()) is None


def test_what_is_no_utf_8() -> None:
    assert plain_object('{"a": "肺癌"}'.encode("gb18030")) is None
    assert plain_object(b'{"a": "\xff"}') is None


def test_deep_nesting_is_refused_by_both() -> None:
    deep = '{"a":' * 5000 + "1" + "}" * 5000
    assert plain_object(deep.encode()) is None
    with pytest.raises(RecordError, match="too deeply"):
        split_object(deep)
