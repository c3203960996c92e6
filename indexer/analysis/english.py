"""Words that are not Chinese: tokenised by NLTK, stemmed by its Snowball stemmer.

Text comes here normalised and without Han characters. A *word* is a run of letters and digits of any script, with
apostrophes and decimal points inside; a *compound* is words joined by hyphens. A slash separates compounds.

For WORDS a word may fall into several: where a Greek letter begins or ends (TNFα is TNF-α, and alpha is its name), and
between a number and its unit. What a stem is, is decided in four steps: the American spelling, the singular
(`spelling`), our own terms where the stemmer would make one of two meanings (`data/stems_en.txt`), and Snowball.
A number is indexed besides itself with what makes it another: 7.5%, <0.05, 10^9/l. A word behind `non-` is indexed
together with it alone, so that small cell lung cancer does not find non-small cell lung cancer.

FORMS has each word as it is written, and one that begins or ends in a digit also with the sign before it and the per
cent sign behind it. Near Chinese it has the *edges* of words as well: the beginnings and the endings of each (`20-` and
`-21` of 2021), by which a string is found that is cut inside a word. What is cut out of a text is cut into the same
words there, but for the first and the last: no comma is a part of a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from operator import itemgetter
from string import ascii_lowercase
from typing import NamedTuple

from nltk.stem.snowball import EnglishStemmer
from nltk.tokenize import RegexpTokenizer

from indexer.analysis import numbers, spelling
from indexer.analysis.compounds import NEGATIONS
from indexer.analysis.lists import read_pairs
from indexer.analysis.tokens import Token

LONGEST_TERM = 64
"""Characters of a term; what is longer is cut (the token still spans all of it)."""

REACH = 64
"""Characters from the nearest Chinese one within which words have edges: a text of few of them needs few."""

_LONGEST_SIGNED = LONGEST_TERM - 3
LONGEST_EDGE = LONGEST_TERM - 1
"""Characters of a word that has terms with signs, and of an edge."""

STEMS = read_pairs("stems_en.txt")
"""Words whose stem is ours, with it."""

_SHORT_COMPOUND = 8
"""Letters of a compound that is written in one word just as well (re-do, non-fat)."""

_LONGEST_COMPOUND = 4
"""Words of a compound that has a joined spelling as a whole; pairs within longer ones have theirs."""

_PREFIXES = frozenset(
    (
        *("anti", "auto", "bi", "bio", "co", "cardio", "chemo", "counter", "de", "extra", "hyper", "hypo", "immuno"),
        *("inter", "intra", "macro", "meta", "micro", "mid", "mini", "mono", "multi", "nano", "neo", "neuro", "non"),
        *(
            "over",
            "para",
            "peri",
            "poly",
            "post",
            "pre",
            "pro",
            "pseudo",
            "psycho",
            "radio",
            "re",
            "semi",
            "sub",
            "super",
        ),
        *("supra", "trans", "tri", "ultra", "un", "under", "uni"),
    )
)
"""What a hyphen joins to a word that is written without it as well."""

_COMBINING = re.compile("(?!(?:placebo|video|ratio|zero|vitro|vivo|novo|utero|into|tobacco)$)[a-z]{3,}o")
"""Beginnings of Greek and Latin compounds, which are joined as well (gastro-, cerebro-), and no other words in o."""

_WINDOW = 20_000
"""Characters tokenised at a time: NLTK gives up on a text that takes it five seconds."""

_LETTER = r"[^\W_]"
_PLAIN_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![^\W_])"  # 12,345.6
_FORM = rf"{_LETTER}(?:{_LETTER}|[\u0300-\u036f]|'(?={_LETTER})|(?<=\d)\.(?=\d))*"
_WORD = rf"(?:{_PLAIN_NUMBER}|{_FORM})"
_POWER = r"\d+(?:\.\d+)?\^-?\d+(?:/[a-zμ]+)?|(?:\d+(?:\.\d+)?)?(?:[cdhkmnμ]?m)\^[23](?![^\W_])"
_WORD_OR_POWER = rf"(?:{_POWER}|(?!x\d+(?:\.\d+)?\^){_WORD})"
_FORM_COMPOUNDS = rf"{_FORM}(?:-{_FORM})*"
_WORD_COMPOUNDS = rf"(?:non-{{2,3}})?{_WORD_OR_POWER}(?:-{_WORD_OR_POWER})*"
_tokenizers = {pattern: RegexpTokenizer(pattern) for pattern in (_FORM_COMPOUNDS, _WORD_COMPOUNDS)}
_plain_tokenizers = {pattern: re.compile(pattern) for pattern in _tokenizers}
_PLAIN = re.compile(
    "[\x00-\xa9\xab-\xb1\xb4\xb6-\xb8\xbb\xbf-\u02ac\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03f5\u0400-\u0481"
    "\u048a-\u052f\u2010-\u2027\u2030-\u203e\u2041-\u2053\u2055-\u205e\u2190-\u23ff\u2500-\u2767"
    "\u2a7d\u2a7e\u3001\u3002\u3008-\u3011\U0001d7ce-\U0001d7ff]*"
)
"""Texts that Python's own expressions cut as NLTK's do: of ASCII, European letters, and signs. They take a hundredth of
the time, and an index asks them of many. Found by trying each character between others, as a test does again."""
_stemmer = EnglishStemmer()

_LATIN = re.compile("[a-z']+")
_GREEK_NAMES = frozenset(numbers.GREEK_NAMES)
_DIGIT = re.compile(r"\d")
_DIVISIBLE = re.compile(rf"[{numbers.GREEK}]|^\d|(?:{'|'.join(numbers.GREEK_NAMES)})|t[0-4xi][a-ds]?n[0-3x]")
_HYPHEN = re.compile(r"(?<!\^)-+")
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_NUMBERED_PLURAL = re.compile(r"[a-z]+\d+[a-z]?s|\d{4}s")
"""E2Fs, MMP9s, 1990s."""
_CONSONANT_PLURAL = re.compile("[b-df-hj-np-tv-xz]{2,}[b-df-hj-np-rtv-xz]s")
"""RCTs, SNPs: Snowball takes no s off a word without a vowel."""
_INFLAMED = re.compile("[a-z]{3,}itis")
_STEMMED = (
    *("'", "e", "l", "s", "y", "ed", "ing", "ator", "er"),
    *("ci", "gi", "li", "ti", "ic", "ant", "ent", "ism", "ion"),
)
"""Endings of which each one of Snowball's rules has one: it changes no other word, and takes long to find that out."""
_SHARED = re.compile(r"([a-z]{2,})-?\d{1,3}")
_SHARING = re.compile(r"l?\d{1,3}")
"""HPV-16/18, PD-1/L1: letters that are written once before several numbers."""
_NUMBER_BEFORE = re.compile(r"(?<![^\W_])(?<![.,])(\d+(?:\.\d+)?) $")


def term(form: str) -> str:
    """The WORDS term of a word: its stem without possessive ending; itself where it holds a digit or Greek letter."""
    return _term(form[:LONGEST_TERM])


@lru_cache(maxsize=1 << 17)
def _term(form: str) -> str:
    form = form.removesuffix("'s") or form
    if not _LATIN.fullmatch(form):
        if _NUMBERED_PLURAL.fullmatch(form):
            form = form[:-1]
        return numbers.greek_name(form) if len(form) == 1 else _shown(form)
    if form[-1] == "s" and _CONSONANT_PLURAL.fullmatch(form):
        return form[:-1]
    form = spelling.singular(spelling.american(form))
    if form in STEMS:
        return STEMS[form]
    # Snowball takes -itis off: hepatitis would be hepatic.
    if form[0] != "'" and (not form.endswith(_STEMMED) or _INFLAMED.fullmatch(form)):
        return form
    return str(_stemmer.stem(form)) or form


def _shown(form: str) -> str:
    # 12,345 is found by 12345, m^2 by m2; a comma and such a caret are the only characters that are not written.
    form = form.replace(",", "")
    if form[0].isalpha():
        form = form.replace("^", "")
    return form[:LONGEST_TERM]


def compounds(text: str) -> list[tuple[int, int]]:
    """Where the compounds of a text stand, as WORDS has them; a plain word is a compound of one."""
    return _spans(text, _WORD_COMPOUNDS)


def _spans(text: str, pattern: str) -> list[tuple[int, int]]:
    if len(text) <= _WINDOW:
        return _spans_within(text, pattern)
    # Windows end at a space, or anywhere in what can't be a text for readers.
    found = []
    start = 0
    while start < len(text):
        end = len(text)
        if end - start > _WINDOW:
            end = text.rfind(" ", start, start + _WINDOW)
            end = end if end > start else start + _WINDOW
        found += [(start + first, start + behind) for first, behind in _spans_within(text[start:end], pattern)]
        start = end
    return found


def _spans_within(window: str, pattern: str) -> list[tuple[int, int]]:
    if _PLAIN.fullmatch(window):
        return [match.span() for match in _plain_tokenizers[pattern].finditer(window)]
    # A list at once: NLTK counts the time that a consumer takes between two spans against its limit.
    return list(_tokenizers[pattern].span_tokenize(window))


def parts(compound: str) -> list[str]:
    """The words of a compound: cut at its hyphens, at the borders of Greek letters, between a number and its unit."""
    if "-" not in compound:
        words = [compound]
    elif "^" in compound or "--" in compound:
        words = _HYPHEN.split(compound)
    else:
        words = compound.split("-")
    if not _DIVISIBLE.search(compound):
        return words
    return [piece for word in words for piece in _pieces(word)]


def _pieces(word: str) -> list[str]:
    if quantity := numbers.QUANTITY.fullmatch(word):
        return list(quantity.groups())
    if "^" in word:
        return word.split("/")
    if stage := numbers.TNM.fullmatch(word):
        return [piece for piece in stage.groups() if piece]
    return numbers.greek_pieces(word) if len(word) <= LONGEST_TERM else [word]


def joined(words: Sequence[str]) -> str:
    """The WORDS term of words when they are written as one."""
    if len(words) == 2 and "^" in words[0]:
        return "/".join(words)
    bare = [spelt(word.removesuffix("'s")) for word in words]
    whole = "".join(bare)
    # As it is read where it is typed in one word; behind a digit only the last word has a stem.
    return term(whole) if _LATIN.fullmatch(whole) else _shown("".join(bare[:-1]) + term(bare[-1]))


def spelt(word: str) -> str:
    """A word with a lone Greek letter, or its possessive, by the letter's name."""
    bare = word.removesuffix("'s")
    return numbers.greek_name(bare) if len(bare) == 1 else word


def _has_joined(words: Sequence[str]) -> bool:
    """Whether a compound is likely to be written as one word as well: IL-6, T-cell, TNF-α, anti-CD38, pre-operative."""
    if len(words) > _LONGEST_COMPOUND:
        return False
    first, letters = words[0], "".join(words)
    return (
        len(letters) <= _SHORT_COMPOUND
        or first in _PREFIXES
        or (first[-1] == "o" and bool(_COMBINING.fullmatch(first)))
        or min(map(len, words)) <= 2
        or not _GREEK_NAMES.isdisjoint(words)
        or bool(_DIGIT.search(letters))
    )


class Piece(NamedTuple):
    """A word of a compound, and where it stands in the text."""

    word: str
    start: int
    end: int

    @property
    def bare_end(self) -> int:
        """The end without a possessive ending."""
        return self.end - 2 if self.word.endswith("'s") else self.end


_new_piece = partial(tuple.__new__, Piece)


def pieces(text: str, start: int, end: int) -> list[Piece]:
    """The words of the compound `text[start:end]`."""
    words = parts(text[start:end])
    if len(words[0]) == end - start:
        return [Piece(words[0], start, end)]
    found = []
    for word in words:
        # What stands between two words is a hyphen, a slash, or nothing; behind `non` it may be up to three hyphens.
        at = text.index(word, start)
        start = at + len(word)
        found.append(_new_piece((word, at, start)))
    return found


def numeral(text: str, piece: Piece) -> str | None:
    """The Arabic number of a Roman numeral behind type, stage and the like; None for any other word."""
    number = numbers.arabic(piece.word)
    return number if number and numbers.is_counted(text, piece.start) else None


class _Number(NamedTuple):
    """A number with what stands before and behind it."""

    term: str
    start: int
    sign: str
    """As in <0.05; empty where none stands there."""
    signed_start: int
    percent: str
    """The per cent sign behind it; empty where none stands there."""


def _number(text: str, piece: Piece, end: int) -> _Number | None:
    """The piece as a number: None where it is none. What stands behind is sought at `end`."""
    if not _NUMBER.fullmatch(piece.word):
        return None
    start = piece.start
    before = text[max(0, start - 4) : start]
    bare = _shown(piece.word)[: LONGEST_TERM - 2]
    if before.endswith(".") and not before[-2:-1].isalnum():
        # .05 is 0.05.
        bare, start, before = f"0.{bare}"[: LONGEST_TERM - 2], start - 1, before[:-1]
    sign, reach = numbers.comparison(before) or ("", 0)
    return _Number(bare, start, sign, start - reach, "%" if text[end : end + 1] == "%" else "")


def number_term(text: str, piece: Piece) -> tuple[str, int, int] | None:
    """The term of a number in a query, with all that belongs to it, and where that stands; None for any other word."""
    end = piece.end + 1 if text[piece.end : piece.end + 2] == " %" else piece.end
    number = _number(text, piece, end)
    if number is None:
        return None
    return (
        f"{number.sign}{number.term}{number.percent}",
        number.signed_start,
        (end + 1 if number.percent else piece.end),
    )


class Analysed(NamedTuple):
    """The tokens of a text without spaces in a channel, their offsets and positions counted from its beginning."""

    tokens: tuple[Token, ...]
    positions: int
    leads: str
    """What it begins with, where what stands before it may give that another token: a key of `LEADS`."""


LEADS = {
    "%": re.compile("%"),
    "number": re.compile(r"\.?\d"),
    "numeral": re.compile(r"[(\[]?(?:x|ix|iv|v?i{1,3}|v)(?:[a-d][12]?)?(?![^\W_]|')"),
}

LEADING = frozenset("%.([ivx0123456789")
"""Characters of ASCII that these begin with."""

CONTEXT = LONGEST_TERM
"""Characters before a text without spaces that may change its tokens."""

_PLAIN_WORD = re.compile("[(\\[\"']{0,2}([a-z]{2,64})[)\\]\"'.,;:!?]{0,3}")
"""A word between marks, as most are."""
_PLAIN_SINGLE = re.compile("[a-z][a-z0-9]{1,63}")
_LETTER_COMPOUNDS = re.compile("[a-z]+(?:-[a-z]+)*")
_PLAIN_COMPOUND = re.compile("[a-z][a-z0-9]*(?:-[a-z0-9]+)+")


def words(text: str, offset: int = 0, position: int = 0, zone: Zone | None = None) -> list[Token]:
    """The WORDS tokens of a text that stands at `offset`, or of a zone of it, from `position` on."""
    return _tokens(text, zone or Zone(0, len(text)), offset, position, _WORDS)


def forms(text: str, offset: int = 0, position: int = 0, zone: Zone | None = None) -> list[Token]:
    """The FORMS tokens of a text that stands at `offset`, or of a zone of it, from `position` on."""
    zone = zone or Zone(0, len(text))
    return _tokens(text, zone, offset, position, _EDGED_FORMS if zone.edges else _FORMS)


class Zone(NamedTuple):
    """A stretch of a text; between two of them is a space."""

    start: int
    end: int
    edges: bool = False
    """Whether the edges of its words are tokens."""


def zones(text: str, *, behind: bool, before: bool) -> list[Zone]:
    """The zones of a text that stands behind Chinese, before it, or both."""
    length = len(text)
    head = text.find(" ", REACH) if behind else -1
    tail = text.rfind(" ", 0, max(0, length - REACH)) if before else length
    if (behind and head < 0) or (before and tail < 0) or head >= tail:
        return [Zone(0, length, edges=True)]
    found = [Zone(head + 1, tail)]
    if behind:
        found.insert(0, Zone(0, head, edges=True))
    if before:
        found.append(Zone(tail + 1, length, edges=True))
    return found


def _tokens(text: str, zone: Zone, offset: int, position: int, analysis: _Analysis) -> list[Token]:
    # Few tokens reach over a space, so pieces between spaces are analysed alone; most of them have been met before.
    of, remembered, behind = analysis
    found: list[Token] = []
    at = zone.start
    for piece in text[at : zone.end].split(" "):
        if piece:
            analysed = remembered(piece) if len(piece) <= LONGEST_TERM else of(piece)
            tokens, positions, lead = analysed
            if lead and at and _may_lead(lead, text[at - 2 : at - 1]):
                tokens = behind(text[max(0, at - CONTEXT) : at], piece, analysed) or tokens
            base = offset + at
            for term, place, start, end in tokens:
                # What Token(...) does, without its call: this line makes every English token there is.
                found.append(tuple.__new__(Token, (term, position + place, base + start, base + end)))
            position += positions
        at += len(piece) + 1
    return found


def _may_lead(lead: str, last: str) -> bool:
    """Whether what leads a piece may count, where another character is the last one before the space before it."""
    return lead == "numeral" or (last in numbers.SIGNS if lead == "number" else last.isdecimal())


def words_of(piece: str) -> Analysed:
    """The WORDS tokens of a text without spaces, by itself."""
    if plain := _plain_word(piece):
        return Analysed((Token(term(plain[1]), 0, *plain.span(1)),), 1, "")
    tokens, positions = _tokens_of(piece, 0, len(piece))
    return Analysed(tokens, positions, leads(piece))


def leads(piece: str) -> str:
    """What a text without spaces begins with: a key of `LEADS`, or nothing that counts."""
    first = piece[:1]
    if first.isascii() and first not in LEADING:
        return ""
    return next((lead for lead, begins in LEADS.items() if begins.match(piece)), "")


def words_behind(before: str, piece: str, analysed: Analysed) -> tuple[Token, ...] | None:
    """The tokens of a text without spaces where what stands before it makes them others; None where it doesn't.

    Args:
        before: What stands before it, up to a space; the last `CONTEXT` characters of it suffice.
        piece: The text.
        analysed: Its tokens by itself.
    """
    at = len(before)
    if analysed.leads == "%":
        # Of a number that a space divides from its per cent sign.
        match = _NUMBER_BEFORE.search(before, max(0, at - LONGEST_TERM // 2))
        return match and (Token(f"{match[1]}%", -1, match.start(1) - at, 1), *analysed.tokens)
    if (analysed.leads == "number" and before[at - 2 : at - 1] in numbers.SIGNS) or (
        analysed.leads == "numeral" and numbers.is_counted(before, at)
    ):
        return _tokens_of(before + piece, at, at + len(piece))[0]
    return None


def is_plain(word: str) -> bool:
    """Whether a folded word is nothing but letters without an accent, and no name of a Greek one among them."""
    return word.isascii() and word.isalpha() and not _DIVISIBLE.search(word)


def is_plain_word(piece: str) -> bool:
    """Whether a text without spaces is one word that is nothing but its stem and itself, and begins with a letter."""
    return bool(_PLAIN_SINGLE.fullmatch(piece)) and not _DIVISIBLE.search(piece) and not _has_more(piece)


ODD_LETTERS = frozenset(
    (
        *(name[:3] for name in (*numbers.GREEK_NAMES, *spelling.WITH_TWO_SINGULARS)),
        # Of a tumour's stage whose nodes are not known.
        *(f"{letter}nx" for letter in ascii_lowercase),
    )
)
"""Of these each word of small letters holds one that is not plain, unless it is a Roman numeral."""


def _plain_word(piece: str) -> re.Match[str] | None:
    """The piece where it is a word between marks that has no letter or numeral to look at; its group 1 is the word."""
    match = _PLAIN_WORD.fullmatch(piece)
    return match if match and not _DIVISIBLE.search(match[1]) and not _has_more(match[1]) else None


def _has_more(word: str) -> bool:
    """Whether a word of letters may have another token than its stem."""
    return bool(numbers.arabic(word) or spelling.other_singular(word))


def _tokens_of(text: str, begin: int, behind: int) -> tuple[tuple[Token, ...], int]:
    """The tokens of `text[begin:behind]`, counted from its beginning, and how many positions they take."""
    tokens: list[Token] = []
    position = 0
    numbered: tuple[str, int, int] | None = None
    """The letters of the compound before, where they stand before a number, with its beginning and end."""
    for first, last in compounds(text[begin:behind]):
        found = pieces(text, begin + first, begin + last)
        words = [piece.word for piece in found]
        negated = len(words) > 1 and words[0] in NEGATIONS
        compound = text[begin + first : begin + last]
        if numbered and begin + first == numbered[2] + 1 and text[numbered[2]] == "/" and _SHARING.fullmatch(compound):
            # BRCA1/2 is BRCA2 as well.
            numbered = (numbered[0], numbered[1], begin + last)
            tokens.append(Token(numbered[0] + compound, position, numbered[1] - begin, last))
        else:
            match = _SHARED.fullmatch(compound) if text[begin + last : begin + last + 1] == "/" else None
            numbered = (match[1], begin + first, begin + last) if match else None
        for index, piece in enumerate(found):
            if negated and index == 1:
                # What is non-small is not small: in the place of the word stands what both are together.
                stack = [(joined(words[:2]), found[0].start, piece.end)]
            else:
                stack = _piece_tokens(text, piece)
                if len(found) > 1:
                    joints = _joints(words, index, negated=negated)
                    stack += [(term, piece.start, found[index + count - 1].end) for term, count in joints]
            tokens += [_new_token((term, position, start - begin, end - begin)) for term, start, end in stack]
            position += 1
    return tuple(tokens), position


_new_token = partial(tuple.__new__, Token)
_Placed = tuple[str, int, int]
"""A term, and where it stands in the text."""


def _piece_tokens(text: str, piece: Piece) -> list[_Placed]:
    """A word's term, and what it is with what stands around it."""
    if piece.word[0].isdecimal() and (number := _number(text, piece, piece.end)):
        found: list[_Placed] = []
        signs = ((number.sign, number.signed_start), ("", number.start)) if number.sign else (("", number.start),)
        for sign, start in signs:
            found.append((sign + number.term, start, piece.end))
            if number.percent:
                found.append((f"{sign}{number.term}%", start, piece.end + 1))
        return found
    found = [(term(piece.word), piece.start, piece.bare_end)]
    if other := spelling.other_singular(piece.word):
        found.append((term(other), piece.start, piece.bare_end))
    if number_of := numeral(text, piece):
        found.append((number_of, piece.start, piece.end))
    return found


def _joints(words: Sequence[str], index: int, *, negated: bool) -> list[tuple[str, int]]:
    """The terms of what begins at a word of a compound, written as one: the pair, and at the first word the whole.

    Each with how many words it is made of.
    """
    joints = []
    pair = words[index : index + 2]
    if len(pair) == 2 and not (negated and index == 0) and _has_joined(pair):
        joints.append((joined(pair), 2))
    if index == 0 and len(words) > 2 and _has_joined(words):
        joints.append((joined(words), len(words)))
    return joints


def plain_words(text: str) -> tuple[list[str], list[int], list[str]]:
    """The WORDS terms of words of small letters among marks, their positions, and the words, one at each position.

    None of the words may hold one of `ODD_LETTERS` or be a Roman numeral, no apostrophe may stand between them, and no
    hyphen beside another one.
    """
    terms: list[str] = []
    positions: list[int] = []
    words: list[str] = []
    for compound in _LETTER_COMPOUNDS.findall(text):
        of_compound = compound.split("-")
        found, places = compound_terms(of_compound)
        positions += [len(words) + place for place in places] if words else places
        terms += found
        words += of_compound
    return terms, positions, words


def plain_compound(text: str) -> list[str] | None:
    """The words of a text without spaces that is plain words with hyphens between them; None for any other text."""
    if len(text) > LONGEST_TERM or not _PLAIN_COMPOUND.fullmatch(text) or _DIVISIBLE.search(text):
        return None
    words = text.split("-")
    return None if any(map(_has_more, words)) else words


def compound_terms(words: Sequence[str]) -> tuple[list[str], list[int]]:
    """The WORDS terms of a plain compound, and their positions."""
    terms: list[str] = []
    positions: list[int] = []
    negated = words[0] in NEGATIONS
    for index, word in enumerate(words):
        if negated and index == 1:
            terms.append(joined(words[:2]))
        else:
            terms.append(term(word))
            if index + 1 < len(words):
                terms += [joint for joint, _ in _joints(words, index, negated=negated)]
        positions += [index] * (len(terms) - len(positions))
    return terms, positions


def ending(text: str) -> str:
    """The FORMS term of words that end with a text."""
    return f"-{text[-LONGEST_EDGE:]}"


def beginning(text: str) -> str:
    """The FORMS term of words that begin with a text."""
    return f"{text[:LONGEST_EDGE]}-"


def forms_of(piece: str, *, edges: bool = False) -> Analysed:
    """The FORMS tokens of a text without spaces, by itself."""
    if not edges and (plain := _plain_word(piece)):
        return Analysed((Token(plain[1], 0, *plain.span(1)),), 1, "")
    lead = leads(piece)
    return Analysed(*_forms_in(piece, 0, edges=edges), lead if lead != "numeral" else "")


def forms_behind(before: str, piece: str, analysed: Analysed, *, edges: bool = False) -> tuple[Token, ...] | None:
    """As `words_behind`, of FORMS."""
    at = len(before)
    if analysed.leads == "%":
        reach = max(0, at - LONGEST_TERM // 2)
        spans = _spans(before[reach:], _FORM_COMPOUNDS)
        if not spans or spans[-1][1] != at - reach - 1 or not before[at - 2].isdecimal():
            return None
        start = max(reach + spans[-1][0], before.rfind("-", 0, at) + 1)
        # What begins where the search does may have begun before.
        if 0 < reach == start:
            return None
        placed = _percent_forms(_form_at(before, start, at - 1), at + 1, edges=edges)
        return (*(Token(form, -1, start - at, end - at) for form, start, end in placed), *analysed.tokens)
    if analysed.leads == "number" and before[at - 2 : at - 1] in numbers.SIGNS:
        return _forms_in(before + piece, at, edges=edges)[0]
    return None


def _forms_in(text: str, begin: int, *, edges: bool) -> tuple[tuple[Token, ...], int]:
    """The FORMS tokens of what stands from `begin` on, counted from there, and how many positions they take."""
    tokens: list[Token] = []
    position = 0
    for start, end in _spans(text[begin:], _FORM_COMPOUNDS):
        first = begin + start
        for word in text[first : begin + end].split("-"):
            form = _form_at(text, first, first + len(word))
            placed = _plain_forms(form, edges=edges)
            if word[-1].isdecimal() and text[form.end : form.end + 1] == "%":
                placed += _percent_forms(form, form.end + 1, edges=edges)
            if len(placed) > 1:
                placed.sort(key=itemgetter(1))
            tokens += [_new_token((term, position, start - begin, end - begin)) for term, start, end in placed]
            position += 1
            first = form.end + 1
    return tuple(tokens), position


def written_words(text: str) -> list[tuple[int, int]]:
    """Where the words of a text stand, as they are written, each with the sign before it."""
    found = []
    for start, end in _spans(text, _FORM_COMPOUNDS):
        first = start
        for word in text[start:end].split("-"):
            last = first + len(word)
            found.append((_form_at(text, first, last).signed_start, last))
            first = last + 1
    return found


class _Form(NamedTuple):
    """A word as it is written, and the sign before it."""

    word: str
    start: int
    end: int
    sign: str
    """As in <0.05, with a point where none but that stands before the digits; empty where there is none."""
    signed_start: int
    equal: int
    """Where the equals sign of <= stands; -1 where there is none."""


def _form_at(text: str, start: int, end: int) -> _Form:
    word = text[start:end]
    if word[0].isdecimal() and len(word) <= _LONGEST_SIGNED:
        before = text[max(0, start - 4) : start]
        point = "." if before.endswith(".") and not before[-2:-1].isalnum() else ""
        if found := numbers.relation(before[:-1] if point else before):
            sign, reach = found
            signed = start - len(point) - reach
            equal = signed + 1 if sign != "=" and text[signed + 1] == "=" else -1
            return _Form(word, start, end, sign + point, signed, equal)
    return _Form(word, start, end, "", start, -1)


def _plain_forms(form: _Form, *, edges: bool) -> list[_Placed]:
    """A word without what may stand behind it."""
    word, start, end, sign, signed, _ = form
    found = [(word[:LONGEST_TERM], start, end)]
    if sign:
        found.append((sign + word, signed, end))
    if edges:
        heads = _heads(word, LONGEST_EDGE - len(sign))
        found += [(head, start, start + len(head) - 1) for head in heads]
        if sign:
            found += [(sign + head, signed, start + len(head) - 1) for head in heads]
        found += _endings(form, "", end)
    return found


def _heads(word: str, longest: int) -> list[str]:
    """The terms of the beginnings of a word, up to so many characters."""
    return [f"{word[:length]}-" for length in range(1, min(len(word), longest + 1)) if word[length - 1] not in ".'"]


def _tails(word: str, longest: int) -> list[str]:
    """The terms of the ends of a word, up to so many characters."""
    return [f"-{word[-length:]}" for length in range(1, min(len(word), longest + 1)) if word[-length] not in ".'"]


def _percent_forms(form: _Form, percent_end: int, *, edges: bool) -> list[_Placed]:
    """A word with the per cent sign that ends at `percent_end`."""
    word, start, _, sign, signed, _ = form
    if len(word) > _LONGEST_SIGNED:
        return []
    found = [(f"{word}%", start, percent_end)]
    if sign:
        found.append((f"{sign}{word}%", signed, percent_end))
    if edges:
        found += _endings(form, "%", percent_end)
    return found


def _endings(form: _Form, percent: str, end: int) -> list[_Placed]:
    word = form.word
    tails = _tails(word, LONGEST_EDGE - len(percent))
    found = [(tail + percent, form.end - len(tail) + 1, end) for tail in tails]
    if form.equal >= 0:
        found.append((ending(f"={form.sign[1:]}{word}{percent}"), form.equal, end))
    return found


class _Analysis(NamedTuple):
    """How a channel is analysed."""

    of: Callable[[str], Analysed]
    remembered: Callable[[str], Analysed]
    behind: Callable[[str, str, Analysed], tuple[Token, ...] | None]


_remembered = lru_cache(maxsize=1 << 16)
_edged_forms_of = partial(forms_of, edges=True)
_WORDS = _Analysis(words_of, _remembered(words_of), words_behind)
_FORMS = _Analysis(forms_of, _remembered(forms_of), forms_behind)
_EDGED_FORMS = _Analysis(_edged_forms_of, _remembered(_edged_forms_of), partial(forms_behind, edges=True))
