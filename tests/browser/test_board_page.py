"""`widgets.board` in JupyterLab: it plays, pauses, obeys keys, and describes itself to screen readers."""

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


def time_of(page: Page) -> float:
    return float(page.get_by_label("Time", exact=True).input_value())


def go_to(page: Page, hours: float) -> None:
    slider = page.get_by_label("Time", exact=True)
    slider.evaluate("(slider, hours) => { slider.value = hours; slider.dispatchEvent(new Event('input')); }", hours)


def total(page: Page) -> int:
    return sum(map(int, page.locator(".dops-column-head strong").all_inner_texts()))


def test_it_begins_with_something_on_it_and_has_the_seven_stages(seen: Watched) -> None:
    heads = seen.page.locator(".dops-column-head span").all_inner_texts()
    assert heads == ["Requested", "Plan", "Code", "Build", "Test", "Deploy", "Operate", "Monitor"]
    assert time_of(seen.page) > 0
    assert seen.page.locator(".dops-item").count() > 3


def test_it_plays_and_pauses(seen: Watched) -> None:
    page = seen.page
    go_to(page, 0)
    page.get_by_label("Speed", exact=True).select_option(label="in 15 seconds")
    page.get_by_role("button", name="Play").click()
    until(lambda: time_of(page) > 1000 and total(page) > 20, "items have moved over the board")
    page.get_by_role("button", name="Pause").click()
    stopped = time_of(page)
    items = page.locator(".dops-item").count()
    page.wait_for_timeout(300)
    assert time_of(page) == stopped
    assert items
    assert f"Monitor: {page.locator('.dops-column-head strong').last.inner_text()}" in page.inner_text(
        ".dops-caption >> nth=0"
    )
    seen.shot("board-light")
    checks.is_accessible(seen, ROOT)
    checks.is_quiet(seen)


def test_keys_go_one_event_forward_and_back_and_to_the_ends(seen: Watched) -> None:
    page = seen.page
    board = page.locator(".dops-board")
    board.focus()
    page.keyboard.press("Home")
    assert time_of(page) == 0
    page.keyboard.press("ArrowRight")
    first = page.inner_text(".dops-caption >> nth=0")
    assert total(page) == 1
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert page.inner_text(".dops-caption >> nth=0") == first
    page.keyboard.press("End")
    assert total(page) > 100
    page.keyboard.press(" ")
    page.get_by_role("button", name="Pause").wait_for()
    page.keyboard.press(" ")
    page.get_by_role("button", name="Play").wait_for()
    assert page.evaluate("document.querySelectorAll('.jp-Cell').length") == 1, "a key reached the notebook"


def test_the_time_slider_moves_the_board(seen: Watched) -> None:
    page = seen.page
    go_to(page, 2000)
    assert abs(time_of(page) - 2000) < 10
    assert page.inner_text(".dops-time") == "Week 12, day 7"
    page.get_by_label("Time", exact=True).focus()
    page.keyboard.press("ArrowRight")
    assert time_of(page) > 2000


def test_another_replication_is_another_course_of_events(seen: Watched) -> None:
    page = seen.page
    number = page.get_by_label("Replication", exact=True)
    go_to(page, 2000)
    before = page.inner_text(".dops-caption >> nth=0")
    number.fill("3")
    number.press("Enter")
    page.wait_for_selector(f"{ROOT}[data-ready='3']")
    go_to(page, 2000)
    assert page.inner_text(".dops-caption >> nth=0") != before
    assert "may be an outlier" in page.inner_text(ROOT)


def test_the_board_is_accessible_on_a_dark_page(seen: Watched) -> None:
    pages.theme(seen.page, dark=True)
    go_to(seen.page, 3000)
    seen.shot("board-dark")
    checks.is_accessible(seen, ROOT)
    checks.is_quiet(seen)


def test_a_narrow_board_scrolls_sideways_and_nothing_overlaps(seen: Watched) -> None:
    page = seen.page
    wide = page.viewport_size
    page.set_viewport_size({"width": 320, "height": 1100})
    columns = page.get_by_role("region", name="Columns of the board")
    until(lambda: columns.evaluate("region => region.tabIndex") == 0, "the columns can be focused")
    go_to(page, 3000)
    cut = "heads => heads.filter(head => head.scrollWidth > head.clientWidth).map(head => head.textContent)"
    assert page.locator(".dops-column-head").evaluate_all(cut) == []
    width = columns.evaluate("region => region.scrollWidth") / 8
    assert width > page.locator(".dops-item").first.evaluate("item => item.offsetWidth")
    columns.focus()
    page.keyboard.press("ArrowRight")
    until(lambda: columns.evaluate("region => region.scrollLeft") > 0, "the arrow key scrolls the columns")
    seen.shot("board-320")
    checks.is_accessible(seen, ROOT)
    page.set_viewport_size(wide or {"width": 1400, "height": 800})


def test_reduced_motion_redraws_once_a_second(seen: Watched) -> None:
    page = seen.page
    page.emulate_media(reduced_motion="reduce")
    go_to(page, 2000)
    assert page.locator(".dops-item").first.evaluate("item => getComputedStyle(item).transitionDuration") == "0s"
    page.evaluate("""() => {
        window.times = new Set();
        const follow = () => { window.times.add(document.querySelector(".dops-time").textContent); requestAnimationFrame(follow); };
        follow();
    }""")
    page.get_by_role("button", name="Play").click()
    page.wait_for_timeout(1500)
    page.get_by_role("button", name="Pause").click()
    assert page.evaluate("window.times.size") <= 3
    page.emulate_media(reduced_motion="no-preference")
