import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.citations import Style, cite
from indexer.record import Record
from tests.indexer.citations.records import BARE, CHINESE, MANY, RETRACTED, TRIAL
from tests.indexer.export.records import built, exporting

EXPECTED = {
    (Style.VANCOUVER, "trial"): (
        "Example AB, De Angelis E. Early walking after hip fracture: a randomised trial. Ex J Rehabil. "
        "2024 May 3;12(3):1245–52. doi:10.5555/x.1 PubMed PMID: 123."
    ),
    (Style.APA, "trial"): (
        "Example, A. B., & De Angelis, E. (2024). Early walking after hip fracture: a randomised trial. <i>Example "
        "Journal of Rehabilitation</i>, <i>12</i>(3), 1245–1252. https://doi.org/10.5555/x.1"
    ),
    (Style.GB_T_7714, "trial"): (
        "EXAMPLE A B, DE ANGELIS E. Early walking after hip fracture: a randomised trial[J]. Example Journal of "
        "Rehabilitation, 2024, 12(3): 1245-1252. DOI:10.5555/x.1."
    ),
    (Style.VANCOUVER, "chinese"): (
        "李明, 欧阳修, 王芳, 张三. 髋部骨折术后早期下床. 虚构医学杂志. 2023 Nov;30(2):45–52."
    ),
    (Style.APA, "chinese"): (
        "李明, 欧阳修, 王芳, & 张三. (2023). 髋部骨折术后早期下床. <i>虚构医学杂志</i>, <i>30</i>(2), 45–52."
    ),
    (Style.GB_T_7714, "chinese"): "李明, 欧阳修, 王芳, 等. 髋部骨折术后早期下床[J]. 虚构医学杂志, 2023, 30(2): 45-52.",
    (Style.VANCOUVER, "many"): (
        "Authora A, Authorb B, Authorc C, Authord D, Authore E, Authorf F, et al. Many hands. Example Journal. 2020. "
        "PubMed PMID: 5."
    ),
    (Style.GB_T_7714, "many"): "AUTHORA A, AUTHORB B, AUTHORC C, et al. Many hands[J]. Example Journal, 2020.",
    (Style.VANCOUVER, "retracted"): (
        "Example A, ABC Study Group. RETRACTED: What was never so. Example Journal. 2010;1:e7. PubMed PMID: 6."
    ),
    (Style.APA, "retracted"): (
        "Example, A., & ABC Study Group. (2010). RETRACTED: What was never so. <i>Example Journal</i>, <i>1</i>, e7."
    ),
    (Style.GB_T_7714, "retracted"): (
        "EXAMPLE A, ABC STUDY GROUP. RETRACTED: What was never so[J]. Example Journal, 2010, 1: e7."
    ),
}
RECORDS = {"trial": TRIAL, "chinese": CHINESE, "many": MANY, "retracted": RETRACTED}


def tagged_out(html):
    return unescape(re.sub("</?i>", "", html))


@pytest.mark.parametrize(("style", "name"), EXPECTED)
def test_citations(style, name):
    expected = EXPECTED[style, name]
    citation = cite(RECORDS[name], style)
    assert citation.text == tagged_out(expected)
    assert citation.html == expected.replace("&", "&amp;")


def test_apa_names_nineteen_and_the_last_of_many_authors():
    text = cite(MANY, Style.APA).text
    assert "Authors, S., … Authorv, V. (2020)" in text.replace(". . .", "…")
    assert "Authort" not in text


@pytest.mark.parametrize("style", Style)
def test_a_title_alone_can_be_cited(style):
    assert "Nothing else is known" in cite(BARE, style).text


@pytest.mark.parametrize("style", Style)
def test_a_title_without_authors_is_written_once(style):
    text = cite(Record(id="pmid:1", title_en="A trial by nobody", year=2022, journal="J Nobody"), style).text
    assert text.count("A trial by nobody") == 1
    assert text.index("A trial by nobody") < text.index("2022")


@pytest.mark.parametrize("style", Style)
def test_an_abstract_alone_can_not(style):
    assert cite(Record(id="pmid:1", pmid="1", abstract_en="Aim: none."), style) is None


@pytest.mark.parametrize("style", Style)
def test_what_looks_like_markup_is_text(style):
    title = '<script>x</script> & <span class="nocase">y</span> <i>z</i>'
    citation = cite(Record(id="pmid:1", pmid="1", title_en=title), style)
    assert title in citation.text
    assert "<" not in citation.html.replace("<i>", "").replace("</i>", "").replace("&lt;", "")
    assert title in tagged_out(citation.html.replace("&lt;i&gt;", "\0").replace("&lt;/i&gt;", "\1")).replace(
        "\0", "<i>"
    ).replace("\1", "</i>")


@exporting
@given(record=built(), style=st.sampled_from(Style))
def test_every_record_has_a_citation(record, style):
    citation = cite(record, style)
    assert (citation is None) == (not record.title_en and not record.title_zh)
    if citation is None:
        return
    assert citation.text
    assert tagged_out(citation.html) == citation.text
    assert not re.search(r"<(?!/?i>)", citation.html)


@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize("title", ["Effects .", "Effects.", "Effects . ", "Is it?", "Of B. and C ."])
def test_a_full_stop_that_stands_apart_is_set_once(style, title):
    citation = cite(msgspec.structs.replace(BARE, title_en=title, title_zh=None), style)
    assert ".." not in citation.text
    assert " ." not in citation.text
    assert tagged_out(citation.html) == citation.text


def test_threads_do_not_mix_citations():
    found = [msgspec.structs.replace(TRIAL, title_en=f"Title {number}.") for number in range(40)]
    with ThreadPoolExecutor(4) as threads:
        citations = list(threads.map(lambda record: cite(record, Style.APA), found))
    for number, citation in enumerate(citations):
        assert f"Title {number}." in citation.text
        assert "<i>" in citation.html
        assert "<i>" not in citation.text
