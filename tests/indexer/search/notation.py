"""Executed queries in a compact notation, for tests to show what is meant.

`heart` is a stem, `'hearts'` a form, `<fail heart>` and `"failing hearts"` are phrases of them, `a&b`, `a|b` and `-a`
have their parentheses, `{a/b}` are readings of one word, `{heart*}` is a pattern, `near3('a','b')` proximity,
`year=2020`, `date=20200000..20241231` are values. `title:` stands before what is sought in that field only. What only
adds to scores is not shown.
"""

from __future__ import annotations

from indexer.analysis import Channel, TermAt
from indexer.search import query as nodes
from indexer.search.fields import ALL_TEXT, SEARCH_FIELDS
from indexer.search.query import Query

_FIELD_NAMES = {field.fields: field.name for field in SEARCH_FIELDS.values()}


def shown(query: Query) -> str:
    """The query in that notation."""
    if isinstance(query, nodes.Boosted):
        return shown(query.clause)
    if isinstance(query, nodes.Term):
        return _within(query.fields, query.text if query.channel is Channel.WORDS else f"'{query.text}'")
    if isinstance(query, nodes.Phrase):
        inner = _terms(query.terms)
        return _within(query.fields, f"<{inner}>" if query.channel is Channel.WORDS else f'"{inner}"')
    if isinstance(query, nodes.Pattern):
        assert query.channel is Channel.FORMS
        return _within(query.fields, "{" + query.text + "}")
    if isinstance(query, nodes.Near):
        assert query.channel is Channel.FORMS
        return _within(query.fields, f"near{query.gap}({','.join(repr(_terms(part)) for part in query.parts)})")
    if isinstance(query, nodes.Value):
        return f"{query.field}={query.value}"
    if isinstance(query, nodes.Range):
        return f"{query.field}={_end(query.low)}..{_end(query.high)}"
    if isinstance(query, nodes.Not):
        return f"-{shown(query.clause)}"
    if isinstance(query, nodes.And):
        return f"({'&'.join(map(shown, query.clauses))})"
    if isinstance(query, nodes.AnyReading):
        return "{" + "/".join(map(shown, query.clauses)) + "}"
    if isinstance(query, nodes.Or):
        return _years(query) or f"({'|'.join(map(shown, query.clauses))})"
    assert isinstance(query, (nodes.Everything, nodes.Nothing)), query
    return type(query).__name__.lower()


def _end(number: float | None) -> str:
    """An end of a range; `5+` and `5-` are the numbers next to 5."""
    if number is None or number >= 10**6:
        return "" if number is None else str(number)
    beside = number - float(f"{number:g}")
    return f"{number:g}" + ("+" if beside > 0 else "-" if beside < 0 else "")


def _within(fields: tuple[str, ...], inner: str) -> str:
    return inner if fields == ALL_TEXT else f"{_FIELD_NAMES[fields]}:{inner}"


def _terms(terms: tuple[TermAt, ...]) -> str:
    """Terms with an underscore for each position that none of them begins at."""
    end = max(term.offset for term in terms) + 1
    at = {term.offset: term.text for term in terms}
    return " ".join(at.get(offset, "_") for offset in range(end))


def _years(query: nodes.Or) -> str | None:
    years = [int(one.value) for one in query.clauses if isinstance(one, nodes.Value) and one.field == "year"]
    if len(years) == len(query.clauses) and years == list(range(years[0], years[-1] + 1)):
        return f"year={years[0]}..{years[-1]}"
    return None
