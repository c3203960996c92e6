"""Analyses a corpus once for all systems, and gathers the vocabulary that queries are drawn from."""

from __future__ import annotations

import time
from collections import Counter
from itertools import islice
from pathlib import Path

import msgspec
import numpy as np

from benchmarking.ready import BATCH, LANGUAGES, SAMPLES, TEXTS, Ready, Vocabulary, Word
from indexer import analysis
from indexer.analysis import Channel
from indexer.analysis.stopwords import CHINESE, ENGLISH
from indexer.record import Record
from indexer.sources import Read, read


def prepare(corpus: Path, documents: int, folder: Path) -> Vocabulary:
    """Analyse a corpus into `ready.jsonl` and `vocabulary.json` in `folder`; what is there is taken as it is."""
    kept = folder / "vocabulary.json"
    if not kept.exists():
        analysis.load()
        started = time.process_time()
        vocabulary = _Gathered(max(1, documents // SAMPLES))
        encoder = msgspec.json.Encoder()
        with (folder / "ready.jsonl").open("wb") as file:
            records = (outcome.record for outcome in read(str(corpus)) if isinstance(outcome, Read))
            # An index is given each identity once.
            new = islice(filter(vocabulary.is_new, records), documents)
            while batch := list(islice(new, BATCH)):
                file.writelines(encoder.encode(ready) + b"\n" for ready in vocabulary.take(batch))
        kept.write_bytes(encoder.encode(vocabulary.finished(time.process_time() - started)))
    return msgspec.json.decode(kept.read_bytes(), type=Vocabulary)


class _Gathered:
    """The vocabulary while a corpus is read."""

    def __init__(self, sample_every: int) -> None:
        self.documents = 0
        self._sample_every = sample_every
        self._identities: set[str] = set()
        self._samples: list[Ready] = []
        self._counts: dict[str, Counter[str]] = {language: Counter() for language in LANGUAGES}
        self._in_language: Counter[str] = Counter()
        self._surfaces: dict[str, str] = {}
        self._journals: Counter[str] = Counter()

    def is_new(self, record: Record) -> bool:
        """Whether no record before had its identity."""
        before = len(self._identities)
        self._identities.add(record.id)
        return len(self._identities) > before

    def take(self, records: list[Record]) -> list[Ready]:
        """Note records, and give them as the systems get them."""
        words = {name: self._words_of([getattr(record, name) for record in records]) for name in TEXTS}
        return [self._one(record, {name: words[name][at] for name in TEXTS}) for at, record in enumerate(records)]

    def _words_of(self, texts: list[str | None]) -> list[list[str]]:
        """The tokens of each text."""
        found = analysis.term_arrays(texts)[Channel.WORDS]
        ends = np.cumsum(found.counts).tolist()
        terms = found.distinct.texts()
        words = [terms[number] for number in found.ids.tolist()]
        split = [words[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]
        unseen = {term for term in terms if term not in self._surfaces}
        for text, of_text in zip(texts, split, strict=True):
            if text and unseen and not unseen.isdisjoint(of_text):
                for token in analysis.tokens(text, Channel.WORDS):
                    self._surfaces.setdefault(token.text, text[token.start : token.end])
                unseen.difference_update(of_text)
        return split

    def _one(self, record: Record, words: dict[str, list[str]]) -> Ready:
        for language, fields in LANGUAGES.items():
            held = {word for name in fields for word in words[name]}
            self._counts[language].update(held)
            self._in_language[language] += bool(held)
        ready = Ready(
            id=record.id,
            texts={name: " ".join(found) for name, found in words.items() if found},
            record=msgspec.json.encode(record).decode(),
            journal=record.journal,
            quartile=record.jcr_quartile,
            year=record.year,
        )
        if self.documents % self._sample_every == 0:
            self._samples.append(ready)
        self.documents += 1
        if record.journal:
            self._journals[record.journal] += 1
        return ready

    def finished(self, seconds: float) -> Vocabulary:
        """The vocabulary of what was taken."""
        words = {
            language: [
                Word(text, count, self._surfaces[text])
                for text, count in counts.most_common()
                if count > 1 and self._is_searched(text, language)
            ]
            for language, counts in self._counts.items()
        }
        return Vocabulary(
            documents=self.documents,
            in_language=dict(self._in_language),
            words=words,
            samples=self._samples,
            journals=self._journals.most_common(),
            seconds=seconds,
        )

    def _is_searched(self, text: str, language: str) -> bool:
        surface = self._surfaces[text]
        if language == "zh":
            return text not in CHINESE and "\u4e00" <= text[0] <= "\u9fff"
        return surface.isascii() and surface.isalpha() and len(surface) > 1 and surface.lower() not in ENGLISH
