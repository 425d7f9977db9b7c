"""The site that `make docs` builds, opened as files: no server, no network, wide and narrow, light and dark."""

from pathlib import Path
from typing import Final

import needs
import pytest
from browser import checks, pages
from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.site]

SITE: Final = Path(__file__).parents[2] / "out" / "site"
SAMPLE: Final = (
    "index",
    "notebooks/index",
    "notebooks/04-devops",
    "docs/parameters",
    "docs/kpis/mttr",
    "docs/practices/integration",
    "reference/index",
    "reference/devopssim.scenario",
    "reference/command-line/simulate",
    "CONTRIBUTING",
    "slides/07-seven-cs",
)
WIDE, NARROW = (1280, 900), (320, 800)


@pytest.fixture(scope="module", autouse=True)
def _built() -> None:
    needs.require("the site", found=(SITE / "index.html").exists(), how="`make docs` builds it.")


def address(name: str) -> str:
    return (SITE / f"{name}.html").as_uri()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", SAMPLE)
def test_a_page_is_accessible_and_asks_for_nothing_from_elsewhere(chromium: Browser, name: str, *, dark: bool) -> None:
    with pages.watched(chromium, dark=dark, size=WIDE) as seen:
        seen.page.goto(address(name))
        checks.is_quiet(seen)
        checks.is_accessible(seen, "body")


@pytest.mark.parametrize("name", SAMPLE)
def test_a_narrow_page_scrolls_downwards_only(chromium: Browser, name: str) -> None:
    with pages.watched(chromium, size=NARROW) as seen:
        seen.page.goto(address(name))
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
        reached = "(scrollTo(1000, 0), scrollX)"
        assert seen.page.evaluate(reached) == 0


def test_the_search_finds_pages_and_names_without_a_server(chromium: Browser) -> None:
    with pages.watched(chromium, size=WIDE) as seen:
        seen.page.goto(address("index"))
        seen.page.get_by_placeholder("Search").fill("mttr")
        seen.page.keyboard.press("Enter")
        seen.page.wait_for_selector("ul.search li")
        found = seen.page.locator("ul.search li").all_inner_texts()
        assert any("devopssim.kpis.mttr" in text for text in found)
        seen.page.get_by_role("link", name="Mean time to recovery").first.click()
        assert seen.page.get_by_role("heading", level=1).inner_text().startswith("Mean time to recovery")
        checks.is_quiet(seen)


def test_the_switch_changes_the_theme_and_the_next_page_keeps_it(chromium: Browser) -> None:
    with pages.watched(chromium, dark=False, size=WIDE) as seen:
        seen.page.goto(address("index"))
        colour = "getComputedStyle(document.body).backgroundColor"
        light = seen.page.evaluate(colour)
        chosen = set()
        for _ in range(3):  # follows the system, light, dark
            seen.page.locator(".content-icon-container .theme-toggle").click()
            chosen.add(seen.page.evaluate(colour))
            if len(chosen) > 1 or light not in chosen:
                break
        dark = seen.page.evaluate(colour)
        assert dark != light
        seen.page.goto(address("docs/model"))
        assert seen.page.evaluate(colour) == dark
