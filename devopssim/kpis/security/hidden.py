"""Vulnerabilities in production that nobody has reported; only a simulation knows them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from devopssim.kpis.columns import Integers
from devopssim.kpis.declaration import COURSE_SECURITY, IntervalRule, Rate, rate
from devopssim.kpis.durations import EventPair
from devopssim.kpis.run import Floats, Run

UNREPORTED: Final = EventPair(start="vulnerability.injected", end="finding.reported", entity="finding")
"""From the moment a vulnerability comes into being until it is reported."""


@rate(
    title="Number of hidden vulnerabilities",
    unit="vulnerabilities",
    better="lower",
    formula="∫ (vulnerabilities in production - those reported, fixed or patched) dt ÷ hours of observation",
    events=("vulnerability.injected", "service.deployed", "finding.reported", "finding.fixed", "patch.deployed"),
    debatable="only a simulation knows it; a vulnerability of a dependency counts from its disclosure, not from its first use",
    source=COURSE_SECURITY,
    counts="vulnerabilities",
    interval=IntervalRule(method="level", least=10, spans=20, memory=UNREPORTED),
)
def vulnerabilities_hidden(log: Run) -> Rate:
    """Return the average over time of the number of vulnerabilities in production that nobody has reported.

    A vulnerability counts from the first deployment of its change, that of a dependency from `vulnerability.injected`, until it is
    reported, fixed or patched. In a log that was cut, `attrs["open_hidden"]` gives those from before the cut. `n` counts the
    vulnerabilities that were hidden at some moment.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    float
        Average number of hidden vulnerabilities; NaN for a log that does not record them, or an observation of 0 hours.

    References
    ----------
    The course's chapter on DevSecOps.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([
    ...     event(1, "vulnerability.injected", finding="V1", change="C1"),
    ...     event(2, "service.deployed", change="C1", deployment="D1"),
    ...     event(7, "finding.reported", finding="V1"),
    ... ], horizon=10)
    >>> kpis.vulnerabilities_hidden(log), kpis.vulnerabilities_open(log)
    (0.5, 0.3)
    """
    if not _records_hidden(log):
        return Rate(0, 0)
    hidden = _unreported(log)
    counted = np.isfinite(hidden.exposed) & ~(hidden.settled <= hidden.exposed)
    starts, ends = hidden.exposed[counted], hidden.settled[counted]
    return Rate(log.hours_open(starts, ends[np.isfinite(ends)]), log.hours, counted=len(starts))


def vulnerabilities_unreported(run: Run, moment: float) -> dict[str, str] | None:
    """Return the vulnerabilities that nobody had reported, fixed or patched just before a moment (hours).

    Those of a change that is not deployed by then come with its id, those in production with an empty text. None for a log that does
    not record vulnerabilities.
    """
    if not _records_hidden(run):
        return None
    hidden = _unreported(run)
    present = np.flatnonzero((hidden.began < moment) & ~(hidden.settled < moment))
    findings, changes = hidden.ids(run)
    return {findings[place]: "" if hidden.exposed[place] < moment else changes[place] for place in present}


def _records_hidden(run: Run) -> bool:
    """Return whether the log records vulnerabilities that nobody knows, as a simulation does."""
    source = run.attrs.get("source")
    simulated = isinstance(source, Mapping) and "scenario" in source
    return (
        simulated or bool(len(run.rows("vulnerability.injected"))) or run.open_at_start.get("open_hidden") is not None
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class Hidden:
    """Vulnerabilities of a log, with the hours at which each came into being and was exposed and settled (NaN: never).

    One is exposed when its change is deployed (that of a dependency at once), and settled when it is reported, fixed or patched.
    """

    at_cut: Mapping[str, str]
    """The change of those that were there when the log was cut; an empty text for those in production."""
    began: Floats
    exposed: Floats
    settled: Floats

    def ids(self, run: Run) -> tuple[list[str], list[str]]:
        """Return the ids of the vulnerabilities and of their changes; an empty text for those of dependencies."""
        findings, changes = run.names("finding"), [*run.names("change"), ""]
        return (
            [*self.at_cut, *findings[run.ids("finding", "vulnerability.injected")]],
            [*self.at_cut.values(), *(changes[number] for number in run.ids("change", "vulnerability.injected"))],
        )


def _unreported(run: Run) -> Hidden:
    """Return the vulnerabilities of a log: those that were there when it was cut, then those that came into being."""
    at_cut: Mapping[str, str] = run.open_at_start.get("open_hidden") or {}
    kinds = ("finding.reported", "finding.fixed", "patch.deployed")
    settled = np.append(np.fmin.reduce([run.first("finding", kind) for kind in kinds]), np.nan)
    deployed = np.append(run.first("change", "service.deployed"), np.nan)
    injected, change = run.times("vulnerability.injected"), run.ids("change", "vulnerability.injected")
    began, exposed, positions = (
        injected,
        np.where(change < 0, injected, deployed[change]),
        run.ids("finding", "vulnerability.injected"),
    )
    if at_cut:
        known, changes = (
            _positions(run.names(column), ids) for column, ids in (("finding", at_cut), ("change", at_cut.values()))
        )
        from_cut = np.full(len(at_cut), run.warm_up)
        in_production = np.array([change == "" for change in at_cut.values()])
        began = np.append(from_cut, began)
        exposed = np.append(np.where(in_production, from_cut, deployed[changes]), exposed)
        positions = np.append(known, positions)
    return Hidden(at_cut=at_cut, began=began, exposed=exposed, settled=settled[positions])


def _positions(names: pd.Index, ids: Iterable[str]) -> Integers:
    """Return the position of each id among names; -1 for others."""
    place = {name: number for number, name in enumerate(names.tolist())}
    return np.array([place.get(one, -1) for one in ids], dtype=np.intp)
