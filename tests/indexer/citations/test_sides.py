import pytest

from indexer.citations import Sides, sides
from indexer.record import Record

BOTH = {"title_en": "A trial", "title_zh": "一项试验", "abstract_en": "Aim.", "abstract_zh": "目的。"}
ENGLISH = Sides("en", "A trial", "Aim.", "一项试验", "目的。")
CHINESE = Sides("zh", "一项试验", "目的。", "A trial", "Aim.")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ENGLISH),
        ({"languages": ("chi",)}, CHINESE),
        ({"languages": ("eng", "chi")}, ENGLISH),
        ({"languages": ("eng", "chi"), "journal": "虚构医学杂志"}, CHINESE),
        ({"journal": "虚构医学杂志"}, CHINESE),
        ({"journal": "虚构医学杂志", "languages": ("eng",)}, ENGLISH),
        ({"title_zh": None, "languages": ("chi",)}, Sides("en", "A trial", "Aim.", None, "目的。")),
        ({"title_en": None}, Sides("zh", "一项试验", "目的。", None, "Aim.")),
        ({"title_en": None, "title_zh": None, "abstract_en": None}, Sides("zh", None, "目的。", None, None)),
    ],
)
def test_the_articles_own_language_is_first(given, expected):
    assert sides(Record(id="pmid:1", pmid="1", **{**BOTH, **given})) == expected
