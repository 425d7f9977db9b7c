"""How a team works, as far as its log shows: the workflow, the cadence of releases, and the practices that leave traces."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy import optimize

from devopssim.events import HOURS_PER_WEEK, details
from devopssim.kpis import Run
from devopssim.scenario import Scenario
from devopssim.simulation import builds_per_item
from devopssim.twin.estimates import Learnt, given, share
from devopssim.twin.work import unplanned

ENOUGH: Final = 5
FLOWS: Final = 3
"""Up to so many changes in a usual deployment, work flows one by one."""
WEEKS_OF_A_PROJECT: Final = 8
"""Releases that lie so far apart come from projects."""
FOREIGN: Final = 0.01
"""From this share of work done by another role on, people share their work."""
HANDS: Final = {"plan": {"analyst"}, "code": {"developer"}, "test": {"tester", "analyst"}, "deploy": {"operator"}}
"""Whose work a stage is; analysts accept what was tested."""


@dataclass(frozen=True, kw_only=True)
class Releases:
    """Planned deployments: when they came, and how many changes each carried."""

    times: "np.ndarray[tuple[int], np.dtype[np.float64]]"
    sizes: "np.ndarray[tuple[int], np.dtype[np.float64]]"

    @property
    def weeks_between(self) -> float:
        """The median time from one to the next, in weeks; NaN for fewer than two."""
        return float(np.median(np.diff(self.times))) / HOURS_PER_WEEK if len(self.times) > 1 else float("nan")


def releases_of(run: Run) -> Releases:
    """Return the deployments that repair nothing."""
    rows = run.log.iloc[run.rows("service.deployed")]
    repairs = set(rows.loc[details(rows, "repair").notna(), "deployment"])
    carried = rows[~rows["deployment"].isin(repairs)]
    carried = carried[~carried["change"].isin(unplanned(run))]
    found = carried.groupby("deployment", sort=False).agg(time=("time", "first"), size=("change", "count"))
    return Releases(times=found["time"].to_numpy(float), sizes=found["size"].to_numpy(float))


def workflow(releases: Releases) -> Learnt | None:
    """Return the workflow that batches and their distance look like, or None where there are too few."""
    n = len(releases.times)
    if n < 2:
        return None
    size, weeks = float(np.median(releases.sizes)), releases.weeks_between
    name = "devops" if size <= FLOWS else "waterfall" if weeks >= WEEKS_OF_A_PROJECT else "agile"
    return given(
        "workflow", name, n, f"a usual deployment carries {size:g} changes, {weeks:.2g} weeks after the one before"
    )


def cadence(releases: Releases, scenario: Scenario) -> Iterator[Learnt]:
    """Yield the time from release to release, in the words of the workflow."""
    weeks, n = releases.weeks_between, len(releases.times)
    if not np.isfinite(weeks):
        return
    how = f"the median time between planned deployments is {weeks:.3g} weeks"
    if scenario.workflow == "waterfall":
        yield given("process.project_weeks", float(np.clip(weeks, 1, 156)), n, how)
    elif scenario.workflow == "agile":
        sprints = max(1, round(weeks / scenario.process.sprint_weeks))
        yield given("process.sprints_per_release", min(26, sprints), n, how)
        if weeks < scenario.process.sprint_weeks:
            yield given("process.sprint_weeks", float(np.clip(weeks, 0.5, 8)), n, how)
    elif scenario.practices.deployment < 1:
        yield given("process.window_weeks", float(np.clip(weeks, 0.02, 52)), n, how)


def practices(run: Run) -> Iterator[Learnt]:
    """Yield the adoption of the practices that leave traces in a log."""
    yield from _integration(run)
    yield from _by_machine(run)
    yield from _deployment(run)
    rows = run.log.iloc[run.rows("incident.detected")]
    told = details(rows, "automated").dropna()
    if len(told) >= ENOUGH:
        yield share("practices.monitoring", int((told == "yes").sum()), len(told), "incidents that an alert told of")
    yield from _collaboration(run)


def _integration(run: Run) -> Iterator[Learnt]:
    """Builds tell: each change that is integrated by itself has one, the other changes of an item have one together.

    Runs of the tests tell in the same way how many changes are tested by machine.
    """
    merged = run.log.iloc[run.rows("change.merged")]
    merged = merged[merged["item"].notna() & ~merged["change"].isin(unplanned(run))]
    built, tested = (run.log["change"].iloc[run.rows(f"{kind}.started")] for kind in ("build", "testsuiterun"))
    builds = int(built.isin(set(merged["change"])).sum())
    per_item = merged.groupby("item").size().to_numpy(float)
    changes = len(merged)
    if builds < ENOUGH or changes - len(per_item) < ENOUGH:
        return
    alone = root(lambda share: float(builds_per_item(share, per_item).sum()) - builds)
    yield share("practices.integration", round(alone * changes), changes, "changes that are built by themselves")
    single = min(alone * changes, builds)
    together = max(1.0, (changes - single) / max(1.0, builds - single))
    runs = int(tested.isin(set(merged["change"])).sum())
    by_machine = root(lambda share: single * share + (builds - single) * (1 - (1 - share) ** together) - runs)
    yield share(
        "practices.testing", round(by_machine * changes), changes, "changes whose build a run of the tests follows"
    )


def root(surplus: Callable[[float], float]) -> float:
    """Return the share, 0 to 1, at which a growing function is nought; 0 or 1 where it is nowhere."""
    if surplus(0.0) >= 0:
        return 0.0
    return 1.0 if surplus(1.0) <= 0 else float(optimize.brentq(surplus, 0.0, 1.0))


def _by_machine(run: Run) -> Iterator[Learnt]:
    rows = run.log.iloc[run.rows("stage.started")]
    deploying = rows[rows["stage"] == "deploy"]
    if len(deploying) >= ENOUGH:
        machine = int(deploying["role"].isna().sum())
        yield share("practices.delivery", machine, len(deploying), "deployments that no person carries out")


def _deployment(run: Run) -> Iterator[Learnt]:
    rows = run.log.iloc[run.rows("service.deployed")]
    planned = rows[rows["change"].notna() & ~rows["change"].isin(unplanned(run))]
    if len(planned) >= ENOUGH:
        size = rows.groupby("deployment")["change"].size()
        alone = int((planned["deployment"].astype(object).map(size) == 1).sum())
        yield share("practices.deployment", alone, len(planned), "changes that go out alone")


def _collaboration(run: Run) -> Iterator[Learnt]:
    """Whether people do each other's work; how much of it is shared cannot be seen, so it is all or nothing."""
    rows = run.log.iloc[run.rows("stage.started")]
    told = rows[rows["role"].notna() & rows["stage"].isin(list(HANDS)) & rows["item"].notna()]
    if len(told) >= ENOUGH and told["role"].nunique() > 1:
        pairs = zip(told["stage"].astype(object), told["role"].astype(object), strict=True)
        foreign = sum(role not in HANDS[stage] for stage, role in pairs) / len(told)
        adopted = 1.0 if foreign > FOREIGN else 0.0
        how = f"{foreign:.1%} of the work is done by people of another role"
        yield given("practices.collaboration", adopted, len(told), how)


def batch_sizes(run: Run) -> "pd.Series[float]":
    """Return how many changes each deployment carried, by deployment."""
    rows = run.log.iloc[run.rows("service.deployed")]
    return rows.groupby("deployment", sort=False)["change"].count().astype(float)
