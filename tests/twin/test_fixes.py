"""What fixes of defects take."""

from typing import Final

import pytest
from known_organisations import assert_true, estimated

from devopssim.scenario import AGILE, DEVOPS, WATERFALL, Scenario, vary
from devopssim.twin.fixes import fixes

TRUE: Final = {"quality.fix_effort": 2.5, "quality.fix_cv": 0.8, "quality.late_fix_factor": 3.0}


@pytest.mark.parametrize("preset", [WATERFALL, AGILE, DEVOPS], ids=lambda preset: preset.name)
def test_the_effort_of_a_fix_and_its_growth_are_recovered(preset: Scenario) -> None:
    truth = vary(preset, TRUE)
    found = estimated(fixes, truth)
    assert_true(found, truth, "quality.fix_effort", within=0.1)
    assert_true(found, truth, "quality.fix_cv", within=0.1)
    if preset is not DEVOPS:  # all its tests are automated
        assert_true(found, truth, "quality.late_fix_factor", within=0.1)
