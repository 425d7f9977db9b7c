"""Release windows of projects."""

from typing import Final

import pytest
from known_organisations import SEEDS, assert_true, estimated, run_of

from devopssim.scenario import DEVOPS, WATERFALL, Scenario, vary
from devopssim.twin.windows import windows

OFTEN: Final = vary(WATERFALL, {"process.project_weeks": 5.0})
USUAL: Final = 1.0
"""Weeks that an estimate starts from."""


@pytest.mark.parametrize("weeks", [0.61, 1.0, 1.7])
def test_windows_are_recovered_from_any_period(weeks: float) -> None:
    truth = vary(OFTEN, {"process.window_weeks": weeks})
    found = estimated(lambda run, _: windows(run, OFTEN), truth)
    assert_true(found, truth, "process.window_weeks", within=0.01)


@pytest.mark.parametrize(
    ("truth", "base"),
    [(vary(OFTEN, {"process.window_weeks": 0.0}), OFTEN), (DEVOPS, DEVOPS)],
    ids=["without windows", "a flow"],
)
def test_what_keeps_to_no_lattice_reveals_no_windows(truth: Scenario, base: Scenario) -> None:
    assert base.process.window_weeks in (0, USUAL)
    assert not [each for seed in SEEDS for each in windows(run_of(truth, seed), base)]
