"""Staff: who the people are, when they work, and how productive they are."""

from dataclasses import dataclass, field
from math import exp, inf
from typing import Final

from simpy import Environment

from devopssim.events import HOURS_PER_DAY, HOURS_PER_WEEK, Calendar, WorkingTime
from devopssim.scenario import Scenario, Team
from devopssim.simulation.work_items import total

HEADCOUNTS: Final = {
    "analyst": "analysts",
    "developer": "developers",
    "tester": "testers",
    "operator": "operators",
    "security": "security",
}
"""Field of `Scenario.team` that holds the head-count of each role."""

LEAST_PRODUCTIVITY: Final = 0.02
"""Least productivity of a person, however many people they mentor and talk with, so that all work ends."""
LEARNT: Final = 8
"""Number of time constants after which a newcomer counts as experienced."""
STEPS: Final = 64
"""Points of the curve of learning in a time constant."""
LEARNING: Final = tuple(exp(-step / STEPS) for step in range(LEARNT * STEPS + 1))
"""What a newcomer still has to learn, at each point."""


@dataclass(eq=False, slots=True)
class Person:
    """Person of a role, with working hours in a time zone and experience that grows."""

    role: str
    zone: int = 0
    """Number of the time zone."""
    joined: float = -inf
    leaves: bool = False
    """Whether the person leaves when the work at hand ends."""
    last: str = ""
    """What the person worked on last: taking up something else costs the switching effort."""
    tasks: dict[str, int] = field(default_factory=dict)
    """Number of tasks of other roles that the person has done."""


class Staff:
    """Everybody who works in an organisation.

    Parameters
    ----------
    env : simpy.Environment
        Environment in which the people work.
    scenario : Scenario
        Its team is read.

    Attributes
    ----------
    everybody : list of Person
        People who have a place; a newcomer takes the place of the person who left.
    calendars : list of Calendar
        Working hours in each time zone.
    """

    def __init__(self, env: Environment, scenario: Scenario) -> None:
        """Hire the first team."""
        team = scenario.team
        self._env = env
        self._team = team
        self.calendars = [Calendar(team.hours_per_week, monday) for monday in zones(team)]
        self._until = [-inf] * team.time_zones
        """Hour at which the shift, or the pause, of each time zone ends."""
        self._on_duty = [True] * team.time_zones
        self.everybody: list[Person] = []
        self._newcomers: list[Person] = []
        self._size = dict.fromkeys(HEADCOUNTS, 0)
        self._first_size = headcount(scenario)
        for role, heads in self._first_size.items():
            for _ in range(heads):
                self.everybody.append(self._new_person(role))

    def _new_person(self, role: str, joined: float = -inf) -> Person:
        """Return a new person of the role, in the time zones by turns."""
        self._size[role] += 1
        return Person(role, zone=(self._size[role] - 1) % len(self.calendars), joined=joined)

    def join(self, role: str) -> Person:
        """Add a newcomer."""
        newcomer = self._new_person(role, self._env.now)
        self.everybody.append(newcomer)
        self._newcomers.append(newcomer)
        return newcomer

    def leave(self, person: Person) -> None:
        """Let a person leave; the place stays vacant."""
        self._size[person.role] -= 1

    def replace(self, person: Person) -> Person:
        """Let a newcomer take the place of a person who left."""
        newcomer = self._new_person(person.role, self._env.now)
        self.everybody[self.everybody.index(person)] = newcomer
        self._newcomers.append(newcomer)
        return newcomer

    def is_on_duty(self, person: Person) -> bool:
        """Return whether the working hours of a person's time zone are on."""
        zone = person.zone
        if self._env.now >= self._until[zone]:
            self._on_duty[zone], self._until[zone] = self.calendars[zone].shift(self._env.now)
        return self._on_duty[zone]

    def opening(self, person: Person) -> float:
        """Return the hour at which the working hours of a person who is off duty begin."""
        return self._until[person.zone]

    def productivity(self, person: Person, role: str) -> float:
        """Return the effort in the role that a person completes in a working hour: 1 for an experienced person of the first team.

        Newcomers complete less and take time of the experienced people of their role. The efforts hold the talking of the first
        team; more people talk more. Work of another role takes longer, and less so with practice.
        """
        team, own, rate = self._team, person.role, 1.0
        if self._newcomers:
            arrears = self._arrears(own)
            if person in arrears:
                rate -= (1 - team.newcomer_productivity) * arrears[person]
            elif arrears:
                rate -= team.mentoring * total(arrears.values()) / max(1, self._size[own] - len(arrears))
        if self._size[own] != self._first_size[own]:
            rate *= self._left_by_talking(self._size[own]) / self._left_by_talking(self._first_size[own])
        return max(rate, LEAST_PRODUCTIVITY) / self.effort_factor(person, role)

    def effort_factor(self, person: Person, role: str) -> float:
        """Return the factor on the effort of work in a role: 1 in the person's own; in another it shrinks with practice."""
        if person.role == role:
            return 1.0
        team = self._team
        strange = untrained(person.tasks.get(role, 0), team.practice_tasks)
        return team.practised_effort + max(0.0, team.secondary_effort - team.practised_effort) * strange

    def _left_by_talking(self, people: int) -> float:
        """Return the share of their time that so many people of a role have left beside talking with each other."""
        return max(LEAST_PRODUCTIVITY, 1 - self._team.communication * people**2)

    def _arrears(self, role: str) -> dict[Person, float]:
        """Return how much the newcomers of a role still have to learn."""
        now, scale = self._env.now, self._team.ramp_up * HOURS_PER_WEEK
        self._newcomers = [person for person in self._newcomers if now - person.joined < LEARNT * scale]
        return {
            person: still_to_learn((now - person.joined) / scale) for person in self._newcomers if person.role == role
        }


def zones(team: Team) -> list[float]:
    """Return the hours by which the time zones of a team lie behind the log's clock; the first is 0."""
    shift = HOURS_PER_DAY / team.time_zones
    return [zone * shift for zone in range(team.time_zones)]


def working_time(team: Team) -> WorkingTime:
    """Return the time in which somebody of the first team is on duty."""
    return WorkingTime(team.hours_per_week, zones=tuple(zones(team)[1:]))


def still_to_learn(time: float) -> float:
    """Return how much a newcomer has to learn after so many time constants: 1 on the first day, shrinking exponentially.

    The series of the exponential function continues from the points of a table: unlike `exp`, it has the same bits on every machine.

    Examples
    --------
    >>> still_to_learn(0.0), round(still_to_learn(1.0), 3)
    (1.0, 0.368)
    """
    step = int(time * STEPS)
    x = step / STEPS - time
    return LEARNING[step] * (1 + x * (1 + x / 2 * (1 + x / 3 * (1 + x / 4 * (1 + x / 5 * (1 + x / 6))))))


def untrained(tasks: int, practice_tasks: float) -> float:
    """Return the share of the strangeness of another role's work that is left after so many tasks; a twentieth after `practice_tasks`.

    Examples
    --------
    >>> untrained(0, 30), round(untrained(30, 30), 2)
    (1.0, 0.05)
    """
    return exp(-3 * tasks / practice_tasks)


def headcount(scenario: Scenario) -> dict[str, int]:
    """Return the number of people of each role at the start.

    Parameters
    ----------
    scenario : Scenario
        Its team is read.

    Returns
    -------
    dict of str to int
        Head-counts by role, in the order of `HEADCOUNTS`.

    Examples
    --------
    >>> from devopssim.scenario import Scenario, Team
    >>> headcount(Scenario())
    {'analyst': 2, 'developer': 8, 'tester': 3, 'operator': 2, 'security': 1}
    """
    return {role: getattr(scenario.team, field) for role, field in HEADCOUNTS.items()}
