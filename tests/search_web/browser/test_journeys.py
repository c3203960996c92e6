"""What a person does, in a real browser, at two widths and in both languages."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.search_web.browser.conftest import SIZES, check_layout

PAGES = {
    "home": "/",
    "results": "/?q=多发性骨髓瘤",
    "results-en": "/?q=heart+failure",
    "relaxed": "/?q=myeloma+aspirin+zebra+treatment",
    "filtered": "/?q=treatment&filter=quartile:Q1|Q2,year:2010-2024",
    "ignored": "/?q=(the+treatment+AND",
    "empty": "/?q=zzzzzz&filter=quartile:Q1",
    "unbroken": "/?q=" + "x" * 500,
    "missing": "/nowhere",
}


def _total(page: Page) -> int:
    return int(re.sub(r"\D", "", page.locator(".summary strong").inner_text()))


def _open_facets(page: Page) -> None:
    facets = page.locator("details.facets")
    if not facets.evaluate("element => element.open") and page.locator("details.facets > summary").is_visible():
        page.locator("details.facets > summary").click()


@pytest.mark.parametrize("name", PAGES)
def test_pages_fit_and_are_accessible(browser: Browser, size: str, locale: str, address: str, name: str) -> None:
    context = browser.new_context(viewport=SIZES[size], locale=locale, base_url=address)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(PAGES[name])
    assert page.evaluate("document.documentElement.lang").startswith(locale[:2])
    check_layout(page, name)
    violations = Axe().run(page).response["violations"]
    assert [(violation["id"], violation["nodes"][0]["html"]) for violation in violations] == []
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_colour_schemes_have_contrast(browser: Browser, address: str, scheme: str) -> None:
    context = browser.new_context(viewport=SIZES["desktop"], color_scheme=scheme, base_url=address)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/?q=多发性骨髓瘤&filter=quartile:Q1")
    check_layout(page, scheme)
    violations = Axe().run(page).response["violations"]
    assert [(violation["id"], violation["nodes"][0]["html"]) for violation in violations] == []
    context.close()


def test_search_narrow_widen_read_and_return(page: Page) -> None:
    page.goto("/")
    page.get_by_role("searchbox").fill("治疗")
    page.get_by_role("searchbox").press("Enter")
    everything = _total(page)
    assert everything > 10

    _open_facets(page)
    chosen = page.locator("section.facet", has=page.locator("#facet-quartile")).locator("a.value").first
    count = int(chosen.locator(".count").inner_text())
    chosen.click()
    expect(page.locator(".chip")).to_have_count(1)
    assert _total(page) == count

    _open_facets(page)
    years = page.locator("form.years")
    years.locator("input[name=year_from]").fill("2015")
    years.locator("button").click()
    expect(page.locator(".chip")).to_have_count(2)
    narrowed = _total(page)
    assert 0 < narrowed <= count

    title = page.locator(".hit h3 a").first
    name = title.inner_text()
    title.click()
    expect(page.locator("main")).to_contain_text(name)
    check_layout(page, "record")
    page.go_back()
    assert _total(page) == narrowed

    page.locator(".chip").first.click()
    page.locator(".chip").first.click()
    expect(page.locator(".chip")).to_have_count(0)
    assert _total(page) == everything


def test_the_language_can_be_switched_and_stays(page: Page, locale: str) -> None:
    page.goto("/?q=heart")
    page.locator(".languages a").click()
    other = "zh" if locale.startswith("en") else "en"
    assert page.evaluate("document.documentElement.lang").startswith(other)
    page.get_by_role("searchbox").fill("stroke")
    page.get_by_role("searchbox").press("Enter")
    assert page.evaluate("document.documentElement.lang").startswith(other)


def test_sorting_and_paging(page: Page) -> None:
    page.goto("/?q=")
    page.locator(".pages a[rel=next]").first.click()
    assert "page=2" in page.url
    page.locator(".choice a[href*='sort=citations']").click()
    assert "sort=citations" in page.url
    assert "page=2" not in page.url
    expect(page.locator(".hit")).to_have_count(10)


def test_everything_works_without_javascript(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=address, locale="zh-CN")
    page = context.new_page()
    page.goto("/")
    page.get_by_role("searchbox").fill("myeloma")
    page.get_by_role("searchbox").press("Enter")
    total = _total(page)
    page.locator("#facet-year ~ ul a.value").first.click()
    assert 0 < _total(page) < total
    page.locator(".hit h3 a").first.click()
    expect(page.locator("h1")).to_be_visible()
    context.close()
