"""How many defects changes bring, how many checks find, and how many reach users."""

import numpy as np

from devopssim.scenario import LINES_OF_A_CHANGE, Scenario
from devopssim.simulation.distributions import effort_distribution


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
    defects = changes * quality.defects_per_change * (lines / LINES_OF_A_CHANGE) ** quality.defect_size_exponent
    return float(defects.sum() / changes.sum())


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


def _left_by_test(finds: float, bad_fix_share: float) -> float:
    """Return how many defects a test leaves for each that comes to it; it runs again after fixes, so it sees their defects."""
    return (1 - finds) / (1 - finds * bad_fix_share)
