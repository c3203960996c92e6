"""What a person does, in a real browser, at two widths and in both languages."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from tests.search_web.browser.conftest import SIZES, check_layout

PAGES = {
    "home": "/",
    "results": "/?q=多发性骨髓瘤",
    "results-en": "/?q=heart+failure",
    "relaxed": "/?q=myeloma+aspirin+zebra+treatment",
    "filtered": "/?q=treatment&filter=quartile:Q1|Q2,year:2010-2024",
    "ignored": "/?q=(the+treatment+AND",
    "expanded": "/?q=heart+failure+in+elderly+patients+with+diabetes&match=any",
    "left-out": "/?q=heart+failure+stroke&without=stroke&match=any",
    "as-typed": "/?q=heart+failure&expand=false",
    "meant": "/?q=multple+myeloma",
    "meant-zh": "/?q=多发性骨髓留",
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
    page.get_by_role("combobox").fill("治疗")
    page.get_by_role("combobox").press("Enter")
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
    other = re.compile("^zh" if locale.startswith("en") else "^en")
    expect(page.locator("html")).to_have_attribute("lang", other)
    page.get_by_role("combobox").fill("stroke")
    with page.expect_navigation(url="**q=stroke**"):
        page.get_by_role("combobox").press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", other)


def test_sorting_and_paging(page: Page) -> None:
    page.goto("/?q=")
    page.locator(".pages a[rel=next]").first.click()
    assert "page=2" in page.url
    page.locator(".choice a[href*='sort=citations']").click()
    assert "sort=citations" in page.url
    assert "page=2" not in page.url
    expect(page.locator(".hit")).to_have_count(10)


def test_what_was_searched_as_well_is_one_line_and_opens(page: Page, size: str) -> None:
    page.goto("/?q=heart+failure+in+elderly+patients+with+diabetes&match=any")
    line = page.locator(".expansions")
    closed = line.bounding_box()
    assert closed
    assert closed["height"] < 40
    line.locator("summary").click()
    expect(line.locator("li strong").first).to_be_visible()
    expect(line.locator(":scope > .more")).to_be_visible()
    check_layout(page, "expanded-open")
    assert Axe().run(page).response["violations"] == []
    before = page.locator(".expansions li").count()
    line.locator("li a.more").first.click()
    expect(page.locator(".left-out")).to_be_visible()
    assert "without=" in page.url
    assert page.locator(".expansions li").count() <= before


def test_did_you_mean_leads_to_what_was_meant(page: Page) -> None:
    page.goto("/?q=multple+myeloma")
    expect(page.locator(".hit")).to_have_count(0)
    page.locator(".correction a").click()
    expect(page.locator("#q")).to_have_value("multiple myeloma")
    assert _total(page) > 0


def test_suggestions_while_typing(page: Page, locale: str) -> None:
    page.goto("/")
    box = page.get_by_role("combobox")
    main = page.locator("main").bounding_box()
    expect(box).to_have_attribute("aria-expanded", "false")
    box.press_sequentially("多发性骨" if locale == "zh-CN" else "multiple my")
    options = page.get_by_role("option")
    expect(options.first).to_contain_text("多发性骨髓瘤" if locale == "zh-CN" else "multiple myeloma")
    expect(options.first).to_contain_text("术语" if locale == "zh-CN" else "term")
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("status")).to_contain_text(str(options.count()))
    assert page.locator("main").bounding_box() == main
    check_layout(page, "suggestions")
    assert Axe().run(page).response["violations"] == []

    box.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    assert Axe().run(page).response["violations"] == []
    box.press("ArrowUp")
    expect(page.locator("[aria-selected=true]")).to_have_count(0)
    box.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    box.press("ArrowDown")
    box.press("ArrowDown")
    box.press("Enter")
    expect(page.locator("#q")).to_have_value("多发性骨髓瘤" if locale == "zh-CN" else "multiple myeloma")
    assert _total(page) > 0


def test_a_suggested_name_is_searched_in_its_field(page: Page) -> None:
    page.goto("/?q=&filter=quartile:Q1|Q2|Q3|Q4|unknown")
    box = page.get_by_role("combobox")
    box.press_sequentially("foxgl")
    page.get_by_role("option").first.click()
    expect(page.locator("#q")).to_have_value('journal:"Foxglove Radiology and Imaging"')
    expect(page.locator(".chip")).to_have_count(5)
    assert {name.casefold() for name in page.locator(".hit cite").all_inner_texts()} == {
        "foxglove radiology and imaging"
    }


def test_enter_without_a_choice_searches_what_was_typed(page: Page) -> None:
    page.goto("/")
    box = page.get_by_role("combobox")
    box.press_sequentially("myel")
    expect(page.get_by_role("option").first).to_be_visible()
    box.press("Enter")
    expect(page.locator("h1")).to_contain_text("myel")
    expect(page.get_by_role("listbox")).to_have_count(0)


def test_escape_and_leaving_close_the_list(page: Page) -> None:
    page.goto("/")
    box = page.get_by_role("combobox")
    listbox = page.get_by_role("listbox")
    box.press_sequentially("heart")
    expect(listbox).to_be_visible()
    box.press("Escape")
    expect(listbox).to_be_hidden()
    expect(box).to_have_value("heart")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.press("ArrowDown")
    expect(listbox).to_be_visible()
    box.press("Tab")
    expect(listbox).to_be_hidden()
    box.fill("h")
    box.fill("zzzz")
    expect(listbox).to_be_hidden()


@pytest.mark.parametrize("size", ["desktop"])
def test_only_the_latest_request_is_shown(page: Page) -> None:
    held: list[Route] = []
    aborted: list[str] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/v1/suggest?q=hea", hold)
    page.on("requestfailed", lambda request: aborted.append(request.url))
    page.goto("/")
    box = page.get_by_role("combobox")
    with page.expect_request("**/api/v1/suggest?q=hea"):
        box.press_sequentially("hea")
    box.press_sequentially("rt f")
    expect(page.get_by_role("option").first).to_contain_text("heart failure")
    assert len(held) == 1
    assert [url.partition("q=")[2] for url in aborted] == ["hea"]


@pytest.mark.parametrize(("size", "locale"), [("desktop", "zh-CN")])
def test_an_input_method_is_left_alone_while_it_composes(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/" in request.url else None)
    page.goto("/")
    page.get_by_role("combobox").focus()
    keyboard = page.context.new_cdp_session(page)
    for typed in ("x", "xi", "xin", "xin j", "xin ji"):
        keyboard.send(
            "Input.imeSetComposition", {"text": typed, "selectionStart": len(typed), "selectionEnd": len(typed)}
        )
    expect(page.locator("#q")).to_have_value("xin ji")
    # Twice as long as the script waits after a letter: had it taken these for typed, it would have asked by now.
    page.evaluate("() => new Promise(resolve => setTimeout(resolve, 300))")
    assert asked == []
    keyboard.send("Input.insertText", {"text": "心肌"})
    expect(page.get_by_role("option").first).to_contain_text("心肌")
    expect(page.locator("#q")).to_have_value("心肌")
    assert len(asked) == 1


@pytest.mark.parametrize(("size", "locale"), [("phone", "en-GB")])
def test_the_box_works_when_suggestions_fail(page: Page) -> None:
    page.route("**/api/v1/suggest**", lambda route: route.abort("aborted"))
    page.goto("/")
    page.get_by_role("combobox").press_sequentially("myeloma")
    page.get_by_role("combobox").press("Enter")
    assert _total(page) > 0


def test_everything_works_without_javascript(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=address, locale="zh-CN")
    page = context.new_page()
    page.goto("/")
    page.get_by_role("searchbox").fill("multple myeloma")
    page.get_by_role("searchbox").press("Enter")
    page.locator(".correction a").click()
    page.locator(".expansions summary").click()
    expect(page.locator(".expansions li").first).to_contain_text("浆细胞骨髓瘤")
    total = _total(page)
    page.locator("#facet-year ~ ul a.value").first.click()
    assert 0 < _total(page) < total
    page.locator(".hit h3 a").first.click()
    expect(page.locator("h1")).to_be_visible()
    context.close()
