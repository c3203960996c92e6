import pytest

from indexer.sources import noteexpress
from tests.indexer.sources import tagged_helpers as helpers

OF_CNKI = """{Reference Type}: Journal Article
{Title}: 虚构导航技术的应用
{Author}: 张三;李四;
{Author Address}: 虚构大学附属医院;
{Journal}: 虚构医学杂志
{Year}: 2021
{Issue}: 11
{Pages}: 2184-2188
{Keywords}: 脊柱疾病;计算机辅助;导航技术
{Abstract}: 随着技术的发展，
导航技术逐渐应用。
{ISBN/ISSN}: 0312-5963
{Notes}: 11-3553/R
{Database Provider}: CNKI

{Reference Type}: Thesis
{Title}: 一篇虚构的论文
{Type of Work}: 博士
{Author}: 王五
"""

OF_WANFANG = """{Reference Type}: Journal Article
{Title}: 虚构疾病患者的生活质量
{Translated Title}: Quality of life in an invented disease
{Author}: 张三
{Author}: 李四[1,2]
{Translated Author}: ZHANG San
{Journal}: 虚构实践
{Translated Journal}: Invented Practice
{ISBN/ISSN}: 0312-5963
{Year}: 2020
{Volume} : 5
{Issue}: 1
{Pages}: 49-51
{Keywords}: 虚构疾病
{Keywords}:  生活质量
{Abstract}: 目的 调查生活质量.
{URL}: https://example.org/details?id=1
{DOI}: 10.5555/j.cnki.2096.202001019
{Language}: chi
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("change", [("x", "x"), ("\n", "\r\n"), ("}: ", "}：")])
def test_cnki(encoding, change):
    first, second = helpers.records(noteexpress.FORMAT, OF_CNKI.replace(*change), encoding)
    assert (first.title_zh, first.authors) == ("虚构导航技术的应用", ("张三", "李四"))
    assert (first.journal, first.year, first.issue, first.pages) == ("虚构医学杂志", 2021, "11", "2184-2188")
    assert first.keywords == ("脊柱疾病", "计算机辅助", "导航技术")
    assert first.abstract_zh == "随着技术的发展，导航技术逐渐应用。"
    assert (first.issn, first.publication_types) == ("0312-5963", ("Journal Article",))
    assert second.publication_types == ("Academic Dissertation",)


def test_wanfang():
    got = helpers.only(noteexpress.FORMAT, OF_WANFANG)
    assert got.title_zh == "虚构疾病患者的生活质量"
    assert got.title_en == "Quality of life in an invented disease"
    assert got.authors == ("张三", "李四")
    assert (got.journal, got.volume, got.languages) == ("虚构实践", "5", ("chi",))
    assert got.keywords == ("虚构疾病", "生活质量")
    assert (got.doi, got.url) == ("10.5555/j.cnki.2096.202001019", "https://example.org/details?id=1")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_chinese_keys(encoding):
    content = "{文献类型}：期刊论文\n{标题}：一\n{作者}：张三；李四\n{期刊}：虚构杂志\n{年}：2020\n"
    content += "{文献类型}：期刊论文\n{题名}：二\n"
    first, second = helpers.records(noteexpress.FORMAT, content, encoding)
    assert (first.title_zh, first.authors, first.journal, first.year) == ("一", ("张三", "李四"), "虚构杂志", 2020)
    assert second.title_zh == "二"


def test_a_page_s_script_before_the_first_record():
    content = "(function(){ var x = {}; })();        ;{Reference Type}: Journal Article\n{Title}: One\n"
    assert helpers.outline(noteexpress.FORMAT, content) == [(1, "One")]


def test_records_without_their_type():
    content = "{Title}: One\n{Year}: 2001\n\n{Title}: Two\n{Year}: 2002\n"
    assert helpers.outline(noteexpress.FORMAT, content) == [(1, "One"), (4, "Two")]


def test_json_is_not_taken_for_it():
    for content in ('{"title": "a"}\n{"title": "b"}', '{\n"title": 1}', "{a}\n{b}"):
        assert not noteexpress.FORMAT.sniff(content.encode())
