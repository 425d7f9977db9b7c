"""What a test needs that is no Python package: looked for once, skipped loudly without, a failure where CI=true."""

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Never

import pytest

from devopssim.simulation import library

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ANSWER_TIME: Final = 20


@dataclass(frozen=True, kw_only=True)
class Need:
    """Something on this machine: what it is, whether it is here, and how to get it."""

    what: str
    found: Callable[[], bool]
    how: str


def require(what: str, *, found: bool, how: str) -> None:
    """Go on if `what` was found; otherwise skip the test, or fail it where CI=true, and say how to get it."""
    if not found:
        missing(what, how=how)


def missing(what: str, *, how: str) -> Never:
    """End the test because `what` is not here: a skip, or a failure where CI=true."""
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"needs {what}, and CI=true allows no skip: {how}", pytrace=False)
    pytest.skip(f"needs {what}: {how}")


@cache
def engine_may_run() -> bool:
    """Whether a container engine answers, or the lab could start one: root on Linux, with dockerd."""
    if sys.platform == "linux" and os.geteuid() == 0 and shutil.which("dockerd", path=_with_system_folders()):
        return True
    docker = shutil.which("docker")
    if docker is None:
        return False
    try:
        answer = subprocess.run([docker, "info"], capture_output=True, timeout=ANSWER_TIME, check=False)
    except subprocess.TimeoutExpired:
        return False
    return answer.returncode == 0


@cache
def browser() -> str | None:
    """Return the path of Chromium or Chrome, or None."""
    return next((path for path in map(shutil.which, BROWSERS) if path), None)


BY_MARKER: Final = {
    "fast": Need(
        what="the fast engine",
        found=lambda: library() is not None,
        how="`make engine`, or install a C++20 compiler and run `make run`.",
    ),
    "live": Need(
        what="a container engine",
        found=engine_may_run,
        how="as root on Debian `apt-get install docker.io iptables`, elsewhere start Docker.",
    ),
    "browser": Need(
        what="Chromium",
        found=lambda: browser() is not None,
        how="`apt-get install chromium`, or install Chrome.",
    ),
}


def not_run(reasons: Iterable[str]) -> list[str]:
    """Return one line for each thing that tests were skipped for, with their number and what to install."""
    counted = Counter(reason.removeprefix("Skipped: ") for reason in reasons)
    return [
        f"{number} {'test' if number == 1 else 'tests'} not run: {reason}"
        for reason, number in sorted(counted.items())
        if reason.startswith("needs ")
    ]


def left_out(marker: str, what: Sequence[str]) -> str | None:
    """Return one line that says that these are not run for want of what the marker needs; None where they are to be run.

    With CI=true all is run, so that what is missing fails.
    """
    need = BY_MARKER[marker]
    if os.environ.get("CI", "").lower() == "true" or need.found():
        return None
    return f"{len(what)} not run ({', '.join(what)}): needs {need.what}: {need.how}"


def _with_system_folders() -> str:
    return os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))


if __name__ == "__main__":
    sys.exit(left_out(sys.argv[1], sys.argv[2:]))
