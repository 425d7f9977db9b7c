"""Workflow inference: workflow and cadence with their probabilities, as far as a log shows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy import special

from devopssim.events import HOURS_PER_WEEK, details
from devopssim.kpis import Floats, Run
from devopssim.twin.estimates import LEAST_OBSERVATIONS
from devopssim.twin.releases import Releases, releases_of

LARGEST_FLOW_BATCH: Final = 3
"""Up to so many changes in the median deployment, work flows one by one."""
LEAST_PROJECT_WEEKS: Final = 8
"""From this time between releases on, they come from projects."""
SPRINT_PRIOR: Final = {0.5: 0.02, 1.0: 0.15, 1.5: 0.02, 2.0: 0.55, 3.0: 0.14, 4.0: 0.1, 5.0: 0.01, 6.0: 0.01}
"""Prior probability of the length of a sprint in weeks; State of Agile reports: two weeks is the most common length."""
FLOW_PRIOR: Final = 0.35
"""Prior probability that releases of several changes come from a flow with windows, and not from sprints."""
SAME_MOMENT: Final = 6.0
"""Hours within which work on items begins together."""
STRAYS: Final = 0.05
"""Rate of beginnings beside the lattice of sprints, as a share of the rate of all beginnings."""
MOST_SPRINTS: Final = 26
"""Sprints per release at most."""
LEAST_PROBABILITY: Final = 0.02
"""Structures that are less probable are left out."""
LEAST_BATCHED: Final = 0.9
"""From this share of items on whose planning begins together with that of others, they belong to projects."""


@dataclass(frozen=True, kw_only=True)
class Structure:
    """A workflow and its cadence, and how probable they are given a log.

    Parameters
    ----------
    workflow : {'waterfall', 'agile', 'devops'}
        How work moves between stages.
    cadence : mapping of str to float
        Parameters of the workflow's rhythm.
    probability : float
        Posterior probability.
    how : str
        What in the log speaks for it.
    """

    workflow: str
    cadence: Mapping[str, float]
    probability: float
    how: str

    def __str__(self) -> str:
        """Return the workflow and its rhythm in words."""
        name = "flow" if self.workflow == "devops" else self.workflow
        return ", ".join([name, *(_rhythm(parameter, value) for parameter, value in self.cadence.items())])


def _rhythm(parameter: str, value: float) -> str:
    """Return a parameter of the cadence in words."""
    weeks = f"{value:.3g} week{'' if value == 1 else 's'}"
    sprints = f"every {value:g} sprints" if value > 1 else "each sprint"
    words = {
        "process.project_weeks": f"projects that gather requests for {weeks}",
        "process.sprint_weeks": f"sprints of {weeks}",
        "process.sprints_per_release": f"a release {sprints}",
        "process.window_weeks": f"a release window every {weeks}" if value else "releases at any time",
    }
    return words[parameter]


def structures(run: Run) -> list[Structure]:
    """Return the workflows and cadences that a log may come from, the most probable first; none if the log shows neither deployments nor
    beginnings of work.

    Where the log shows when work on items begins, the rhythm of those beginnings decides: sprints and projects begin at multiples of a
    period, and in a flow items begin one by one. Else only releases are seen, and workflows that release alike keep their prior odds.
    """
    releases = releases_of(run)
    begun = np.asarray(beginnings_by_item(run), dtype=np.float64)
    size = float(np.median(releases.sizes)) if len(releases.sizes) else 0.0
    usual = f"a usual deployment carries {size:g} changes" if size else "no deployment"
    if len(begun) >= LEAST_OBSERVATIONS:
        weights = _by_beginnings(run, begun, releases)
        how = f"{usual}; {len(np.unique(begun))} times at which work on items begins"
    elif not size:
        return []
    else:
        weights = _by_releases(run, releases, size)
        how = f"{usual}, {releases.rhythm}; the log does not show when work begins"
    total = sum(weights.values())
    found = [
        Structure(workflow=name, cadence=dict(cadence), probability=weight / total, how=how)
        for (name, cadence), weight in weights.items()
        if weight >= LEAST_PROBABILITY * total
    ]
    return sorted(found, key=lambda structure: -structure.probability)


Weights = dict[tuple[str, tuple[tuple[str, float], ...]], float]
"""Unnormalised posterior probability of each workflow with its cadence."""


def _by_beginnings(run: Run, begun: Floats, releases: Releases) -> Weights:
    """Return the weights of the structures by the times at which work on items begins.

    In a flow, they are a Poisson process. Of sprints they lie on a lattice, each point of which is occupied with a probability that all
    points share: at half the true period every second point is empty, which makes it the less probable the longer the log is.
    """
    if is_phased(run):
        starts = np.unique(begun)
        weeks = float(np.mean(np.diff(starts))) / HOURS_PER_WEEK if len(starts) > 1 else releases.longest_weeks_without
        return {("waterfall", (("process.project_weeks", weeks),)): 1.0}
    evidence = {0.0: np.log(FLOW_PRIOR)}
    for weeks, prior in SPRINT_PRIOR.items():
        evidence[weeks] = _lattice_evidence(begun, weeks) + np.log((1 - FLOW_PRIOR) * prior)
    best = max(evidence.values())
    weights: Weights = {("devops", _window(run, releases)): float(np.exp(evidence.pop(0.0) - best))}
    for weeks, value in evidence.items():
        for sprints, odds in _sprints_per_release(releases, weeks).items():
            key = ("agile", (("process.sprint_weeks", weeks), ("process.sprints_per_release", sprints)))
            weights[key] = float(np.exp(value - best)) * odds
    return weights


def _lattice_evidence(times: Floats, weeks: float) -> float:
    """Return the logarithm of the Bayes factor of moments at multiples of a period against a Poisson process."""
    moments = np.sort(times)
    moments = moments[np.append(True, np.diff(moments) > SAME_MOMENT)]
    period = weeks * HOURS_PER_WEEK
    span = float(np.ptp(moments)) + HOURS_PER_WEEK
    rate = len(moments) / span
    place = np.round((moments - moments[0]) / period)
    near = np.abs(moments - moments[0] - place * period) <= SAME_MOMENT
    occupied, points, strays = len(np.unique(place[near])), round(span / period), int((~near).sum())
    lattice = special.betaln(occupied + 1, max(0, points - occupied) + 1) - occupied * np.log(2 * SAME_MOMENT)
    return float(lattice + strays * np.log(STRAYS * rate) - len(moments) * np.log(rate))


def _by_releases(run: Run, releases: Releases, size: float) -> Weights:
    """Return the weights of the structures by the size of releases and the time between them alone."""
    if size <= LARGEST_FLOW_BATCH:
        return {("devops", _window(run, releases)): 1.0}
    weeks = releases.weeks_between if len(releases.times) > 1 else releases.longest_weeks_without
    if not np.isfinite(weeks) or (len(releases.times) == 1 and weeks < LEAST_PROJECT_WEEKS):
        return {}
    weights: Weights = {}
    project = releases.mean_weeks_between if releases.are_regular else weeks
    as_project = special.expit((weeks - LEAST_PROJECT_WEEKS) / 1.5)
    weights["waterfall", (("process.project_weeks", project),)] = float(as_project)
    weights["devops", _window(run, releases)] = FLOW_PRIOR * float(1 - as_project)
    for sprint, prior in SPRINT_PRIOR.items():
        for sprints, odds in _sprints_per_release(releases, sprint).items():
            key = ("agile", (("process.sprint_weeks", sprint), ("process.sprints_per_release", sprints)))
            fits = np.exp(-0.5 * ((weeks - sprint * sprints) / (0.15 * weeks + 0.1)) ** 2)
            weights[key] = (1 - FLOW_PRIOR) * float((1 - as_project) * prior * fits) * odds
    return weights


def _window(run: Run, releases: Releases) -> tuple[tuple[str, float], ...]:
    """Return the time between release windows as a cadence: the period of the regression tests where they have one.

    Else it is the time between releases of several changes, of regular ones to half a week: changes that are deployed continuously go out
    alone, between the windows.
    """
    period = regression_period(run)
    if period:
        return (("process.window_weeks", period),)
    several = releases.of_several_changes()
    chosen = several if len(several.times) > 2 else releases
    weeks = chosen.weeks_between
    if not np.isfinite(weeks):
        return ()
    return (("process.window_weeks", round(2 * weeks) / 2 if weeks > 0.75 and chosen.are_regular else weeks),)


def regression_period(run: Run) -> float | None:
    """Return the weeks between the beginnings of regression tests.

    Parameters
    ----------
    run : Run
        Opened event log.

    Returns
    -------
    float or None
        0 if the tests begin at any time; None if the log shows fewer than `LEAST_OBSERVATIONS` of them.
    """
    rows = run.log.iloc[run.rows("stage.queued")]
    rows = rows[(rows["stage"] == "test") & rows["role"].notna() & rows["item"].isna() & rows["change"].notna()]
    rows = rows[details(rows, "task").isna()]  # reviews of security are tasks
    times = rows.drop_duplicates("change")["time"].to_numpy(float)
    if len(times) < LEAST_OBSERVATIONS:
        return None
    evidence = {weeks: _lattice_evidence(times, weeks) for weeks in SPRINT_PRIOR}
    best = max(evidence, key=lambda weeks: evidence[weeks])
    return best if evidence[best] > 0 else 0.0


def _sprints_per_release(releases: Releases, sprint_weeks: float) -> dict[int, float]:
    """Return the odds of the numbers of sprints after which a team releases: those that the times between releases show most often."""
    if len(releases.times) < 2:
        return {1: 1.0}
    if not releases.are_regular:
        return {int(np.clip(round(releases.weeks_between / sprint_weeks), 1, MOST_SPRINTS)): 1.0}
    multiples = np.maximum(1, np.round(np.diff(releases.times) / (sprint_weeks * HOURS_PER_WEEK))).astype(int)
    multiples = np.minimum(multiples, MOST_SPRINTS)
    counts = np.bincount(multiples)
    least = int(np.flatnonzero(counts)[0])
    usual = int(np.argmax(counts))
    return {usual: 1.0} if least == usual else {usual: 0.9, least: 0.1}


def beginnings_by_item(run: Run) -> "pd.Series[float]":
    """Return when the planning of each item is queued, where the log shows it."""
    rows = run.log.iloc[run.rows("stage.queued")]
    planned = rows[(rows["stage"] == "plan") & rows["item"].notna()].drop_duplicates("item")
    return planned.set_index("item")["time"]


def is_phased(run: Run) -> bool:
    """Return whether items that are planned together are coded only after the planning of all of them: the phases of a project."""
    begun = project_starts(run)
    if not len(begun):
        return False
    log, batch = run.log, beginnings_by_item(run)
    done = log.iloc[run.rows("stage.finished")]
    planned = done[(done["stage"] == "plan") & done["item"].notna()].groupby("item", observed=True)["time"].max()
    code = log.iloc[run.rows("stage.started")]
    coded = code[(code["stage"] == "code") & code["item"].notna()].groupby("item", observed=True)["time"].min()
    items = pd.DataFrame({"batch": batch, "planned": planned, "coded": coded}).dropna()
    items = items[items.groupby("batch")["planned"].transform("size") > 1]
    if items.empty:  # nothing was coded yet: only projects plan for so long
        return True
    return bool((items["coded"] >= items.groupby("batch")["planned"].transform("max")).mean() > 0.9)


def project_starts(run: Run) -> Floats:
    """Return the hours at which projects begin, where a log shows it: the planning of their items is queued at one moment.

    Returns
    -------
    array of float
        Hours; empty unless nearly all items are planned together with others.
    """
    begun = beginnings_by_item(run)
    together = begun.groupby(begun).size()
    together = together[together > 1]
    is_batched = len(begun) > 0 and together.sum() > LEAST_BATCHED * len(begun)
    return together.index.to_numpy(float) if is_batched else np.empty(0)
