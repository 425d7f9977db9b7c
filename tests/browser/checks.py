"""Checks for every page: no requests to other computers, no errors on the console, accessible to everyone."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from browser.pages import Watched

GRAVE = ("serious", "critical")


def is_quiet(seen: Watched) -> None:
    """Check that the page sent no request to another computer and its console has no errors."""
    assert seen.outside == []
    assert seen.errors == []


def is_accessible(seen: Watched, part: str) -> None:
    """Check that axe finds no serious violation in this part of the page."""
    report: dict[str, Any] = Axe().run(seen.page, context=part).response
    grave = [
        f"{violation['id']}: {violation['help']}: {'; '.join(node['html'][:160] for node in violation['nodes'][:4])}"
        for violation in report["violations"]
        if violation["impact"] in GRAVE
    ]
    assert grave == []
    assert report["passes"], "axe checked no element"
