"""From one event to another: the time that each item, change, incident or finding takes, and which have not ended."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from devopssim.kpis.run import Floats, Integers, Run, Truths


@dataclass(frozen=True, kw_only=True)
class Pair:
    """What a duration lies between. Both events name the same id in column `by`."""

    start: str
    end: str
    by: str
    given_up: tuple[str, ...] = ()
    """One that met an event of these kinds instead of its end will never end: it is neither finished nor unfinished."""


@dataclass(frozen=True, kw_only=True)
class Spans:
    """Durations before they are summarised: one entry for each start that lies in the log, in order of start."""

    ids: pd.Index
    which: Integers
    """Whose duration it is, as its position in `ids`."""
    start: Floats
    end: Floats
    """NaN where it has not ended."""

    @property
    def names(self) -> pd.Index:
        """Whose durations they are."""
        return self.ids[self.which]

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

    def only(self, chosen: Truths) -> "Spans":
        """Return some of them."""
        return Spans(ids=self.ids, which=self.which[chosen], start=self.start[chosen], end=self.end[chosen])

    def hours(self, name: str) -> pd.Series:
        """Return the hours of the finished ones, by id, with `attrs["unfinished"]`: how many have not ended."""
        series = pd.Series(self.lengths, index=self.only(self.finished).names, name=name, dtype=np.float64)
        series.attrs["unfinished"] = self.unfinished
        return series


def spans(run: Run, pair: Pair) -> Spans:
    """Return the durations that `pair` describes. An end without a start (it lies before a cut) is left out.

    An end that stands before its start counts as none: a duration is never negative.
    """
    start, end = run.first(pair.by, pair.start), run.first(pair.by, pair.end)
    end = np.where(end >= start, end, np.nan)
    lost = np.zeros(len(start), dtype=bool)
    for kind in pair.given_up:
        lost |= run.met(pair.by, kind) & ~np.isfinite(end)
    which = np.flatnonzero(np.isfinite(start) & ~lost)
    if (np.diff(start[which]) < 0).any():
        which = which[np.argsort(start[which], kind="stable")]
    return Spans(ids=run.names(pair.by), which=which, start=start[which], end=end[which])
