import io
import tracemalloc
import unicodedata

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.sources import Read, Skipped, endnote, estudy, noteexpress, refworks, ris, tagged, text, wos
from indexer.sources.outcomes import Noted, Options, Position
from tests.indexer.sources import tagged_helpers as helpers

FORMATS = (ris.FORMAT, wos.FORMAT, endnote.FORMAT, noteexpress.FORMAT, refworks.FORMAT, estudy.FORMAT)
RECORD = {
    "RIS": ("TY  - JOUR\nTI  - ", "\nER  - \n"),
    "Web of Science text": ("PT J\nTI ", "\nER\n"),
    "EndNote text": ("%0 Journal Article\n%T ", "\n"),
    "NoteExpress text": ("{Reference Type}: Journal Article\n{Title}: ", "\n"),
    "RefWorks text": ("RT Journal Article\nT1 ", "\n"),
    "CNKI E-Study text": ("DataType: 1\nTitle-题名: ", "\n"),
}

each_format = pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)


def one(form, title):
    before, behind = RECORD[form.name]
    return f"{before}{title}{behind}"


# Encodings


@each_format
def test_a_line_in_no_encoding_is_named(form):
    data = b"".join([one(form, "One").encode(), one(form, "Se#or").encode(), one(form, "Three").encode()])
    data = data.replace(b"#", "ñ".encode("latin-1")).replace("-题名".encode(), b"-T")
    first, second, third = helpers.outcomes(form, data)
    assert (first.record.title_en, third.record.title_en) == ("One", "Three")
    line = second.position.line + 1
    assert second.reason == f"Its line {line} is neither in UTF-8 nor in UTF-16 or GB18030; save it as UTF-8."


@each_format
@pytest.mark.parametrize("title", ["虚构药物治疗糖尿病的随机试验", "虚构药物"])
def test_a_broken_character_does_not_make_others_of_its_line(form, title):
    data = one(form, f"{title}#{title}").encode().replace(b"#", "药".encode()[:2])
    note, got = helpers.outcomes(form, data)
    assert isinstance(note, Noted)
    assert note.what.endswith("is UTF-8 with broken characters, which were replaced.")
    assert got.record.title_zh == f"{title}\N{REPLACEMENT CHARACTER}{title}"


@each_format
def test_lines_of_a_record_may_be_in_two_encodings(form):
    before, behind = RECORD[form.name]
    data = before.encode() + "虚构药物治疗糖尿病的".encode() + b"\n" + "随机试验".encode("gb18030") + behind.encode()
    (got,) = helpers.outcomes(form, data)
    assert got.record.title_zh == "虚构药物治疗糖尿病的随机试验"


@each_format
def test_characters_lost_to_question_marks_are_noted(form):
    data = one(form, "????????????")
    assert all(isinstance(each, (Skipped, Noted)) for each in helpers.outcomes(form, data))


# Bounds


@each_format
def test_a_record_that_is_too_long_is_skipped_and_the_next_is_read(form, monkeypatch):
    monkeypatch.setattr(tagged, "LIMIT_BYTES", 5000)
    data = one(form, "a " * 5000) + one(form, "Two") + one(form, "x\n" * 100) + one(form, "Four")
    got = helpers.outcomes(form, data)
    assert [each.record.title_en if isinstance(each, Read) else each.reason for each in got] == [
        "It is longer than 16 MiB; is the end of the record missing?",
        "Two",
        "It is longer than 16 MiB; is the end of the record missing?",
        "Four",
    ]


class _Long(io.RawIOBase):
    """A file in pieces that is never whole in memory."""

    def __init__(self, before: bytes, fill: bytes, times: int, behind: bytes) -> None:
        self._pieces = [before, *[fill] * times, behind]

    def readable(self):
        return True

    def readinto(self, buffer):
        if not self._pieces:
            return 0
        piece = self._pieces.pop(0)
        taken = piece[: len(buffer)]
        buffer[: len(taken)] = taken
        if len(piece) > len(taken):
            self._pieces.insert(0, piece[len(taken) :])
        return len(taken)


def _read_long(fill, times):
    """What is read of a record and one that is too long, and the most memory that it took."""
    before = (one(ris.FORMAT, "One") + "TY  - JOUR\nTI  - ").encode()
    stream = io.BufferedReader(_Long(before, fill, times, b"\nER  -\n"))
    tracemalloc.start()
    try:
        got = list(ris.FORMAT.read(stream, Position("f"), Options()))
        return got, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("fill", [b"x", b"\0", b"\r"])
def test_a_line_of_a_hundred_megabytes(fill):
    got, peak = _read_long(fill * 10**5, 1000)
    assert [type(each) for each in got] == [Read, Skipped]
    assert peak < 4 * text.LIMIT_BYTES


@pytest.mark.parametrize("fill", [b"a\n", b"TI  - a\n", b"KW  - a\r"])
def test_many_short_lines(fill, monkeypatch):
    monkeypatch.setattr(tagged, "LIMIT_BYTES", 2**20)
    got, peak = _read_long(fill * 1000, 20)
    assert [type(each) for each in got] == [Read, Skipped]
    assert peak < 4 * 2**20


# Anything at all

_WORDS = st.sampled_from(
    [
        *(
            "TY  - JOUR",
            "ER  -",
            "TI  - A",
            "AB  - ",
            "KW  - a;b",
            "SN  - 1",
            "DO  - 10.1/x",
            "NL  - x",
            "PY  - 2001/13/45",
        ),
        *("PT J", "ER", "TI A", "AU B", "   C", "PD FEB 30", "EF", "FN X", "VR 1.0"),
        *("%0 Journal Article", "%T A", "%A B %A C", "%X ", "%", "%D 99999"),
        *("{Reference Type}: Thesis", "{Title}: A", "{Author}：张三", "{", "}:", "{文献类型}：期刊"),
        *("RT Journal", "T1 A", "A1张三", "vo 2", "DataType: 1", "Title-题名: 一", "Page-页码: "),
        *("", " ", "\0", "????", "\ufeff", "\x85", "\u2028", "\x1e", "&#55357;", "<b>", "<AbstractText>", "正"),
    ]
)
_LINES = st.one_of(
    _WORDS.map(str.encode),
    _WORDS.map(lambda word: word.encode("gb18030")),
    st.tuples(_WORDS, st.text(max_size=20)).map(lambda pair: "".join(pair).encode("utf-8", "replace")),
    st.tuples(_WORDS, st.binary(max_size=20)).map(lambda pair: pair[0].encode() + pair[1]),
    st.binary(max_size=20),
)
_FILES = st.tuples(
    st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"]),
    st.lists(_LINES, max_size=25),
    st.sampled_from([b"\n", b"\r\n", b"\r", b"\n\n"]),
    st.integers(0, 30),
)


@each_format
@settings(max_examples=100, deadline=None)
@given(_FILES)
def test_whatever_a_file_holds_comes_out_clean_or_skipped(form, parts):
    mark, lines, end, cut = parts
    data = mark + end.join(lines)
    data = data[: len(data) - cut]
    form.sniff(data)
    last = 0
    for each in helpers.unsniffed(form, data):
        if isinstance(each, Skipped):
            assert each.reason.endswith(".")
        elif isinstance(each, Read):
            record = each.record
            assert record.title_en or record.title_zh or record.abstract_en or record.abstract_zh
            for value in _texts(msgspec.to_builtins(record)):
                assert value
                assert value == value.strip()
                assert not [c for c in value if c != "\n" and unicodedata.category(c) in ("Cc", "Cs")]
        assert each.position.line is None or each.position.line >= last
        last = each.position.line or last


def _texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _texts(each)
