"""Names of authors, as records have them, taken apart into what citations turn round and shorten."""

from __future__ import annotations

import re
from dataclasses import dataclass

from indexer import analysis

_HAN = re.compile(f"[{analysis.script.HAN}]")
_SUFFIX = re.compile(r"(?:jr|sr|2nd|3rd|ii|iii|iv)\.?", re.IGNORECASE)
_INITIALS = re.compile(r"[^\W\d_]{1,4}|(?:[^\W\d_]\.-?){1,4}|[^\W\d_]-[^\W\d_]")
_RUN_TOGETHER = re.compile(r"[^\W\d_]{2,4}")
_PARTICLE_WORDS = """
    af al bin da dal das de degli del della den der des di do dos du el ibn la las le li lo los ten ter van vom von y zu
    zum zur 't
"""
_PARTICLES = frozenset(_PARTICLE_WORDS.split())
_CAPITAL_PARTICLES = frozenset(["De", "Del", "Della", "Des", "Di", "Dos", "Von"])
"""Others are given names as well, as `Van` in Vietnam."""
_OF_GROUPS = re.compile(
    r"\b(?:academy|agency|alliance|association|board|cent(?:er|re)|collaborati(?:on|ve)|collaborators|college|"
    r"committee|consorti(?:um|a)|council|department|federation|force|foundation|groups?|hospital|initiative|institutes?|"
    r"investigators?|ministry|network|organi[sz]ation|panel|program(?:me)?|project|registry|school|society|study|team|"
    r"trial|trialists|university|workgroup)\b|\b(?-i:and|for|in|of|on|the|with)\b|[0-9&/]",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Name:
    """A person's name in parts; of a group, or a name in Chinese characters, the whole is its family name."""

    family: str
    given: str | None = None
    """Given names or initials, each initial a word of its own."""
    suffix: str | None = None
    """As `Jr`."""

    @property
    def inverted(self) -> str:
        """As `Smith, John A, Jr`; the family name alone where there is nothing else."""
        return ", ".join(filter(None, (self.family, self.given, self.suffix)))

    @property
    def is_whole(self) -> bool:
        """True where it has no parts that could be turned round."""
        return self.given is None

    @property
    def initials(self) -> str:
        """Of the given names, run together: `JA`."""
        words = re.findall(r"[^\W\d_]+", self.given or "")
        return "".join(word[0].upper() for word in words)


def read_name(text: str) -> Name:
    """The parts of a name: `John A Smith`, `Smith, John A`, `Smith JA`; 李明 and groups' names are whole.

    Where no comma says it, the last word is the family name, with the particles before it (`de`, `van der`), unless it
    is initials: then all before them is.
    """
    name = " ".join(text.split()).strip(" ,")
    if _HAN.search(name):
        return Name(name)
    if "," in name:
        family, *rest = (part.strip() for part in name.split(","))
        if not family or len(rest) > 2 or _is_group(name):
            return Name(name)
        if len(rest) == 2 and _SUFFIX.fullmatch(rest[0]):
            rest.reverse()  # Smith, Jr, John
        suffix = rest[1] if len(rest) == 2 and rest[1] else None
        return Name(family, _spaced(rest[0]) or None, suffix)
    words = name.split()
    if len(words) < 2 or _is_group(name):
        return Name(name)
    suffix = words.pop() if len(words) > 2 and _SUFFIX.fullmatch(words[-1]) else None
    if _are_initials(words[-1]) and not any(map(_are_initials, words[:-1])):
        return Name(" ".join(words[:-1]), _spaced(words[-1]), suffix)
    if words[0].isupper() and len(words[0]) > 3 and not words[-1].isupper():
        return Name(words[0], " ".join(words[1:]), suffix)  # ZHANG Wei
    start = len(words) - 1
    while start > 1 and words[start - 1] in _PARTICLES | _CAPITAL_PARTICLES:
        start -= 1
    return Name(" ".join(words[start:]), _spaced(" ".join(words[:start])), suffix)


def _is_group(name: str) -> bool:
    return _OF_GROUPS.search(name) is not None


def _are_initials(word: str) -> bool:
    return word.isupper() and _INITIALS.fullmatch(word) is not None


def _spaced(given: str) -> str:
    """Given names, initials that are run together taken apart: `JA` is `J A`."""
    return " ".join(given) if given.isupper() and _RUN_TOGETHER.fullmatch(given) else given
