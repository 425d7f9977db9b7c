"""`widgets.explore` in JupyterLab."""

from collections.abc import Iterator

import pytest
from browser import checks, pages
from browser.pages import Watched, until
from browser.servers import Server
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

ROOT = "section.dops"


@pytest.fixture(scope="module")
def seen(chromium: Browser, lab: Server) -> Iterator[Watched]:
    with pages.watched(chromium, size=(1400, 1700)) as watched:
        pages.open_notebook(watched, lab, "explore.ipynb")
        watched.page.wait_for_selector(f"{ROOT}[data-estimates]")
        watched.page.wait_for_selector("figure svg")
        yield watched


def test_a_slider_can_be_added_for_any_parameter_and_moved(seen: Watched) -> None:
    page = seen.page
    page.get_by_label("Add a slider").fill("pipeline.build_time")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    slider = page.get_by_label("Build time", exact=True)
    slider.focus()
    before = int(page.get_attribute(ROOT, "data-estimates") or 0)
    page.keyboard.press("End")
    until(lambda: int(page.get_attribute(ROOT, "data-estimates") or 0) > before, "a new estimate is shown")
    assert "Build time: 0.15 h" in page.inner_text(".dops-explanations")
    page.get_by_role("button", name="Remove the slider Build time").click()
    slider.wait_for(state="detached")
    checks.is_quiet(seen)


def test_an_unknown_parameter_becomes_a_note(seen: Watched) -> None:
    seen.page.get_by_label("Add a slider").fill("team.develoopers")
    seen.page.get_by_role("button", name="Add", exact=True).click()
    until(lambda: "did you mean team.developers" in seen.page.inner_text(ROOT), "the page suggests the nearest name")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_chosen_figures_are_drawn_with_their_text(seen: Watched, theme: str) -> None:
    page = seen.page
    pages.theme(page, dark=theme == "dark")
    choice = page.locator("details.dops-figure-choice")
    if choice.get_attribute("open") is None:
        choice.locator("summary").click()
    page.get_by_label("Deployments and failures", exact=True).check()
    figure = page.locator("figure[data-figure=deployments]")
    figure.locator("svg").wait_for()
    assert "deployments" in figure.locator("figcaption").inner_text()
    assert figure.locator("svg").get_attribute("aria-labelledby") == figure.locator("figcaption").get_attribute("id")
    page.wait_for_selector(".dops-status[data-stage='final']")
    until(lambda: "26 weeks" in page.inner_text(".dops-figures"), "the figures show the whole run")
    seen.shot(f"explore-{theme}")
    checks.is_accessible(seen, ROOT)
    checks.is_quiet(seen)
