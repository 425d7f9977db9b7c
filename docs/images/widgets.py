"""Make the pictures of the widgets: `.venv/bin/python docs/images/widgets.py` writes app.png, board.png and explore.png.

It needs Chromium and takes about a minute.
"""

import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "tests"))

from browser import pages, servers  # noqa: E402 - the tests' own helpers
from PIL import Image  # noqa: E402 - as above
from playwright.sync_api import Browser  # noqa: E402 - as above

ROOT = "section.dops"
GO = "(slider, part) => { slider.value = part * slider.max; slider.dispatchEvent(new Event('input')); }"
BOARD = "from devopssim import DEVOPS, widgets\nwidgets.board(DEVOPS, years=0.25)"
EXPLORE = """from devopssim import DEVOPS_IN_NAME_ONLY, scenario, vary, widgets
shop = vary(DEVOPS_IN_NAME_ONLY, {"years": 2})
widgets.explore(shop, parameters=[f"practices.{name}" for name in scenario.SEVEN_CS])"""


def main() -> None:
    """Show each widget in a real browser, change something, and keep a picture."""
    with tempfile.TemporaryDirectory() as folder, pages.chromium() as browser:
        home = Path(folder)
        pages.notebook(home / "board.ipynb", BOARD)
        pages.notebook(home / "explore.ipynb", EXPLORE)
        with servers.jupyterlab(home) as lab:
            board(browser, lab)
            explore(browser, lab)
        with servers.app(home) as server:
            app(browser, server)
    for name in ("app.png", "board.png", "explore.png"):
        reduce_colours(name)


def reduce_colours(name: str) -> None:
    """Make the file of a picture several times smaller; 256 colours look the same."""
    Image.open(HERE / name).convert("RGB").quantize(256).save(HERE / name, optimize=True)


def board(browser: Browser, lab: servers.Server) -> None:
    """Stop the board at the moment, of a hundred, at which most items are in progress."""
    with pages.watched(browser, size=(1300, 900)) as seen:
        pages.open_notebook(seen, lab, "board.ipynb")
        seen.page.wait_for_selector(f"{ROOT}[data-ready]")
        slider = seen.page.get_by_label("Time", exact=True)
        heads = seen.page.locator(".dops-column-head strong")
        busy = {}
        for part in range(10, 100):
            slider.evaluate(GO, part / 100)
            seen.page.wait_for_timeout(50)
            busy[sum(map(int, heads.all_inner_texts()[:-1]))] = part
        slider.evaluate(GO, busy[max(busy)] / 100)
        seen.page.wait_for_timeout(500)
        seen.page.locator(ROOT).screenshot(path=HERE / "board.png")


def explore(browser: Browser, lab: servers.Server) -> None:
    """Adopt one practice."""
    with pages.watched(browser, size=(1300, 1700)) as seen:
        pages.open_notebook(seen, lab, "explore.ipynb")
        seen.page.wait_for_selector(f"{ROOT}[data-estimates]")
        seen.page.locator(f"{ROOT} input[type=range]").first.press("End")
        seen.page.wait_for_selector(".dops-change")
        seen.page.wait_for_selector("figure svg")
        seen.page.wait_for_selector(".dops-status[data-stage='final']")
        seen.page.locator(ROOT).screenshot(path=HERE / "explore.png")


def app(browser: Browser, server: servers.Server) -> None:
    """Adopt monitoring in the waterfall."""
    with pages.watched(browser, size=(1400, 1330)) as seen:
        seen.page.goto(server.address)
        seen.page.wait_for_selector(f"{ROOT}[data-estimates]")
        seen.page.locator(f"{ROOT} input[type=radio]").first.check()
        pages.until(lambda: "Practices of waterfall" in seen.page.inner_text(ROOT), "the sliders show waterfall")
        seen.page.get_by_role("slider", name="Continuous monitoring").press("End")
        seen.page.wait_for_selector(".dops-change")
        seen.page.wait_for_selector(".dops-status[data-stage='final']")
        seen.page.screenshot(path=HERE / "app.png", full_page=True)


if __name__ == "__main__":
    main()
