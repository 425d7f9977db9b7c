"""`widgets.compare` in JupyterLab: by keyboard, on a light and on a dark page."""

import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import checks, pages
from browser.pages import Watched, until
from browser.servers import Server
from playwright.sync_api import Browser, Page

from devopssim.scenario import PRACTICES

pytestmark = pytest.mark.browser

MOVES = 20
ROOT = "section.dops"
MEASURE_REDRAWS = """
() => {
    const root = document.querySelector("section.dops");
    let moved = null;
    window.durations = [];
    root.addEventListener("input", () => { moved = performance.now(); }, true);
    new MutationObserver(() => {
        if (moved === null) return;
        const since = moved;
        moved = null;
        requestAnimationFrame(() => setTimeout(() => window.durations.push(performance.now() - since)));
    }).observe(root, { attributes: true, attributeFilter: ["data-estimates"] });
}
"""
"""From the slider's event until the frame with the new cards and curve has been drawn."""


@pytest.fixture(scope="module")
def seen(chromium: Browser, lab: Server) -> Iterator[Watched]:
    with pages.watched(chromium) as watched:
        pages.open_notebook(watched, lab, "compare.ipynb")
        watched.page.wait_for_selector(f"{ROOT}[data-estimates]")
        yield watched


@pytest.fixture
def page(seen: Watched) -> Page:
    """The page with every scenario reset to its baseline."""
    seen.page.get_by_role("button", name="Reset to baseline").click()
    return seen.page


def share_of_testing(page: Page) -> str:
    return page.locator(".dops-control", has_text="Continuous testing").locator("output").inner_text()


def estimates(page: Page) -> int:
    return int(page.get_attribute(ROOT, "data-estimates") or 0)


def settled(page: Page) -> None:
    page.wait_for_selector(".dops-status[data-stage='final']")


def test_a_slider_that_is_moved_by_keyboard_changes_cards_and_curve(page: Page, seen: Watched) -> None:
    settled(page)
    card, chart = page.get_by_label("KPIs of devops"), page.locator(".dops-chart svg")
    before, drawn, count = card.inner_text(), chart.get_attribute("aria-label"), estimates(page)
    page.get_by_label("Continuous testing").focus()
    page.keyboard.press("Home")
    until(lambda: estimates(page) > count, "a new estimate is shown")
    assert share_of_testing(page) == "0 %"
    settled(page)
    assert card.inner_text() != before
    assert chart.get_attribute("aria-label") != drawn
    assert "worse" in card.inner_text()
    explanation = page.get_by_label("What changed and why").inner_text()
    assert "Continuous testing: 100 % \N{RIGHTWARDS ARROW} 0 %" in explanation
    assert PRACTICES["testing"].without in explanation
    seen.shot("compare-light")
    checks.is_quiet(seen)


def test_the_time_to_a_new_picture_is_reported(page: Page, capsys: pytest.CaptureFixture[str]) -> None:
    """The times are printed, not asserted: they depend on the computer and its load."""
    until(lambda: share_of_testing(page) == "100 %", "the sliders are back")
    page.evaluate(MEASURE_REDRAWS)
    page.get_by_label("Continuous testing").focus()
    for move in range(MOVES):
        page.keyboard.press("ArrowLeft")
        page.wait_for_function("move => window.durations.length > move", arg=move)
    durations = page.evaluate("window.durations")
    median, slow = statistics.median(durations), statistics.quantiles(durations, n=10)[-1]
    with capsys.disabled():
        sys.stderr.write(
            f"\nslider to redraw in JupyterLab: median {median:.0f} ms, 90 % within {slow:.0f} ms, of {MOVES} moves\n"
        )
    assert len(durations) == MOVES


def test_columns_that_nobody_touched_stay(page: Page) -> None:
    until(lambda: share_of_testing(page) == "100 %", "the sliders are back")
    settled(page)
    page.evaluate("""() => {
        window.texts = new Set();
        const card = () => document.querySelector("[aria-label='KPIs of agile']").innerText;
        window.watching = new MutationObserver(() => window.texts.add(card()));
        window.watching.observe(document.querySelector("section.dops"), { attributes: true, attributeFilter: ["data-estimates"] });
    }""")
    page.get_by_label("Continuous testing").focus()
    for _ in range(3):
        count = estimates(page)
        page.keyboard.press("ArrowLeft")
        until(lambda count=count: estimates(page) > count, "a new estimate is shown")  # type: ignore[misc]
    settled(page)
    assert page.evaluate("(window.watching.disconnect(), window.texts.size)") == 1
    assert "3 replications" in page.get_by_label("KPIs of agile").inner_text()


def test_a_guess_is_shown_beside_the_result_and_saved_as_csv(page: Page) -> None:
    until(lambda: share_of_testing(page) == "100 %", "the sliders are back")
    settled(page)
    page.get_by_label("will be (days)").fill("6")
    page.keyboard.press("Enter")
    table = page.get_by_role("region", name="Guesses and results")
    until(lambda: "no result yet" in table.inner_text(), "the guess is recorded")
    page.get_by_label("Continuous testing").focus()
    page.keyboard.press("Home")
    until(lambda: "Continuous testing: 100 %" in table.inner_text(), "the result stands beside the guess")
    settled(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Save as CSV").click()
    rows = Path(download.value.path()).read_text().splitlines()
    assert rows[0].startswith("scenario,kpi,unit,guess,estimate,low,high,replications,change")
    assert rows[1].startswith("devops,lead_time,h,144.0,")


def test_on_a_narrow_screen_sliders_and_answer_are_seen_together(page: Page, seen: Watched) -> None:
    wide = page.viewport_size
    page.set_viewport_size({"width": 320, "height": 700})
    top = "element => element.getBoundingClientRect().top"
    side, card = page.locator(".dops-side"), page.locator(".dops-card").first
    until(lambda: card.evaluate(top) - side.evaluate(top) < 500, "the answer is below the box of sliders")
    assert side.evaluate("box => box.scrollHeight > box.clientHeight")
    checks.is_accessible(seen, ROOT)
    page.set_viewport_size({"width": 800, "height": 700})
    until(lambda: abs(card.evaluate(top) - side.evaluate(top)) < 200, "the answer is beside the sliders")
    page.set_viewport_size(wide or {"width": 1400, "height": 1500})


def test_everything_can_be_done_with_the_keyboard(page: Page) -> None:
    page.locator(f"{ROOT} input[type=radio]:checked").focus()
    page.keyboard.press("ArrowUp")
    until(lambda: "Practices of agile" in page.inner_text(f"{ROOT} .dops-controls"), "the sliders show agile")
    names = []
    for _ in range(40):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent")
        names.append(name)
        if "TOML" in name:
            break
    assert [name for name in names if name.startswith("Continuous")] == [
        "Continuous integration", "Continuous delivery", "Continuous deployment", "Continuous testing",
        "Continuous monitoring", "Continuous feedback", "Continuous collaboration",
    ]  # fmt: skip
    assert {"Security inside (DevSecOps)", "Developers", "Requests per week", "Reset to baseline"} <= set(names)
    assert names[-1].startswith("Copy or load the scenario")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    until(lambda: 'name = "agile"' in page.input_value(f"{ROOT} textarea"), "the scenario is shown as text")
    page.keyboard.press("Control+A")
    page.keyboard.insert_text('base = "agile"\n[practices]\nmonitoring = 0.35\n')
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    shown = page.locator(".dops-control", has_text="Continuous monitoring").locator("output")
    until(lambda: shown.inner_text() == "35 %", "the text is loaded")
    assert page.evaluate("document.querySelectorAll('.jp-Cell').length") == 1, "a key reached the notebook"


def test_an_invalid_scenario_text_becomes_a_note(page: Page) -> None:
    box = page.locator("details.dops-toml")
    if box.get_attribute("open") is None:
        box.locator("summary").click()
    shown = box.locator("textarea")
    until(
        lambda: shown.input_value() and "monitoring = 0.35" not in shown.input_value(),
        "the scenario of the baseline is shown",
    )
    box.locator("textarea").fill("team = 3")
    box.get_by_role("button", name="Load").click()
    until(lambda: "must be a table" in page.inner_text(f"{ROOT} [role=alert]"), "the page shows the error")


def test_the_comparison_is_accessible(page: Page, seen: Watched) -> None:
    page.wait_for_selector(f"{ROOT} .dops-card")
    checks.is_accessible(seen, ROOT)


def test_the_comparison_is_accessible_on_a_dark_page(page: Page, seen: Watched) -> None:
    pages.theme(page, dark=True)
    count = estimates(page)
    page.get_by_label("Developers").focus()
    page.keyboard.press("ArrowRight")
    until(lambda: estimates(page) > count, "a new estimate is shown")
    settled(page)
    seen.shot("compare-dark")
    checks.is_accessible(seen, ROOT)
    checks.is_quiet(seen)
