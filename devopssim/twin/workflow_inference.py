"""Workflow inference: workflow and cadence with their probabilities, and the practices, as far as a log shows them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from scipy import optimize, special, stats

from devopssim.events import HOURS_PER_WEEK, details
from devopssim.kpis import Floats, Run
from devopssim.simulation import builds_per_item
from devopssim.twin.estimates import LEAST_OBSERVATIONS, ParameterEstimate, given, share, share_of_likelihood
from devopssim.twin.work import unplanned

LARGEST_FLOW_BATCH: Final = 3
"""Up to so many changes in the median deployment, work flows one by one."""
LEAST_PROJECT_WEEKS: Final = 8
"""From this time between releases on, they come from projects."""
SPRINT_PRIOR: Final = {0.5: 0.02, 1.0: 0.15, 1.5: 0.02, 2.0: 0.55, 3.0: 0.14, 4.0: 0.1, 5.0: 0.01, 6.0: 0.01}
"""Prior probability of the length of a sprint in weeks; State of Agile reports: two weeks is the most common length."""
FLOW_PRIOR: Final = 0.35
"""Prior probability that releases of several changes come from a flow with windows, and not from sprints."""
NEAR_MEDIAN: Final = 0.25
"""Share of the median time between releases by which a regular one may differ from it."""
SAME_MOMENT: Final = 6.0
"""Hours within which work on items begins together."""
STRAYS: Final = 0.05
"""Rate of beginnings beside the lattice of sprints, as a share of the rate of all beginnings."""
MOST_SPRINTS: Final = 26
"""Sprints per release at most."""
LEAST_PROBABILITY: Final = 0.02
"""Structures that are less probable are left out."""
AT_ONCE: Final = 1.0
"""Hours after the first change of an item within which a misfit counts as found by showing it."""
EARLY_AT_MOST: Final = 0.96
"""Share of the misfits of items that are shown early which are found then; the need of the others changes later."""
LATE_MISFITS: Final = 1.3
"""Misfits of an item that is shown late for each of one that is shown early: some needs change in between."""
LEAST_BATCHED: Final = 0.9
"""From this share of items on whose planning begins together with that of others, they belong to projects."""
LEAST_HELP: Final = 0.02
"""Smallest probability that people of another role do a task that is open to them."""
GRID: Final = 201
STAGE_ROLES: Final = {"plan": {"analyst"}, "code": {"developer"}, "test": {"tester", "analyst"}, "deploy": {"operator"}}
"""Roles that own a stage; analysts do the acceptance test."""


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
    begun = np.asarray(_beginnings_by_item(run), dtype=np.float64)
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
    if _is_phased(run):
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


def _beginnings_by_item(run: Run) -> "pd.Series[float]":
    """Return when the planning of each item is queued, where the log shows it."""
    rows = run.log.iloc[run.rows("stage.queued")]
    planned = rows[(rows["stage"] == "plan") & rows["item"].notna()].drop_duplicates("item")
    return planned.set_index("item")["time"]


def _is_phased(run: Run) -> bool:
    """Return whether items that are planned together are coded only after the planning of all of them: the phases of a project."""
    begun = project_starts(run)
    if not len(begun):
        return False
    log, batch = run.log, _beginnings_by_item(run)
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
    rows = run.log.iloc[run.rows("stage.queued")]
    planned = rows[(rows["stage"] == "plan") & rows["item"].notna()].drop_duplicates("item")
    together = planned.groupby("time").size()
    together = together[together > 1]
    is_batched = len(planned) > 0 and together.sum() > LEAST_BATCHED * len(planned)
    return together.index.to_numpy(float) if is_batched else np.empty(0)


def practices(run: Run, workflow: str) -> Iterator[ParameterEstimate]:
    """Yield the adoption of the practices that leave traces in a log, where work moves as in this workflow.

    Parameters
    ----------
    run : Run
        Opened event log.
    workflow : str
        Name of one of `WORKFLOWS`.

    Yields
    ------
    ParameterEstimate
        Of the fields of `practices`, security excepted, as far as the log shows them.
    """
    yield from _integration(run)
    yield from _by_machine(run)
    yield from _deployment(run, workflow)
    yield from _monitoring(run)
    yield from _collaboration(run)
    yield from _feedback(run)


def _integration(run: Run) -> Iterator[ParameterEstimate]:
    """Yield the adoption of continuous integration and testing, from what comes to main together and what is tested there or by hand.

    A change that is integrated continuously is built alone; the other changes of a batch (an item, or a project) have one build. A run of
    the tests follows where testing is continuous for one of the changes that came together. An item whose changes all have such tests
    gets no test by hand: projects, which come to main as a whole, show only by this how many changes have them.
    """
    merged = run.log.iloc[run.rows("change.merged")]
    merged = merged[merged["item"].notna() & ~merged["change"].isin(unplanned(run))].drop_duplicates("change")
    built, tested = (set(run.log["change"].iloc[run.rows(f"{kind}.started")]) for kind in ("build", "testsuiterun"))
    batch = _beginnings_by_item(run).reindex(merged["item"]) if _is_phased(run) else merged["item"]
    own = merged["change"].isin(built)
    per_batch = pd.DataFrame({"changes": 1.0, "builds": own.to_numpy()}).groupby(batch.to_numpy()).sum()
    changes, builds = len(merged), int(own.sum())
    if not builds or changes - len(per_batch) < LEAST_OBSERVATIONS:
        return
    sizes = per_batch["changes"].to_numpy(float)
    continuous = root(lambda share: float(builds_per_item(share, sizes).sum()) - builds)
    how = "changes with a build of their own, not with the others of their item or project"
    yield share("practices.integration", round(continuous * changes), changes, how)
    together = merged.groupby("time").agg(
        size=("change", "size"), tested=("change", lambda part: part.isin(tested).any())
    )
    grid = np.linspace(0, 1, GRID)[:, None]
    with np.errstate(divide="ignore"):
        missed = together["size"].to_numpy(float) * np.log1p(-grid)
        logs = np.where(together["tested"].to_numpy(bool), np.log(-np.expm1(missed)), missed).sum(axis=1)
    by_hand = _tested_by_hand(run)
    if not (tested or by_hand["tested"].any()):  # the log may record no tests
        by_hand = by_hand.head(0)
    with np.errstate(divide="ignore"):
        spared = by_hand["changes"].to_numpy(float) * np.log(grid)
        logs += np.where(by_hand["tested"].to_numpy(bool), np.log(-np.expm1(spared)), spared).sum(axis=1)
    how = "times at which changes come to main and a run of the tests follows, and items that are tested by hand"
    yield share_of_likelihood("practices.testing", np.exp(logs - logs.max()), len(together) + len(by_hand), how)


def _tested_by_hand(run: Run) -> pd.DataFrame:
    """Return the number of changes of each item that is done, and whether a test by hand was asked for; none if the log shows no steps.

    The test that a project's client does is asked of an analyst.
    """
    created = run.log.iloc[run.rows("change.created")]
    planned = created[created["item"].notna() & ~created["change"].isin(unplanned(run))]
    done = set(run.names("item")[run.occurred("item", "ticket.done")])
    sizes = planned[planned["item"].isin(done)].groupby("item", observed=True).size()
    queued = run.log.iloc[run.rows("stage.queued")]
    steps = queued[queued["item"].isin(done) & queued["role"].notna()]
    tested = set(steps.loc[(steps["stage"] == "test") & (steps["role"] == "tester"), "item"])
    sizes = sizes[sizes.index.isin(set(steps.loc[steps["stage"] == "code", "item"]))]
    return pd.DataFrame({"changes": sizes, "tested": sizes.index.isin(tested)})


def root(surplus: Callable[[float], float]) -> float:
    """Return the share in [0, 1] at which a growing function is 0; the nearest end if it has no zero there.

    Examples
    --------
    >>> round(root(lambda share: share - 0.25), 6)
    0.25
    """
    if surplus(0.0) >= 0:
        return 0.0
    return 1.0 if surplus(1.0) <= 0 else float(optimize.brentq(surplus, 0.0, 1.0))


def _by_machine(run: Run) -> Iterator[ParameterEstimate]:
    rows = run.log.iloc[run.rows("stage.started")]
    deploying = rows[rows["stage"] == "deploy"]
    if len(deploying) >= LEAST_OBSERVATIONS:
        machine = int(deploying["role"].isna().sum())
        yield share("practices.delivery", machine, len(deploying), "deployments that no person carries out")


def _deployment(run: Run, workflow: str) -> Iterator[ParameterEstimate]:
    """Yield the adoption of continuous deployment: the changes that are deployed alone.

    Without automated tests even a change that goes out at once shares its regression test with others, so changes that came to main
    alone and were tested there come first.
    """
    rows = run.log.iloc[run.rows("service.deployed")]
    planned = rows[rows["change"].notna() & ~rows["change"].isin(unplanned(run))]
    merged = run.log.iloc[run.rows("change.merged")]
    alone = merged[~merged["time"].duplicated(keep=False)]["change"]
    tested = set(run.log["change"].iloc[run.rows("testsuiterun.started")]) & set(alone)
    chosen = planned[planned["change"].isin(tested)]
    enough = len(planned) >= LEAST_OBSERVATIONS > len(chosen)
    if enough and workflow == "devops" and regression_period(run) == 0:
        yield given("practices.deployment", 1.0, len(planned), "regression tests by hand begin when changes are ready")
        return
    chosen = chosen if len(chosen) >= LEAST_OBSERVATIONS else planned
    if len(chosen) >= LEAST_OBSERVATIONS:
        size = rows.groupby("deployment")["change"].size()
        single = int((chosen["deployment"].astype(object).map(size) == 1).sum())
        yield share("practices.deployment", single, len(chosen), "changes that are deployed alone")


def _monitoring(run: Run) -> Iterator[ParameterEstimate]:
    """Yield the adoption of continuous monitoring: the incidents that an alert detected, of those that nobody saw at once."""
    rows = run.log.iloc[run.rows("incident.detected")]
    failed = run.log.iloc[run.rows("service.failed")].drop_duplicates("incident").set_index("incident")["time"]
    seen = rows["incident"].astype(object).map(failed).to_numpy(float) == rows["time"].to_numpy(float)
    automated = details(rows, "automated")[~seen].dropna()
    if len(automated) >= LEAST_OBSERVATIONS:
        how = "incidents that an alert detected, of those that nobody saw at once"
        yield share("practices.monitoring", int((automated == "yes").sum()), len(automated), how)


def _collaboration(run: Run) -> Iterator[ParameterEstimate]:
    """Yield the adoption of continuous collaboration, from the changes and items at which people of another role worked.

    People of another role help where work waits, at each task of a change that is open to them with a probability that varies between
    changes. So changes without help are a mixture: of those that were open to all (beta-binomial), and of those that were not.
    """
    rows = run.log.iloc[run.rows("stage.started")]
    rows = rows[rows["role"].notna() & rows["stage"].isin(list(STAGE_ROLES)) & rows["item"].notna()]
    if len(rows) < LEAST_OBSERVATIONS or rows["role"].nunique() < 2:
        return
    pairs = zip(rows["stage"].astype(object), rows["role"].astype(object), strict=True)
    helped = np.array([role not in STAGE_ROLES[stage] for stage, role in pairs])
    unit = rows["change"].astype(object).fillna(rows["item"].astype(object)).astype(str).to_numpy()
    counts = pd.DataFrame({"unit": unit, "helped": helped}).groupby("unit")["helped"].agg(["size", "sum"])
    kinds = counts.value_counts().reset_index()
    tasks, others, weight = (kinds[column].to_numpy(float)[:, None, None] for column in ("size", "sum", "count"))
    rate, concentration = (
        np.linspace(LEAST_HELP, 0.9, 45)[None, :, None],
        np.array([1.0, 3.0, 10.0, 100.0])[None, None, :],
    )
    helps = np.asarray(stats.betabinom.pmf(others, tasks, rate * concentration, (1 - rate) * concentration))[:, None]
    adoption = np.linspace(0, 1, GRID)[None, :, None, None]
    with np.errstate(divide="ignore"):
        logs = (weight[:, None] * np.log(adoption * helps + (1 - adoption) * (others == 0)[:, None])).sum(axis=0)
    logs = logs.reshape(GRID, -1)
    likelihood = np.exp(logs - logs.max()).sum(axis=1)
    how = f"{helped.mean():.1%} of the tasks are done by people of another role, at {(counts['sum'] > 0).mean():.1%} of the changes and items"
    yield share_of_likelihood("practices.collaboration", likelihood, len(counts), how)


def _feedback(run: Run) -> Iterator[ParameterEstimate]:
    """Yield the adoption of continuous feedback, from the misfits that were found when the first change of their item was shown.

    Needs change while an item waits, so items that are shown late have more misfits.
    """
    found = run.log.iloc[run.rows("misfit.found")]
    created = run.log.iloc[run.rows("change.created")]
    shown, first = (
        rows[rows["item"].notna()].drop_duplicates("item").set_index("item")["time"] for rows in (found, created)
    )
    wait = (shown - first.reindex(shown.index)).dropna()
    early, n = int((wait <= AT_ONCE).sum()), len(wait)
    if n < LEAST_OBSERVATIONS:
        return
    grid = np.linspace(0, 1, GRID)
    likelihood = np.asarray(stats.binom.pmf(early, n, EARLY_AT_MOST * grid / (grid + (1 - grid) * LATE_MISFITS)))
    how = f"{early} of {n} misfits were found when the first change was shown"
    yield share_of_likelihood("practices.feedback", likelihood, n, how)


def batch_sizes(run: Run) -> "pd.Series[float]":
    """Return the number of changes that each deployment carried, indexed by deployment."""
    rows = run.log.iloc[run.rows("service.deployed")]
    return rows.groupby("deployment", sort=False)["change"].count().astype(float)


def planned_changes(run: Run) -> "pd.Series[float]":
    """Return the number of planned changes that each deployment carried first, indexed by deployment; repairs do not count."""
    rows = run.log.iloc[run.rows("service.deployed")]
    planned = rows[rows["change"].notna() & ~rows["change"].isin(unplanned(run))].drop_duplicates("change")
    return planned.groupby("deployment", sort=False)["change"].count().astype(float)
