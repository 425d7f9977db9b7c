"""From importers' records to an event log: texts are normalised, and incidents are attributed to recent deployments."""

from collections.abc import Sequence
from typing import Final

import pandas as pd

from devopssim.events import SECONDS_PER_HOUR
from devopssim.history import Attribution, DeployedRecord, History, IncidentRecord, translate
from devopssim.importers.normalisation import plain

ATTRIBUTION_WINDOW: Final = 24.0
"""Hours after a deployment in which an incident without a named cause is attributed to it."""


def log_of(history: History, *, attribution_window: float = ATTRIBUTION_WINDOW) -> pd.DataFrame:
    """Return the valid event log of a history.

    Parameters
    ----------
    history : History
        Records of one source, or of several that `join` united.
    attribution_window : float, default 24
        Hours. An incident without a named cause is attributed to the last deployment if that came at most so long before; 0
        attributes none.

    Returns
    -------
    DataFrame
        Event log; `attrs["source"]` states the sources, their rules, the number of moved times, and the counts of excluded or doubtful records.

    Raises
    ------
    InvalidInputError
        Where the history holds no request, change, deployment or incident.

    Examples
    --------
    >>> from devopssim.history import ChangeRecord, DeploymentRecord
    >>> history = History(
    ...     changes={"C1": ChangeRecord(id="C1", created=0.0, merged=1800.0)},
    ...     deployments={"7": DeploymentRecord(id="7", at=3600.0, changes=("C1",))},
    ... )
    >>> from devopssim import kpis
    >>> list(kpis.lead_time_for_changes(log_of(history)))
    [1.0]

    """
    return translate(history, attribute=by_time(attribution_window), plain=plain)


def by_time(hours: float) -> Attribution:
    """Return the strategy that attributes an incident to the last deployment within some hours before it.

    Parameters
    ----------
    hours : float
        Window; 0 attributes none.

    Returns
    -------
    Attribution
        Strategy for `translate`.

    Examples
    --------
    >>> from devopssim.history import DeploymentRecord
    >>> deployed = [DeployedRecord(at=0.0, name="D1", record=DeploymentRecord(id="7", at=0.0))]
    >>> by_time(24)(IncidentRecord(id="1"), 3600.0, deployed).name
    'D1'
    >>> by_time(24)(IncidentRecord(id="1"), 90_000.0, deployed) is None
    True

    """

    def attribute(_: IncidentRecord, occurred: float, deployed: Sequence[DeployedRecord]) -> DeployedRecord | None:
        recent = [candidate for candidate in deployed if 0 <= occurred - candidate.at <= hours * SECONDS_PER_HOUR]
        return recent[-1] if recent and hours else None

    return attribute
