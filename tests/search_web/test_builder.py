from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_web.builder import FIELDS, MAX_ROWS, OPERATORS, WAYS, Row, read_rows, written


@pytest.mark.parametrize(
    ("rows", "query"),
    [
        ([], ""),
        ([Row(words="  ")], ""),
        ([Row(words="heart failure")], "(heart failure)"),
        ([Row(words="stroke")], "stroke"),
        ([Row(field="title", words="heart failure")], "title:(heart failure)"),
        ([Row(field="title", way="phrase", words='heart "failure')], 'title:"heart failure"'),
        ([Row(field="author", way="any", words="Smith 王")], "author:(Smith OR 王)"),
        ([Row(way="query", words="a OR b"), Row("NOT", words="c")], "(a OR b) AND NOT c"),
        ([Row("NOT", words="c")], "NOT c"),
        ([Row(words="a"), Row("OR", words="b"), Row("OR", words="c")], "a OR b OR c"),
        # Each row is joined to all above it, whatever binds more tightly in the language.
        ([Row(words="a"), Row("OR", words="b"), Row("AND", words="c")], "(a OR b) AND c"),
        ([Row(words="a"), Row("AND", words=""), Row("OR", words="b")], "a OR b"),
        # What has no partner would reach beyond the row.
        ([Row(field="title", words="(a b"), Row(words="c")], "title:(a b) AND c"),
        ([Row(field="title", words='"a b'), Row(words="c")], "title:(a b) AND c"),
        ([Row(field="title", words='"a b"')], 'title:"a b"'),
    ],
)
def test_written(rows: list[Row], query: str) -> None:
    assert written(rows) == query


def test_rows_of_a_form() -> None:
    given_ = {"op": ["AND", "OR"], "field": ["title", "nonsense"], "way": ["any"], "words": ["a b", "c"]}
    assert read_rows(given_) == [Row("AND", "title", "any", "a b"), Row("OR", "all", "all", "c")]
    assert read_rows({}) == []
    assert len(read_rows({"words": ["x"] * 100})) == MAX_ROWS


@given(
    st.lists(
        st.builds(
            Row, st.sampled_from(OPERATORS), st.sampled_from(FIELDS), st.sampled_from(WAYS), st.text(max_size=12)
        ),
        max_size=4,
    )
)
def test_parentheses_and_quotation_marks_have_partners(rows: list[Row]) -> None:
    rows = [row for row in rows if row.way != "query"]
    query = written(rows)
    assert query.count("(") == query.count(")")
    assert query.count('"') % 2 == 0
