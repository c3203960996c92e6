"""Texts in which both languages stand side by side: tokens, query words, phrases.

Han characters go to `chinese`, everything else (Latin, Greek, digits, any other script) to `english`; positions run on
from one to the other, so that 2 and 型, or 维生素 and D, are neighbours.
"""

from __future__ import annotations

from indexer.analysis import chinese, english
from indexer.analysis.normalize import Normalized, normalize
from indexer.analysis.script import Run, runs
from indexer.analysis.stopwords import CHINESE, ENGLISH
from indexer.analysis.tokens import Channel, QueryWord, Reading, TermAt, Token

_ANALYSES = {
    (Channel.WORDS, False): english.words,
    (Channel.WORDS, True): chinese.words,
    (Channel.FORMS, False): english.forms,
    (Channel.FORMS, True): chinese.forms,
}

_ARTICLES = frozenset({"a", "an", "the"})

_COUNTED = frozenset("型期级度类组例岁天周月年次号代线价波超肽刀热段链族")
"""Characters that make one word with a number or letters before them: 2型, 60例, X线, B超, ST段."""


def tokens(text: str, channel: Channel) -> list[Token]:
    """What is indexed of a text in a channel, ordered by position and then by beginning.

    For each token, the slice of the text between its offsets, analysed by itself, yields a token of the same text.
    """
    normalized = normalize(text)
    found: list[Token] = []
    position = 0
    for start, end, han in runs(normalized.text):
        of_run = _ANALYSES[channel, han](normalized.text[start:end], start, position)
        if of_run:
            found += of_run
            position = of_run[-1].position + 1
    if normalized.aligned:
        return found
    starts, ends = normalized.starts, normalized.ends
    return [Token(term, position, starts[start], ends[end - 1]) for term, position, start, end in found]


def phrase(text: str) -> tuple[TermAt, ...]:
    """The FORMS terms of a quoted text at their distances; empty where it holds no token.

    A run of Han characters is given by its overlapping pairs, a lone one by itself: a text holds them at these
    distances exactly where it holds the run, whatever its segmentation.
    """
    terms: list[TermAt] = []
    position = 0
    folded = normalize(text).text
    for start, end, han in runs(folded):
        if han:
            terms += _han_terms(folded[start:end], position)
            position += end - start
        else:
            of_run = english.forms(folded[start:end])
            terms += [TermAt(token.text, position + token.position) for token in of_run]
            position += len(of_run)
    return tuple(terms)


def _han_terms(run: str, position: int = 0) -> list[TermAt]:
    if len(run) == 1:
        return [TermAt(run, position)]
    return [TermAt(run[index : index + 2], position + index) for index in range(len(run) - 1)]


def query_words(text: str) -> list[QueryWord]:
    """The words of a query, in order, each with the ways in which it may stand in a text.

    A word of the Chinese dictionary is its WORDS term, any other Chinese one the string that it is. A compound (IL-6)
    is its joined spelling or its words side by side. Empty where the text holds no letter and no digit.
    """
    normalized = normalize(text)
    shouted = _is_shouted(text)
    found: list[QueryWord] = []
    for run in runs(normalized.text):
        if run.han:
            _add_chinese(found, text, normalized, run)
        else:
            for start, end in english.compounds(normalized.text[run.start : run.end]):
                word = _english_word(text, normalized, run.start + start, run.start + end, shouted=shouted)
                if found and found[-1].end == word.start and _is_letter(word) and _is_han(found[-1]):
                    word = _side_by_side(text, found.pop().start, word.end)
                found.append(word)
    return found


def _is_shouted(text: str) -> bool:
    """Whether a query of several words is typed in capitals throughout, so that capitals tell nothing."""
    return text.isupper() and len(text.split()) > 1 and not any(run.han for run in runs(text))


def _english_word(text: str, normalized: Normalized, start: int, end: int, *, shouted: bool) -> QueryWord:
    compound = normalized.text[start:end]
    begin, behind = normalized.source_span(start, end)
    surface = text[begin:behind]
    words = english.parts(compound)
    readings: tuple[Reading, ...]
    if len(words) == 1:
        readings = (_one(Channel.WORDS, english.term(compound)),)
    else:
        side_by_side = tuple(TermAt(english.term(word), index) for index, word in enumerate(words))
        readings = (_one(Channel.WORDS, english.joined(words)), Reading(Channel.WORDS, side_by_side))
    stopword = compound in ENGLISH
    if stopword and surface.isupper() and not shouted:
        stopword = compound in _ARTICLES and not text[:begin].strip()
    return QueryWord(surface, begin, behind, readings, stopword)


def _add_chinese(found: list[QueryWord], text: str, normalized: Normalized, run: Run) -> None:
    for part in chinese.query_parts(normalized.text[run.start : run.end]):
        start = run.start + part.start
        begin, behind = normalized.source_span(start, start + len(part.text))
        if start == run.start and found and found[-1].end == begin:
            counted = part.text in _COUNTED and _counts(found[-1])
            if counted or _is_letter(found[-1]):
                found.append(_side_by_side(text, found.pop().start, behind))
                continue
        reading = _one(Channel.WORDS, part.text) if part.known else Reading(Channel.FORMS, tuple(_han_terms(part.text)))
        found.append(QueryWord(text[begin:behind], begin, behind, (reading,), part.text in CHINESE))


def _side_by_side(text: str, start: int, end: int) -> QueryWord:
    """Words that mean something only together, as one that is found where they stand so: 2型, 维生素D, T细胞."""
    surface = text[start:end]
    return QueryWord(surface, start, end, (Reading(Channel.FORMS, phrase(surface)),), stopword=False)


def _counts(word: QueryWord) -> bool:
    """Whether a word is a number, or letters as few as stand for something."""
    return word.surface.isdecimal() or (word.surface.isalpha() and len(word.surface) <= 2 and not _is_han(word))


def _is_letter(word: QueryWord) -> bool:
    """Whether a word is a single letter, which by itself means nothing: D in 维生素D, T in T细胞."""
    return len(word.surface) == 1 and word.surface.isalpha() and not _is_han(word)


def _is_han(word: QueryWord) -> bool:
    return any(run.han for run in runs(normalize(word.surface).text[-1:]))


def _one(channel: Channel, term: str) -> Reading:
    return Reading(channel, (TermAt(term, 0),))
