from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from indexer.record import Record
from indexer.search.engine import Manifest
from indexer.search.expand import Expansion
from indexer.search.hits import Fragment, Hit, SearchRequest, SearchResult
from indexer.terms.concept import Role
from indexer.terms.lexicon import EntryForm, Kind
from search_web import views
from search_web.links import Links, record_path
from search_web.messages import CATALOGUES
from search_web.params import PageState
from tests.search_web import html
from tests.search_web.conftest import KNOWN, ODD_IDS, SCRIPT


def page(client: FlaskClient, address: str, status: int = 200, **headers: str) -> html.Element:
    response = client.get(address, headers=headers)
    assert response.status_code == status, address
    assert response.mimetype == "text/html"
    return html.parse(response.get_data(as_text=True))


def total(tree: html.Element) -> int:
    """How many documents the page says it found."""
    summary = tree.all("p", class_="summary")
    if tree.all(class_="empty"):
        return 0
    return int(re.sub(r"\D", "", summary[0].one("strong").text))


def count_of(link: html.Element) -> int:
    return int(link.one(class_="count").text.replace(",", ""))


def facet(tree: html.Element, name: str) -> list[html.Element]:
    return tree.one("section", aria_labelledby=f"facet-{name}").all("a", class_="value")


def test_home(client: FlaskClient) -> None:
    tree = page(client, "/?lang=en")
    assert tree.one("h1").text == "Medical abstracts in English and Chinese"
    assert len(tree.all("li", class_="hit")) == 10
    assert total(tree) > 150
    assert {"多发性骨髓瘤", "multiple myeloma"} <= {link.text for link in tree.one(class_="examples").all("a")}
    sort = tree.one(aria_labelledby="choice-sort")
    assert [link.text for link in sort.all("a")] == ["newest", "oldest", "impact factor", "citations"]
    assert sort.one(aria_current="true").text == "newest"
    assert not tree.all(aria_labelledby="choice-match")


def test_results(client: FlaskClient) -> None:
    tree = page(client, "/?q=multiple+myeloma&per_page=50&lang=en")
    assert tree.one("h1").text == "Results for multiple myeloma"
    assert tree.one("input", name="q", type="search").attributes["value"] == "multiple myeloma"
    hits = tree.all("li", class_="hit")
    assert 0 < len(hits) <= 50
    found = next(hit for hit in hits if hit.one("h3").one("a").attributes["href"] == f"/record/{KNOWN.id}?lang=en")
    assert found.one("h3").one("a").attributes["lang"] == "en"
    assert found.one("h3").text.startswith("Early relapse of multiple myeloma")
    assert found.one("p", class_="other").attributes["lang"] == "zh-Hans"
    assert "骨髓瘤" in found.one("p", class_="other").text
    assert {"multiple myeloma", "多发性骨髓瘤"} <= {mark.text.casefold() for mark in found.all("mark")}
    assert [badge.text for badge in found.all(class_="badge")] == [
        "Q1",
        "CAS 1",
        "IF 12.4",
        "Open access",
        "Journal Article",
        "Multicenter Study",
    ]
    assert found.one("cite").text == "Journal of Known Findings"
    assert found.one(class_="authors").text.endswith("Fay Known et al.")
    assert "2021" in found.one(class_="source").text
    assert [link.text for link in found.one(class_="away").all("a")] == ["DOI", "PubMed", "PMC", "PDF"]


def test_chinese_interface(client: FlaskClient) -> None:
    tree = page(client, "/?q=多发性骨髓瘤&lang=zh")
    assert tree.one("html").attributes["lang"] == "zh-Hans"
    first = tree.all("li", class_="hit")[0]
    assert first.one("h3").one("a").attributes["lang"] == "zh-Hans"
    assert "1区" in {badge.text for badge in tree.all(class_="badge")}
    assert "期刊论文" in {badge.text for badge in tree.all(class_="badge")}


def test_the_side_that_matched_comes_first(client: FlaskClient) -> None:
    tree = page(client, "/?q=骨髓瘤&lang=en")
    heads = [hit.one("h3").one("a") for hit in tree.all("li", class_="hit")]
    assert heads
    assert {head.attributes["lang"] for head in heads} == {"zh-Hans"}


def hit_of(**texts: str) -> Hit:
    fragments = {
        name: tuple(
            Fragment(part, number % 2 == 1) for number, part in enumerate(texts.get(name, "").split("*")) if part
        )
        for name in ("title_en", "title_zh", "snippet_en", "snippet_zh")
    }
    return Hit(Record(id="x", authors=tuple("ABCDEFG")), 1.0, {}, holds_all_words=True, **fragments)


@pytest.mark.parametrize(
    ("language", "texts", "title", "snippet"),
    [
        (
            "en",
            {"title_en": "a *b*", "title_zh": "*心*", "snippet_en": "*c*", "snippet_zh": "*肺*"},
            "a <mark>b</mark>",
            "<mark>c</mark>",
        ),
        (
            "zh",
            {"title_en": "a *b*", "title_zh": "*心*", "snippet_en": "*c*", "snippet_zh": "*肺*"},
            "<mark>心</mark>",
            "<mark>肺</mark>",
        ),
        ("en", {"title_en": "a", "title_zh": "*心*", "snippet_en": "c", "snippet_zh": "肺"}, "<mark>心</mark>", "肺"),
        ("zh", {"title_en": "a", "snippet_en": "*c*", "snippet_zh": "肺"}, "a", "<mark>c</mark>"),
        ("en", {"title_en": "*a*", "snippet_zh": "肺"}, "<mark>a</mark>", "肺"),
        ("en", {}, None, None),
    ],
)
def test_which_side_is_shown(language: str, texts: dict[str, str], title: str | None, snippet: str | None) -> None:
    view = views._hit(hit_of(**texts), Links("", PageState()), CATALOGUES[language])
    assert (view.title and str(view.title.html)) == title
    assert (view.snippet and str(view.snippet.html)) == snippet
    assert (view.authors, view.more_authors) == ("A, B, C, D, E, F", True)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("zh-TW", "zh-Hans"),
        ("en-GB,zh;q=0.5", "en"),
        ("fr", "en"),
        ("", "en"),
        (";;;", "en"),
    ],
)
def test_the_browser_decides_the_language(client: FlaskClient, header: str, language: str) -> None:
    response = client.get("/", headers={"Accept-Language": header})
    assert html.parse(response.text).one("html").attributes["lang"] == language
    assert response.headers["Vary"] == "Accept-Language"
    assert response.headers["Content-Language"] == language


def test_a_chosen_language_is_kept_in_every_link(client: FlaskClient) -> None:
    for address in ("/?q=cancer&lang=zh", f"/record/{KNOWN.id}?lang=zh"):
        tree = page(client, address, **{"Accept-Language": "en"})
        own = [
            link.attributes["href"]
            for link in tree.all("a")
            if link.attributes["href"].startswith("/")
            and "/api/" not in link.attributes["href"]
            and "hreflang" not in link.attributes
        ]
        assert len(own) > 5
        assert all(parse_qs(urlsplit(href).query).get("lang") == ["zh"] for href in own)
        other = tree.one("a", hreflang="en").attributes["href"]
        assert page(client, other).one("html").attributes["lang"] == "en"
        for form in tree.all("form"):
            assert form.one("input", name="lang").attributes["value"] == "zh"


def test_without_a_chosen_language_links_name_none(client: FlaskClient) -> None:
    tree = page(client, "/?q=cancer")
    assert not [
        link for link in tree.all("a") if "lang=" in link.attributes["href"] and "hreflang" not in link.attributes
    ]


@pytest.mark.parametrize(
    "address", ["/?lang=en", "/?q=patients&lang=en", "/?q=患者&filter=quartile:Q1,year:2010-&lang=en"]
)
def test_each_facet_count_is_the_total_after_choosing(client: FlaskClient, address: str) -> None:
    tree = page(client, address)
    followed = 0
    for section in tree.all("section", class_="facet"):
        values = section.all("a", class_="value")
        if any("aria-current" in value.attributes or "within" in value.attributes["class"] for value in values):
            continue
        for value in values:
            chosen = page(client, value.attributes["href"])
            assert total(chosen) == count_of(value), value.attributes["href"]
            followed += 1
            back = [link for link in chosen.all("a", class_="value") if link.attributes.get("aria-current")]
            assert value.one(class_="name").text in {
                re.sub(r" \(remove\)$", "", link.one(class_="name").text) for link in back
            }
    assert followed > 10


def test_choosing_and_removing_leads_back(client: FlaskClient) -> None:
    start = "/?q=patients&lang=en"
    value = facet(page(client, start), "quartile")[0]
    chosen = page(client, value.attributes["href"])
    own = next(link for link in facet(chosen, "quartile") if link.attributes.get("aria-current"))
    assert own.attributes["href"] == start
    assert chosen.one("a", class_="chip").attributes["href"] == start
    assert chosen.one("a", class_="clear").attributes["href"] == start
    # A second value of the facet widens, and is removed by itself.
    other = next(link for link in facet(chosen, "quartile") if not link.attributes.get("aria-current"))
    both = page(client, other.attributes["href"])
    assert total(both) == total(chosen) + count_of(other)
    assert [chip.attributes["href"] for chip in both.all("a", class_="chip")][1] == value.attributes["href"]


def test_quartiles_and_zones_are_in_their_order(client: FlaskClient) -> None:
    tree = page(client, "/?lang=en")
    assert [link.one(class_="name").text for link in facet(tree, "quartile")] == ["Q1", "Q2", "Q3", "Q4", "Not stated"]
    zones = ["CAS 1", "CAS 2", "CAS 3", "CAS 4", "Not stated"]
    assert [link.one(class_="name").text for link in facet(tree, "zone")] == zones


def test_years(client: FlaskClient) -> None:
    tree = page(client, "/?filter=year:2018-2020,quartile:Q1&lang=en")
    form = tree.one("form", class_="years")
    assert form.one("input", name="year_from").attributes["value"] == "2018"
    assert form.one("input", name="year_to").attributes["value"] == "2020"
    assert form.one("input", name="filter").attributes["value"] == "quartile:Q1"
    within = [link.one(class_="name").text for link in tree.all("a", class_="within")]
    assert within == ["2020", "2019", "2018"]
    assert tree.one("h3", id="facet-year")
    sent = page(client, "/?filter=quartile:Q1&year_from=2018&year_to=2020&lang=en")
    assert total(sent) == total(tree)
    assert {"Year 2018–2020× (remove)", "JCR quartile Q1× (remove)"} == {
        chip.text for chip in sent.all("a", class_="chip")
    }
    single = page(client, tree.all("a", class_="within")[0].attributes["href"])
    assert total(single) == count_of(tree.all("a", class_="within")[0])


@pytest.mark.parametrize("name", ["journal", "year"])
def test_more_and_fewer_values(client: FlaskClient, name: str) -> None:
    tree = page(client, "/?lang=en")
    assert len(facet(tree, name)) == 12
    section = tree.one("section", aria_labelledby=f"facet-{name}")
    more = section.one("a", class_="more")
    number = int(re.sub(r"\D", "", more.text))
    whole = page(client, more.attributes["href"])
    assert len(facet(whole, name)) == number > 12
    less = whole.one("section", aria_labelledby=f"facet-{name}").one("a", class_="more")
    assert urlsplit(less.attributes["href"]).query == "lang=en"
    # What is opened stays open while values are chosen, until another search is typed.
    assert "more=" + name in facet(whole, name)[0].attributes["href"]
    assert not whole.one("form", class_="search").all("input", name="more")


def test_a_chosen_value_stays_listed_beyond_the_limit(client: FlaskClient) -> None:
    oldest = facet(page(client, "/?more=year&lang=en"), "year")[-2]
    tree = page(client, oldest.attributes["href"].replace("more=year", "more="))
    assert oldest.one(class_="name").text + " (remove)" in {
        link.one(class_="name").text for link in facet(tree, "year")
    }


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ("sort", ["relevance", "newest", "oldest", "impact factor", "citations"]),
        ("match", ["all, else most", "all", "any"]),
        ("per_page", ["10", "20", "50"]),
    ],
)
def test_controls(client: FlaskClient, group: str, expected: list[str]) -> None:
    tree = page(client, "/?q=patients+treatment&lang=en&page=2")
    links = tree.one(aria_labelledby=f"choice-{group}").all("a")
    assert [link.text for link in links] == expected
    assert [link.text for link in links if link.attributes.get("aria-current")] == expected[:1]
    for link in links:
        assert not re.search("[?&]page=", link.attributes["href"])
        followed = page(client, link.attributes["href"])
        assert followed.one(aria_labelledby=f"choice-{group}").one(aria_current="true").text == link.text


def test_sorting_by_year(client: FlaskClient) -> None:
    def years(sort: str) -> list[int]:
        tree = page(client, f"/?q=patients&sort={sort}&per_page=50&filter=year:1990-&lang=en")
        return [
            int(re.findall(r"\b(?:19|20)\d\d\b", hit.one(class_="source").text)[-1])
            for hit in tree.all("li", class_="hit")
        ]

    assert years("newest") == sorted(years("newest"), reverse=True)
    assert years("oldest") == sorted(years("oldest"))


def test_paging(client: FlaskClient) -> None:
    first = page(client, "/?lang=en")
    pages = -(-total(first) // 10)
    nav = first.one("nav", class_="pages")
    assert [item.text for item in nav.all("li")] == ["1", "2", "3", "…", str(pages), "Next"]
    assert nav.one(aria_current="page").text == "1"
    seen: list[str] = []
    tree, count = first, 1
    while True:
        seen += [hit.one("h3").one("a").attributes["href"] for hit in tree.all("li", class_="hit")]
        following = tree.all("link", rel="next")
        assert bool(following) == (count < pages)
        if not following:
            break
        tree, count = page(client, following[0].attributes["href"]), count + 1
    assert count == pages
    assert len(seen) == len(set(seen)) == total(first)
    assert tree.one("ol", class_="hits").attributes["start"] == str((pages - 1) * 10 + 1)
    assert tree.one("link", rel="prev")


def test_a_page_behind_the_last_says_so(client: FlaskClient) -> None:
    tree = page(client, "/?q=myeloma&page=900&lang=en")
    said = tree.one("p", class_="problems")
    assert "There is no page 900" in said.text
    assert page(client, said.one("a").attributes["href"]).all("li", class_="hit")


@pytest.mark.parametrize(
    ("total_found", "number", "expected"),
    [
        (0, 1, []),
        (10, 1, ["1"]),
        (95, 5, ["1", "2", "3", "4", "5", "6", "7", "…", "10"]),
        (70, 4, ["1", "2", "3", "4", "5", "6", "7"]),
        (60_000, 500, ["1", "…", "498", "499", "500", "501", "502", "…", "1000"]),
        (60_000, 1000, ["1", "…", "998", "999", "1000"]),
    ],
)
def test_page_numbers(total_found: int, number: int, expected: list[str]) -> None:
    request = SearchRequest(page=number)
    manifest = Manifest(generation="g", built_at="", documents=0, schema="", analysis="", version="")
    result = SearchResult(request, total_found, (), (), "", (), (), (), None, None, 0.0, manifest)
    pager = views.pager(result, Links("", replace(PageState(), request=request)))
    assert ["…" if step.number is None else str(step.number) for step in pager.steps] == expected
    assert pager.capped == (total_found > 10_000)
    assert (pager.following is None) == (number >= pager.last)


def test_relaxation_is_said_and_divides(client: FlaskClient) -> None:
    tree = page(client, "/?q=multiple+myeloma+zebrafish&lang=en")
    assert tree.one("p", class_="relaxed").text.startswith(
        "No document has every word of the query. With most of them: "
    )
    assert "most of the words" in tree.one("p", class_="divider").text
    assert tree.all("li", class_="hit")
    some = page(client, "/?q=early+relapse+myeloma+autologous&lang=en")
    if some.all("p", class_="relaxed"):
        assert re.match(
            r"With every word of the query: \d+\. With most, further down", some.one("p", class_="relaxed").text
        )
        lists = some.all("ol", class_="hits")
        assert lists[1].attributes["start"] == str(len(lists[0].all("li", class_="hit")) + 1)
    assert not page(client, "/?q=myeloma&lang=en").all("p", class_="relaxed")


def test_what_was_ignored_is_said(client: FlaskClient) -> None:
    tree = page(client, '/?q=myeloma+"&lang=en')
    assert "quotation mark without a partner" in tree.one("p", class_="ignored").text
    assert "引号不成对" in page(client, '/?q=myeloma+"&lang=zh').one("p", class_="ignored").text


def test_how_a_query_was_read(client: FlaskClient) -> None:
    assert "AND" in page(client, "/?q=myeloma+relapse&lang=en").one("p", class_="summary").one("code").text


def test_the_empty_state_helps(client: FlaskClient) -> None:
    tree = page(client, "/?q=myeloma+xylophonist&filter=quartile:Q1,year:1700&match=all&lang=en")
    empty = tree.one("section", class_="empty")
    assert empty.one("h2").text == "No document matches this search"
    assert empty.all("ul", class_="examples")
    tree = page(client, "/?q=myeloma&filter=quartile:Q1,year:1700&lang=en")
    items = [
        item
        for item in tree.one("section", class_="empty").all("li")
        if len(item.all("li")) == 1 and "without" in item.text
    ]
    assert items
    for item in items:
        claimed = int(re.findall(r"\((\d+) documents?\)", item.text)[0])
        assert total(page(client, item.one("a").attributes["href"])) == claimed > 0
    tree = page(client, "/?q=myeloma+xylophonist&match=all&lang=en")
    item = next(item for item in tree.one("section", class_="empty").all("li") if "any of the words" in item.text)
    assert total(page(client, item.one("a").attributes["href"])) == int(
        re.findall(r"\((\d+) documents?\)", item.text)[0]
    )


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("match=most", "“most” is no way to match words"),
        ("filter=colour:red", "The filter “colour:red” could not be read"),
        ("sort=x", "“x” is no order of results"),
        ("page=abc", "“abc” is no page number"),
        ("per_page=1000", "“1000” is no number of results per page"),
        ("year_from=soon", "“soon” is no year"),
        ("year_to=later", "“later” is no year"),
        ("more=x", "“x” is no list of filters"),
        ("lang=fr", "There is no language “fr”"),
        ("q=a&q=b", "“q” stands in the address more than once"),
        ("page=2000", "Paging ends at result 10,000"),
        ("q=" + "x" * 5000, "The query is longer than 4,000 characters"),
    ],
)
def test_what_the_page_left_out_is_said(client: FlaskClient, query: str, said: str) -> None:
    assert said in page(client, f"/?{query}").one("ul", class_="problems").text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_expansions_are_shown_and_can_be_taken_back(client: FlaskClient, language: str) -> None:
    t = CATALOGUES[language]
    tree = page(client, f"/?q=multiple+myeloma+hypertension&match=any&lang={language}")
    shown = tree.one("section", class_="expansions")
    assert shown.one("summary").text.startswith(t("expansions.heading") + " 多发性骨髓瘤")
    concepts = shown.one("details").all("li")
    assert [concept.one("strong").text for concept in concepts] == ["multiple myeloma", "hypertension"]
    assert "高血压" in concepts[1].text
    assert "medsearch" in concepts[1].text
    assert {span.attributes["lang"] for span in concepts[1].all("span") if span.text == "高血压"} == {"zh-Hans"}

    fewer = page(client, concepts[1].one("a").attributes["href"])
    assert [one.text for one in fewer.one("section", class_="expansions").all("strong")] == ["multiple myeloma"]
    left_out = fewer.one("p", class_="left-out")
    assert t("expansions.left_out", text="hypertension") in left_out.text
    again = page(client, left_out.one("a").attributes["href"])
    assert again.one("section", class_="expansions").text == shown.text

    off = page(client, next(link for link in shown.all("a") if link.text == t("expansions.none")).attributes["href"])
    assert not off.all("section", class_="expansions")
    assert off.one("p", class_="left-out").text.startswith(t("expansions.off"))
    assert total(off) < total(tree)
    assert total(page(client, off.one("p", class_="left-out").one("a").attributes["href"])) == total(tree)


def test_what_the_collection_taught_says_so() -> None:
    messages = CATALOGUES["en"]
    titles = EntryForm("存活率", "zh", Role.PREFERRED, ("titles",), 3)
    counted = EntryForm("生存", "zh", Role.SYNONYM, ("my keywords", "titles"), 1)
    expansion = Expansion("survival", "survival", 0, (titles, counted))
    manifest = Manifest(generation="g", built_at="", documents=0, schema="", analysis="", version="")
    result = SearchResult(SearchRequest("survival"), 0, (), (), "", (), (expansion,), (), None, None, 0.0, manifest)
    (view,) = views.expansions(result, Links("", PageState(result.request)), messages)
    assert [(together.texts, together.known_from) for together in view.forms] == [
        (("存活率",), "learned from 3 titles"),
        (("生存",), "my keywords, learned from 1 title"),
    ]
    assert "without=survival" in view.href


@pytest.mark.parametrize(
    ("query", "meant", "changed", "language"),
    [
        ("multple+myeloma", "multiple myeloma", ["multiple"], "en"),
        ("多发性骨髓留", "多发性骨髓瘤", ["多发性骨髓瘤"], "zh"),
    ],
)
def test_did_you_mean(client: FlaskClient, query: str, meant: str, changed: list[str], language: str) -> None:
    tree = page(client, f"/?q={query}&filter=quartile:Q1|Q2|Q3|Q4|unknown&lang={language}")
    offered = tree.one("p", class_="correction")
    assert offered.text == f"{CATALOGUES[language]('correction')} {meant}"
    link = offered.one("a")
    assert [strong.text for strong in link.all("strong")] == changed
    assert tree.one("input", name="q", type="search").attributes["value"] == query.replace("+", " ")
    corrected = page(client, link.attributes["href"])
    assert total(corrected) > 0
    assert len(corrected.all("a", class_="chip")) == 5
    assert not corrected.all("p", class_="correction")


def test_what_may_have_been_meant_is_escaped(client: FlaskClient) -> None:
    tree = page(client, "/?q=multple+myeloma+%3Cb%3E&match=any")
    assert tree.one("p", class_="correction").one("a").text == "multiple myeloma <b>"


def test_the_box_knows_its_suggestions(client: FlaskClient) -> None:
    for language, kind in (("en", "journal"), ("zh", "期刊")):
        tree = page(client, f"/?lang={language}")
        box = tree.one("input", id="q").attributes
        assert json.loads(box["data-suggest-kinds"]) == {
            one.value: CATALOGUES[language](f"suggest.{one.value}") for one in Kind
        }
        assert json.loads(box["data-suggest-kinds"])["journal"] == kind
        assert "{count}" in box["data-suggest-status"]
        assert client.get(box["data-suggest"] + "?q=a").status_code == 200


def test_everything_is_escaped(client: FlaskClient) -> None:
    for address in (
        "/?q=hostile",
        "/record/doi:10.5555/script",
        '/?q="><script>alert(1)</script>',
        f"/?filter=journal:{SCRIPT}",
    ):
        response = client.get(address)
        assert response.text.count("<script") == 1  # ours
        assert 'href="javascript' not in response.text
        html.parse(response.text)
    tree = page(client, "/?q=hostile&lang=en")
    assert tree.one("li", class_="hit").one("h3").text == f"Markup {SCRIPT} in a title"
    assert SCRIPT in tree.one("li", class_="hit").one("p", class_="snippet").text
    assert f"Type {SCRIPT}" in {badge.text for badge in tree.all(class_="badge")}
    assert SCRIPT in page(client, "/record/doi:10.5555/script?lang=en").one("h1").text


def test_record_page(client: FlaskClient) -> None:
    tree = page(client, f"/record/{KNOWN.id}?lang=en")
    assert tree.one("h1").text.startswith("Early relapse")
    assert tree.one("h1").attributes["lang"] == "en"
    assert tree.one("p", class_="other").attributes["lang"] == "zh-Hans"
    assert [heading.text for heading in tree.all("h2")][:2] == ["Abstract in English", "Abstract in Chinese"]
    table = tree.one("table")
    assert table.one("caption").text == "Details of the article"
    rows = {row.one("th").text: row.one("td").text for row in table.all("tr")}
    assert rows["JCR quartile"] == "Q1"
    assert rows["CAS zone"] == "CAS 1 (医学)"
    assert rows["Impact factor"] == "12.4"
    assert rows["Published"] == "2021-03-16"
    assert rows["Volume, issue, pages"] == "volume 34 issue 6 pages 243-251"
    assert rows["Citations"] == "39"
    assert rows["DOI"] == "10.5555/known"
    assert rows["Identity here"] == KNOWN.id
    assert tree.one("section", class_="journal").one("p").text == "A journal about what is known."
    assert [link.text for link in tree.one("nav", class_="buttons").all("a")] == [
        "DOI",
        "PubMed",
        "PMC",
        "PDF",
        "Article page",
    ]
    assert len(tree.one("section", lang="en").all("p")) == 2
    keyword = tree.one("ul", class_="examples").all("a")[0]
    assert total(page(client, keyword.attributes["href"])) > 0
    journal = table.one("a", class_="more").attributes["href"]
    assert {cite.text for cite in page(client, journal).all("cite")} == {"Journal of Known Findings"}


def test_record_page_in_chinese(client: FlaskClient) -> None:
    tree = page(client, f"/record/{KNOWN.id}?lang=zh")
    assert tree.one("h1").attributes["lang"] == "zh-Hans"
    rows = {row.one("th").text: row.one("td").text for row in tree.one("table").all("tr")}
    assert rows["中科院分区"] == "医学 1区"
    assert rows["卷、期、页"] == "第 34 卷 第 6 期 第 243-251 页"


def test_authors_of_a_record_are_searches(client: FlaskClient) -> None:
    link = page(client, f"/record/{KNOWN.id}?lang=en").one("p", class_="source").all("a")[0]
    found = page(client, link.attributes["href"])
    assert f"/record/{KNOWN.id}?lang=en" in {
        hit.one("h3").one("a").attributes["href"] for hit in found.all("li", class_="hit")
    }


@pytest.mark.parametrize("record_id", ODD_IDS)
def test_any_identity_goes_through_an_address(client: FlaskClient, record_id: str) -> None:
    tree = page(client, f"/record/{record_path(record_id)}?lang=en")
    assert tree.one("table").all("tr")[-1].one("td").text == record_id
    switched = page(client, tree.one("a", hreflang="zh-Hans").attributes["href"])
    assert switched.one("table").all("tr")[-1].one("td").text == record_id


def test_results_link_to_every_odd_identity(client: FlaskClient) -> None:
    tree = page(client, "/?q=%22oddly+identified%22&per_page=50&lang=en")
    found = set()
    for hit in tree.all("li", class_="hit"):
        record = page(client, hit.one("h3").one("a").attributes["href"])
        found.add(record.one("table").all("tr")[-1].one("td").text)
    assert found == set(ODD_IDS)


@pytest.mark.parametrize(
    "address", ["/", "/?q=patients&filter=quartile:Q1", "/?q=xylophonist", f"/record/{KNOWN.id}", "/record/none"]
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_is_well_made(client: FlaskClient, address: str, language: str) -> None:
    response = client.get(address + ("&" if "?" in address else "?") + f"lang={language}")
    tree = html.parse(response.text)
    levels = [int(element.name[1]) for element in tree.all() if re.fullmatch("h[1-6]", element.name)]
    main = [int(element.name[1]) for element in tree.one("main").all() if re.fullmatch("h[1-6]", element.name)]
    assert levels.count(1) == 1
    assert main[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(main))
    ids = [element.attributes["id"] for element in tree.all() if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    for element in tree.all():
        assert element.name != "style"
        if element.name == "script":  # a file, since the page's policy refuses what stands in it
            assert (element.attributes, element.text) == ({"src": "/static/suggest.js", "defer": ""}, "")
        assert not [name for name in element.attributes if name == "style" or name.startswith("on")]
        for reference in element.attributes.get("aria-labelledby", "").split():
            assert reference in ids
    for field in tree.all("input"):
        assert field.attributes.get("type") == "hidden" or field.attributes.get("aria-label")
    assert tree.one("a", class_="skip").attributes["href"] == "#content"
    assert tree.one("main").attributes["id"] == "content"


def test_headers(client: FlaskClient) -> None:
    for address in ("/", "/api/v1/search", "/nowhere", "/static/style.css"):
        with client.get(address) as response:
            headers = response.headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self';")
        assert "script-src 'self'; connect-src 'self';" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


def test_what_pages_refer_to_is_there(client: FlaskClient) -> None:
    with client.get(page(client, "/").one("script").attributes["src"]) as response:
        assert (response.status_code, response.mimetype) == (200, "text/javascript")
    for link in page(client, "/").all("link"):
        if link.attributes["rel"] in ("icon", "stylesheet"):
            with client.get(link.attributes["href"]) as response:
                assert response.status_code == 200
    link = next(link for link in page(client, "/?q=myeloma").all("a") if "/api/" in link.attributes["href"])
    assert client.get(link.attributes["href"]).get_json()["meta"]["query"]["raw"] == "myeloma"
    link = next(link for link in page(client, f"/record/{KNOWN.id}").all("a") if "/api/" in link.attributes["href"])
    assert client.get(link.attributes["href"]).get_json()["id"] == KNOWN.id


def test_a_mounted_application_keeps_its_prefix(app: Flask) -> None:
    response = app.test_client().get("/?q=myeloma", base_url="http://localhost/library")
    tree = html.parse(response.text)
    assert all(link.attributes["href"].startswith(("/library/", "http", "#")) for link in tree.all("a"))
    assert all(form.attributes["action"] == "/library/" for form in tree.all("form"))
