"""Waits for signatures and approvals."""

from typing import Final

import pytest
from known_organisations import assert_true, estimated, run_of

from devopssim.scenario import AGILE, WATERFALL, vary
from devopssim.twin.waits import waits

APPROVED: Final = vary(AGILE, {"process.approval": 30.0})
SIGNED: Final = vary(WATERFALL, {"process.sign_off": 60.0, "process.project_weeks": 6.0})


def test_waits_for_approval_and_signatures_are_recovered() -> None:
    assert_true(estimated(waits, APPROVED), APPROVED, "process.approval", within=0.02)
    assert_true(estimated(waits, SIGNED), SIGNED, "process.sign_off", within=0.02)


def test_an_approval_and_the_hand_over_before_it_have_the_sum_that_the_log_shows() -> None:
    """Hand-overs of 14 h and approvals of 30 h are seen as 44 h: a twin with hand-overs of 8 h has approvals of 36 h."""
    truth = vary(APPROVED, {"process.hand_over": 14.0, "practices.collaboration": 0.0})
    usual = vary(truth, {"process.hand_over": 8.0})
    (wait,) = waits(run_of(truth, 1), usual)
    assert float(wait.value) == pytest.approx(36, rel=0.01)
    assert wait.per is not None
    assert float(wait.value) * wait.per(usual) / wait.per(truth) == pytest.approx(30, rel=0.01)
