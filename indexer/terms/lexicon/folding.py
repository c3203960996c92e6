"""The spelling under which the beginnings of words are compared: while typing, nobody minds case, marks or hyphens.

A *folded* text is its tokens with a space between any two: words of letters and digits, without marks and apostrophes,
and single Han characters. A vocabulary holds *words* instead: English ones unstemmed, Chinese ones of the dictionary.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property

from indexer import analysis
from indexer.analysis import Channel, Token
from indexer.analysis.normalize import fold
from indexer.analysis.script import HAN
from indexer.analysis.stopwords import ENGLISH as STOPWORDS

LONGEST_WORD = 40
"""Letters of an English word of the vocabulary."""

UNSURE = "?"
"""Before the words of a form that are not all of it."""

_TOKEN = re.compile(rf"[{HAN}]|[^\W_{HAN}]+")
_ASCII_TOKEN = re.compile("[a-z0-9]+")
"""The same of folded texts of ASCII, which most are, in half the time."""
_HAN_ONLY = re.compile(f"[{HAN}]+")
_ENGLISH = re.compile(f"[a-z]{{2,{LONGEST_WORD}}}")


class Folded:
    """A folded text."""

    def __init__(self, text: str) -> None:
        self._normal = _unmarked(fold(text))
        self._joined = self._normal.replace("'", "")
        self.tokens = _tokens(self._joined)

    @property
    def text(self) -> str:
        """The tokens with spaces between them; empty where the text holds no letter and no digit."""
        return " ".join(self.tokens)

    def word_starts(self) -> list[int]:
        """Ordinals of the tokens at which a word begins; of Chinese words, those of the dictionary and inside it."""
        if self._joined.isascii():
            return list(range(len(self.tokens)))
        begins = {token.start for token in self._cut}
        places = enumerate(_TOKEN.finditer(self._joined))
        return [index for index, match in places if match.start() in begins or not is_han(match[0])]

    def words(self) -> list[str]:
        """The words of the text that a vocabulary may have, by which its frequency is estimated; numbers are left out.

        Begins with `UNSURE` where something else had to be left out (V1, D); empty where only stop words are left.
        """
        pieces = self.tokens
        if "'" in self._normal:
            pieces = [term.text for term in analysis.phrase(self._normal)]
        words: list[str] = []
        unsure = False
        for piece in pieces:
            if word := english_word(piece):
                words.append(word)
            elif not (piece.isdecimal() or is_han(piece)):
                unsure = True
        last = -1
        for token in self._cut:
            if token.position > last and is_han(token.text):
                words.append(token.text)
            last = token.position
        if STOPWORDS.issuperset(words):
            return []
        return [UNSURE, *words] if unsure else words

    @cached_property
    def _cut(self) -> list[Token]:
        return [] if self._joined.isascii() else analysis.tokens(self._joined, Channel.WORDS)


def folded_text(text: str) -> str:
    """`Folded.text` of a text, for who asks nothing else of it."""
    return " ".join(_tokens(_unmarked(fold(text)).replace("'", "")))


def _tokens(joined: str) -> list[str]:
    return (_ASCII_TOKEN if joined.isascii() else _TOKEN).findall(joined)


def is_han(text: str) -> bool:
    """Whether a text is Han characters and nothing else."""
    return bool(_HAN_ONLY.fullmatch(text))


def _unmarked(text: str) -> str:
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(c for c in apart if not unicodedata.combining(c)))


def english_word(form: str) -> str | None:
    """The word of a FORMS token, without marks and possessive ending; None where it is no English word."""
    word = form if form.isalpha() else form.removesuffix("'s").replace("'", "")
    word = word if word.isascii() else _unmarked(word)
    return word if _ENGLISH.fullmatch(word) else None


def stem(word: str) -> str | None:
    """The term under which a word is searched; None where it is not one."""
    tokens = analysis.tokens(word, Channel.WORDS)
    return tokens[0].text if tokens else None


def is_dictionary_word(text: str) -> bool:
    """Whether the dictionary of analysis has a Chinese text of two characters or more as a word."""
    tokens = analysis.tokens(text, Channel.WORDS)
    return len(text) > 1 and any(token.start == 0 and token.end == len(text) for token in tokens)
