"""Abbreviations that English texts define."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.terms.learned.definitions import _BRACKETS, _brackets, definitions, is_short_form, long_form


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("Patients with acute green fever (AGF) were asked.", "AGF", "acute green fever"),
        ("We gave a tyrosine kinase inhibitor (TKI; 50 mg).", "TKI", "tyrosine kinase inhibitor"),
        ("They took AGF (acute green fever) for a cold.", "AGF", "acute green fever"),
        ("Levels of interleukin-6 (IL-6) rose.", "IL-6", "interleukin-6"),
        ("Of those with non-small cell lung cancer (NSCLC), ten.", "NSCLC", "non-small cell lung cancer"),
        ("the tyrosine kinase inhibitors [TKIs] of today", "TKIs", "tyrosine kinase inhibitors"),
        ("the quality of life （QoL） of all", "QoL", "quality of life"),
    ],
)
def test_definition(text: str, short: str, long: str) -> None:
    assert [tuple(one) for one in definitions(text)] == [(short, long)]


@pytest.mark.parametrize(
    "text",
    [
        "Sixty patients (Germany) took part.",
        "The rise was small (P<0.05).",
        "It was in stage three (III).",
        "Ten of them (mean) were old.",
        "Green fever ended. It (AGF) was not acute.",
        "Some blue words (AGF) that say nothing.",
        "",
        "()",
        "See http://pfam.example.ac.uk/ (UK) for the data.",
        "Write to first.name@example.org (FNEO) for the data.",
        "A word lost " + "itsspaces" * 5 + " (WLI).",
    ],
)
def test_no_definition(text: str) -> None:
    assert not list(definitions(text))


def test_shortest_long_form() -> None:
    assert long_form("AF", "after all fevers atrial fibrillation") == "atrial fibrillation"


def test_long_form_begins_a_word() -> None:
    assert long_form("AF", "banana fever") is None


@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    for short, long in definitions(text):
        assert is_short_form(short)
        assert len(long) > len(short)


@given(st.lists(st.from_regex(r"[a-z]{4,9}", fullmatch=True), min_size=3, max_size=6))
def test_initials_are_found(words: list[str]) -> None:
    phrase = " ".join(words)
    initials = "".join(word[0] for word in words).upper()
    found = long_form(initials, phrase)
    assert found is None or phrase.endswith(found)
    letters = iter((found or phrase).lower())
    assert all(letter in letters for letter in initials.lower())


@given(st.text("a ([）（])A", max_size=30))
def test_brackets_are_those_of_the_pattern(text):
    found = [match.span() for match in _brackets(text)]
    assert found == [match.span() for match in _BRACKETS.finditer(text)]
