"""Names and numbers of journals in the forms under which they are compared."""

from __future__ import annotations

import re
import string
import unicodedata

_POSSESSIVE = re.compile(r"['’‘ʼ`](?=s?(?:\W|$))")
_NOT_A_WORD = re.compile(r"[\W_]+")
_ASCII_PUNCTUATION = {ord(sign): " " for sign in string.punctuation} | {ord("&"): " and "}
# Letters that Unicode does not take apart.
_PLAIN_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"})
_PLACE = re.compile(r"\s*[(（\[][^()（）\[\]]*[)）\]]")
_SUBTITLE = re.compile(r"\s[:=]\s.*")
_HYPHEN = re.compile(r"(?<=\w)-(?=\w)")
_PREFIX = re.compile(
    "agri|agro|anti|astro|auto|bio|cardio|chemo|co|cyber|e|eco|electro|ethno|gastro|geo|ha?emato|hepato|hydro|immuno"
    "|inter|intra|macro|meta|micro|mini|mono|multi|nano|neo|neuro|non|onco|osteo|para|patho|pharmaco|photo|physio|poly"
    "|post|pre|psycho|radio|re|semi|socio|spatio|sub|thermo|trans|ultra|x"
)
_ACRONYM_BEFORE = 3
"""Words of a title behind an acronym."""


def journal_key(name: str) -> str:
    """The form under which names of a journal are compared: case and white space folded."""
    return " ".join(name.casefold().split())


def title_key(name: str) -> str:
    """A title or abbreviation without case, punctuation, diacritics and articles; "" where nothing is left.

    `The Lancet` is `LANCET`, `Alzheimer's & Dementia` is `ALZHEIMERS & DEMENTIA` is `Alzheimers and dementia`. "The" is
    dropped wherever it stands, since tables shorten titles by it (`JAMA-JOURNAL OF THE ...`, `JAMA: the journal ...`).
    """
    text = name.casefold()
    if text.isascii():
        if "'" in text or "`" in text:
            text = _POSSESSIVE.sub("", text)
        words = text.translate(_ASCII_PUNCTUATION).split()
    else:
        apart = unicodedata.normalize("NFKD", text)
        text = "".join(letter for letter in apart if not unicodedata.combining(letter)).casefold()
        text = _POSSESSIVE.sub("", text.translate(_PLAIN_LETTERS)).replace("&", " and ")
        words = _NOT_A_WORD.sub(" ", text).split()
    return " ".join([word for word in words if word != "the"] or words if "the" in words else words)


def short_key(name: str) -> str | None:
    """The key of a title without its place and subtitle; None where it has none or nothing would be left.

    Libraries add places to tell titles apart, as in `Medicine (Baltimore)`, and set subtitles off as in
    `Chest : the official ...`. Two journals may share what is left.
    """
    if not any(sign in name for sign in "(（[:="):
        return None
    short = _SUBTITLE.sub("", _PLACE.sub("", name))
    return None if short == name else title_key(short) or None


def table_short_keys(name: str) -> tuple[str, ...]:
    """The keys of a title as tables have it, without what they add: place and subtitle, also behind a hyphen.

    JCR's `Antibiotics-Basel` is `Antibiotics`, its `JAIDS-JOURNAL OF ACQUIRED ...` is also `Journal of Acquired ...`.
    """
    found = []
    if short := short_key(name):
        found.append(short)
    if "-" in name and (hyphen := _HYPHEN.search(name)):
        before, after = title_key(name[: hyphen.start()]), title_key(name[hyphen.end() :])
        if not _PREFIX.fullmatch(before):
            found.append(before)
            if " " not in before and after.count(" ") + 1 >= _ACRONYM_BEFORE:
                found.append(after)
    return tuple(filter(None, found))
