"""Averages that follow from the simulation's mechanisms in closed form; the twin reads logs and plans capacity by them.

Each function names the mechanisms that it sums up. A test compares it with `simulate`, so that a change of a mechanism
shows where its expectation has to follow.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from devopssim.events import HOURS_PER_WEEK
from devopssim.scenario import Scenario
from devopssim.simulation.randomness import effort_distribution


def changes_per_item(code_effort: float, effort_cv: float, change_effort: float) -> float:
    """Return the mean number of changes of an item.

    An item's coding effort, lognormal, is cut into changes of about `change_effort`, at least one (`demand.DrawnDemand`).

    Parameters
    ----------
    code_effort : float
        Mean coding effort of an item, in person-hours.
    effort_cv : float
        Coefficient of variation of that effort.
    change_effort : float
        Coding effort that makes one change, in person-hours.

    Returns
    -------
    float
        Mean over 2,000 quantiles of the effort.

    Examples
    --------
    >>> changes_per_item(code_effort=24, effort_cv=0, change_effort=8)
    3.0
    >>> round(changes_per_item(code_effort=24, effort_cv=1, change_effort=8), 2)
    3.04
    """
    quantiles = (np.arange(2000) + 0.5) / 2000
    sizes = np.asarray(effort_distribution(code_effort, effort_cv).quantile(quantiles))
    return float(np.maximum(1, np.rint(sizes / change_effort)).mean())


def planned_hours(scenario: Scenario) -> dict[str, float]:
    """Return the weekly effort that requests bring to analysts, developers and testers.

    It is a lower bound: repairs and rework come on top. Mechanisms: `development.plan`, `code`, `review`, `test_by_hand`.

    Parameters
    ----------
    scenario : Scenario
        Demand, quality and practices are read.

    Returns
    -------
    dict of str to float
        Person-hours per week by role.

    Examples
    --------
    >>> from devopssim.scenario import DEVOPS
    >>> {role: round(hours) for role, hours in planned_hours(DEVOPS).items()}
    {'analyst': 36, 'developer': 171, 'tester': 0}
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
    """Return the largest mean coding effort per week that sprints take in.

    It is the capacity that a sprint plans with, plus the excess of its last item, which may be larger than the capacity left
    for it. Mechanism: `workflows.agile`.

    Parameters
    ----------
    scenario : Scenario
        Demand, team and process are read.

    Returns
    -------
    float
        Person-hours of coding per week.

    Examples
    --------
    8 developers of 40 hours plan 70 % of them, and the last item brings up to 24 hours a week more.

    >>> from devopssim.scenario import AGILE
    >>> sprint_intake(AGILE)
    248.0
    """
    demand, process = scenario.demand, scenario.process
    week = scenario.team.hours_per_week * process.focus
    largest = demand.code_effort * (1 + demand.effort_cv**2) / process.sprint_weeks
    return scenario.team.developers * week + largest


def cross_training_factor(scenario: Scenario) -> float:
    """Return the mean factor on efforts where anyone may do a share of the work.

    The share is the adoption of continuous collaboration. Mechanism: `People.work`.

    Parameters
    ----------
    scenario : Scenario
        Its process and practices are read.

    Returns
    -------
    float
        1 or more.

    Examples
    --------
    >>> from devopssim.scenario import DEVOPS, WATERFALL
    >>> cross_training_factor(WATERFALL), cross_training_factor(DEVOPS)
    (1.0, 1.05)
    """
    return 1 + scenario.process.cross_training * scenario.practices.collaboration


def effort_per_hour(scenario: Scenario) -> float:
    """Return the planned effort that one person at work completes in an hour on the clock.

    Mechanism: `People.work`.

    Parameters
    ----------
    scenario : Scenario
        Its team, process and practices are read.

    Returns
    -------
    float
        Person-hours per hour; 40/168 for a week of 40 hours without collaboration.

    Examples
    --------
    >>> from devopssim.scenario import WATERFALL
    >>> round(effort_per_hour(WATERFALL) * 168)
    40
    """
    return scenario.team.hours_per_week / HOURS_PER_WEEK / cross_training_factor(scenario)


def escape_share(scenario: Scenario) -> float:
    """Return the share of severe defects that reach users and break the service.

    A defect escapes if review, test, acceptance (waterfall only) and preventive monitoring all miss it. Mechanisms:
    `development.review`, `run_tests` and `test_by_hand`, `workflows.accept`, `ServiceOperation.surface`.

    Parameters
    ----------
    scenario : Scenario
        Its workflow, quality, practices and production are read.

    Returns
    -------
    float
        Share in [0, 1].

    Examples
    --------
    >>> from devopssim.scenario import DEVOPS
    >>> round(escape_share(DEVOPS), 2)
    0.09
    """
    quality, practices = scenario.quality, scenario.practices
    tested = practices.testing * quality.automated_test_finds + (1 - practices.testing) * quality.manual_test_finds
    accepted = quality.acceptance_finds if scenario.workflow == "waterfall" else 0.0
    prevented = scenario.production.prevented_share * practices.monitoring
    return (1 - quality.review_finds) * (1 - tested) * (1 - accepted) * (1 - prevented)


def deployment_failure_probability(
    mistakes: float, breaking_defects: float, changes: NDArray[Any]
) -> NDArray[np.float64]:
    """Return the probability that a deployment fails, by its installation or by a defect of one of its changes.

    Defects are Poisson, so a deployment of n changes with mean defects d is free of them with probability exp(-d · n).
    Mechanisms: `ReleaseManagement.deploy`, `ServiceOperation.receive`.

    Parameters
    ----------
    mistakes : float
        Probability that the installation goes wrong.
    breaking_defects : float
        Mean number of defects in a change that break the service.
    changes : array of int or float
        Changes in each deployment.

    Returns
    -------
    array of float
        Probabilities in the shape of `changes`.

    Examples
    --------
    >>> deployment_failure_probability(0.1, 0.02, np.array([1, 50])).round(2).tolist()
    [0.12, 0.67]
    """
    return np.asarray(1 - (1 - mistakes) * np.exp(-breaking_defects * changes))


def unprevented_share(scenario: Scenario) -> float:
    """Return the share of infrastructure failures that monitoring lets through.

    Mechanism: `ServiceOperation.infrastructure`.

    Parameters
    ----------
    scenario : Scenario
        Its production and practices are read.

    Returns
    -------
    float
        Share in [0, 1]; 1 without monitoring.

    Examples
    --------
    >>> from devopssim.scenario import DEVOPS, WATERFALL
    >>> unprevented_share(WATERFALL), unprevented_share(DEVOPS)
    (1.0, 0.75)
    """
    return 1 - scenario.production.prevented_share * scenario.practices.monitoring


def builds_per_item(integration: float, changes: NDArray[Any]) -> NDArray[np.float64]:
    """Return the mean number of builds of an item.

    Each change that is integrated continuously has a build of its own; all others of the item share one. Mechanisms:
    `development.finish` and `integrate`.

    Parameters
    ----------
    integration : float
        Adoption of continuous integration, in [0, 1].
    changes : array of int or float
        Changes of each item.

    Returns
    -------
    array of float
        Mean numbers in the shape of `changes`.

    Examples
    --------
    >>> builds_per_item(0.0, np.array([3])).tolist(), builds_per_item(0.5, np.array([3])).tolist()
    ([1.0], [2.375])
    """
    return np.asarray(integration * changes + 1 - integration**changes)
