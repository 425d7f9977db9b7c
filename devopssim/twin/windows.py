"""Release windows of projects: how far they are apart, from the moments at which installations begin.

Installations that wait for windows begin on a lattice, of whose periods only one, and perhaps a half of it, meets several of them by more
than chance. In a flow, the period of the regression tests shows the windows (`workflow_inference.regression_period`).
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd
from scipy import stats

from devopssim.events import HOURS_PER_WEEK
from devopssim.kpis import Floats, Run
from devopssim.scenario import Scenario
from devopssim.twin.estimates import ParameterEstimate
from devopssim.twin.samples import quantiles
from devopssim.twin.waits import releases

SPREAD: Final = 0.4
"""Standard deviation of the logarithm of the period before a log is seen."""
AT_THE_OPENING: Final = 0.1
"""Hours by which an installation that waited for a window may begin beside its opening."""
OUTSIDE: Final = 0.05
"""Share of the releases that do not keep to the windows."""
AT_ANY_TIME: Final = 0.5
"""Prior probability that releases wait for no window."""
BOUND: Final = 8
"""Periods are looked for from the usual one ÷ this to the usual one times this."""
LEAST_PROBABILITY: Final = 0.9
"""Posterior probability of windows from which their period is estimated."""


def windows(run: Run, scenario: Scenario) -> Iterator[ParameterEstimate]:
    """Yield the time between the release windows of projects.

    Windows are counted from the log's first hour, as in a simulation, or from any other moment, as in a team's own calendar.
    """
    usual = scenario.process.window_weeks * HOURS_PER_WEEK
    installed = releases(run).sort_values("begun").drop_duplicates("begun")
    if scenario.workflow != "waterfall" or not usual or len(installed) < 2:
        return
    begun = installed["begun"].to_numpy(float)
    periods, weights = zip(_periods(begun, installed, usual), _periods(begun - begun[0], installed, usual), strict=True)
    evidence = (1 - AT_ANY_TIME) / 2 * np.concatenate(weights)
    if evidence.sum() < LEAST_PROBABILITY * (evidence.sum() + AT_ANY_TIME):
        return
    weeks = np.concatenate(periods) / HOURS_PER_WEEK
    value = float(weeks[evidence.argmax()])
    low, _, high = quantiles(weeks, evidence)
    yield ParameterEstimate(
        parameter="process.window_weeks",
        value=value,
        low=min(value, float(low)),
        high=max(value, float(high)),
        n=len(begun),
        how=f"{len(begun)} installations begin at multiples of it",
    )


def _periods(moments: Floats, installed: pd.DataFrame, usual: float) -> tuple[Floats, Floats]:
    """Return the periods at which the last of these moments lies on the lattice, in hours, and the evidence for each against any time."""
    last, others = float(moments[-1]), moments[moments > 0][:-1]
    steps = np.arange(max(1, np.ceil(last / (BOUND * usual))), max(2, BOUND * last / usual))
    period = last / steps
    on_lattice = period / (2 * AT_THE_OPENING)
    density = stats.lognorm.pdf(period, SPREAD, scale=usual) * 2 * AT_THE_OPENING / steps * on_lattice
    for moment in others:
        near = np.abs(moment - np.round(moment / period) * period) <= AT_THE_OPENING
        density = density * ((1 - OUTSIDE) * on_lattice * near + OUTSIDE)
    for waited in installed["begun"] - installed["ready"]:  # approval and hand-over may take a weekend each
        density = density * ((1 - OUTSIDE) * (waited <= period + HOURS_PER_WEEK) + OUTSIDE)
    return period, density
