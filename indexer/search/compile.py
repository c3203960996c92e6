"""A parsed query -> the executed one: words become indexed terms, fields become the schema's.

Analysis cuts what was typed into words, so that a Chinese sentence typed without spaces is as many words as it holds,
and each word into its readings. Stop words among other words are left out; in quotes nothing is.

How a query was read is written in its own language (`written`). Read again, that is the same query, but for `match=any`
and for words that are relaxed: written with their operators they no longer are. What ranks documents besides the words
is in `boosts`.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from indexer import analysis, schema
from indexer.analysis import Channel, QueryWord, TermAt
from indexer.analysis.script import HAN
from indexer.search import parse
from indexer.search.boosts import boosted, with_parts
from indexer.search.expand import Expander, Expansion, Terms, Unit, word_query
from indexer.search.fields import ALL_TEXT, SearchField
from indexer.search.history import MAX_WRITTEN, substitute
from indexer.search.hits import Ignored, Match, Reason
from indexer.search.query import (
    And,
    AnyReading,
    AtLeast,
    Everything,
    Near,
    Not,
    Nothing,
    Or,
    Pattern,
    Phrase,
    Query,
    Term,
    Weighted,
)
from indexer.search.ranking import DEFAULT, Settings
from indexer.search.recent import Recent
from indexer.search.values import identifier, names_article, read_value
from indexer.search.written import as_clause, as_word, as_words, bare, in_field

MIN_WORDS_TO_RELAX = 3
"""A search of fewer plain words is never relaxed, nor is one that is the name of a concept and nothing else."""
MAX_WORDS = 256
"""Distinct words of a query that are searched for."""
MIN_PATTERN_LETTERS = 3
"""Letters and digits beside the wildcards of a pattern; with fewer it is searched as words."""
MAX_STARS = 3
"""Of a pattern."""
MAX_PATTERNS = 32
"""Patterns of a query; the index's words are looked through for each."""
MAX_NEAR = 6
"""Different words that are sought near each other."""
MAX_NEAR_WORDS = 40
"""All of a query together: what six common words cost, a hundred times over, is the better part of a minute."""
MAX_GAP = 1000
"""Other words between them, at most."""


@dataclass(frozen=True)
class Part:
    """One of the things that a query asks for."""

    query: Query
    text: str
    """As it was read."""


@dataclass(frozen=True)
class Compiled:
    """A query ready to be executed."""

    query: Query
    relaxed: Query | None
    """Documents that hold most of the words; only where the query may be relaxed."""
    parsed: str
    """How it was read, in its own language."""
    ignored: tuple[Ignored, ...]
    expansions: tuple[Expansion, ...] = ()
    """Concepts that the query names, with their other forms that are searched as well."""
    not_expanded: tuple[Expansion, ...] = ()
    """Those that the request leaves out."""
    parts: tuple[Part, ...] = ()
    """What a document must match, each of them; where the query is relaxed, it may lack some of the words."""


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
    history: Mapping[int, str] = field(default_factory=dict)
    """Earlier searches, by the numbers under which a query refers to them."""


def most_of(words: int) -> int:
    """How many of so many words are most of them: more than half."""
    return words // 2 + 1


_recent: Recent[Compiled] = Recent()


def compile_query(text: str, reading: Reading) -> Compiled:
    """Read and compile what was typed. The empty text finds everything, a text without a single word nothing."""
    if reading.terms is None or reading.history:
        return _compile(text, reading)
    rest = reading.match, tuple(sorted(reading.editions.items())), reading.without, reading.ranking
    return _recent.of(reading.terms, text, rest, lambda: _compile(text, reading))


def _compile(text: str, reading: Reading) -> Compiled:
    strict = replace(reading, match=Match.ALL)
    whole = substitute(text, reading.history, lambda earlier: _read(earlier, strict, MAX_WRITTEN).parsed)
    if not whole.references:
        return _read(text, reading, parse.MAX_CHARACTERS)
    read = _read(whole.text, reading, MAX_WRITTEN)
    ignored = parse.beyond(text, parse.MAX_CHARACTERS)
    for part in read.ignored:
        start, reference = whole.typed_at(part.start)
        if reference is None:
            ignored.append(replace(part, start=start))
        elif part.reason in {Reason.TOO_DEEP, Reason.TOO_LONG}:
            # Anything else was told when that search was new.
            ignored.append(Ignored(text[reference.start : reference.end], reference.start, part.reason))
    return replace(
        read,
        ignored=tuple(sorted(dict.fromkeys(ignored), key=lambda part: part.start)),
        expansions=tuple(replace(one, start=whole.typed_at(one.start)[0]) for one in read.expansions),
        not_expanded=tuple(replace(one, start=whole.typed_at(one.start)[0]) for one in read.not_expanded),
    )


def _read(text: str, reading: Reading, longest: int) -> Compiled:
    """A query without references to others, cut at `longest` characters."""
    parsed = parse.parse(text, longest)
    compiler = _Compiler(reading)
    if parsed.clause is None:
        # A query of which nothing is left finds nothing: showing the whole collection would look like an answer.
        return Compiled(Nothing() if text.strip() else Everything(), None, "", parsed.ignored)
    query, relaxed, written = compiler.whole(parsed.clause)
    noted = (replace(part, text=text[part.start : part.end]) for part in compiler.ignored)
    ignored = sorted((*parsed.ignored, *noted), key=lambda part: part.start)[: parse.MAX_NOTES]
    return Compiled(
        query=query or Nothing(),
        relaxed=relaxed,
        parsed=written,
        ignored=tuple(ignored),
        expansions=compiler.expansions(),
        not_expanded=compiler.not_expanded(),
        parts=tuple(Part(*part) for part in compiler.parts),
    )


def _is_plain(clause: parse.Clause) -> bool:
    """Whether a query has no operator: it is words, phrases, patterns and these in fields, side by side."""
    if isinstance(clause, parse.Conjunction):
        return not clause.explicit and all(map(_is_plain, clause.clauses))
    if isinstance(clause, parse.Fielded):
        return _is_plain(clause.clause)
    return isinstance(clause, (parse.Words, parse.Wildcard, parse.Quoted, parse.Bounds))


class _Compiler:
    """Compiles one query, and notes what it leaves out."""

    def __init__(self, reading: Reading) -> None:
        self.ignored: list[Ignored] = []
        self.parts: list[tuple[Query, str]] = []
        """What `whole` has found the query to ask for."""
        self._reading = reading
        self._expander = Expander(reading.terms, reading.ranking, reading.without) if reading.terms else None
        self._patterns: set[str] = set()
        self._near: set[Near] = set()

    def _note(self, text: str, start: int, reason: Reason) -> None:
        self.ignored.append(Ignored(text, start, reason))

    def expansions(self) -> tuple[Expansion, ...]:
        """The concepts that were expanded."""
        return tuple(self._expander.expansions.values()) if self._expander else ()

    def not_expanded(self) -> tuple[Expansion, ...]:
        """The concepts that the request leaves out."""
        return tuple(self._expander.left_out.values()) if self._expander else ()

    def whole(self, clause: parse.Clause) -> tuple[Query | None, Query | None, str]:
        """A query, its relaxed form, and how it was read.

        Words are scored together, and relaxed where no operator was typed. Everything else is required whatever is
        asked of words: whoever typed it meant it.
        """
        plain = _is_plain(clause)
        parts = clause.clauses if isinstance(clause, parse.Conjunction) else (clause,)
        if plain and (named := self._articles(parts, ALL_TEXT)):
            self.parts = [named]
            return named[0], None, named[1]
        typed = _text_of(parts, ALL_TEXT)
        placed = self._placed(parts, typed, ALL_TEXT)
        required = [query for query, _ in placed.values()]
        meant = self._meant(typed, ALL_TEXT, others=any(not isinstance(query, Not) for query in required))
        self.parts = list(placed.values())
        if not meant:
            written = [text for _, text in placed.values()]
            return _all(required), None, bare(written[0]) if len(written) == 1 else " AND ".join(written)
        words = [word for unit in meant for word in unit.words]
        apart = [clause for unit in _without_repetitions(meant) for clause in self._apart(unit)]
        if plain and self._reading.match is Match.ANY and len(words) > 1:
            some = " OR ".join(as_word(word.surface) for word in words)
            self.parts.append((Or(tuple(apart)), some))
            written = [text for _, text in placed.values()]
            parsed = " AND ".join([*written, f"({some})" if written else some])
            return _all([*required, boosted(Or(tuple(apart)), words, self._reading.ranking)]), None, parsed
        self.parts = _in_order(parts, placed, meant)
        parsed = " AND ".join(text for _, text in self.parts)
        relaxed = None
        # Most of the words of one name are another: cell lung cancer, and what is not small.
        if plain and self._reading.match is Match.AUTO and len(words) >= MIN_WORDS_TO_RELAX and len(meant) > 1:
            most = AtLeast(most_of(len(apart)), tuple(apart))
            relaxed = _all([*required, boosted(most, words, self._reading.ranking)])
        worded = And(tuple(unit.query for unit in meant)) if len(meant) > 1 else meant[0].query
        return _all([*required, boosted(worded, words, self._reading.ranking)]), relaxed, parsed

    def _apart(self, unit: Unit) -> list[Query]:
        """A clause for each word of a unit: the word, or another form of what the unit names."""
        words = [with_parts(word, self._reading.ranking) for word in unit.words]
        if unit.others is None:
            return words
        if len(words) == 1:
            return [unit.query]
        others = Weighted(unit.others, 1 / len(words))
        return [Or((word, others)) for word in words]

    def clause(self, clause: parse.Clause, fields: tuple[str, ...]) -> tuple[Query | None, str]:
        """The query of a clause and how it was read; None and "" where nothing of it is left."""
        if isinstance(clause, parse.Words):
            return self._words_query(clause, fields)
        if isinstance(clause, parse.Wildcard):
            return self._wildcard_query(clause, fields)
        if isinstance(clause, parse.Quoted):
            return self._quoted_query(clause, fields)
        if isinstance(clause, parse.Fielded):
            return self._fielded_query(clause)
        if isinstance(clause, parse.Negation):
            return _negated(self.clause(clause.clause, fields))
        if isinstance(clause, parse.Bounds):
            clause = parse.Conjunction((clause.low, clause.high), explicit=False)
        return self._joined(clause, fields)

    def _joined(
        self, clause: parse.Conjunction | parse.Disjunction, fields: tuple[str, ...]
    ) -> tuple[Query | None, str]:
        if isinstance(clause, parse.Disjunction):
            return _either([self.clause(part, fields) for part in clause.clauses])
        if not clause.explicit and (named := self._articles(clause.clauses, fields)):
            return named[0], f"({named[1]})"
        typed = _text_of(clause.clauses, fields)
        placed = self._placed(clause.clauses, typed, fields)
        others = any(not isinstance(query, Not) for query, _ in placed.values())
        # Its words are one text, among which stop words are left out.
        return _both(_in_order(clause.clauses, placed, self._meant(typed, fields, others=others)))

    def _placed(
        self, clauses: Sequence[parse.Clause], typed: Sequence[parse.Words], fields: tuple[str, ...]
    ) -> dict[int, tuple[Query, str]]:
        """The clauses of a conjunction that are not of its text, by their places."""
        placed: dict[int, tuple[Query, str]] = {}
        of_text = {part.start for part in typed}
        for place, part in enumerate(clauses):
            if not isinstance(part, parse.Words) or part.start not in of_text:
                query, text = self.clause(part, fields)
                if query is not None:
                    placed[place] = query, text
        return placed

    def _articles(self, clauses: Sequence[parse.Clause], fields: tuple[str, ...]) -> tuple[Query, str] | None:
        """Several identifiers side by side: no article has two of a kind, so that any of them is meant."""
        words = [clause for clause in clauses if isinstance(clause, parse.Words) and names_article(clause.text)]
        if fields != ALL_TEXT or len(clauses) < 2 or len(words) < len(clauses):
            return None
        query, written = _either([self._words_query(clause, fields) for clause in words])
        return (query, written[1:-1]) if query else None

    def _fielded_query(self, clause: parse.Fielded) -> tuple[Query | None, str]:
        field = clause.field
        if isinstance(clause.clause, parse.Fielded):
            return self._fielded_query(clause.clause)
        if not field.is_text:
            return self._value_clause(clause.clause, field)
        query, text = self.clause(clause.clause, field.fields)
        return query, in_field(field.name, text)

    def _value_clause(self, clause: parse.Clause, field: SearchField) -> tuple[Query | None, str]:
        """A clause over exact values: each word or phrase in it is one value."""
        if isinstance(clause, (parse.Words, parse.Wildcard, parse.Quoted, parse.Bounds)):
            return self._value(clause, field)
        if isinstance(clause, parse.Negation):
            return _negated(self._value_clause(clause.clause, field))
        if isinstance(clause, parse.Fielded):
            return self._fielded_query(clause)
        parts = [self._value_clause(part, field) for part in clause.clauses]
        if isinstance(clause, parse.Disjunction):
            return _either(parts)
        return _both([(query, text) for query, text in parts if query is not None])

    def _value(
        self, clause: parse.Words | parse.Wildcard | parse.Quoted | parse.Bounds, field: SearchField
    ) -> tuple[Query | None, str]:
        """Documents that have a value; what is no value of the field is named, and searched as words."""
        edition = self._reading.editions.get(schema.BY_NAME[field.fields[0]].family or "")
        if isinstance(clause, parse.Bounds):
            choices = [f"{clause.low.text}:{clause.high.text}"]
        elif isinstance(clause, parse.Words):
            # Identifiers are pasted as lists, with commas.
            choices = re.split(r"[|,;]", clause.text) if field.name in {"pmid", "pmcid"} else clause.text.split("|")
        else:
            choices = [clause.text]
        values = [read_value(field, choice, edition) for choice in choices if choice.strip() or len(choices) == 1]
        known = [value for value in values if value is not None]
        if not known or len(known) < len(values) or isinstance(clause, parse.Wildcard):
            for part in (clause.low, clause.high) if isinstance(clause, parse.Bounds) else (clause,):
                self._note(part.text, part.start, Reason.NO_SUCH_VALUE)
            query, text = self.clause(clause, ALL_TEXT)
            return query, as_clause(text, ALL_TEXT)
        return _either([(value.query, value.written) for value in known])

    def _words_query(self, clause: parse.Words, fields: tuple[str, ...]) -> tuple[Query | None, str]:
        if fields == ALL_TEXT and (named := identifier(clause.text)):
            value = read_value(named.field, named.value, None)
            if value and named.certain:
                return value.query, value.written
            if value:
                text = clause.text.rstrip(".,;。，；")
                return AnyReading((value.query, Term(ALL_TEXT, Channel.WORDS, text))), text
        units = self._meant([clause], fields, others=False)
        return _both(_in_order([clause], {}, units))

    def _quoted_query(self, clause: parse.Quoted, fields: tuple[str, ...]) -> tuple[Query | None, str]:
        if parse.has_wildcard(clause.text):
            return self._quoted_patterns(clause, fields)
        if clause.gap is not None:
            return self._near_query(clause, fields)
        query = _form(clause.text, fields)
        if query is None:
            self._note(clause.text, clause.start, Reason.PUNCTUATION)
            return None, ""
        return query, f'"{clause.text.strip()}"'

    def _near_query(self, clause: parse.Quoted, fields: tuple[str, ...]) -> tuple[Query | None, str]:
        """Words that stand near each other, each as it is written; of Chinese a character counts as a word."""
        parts: dict[tuple[TermAt, ...], QueryWord] = {}
        for word in analysis.query_words(clause.text):
            # Each once: to look for other places of the same word is work without end, and nobody asks for it.
            if part := _near_part(word.surface):
                parts.setdefault(part, word)
        for word in list(parts.values())[MAX_NEAR:]:
            self._note(word.surface, clause.start + word.start, Reason.TOO_LONG)
        if len(parts) < 2:
            self._note(clause.text, clause.start, Reason.PROXIMITY)
            return self._quoted_query(replace(clause, gap=None), fields)
        kept = list(parts.items())[:MAX_NEAR]
        gap = min(clause.gap or 0, MAX_GAP)
        query = Near(fields, Channel.FORMS, tuple(part for part, _ in kept), gap)
        if sum(len(near.parts) for near in self._near | {query}) > MAX_NEAR_WORDS:
            self._note(clause.text, clause.start, Reason.PROXIMITY)
            return self._all_forms([word.surface for _, word in kept], fields)
        self._near.add(query)
        return query, f'"{clause.text[: kept[-1][1].end].strip()}"~{gap}'

    def _all_forms(self, words: Sequence[str], fields: tuple[str, ...]) -> tuple[Query | None, str]:
        """Documents that hold all of the words as they are written, wherever they stand."""
        forms = [(query, f'"{word}"') for word in words if (query := _form(word, fields))]
        query, text = _both(forms)
        return query, as_clause(text, fields)

    def _quoted_patterns(self, clause: parse.Quoted, fields: tuple[str, ...]) -> tuple[Query | None, str]:
        """A phrase with wildcards: all its words, but not side by side; a single one is as good without its quotes."""
        pieces = list(re.finditer(r"\S+", clause.text))
        if len(pieces) > 1 or clause.gap is not None:
            self._note(clause.text, clause.start, Reason.WILDCARD_APART)
        parts: list[tuple[Query | None, str]] = []
        for piece in pieces:
            start = clause.start + piece.start()
            if parse.has_wildcard(piece[0]):
                parts.append(self._wildcard_query(parse.Wildcard(piece[0], start), fields))
            elif analysis.phrase(piece[0]):
                parts.append(self._quoted_query(parse.Quoted(piece[0], start), fields))
        query, text = _both([(query, text) for query, text in parts if query is not None])
        return query, as_clause(text, fields) if len(parts) > 1 else text

    def _wildcard_query(self, clause: parse.Wildcard, fields: tuple[str, ...]) -> tuple[Query | None, str]:
        """Documents that hold a word of a pattern, unstemmed; of a compound, all its words."""
        folded = re.sub(r"\*+", "*", analysis.normalize(clause.text).text)
        if re.search(f"[{HAN}]", folded):
            # A Chinese text has no ends of words: what begins or ends with a string holds it.
            inner = folded.strip("*")
            query = None if "*" in inner or "?" in inner else _form(inner, fields)
            return (query, f'"{inner}"') if query else self._without_wildcards(clause, fields)
        pieces = re.findall(r"[\w*?][\w*?']*", folded)
        patterns = [piece.strip("?'") for piece in pieces if parse.has_wildcard(piece)]
        if not patterns or any(not _is_pattern(pattern) for pattern in patterns):
            return self._without_wildcards(clause, fields)
        if len(self._patterns | set(patterns)) > MAX_PATTERNS:
            return self._without_wildcards(clause, fields)
        self._patterns.update(patterns)
        if len(pieces) > 1:
            self._note(clause.text, clause.start, Reason.WILDCARD_APART)
        parts: list[tuple[Query, str]] = []
        for piece in (piece.strip("?'") for piece in pieces):
            if piece in patterns:
                parts.append((Pattern(fields, Channel.FORMS, piece), piece))
            elif query := _form(piece, fields):
                parts.append((query, f'"{piece}"'))
        query, text = _both(parts)
        return query, as_clause(text, fields) if len(parts) > 1 else text

    def _without_wildcards(self, clause: parse.Wildcard, fields: tuple[str, ...]) -> tuple[Query | None, str]:
        """A pattern that can't be one, as its words."""
        self._note(clause.text, clause.start, Reason.WILDCARD)
        words = parse.Words(re.sub(r"[*?]", " ", clause.text), clause.start)
        query, text = self._words_query(words, fields)
        return query, as_clause(text, fields)

    def _meant(self, typed: Sequence[parse.Words], fields: tuple[str, ...], *, others: bool) -> list[Unit]:
        """What several runs of text mean, analysed as one text, since capitals mean something only among others.

        Without repetitions, and without stop words where anything else is left (or `others` are).
        """
        if not typed:
            return []
        text = " " * typed[0].start
        for run in typed:
            text = text.ljust(run.start) + run.text
        # Marks without a letter are words to the analysis, so that a text has no holes, and none to who types.
        words = [word for word in analysis.query_words(text) if _LETTER.search(word.surface)]
        self._note_wordless(typed, words)
        for word in words[MAX_WORDS:]:
            self._note(word.surface, word.start, Reason.TOO_LONG)
        words = words[:MAX_WORDS]
        if self._expander:
            units = self._expander.units(text, words, fields)
        else:
            units = [Unit((word,), word_query(word, fields), word.surface) for word in words]
        if others or any(not _says_nothing(unit) for unit in units):
            for unit in filter(_says_nothing, units):
                self._note(unit.surface, unit.words[0].start, Reason.STOPWORD)
            units = [unit for unit in units if not _says_nothing(unit)]
        first: dict[Query, Unit] = {}
        for unit in units:
            first.setdefault(unit.query, unit)
        return list(first.values())

    def _note_wordless(self, typed: Sequence[parse.Words], words: Sequence[QueryWord]) -> None:
        held = [False] * len(typed)
        starts = [run.start for run in typed]
        for word in words:
            for place in range(bisect_right(starts, word.start) - 1, bisect_left(starts, word.end)):
                held[place] = True
        for run, has_word in zip(typed, held, strict=True):
            if not has_word:
                self._note(run.text, run.start, Reason.PUNCTUATION)


_LETTER = re.compile(r"[^\W_]")


def _text_of(clauses: Sequence[parse.Clause], fields: tuple[str, ...]) -> list[parse.Words]:
    """The clauses of a conjunction that are one text together: words, but for what stands for itself."""
    words = (clause for clause in clauses if isinstance(clause, parse.Words))
    return [word for word in words if fields != ALL_TEXT or not identifier(word.text)]


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


def _form(text: str, fields: tuple[str, ...]) -> Query | None:
    """The documents that hold a text as it is written."""
    forms = [
        Term(fields, Channel.FORMS, terms[0].text) if len(terms) == 1 else Phrase(fields, Channel.FORMS, terms)
        for terms in analysis.quotation(text)
    ]
    return _combine(AnyReading, forms)


def _is_pattern(text: str) -> bool:
    """Whether a pattern says enough to be looked for."""
    return len(re.findall(r"\w", text)) >= MIN_PATTERN_LETTERS and text.count("*") <= MAX_STARS


def _near_part(surface: str) -> tuple[TermAt, ...]:
    """The terms of a word among others.

    A run of Han characters is given by its pairs, of which the last does not tell that its second character is a part
    of the word as well; so that character is a term by itself.
    """
    terms = analysis.phrase(surface)
    ends = [
        TermAt(term.text[1], term.offset + 1)
        for place, term in enumerate(terms)
        if re.fullmatch(f"[{HAN}]{{2}}", term.text)
        and (place + 1 == len(terms) or terms[place + 1].offset > term.offset + 1)
    ]
    return tuple(sorted((*terms, *ends), key=lambda term: term.offset))


def _in_order(
    clauses: Sequence[parse.Clause], placed: Mapping[int, tuple[Query, str]], units: Sequence[Unit]
) -> list[tuple[Query, str]]:
    """The parts of a conjunction as they were typed."""
    found: list[tuple[Query, str]] = []
    waiting = deque(units)
    for place, part in enumerate(clauses):
        if place in placed:
            found.append(placed[place])
        elif isinstance(part, parse.Words):
            end = part.start + len(part.text)
            while waiting and waiting[0].words[0].start < end:
                unit = waiting.popleft()
                found.append((unit.query, as_words(unit, first=unit is units[0])))
    return found


def _both(parts: Sequence[tuple[Query, str]]) -> tuple[Query | None, str]:
    return _grouped(_all, " AND ", parts)


def _either(parts: Sequence[tuple[Query | None, str]]) -> tuple[Query | None, str]:
    return _grouped(_any, " OR ", [(query, text) for query, text in parts if query is not None])


def _grouped(
    make: Callable[[Sequence[Query]], Query | None], joint: str, parts: Sequence[tuple[Query, str]]
) -> tuple[Query | None, str]:
    """Clauses that are joined; one alone stands for itself."""
    if len(parts) < 2:
        return parts[0] if parts else (None, "")
    return make([query for query, _ in parts]), f"({joint.join(text for _, text in parts)})"


def _negated(read: tuple[Query | None, str]) -> tuple[Query | None, str]:
    query, text = read
    return (None, "") if query is None else (Not(query), f"NOT {text}")


def _combine(make: Callable[[tuple[Query, ...]], Query], queries: Sequence[Query]) -> Query | None:
    return None if not queries else queries[0] if len(queries) == 1 else make(tuple(queries))


def _all(queries: Sequence[Query]) -> Query | None:
    return _combine(And, queries)


def _any(queries: Sequence[Query]) -> Query | None:
    return _combine(Or, queries)
