from __future__ import annotations

import re
import string
from pathlib import Path

import jinja2
import pytest

import search_web
from indexer import schema
from indexer.search.engine import Sort
from indexer.search.hits import Match, Reason
from indexer.terms.learned import SOURCES
from indexer.terms.lexicon import Kind
from search_web.messages import CATALOGUES, en, zh
from search_web.params import LANGUAGES
from tests.search_web import html

PACKAGE = Path(search_web.__file__).parent
TEMPLATES = sorted((PACKAGE / "templates").glob("*.html"))
TEMPLATE_TEXT = "\n".join(path.read_text("utf-8") for path in TEMPLATES)
CODE = (*PACKAGE.glob("*.py"), PACKAGE / "messages" / "__init__.py")
CODE_TEXT = "\n".join(path.read_text("utf-8") for path in CODE)
FAMILIES = {
    "suggest.": [kind.value for kind in Kind],
    "expansions.learned.": [f"{source}.{number}" for source in SOURCES for number in ("one", "other")],
    "facet.": schema.FACETS,
    "sort.": [sort.value for sort in Sort],
    "match.": [match.value for match in Match],
    "ignored.": [reason.value for reason in Reason],
}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_catalogues_have_the_same_keys_and_placeholders() -> None:
    assert set(en.TEXTS) == set(zh.TEXTS)
    for key, text in en.TEXTS.items():
        assert placeholders(text) == placeholders(zh.TEXTS[key]), key


def test_no_text_is_empty_and_chinese_is_chinese() -> None:
    same = {"site", "badge.impact_factor", "link.doi", "link.pubmed", "link.pmc", "link.pdf", "record.field.doi"}
    same |= {
        "record.field.pmid",
        "record.field.pmcid",
        "list.comma",
        "list.semicolon",
        "list.named",
        "metrics.sjr",
        "metrics.top",
    }
    same |= {"cite.style.gb-t-7714"}
    for key, text in zh.TEXTS.items():
        assert text.strip()
        assert en.TEXTS[key].strip()
        assert re.search(r"[\u4e00-\u9fff]", text) or key in same, key
        assert not re.search(r"[\u4e00-\u9fff]", en.TEXTS[key]) or key == "help.query.chinese", key


def test_languages_are_those_of_the_address() -> None:
    assert tuple(CATALOGUES) == LANGUAGES


def test_every_key_that_is_asked_for_exists() -> None:
    asked = set(re.findall(r"""\bt\(\s*["']([^"']+)["']\s*[,)]""", TEMPLATE_TEXT))
    asked |= set(re.findall(r"""\b(?:messages|language)\(\s*["']([^"']+)["']\s*[,)]""", CODE_TEXT + TEMPLATE_TEXT))
    assert len(asked) > 60
    for key in asked:
        assert key in en.TEXTS or f"{key}.other" in en.TEXTS, key
    for prefix, names in FAMILIES.items():
        for name in names:
            assert prefix + name in en.TEXTS


def test_every_key_is_used() -> None:
    source = TEMPLATE_TEXT + CODE_TEXT
    families = set(re.findall(r"""["']([a-z_.]+\.)["'] [~+]""", source))
    for key in en.TEXTS:
        bare = re.sub(r"\.(one|other)$", "", key)
        named = f'"{bare}"' in source or f"'{bare}'" in source
        made = any(bare.startswith(family) for family in families) or bare.endswith(".heading")
        assert named or made, key


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_no_words_of_their_own(path: Path) -> None:
    tokens = jinja2.Environment(autoescape=True).lex(path.read_text("utf-8"))
    data = "".join(value for _, kind, value in tokens if kind == "data")
    # Attributes whose value is an expression are left as empty ones; what a block wraps is parsed as it stands.
    texts = [text for text in re.split(r"<[^>]*>", data) if re.search(r"[^\W\d_]", text)]
    assert texts == []
    shown = re.findall(r"""(?:title|placeholder|alt|aria-label)=["']([^"']+)["']""", data)
    assert shown == []


def test_plural_forms() -> None:
    messages = CATALOGUES["en"]
    assert messages("results.count", count=1) == "1 document"
    assert messages("results.count", count=1234) == "1,234 documents"
    assert CATALOGUES["zh"]("results.count", count=1234) == "1,234 篇文献"


def test_publication_types() -> None:
    assert CATALOGUES["zh"].publication_type("Meta-Analysis") == "荟萃分析"
    assert CATALOGUES["zh"].publication_type("Unheard of") == "Unheard of"
    assert CATALOGUES["en"].publication_type("Meta-Analysis") == "Meta-Analysis"


def test_the_parser_of_these_tests_is_strict() -> None:
    with pytest.raises(AssertionError):
        html.parse("<p><b>x</p>")
    with pytest.raises(AssertionError):
        html.parse("<p>x")
