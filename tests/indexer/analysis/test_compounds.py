"""Which words of a query are one."""

from __future__ import annotations

from indexer.analysis import compounds


def test_what_may_not_belong_to_a_word_does_not():
    texts = [
        *("a", "b", "x", "iv", "il", "pd", "st", "nf", "tnf", "mm", "hg", "type", "stage", "vitamin", "women"),
        *(
            "interleukin",
            "interferon",
            "alpha",
            "kappa",
            "β",
            "6",
            "12",
            "120",
            "1.5",
            "l1",
            "d12",
            "2b",
            "e2f",
            "mmhg",
        ),
        *("post", "partum", "non", "never", "y", "fu", "u", "day", "é", "x-ray"),
    ]
    seen = set()
    for last in texts:
        for first in texts:
            for more in ([], ["alpha"], ["2"]):
                for capitals in (True, False):
                    belongs = compounds.belongs([last], [first, *more], capitals=capitals)
                    assert compounds.may_belong(last, first) or not belongs, (last, first, more)
                    seen.add((belongs, compounds.may_belong(last, first)))
    assert (True, True) in seen
    assert (False, False) in seen
