"""Efforts, changes per item and machine times, estimated from the `stage.*` rows of a log.

Hours on the clock become effort as in the model: planned work proceeds in working hours only, on-call work around the clock.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import optimize

from devopssim.events import details
from devopssim.kpis import Run
from devopssim.scenario import Scenario
from devopssim.simulation import changes_per_item, effort_per_hour
from devopssim.twin.estimates import LEAST_OBSERVATIONS, ParameterEstimate, given, mean, variation


def efforts(run: Run, scenario: Scenario) -> Iterator[ParameterEstimate]:
    """Yield the efforts of items.

    The practices of `scenario` determine what else the hours contain: upkeep of tests, cross-training.
    """
    done = set(run.names("item")[run.occurred("item", "ticket.done")])
    stages = _stages(run)
    stages = stages[stages["item"].isin(done) & stages["role"].notna()]
    effort_per_clock_hour = effort_per_hour(scenario)
    plan = _hours(stages[stages["stage"] == "plan"], ["item"]) * effort_per_clock_hour
    if len(plan) >= LEAST_OBSERVATIONS:
        yield mean("demand.plan_effort", plan, "hours of work on `plan` of each item")
    code = coding(run, stages, scenario.process.switching / effort_per_clock_hour) * effort_per_clock_hour
    code -= scenario.quality.test_upkeep * scenario.practices.testing
    items = code[code > 0].groupby(level="item").sum()
    if len(items) >= LEAST_OBSERVATIONS:
        how = "hours of work on `code` until the commits of each item exist"
        yield mean("demand.code_effort", items, how)
        yield variation("demand.effort_cv", items, how)
        yield from change_size(run, float(items.mean()), float(np.log(items).std()))
    by_hand = 1 - scenario.practices.testing
    test = stages[(stages["stage"] == "test") & stages["change"].isna() & (stages["role"] != "analyst")]
    hours = _hours(test, ["item"]) * effort_per_clock_hour
    if by_hand > 0.05 and len(hours) >= LEAST_OBSERVATIONS:
        # items without any test by hand count with 0 hours
        scale = len(hours) / max(len(hours), len(done)) / by_hand
        yield mean("demand.test_effort", hours * scale, "hours of work on `test` of each item")


def coding(run: Run, stages: pd.DataFrame, switch: float) -> "pd.Series[float]":
    """Return the hours of work on each planned change until its commit.

    Parameters
    ----------
    run : Run
        The opened log.
    stages : DataFrame
        Rows of `_stages`.
    switch : float
        Hours on the clock to return to interrupted work; subtracted for each interruption.

    Returns
    -------
    Series of float
        Hours, indexed by item and change.
    """
    created = pd.Series(run.first("change", "change.created"), index=run.names("change"))
    work = stages[(stages["stage"] == "code") & stages["change"].notna() & ~stages["change"].isin(unplanned(run))]
    committed = work["change"].astype(object).map(created).to_numpy(float)
    until_commit = np.where(work["step"] > 0, work["time"] < committed, work["time"] <= committed)
    work = work[until_commit]
    by = ["item", "change"]
    hours = _hours(work, by)
    pieces = work[work["step"] > 0].astype(dict.fromkeys(by, object)).groupby(by).size()
    return hours - switch * (pieces.reindex(hours.index) - 1)


def unplanned(run: Run) -> set[str]:
    """Return the ids of changes that are repairs."""
    rows = run.log.iloc[run.rows("change.created")]
    return set(rows.loc[details(rows, "unplanned") == "yes", "change"])


def change_size(run: Run, code_effort: float, spread: float) -> Iterator[ParameterEstimate]:
    """Yield the coding effort of a change at which items of the estimated effort have as many changes as observed.

    Parameters
    ----------
    run : Run
        The opened log.
    code_effort : float
        Mean coding effort of an item, in person-hours.
    spread : float
        Standard deviation of its logarithm.
    """
    rows = run.log.iloc[run.rows("change.created")]
    planned = rows[rows["item"].notna() & (details(rows, "unplanned") != "yes")]
    per_item = planned.groupby("item").size().to_numpy(float)
    if len(per_item) < LEAST_OBSERVATIONS:
        return
    variety = float(np.sqrt(np.expm1(spread**2)))

    def surplus(size: float) -> float:
        return changes_per_item(code_effort, variety, size) - float(per_item.mean())

    low, high = 0.5, 400.0
    if surplus(low) > 0 > surplus(high):
        size = float(optimize.brentq(surplus, low, high, xtol=1e-3))
        yield given(
            "demand.change_effort",
            size,
            len(per_item),
            f"so that an item has {per_item.mean():.3g} changes, as observed",
        )


def machines(run: Run) -> Iterator[ParameterEstimate]:
    """Yield the times of machines: to build, test, deploy and roll back."""
    stages = _stages(run)
    alone = stages[stages["role"].isna()]
    for parameter, stage in (("build_time", "build"), ("automated_test_time", "test"), ("deploy_time", "deploy")):
        hours = _hours(alone[alone["stage"] == stage], ["change"])
        kind = {"build": "build", "test": "testsuiterun"}.get(stage)
        if len(hours) < LEAST_OBSERVATIONS and kind:
            hours = _runs(run, kind)
        if len(hours) >= LEAST_OBSERVATIONS:
            yield mean(f"pipeline.{parameter}", hours, f"time of a machine on `{stage}`", lognormal=False)
    rolled_back = set(run.log["incident"].iloc[run.rows("service.rolledback")].dropna())
    hours = _hours(alone[(alone["stage"] == "operate") & alone["incident"].isin(rolled_back)], ["incident"])
    if len(hours) >= LEAST_OBSERVATIONS:
        yield mean("pipeline.rollback_time", hours, "time of a machine for a rollback", lognormal=False)


def _runs(run: Run, kind: str) -> "pd.Series[float]":
    """Return the duration of each build or test run, for changes with exactly one."""
    parts = []
    for step in ("started", "finished"):
        rows = run.log.iloc[run.rows(f"{kind}.{step}")]
        rows = rows[rows["change"].notna()].drop_duplicates("change", keep=False)
        parts.append(rows.set_index("change")["time"])
    hours = (parts[1] - parts[0]).dropna()
    return hours[hours > 0]


def _stages(run: Run) -> pd.DataFrame:
    """Return the rows of work on stages, with `step` +1 at its start and -1 at its end."""
    starts, ends = run.rows("stage.started"), run.rows("stage.finished")
    rows = np.sort(np.concatenate([starts, ends]))
    table = run.log[["time", "stage", "item", "change", "incident", "deployment", "role"]].iloc[rows].copy()
    table["step"] = np.where(np.isin(rows, starts), 1, -1)
    return table


def _hours(rows: pd.DataFrame, by: list[str]) -> "pd.Series[float]":
    """Return the hours of work of each group of rows in which all work that started has ended."""
    signed = pd.DataFrame({**{name: rows[name].astype(object) for name in by}, "step": rows["step"]})
    signed["hours"] = -rows["step"] * rows["time"]
    sums = signed.dropna().groupby(by)[["step", "hours"]].sum()
    return sums.loc[(sums["step"] == 0) & (sums["hours"] > 1e-9), "hours"]
