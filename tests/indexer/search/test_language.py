"""The query language as a whole: what is typed in other systems' habits is read as meant, and shown as it was read.

`golden.tsv` has, in columns: what is typed; the executed query in the notation of `notation`; its reading; what was
noted, as `text@start reason`.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.engines import open_engine
from indexer.record import Heading, Record
from indexer.search.compile import MAX_NEAR_WORDS, MAX_PATTERNS, Compiled, Reading, compile_query
from indexer.search.engine import Engine
from indexer.search.filters import Filters
from indexer.search.history import MAX_WRITTEN
from indexer.search.hits import Ignored, Match, Reason, SearchRequest
from indexer.search.parse import MAX_CHARACTERS
from indexer.search.query import Nothing, Pattern, leaves
from indexer.search.searcher import search
from tests.engines import reference
from tests.engines.conftest import write
from tests.engines.reference import Collection
from tests.indexer.search.notation import shown

HISTORY = {1: "myeloma", 2: "stroke OR 肺癌", 3: "#1 AND (#2"}


class Row(NamedTuple):
    typed: str
    executed: str
    parsed: str
    noted: str


def rows() -> list[Row]:
    lines = (Path(__file__).parent / "golden.tsv").read_text(encoding="utf-8").splitlines()
    cells = [line.split("\t") for line in lines if line and not line.startswith("# ")]
    return [Row(*(row + [""] * 4)[:4]) for row in cells]


GOLDEN = rows()


def compiled(text: str, history: dict[int, str] | None = None) -> Compiled:
    return compile_query(text, Reading(history=history or {}))


def notes(found: Compiled) -> str:
    return ", ".join(f"{part.text}@{part.start} {part.reason.value}" for part in found.ignored)


def test_the_table_has_more_than_two_hundred_queries_each_once() -> None:
    typed = [row.typed for row in GOLDEN]
    assert len(typed) == len(set(typed)) > 200


@pytest.mark.parametrize("row", GOLDEN, ids=lambda row: row.typed)
def test_is_read_as_intended(row: Row) -> None:
    found = compiled(row.typed, HISTORY)
    assert (shown(found.query), found.parsed, notes(found)) == (row.executed, row.parsed, row.noted)


@pytest.mark.parametrize("row", [row for row in GOLDEN if row.parsed], ids=lambda row: row.typed)
def test_a_reading_is_read_as_itself(row: Row) -> None:
    found = compiled(row.typed, HISTORY)
    again = compiled(found.parsed)
    assert again.query == found.query
    assert again.parsed == found.parsed


WORD = st.sampled_from(["heart", "IL-6", "Crohn's", "T细胞", "2型糖尿病", "骨髓瘤", "the", "A", "60例", "β受体"])
TERM = st.one_of(
    WORD,
    st.lists(WORD, min_size=1, max_size=3).map(lambda words: f'"{" ".join(words)}"'),
    st.lists(WORD, min_size=2, max_size=3).map(lambda words: f'"{" ".join(words)}"~4'),
    st.sampled_from(["cardio*", "post-operat*", '"heart attack*"', "ca*", "骨髓*", "wom?n"]),
    st.sampled_from(["10.1000/abc", "PMID: 123456", "1234567", "PMC1234567", "year:2020-2022", "quartile:Q1|Q2"]),
    st.sampled_from(
        ["date:2020-03..", "if:>5", "la:zh", "quartile:Q9", "zone:unknown", "2020:2021[dp]", "hasabstract"]
    ),
)
FIELDED = st.one_of(
    TERM,
    st.builds("{}:{}".format, st.sampled_from(["title", "摘要", "author", "tiab", "all"]), WORD),
    st.builds("{}[{}]".format, TERM, st.sampled_from(["ti", "mh", "majr", "au", "gr", "tiab:~3"])),
    st.builds("{} {}[ti]".format, WORD, WORD),
)
QUERY = st.recursive(
    FIELDED,
    lambda inner: st.one_of(
        st.builds("{} {}".format, inner, inner),
        st.builds("{} AND {}".format, inner, inner),
        st.builds("{} OR {}".format, inner, inner),
        st.builds("{} 或 {}".format, inner, inner),
        st.builds("{} NOT {}".format, inner, inner),
        st.builds("({})".format, inner),
        st.builds("title:({})".format, inner),
        st.builds("({})[tiab]".format, inner),
    ),
    max_leaves=8,
)


@settings(max_examples=500, deadline=None)
@given(QUERY)
def test_any_reading_is_read_as_itself(text: str) -> None:
    found = compiled(text)
    if found.parsed:
        again = compiled(found.parsed)
        assert shown(again.query) == shown(found.query)
        assert again.query == found.query


PIECES = (
    *("a", "heart ", "AND ", "OR ", "NOT ", "或 ", " 与 ", "非", "(", ")", '"', "“", "”", "「", "」", "‘", "’", "«"),
    *(
        "[ti]",
        "[dp]",
        "[tiab:~5]",
        "[foo]",
        "[sb]",
        "[",
        "]",
        "{",
        "}",
        " TO ",
        "title:",
        "年：",
        "year:",
        "TI=",
        "x:y ",
    ),
    *("2020", " : ", ":", "..", "-", ">", "<", "*", "?", "wild*card ", "cardio*", "~5", "~", "^2", "#1 ", "#2", "#"),
    *(
        "10.1000/x ",
        "PMID 5",
        "https://",
        "骨髓瘤",
        "\\",
        "|",
        "&&",
        "!",
        "\x00",
        "\ud800",
        "ﬁ",
        "İ",
        "é",
        "１",
        "［",
        "，",
    ),
    *("hasabstract", "free full text", "review[pt]", "1区", "🧬", "\u0301", "\u200b", "%", "'", "/"),
)


def fuzzed(count: int) -> list[str]:
    """Strings of pieces of syntax, and of any characters."""
    rng = random.Random(6)
    texts = ["".join(rng.choices(PIECES, k=rng.choice([2, 4, 8, 16, 32]))) for _ in range(count * 9 // 10)]
    return texts + ["".join(chr(rng.randrange(0x110000)) for _ in range(20)) for _ in range(count - len(texts))]


def test_ten_thousand_strings_are_read_and_what_is_noted_stands_in_them() -> None:
    for text in fuzzed(10_000):
        for part in compiled(text, {1: "heart OR (", 2: "#1 #1"}).ignored:
            assert text[part.start : part.end] == part.text


@pytest.mark.parametrize(
    "piece",
    ["a ", "x:y ", "(a ", "a)(", "(NOT (", "a[ti]", '"a"[dp]:', "10.1234/(", "#1 OR ", "[a", "{1 TO ", "a* b* ", "‘a "],
)
def test_work_is_linear_in_the_length(piece: str) -> None:
    def calls(length: int) -> int:
        """Functions called to read so many characters."""
        count = 0

        def counted(_frame: object, event: str, _argument: object) -> None:
            nonlocal count
            count += event in {"call", "c_call"}

        text = (piece * length)[:length]
        sys.setprofile(counted)
        try:
            compiled(text, {1: "heart"})
        finally:
            sys.setprofile(None)
        return count

    calls(100)
    assert calls(MAX_CHARACTERS) < 6 * calls(MAX_CHARACTERS // 4)


def test_an_earlier_search_is_a_group_whatever_was_typed() -> None:
    found = compiled("#1 AND #2", {1: "heart) OR (stroke", 2: 'renal "failure'})
    assert shown(found.query) == "((heart|stroke)&(renal&failur))"
    assert found.ignored == ()


def test_an_earlier_search_refers_to_earlier_ones_only() -> None:
    found = compiled("#2 OR kidney", {1: "#2 OR heart", 2: "#1 AND #2 AND #3 AND lung", 3: "#2"})
    assert shown(found.query) == "((heart&lung)|kidney)"
    assert found.parsed == "(heart AND lung) OR kidney"


def test_an_earlier_search_that_is_not_known_is_noted_where_it_stands() -> None:
    found = compiled("heart AND #7 AND #1", {1: "the lung"})
    assert [(part.text, part.start, part.reason) for part in found.ignored] == [
        ("#7", 10, Reason.UNKNOWN_SEARCH),
        ("AND", 13, Reason.DANGLING_OPERATOR),
    ]
    # What was left out of the earlier search was told when it was new; what follows it is told where it stands here.
    assert notes(compiled("#1 AND of AND heart", {1: "the lung"})) == "of@7 stopword"


@pytest.mark.parametrize("history", [{}, {1: "heart"}])
@pytest.mark.parametrize("text", ["#1 OR lung", "kidney"])
def test_what_is_typed_is_cut_with_a_history_too(text: str, history: dict[int, str]) -> None:
    found = compiled(text.ljust(MAX_CHARACTERS) + "beyond", history)
    assert notes(found).endswith(f"beyond@{MAX_CHARACTERS} too_long")
    assert "beyond" not in found.parsed


def test_earlier_searches_that_double_are_bounded() -> None:
    history = {number: f"#{number - 1} OR #{number - 1}" for number in range(2, 60)} | {1: "heart"}
    found = compiled("#20 AND #59", history)
    assert len(found.parsed) <= MAX_WRITTEN


def test_match_any_concerns_plain_words_only() -> None:
    found = compile_query('sepsis shock fever "heart failure" cardio* year:2020', Reading(Match.ANY))
    assert shown(found.query) == '("heart failure"&{cardio*}&year=2020&(sepsi|shock|fever))'


def test_words_near_each_other_are_bounded_and_each_once() -> None:
    assert shown(compiled('"heart of heart Heart"~3').query) == "near3('heart','of')"
    found = compiled('"a1 b2 c3 d4 e5 f6 g7 h8"~9999')
    assert shown(found.query).startswith("near1000('a1','b2','c3','d4','e5','f6')")
    assert notes(found) == "g7@19 too_long, h8@22 too_long"
    assert compiled(found.parsed).query == found.query


def test_phrases_of_words_near_each_other_are_bounded() -> None:
    typed = " OR ".join(f'"a{number} b{number}"~{number}' for number in range(60))
    found = compiled(typed)
    near = MAX_NEAR_WORDS // 2
    assert shown(found.query).count("near") == near
    assert shown(found.query).endswith("('a59'&'b59'))")
    assert found.ignored[0] == Ignored(f"a{near} b{near}", typed.index(f"a{near} "), Reason.PROXIMITY)
    assert compiled(found.parsed).query == found.query
    # The same one again costs nothing.
    assert not compiled(" OR ".join(['"a b"~3'] * 60)).ignored


def test_patterns_are_bounded() -> None:
    found = compiled(" ".join(f"word{number}*" for number in range(100)))
    assert sum(isinstance(leaf, Pattern) for leaf in leaves(found.query)) == MAX_PATTERNS
    assert {part.reason for part in found.ignored} == {Reason.WILDCARD}


def record(number: int, **given: object) -> Record:
    return Record(id=f"pmid:{number}", pmid=str(number), **given)  # type: ignore[arg-type]


COLLECTION = Collection(
    [
        record(
            1, title_en="Cardiology of failing hearts", publication_date="2020-03-15", year=2020, languages=("eng",)
        ),
        record(2, title_en="Heart attack and cardiac arrest", publication_date="2021", year=2021, impact_factor=5.0),
        record(3, title_en="An attack of the sick heart", publication_date="2020-06", year=2020, impact_factor=5.1),
        record(4, title_zh="多发性骨髓瘤患者的维持治疗", year=2019, citation_count=10, languages=("chi",)),
        record(5, title_zh="骨髓移植", abstract_zh="瘤细胞的治疗。", citation_count=11, authors=("Zhao J", "Li M")),
        record(6, title_en="Sepsis", headings=(Heading("Stroke", major=True),), open_access=True),
    ]
)


FINDS = [
    ("cardi*", {1, 2}),
    ("cardio*", {1}),
    ("*ology[ti]", {1}),
    ("hea?t attack", {2, 3}),
    ("骨髓*", {4, 5}),
    ("attack* heart*", {2, 3}),
    ('"heart attack"~0', {2}),
    ('"attack heart"~0', {2}),
    ('"attack heart"[ti:~2]', {2}),
    ('"attack heart"~3', {2, 3}),
    ('"attack heart"[ab:~3]', set()),
    ('"骨髓瘤 治疗"~5', {4}),
    ('"骨髓瘤 治疗"~4', set()),
    ('"治疗 骨髓瘤"~5', {4}),
    ("2020[dp]", {1, 3}),
    ("2020/03[dp]", {1}),
    ("2020/04:2021[dp]", {2, 3}),
    ("date:>2020", {2}),
    ("2021/01/01:2021/01/01[dp]", {2}),
    ("if:>5", {3}),
    ("if:>=5", {2, 3}),
    ("NOT if:unknown", {2, 3}),
    ("citations:>10", {5}),
    ("citations:[10 TO *]", {4, 5}),
    ("year:unknown", {5, 6}),
    ("la:chinese", {4, 5}),
    ("english[la]", {1, 2, 3, 6}),
    ("zha*[au]", {5}),
    ("stroke[majr]", {6}),
    ("hasabstract", {5}),
    ("oa:yes OR 4[pmid]", {4, 6}),
    ("free full text[sb]", {6}),
    ("(heart NOT attack) OR 骨髓瘤[ti]", {1, 4}),
]


@pytest.mark.parametrize(("text", "found"), FINDS)
def test_finds_by_the_oracle(text: str, found: set[int]) -> None:
    documents = reference.found(compiled(text).query, Filters(), COLLECTION)
    assert {int(document.id.removeprefix("pmid:")) for document in documents} == found


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    location = str(tmp_path_factory.mktemp("language") / "index")
    write(location, COLLECTION)
    opened = open_engine(location)
    yield opened
    opened.close()


@pytest.mark.parametrize(("text", "found"), FINDS)
def test_finds_by_the_engine(engine: Engine, text: str, found: set[int]) -> None:
    result = search(engine, SearchRequest(text, expand=False))
    assert {int(hit.record.id.removeprefix("pmid:")) for hit in result.hits} == found


def test_earlier_searches_are_part_of_a_request(engine: Engine) -> None:
    request = SearchRequest("#1 NOT #2", history={1: "heart OR 骨髓*", 2: "#1 AND attack"})
    assert {hit.record.id for hit in search(engine, request).hits} == {"pmid:1", "pmid:4", "pmid:5"}


def test_patterns_and_nearness_are_marked(engine: Engine) -> None:
    (hit,) = search(engine, SearchRequest('cardiac* "attack heart"~0', expand=False)).hits
    assert [part.text for part in hit.title_en if part.matched] == ["Heart", "attack", "cardiac"]


def test_a_query_of_which_nothing_is_left_finds_nothing() -> None:
    for text in ("[ti]", "#1", "title:", '""[ti]', "()[ab]", ":", "或", "~5"):
        assert compiled(text).query == (Nothing() if text != "~5" else compiled("5").query)
