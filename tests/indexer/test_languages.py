"""Languages of articles, however they are written, and what a record is said to be in."""

from __future__ import annotations

import pytest

from indexer.languages import LANGUAGES, language_code, language_name
from indexer.record import Record
from indexer.schema import index_documents


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("eng", "en"),
        ("English", "en"),
        (" 中文 ", "zh"),
        ("chi", "zh"),
        ("zho", "zh"),
        ("CHINESE", "zh"),
        ("日文", "ja"),
    ],
)
def test_spellings_are_one_code(text: str, code: str) -> None:
    assert language_code(text) == code


def test_every_language_is_known_by_all_its_names() -> None:
    for language in LANGUAGES:
        for name in (language.code, *language.others, language.english, language.chinese):
            assert language_code(name) == language.code
        assert language_name(language.code, "en") == language.english
        assert language_name(language.code, "zh") == language.chinese
    assert language_code("und") is None
    assert language_name("xx", "zh") == "xx"


@pytest.mark.parametrize(
    ("given", "values"),
    [
        ({"languages": ("eng", "chi"), "title_en": "A"}, ("en", "zh")),
        ({"languages": ("chi",), "title_en": "A"}, ("zh",)),
        ({"languages": ("Klingon", "und"), "title_en": "A"}, ("klingon",)),
        ({"title_en": "A"}, ("en",)),
        ({"title_en": "A", "abstract_zh": "甲"}, ("en", "zh")),
        ({"title_zh": "甲"}, ("zh",)),
    ],
)
def test_a_record_has_the_languages_of_its_article_else_of_its_texts(
    given: dict[str, object], values: tuple[str, ...]
) -> None:
    documents = index_documents([Record(id="pmid:1", **given)])  # type: ignore[arg-type]
    assert documents.values[0]["language"] == values
