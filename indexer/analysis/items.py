"""Many texts at once, folded and cut into items: what stands between two spaces, and runs of Han characters."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexer.analysis import compiled, english
from indexer.analysis.normalize import Normalized, fold, joined, normalize, plain
from indexer.analysis.numbering import U32, Places, codes_of, text_of
from indexer.analysis.script import HAN

_HAN_RANGES = np.array([(ord(first), ord(last or first)) for first, last in re.findall("(.)(?:-(.))?", HAN)], np.uint32)


@dataclass(frozen=True)
class Items:
    """What texts are cut into; see `compiled.cut_items`."""

    codes: U32
    begins: Places
    ends: Places
    kinds: npt.NDArray[np.uint8]

    def edged(self) -> npt.NDArray[np.bool_]:
        """Of each item, whether the edges of its words are tokens of FORMS."""
        edged = np.zeros(self.kinds.size, np.bool_)
        compiled.mark_edged(self.kinds, self.begins, self.ends, english.REACH, edged)
        return edged


_FOLDED = np.zeros(1 << 16, np.uint32)
"""What characters fold to that were met; 0 for others, and for those whose neighbours count."""
_FOLDED[:128] = codes_of(normalize("".join(map(chr, range(128)))).text)


@dataclass(frozen=True)
class FoldedTexts:
    """Texts as `normalize` folds them, one behind the other."""

    codes: U32
    ends: Places
    shifted: Mapping[int, Normalized]
    """Those, by their places, in which offsets are not offsets in the source."""


def fold_all(texts: Sequence[str]) -> FoldedTexts:
    """The folded texts."""
    shifted: dict[int, Normalized] = {}

    def fold_odd(place: int) -> str:
        normalized = normalize(texts[place])
        if not normalized.aligned:
            shifted[place] = normalized
        return normalized.text

    codes, ends = _folded(texts, fold_odd)
    return FoldedTexts(codes, ends, shifted)


def items_of(texts: Sequence[str]) -> Items:
    """The items of some texts, folded."""
    return cut(*_folded(texts, lambda place: fold(texts[place])))


def _folded(texts: Sequence[str], fold_odd: Callable[[int], str]) -> tuple[U32, Places]:
    """The characters of folded texts, and where each text ends.

    Args:
        texts: The texts.
        fold_odd: Folds one, given by its place, of which that takes more than a look at each character.
    """
    codes = codes_of("".join(texts))
    sizes = np.fromiter(map(len, texts), np.int64, len(texts))
    ends = np.cumsum(sizes)
    folded, odd = np.empty_like(codes), np.empty(len(texts), np.bool_)
    compiled.fold_plain(codes, ends, _FOLDED, folded, odd)
    parts: list[U32] = []
    done = 0
    for place in np.flatnonzero(odd).tolist():
        behind = int(ends[place])
        begin = behind - int(sizes[place])
        unknown = codes[begin:behind][(folded[begin:behind] == 0) & (codes[begin:behind] != 0)]
        if not unknown.size:
            folded[begin:behind] = codes_of(joined(text_of(folded[begin:behind])))
            continue
        for code in set(unknown[unknown < _FOLDED.size].tolist()):
            _FOLDED[code] = ord(plain(chr(code)) or "\0")
        parts += [folded[done:begin], codes_of(fold_odd(place))]
        sizes[place] = parts[-1].size
        done = behind
    return (np.concatenate([*parts, folded[done:]]), np.cumsum(sizes)) if parts else (folded, ends)


def cut(codes: U32, text_ends: Places) -> Items:
    """The items of folded texts, given by their characters and where each text ends."""
    most = 2 * (codes.size + text_ends.size)
    begins, ends, kinds = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.uint8)
    count = compiled.cut_items(codes, text_ends, _HAN_RANGES, begins, ends, kinds)
    return Items(codes, begins[:count], ends[:count], kinds[:count])
