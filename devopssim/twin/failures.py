"""How a service fails and recovers, estimated from the incidents of a log."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd
from scipy import optimize

from devopssim.events import HOURS_PER_WEEK, details
from devopssim.kpis import Run
from devopssim.scenario import Scenario
from devopssim.simulation import (
    deployment_failure_probability,
    escape_share,
    unprevented_share,
)
from devopssim.twin.estimates import LEAST_OBSERVATIONS, ParameterEstimate, count_bounds, given, mean, share, variation
from devopssim.twin.work import attempts
from devopssim.twin.workflow_inference import batch_sizes


def incidents_of(run: Run) -> pd.DataFrame:
    """Return a table with one row per incident.

    Returns
    -------
    DataFrame
        Indexed by incident. Columns: failed, detected, resolved (hours), deployment, cause, alerted ('yes' or 'no').
    """
    failed = run.log.iloc[run.rows("service.failed")]
    table = failed.set_index("incident")[["time", "deployment"]].rename(columns={"time": "failed"})
    table["cause"] = details(failed, "cause").to_numpy()
    for kind in ("detected", "resolved"):
        rows = run.log.iloc[run.rows(f"incident.{kind}")].set_index("incident")
        table[kind] = rows["time"].reindex(table.index)
        if kind == "detected":
            table["alerted"] = details(rows, "automated").reindex(table.index)
    return table


def recovery(run: Run, scenario: Scenario) -> Iterator[ParameterEstimate]:
    """Yield the times to detect failures, to diagnose and to repair them."""
    incidents = incidents_of(run)
    incidents["delay"] = incidents["detected"] - incidents["failed"]
    undocumented = incidents["alerted"].isna().all()
    mostly_alerts = scenario.practices.monitoring >= 0.5
    for parameter, automated, all_incidents in (
        ("alert_delay", "yes", undocumented and mostly_alerts),
        ("report_delay", "no", undocumented and not mostly_alerts),
    ):
        chosen = incidents if all_incidents else incidents[incidents["alerted"] == automated]
        delays = chosen.loc[chosen["delay"] > 0, "delay"]
        if len(delays) >= LEAST_OBSERVATIONS:
            yield mean(f"production.{parameter}", delays, "from the failure until its detection")
            if len(delays) >= len(incidents) / 2:
                yield variation("production.reaction_cv", delays, "from the failure until its detection")
    yield from _repair(run, incidents, scenario)


def _repair(run: Run, incidents: pd.DataFrame, scenario: Scenario) -> Iterator[ParameterEstimate]:
    """Yield diagnosis and repair time, from on-call work on infrastructure failures, else from the time to restore."""
    work = attempts(run, scenario)
    on_call = work[(work["stage"] == "operate") & work["incident"].notna() & work["role"].notna()]
    infrastructure = incidents.index[_infrastructure_failures(incidents)]
    on_call = on_call[on_call["incident"].isin(infrastructure) & on_call["end"].notna()]
    parts = on_call.groupby("incident")["effort"]
    first, second = parts.nth(0), parts.nth(1)
    if len(first) >= LEAST_OBSERVATIONS:
        how = "on-call work on a failure of the infrastructure, its {} part"
        yield mean("production.diagnosis", first, how.format("first"))
        if len(second) >= LEAST_OBSERVATIONS:
            yield mean("production.repair_time", second, how.format("second"))
        return
    detection = incidents["detected"].fillna(incidents["failed"])
    hours = (incidents["resolved"] - detection)[_infrastructure_failures(incidents)].dropna()
    if len(hours) >= LEAST_OBSERVATIONS:
        how = "half of the time from detection to resolution of failures that no deployment caused"
        yield mean("production.diagnosis", hours / 2, how)
        yield mean("production.repair_time", hours / 2, how)


def _infrastructure_failures(incidents: pd.DataFrame) -> "pd.Series[bool]":
    """Return whether each incident is an infrastructure failure: without a deployment, and without another cause."""
    cause = incidents["cause"]
    return incidents["deployment"].isna() & (cause.isna() | (cause == "infrastructure"))


def infrastructure(run: Run, scenario: Scenario) -> Iterator[ParameterEstimate]:
    """Yield the mean time to failure of the infrastructure, corrected for failures that monitoring prevents."""
    incidents = incidents_of(run)
    n = int(_infrastructure_failures(incidents).sum())
    if n == 0 or run.hours <= 0:
        return
    unprevented = unprevented_share(scenario)
    low, high = count_bounds(n)
    bounds = (run.hours * unprevented / high, run.hours * unprevented / low)
    how = f"{n} failures that no deployment caused in {run.hours / HOURS_PER_WEEK:.0f} weeks"
    yield ParameterEstimate(
        parameter="production.infrastructure_mttf",
        value=run.hours * unprevented / n,
        low=bounds[0],
        high=bounds[1],
        n=n,
        how=how,
    )


def deployments(run: Run, scenario: Scenario) -> Iterator[ParameterEstimate]:
    """Yield how deployments fail: by installation mistakes where causes are recorded, else by severe defects alone."""
    sizes = batch_sizes(run)
    if len(sizes) < LEAST_OBSERVATIONS:
        return
    rows = run.log.iloc[run.rows("service.failed")]
    cause = details(rows, "cause")
    broken = rows["deployment"].notna()
    automated = scenario.practices.delivery >= 0.5
    parameter = "pipeline.automated_mistakes" if automated else "pipeline.manual_mistakes"
    mistakes = scenario.pipeline.automated_mistakes if automated else scenario.pipeline.manual_mistakes
    if cause[broken].isin(["installation"]).any():
        wrong = int(rows.loc[broken & (cause == "installation"), "deployment"].nunique())
        yield share(parameter, wrong, len(sizes), "deployments whose installation went wrong")
        mistakes = wrong / len(sizes)
    failed = sizes.index.isin(set(rows.loc[broken, "deployment"])) | sizes.index.isin(
        set(run.log["deployment"].iloc[run.rows("service.rolledback")].dropna())
    )
    count = int(failed.sum())
    if count == 0:
        return
    if count / len(sizes) <= mistakes:
        mistakes = 0.5 * count / len(sizes)
        yield given(
            parameter, mistakes, len(sizes), "half of the failed deployments: fewer fail than the default implies"
        )
    carried = sizes.to_numpy(float)
    hidden = scenario.quality.defects_per_change * float(np.average(escape_share(scenario, carried), weights=carried))
    caused = int(broken.sum()) - (int((broken & (cause == "installation")).sum()) or round(mistakes * len(sizes)))
    if int(rows.loc[broken, "deployment"].duplicated().sum()) and caused > 0:
        # a deployment that fails several times reveals each of its defects
        low, high = (bound / carried.sum() / hidden for bound in count_bounds(caused))
        yield ParameterEstimate(
            parameter="quality.severe_share",
            value=caused / float(carried.sum()) / hidden,
            low=low,
            high=high,
            n=caused,
            how=COUNTED.format(count=caused, changes=int(carried.sum())),
        )
        return

    def surplus(escaped: float) -> float:
        return float(deployment_failure_probability(mistakes, escaped, carried).sum()) - count

    if surplus(0) < 0 < surplus(50):
        severe = float(optimize.brentq(surplus, 0, 50)) / hidden
        how = f"so that {count} of {len(sizes)} deployments fail, with {carried.mean():.3g} changes in each"
        yield given("quality.severe_share", severe, count, how)


COUNTED: Final = "{count} failures by defects that {changes} changes brought to users"
