import pytest

from indexer.sources import endnote
from tests.indexer.sources import tagged_helpers as helpers

OF_CNKI = """%0 Journal Article
%A 张三
%A 李四
%+ 虚构大学附属医院;
%T 虚构药物治疗2型糖尿病的随机试验
%J 虚构医学杂志
%D 2024
%V 47
%N 16
%K 虚构药物;糖尿病;随机试验
%X 目的：观察虚构药物。结果：P<0.05。
%P 118-120+123
%@ 0312-5963
%L 36-1287/S
%U https://example.org/doc
%R 10.5555/j.cnki.xxx.2024.16.040
%W CNKI

%0 Thesis
%A 王五 %A 赵六
%T 一篇虚构的论文
%9 硕士
%D 2020
%W CNKI
"""


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_cnki(encoding):
    first, second = helpers.records(endnote.FORMAT, OF_CNKI, encoding)
    assert first.title_zh == "虚构药物治疗2型糖尿病的随机试验"
    assert first.authors == ("张三", "李四")
    assert (first.journal, first.year, first.volume, first.issue) == ("虚构医学杂志", 2024, "47", "16")
    assert first.pages == "118-120+123"
    assert first.keywords == ("虚构药物", "糖尿病", "随机试验")
    assert first.abstract_zh == "目的：观察虚构药物。结果：P<0.05。"
    assert (first.issn, first.doi, first.url) == (
        "0312-5963",
        "10.5555/j.cnki.xxx.2024.16.040",
        "https://example.org/doc",
    )
    assert (second.authors, second.publication_types) == (("王五", "赵六"), ("Academic Dissertation",))


def test_endnote_itself():
    content = """%0 Journal Article
%T A trial
%Q 虚构试验
%A Doe, Ann
%A Roe, B.
%E Editor, Some
%J Annals of Invention
%O Ann Inv
%D 2018
%8 06/15
%K *One
Two/*aspect
%M 12345678
%2 PMC1234567
%~ MEDLINE
%G eng
%X First.

% of nothing.
%9 Review
"""
    got = helpers.only(endnote.FORMAT, content)
    assert (got.title_en, got.title_zh, got.authors) == ("A trial", "虚构试验", ("Doe, Ann", "Roe, B."))
    assert (got.journal, got.journal_abbreviation) == ("Annals of Invention", "Ann Inv")
    assert (got.publication_date, got.keywords) == ("2018-06-15", ("One", "Two/aspect"))
    assert (got.pmid, got.pmcid, got.languages) == ("12345678", "PMC1234567", ("eng",))
    assert got.abstract_en == "First.\n% of nothing."
    assert got.publication_types == ("Journal Article", "Review")


def test_a_blank_line_divides_records_where_none_begins_with_its_type():
    content = "%A Doe, A.\n%T One\n%D 2001\n\n%A Roe, B.\n%T Two\n%X First.\n\nSecond.\n"
    assert helpers.outline(endnote.FORMAT, content) == [(1, "One"), (5, "Two")]


def test_a_blank_line_inside_a_record_with_its_type_does_not():
    content = "%0 Journal Article\n%T One\n\n%X First.\n\n%0 Journal Article\n%T Two\n"
    assert helpers.outline(endnote.FORMAT, content) == [(1, "One"), (6, "Two")]


def test_others_are_not_taken_for_it():
    for content in ("%PDF-1.4\n%T x", "% a comment\n", "%T", "100 %\n%0 Journal"):
        assert not endnote.FORMAT.sniff(content.encode())
