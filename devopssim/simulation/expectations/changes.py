"""Into how many changes an item is cut, how many builds they take, and what assistance does to them."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from devopssim.scenario import Scenario
from devopssim.simulation.distributions import effort_distribution
from devopssim.simulation.draws import work_per_change


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
