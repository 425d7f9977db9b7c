"""Waits that take the same working hours on each occasion: for signatures and approvals, with or without a hand-over before them."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from devopssim.events import WorkingTime, details
from devopssim.kpis import Floats, Run
from devopssim.scenario import Scenario
from devopssim.twin.estimates import ParameterEstimate
from devopssim.twin.routines import LEAST_OCCASIONS, NOISE, constant


def waits(run: Run, scenario: Scenario) -> Iterator[ParameterEstimate]:
    """Yield the waits for the signature under requirements, and for the approval of a release.

    A log without working hours has nights and weekends in its waits, so it reveals none.
    """
    if not run.working_time:
        return
    if scenario.workflow == "waterfall":
        how = "from the last plan of a project until its coding"
        yield from _wait("process.sign_off", _worked(run.working_time, _projects(run)), how, scenario)
    if scenario.process.window_weeks == 0 or scenario.workflow == "agile":
        how = "from the end of a regression test until the installation"
        yield from _wait("process.approval", _worked(run.working_time, releases(run)), how, scenario)


def _projects(run: Run) -> pd.DataFrame:
    """Return when the requirements of each project were ready, and when its coding was asked for: for all items at once."""
    coding = _rows(run, "stage.queued", "code", "developer")
    begun = coding[coding["item"].notna()].groupby("item")["time"].min()
    planning = _rows(run, "stage.finished", "plan", "analyst")
    table = pd.DataFrame({"begun": planning["item"].map(begun), "ready": planning["time"]}).dropna()
    return table.groupby("begun").agg(ready=("ready", "max"), begun=("begun", "max"))


def releases(run: Run) -> pd.DataFrame:
    """Return when the regression test of each release was over, with the last fix, and when its installation was asked for or began."""
    deployed = run.log.iloc[run.rows("service.deployed")]
    deployed = deployed[deployed["change"].notna()].drop_duplicates("change")
    release = pd.Series(deployed["deployment"].to_numpy(object), index=deployed["change"].to_numpy(object))
    tests = _rows(run, "stage.finished", "test", "tester")
    if tests.empty:
        return pd.DataFrame({"ready": [], "begun": []})
    installing = pd.concat([_rows(run, kind, "deploy") for kind in ("stage.queued", "stage.started")])
    begun = installing.groupby(installing["change"].map(release))["time"].min()
    fixes = run.log.iloc[run.rows("defect.fixed")]
    fixes = fixes[(details(fixes, "found_in") == "test").to_numpy()]
    ends = pd.concat([tests[tests["item"].isna()].assign(tested=True), fixes.assign(tested=False)])
    ends["release"] = ends["change"].astype(object).map(release)
    ends["begun"] = ends["release"].map(begun)
    ends = ends[ends["time"] < ends["begun"]]
    tested = ends.loc[ends["tested"].astype(bool), "release"]
    return ends[ends["release"].isin(set(tested))].groupby("release").agg(ready=("time", "max"), begun=("begun", "max"))


def _rows(run: Run, kind: str, stage: str, role: str | None = None) -> pd.DataFrame:
    """Return the time, item and change of the steps of a stage."""
    rows = run.log.iloc[run.rows(kind)]
    rows = rows[(rows["stage"] == stage) & ((rows["role"] == role) | (role is None))]
    return rows[["time", "item", "change"]].astype({"item": object, "change": object})


def _worked(working_time: WorkingTime, ends: pd.DataFrame) -> Floats:
    """Return the working hours of the first time zone that pass between two moments; without those where none passes."""
    until = working_time.of_zone(0.0).until
    ready, begun = (until(np.array(ends[column], dtype=np.float64)) for column in ("ready", "begun"))
    return np.asarray(begun - ready)[begun - ready > 1e-6]


def _wait(parameter: str, hours: Floats, what: str, scenario: Scenario) -> Iterator[ParameterEstimate]:
    """Yield a wait that a hand-over may come with; the log shows both together, unless it has waits of both kinds."""
    if len(hours) < LEAST_OCCASIONS:
        return
    share, added = 1 - scenario.practices.collaboration, scenario.process.hand_over
    how = f"working hours {what}"
    shorter = hours[hours < (1 + 5 * NOISE) * hours.min()]
    if 0 < share < 1 and len(shorter) < len(hours):
        value = float(np.median(shorter))
        how = f"{how}, where no hand-over was needed"
        low, high = (1 - NOISE) * value, (1 + NOISE) * value
        yield ParameterEstimate(parameter=parameter, value=value, low=low, high=high, n=len(shorter), how=how)
        return
    wait = constant(parameter, hours, f"{how}, with or without a hand-over", added=added, share=share)
    both = float(wait.value) + share * added
    yield replace(wait, per=lambda other: 1 / max(1e-9, both - share * other.process.hand_over))
