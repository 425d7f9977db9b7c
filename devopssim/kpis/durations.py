"""Durations from one event to another, per item, change, incident or finding, finished and unfinished."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from devopssim.kpis.columns import Integers
from devopssim.kpis.run import Floats, Run, Truths


@dataclass(frozen=True, kw_only=True)
class Durations:
    """Durations before they are summarised: one entry for each start in the log, in order of start.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> from devopssim.kpis.delivery import LEAD_TIME
    >>> log = from_rows([
    ...     event(0, "ticket.created", item="W1"), event(4, "ticket.closed", item="W1"), event(5, "ticket.created", item="W2"),
    ... ])
    >>> durations = LEAD_TIME.durations(kpis.Run(log))
    >>> durations.lengths.tolist(), durations.unfinished
    ([4.0], 1)
    """

    ids: pd.Index
    entities: Integers
    """Whose duration it is, as its position in `ids`."""
    start: Floats
    end: Floats
    """NaN where it has not ended."""
    censored: bool = False
    """Whether the unfinished ones are censored: the log ends before they do, so they are longer than what it shows."""

    @property
    def names(self) -> pd.Index:
        """The id of each duration's entity."""
        return self.ids[self.entities]

    @property
    def finished(self) -> Truths:
        """Mask of the durations that have ended."""
        return np.isfinite(self.end)

    @property
    def unfinished(self) -> int:
        """The number of durations without an end."""
        return int(len(self.end) - self.finished.sum())

    @property
    def lengths(self) -> Floats:
        """The hours of the finished durations."""
        return (self.end - self.start)[self.finished]

    def select(self, chosen: Truths) -> "Durations":
        """Return the durations that a mask chooses."""
        return replace(self, entities=self.entities[chosen], start=self.start[chosen], end=self.end[chosen])

    def since(self, begin: float) -> "Durations":
        """Return the durations that end from an hour on, or not at all: those of a window that begins then."""
        return self if begin <= 0 else self.select(~(self.end < begin))

    def shares_ended(self, horizon: float) -> tuple[Floats, Floats]:
        """Return the estimated distribution of the durations, with the unfinished ones censored at the horizon.

        Leaving the unfinished out would flatter a short log, because the longest durations are unfinished most often.

        Parameters
        ----------
        horizon : float
            Hour at which observation ends.

        Returns
        -------
        tuple of two arrays
            Hours after which a duration ended, ascending, and the share that has ended by then.

        References
        ----------
        Kaplan & Meier (1958), Nonparametric estimation from incomplete observations.
        """
        from scipy import stats  # noqa: PLC0415 - takes half a second, and few ask for it

        censored = (horizon - self.start)[~self.finished]
        shares = stats.ecdf(stats.CensoredData(uncensored=self.lengths, right=censored)).cdf
        ends = np.isin(shares.quantiles, self.lengths)
        return shares.quantiles[ends], shares.probabilities[ends]

    def series(self, name: str, run: Run) -> pd.Series:
        """Return the hours of the finished durations of a run by id.

        `attrs["unfinished"]` counts the durations without an end; `attrs["censored"]` repeats that number where they are
        censored.
        """
        index = run.labels(self.select(self.finished).names)
        series = pd.Series(self.lengths, index=index, name=name, dtype=np.float64)
        series.attrs["unfinished"] = self.unfinished
        if self.censored:
            series.attrs["censored"] = self.unfinished
        return series


NOT_OBSERVED: Final = Durations(
    ids=pd.Index([], dtype="str"), entities=np.empty(0, dtype=np.intp), start=np.empty(0), end=np.empty(0)
)
"""The durations of a KPI whose events the log's sources cannot tell."""


@dataclass(frozen=True, kw_only=True)
class EventPair:
    """The start event and the end event of a duration; both name the same entity.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> review = kpis.EventPair(start="change.created", end="change.abandoned", entity="change")
    >>> rows = [event(1, "change.created", change="C1"), event(4, "change.abandoned", change="C1")]
    >>> run = kpis.Run(from_rows(rows))
    >>> review.durations(run).series("hours", run).to_dict()
    {'C1': 3.0}
    """

    start: str
    end: str
    entity: str
    """The column whose ids they name."""
    or_end: str | None = None
    """The event that ends it instead, where that comes first."""
    given_up: tuple[str, ...] = ()
    """An entity that met one of these events instead of its end is excluded: it is neither finished nor unfinished."""

    def durations(self, run: Run) -> Durations:
        """Return the durations of a run, never negative.

        An end without a start (the start lies before a cut) is excluded. An end before its start counts as missing.
        """
        start, end = run.first(self.entity, self.start), self._end(run, self.end)
        if self.or_end is not None:
            end = np.fmin(end, self._end(run, self.or_end))
        lost = np.zeros(len(start), dtype=bool)
        for kind in self.given_up:
            lost |= run.occurred(self.entity, kind) & ~np.isfinite(end)
        entities = np.flatnonzero(np.isfinite(start) & ~lost)
        if (np.diff(start[entities]) < 0).any():
            entities = entities[np.argsort(start[entities], kind="stable")]
        return Durations(ids=run.names(self.entity), entities=entities, start=start[entities], end=end[entities])

    def _end(self, run: Run, kind: str) -> Floats:
        """Return the hour of this event of each entity; NaN for never, or before the start."""
        end = run.first(self.entity, kind)
        return np.where(end >= run.first(self.entity, self.start), end, np.nan)
