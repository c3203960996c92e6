"""Numbers for texts, by which they are counted, looked up and sent to other processes without an object for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.analysis import compiled

U32 = npt.NDArray[np.uint32]
Places = npt.NDArray[np.int64]


def codes_of(text: str) -> U32:
    """The numbers of a text's characters."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def text_of(codes: U32) -> str:
    """The text of some characters, given by their numbers."""
    return codes.tobytes().decode("utf-32-le", "surrogatepass")


@dataclass(frozen=True)
class Stretches:
    """Texts, one behind the other. Can be pickled."""

    codes: U32
    """Their characters."""
    starts: Places
    """Where each begins, and the last ends."""

    @classmethod
    def of(cls, texts: Sequence[str]) -> Stretches:
        """Strings as such."""
        starts = np.zeros(len(texts) + 1, np.int64)
        np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)), out=starts[1:])
        return cls(codes_of("".join(texts)), starts)

    @property
    def begins(self) -> Places:
        """Where each begins."""
        return self.starts[:-1]

    @property
    def ends(self) -> Places:
        """Where each ends."""
        return self.starts[1:]

    def ascii(self) -> npt.NDArray[np.bool_]:
        """Whether each is made of ASCII characters; none may be empty."""
        return np.maximum.reduceat(self.codes, self.begins) < 128 if self.codes.size else np.empty(0, np.bool_)

    def holding(self, character: str) -> npt.NDArray[np.bool_]:
        """Whether each holds a character; none may be empty."""
        there = self.codes == ord(character)
        return np.logical_or.reduceat(there, self.begins) if there.size else there

    def texts(self) -> list[str]:
        """The texts as strings."""
        whole = text_of(self.codes)
        return list(map(whole.__getitem__, map(slice, self.begins.tolist(), self.ends.tolist())))

    def text(self, place: int) -> str:
        """One of them as a string."""
        return text_of(self.codes[self.starts[place] : self.starts[place + 1]])

    def ended(self) -> bytes:
        """The texts in UTF-8, each with a zero byte behind it."""
        count = self.begins.size
        codes = np.zeros(self.codes.size + count, np.uint32)
        codes[np.arange(self.codes.size) + np.repeat(np.arange(count), np.diff(self.starts))] = self.codes
        return text_of(codes).encode()

    def __add__(self, other: Stretches) -> Stretches:
        starts = np.concatenate([self.starts, other.starts[1:] + self.starts[-1]])
        return Stretches(np.concatenate([self.codes, other.codes]), starts)


class NumberedTexts(dict[str, int]):
    """Strings with their numbers, from 0 on; one that is not there is added."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        """The strings by their numbers."""

    def __missing__(self, text: str) -> int:
        number = self[text] = len(self.texts)
        self.texts.append(text)
        return number


class TextNumbers:
    """Numbers stretches of texts in the order in which they are first met, without a Python object for any of them."""

    def __init__(self) -> None:
        self.count = 0
        self._slots = np.zeros(1 << 12, np.uint64)
        self._starts = np.zeros((1 << 11) + 1, np.int64)
        self._codes = np.empty(1 << 14, np.uint32)

    def numbers(self, codes: U32, begins: Places, ends: Places) -> Places:
        """The number of each stretch, given by where it begins and ends."""
        found = np.empty(begins.size, np.int64)
        done = 0
        while True:
            known = (self._slots, self._codes, self._starts)
            done, self.count = compiled.number_texts(codes, begins, ends, done, found, *known, self.count)
            if done == begins.size:
                return found
            self._grow(int(ends[done] - begins[done]))

    def numbers_of(self, texts: Sequence[str]) -> Places:
        """The number of each text."""
        stretches = Stretches.of(texts)
        return self.numbers(stretches.codes, stretches.begins, stretches.ends)

    def stretches(self, first: int) -> Stretches:
        """The texts from a number on."""
        starts = self._starts[first : self.count + 1] - self._starts[first]
        return Stretches(self._codes[self._starts[first] : self._starts[self.count]].copy(), starts)

    def some(self, numbers: npt.NDArray[Any]) -> Stretches:
        """The texts that have some numbers."""
        sizes = np.diff(self._starts[: self.count + 1])
        starts = np.zeros(numbers.size + 1, np.int64)
        np.cumsum(sizes[numbers], out=starts[1:])
        codes = np.empty(starts[-1], np.uint32)
        compiled.gather(self._codes, self._starts, sizes, numbers, codes)
        return Stretches(codes, starts)

    def texts(self, first: int) -> list[str]:
        """Those from a number on as strings."""
        return self.stretches(first).texts()

    def text(self, number: int) -> str:
        """One text."""
        return text_of(self._codes[self._starts[number] : self._starts[number + 1]])

    def chosen(self, numbers: Places) -> TextNumbers:
        """Some of the texts, numbered in the order in which they are given."""
        found = TextNumbers()
        stretches = self.some(numbers)
        found.numbers(stretches.codes, stretches.begins, stretches.ends)
        return found

    def _grow(self, needed: int) -> None:
        """Make room for at least one more text, of so many characters."""
        while self._starts[self.count] + needed > self._codes.size:
            self._codes = np.concatenate([self._codes, np.empty_like(self._codes)])
        if 2 * self.count >= self._slots.size or self.count + 1 >= self._starts.size:
            self._starts = np.concatenate([self._starts, np.zeros(self._starts.size - 1, np.int64)])
            self._slots = np.zeros(2 * self._slots.size, np.uint64)
            compiled.fill_slots(self._slots, self._codes, self._starts, self.count)


@dataclass(frozen=True)
class TextCounts:
    """How often each of distinct texts was met. Can be pickled."""

    distinct: Stretches
    counts: Places

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> TextCounts:
        """The same as counts by text."""
        return cls(Stretches.of(list(counts)), np.fromiter(counts.values(), np.int64, len(counts)))

    def __add__(self, other: TextCounts) -> TextCounts:
        """The counts of both, which have no text in common."""
        return TextCounts(self.distinct + other.distinct, np.concatenate([self.counts, other.counts]))

    def __neg__(self) -> TextCounts:
        return TextCounts(self.distinct, -self.counts)

    def items(self) -> Iterator[tuple[str, int]]:
        """The texts with their counts."""
        return zip(self.distinct.texts(), self.counts.tolist(), strict=True)


class TextTally:
    """Adds up counts of texts."""

    def __init__(self) -> None:
        self._known = TextNumbers()
        self._counts = np.zeros(1 << 10, np.int64)

    def __len__(self) -> int:
        """How many texts there are."""
        return self._known.count

    def add(self, found: TextCounts) -> None:
        """Add counts."""
        numbers = self._known.numbers(found.distinct.codes, found.distinct.begins, found.distinct.ends)
        while len(self) > self._counts.size:
            self._counts = np.concatenate([self._counts, np.zeros_like(self._counts)])
        self._counts[numbers] += found.counts

    def total(self) -> TextCounts:
        """All that was added."""
        return TextCounts(self._known.stretches(0), self._counts[: len(self)])
