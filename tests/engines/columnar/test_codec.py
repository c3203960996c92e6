"""The columnar codec and the fast writer, held against Whoosh's own codec."""

import itertools
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from whoosh import fields, formats, query
from whoosh import index as whoosh_index
from whoosh.analysis import StemmingAnalyzer
from whoosh.qparser import QueryParser

from indexer.engines.whoosh.columnar import inverter, layout, segment
from indexer.engines.whoosh.columnar.codec import ColumnarCodec
from indexer.engines.whoosh.columnar.errors import UnsupportedError
from tests.engines.columnar.conftest import (
    Doc,
    add_slowly,
    dump,
    make_batch,
    make_schema,
    write_fast,
    write_stock,
)

TERMS = ["a", "ab", "abc", "b", "心", "心脏", "z\U0001f600", "ÿ"]


@st.composite
def token_lists(draw):
    terms = draw(st.lists(st.sampled_from(TERMS), max_size=8))
    steps = draw(st.lists(st.sampled_from([0, 1, 1, 1, 2, 127, 128, 20000]), min_size=len(terms), max_size=len(terms)))
    return list(zip(terms, itertools.accumulate(steps), strict=True))


@st.composite
def documents(draw, number=0):
    columns = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "year": st.integers(1990, 1995),
                "factor": st.sampled_from([0.5, 2.25]),
                "journal": st.sampled_from([b"Lancet", b"BMJ", "循证".encode()]),
                "types": st.lists(st.sampled_from([b"Review", b"Trial", b"Letter"]), max_size=3),
            },
        )
    )
    notes = st.sampled_from([None, b"bytes", "text", 7, 2.5, True, ["list", {"of": "JSON"}], 10**30])
    return Doc(
        "",
        draw(token_lists()),
        draw(token_lists()),
        draw(st.lists(st.sampled_from(TERMS), max_size=4)),
        draw(notes),
        columns,
    )


@dataclass
class Commit:
    """Documents added and deleted, how often the fast writer writes a run, and what is merged."""

    docs: list[Doc]
    deleted: list[int]
    batch: int
    optimize: bool


@st.composite
def histories(draw):
    commits = []
    number = 0
    for _ in range(draw(st.integers(1, 3))):
        docs = []
        for doc in draw(st.lists(documents(), max_size=6)):
            docs.append(Doc(f"d{number}", doc.body, doc.title, doc.tags, doc.note, doc.columns))
            number += 1
        deleted = draw(st.lists(st.integers(0, max(number - len(docs) - 1, 0)), max_size=4, unique=True))
        commits.append(Commit(docs, deleted if commits else [], draw(st.integers(1, 4)), draw(st.booleans())))
    return commits


def slow_commit(index, commit):
    writer = index.writer()
    for number in commit.deleted:
        writer.delete_by_term("id", f"d{number}")
    add_slowly(writer, commit.docs)
    writer.commit(optimize=commit.optimize, merge=False)


def fast_commit(index, commit):
    writer = inverter.BatchWriter(index, memory_mb=0)  # each batch is a run of its own
    writer.delete("id", [f"d{number}".encode() for number in commit.deleted])
    for at in range(0, len(commit.docs), commit.batch):
        writer.add(make_batch(index.schema, commit.docs[at : at + commit.batch]))
    writer.commit(optimize=commit.optimize)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories())
def test_all_three_ways_of_writing_give_the_same_index(history):
    with TemporaryDirectory() as folder:
        paths = {name: Path(folder) / name for name in ("stock", "slow", "fast")}
        for path in paths.values():
            path.mkdir()
        stock = whoosh_index.create_in(str(paths["stock"]), make_schema())
        slow = segment.create_in(paths["slow"], make_schema())
        fast = segment.create_in(paths["fast"], make_schema())
        for commit in history:
            slow_commit(stock, commit)
            slow_commit(slow, commit)
            fast_commit(fast, commit)
            with stock.reader() as reader:
                expected = dump(reader)
            for index, path in ((slow, paths["slow"]), (fast, paths["fast"])):
                with index.reader() as reader:
                    assert dump(reader) == expected
                generation = layout.open_generation(path)
                generation.verify()
                assert generation.document_count - deleted_in(generation) == expected["count"]


def deleted_in(generation):
    return sum(
        int(bits.sum(dtype=int)) for deleted in generation.deleted if deleted is not None for bits in [_bits(deleted)]
    )


def _bits(packed):
    return np.unpackbits(packed, bitorder="little")


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A thousand documents with frequent terms, great frequencies and long gaps, in both formats."""
    docs = []
    for number in range(1000):
        body = [("all", 0)]
        if number % 3 == 0:
            body += [("third", position) for position in range(1, 2 + number % 7)]
        if number % 500 == 7:
            body += [("often", position) for position in range(10, 10 + 250 + number % 11)]
        if number % 100 == 0:
            body += [("far", 100_000 + number), ("far", 3_000_000)]
        docs.append(
            Doc(f"d{number}", body, [("t", 0)], ["x"] * (number % 300 + 1), note="n" * 50, columns={"year": number})
        )
    root = tmp_path_factory.mktemp("many")
    (root / "stock").mkdir()
    (root / "fast").mkdir()
    return write_stock(root / "stock", docs), write_fast(root / "fast", docs), root


def test_long_postings_are_read_alike(many):
    stock, fast, _ = many
    with stock.reader() as one, fast.reader() as other:
        assert without_lengths(dump(one)) == without_lengths(dump(other))
        for term in ("all", "third", "often", "far"):
            expected, found = one.term_info("body", term), other.term_info("body", term)
            for name in ("weight", "doc_frequency", "max_weight", "min_id", "max_id"):
                assert getattr(found, name)() == getattr(expected, name)(), name
            assert one.frequency("body", term) == other.frequency("body", term)
            assert one.doc_frequency("body", term) == other.doc_frequency("body", term)
            for start in (0, 100, 127, 128, 129, 500, 999):
                left, right = one.postings("body", term), other.postings("body", term)
                left.skip_to(start)
                right.skip_to(start)
                assert left.is_active() == right.is_active()
                if left.is_active():
                    assert (left.id(), left.value_as("positions")) == (right.id(), right.value_as("positions"))


def without_lengths(dumped):
    # Whoosh keeps lengths in one byte, so that great ones are rounded.
    return {key: value for key, value in dumped.items() if key != "lengths"}


def test_lengths_are_exact(many):
    with many[1].reader() as reader:
        assert reader.doc_field_length(299, "tags") == 300
        assert reader.field_length("tags") == sum(number % 300 + 1 for number in range(1000))
        assert reader.min_field_length("tags") == 1
        assert reader.max_field_length("tags") == 300


def test_skip_entries_point_at_postings(many):
    arrays = layout.open_generation(many[2] / "fast").segments[0]
    term = arrays.lookup("body", b"third")
    begin, end = arrays.posting_starts[term : term + 2].tolist()
    first, last = arrays.skip_starts[term : term + 2].tolist()
    assert last - first == (end - begin - 1) // layout.SKIP
    freqs = arrays.frequencies(begin, end)
    sizes = [0, *itertools.accumulate(int(freq) for freq in freqs)]  # all deltas of this term take one byte
    assert arrays.skips[first:last].tolist() == [sizes[k * layout.SKIP] for k in range(1, last - first + 1)]


QUERIES = [
    "third",
    "all third",
    "all OR often OR far",
    "third NOT far",
    "oft*",
    "t?ird",
    '"third third"',
    '"all third"',
    "title:t AND often",
]


@pytest.mark.parametrize("text", QUERIES)
def test_whooshs_searcher_finds_the_same(many, text):
    stock, fast, _ = many
    parsed = QueryParser("body", stock.schema).parse(text)
    with stock.searcher() as one, fast.searcher() as other:
        expected, found = one.search(parsed, limit=None), other.search(parsed, limit=None)
        assert {hit["id"] for hit in expected} == {hit["id"] for hit in found}
        assert len(found)
        top = other.search(parsed, limit=5)
        assert [hit.score for hit in top] == [hit.score for hit in found][:5]


def test_scores_are_whooshs_own_where_lengths_are_exact_there_too(tmp_path):
    docs = [Doc(f"d{n}", [("heart" if n % (k + 2) else "liver", k) for k in range(n % 9 + 1)]) for n in range(60)]
    (tmp_path / "stock").mkdir()
    (tmp_path / "fast").mkdir()
    stock, fast = write_stock(tmp_path / "stock", docs), write_fast(tmp_path / "fast", docs)
    parsed = query.Or([query.Term("body", "heart"), query.Term("body", "liver")])
    with stock.searcher() as one, fast.searcher() as other:
        expected = {hit["id"]: hit.score for hit in one.search(parsed, limit=None)}
        found = {hit["id"]: hit.score for hit in other.search(parsed, limit=None)}
    assert found == pytest.approx(expected, rel=1e-6)


def test_spelling_and_prefixes(many):
    stock, fast, _ = many
    with stock.reader() as one, fast.reader() as other:
        assert sorted(other.terms_within("body", "thirt", 2)) == sorted(one.terms_within("body", "thirt", 2))
        assert list(other.expand_prefix("body", "o")) == list(one.expand_prefix("body", "o")) == [b"often"]
        assert list(other.lexicon("body")) == list(one.lexicon("body"))
        assert other.corrector("body").suggest("oftan") == one.corrector("body").suggest("oftan")
        assert other.most_frequent_terms("body", 3) == one.most_frequent_terms("body", 3)


def test_numbers_and_stemmed_spelling_are_indexed_by_whooshs_writer(tmp_path):
    schema = fields.Schema(
        size=fields.NUMERIC(int, sortable=True, stored=True), text=fields.TEXT(StemmingAnalyzer(), spelling=True)
    )
    index = segment.create_in(tmp_path, schema)
    with index.writer() as writer:
        for size in range(-3, 40):
            writer.add_document(size=size, text="running hearts runner")
    with index.searcher() as searcher:
        found = searcher.search(query.NumericRange("size", 5, 20), limit=None, sortedby="size", reverse=True)
        assert [hit["size"] for hit in found] == list(range(20, 4, -1))
        assert searcher.suggest("text", "runing") == ["running"]


def test_stock_writer_with_the_codec(tmp_path):
    index = whoosh_index.create_in(str(tmp_path), make_schema())
    writer = index.writer(codec=ColumnarCodec())
    add_slowly(writer, [Doc("one", [("a", 0)]), Doc("two", [("b", 0)])])
    writer.commit()
    opened = segment.open_dir(tmp_path)
    with pytest.raises(FileNotFoundError):
        layout.open_generation(tmp_path)
    opened.describe()
    assert layout.open_generation(tmp_path).segments[0].lookup("body", b"b") >= 0


class Refusing(fields.FieldType):
    def __init__(self):
        super().__init__(formats.Existence(), analyzer=None)

    def index(self, value, **_):
        raise ValueError(value)


def test_a_document_that_fails_leaves_nothing_behind(tmp_path):
    schema = make_schema()
    schema.add("refusing", Refusing())
    index = segment.create_in(tmp_path, schema)
    writer = index.writer()
    with pytest.raises(ValueError, match="no"):
        writer.add_document(id="bad", journal=b"Lancet", refusing="no")
    writer.add_document(id="good", body=[("a", 0)])
    writer.commit()
    with index.reader() as reader:
        assert [stored["id"] for _, stored in reader.iter_docs()] == ["good"]
        assert not reader.has_column("journal")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (fields.TEXT(chars=True), "Characters"),
        (fields.TEXT(vector=True), "vectors"),
        (fields.TEXT(field_boost=2.0), "boost"),
    ],
)
def test_what_the_format_does_not_hold_is_said(tmp_path, kind, said):
    index = segment.create_in(tmp_path, fields.Schema(text=kind))
    with pytest.raises(UnsupportedError, match=said):
        inverter.BatchWriter(index)
    with pytest.raises(UnsupportedError, match=said):
        write_words(index)


def write_words(index, **fields):
    writer = index.writer()
    writer.add_document(text="some words", **fields)
    writer.commit()


def test_boosted_documents_are_refused(tmp_path):
    index = segment.create_in(tmp_path, fields.Schema(text=fields.TEXT()))
    with pytest.raises(UnsupportedError, match="weighs"):
        write_words(index, _boost=1.5)
