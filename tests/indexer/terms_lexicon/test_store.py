"""The file: threads, damage, updates."""

from __future__ import annotations

import random
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer import analysis, schema
from indexer.errors import BuildError, IndexDamagedError, IndexMismatchError
from indexer.terms.lexicon import Lexicon, LexiconWriter, counted, did_you_mean
from tests.indexer.terms_lexicon.helpers import article, concept, lexicon, texts

CONCEPTS = [
    concept("Diabetes Mellitus", "糖尿病", "=DM"),
    concept("Stroke", "脑卒中", "~中风"),
    concept("Asthma", "哮喘", source="mined", evidence=2),
]
TITLES = ["Diabetes mellitus", "Stroke after asthma", "Stroke", "糖尿病与中风", "哮喘的治疗", "脑卒中", "Über asthma"]
NAMES = ["Wang L", "Müller J", "王磊", "Diaz A"]

articles = st.builds(
    article,
    st.integers(0, 10**6),
    st.sampled_from(TITLES),
    st.sampled_from(["", *TITLES]),
    authors=st.lists(st.sampled_from(NAMES), max_size=3).map(tuple),
    journal=st.none() | st.sampled_from(["Stroke", "Lancet", "中华医学杂志"]),
    keywords=st.lists(st.sampled_from(["asthma", "中风"]), max_size=2).map(tuple),
)


def shown(book):
    """All that the lexicon answers to what can be asked of these records."""
    suggested = [
        book.suggest(typed, 30) for typed in ("d", "s", "stroke", "a", "w", "糖", "中", "zf", "哮喘", "m", "l")
    ]
    typed = ("diabetis", "strok", "ashtma", "asthmma", "糖料病", "脑促中", "哮踹", "melitus", "afterr")
    looked_up = book.lookup([analysis.key(form.text) for one in CONCEPTS for form in one.forms])
    forms = {key: [entry.forms for entry in entries] for key, entries in looked_up.items()}
    return suggested, [book.corrections(word) for word in typed], forms


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kept=st.lists(articles, max_size=6), gone=st.lists(articles, max_size=4), added=st.lists(articles, max_size=4))
def test_an_updated_lexicon_answers_as_one_that_is_built_anew(tmp_path, kept, gone, added):
    lexicon(tmp_path / "before", [*kept, *gone], CONCEPTS).close()
    writer = LexiconWriter(tmp_path / "after", tmp_path / "before")
    for record in added:
        writer.take(counted([record]))
    for record in gone:
        writer.take_away(counted([record], schema.index_documents([record]).tokens))
    writer.finish()
    updated, rebuilt = Lexicon(tmp_path / "after"), lexicon(tmp_path / "anew", [*kept, *added], CONCEPTS)
    assert shown(updated) == shown(rebuilt)


def test_tokens_at_hand_count_as_those_analysed_here(tmp_path):
    records = [article(n, title, " ".join(TITLES), keywords=("Sjögren's", "肾病")) for n, title in enumerate(TITLES)]
    plain = lexicon(tmp_path / "a", records)
    writer = LexiconWriter(tmp_path / "b")
    writer.take(counted(records, schema.index_documents(records).tokens))
    writer.finish()
    query = "SELECT * FROM word"
    assert sqlite3.connect(tmp_path / "a").execute(query).fetchall() == (
        rows := sqlite3.connect(tmp_path / "b").execute(query).fetchall()
    )
    assert {"sjogren", "stroke", "肾病"} <= {row[0] for row in rows}
    assert shown(plain) == shown(Lexicon(tmp_path / "b"))


def test_counts_that_are_written_in_pieces(tmp_path, monkeypatch):
    records = [article(n, title, authors=tuple(NAMES)) for n, title in enumerate(TITLES * 2)]
    whole = shown(lexicon(tmp_path / "a", records, CONCEPTS))
    for limit in ("_WORDS_HELD", "_ITEMS_HELD"):
        monkeypatch.setattr(f"indexer.terms.lexicon.writer.{limit}", 3)
    assert shown(lexicon(tmp_path / "b", records, CONCEPTS)) == whole


def test_many_threads_read_at_once(tmp_path):
    book = lexicon(tmp_path / "l", [article(n, title) for n, title in enumerate(TITLES)], CONCEPTS)
    expected = shown(book)
    with ThreadPoolExecutor(12) as threads:
        assert all(answer == expected for answer in threads.map(lambda _: shown(book), range(48)))
    (tmp_path / "l").unlink()
    assert shown(book) == expected  # a newer generation removes the file of one that is open


def test_a_path_with_signs_that_mean_something_in_an_address(tmp_path):
    folder = tmp_path / "100% 糖?mode=rw#x"
    folder.mkdir()
    assert texts(lexicon(folder / "l", [article(1, "Stroke")]).suggest("stroke")) == ["Stroke"]


def test_nothing_is_written_by_reading(tmp_path):
    lexicon(tmp_path / "l", [article(1, "Stroke")]).suggest("s")
    assert [path.name for path in tmp_path.iterdir()] == ["l"]


def test_an_empty_lexicon_answers(tmp_path):
    book = lexicon(tmp_path / "l")
    assert book.suggest("stroke") == book.corrections("stroke") == book.corrections("糖料病") == ()
    assert did_you_mean(book, "stroke 糖料病", [(0, 6), (7, 10)]) is None


def test_what_is_no_whole_lexicon_is_said_to_be_damaged(tmp_path):
    path = tmp_path / "l"
    with pytest.raises(IndexDamagedError, match=r"it is not there; build the index again"):
        Lexicon(path)
    path.write_bytes(b"")
    with pytest.raises(IndexDamagedError, match="it is no lexicon"):
        Lexicon(path)
    path.write_bytes(b"something else" * 1000)
    with pytest.raises(IndexDamagedError, match="not a database"):
        Lexicon(path)
    LexiconWriter(path).close()
    with pytest.raises(IndexDamagedError, match="not written to its end"):
        Lexicon(path)


def test_a_lexicon_of_another_version(tmp_path):
    lexicon(tmp_path / "l").close()
    with sqlite3.connect(tmp_path / "l") as connection:
        connection.execute("PRAGMA user_version=999")
    with pytest.raises(IndexMismatchError, match="version 999"):
        Lexicon(tmp_path / "l")
    with pytest.raises(IndexMismatchError, match="version 999"):
        LexiconWriter(tmp_path / "m", tmp_path / "l")


def test_a_lexicon_that_is_cut_off(tmp_path):
    lexicon(tmp_path / "l", [article(1, "Stroke")], CONCEPTS).close()
    whole = (tmp_path / "l").read_bytes()
    for length in (len(whole) - 1, len(whole) - 4096, len(whole) // 2, 5000, 100):
        (tmp_path / "l").write_bytes(whole[:length])
        with pytest.raises(IndexDamagedError, match="build the index again"):
            Lexicon(tmp_path / "l")


def test_bytes_that_were_changed_never_give_another_error(tmp_path):
    records = [article(n, f"{title} {n}", " ".join(TITLES)) for n, title in enumerate(TITLES * 5)]
    lexicon(tmp_path / "l", records, CONCEPTS).close()
    whole = (tmp_path / "l").read_bytes()
    chance = random.Random(1)
    noticed = 0
    for _ in range(60):
        spoilt = bytearray(whole)
        start = chance.randrange(len(whole))
        spoilt[start : start + 2000] = chance.randbytes(len(spoilt[start : start + 2000]))
        (tmp_path / "m").write_bytes(spoilt)
        try:
            shown(Lexicon(tmp_path / "m"))
        except (IndexDamagedError, IndexMismatchError):
            noticed += 1
    assert noticed > 20


def test_a_place_that_cannot_be_written(tmp_path):
    with pytest.raises(BuildError, match="the index is as it was"):
        LexiconWriter(tmp_path / "none" / "l")


def test_where_there_is_no_room_both_places_are_named(tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.delenv("SQLITE_TMPDIR", raising=False)
    monkeypatch.setenv("TMPDIR", str(folder))
    writer = LexiconWriter(tmp_path / "l")
    writer._connection.execute("PRAGMA max_page_count = 1")
    with pytest.raises(BuildError) as caught:
        writer.add_concepts([concept(f"Disease {n}", "疾病" * 50) for n in range(1000)])
    for part in (str(tmp_path / "l"), f" {folder}: ", "full", "make room, or set TMPDIR"):
        assert part in str(caught.value)
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path / "l"))  # no folder
    monkeypatch.setenv("TMPDIR", str(tmp_path / "missing"))
    with pytest.raises(BuildError, match=r" in /(var/|usr/)?tmp: "):
        writer.add_concepts([concept(f"Disorder {n}", "病" * 50) for n in range(1000)])
    writer.close()
