"""What the mechanisms imply on average, without simulating: the twin reads logs and plans capacity by it.

Each function names the mechanisms that it sums up; `tests/simulation/test_expectations.py` compares it with `simulate`.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from devopssim.events import HOURS_PER_WEEK
from devopssim.scenario import Scenario
from devopssim.simulation.randomness import effort_distribution


def changes_per_item(code_effort: float, effort_cv: float, change_effort: float) -> float:
    """Return the mean number of changes of an item; mechanism: `demand.DrawnDemand`."""
    quantiles = (np.arange(2000) + 0.5) / 2000
    sizes = np.asarray(effort_distribution(code_effort, effort_cv).quantile(quantiles))
    return float(np.maximum(1, np.rint(sizes / change_effort)).mean())


def planned_hours(scenario: Scenario) -> dict[str, float]:
    """Return the effort, in hours a week, that the requests bring to each role at least: repairs and rework come on top.

    Mechanisms: `development.plan`, `code`, `review` and `test_by_hand`.
    """
    demand, quality, practices = scenario.demand, scenario.quality, scenario.practices
    changes = changes_per_item(demand.code_effort, demand.effort_cv, demand.change_effort)
    hours_per_change = quality.review_effort + quality.test_upkeep * practices.testing
    hours = {
        "analyst": demand.plan_effort,
        "developer": demand.code_effort + changes * hours_per_change,
        "tester": demand.test_effort * (1 - practices.testing),
    }
    return {role: demand.requests_per_week * effort for role, effort in hours.items()}


def sprint_intake(scenario: Scenario) -> float:
    """Return the coding, in hours a week, that sprints take in at most on average; mechanism: `workflows.agile`.

    It is what sprints plan with, and the last item of each, which may be larger than the room that is left for it.
    """
    demand, process = scenario.demand, scenario.process
    week = scenario.team.hours_per_week * process.focus
    largest = demand.code_effort * (1 + demand.effort_cv**2) / process.sprint_weeks
    return scenario.team.developers * week + largest


def cross_training_factor(scenario: Scenario) -> float:
    """Return the mean factor on efforts where a share of the work may be done by anyone; mechanism: `People.work`."""
    return 1 + scenario.process.cross_training * scenario.practices.collaboration


def effort_per_hour(scenario: Scenario) -> float:
    """Return the hours of planned effort in an hour on the clock of a person at work; mechanism: `People.work`."""
    return scenario.team.hours_per_week / HOURS_PER_WEEK / cross_training_factor(scenario)


def escape_share(scenario: Scenario) -> float:
    """Return the share of severe defects that reach users and break the service.

    Mechanisms: `development.review`, `run_tests` and `test_by_hand`, `workflows.accept`, `ServiceOperation.surface`.
    """
    quality, practices = scenario.quality, scenario.practices
    tested = practices.testing * quality.automated_test_finds + (1 - practices.testing) * quality.manual_test_finds
    accepted = quality.acceptance_finds if scenario.workflow == "waterfall" else 0.0
    prevented = scenario.production.prevented_share * practices.monitoring
    return (1 - quality.review_finds) * (1 - tested) * (1 - accepted) * (1 - prevented)


def deployment_failure_probability(
    mistakes: float, breaking_defects: float, changes: NDArray[Any]
) -> NDArray[np.float64]:
    """Return the probability that deployments of so many changes fail, by their installation or by a defect.

    `breaking_defects` is their mean number in a change. Mechanisms: `ReleaseManagement.deploy`, `ServiceOperation.receive`.
    """
    return np.asarray(1 - (1 - mistakes) * np.exp(-breaking_defects * changes))


def unprevented_share(scenario: Scenario) -> float:
    """Return the share of the infrastructure's failures that monitoring does not prevent; mechanism: `infrastructure`."""
    return 1 - scenario.production.prevented_share * scenario.practices.monitoring


def builds_per_item(integration: float, changes: NDArray[Any]) -> NDArray[np.float64]:
    """Return the mean number of builds of items of so many changes: one for each that is integrated continuously, and one
    for all others together. Mechanisms: `development.finish` and `integrate`.
    """
    return np.asarray(integration * changes + 1 - integration**changes)
