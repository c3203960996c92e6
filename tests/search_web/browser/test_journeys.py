"""What a person does, in a real browser, at two widths and in both languages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.search_web.browser.conftest import SIZES, check_layout, violations
from tests.search_web.conftest import RETRACTED

PAGES = {
    "home": "/",
    "results": "/?q=多发性骨髓瘤&per_page=100",
    "filtered": "/?q=treatment&filter=quartile:Q1|Q2,year:2010-2024&more=journal",
    "ignored": "/?q=(the+treatment+AND&view=compact",
    "relaxed": "/?q=myeloma+aspirin+zebra+treatment",
    "left-out": "/?q=heart+failure+stroke&without=stroke&match=any",
    "meant": "/?q=multple+myeloma",
    "empty": "/?q=zzzzzz&filter=quartile:Q1",
    "unbroken": "/?q=" + "x" * 500,
    "record": f"/record/{RETRACTED.id}",
    "advanced": "/advanced?q=stroke&filter=quartile:Q1,category:医学&match=any",
    "audit": "/audit?q=the+multiple+myeloma&filter=quartile:Q1|Q2&edition=JCR+2023",
    "why": f"/why?q=myeloma+aspirin&filter=quartile:Q3&article={RETRACTED.id}",
    "why-which": "/why?q=myeloma&article=myeloma",
    "cite": "/cite?scope=all&q=myeloma&style=gb-t-7714",
    "help": "/help",
    "reference": "/api/v1/",
    "missing": "/nowhere",
    "no-record": "/record/doi:10.5555/none",
    "nothing-picked": "/cite",
}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}


def _total(page: Page) -> int:
    return int(re.sub(r"\D", "", page.locator(".summary strong").inner_text()))


def _open_facets(page: Page) -> None:
    facets = page.locator("form.facets > details")
    if not facets.evaluate("element => element.open") and facets.locator(":scope > summary").is_visible():
        facets.locator(":scope > summary").click()


def _facet(page: Page, name: str) -> Locator:
    return page.locator(f"section.facet[aria-labelledby=facet-{name}]")


def _tick(page: Page, name: str, place: int = 0) -> int:
    """Tick a value of a facet; its count, which the page must find then if it is the facet's only one."""
    value = _facet(page, name).locator("label.value").nth(place)
    count = int(value.locator(".count").inner_text().replace(",", ""))
    value.locator("input").check()
    return count


@pytest.mark.parametrize(
    ("size", "locale", "first", "second"),
    [
        ("desktop", "en-GB", "light", "dark"),
        ("desktop", "zh-CN", "dark", "light"),
        ("phone", "zh-CN", "light", "dark"),
        ("phone", "en-GB", "dark", "light"),
    ],
)
def test_pages_fit_and_are_accessible(
    browser: Browser, address: str, size: str, locale: str, first: str, second: str
) -> None:
    context = browser.new_context(viewport=SIZES[size], locale=locale, color_scheme=first, base_url=address)  # type: ignore[arg-type]
    page = context.new_page()
    for name, path in PAGES.items():
        page.goto(path)
        assert page.evaluate("document.documentElement.lang").startswith(locale[:2])
        check_layout(page, f"{name}-{first}")
        assert violations(page) == [], name
        # Nothing but colours changes with the scheme.
        page.emulate_media(color_scheme=second)  # type: ignore[arg-type]
        assert violations(page, CONTRAST) == [], name
        page.emulate_media(color_scheme=first)  # type: ignore[arg-type]
    context.close()


def test_search_narrow_drag_read_and_return(page: Page) -> None:
    page.goto("/")
    page.locator("#q").fill("治疗")
    page.locator("#q").press("Enter")
    expect(page).to_have_url(re.compile("q="))
    everything = _total(page)
    assert everything > 10

    _open_facets(page)
    count = _tick(page, "quartile")
    expect(page.locator(".chip")).to_have_count(1)
    assert _total(page) == count
    # The address is that of the search, and the way back leads out of it.
    assert "filter=quartile" in page.url
    _tick(page, "quartile", 1)
    expect(page.locator(".chip")).to_have_count(2)
    assert _total(page) > count
    _tick(page, "open_access")
    expect(page.locator(".chip")).to_have_count(3)
    narrowed = _total(page)
    page.locator(".chip").nth(1).click()
    expect(page.locator(".chip")).to_have_count(2)
    assert _total(page) < narrowed
    page.go_back()
    expect(page.locator(".chip")).to_have_count(3)
    assert _total(page) == narrowed

    chart = page.locator("svg.histogram")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 1, box["y"] + 20, steps=3)
    page.mouse.up()
    expect(page.locator(".chip")).to_have_count(4)
    low, high = (int(page.locator(f"#year-{end}").input_value()) for end in ("from", "to"))
    assert 1980 < low < high
    dragged = _total(page)
    assert 0 < dragged <= narrowed

    title = page.locator(".hit a.title").first
    name = title.inner_text()
    title.click()
    expect(page.locator("main")).to_contain_text(name)
    expect(page.locator(".similar li").first).to_be_visible()
    page.go_back()
    expect(page.locator(".chip")).to_have_count(4)
    assert _total(page) == dragged
    page.locator("a.clear").click()
    expect(page.locator(".chip")).to_have_count(0)
    assert _total(page) == everything


def test_export_a_selection_change_edition_and_repeat(page: Page, locale: str) -> None:
    page.goto("/?q=myeloma")
    page.locator(".pick input").nth(0).check()
    page.locator(".pick input").nth(2).check()
    picked = [page.locator(".pick input").nth(place).get_attribute("value") for place in (0, 2)]
    # What is picked stays so on other pages of results.
    page.goto("/?q=骨髓瘤&per_page=20")
    menu = page.locator("details.menu", has=page.locator("[name=format]"))
    menu.locator("summary").click()
    expect(menu.locator("[data-picked]")).to_have_text(["(2)", "(2)"])
    expect(menu.locator("[value=picked]")).to_be_checked()
    with page.expect_download() as download:
        menu.locator("button:not([formaction])[type=submit]").click()
    text = download.value.path().read_text("utf-8")
    assert {f"doi:{doi}" for doi in re.findall(r"DO  - (\S+)", text)} == set(picked)

    _open_facets(page)
    _facet(page, "quartile").locator("select").select_option("JCR 2023")
    expect(page).to_have_url(re.compile("edition=JCR"))
    badge = page.locator(".hit", has_text="Northbridge").first.locator(".badge.q4")
    expect(badge).to_have_attribute("title", re.compile("JCR 2023"))

    found = [box.get_attribute("value") for box in page.locator(".pick input").all()]
    page.locator(".acts a").first.click()
    link = page.locator(".details code").last.inner_text()
    page.goto(link.replace("\n", ""))
    expect(page.locator(".repeated")).to_be_visible()
    assert [box.get_attribute("value") for box in page.locator(".pick input").all()] == found


def test_why_an_article_is_not_found(page: Page) -> None:
    page.goto("/?q=myeloma+aspirin&match=all&filter=year:2000-2030")
    expect(page.locator(".hit")).to_have_count(0)
    page.locator(".acts a[href*='/why']").click()
    page.locator("#article").fill(RETRACTED.title_en or "")
    page.locator("#article").press("Enter")
    expect(page.locator(".metrics .verdict")).to_have_count(3)
    expect(page.locator(".metrics .lacks")).to_have_count(1)
    expect(page.locator(".metrics tr", has=page.locator(".lacks"))).to_contain_text("aspirin")
    page.locator(".of a").click()
    expect(page.locator(".chip")).to_have_count(1)


def test_find_a_journal(page: Page) -> None:
    page.goto("/")
    _open_facets(page)
    box = _facet(page, "journal").locator("input[name=find]")
    box.press_sequentially("foxg")
    expect(_facet(page, "journal").locator("label.value")).to_have_count(1)
    expect(box).to_be_focused()
    expect(box).to_have_value("foxg")
    _tick(page, "journal")
    expect(page.locator(".chip")).to_have_count(1)
    assert set(page.locator(".hit cite").all_inner_texts()) == {"Foxglove Radiology and Imaging"}


@pytest.mark.parametrize(("size", "locale"), [("desktop", "en-GB")])
def test_keys(page: Page) -> None:
    page.goto("/?q=myeloma")
    page.keyboard.press("j")
    expect(page.locator(".hit a.title").nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".hit a.title").nth(1)).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator(".pick input").nth(1)).to_be_checked()
    page.keyboard.press("k")
    expect(page.locator(".hit a.title").nth(0)).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("j/")
    expect(page.locator("#q")).to_have_value("j/")
    page.goto("/help")
    page.locator("#keys-on").uncheck()
    page.goto("/?q=myeloma")
    page.keyboard.press("j")
    expect(page.locator(".hit a.title").nth(0)).not_to_be_focused()


@pytest.mark.parametrize(("size", "locale"), [("desktop", "zh-CN"), ("phone", "en-GB")])
def test_the_history_joins_searches(page: Page) -> None:
    page.goto("/?q=myeloma")
    first = _total(page)
    page.goto("/?q=relapse&lang=en")
    page.locator(".places a").nth(1).click()
    rows = page.locator("#history tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(1).locator("th")).to_have_text("#1")
    rows.nth(1).locator("[data-use]").click()
    rows.nth(0).locator("[data-use]").click()
    expect(page.locator(".written code")).to_have_text("#1 AND #2")
    check_layout(page, "history")
    assert violations(page) == []
    page.locator("#builder [name=words]").first.press("Enter")
    expect(page.locator("main")).to_have_attribute("data-searched", "#1 AND #2")
    joined = _total(page)
    assert 0 < joined < first
    # From the box as well; what the numbers stand for goes along.
    page.locator("#q").fill("#1 NOT #2")
    page.locator("#q").press("Enter")
    expect(page.locator("main")).to_have_attribute("data-searched", "#1 NOT #2")
    assert _total(page) == first - joined
    assert "s1=myeloma" in page.url


@pytest.mark.parametrize(("size", "locale"), [("desktop", "en-GB")])
def test_a_search_of_the_history_means_the_same_without_those_it_names(page: Page) -> None:
    def searched(query: str) -> int:
        page.locator("#q").fill(query)
        page.locator("#q").press("Enter")
        expect(page.locator("main")).to_have_attribute("data-searched", query)
        return _total(page)

    page.goto("/")
    for query in ("myeloma", "relapse"):
        searched(query)
    joined = searched("#1 AND #2")
    page.locator(".places a").nth(1).click()
    page.locator("#history [data-drop][data-number='1']").click()
    assert searched("#3") == joined
    assert searched("#4 AND relapse") == joined
    # The number of a search that was removed is not given to another.
    page.locator(".places a").nth(1).click()
    page.locator("#history [data-drop][data-number='5']").click()
    searched("patients")
    page.locator(".places a").nth(1).click()
    expect(page.locator("#history tbody th").first).to_have_text("#6")


@pytest.mark.parametrize(("size", "locale"), [("desktop", "zh-CN"), ("phone", "en-GB")])
def test_citations_are_copied(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/record/{RETRACTED.id}")
    page.locator("[data-copy=cite-apa]").click()
    expect(page.locator("#said")).not_to_be_empty()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#cite-apa").inner_text()
    page.goto("/?q=myeloma")
    page.locator(".pick input").first.check()
    menu = page.locator("details.menu", has=page.locator("[name=style]"))
    menu.locator("summary").click()
    check_layout(page, "export")
    assert violations(page) == []
    menu.locator("[data-copy-from]").click()
    expect(page.locator("[data-copy-from].done")).to_be_visible()
    assert "10.5555/" in page.evaluate("navigator.clipboard.readText()")
    page.keyboard.press("Escape")
    expect(menu.locator(".panel")).to_be_hidden()


def test_the_language_can_be_switched_and_stays(page: Page, locale: str) -> None:
    page.goto("/?q=heart")
    page.locator(".languages a").click()
    other = re.compile("^zh" if locale.startswith("en") else "^en")
    expect(page.locator("html")).to_have_attribute("lang", other)
    page.locator("#q").fill("stroke")
    with page.expect_navigation(url="**q=stroke**"):
        page.locator("#q").press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", other)


@pytest.mark.parametrize(("size", "locale"), [("desktop", "zh-CN"), ("phone", "en-GB")])
def test_sorting_and_paging(page: Page) -> None:
    page.goto("/?q=")
    page.locator(".pages a[rel=next]").first.click()
    assert "page=2" in page.url
    page.locator("details.menu[data-keep=sort] summary").click()
    check_layout(page, "menu")
    page.locator(".choice a[href*='sort=citations']").click()
    assert "sort=citations" in page.url
    assert "page=2" not in page.url
    expect(page.locator(".hit")).to_have_count(10)


@pytest.mark.parametrize(("size", "locale"), [("desktop", "zh-CN"), ("phone", "en-GB")])
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
    assert violations(page) == []
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
    box = page.locator("#q")
    main = page.locator("main").bounding_box()
    expect(box).to_have_attribute("aria-expanded", "false")
    box.press_sequentially("多发性骨" if locale == "zh-CN" else "multiple my")
    options = page.locator(".suggestions [role=option]")
    expect(options.first).to_contain_text("多发性骨髓瘤" if locale == "zh-CN" else "multiple myeloma")
    expect(options.first).to_contain_text("术语" if locale == "zh-CN" else "term")
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".search [role=status]")).to_contain_text(str(options.count()))
    assert page.locator("main").bounding_box() == main
    check_layout(page, "suggestions")
    assert violations(page) == []

    box.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    assert violations(page) == []
    box.press("ArrowUp")
    expect(page.locator("[aria-selected=true]")).to_have_count(0)
    box.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    box.press("ArrowDown")
    box.press("ArrowDown")
    box.press("Enter")
    expect(page.locator("#q")).to_have_value("多发性骨髓瘤" if locale == "zh-CN" else "multiple myeloma")
    assert _total(page) > 0


@pytest.mark.parametrize(("size", "locale"), [("desktop", "zh-CN"), ("phone", "en-GB")])
def test_a_suggested_name_is_searched_in_its_field(page: Page) -> None:
    page.goto("/?q=&filter=quartile:Q1|Q2|Q3|Q4|unknown")
    box = page.locator("#q")
    box.press_sequentially("foxgl")
    page.locator(".suggestions [role=option]").first.click()
    expect(page.locator("#q")).to_have_value('journal:"Foxglove Radiology and Imaging"')
    expect(page.locator(".chip")).to_have_count(5)
    assert {name.casefold() for name in page.locator(".hit cite").all_inner_texts()} == {
        "foxglove radiology and imaging"
    }


@pytest.mark.parametrize(("size", "locale"), [("desktop", "zh-CN"), ("phone", "en-GB")])
def test_enter_without_a_choice_searches_what_was_typed(page: Page) -> None:
    page.goto("/")
    box = page.locator("#q")
    box.press_sequentially("myel")
    expect(page.locator(".suggestions [role=option]").first).to_be_visible()
    box.press("Enter")
    expect(page.locator("h1")).to_contain_text("myel")
    expect(page.get_by_role("listbox")).to_have_count(0)


@pytest.mark.parametrize(("size", "locale"), [("desktop", "zh-CN"), ("phone", "en-GB")])
def test_escape_and_leaving_close_the_list(page: Page) -> None:
    page.goto("/")
    box = page.locator("#q")
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
    box = page.locator("#q")
    with page.expect_request("**/api/v1/suggest?q=hea"):
        box.press_sequentially("hea")
    box.press_sequentially("rt f")
    expect(page.locator(".suggestions [role=option]").first).to_contain_text("heart failure")
    assert len(held) == 1
    assert [url.partition("q=")[2] for url in aborted] == ["hea"]


@pytest.mark.parametrize(("size", "locale"), [("desktop", "zh-CN")])
def test_an_input_method_is_left_alone_while_it_composes(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/" in request.url else None)
    page.goto("/")
    page.locator("#q").focus()
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
    expect(page.locator(".suggestions [role=option]").first).to_contain_text("心肌")
    expect(page.locator("#q")).to_have_value("心肌")
    assert len(asked) == 1


@pytest.mark.parametrize(("size", "locale"), [("phone", "en-GB")])
def test_the_box_works_when_suggestions_fail(page: Page) -> None:
    page.route("**/api/v1/suggest**", lambda route: route.abort("aborted"))
    page.goto("/")
    page.locator("#q").press_sequentially("myeloma")
    page.locator("#q").press("Enter")
    assert _total(page) > 0


def test_everything_works_without_javascript(browser: Browser, address: str, size: str, locale: str) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=address, locale=locale, viewport=SIZES[size])  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/")
    page.locator("#q").fill("multple myeloma")
    page.locator("#q").press("Enter")
    page.locator(".correction a").click()
    page.locator(".expansions summary").click()
    expect(page.locator(".expansions li").first).to_contain_text("浆细胞骨髓瘤")
    total = _total(page)
    _open_facets(page)
    _tick(page, "quartile")
    _tick(page, "open_access")
    page.locator("#year-from").fill("2000")
    _facet(page, "quartile").locator("select").select_option("JCR 2023")
    page.locator("button.apply").locator("visible=true").first.click()
    expect(page.locator(".chip")).to_have_count(3)
    assert "edition=JCR" in page.url
    page.locator(".chip").first.click()
    expect(page.locator(".chip")).to_have_count(2)
    assert 0 < _total(page) < total
    page.locator(".pick input").first.check()
    menu = page.locator("details.menu", has=page.locator("[name=format]"))
    menu.locator("summary").click()
    menu.locator("[name=format]").select_option("bibtex")
    with page.expect_download() as download:
        menu.locator("button:not([formaction])[type=submit]").click()
    assert download.value.path().read_text("utf-8").count("@article") == 1
    menu.locator("button[formaction]").click()
    expect(page.locator(".citations li")).to_have_count(1)
    page.go_back()
    page.locator(".acts a").first.click()
    page.locator(".buttons a").nth(1).click()
    expect(page.locator(".repeated")).to_be_visible()
    page.locator(".hit a.title").first.click()
    expect(page.locator("h1")).to_be_visible()
    page.locator(".places a").first.click()
    page.locator("[name=words]").first.fill("heart failure")
    page.locator("button[value=row]").click()
    expect(page.locator("[name=words]")).to_have_count(4)
    page.locator("#builder [name=words]").first.press("Enter")
    expect(page.locator("#q")).to_have_value("(heart failure)")
    page.locator(".brand").click()
    _open_facets(page)
    _facet(page, "journal").locator("input[name=find]").fill("annals")
    _facet(page, "journal").locator("button[name=more]").first.click()
    _open_facets(page)
    expect(_facet(page, "journal").locator("label.value")).to_have_count(1)
    page.locator("#q").fill("myeloma aspirin")
    page.locator("#q").press("Enter")
    page.locator(".acts a[href*='/why']").click()
    page.locator("#article").fill(RETRACTED.id)
    page.locator(".ask button").click()
    expect(page.locator(".verdict.lacks").first).to_be_visible()
    page.locator(".languages a").click()
    expect(page.locator("html")).to_have_attribute("lang", re.compile("^zh" if locale == "en-GB" else "^en"))
    expect(page.locator("#article")).to_have_value(RETRACTED.id)
    context.close()
