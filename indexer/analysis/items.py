"""Many texts at once, folded and cut into items: what stands between two spaces, and runs of Han characters."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from indexer.analysis import compiled, english
from indexer.analysis.normalize import Normalized, joined, normalize, plain
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
    codes = codes_of("".join(texts))
    ends = np.fromiter(accumulate(map(len, texts)), np.int64, len(texts))
    folded, odd = np.empty_like(codes), np.empty(len(texts), np.bool_)
    compiled.fold_plain(codes, ends, _FOLDED, folded, odd)
    shifted: dict[int, Normalized] = {}
    for place in np.flatnonzero(odd).tolist():
        part = slice(int(ends[place - 1]) if place else 0, int(ends[place]))
        unknown = codes[part][(folded[part] == 0) & (codes[part] != 0)]
        if not unknown.size:
            folded[part] = codes_of(joined(text_of(folded[part])))
            continue
        normalized = normalize(texts[place])
        if normalized.aligned:
            folded[part] = codes_of(normalized.text)
        else:
            shifted[place] = normalized
        for code in np.unique(unknown[unknown < _FOLDED.size]).tolist():
            _FOLDED[code] = ord(plain(chr(code)) or "\0")
    return _with_shifted(folded, ends, shifted) if shifted else FoldedTexts(folded, ends, shifted)


def _with_shifted(folded: U32, ends: Places, shifted: Mapping[int, Normalized]) -> FoldedTexts:
    """Folded texts of which some have other lengths than their sources."""
    parts: list[U32] = []
    sizes = np.diff(ends, prepend=0)
    done = 0
    for place, normalized in shifted.items():
        own = codes_of(normalized.text)
        parts += [folded[done : ends[place] - sizes[place]], own]
        done, sizes[place] = int(ends[place]), own.size
    return FoldedTexts(np.concatenate([*parts, folded[done:]]), np.cumsum(sizes), shifted)


def items_of(folded: Sequence[str]) -> Items:
    """The items of some folded texts, one text behind the other."""
    return cut(codes_of("".join(folded)), np.fromiter(accumulate(map(len, folded)), np.int64, len(folded)))


def cut(codes: U32, text_ends: Places) -> Items:
    """The items of folded texts, given by their characters and where each text ends."""
    most = 2 * (codes.size + text_ends.size)
    begins, ends, kinds = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.uint8)
    count = compiled.cut_items(codes, text_ends, _HAN_RANGES, begins, ends, kinds)
    return Items(codes, begins[:count], ends[:count], kinds[:count])
