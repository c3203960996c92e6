"""Pages about a search: its record, the advanced form, the feed, files and citations, the help."""

from __future__ import annotations

import csv
import io
import json
import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import rispy
from flask.testing import FlaskClient
from lxml import etree

from indexer.citations import Style
from indexer.record import Record
from indexer.search.filters import parse_filters
from search_web import citing
from search_web.messages import CATALOGUES
from tests.search_web import html
from tests.search_web.conftest import KNOWN, SCRIPT
from tests.search_web.test_pages import page, record_rows, total

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def ids(tree: html.Element) -> list[str]:
    return [box.attributes["value"] for box in tree.all("input", name="id")]


def audited(client: FlaskClient, query: str) -> dict[str, str]:
    return record_rows(page(client, f"/audit?{query}"))


def test_the_record_of_a_search(client: FlaskClient) -> None:
    rows = audited(
        client, "q=the+multiple+myeloma&filter=quartile:Q1|Q2,year:2010-&edition=JCR+2023&sort=newest&lang=en"
    )
    assert rows["Query as typed"] == "the multiple myeloma"
    assert "multiple" in rows["Read as"]
    assert rows["Filters"] == "JCR quartile: Q1 or Q2Year: from 2010"
    assert rows["Editions of journal metrics"] == "JCR 2023CAS 2025"
    assert "multiple myeloma → 多发性骨髓瘤" in rows["Other names searched"]
    assert "the" in rows["Not used as typed"]
    assert rows["Order"] == "newest"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", rows["Searched on"])
    assert re.match(r"g-\d{8}T\d{6}-[0-9a-f]{8} \(\d{4}", rows["State of the index"])
    found = page(client, "/?q=the+multiple+myeloma&filter=quartile:Q1|Q2,year:2010-&edition=JCR+2023&lang=en")
    assert rows["Found"].startswith(found.one("p", class_="summary").one("strong").text)


def test_the_record_of_a_search_in_chinese_has_chinese_marks(client: FlaskClient) -> None:
    query = "q=the+myeloma&filter=quartile:Q1|Q2,year:2010-&lang=zh"
    tree = page(client, f"/audit?{query}")
    assert record_rows(tree)["筛选条件"] == "JCR 分区：Q1或Q2年份：2010 年起"
    lines = tree.one("pre").text
    assert "输入的检索式：the myeloma" in lines
    assert "筛选条件：JCR 分区：Q1或Q2；年份：2010 年起" in lines
    assert page(client, f"/?{query}").one("main").attributes["data-filters"] == "Q1；Q2；2010 年起"


def test_the_record_of_everything(client: FlaskClient) -> None:
    rows = audited(client, "lang=en")
    assert rows["Query as typed"] == "(none: every document)"
    assert rows["Filters"] == rows["Other names searched"] == "none"
    assert rows["Order"] == "newest"
    assert (
        audited(client, "q=stroke&expand=false&lang=en")["Other names searched"] == "Only what was typed is searched."
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_link_of_a_record_repeats_the_search(client: FlaskClient, language: str) -> None:
    query = f"q=myeloma&filter=quartile:Q1,year:2010-&sort=oldest&lang={language}"
    tree = page(client, f"/audit?{query}&page=2")
    address = tree.all("code")[-1].text
    assert tree.one("pre").text.endswith(address)
    assert address.startswith("http://localhost/?")
    assert parse_qs(urlsplit(address).query)["edition"] == ["JCR 2024,CAS 2025"]
    again = page(client, address)
    first = page(client, f"/?{query}")
    assert ids(again) == ids(first) != []
    assert (
        CATALOGUES[language]("repeat.same", generation="").split("(")[0].split("（")[0]
        in again.one("p", class_="repeated").text
    )
    # The search as one goes on with it is no longer that of the record.
    assert "generation" not in again.one("link", rel="canonical").attributes["href"]


def test_a_repeated_search_says_that_the_index_has_changed(client: FlaskClient) -> None:
    said = page(client, "/?q=myeloma&generation=g-20200101T000000-00000000&lang=en").one("p", class_="problems").text
    assert "it was g-20200101T000000-00000000 then, and is g-" in said
    hostile = client.get(f"/?generation={SCRIPT}").text
    assert SCRIPT not in hostile


def test_the_same_search_gives_the_same_ids(client: FlaskClient) -> None:
    address = "/?q=patients+treatment&match=any&per_page=100"
    assert ids(page(client, address)) == ids(page(client, address))


def test_the_advanced_form_writes_the_query(client: FlaskClient) -> None:
    tree = page(client, "/advanced?lang=en")
    form = tree.one("form", id="builder")
    assert len(form.all("input", name="words")) == 3
    # Enter in a field sends by the first button.
    assert form.all("button")[0].attributes["value"] == "search"
    address = html.sent(form, ("words", "heart failure"), ("field", "title"), ("quartile", "Q1"), ("year_from", "2000"))
    written = page(client, address)
    assert written.one(class_="written").one("code").text == "title:(heart failure)"
    response = client.get(address + "&go=search")
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/?q=title")
    found = page(client, response.headers["Location"])
    assert len(found.all("a", class_="chip")) == 2
    assert total(found) == int(re.sub(r"\D", "", written.one(class_="written").all("p")[-1].text) or 0)
    # A row more, and what was filled in is still there.
    more = page(client, address + "&go=row").one("form", id="builder")
    assert len(more.all("input", name="words")) == 4
    assert more.all("input", name="words")[0].attributes["value"] == "heart failure"


def test_the_advanced_form_begins_with_the_search(client: FlaskClient) -> None:
    tree = page(client, "/advanced?q=stroke+AND+aspirin&filter=quartile:Q1&lang=zh")
    form = tree.one("form", id="builder")
    assert form.all("input", name="words")[0].attributes["value"] == "stroke AND aspirin"
    assert "checked" in form.one("input", name="quartile", value="Q1").attributes
    assert client.get(html.sent(form) + "&go=search").headers["Location"].startswith("/?q=%28stroke+AND+aspirin%29")


def test_the_advanced_form_keeps_what_it_has_no_control_for(client: FlaskClient) -> None:
    kept = {
        "match": ["any"],
        "without": ["cancer"],
        "per_page": ["50"],
        "expand": ["false"],
        "sort": ["oldest"],
        "view": ["compact"],
        "edition": ["JCR 2023"],
        "lang": ["en"],
        "s1": ["relapse"],
    }
    filters = 'quartile:Q1|Q2,year:2010-2030,journal:"Northbridge Journal of Haematology",category:医学,warning:no'
    asked = {name: values[0] for name, values in kept.items()}
    tree = page(client, "/advanced?" + urlencode({"q": "cancer OR #1", "filter": filters, "page": "2", **asked}))
    form = tree.one("form", id="builder")
    assert "Northbridge Journal of Haematology" in form.text
    found = parse_qs(urlsplit(client.get(html.sent(form) + "&go=search").headers["Location"]).query)
    assert {name: found.get(name) for name in kept} == kept
    assert parse_filters(found["filter"][0]) == parse_filters(filters)
    assert "page" not in found
    # What the form shows can still be given up.
    fewer = html.sent(form, ("year_from", ""), ("year_to", "")).replace("quartile=Q1&", "")
    left = parse_qs(urlsplit(client.get(fewer + "&go=search").headers["Location"]).query)["filter"][0]
    assert "Q1" not in left
    assert "year" not in left
    # Several ranges of years are more than its two fields hold.
    several = page(client, "/advanced?filter=year:2000-2005|2010-2015").one("form", id="builder")
    assert "year%3A2000-2005%7C2010-2015" in client.get(html.sent(several) + "&go=search").headers["Location"]


def test_the_advanced_form_in_another_language_keeps_its_rows(client: FlaskClient) -> None:
    tree = page(client, "/advanced?op=AND&field=title&way=phrase&words=heart+failure&op=NOT&words=child&lang=en")
    other = page(client, tree.one("nav", class_="languages").one("a").attributes["href"])
    assert other.one("html").attributes["lang"] == "zh-Hans"
    assert html.sent(other.one("form", id="builder")) == html.sent(tree.one("form", id="builder")).replace("en", "zh")


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_the_advanced_form_leads_nowhere_else(client: FlaskClient, target: str) -> None:
    location = client.get("/advanced", query_string={"words": target, "way": "query", "go": "search"}).headers[
        "Location"
    ]
    assert location.startswith("/?q=")


def test_a_query_names_earlier_searches(client: FlaskClient) -> None:
    joined = page(client, "/?q=%231+AND+%232&s1=myeloma&s2=relapse&lang=en")
    alone = page(client, "/?q=%28myeloma%29+AND+%28relapse%29&lang=en")
    assert total(joined) == total(alone) > 0
    # They go along to the next page of the same search, and into its record.
    for form in ("facets", "selection"):
        assert joined.one("form", id=form).one("input", name="s1").attributes["value"] == "myeloma"
    assert "s2=relapse" in page(client, "/audit?q=%231+AND+%232&s1=myeloma&s2=relapse").all("code")[-1].text
    assert page(client, "/?q=%237&lang=en").one(class_="ignored")
    # The endpoint is asked for what they stand for.
    address = next(a.attributes["href"] for a in joined.all("a") if "/api/" in a.attributes["href"])
    assert client.get(address).get_json()["meta"]["count"] == total(joined)


def test_the_feed(client: FlaskClient) -> None:
    found = page(client, "/?q=myeloma&sort=newest&per_page=50&lang=en")
    address = found.one("link", type="application/atom+xml").attributes["href"]
    response = client.get(address)
    assert response.mimetype == "application/atom+xml"
    feed = etree.fromstring(response.data)
    assert feed.xpath("string(a:title)", namespaces=ATOM) == "Results for myeloma"
    entries = feed.xpath("a:entry", namespaces=ATOM)
    links = [entry.xpath("string(a:link/@href)", namespaces=ATOM) for entry in entries]
    titles = [link.attributes["href"] for link in found.all("a", class_="title")]
    assert links == ["http://localhost" + href for href in titles]
    stamps = feed.xpath("//a:updated/text()", namespaces=ATOM)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|\+00:00)", stamp) for stamp in stamps)
    assert len(set(feed.xpath("a:entry/a:id/text()", namespaces=ATOM))) == len(entries)


def test_the_feed_holds_any_text(client: FlaskClient) -> None:
    response = client.get("/feed", query_string={"q": "hostile \x00 <b>&"})
    assert etree.fromstring(response.data).xpath("string(a:title)", namespaces=ATOM).startswith("Results for hostile")
    feed = etree.fromstring(client.get("/feed?q=hostile").data)
    assert feed.xpath("string(a:entry/a:title)", namespaces=ATOM) == f"Markup {SCRIPT} in a title"


def test_picked_records_are_exported(client: FlaskClient) -> None:
    form = page(client, "/?q=myeloma&per_page=50&lang=en").one("form", id="selection")
    picked = [box.attributes["value"] for box in form.all("input", name="id")][:3]
    response = client.post(form.attributes["action"], data={"format": "ris", "scope": "picked", "id": picked})
    assert response.mimetype == "application/x-research-info-systems"
    assert re.search(r'filename="medsearch-g-\S+\.ris"', response.headers["Content-Disposition"])
    entries = rispy.loads(response.get_data(as_text=True))
    assert [f"doi:{entry['doi']}" for entry in entries] == picked
    assert client.get("/export", query_string={"format": "ris", "id": picked}).data == response.data


def test_all_that_was_found_is_exported_in_its_order(client: FlaskClient) -> None:
    tree = page(client, "/?q=myeloma&filter=quartile:Q1&per_page=100&lang=en")
    form = tree.one("form", id="selection")
    kept = {one.attributes["name"]: one.attributes["value"] for one in form.all("input", type="hidden")}
    response = client.post("/export", data={**kept, "format": "csv", "scope": "all"})
    rows = list(csv.DictReader(io.StringIO(response.get_data().decode("utf-8-sig"))))
    assert len(rows) == total(tree) > 1
    assert response.get_data().startswith(b"\xef\xbb\xbf")


def test_an_export_has_the_metrics_of_the_chosen_edition(client: FlaskClient) -> None:
    def exported(**kept: str) -> str:
        return client.post("/export", data={"format": "nbib", "id": KNOWN.id, **kept}).get_data(as_text=True)

    assert "JCR 2024" in exported()
    assert "JCR 2023" in exported(edition="JCR 2023")
    assert "JCR 2024" not in exported(edition="JCR 2023")


@pytest.mark.parametrize("place", ["/export", "/cite"])
def test_picked_records_that_are_gone_are_said_to_be(client: FlaskClient, place: str) -> None:
    gone = client.post(f"{place}?lang=en", data={"format": "ris", "id": "doi:10.5555/gone"})
    assert gone.status_code == 404
    assert html.parse(gone.text).one("h1").text == "What is picked is not in this index"
    none = client.post(f"{place}?lang=en", data={"format": "ris"})
    assert none.status_code == 400
    assert html.parse(none.text).one("h1").text == "Nothing is picked"


@pytest.mark.parametrize("data", [{"format": "ris"}, {"format": "doc", "scope": "all"}])
def test_what_can_t_be_exported_is_said(client: FlaskClient, data: dict[str, str]) -> None:
    tree = html.parse(client.post("/export", data=data).text)
    assert client.post("/export", data=data).status_code == 400
    assert tree.one("h1").text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_citations_of_picked_records(client: FlaskClient, language: str) -> None:
    address = f"/cite?id={KNOWN.id}&id=doi:10.5555/script&style=apa&lang={language}"
    listed = page(client, address).one("ol", class_="citations").all("li")
    assert [one.attributes["lang"] for one in listed] == ["en", "en"]
    assert listed[0].text.startswith("Known, A.")
    assert f"{SCRIPT}" in listed[1].text
    plain = client.post("/cite?as=text", data={"id": KNOWN.id, "style": "apa"})
    assert plain.mimetype == "text/plain"
    assert plain.text == listed[0].text


@pytest.mark.parametrize("scope", [f"id={KNOWN.id}&id=doi:10.5555/script", "scope=all&q=myeloma"])
def test_citations_in_another_language_are_the_same(client: FlaskClient, scope: str) -> None:
    tree = page(client, f"/cite?{scope}&style=apa&lang=en")
    other = page(client, tree.one("nav", class_="languages").one("a").attributes["href"])
    assert other.one("html").attributes["lang"] == "zh-Hans"
    assert other.one("ol", class_="citations").text == tree.one("ol", class_="citations").text


def test_citations_of_all_are_the_first_hundred(client: FlaskClient) -> None:
    tree = page(client, "/cite?scope=all&lang=en")
    assert len(tree.one("ol", class_="citations").all("li")) <= 100
    assert "first 100" in tree.one("p", class_="lead").text


@pytest.mark.parametrize(
    ("record", "tag"),
    [
        (Record(id="hash:en", title_en="Early relapse", authors=("王伟", "Ann Known")), "en"),
        (Record(id="hash:zh", title_zh="早期复发", authors=("Ann Known",)), "zh-Hans"),
    ],
)
def test_a_citation_is_in_the_language_of_its_title(record: Record, tag: str) -> None:
    cited = citing.cited(record, Style.VANCOUVER)
    assert cited is not None
    assert cited.tag == tag


def test_a_record_can_be_cited_and_taken_away(client: FlaskClient) -> None:
    tree = page(client, f"/record/{KNOWN.id}?lang=en")
    styles = [one.one("dt").text for one in tree.all(class_="citation")]
    assert styles == ["Vancouver", "APA", "GB/T 7714"]
    assert "2021 Mar 16;34(6):243" in tree.one("dd", id="cite-vancouver").text
    assert [button.attributes["data-copy"] for button in tree.all("button", class_="copy")] == [
        *("cite-vancouver", "cite-apa", "cite-gb-t-7714")
    ]
    for link in tree.one("p", class_="downloads").all("a"):
        with client.get(link.attributes["href"]) as response:
            assert response.status_code == 200
            assert "attachment" in response.headers["Content-Disposition"]


def test_programs_read_the_page_of_a_record(client: FlaskClient) -> None:
    tree = page(client, f"/record/{KNOWN.id}")
    meta = {
        one.attributes.get("name"): one.attributes["content"] for one in tree.all("meta") if "name" in one.attributes
    }
    assert meta["citation_title"] == KNOWN.title_en
    assert meta["citation_doi"] == KNOWN.doi
    assert "rft.atitle=" in tree.one("span", class_="Z3988").attributes["title"]
    data = json.loads(tree.one("script", type="application/ld+json").text)
    assert data["@type"] == "ScholarlyArticle"
    assert data["headline"] == KNOWN.title_en
    hostile = client.get("/record/doi:10.5555/script").text
    assert SCRIPT not in hostile


def test_the_help_s_examples_find_their_way(client: FlaskClient) -> None:
    for language in ("en", "zh"):
        tree = page(client, f"/help?lang={language}")
        examples = tree.all("table", class_="details")[0].all("a")
        assert len(examples) >= 7
        for link in examples:
            assert not page(client, link.attributes["href"]).all(class_="ignored"), link.text
