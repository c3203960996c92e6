"""Texts in which both languages stand side by side: tokens, query words, phrases.

Han characters go to `chinese`, everything else (Latin, Greek, digits, any other script) to `english`; positions run on
from one to the other, so that 2 and 型, or 维生素 and D, are neighbours.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache

from indexer.analysis import chinese, compounds, english, numbers, spelling
from indexer.analysis.normalize import Normalized, normalize
from indexer.analysis.numbers import SIGNS
from indexer.analysis.script import Run, has_han, runs
from indexer.analysis.stopwords import CHINESE, ENGLISH
from indexer.analysis.tokens import Channel, QueryWord, Reading, TermAt, Token

_ARTICLES = frozenset({"a", "an", "the"})

_COUNTED = frozenset("型期级度类组例岁天周月年次号代线价波超肽刀热段链族")
"""Characters that make one word with a number or letters before them: 2型, 60例, X线, B超, ST段."""


def tokens(text: str, channel: Channel) -> list[Token]:
    """What is indexed of a text in a channel, ordered by position.

    For each token, the slice of the text between its offsets, analysed by itself, yields a token of the same text; but
    for the numbers of Roman numerals, which are such only behind type, stage and the like, and for the edges of words.
    """
    normalized = normalize(text)
    folded = normalized.text
    is_words = channel is Channel.WORDS
    found: list[Token] = []
    position = 0
    turned = False
    parts = list(runs(folded))
    for place, (start, end, han) in enumerate(parts):
        run = folded[start:end]
        if han:
            of_run = chinese.words(run, start, position) if is_words else chinese.forms(run, start, position)
        elif is_words:
            of_run = english.words(run, start, position)
            if turned:
                of_run = turned_round(of_run, start, position)
        else:
            of_run = []
            for zone in english.zones(run, behind=place > 0, before=place + 1 < len(parts)):
                of_run += english.forms(run, start, of_run[-1].position + 1 if of_run else position, zone)
        turned = han and is_words and of_run[-1].text == chinese.PREFIX
        if of_run:
            found += of_run
            position = of_run[-1].position + 1
    if normalized.aligned:
        return found
    starts, ends = normalized.starts, normalized.ends
    return [Token(term, position, starts[start], ends[end - 1]) for term, position, start, end in found]


def may_stack(one: str, other: str) -> bool:
    """Whether two FORMS terms may stand at one position of a text.

    A word of letters stands alone at its place; a character has the pair that begins with it beside it; what holds a
    digit or a sign may have others of it.
    """
    if one == other:
        return True
    if has_han(one) or has_han(other):
        return one[0] == other[0]
    return not (one.isalpha() and other.isalpha())


def written_words(text: str) -> list[tuple[int, int]]:
    """Where the words of a text stand, each with the sign before it, as FORMS has them; of Chinese each character."""
    normalized = normalize(text)
    found: list[tuple[int, int]] = []
    for start, end, han in runs(normalized.text):
        if han:
            found += zip(range(start, end), range(start + 1, end + 1), strict=True)
        else:
            found += [
                (start + first, start + last) for first, last in english.written_words(normalized.text[start:end])
            ]
    return found if normalized.aligned else [normalized.source_span(start, end) for start, end in found]


def turned_round(of_run: list[Token], start: int = 0, position: int = 0) -> list[Token]:
    """The WORDS tokens of a run of other characters behind a lone 非, which turns round the word that it begins with.

    Args:
        of_run: Its tokens.
        start: The offset at which it begins.
        position: Its first position.
    """
    if not of_run or of_run[0].start != start or not of_run[0].text[0].isalpha():
        return of_run
    return [
        Token(chinese.PREFIX + term, place, begin - 1, end) if place == position else Token(term, place, begin, end)
        for term, place, begin, end in of_run
    ]


def phrase(text: str) -> tuple[TermAt, ...]:
    """The FORMS terms of a text's words at their distances; empty where it holds none.

    A run of Han characters is given by its overlapping pairs, a lone one by itself: a text holds them at these
    distances exactly where it holds the run, whatever its segmentation. A number is given with its signs.
    """
    terms: list[TermAt] = []
    position = 0
    folded = normalize(text).text
    for start, end, han in runs(folded):
        if han:
            terms += _han_terms(folded[start:end], position)
            position += end - start
        else:
            words: list[str] = []
            for form, place, _, _ in english.forms(folded[start:end]):
                if place == len(words):
                    words.append(form)
                else:
                    words[place] = max(words[place], form, key=len)
            terms += [TermAt(word, position + place) for place, word in enumerate(words)]
            position += len(words)
    return tuple(terms)


def quotation(text: str) -> list[tuple[TermAt, ...]]:
    """The phrases of which a text holds one where it holds a quoted text; empty where that holds no word.

    Without Han characters it is its words. With them it is the string, which may begin and end inside a word.
    """
    whole = phrase(text)
    if not has_han(normalize(text).text):
        return [whole] if whole else []
    first, *_, last = (whole[0], *whole)
    begins, ends = [first], [last]
    if not has_han(first.text) and (first.text[0] == "=" or first.text[0] not in SIGNS):
        begins.append(TermAt(english.ending(first.text), first.offset))
    if not has_han(last.text) and last.text[-1] != "%":
        ends.append(TermAt(english.beginning(last.text), last.offset))
    if len(whole) == 1:
        return [whole]
    return [(begin, *whole[1:-1], end) for begin in begins for end in ends]


def named(text: str) -> tuple[TermAt, ...]:
    """The WORDS terms of a name at their distances, of each position the first; empty where it holds none.

    A text holds them at these distances where it holds the name, cut as it is by itself, and nothing turns it round.
    """
    found: dict[int, str] = {}
    for token in tokens(text, Channel.WORDS):
        found.setdefault(token.position, token.text)
    return tuple(TermAt(term, position) for position, term in found.items())


def _han_terms(run: str, position: int = 0) -> list[TermAt]:
    if len(run) == 1:
        return [TermAt(run, position)]
    return [TermAt(run[index : index + 2], position + index) for index in range(len(run) - 1)]


def query_words(text: str) -> list[QueryWord]:
    """The words of a query, in order, each with the ways in which it may stand in a text.

    A word of the Chinese dictionary is its WORDS term, any other Chinese one the string that it is. A compound (IL-6,
    IL6, IL 6) is each of its spellings, and so is a number before 型 and the like (2型, Ⅱ型, 二型). Empty where the
    text holds no letter and no digit.
    """
    return _query_words(text, read=True)


def words_as_cut(text: str) -> list[QueryWord]:
    """The same without readings, which most of the time goes into: for who asks where words stand."""
    return _query_words(text, read=False)


def _query_words(text: str, *, read: bool) -> list[QueryWord]:
    normalized = normalize(text)
    shouted = _is_shouted(text)
    found: list[QueryWord] = []
    for run in runs(normalized.text):
        if run.han:
            _add_chinese(found, text, normalized, run, read=read)
        else:
            for word in _english_words(text, normalized, run, shouted=shouted, read=read):
                touches = bool(found) and found[-1].end == word.start and _is_han(found[-1])
                if touches and (_is_letter(word) or _is_turned_round(found[-1], word)):
                    behind = bisect_right(normalized.ends, word.end)
                    word = _side_by_side(text, normalized, found.pop().start, behind, read=read)  # noqa: PLW2901
                elif read and touches and (number := _number_behind(word)):
                    word = number  # noqa: PLW2901
                found.append(word)
    return found


def _is_shouted(text: str) -> bool:
    """Whether a query of several words is typed in capitals throughout, so that capitals tell nothing."""
    return text.isupper() and len(text.split()) > 1 and not has_han(text)


def _english_words(text: str, normalized: Normalized, run: Run, *, shouted: bool, read: bool) -> Iterator[QueryWord]:
    folded = normalized.text[: run.end]
    spans = [(run.start + start, run.start + end) for start, end in english.compounds(folded[run.start :])]
    place = 0
    more: list[str] = []
    while place < len(spans):
        start, end = spans[place]
        pieces = more or _names(folded, start, end)
        more = []
        place += 1
        while place < len(spans) and len(pieces) < _LONGEST_JOINED:
            # Words that are typed apart and mean one.
            first, last = spans[place]
            if not folded[end:first].isspace() or first - end > _WIDEST_GAP:
                break
            more = _names(folded, first, last)
            if len(pieces) == 1 and not compounds.may_belong(pieces[0], more[0]):
                break
            if numbers.spellings(more[0]) and normalized.text[last:].lstrip()[:1] in _COUNTED_HAN:
                # Of NYHA Ⅲ级 the number belongs to what it counts.
                break
            capitals = not shouted and _capitals(text, normalized, start, end)
            capitals = capitals and (more[0] in numbers.GREEK_NAMES or _capitals(text, normalized, first, last))
            if not compounds.belongs(pieces, more, capitals=capitals):
                break
            pieces += more
            more = []
            end = last
            place += 1
        yield _english_word(text, normalized, (start, end), pieces, shouted=shouted, read=read)


_COUNTED_HAN = frozenset(numbers.COUNTED_HAN)
_LONGEST_JOINED = 4
_WIDEST_GAP = 2
"""Characters between two typed words that may mean one."""


def _names(folded: str, start: int, end: int) -> list[str]:
    """The words of a compound: Greek letters by their names, Roman numerals that are numbers as such."""
    word = folded[start:end]
    if _is_whole(word):
        return [word]
    return [english.numeral(folded, piece) or english.spelt(piece.word) for piece in english.pieces(folded, start, end)]


_LONGEST_NUMERAL = 6


@lru_cache(maxsize=1 << 15)
def _is_whole(word: str) -> bool:
    """Whether a compound is one word, and nothing else in any context."""
    return english.is_plain(word) and (len(word) > _LONGEST_NUMERAL or numbers.arabic(word) is None)


def _capitals(text: str, normalized: Normalized, start: int, end: int) -> bool:
    """Whether all letters of `normalized.text[start:end]` are typed as capitals."""
    begin, behind = normalized.source_span(start, end)
    surface = text[begin:behind]
    return surface.isupper() or not any(map(str.isalpha, surface))


def _english_word(
    text: str, normalized: Normalized, span: tuple[int, int], pieces: list[str], *, shouted: bool, read: bool
) -> QueryWord:
    folded = normalized.text
    start, end = span
    if folded[start].isdecimal() and (number := _lone_number(folded, start, end)):
        term, start, end = number
        readings: tuple[Reading, ...] = (_one(Channel.WORDS, term),) if read else ()
    elif not read:
        readings = ()
    else:
        readings = _readings_of(tuple(pieces), capitals=not shouted and _capitals(text, normalized, start, end))
    begin, behind = normalized.source_span(start, end)
    surface = text[begin:behind]
    compound = folded[start:end]
    stopword = compound in ENGLISH and pieces == [compound]
    if stopword and surface.isupper() and not shouted:
        stopword = compound in _ARTICLES and not text[:begin].strip()
    return QueryWord(surface, begin, behind, readings, stopword)


def _lone_number(folded: str, start: int, end: int) -> tuple[str, int, int] | None:
    """`english.number_term` of a compound that is one word."""
    first = english.pieces(folded, start, end)[0]
    return english.number_term(folded, first) if first.end == end else None


@lru_cache(maxsize=1 << 14)
def _readings_of(pieces: tuple[str, ...], *, capitals: bool) -> tuple[Reading, ...]:
    """The ways in which a compound may stand in a text; building an index asks for those of the same words again."""
    spelt = compounds.spellings(pieces, capitals=capitals)
    if len(pieces) == 1 and (other := spelling.other_singular(pieces[0])):
        spelt.append(((other,),))
    return tuple(dict.fromkeys(map(_as_spelt, spelt)))


def _as_spelt(spelling: compounds.Spelling) -> Reading:
    terms = (english.term(word[0]) if len(word) == 1 else english.joined(word) for word in spelling)
    return Reading(Channel.WORDS, tuple(TermAt(term, offset) for offset, term in enumerate(terms)))


def _add_chinese(found: list[QueryWord], text: str, normalized: Normalized, run: Run, *, read: bool) -> None:
    folded = normalized.text
    start = run.start
    if found and (numeral := _numeral_before(found[-1], text, normalized, run)):
        begin, behind = found.pop().start, normalized.source_span(start, start + 1)[1]
        found.append(_numbered(text[begin:behind], begin, behind, numeral, folded[start], read=read))
        start += 1
    for first, last, numeral in chinese.segments(folded[start : run.end]):
        if numeral:
            begin, behind = normalized.source_span(start + first, start + last)
            found.append(_numbered(text[begin:behind], begin, behind, numeral, folded[start + last - 1], read=read))
        else:
            _add_parts(found, text, normalized, Run(start + first, start + last, han=True), read=read)


def _numeral_before(word: QueryWord, text: str, normalized: Normalized, run: Run) -> str | None:
    """A word that is a number up to ten, where the run begins with what it counts: 2 before 型糖尿病."""
    between = text[word.end : normalized.source_span(run.start, run.start + 1)[0]]
    if len(between) > 1 or between.strip() or not chinese.begins_counted(normalized.text[run.start : run.end]):
        return None
    numeral = normalize(word.surface).text
    return numeral if numbers.spellings(numeral) else None


def _numbered(surface: str, start: int, end: int, numeral: str, counted: str, *, read: bool) -> QueryWord:
    """2型, found as II型 and 二型 as well."""
    forms = [phrase(form + counted) for form in numbers.spellings(numeral)] if read else []
    return QueryWord(surface, start, end, tuple(Reading(Channel.FORMS, form) for form in forms), stopword=False)


def _add_parts(found: list[QueryWord], text: str, normalized: Normalized, run: Run, *, read: bool) -> None:
    for part in chinese.query_parts(normalized.text[run.start : run.end]):
        start = run.start + part.start
        begin, behind = normalized.source_span(start, start + len(part.text))
        if start == run.start and found and found[-1].end == begin and part.text != chinese.PREFIX:
            counted = part.text in _COUNTED and _counts(found[-1])
            if counted or _is_letter(found[-1]):
                found.append(_side_by_side(text, normalized, found.pop().start, start + len(part.text), read=read))
                continue
        readings: tuple[Reading, ...] = ()
        if read and part.known:
            readings = (_one(Channel.WORDS, part.text),)
        elif read:
            readings = (Reading(Channel.FORMS, tuple(_han_terms(part.text))),)
        found.append(QueryWord(text[begin:behind], begin, behind, readings, part.text in CHINESE))


def _side_by_side(text: str, normalized: Normalized, start: int, behind: int, *, read: bool) -> QueryWord:
    """Words that mean something only together, as one that is found where they stand so: 60例, 维生素D, β受体.

    They begin at `start` in the source, and end at `behind` in the folded text. Letters with a word beside them are
    sought among the words, where ST段 is not found in 非ST段; what may be cut otherwise in a text as it is written.
    """
    begin = bisect_left(normalized.starts, start)
    folded = normalized.text[begin:behind]
    end = normalized.ends[behind - 1]
    readings: Iterable[Reading]
    if not read:
        readings = ()
    elif _is_cut_alone(folded, normalized.text[behind:]):
        readings = (Reading(Channel.WORDS, named(folded)),)
    else:
        forms = dict.fromkeys((phrase(folded), phrase("".join(map(numbers.greek_name, folded)))))
        readings = (Reading(Channel.FORMS, form) for form in forms)
    return QueryWord(text[start:end], start, end, tuple(readings), stopword=False)


def _is_cut_alone(folded: str, after: str) -> bool:
    """Whether letters and the Chinese word beside them are cut so where a text goes on behind them as given."""
    parts = list(runs(folded))
    if len(parts) != 2 or not all(part.han or folded[part.start : part.end].isalpha() for part in parts):
        return False
    han = next(folded[part.start : part.end] for part in parts if part.han)
    if not parts[1].han:
        return han != chinese.PREFIX and chinese.cut(han) == [han]
    goes_on = next((after[: run.end] for run in runs(after) if run.han and not run.start), "")
    return chinese.cut(han + goes_on)[0] == han


def _number_behind(word: QueryWord) -> QueryWord | None:
    """A number up to ten right behind a Chinese word, which may be Roman: 血管紧张素Ⅱ, 血管紧张素2; None for a word."""
    numeral = numbers.canonical(normalize(word.surface).text)
    if numeral is None or not numeral.isdecimal():
        return None
    spellings = numbers.spellings(numeral)[:2]
    return word._replace(readings=tuple(_one(Channel.WORDS, spelling) for spelling in spellings))


def _is_turned_round(prefix: QueryWord, word: QueryWord) -> bool:
    """Whether a word that stands right behind another one is turned round by it: 非ST."""
    return normalize(prefix.surface).text == chinese.PREFIX and word.surface[0].isalpha()


def _counts(word: QueryWord) -> bool:
    """Whether a word is a number, or letters as few as stand for something."""
    return word.surface.isdecimal() or (word.surface.isalpha() and len(word.surface) <= 2 and not _is_han(word))


def _is_letter(word: QueryWord) -> bool:
    """Whether a word is a single letter, which by itself means nothing: D in 维生素D, T in T细胞."""
    return len(word.surface) == 1 and word.surface.isalpha() and not _is_han(word)


def _is_han(word: QueryWord) -> bool:
    return has_han(normalize(word.surface).text[-1:])


def _one(channel: Channel, term: str) -> Reading:
    return Reading(channel, (TermAt(term, 0),))
