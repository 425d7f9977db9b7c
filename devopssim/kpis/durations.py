"""From one event to another: the time that each item, change, incident or finding takes, and which have not ended."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from devopssim.kpis.run import Floats, Integers, Run, Truths


@dataclass(frozen=True, kw_only=True)
class Durations:
    """Durations before they are summarised: one entry for each start that lies in the log, in order of start."""

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
        """Whose durations they are."""
        return self.ids[self.entities]

    @property
    def finished(self) -> Truths:
        """Which of them have ended."""
        return np.isfinite(self.end)

    @property
    def unfinished(self) -> int:
        """How many have not ended."""
        return int(len(self.end) - self.finished.sum())

    @property
    def lengths(self) -> Floats:
        """The hours of the finished ones."""
        return (self.end - self.start)[self.finished]

    def select(self, chosen: Truths) -> "Durations":
        """Return some of them."""
        return replace(self, entities=self.entities[chosen], start=self.start[chosen], end=self.end[chosen])

    def shares_ended(self, horizon: float) -> tuple[Floats, Floats]:
        """Return the hours after which one ended, ascending, and the share that has ended by then.

        The unfinished ones are censored at the horizon, so that a short log does not flatter (Kaplan and Meier 1958).
        """
        from scipy import stats  # noqa: PLC0415 - takes half a second, and few ask for it

        censored = (horizon - self.start)[~self.finished]
        shares = stats.ecdf(stats.CensoredData(uncensored=self.lengths, right=censored)).cdf
        ends = np.isin(shares.quantiles, self.lengths)
        return shares.quantiles[ends], shares.probabilities[ends]

    def series(self, name: str) -> pd.Series:
        """Return the hours of the finished ones, by id, with `attrs["unfinished"]`: how many have not ended.

        `attrs["censored"]` repeats that number where the unfinished ones are censored.
        """
        series = pd.Series(self.lengths, index=self.select(self.finished).names, name=name, dtype=np.float64)
        series.attrs["unfinished"] = self.unfinished
        if self.censored:
            series.attrs["censored"] = self.unfinished
        return series


@dataclass(frozen=True, kw_only=True)
class EventPair:
    """The two events that a duration lies between. Both name the same entity."""

    start: str
    end: str
    entity: str
    """The column whose ids they name."""
    given_up: tuple[str, ...] = ()
    """An entity that met one of these events instead of its end is excluded: it is neither finished nor unfinished."""

    def durations(self, run: Run) -> Durations:
        """Return the durations of a run. An end without a start (it lies before a cut) is left out.

        An end that stands before its start counts as none: a duration is never negative.
        """
        start, end = run.first(self.entity, self.start), run.first(self.entity, self.end)
        end = np.where(end >= start, end, np.nan)
        lost = np.zeros(len(start), dtype=bool)
        for kind in self.given_up:
            lost |= run.met(self.entity, kind) & ~np.isfinite(end)
        entities = np.flatnonzero(np.isfinite(start) & ~lost)
        if (np.diff(start[entities]) < 0).any():
            entities = entities[np.argsort(start[entities], kind="stable")]
        return Durations(ids=run.names(self.entity), entities=entities, start=start[entities], end=end[entities])
