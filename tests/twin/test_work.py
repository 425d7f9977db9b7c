"""Efforts behind the hours of a log."""

from typing import Final

import pytest
from logs import detail, log_of, worked

from devopssim.kpis import Run
from devopssim.scenario import DEVOPS, vary
from devopssim.twin.work import attempts

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
