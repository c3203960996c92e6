"""Rows of several tables into journals: one for each physical journal, with the names by which it is found.

Rows belong together that share an ISSN; then those of one title. A title stands for two journals where one table lists
it for two ISSNs, or without ISSN with values that one journal can't both have: such a title links and finds nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from indexer.journals.layouts import Row
from indexer.journals.metrics import Edition, Journal, Metrics, combine, disagree, newest_first
from indexer.journals.names import short_key, title_key

AMBIGUOUS = -1
"""In an index of names: it stands for several journals."""
_SHARED_BY_TOO_MANY = 3
"""Titles of one table with one ISSN: two are a journal before and after it was renamed, more are a placeholder."""


@dataclass
class Linked:
    """The journals, and their places in the list by each way of finding one."""

    journals: list[Journal] = field(default_factory=list)
    issns: dict[str, int] = field(default_factory=dict)
    titles: dict[str, int] = field(default_factory=dict)
    """By `title_key`."""
    short_titles: dict[str, int] = field(default_factory=dict)
    """By `table_short_keys`; AMBIGUOUS also where a title that no table has metrics for has it."""
    abbreviations: dict[str, int] = field(default_factory=dict)
    """By `title_key`."""
    unlinked: list[int] = field(default_factory=list)
    """Of each table, how many rows have no ISSN and a title that stands for two journals, or none."""


class _Entry:
    """A journal in the making."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, Row]] = []
        """With the numbers of their tables."""
        self.issns: dict[str, None] = {}
        self.abbreviations: dict[str, str] = {}
        """By their keys, as they are written."""
        self.merged_into: _Entry | None = None

    def root(self) -> _Entry:
        entry = self
        while entry.merged_into is not None:
            entry = entry.merged_into
        return entry

    def absorb(self, other: _Entry) -> None:
        self.rows = sorted(self.rows + other.rows, key=lambda numbered: numbered[0])
        self.issns.update(other.issns)
        other.merged_into = self

    def tables(self) -> set[int]:
        return {table for table, _ in self.rows}


@dataclass(frozen=True)
class _Named:
    """Rows of one title that have no ISSN."""

    key: str
    rows: list[tuple[int, Row]]
    short_keys: tuple[str, ...]
    """Of the title as libraries shorten it, not as JCR does."""


def link(tables: Sequence[Sequence[Row]]) -> Linked:
    """The journals of all tables. Of one that two tables of an edition list, what the first says is kept."""
    return _Linker(tables).linked()


class _Linker:
    """Links in the order of trust: by ISSN, by title, by shortened title; then abbreviations are hung on."""

    def __init__(self, tables: Sequence[Sequence[Row]]) -> None:
        self._tables = tables
        self._entries: list[_Entry] = []
        self._titles: dict[str, _Entry | None] = {}
        """None where the title stands for several journals."""
        self._short_titles: dict[str, set[_Entry]] = defaultdict(set)
        self._unlinked = [0] * len(tables)
        self._abbreviated: list[Row] = []
        """Rows of lists of abbreviations."""
        self._foreign: dict[str, None] = {}
        """Shortened titles that have an abbreviation but are in no table of metrics."""
        without_issn = self._link_issns()
        self._link_titles()
        self._link_named(without_issn)
        self._hang_abbreviations()

    def _link_issns(self) -> list[tuple[int, Row]]:
        """Link rows by ISSN; the rows that have none are left."""
        by_issn: dict[str, _Entry] = {}
        rest = []
        for number, rows in enumerate(self._tables):
            placeholders = _placeholders(rows)
            for row in rows:
                numbers = [issn for issn in (row.issn, row.eissn) if issn and issn not in placeholders]
                if not numbers:
                    rest.append((number, row))
                    continue
                entry = by_issn[numbers[0]].root() if numbers[0] in by_issn else None
                for issn in numbers[1:]:
                    if (other := by_issn.get(issn)) is not None:
                        other = other.root()
                        if entry is not None and other is not entry:
                            entry.absorb(other)
                        entry = entry or other
                if entry is None:
                    entry = _Entry()
                    self._entries.append(entry)
                entry.rows.append((number, row))
                for issn in numbers:
                    entry.issns[issn] = None
                    by_issn.setdefault(issn, entry)
        return rest

    def _link_titles(self) -> None:
        """Link entries that no ISSN links by their titles, unless one table lists them apart."""
        of_title: dict[str, list[_Entry]] = {}
        for entry in self._roots():
            for key in dict.fromkeys(row.key for _, row in entry.rows if row.key):
                of_title.setdefault(key, []).append(entry)
        for key, entries in of_title.items():
            found = entries
            if len(entries) > 1:
                found = list(dict.fromkeys(entry.root() for entry in entries))
                listed = [entry.tables() for entry in found]
                if len(set().union(*listed)) == sum(map(len, listed)):
                    for other in found[1:]:
                        found[0].absorb(other)
                    found = found[:1]
            self._titles[key] = found[0] if len(found) == 1 else None
        self._titles = {key: entry and entry.root() for key, entry in self._titles.items()}
        for entry in self._roots():
            self._note_short_titles(entry, entry.rows)

    def _link_named(self, rows: Iterable[tuple[int, Row]]) -> None:
        """Link rows without ISSN by title."""
        of_key: dict[str, list[tuple[int, Row]]] = defaultdict(list)
        for number, row in rows:
            if not row.key:
                self._unlinked[number] += 1
            elif row.metrics or not row.abbreviation:
                of_key[row.key].append((number, row))
            else:
                self._abbreviated.append(row)
        pending = []
        for key, named in of_key.items():
            if _contradict(named) or (key in self._titles and self._titles[key] is None):
                self._titles[key] = None
                for number, _ in named:
                    self._unlinked[number] += 1
            elif entry := self._titles.get(key):
                entry.rows += named
            else:
                pending.append(_Named(key, named, _library_keys(named[0][1])))
        self._link_shortened(pending)

    def _link_shortened(self, pending: Sequence[_Named]) -> None:
        """Link titles that differ by a place or subtitle, where no table tells the two apart; the others are new."""
        candidates = [self._shortened(named.key, named.short_keys) for named in pending]
        claims: Counter[tuple[_Entry, int]] = Counter()
        for named, entry in zip(pending, candidates, strict=True):
            if entry:
                claims.update((entry, number) for number in {number for number, _ in named.rows})
        listed = {entry: entry.tables() for entry in candidates if entry}
        for named, candidate in zip(pending, candidates, strict=True):
            own = {number for number, _ in named.rows}
            entry = candidate
            if entry is None or own & listed[entry] or any(claims[entry, number] > 1 for number in own):
                entry = _Entry()
                self._entries.append(entry)
            entry.rows += named.rows
            self._titles[named.key] = entry
            self._note_short_titles(entry, named.rows)

    def _shortened(self, key: str, short_keys: Sequence[str]) -> _Entry | None:
        """The one entry whose title, or shortened title, is a shortened one or the other way round."""
        found = set(self._short_titles.get(key, ()))
        for short in short_keys:
            if short in self._titles and self._titles[short] is None:
                return None
            if entry := self._titles.get(short):
                found.add(entry)
            found |= self._short_titles.get(short, set())
        return next(iter(found)) if len(found) == 1 else None

    def _hang_abbreviations(self) -> None:
        """Give journals the abbreviations that tables and lists have for their titles."""
        for entry in self._roots():
            self._hang(entry, {title_key(row.abbreviation): row for _, row in entry.rows if row.abbreviation})
        of_key: dict[str, dict[str, Row]] = defaultdict(dict)
        for row in self._abbreviated:
            of_key[row.key].setdefault(title_key(row.abbreviation or ""), row)
        claims: dict[_Entry, list[str]] = defaultdict(list)
        for key, rows in of_key.items():
            if key in self._titles:
                found = self._titles[key]
                if found is not None and len(rows) == 1:
                    self._hang(found, rows)
            elif (found := self._shortened(key, short_keys := _library_keys(next(iter(rows.values()))))) is not None:
                claims[found].append(key)
            else:
                self._foreign.update(dict.fromkeys(short_keys))
        for entry, keys in claims.items():
            self._settle_claims(entry, {key: of_key[key] for key in keys})

    def _settle_claims(self, entry: _Entry, claims: Mapping[str, Mapping[str, Row]]) -> None:
        """Hang the abbreviation of a title that is the entry's but for its place or subtitle, if it is the only one."""
        key, rows = next(iter(claims.items()))
        if len(claims) == 1 and len(rows) == 1 and not entry.abbreviations:
            self._hang(entry, rows)
            self._titles[key] = entry
            return
        for key, rows in claims.items():
            self._foreign.update(dict.fromkeys((key, *_library_keys(next(iter(rows.values()))))))

    @staticmethod
    def _hang(entry: _Entry, rows: Mapping[str, Row]) -> None:
        for key, row in rows.items():
            if key and row.abbreviation:
                entry.abbreviations.setdefault(key, row.abbreviation)

    def linked(self) -> Linked:
        """The journals and indices. A journal that no table has any metrics for is none."""
        entries = [entry for entry in self._roots() if any(row.metrics for _, row in entry.rows)]
        place = {entry: number for number, entry in enumerate(entries)}
        result = Linked(unlinked=self._unlinked)
        editions = newest_first({each.edition for rows in self._tables for row in rows for each in row.metrics})
        order = {edition: number for number, edition in enumerate(editions)}
        sorted_rows = [_by_newness(entry, order) for entry in entries]
        names = [_display_name(rows, entry) for rows, entry in zip(sorted_rows, entries, strict=True)]
        keys = list(map(title_key, names))
        bearers = Counter(keys)
        for number, (entry, rows) in enumerate(zip(entries, sorted_rows, strict=True)):
            apart = bearers[keys[number]] > 1 or self._titles.get(keys[number], entry) is not entry
            result.journals.append(_journal(entry, rows, names[number], order, apart=apart))
            result.issns.update((issn, number) for issn in entry.issns if issn not in result.issns)
            for abbreviation in entry.abbreviations:
                if result.abbreviations.setdefault(abbreviation, number) != number:
                    result.abbreviations[abbreviation] = AMBIGUOUS
        for short, bearing in self._short_titles.items():
            places = {place.get(entry.root(), AMBIGUOUS) for entry in bearing}
            result.short_titles[short] = places.pop() if len(places) == 1 else AMBIGUOUS
        result.short_titles.update(dict.fromkeys(self._foreign, AMBIGUOUS))
        result.titles = {
            key: place[entry] if entry else AMBIGUOUS
            for key, entry in self._titles.items()
            if entry is None or entry in place
        }
        return result

    def _roots(self) -> Iterator[_Entry]:
        return (entry for entry in self._entries if entry.merged_into is None)

    def _note_short_titles(self, entry: _Entry, rows: Iterable[tuple[int, Row]]) -> None:
        for _, row in rows:
            for short in row.short_keys:
                self._short_titles[short].add(entry)


def _library_keys(row: Row) -> tuple[str, ...]:
    """The title without place and subtitle, where it has any."""
    short = short_key(row.name) if row.name and row.short_keys else None
    return (short,) if short else ()


def _placeholders(rows: Iterable[Row]) -> set[str]:
    """ISSNs of a table that stand for none."""
    first: dict[str, str] = {}
    several: dict[str, set[str]] = {}
    for row in rows:
        for issn in (row.issn, row.eissn):
            if issn and (known := first.setdefault(issn, row.key)) != row.key:
                several.setdefault(issn, {known}).add(row.key)
    return {issn for issn, keys in several.items() if len(keys) >= _SHARED_BY_TOO_MANY}


def _contradict(named: Sequence[tuple[int, Row]]) -> bool:
    """True where rows of one title in one table can't be of one journal."""
    first: dict[tuple[int, Edition], Metrics] = {}
    return len(named) > 1 and any(
        disagree(first.setdefault((number, metrics.edition), metrics), metrics)
        for number, row in named
        for metrics in row.metrics
    )


def _by_newness(entry: _Entry, order: Mapping[Edition, int]) -> list[Row]:
    """The rows of an entry, of the newest edition first, in the order of families."""
    if len(entry.rows) == 1:
        return [entry.rows[0][1]]
    last = len(order)
    return sorted(
        (row for _, row in entry.rows),
        key=lambda row: order[row.metrics[0].edition] if row.metrics else last,
    )


def _display_name(rows: Sequence[Row], entry: _Entry) -> str:
    """The newest name that is not all in capitals, else the newest."""
    names = [row.name for row in rows if row.name]
    return next((name for name in names if not name.isupper()), names[0] if names else next(iter(entry.issns)))


def _journal(entry: _Entry, rows: Sequence[Row], name: str, order: Mapping[Edition, int], *, apart: bool) -> Journal:
    """The journal of an entry. `apart`: another one has its name, so that its ISSN is added."""
    said: dict[Edition, Metrics] = {}
    for _, row in entry.rows:
        for metrics in row.metrics:
            known = said.get(metrics.edition)
            said[metrics.edition] = combine(known, metrics) if known else metrics
    issn = next((row.issn for row in rows if row.issn), None)
    eissn = next((row.eissn for row in rows if row.eissn and row.eissn != issn), None)
    if apart and (number := issn or eissn):
        name = f"{name} ({number})"
    return Journal(
        name=name,
        abbreviation=next(iter(entry.abbreviations.values()), None),
        issn=issn,
        eissn=eissn,
        metrics=tuple([said[edition] for edition in sorted(said, key=order.__getitem__)]),
    )
