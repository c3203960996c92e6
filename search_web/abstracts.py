"""The sections of a structured abstract, as its labels show them: `METHODS: ...`, 方法：…, 【方法】…."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ENGLISH = (
    "aims?|background|case (?:description|presentation|report)|clinical (?:relevance|significance)|conclusions?|"
    "context|data (?:sources?|extraction|synthesis)|design|discussion|evidence|exposures?|findings|funding|hypothesis|"
    "impact|importance|interpretation|interventions?|introduction|limitations?|main (?:outcomes?|results?)|materials?|"
    "measurements?|methodology|methods?|objectives?|outcomes?|participants?|patients?|purpose|registration|"
    "relevance|results?|sample|scope|setting|significance|study (?:design|population|selection)|subjects|"
    "trial registration|outcome measures?|main outcome measures?|primary outcomes?|statistical analysis"
)
_CHINESE = (
    "(?:研究|临床)?(?:背景|目的|目标|方法|结果|结论|讨论|意义|设计|对象)|引言|前言|材料|资料|病例|干预|"
    "主要(?:结果|结局|观察)?指标|局限性?|创新点|基金|注册|展望"
)
_LABEL = re.compile(
    rf"""(?:^|(?<=[.!?)\]。！？；;）])) \s*
    (?:
        (?P<en>(?i:(?:{_ENGLISH})(?:\s*(?:,|/|&|\band\b)\s*(?:{_ENGLISH}))*)) \s? [:：]
      | (?P<capitals>[A-Z][A-Z &/,-]{{2,48}}[A-Z]) :
      | 【(?P<bracketed>[^】\n]{{1,16}})】 [:：]?
      | (?P<zh>(?:{_CHINESE})(?:[与和及、/](?:{_CHINESE}))*) [:：]
    ) \s*""",
    re.VERBOSE | re.MULTILINE,
)


@dataclass(frozen=True)
class Section:
    """A part of an abstract."""

    label: str | None
    """As the abstract has it; None where it has none."""
    text: str


def sections(text: str) -> list[Section]:
    """The parts of an abstract, in order: its labelled sections, else its paragraphs. No word of it is lost."""
    found = [match for match in _LABEL.finditer(text) if text[match.start() : match.end()].strip()]
    if len(found) < 2:
        # A single label in running text is more likely a word before a colon.
        return _paragraphs(text, None)
    parts = _paragraphs(text[: found[0].start()], None)
    ends = [match.start() for match in found[1:]] + [len(text)]
    for match, end in zip(found, ends, strict=True):
        label = next(part for part in match.groups() if part)
        parts += _paragraphs(text[match.end() : end], label) or [Section(label, "")]
    return parts


def _paragraphs(text: str, label: str | None) -> list[Section]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [Section(label if not place else None, line) for place, line in enumerate(lines)]
