"""Interruptions, and what taking up another item adds to them."""

from typing import Final

import pandas as pd
import pytest
from known_organisations import assert_true, estimated
from logs import detail, log_of, worked

from devopssim.events import HOURS_PER_WEEK, Row, WorkingTime
from devopssim.kpis import Run
from devopssim.scenario import AGILE, DEVOPS, Scenario, vary
from devopssim.twin.interruptions import interruptions

OF: Final = {"role": "developer", "detail": detail(task="interruption")}
OFTEN: Final = {"team.interruptions_per_week": 1.6, "team.interruption_effort": 0.8, "process.switching": 0.35}


@pytest.mark.parametrize("preset", [AGILE, DEVOPS], ids=lambda preset: preset.name)
def test_interruptions_and_switching_are_told_apart(preset: Scenario) -> None:
    """What is estimated starts from the defaults, which are half of the truth and less."""
    truth = vary(preset, OFTEN)
    found = estimated(lambda run, _: interruptions(run, preset), truth)
    assert_true(found, truth, "team.interruptions_per_week", within=0.05)
    assert_true(found, truth, "team.interruption_effort", within=0.15)
    assert_true(found, truth, "process.switching", within=0.15)


def around_the_clock(rows: list[list[Row]]) -> pd.DataFrame:
    log = log_of(*rows, horizon=4032)
    log.attrs["calendar"] = WorkingTime(hours_per_week=HOURS_PER_WEEK).as_dict()
    return log


def test_interruptions_that_overlap_reveal_how_many_there_are_and_not_how_long_each_takes() -> None:
    """The log does not name the people, so either of two that begin before one ends may be the longer one."""
    alone = [worked("operate", 100.0 * n, 100.0 * n + 1 + n % 3, **OF) for n in range(40)]
    both = [
        [
            *worked("operate", 100.0 * n + 50, 100.0 * n + 59, **OF),
            *worked("operate", 100.0 * n + 51, 100.0 * n + 58, **OF),
        ]
        for n in range(40)
    ]
    few, many = (
        {each.parameter: each for each in interruptions(Run(around_the_clock(rows)), AGILE)}
        for rows in (alone, alone + both)
    )
    assert (few["team.interruptions_per_week"].n, many["team.interruptions_per_week"].n) == (40, 120)
    assert few["team.interruption_effort"].n == many["team.interruption_effort"].n == 40


def test_few_interruptions_reveal_nothing() -> None:
    rows = [worked("operate", 100.0 * n, 100.0 * n + 1, **OF) for n in range(20)]
    assert not [*interruptions(Run(log_of(*rows, horizon=4000)), AGILE)]
