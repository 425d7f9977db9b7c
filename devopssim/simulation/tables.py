"""What the fast engine reads: the parameters of a scenario as numbers, and its draws as tables.

The engine names the parameters and tables that it wants. Functions whose last bits differ between machines are tables here: the
engine only adds, multiplies, divides and compares.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from math import exp, log2
from typing import Final

import numpy as np

from devopssim.events import HOURS_PER_WEEK, HOURS_PER_YEAR, STAGES
from devopssim.scenario import SKILLS, WORKFLOWS, Assistance, Scenario, chosen, parameter_value, parameters
from devopssim.simulation.assistance import slow_down
from devopssim.simulation.demand import Generation, at_places, shared_demand
from devopssim.simulation.draws import (
    DrawTable,
    Rows,
    bad_fix_table,
    departure_table,
    incident_table,
    infrastructure_table,
    interruption_table,
    larger_change,
    main_table,
    repair_tables,
    step_table,
)
from devopssim.simulation.release import found_after
from devopssim.simulation.scanning import false_at_adoption
from devopssim.simulation.security import sign_off_part
from devopssim.simulation.staff import HEADCOUNTS, LEARNING, headcount, untrained
from devopssim.simulation.streams import Streams

ROLES: Final = tuple(HEADCOUNTS)
"""Roles in the order in which the engine counts them."""
Grow = Callable[[int], Rows]
"""Return a table with at least so many rows; the rows of a shorter one stay the same."""

FIRST_ROWS: Final = 256
"""Rows of a table at first, unless more are expected."""


class Tables:
    """Tables of one replication, by name; they become longer when a run needs more rows.

    Parameters
    ----------
    scenario : Scenario
        What is simulated.
    streams : Streams
        Random streams of the replication.

    Attributes
    ----------
    generations : list of Generation
        The requests that the tables hold.
    disclosed : int
        Number of vulnerabilities that become known in dependencies.
    """

    def __init__(self, scenario: Scenario, streams: Streams) -> None:
        self._demand = shared_demand(scenario, streams)
        self._needed = rows_needed(scenario)
        self.disclosed = len(self._demand.disclosures)
        self.generations: list[Generation] = []
        self._tables = {**fixed_tables(scenario), "disclosures": self._demand.disclosures}
        self._grow: dict[str, Grow] = {
            **{name: table.at_least for name, table in draw_tables(scenario, streams).items()},
            **curves(scenario),
        }
        for _ in range(self._needed.setdefault("items", 2)):
            self._add_generation()

    def get(self, name: str) -> Rows:
        """Return a table as it is now."""
        if name not in self._tables:
            self._tables[name] = self._grow[name](self._needed.setdefault(name, FIRST_ROWS))
        return self._tables[name]

    def lengthen(self, name: str, rows: int) -> None:
        """Give a table at least so many rows; requests follow by whole generations."""
        if name in self._grow:
            self._needed[name] = max(rows, 2 * len(self._tables[name]))
            self._tables[name] = self._grow[name](self._needed[name])
        else:
            self._add_generation()
            self._needed[name] = len(self.generations)

    def _add_generation(self) -> None:
        """Append the next generation of requests; its rows point into the tables behind those of the generations before."""
        generation = self._demand.generation(len(self.generations))
        names = ("items", "changes", "defects", "vulnerabilities")
        before = {name: sum(len(getattr(one, name)) for one in self.generations) for name in names}
        placed = at_places(generation, before)
        self._tables |= {
            name: np.concatenate([self._tables[name], rows]) if self.generations else rows
            for name, rows in zip(names, placed, strict=True)
        }
        self.generations.append(generation)


@lru_cache(maxsize=1024)
def rows_needed(scenario: Scenario) -> dict[str, int]:
    """Return how many rows of each table, and how many generations of requests, runs of a scenario are known or expected to need.

    A run that needs more starts again; the next ones begin with as many as that one needed.
    """
    demand, team, weeks = scenario.demand, scenario.team, scenario.years * HOURS_PER_YEAR / HOURS_PER_WEEK
    items = demand.backlog + demand.requests_per_week * weeks
    changes = int(items * max(1.0, demand.code_effort / demand.change_effort))
    interruptions = int(team.interruptions_per_week * team.developers * weeks)
    return {
        "interruptions": FIRST_ROWS + interruptions + interruptions // 8,
        "main": FIRST_ROWS + changes // 2,
        **dict.fromkeys(("repairs", "checks_of_repairs", "assistance_of_repairs"), FIRST_ROWS + changes // 8),
        **dict.fromkeys(("no_conflict", "untrained", "log2"), 1024),
        "slow_down": FIRST_ROWS + changes,
    }


def draw_tables(scenario: Scenario, streams: Streams) -> dict[str, DrawTable]:
    """Return the tables of rows that occurrences take one by one."""
    hosts, steps = range(scenario.production.hosts), range(len(scenario.pipeline.steps))
    return {
        "incidents": incident_table(scenario, streams),
        "main": main_table(scenario, streams),
        "canaries": DrawTable(streams, "canaries", 3),
        **dict(
            zip(
                ("repairs", "checks_of_repairs", "assistance_of_repairs"), repair_tables(scenario, streams), strict=True
            )
        ),
        "bad_fixes": bad_fix_table(scenario, streams),
        "interruptions": interruption_table(scenario, streams),
        "turnover": departure_table(scenario, streams, sum(headcount(scenario).values())),
        **{f"infrastructure/{host}": infrastructure_table(scenario, streams, host) for host in hosts},
        **{f"pipeline/{number}": step_table(scenario, streams, number) for number in steps},
    }


def fixed_tables(scenario: Scenario) -> dict[str, Rows]:
    """Return the tables that the scenario alone decides."""
    security, late_fix_factor = scenario.security, float(scenario.quality.late_fix_factor)
    skills = [skill.split(" as ") for skill in chosen(scenario.team.secondary_skills, SKILLS)]
    false = [security.false_findings * covered for covered in shares_covered(scenario)]
    return {
        "skills": _table([(ROLES.index(helper), ROLES.index(helped)) for helper, helped in skills], 2),
        "steps": _table([(STAGES.index(step.stage), step.flaky, step.runners) for step in scenario.pipeline.steps], 3),
        "false_findings": _table([(mean, exp(-mean)) for mean in false], 2),
        "late_fix_factor": _table([(late_fix_factor**steps,) for steps in range(3)], 1),
        "learning": _table([(left,) for left in LEARNING], 1),
    }


def shares_covered(scenario: Scenario) -> tuple[float, float, float]:
    """Return the shares of the code that a scan, a review and a sign-off cover.

    Examples
    --------
    >>> from devopssim.scenario import Scenario, vary
    >>> half = {"security.scan_covers": 0.8, "security.review_covers": 0.5, "security.sign_off": 4, "security.review_effort": 16}
    >>> shares_covered(vary(Scenario(), half))
    (0.8, 0.5, 0.125)
    """
    security = scenario.security
    return security.scan_covers, security.review_covers, security.review_covers * sign_off_part(scenario)


def curves(scenario: Scenario) -> dict[str, Grow]:
    """Return the tables of functions of a whole number from 0."""
    assistance, developers = scenario.assistance, scenario.team.developers
    return {
        "untrained": lambda rows: _untrained(scenario.team.practice_tasks, rows),
        "no_conflict": lambda rows: _no_conflict(scenario.quality.conflict_probability, rows),
        "log2": _log2,
        "found_after": lambda rows: _found_after(scenario.quality.regression_finds, rows),
        "slow_down": lambda rows: _slow_down(assistance, developers, rows if assistance.share else 1),
    }


@lru_cache
def _untrained(practice_tasks: float, rows: int) -> Rows:
    return _table([(untrained(tasks, practice_tasks),) for tasks in range(rows)], 1)


@lru_cache
def _no_conflict(conflict_probability: float, rows: int) -> Rows:
    return _table([(exp(-(conflict_probability * merges)),) for merges in range(rows)], 1)


@lru_cache
def _log2(rows: int) -> Rows:
    return _table([(log2(max(1, number)),) for number in range(rows)], 1)


@lru_cache
def _found_after(finds: float, rows: int) -> Rows:
    return _table([(found_after(finds, rounds),) for rounds in range(rows)], 1)


@lru_cache
def _slow_down(assistance: Assistance, developers: int, rows: int) -> Rows:
    return _table([(slow_down(assistance, developers, commits),) for commits in range(rows)], 1)


def _table(rows: Sequence[Sequence[float]], width: int) -> Rows:
    return np.array(rows, dtype=np.float64).reshape(-1, width)


def derived(scenario: Scenario, requests: int) -> Mapping[str, float]:
    """Return what the engine wants to know beside the parameters, as numbers: of the workflow, and what powers and rounding give."""
    workflow = WORKFLOWS[scenario.workflow]
    return {
        "workflow": list(WORKFLOWS).index(scenario.workflow),
        "one_team": sum(2 ** ROLES.index(role) for role in workflow.one_team),
        "green_changes_leave": workflow.green_changes_leave,
        "release_windows": workflow.release_windows,
        "without_windows": workflow.cadence(scenario.process) == scenario.process.window_weeks == 0,
        "requests": requests,
        "larger_change": larger_change(scenario.assistance),
        "false_at_adoption": false_at_adoption(scenario),
    }


@lru_cache(maxsize=1024)
def numbers(scenario: Scenario) -> Mapping[str, float]:
    """Return all parameters as numbers, by their dotted names."""
    return {name: number(scenario, name) for name in parameters()}


def number(scenario: Scenario, name: str) -> float:
    """Return a parameter as a number: a choice as its place among the choices, a list of choices as bits.

    Examples
    --------
    >>> from devopssim.scenario import DEVOPS, vary
    >>> number(vary(DEVOPS, {"process.gates": "plan, test"}), "process.gates")
    5.0
    """
    value, declared = parameter_value(scenario, name), parameters()[name]
    if not isinstance(value, str):
        return float(value)
    if declared.several:
        return float(sum(2 ** declared.choices.index(choice) for choice in chosen(value, declared.choices)))
    return float(declared.choices.index(value))
