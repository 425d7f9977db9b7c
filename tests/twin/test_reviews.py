"""The wait for a colleague's attention, apart from the queue for people who are busy."""

from typing import Final

import pytest
from known_organisations import assert_true, estimated
from logs import began, committed, ended, log_of, queued, worked

from devopssim.events import Row
from devopssim.kpis import Run
from devopssim.scenario import AGILE, DEVOPS, WATERFALL, Scenario, vary
from devopssim.twin.reviews import reviews

CALM: Final = {"team.turnover": 0.0}
"""A log tells nothing of places that are vacant."""


@pytest.mark.parametrize(
    ("truth", "within"),
    [(vary(WATERFALL, CALM), 0.3), (vary(AGILE, CALM), 0.1), (vary(DEVOPS, CALM), 0.1)],
    ids=lambda value: value.name if isinstance(value, Scenario) else "",
)
def test_the_wait_for_attention_is_the_same_however_busy_people_are(truth: Scenario, within: float) -> None:
    found = estimated(reviews, truth)
    assert_true(found, truth, "quality.review_wait", within=within)
    assert_true(found, truth, "quality.review_wait_sigma", within=within)
    assert_true(found, truth, "quality.second_round_share", within=0.1)


@pytest.mark.parametrize("preset", [WATERFALL, AGILE, DEVOPS], ids=lambda preset: preset.name)
def test_the_effort_of_a_review_and_its_growth_with_the_change_are_recovered(preset: Scenario) -> None:
    truth = vary(preset, CALM | {"quality.review_effort": 0.5, "quality.review_effort_by_size": 0.2})
    found = estimated(reviews, truth)
    assert_true(found, truth, "quality.review_effort", within=0.1)
    assert_true(found, truth, "quality.review_effort_by_size", within=0.05)


def test_teams_in_several_time_zones_keep_the_default_wait() -> None:
    """The log names who is busy, not who is awake."""
    spread = vary(DEVOPS, {"team.time_zones": 3})
    found = estimated(reviews, spread)
    assert "quality.review_wait" not in found
    assert_true(found, spread, "quality.second_round_share", within=0.1)


def reviewed(change: str, called: float, started: float) -> list[Row]:
    """Return a review of an hour, called for at an hour and started at another."""
    of = {"role": "developer", "change": change, "detail": "task=review"}
    return [
        committed(change, at=called),
        queued("code", at=called, **of),
        began("code", at=started, **of),
        ended("code", at=started + 1, **of),
    ]


def weeks(*more: list[Row]) -> dict[str, float]:
    """Return what six weeks yield: two developers are busy from hour 2 to 10 of each; a review is called for at hour 20."""
    rows: list[Row] = [row for part in more for row in part]
    for week in range(6):
        hour = 168.0 * week
        rows += worked("code", hour, hour + 10, role="developer", change=f"A{week}")
        rows += worked("code", hour + 2, hour + 10, role="developer", change=f"B{week}")
        rows += reviewed(f"R{week}", hour + 20, hour + 21 + week)
    run = Run(log_of(*rows, horizon=1008))
    return {estimate.parameter: float(estimate.value) for estimate in reviews(run, AGILE)}


def test_a_review_called_for_while_all_developers_are_busy_reveals_nothing() -> None:
    assert weeks(reviewed("X", 173, 178)) == weeks()


def test_a_review_during_which_all_developers_become_busy_waits_at_least_until_then() -> None:
    early, late = weeks(reviewed("X", 172 - 3.9, 178)), weeks(reviewed("X", 150, 178))
    median = "quality.review_wait"
    assert weeks()[median] < early[median] < late[median]
    assert weeks()[median] == pytest.approx((1 * 2 * 3 * 4 * 5 * 6) ** (1 / 6), rel=1e-3)
