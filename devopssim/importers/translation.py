"""From the records of importers to an event log: names made fit for it, and incidents put down to recent deployments."""

from collections.abc import Sequence
from typing import Final

import pandas as pd

from devopssim.events import SECONDS_PER_HOUR
from devopssim.history import Attribution, DeployedRecord, History, IncidentRecord, translate
from devopssim.importers.normalisation import plain

BLAMED_FOR: Final = 24.0
"""Hours after a deployment in which an incident is put down to it, where no source says what caused it."""


def log_of(history: History, *, blamed_for: float = BLAMED_FOR) -> pd.DataFrame:
    """Return the valid event log of a history.

    An incident of which no source says the cause is put down to the last deployment if that came at most `blamed_for` hours
    before it (0: to none). Raises InvalidInputError where the history tells of nothing.
    """
    return translate(history, attribute=by_time(blamed_for), plain=plain)


def by_time(hours: float) -> Attribution:
    """Return the strategy that puts an incident down to the last deployment, if that came at most so many hours before."""

    def attribute(_: IncidentRecord, began: float, deployed: Sequence[DeployedRecord]) -> DeployedRecord | None:
        recent = [it for it in deployed if 0 <= began - it.at <= hours * SECONDS_PER_HOUR]
        return recent[-1] if recent and hours else None

    return attribute
