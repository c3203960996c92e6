import pytest

from indexer.sources import estudy, refworks
from tests.indexer.sources import tagged_helpers as helpers

OF_CNKI = """RT Journal Article
SR 1
A1 张三;李四
AD 虚构大学;
T1 虚构系统的设计
JF 虚构杂志
YR 2022
IS 06
vo 23
OP 106-112
K1 虚构;系统;设计
AB 本文研究虚构系统
,并加以讨论。
SN 0312-5963
LA 中文;
DS CNKI
LK https://example.org/doc

RT Dissertation/Thesis
SR 1
A1王五
T1 一篇虚构的论文
CL 硕士
YR 2015
"""

OF_E_STUDY = """DataType: 1
Title-题名: 一篇虚构的综述
Author-作者: 张三;
Source-刊名: 虚构杂志
Year-年: 2013
PubTime-出版时间: 2013-04-01
Keyword-关键词: 虚构;综述
Summary-摘要: 目的: 指导写作。
方法: 没有。
Period-期: 07
PageCount-页数: 1
Page-页码: 161
Organ-机构: 虚构编辑部;
Link-链接: https://example.org/doc

DataType: 2
Title-题名: 另一篇
Author-作者: 李四;
"""


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_cnki(encoding):
    first, second = helpers.records(refworks.FORMAT, OF_CNKI, encoding)
    assert (first.title_zh, first.authors, first.journal) == ("虚构系统的设计", ("张三", "李四"), "虚构杂志")
    assert (first.year, first.volume, first.issue, first.pages) == (2022, "23", "06", "106-112")
    assert (first.keywords, first.languages) == (("虚构", "系统", "设计"), ("chi",))
    assert first.abstract_zh is not None
    assert first.abstract_zh.endswith("加以讨论。")
    assert (second.authors, second.publication_types) == (("王五",), ("Academic Dissertation",))


def test_refworks_itself():
    content = "RT Journal Article\nID 5\nA1 Doe,Ann\nA1 Roe,B.\nT1 One\nYR 2018\nFD Mar 1\nVO 2\nSP 1\nOP 9\nER\n"
    got = helpers.only(refworks.FORMAT, content)
    assert (got.authors, got.publication_date, got.pages) == (("Doe,Ann", "Roe,B."), "2018-03-01", "1-9")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_e_study(encoding):
    first, second = helpers.records(estudy.FORMAT, OF_E_STUDY, encoding)
    assert (first.title_zh, first.authors, first.journal) == ("一篇虚构的综述", ("张三",), "虚构杂志")
    assert (first.publication_date, first.issue, first.pages) == ("2013-04-01", "07", "161")
    assert first.abstract_zh == "目的: 指导写作。\n方法: 没有。"
    assert (first.publication_types, second.publication_types) == (("Journal Article",), ("Academic Dissertation",))
