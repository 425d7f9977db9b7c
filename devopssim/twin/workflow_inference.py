"""Workflow inference: the workflow, the cadence of releases and the practices, as far as a log shows them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy import optimize

from devopssim.events import HOURS_PER_WEEK, details
from devopssim.kpis import Floats, Run
from devopssim.scenario import Scenario
from devopssim.simulation import builds_per_item, builds_tested_per_item
from devopssim.twin.estimates import LEAST_OBSERVATIONS, ParameterEstimate, given, share
from devopssim.twin.work import unplanned

LARGEST_FLOW_BATCH: Final = 3
"""Up to so many changes in the median deployment, work flows one by one."""
LEAST_PROJECT_WEEKS: Final = 8
"""From this time between releases on, they come from projects."""
LEAST_BATCHED: Final = 0.9
"""From this share of items on whose planning begins together with that of others, they belong to projects."""
SHARED_WORK: Final = 0.01
"""From this share of work by another role on, people share their work."""
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
        """Median time from one release to the next, in weeks; NaN for fewer than two."""
        return float(np.median(np.diff(self.times))) / HOURS_PER_WEEK if len(self.times) > 1 else float("nan")

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


def workflow(run: Run) -> ParameterEstimate | None:
    """Return the workflow that the releases look like, or None without a release.

    Small batches mean devops, large ones waterfall or agile: by the time between the starts of their work where the log shows it, as
    a late release comes near to the next one, else by the time between releases. Of a single release, a large batch and a long time
    without any other are enough for waterfall.
    """
    releases, begun = releases_of(run), project_starts(run)
    n = len(releases.times)
    if n == 0:
        return None
    size, weeks = float(np.median(releases.sizes)), releases.weeks_between
    if len(begun) > 1 and size > LARGEST_FLOW_BATCH:
        weeks = float(np.median(np.diff(begun))) / HOURS_PER_WEEK
        name = "waterfall" if weeks >= LEAST_PROJECT_WEEKS else "agile"
        how = f"a usual deployment carries {size:g} changes, and the work on items begins together, every {weeks:.2g} weeks"
        return given("workflow", name, n, how)
    if n == 1:
        weeks = releases.longest_weeks_without
        if size <= LARGEST_FLOW_BATCH or weeks < LEAST_PROJECT_WEEKS:
            return None
        return given(
            "workflow", "waterfall", n, f"one deployment carries {size:g} changes, {weeks:.2g} weeks are without any"
        )
    name = "devops" if size <= LARGEST_FLOW_BATCH else "waterfall" if weeks >= LEAST_PROJECT_WEEKS else "agile"
    return given(
        "workflow", name, n, f"a usual deployment carries {size:g} changes, {weeks:.2g} weeks after the one before"
    )


def cadence(run: Run, scenario: Scenario) -> Iterator[ParameterEstimate]:
    """Yield the time between releases as a parameter of the scenario's workflow; of projects, the time between their starts."""
    begun = project_starts(run) if scenario.workflow == "waterfall" else np.empty(0)
    if len(begun) > 1:
        weeks = float(np.mean(np.diff(begun))) / HOURS_PER_WEEK
        how = f"the mean time between the starts of projects, whose items are planned together, is {weeks:.3g} weeks"
        yield given("process.project_weeks", float(np.clip(weeks, 1, 156)), len(begun), how)
        return
    releases = releases_of(run)
    weeks, n = releases.weeks_between, len(releases.times)
    if not np.isfinite(weeks):
        return
    how = f"the median time between planned deployments is {weeks:.3g} weeks"
    if scenario.workflow == "waterfall":
        # projects overlap: a late release comes nearer to the next one, and leaves their number in a year as it is
        weeks = releases.mean_weeks_between
        how = f"the mean time between planned deployments is {weeks:.3g} weeks"
        yield given("process.project_weeks", float(np.clip(weeks, 1, 156)), n, how)
    elif scenario.workflow == "agile":
        sprints = max(1, round(weeks / scenario.process.sprint_weeks))
        yield given("process.sprints_per_release", min(26, sprints), n, how)
        if weeks < scenario.process.sprint_weeks:
            yield given("process.sprint_weeks", float(np.clip(weeks, 0.5, 8)), n, how)
    elif scenario.practices.deployment < 1:
        yield given("process.window_weeks", float(np.clip(weeks, 0.02, 52)), n, how)


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


def practices(run: Run) -> Iterator[ParameterEstimate]:
    """Yield the adoption of the practices that leave traces in a log."""
    yield from _integration(run)
    yield from _by_machine(run)
    yield from _deployment(run)
    rows = run.log.iloc[run.rows("incident.detected")]
    automated = details(rows, "automated").dropna()
    if len(automated) >= LEAST_OBSERVATIONS:
        yield share(
            "practices.monitoring", int((automated == "yes").sum()), len(automated), "incidents that an alert detected"
        )
    yield from _collaboration(run)


def _integration(run: Run) -> Iterator[ParameterEstimate]:
    """Yield the adoption of continuous integration and testing from the numbers of builds and test runs.

    Each change that is integrated alone has a build; the other changes of an item share one. The same holds for test runs.
    """
    merged = run.log.iloc[run.rows("change.merged")]
    merged = merged[merged["item"].notna() & ~merged["change"].isin(unplanned(run))]
    built, tested = (run.log["change"].iloc[run.rows(f"{kind}.started")] for kind in ("build", "testsuiterun"))
    # main is built and tested again when a change was taken back or repaired: a build counts once
    builds = built[built.isin(set(merged["change"]))].nunique()
    per_item = merged.groupby("item").size().to_numpy(float)
    changes = len(merged)
    if builds < LEAST_OBSERVATIONS or changes - len(per_item) < LEAST_OBSERVATIONS:
        return
    continuous = root(lambda share: float(builds_per_item(share, per_item).sum()) - builds)
    yield share("practices.integration", round(continuous * changes), changes, "changes with a build of their own")
    single = min(continuous * changes, builds)
    together = max(1.0, (changes - single) / max(1.0, builds - single))
    runs = tested[tested.isin(set(merged["change"]))].nunique()

    def surplus(share: float) -> float:
        if builds < len(per_item):  # batches of several items, of about `together` changes
            return single * share + (builds - single) * (1 - float((1 - share) ** together)) - runs
        return float(builds_tested_per_item(continuous, share, per_item).sum()) - runs

    by_machine = root(surplus)
    yield share(
        "practices.testing", round(by_machine * changes), changes, "changes whose build a run of the tests follows"
    )


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


def _deployment(run: Run) -> Iterator[ParameterEstimate]:
    rows = run.log.iloc[run.rows("service.deployed")]
    planned = rows[rows["change"].notna() & ~rows["change"].isin(unplanned(run))]
    if len(planned) >= LEAST_OBSERVATIONS:
        size = rows.groupby("deployment")["change"].size()
        alone = int((planned["deployment"].astype(object).map(size) == 1).sum())
        yield share("practices.deployment", alone, len(planned), "changes that are deployed alone")


def _collaboration(run: Run) -> Iterator[ParameterEstimate]:
    """Yield the adoption of continuous collaboration, from work that people of another role did.

    A log shows whether people share work, not how much they could, so the adoption is 0 or 1.
    """
    rows = run.log.iloc[run.rows("stage.started")]
    attributed = rows[rows["role"].notna() & rows["stage"].isin(list(STAGE_ROLES)) & rows["item"].notna()]
    if len(attributed) >= LEAST_OBSERVATIONS and attributed["role"].nunique() > 1:
        pairs = zip(attributed["stage"].astype(object), attributed["role"].astype(object), strict=True)
        shared = sum(role not in STAGE_ROLES[stage] for stage, role in pairs) / len(attributed)
        adopted = 1.0 if shared > SHARED_WORK else 0.0
        how = f"{shared:.1%} of the work is done by people of another role"
        yield given("practices.collaboration", adopted, len(attributed), how)


def batch_sizes(run: Run) -> "pd.Series[float]":
    """Return the number of changes that each deployment carried, indexed by deployment."""
    rows = run.log.iloc[run.rows("service.deployed")]
    return rows.groupby("deployment", sort=False)["change"].count().astype(float)


def planned_changes(run: Run) -> "pd.Series[float]":
    """Return the number of planned changes that each deployment carried first, indexed by deployment; repairs do not count."""
    rows = run.log.iloc[run.rows("service.deployed")]
    planned = rows[rows["change"].notna() & ~rows["change"].isin(unplanned(run))].drop_duplicates("change")
    return planned.groupby("deployment", sort=False)["change"].count().astype(float)
