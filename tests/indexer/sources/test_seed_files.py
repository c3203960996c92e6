import codecs
import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.sources import Position, Read, Skipped, read, text
from tests.indexer.sources.helpers import notes, outline, reason, records

PLAIN = "\nEnglish title\nEnglish abstract\n期刊介绍:\nA journal.\n"


def line(title, **keys):
    return json.dumps({"title": title, **keys}, ensure_ascii=False)


@pytest.fixture
def file(tmp_path):
    def write(content, name="a.txt"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


# Seed text


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("gap", ["", "\n\n"])
def test_an_object_then_plain_lines(file, indent, gap):
    content = (
        gap
        + json.dumps({"title": "标题", "authors": [{"name": "A B"}]}, indent=indent, ensure_ascii=False)
        + gap
        + PLAIN
    )
    (got,) = records(file(content))
    assert (got.title_zh, got.title_en, got.abstract_en) == ("标题", "English title", "English abstract")
    assert (got.journal_description, got.authors) == ("A journal.", ("A B",))


def test_an_object_without_plain_lines(file):
    for content in (line("One"), line("One") + "\n", "\n\n" + line("One") + "\r\n\r\n"):
        assert [got.title_en for got in records(file(content))] == ["One"]


def test_an_object_whose_list_of_objects_begins_a_line(file):
    content = '{"title": "One", "authors": [\n{"name": "A B"},\n{"name": "C D"}]}' + PLAIN
    assert [got.authors for got in records(file(content))] == [("A B", "C D")]


def test_the_position_of_a_whole_file_has_no_line(file):
    path = file(line("One") + PLAIN)
    assert [each.position for each in read(path)] == [Position(str(path))]


def test_several_objects_that_span_lines_are_refused_with_what_to_do(file):
    content = json.dumps({"title": "One"}, indent=1) + "\n" + json.dumps({"title": "Two"}, indent=1)
    assert reason(file(content)) == "It holds several objects, and not one a line; write one object a line."


# JSON lines


def test_an_object_a_line(file):
    path = file("\n".join([line("One"), "", line("Two"), line("Three"), ""]))
    assert outline(path) == [(f"{path}:1", "One"), (f"{path}:3", "Two"), (f"{path}:4", "Three")]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ('{"title": "cut', "breaks off at character 11"),
        ('{"title": "cut",', "breaks off"),
        ('{"title" "x"}', "is broken at character 10"),
        ("no object", "does not begin with a JSON object"),
        ("[1]", "a JSON array"),
        ("{}", "neither a title nor an abstract"),
        (line("A") + line("B"), "followed by more text"),
        ('{"a":' + "[" * 100_000, "nested too deeply"),
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_bad_line_is_skipped_and_the_rest_read(file, bad, why, place):
    lines = [line("One"), line("Two")]
    lines.insert(place, bad)
    outcomes = list(read(file("\n".join(lines), "a.jsonl")))
    assert [each.record.title_en for each in outcomes if isinstance(each, Read)] == ["One", "Two"]
    (skipped,) = (each for each in outcomes if isinstance(each, Skipped))
    assert why in skipped.reason
    assert skipped.position.line == place + 1


def test_json_lines_have_no_plain_part(file):
    path = file(line("One") + "\n" + line("Two") + PLAIN)
    assert [type(each).__name__ for each in read(path)] == ["Read"] * 2 + ["Skipped"] * 4


def test_json_lines_are_read_lazily(file):
    outcomes = read(file(line("One") + "\n" + line("Two") + "\n" + "{" * 100))
    assert isinstance(next(outcomes), Read)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=10), max_size=5))
def test_every_line_that_is_not_blank_has_an_outcome(tmp_path_factory, lines):
    content = "\n".join([line("One"), line("Two"), *lines])
    path = tmp_path_factory.mktemp("lines") / "a.jsonl"
    path.write_bytes(content.encode())
    filled = [each for each in content.encode().split(b"\n") if each and not each.isspace()]
    assert len(list(read(path))) == len(filled)


# Encodings


@pytest.mark.parametrize("lines", [1, 2])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings(file, encoding, lines):
    content = "\n".join([line("多发性骨髓瘤的治疗", abstract="多发性骨髓瘤")] * lines)
    path = file(content.encode(encoding))
    assert [each.title_zh for each in records(path)] == ["多发性骨髓瘤的治疗"] * lines
    named = {"utf-16": ["UTF-16"], "gb18030": ["GB18030"]}.get(encoding, [])
    assert notes(path) == [f"It is in {name}, and was read as that." for name in named]


def test_utf16_of_the_other_byte_order_and_with_a_plain_part(file):
    content = codecs.BOM_UTF16_BE + (line("标题", abstract="摘要" * 50_000) + PLAIN).encode("utf-16-be")
    (got,) = records(file(content))
    assert (got.title_zh, got.title_en, len(got.abstract_zh)) == ("标题", "English title", 100_000)


def test_western_text_is_not_taken_for_chinese(file):
    assert "neither in UTF-8 nor in UTF-16 or GB18030" in reason(
        file(line("Müller et Lefèvre: étude").encode("latin-1"))
    )
    assert "neither in UTF-8" in reason(file(b'{"title": "a\xff\xffb"}'))


def test_one_line_of_a_wrong_encoding_is_skipped(file):
    path = file(line("One").encode() + b"\n" + line("Müller").encode("latin-1") + b"\n" + line("Two").encode())
    assert [each.position.line for each in read(path) if isinstance(each, Skipped)] == [2]


def test_text_cut_within_a_character_is_read_up_to_there(file):
    content = (line("One") + "\nTitle\nAbstract\n期刊介绍:\n医学").encode()[:-1]
    assert [got.journal_description for got in records(file(content))] == ["医"]
    assert "breaks off" in reason(file(line("医学").encode()[:15]))


def test_lone_surrogates_are_replaced(file):
    (got,) = records(file('{"title": "a \\ud800 b", "authors": "C\\udfff D"}'))
    assert got.title_en == "a \N{REPLACEMENT CHARACTER} b"
    assert got.authors == ("C\N{REPLACEMENT CHARACTER} D",)


# Bad input


def test_an_error_names_line_and_character(file):
    assert reason(file('{"title": "One",\n "abstract" "x"}')) == (
        "Its JSON is broken at line 2, character 13 (Expecting ':' delimiter)."
    )
    assert reason(file('\n{"title": "One",\n\n\n "abstract" "x"}')).startswith(
        "Its JSON is broken at line 5, character 13"
    )


def test_a_cut_file_is_told_to_be_cut(file):
    assert reason(file('{"title": "One",\n"abstract": "Tw')) == (
        "Its JSON breaks off at line 2, character 13 (Unterminated string starting at); it seems to be cut short, so "
        "fetch it again."
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b" \n\n ", "empty"),
        (codecs.BOM_UTF8, "empty"),
        (b"\x00\x01\x02\xff" * 1000, "no known format"),
        (b"%PDF-1.7\n%\xe2\xe3", "no known format"),
        (b"A few words\nand some more\n", "no known format"),
        (b"<PubmedArticleSet></PubmedArticleSet>", "without PubMed records"),
        (b'[{"title": "One"}]', "JSON array"),
        (b'[\n {"title": "One"},\n {"title": "Two"}\n]', "JSON array"),
        (b"{\\rtf1\\ansi", "broken"),
        (b"{" * 100_000, "broken"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{"a":\n' * 100_000, "nested too deeply"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8" * 99, "no known format"),
    ],
)
def test_what_is_no_record_is_skipped_with_a_reason(file, content, why):
    assert why in reason(file(content, "a.jsonl"))


def test_many_blank_lines_alone_are_no_format(file):
    assert "no known format" in reason(file(b"\n" * 200_000))


def test_objects_behind_plain_lines_are_not_lost_silently(file):
    assert "It holds several objects" in reason(file(line("One") + "\nbad\nbad\nbad\n" + line("Two")))


def test_absurd_numbers(file):
    numbers = f'"PeriodicalIF":{"1" * 401},"PMID":{"9" * 10_000}'
    content = f'{{"title":"One","citationCount":1e999,{numbers},"year":-1e999,"RegionNum":NaN}}'
    (got,) = records(file(content))
    assert (got.citation_count, got.impact_factor, got.pmid, got.year, got.cas_zone) == (None,) * 5


def test_of_a_key_that_stands_twice_the_last_value_counts(file):
    assert [got.title_en for got in records(file('{"title": "One", "title": "Two"}'))] == ["Two"]


def test_line_breaks_inside_strings_are_let_pass(file):
    assert [got.abstract_en for got in records(file('{"title": "One", "abstract": "a\nb\tc"}'))] == ["a\nb c"]


def test_blank_lines_behind_an_object_take_linear_time(file):
    (got,) = records(file(line("One") + "\nTitle" + "\n \t" * 200_000 + "\nAbstract"))
    assert got.abstract_en == "Abstract"


# Bounds


@pytest.fixture
def limit(monkeypatch):
    monkeypatch.setattr(text, "LIMIT_BYTES", 2**20)
    return 2**20


def test_a_line_beyond_the_limit_is_skipped_and_the_rest_read(file, limit):
    long = line("Long", abstract="x" * limit)
    for lines in ([long, line("One"), line("Two")], [line("One"), long, line("Two")], [line("One"), line("Two"), long]):
        outcomes = list(read(file("\n".join(lines), "a.jsonl")))
        assert [each.record.title_en for each in outcomes if isinstance(each, Read)] == ["One", "Two"]
        (skipped,) = (each for each in outcomes if isinstance(each, Skipped))
        assert skipped == Skipped(
            Position(str(skipped.position.path), None, lines.index(long) + 1), "It is longer than 1 MiB."
        )


@pytest.mark.parametrize(
    "content", ['{"title": "%s"}', '{"title":\n"%s"}', '{"title": "One"}\nTitle\n%s', '{"title":\n"One"}\n%s']
)
def test_a_file_beyond_the_limit_that_is_not_json_lines_is_skipped(file, limit, content):
    assert reason(file(content % ("x" * limit))) == "It is bigger than 1 MiB and not written as one object a line."


def test_a_file_of_many_small_lines_may_be_bigger_than_the_limit(file, limit):
    assert len(records(file((line("One", abstract="x" * 1000) + "\n") * 1200))) == 1200


def test_what_a_small_compressed_file_unpacks_to_is_bounded_too(file, limit):
    assert "bigger than 1 MiB" in reason(file(gzip.compress(b'{"title": "' + b"x" * 50 * limit, mtime=0), "a.txt.gz"))
