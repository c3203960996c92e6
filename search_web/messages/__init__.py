"""The interface's words, in each of its languages.

A catalogue is a plain dictionary from key to text, `en.py` and `zh.py`, with the same keys; texts are filled in with
`str.format`. A key may have the forms `.one` and `.other`, chosen by the argument `count`. Names of publication types
are data rather than interface: a catalogue translates those it knows, and the rest is shown as records give it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from indexer.journals.views import GIVEN
from indexer.languages import language_code, language_name
from search_web.messages import en, zh


@dataclass(frozen=True)
class Messages:
    """One language of the interface."""

    language: str
    """As in the `lang` parameter."""
    tag: str
    """As in HTML's lang attribute."""
    texts: Mapping[str, str]
    publication_types: Mapping[str, str]
    """Names by the folded name that PubMed gives."""

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key, filled in.

        Raises:
            KeyError: there is no such text, which a test would have found.
        """
        if key not in self.texts and "count" in values:
            key = f"{key}.one" if values["count"] == 1 else f"{key}.other"
        return self.texts[key].format(**values)

    def publication_type(self, name: str) -> str:
        """The name of a publication type in this language, where it is known."""
        return self.publication_types.get(name.casefold(), name)

    def edition(self, name: str) -> str:
        """An edition of journal metrics, or whose they are where they are of none."""
        return self("edition.given") if name == GIVEN else name

    def article_language(self, code: str) -> str:
        """The name of an article's language, coded in any way; the code itself where it is not known."""
        return language_name(language_code(code) or code, self.language)


CATALOGUES: Mapping[str, Messages] = {
    "en": Messages("en", "en", en.TEXTS, {}),
    "zh": Messages("zh", "zh-Hans", zh.TEXTS, zh.PUBLICATION_TYPES),
}
