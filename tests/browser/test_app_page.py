"""`devopssim app`: the comparison as a page of its own."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import checks, pages, servers
from browser.pages import until
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

ROOT = "section.dops"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Server]:
    with servers.app(tmp_path_factory.mktemp("app")) as server:
        yield server


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_compares_without_requests_to_other_computers(
    chromium: Browser, app: servers.Server, theme: str
) -> None:
    with pages.watched(chromium, dark=theme == "dark") as seen:
        page = seen.page
        page.goto(app.address)
        page.wait_for_selector(f"{ROOT}[data-estimates]")
        assert page.title() == "devopssim"
        before = page.get_by_label("KPIs of waterfall").inner_text()
        page.locator(f"{ROOT} input[type=radio]:checked").focus()
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        slider = page.get_by_label("Continuous monitoring")
        until(lambda: slider.input_value() == "0", "the sliders show waterfall")
        slider.focus()
        page.keyboard.press("End")
        until(lambda: page.get_by_label("KPIs of waterfall").inner_text() != before, "the card of waterfall changes")
        until(lambda: "Continuous monitoring: 0 %" in page.inner_text(ROOT), "the page shows what changed")
        page.wait_for_selector(".dops-status[data-stage='refining'], .dops-status[data-stage='final']")
        background = page.evaluate("getComputedStyle(document.querySelector('.dops-card')).backgroundColor")
        assert (max(map(int, re.findall(r"\d+", background)[:3])) < 80) == (theme == "dark")
        seen.shot(f"app-{theme}")
        checks.is_accessible(seen, "body")
        checks.is_quiet(seen)


def test_a_port_in_use_is_refused_in_one_line(app: servers.Server, tmp_path: Path) -> None:
    port = app.address.rstrip("/").rpartition(":")[2]
    command = [sys.executable, "-m", "devopssim", "app", "--no-browser", "--port", port]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"port={port}" in done.stderr
    assert "--port" in done.stderr
