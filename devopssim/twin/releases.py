"""Releases: the planned deployments of a log, their rhythm, and the changes that deployments carry."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from devopssim.events import HOURS_PER_WEEK, details
from devopssim.kpis import Floats, Run
from devopssim.twin.work import unplanned

NEAR_MEDIAN: Final = 0.25
"""Share of the median time between releases by which a regular one may differ from it."""


@dataclass(frozen=True, kw_only=True)
class Releases:
    """Planned deployments.

    Parameters
    ----------
    times : array of float
        When each came, in hours.
    sizes : array of float
        How many changes each carried.
    begin, end : float
        Hours of observation.
    """

    times: Floats
    sizes: Floats
    begin: float
    end: float

    @property
    def weeks_between(self) -> float:
        """Weeks from one release to the next, NaN for fewer than two: the median of regular releases, else the observed weeks per release.

        Releases without a rhythm come in bursts (patches a few days after a release, then months of nothing), so that the median would
        promise many times as many of them as there are.
        """
        if len(self.times) < 2:
            return float("nan")
        usual = float(np.median(np.diff(self.times)))
        return (usual if self.are_regular else (self.end - self.begin) / len(self.times)) / HOURS_PER_WEEK

    @property
    def are_regular(self) -> bool:
        """Whether at least half of the times from one release to the next are near their median."""
        gaps = np.diff(self.times)
        return bool(len(gaps) and np.mean(np.abs(gaps - np.median(gaps)) <= NEAR_MEDIAN * np.median(gaps)) >= 0.5)

    @property
    def rhythm(self) -> str:
        """How far one release is from the next, in words."""
        weeks = f"{self.weeks_between:.2g} weeks"
        return (
            f"{weeks} after the one before"
            if self.are_regular
            else f"released at irregular times, on average every {weeks}"
        )

    def of_several_changes(self) -> "Releases":
        """Return the releases that carry more than one change."""
        several = self.sizes > 1
        return replace(self, times=self.times[several], sizes=self.sizes[several])

    @property
    def mean_weeks_between(self) -> float:
        """Mean time from one release to the next, in weeks; NaN for fewer than two."""
        return float(np.mean(np.diff(self.times))) / HOURS_PER_WEEK if len(self.times) > 1 else float("nan")

    @property
    def longest_weeks_without(self) -> float:
        """Longest time without a release, in weeks, from the first to the last hour of observation."""
        return float(np.diff([self.begin, *self.times, self.end]).max()) / HOURS_PER_WEEK


def releases_of(run: Run) -> Releases:
    """Return the planned deployments, with the number of their planned changes.

    A release that carries a repair among its changes is planned; a deployment of nothing but repairs is not.
    """
    rows = run.log.iloc[run.rows("service.deployed")]
    carried = rows[details(rows, "repair").isna() & ~rows["change"].isin(unplanned(run))]
    releases = carried.groupby("deployment", sort=False).agg(time=("time", "first"), size=("change", "count"))
    return Releases(
        times=releases["time"].to_numpy(float),
        sizes=releases["size"].to_numpy(float),
        begin=run.warm_up,
        end=run.horizon,
    )


def batch_sizes(run: Run) -> "pd.Series[float]":
    """Return the number of changes that each deployment carried, indexed by deployment."""
    rows = run.log.iloc[run.rows("service.deployed")]
    return rows.groupby("deployment", sort=False)["change"].count().astype(float)


def planned_changes(run: Run) -> "pd.Series[float]":
    """Return the number of planned changes that each deployment carried first, indexed by deployment; repairs do not count."""
    rows = run.log.iloc[run.rows("service.deployed")]
    planned = rows[rows["change"].notna() & ~rows["change"].isin(unplanned(run))].drop_duplicates("change")
    return planned.groupby("deployment", sort=False)["change"].count().astype(float)
