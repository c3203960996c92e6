"""What is remembered of queries is what would be worked out again, and no more than a bound of it."""

from __future__ import annotations

import gc
import weakref

from indexer.search.recent import LONGEST, MOST, Recent


class Opened:
    """Stands for a lexicon, of which only its identity counts."""


def test_it_is_worked_out_once_for_each_lexicon_text_and_rest() -> None:
    recent: Recent[object] = Recent()
    first, second = Opened(), Opened()
    one = recent.of(first, "heart", (), object)
    assert recent.of(first, "heart", (), object) is one
    others = [recent.of(second, "heart", (), object), recent.of(first, "hearts", (), object)]
    others.append(recent.of(first, "heart", ("all",), object))
    assert one not in others


def test_what_was_asked_for_last_is_kept() -> None:
    recent: Recent[object] = Recent()
    lexicon = Opened()
    asked, other = recent.of(lexicon, "asked", (), object), recent.of(lexicon, "other", (), object)
    for number in range(MOST - 1):
        recent.of(lexicon, str(number), (), object)
        assert recent.of(lexicon, "asked", (), object) is asked
    assert recent.of(lexicon, "other", (), object) is not other


def test_a_long_text_is_not_kept() -> None:
    recent: Recent[object] = Recent()
    lexicon = Opened()
    assert recent.of(lexicon, "x" * LONGEST, (), object) is recent.of(lexicon, "x" * LONGEST, (), object)
    assert recent.of(lexicon, "x" * (LONGEST + 1), (), object) is not recent.of(
        lexicon, "x" * (LONGEST + 1), (), object
    )


def test_nothing_is_kept_of_a_lexicon_that_is_gone() -> None:
    recent: Recent[Opened] = Recent()
    lexicon = Opened()
    kept = weakref.ref(recent.of(lexicon, "heart", (), Opened))
    assert kept() is not None
    del lexicon
    gc.collect()
    assert kept() is None
