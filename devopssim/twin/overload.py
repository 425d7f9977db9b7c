"""Overload: where requests need more hours than people have, the queue grows as long as the scenario is simulated.

Only work that every request brings is counted: analysis, coding, upkeep of tests, review, tests by hand. Repairs, retests,
rework and urgent work come on top. So an overload found here is certain, and a scenario without one may still be overloaded.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from devopssim.scenario import SKILLS, Scenario, chosen, vary
from devopssim.simulation import HEADCOUNTS, available_hours, headcount, planned_hours, sprint_intake


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
    available, people = available_hours(scenario), headcount(scenario)
    week = _hours_of_a_person(scenario)
    helped = {skill.split(" as ")[1] for skill in chosen(scenario.team.secondary_skills, SKILLS)}
    for role, hours in planned_hours(scenario).items():
        required = hours * (1 - scenario.practices.collaboration * (role in helped))
        sufficient = people[role] + math.ceil((required - available[role]) / week[role])
        yield Overload(
            group=f"the {role}s",
            required_hours=required,
            available_hours=available[role],
            sufficient_setting=f"--set team.{role}s={sufficient}",
        )


def _everybody(scenario: Scenario) -> Iterator[Overload]:
    """Yield all people with all work, if people of other roles may do a share of it.

    What the people of a role cannot do themselves takes others at least `team.practised_effort` times as long.
    """
    if scenario.practices.collaboration > 0 and scenario.team.secondary_skills != "none":
        hours, available = planned_hours(scenario), available_hours(scenario)
        left_to_others = sum(max(0.0, hours[role] - available[role]) for role in hours)
        required = sum(hours.values()) + (scenario.team.practised_effort - 1) * left_to_others
        all_hours = sum(available.values())
        week = _hours_of_a_person(scenario)["developer"]
        developers = scenario.team.developers + math.ceil((required - all_hours) / week)
        yield Overload(
            group="the people",
            required_hours=required,
            available_hours=all_hours,
            sufficient_setting=f"--set team.developers={developers}",
        )


def _hours_of_a_person(scenario: Scenario) -> dict[str, float]:
    """Return the hours per week that one more person of each role gives; at least a hundredth of an hour."""
    one_each = vary(scenario, {f"team.{field}": 1 for field in HEADCOUNTS.values()})
    return {role: max(0.01, hours) for role, hours in available_hours(one_each).items()}


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
