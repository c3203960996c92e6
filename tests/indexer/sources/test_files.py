import gzip
import io
import json
import os
import socket
import tempfile
import zipfile
from pathlib import Path

import pytest

from indexer.errors import SourceError
from indexer.sources import Position, Read, Skipped, read
from tests.indexer.sources.helpers import outline, reason, records


def write(path, title="One"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"title": title}), encoding="utf-8")
    return path


def zipped(path, members, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def titles(path):
    return [got.title_en for got in records(path)]


def test_positions_read_well():
    assert str(Position("records.zip", "a/b.txt")) == "records.zip!a/b.txt"
    assert str(Position("all.jsonl", line=17)) == "all.jsonl:17"
    assert str(Position("a.zip", "b.jsonl", 3)) == "a.zip!b.jsonl:3"
    assert str(Position("a\x1b[2Jb\udcff\n中.txt")) == "a\ufffd[2Jb\ufffd\ufffd中.txt"


# Folders


def test_a_folder_is_read_with_all_below_it_in_the_order_of_names(tmp_path):
    for name in ("b.txt", "a/z.txt", "a/y/x.txt", "c.jsonl", "B.txt"):
        write(tmp_path / name, name)
    assert titles(tmp_path) == ["B.txt", "a/y/x.txt", "a/z.txt", "b.txt", "c.jsonl"]


def test_hidden_readme_and_markdown_files_are_passed_over_and_others_counted(tmp_path):
    for name in (".hidden.txt", ".git/a.txt", "README", "readme.txt", "README.zh.txt", "notes.md", "a.txt"):
        write(tmp_path / name, name)
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7")
    assert [(Path(position).name, what[:24]) for position, what in outline(tmp_path)] == [
        ("a.txt", "a.txt"),
        ("b.pdf", "It is in no known format"),
    ]


def test_a_folder_named_like_a_file_is_a_folder(tmp_path):
    write(tmp_path / "x.json" / "a.txt", "Inside")
    assert titles(tmp_path) == titles(tmp_path / "x.json") == ["Inside"]


def test_links_are_followed_and_their_loops_cut(tmp_path):
    write(tmp_path / "a" / "a.txt", "A")
    write(tmp_path / "elsewhere" / "b.txt", "B")
    (tmp_path / "a" / "loop").symlink_to(tmp_path / "a")
    (tmp_path / "a" / "up").symlink_to(tmp_path / "a" / "loop")
    (tmp_path / "a" / "link").symlink_to(tmp_path / "elsewhere")
    assert titles(tmp_path / "a") == ["A", "B"]


def test_links_to_nothing_and_to_themselves_are_skipped(tmp_path):
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nothing")
    (tmp_path / "self.txt").symlink_to(tmp_path / "self.txt")
    reasons = [what for _, what in outline(tmp_path)]
    assert len(reasons) == 2
    assert all(what.startswith("It can't be opened (") for what in reasons)


def test_what_is_no_regular_file_is_skipped_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    assert reason(tmp_path) == "It is no regular file."
    with pytest.raises(SourceError, match="neither a file nor a folder"):
        read(tmp_path / "pipe.txt")


def test_a_socket_is_skipped():
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as server:
        server.bind(f"{folder}/s")
        assert reason(folder) == "It is no regular file."


def test_files_and_folders_that_may_not_be_read(tmp_path, monkeypatch):
    write(tmp_path / "a.txt", "A")
    write(tmp_path / "b.txt")
    (tmp_path / "c").mkdir()
    open_file, list_folder = io.FileIO, Path.iterdir

    def file_io(path, *args):
        if Path(path).name == "b.txt":
            raise PermissionError(13, "Permission denied", str(path))
        return open_file(path, *args)

    def iterdir(path):
        if path.name == "c":
            raise PermissionError(13, "Permission denied", str(path))
        return list_folder(path)

    monkeypatch.setattr(io, "FileIO", file_io)
    monkeypatch.setattr(Path, "iterdir", iterdir)
    assert [what.partition(";")[0] for _, what in outline(tmp_path)] == [
        "A",
        "It can't be read to its end (Permission denied)",
        "It can't be opened (Permission denied).",
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_named_source_that_may_not_be_read_is_an_error(tmp_path):
    path = write(tmp_path / "a.txt")
    path.chmod(0)
    with pytest.raises(SourceError, match="Permission denied"):
        read(path)
    (tmp_path / "folder").mkdir(mode=0)
    with pytest.raises(SourceError, match="Permission denied"):
        read(tmp_path / "folder")


def test_a_file_that_goes_while_the_folder_is_read_is_skipped(tmp_path):
    write(tmp_path / "a.txt", "A")
    gone = write(tmp_path / "b.txt")
    outcomes = read(tmp_path)
    assert isinstance(next(outcomes), Read)
    gone.unlink()
    (skipped,) = outcomes
    assert skipped == Skipped(Position(str(gone)), "It can't be opened (No such file or directory).")


# Patterns


def test_a_pattern(tmp_path):
    for name in ("a1.txt", "a2.txt", "b1.txt", "sub/a3.txt", "sub/.a4.txt"):
        write(tmp_path / name, name)
    assert titles(f"{tmp_path}/a*.txt") == ["a1.txt", "a2.txt"]
    assert titles(f"{tmp_path}/**/a*.txt") == ["a1.txt", "a2.txt", "sub/a3.txt"]
    assert titles(f"{tmp_path}/[ab]1.*") == ["a1.txt", "b1.txt"]


def test_each_file_of_a_pattern_is_read_once(tmp_path):
    for name in ("a.txt", "sub/b.txt", "sub/deep/c.txt"):
        write(tmp_path / name, name)
    assert titles(f"{tmp_path}/**") == ["a.txt", "sub/b.txt", "sub/deep/c.txt"]
    assert titles(f"{tmp_path}/*") == ["a.txt", "sub/b.txt", "sub/deep/c.txt"]


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tmp_path):
    write(tmp_path / "a[1].txt", "Brackets")
    write(tmp_path / "a1.txt", "No brackets")
    assert titles(tmp_path / "a[1].txt") == ["Brackets"]


def test_the_home_folder_is_understood(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    write(tmp_path / "a.txt", "Home")
    assert titles("~/a.txt") == titles("~/*.txt") == ["Home"]


# Sources that are none, told at once


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("missing.txt", "There is no file or folder .*missing.txt; check the path"),
        ("a.txt/b.txt", "There is no file or folder"),
        ("*.xyz", "No file matches .*; check the pattern"),
        ("none/**/*.txt", "No file matches"),
        ("empty", "The folder .*empty holds no files"),
        ("only-readme", "The folder .* holds no files"),
        ("damaged.zip", r"damaged.zip can't be opened \(File is not a zip file\)"),
        ("empty.zip", "The zip .* holds no files"),
        ("hidden.zip", "The zip .* holds no files"),
        ("n" * 5000, "can't be opened"),
        ("a\0b", "can't be opened"),
    ],
)
def test_what_can_be_no_source_is_an_error_before_anything_is_read(tmp_path, source, message):
    write(tmp_path / "a.txt")
    (tmp_path / "empty" / "sub").mkdir(parents=True)
    write(tmp_path / "only-readme" / "README.md")
    whole = zipped(tmp_path / "whole.zip", {"a.txt": "x" * 1000}).read_bytes()
    (tmp_path / "damaged.zip").write_bytes(whole[:-30])
    zipped(tmp_path / "empty.zip", {})
    zipped(tmp_path / "hidden.zip", {"__MACOSX/._a.txt": "x", "README.md": "x", "d/.git/a": "x"})
    with pytest.raises(SourceError, match=message):
        read(f"{tmp_path}/{source}")


def test_an_empty_path_is_an_error():
    with pytest.raises(SourceError, match="empty path"):
        read("")


def test_an_unknown_home_folder_is_an_error():
    with pytest.raises(SourceError, match="can't be opened"):
        read("~nobody-of-that-name/a.txt")


# Zip and gzip


def test_a_zip_of_files(tmp_path):
    path = zipped(
        tmp_path / "r.zip",
        {
            "b/2.txt": '{"title": "Two"}\n期刊介绍: J',
            "a.jsonl": '{"title": "One"}\n{"title": "Uno"}',
            "README.md": "x",
            "c.txt.gz": gzip.compress(b'{"title": "Three"}', mtime=0),
            "empty/": "",
        },
    )
    assert outline(path) == [
        (f"{path}!a.jsonl:1", "One"),
        (f"{path}!a.jsonl:2", "Uno"),
        (f"{path}!b/2.txt", "Two"),
        (f"{path}!c.txt.gz", "Three"),
    ]
    assert titles(tmp_path) == ["One", "Uno", "Two", "Three"]


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_every_compression_of_zips(tmp_path, compression):
    assert titles(zipped(tmp_path / "r.zip", {"a.txt": '{"title": "One"}'}, compression)) == ["One"]


def test_members_with_names_that_climb_or_repeat_are_read_and_go_nowhere(tmp_path):
    with zipfile.ZipFile(tmp_path / "r.zip", "w") as archive:
        archive.writestr("../../etc/a.txt", '{"title": "One"}')
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("../../etc/a.txt", '{"title": "Two"}')
    assert titles(tmp_path / "r.zip") == ["One", "Two"]
    assert [path.name for path in tmp_path.iterdir()] == ["r.zip"]


def test_a_zip_within_a_zip_is_skipped(tmp_path):
    inside = zipped(tmp_path / "inside.zip", {"a.txt": '{"title": "One"}'}).read_bytes()
    assert "zip inside an archive" in reason(zipped(tmp_path / "r.zip", {"inside.zip": inside}))


def test_an_office_document_is_one_skip(tmp_path):
    path = zipped(tmp_path / "a.xlsx", {"[Content_Types].xml": "<x/>", "xl/a.xml": "<x/>", "xl/b.xml": "<x/>"})
    assert "office document" in reason(path)


def test_an_encrypted_member_is_skipped(tmp_path):
    path = zipped(tmp_path / "r.zip", {"a.txt": '{"title": "One"}'})
    data = bytearray(path.read_bytes())
    data[6] |= 1  # the flags in the member's header and in the directory
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert "encrypted" in reason(path)


def test_a_damaged_member_is_skipped_and_the_others_read(tmp_path):
    lines = "\n".join(json.dumps({"title": f"Title {number}", "abstract": "x" * 500}) for number in range(1000))
    path = zipped(tmp_path / "r.zip", {"a.jsonl": lines, "b.txt": '{"title": "B"}'}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    data[data.index(b"Title 999")] ^= 1
    path.write_bytes(data)
    outcomes = list(read(path))
    assert isinstance(outcomes[0], Read)
    assert [(each.position.member, each.reason) for each in outcomes if isinstance(each, Skipped)] == [
        ("a.jsonl", "It can't be read to its end (Bad CRC-32 for file 'a.jsonl'); check or fetch it again.")
    ]
    assert outcomes[-1].record.title_en == "B"


def test_a_damaged_or_empty_zip_in_a_folder_is_skipped(tmp_path):
    data = zipped(tmp_path / "a.zip", {"a.txt": "x" * 100}).read_bytes()
    (tmp_path / "a.zip").write_bytes(data[:-30])
    zipped(tmp_path / "b.zip", {})
    write(tmp_path / "c.txt", "C")
    assert [what for _, what in outline(tmp_path)] == [
        "It is a zip that can't be opened (File is not a zip file); fetch it again.",
        "It is a zip that holds no files to read.",
        "C",
    ]


def test_gzip_is_recognised_by_content_and_not_by_name(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(gzip.compress(b'{"title": "One"}\n{"title": "Two"}', mtime=0))
    (tmp_path / "b.gz").write_bytes(b'{"title": "Three"}')
    assert titles(tmp_path) == ["One", "Two", "Three"]


def test_a_cut_gzip_is_read_as_far_as_it_goes(tmp_path):
    lines = "\n".join(json.dumps({"title": f"T {number} {os.urandom(300).hex()}"}) for number in range(1000))
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lines.encode(), mtime=0)[:-5000])
    *read_before, last = read(tmp_path / "a.jsonl.gz")
    assert len([each for each in read_before if isinstance(each, Read)]) > 500
    assert "can't be read to its end" in last.reason


@pytest.mark.parametrize(
    "data",
    [b"\x1f\x8b", b"\x1f\x8b" + b"x" * 100, gzip.compress(b"", mtime=0)[:-1], gzip.compress(b"{}", mtime=0)[:-6]],
)
def test_a_broken_gzip_is_skipped(tmp_path, data):
    (tmp_path / "a.gz").write_bytes(data)
    assert "can't be read" in reason(tmp_path / "a.gz")
