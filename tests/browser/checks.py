"""What holds for every page: nothing is asked for elsewhere, nothing goes wrong unseen, everybody can use it."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from browser.pages import Watched

GRAVE = ("serious", "critical")


def is_quiet(seen: Watched) -> None:
    """The page asked no other computer for anything, and its console holds no error."""
    assert seen.outside == []
    assert seen.errors == []


def is_accessible(seen: Watched, part: str) -> None:
    """Axe finds nothing serious in this part of the page."""
    found: dict[str, Any] = Axe().run(seen.page, context=part).response
    grave = [
        f"{each['id']}: {each['help']}: {'; '.join(node['html'][:160] for node in each['nodes'][:4])}"
        for each in found["violations"]
        if each["impact"] in GRAVE
    ]
    assert grave == []
    assert found["passes"], "axe looked at nothing"
