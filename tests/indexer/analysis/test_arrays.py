"""Arrays hold the tokens that `tokens` yields, whatever the texts are and in whatever company."""

from __future__ import annotations

import gc
import threading
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import Channel, arrays, english, term_arrays, tokens
from indexer.analysis.normalize import fold, normalize
from tests.indexer.analysis.real import chinese_abstracts, english_abstracts
from tests.indexer.analysis.strategies import anything, mixtures, texts

# Whatever a token may depend on that stands before it: signs, numbers, per cent signs, numerals, lines, Han.
_BESIDE = [
    *"<>=≤%.,;:()['\"-^/05ivx癌型",
    *["5", "0.05", "12", ".5", "<=", "ii", "IIIb", "xi", "types", "stage", "phases"],
]
_BETWEEN = ["", " ", "  ", "\n", "\n\n", " \n", "\n ", "\t"]
neighbours = st.lists(st.tuples(st.sampled_from(_BESIDE), st.sampled_from(_BETWEEN)), max_size=12).map(
    lambda pairs: "".join(map("".join, pairs))
)
batches = st.lists(
    st.one_of(st.none(), neighbours, mixtures, texts, anything, st.tuples(texts, neighbours).map(" ".join))
)


@pytest.fixture(autouse=True, scope="module")
def loaded() -> None:
    """The compiled loops and the dictionary, which take longer than a test may."""
    term_arrays(["癌"])


def check(given: list[str | None]) -> None:
    found = term_arrays(given)
    for channel in Channel:
        of_channel = found[channel]
        terms = of_channel.distinct.texts()
        assert len(set(terms)) == len(terms)
        assert set(of_channel.ids.tolist()) == set(range(len(terms)))
        assert of_channel.counts.size == of_channel.lengths.size == len(given)
        ends = np.cumsum(of_channel.counts, dtype=np.int64).tolist()
        assert of_channel.ids.size == of_channel.positions.size == (ends[-1] if ends else 0)
        for number, text in enumerate(given):
            expected = [(token.text, token.position) for token in tokens(text or "", channel)]
            assert of_channel.of(number) == expected, text
            assert of_channel.lengths[number] == len({position for _, position in expected})


@given(batches)
def test_they_hold_the_tokens(given: list[str | None]) -> None:
    check(given)


def test_they_hold_the_tokens_of_real_texts() -> None:
    abstracts = [*chinese_abstracts(), *english_abstracts(4)]
    for first in range(0, len(abstracts), 100):
        check(abstracts[first : first + 100])


def test_what_depends_on_its_neighbours() -> None:
    check(
        [
            *("p < 0.05", "p <\n0.05", "p < \n0.05", "p <\n\n0.05", "p<\n.05 %", "5 %", "5\n%", "5\n5 % %", "<= 5-ii"),
            *("type ii", "type\nii", "type i\nii", "type 癌 ii", "types i, ii and iii", "ii", "(ii", "type (ii) iii"),
            *("Li I\nXi V", "stage iiib/iv,\niva", None, "", " ", "\n", "5. %", "(5 %)", "type ii癌", "癌 %", "5癌 %"),
            *("癌 < 0.05", "n =\n5癌", "5 % 癌", "(>= .5 %)癌", "<5 %\n癌", "p <  0.05", "n = 5 %", "IL-6 %癌"),
            *(
                "非ST段抬高",
                "非HIV感染 ii",
                "并非HIV",
                "非 HIV",
                "非\nHIV",
                "非PD-1 5 %",
                "非β受体",
                "非2型",
                "从不吸烟 非x",
            ),
            *(
                before + " p < 0.05, 5 % of 12" * count + behind
                for before in ("癌", "", "非HIV")
                for behind in ("", "癌", " 癌")
                for count in (1, 5, 20)
            ),
            *("非吸烟者行非手术治疗", "非\n手术治疗", "非 手术治疗", "non-small-cell", "non -small"),
        ]
    )


def test_pieces_are_forgotten_where_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "_MOST_PIECES", 5)
    for _ in range(3):
        check(["aspirin for 2型糖尿病 (p < 0.05)", "aspirin (p < 0.05)", "one two three four five six"])
        check(["aspirin for 2型糖尿病", "(aspirin) 癌 aspirin, (il-6), 癌 ('il-6') 5% 癌"])


def test_what_is_forgotten_is_given_back_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    # Builds hardly ever look for garbage in cycles.
    monkeypatch.setattr(arrays, "_MOST_PIECES", 5)
    monkeypatch.setattr(arrays, "_memory", [arrays._Memory()])
    before = weakref.ref(arrays._memory[0])
    gc.disable()
    try:
        term_arrays(["one two three four five six"])
        term_arrays(["seven"])
        assert before() is None
    finally:
        gc.enable()


def test_several_threads_may_ask() -> None:
    given = [f"aspirin {number} of {number % 7} % 糖尿病肾病{number}" for number in range(200)]
    expected = [[(token.text, token.position) for token in tokens(text, Channel.WORDS)] for text in given]
    wrong = []

    def ask() -> None:
        found = term_arrays(given)[Channel.WORDS]
        wrong.extend(number for number in range(len(given)) if found.of(number) != expected[number])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@given(st.one_of(texts, neighbours, st.text("abmx90'.,^-/%=<>()_ \t\n+:;512±≥、。·®°“”é", max_size=30)))
def test_plain_texts_are_cut_as_nltk_cuts_them(text: str) -> None:
    folded = fold(text)
    for pattern, tokenizer in english._tokenizers.items():
        assert english._spans(folded, pattern) == list(tokenizer.span_tokenize(folded))


@given(st.one_of(texts, anything, neighbours))
def test_fold_is_the_text_of_normalize(text: str) -> None:
    assert fold(text) == normalize(text).text


def test_texts_that_were_interrupted_have_all_their_terms_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_text: str) -> None:
        raise KeyboardInterrupt

    given: list[str | None] = ["plainly IL-77x, then (TNF-88y) 癌"]
    with monkeypatch.context() as patched:
        patched.setattr(english, "term", interrupt)
        with pytest.raises(KeyboardInterrupt):
            term_arrays(given)
    check(given)
