"""Overload: where requests need more hours than people have, the queue grows as long as the scenario is simulated.

Only work that every request brings is counted: analysis, coding, upkeep of tests, review, tests by hand. Repairs, rework
and urgent work come on top. So an overload found here is certain, and a scenario without one may still be overloaded.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from devopssim.scenario import Scenario
from devopssim.simulation import cross_training_factor, headcount, planned_hours, sprint_intake


@dataclass(frozen=True, kw_only=True)
class Overload:
    """Weekly hours required, weekly hours available, and the setting that would suffice.

    Parameters
    ----------
    group : str
        People or sprints that are overloaded.
    required_hours : float
        Smallest number of hours per week that the requests need.
    available_hours : float
        Hours per week that they have.
    sufficient_setting : str
        Option of the command line that would suffice.
    """

    group: str
    required_hours: float
    available_hours: float
    sufficient_setting: str

    def __str__(self) -> str:
        """Return a sentence with the consequence and the next step."""
        return (
            f"{self.group} need at least {self.required_hours:,.0f} hours a week and have {self.available_hours:,.0f}: the queue of requests grows "
            f"without bound, and lead time and WIP depend on the run length only; if there are more people, set {self.sufficient_setting}"
        )


def overloads(scenario: Scenario) -> tuple[Overload, ...]:
    """Return the overloads of a scenario, as far as its parameters show them without simulating.

    Parameters
    ----------
    scenario : Scenario
        What to examine.

    Returns
    -------
    tuple of Overload
        Empty if the work that every request brings fits.

    Examples
    --------
    >>> from devopssim.scenario import WATERFALL, vary
    >>> [overload.group for overload in overloads(vary(WATERFALL, {"team.developers": 2}))]
    ['the developers']
    >>> overloads(WATERFALL)
    ()
    """
    candidates = (*_roles(scenario), *_everybody(scenario), *_sprints(scenario))
    return tuple(candidate for candidate in candidates if candidate.required_hours > candidate.available_hours)


def _roles(scenario: Scenario) -> Iterator[Overload]:
    """Yield each role with the work that no other role may do."""
    people, week = headcount(scenario), scenario.team.hours_per_week
    for role, hours in planned_hours(scenario).items():
        required = hours * (1 - scenario.practices.collaboration)
        setting = f"--set team.{role}s={math.ceil(required / week)}"
        yield Overload(
            group=f"the {role}s",
            required_hours=required,
            available_hours=people[role] * week,
            sufficient_setting=setting,
        )


def _everybody(scenario: Scenario) -> Iterator[Overload]:
    """Yield all people with all work, if anyone may do a share of it; work outside one's role takes longer."""
    shared, week = scenario.practices.collaboration, scenario.team.hours_per_week
    if shared > 0:
        required = sum(planned_hours(scenario).values()) * cross_training_factor(scenario)
        available = sum(headcount(scenario).values()) * week
        developers = scenario.team.developers + math.ceil((required - available) / week)
        yield Overload(
            group="the people",
            required_hours=required,
            available_hours=available,
            sufficient_setting=f"--set team.developers={developers}",
        )


def _sprints(scenario: Scenario) -> Iterator[Overload]:
    """Yield the sprints with the coding that arrives for them."""
    if scenario.workflow != "agile":
        return
    week = scenario.team.hours_per_week * scenario.process.focus
    required = scenario.demand.requests_per_week * scenario.demand.code_effort
    setting = f"--set team.developers={max(1, math.ceil(required / week))}"
    yield Overload(
        group="the sprints",
        required_hours=required,
        available_hours=sprint_intake(scenario),
        sufficient_setting=setting,
    )
