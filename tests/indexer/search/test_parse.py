"""The query language: what is typed is read as meant, and nothing fails."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.search import parse as syntax
from indexer.search.hits import Reason
from indexer.search.parse import (
    MAX_CHARACTERS,
    MAX_NOTES,
    Bounds,
    Conjunction,
    Disjunction,
    Fielded,
    Negation,
    Quoted,
    Wildcard,
    Words,
    parse,
)


def written(clause: syntax.Clause | None) -> str:
    """A clause with all its parentheses."""
    if clause is None:
        return ""
    if isinstance(clause, (Words, Wildcard)):
        return clause.text
    if isinstance(clause, Quoted):
        return f'"{clause.text}"' + ("" if clause.gap is None else f"~{clause.gap}")
    if isinstance(clause, Bounds):
        return f"{written(clause.low)}..{written(clause.high)}"
    if isinstance(clause, Fielded):
        return f"{clause.field.name}:{written(clause.clause)}"
    if isinstance(clause, Negation):
        return f"-{written(clause.clause)}"
    joint = " | " if isinstance(clause, Disjunction) else " & " if clause.explicit else " "
    return f"({joint.join(written(part) for part in clause.clauses)})"


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("", ""),
        ("myeloma", "myeloma"),
        ("heart failure", "(heart failure)"),
        ('"heart failure" elderly', '("heart failure" elderly)'),
        ("“heart failure”", '"heart failure"'),
        ("heart AND failure OR stroke", "((heart & failure) | stroke)"),
        ("(heart OR stroke) AND aspirin", "((heart | stroke) & aspirin)"),
        ("（肺癌 OR 肝癌） AND EGFR", "((肺癌 | 肝癌) & EGFR)"),
        ("diabetes NOT rats", "(diabetes -rats)"),
        ("NOT rats", "-rats"),
        ("title:myeloma", "title:myeloma"),
        ("标题：骨髓瘤", "title:骨髓瘤"),
        ('author:"Zhao J"', 'author:"Zhao J"'),
        ("title:(heart OR 心脏)", "title:(heart | 心脏)"),
        ("and or not", "(and or not)"),
        ("ORAL ANDROGEN NOTCH", "(ORAL ANDROGEN NOTCH)"),
        ("OR(a)AND(b)", "(a & b)"),
        ("Metformin: a review", "(Metformin: a review)"),
        ("10.1007/s10238-025-01821-w", "10.1007/s10238-025-01821-w"),
        ("(10.1016/S0140-6736(20)30183-5)", "10.1016/S0140-6736(20)30183-5"),
        ("doi: 10.1016/S0140-6736(20)30183-5", "doi: 10.1016/S0140-6736(20)30183-5"),
        ("PMID: 31986264 OR pmid 5", "(PMID: 31986264 | pmid 5)"),
        ("ｔｉｔｌｅ：（ａ　ＯＲ　ｂ）", "title:(a | b)"),
        ("標題：骨髓瘤", "title:骨髓瘤"),
        ("((((deep))))", "deep"),
        ("((a b) c) AND d", "(a & b & c & d)"),
        ("title: heart", "title:heart"),
        ("PT: a review", "(PT: a review)"),
        ("「心衰」 『肺癌』 «c d» ‘e f’", '("心衰" "肺癌" "c d" "e f")'),
        ("Crohn’s ‘x", "(Crohn’s ‘x)"),
        ('"的“知情同意”组"', '"的 知情同意 组"'),
        ('"系统”可以在"', '"系统 可以在"'),
        ('"优点”、“提供"', '"优点 、 提供"'),
        ('“肺"炎”', '"肺 炎"'),
        ('"心衰” “肺癌"', '("心衰" "肺癌")'),
        ('"头痛”AND"呕吐"', '("头痛" & "呕吐")'),
        ('"say “hello” there"', '("say " hello " there")'),
        ("a 或 b 与 c 非 d", "(a | (b & c & -d))"),
        ("与 或者 是非", "(或者 是非)"),
        ("heart failure[ti] asthma", "(title:(heart failure) asthma)"),
        ('asthma "heart failure" [Title/Abstract]', '(asthma tiab:"heart failure")'),
        ('"a b"~3 "a b"[ti:~3] a b[ti:~3]', '("a b"~3 title:"a b"~3 title:"a b"~3)'),
        ("(a OR b)[tiab] NOT c[MeSH Terms]", "(tiab:(a | b) -mesh:c)"),
        ('"2020"[dp] : "2024"[dp] a', '(date:"2020".."2024" a)'),
        ("a 2020[dp]:2024[dp]", "(a date:2020..2024)"),
        ("a 2020 Jan 5[dp]", '(a date:"2020 Jan 5")'),
        ("wild*card ?a b? c?d x*2 *", "(wild*card ?a b? c?d x*2)"),
        ("year:[2020 TO 2024] year:> 5 >5", "(year:[2020 TO 2024] year:> 5 >5)"),
    ],
)
def test_reads_the_language(text: str, reading: str) -> None:
    parsed = parse(text)
    assert written(parsed.clause) == reading


@pytest.mark.parametrize(
    ("text", "reading", "reasons"),
    [
        ("AND OR NOT", "", [Reason.DANGLING_OPERATOR] * 3),
        ("a AND", "a", [Reason.DANGLING_OPERATOR]),
        ("OR a", "a", [Reason.DANGLING_OPERATOR]),
        ("a OR OR b", "(a | b)", [Reason.DANGLING_OPERATOR]),
        ("a AND (OR b)", "(a & b)", [Reason.DANGLING_OPERATOR]),
        ("x OR (NOT)", "x", [Reason.DANGLING_OPERATOR] * 2),
        ("a NOT NOT b", "(a b)", []),
        ("NOT NOT NOT a", "-a", []),
        ("(a b", "(a b)", [Reason.UNBALANCED_PARENTHESIS]),
        ("a) b", "(a b)", [Reason.UNBALANCED_PARENTHESIS]),
        (")(", "", [Reason.UNBALANCED_PARENTHESIS] * 2),
        ('heart "failure', "(heart failure)", [Reason.UNBALANCED_QUOTE]),
        ('a "" b', "(a b)", [Reason.EMPTY]),
        ("foo:bar", "(foo bar)", [Reason.UNKNOWN_FIELD]),
        ("?!", "", [Reason.PUNCTUATION]),
        ("a () b", "(a b)", []),
        ("a 」b", "(a b)", [Reason.UNBALANCED_QUOTE]),
        ("与 a", "a", [Reason.DANGLING_OPERATOR]),
        ("a[foo] b", "(all:a b)", [Reason.ALL_FIELDS]),
        ("a[gr]", "all:a", [Reason.ALL_FIELDS]),
        ("a[majr]", "mesh:a", [Reason.NEAREST_FIELD]),
        ("[ti] a", "a", [Reason.DANGLING_OPERATOR]),
        ("a[ti][ab]", "title:a", [Reason.DANGLING_OPERATOR]),
        ("title: AND a", "title:a", [Reason.DANGLING_OPERATOR]),
        ("(a OR b)[ti:~3]", "title:(a | b)", [Reason.PROXIMITY]),
        ('aspirin~1 "b c"^2', '(aspirin "b c")', [Reason.UNSUPPORTED] * 2),
        ("#1 a", "a", [Reason.UNKNOWN_SEARCH]),
        ("（a 「b", "(a b)", [Reason.UNBALANCED_PARENTHESIS, Reason.UNBALANCED_QUOTE]),
    ],
)
def test_names_what_it_ignores(text: str, reading: str, reasons: list[Reason]) -> None:
    parsed = parse(text)
    assert written(parsed.clause) == reading
    assert [part.reason for part in parsed.ignored] == reasons
    for part in parsed.ignored:
        assert text[part.start : part.start + len(part.text)] == part.text


def test_cuts_a_text_that_is_too_long() -> None:
    parsed = parse("word " * MAX_CHARACTERS)
    assert parsed.ignored[0].reason is Reason.TOO_LONG
    assert isinstance(parsed.clause, Conjunction)
    assert len(parsed.clause.clauses) == MAX_CHARACTERS // 5


@pytest.mark.parametrize("piece", ["(", ")", '"', "NOT ", "AND ", "title:", "a:", "(a ", "*", "a)(", "(NOT ("])
def test_absurd_repetition_is_read(piece: str) -> None:
    parsed = parse(piece * 10_000)
    assert len(parsed.ignored) <= MAX_NOTES


@given(
    st.lists(
        st.sampled_from(
            ["a", "b ", "AND ", "OR ", "NOT ", "(", ")", '"', "title:", "年：", " ", "x:y ", "“", "\x00", "？"]
        )
    )
)
def test_any_sequence_of_syntax_is_read(pieces: list[str]) -> None:
    text = "".join(pieces)
    parsed = parse(text)
    if "a" in pieces or "b " in pieces:
        assert parsed.clause is not None


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    parse(text)
