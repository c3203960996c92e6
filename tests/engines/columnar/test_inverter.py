import pickle
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from whoosh.fields import ID, KEYWORD, STORED, Schema
from whoosh.index import LockError

from indexer.engines.whoosh.columnar import inverter, layout, segment, stored
from indexer.engines.whoosh.columnar.errors import ColumnarError, DamagedFileError, UnsupportedError
from tests.engines.columnar.conftest import Doc, PositionedField, dump, make_batch, make_schema, write_fast

DOCS = [
    Doc(
        f"d{number}",
        [(f"w{(number * step) % 50}", step) for step in range(1, 20)],
        [("title", 0)],
        ["tag"] * (number % 3),
        note=f"note {number} " * 30,
        columns={"year": 2000 + number % 5, "journal": b"J%d" % (number % 7), "types": [b"T%d" % (number % 2)]},
    )
    for number in range(300)
]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("written")
    return folder, write_fast(folder, DOCS)


def test_runs_make_the_same_files_as_one_run(written, tmp_path):
    folder, _ = written
    index = segment.create_in(tmp_path, make_schema())
    writer = inverter.BatchWriter(index, memory_mb=0)
    for at in range(0, len(DOCS), 70):
        writer.add(make_batch(index.schema, DOCS[at : at + 70]))
    writer.commit()
    one, other = (layout.open_generation(path).segments for path in (folder, tmp_path))
    assert len(one) == len(other) == 1
    for expected, found in zip(one[0].files[:2], other[0].files[:2], strict=True):
        assert set(expected.arrays) == set(found.arrays)
        for name, values in expected.arrays.items():
            assert values.dtype == found.arrays[name].dtype
            assert np.array_equal(values, found.arrays[name]), name
    # A batch ends a block of stored fields, so that only what is in them is the same.
    assert [one[0].stored[n] for n in range(300)] == [other[0].stored[n] for n in range(300)]


@pytest.mark.parametrize("most", [2, 64])
def test_runs_written_elsewhere_make_the_same_files(written, tmp_path, monkeypatch, most):
    folder, _ = written
    monkeypatch.setattr(inverter, "_MOST_RUNS", most)
    index = segment.create_in(tmp_path, make_schema())
    elsewhere = inverter.RunWriter(segment.open_dir(tmp_path))
    writer = inverter.BatchWriter(index)
    writer.add(make_batch(index.schema, DOCS[:10]))
    for at in range(10, len(DOCS), 58):
        run = elsewhere.write(make_batch(index.schema, DOCS[at : at + 58]))
        writer.add_run(pickle.loads(pickle.dumps(run)))
    writer.commit()
    one, other = (layout.open_generation(path).segments for path in (folder, tmp_path))
    for expected, found in zip(one[0].files[:2], other[0].files[:2], strict=True):
        assert {name: values.tolist() for name, values in found.arrays.items()} == {
            name: values.tolist() for name, values in expected.arrays.items()
        }
    assert [one[0].stored[n] for n in range(300)] == [other[0].stored[n] for n in range(300)]
    assert len(list(tmp_path.glob("*.postings"))) == 1


def test_stored_fields_are_written_piece_by_piece(written, tmp_path, monkeypatch):
    monkeypatch.setattr(stored, "_WRITTEN_AT_ONCE", 500)
    write_fast(tmp_path, DOCS)
    one, other = (layout.open_generation(path).segments[0] for path in (written[0], tmp_path))
    assert [one.stored.record(n) for n in range(300)] == [other.stored.record(n) for n in range(300)]


def test_runs_written_elsewhere_go_when_the_writer_is_cancelled(tmp_path):
    index = segment.create_in(tmp_path, make_schema())
    writer = inverter.BatchWriter(index)
    writer.add_run(inverter.RunWriter(index).write(make_batch(index.schema, DOCS[:10])))
    writer.cancel()
    assert not list(tmp_path.glob("*.postings"))


def test_memory_decides_how_many_runs_there_are(tmp_path):
    index = segment.create_in(tmp_path, make_schema())
    writer = inverter.BatchWriter(index, memory_mb=1)
    batch = make_batch(index.schema, DOCS)
    for _ in range(40):
        writer.add(batch)
    names = {path.name.partition(".")[0] for path in tmp_path.glob("*.postings")}
    assert 3 <= len(names) <= 10
    writer.commit()
    assert [one.document_count for one in layout.open_generation(tmp_path).segments] == [12_000]
    assert {path.suffix for path in tmp_path.iterdir() if path.name.partition(".")[0] in names} == set()


def test_without_merging_runs_are_segments(tmp_path):
    index = segment.create_in(tmp_path, make_schema())
    writer = inverter.BatchWriter(index, memory_mb=0)
    for at in range(0, 300, 100):
        writer.add(make_batch(index.schema, DOCS[at : at + 100]))
    writer.commit(merge=False)
    generation = layout.open_generation(tmp_path)
    assert [one.document_count for one in generation.segments] == [100, 100, 100]
    assert generation.bases == (0, 100, 200)


def test_small_segments_are_merged_and_large_ones_kept(tmp_path):
    index = write_fast(tmp_path, DOCS)
    large = layout.open_generation(tmp_path).segments[0].name
    for number in range(8):
        writer = inverter.BatchWriter(index)
        writer.add(make_batch(index.schema, [Doc(f"new{number}", [("a", 0)])]))
        writer.commit()
    generation = layout.open_generation(tmp_path)
    assert generation.segments[0].name == large
    assert generation.document_count == 308
    assert len(generation.segments) <= 4


def test_merging_drops_what_only_deleted_documents_had(tmp_path):
    index = write_fast(tmp_path, [*DOCS[:5], Doc("gone", [("only", 3)], columns={"journal": b"Gone"})])
    writer = inverter.BatchWriter(index)
    assert writer.delete("id", [b"gone", b"gone", b"unknown"]) == 1
    writer.commit(optimize=True)
    (arrays,) = layout.open_generation(tmp_path).segments
    assert arrays.document_count == 5
    assert arrays.lookup("body", b"only") == -1
    assert b"Gone" not in arrays.columns["journal"].dictionary.values()
    arrays.verify()


def test_deleting_everything_leaves_an_empty_index(tmp_path):
    index = write_fast(tmp_path, DOCS[:5])
    writer = inverter.BatchWriter(index)
    writer.delete("id", [doc.id.encode() for doc in DOCS[:5]])
    writer.commit()
    assert layout.open_generation(tmp_path).segments == ()
    with index.searcher() as searcher:
        assert searcher.doc_count_all() == 0


def test_an_empty_commit(tmp_path):
    index = segment.create_in(tmp_path, make_schema())
    assert layout.open_generation(tmp_path).segments == ()
    writer = inverter.BatchWriter(index)
    writer.add(make_batch(index.schema, []))
    writer.commit()
    generation = layout.open_generation(tmp_path)
    assert (generation.number, generation.segments) == (1, ())


def test_cancelling_leaves_the_index_as_it_was(tmp_path):
    index = write_fast(tmp_path, DOCS[:5])
    before = sorted(path.name for path in tmp_path.iterdir())
    with index.reader() as reader:
        expected = dump(reader)
    writer = inverter.BatchWriter(index, memory_mb=0)
    writer.delete("id", [b"d1"])
    writer.add(make_batch(index.schema, DOCS[5:9]))
    writer.cancel()
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    with index.reader() as reader:
        assert dump(reader) == expected


def test_one_writer_at_a_time(tmp_path):
    index = segment.create_in(tmp_path, make_schema())
    writer = inverter.BatchWriter(index)
    with pytest.raises(LockError):
        inverter.BatchWriter(index)
    with pytest.raises(LockError):
        index.writer()
    writer.cancel()
    inverter.BatchWriter(index).cancel()


def test_a_reader_keeps_the_generation_it_opened(tmp_path):
    index = write_fast(tmp_path, DOCS[:5])
    opened = layout.open_generation(tmp_path)
    writer = inverter.BatchWriter(index)
    writer.delete("id", [b"d0"])
    writer.add(make_batch(index.schema, DOCS[5:9]))
    writer.commit(optimize=True)
    assert opened.segments[0].stored[0]["id"] == "d0"
    opened.verify()
    assert len(list(tmp_path.glob("*.segments"))) == len(list(tmp_path.glob("*.postings"))) == 1


def test_batches_can_be_sent_to_another_process(tmp_path):
    index = segment.create_in(tmp_path, make_schema())
    writer = inverter.BatchWriter(index)
    writer.add(pickle.loads(pickle.dumps(make_batch(index.schema, DOCS[:5]))))
    writer.commit()
    assert layout.open_generation(tmp_path).segments[0].stored[4]["id"] == "d4"


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=6), max_size=60))
def test_terms_are_numbered_by_what_they_are(terms):
    table = inverter.TermTable()
    data = "".join(f"{term}\0" for term in terms).encode()
    ids = table.numbers(data, len(terms))
    known = table.terms()
    assert [known[number].decode() for number in ids.tolist()] == terms
    assert len(known) == len(set(terms))
    assert table.numbers(data, len(terms)).tolist() == ids.tolist()


def test_a_table_of_terms_grows():
    terms = [f"term {number * 7919}" for number in range(30_000)] + ["long" * 20_000]
    table = inverter.TermTable()
    data = "".join(f"{term}\0" for term in terms).encode()
    assert table.numbers(data, len(terms)).tolist() == list(range(len(terms)))
    assert [term.decode() for term in table.terms()] == terms


@pytest.mark.parametrize("tokens", [0, 1, 3])
def test_another_number_of_terms_than_announced_is_refused(tokens):
    with pytest.raises(ColumnarError, match="announces"):
        inverter.TermTable().numbers(b"one\0two\0", tokens)


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=40), unique=True))
def test_terms_are_sorted_by_their_bytes(given_terms):
    # Those that begin alike for longer than what is compared at once, too.
    terms = [term.encode() for term in dict.fromkeys((*given_terms, *(f"{'癌' * 6}{term}" for term in given_terms)))]
    (data, starts), ranks = inverter.in_order(b"".join(term + b"\0" for term in terms))
    found = [data[begin:end].tobytes() for begin, end in pairwise(starts.tolist())]
    assert found == sorted(terms)
    assert [found[rank] for rank in ranks.tolist()] == terms


def test_documents_may_be_added_field_by_field():
    schema = make_schema()
    one_by_one, at_once = inverter.BatchBuilder(schema), inverter.BatchBuilder(schema)
    for builder in (one_by_one, at_once):
        builder.add({"tags": ["a"]}, {}, {"id": "first"})
    tags = [["b", "a"], [], ["c"]]
    bodies = [["heart", "failure", "heart"], ["lung"], []]
    for number, (tag, body) in enumerate(zip(tags, bodies, strict=True)):
        one_by_one.add({"tags": tag, "body": body}, {"year": 2000 + number} if number else {}, {"id": str(number)})
    at_once.add_all(
        {"tags": tags, "body": bodies}, {"year": [None, 2001, 2002]}, [{"id": str(number)} for number in range(3)]
    )
    assert len(at_once) == len(one_by_one) == 4
    one, other = one_by_one.finish(), at_once.finish()
    assert one.stored == other.stored
    assert one.columns == other.columns == {"year": [None, None, 2001, 2002]}
    for name, tokens in one.tokens.items():
        for part in ("ids", "counts", "positions", "lengths"):
            assert getattr(tokens, part).tolist() == getattr(other.tokens[name], part).tolist(), (name, part)
        assert tokens.terms == other.tokens[name].terms


def test_positions_count_up_where_they_are_not_given():
    schema = Schema(body=PositionedField(), tags=KEYWORD(scorable=True))
    builder = inverter.BatchBuilder(schema)
    builder.add({"body": ["a", "b", "c"]})
    builder.add({})
    builder.add({"body": inverter.Tokens(["a", "b"], [5, 9], length=1), "tags": ["x"]})
    builder.add({"body": ["a"]})
    batch = builder.finish()
    assert batch.tokens["body"].positions.tolist() == [0, 1, 2, 5, 9, 0]
    assert batch.tokens["body"].counts.tolist() == [3, 0, 2, 1]
    assert batch.tokens["body"].lengths.tolist() == [3, 0, 1, 1]
    assert batch.tokens["tags"].positions.size == 0
    assert batch.tokens["tags"].lengths.tolist() == [0, 0, 1, 0]
    assert len(builder) == 0


def test_mistakes_are_told(tmp_path):
    schema = Schema(id=ID(), body=PositionedField(), note=STORED())
    builder = inverter.BatchBuilder(schema)
    with pytest.raises(ColumnarError, match="no indexed field title"):
        builder.add({"title": ["a"]})
    with pytest.raises(ColumnarError, match="2 tokens of body and 1 positions"):
        builder.add({"body": inverter.Tokens(["a", "b"], [0])})
    with pytest.raises(ColumnarError, match="note has no column"):
        builder.add({}, columns={"note": 1})
    with pytest.raises(UnsupportedError, match="note can't store a set"):
        builder.add({}, stored={"note": {1}})
    zero = inverter.BatchBuilder(schema)
    zero.add({"id": ["a\0b"]})
    with pytest.raises(UnsupportedError, match="zero character"):
        zero.finish()
    descending = inverter.BatchBuilder(schema)
    descending.add({"body": inverter.Tokens(["a", "a"], [4, 3])})
    writer = inverter.BatchWriter(segment.create_in(tmp_path, schema))
    writer.add(descending.finish())
    with pytest.raises(ColumnarError, match="positions of body descend"):
        writer.commit()
    inverter.BatchWriter(segment.open_dir(tmp_path)).cancel()  # the lock was given back


def test_terms_and_prefixes_are_found_by_binary_search(written):
    arrays = layout.open_generation(written[0]).segments[0]
    terms = sorted(f"w{number}".encode() for number in range(50))
    low, high = arrays.field_range("body")
    assert [arrays.term(number) for number in range(low, high)] == terms
    for number, term in enumerate(terms):
        assert arrays.lookup("body", term) == low + number
    for missing in (b"", b"a", b"w", b"w1\0", b"w500", b"\xff"):
        assert arrays.lookup("body", missing) == -1
    assert arrays.lookup("nothing", b"w1") == -1
    assert arrays.lookup("title", b"w1") == -1
    for prefix in (b"", b"w", b"w1", b"w4", b"w49", b"w5", b"w6", b"x", b"\xff", b"\xff\xff", b"w\xff"):
        begin, end = arrays.prefix_range("body", prefix)
        assert [arrays.term(number) for number in range(begin, end)] == [t for t in terms if t.startswith(prefix)]


@pytest.mark.parametrize("suffix", ["postings", "documents", "stored", "segments"])
def test_damage_to_any_file_of_a_generation_is_found(tmp_path, suffix):
    index = write_fast(tmp_path, DOCS[:20])
    writer = inverter.BatchWriter(index)
    writer.delete("id", [b"d3"])
    writer.commit()
    (path,) = tmp_path.glob(f"*.{suffix}")
    data = path.read_bytes()
    step = max(len(data) // 300, 1)
    for at in range(0, len(data), step):
        path.unlink()  # what is mapped stays as it was
        path.write_bytes(data[:at] + bytes((data[at] ^ 0x10,)) + data[at + 1 :])
        with pytest.raises(DamagedFileError):
            layout.open_generation(tmp_path).verify()
        path.unlink()
        path.write_bytes(data[:at])
        with pytest.raises(DamagedFileError):
            layout.open_generation(tmp_path)


def test_a_file_of_another_segment_is_refused(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    write_fast(tmp_path / "one", DOCS[:5])
    write_fast(tmp_path / "other", DOCS[5:9])
    (mine,) = (tmp_path / "one").glob("*.stored")
    (theirs,) = (tmp_path / "other").glob("*.stored")
    mine.unlink()
    theirs.rename(mine)
    with pytest.raises(DamagedFileError, match="written for the segment"):
        layout.open_generation(tmp_path / "one")


def test_a_field_is_given_for_every_document_or_none():
    builder = inverter.BatchBuilder(make_schema())
    for tokens, columns in (({"id": [["a"]]}, {}), ({}, {"year": [1, 2, 3]})):
        with pytest.raises(ColumnarError, match="of 2 documents"):
            builder.add_all(tokens, columns, [{}, {}])
    assert len(builder) == 0
