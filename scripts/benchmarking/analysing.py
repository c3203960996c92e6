"""`analysis`: texts a second that one core turns into tokens, by process time."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click
import msgspec

from benchmarking.corpus import made
from benchmarking.report import short, table
from indexer import analysis
from indexer.analysis import Channel

ENGLISH_WORDS = 200
CHINESE_CHARACTERS = 300


class Speed(msgspec.Struct, frozen=True):
    """How fast texts of one kind become tokens."""

    texts: str
    channels: str
    distinct: int
    """Texts that were analysed, again and again."""
    per_second: float
    tokens_per_text: float


def measure(data: Sequence[Path], count: int, seed: int, seconds: float) -> list[Speed]:
    """The speeds over `count` texts of each language, at most.

    Args:
        data: JSON lines, gzipped or not, whose keys with `abstract` in them hold abstracts. Made ones without any.
        count: Texts of each language.
        seed: Of made ones.
        seconds: Process time that each figure is measured for, at least; each text is analysed once at least.
    """
    analysis.load()
    english, chinese = _abstracts(data, count, seed)
    kinds = (
        (f"English, {ENGLISH_WORDS} words", list(_cut(english, ENGLISH_WORDS, words=True))),
        (f"Chinese, {CHINESE_CHARACTERS} characters", list(_cut(chinese, CHINESE_CHARACTERS, words=False))),
    )
    return [
        _speed(title, texts[:count], channels, seconds)
        for title, texts in kinds
        if texts
        for channels in ((Channel.WORDS,), (Channel.FORMS,), tuple(Channel))
    ]


def say(speeds: Sequence[Speed]) -> None:
    """Print the speeds."""
    rows = [
        [one.texts, one.channels, f"{one.distinct:,}", short(one.per_second), short(one.tokens_per_text)]
        for one in speeds
    ]
    head = ["abstracts of", "channels", "distinct texts", "texts/s", "tokens a text"]
    table("Analysis, one core, process time", head, rows)


def _speed(title: str, texts: Sequence[str], channels: Sequence[Channel], seconds: float) -> Speed:
    done = tokens = 0
    started = time.process_time()
    while (spent := time.process_time() - started) < seconds or done < len(texts):
        for channel in channels:
            tokens += len(analysis.tokens(texts[done % len(texts)], channel))
        done += 1
    named = " and ".join(channel.value for channel in channels)
    return Speed(title, named, len(texts), done / spent, tokens / done)


def _abstracts(data: Sequence[Path], count: int, seed: int) -> tuple[list[str], list[str]]:
    """English and Chinese ones; more than enough to be cut into `count` texts, where there are so many."""
    source = _read(data) if data else (one for record in made(count * 4, seed) for one in _of(record))
    english: list[str] = []
    chinese: list[str] = []
    enough = count * 4
    for text in source:
        found = chinese if analysis.language_of(text) == "zh" else english
        if len(found) < enough:
            found.append(text)
        if len(english) == len(chinese) == enough:
            break
    return english, chinese


def _read(data: Iterable[Path]) -> Iterator[str]:
    for path in data:
        opened = gzip.open if path.suffix == ".gz" else Path.open
        with opened(path, "rb") as file:
            for number, line in enumerate(file, 1):
                yield from _of(_decoded(line, f"{path}, line {number}"))


def _decoded(line: bytes, where: str) -> dict[str, object]:
    try:
        return msgspec.json.decode(line, type=dict[str, object])
    except msgspec.DecodeError as error:
        raise click.ClickException(f"{where}, is no JSON object: {error}") from error


def _of(record: dict[str, object]) -> Iterator[str]:
    return (value for key, value in record.items() if "abstract" in key.lower() and isinstance(value, str) and value)


def _cut(texts: Iterable[str], length: int, *, words: bool) -> Iterator[str]:
    """Texts of exactly the length, of one abstract after another."""
    pending: list[str] = []
    for text in texts:
        pending += text.split() if words else text
        while len(pending) >= length:
            yield (" " if words else "").join(pending[:length])
            del pending[:length]
