"""Efforts behind the hours of a log."""

from typing import Final

import numpy as np
import pytest
from logs import detail, log_of, worked

from devopssim.events import Row
from devopssim.kpis import Run
from devopssim.scenario import DEVOPS, vary
from devopssim.twin.work import attempts, pairs_of

EXPERIENCED: Final = vary(DEVOPS, {"team.turnover": 0, "process.switching": 0, "team.secondary_effort": 2})
"""A working hour is an hour of effort, unless it is work of another role."""


def test_interruptions_are_developers_own_work_and_no_practice_in_operations() -> None:
    """A developer's first work on an incident takes twice as long as an operator's, however often questions came before."""
    questions = [
        worked("operate", 10.0 * n, 10.0 * n + 1, role="developer", detail=detail(task="interruption"))
        for n in range(30)
    ]
    help_of_operators = worked("operate", 400, 402, role="developer", incident="I1")
    work = attempts(Run(log_of(*questions, help_of_operators, horizon=500)), EXPERIENCED).set_index("incident")
    assert work.loc["I1", "effort"] == pytest.approx(1)
    assert work.loc[work.index.isna(), "effort"].tolist() == pytest.approx([1.0] * 30)


def interrupted(start: float, end: float, **pairs: object) -> list[Row]:
    return worked("operate", start, end, role="developer", detail=detail(task="interruption", **pairs))


def test_of_interruptions_that_overlap_nobody_knows_which_ended_first() -> None:
    """One within another, two in a row, one that is left open; people of two time zones are told apart."""
    rows = [
        interrupted(0, 9),
        interrupted(1, 2),
        interrupted(20, 21),
        interrupted(21, 23),
        interrupted(30, 33),
        interrupted(31, 35, zone=12),
    ]
    log = log_of(*rows, interrupted(40, 99)[:-1], interrupted(41, 42), horizon=50)
    pairs = pairs_of(Run(log)).set_index("start")
    np.testing.assert_equal(
        pairs["end"].to_dict(), {0: np.nan, 1: np.nan, 20: 21, 21: 23, 30: 33, 31: 35, 40: np.nan, 41: np.nan}
    )
    assert pairs["worked"].isna().equals(pairs["end"].isna())


def test_work_on_findings_is_paired_by_the_finding() -> None:
    triage = [
        worked("test", start, end, role="developer", finding=finding, detail=detail(task="triage"))
        for finding, start, end in (("VN1", 0, 9), ("VN2", 1, 2))
    ]
    pairs = pairs_of(Run(log_of(*triage, horizon=10))).set_index("finding")
    assert pairs["end"].to_dict() == {"VN1": 9, "VN2": 2}
