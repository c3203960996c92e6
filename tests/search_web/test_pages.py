from __future__ import annotations

import gzip
import itertools
import json
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

import search_web
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

STATIC = Path(search_web.__file__).parent / "static"


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


def count_of(value: html.Element) -> int:
    return int(value.one(class_="count").text.replace(",", ""))


def facet(tree: html.Element, name: str) -> list[html.Element]:
    """The values of a facet that can be ticked."""
    return tree.one("section", aria_labelledby=f"facet-{name}").all("label", class_="value")


def names(values: list[html.Element]) -> list[str]:
    return [value.one(class_="name").text for value in values]


def is_chosen(value: html.Element) -> bool:
    return "checked" in value.one("input").attributes


def ticking(tree: html.Element, *values: html.Element) -> str:
    """The address of the filters with some values ticked besides those that are."""
    boxes = [value.one("input").attributes for value in values]
    return html.sent(tree.one("form", id="facets"), *((box["name"], box["value"]) for box in boxes))


def years(tree: html.Element) -> list[html.Element]:
    return tree.one(class_="year-table").one("tbody").all("tr")


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
    assert [badge.text for badge in found.all(class_="badge")] == ["Q1", "CAS 1", "IF 12.4", "Open access"]
    assert [badge.attributes["title"] for badge in found.all(class_="badge")[:3]] == [
        "Quartile in the Journal Citation Reports: JCR 2024",
        "Journal zone of the Chinese Academy of Sciences: CAS 2025 (医学)",
        "Journal impact factor: JCR 2024",
    ]
    assert [kind.text for kind in found.all(class_="type")] == ["Journal Article", "Multicenter Study"]
    assert found.one("cite").text == "Journal of Known Findings"
    assert found.one(class_="authors").text.endswith("Fay Known et al.")
    assert found.one(class_="source").text.endswith("2021;34(6):243-251")
    assert [link.text for link in found.one(class_="away").all("a")] == ["DOI", "PubMed", "PMC", "PDF"]


def test_chinese_interface(client: FlaskClient) -> None:
    tree = page(client, "/?q=多发性骨髓瘤&lang=zh")
    assert tree.one("html").attributes["lang"] == "zh-Hans"
    first = tree.all("li", class_="hit")[0]
    assert first.one("h3").one("a").attributes["lang"] == "zh-Hans"
    assert "1区" in {badge.text for badge in tree.all(class_="badge")}
    assert "期刊论文" in {kind.text for kind in tree.all(class_="type")}


def test_the_side_that_matched_comes_first(client: FlaskClient) -> None:
    tree = page(client, '/?q="骨髓瘤"&lang=en')
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
    assert "Accept-Language" in response.headers["Vary"]
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


@pytest.mark.parametrize("address", ["/?lang=en", "/?q=患者&filter=quartile:Q1,year:2010-&lang=en"])
def test_each_facet_count_is_the_total_after_choosing(client: FlaskClient, address: str) -> None:
    tree = page(client, address)
    followed = 0
    for section in tree.all("section", class_="facet"):
        values = section.all("label", class_="value")
        if any(map(is_chosen, values)):
            continue
        # A year that is chosen stands beside those without one.
        values = [value for value in values if value.one("input").attributes["name"] != "year"]
        for value in values[:5]:
            chosen = page(client, ticking(tree, value))
            assert total(chosen) == count_of(value)
            assert value.one(class_="name").text in names([one for one in chosen.all(class_="value") if is_chosen(one)])
            followed += 1
    for row in years(tree)[:3]:
        chosen = page(client, row.one("a").attributes["href"])
        assert total(chosen) == int(row.one("td").text)
        assert chosen.one("input", name="year_from").attributes["value"] == row.one("th").text
        followed += 1
    assert followed > 10


def test_counts_of_a_facet_add_up(client: FlaskClient) -> None:
    tree = page(client, "/?lang=en")
    everything = total(tree)
    for name in ("quartile", "zone", "open_access"):
        assert sum(map(count_of, facet(tree, name))) == everything
        assert names(facet(tree, name))[-1] == "Not stated"
    in_years = sum(int(row.one("td").text) for row in years(tree))
    assert in_years + sum(map(count_of, facet(tree, "year"))) == everything


def test_choosing_several_and_removing_leads_back(client: FlaskClient) -> None:
    start = "/?q=patients&lang=en"
    tree = page(client, start)
    first, second = facet(tree, "quartile")[:2]
    chosen = page(client, ticking(tree, first))
    assert chosen.one("a", class_="chip").attributes["href"] == start
    assert chosen.one("a", class_="clear").attributes["href"] == start
    # A second value of the facet widens, and is removed by itself.
    both = page(client, ticking(chosen, second))
    assert total(both) == count_of(first) + count_of(second)
    assert total(both) == total(page(client, ticking(tree, first, second)))
    chips = both.all("a", class_="chip")
    assert len(chips) == 2
    assert total(page(client, chips[1].attributes["href"])) == total(chosen)
    other = page(client, ticking(both, facet(both, "open_access")[0]))
    assert total(other) == count_of(facet(both, "open_access")[0])
    assert len(other.all("a", class_="chip")) == 3


def test_quartiles_and_zones_are_in_their_order(client: FlaskClient) -> None:
    tree = page(client, "/?lang=en")
    assert names(facet(tree, "quartile")) == ["Q1", "Q2", "Q3", "Q4", "Not stated"]
    assert names(facet(tree, "zone")) == ["CAS 1", "CAS 2", "CAS 3", "CAS 4", "Not stated"]


def test_years(client: FlaskClient) -> None:
    tree = page(client, "/?filter=year:2018-2020,quartile:Q1&lang=en")
    form = tree.one("form", id="facets")
    assert form.one("input", name="year_from").attributes["value"] == "2018"
    assert form.one("input", name="year_to").attributes["value"] == "2020"
    within = [row.one("th").text for row in tree.all("tr", class_="within")]
    assert within == ["2020", "2019", "2018"]
    sent = page(client, "/?quartile=Q1&year_from=2018&year_to=2020&lang=en")
    assert total(sent) == total(tree) == total(page(client, html.sent(form)))
    assert {"Year 2018–2020× (remove)", "JCR quartile Q1× (remove)"} == {
        chip.text for chip in sent.all("a", class_="chip")
    }
    wider = page(client, html.sent(form, ("year_from", "2015"), ("year", "unknown")))
    assert {"Year 2015–2020× (remove)", "Year Not stated× (remove)"} < {
        chip.text for chip in wider.all("a", class_="chip")
    }


def test_several_years_are_kept_until_a_range_is_typed(client: FlaskClient) -> None:
    tree = page(client, "/?filter=year:2019|2021&lang=en")
    form = tree.one("form", id="facets")
    assert form.one("input", name="year_from").attributes["value"] == ""
    assert total(page(client, html.sent(form))) == total(tree)
    assert [chip.text for chip in page(client, html.sent(form, ("year_to", "2000"))).all("a", class_="chip")] == [
        "Year until 2000× (remove)"
    ]


def test_the_histogram_says_what_it_shows(client: FlaskClient) -> None:
    tree = page(client, "/?lang=en")
    chart = tree.one("svg", class_="histogram")
    rows = {int(row.one("th").text): int(row.one("td").text) for row in years(tree)}
    peak = max(rows.values())
    assert f"from {min(rows)} to {max(rows)}; the most, {peak}, are of " in chart.attributes["aria-label"]
    bars = sum(path.attributes["d"].count("M") for path in chart.all("path") if path.attributes["class"] != "ground")
    assert 0 < bars <= len(rows)
    chosen = page(client, "/?filter=year:2020-&lang=en").one("svg", class_="histogram")
    assert chosen.one("path", class_="outside").attributes["d"]
    assert chosen.one("path", class_="inside").attributes["d"].count("M") == sum(year >= 2020 for year in rows)


def test_more_and_fewer_journals(client: FlaskClient) -> None:
    tree = page(client, "/?lang=en")
    assert len(facet(tree, "journal")) == 12
    section = tree.one("section", aria_labelledby="facet-journal")
    more = section.one("button", class_="more")
    number = int(re.sub(r"\D", "", more.text))
    form = tree.one("form", id="facets")
    whole = page(client, html.sent(form, (more.attributes["name"], more.attributes["value"])))
    assert len(facet(whole, "journal")) == number > 12
    # What is opened stays open while values are chosen, until another search is typed.
    assert whole.one("form", id="facets").one("input", name="more").attributes["value"] == "journal"
    assert not whole.one("form", class_="search").all("input", name="more")
    less = whole.one("section", aria_labelledby="facet-journal").one("button", class_="more")
    assert (less.attributes["name"], less.attributes["value"]) == ("more", "")
    assert len(facet(page(client, "/?more=&more=journal&lang=en"), "journal")) == 12


def test_a_journal_is_found_by_its_name(client: FlaskClient) -> None:
    # As Enter sends it, and the button beside the box.
    for address in ("/?find=FICT&lang=en", "/?more=journal&find=fict&lang=en"):
        listed = names(facet(page(client, address), "journal"))
        assert listed
        assert all("fict" in name.casefold() for name in listed)
    chosen = page(client, "/?more=journal&find=fict&filter=journal:%22Verdant%20Lung%20Review%22&lang=en")
    assert "Verdant Lung Review" in names(facet(chosen, "journal"))
    nothing = page(client, "/?find=zzzz&lang=en")
    assert "None of that name" in nothing.one("section", aria_labelledby="facet-journal").text


def test_a_chosen_value_stays_listed_beyond_the_limit(client: FlaskClient) -> None:
    last = facet(page(client, "/?more=journal&lang=en"), "journal")[-2]
    tree = page(client, f"/?filter=journal:%22{last.one('input').attributes['value']}%22&lang=en")
    assert last.one(class_="name").text in names([one for one in facet(tree, "journal") if is_chosen(one)])


def test_editions(client: FlaskClient) -> None:
    tree = page(client, "/?q=known+findings&match=all&lang=en")
    assert [one.text for one in facet_editions(tree, "quartile")] == ["JCR 2024", "JCR 2023"]
    assert [one.text for one in facet_editions(tree, "zone")] == ["CAS 2025", "CAS 2023"]
    form = tree.one("form", id="facets")
    older = page(client, html.sent(form, ("edition", "JCR 2023")))
    hit = next(hit for hit in older.all("li", class_="hit") if "Early relapse" in hit.text)
    assert [badge.text for badge in hit.all(class_="badge")][:3] == ["Q2", "CAS 1", "IF 9.9"]
    assert "JCR 2023" in hit.all(class_="badge")[0].attributes["title"]
    assert [one.text for one in facet_editions(older, "quartile") if "selected" in one.attributes] == ["JCR 2023"]
    # It goes along to other pages of the search and to the record; the newest needs no name.
    assert "edition=JCR+2023" in hit.one("a", class_="title").attributes["href"]
    assert "CAS+2025" not in hit.one("a", class_="title").attributes["href"]
    assert older.one("form", class_="search").one("input", name="edition").attributes["value"] == "JCR 2023"


def facet_editions(tree: html.Element, name: str) -> list[html.Element]:
    return tree.one("section", aria_labelledby=f"facet-{name}").one("select", name="edition").all("option")


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ("sort", ["relevance", "newest", "oldest", "impact factor", "citations"]),
        ("match", ["all, else most", "all", "any"]),
        ("per_page", ["10", "20", "50", "100"]),
        ("view", ["with passages", "compact"]),
    ],
)
def test_controls(client: FlaskClient, group: str, expected: list[str]) -> None:
    tree = page(client, "/?q=patients+treatment&lang=en&page=2")
    links = tree.one(aria_labelledby=f"choice-{group}").all("a")
    assert [link.text for link in links] == expected
    assert [link.text for link in links if link.attributes.get("aria-current")] == expected[:1]
    for link in links:
        # How results are shown is no other search: the page stays.
        assert bool(re.search("[?&]page=", link.attributes["href"])) == (group == "view")
        followed = page(client, link.attributes["href"])
        assert followed.one(aria_labelledby=f"choice-{group}").one(aria_current="true").text == link.text


def test_compact_results_have_no_passages(client: FlaskClient) -> None:
    assert page(client, "/?q=patients").all("p", class_="snippet")
    tree = page(client, "/?q=patients&view=compact")
    assert not tree.all("p", class_="snippet")
    assert "view=compact" in tree.one("link", rel="next").attributes["href"]


def test_sorting_by_year(client: FlaskClient) -> None:
    def years_of(sort: str) -> list[int]:
        tree = page(client, f"/?q=patients&sort={sort}&per_page=50&filter=year:1990-&lang=en")
        return [
            int(re.findall(r"\b(?:19|20)\d\d\b", hit.one(class_="source").text)[-1])
            for hit in tree.all("li", class_="hit")
        ]

    assert years_of("newest") == sorted(years_of("newest"), reverse=True)
    assert years_of("oldest") == sorted(years_of("oldest"))


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
    said = tree.one("div", class_="ignored")
    assert "quotation mark without a partner" in said.text
    assert said.one("code").text == 'myeloma "'
    assert [mark.text for mark in said.all("mark")] == ['"']
    assert "引号不成对" in page(client, '/?q=myeloma+"&lang=zh').one("div", class_="ignored").text


def test_how_a_query_was_read(client: FlaskClient) -> None:
    assert "AND" in page(client, "/?q=myeloma+relapse&lang=en").one("p", class_="read").one("code").text


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
        ("edition=JCR+1999", "The index holds no edition “JCR 1999”"),
        ("edition=JCR+2023&edition=JCR+2024", "no edition “JCR 2024”, or a second one of its kind"),
        ("view=x", "“x” is no way to show results"),
        ("quartile=Q9", "The filter “quartile:Q9” could not be read"),
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
        # Ours: two files, and a record's data for programs.
        assert response.text.count("<script") == 2 + response.text.count('<script type="application/ld+json">')
        assert 'href="javascript' not in response.text
        html.parse(response.text)
    tree = page(client, "/?q=hostile&lang=en")
    assert tree.one("li", class_="hit").one("h3").text == f"Markup {SCRIPT} in a title"
    assert SCRIPT in tree.one("li", class_="hit").one("p", class_="snippet").text
    assert f"Type {SCRIPT}" in {kind.text for kind in tree.all(class_="type")}
    assert SCRIPT in page(client, "/record/doi:10.5555/script?lang=en").one("h1").text


def record_rows(tree: html.Element) -> dict[str, str]:
    return {row.one("th").text: row.one("td").text for row in tree.one("table", class_="details").all("tr")}


def test_record_page(client: FlaskClient) -> None:
    tree = page(client, f"/record/{KNOWN.id}?lang=en")
    assert tree.one("h1").text.startswith("Early relapse")
    assert tree.one("h1").attributes["lang"] == "en"
    assert tree.one("p", class_="other").attributes["lang"] == "zh-Hans"
    assert [heading.text for heading in tree.all("h2")][:2] == ["Abstract in English", "Abstract in Chinese"]
    assert tree.one("table", class_="details").one("caption").text == "Details of the article"
    rows = record_rows(tree)
    assert rows["Published"] == "2021-03-16"
    assert rows["Volume, issue, pages"] == "volume 34 issue 6 pages 243-251"
    assert rows["Citations"] == "39"
    assert rows["DOI"] == "10.5555/known"
    assert rows["Identity here"] == KNOWN.id
    assert tree.one("section", class_="journal").one("div", lang="en").text == "A journal about what is known."
    assert [link.text for link in tree.one("nav", class_="buttons").all("a")] == [
        "DOI",
        "PubMed",
        "PMC",
        "PDF",
        "Article page",
    ]
    assert len(tree.one("section", lang="en").all("p")) == 2
    keyword = tree.one("ul", class_="subjects").all("a")[0]
    assert total(page(client, keyword.attributes["href"])) > 0
    journal = tree.one("section", class_="journal").one("a", class_="more").attributes["href"]
    assert {cite.text for cite in page(client, journal).all("cite")} == {"Journal of Known Findings"}


def test_metrics_of_a_journal_by_edition(client: FlaskClient) -> None:
    def metrics(address: str) -> tuple[list[list[str]], list[str]]:
        table = page(client, address).one("table", class_="metrics")
        rows = table.one("tbody").all("tr")
        shown = [row.one("th").text for row in rows if row.attributes.get("class") == "shown"]
        return [[cell.text for cell in row.children if isinstance(cell, html.Element)] for row in rows], shown

    rows, shown = metrics(f"/record/{KNOWN.id}?lang=en")
    assert rows == [
        ["JCR 2024", "Q1", "IF 12.4", ""],
        ["JCR 2023", "Q2", "IF 9.9", ""],
        ["CAS 2025", "CAS 1", "", "医学 12/240"],
        ["CAS 2023", "CAS 2", "", "医学"],
        ["The record itself", "Q1 CAS 1", "IF 12.4", "医学; HEMATOLOGY; ONCOLOGY"],
    ]
    assert shown == ["JCR 2024", "CAS 2025"]
    assert metrics(f"/record/{KNOWN.id}?edition=JCR+2023&lang=en")[1] == ["JCR 2023", "CAS 2025"]


def test_a_retracted_article_says_so(client: FlaskClient) -> None:
    tree = page(client, "/record/doi:10.5555/retracted?lang=en")
    assert tree.one("p", class_="retraction").text == "This article has been retracted. J Known Find. 2024;1:2"
    assert tree.one("strong", class_="retracted").text == "Retracted"
    hit = page(client, "/?q=withdrawn&lang=zh").all("li", class_="hit")[0]
    assert hit.one("strong", class_="retracted").text == "已撤稿"


def test_sections_and_headings_of_a_record(client: FlaskClient) -> None:
    tree = page(client, "/record/doi:10.5555/retracted?lang=en")
    abstract = tree.one(class_="abstracts")
    assert [label.text for label in abstract.all("h3")] == ["BACKGROUND", "METHODS", "RESULTS", "CONCLUSIONS"]
    assert [text.text for text in abstract.all("p")][2:] == ["None.", "None."]
    links = tree.all("ul", class_="subjects")[0].all("a")
    assert [link.text for link in links] == ["Multiple Myeloma / drug therapy (main subject)", "Humans"]
    assert total(page(client, links[0].attributes["href"])) > 0


def test_similar_articles(client: FlaskClient) -> None:
    tree = page(client, f"/record/{KNOWN.id}?lang=en")
    others = tree.one("ol", class_="similar").all("li")
    assert 0 < len(others) <= 5
    assert KNOWN.title_en not in {other.one("h3").text for other in others}
    assert any("myeloma" in other.text.casefold() for other in others)
    assert page(client, others[0].one("a").attributes["href"]).one("h1").text == others[0].one("h3").text
    assert not page(client, "/record/hash:bare").all("ol", class_="similar")


def test_record_page_in_chinese(client: FlaskClient) -> None:
    tree = page(client, f"/record/{KNOWN.id}?lang=zh")
    assert tree.one("h1").attributes["lang"] == "zh-Hans"
    assert record_rows(tree)["卷、期、页"] == "第 34 卷 第 6 期 第 243-251 页"


def test_authors_of_a_record_are_searches(client: FlaskClient) -> None:
    link = page(client, f"/record/{KNOWN.id}?lang=en").one("p", class_="people").all("a")[0]
    found = page(client, link.attributes["href"])
    assert f"/record/{KNOWN.id}?lang=en" in {
        hit.one("h3").one("a").attributes["href"] for hit in found.all("li", class_="hit")
    }


@pytest.mark.parametrize("record_id", ODD_IDS)
def test_any_identity_goes_through_an_address(client: FlaskClient, record_id: str) -> None:
    tree = page(client, f"/record/{record_path(record_id)}?lang=en")
    assert list(record_rows(tree).values())[-1] == record_id
    switched = page(client, tree.one("a", hreflang="zh-Hans").attributes["href"])
    assert list(record_rows(switched).values())[-1] == record_id


def test_results_link_to_every_odd_identity(client: FlaskClient) -> None:
    tree = page(client, "/?q=%22oddly+identified%22&per_page=50&lang=en")
    found = set()
    for hit in tree.all("li", class_="hit"):
        record = page(client, hit.one("h3").one("a").attributes["href"])
        found.add(list(record_rows(record).values())[-1])
    assert found == set(ODD_IDS)


@pytest.mark.parametrize(
    "address",
    [
        *("/", "/?q=patients&filter=quartile:Q1", "/?q=xylophonist", f"/record/{KNOWN.id}", "/record/none"),
        *("/audit?q=myeloma", "/advanced?q=myeloma", "/help"),
    ],
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
        if element.name == "script" and element.attributes.get("type") != "application/ld+json":
            # A file, since the page's policy refuses what stands in it.
            assert element.attributes["src"].startswith("/static/")
            assert element.text == ""
        assert not [name for name in element.attributes if name == "style" or name.startswith("on")]
        for reference in element.attributes.get("aria-labelledby", "").split():
            assert reference in ids
    labelled = {id(field) for label in tree.all("label") if label.text for field in label.all()}
    for field in (*tree.all("input"), *tree.all("select")):
        named = field.attributes.get("aria-label") or field.attributes.get("aria-labelledby") or id(field) in labelled
        assert field.attributes.get("type") == "hidden" or named
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
    for script in page(client, "/").all("script"):
        with client.get(script.attributes["src"]) as response:
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
    assert all(form.attributes["action"].startswith("/library/") for form in tree.all("form"))


def test_the_first_page_is_small_over_the_wire(client: FlaskClient) -> None:
    """Everything that a browser asks for, compressed as it is sent, and a kilobyte of headers for each."""
    taken = 0
    addresses = {"/?q=patients", *(f"/static/{path.name}" for path in STATIC.iterdir())}
    for address in addresses:
        with client.get(address, headers={"Accept-Encoding": "gzip"}) as response:
            assert response.headers.get("Content-Encoding") == "gzip" or len(response.data) < 1000, address
            taken += len(response.data) + 1000
    assert taken < 60_000


def test_answers_are_compressed_for_those_who_can_read_them(client: FlaskClient) -> None:
    plain = client.get("/?q=patients&lang=en")
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["Vary"]
    packed = client.get("/help?lang=en", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == client.get("/help?lang=en").data
    assert packed.content_length == len(packed.data)
    with client.get("/static/style.css", headers={"Accept-Encoding": "gzip"}) as style:
        assert gzip.decompress(style.data) == (STATIC / "style.css").read_bytes()
        tag = style.headers["ETag"]
    with client.get("/static/style.css", headers={"Accept-Encoding": "gzip", "If-None-Match": tag}) as again:
        assert (again.status_code, again.data) == (304, b"")
