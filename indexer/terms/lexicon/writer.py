"""Writes a lexicon: of nothing, or of a copy of the one that an update starts from.

Counts are gathered in memory and written when there are many, so that memory does not grow with the collection. What
depends on all of them (places of suggestions, words that correct others) is worked out at the end.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import struct
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import blake2b
from itertools import groupby, islice
from pathlib import Path
from typing import NamedTuple

import msgspec

from indexer import analysis
from indexer.analysis import Channel, Language, TermArrays, TextCounts, TextTally, texts_with
from indexer.errors import BuildError
from indexer.record import Record
from indexer.terms.concept import Concept, Role
from indexer.terms.lexicon import folding, store
from indexer.terms.lexicon.entries import ROLES, EntryForm, forms_of, name_key, united
from indexer.terms.lexicon.sounds import Syllables, near_sound, packed_syllables, pinyin_starts, unpack_syllables
from indexer.terms.lexicon.spelling import LONGEST_HAN
from indexer.terms.lexicon.suggestions import KINDS, MARK, Kind, folded_item, rank, step_of

_WORDS_HELD = 300_000
_ITEMS_HELD = 100_000
"""Distinct words, and names, that are counted before they are written: some 60 MB."""

CONCEPTS_AT_ONCE = 5_000
"""Learned concepts that are worked out before they are written: some 20 MB."""

_LARGE = 1000
"""Documents of a collection in which a word must be in two to correct another: the typing errors of others are not."""

_CHINESE_TEXTS = ("title_zh", "abstract_zh", "keywords")
_TEXTS = ("title_en", "abstract_en", *_CHINESE_TEXTS)
"""The fields whose words are the vocabulary: English ones are read from FORMS, Chinese ones, of some, from WORDS."""

Tokens = Mapping[tuple[str, Channel], TermArrays]
"""As `schema.Documents.tokens`: of some fields of records, by name and channel."""


@dataclass(frozen=True)
class Counts:
    """What a lexicon counts of documents. Can be pickled."""

    documents: int
    words: TextCounts
    """How many of the documents have each form that may be a word."""
    items: dict[Kind, dict[str, int]]
    """How many have each title, journal and author."""


def counted(records: Sequence[Record], tokens: Tokens | None = None) -> Counts:
    """What a lexicon counts of records as they are stored.

    Args:
        records: The records.
        tokens: `schema.Documents.tokens` of them, where they are at hand; their texts are analysed again without.
    """
    if tokens is None:
        tokens = _analysed(records)
    forms = [tokens[name, Channel.FORMS] for name in _TEXTS if (name, Channel.FORMS) in tokens]
    words = [tokens[name, Channel.WORDS] for name in _CHINESE_TEXTS if (name, Channel.WORDS) in tokens]
    held = texts_with(forms, ascii_only=True) + texts_with(words, ascii_only=False)
    items: dict[Kind, dict[str, int]] = {}
    for kind, texts in (
        (Kind.AUTHOR, [author for record in records for author in set(record.authors)]),
        (Kind.TITLE, [title for record in records for title in {record.title_en, record.title_zh} if title]),
        (Kind.JOURNAL, [record.journal for record in records if record.journal]),
    ):
        items[kind] = Counter(texts)
    return Counts(len(records), held, items)


_WORKING_TABLES = """
CREATE TEMP TABLE counted (id INTEGER, kind INTEGER, text TEXT, documents INTEGER, last INTEGER, marked TEXT);
CREATE TEMP TABLE touched (id INTEGER PRIMARY KEY);
CREATE TEMP TABLE moved (entry INTEGER PRIMARY KEY, documents INTEGER, rank INTEGER);
"""
"""What is counted of items before they are placed, each as often as it is written: `last` is its rank without any
document, `marked` what is searched of it. The items that an update counts. The entries that get another place."""


class Analysed(NamedTuple):
    """A concept as the tables hold it."""

    forms: tuple[EntryForm, ...]
    words: list[list[str]]
    """Of each form."""
    folded: str
    """A line for each form."""
    pinyin: str
    """A line for each form, empty for an English one: what is typed in letters for a Chinese one."""
    keys: dict[str, int]
    """Its keys, each with the place of the best role in `ROLES`."""


def _analysed_concept(forms: tuple[EntryForm, ...], readings: Syllables) -> Analysed:
    """The words, spellings and keys of a concept's forms."""
    folded = [folding.Folded(form.text) for form in forms]
    pinyin = (
        " ".join(pinyin_starts(one, readings)) if form.language == "zh" else ""
        for form, one in zip(forms, folded, strict=True)
    )
    keys: dict[str, int] = {}
    for form in forms:
        if key := analysis.key(form.text):
            keys[key] = min(ROLES.index(form.role), keys.get(key, len(ROLES)))
    return Analysed(
        forms, [one.words() for one in folded], "\n".join(one.text for one in folded), "\n".join(pinyin), keys
    )


def _said(forms: Iterable[EntryForm]) -> bytes:
    """What stands for all that forms say, but for their evidence, in whatever order: a fifth of the room it takes."""
    said = sorted({(form.text, form.language, form.sources) for form in forms})
    return blake2b(_pack(said), digest_size=16).digest()


_DELETE_START = "INSERT INTO starts (starts, rowid, words, pinyin) VALUES ('delete', ?, ?, ?)"
"""With values, and row by row: FTS5 writes what it has gathered to the disk at each INSERT that selects."""


class LexiconWriter:
    """Writes a lexicon to a new file, which is one only once `finish` is through. Its caller syncs it to the disk.

    Args:
        path: Where; what is there is replaced.
        before: The lexicon to start from. It must be of the same analysis.

    Raises:
        BuildError: the file can't be written (so do all methods).
        IndexDamagedError, IndexMismatchError: `before` can't be used.
    """

    def __init__(self, path: Path, before: Path | None = None) -> None:
        self._path = path
        self._updating = before is not None
        self._words = TextTally()
        self._items: dict[Kind, Counter[str]] = {kind: Counter() for kind in Kind}
        self._bank: dict[str, int] = {}
        self._documents = 0
        self._items_placed = False
        self._learned: dict[bytes, int] | None = None
        """The numbers of learned entries, by what they say; None until one is added."""
        self._closed = False
        if before is None:
            path.unlink(missing_ok=True)
        else:
            store.check(before)
            shutil.copyfile(before, path)
        with self._written():
            self._connection = self._opened()
            self._readings = self._read_readings()

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        # Nobody reads the file before it is whole, and a build that fails leaves it behind.
        for pragma in (
            *("journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE", "cache_size=-64000"),
            *("secure_delete=OFF", "temp.journal_mode=OFF"),
        ):
            connection.execute(f"PRAGMA {pragma}")
        connection.executescript(_WORKING_TABLES)
        if self._updating:
            connection.execute("DELETE FROM fact WHERE name = 'complete'")
        else:
            connection.execute(f"PRAGMA application_id={store.APPLICATION}")
            connection.execute(f"PRAGMA user_version={store.VERSION}")
            connection.executescript(store.TABLES)
            connection.execute("INSERT INTO starts (starts, rank) VALUES ('hashsize', 16777216)")
        connection.create_function("rank_of", 3, _rank_of, deterministic=True)
        connection.create_function("step_of", 1, step_of, deterministic=True)
        connection.create_function("marked_item", 1, _marked_item, deterministic=True)
        connection.execute("BEGIN")
        self._holds_items = bool(connection.execute("SELECT 1 FROM item LIMIT 1").fetchall())
        return connection

    @contextmanager
    def _written(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise BuildError(
                f"can't write the lexicon {self._path}, or what is sorted for it in {_sorting_folder()}: {error}; "
                "make room, or set TMPDIR; the index is as it was"
            ) from error
        except sqlite3.DatabaseError as error:
            raise store.damaged(self._path, error) from error

    def close(self) -> None:
        """Close the file, whole or not."""
        if not self._closed:
            self._closed = True
            self._connection.close()

    def interrupt(self) -> None:
        """Make what another thread does with the writer fail soon."""
        # It may be closed at any moment, by that thread.
        with suppress(sqlite3.ProgrammingError):
            self._connection.interrupt()

    # Concepts

    def add_concepts(self, concepts: Iterable[Concept]) -> None:
        """Add concepts, or say more about those that are there.

        Curated ones become one where they prefer the same name (`entries.name_key`). A learned one stays by
        itself; where one of the same source with the same forms is there, its evidence is replaced.
        """
        for learned, some in groupby(concepts, lambda concept: concept.evidence is not None):
            if learned:
                while batch := list(islice(some, CONCEPTS_AT_ONCE)):
                    self.add_learned(self.analyse(batch))
            else:
                with self._written():
                    for concept in some:
                        self._add_curated(forms_of(concept))

    def analyse(self, concepts: Iterable[Concept]) -> list[Analysed]:
        """What `add_learned` adds, worked out; it does not touch the file, so another thread may write it meanwhile.

        Args:
            concepts: Learned ones; `CONCEPTS_AT_ONCE`, since what is worked out takes several times their memory.
        """
        return [_analysed_concept(forms_of(concept), self._readings) for concept in concepts]

    def add_learned(self, analysed: Sequence[Analysed]) -> None:
        """Add learned concepts as `add_concepts` does."""
        with self._written():
            if self._learned is None:
                packed = self._connection.execute("SELECT id, forms FROM entry WHERE learned")
                self._learned = {_said(_unpack(forms)): number for number, forms in packed}
            ((last,),) = self._connection.execute("SELECT coalesce(max(id), 0) FROM entry").fetchall()
            added: dict[int, Analysed] = {}
            renewed: list[tuple[bytes, int]] = []
            for one in analysed:
                number = self._learned.setdefault(_said(one.forms), last + 1)
                if number > last:
                    added[number] = one
                    last = number
                elif number in added:
                    added[number] = added[number]._replace(forms=one.forms)
                else:
                    renewed.append((_pack(one.forms), number))
            self._connection.executemany("UPDATE entry SET forms = ? WHERE id = ?", renewed)
            self._insert(added, learned=True)

    def _add_curated(self, forms: tuple[EntryForm, ...]) -> None:
        names = {(form.language, name_key(form.text)) for form in forms if form.role is Role.PREFERRED}
        same = self._same_concepts(names)
        for number in sorted(same):
            ((packed,),) = self._connection.execute("SELECT forms FROM entry WHERE id = ?", (number,)).fetchall()
            forms = united((*_unpack(packed), *forms))
        # The first of them keeps its place, so that the order in which sources are added is that of the lexicon.
        first = min(same, default=None)
        for other in same:
            names |= set(self._names_of(other))
            self._remove(other)
        number = first or self._connection.execute("SELECT coalesce(max(id), 0) + 1 FROM entry").fetchone()[0]
        self._insert({number: _analysed_concept(forms, self._readings)}, learned=False)
        self._connection.executemany(
            "INSERT OR IGNORE INTO preferred VALUES (?, ?, ?)", [(language, key, number) for language, key in names]
        )

    def _same_concepts(self, names: set[tuple[Language, str]]) -> set[int]:
        """The curated entries that mean the same as a concept with these preferred names.

        English names of medicine are precise: those that share one are one concept. A Chinese name is often that of
        several, so it joins only what has no English name to differ by.
        """
        english = [name for name in names if name[0] == "en"]
        same = {entry for name in english for entry in self._preferring(name)}
        for name in names:
            if name[0] == "zh":
                same |= {
                    entry
                    for entry in self._preferring(name)
                    if not english or all(language != "en" for language, _ in self._names_of(entry))
                }
        return same

    def _preferring(self, name: tuple[Language, str]) -> list[int]:
        found = self._connection.execute("SELECT entry FROM preferred WHERE language = ? AND key = ?", name)
        return [entry for (entry,) in found]

    def _names_of(self, entry: int) -> list[tuple[Language, str]]:
        return self._connection.execute("SELECT language, key FROM preferred WHERE entry = ?", (entry,)).fetchall()

    def _insert(self, analysed: Mapping[int, Analysed], *, learned: bool) -> None:
        """Add entries by their numbers."""
        self._connection.executemany(
            "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)",
            (
                (number, learned, _pack(one.forms), "\n".join(map(" ".join, one.words)), one.folded, one.pinyin)
                for number, one in analysed.items()
            ),
        )
        self._connection.executemany(
            "INSERT INTO form_key VALUES (?, ?, ?)",
            ((key, number, role) for number, one in analysed.items() for key, role in one.keys.items()),
        )
        level = 1 if learned else 2
        for one in analysed.values():
            for of_form in one.words:
                for word in of_form[of_form[:1] == [folding.UNSURE] :]:
                    self._bank[word] = max(level, self._bank.get(word, 0))
        if len(self._bank) > _WORDS_HELD:
            self._write_bank()

    def _remove(self, number: int) -> None:
        ((packed,),) = self._connection.execute("SELECT forms FROM entry WHERE id = ?", (number,)).fetchall()
        keys = {analysis.key(form.text) for form in _unpack(packed)}
        self._connection.executemany(_DELETE_START, self._starts_of([number]))
        self._connection.executemany(
            "DELETE FROM form_key WHERE key = ? AND entry = ?", [(key, number) for key in keys]
        )
        for table, column in (("standing", "entry"), ("entry", "id")):
            self._connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (number,))  # noqa: S608

    # Records

    def take(self, counts: Counts) -> None:
        """Count documents."""
        self._documents += counts.documents
        self._words.add(counts.words)
        for kind, texts in counts.items.items():
            self._items[kind].update(texts)
        self._spill()

    def take_away(self, counts: Counts) -> None:
        """Undo `take`, for records that are deleted or replaced."""
        self._documents -= counts.documents
        self._words.add(-counts.words)
        for kind, texts in counts.items.items():
            self._items[kind].subtract(texts)
        self._spill()

    def _spill(self) -> None:
        if len(self._words) > _WORDS_HELD:
            self._write_words()
        if sum(map(len, self._items.values())) > _ITEMS_HELD:
            self._write_items()

    def _write_words(self) -> None:
        counts: dict[str, int] = defaultdict(int)
        for form, count in self._words.total().items():
            word = folding.english_word(form) if form.isascii() else form if folding.is_han(form) else None
            if word:
                counts[word] += count
        self._words = TextTally()
        with self._written():
            self._connection.executemany(
                "INSERT INTO word VALUES (?, ?, 0) "
                "ON CONFLICT DO UPDATE SET documents = documents + excluded.documents",
                sorted(counts.items()),
            )

    def _write_bank(self) -> None:
        with self._written():
            self._connection.executemany(
                "INSERT INTO word VALUES (?, 0, ?) ON CONFLICT DO UPDATE SET bank = max(bank, excluded.bank)",
                sorted(self._bank.items()),
            )
        self._bank.clear()

    def _write_items(self) -> None:
        with self._written():
            if self._holds_items:
                self._write_touched_items()
            else:
                # All are placed at the end, so what is worked out of their texts is written beside them.
                self._connection.executemany(
                    "INSERT INTO counted VALUES (?, ?, ?, ?, ?, ?)",
                    (
                        (_item_id(kind, text), KINDS.index(kind), text, count, rank(kind, 0, text), _marked_item(text))
                        for kind, texts in self._items.items()
                        for text, count in texts.items()
                    ),
                )
        for texts in self._items.values():
            texts.clear()

    def _write_touched_items(self) -> None:
        rows = sorted(
            (_item_id(kind, text), KINDS.index(kind), text, count)
            for kind, texts in self._items.items()
            for text, count in texts.items()
        )
        self._connection.executemany(
            "INSERT INTO item VALUES (?, ?, ?, ?, NULL) "
            "ON CONFLICT DO UPDATE SET documents = documents + excluded.documents",
            rows,
        )
        self._connection.executemany("INSERT OR IGNORE INTO touched VALUES (?)", [row[:1] for row in rows])

    # The end

    def place_items(self) -> None:
        """Place titles, journals and authors among the suggestions, once all documents are counted.

        `finish` does it where it was not done before. It takes no part in what concepts are, so that another thread may
        do it while they are worked out; only one thread may use a writer at a time.
        """
        self._write_items()
        with self._written():
            if self._holds_items:
                self._place_touched_items()
            else:
                self._place_all_items()
        self._items_placed = True

    def finish(self) -> None:
        """Write what is left, and close the file."""
        if not self._items_placed:
            self.place_items()
        self._write_words()
        self._write_bank()
        with self._written():
            connection = self._connection
            connection.execute(
                "INSERT INTO fact VALUES ('documents', ?) ON CONFLICT DO UPDATE SET value = value + excluded.value",
                (self._documents,),
            )
            connection.execute("DELETE FROM word WHERE documents <= 0 AND NOT bank")
            self._write_spelling(self._place_entries())
            connection.execute("INSERT INTO fact VALUES ('complete', 1)")
            connection.execute("COMMIT")
            self.close()

    def _place_entries(self) -> dict[str, dict[str, int]]:
        """Rank the concepts by their words' documents; gives what may be typed for them, each with its documents.

        By `store.SCRIPTS`: Chinese forms whose words the collection has; those of concepts that it has under other
        names; and English words of such.
        """
        documents = dict(self._connection.execute("SELECT word, documents FROM word WHERE bank AND documents"))
        terms: dict[str, dict[str, int]] = {script: {} for script in store.SCRIPTS}
        changed: list[tuple[int, int, int]] = []
        for number, words, folded, before in self._connection.execute(
            "SELECT e.id, e.words, e.folded, s.documents FROM entry e LEFT JOIN standing s ON s.entry = e.id"
        ):
            lines = [line.split() for line in words.split("\n")]
            count = unsure = 0
            for of_form in lines:
                if of_form and of_form[0] == folding.UNSURE:
                    unsure = max(unsure, min((documents.get(word, 0) for word in of_form[1:]), default=0))
                elif of_form:
                    count = max(count, min([documents.get(word, 0) for word in of_form]))
            count = count or unsure
            if count:
                for term, of_term in _typed_for(lines, folded):
                    held = min([documents.get(word, 0) for word in of_term])
                    of_script = terms["en" if term.isascii() else "zh" if held else "name"]
                    of_script[term] = max(held or count, of_script.get(term, 0))
            if count != (before or 0):
                changed.append((rank(Kind.CONCEPT, count, folded, len(folded.partition("\n")[0])), count, number))
        if self._updating:
            moved = [number for _, _, number in changed]
            self._connection.executemany(_DELETE_START, self._starts_of(moved))
            self._connection.executemany("DELETE FROM standing WHERE entry = ?", [(number,) for number in moved])
        # Concepts of the same forms, learned in two ways, would have the same place.
        taken = {place for (place,) in self._connection.execute("SELECT rank FROM standing")}
        standing = []
        for place, count, number in sorted(changed):
            if count:
                while place in taken:
                    place += 1  # noqa: PLW2901
                taken.add(place)
                standing.append((number, count, place))
        self._connection.executemany("INSERT INTO moved VALUES (?, ?, ?)", standing)
        self._connection.execute("INSERT INTO standing SELECT entry, documents, rank FROM moved")
        self._connection.execute(
            "INSERT INTO starts (rowid, words, pinyin) "
            "SELECT rank, :mark || replace(folded, :line, :line || :mark), pinyin "
            "FROM moved JOIN entry ON id = entry ORDER BY rank",
            {"mark": MARK, "line": "\n"},
        )
        return terms

    def _starts_of(self, entries: Iterable[int]) -> Iterator[tuple[int, str, str]]:
        """The places of entries among the suggestions, and what is searched of them."""
        for number in entries:
            for place, folded, pinyin in self._connection.execute(
                "SELECT s.rank, e.folded, e.pinyin FROM standing s JOIN entry e ON e.id = s.entry WHERE s.entry = ?",
                (number,),
            ):
                yield place, _marked(folded), pinyin

    def _place_all_items(self) -> None:
        # No statement of these calls Python but for the few items of several documents: other threads go on meanwhile.
        for statement in (
            (
                "CREATE TEMP TABLE placed AS SELECT id, kind, text, sum(documents) AS documents, marked, "
                "last - (CASE sum(documents) WHEN 1 THEN 1 ELSE step_of(sum(documents)) END << 48) AS rank "
                "FROM counted GROUP BY id HAVING sum(documents) > 0"
            ),
            "DROP TABLE counted",
            "INSERT INTO item SELECT id, kind, text, documents, rank FROM placed",
            "INSERT INTO starts (rowid, words) SELECT rank, marked FROM placed ORDER BY rank",
            "DROP TABLE placed",
            "CREATE INDEX IF NOT EXISTS item_rank ON item (rank)",
        ):
            self._connection.execute(statement)

    def _place_touched_items(self) -> None:
        moved = "FROM touched JOIN item USING (id) WHERE rank IS NOT rank_of(kind, documents, text)"
        self._connection.execute(
            "INSERT INTO starts (starts, rowid, words, pinyin) "
            f"SELECT 'delete', rank, marked_item(text), NULL {moved} AND rank IS NOT NULL"
        )
        self._connection.execute("DELETE FROM item WHERE id IN touched AND documents <= 0")
        self._connection.execute(f"DELETE FROM touched WHERE id NOT IN (SELECT id {moved})")  # noqa: S608
        self._connection.execute("UPDATE item SET rank = rank_of(kind, documents, text) WHERE id IN touched")
        self._connection.execute(
            "INSERT INTO starts (rowid, words) "
            "SELECT rank, marked_item(text) FROM item WHERE id IN touched ORDER BY rank"
        )

    def _write_spelling(self, terms: Mapping[str, Mapping[str, int]]) -> None:
        ((documents,),) = self._connection.execute("SELECT value FROM fact WHERE name = 'documents'").fetchall()
        least = 1 if documents < _LARGE else 2
        packed: dict[tuple[str, int], dict[str, int]] = defaultdict(dict)
        for word, count in self._connection.execute(
            "SELECT word, documents FROM word WHERE documents >= ? OR (bank = 2 AND documents > 0)", (least,)
        ):
            packed["en" if word.isascii() else "zh", len(word)][word] = count
        for script, of_script in terms.items():
            for word, count in of_script.items():
                of_length = packed[script, len(word)]
                of_length[word] = max(count, of_length.get(word, 0))
        self._connection.execute("DELETE FROM spelling")
        for (script, length), words in sorted(packed.items()):
            if not (length > 2 if script == "en" else 1 < length <= LONGEST_HAN):
                continue
            ordered = sorted(words.items(), key=lambda pair: (-pair[1], pair[0]))
            counts = struct.pack(f"<{len(ordered)}I", *(count for _, count in ordered))
            sounds = "\n".join(near_sound(word, self._readings) for word, _ in ordered) if script != "en" else ""
            self._connection.execute(
                "INSERT INTO spelling VALUES (?, ?, ?, ?, ?)",
                (script, length, "\n".join(word for word, _ in ordered), counts, sounds),
            )

    def _read_readings(self) -> Syllables:
        """The readings of Han characters: those that the lexicon has from before, else pypinyin's."""
        rows = self._connection.execute("SELECT value FROM fact WHERE name = 'syllables'").fetchall()
        packed = rows[0][0] if rows else packed_syllables()
        if not rows:
            self._connection.execute("INSERT INTO fact VALUES ('syllables', ?)", (packed,))
        return unpack_syllables(packed)


def _sorting_folder() -> str:
    """Where SQLite keeps what it sorts: it does not tell, and does not look where Python does."""
    named = (os.environ.get(name) for name in ("SQLITE_TMPDIR", "TMPDIR"))
    folders = (*named, "/var/tmp", "/usr/tmp", "/tmp")  # noqa: S108 (SQLite's own list)
    usable = (folder for folder in folders if folder and Path(folder).is_dir() and os.access(folder, os.W_OK | os.X_OK))
    return next(usable, ".")


def _typed_for(lines: Iterable[Sequence[str]], folded: str) -> Iterator[tuple[str, Sequence[str]]]:
    """What may be typed for a concept, with its words: Chinese forms as a whole, English words.

    Args:
        lines: The words of its forms.
        folded: As its column.
    """
    for of_form, text in zip(lines, folded.split("\n"), strict=True):
        if of_form and of_form[0] != folding.UNSURE:
            if not text.isascii() and folding.is_han(han := text.replace(" ", "")):
                yield han, of_form
            else:
                yield from ((word, (word,)) for word in of_form if word.isascii())


def _rank_of(kind: int, documents: int, text: str) -> int:
    return rank(KINDS[kind], documents, text)


def _marked_item(text: str) -> str:
    return f"{MARK}{folded_item(text)}"


def _marked(folded: str) -> str:
    """The folded forms of a concept, each with the mark of a beginning."""
    return MARK + folded.replace("\n", f"\n{MARK}")


def _item_id(kind: Kind, text: str) -> int:
    """63 bits that no two of some millions share."""
    return int.from_bytes(blake2b(f"{kind.value} {text}".encode(), digest_size=8).digest(), "big") >> 1


_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(tuple[EntryForm, ...]).decode


def _analysed(records: Sequence[Record]) -> Tokens:
    tokens: dict[tuple[str, Channel], TermArrays] = {}
    for name in _TEXTS:
        given = [getattr(record, name) for record in records]
        texts = ["\n".join(keywords) for keywords in given] if name == "keywords" else given
        tokens |= {(name, channel): found for channel, found in analysis.term_arrays(texts).items()}
    return tokens
