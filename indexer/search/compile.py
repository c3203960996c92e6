"""A parsed query -> the executed one: words become indexed terms, fields become the schema's.

Analysis cuts what was typed into words, so that a Chinese sentence typed without spaces is as many words as it holds,
and each word into its readings. Stop words among other words are left out; in quotes nothing is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from indexer import analysis, schema
from indexer.analysis import Channel, QueryWord, TermAt
from indexer.errors import RequestError
from indexer.record import fold_doi
from indexer.schema import Kind
from indexer.search import parse
from indexer.search.expand import Expander, Expansion, Terms, Unit, word_query
from indexer.search.filters import UNKNOWN, Span, read_choice
from indexer.search.hits import Ignored, Match, Reason
from indexer.search.query import (
    And,
    AnyReading,
    AtLeast,
    Boosted,
    Everything,
    Not,
    Nothing,
    Or,
    Phrase,
    Query,
    Term,
    Value,
    Weighted,
)
from indexer.search.ranking import DEFAULT, Settings

MIN_WORDS_TO_RELAX = 3
"""A search of fewer plain words is never relaxed."""
MAX_WORDS = 256
"""Distinct words of a query that are searched for."""

_SHORTEST_PART = 3
"""Letters of a part of a compound that says something by itself."""
_NUMBERED_NAME = re.compile(r"[^\W\d_]{2}\d")

_ALL_TEXT = tuple(field.name for field in schema.TEXT_FIELDS)


@dataclass(frozen=True)
class Compiled:
    """A query ready to be executed."""

    query: Query
    relaxed: Query | None
    """Documents that hold most of the words; only where the query may be relaxed."""
    parsed: str
    ignored: tuple[Ignored, ...]
    expansions: tuple[Expansion, ...] = ()
    """Concepts that the query names, with their other forms that are searched as well."""
    not_expanded: tuple[Expansion, ...] = ()
    """Those that the request leaves out."""


@dataclass(frozen=True)
class Reading:
    """How a request wants its words to be read."""

    match: Match = Match.AUTO
    editions: Mapping[str, str] = field(default_factory=dict)
    """By family, an edition other than the newest that `quartile:` and `zone:` mean."""
    terms: Terms | None = None
    """By which concepts are expanded; None: not at all."""
    without: tuple[str, ...] = ()
    """Concepts that are not expanded."""
    ranking: Settings = DEFAULT


def most_of(words: int) -> int:
    """How many of so many words are most of them: more than half."""
    return words // 2 + 1


def compile_query(text: str, reading: Reading) -> Compiled:
    """Read and compile what was typed. The empty text finds everything, a text without a single word nothing."""
    parsed = parse.parse(text)
    compiler = _Compiler(reading)
    if parsed.clause is None:
        # A query of which nothing is left finds nothing: showing the whole collection would look like an answer.
        return Compiled(Nothing() if text.strip() else Everything(), None, "", parsed.ignored)
    units = _units(parsed.clause)
    if units is None:
        query, written = compiler.clause(parsed.clause, _ALL_TEXT)
        relaxed = None
    else:
        query, relaxed, written = compiler.plain(units)
    ignored = sorted((*parsed.ignored, *compiler.ignored), key=lambda part: part.start)[: parse.MAX_NOTES]
    return Compiled(
        query or Nothing(), relaxed, written, tuple(ignored), compiler.expansions(), compiler.not_expanded()
    )


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

    def __init__(self, reading: Reading) -> None:
        self.ignored: list[Ignored] = []
        self._reading = reading
        self._expander = Expander(reading.terms, reading.ranking, reading.without) if reading.terms else None

    def expansions(self) -> tuple[Expansion, ...]:
        """The concepts that were expanded."""
        return tuple(self._expander.expansions.values()) if self._expander else ()

    def not_expanded(self) -> tuple[Expansion, ...]:
        """The concepts that the request leaves out."""
        return tuple(self._expander.left_out.values()) if self._expander else ()

    def plain(self, units: Sequence[parse.Clause]) -> tuple[Query | None, Query | None, str]:
        """A query without operators, its relaxed form, and how it was read.

        Phrases and `field:` clauses are required whatever is asked of words: whoever typed them meant them.
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
        meant = self._meant(typed, _ALL_TEXT, others=bool(required))
        if not meant:
            return _all(required), None, " AND ".join(written)
        words = [word for unit in meant for word in unit.words]
        apart = [clause for unit in _without_repetitions(meant) for clause in self._apart(unit)]
        if self._reading.match is Match.ANY and len(words) > 1:
            some = " OR ".join(word.surface for word in words)
            parsed = " AND ".join([*written, f"({some})" if written else some])
            return _all([*required, self._boosted(Or(tuple(apart)), words)]), None, parsed
        parsed = " AND ".join([*written, *(unit.surface for unit in meant)])
        relaxed = None
        if self._reading.match is Match.AUTO and len(words) >= MIN_WORDS_TO_RELAX:
            relaxed = _all([*required, self._boosted(AtLeast(most_of(len(apart)), tuple(apart)), words)])
        worded = And(tuple(unit.query for unit in meant)) if len(meant) > 1 else meant[0].query
        return _all([*required, self._boosted(worded, words)]), relaxed, parsed

    def _apart(self, unit: Unit) -> list[Query]:
        """A clause for each word of a unit: the word, or another form of what the unit names."""
        words = [self._with_parts(word) for word in unit.words]
        if unit.others is None:
            return words
        if len(words) == 1:
            return [unit.query]
        others = Weighted(unit.others, 1 / len(words))
        return [Or((word, others)) for word in words]

    def _with_parts(self, word: QueryWord) -> Query:
        """A word where not all words are required: a compound is sought by its parts as well, which count less."""
        query = word_query(word, _ALL_TEXT)
        if len(word.surface) == 1 and word.surface.isascii():
            return Weighted(query, self._reading.ranking.lone)
        parts = [part for text in _parts(word.surface) for part in analysis.query_words(text) if not part.stopword]
        if not parts:
            return query
        ranking = self._reading.ranking
        apart = (Weighted(word_query(part, _ALL_TEXT), ranking.parts) for part in parts)
        return Or((Weighted(query, ranking.whole), *apart))

    def _boosted(self, query: Query, words: Sequence[QueryWord]) -> Query:
        """The query, with more for documents that hold the words as they were typed, and side by side."""
        ranking = self._reading.ranking
        boosts: list[Weighted] = []
        if ranking.exact:
            boosts += [Weighted(form, ranking.exact) for word in words if (form := _exact_form(word))]
        if ranking.proximity:
            boosts += [
                Weighted(pair, ranking.proximity)
                for before, word in pairwise(words)
                if (pair := _side_by_side(before, word))
            ]
        return Boosted(query, tuple(boosts)) if boosts else query

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
        units = self._meant(runs, fields, others=others)
        kept: list[tuple[Query, str]] = []
        for place, part in enumerate(clauses):
            if place in placed:
                kept.append(placed[place])
            elif isinstance(part, parse.Words):
                end = part.start + len(part.text)
                kept += [(unit.query, unit.surface) for unit in units if part.start <= unit.words[0].start < end]
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
        edition = self._reading.editions.get(schema.BY_NAME[name].family or "")
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
        units = self._meant([clause], fields, others=False)
        written = " AND ".join(unit.surface for unit in units)
        return _all([unit.query for unit in units]), f"({written})" if " AND " in written else written

    def _quoted_query(self, clause: parse.Quoted, fields: tuple[str, ...]) -> tuple[Query | None, str]:
        terms = analysis.phrase(clause.text)
        if not terms:
            self.ignored.append(Ignored(clause.text, clause.start, Reason.PUNCTUATION))
            return None, ""
        written = f'"{clause.text.strip()}"'
        if len(terms) == 1:
            return Term(fields, Channel.FORMS, terms[0].text), written
        return Phrase(fields, Channel.FORMS, terms), written

    def _meant(self, typed: Sequence[parse.Words], fields: tuple[str, ...], *, others: bool) -> list[Unit]:
        """What several runs of text mean, analysed as one text, since capitals mean something only among others.

        Without repetitions, and without stop words where anything else is left (or `others` are).
        """
        if not typed:
            return []
        text = " " * typed[0].start
        for run in typed:
            text = text.ljust(run.start) + run.text
            if match := re.search(r"\w[*?]|[*?]\w", run.text):
                self.ignored.append(Ignored(match.group(), run.start + match.start(), Reason.WILDCARD))
        words = analysis.query_words(text)
        self._note_wordless(typed, words)
        for word in words[MAX_WORDS:]:
            self.ignored.append(Ignored(word.surface, word.start, Reason.TOO_LONG))
        words = words[:MAX_WORDS]
        if self._expander:
            units = self._expander.units(text, words, fields)
        else:
            units = [Unit((word,), word_query(word, fields)) for word in words]
        if others or any(not _says_nothing(unit) for unit in units):
            for unit in filter(_says_nothing, units):
                self.ignored.append(Ignored(unit.surface, unit.words[0].start, Reason.STOPWORD))
            units = [unit for unit in units if not _says_nothing(unit)]
        return list({unit.query: unit for unit in reversed(units)}.values())[::-1]

    def _note_wordless(self, typed: Sequence[parse.Words], words: Sequence[QueryWord]) -> None:
        held = [False] * len(typed)
        starts = [run.start for run in typed]
        for word in words:
            held[bisect_right(starts, word.start) - 1] = True
        for run, has_word in zip(typed, held, strict=True):
            if not has_word:
                self.ignored.append(Ignored(run.text, run.start, Reason.PUNCTUATION))


def _parts(surface: str) -> list[str]:
    """What a compound is made of, where each part means something: `Rad53-dependent` is, `IL-6` and `PD-L1` are not.

    A number belongs to the letters before it, but to no name that has one: of `scm3-139` the part is `scm3`.
    """
    groups: list[str] = []
    for part in re.split("[-\u2010-\u2015]", surface):
        before = re.split("-", groups[-1])[-1] if groups else ""
        if part.isdecimal():
            joins = bool(before) and not _NUMBERED_NAME.search(groups[-1])
        else:
            joins = bool(before) and len(part) < _SHORTEST_PART and len(before) < _SHORTEST_PART
        if joins:
            groups[-1] += f"-{part}"
        else:
            groups.append(part)
    if len(groups) == 1:
        return []
    return [group for group in groups if len(group) >= _SHORTEST_PART and not group.isdecimal()]


def _without_repetitions(units: Sequence[Unit]) -> list[Unit]:
    """The units without those whose concept another one names in more words: of `protein kinase A (PKA)` not PKA.

    Where not all words are required, a concept that is named twice would count twice.
    """
    kept: dict[str, int] = {}
    for place, unit in enumerate(units):
        for concept in unit.concepts:
            before = kept.setdefault(concept, place)
            if len(unit.words) > len(units[before].words):
                kept[concept] = place
    return [
        unit
        for place, unit in enumerate(units)
        if not unit.concepts or any(kept[concept] == place for concept in unit.concepts)
    ]


def _says_nothing(unit: Unit) -> bool:
    """Whether a unit is a stop word; where a name begins with one, it is a word like others."""
    return unit.others is None and unit.words[0].stopword


def _exact_form(word: QueryWord) -> Query | None:
    """The documents that hold a word unstemmed; None for a word that is searched as it stands anyway."""
    terms = analysis.phrase(word.surface)
    if len(terms) != 1 or word.readings[0].channel is Channel.FORMS or not word.surface.isascii():
        return None
    return Term(_ALL_TEXT, Channel.FORMS, terms[0].text)


def _side_by_side(before: QueryWord, word: QueryWord) -> Query | None:
    """The documents that hold two words one behind the other; None for words that are more than one term each."""
    first, second = before.readings[0], word.readings[0]
    if any(reading.channel is Channel.FORMS or len(reading.terms) != 1 for reading in (first, second)):
        return None
    return Phrase(_ALL_TEXT, Channel.WORDS, (first.terms[0], TermAt(second.terms[0].text, 1)))


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
