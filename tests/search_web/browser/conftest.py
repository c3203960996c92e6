"""A served index of the sample records and a real browser.

The browser is the system's: its path is taken from MEDSEARCH_BROWSER (as scripts/test sets it) or found by name.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, sync_playwright

from indexer.build import BuildOptions, build
from tests.conftest import SAMPLES
from tests.search_web.conftest import RETRACTED

JOURNALS = (
    "Journal,IF(2023),IF Quartile(2023),IF(2024),IF Quartile(2024),"
    "大类(2023),大类分区(2023),大类(2025),大类分区(2025)\n"
    "Northbridge Journal of Haematology,2.1,Q4,6.1,Q1,医学,3,医学,2 [31/240]\n"
    "Foxglove Radiology and Imaging,3.9,Q1,3.3,Q2,医学,3,医学,3\n"
)
SIZES = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where `medsearch serve` serves the samples."""
    with serving(str(tmp_path_factory.mktemp("served") / "index"), tmp_path_factory.mktemp("records")) as found:
        yield found


@contextmanager
def serving(index: str, folder: Path) -> Iterator[str]:
    """Serve the samples, with two editions of each family, and a retracted article; where that is.

    Args:
        index: Where they are indexed.
        folder: For files.
    """
    journals, retracted = folder / "journals.csv", folder / "retracted.jsonl"
    journals.write_text(JOURNALS, "utf-8")
    retracted.write_bytes(msgspec.json.encode(RETRACTED))
    build([str(SAMPLES), str(retracted)], index, BuildOptions(journals=(str(journals),)))
    serve = "from search_web.command import main; main()"
    command = [sys.executable, "-c", serve, "serve", "--index", index, "--port", "0"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stdout is not None
        yield server.stdout.readline().split(" at ")[1].split("/ ")[0]
        server.terminate()
    assert server.returncode == 0


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    names = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
    path = os.environ.get("MEDSEARCH_BROWSER") or next(filter(None, map(shutil.which, names)), None)
    if not path:
        if os.environ.get("CI"):
            pytest.fail("no browser: CI must install Chromium")
        pytest.skip("needs Chromium; on Debian and Ubuntu: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
        launched = playwright.chromium.launch(executable_path=path, args=arguments)
        yield launched
        launched.close()


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["en-GB", "zh-CN"])
def locale(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def page(browser: Browser, size: str, locale: str, address: str) -> Iterator[Page]:
    """A page that fails the test on any message of the console, failed request or overflow to the right."""
    context = browser.new_context(viewport=SIZES[size], locale=locale, base_url=address)  # type: ignore[arg-type]
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("requestfailed", lambda request: said.append(f"failed: {request.url}") if _is_fault(request) else None)
    page.set_default_timeout(10_000)
    yield page
    context.close()
    assert said == []


def _is_fault(request: Request) -> bool:
    """A request that a person cuts short by going on to the next page is none."""
    return request.failure != "net::ERR_ABORTED"


AXE_OPTIONS = {"rules": {"target-size": {"enabled": True}}}
"""What axe-core checks by default, and what WCAG 2.2 has added."""


def violations(page: Page, options: dict[str, object] | None = None) -> list[tuple[str, str]]:
    """What axe finds, each with the first element that it is found in."""
    found = Axe().run(page, options=options or AXE_OPTIONS).response["violations"]
    return [(one["id"], one["nodes"][0]["html"]) for one in found]


def check_layout(page: Page, name: str) -> None:
    """Nothing overflows to the right. MEDSEARCH_SCREENSHOTS names a folder to keep pictures in."""
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], f"{name} scrolls sideways: {width}"  # type: ignore[index]
    if folder := os.environ.get("MEDSEARCH_SCREENSHOTS"):
        language = page.evaluate("document.documentElement.lang")
        file = f"{name}-{page.viewport_size['width']}-{language}.png"  # type: ignore[index]
        page.screenshot(path=str(Path(folder) / file), full_page=True)
