"""The page "Why isn't it here?": what leaves an article out of a search."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.search_web import html
from tests.search_web.conftest import KNOWN, RETRACTED, SCRIPT
from tests.search_web.test_pages import page


def verdict(tree: html.Element) -> str:
    return tree.one("h2", id="verdict").text


def rows(tree: html.Element) -> dict[str, str]:
    return {row.one("th").text: row.all("td")[0].text for row in tree.one("table").one("tbody").all("tr")}


def test_what_leaves_it_out(client: FlaskClient) -> None:
    tree = page(client, f"/why?q=myeloma+aspirin&filter=quartile:Q3|Q4,year:2020-2022&article={KNOWN.doi}&lang=en")
    assert verdict(tree) == "The search leaves it out"
    assert rows(tree) == {
        "myeloma": "yes",
        "aspirin": "no",
        "JCR quartile: Q3 or Q4": "no it has: Q1",
        "Year: 2020–2022": "yes",
    }
    zh = page(client, f"/why?q=myeloma&filter=quartile:Q3|Q4&article={KNOWN.doi}&lang=zh")
    assert rows(zh)["JCR 分区：Q3或Q4"] == "不符合 （该文献：Q1）"
    links = {a.text: a.attributes["href"] for a in tree.one("main").all("a")}
    assert links["Search without this filter"] == "/?q=myeloma+aspirin&filter=year%3A2020-2022&lang=en"
    assert links[KNOWN.title_en or ""] == f"/record/{KNOWN.id}?lang=en"
    assert "filter=quartile" in links["Back to the results"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("q=myeloma", "The search finds it"),
        ("", "The search finds it"),
        ("q=myeloma+relapse+zebrafish", "The search finds it, though it lacks some of the words"),
        ("q=zebrafish", "The search leaves it out"),
        ("q=myeloma&filter=quartile:Q4", "The search leaves it out"),
    ],
)
def test_the_verdict_is_that_of_the_search(client: FlaskClient, query: str, said: str) -> None:
    assert verdict(page(client, f"/why?{query}&article={KNOWN.pmid}&lang=en")) == said
    found = page(client, f"/?{query}&per_page=100&lang=en")
    listed = KNOWN.id in [box.attributes["value"] for box in found.all("input", name="id")]
    if query:
        assert listed == said.startswith("The search finds it")


def test_too_few_of_the_words(client: FlaskClient) -> None:
    tree = page(client, "/why?q=multiple+myeloma+relapse+zebrafish&article=10.5555/script&lang=en")
    assert verdict(tree) == "The search leaves it out: too few of the words are in it"


def test_what_is_not_indexed(client: FlaskClient) -> None:
    tree = page(client, "/why?q=myeloma&article=10.5555/nothing&lang=en")
    assert verdict(tree) == "It is not in this collection"
    assert "10.5555/nothing" in tree.one("main").text
    assert not tree.all("table")


def test_a_title_that_may_mean_several(client: FlaskClient) -> None:
    tree = page(client, "/why?q=myeloma&article=multiple+myeloma&lang=en")
    assert verdict(tree) == "Which article is meant?"
    candidates = tree.one("ul", class_="similar").all("a")
    assert 1 < len(candidates) <= 3
    chosen = page(client, candidates[0].attributes["href"])
    assert verdict(chosen) == "The search finds it"
    assert chosen.one("form", class_="ask").one("input", name="q").attributes["value"] == "myeloma"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_is_asked_from_the_results_and_from_the_record_of_a_search(client: FlaskClient, language: str) -> None:
    for place in ("/", "/audit"):
        tree = page(client, f"{place}?q=zzzz&filter=quartile:Q1&lang={language}")
        link = next(a for a in tree.all("a") if a.attributes["href"].startswith("/why"))
        asked = page(client, link.attributes["href"])
        assert not asked.all(id="verdict")
        answer = page(client, html.sent(asked.one("form", class_="ask"), ("article", RETRACTED.id)))
        assert verdict(answer)
        assert answer.one("html").attributes["lang"].startswith(language)


def test_another_language_keeps_what_was_asked(client: FlaskClient) -> None:
    tree = page(client, f"/why?q=myeloma&article={KNOWN.doi}&lang=en")
    other = page(client, tree.one("nav", class_="languages").one("a").attributes["href"])
    assert other.one("input", id="article").attributes["value"] == KNOWN.doi
    assert verdict(other) == "本次检索可以找到该文献"


def test_anything_can_be_typed(client: FlaskClient) -> None:
    for typed in (SCRIPT, "\x00", "x" * 5000, "(((", '"'):
        response = client.get("/why", query_string={"q": "myeloma", "article": typed})
        assert response.status_code == 200
        assert SCRIPT not in response.text
        html.parse(response.text)
