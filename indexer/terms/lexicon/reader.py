"""A lexicon as a search reads it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from indexer.terms.concept import Role
from indexer.terms.lexicon.entries import ROLES, Entry
from indexer.terms.lexicon.folding import Folded
from indexer.terms.lexicon.spelling import Correction, QueryCorrection, Speller
from indexer.terms.lexicon.store import Connections
from indexer.terms.lexicon.suggestions import Suggestion, decode_forms, suggest

_KEYS_AT_ONCE = 500
_ENTRIES_AT_ONCE = 500


class Lexicon:
    """The terms, words and names of one index generation; any number of threads may ask at a time.

    Opening costs a few milliseconds, whatever its size. The file must not change while it is open. Where a part of it
    turns out to be damaged, each method raises IndexDamagedError.

    Raises:
        IndexDamagedError: the file is missing, cut off, unfinished or no lexicon.
        IndexMismatchError: it was written by another version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connections = Connections(path)
        self._speller = Speller(self._connections)

    def close(self) -> None:
        """Close the file; the lexicon can't be asked afterwards."""
        self._connections.close()

    def concepts(self, key: str) -> tuple[Entry, ...]:
        """The concepts that have a form of a key (`analysis.key`), the best first; see `lookup`."""
        return self.lookup((key,)).get(key, ())

    def lookup(self, keys: Sequence[str]) -> dict[str, tuple[Entry, ...]]:
        """The concepts that have a form of each key; a key without any is left out.

        Curated ones come before learned ones, then those that prefer the form before those of which it is a synonym or
        an abbreviation, then, of curated abbreviations, those of which more documents of the collection may be, then
        those of more sources, or of more evidence.
        """
        entries: dict[int, Entry] = {}
        found: dict[str, list[tuple[tuple[int, ...], int]]] = {}
        wanted = list(dict.fromkeys(keys))
        for start in range(0, len(wanted), _KEYS_AT_ONCE):
            some = wanted[start : start + _KEYS_AT_ONCE]
            marks = ",".join("?" * len(some))
            for key, role, number, learned, forms, documents in self._connections.rows(
                "SELECT k.key, k.role, e.id, e.learned, e.forms, s.documents FROM form_key k "  # noqa: S608
                f"JOIN entry e ON e.id = k.entry LEFT JOIN standing s ON s.entry = e.id WHERE k.key IN ({marks})",
                some,
            ):
                if number not in entries:
                    entries[number] = Entry(str(number), decode_forms(self._connections, forms))
                held = (documents or 0) if ROLES[role] is Role.ABBREVIATION and not learned else 0
                found.setdefault(key, []).append(((learned, role, -held, -_weight(entries[number]), number), number))
        return {key: tuple(entries[number] for _, number in sorted(places)) for key, places in found.items()}

    def entries(self, prefix: str = "", source: str | None = None) -> Iterator[Entry]:
        """All concepts in the order in which they were added, or those that a source knows or a form begins so.

        Args:
            prefix: Compared without case, accents and hyphens.
            source: Its name; a concept that several know is that of each.
        """
        folded = Folded(prefix).text
        if prefix.strip() and not folded:
            return
        last = 0
        # A piece at a time, so that whoever takes long over one does not keep a connection.
        while rows := self._connections.rows(
            "SELECT id, forms FROM entry WHERE id > ? AND (? = '' OR instr(char(10) || folded, char(10) || ?)) "
            "ORDER BY id LIMIT ?",
            (last, folded, folded, _ENTRIES_AT_ONCE),
        ):
            for number, forms in rows:
                entry = Entry(str(number), decode_forms(self._connections, forms))
                if source is None or any(source in form.sources for form in entry.forms):
                    yield entry
            last = rows[-1][0]

    def frequent_words(self, most: int) -> list[str]:
        """The words without Chinese characters that most documents hold, folded, so many at most."""
        rows = self._connections.rows(
            "SELECT word FROM word WHERE word < ? AND documents > 0 ORDER BY documents DESC, word LIMIT ?",
            (chr(0x2E80), most),
        )
        return [word for (word,) in rows]

    def corrections(self, word: str, limit: int = 5) -> tuple[Correction, ...]:
        """Words that may have been meant by one which the collection does not have, or hardly.

        They are of the collection, or of names of concepts that it has under other ones.

        Empty for words of less than four letters, words with digits, words of a curated term or of the Chinese
        dictionary, and where the collection has another form of the word. English ones are ranked by distance (1 up to
        five letters, else 2), then frequency; Chinese ones by sound (the same, nearly the same, another), then alike.
        """
        return self._speller.corrections(word, limit)

    def suggest(self, prefix: str, limit: int = 10) -> tuple[Suggestion, ...]:
        """Concepts, titles, journals and authors that begin so, or of which a word does; in this order of kinds.

        Within a kind, those that begin so come before others, and those of more documents before those of fewer.
        Concepts are found by the pinyin of their Chinese forms as well, in full or by initials. A concept of whose
        forms the collection can have none is not suggested. Empty where no letter or digit was typed.
        """
        return suggest(self._connections, prefix, limit)

    def did_you_mean(self, text: str, words: Sequence[tuple[int, int]]) -> QueryCorrection | None:
        """See `did_you_mean`."""
        return self._speller.did_you_mean(text, words)


def _weight(entry: Entry) -> int:
    """More for what more sources, or documents, say."""
    if entry.curated:
        return len({source for form in entry.forms for source in form.sources})
    return max(form.evidence or 0 for form in entry.forms)


def did_you_mean(lexicon: Lexicon, text: str, words: Sequence[tuple[int, int]]) -> QueryCorrection | None:
    """The query that may have been meant; None where nothing in it is doubtful, or nothing better is known.

    For suggesting only: never search it unasked. Only doubtful words are replaced; operators, quotes and everything
    else that is not among the words stays as typed.

    Args:
        lexicon: Of the collection that is searched.
        text: The query as typed.
        words: Offsets of its words (start, end), as `analysis.query_words` gives them. Leave out what must not be
            changed: field names, operators, values. Chinese words that touch are looked at together.
    """
    return lexicon.did_you_mean(text, words)
