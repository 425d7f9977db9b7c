"""Brooks's law: adding people to a late project makes it later, because newcomers learn from experienced people and all talk.

A deterministic model of continuous flows in days: people who learn, a share of everybody's day that goes into talking, and
software that is developed. Source: R. Madachy, Software Process Dynamics (2008), after T. Abdel-Hamid and S. Madnick,
Software Project Dynamics (1991).
"""

from dataclasses import dataclass
from math import ceil

import pandas as pd

from devopssim import events
from devopssim.errors import InvalidInputError

STEP = 0.25
"""Days between two steps of the calculation, as in the published model."""


@dataclass(frozen=True, kw_only=True)
class Staffing:
    """A project and the people who are put on it; the defaults are those of the published model.

    `hired` newcomers arrive spread over the `hire_day`. A day of a person makes `productivity` function points, times
    `skill_newcomer` or `skill_experienced`. Talking takes the share `talk` · (people)² of everybody's day. A newcomer takes
    `training` experienced people from their work until they are experienced themselves, after `learning_days` on average.
    """

    function_points: int = 500
    experienced: float = 20.0
    hired: float = 0.0
    hire_day: float = 111.0
    productivity: float = 0.1
    talk: float = 0.0006
    skill_newcomer: float = 0.8
    skill_experienced: float = 1.2
    training: float = 0.25
    learning_days: float = 20.0

    def __post_init__(self) -> None:
        for name in ("function_points", "experienced", "productivity", "skill_experienced", "learning_days"):
            if not getattr(self, name) > 0:
                raise InvalidInputError(f"{name}={getattr(self, name):g} must be above 0.")
        for name in ("hired", "hire_day", "talk", "skill_newcomer", "training"):
            if not getattr(self, name) >= 0:
                raise InvalidInputError(f"{name}={getattr(self, name):g} must be 0 or more.")
        if self.talking(self.experienced + self.hired) >= 1:
            people = self.experienced + self.hired
            raise InvalidInputError(f"{people:g} people talk all day (talk={self.talk:g}); take fewer people.")

    def talking(self, people: float) -> float:
        """Return the share of the day that so many people spend in talking with each other."""
        return self.talk * people**2

    def output(self, newcomers: float, experienced: float) -> float:
        """Return the function points that these people develop in a day."""
        at_work = self.skill_newcomer * newcomers + self.skill_experienced * (experienced - self.training * newcomers)
        return self.productivity * (1 - self.talking(newcomers + experienced)) * max(at_work, 0.0)


def progress(staffing: Staffing, *, days: float = 1000.0) -> pd.DataFrame:
    """Return a row for each quarter of a day until all is developed: day, developed, newcomers, experienced, talking.

    `talking` is a share of the day. Raises InvalidInputError when the work is not done after so many `days`.
    """
    developed, newcomers, experienced = 0.0, 0.0, staffing.experienced
    rows = []
    for number in range(ceil(days / STEP) + 1):
        day = number * STEP
        rows.append((day, developed, newcomers, experienced, staffing.talking(newcomers + experienced)))
        if developed >= staffing.function_points:
            return pd.DataFrame(rows, columns=["day", "developed", "newcomers", "experienced", "talking"])
        arriving = staffing.hired if staffing.hire_day <= day < staffing.hire_day + 1 else 0.0
        learnt = newcomers / staffing.learning_days
        developed += STEP * staffing.output(newcomers, experienced)
        newcomers, experienced = newcomers + STEP * (arriving - learnt), experienced + STEP * learnt
    raise InvalidInputError(f"only {developed:.0f} of {staffing.function_points} function points after {days:g} days.")


def project(staffing: Staffing, *, days: float = 1000.0) -> pd.DataFrame:
    """Return the event log of the project: a work item for each function point, requested at 0 and closed when developed."""
    table = progress(staffing, days=days)
    day, developed = table["day"].tolist(), table["developed"].tolist()
    names = [f"W{number}" for number in range(1, staffing.function_points + 1)]
    rows = [events.event(0.0, "ticket.created", item=name) for name in names]
    index = 1
    for number, name in enumerate(names, start=1):
        while developed[index] < number:
            index += 1
        share = (number - developed[index - 1]) / (developed[index] - developed[index - 1])
        hour = events.HOURS_PER_DAY * (day[index - 1] + share * STEP)
        rows += [events.event(hour, kind, item=name) for kind in ("ticket.done", "ticket.closed")]
    return events.from_rows(rows, source={"model": "brooks"})
