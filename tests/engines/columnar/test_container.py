import json
import struct
import zlib

import numpy as np
import pytest

from indexer.engines.whoosh.columnar import container
from indexer.engines.whoosh.columnar.errors import ColumnarError, DamagedFileError, VersionError

ARRAYS = {
    "docs": np.arange(37, dtype=np.uint32),
    "none": np.empty(0, dtype=np.uint64),
    "scores": np.linspace(0, 1, 9),
    "bytes": np.frombuffer(b"abcdefg", dtype=np.uint8),
}
META = {"fields": ["标题", "body"], "count": 3}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "file"
    container.write(path, "test", ARRAYS, META)
    return path


def test_arrays_and_meta_come_back_typed_aligned_and_read_only(path):
    file = container.ArrayFile(path, "test")
    assert file.meta == META
    assert set(file.arrays) == set(ARRAYS)
    for name, values in ARRAYS.items():
        assert file.arrays[name].dtype == values.dtype
        assert np.array_equal(file.arrays[name], values)
        assert bytes(file.view(name)) == values.tobytes()
        if values.size:
            assert file.arrays[name].ctypes.data % container.ALIGNMENT == 0
            assert not file.arrays[name].flags.writeable
    file.verify()


def test_what_was_released_is_read_again(path):
    file = container.ArrayFile(path, "test")
    file.verify()
    file.release()
    assert all(np.array_equal(file.arrays[name], values) for name, values in ARRAYS.items())


def test_pieces_of_several_arrays_may_be_written_in_turns(path, tmp_path):
    specs = {name: container.Spec(values.dtype, values.size) for name, values in ARRAYS.items()}
    with container.ArrayFileWriter(tmp_path / "pieces", "test", specs, META) as writer:
        for at in range(0, 40, 5):
            for name, values in ARRAYS.items():
                writer.append(name, values[at : at + 5])
    assert (tmp_path / "pieces").read_bytes() == path.read_bytes()


def test_a_file_without_arrays(tmp_path):
    container.write(tmp_path / "file", "test", {}, META)
    file = container.ArrayFile(tmp_path / "file", "test")
    file.verify()
    assert file.arrays == {}
    assert file.meta == META


def test_every_damaged_byte_is_found(path):
    data = path.read_bytes()
    for at in range(len(data)):
        for flipped in (0x01, 0x80, 0xFF):
            damaged = bytearray(data)
            damaged[at] ^= flipped
            path.write_bytes(damaged)
            with pytest.raises((DamagedFileError, VersionError)):
                container.ArrayFile(path, "test").verify()


def test_every_truncation_and_any_addition_is_found_when_opening(path):
    data = path.read_bytes()
    for size in range(len(data)):
        path.write_bytes(data[:size])
        with pytest.raises(DamagedFileError):
            container.ArrayFile(path, "test")
    path.write_bytes(data + b"\0")
    with pytest.raises(DamagedFileError, match="bytes"):
        container.ArrayFile(path, "test")


def test_another_version_is_told_from_damage(path):
    data = path.read_bytes()
    magic, version, length, _, zero = struct.unpack_from("<8sIIII", data)
    body = data[24 : 24 + length]
    crc = zlib.crc32(body, zlib.crc32(struct.pack("<II", version + 1, length)))
    path.write_bytes(struct.pack("<8sIIII", magic, version + 1, length, crc, zero) + data[24:])
    with pytest.raises(VersionError, match="version 2"):
        container.ArrayFile(path, "test")


def test_another_kind_is_refused(path):
    with pytest.raises(DamagedFileError, match="holds test, not postings"):
        container.ArrayFile(path, "postings")


def test_an_unfinished_file_cannot_be_opened(tmp_path):
    writer = container.ArrayFileWriter(tmp_path / "file", "test", {"docs": container.Spec(np.uint32, 5)}, {})
    writer.append("docs", np.arange(4, dtype=np.uint32))
    with pytest.raises(ColumnarError, match="4 of 5 values of docs"):
        writer.close()
    with pytest.raises(DamagedFileError):
        container.ArrayFile(tmp_path / "file", "test")


def test_more_values_than_announced_are_refused(tmp_path):
    writer = container.ArrayFileWriter(tmp_path / "file", "test", {"docs": container.Spec(np.uint32, 3)}, {})
    with pytest.raises(ColumnarError, match="more values for docs"):
        writer.append("docs", np.arange(4, dtype=np.uint32))
    writer.abandon()


def test_the_header_is_plain_json(path):
    data = path.read_bytes()
    length = struct.unpack_from("<I", data, 12)[0]
    assert json.loads(data[24 : 24 + length])["arrays"]["docs"]["count"] == 37
