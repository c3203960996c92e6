"""Chinese words: jieba's dictionary and ours, cut into the most probable words.

An operator's word lists (MEDSEARCH_WORDS) join our words. The only module that knows jieba: of it we use the dictionary
and, for queries, the model that guesses words which the dictionary does not have; the cut itself is jieba's (exact
mode, without that model), computed here by a compiled loop. jieba's cache file is neither read nor written: it lies in
a directory where everyone may write.

Which text a word finds (2026). A text is cut once, into words; each stands at its position together with the
dictionary words inside it, so that 肾病 finds 糖尿病肾病. A dictionary word that the cut spreads over two words is
not there: 市长 does not find 南京市 + 长江大桥; in quotes it does. Whatever is no dictionary word (names, new terms,
single characters) has no cut to rely on and is searched as the string that it is, whatever stands before it.

What a prefix turns round (2026-11). A word is left out where what stands before it makes another term of it, and in its
place stands what both are together:

- 非, 不 and 未, within a word and between words: 非小细胞肺癌 is no 小细胞肺癌, 不典型 not 典型, 未分化 not 分化. Of
  what stands behind 不 and 未 they negate the verb or adjective and nothing further: 未发现肿瘤 is no 发现, and is
  found by 肿瘤. Behind an adverb they do the same (从不吸烟), but not where they are negated themselves (不得不, 并非).
- 无 within a word only: 无症状 is a term, but 无糖尿病 says something of 糖尿病, as "without diabetes" does, and
  whoever looks for that wants to read it.
- What makes another substance of one (去氧, 异丙): 去甲肾上腺素 is no 肾上腺素. An enzyme stays one: 甲基转移酶 is a
  转移酶.
- Words of a list (`data/other_within_zh.txt`) that hold another word and do not mean it: 胡黄连 is no 黄连, 大黄蜂
  no 大黄.
- 非 right before Latin letters: 非HIV感染 is no HIV (`mixed` sees to it).
"""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Sequence
from functools import lru_cache, partial
from itertools import accumulate, pairwise
from math import log
from operator import add
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from indexer.analysis import compiled
from indexer.analysis.lists import read_operator_words, read_pair_set, read_words
from indexer.analysis.normalize import normalize, simplify
from indexer.analysis.numbers import COUNTED_HAN, HAN_NUMERALS
from indexer.analysis.script import HAN
from indexer.analysis.stopwords import CHINESE
from indexer.analysis.tokens import Token
from indexer.config import word_files

with warnings.catch_warnings():
    # jieba imports pkg_resources, which warns that it will go, and holds string literals that Python warns of.
    warnings.simplefilter("ignore")
    import jieba
    from jieba import finalseg

OUR_WORDS = read_words("medical_zh.txt")
"""Terms of medicine that jieba's dictionary lacks or counts too low, written by us."""

LONGEST_WORD = 24
"""Characters of a word of an operator's list; what is longer is a sentence."""


@lru_cache(maxsize=1)
def operator_words() -> tuple[str, ...]:
    """The words of the operator's lists that are cut as Chinese: two Han characters or more, and nothing else.

    They count like ours. Read once; the numbers in the lists are left out: they count documents, on no common scale.

    Raises:
        SettingsError: A list is missing, or is none.
    """
    found = (normalize(word).text for path in word_files() for word in read_operator_words(path))
    return tuple(sorted({word for word in found if _HAN_WORD.fullmatch(word)}))


_HAN_WORD = re.compile(f"[{HAN}]{{2,{LONGEST_WORD}}}")

_SHORT_FREQUENCY = 100
_LONG_FREQUENCY = 2_000
"""What our words of two, and of three and more characters count at least, on jieba's scale (60 million words of general
text, where most medical terms are rare or missing): more than it takes to hold together among its common words."""

_NEGATED_FREQUENCY = 20_000
"""The same for words that begin with 非: they have to hold together against their own rest, and 是非."""

PREFIX = "非"
_NEGATIONS = f"{PREFIX}不无未"
_ADVERBS = (
    *("从不", "并不", "决不", "绝不", "毫不", "极不", "尚不", "已不", "暂不", "永不", "互不"),
    *("从未", "尚未", "并未", "仍未"),
)
"""What ends in 不 or 未 and says no more than these."""
_CHEMICAL = (
    *("去甲", "去氧", "去氢", "脱氧", "脱氢", "双氢", "二氢", "氢化"),
    *("羟基", "甲基", "乙基", "丙基", "异丙", "苯基", "乙酰"),
)
"""What makes another substance of the one whose name stands behind it."""
_ENZYME = "酶"

_TURNING = {
    **{prefix: prefix for prefix in (PREFIX, "不", "未", *_CHEMICAL)},
    **{adverb: adverb[-1] for adverb in _ADVERBS},
}
"""Words of a cut that turn round the word behind them, with the part of them that does."""

_TURNS_ROUND = re.compile(rf"[{_NEGATIONS}]$|^[类亚副假伪拟反]$")
_MAKES_ANOTHER = re.compile(f"(?:{'|'.join(_CHEMICAL)})$")
"""What stands in a word before a part of it that it makes into something else, often its opposite."""

OTHER_WITHIN = read_pair_set("other_within_zh.txt")
"""Words with what they hold and are not."""
_OTHERS = re.compile("|".join(sorted({whole for whole, _ in OTHER_WITHIN}, key=len, reverse=True)))

_NO_WORDS = ("类抗生素",)
"""Entries of jieba's dictionary that are pieces of words: 氨基糖苷类 + 抗生素."""

_GUESS_LIMIT = 32
"""Characters that the model is given at a time: its time grows with the square of them."""


class Part(NamedTuple):
    """A dictionary word, or a piece of what is none, in a run of Han characters."""

    text: str
    start: int
    known: bool
    """It is a dictionary word of two characters or more."""


class _Dictionary(NamedTuple):
    """Words with their logarithms of probability, in whole numbers of 10^-6.

    Whole numbers add up to the same sum in every order. So a word that is cut out of any text is cut out of itself as
    well, and a search for it finds that text.
    """

    weights: dict[str, int]
    """Of each word, less than 0."""
    unknown: int
    """Of a character that is not in the dictionary."""


class _Trie(NamedTuple):
    """A dictionary as `compiled.cut_runs` reads it."""

    slots: npt.NDArray[np.uint64]
    weights: npt.NDArray[np.int32]
    unknown: int


_lock = threading.Lock()
_loaded: list[_Trie] = []


def _trie() -> _Trie:
    """The dictionary, loaded when first needed: it takes about a second, and 20 MB."""
    if not _loaded:
        with _lock:
            if not _loaded:
                _loaded.append(_as_trie(_load()))
    return _loaded[0]


def frequencies() -> dict[str, int]:
    """How often each word of both dictionaries counts; 0 for some that jieba lists without a count."""
    with jieba.Tokenizer().get_dict_file() as file:
        # Words and texts must fold alike: jieba's dictionary has traditional characters in some words.
        cells = _simplified(file.read().decode("utf-8")).split()
    counts: dict[str, int] = {}
    for word, frequency in zip(cells[::_COLUMNS], map(int, cells[1::_COLUMNS]), strict=True):
        if frequency >= counts.get(word, 0):
            counts[word] = frequency
    for word in _NO_WORDS:
        counts.pop(word, None)
    others = (word for pair in OTHER_WITHIN for word in pair)
    for word in (*map(simplify, OUR_WORDS), *_CHEMICAL, *others, *operator_words()):
        least = _NEGATED_FREQUENCY if word[0] == "非" else _LONG_FREQUENCY if len(word) > 2 else _SHORT_FREQUENCY
        counts[word] = max(least, counts.get(word, 0))
    return counts


_COLUMNS = 3
"""Of jieba's dictionary: the word, how often it counts, its part of speech."""


def _simplified(text: str) -> str:
    """`simplify` of a long text, in a fifth of the time."""
    codes = _codes(text)
    of_codes = np.arange(int(codes.max()) + 1, dtype=np.uint32)
    for code in np.flatnonzero(np.bincount(codes)).tolist():
        of_codes[code] = ord(simplify(chr(code)))
    return of_codes[codes].tobytes().decode("utf-32-le")


def load() -> None:
    """Load the dictionary now, so that no search has to wait for it."""
    cut("词")


def _load() -> _Dictionary:
    counts = frequencies()
    total = log(sum(counts.values()))
    weights = {count: _whole(log(count) - total) for count in set(counts.values()) if count}
    return _Dictionary({word: weights[count] for word, count in counts.items() if count}, _whole(-total))


def _whole(logarithm: float) -> int:
    return round(logarithm * 1_000_000)


def _as_trie(dictionary: _Dictionary) -> _Trie:
    weights = dictionary.weights
    codes = _codes("".join(weights))
    ends = np.cumsum(np.fromiter(map(len, weights), np.int64, len(weights)))
    values = np.fromiter(weights.values(), np.int32, len(weights))
    slots = np.zeros((1 << codes.size.bit_length(), 2), np.uint64)
    of_nodes = np.zeros(codes.size + 1, np.int32)
    nodes = compiled.fill_trie(codes, ends, values, slots, of_nodes)
    return _Trie(slots, of_nodes[:nodes].copy(), dictionary.unknown)


def _codes(text: str) -> npt.NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le"), np.uint32)


def cut(run: str) -> list[str]:
    """The words of a run of Han characters: the most probable sequence of dictionary words, the longer ones in a tie.

    Characters that are in no word stand alone.
    """
    return cut_all([run])[0]


def cut_all(runs: Sequence[str]) -> list[list[str]]:
    """The words of each run, as `cut` gives them."""
    whole = "".join(runs)
    run_ends = np.fromiter(accumulate(map(len, runs)), np.int64, len(runs))
    ends = word_ends(_codes(whole), run_ends)
    borders = ends.tolist()
    words = list(map(whole.__getitem__, map(slice, (0, *borders), borders)))
    behind = np.searchsorted(ends, run_ends, side="right").tolist()
    return [words[first:last] for first, last in pairwise((0, *behind))]


def word_ends(codes: npt.NDArray[np.uint32], run_ends: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Where each word of runs ends, as `cut` cuts them.

    Args:
        codes: The characters of the runs, one run behind the other.
        run_ends: Where each run ends.
    """
    ends = np.empty(codes.size, np.int64)
    return ends[: compiled.cut_runs(codes, run_ends, *_trie(), ends)]


class _Inner(NamedTuple):
    text: str
    start: int
    end: int


@lru_cache(maxsize=1 << 16)
def _stack(word: str) -> tuple[_Inner, ...]:
    """What is indexed at a word's position: the word and the words inside it, by their beginning."""
    return _stacks([word])[0]


def _stacks(words: Sequence[str]) -> list[tuple[_Inner, ...]]:
    stretches = [_stretches(word) for word in words]
    cuts = iter(cut_all([one.text for inside in stretches for one in inside]))
    return [
        (_Inner(word, 0, len(word)), *(one for one in inside if len(next(cuts)) == 1))
        for word, inside in zip(words, stretches, strict=True)
    ]


def _stretches(word: str) -> list[_Inner]:
    """The stretches of a word that may be words inside it."""
    others = _others_within(word)
    return [
        _Inner(word[start:end], start, end)
        for start in range(len(word) - 1)
        if not _TURNS_ROUND.search(word[:start])
        for end in range(start + 2, len(word) + 1)
        if end - start < len(word)
        and (_ENZYME in word[start:end] or not _MAKES_ANOTHER.search(word[:start]))
        and not any(
            start <= first and last <= end and (begin < start or end < behind) for begin, behind, first, last in others
        )
    ]


def _others_within(word: str) -> list[tuple[int, int, int, int]]:
    """Where the words of `OTHER_WITHIN` stand in a word, and where what they hold does."""
    found: list[tuple[int, int, int, int]] = []
    for match in _OTHERS.finditer(word):
        for whole, part in OTHER_WITHIN:
            if whole == match[0]:
                first = match.start() + whole.index(part)
                found.append((*match.span(), first, first + len(part)))
    return found


def stacked(words: Sequence[str]) -> list[list[str]]:
    """The terms that are indexed at the position of each of the words, given as they are meant."""
    return [[one.text for one in stack] for stack in _stacks(words)]


def words(run: str, offset: int = 0, position: int = 0) -> list[Token]:
    """The WORDS tokens of a run of Han characters that stands at `offset`, from `position` on."""
    tokens: list[Token] = []
    cut_words = cut(run)
    for word, meant in zip(cut_words, as_meant(cut_words), strict=True):
        tokens += word_tokens(meant, offset + len(word) - len(meant), position)
        offset += len(word)
        position += 1
    return tokens


def may_turn_round(word: str) -> bool:
    """Whether a word of a cut may make another of the word behind it."""
    return word in _TURNING


def as_meant(cut_words: list[str]) -> list[str]:
    """The words of a cut, each that the word before it turns round together with what does."""
    if _TURNING.keys().isdisjoint(cut_words):
        return cut_words
    return [meant_behind(before, word) for before, word in pairwise(["", *cut_words])]


def meant_behind(before: str, word: str) -> str:
    """A word of a cut as it is meant behind another one; behind none where that is empty."""
    return _TURNING[before] + word if _is_turned(before, word) else word


def _is_turned(before: str, word: str) -> bool:
    return before in _TURNING and len(word) > 1 and not (before in _CHEMICAL and _ENZYME in word)


def word_tokens(word: str, offset: int = 0, position: int = 0) -> list[Token]:
    """What is indexed at the position of a word, given as it is meant."""
    if len(word) < 3:
        return [Token(word, position, offset, offset + len(word))]
    return [Token(text, position, offset + start, offset + end) for text, start, end in _stack(word)]


_new_token = partial(tuple.__new__, Token)
_NO_TOKEN = Token("", 0, 0, 0)


def forms(run: str, offset: int = 0, position: int = 0) -> list[Token]:
    """The FORMS tokens of a run of Han characters: at each character itself, and with the next one of the run."""
    length = len(run)
    positions, starts = range(position, position + length), range(offset, offset + length)
    characters = zip(run, positions, starts, range(offset + 1, offset + length + 1), strict=True)
    pairs = zip(map(add, run, run[1:]), positions, starts, range(offset + 2, offset + length + 1), strict=False)
    # Slices instead of a loop, and no call of Token(...): half of the tokens of a Chinese text are made here.
    tokens = [_NO_TOKEN] * (2 * length - 1)
    tokens[::2] = map(_new_token, characters)
    tokens[1::2] = map(_new_token, pairs)
    return tokens


def query_parts(run: str) -> list[Part]:
    """The words of a run as a searcher means them, in order and without gaps.

    Where the cut leaves characters alone, jieba's model says which of them belong together; function words among them
    stay alone. What turns a word round goes with it: 非手术 is searched as that string, not as 手术.
    """
    parts: list[Part] = []
    alone = ""
    start = 0
    for before, word in pairwise(["", *cut(run)]):
        if len(word) == 1 and word not in CHINESE:
            alone += word
            start += 1
            continue
        turning = len(word) > 1 and (_is_turned(before, word) or before == "无")
        if turning and not alone:
            # 从不 + 吸烟, of which the first is a word by itself.
            last = parts.pop()
            parts.append(Part(last.text + word, last.start, known=False))
        else:
            begin = start - 1 if turning else start
            _add_guesses(parts, alone[: len(alone) - (start - begin)], start - len(alone))
            parts.append(Part(run[begin : start + len(word)], begin, known=len(word) > 1 and not turning))
        alone = ""
        start += len(word)
    # A prefix at the end belongs to what stands behind the run, if to anything.
    prefix = PREFIX if alone.endswith(PREFIX) else ""
    _add_guesses(parts, alone.removesuffix(prefix), start - len(alone))
    _add_guesses(parts, prefix, start - len(prefix))
    return parts


def begins_counted(run: str) -> bool:
    """Whether a run begins with what a number before it counts: 型糖尿病, 期; 类风湿 does not."""
    return run[0] in COUNTED_HAN and len(cut(run)[0]) == 1


class Segment(NamedTuple):
    """A stretch of a run of Han characters."""

    start: int
    end: int
    numeral: str
    """The number before 型 or the like that the segment is; empty where it is none."""


def segments(run: str) -> list[Segment]:
    """A run cut where a number up to ten stands before 型 and the like as a word of its own: 二型 + 糖尿病."""
    found: list[Segment] = []
    done = 0
    if _NUMBERED.search(run):
        borders = {0, *accumulate(map(len, cut(run)))}
        for match in _NUMBERED.finditer(run):
            if borders.issuperset(match.span()):
                if match.start() > done:
                    found.append(Segment(done, match.start(), ""))
                done = match.end()
                found.append(Segment(*match.span(), match[1]))
    if done < len(run):
        found.append(Segment(done, len(run), ""))
    return found


_NUMBERED = re.compile(f"(?<![第百千几数{HAN_NUMERALS}])([{HAN_NUMERALS}])[{COUNTED_HAN}]")


def _add_guesses(parts: list[Part], characters: str, start: int) -> None:
    for begin in range(0, len(characters), _GUESS_LIMIT):
        piece = characters[begin : begin + _GUESS_LIMIT]
        at = start + begin
        for guess in finalseg.cut(piece) if len(piece) > 1 else piece:
            parts.append(Part(guess, at, known=False))
            at += len(guess)
