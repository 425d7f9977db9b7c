"""Work that takes the same effort on each occasion."""

from typing import Final

import numpy as np
import pytest
from known_organisations import assert_true, estimated

from devopssim.scenario import AGILE, WATERFALL, Scenario, vary
from devopssim.twin.routines import constant, routines

RELEASES: Final = {
    "quality.regression_effort": 13.0,
    "quality.regression_rounds": 4,
    "pipeline.release_effort": 25.0,
}
TESTED: Final = vary(AGILE, RELEASES | {"practices.testing": 0.5})
PROJECTS: Final = vary(WATERFALL, RELEASES | {"process.project_weeks": 6.0})


@pytest.mark.parametrize("truth", [vary(AGILE, RELEASES), TESTED, PROJECTS], ids=["agile", "tested", "waterfall"])
def test_regression_tests_and_installations_by_hand_are_recovered(truth: Scenario) -> None:
    found = estimated(routines, truth)
    assert_true(found, truth, "quality.regression_effort", within=0.02 if truth is not TESTED else 0.05)
    assert_true(found, truth, "pipeline.release_effort", within=0.02)
    rounds = [each.value for each in found["quality.regression_rounds"]]
    assert rounds.count(4) >= len(rounds) - 1


def test_a_constant_is_apart_from_what_is_sometimes_added() -> None:
    rng = np.random.default_rng(1)
    hours = 8 * rng.normal(1, 0.01, 40) + 0.5 * (rng.random(40) < 0.3)
    hours[:5] = rng.uniform(2, 20, 5)  # interrupted, or something else
    estimate = constant("quality.regression_effort", hours, "", added=0.5)
    assert float(estimate.value) == pytest.approx(8, rel=0.01)
    assert estimate.low < 8 < estimate.high


def test_a_constant_that_always_or_never_holds_something_more_is_uncertain_by_that() -> None:
    estimate = constant("quality.regression_effort", [8.5] * 20, "", added=0.5)
    assert estimate.low < 8.05
    assert estimate.high > 8.45
