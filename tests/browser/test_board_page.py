"""`widgets.board` in JupyterLab: it plays, it stops, it can be driven by keys and read without being seen."""

from collections.abc import Iterator

import pytest
from browser import checks, pages
from browser.pages import Watched, until
from browser.servers import Server
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

ROOT = "section.dops"


@pytest.fixture(scope="module")
def seen(chromium: Browser, lab: Server) -> Iterator[Watched]:
    with pages.watched(chromium, size=(1400, 800)) as watched:
        pages.open_notebook(watched, lab, "board.ipynb")
        watched.page.wait_for_selector(f"{ROOT}[data-ready]")
        yield watched


def moment(page: Page) -> float:
    return float(page.get_by_label("Moment", exact=True).input_value())


def go_to(page: Page, hours: float) -> None:
    slider = page.get_by_label("Moment", exact=True)
    slider.evaluate("(slider, hours) => { slider.value = hours; slider.dispatchEvent(new Event('input')); }", hours)


def in_all(page: Page) -> int:
    return sum(map(int, page.locator(".dops-head strong").all_inner_texts()))


def test_it_plays_and_pauses(seen: Watched) -> None:
    page = seen.page
    go_to(page, 0)
    page.get_by_label("Speed", exact=True).select_option(label="in 15 seconds")
    page.get_by_role("button", name="Play").click()
    until(lambda: moment(page) > 1000 and in_all(page) > 20, "items have moved over the board")
    page.get_by_role("button", name="Pause").click()
    stopped = moment(page)
    items = page.locator(".dops-item").count()
    page.wait_for_timeout(300)
    assert moment(page) == stopped
    assert items
    assert f"Live: {page.locator('.dops-head strong').last.inner_text()}" in page.inner_text(".dops-said >> nth=0")
    seen.shot("board-light")
    checks.is_accessible(seen, ROOT)
    checks.is_quiet(seen)


def test_keys_go_one_event_on_and_back_and_to_the_ends(seen: Watched) -> None:
    page = seen.page
    board = page.locator(".dops-board")
    board.focus()
    page.keyboard.press("Home")
    assert moment(page) == 0
    page.keyboard.press("ArrowRight")
    first = page.inner_text(".dops-said >> nth=0")
    assert in_all(page) == 1
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert page.inner_text(".dops-said >> nth=0") == first
    page.keyboard.press("End")
    assert in_all(page) > 100
    page.keyboard.press(" ")
    page.get_by_role("button", name="Pause").wait_for()
    page.keyboard.press(" ")
    page.get_by_role("button", name="Play").wait_for()
    assert page.evaluate("document.querySelectorAll('.jp-Cell').length") == 1, "a key reached the notebook"


def test_the_slider_of_time_goes_to_a_moment(seen: Watched) -> None:
    page = seen.page
    go_to(page, 2000)
    assert abs(moment(page) - 2000) < 10
    assert page.inner_text(".dops-moment") == "Week 12, day 7"
    page.get_by_label("Moment", exact=True).focus()
    page.keyboard.press("ArrowRight")
    assert moment(page) > 2000


def test_another_replication_is_another_course_of_events(seen: Watched) -> None:
    page = seen.page
    number = page.get_by_label("Replication", exact=True)
    go_to(page, 2000)
    before = page.inner_text(".dops-said >> nth=0")
    number.fill("3")
    number.press("Enter")
    page.wait_for_selector(f"{ROOT}[data-ready='3']")
    go_to(page, 2000)
    assert page.inner_text(".dops-said >> nth=0") != before
    assert "may be an outlier" in page.inner_text(ROOT)


def test_it_reads_on_a_dark_page(seen: Watched) -> None:
    pages.theme(seen.page, dark=True)
    go_to(seen.page, 3000)
    seen.shot("board-dark")
    checks.is_accessible(seen, ROOT)
    checks.is_quiet(seen)


def test_who_asked_for_less_motion_gets_still_pictures(seen: Watched) -> None:
    page = seen.page
    page.emulate_media(reduced_motion="reduce")
    go_to(page, 2000)
    assert page.locator(".dops-item").first.evaluate("item => getComputedStyle(item).transitionDuration") == "0s"
    page.evaluate("""() => {
        window.moments = new Set();
        const follow = () => { window.moments.add(document.querySelector(".dops-moment").textContent); requestAnimationFrame(follow); };
        follow();
    }""")
    page.get_by_role("button", name="Play").click()
    page.wait_for_timeout(1500)
    page.get_by_role("button", name="Pause").click()
    assert page.evaluate("window.moments.size") <= 3
    page.emulate_media(reduced_motion="no-preference")
