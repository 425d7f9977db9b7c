"""Checks for every page: no requests to other computers, no errors on the console, accessible to everyone."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from browser.pages import Watched


def is_quiet(seen: Watched) -> None:
    """Check that the page sent no request to another computer and its console has no errors."""
    assert seen.outside == []
    assert seen.errors == []


def is_accessible(seen: Watched, part: str) -> None:
    """Check that axe finds no violation in this part of the page: of WCAG 2.2 AA or of its good practices, whatever their impact."""
    report: dict[str, Any] = Axe().run(seen.page, context=part).response
    found = [
        f"{violation['id']}: {violation['help']}: {'; '.join(node['html'][:160] for node in violation['nodes'][:4])}"
        for violation in report["violations"]
    ]
    assert found == [], "\n".join(found)
    assert report["passes"], "axe checked no element"
