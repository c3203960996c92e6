"""Random searches whose words, values and identities are those of some records, so that they find something."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from indexer import analysis, schema
from indexer.analysis import Channel, TermAt, Token
from indexer.record import Record
from indexer.schema import Kind, Values
from indexer.search.engine import Sort
from indexer.search.filters import UNKNOWN, Choice, Filters, Span
from indexer.search.query import (
    And,
    AnyReading,
    AtLeast,
    Boosted,
    Everything,
    Identity,
    Near,
    Not,
    Nothing,
    Or,
    Pattern,
    Phrase,
    Query,
    Range,
    Synonyms,
    Term,
    Value,
    Weighted,
)

T = TypeVar("T")

MOST_RECORDS = 500
"""Records that words are drawn from; analysing all would take longer than asking."""
DEPTH = 3
"""Of trees."""
_FIELDS = tuple(field.name for field in schema.TEXT_FIELDS)
_SOME_FIELDS = (_FIELDS, ("title_en", "title_zh"), ("abstract_en", "abstract_zh"))
_EXACT = tuple(field.name for field in schema.FIELDS if field.kind is Kind.VALUE)
_NUMBERS = tuple(field.name for field in schema.FIELDS if field.sortable)


@dataclass(frozen=True)
class Asked:
    """A search: a tree, or a text that is typed."""

    query: Query | str
    filters: Filters
    preferred: Query | None = None
    sort: Sort = Sort.RELEVANCE


@dataclass(frozen=True)
class _Text:
    """A text of a record, and its tokens in a channel."""

    field: str
    channel: Channel
    text: str
    tokens: Sequence[Token]


def draw(records: Sequence[Record], count: int, seed: int) -> Iterator[Asked]:
    """So many searches; the same of the same records and seed."""
    drawn = _Drawn(records, random.Random(seed))  # noqa: S311 - nothing is secret here
    return (drawn.asked() for _ in range(count))


class _Drawn:
    def __init__(self, records: Sequence[Record], rng: random.Random) -> None:
        self._rng = rng
        some = rng.sample(records, min(MOST_RECORDS, len(records)))
        self._identities = [record.id for record in some]
        self._values: list[dict[str, Values]] = list(schema.index_documents(some).values)
        self._texts = [
            _Text(field.name, channel, text, tokens)
            for record in some
            for field in schema.TEXT_FIELDS
            for text in map(str, field.read(record))
            for channel in Channel
            if (tokens := analysis.tokens(text, channel))
        ]

    def asked(self) -> Asked:
        filters = self._filters() if self._rng.random() < 0.6 else Filters()
        if self._rng.random() < 0.25:
            return Asked(self._typed(2), filters)
        preferred = self._tree(1) if self._rng.random() < 0.15 else None
        return Asked(self._tree(DEPTH), filters, preferred, self._one(list(Sort)))

    def _one(self, of: Sequence[T]) -> T:
        return self._rng.choice(of)

    def _text(self, least: int = 1, channel: Channel | None = None) -> _Text:
        """A text with so many tokens, where one was met."""
        for _ in range(200):
            text = self._one(self._texts)
            if len(text.tokens) >= least and channel in {None, text.channel}:
                return text
        return text

    def _fields(self, text: _Text) -> tuple[str, ...]:
        return self._one([*_SOME_FIELDS, (text.field,)])

    def _tree(self, depth: int) -> Query:
        if depth == 0 or self._rng.random() < 0.25:
            return self._one(self._leaves)(self)
        return self._one(self._branches)(self, depth - 1)

    def _some(self, depth: int) -> tuple[Query, ...]:
        return tuple(self._tree(depth) for _ in range(self._rng.randint(1, 4)))

    def _term(self) -> Query:
        text = self._text()
        return Term(self._fields(text), text.channel, self._one(text.tokens).text)

    def _phrase(self) -> Query:
        """A run of a text; of Chinese in FORMS that is a quoted string."""
        text = self._text(2)
        run = self._run(text)
        offsets = [token.position - run[0].position for token in run]
        terms = dict.fromkeys(TermAt(token.text, offset) for token, offset in zip(run, offsets, strict=True))
        return Phrase(self._fields(text), text.channel, tuple(terms))

    def _quoted(self) -> Query:
        text = self._text(2, Channel.FORMS)
        return self._quotation(text) or self._phrase()

    def _quotation(self, text: _Text) -> Query | None:
        run = self._run(text)
        terms = analysis.phrase(text.text[run[0].start : run[-1].end])
        return Phrase(self._fields(text), Channel.FORMS, terms) if terms else None

    def _run(self, text: _Text) -> Sequence[Token]:
        start = self._rng.randrange(max(1, len(text.tokens) - 1))
        return text.tokens[start : start + self._rng.randint(2, 5)]

    def _pattern(self) -> Query:
        text = self._text()
        word = self._one(text.tokens).text.replace("*", "").replace("?", "") or "x"
        middle = len(word) // 2
        written = self._one(
            [f"{word[:3]}*", f"*{word[-2:]}", f"{word[:middle]}?{word[middle + 1 :]}", f"{word[:1]}*{word[-1:]}"]
        )
        return Pattern(self._fields(text), text.channel, written)

    def _near(self) -> Query:
        """Words of one text, as a searcher may ask for them, in any order."""
        text = self._text(8, Channel.FORMS)
        start = self._rng.randrange(max(1, len(text.tokens) - 8))
        tokens = text.tokens[start : start + 12]
        chosen = self._rng.sample(range(len(tokens)), min(len(tokens), self._rng.randint(2, 6)))
        parts = dict.fromkeys((TermAt(tokens[place].text, 0),) for place in chosen)
        if len(parts) < 2:
            return self._term()
        return Near(self._fields(text), text.channel, tuple(parts), self._rng.randint(0, 12))

    def _value(self) -> Query:
        held = self._one(self._values)
        name = self._one([name for name in (*_EXACT, "year") if name in held])
        return Value(name, schema.fold_value(str(self._one(held[name]))))

    def _identity(self) -> Query:
        return Identity(self._one([*self._identities[:50], "doi:absent"]))

    def _range(self) -> Query:
        name = self._one(_NUMBERS)
        bounds = [float(values[0]) for held in self._values if (values := held.get(name))] or [0.0]
        low, high = sorted((self._one(bounds), self._one(bounds)))
        return Range(name, self._one([low, None]), self._one([high, None]))

    def _synonyms(self) -> Query:
        forms = (self._one([self._term, self._phrase])() for _ in range(self._rng.randint(1, 4)))
        weighted = [Weighted(form, self._one([0.25, 0.5, 1.0])) for form in forms]
        if self._rng.random() < 0.3:
            weighted.append(Weighted(AnyReading((self._term(), self._phrase())), 0.5))
        return Synonyms(tuple(weighted))

    def _weighted(self, depth: int) -> Weighted:
        return Weighted(self._tree(depth), self._one([0.0, 0.5, 2.0]))

    def _boosted(self, depth: int) -> Query:
        return Boosted(self._tree(depth), tuple(self._weighted(depth) for _ in range(self._rng.randint(1, 2))))

    def _except(self, depth: int) -> Query:
        """What stands under `Not` is a tree, which may hold another."""
        return And((self._tree(depth), Not(self._tree(depth))))

    _leaves: Sequence[Callable[[_Drawn], Query]] = (
        *(_term, _term, _phrase, _quoted, _pattern, _near, _value, _identity, _range, _synonyms),
        lambda drawn: drawn._one([Everything(), Nothing()]),  # noqa: SLF001 - of this class
    )
    _branches: Sequence[Callable[[_Drawn, int], Query]] = (
        _weighted,
        _boosted,
        _except,
        lambda drawn, depth: And(drawn._some(depth)),  # noqa: SLF001
        lambda drawn, depth: Or(drawn._some(depth)),  # noqa: SLF001
        lambda drawn, depth: AnyReading(drawn._some(depth)),  # noqa: SLF001
        lambda drawn, depth: AtLeast(drawn._rng.randint(1, 3), drawn._some(depth)),  # noqa: SLF001
        lambda drawn, depth: Not(drawn._tree(depth)),  # noqa: SLF001
    )

    def _filters(self) -> Filters:
        chosen: dict[str, tuple[Choice, ...]] = {}
        for name in self._rng.sample(schema.FACETS, self._rng.randint(1, 3)):
            held = [values[name][0] for values in self._values if values.get(name)]
            choices: list[Choice] = []
            for _ in range(self._rng.randint(1, 2)):
                if not held or self._rng.random() < 0.2:
                    choices.append(UNKNOWN)
                elif name == "year":
                    low, high = sorted((int(self._one(held)), int(self._one(held))))
                    choices.append(self._one([Span(low, high), Span(None, high), Span(low, None)]))
                else:
                    choices.append(str(self._one(held)))
            chosen[name] = tuple(dict.fromkeys(choices))
        return Filters(chosen)

    def _typed(self, depth: int) -> str:
        """A query as a person writes it."""
        pieces = [self._piece(depth) for _ in range(self._rng.randint(1, 4))]
        return self._one([" ", " ", " OR ", " AND "]).join(pieces)

    def _piece(self, depth: int) -> str:
        if depth and self._rng.random() < 0.25:
            return f"{self._one(['', 'NOT '])}({self._typed(depth - 1)})"
        text = self._text(2, Channel.FORMS)
        run = self._run(text)
        quoted = text.text[run[0].start : run[-1].end].replace('"', "")
        word = text.text[run[0].start : run[0].end].strip('"()[]:*?~#')
        year = self._rng.randint(1990, 2024)
        return self._one(
            [
                *(word, word, f'"{quoted}"', f'"{quoted}"~{self._rng.randint(0, 9)}', f"{word[:4]}*", f"NOT {word}"),
                *(
                    f"title:{word}",
                    f"{word}[tiab]",
                    f"year:{year}-{year + 9}",
                    f"impact_factor:>{self._rng.randint(1, 9)}",
                ),
            ]
        )
