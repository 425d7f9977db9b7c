"""For every test: seeded random numbers, no window, and what a machine may lack."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import engines
import hypothesis
import needs
import pytest

os.environ.setdefault("MPLBACKEND", "Agg")  # figures are drawn, never shown

TESTS: Final = Path(__file__).parent
STATISTICAL: Final = (
    TESTS / "validation",
    TESTS / "scenario" / "test_lessons.py",
    TESTS / "scenario" / "test_practices.py",
    TESTS / "experiment" / "test_coverage.py",
)
"""Tests of many replications, which run the lines that other tests run, too; to measure their coverage would double their time."""

hypothesis.settings.register_profile("devopssim", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("devopssim")


def _measure_no_child() -> None:
    """End the line tracer in a forked child: what it measures is lost, and a time limit that strikes inside it would leave its lock taken."""
    sys.settrace(None)


os.register_at_fork(after_in_child=_measure_no_child)


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """Measure no line coverage in statistical tests."""
    for item in items:
        if any(item.path.is_relative_to(place) for place in STATISTICAL):
            item.add_marker("no_cover")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, or fail where CI=true, a test whose marker names something that this machine lacks."""
    for marker, need in needs.BY_MARKER.items():
        if item.get_closest_marker(marker):
            needs.require(need.what, found=need.found(), how=need.how)
    if item.get_closest_marker("live"):
        engines.have_one()


def pytest_sessionfinish() -> None:
    """Leave no engine behind that was started for the tests."""
    engines.stop_ours()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly how many tests were not run, and what to install."""
    skipped = (report.longrepr for report in terminalreporter.stats.get("skipped", []))
    lines = needs.not_run(where_and_why[2] for where_and_why in skipped if isinstance(where_and_why, tuple))
    if lines:
        terminalreporter.section("NOT RUN", yellow=True, bold=True)
        for line in lines:
            terminalreporter.write_line(line, yellow=True)
