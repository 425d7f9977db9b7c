"""Averages that follow from the simulation's mechanisms in closed form; the twin reads logs and plans capacity by them.

Each function names the mechanisms that it sums up. A test compares it with `simulate`, so that a change of a mechanism
shows where its expectation has to follow.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from devopssim.events import HOURS_PER_WEEK, HOURS_PER_YEAR
from devopssim.scenario import Scenario
from devopssim.simulation.draws import larger_change, work_per_change
from devopssim.simulation.randomness import effort_distribution
from devopssim.simulation.staff import LEAST_PRODUCTIVITY, headcount
from devopssim.simulation.work_items import LINES


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


def coding_factor(scenario: Scenario) -> float:
    """Return the mean factor on the coding effort of a change until its commit: pairs need more person-hours, assistance fewer.

    What people learn, the complexity that assistance adds, and the verification by the author are left out. Mechanisms:
    `Reviews.coding_effort`, `AssistedWork.coding_effort`.

    Parameters
    ----------
    scenario : Scenario
        Its quality, practices and assistance are read.

    Returns
    -------
    float
        Above 0; 1 or more without assistance.

    Examples
    --------
    >>> from devopssim.scenario import DEVOPS, WATERFALL
    >>> coding_factor(WATERFALL), round(coding_factor(DEVOPS), 3)
    (1.0, 1.045)
    """
    quality = scenario.quality
    paired = 1 + quality.pairing * scenario.practices.collaboration * (quality.pairing_effort - 1)
    return paired * assistance_factor(scenario, assisted_items(scenario).work)


def assistance_factor(scenario: Scenario, share: float) -> float:
    """Return the mean factor of assistance on the effort of coding, of which so large a share is assisted.

    Complexity, learning and verification are left out. Mechanism: `AssistedWork.coding_effort`.

    Parameters
    ----------
    scenario : Scenario
        Its assistance is read.
    share : float
        Share in [0, 1].

    Returns
    -------
    float
        Above 0; 1 for a share of 0.

    Examples
    --------
    >>> from devopssim.scenario import DEVOPS
    >>> assistance_factor(DEVOPS, 0), assistance_factor(DEVOPS, 0.5)
    (1.0, 0.9)
    """
    assistance = scenario.assistance
    return 1 - share + share * assistance.coding_effort * (1 + assistance.refactoring)


class AssistedItems(NamedTuple):
    """What assistance does to the items in the mean."""

    changes: float
    """Changes of an item."""
    work: float
    """Share of the coding effort that assisted changes hold."""


def assisted_items(scenario: Scenario) -> AssistedItems:
    """Return how many changes an item has, and which share of its work is assisted.

    An assisted change may hold the next pieces of its item. Mechanism: `draws.pieces_held`.

    Parameters
    ----------
    scenario : Scenario
        Its demand and assistance are read.

    Returns
    -------
    AssistedItems
        Means over 2,000 quantiles of the effort.

    Examples
    --------
    >>> from devopssim.scenario import DEVOPS, vary
    >>> larger = vary(DEVOPS, {"assistance.share": 1, "assistance.change_size": 2, "assistance.work_per_change": 1})
    >>> [round(mean, 2) for mean in assisted_items(DEVOPS)], [round(mean, 2) for mean in assisted_items(larger)]
    ([3.04, 0.0], [1.82, 1.0])
    """
    demand, assistance = scenario.demand, scenario.assistance
    quantiles = (np.arange(2000) + 0.5) / 2000
    efforts = np.asarray(effort_distribution(demand.code_effort, demand.effort_cv).quantile(quantiles))
    pieces = np.maximum(1, np.rint(efforts / demand.change_effort)).astype(int)
    if not assistance.share:
        return AssistedItems(float(pieces.mean()), 0.0)
    whole, part = divmod(work_per_change(assistance), 1.0)
    held = (
        (1, 1 - assistance.share),
        (int(whole), assistance.share * (1 - part)),
        (int(whole) + 1, assistance.share * part),
    )
    changes, assisted = np.zeros(pieces.max() + 1), np.zeros(pieces.max() + 1)
    for left in range(1, len(changes)):
        changes[left] = 1 + sum(chance * changes[max(0, left - many)] for many, chance in held)
        assisted[left] = sum(chance * assisted[max(0, left - many)] for many, chance in held)
        assisted[left] += sum(chance * min(many, left) for many, chance in held[1:])
    work = float((efforts * assisted[pieces] / pieces).sum() / efforts.sum())
    return AssistedItems(float(changes[pieces].mean()), work)


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


def _hundreds_of_lines(scenario: Scenario) -> float:
    """Return the lines of an item without assistance, in hundreds."""
    return scenario.demand.lines_per_hour * scenario.demand.code_effort / LINES


def _reviewing(scenario: Scenario, changes: float, lines: float, *, assisted: bool) -> float:
    """Return the effort of reviewing so many changes of an item, which hold so many times its lines."""
    quality = scenario.quality
    rounds = reviewed_share(scenario, assisted=assisted) * (1 + quality.second_round_share * quality.second_review)
    by_size = quality.review_effort_by_size * _hundreds_of_lines(scenario) * lines
    return float(rounds * (changes * quality.review_effort + by_size))


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


def escape_share(scenario: Scenario) -> float:
    """Return how many severe defects reach users and break the service for each that coding brings.

    A defect escapes if review, test, acceptance (waterfall only), the regression test of its release and preventive monitoring all
    miss it. The fix of a defect may bring a new one, which only the checks that are left can find. Rounds of the regression test
    beyond the least number are left out, and so are changes above `quality.large_change`; repairs in production are checked as
    planned changes are. Mechanisms: `Reviews.review`, `development.run_tests` and `test_by_hand`, `workflows.accept`,
    `ReleaseManagement.regression_test`, `ServiceOperation.surface`, `Repairs.maybe_bad_fix`.

    Parameters
    ----------
    scenario : Scenario
        Its workflow, quality, practices and production are read.

    Returns
    -------
    float
        0 or more; without bad fixes a share.

    Examples
    --------
    >>> from devopssim.scenario import DEVOPS, vary
    >>> round(escape_share(DEVOPS), 3)
    0.125
    >>> round(escape_share(vary(DEVOPS, {"quality.bad_fix_share": 0})), 3)
    0.112
    """
    quality, practices = scenario.quality, scenario.practices
    bad = quality.bad_fix_share
    regression = escapes_of_rounds(quality.regression_finds, quality.regression_rounds, bad)
    accepted = quality.acceptance_finds if scenario.workflow == "waterfall" else 0.0
    shared = (1 - practices.deployment) if quality.exploratory_share else 0.0
    left_by_machine = _left_by_test(quality.automated_test_finds, bad) * (1 - shared * (1 - regression))
    left_by_hand = _left_by_test(quality.manual_test_finds, bad) * regression
    tested = practices.testing * left_by_machine + (1 - practices.testing) * left_by_hand
    read = reviewed_share(scenario) + quality.pairing * practices.collaboration
    found = quality.review_finds * read
    again = quality.review_finds * quality.second_round_share * reviewed_share(scenario) / read if read else 0.0
    reviewed = 1 - found + found * bad * (1 - again * (1 - bad))
    escaped = reviewed * tested * (1 - accepted * (1 - bad))
    prevented = scenario.production.prevented_share * practices.monitoring
    return (1 - prevented) * escaped / (1 - bad * escaped)


def _left_by_test(finds: float, bad_fix_share: float) -> float:
    """Return how many defects a test leaves for each that comes to it; it runs again after fixes, so it sees their defects."""
    return (1 - finds) / (1 - finds * bad_fix_share)


def regression_share(scenario: Scenario) -> float:
    """Return the mean share of `quality.regression_effort` that a round of the regression test takes.

    Automated tests leave a part of it; changes that are deployed continuously without them are tested apart. Mechanisms:
    `ReleaseManagement.regression_test` and `ready`.

    Parameters
    ----------
    scenario : Scenario
        Its quality and practices are read.

    Returns
    -------
    float
        Share in [0, 1].

    Examples
    --------
    >>> from devopssim.scenario import DEVOPS, WATERFALL, vary
    >>> windows = vary(DEVOPS, {"practices.deployment": 0})
    >>> regression_share(WATERFALL), round(regression_share(windows), 3)
    (1.0, 0.2)
    """
    apart = scenario.practices.deployment
    return apart + (1 - apart) * (1 - scenario.practices.testing * (1 - scenario.quality.exploratory_share))


def escapes_of_rounds(finds: float, rounds: int, bad_fix_share: float) -> float:
    """Return how many defects leave a regression test for each that comes to it; each round finds a share of those that are left.

    The fix of a defect that a round finds may bring a new one, for the rounds that are left. Mechanism:
    `ReleaseManagement.regression_test`.

    Parameters
    ----------
    finds : float
        Share of the defects that are left, which a round finds.
    rounds : int
        Rounds of the test.
    bad_fix_share : float
        Share of fixes that bring a new defect.

    Returns
    -------
    float
        0 or more; without bad fixes a share.

    Examples
    --------
    >>> escapes_of_rounds(0.5, 2, 0.0)
    0.25
    >>> escapes_of_rounds(0.5, 1, 0.2)
    0.6
    """
    found = 1 - (1 - finds) ** np.arange(rounds + 1)  # until the end of each round
    from_round = np.ones(rounds + 1)  # of a defect that the fix of that round brings
    for born in range(rounds - 1, -1, -1):
        seen = np.diff(found[born + 1 :], prepend=0.0)
        from_round[born] = 1 - found[-1] + bad_fix_share * float(seen @ from_round[born + 1 :])
    return float(from_round[0])


def defects_of_change(scenario: Scenario) -> float:
    """Return the mean number of defects that the coding of a planned change brings.

    Defects grow with a power of the change's lines. Changes are those without assistance. Mechanism: `demand.DrawnDemand`.

    Parameters
    ----------
    scenario : Scenario
        Its demand and quality are read.

    Returns
    -------
    float
        Mean over the changes of 2,000 quantiles of the effort of an item.

    Examples
    --------
    Of fixed size, changes of 8 hours have 100 lines.

    >>> from devopssim.scenario import DEVOPS, vary
    >>> fixed = vary(DEVOPS, {"demand.effort_cv": 0})
    >>> defects_of_change(fixed)
    1.0
    >>> defects_of_change(vary(fixed, {"demand.change_effort": 24}))
    1.73...
    """
    demand, quality = scenario.demand, scenario.quality
    quantiles = (np.arange(2000) + 0.5) / 2000
    sizes = np.asarray(
        effort_distribution(demand.code_effort, demand.effort_cv, demand.effort_distribution).quantile(quantiles)
    )
    changes = np.maximum(1, np.rint(sizes / demand.change_effort))
    lines = sizes / changes * demand.lines_per_hour
    defects = changes * quality.defects_per_change * (lines / LINES) ** quality.defect_size_exponent
    return float(defects.sum() / changes.sum())


def diagnosis_factor(scenario: Scenario, changes: NDArray[Any], monitored: NDArray[Any]) -> NDArray[np.float64]:
    """Return the factor by which the changes of a deployment lengthen the diagnosis of an incident.

    Mechanism: `ServiceOperation.diagnose`.

    Parameters
    ----------
    scenario : Scenario
        Its production is read.
    changes : array of int or float
        Changes among which people look for the cause, 1 or more.
    monitored : array of bool
        Whether monitoring helps them.

    Returns
    -------
    array of float
        1 or more.

    Examples
    --------
    >>> from devopssim.scenario import DEVOPS
    >>> diagnosis_factor(DEVOPS, np.array([1, 8, 8, 9999]), np.array([False, False, True, False])).tolist()
    [1.0, 2.75, 2.5, 80.0]
    """
    production = scenario.production
    one_by_one = 1 + production.diagnosis_per_change * (changes - 1)
    halving = 1 + production.diagnosis_per_doubling * np.log2(changes)
    return np.asarray(np.minimum(np.where(monitored, halving, one_by_one), production.longest_diagnosis))


def reviewed_share(scenario: Scenario, *, assisted: bool | None = None) -> float:
    """Return the share of planned changes that a colleague reviews; the others are written in pairs, or nobody reviews them.

    Mechanism: `Reviews.review`.

    Parameters
    ----------
    scenario : Scenario
        Its quality, practices and assistance are read.
    assisted : bool, optional
        Whether only changes with, or only those without, AI assistance are meant; all by default.

    Returns
    -------
    float
        Share in [0, 1].

    Examples
    --------
    >>> from devopssim.scenario import DEVOPS, WATERFALL
    >>> reviewed_share(WATERFALL), reviewed_share(DEVOPS)
    (1.0, 0.7)
    """
    quality, assistance = scenario.quality, scenario.assistance
    with_assistance = min(1.0, quality.unreviewed_share + assistance.unreviewed)
    share = assistance.share if assisted is None else float(assisted)
    unreviewed = (1 - share) * quality.unreviewed_share + share * with_assistance
    return (1 - quality.pairing * scenario.practices.collaboration) * (1 - unreviewed)


def backlog_factor(scenario: Scenario, scanned: NDArray[Any], critical: NDArray[Any]) -> NDArray[np.float64]:
    """Return the factor on `security.backlog_delay`, the wait of a finding in production until its repair begins.

    Mechanisms: `draws.vulnerability_rows`, `ProductSecurity.patch_dependency` and `rescan`, `scanning.training_factor`.

    Parameters
    ----------
    scenario : Scenario
        Its security and practices are read.
    scanned : array of bool
        Whether a scan found it, and not a review by hand.
    critical : array of bool
        Whether its severity is high or critical.

    Returns
    -------
    array of float
        Factors in the shape of the flags.

    Examples
    --------
    >>> from devopssim.scenario import WATERFALL
    >>> backlog_factor(WATERFALL, np.array([False, False]), np.array([False, True])).tolist()
    [1.0, 0.4]
    """
    security = scenario.security
    trained = 1 - security.training_effect * scenario.practices.security
    return np.asarray(
        trained * np.where(scanned, security.scanned_delay, 1.0) * np.where(critical, security.critical_delay, 1.0)
    )


def deployment_failure_probability(
    mistakes: float | NDArray[Any], breaking_defects: float, changes: NDArray[Any]
) -> NDArray[np.float64]:
    """Return the probability that a deployment fails, by its installation or by a defect of one of its changes.

    Defects are Poisson, so a deployment of n changes with mean defects d is free of them with probability exp(-d · n).
    Mechanisms: `ReleaseManagement.deploy`, `ServiceOperation.receive`.

    Parameters
    ----------
    mistakes : float or array of float
        Probability that the installation goes wrong, of all deployments or of each.
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
