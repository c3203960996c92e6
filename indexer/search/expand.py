"""The concepts that a query names, and the other forms under which they are found as well.

A query's words are held against the terms of the index (`indexer.terms.lexicon`), the longest runs of words first.
Words that name a concept are searched together with its other forms, in both languages, each counting less than what
was typed. What was added is told, form by form, and can be taken back concept by concept.

Which documents a concept finds (2026-11): those that hold any of its forms as it stands, those that hold all words of
a curated preferred form of either language, and those that hold all words of what was typed. The last are all that may
make a difference between one form typed and another, with the limits on how many forms and meanings are searched.

A name of several Chinese words stands where its words do, one behind the other or within a longer word, and nothing
turns them round: 非随机对照研究 is no 随机对照研究. Cut otherwise by what stands around it, it is not found: of the
texts of three Chinese collections that hold a name of ours as a string, 97 of 2,475, about half of which mean another
thing (慢性痛风 is no 慢性痛).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise, product
from typing import Protocol

from indexer import analysis, schema
from indexer.analysis import Channel, QueryWord, Reading, TermAt
from indexer.analysis.numbers import is_counted
from indexer.search.query import And, AnyReading, Or, Phrase, Query, Synonyms, Term, Weighted
from indexer.search.ranking import Settings
from indexer.terms.concept import Role
from indexer.terms.lexicon import Entry, EntryForm, name_key
from indexer.terms.ours import everyday_words

LONGEST_NAME = 8
"""Words of a query that may name a concept together."""
MAX_FORMS = 16
"""Forms of a language that a concept is searched by besides what was typed; preferred ones come first."""
_VARIANTS = 4
"""Spellings of one form of several compounds, at most."""
_MEANINGS = 2
"""Concepts that an abbreviation is read as, at most."""

_JOINTS = ("and", "or")
_COUNTED_JOINTS = (*_JOINTS, "to")
_LONGEST_NUMBER = 2
"""Digits of a number that says which: 4 of interleukin 4, but not 2019."""

_BETWEEN = re.compile(r"[\s\-/'’·:+]{0,2}")
_BEHIND_A_LETTER = re.compile(r"\.\s?")
"""Between the words of E. coli."""
_SHORTEST_WRITTEN = 3
"""Letters of an abbreviation that is searched for where the long form was typed; shorter ones mean too many things."""

_CONTENT = tuple(field.name for field in schema.TEXT_FIELDS if field.name not in {"authors", "journal_name"})
"""Where a synonym is sought: neither persons nor journals are called by one."""


class Terms(Protocol):
    """What knows concepts by the keys of their forms (`analysis.key`)."""

    def lookup(self, keys: Sequence[str]) -> Mapping[str, tuple[Entry, ...]]:
        """The concepts of each key that has any, best first."""
        ...


@dataclass(frozen=True)
class Expansion:
    """A concept that a query names, with what it is searched by besides what was typed."""

    id: str
    """Names the concept, to leave it out."""
    text: str
    """As typed."""
    start: int
    forms: tuple[EntryForm, ...]


@dataclass(frozen=True)
class Unit:
    """One or several words of a query that mean one thing."""

    words: tuple[QueryWord, ...]
    """Without stop words; at least one."""
    query: Query
    """Documents that hold all the words, or another form of what they name."""
    surface: str
    """As typed, stop words included."""
    others: Query | None = None
    """The forms of the concept; None where the words name none."""
    concepts: frozenset[str] = frozenset()
    """What the words name, by the ids of the lexicon."""


class Expander:
    """Finds the concepts of one query, and notes what it adds."""

    def __init__(self, terms: Terms, ranking: Settings, without: Iterable[str] = ()) -> None:
        self._terms = terms
        self._ranking = ranking
        self._without = frozenset(without)
        self.expansions: dict[str, Expansion] = {}
        self.left_out: dict[str, Expansion] = {}
        """Those of `without` that the query names."""

    def units(self, text: str, words: Sequence[QueryWord], fields: tuple[str, ...]) -> list[Unit]:
        """The units of a run of words, in order; a word that is in no concept is one by itself.

        Args:
            text: What the words are of, as typed.
            words: All words, stop words included: they are part of names, as in `quality of life`.
            fields: Where they are sought.
        """
        spans = self._spans(text, words)
        found = self._terms.lookup(list(spans.values()))
        spelt_out = frozenset(entry.id for key, entries in found.items() for entry in entries if _in_full(entry, key))
        units: list[Unit] = []
        at = 0
        while at < len(words):
            end = at + 1
            for behind in range(min(len(words), at + LONGEST_NAME), at, -1):
                key = spans.get((at, behind))
                surface = text[words[at].start : words[behind - 1].end]
                entries = _meant(found.get(key, ()), key, surface, spelt_out) if key else []
                if entries and key is not None:
                    unit = self._concept(text, words[at:behind], entries, key, fields)
                    if unit:
                        units.append(unit)
                        end = behind
                        break
            else:
                units.append(Unit((words[at],), word_query(words[at], fields), words[at].surface))
            at = end
        return units

    def _spans(self, text: str, words: Sequence[QueryWord]) -> dict[tuple[int, int], str]:
        """The keys of all runs of words that may be a name."""
        spans: dict[tuple[int, int], str] = {}
        for first, word in enumerate(words):
            meaningful = False
            for last in range(first, min(len(words), first + LONGEST_NAME)):
                if last > first and not _go_on(text, words[last - 1], words[last]):
                    break
                meaningful = meaningful or not words[last].stopword
                if meaningful:
                    spans[first, last + 1] = analysis.key(text[word.start : words[last].end])
        return spans

    def _concept(
        self, text: str, words: Sequence[QueryWord], entries: Sequence[Entry], key: str, fields: tuple[str, ...]
    ) -> Unit | None:
        """The unit of words that name concepts; None where nothing would be added."""
        surface = text[words[0].start : words[-1].end]
        typed = tuple(word for word in words if not word.stopword) or tuple(words)
        forms: list[Weighted] = []
        """Besides the typed one."""
        preferred: list[Query] = []
        plain = False
        seen = {key}
        within = tuple(field for field in fields if field in _CONTENT)
        for entry in entries:
            added = tuple(self._others(entry, seen)) if within else ()
            if not added:
                continue
            expansion = Expansion(_name(entry), surface, words[0].start, added)
            if expansion.id in self._without:
                self.left_out[expansion.id] = expansion
                plain = True
                continue
            self.expansions[expansion.id] = expansion
            weight = 1.0 if entry.curated else self._ranking.learned
            for form in added:
                query = _abbreviation_query(form.text, within) if _is_short(form) else form_query(form.text, within)
                if query is not None:
                    forms.append(Weighted(query, weight))
                    if form.role is Role.PREFERRED and entry.curated and len(meant := _meaningful(form.text)) > 1:
                        preferred.append(_all_words(meant, within))
        if not forms:
            # Words whose concept is left out stand as they were typed; no shorter name among them is one instead.
            return Unit(typed, _all_of([word_query(word, fields) for word in typed]), surface) if plain else None
        together = _all_words(typed, fields)
        if (typed_form := form_query(surface, fields)) is not None:
            # It adds nothing to the score, but makes the forms as common as all of them are together: a rare synonym
            # of a common word is no better than the word.
            forms.append(Weighted(typed_form, 0.0))
        others: list[Query] = [Weighted(Synonyms(tuple(forms)), self._ranking.synonym)]
        others += [Weighted(query, self._ranking.apart) for query in preferred]
        return Unit(
            typed,
            Or((together, *others)),
            surface,
            others[0] if len(others) == 1 else Or(tuple(others)),
            frozenset(entry.id for entry in entries),
        )

    def _others(self, entry: Entry, seen: set[str]) -> Iterable[EntryForm]:
        """The forms of a concept that are searched besides those seen, the best of each language."""
        room = dict.fromkeys(("en", "zh"), MAX_FORMS)
        short = {
            form.text: analysis.key(form.text)
            for form in entry.forms
            if form.role is Role.ABBREVIATION and len(form.text) >= _SHORTEST_WRITTEN
        }
        shared = self._terms.lookup(list(short.values())) if short else {}
        for form in entry.forms:
            form_key = analysis.key(form.text)
            if not form_key or form_key in seen or not room[form.language]:
                continue
            if _is_short(form) and _is_everyday(form.text):
                continue
            if form.role is Role.ABBREVIATION and (
                form.text not in short or sum(other.curated for other in shared.get(form_key, ())) > 1
            ):
                continue
            seen.add(form_key)
            room[form.language] -= 1
            yield form


def _go_on(text: str, word: QueryWord, behind: QueryWord) -> bool:
    """Whether a word may belong to a name together with the one before it, by what stands between them."""
    between = text[word.end : behind.start]
    return bool(_BETWEEN.fullmatch(between)) or (len(word.surface) == 1 and bool(_BEHIND_A_LETTER.fullmatch(between)))


def _meant(entries: Sequence[Entry], key: str, surface: str, spelt_out: frozenset[str]) -> list[Entry]:
    """Of the concepts that have a key those that are meant by what was typed.

    An abbreviation means what the query spells out besides, if it does; else what is abbreviated by just these letters,
    small and large, and of that what is called so, if anything is. What a collection taught is asked only where no
    table knows the words.

    Args:
        entries: The concepts, best first.
        key: Of what was typed.
        surface: What was typed.
        spelt_out: The concepts that the query names by other forms than abbreviations, here or elsewhere.
    """
    named = [entry for entry in entries if _in_full(entry, key)]
    if curated := [entry for entry in named if entry.curated]:
        # Stems tell neither nurse from nursing nor a genome from genomics; what was typed does.
        typed = name_key(surface)
        return [entry for entry in curated if any(name_key(form.text) == typed for form in entry.forms)] or curated
    short = [
        entry
        for entry in entries
        if entry not in named
        and any(
            _is_short(form)
            and analysis.key(form.text) == key
            and _reads_as(surface, form.text, learned=not entry.curated)
            for form in entry.forms
        )
    ]
    if explained := [entry for entry in short if entry.id in spelt_out]:
        return explained[:_MEANINGS]
    if curated := [entry for entry in short if entry.curated]:
        # EGFR is no eGFR and ALS no plural of AL; CT is a name of computed tomography, and seldom calcitonin.
        curated = [entry for entry in curated if any(form.text == surface for form in entry.forms)] or curated
        return ([entry for entry in curated if _is_name(entry, key)] or curated)[:_MEANINGS]
    return named or short[:_MEANINGS]


def _in_full(entry: Entry, key: str) -> bool:
    """Whether a key is that of a form of the concept that is no abbreviation."""
    return any(not _is_short(form) and analysis.key(form.text) == key for form in entry.forms)


def _is_name(entry: Entry, key: str) -> bool:
    """Whether a key is that of a name of the concept, which may be written as abbreviations are."""
    return any(form.role is not Role.ABBREVIATION and analysis.key(form.text) == key for form in entry.forms)


def _name(entry: Entry) -> str:
    """The id of a concept in answers and addresses: the same in every generation that knows it by this name."""
    return " ".join(entry.forms[0].text.replace(",", " ").casefold().split())


def _is_short(form: EntryForm) -> bool:
    """Whether a form is an abbreviation, by its role or since it is written in capitals."""
    return form.role is Role.ABBREVIATION or (form.text.isascii() and form.text.isupper() and form.text.isalpha())


def _is_everyday(abbreviation: str) -> bool:
    """Whether an abbreviation, in small letters, is a word that texts are full of."""
    return abbreviation.casefold() in everyday_words() or all(
        word.stopword for word in analysis.query_words(abbreviation.casefold())
    )


def _abbreviation_query(text: str, fields: tuple[str, ...]) -> Query | None:
    """As `form_query` of an abbreviation: where stems would make another word of it (INS: in), it stands as written."""
    found = form_query(text, fields)
    if isinstance(found, Term) and not found.text.startswith(text.casefold()):
        return Term(fields, Channel.FORMS, text.casefold())
    return found


def _reads_as(surface: str, abbreviation: str, *, learned: bool) -> bool:
    """Whether what was typed is meant as the abbreviation: with its capitals, or in small letters if they are no word.

    A capital at the beginning alone tells nothing, for a title is pasted with it (Aids for hearing); two letters of
    which the first is one are a symbol (Ca). Which small letters are words is known of everyday ones only; a collection
    abbreviates with others as well (AIR), and what it taught is taken for an abbreviation where it looks like one.
    """
    if surface == abbreviation:
        return len(surface) > 1
    if any(letter.isupper() for letter in surface) and surface != surface.capitalize():
        return True
    if learned:
        return any(letter.isdecimal() for letter in surface)
    return len(abbreviation) >= _SHORTEST_WRITTEN and surface.casefold() not in everyday_words()


def word_query(word: QueryWord, fields: tuple[str, ...]) -> Query:
    """The documents that hold a word in any of its readings."""
    return _any_reading([_leaf(reading, fields) for reading in word.readings])


@lru_cache(maxsize=1 << 13)
def form_query(text: str, fields: tuple[str, ...]) -> Query | None:
    """The documents that hold a form as it stands, its words side by side; None where it holds no word."""
    words = analysis.query_words(text)
    if not words:
        return None
    if len(words) == 1:
        return word_query(words[0], fields)
    if any(run.han for run in analysis.script.runs(text)):
        return _any_reading([Phrase(fields, Channel.WORDS, terms) for terms in _cuts(analysis.named(text))])
    variants: list[Query] = []
    for readings in product(*(_words_readings(word) for word in words)):
        starts = accumulate((reading[-1].offset + 1 for reading in readings), initial=0)
        terms = [
            TermAt(term.text, start + term.offset)
            for start, reading in zip(starts, readings, strict=False)
            for term in reading
        ]
        variants.append(Phrase(fields, Channel.WORDS, tuple(terms)))
        if len(variants) == _VARIANTS:
            break
    return _any_reading(variants)


def _cuts(terms: tuple[TermAt, ...]) -> list[tuple[TermAt, ...]]:
    """How the words of a Chinese name may stand in a text: one behind the other, or some of them in a longer word.

    In 心脏瓣膜病 心脏 and 瓣膜 have the position of the whole.
    """
    borders = len(terms) - 1
    chosen = product((1, 0), repeat=borders) if 1 << borders <= _VARIANTS else ([1] * borders, [0] * borders)
    return [
        tuple(TermAt(term.text, place) for term, place in zip(terms, accumulate(steps, initial=0), strict=True))
        for steps in chosen
    ]


def _words_readings(word: QueryWord) -> list[tuple[TermAt, ...]]:
    """The readings of a word among the stems, those of several terms first: a text may break a compound or join it."""
    among = [reading.terms for reading in word.readings if reading.channel is Channel.WORDS]
    return sorted(among, key=len, reverse=True) or [(TermAt(word.surface.casefold(), 0),)]


def _meaningful(name: str) -> list[QueryWord]:
    return [word for word in analysis.query_words(name) if not word.stopword]


def _all_words(words: Sequence[QueryWord], fields: tuple[str, ...]) -> Query:
    """The documents that hold all words of a name, and each number that says which behind the word before it.

    Programmed death 1 is not programmed death-ligand 1, and type 1 diabetes of 2 children is not type 2.
    """
    queries = [word_query(word, fields) for word in words]
    for place, (before, word) in enumerate(pairwise(words), 1):
        number = _words_readings(word)[0][0].text
        last = place == len(words) - 1
        if number.isdecimal() and (last or len(number) <= _LONGEST_NUMBER):
            queries[place] = _numbered(before, word, fields)
    return _all_of(queries)


def _is_counted(word: QueryWord) -> bool:
    before = f"{word.surface.casefold()} "
    return is_counted(before, len(before))


def _numbered(word: QueryWord, number: QueryWord, fields: tuple[str, ...]) -> Query:
    """The documents that hold a word and a number behind it, the first or the second of two: peptides 1 and 2.

    Of stages and the like texts name several: stages I-III; stages I, II and III.
    """
    found: list[Query] = []
    for before, reading in product(_words_readings(word), _words_readings(number)):
        behind = before[-1].offset + 1
        term = reading[0].text
        found += [Phrase(fields, Channel.WORDS, (*before, TermAt(term, behind)))]
        counted = _is_counted(word)
        for joint in _COUNTED_JOINTS if counted else _JOINTS:
            between = TermAt(joint, behind + 1), TermAt(term, behind + 2)
            found.append(Phrase(fields, Channel.WORDS, (*before, *between)))
        if counted:
            found.append(Phrase(fields, Channel.WORDS, (*before, TermAt(term, behind + 1))))
            if term.isdecimal() and int(term) > 1:
                row = TermAt(str(int(term) - 1), behind + 1)
                ends = ((row, TermAt(joint, behind + 2), TermAt(term, behind + 3)) for joint in _JOINTS)
                found += [Phrase(fields, Channel.WORDS, (*before, *end)) for end in ends]
    return _any_reading(found)


def _all_of(queries: Sequence[Query]) -> Query:
    return queries[0] if len(queries) == 1 else And(tuple(queries))


def _leaf(reading: Reading, fields: tuple[str, ...]) -> Query:
    if len(reading.terms) == 1:
        return Term(fields, reading.channel, reading.terms[0].text)
    return Phrase(fields, reading.channel, reading.terms)


def _any_reading(readings: Sequence[Query]) -> Query:
    return readings[0] if len(readings) == 1 else AnyReading(tuple(readings))
