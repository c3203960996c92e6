"""What holds for every format: constant memory, bounds, what is noted, and that no content makes reading fail."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.sources import Noted, Options, Outcome, Position, Read, Skipped, read
from indexer.sources.formats import FORMATS
from indexer.sources.outcomes import Format
from tests.indexer.sources.helpers import SHARED, reason


@dataclass(frozen=True)
class Sample:
    """How a file of a format is written: `{n}` is a number, `{title}`, `{abstract}` and `{date}` are texts."""

    record: str
    head: str = ""
    foot: str = ""

    def of(self, number: int, title: str = "A made-up trial", abstract: str = "Nothing.", date: str = "2024") -> str:
        filled = self.record.replace("{n}", str(number)).replace("{title}", title)
        return filled.replace("{abstract}", abstract).replace("{date}", date)

    def file(self, *records: str) -> str:
        return self.head + "".join(records) + self.foot


SAMPLES = {
    "PubMed XML": Sample(
        "<PubmedArticle><MedlineCitation><PMID>{n}</PMID><Article><Journal><JournalIssue><PubDate><Year>{date}</Year>"
        "</PubDate></JournalIssue></Journal><ArticleTitle>{title}</ArticleTitle><Abstract><AbstractText>{abstract}"
        "</AbstractText></Abstract></Article></MedlineCitation></PubmedArticle>\n",
        "<?xml version='1.0'?>\n<PubmedArticleSet>\n",
        "</PubmedArticleSet>\n",
    ),
    "MEDLINE text": Sample("PMID- {n}\nDP  - {date}\nTI  - {title}\nAB  - {abstract}\n\n"),
    "PubMed abstract text": Sample(
        "{n}. J Example. {date} Jan;1(1):1-2.\n\n{title}.\n\nExample A(1), Sample B(2).\n\nAuthor information:\n"
        "(1)Nowhere.\n\n{abstract}\n\nPMID: {n}\n\n\n"
    ),
    "RIS": Sample("TY  - JOUR\nTI  - {title}\nAB  - {abstract}\nPY  - {date}\nAN  - {n}\nER  - \n\n"),
    "Web of Science text": Sample(
        "PT J\nTI {title}\nAB {abstract}\nPY {date}\nPM {n}\nER\n\n", "FN Example\nVR 1.0\n", "EF\n"
    ),
    "RefWorks text": Sample("RT Journal Article\nT1 {title}\nAB {abstract}\nYR {date}\nID {n}\n\n"),
    "EndNote text": Sample("%0 Journal Article\n%T {title}\n%X {abstract}\n%D {date}\n%M {n}\n\n"),
    "NoteExpress text": Sample(
        "{Reference Type}: Journal Article\n{Title}: {title}\n{Abstract}: {abstract}\n{Year}: {date}\n{PMID}: {n}\n\n"
    ),
    "CNKI E-Study text": Sample(
        "DataType: 1\nTitle-题名: {title}\nSummary-摘要: {abstract}\nYear-年: {date}\nPage-页码: {n}\n\n"
    ),
    "table (CSV or TSV)": Sample("{title},{abstract},{date},{n}\n", "title,abstract,year,pmid\n"),
    "JSON lines of records": Sample(
        '{"id":"pmid:{n}","pmid":"{n}","title_en":"{title}","abstract_en":"{abstract}","year":{date}}\n'
    ),
    "seed text or JSON lines": Sample(
        '{"title": "{title}", "abstract": "{abstract}", "year": "{date}", "PMID": "{n}"}\n'
    ),
}
READ_AS_IT_IS = "JSON lines of records"
"""What is odd is no oddity there, but makes a line no record, or is a record's own."""
BEGINS_WITH_A_YEAR = "PubMed abstract text"
"""A citation without a possible year begins no record there."""


def each_format(*but: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "form", [form for form in FORMATS if form.name not in but], ids=lambda form: form.name
    )


class Pieces(io.RawIOBase):
    """A stream of pieces that are made when they are read."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._left and (piece := next(self._pieces, None)) is not None:
            self._left = piece
        taken = self._left[: len(buffer)]
        self._left = self._left[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


def outcomes(form: Format, pieces: Iterable[bytes]) -> Iterator[Outcome]:
    return form.read(io.BufferedReader(Pieces(pieces), 2**16), Position("x"), Options())


def most_memory(form: Format, pieces: Iterable[bytes]) -> tuple[int, list[str]]:
    """The most bytes that reading takes, and the kinds of outcomes."""
    tracemalloc.start()
    try:
        kinds = [type(each).__name__ for each in outcomes(form, pieces)]
        return tracemalloc.get_traced_memory()[1], kinds
    finally:
        tracemalloc.stop()


def test_every_format_has_a_sample() -> None:
    assert SAMPLES.keys() == {form.name for form in FORMATS}


@each_format()
def test_the_sample_is_read(form: Format, tmp_path: Path) -> None:
    sample = SAMPLES[form.name]
    data = sample.file(sample.of(1), sample.of(2)).encode()
    assert next(each.name for each in FORMATS if each.sniff(data)) == form.name
    (tmp_path / "a").write_bytes(data)
    found = [each.record for each in read(tmp_path / "a") if isinstance(each, Read)]
    assert [(each.year, (each.title_en or "").rstrip("."), each.abstract_en) for each in found] == [
        (2024, "A made-up trial", "Nothing.")
    ] * 2


@each_format()
def test_memory_does_not_grow_with_the_number_of_records(form: Format) -> None:
    sample = SAMPLES[form.name]
    texts = "Nothing was measured. " * 400

    def pieces(records: int) -> Iterator[bytes]:
        yield sample.head.encode()
        for number in range(1, records + 1):
            yield sample.of(number, abstract=texts).encode()
        yield sample.foot.encode()

    most_memory(form, pieces(5))  # what is made once
    few, _ = most_memory(form, pieces(50))
    many, kinds = most_memory(form, pieces(500))
    assert kinds == ["Read"] * 500
    assert many < few + 2**20, "of the four megabytes that were read more than one was kept"


@each_format()
def test_a_record_of_a_hundred_megabytes_costs_itself_only(form: Format) -> None:
    sample = SAMPLES[form.name]
    begun, _, ended = sample.of(2, title="A", abstract="\0").partition("\0")

    def pieces() -> Iterator[bytes]:
        yield (sample.head + sample.of(1) + begun).encode()
        for _ in range(100):
            yield b"x" * 2**20
        yield (ended + sample.of(3) + sample.foot).encode()

    most, kinds = most_memory(form, pieces())
    assert kinds == ["Read", "Skipped", "Read"]
    assert most < 80 * 2**20


@each_format(READ_AS_IT_IS, BEGINS_WITH_A_YEAR)
def test_an_impossible_year_is_noted(form: Format, tmp_path: Path) -> None:
    sample = SAMPLES[form.name]
    (tmp_path / "a").write_text(sample.file(sample.of(1), sample.of(2, date="2924")), encoding="utf-8")
    first, noted, second = read(tmp_path / "a")
    assert isinstance(first, Read)
    assert isinstance(noted, Noted)
    assert noted.what == "Its date '2924' has an impossible year and was left out."
    assert isinstance(second, Read)
    assert (second.record.year, second.record.publication_date) == (None, None)


@each_format(READ_AS_IT_IS)
def test_a_text_lost_to_question_marks_is_left_out_and_noted(form: Format, tmp_path: Path) -> None:
    sample = SAMPLES[form.name]
    data = sample.file(sample.of(1), sample.of(2, abstract="?????????? 12 ????? (P=0.05)?"))
    (tmp_path / "a").write_text(data, encoding="utf-8")
    found = list(read(tmp_path / "a"))
    assert [each.record.abstract_en for each in found if isinstance(each, Read)] == ["Nothing.", None]
    assert [each.what for each in found if isinstance(each, Noted)] == [
        "Its abstract is corrupted (???? where characters were) and was left out."
    ]


# Whatever is done to a file, reading it comes to an end, and says what it can't read.

_NOISE = st.one_of(
    st.sampled_from(
        [
            *(b"\0", b"\0" * 3000, b"\r", b"\n\n", b"\x1a", b"\x0b", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\x85"),
            *(b'"', b"'", b"{", b"}", b"[" * 3000, b'{"a":' * 3000, b"<", b"<a>" * 300, b"&e;", b"]]>", b"<!--"),
            *(b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/hostname'>]>", b"<![CDATA[", b"\\u0000", b"\\ud800", b"\\"),
            *("虚构".encode("gb18030"), "虚构".encode("utf-16"), "虚构".encode()[:4], "Sjögren".encode("latin-1")),
        ]
    ),
    st.binary(max_size=20),
)
_CUTS = st.floats(0, 1)


@each_format()
@settings(max_examples=60, deadline=None)
@given(
    noises=st.lists(st.tuples(_CUTS, _NOISE), max_size=4),
    cut=st.one_of(st.none(), _CUTS),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]),
    packing=st.sampled_from(["none", "gzip", "gzip", "zip"]),
    packed_cut=st.one_of(st.none(), _CUTS),
)
def test_any_damage_is_survived(
    form: Format,
    tmp_path_factory: pytest.TempPathFactory,
    noises: list[tuple[float, bytes]],
    cut: float | None,
    encoding: str,
    packing: str,
    packed_cut: float | None,
) -> None:
    sample = SAMPLES[form.name]
    data = sample.file(sample.of(1), sample.of(2, title="一项虚构的试验"), sample.of(3)).encode(encoding)
    for place, noise in noises:
        at = round(place * len(data))
        data = data[:at] + noise + data[at:]
    if cut is not None:
        data = data[: round(cut * len(data))]
    if packing == "gzip":
        data = gzip.compress(data, 1, mtime=0)
    elif packing == "zip":
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a", data)
        data = packed.getvalue()
    if packed_cut is not None:
        data = data[: round(packed_cut * len(data))]
    folder = tmp_path_factory.getbasetemp() / "damaged"
    folder.mkdir(exist_ok=True)
    (folder / "a").write_bytes(data)
    found = list(read(folder))
    assert found
    assert len(found) < 100
    for each in found:
        if isinstance(each, Skipped):
            assert each.reason.endswith(".")
        elif isinstance(each, Read):
            record = each.record
            texts = [record.title_en, record.title_zh, record.abstract_en, record.abstract_zh]
            assert any(texts)
            assert not any("\0" in text for text in texts if text)


def test_a_list_of_words_is_no_export() -> None:
    path = SHARED / "data" / "exports" / "sk8erjs69_prostate-data.txt"
    if not path.is_file():
        pytest.skip(f"no real exports in {path.parent}")
    assert "names no columns that are known to hold articles' titles or abstracts" in reason(path)
