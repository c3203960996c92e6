"""A parsed query -> the executed one: words become indexed terms, fields become the schema's.

Analysis cuts what was typed into words, so that a Chinese sentence typed without spaces is as many words as it holds,
and each word into its readings. Stop words among other words are left out; in quotes nothing is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from indexer import analysis, schema
from indexer.analysis import Channel, QueryWord
from indexer.errors import RequestError
from indexer.record import fold_doi
from indexer.schema import Kind
from indexer.search import parse
from indexer.search.filters import UNKNOWN, Span, read_choice
from indexer.search.hits import Ignored, Match, Reason
from indexer.search.query import (
    And,
    AnyReading,
    AtLeast,
    Everything,
    Not,
    Nothing,
    Or,
    Phrase,
    Query,
    Term,
    Value,
)

MIN_WORDS_TO_RELAX = 3
"""A search of fewer plain words is never relaxed."""
MAX_WORDS = 256
"""Distinct words of a query that are searched for."""

_ALL_TEXT = tuple(field.name for field in schema.TEXT_FIELDS)


@dataclass(frozen=True)
class Compiled:
    """A query ready to be executed."""

    query: Query
    relaxed: Query | None
    """Documents that hold most of the words; only where the query may be relaxed."""
    parsed: str
    ignored: tuple[Ignored, ...]


def most_of(words: int) -> int:
    """How many of so many words are most of them: more than half."""
    return words // 2 + 1


def compile_query(text: str, match: Match, editions: Mapping[str, str] | None = None) -> Compiled:
    """Read and compile what was typed. The empty text finds everything, a text without a single word nothing.

    Args:
        text: As typed.
        match: How many of the plain words a document must hold.
        editions: By family, an edition other than the newest that `quartile:` and `zone:` mean.
    """
    parsed = parse.parse(text)
    compiler = _Compiler(editions or {})
    if parsed.clause is None:
        # A query of which nothing is left finds nothing: showing the whole collection would look like an answer.
        return Compiled(Nothing() if text.strip() else Everything(), None, "", parsed.ignored)
    units = _units(parsed.clause)
    if units is None:
        query, written = compiler.clause(parsed.clause, _ALL_TEXT)
        relaxed = None
    else:
        query, relaxed, written = compiler.plain(units, match)
    ignored = sorted((*parsed.ignored, *compiler.ignored), key=lambda part: part.start)[: parse.MAX_NOTES]
    return Compiled(query or Nothing(), relaxed, written, tuple(ignored))


def _units(clause: parse.Clause) -> tuple[parse.Clause, ...] | None:
    """The parts of a query without operators: words, phrases and `field:word`; None where it has an operator."""
    parts = clause.clauses if isinstance(clause, parse.Conjunction) and not clause.explicit else (clause,)
    for part in parts:
        inner = part.clause if isinstance(part, parse.Fielded) else part
        if not isinstance(inner, (parse.Words, parse.Quoted)):
            return None
    return parts


class _Compiler:
    """Compiles one query, and notes what it leaves out."""

    def __init__(self, editions: Mapping[str, str]) -> None:
        self.ignored: list[Ignored] = []
        self._editions = editions

    def plain(self, units: Sequence[parse.Clause], match: Match) -> tuple[Query | None, Query | None, str]:
        """A query without operators, its relaxed form, and how it was read.

        Phrases and `field:` clauses are required whatever `match` says: whoever typed them meant them.
        """
        required: list[Query] = []
        written: list[str] = []
        typed: list[parse.Words] = []
        for unit in units:
            if isinstance(unit, parse.Words) and not _identifier(unit.text):
                typed.append(unit)
                continue
            query, text = self.clause(unit, _ALL_TEXT)
            if query is not None:
                required.append(query)
                written.append(text)
        words = self._meaningful(self._words(typed), others=bool(required))
        queries = [_word_query(word, _ALL_TEXT) for word in words]
        joint = " OR " if match is Match.ANY else " AND "
        surfaces = [word.surface for word in words]
        if match is Match.ANY and len(queries) > 1:
            some = joint.join(surfaces)
            parsed = " AND ".join([*written, f"({some})" if written else some])
            return _all([*required, Or(tuple(queries))]), None, parsed
        parsed = " AND ".join([*written, *surfaces])
        relaxed = None
        if match is Match.AUTO and len(queries) >= MIN_WORDS_TO_RELAX:
            relaxed = _all([*required, AtLeast(most_of(len(queries)), tuple(queries))])
        return _all([*required, *queries]), relaxed, parsed

    def clause(self, clause: parse.Clause, fields: tuple[str, ...]) -> tuple[Query | None, str]:
        """The query of a clause and how it was read; None and "" where nothing of it is left."""
        if isinstance(clause, parse.Words):
            return self._words_query(clause, fields)
        if isinstance(clause, parse.Quoted):
            return self._quoted_query(clause, fields)
        if isinstance(clause, parse.Fielded):
            return self._fielded_query(clause)
        if isinstance(clause, parse.Negation):
            query, text = self.clause(clause.clause, fields)
            return (None, "") if query is None else (Not(query), f"NOT {text}")
        return self._joined(clause, fields)

    def _joined(
        self, clause: parse.Conjunction | parse.Disjunction, fields: tuple[str, ...]
    ) -> tuple[Query | None, str]:
        if isinstance(clause, parse.Conjunction):
            joint, make, kept = " AND ", _all, self._conjoined(clause.clauses, fields)
        else:
            joint, make = " OR ", _any
            parts = [self.clause(part, fields) for part in clause.clauses]
            kept = [(query, text) for query, text in parts if query is not None]
        if not kept:
            return None, ""
        if len(kept) == 1:
            return kept[0]
        return make([query for query, _ in kept]), f"({joint.join(text for _, text in kept)})"

    def _conjoined(self, clauses: Sequence[parse.Clause], fields: tuple[str, ...]) -> list[tuple[Query, str]]:
        """The clauses of a conjunction; its words are one text, among which stop words are left out."""
        everywhere = fields == _ALL_TEXT
        typed = [part for part in clauses if isinstance(part, parse.Words)]
        runs = [part for part in typed if not (everywhere and _identifier(part.text))]
        placed: dict[int, tuple[Query, str]] = {}
        for place, part in enumerate(clauses):
            if part not in runs:
                query, text = self.clause(part, fields)
                if query is not None:
                    placed[place] = query, text
        others = any(not isinstance(query, Not) for query, _ in placed.values())
        words = self._meaningful(self._words(runs), others=others)
        kept: list[tuple[Query, str]] = []
        for place, part in enumerate(clauses):
            if place in placed:
                kept.append(placed[place])
            elif isinstance(part, parse.Words):
                end = part.start + len(part.text)
                kept += [(_word_query(w, fields), w.surface) for w in words if part.start <= w.start < end]
        return kept

    def _fielded_query(self, clause: parse.Fielded) -> tuple[Query | None, str]:
        field = clause.field
        if schema.BY_NAME[field.fields[0]].kind is Kind.TEXT:
            query, text = self.clause(clause.clause, field.fields)
            return query, f"{field.name}:{text}" if text else ""
        return self._value_clause(clause.clause, field)

    def _value_clause(self, clause: parse.Clause, field: parse.SearchField) -> tuple[Query | None, str]:
        """A clause over exact values: each word or phrase in it is one value."""
        if isinstance(clause, (parse.Words, parse.Quoted)):
            return self._value(clause, field)
        if isinstance(clause, parse.Negation):
            query, text = self._value_clause(clause.clause, field)
            return (None, "") if query is None else (Not(query), f"NOT {text}")
        if isinstance(clause, parse.Fielded):
            return self._fielded_query(clause)
        joint, make = (" AND ", _all) if isinstance(clause, parse.Conjunction) else (" OR ", _any)
        parts = [self._value_clause(part, field) for part in clause.clauses]
        kept = [(query, text) for query, text in parts if query is not None]
        return make([query for query, _ in kept]), f"({joint.join(text for _, text in kept)})"

    def _value(self, clause: parse.Words | parse.Quoted, field: parse.SearchField) -> tuple[Query | None, str]:
        """Documents that have a value; what is no value of the field is named, and searched as words."""
        name = field.fields[0]
        edition = self._editions.get(schema.BY_NAME[name].family or "")
        choices = [clause.text] if isinstance(clause, parse.Quoted) else clause.text.split("|")
        queries = [_value_query(name, choice, edition) for choice in choices]
        known = [query for query in queries if query is not None]
        if len(known) < len(queries):
            self.ignored.append(Ignored(clause.text, clause.start, Reason.NO_SUCH_VALUE))
            return self.clause(clause, _ALL_TEXT)
        written = f'"{clause.text}"' if isinstance(clause, parse.Quoted) else clause.text
        return _any(known), f"{field.name}:{written}"

    def _words_query(self, clause: parse.Words, fields: tuple[str, ...]) -> tuple[Query | None, str]:
        if fields == _ALL_TEXT and (exact := _identifier(clause.text)):
            return exact, clause.text
        words = self._meaningful(self._words([clause]), others=False)
        written = " AND ".join(word.surface for word in words)
        queries = [_word_query(word, fields) for word in words]
        return _all(queries), f"({written})" if len(words) > 1 else written

    def _quoted_query(self, clause: parse.Quoted, fields: tuple[str, ...]) -> tuple[Query | None, str]:
        terms = analysis.phrase(clause.text)
        if not terms:
            self.ignored.append(Ignored(clause.text, clause.start, Reason.PUNCTUATION))
            return None, ""
        written = f'"{clause.text.strip()}"'
        if len(terms) == 1:
            return Term(fields, Channel.FORMS, terms[0].text), written
        return Phrase(fields, Channel.FORMS, terms), written

    def _words(self, typed: Sequence[parse.Words]) -> list[QueryWord]:
        """The words of several runs of text, analysed as one text, since capitals mean something only among others."""
        if not typed:
            return []
        text = " " * typed[0].start
        for run in typed:
            text = text.ljust(run.start) + run.text
            if match := re.search(r"\w[*?]|[*?]\w", run.text):
                self.ignored.append(Ignored(match.group(), run.start + match.start(), Reason.WILDCARD))
        words = analysis.query_words(text)
        held = [False] * len(typed)
        starts = [run.start for run in typed]
        for word in words:
            held[bisect_right(starts, word.start) - 1] = True
        for run, has_word in zip(typed, held, strict=True):
            if not has_word:
                self.ignored.append(Ignored(run.text, run.start, Reason.PUNCTUATION))
        return words

    def _meaningful(self, words: Sequence[QueryWord], *, others: bool) -> list[QueryWord]:
        """The words without repetitions, and without stop words where anything else is left (or `others` are)."""
        if others or any(not word.stopword for word in words):
            for word in words:
                if word.stopword:
                    self.ignored.append(Ignored(word.surface, word.start, Reason.STOPWORD))
            words = [word for word in words if not word.stopword]
        distinct = list({word.readings: word for word in reversed(words)}.values())[::-1]
        for word in distinct[MAX_WORDS:]:
            self.ignored.append(Ignored(word.surface, word.start, Reason.TOO_LONG))
        return distinct[:MAX_WORDS]


def _word_query(word: QueryWord, fields: tuple[str, ...]) -> Query:
    readings: list[Query] = [
        Term(fields, reading.channel, reading.terms[0].text)
        if len(reading.terms) == 1
        else Phrase(fields, reading.channel, reading.terms)
        for reading in word.readings
    ]
    return readings[0] if len(readings) == 1 else AnyReading(tuple(readings))


_FIRST_YEAR, _LAST_YEAR = 1600, 2100
"""Of any record: an open range is searched between these."""


def _value_query(name: str, text: str, edition: str | None) -> Query | None:
    """Documents whose field has the value that was typed; None where the field can have no such value."""
    if name == "doi":
        return Value(name, fold_doi(text) or schema.fold_value(text))
    if name in {"pmid", "pmcid"}:
        digits = re.sub(r"(?i)^pmc", "", text.strip())
        return Value(name, digits if name == "pmid" else f"pmc{digits}") if digits.isdecimal() else None
    try:
        choice = read_choice(name, text)
    except RequestError:
        return None
    if choice == UNKNOWN and name in schema.ALLOWED:
        known = [Value(schema.edition_field(name, edition), value.casefold()) for value in schema.ALLOWED[name]]
        return Not(Or(tuple(known)))
    if not isinstance(choice, Span):
        return Value(schema.edition_field(name, edition), schema.fold_value(choice))
    low, high = max(choice.low or _FIRST_YEAR, _FIRST_YEAR), min(choice.high or _LAST_YEAR, _LAST_YEAR)
    years = range(low, high + 1)
    return _any([Value(name, str(year)) for year in years]) or Nothing()


_LABELLED = re.compile(r"(pmc?id)\s*:?\s*(?:pmc)?(\d+)", re.IGNORECASE)


def _identifier(text: str) -> Query | None:
    """A bare DOI, PMCID or PMID finds its article; digits without a label may be a word as well."""
    text = text.rstrip(".,;。，；")
    if labelled := _LABELLED.fullmatch(text):
        label, number = labelled.groups()
        return Value("pmid", number) if label.casefold() == "pmid" else Value("pmcid", f"pmc{number}")
    if doi := fold_doi(re.sub(r"(?i)^doi\s+", "", text)):
        return Value("doi", doi)
    if re.fullmatch(r"(?i:pmc)\d{3,9}", text):
        return Value("pmcid", text.casefold())
    if re.fullmatch(r"[1-9]\d{5,8}", text):
        return AnyReading((Value("pmid", text), Term(_ALL_TEXT, Channel.WORDS, text)))
    return None


def _combine(make: Callable[[tuple[Query, ...]], Query], queries: Sequence[Query]) -> Query | None:
    return None if not queries else queries[0] if len(queries) == 1 else make(tuple(queries))


def _all(queries: Sequence[Query]) -> Query | None:
    return _combine(And, queries)


def _any(queries: Sequence[Query]) -> Query | None:
    return _combine(Or, queries)
