"""An article's own language, and its texts on that side and on the other."""

from __future__ import annotations

from dataclasses import dataclass

from indexer import analysis
from indexer.analysis import Language
from indexer.record import Record


@dataclass(frozen=True)
class Sides:
    """The texts of an article in its own language, and in the other one where it has any."""

    language: Language
    title: str | None
    abstract: str | None
    other_title: str | None
    other_abstract: str | None

    @property
    def other_language(self) -> Language:
        """The other one of the two."""
        return "en" if self.language == "zh" else "zh"


def sides(record: Record) -> Sides:
    """The texts of a record, its own language first.

    That is the one that the record names; where it names both or neither, that of the journal's name; and always one
    that it has a title in, if it has any.
    """
    language = _language(record)
    english, chinese = (record.title_en, record.abstract_en), (record.title_zh, record.abstract_zh)
    own, other = (chinese, english) if language == "zh" else (english, chinese)
    return Sides(language, *own, *other)


def _language(record: Record) -> Language:
    if not (record.title_en and record.title_zh) and (record.title_en or record.title_zh):
        return "zh" if record.title_zh else "en"
    named = {"eng", "chi"}.intersection(record.languages)
    if len(named) == 1:
        return "zh" if "chi" in named else "en"
    if not record.title_en and not record.abstract_en:
        return "zh"
    return "zh" if record.journal and analysis.language_of(record.journal) == "zh" else "en"
