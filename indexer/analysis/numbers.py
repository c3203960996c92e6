"""Numbers as they are written: Roman and Chinese numerals, units, comparisons; and Greek letters by their names."""

from __future__ import annotations

import re
import unicodedata

COUNTED_HAN = "型期级度类相"
"""Characters before which it is one: II型, Ⅲ期."""

_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
HAN_NUMERALS = "一二三四五六七八九十"
_ARABIC_OF = {roman: str(value) for value, roman in enumerate(_ROMAN, 1)}
_STAGED = re.compile("(x|ix|iv|v?i{1,3}|v)([a-d][12]?)?")
_STAGED_ANY = re.compile(f"(x|ix|iv|v?i{{1,3}}|v|10|[1-9]|[{HAN_NUMERALS}])([a-d][12]?)?")

_COUNTED_WORDS = (
    r"types?|stages?|grades?|class(?:es)?|phases?|factors?|categor(?:y|ies)|levels?|groups?|complex(?:es)?"
    r"|nerves?|leads?|zones?|layers?|segments?|generations?|schedules?|angiotensin|bipolar|collagen|topoisomerase"
    # Scales and classifications by their names.
    r"|figo|mobitz|nyha|cin|vin|vain|ain|ckd|asa|ccs|killip|fontaine|rutherford|garden|salter|harris|schatzker|gustilo"
    r"|modic|hinchey|bosniak|fitzpatrick|tanner|braak|yahr|masaoka|clark|rome|bethesda|apache|saps|dsm"
)
_COUNTED = re.compile(
    rf"(?<![^\W_])(?:{_COUNTED_WORDS})"
    r"[\s-]{1,2}[(\[]?"
    r"(?:(?:x|ix|iv|v?i{1,3}|v|\d{1,2})(?:[a-d][12]?)?\s?(?:[-/,&]|and|or|to|vs)\s?){0,4}[(\[]?$"
)
"""What stands before a Roman numeral that is a number: type II, stage IIIb, phase I/II, grades II and III, CIN III."""
_ENDS_COUNTED = re.compile(rf"(?:{_COUNTED_WORDS}|and|or|to|vs|[-/,&\s])\Z")
_LONGEST_COUNTED = 16
"""At least the characters of the longest of those words."""
_COUNTED_REACH = 48

UNITS = (
    "mg|g|kg|μg|ng|pg|fg|ml|l|μl|dl|nl|cm|mm|μm|nm|km|mmol|μmol|nmol|pmol|mol|mmhg|kpa|kcal|kj|hz|khz|mhz|kda|kd|kb|bp|gy"
    "|cgy|mci|iu|miu|mm3|cm2|cm3|mm2|m2|m3|mosm|mosmol|meq|min|ms|kv|mv|ma|ppm|ppb|rpm|wk|hr|hrs|yr|yrs"
)
"""Units that are written side by side with their number, or behind a space."""
QUANTITY = re.compile(rf"(\d+(?:\.\d+)?)({UNITS}|[cdkmnμ]?m\^[23])")
TNM = re.compile(r"([acpry]{1,2})?(t(?:[0-4][a-d]?|is|x))(n[0-3x][a-c]?)(m[01x][a-c]?)?")
"""A stage of a tumour written in one word: T2N0M0, pT3aN1."""

SIGNS = frozenset("<>≤≥⩽⩾≦≧=")
"""Whatever a comparison may end with."""
_COMPARISON = re.compile(r"([<>≤≥⩽⩾≦≧])(=?)\s{0,2}$")
_RELATION = re.compile(r"(?:([<>≤≥⩽⩾≦≧])(=?)|=)\s?$")
_COMPARED = {"⩽": "≤", "⩾": "≥", "≦": "≤", "≧": "≥"}

GREEK_NAMES = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "theta", "kappa", "lambda", "sigma", "omega")
"""The names that are also written in one with what stands before them: TNFalpha."""
_NAMES = "|".join(GREEK_NAMES)
SPELT_GREEK = re.compile(
    rf"(?:[a-z]{{1,5}}\d{{0,3}}|\d{{1,3}})?(?:(?:{_NAMES})(?:b(?=$|{_NAMES})|\d{{1,2}}[a-z]?(?=$|{_NAMES}))?)+"
)
SPELT_GREEK_PART = re.compile(
    rf"{_NAMES}|\d{{1,2}}[a-z]?$|(?<=kappa)b|[a-z]{{1,5}}?\d{{0,3}}(?={_NAMES})|\d{{1,3}}|[a-z]+"
)

GREEK = "\u0370-\u03ff"
_MICRO_UNIT = "μ(?:g|l|m|mol|s|a|v|w|ci|gy|iu|u|eq|kat|f|n|m[23])"
_MICRO = re.compile(rf"(?:\d+(?:\.\d+)?)?{_MICRO_UNIT}")
_GREEK_PIECE = re.compile(f"{_MICRO_UNIT}$|[{GREEK}](?:'s$)?|[^{GREEK}']+(?:'[^{GREEK}']+)*")
_GREEK_TEXT = re.compile(f"[{GREEK}]{{4}}")


def arabic(numeral: str) -> str | None:
    """A Roman numeral up to x, perhaps with the letter of a stage, as an Arabic number; None where it is none."""
    match = _STAGED.fullmatch(numeral)
    return None if match is None else _ARABIC_OF[match[1]] + (match[2] or "")


def spellings(numeral: str) -> tuple[str, ...]:
    """How a number up to ten, with the letter of a stage, is written before 型: 2, ii and 二; () for no number."""
    match = _STAGED_ANY.fullmatch(numeral)
    if match is None:
        return ()
    value = _value(match[1])
    numbers = (str(value), _ROMAN[value - 1], HAN_NUMERALS[value - 1])
    letter = match[2]
    if not letter:
        return numbers
    return (*(number + letter for number in numbers), *(f"{number} {letter}" for number in numbers[:2]))


def canonical(numeral: str) -> str | None:
    """The number of `spellings` in Arabic digits; None where it is none."""
    match = _STAGED_ANY.fullmatch(numeral)
    return None if match is None else f"{_value(match[1])}{match[2] or ''}"


def is_counted(text: str, end: int) -> bool:
    """Whether a Roman numeral that begins at `end` is a number, by what stands before it."""
    return bool(_COUNTED.search(text[max(0, end - _COUNTED_REACH) : end]))


def may_be_counted(piece: str) -> bool:
    """Whether a Roman numeral may be a number where this stands before it and the space before that; "" is nothing."""
    return not piece or bool(_ENDS_COUNTED.search(piece[-_LONGEST_COUNTED:]))


def _value(numeral: str) -> int:
    if numeral in _ARABIC_OF:
        return int(_ARABIC_OF[numeral])
    return HAN_NUMERALS.index(numeral) + 1 if numeral in HAN_NUMERALS else int(numeral)


def comparison(before: str) -> tuple[str, int] | None:
    """The sign at the end of what stands before a number, and how many characters from there; None without a sign."""
    match = _COMPARISON.search(before)
    if match is None:
        return None
    return _sign(match[1], match[2]), len(before) - match.start()


def relation(before: str) -> tuple[str, int] | None:
    """As `comparison`, of what is written in quotes: with the equals sign for one more, and one space at most."""
    match = _RELATION.search(before)
    return match and (_sign(match[1], match[2]) if match[1] else "=", len(before) - match.start())


def _sign(typed: str, equal: str) -> str:
    sign = _COMPARED.get(typed, typed)
    return {"<": "≤", ">": "≥"}.get(sign, sign) if equal else sign


def greek_name(letter: str) -> str:
    """The name of a Greek letter; any other character itself."""
    name = unicodedata.name(letter, "")
    return (
        name.rpartition(" ")[2].lower().replace("lamda", "lambda") if name.startswith("GREEK SMALL LETTER") else letter
    )


def greek_pieces(word: str) -> list[str]:
    """A word cut where Latin letters or digits meet a Greek letter, or its name; a word without one, whole.

    The letter of μg is no piece, and a word of Greek is none.
    """
    if word.isascii():
        if word not in GREEK_NAMES and SPELT_GREEK.fullmatch(word):
            return SPELT_GREEK_PART.findall(word)
        return [word]
    if _MICRO.fullmatch(word) or _GREEK_TEXT.search(word):
        return [word]
    return _GREEK_PIECE.findall(word)
