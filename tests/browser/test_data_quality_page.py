"""The page on data quality in a browser: quiet, accessible, on a light and on a dark page, and on a narrow screen."""

from pathlib import Path

import pytest
from browser import checks, pages
from logs import deployed, log_of, outage
from playwright.sync_api import Browser

from devopssim import report

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("dark", "width"), [(False, 1200), (True, 1200), (False, 400)])
def test_the_page_can_be_read_by_everyone(chromium: Browser, tmp_path: Path, *, dark: bool, width: int) -> None:
    shipped = [deployed(f"C{n}", f"D{n}", at=24.0 * n) for n in range(1, 31)]
    log = log_of(*shipped, *outage("I1", 100, 104, "D4"), start="2026-03-01T00:00:00+00:00", horizon=744)
    log.attrs["observed"] = ["service.deployed", "service.failed", "incident.resolved"]
    path = tmp_path / "quality.html"
    report.write_data_quality(log, path, name="shop")
    with pages.watched(chromium, dark=dark, size=(width, 900)) as seen:
        seen.page.goto(path.as_uri())
        assert seen.page.title() == "Data quality: shop"
        seen.page.get_by_role("link", name="What was observed").click()
        assert seen.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        checks.is_quiet(seen)
        checks.is_accessible(seen, "body")
        seen.shot(f"data-quality-{'dark' if dark else 'light'}-{width}")
