"""The weekly effort that requests bring, and the weekly effort that people can give."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from devopssim.events import HOURS_PER_WEEK, HOURS_PER_YEAR
from devopssim.scenario import LINES_OF_A_CHANGE, Scenario
from devopssim.simulation.draws import larger_change
from devopssim.simulation.expectations.changes import assistance_factor, assisted_items, coding_factor
from devopssim.simulation.expectations.defects import reviewed_share
from devopssim.simulation.staff import LEAST_PRODUCTIVITY, headcount


def planned_hours(scenario: Scenario) -> dict[str, float]:
    """Return the weekly effort that requests bring to analysts, developers and testers.

    It is a lower bound: the complexity that assistance adds, what people have to learn, repairs, retests, rework of misfits,
    interruptions and taking up another item come on top, and work in another role takes longer (`secondary_effort_factor`).
    Mechanisms: `development.plan`, `code`, `test_by_hand`, `Reviews.review`.

    Parameters
    ----------
    scenario : Scenario
        Demand, quality, practices and assistance are read.

    Returns
    -------
    dict of str to float
        Person-hours per week by role.

    Examples
    --------
    >>> from devopssim.scenario import DEVOPS, adopt
    >>> {role: round(hours) for role, hours in planned_hours(DEVOPS).items()}
    {'analyst': 30, 'developer': 150, 'tester': 0}
    >>> round(planned_hours(adopt(DEVOPS, {"assistance": 1}))["developer"])
    125
    """
    demand, quality, practices, assistance = scenario.demand, scenario.quality, scenario.practices, scenario.assistance
    changes, work = assisted_items(scenario)
    lines = larger_change(assistance)
    reading = _reviewing(scenario, changes * (1 - assistance.share), 1 - work, assisted=False)
    reading += _reviewing(scenario, changes * assistance.share, work * lines, assisted=True) * assistance.review_effort
    verifying = assistance.verification_effort * _hundreds_of_lines(scenario) * work * lines
    reworked = (1 - work) * reviewed_share(scenario, assisted=False) + work * reviewed_share(scenario, assisted=True)
    coding = coding_factor(scenario) + quality.second_round_share * quality.review_rework * reworked
    hours = {
        "analyst": demand.plan_effort,
        "developer": demand.code_effort * coding
        + reading
        + verifying
        + changes * quality.test_upkeep * practices.testing,
        "tester": demand.test_effort * (1 - practices.testing),
    }
    return {role: demand.requests_per_week * effort for role, effort in hours.items()}


def sprint_intake(scenario: Scenario) -> float:
    """Return the largest mean coding effort per week, as it is without assistance, that sprints take in, in the long run.

    It is the capacity that a sprint plans with once the joiners are there, plus the excess of its last item, which may be larger than the capacity left
    for it. The complexity that assistance adds, and what people have to learn, are left out. Mechanisms: `workflows.agile`,
    `AssistedWork.planned_factor`.

    Parameters
    ----------
    scenario : Scenario
        Demand, team, process and assistance are read.

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
    developers = scenario.team.developers + scenario.team.joiners
    return developers * week / assistance_factor(scenario, scenario.assistance.share) + largest


def available_hours(scenario: Scenario) -> dict[str, float]:
    """Return the weekly effort that the people of each role can give, in the long run: those who join later are there.

    Vacant places, newcomers and the interruptions of the developers are taken off; on-call work and taking up another item are
    left out, so it is an upper bound. Mechanisms: `People.turn_over` and `interrupt`, `Staff.productivity`.

    Parameters
    ----------
    scenario : Scenario
        Its team is read.

    Returns
    -------
    dict of str to float
        Person-hours per week by role.

    Examples
    --------
    >>> from devopssim.scenario import DEVOPS
    >>> {role: round(hours) for role, hours in available_hours(DEVOPS).items()}
    {'analyst': 78, 'developer': 308, 'tester': 117, 'operator': 78, 'security': 39}
    """
    team = scenario.team
    present = 1 / (1 + team.turnover * team.vacancy * HOURS_PER_WEEK / HOURS_PER_YEAR)
    week = team.hours_per_week * present * effort_per_hour(scenario)
    hours = {role: people * week for role, people in headcount(scenario).items()}
    hours["developer"] += team.joiners * week
    interruptions = team.developers * team.interruptions_per_week * team.interruption_effort
    hours["developer"] = max(0.0, hours["developer"] - interruptions)
    return hours


def effort_per_hour(scenario: Scenario) -> float:
    """Return the effort of their own role that people complete in a working hour, in the long run.

    Newcomers take the places of people who leave. They complete less at first and take time of the experienced people of their
    role. Time lost or gained by talking with more or fewer people is left out. Mechanisms: `Staff.productivity`, `People.turn_over`.

    Parameters
    ----------
    scenario : Scenario
        Its team is read.

    Returns
    -------
    float
        Person-hours of effort per working hour, above 0; 1 without turnover.

    Examples
    --------
    >>> from devopssim.scenario import WATERFALL, vary
    >>> round(effort_per_hour(WATERFALL), 3)
    0.989
    >>> effort_per_hour(vary(WATERFALL, {"team.turnover": 0}))
    1.0
    """
    team = scenario.team
    learning = team.turnover * team.ramp_up * HOURS_PER_WEEK / HOURS_PER_YEAR
    arrears = learning / (1 + learning)
    return max(LEAST_PRODUCTIVITY, 1 - arrears * (1 - team.newcomer_productivity + team.mentoring))


def secondary_effort_factor(scenario: Scenario, tasks: NDArray[Any]) -> NDArray[np.float64]:
    """Return the factor on the effort of work in another role, by the tasks that a person has done in it before.

    It falls from `team.secondary_effort` to `team.practised_effort`; both bound the mean over any work. The factor of work in the
    person's own role is 1. Mechanism: `Staff.effort_factor`.

    Parameters
    ----------
    scenario : Scenario
        Its team is read.
    tasks : array of int or float
        Tasks of the other role that the person has done before.

    Returns
    -------
    array of float
        Factors in the shape of `tasks`.

    Examples
    --------
    >>> from devopssim.scenario import DEVOPS
    >>> secondary_effort_factor(DEVOPS, np.array([0, 20, 1000])).round(3).tolist()
    [2.0, 1.145, 1.1]
    """
    team = scenario.team
    surplus = max(0.0, team.secondary_effort - team.practised_effort)
    return np.asarray(team.practised_effort + surplus * np.exp(-3 * np.asarray(tasks) / team.practice_tasks))


def _reviewing(scenario: Scenario, changes: float, lines: float, *, assisted: bool) -> float:
    """Return the effort of reviewing so many changes of an item, which hold so many times its lines."""
    quality = scenario.quality
    rounds = reviewed_share(scenario, assisted=assisted) * (1 + quality.second_round_share * quality.second_review)
    by_size = quality.review_effort_by_size * _hundreds_of_lines(scenario) * lines
    return float(rounds * (changes * quality.review_effort + by_size))


def _hundreds_of_lines(scenario: Scenario) -> float:
    """Return the lines of an item without assistance, in hundreds."""
    return scenario.demand.lines_per_hour * scenario.demand.code_effort / LINES_OF_A_CHANGE
