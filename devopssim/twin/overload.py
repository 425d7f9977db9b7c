"""More work than people: where a scenario's requests need more hours than there are, its queue grows as long as it runs.

Only work that every request brings is counted: analysis, coding, upkeep of tests, review, tests by hand. Repairs, rework and
urgent work come on top, so a scenario that is found here is overloaded for certain, and one that is not may still be.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from devopssim.scenario import Scenario
from devopssim.simulation import cross_training_factor, headcount, planned_hours, sprint_intake


@dataclass(frozen=True, kw_only=True)
class Overload:
    """Hours a week that are needed at least of somebody, and hours that there are; and what would be enough."""

    who: str
    needed: float
    there: float
    enough: str

    def __str__(self) -> str:
        """Say it in a sentence, with what it means and what to do."""
        return (
            f"{self.who} need at least {self.needed:,.0f} hours a week and have {self.there:,.0f}: the queue of requests grows "
            f"without bound, and lead time and WIP say only how long was simulated; if there are more people, state it: {self.enough}"
        )


def overloads(scenario: Scenario) -> tuple[Overload, ...]:
    """Return where a scenario's requests need more than it has; empty if they do not, as far as that can be told beforehand."""
    found = (*_roles(scenario), *_everybody(scenario), *_sprints(scenario))
    return tuple(each for each in found if each.needed > each.there)


def _roles(scenario: Scenario) -> Iterator[Overload]:
    """Yield each role with the work that nobody else may do."""
    there, week = headcount(scenario), scenario.team.hours_per_week
    for role, hours in planned_hours(scenario).items():
        own = hours * (1 - scenario.practices.collaboration)
        enough = f"--set team.{role}s={math.ceil(own / week)}"
        yield Overload(who=f"the {role}s", needed=own, there=there[role] * week, enough=enough)


def _everybody(scenario: Scenario) -> Iterator[Overload]:
    """Yield all people with all work, where some of it is shared; who does another's work takes longer."""
    shared, week = scenario.practices.collaboration, scenario.team.hours_per_week
    if shared > 0:
        needed = sum(planned_hours(scenario).values()) * cross_training_factor(scenario)
        there = sum(headcount(scenario).values()) * week
        more = scenario.team.developers + math.ceil((needed - there) / week)
        yield Overload(who="the people", needed=needed, there=there, enough=f"--set team.developers={more}")


def _sprints(scenario: Scenario) -> Iterator[Overload]:
    """Yield the sprints with the coding that is taken into them; the last item of each may be larger than the room for it."""
    if scenario.workflow != "agile":
        return
    week = scenario.team.hours_per_week * scenario.process.focus
    needed = scenario.demand.requests_per_week * scenario.demand.code_effort
    enough = f"--set team.developers={max(1, math.ceil(needed / week))}"
    yield Overload(who="the sprints", needed=needed, there=sprint_intake(scenario), enough=enough)
