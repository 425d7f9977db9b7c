"""What makes main red."""

import pytest
from known_organisations import assert_true, estimated

from devopssim.scenario import AGILE, DEVOPS, Scenario
from devopssim.twin.main_line import main_line


@pytest.mark.parametrize("truth", [AGILE, DEVOPS], ids=lambda truth: truth.name)
def test_flaky_runs_and_the_work_of_taking_back_are_recovered(truth: Scenario) -> None:
    """Some who take back a change leave another item for it, which is no part of that work."""
    found = estimated(main_line, truth)
    assert_true(found, truth, "pipeline.flaky", within=0.3)
    assert_true(found, truth, "pipeline.main_repair", within=0.15)
    assert_true(found, truth, "pipeline.main_repair_sigma", within=0.1)
