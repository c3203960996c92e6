"""Words become terms: relaxation, stop words, identifiers, fields."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.search.compile import MAX_WORDS, Reading, compile_query, most_of
from indexer.search.hits import Match, Reason
from indexer.search.query import (
    And,
    AnyReading,
    AtLeast,
    Boosted,
    Everything,
    Not,
    Nothing,
    Or,
    Pattern,
    Phrase,
    Query,
    Term,
    Value,
    leaves,
)


def bare(query: Query | None) -> Query | None:
    """A query without what is added to the scores of the documents that it finds."""
    return query.clause if isinstance(query, Boosted) else query


def test_words_must_all_occur_and_may_be_relaxed_from_three_on() -> None:
    assert isinstance(bare(compile_query("heart failure", Reading(Match.AUTO)).query), And)
    assert compile_query("heart failure", Reading(Match.AUTO)).relaxed is None
    three = compile_query("heart failure trial", Reading(Match.AUTO))
    assert isinstance(bare(three.query), And)
    relaxed = bare(three.relaxed)
    assert isinstance(relaxed, AtLeast)
    assert (relaxed.minimum, len(relaxed.clauses)) == (2, 3)
    assert compile_query("heart failure trial", Reading(Match.ALL)).relaxed is None


@pytest.mark.parametrize(("words", "most"), [(3, 2), (4, 3), (5, 3), (6, 4), (10, 6)])
def test_most_is_more_than_half(words: int, most: int) -> None:
    assert most_of(words) == most


def test_any_ranks_by_any_word() -> None:
    compiled = compile_query("heart failure trial", Reading(Match.ANY))
    assert isinstance(bare(compiled.query), Or)
    assert compiled.parsed == "heart OR failure OR trial"


@pytest.mark.parametrize("match", Match)
@pytest.mark.parametrize(
    "text", ["heart AND failure AND trial", "heart failure trial NOT rats", "(heart failure trial) OR stroke"]
)
def test_explicit_operators_are_never_relaxed(text: str, match: Match) -> None:
    compiled = compile_query(text, Reading(match))
    assert compiled.relaxed is None
    assert compiled.query == compile_query(text, Reading(Match.ALL)).query


def test_phrases_and_fields_stay_required_when_words_are_relaxed() -> None:
    compiled = compile_query('"heart failure" title:stroke aspirin trial elderly', Reading(Match.AUTO))
    assert isinstance(compiled.relaxed, And)
    phrase, titled, words = map(bare, compiled.relaxed.clauses)
    assert isinstance(phrase, Phrase)
    assert isinstance(titled, Term)
    assert titled.fields == ("title_en", "title_zh")
    assert isinstance(words, AtLeast)
    assert len(words.clauses) == 3


def test_a_chinese_sentence_is_as_many_words_as_it_holds() -> None:
    compiled = compile_query("多发性骨髓瘤的治疗选择", Reading(Match.AUTO))
    assert compiled.relaxed is not None
    assert [part.text for part in compiled.ignored] == ["的"]


def test_stop_words_among_others_are_left_out_and_named() -> None:
    compiled = compile_query("the treatment of myeloma", Reading(Match.AUTO))
    assert compiled.parsed == "treatment AND myeloma"
    assert [(part.text, part.start, part.reason) for part in compiled.ignored] == [
        ("the", 0, Reason.STOPWORD),
        ("of", 14, Reason.STOPWORD),
    ]
    assert isinstance(bare(compile_query("the", Reading(Match.AUTO)).query), Term)


@pytest.mark.parametrize("text", ["aspirin AND the stroke", "(aspirin the stroke) OR zzz", "title:(aspirin of stroke)"])
def test_stop_words_are_left_out_beside_operators_too(text: str) -> None:
    compiled = compile_query(text, Reading(Match.AUTO))
    assert [part.reason for part in compiled.ignored] == [Reason.STOPWORD]
    assert {leaf.text for leaf in leaves(compiled.query) if isinstance(leaf, Term)} >= {"aspirin", "stroke"}
    assert not {"the", "of"} & {leaf.text for leaf in leaves(compiled.query) if isinstance(leaf, Term)}


@pytest.mark.parametrize("text", ["year:soon", "quartile:Q7", "zone:9", "pmid:abc"])
def test_what_is_no_value_is_named_and_searched_as_words(text: str) -> None:
    compiled = compile_query(text, Reading(Match.AUTO))
    assert [part.reason for part in compiled.ignored] == [Reason.NO_SUCH_VALUE]
    assert isinstance(compiled.query, (Term, AnyReading))


def test_a_capital_letter_that_is_a_stop_word_elsewhere_is_a_word() -> None:
    assert compile_query("vitamin A deficiency", Reading(Match.AUTO)).parsed == "vitamin AND A AND deficiency"


def test_repeated_words_count_once() -> None:
    assert compile_query("heart heart hearts", Reading(Match.AUTO)).relaxed is None


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("10.1007/S10238-025-01821-W", Value("doi", "10.1007/s10238-025-01821-w")),
        ("https://doi.org/10.1007/s1", Value("doi", "10.1007/s1")),
        ("PMC12374916", Value("pmcid", "pmc12374916")),
        ("doi:10.1007/S1", Value("doi", "10.1007/s1")),
        ("10.1016/S0140-6736(20)30183-5", Value("doi", "10.1016/s0140-6736(20)30183-5")),
        ("doi 10.1007/s1", Value("doi", "10.1007/s1")),
        ("PMID: 31986264", Value("pmid", "31986264")),
        ("pmid：３１９８６２６４", Value("pmid", "31986264")),
        ("PMCID PMC12374916", Value("pmcid", "pmc12374916")),
        ("quartile:1", Value("quartile", "q1")),
        ("quartile:Q1|Q2", Or((Value("quartile", "q1"), Value("quartile", "q2")))),
        ("分区:１区", Value("zone", "1")),
        ("oa:是", Value("open_access", "yes")),
        ("year:>=2100", Value("year", "2100")),
        ("year:<1601", Value("year", "1600")),
        ("year:2099-", Or((Value("year", "2099"), Value("year", "2100")))),
        ("pmid:123", Value("pmid", "123")),
        ("quartile:q1", Value("quartile", "q1")),
        ("year:2020", Value("year", "2020")),
        ("year:2021-2020", Or((Value("year", "2020"), Value("year", "2021")))),
        ("type:review NOT year:2020", And((Value("type", "review"), Not(Value("year", "2020"))))),
        ('type:("meta-analysis" OR review)', Or((Value("type", "meta-analysis"), Value("type", "review")))),
    ],
)
def test_identifiers_and_values(text: str, query: object) -> None:
    assert compile_query(text, Reading(Match.AUTO)).query == query


def test_quotes_mean_the_exact_words() -> None:
    plural, singular = (compile_query(text, Reading()).query for text in ('"heart failures"', '"heart failure"'))
    assert plural != singular
    single = compile_query('"failures"', Reading(Match.AUTO)).query
    assert isinstance(single, Term)
    assert single.text == "failures"


def test_nothing_left_finds_nothing_and_nothing_typed_finds_everything() -> None:
    assert compile_query("", Reading(Match.AUTO)).query == Everything()
    assert compile_query("  ", Reading(Match.AUTO)).query == Everything()
    for text in ("?!", "AND", '"?"', "()", "\x00"):
        assert compile_query(text, Reading(Match.AUTO)).query == Nothing()


@pytest.mark.parametrize("text", ["ca* disease", "b*c*d*f*g disease", "骨*瘤"])
def test_an_unsupported_wildcard_is_named(text: str) -> None:
    assert [part.reason for part in compile_query(text, Reading(Match.AUTO)).ignored] == [Reason.WILDCARD]


def test_patterns_stay_required_when_words_are_relaxed() -> None:
    relaxed = compile_query("cardio* aspirin trial elderly", Reading(Match.AUTO)).relaxed
    assert isinstance(relaxed, And)
    assert isinstance(relaxed.clauses[0], Pattern)
    assert isinstance(bare(relaxed.clauses[1]), AtLeast)


def test_the_number_of_words_is_bounded() -> None:
    compiled = compile_query(" ".join(f"w{n}" for n in range(600)), Reading(Match.ALL))
    assert len({leaf for leaf in leaves(compiled.query) if isinstance(leaf, Term)}) <= MAX_WORDS * 2
    assert any(part.reason is Reason.TOO_LONG for part in compiled.ignored)


@given(st.text(), st.sampled_from(Match))
def test_any_text_compiles_and_what_is_ignored_stands_in_it(text: str, match: Match) -> None:
    compiled = compile_query(text, Reading(match))
    for part in compiled.ignored:
        assert 0 <= part.start <= len(text)


@given(
    st.lists(
        st.sampled_from(
            ["heart", "2型糖尿病", "AND", "OR", "NOT", "(", ")", '"', "title:", "year:2020", "of", "的", "IL-6", "*"]
        )
    )
)
def test_any_sequence_compiles(pieces: list[str]) -> None:
    compile_query(" ".join(pieces), Reading(Match.AUTO))


def test_words_as_typed_and_side_by_side_rank_higher_and_find_no_more() -> None:
    query = compile_query("failing hearts trial", Reading(Match.ALL)).query
    assert isinstance(query, Boosted)
    boosts = [boost.clause for boost in query.boosts]
    assert {leaf.text for leaf in boosts if isinstance(leaf, Term)} == {"failing", "hearts", "trial"}
    assert [[term.text for term in leaf.terms] for leaf in boosts if isinstance(leaf, Phrase)] == [
        ["fail", "heart"],
        ["heart", "trial"],
    ]


def test_compounds_are_sought_by_their_parts_where_not_all_words_are_required() -> None:
    def weighted(text: str, match: Match) -> set[str]:
        clauses = leaves(compile_query(text, Reading(match)).query)
        return {leaf.text for leaf in clauses if isinstance(leaf, Term)}

    assert {"fast", "twitch"} <= weighted("fast-twitch fibers", Match.ANY)
    assert not {"fast", "twitch"} & weighted("fast-twitch fibers", Match.ALL)
    assert not {"il", "6", "pd", "l1"} & weighted("IL-6 PD-L1", Match.ANY)


@pytest.mark.parametrize(
    ("compound", "parts"),
    [
        ("scm3-139", {"scm3"}),
        ("glucose-6-phosphate", {"glucose6", "phosphat"}),
        ("TDP-43-induced", {"tdp43", "induc"}),
        ("MUC1-C", {"muc1"}),
        ("IL-6", set()),
        ("PD-L1", set()),
        ("E2F-1", set()),
        ("2009-2014", set()),
    ],
)
def test_a_number_is_no_part_and_belongs_to_a_name_that_has_none(compound: str, parts: set[str]) -> None:
    def terms(text: str) -> set[str]:
        return {leaf.text for leaf in leaves(compile_query(text, Reading(Match.ANY)).query) if isinstance(leaf, Term)}

    own = {leaf.text for leaf in leaves(compile_query(compound, Reading()).query) if isinstance(leaf, Term)}
    assert parts <= terms(f"{compound} trial")
    assert terms(f"{compound} trial") - own - terms("trial") == parts - own
