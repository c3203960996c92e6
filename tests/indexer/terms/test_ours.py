"""Our own terms."""

from __future__ import annotations

from indexer.terms.concept import Role
from indexer.terms.ours import SOURCE, ours


def test_every_line_of_ours_is_a_concept_of_both_languages() -> None:
    found = ours()
    assert found
    for concept in found:
        assert concept.source == SOURCE
        assert concept.preferred("en"), concept
        assert concept.preferred("zh"), concept


def test_one_preferred_form_of_a_language() -> None:
    for concept in ours():
        preferred = [form.language for form in concept.forms if form.role is Role.PREFERRED]
        assert sorted(preferred) == ["en", "zh"], concept


def test_read_once() -> None:
    assert ours() is ours()
