"""Blocks of lines: the lines are those of the file, and what breaks off loses none that came before."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import random
import zlib
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.record import Record
from indexer.sources import Options, Position, Read, Skipped, line_records, read, text
from indexer.sources.outcomes import here

LIMIT = 12


@given(st.text("ab \n\r\t", max_size=80), st.integers(1, 40), st.integers(0, 4), st.integers(1, 9))
def test_blocks_hold_the_lines_of_a_file(content, size, read_before, buffered):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(text, "LIMIT_BYTES", LIMIT)
        whole = list(text.lines(io.BufferedReader(io.BytesIO(content.encode()))))
        stream = io.BufferedReader(io.BytesIO(content.encode()), buffered)
        begun = list(islice(text.lines(stream), read_before))
        first = begun[-1].number + 1 if begun else 1
        rest = [line for block in text.line_blocks(stream, first, size) for line in block.lines()]
        assert begun + rest == whole


def _lines(count: int) -> bytes:
    random.seed(count)
    records = ({"title": f"Record {number} of {random.random()}", "paperid": str(number)} for number in range(count))
    return "\n".join(json.dumps(record) for record in records).encode()


@pytest.mark.parametrize("block_bytes", [64, 700, line_records._BLOCK_BYTES])
def test_a_file_that_breaks_off_is_read_up_to_there(tmp_path, monkeypatch, block_bytes):
    monkeypatch.setattr(line_records, "_BLOCK_BYTES", block_bytes)
    content = _lines(8000)
    packed = gzip.compress(content)
    cut = packed[: len(packed) * 9 // 10]
    there = zlib.decompressobj(31).decompress(cut)
    assert len(there) > 1.5 * line_records._BLOCK_BYTES
    whole, broken = tmp_path / "whole.gz", tmp_path / "broken.gz"
    whole.write_bytes(packed)
    broken.write_bytes(cut)
    assert len(list(read(whole))) == 8000
    *found, last = read(broken)
    assert all(isinstance(outcome, Read) for outcome in found)
    assert isinstance(last, Skipped)
    assert "can't be read to its end" in last.reason
    assert [str(outcome.position) for outcome in found] == [f"{broken}:{number + 1}" for number in range(len(found))]
    # What is unpacked at a time is lost with what can't be unpacked.
    assert len(found) >= there[: -2 * io.DEFAULT_BUFFER_SIZE].count(b"\n")

    def ahead(make, items):
        # As workers do, which are given more items before the first result is taken.
        return iter(list(here(make, items)))

    assert list(read(broken, Options(each=ahead))) == [*found, last]


def test_a_record_that_was_read_is_given_as_it_is_kept():
    record = Record(id="doi:10.1/x", doi="10.1/x", pmid="12", title_en="A title", authors=("Wang L",))
    plain = Read(record, Position("file", line=3))
    kept = Read(pickle.loads(pickle.dumps(plain.encoded)), Position("file", line=3))
    assert kept.record == record
    assert kept.encoded == plain.encoded
    assert kept == plain
    assert hash(kept) == hash(plain)
    assert repr(kept) == repr(plain)
    assert plain.encoded.pmid == 12
    assert kept != Read(record, Position("file", line=4))
    assert Read(Record(id="doi:10.1/y"), plain.position).encoded.pmid is None
