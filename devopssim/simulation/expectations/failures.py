"""What fails in production, how long the cause is looked for, and how long a vulnerability waits for its repair."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from devopssim.scenario import Scenario


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
