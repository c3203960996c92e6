"""Our tokens arrive in OpenSearch at the positions that they have here."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.analysis import Channel, Stretches, TermArrays, term_arrays
from indexer.engines.opensearch import mapping
from indexer.engines.opensearch.connection import Connection
from indexer.engines.opensearch.location import read_location
from tests.cluster import Cluster

Placed = list[tuple[int, str]]


@pytest.fixture(scope="module")
def analyzer(cluster: Cluster) -> Iterator[tuple[Connection, str]]:
    name = f"test-{uuid.uuid4().hex[:8]}"
    connection = Connection(read_location(f"opensearch+http://{cluster.hosts}/{name}"))
    connection.ask("PUT", f"/{name}", {"settings": mapping.settings(1)})
    yield connection, name
    connection.ask("DELETE", f"/{name}")
    connection.close()


def _arrays(texts: Sequence[Placed]) -> TermArrays:
    terms = sorted({term for text in texts for _, term in text})
    return TermArrays(
        Stretches.of(terms),
        np.array([terms.index(term) for text in texts for _, term in text], dtype=np.uint32),
        np.array([position for text in texts for position, _ in text], dtype=np.uint32),
        np.array([len(text) for text in texts], dtype=np.uint32),
        np.array([len({position for position, _ in text}) for text in texts], dtype=np.uint32),
    )


def _analyzed(analyzer: tuple[Connection, str], text: str) -> Placed:
    connection, name = analyzer
    answer = connection.ask("POST", f"/{name}/_analyze", {"analyzer": mapping.ANALYZER, "text": text})
    return sorted((token["position"], token["token"]) for token in answer["tokens"])


# Characters that Java or the filters would take for something else, and what no query language likes.
letters = st.sampled_from(
    [*'aβ的1*?\\"-/', "\x1c", "\u2003", "\u00a0", "\n", *"\ue000\ue001\ue002\ue003", "\U00020bb7"]
)
words = st.text(letters, min_size=1, max_size=4)
placed = st.sets(st.tuples(st.integers(0, 9), words), max_size=8).map(sorted)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(placed, min_size=1, max_size=3))
def test_tokens_keep_their_places(analyzer: tuple[Connection, str], texts: list[Placed]) -> None:
    for text, written in zip(texts, mapping.texts(_arrays(texts)), strict=True):
        expected = sorted((position, mapping.term(word)) for position, word in text)
        assert (_analyzed(analyzer, written) if written else []) == expected


def test_a_real_text_keeps_its_tokens(analyzer: tuple[Connection, str]) -> None:
    texts = [
        "IL-6 and T-cell counts in non-small cell lung cancer (stage IIIa), 5 µg/kg.",
        "2型糖尿病患者的维生素D水平。",
    ]
    for channel, found in term_arrays(texts).items():
        assert channel in Channel
        for number, written in enumerate(mapping.texts(found)):
            expected = sorted((position, word) for word, position in found.of(number))
            assert _analyzed(analyzer, written) == expected


def test_words_that_are_told_apart_stay_apart() -> None:
    odd = ["a b", "a", "b", "a\ue000b", "a\ue001b", "a\ue00220\ue002b", "x" * 9000, "x" * 9001, "字" * 9000]
    assert len({mapping.term(word) for word in odd}) == len(odd)
    assert all(len(mapping.term(word).encode()) < 32_766 for word in odd)
    assert mapping.term("\udc80") != mapping.term("\udc81")
