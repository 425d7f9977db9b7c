"""What people do again and again in the live tests."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from devopssim.livelab import Lab

Timed = Callable[[str], AbstractContextManager[None]]
"""Notes how long a step takes: `with timed("docker push"): …`."""


def release(lab: Lab, version: str) -> str:
    """Commit a change of the version that users see, and return the commit."""
    text = (lab.repository.folder / "shop" / "version.py").read_text(encoding="utf-8")
    present = text.rpartition('VERSION = "')[2].rstrip('"\n')
    lab.repository.replace("shop/version.py", f'"{present}"', f'"{version}"')
    return lab.repository.commit(f"Version {version}")


def version_for_users(lab: Lab) -> str:
    """Return the version that production shows to users."""
    return str(lab.production.ask("/").json()["version"])


def orders(lab: Lab) -> int:
    """Return how many orders production has kept."""
    return int(lab.production.ask("/orders").json()["count"])
