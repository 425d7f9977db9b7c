"""How a service fails: by itself, by installations that go wrong, and by defects that reach users."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd
from scipy import optimize

from devopssim.events import HOURS_PER_WEEK
from devopssim.kpis import Floats, Run, Truths, failed_deployments
from devopssim.scenario import Scenario
from devopssim.simulation import (
    defects_of_change,
    deployment_failure_probability,
    escape_share,
    unprevented_share,
)
from devopssim.twin.estimates import LEAST_OBSERVATIONS, ParameterEstimate, count_bounds, given, share
from devopssim.twin.incidents import incidents_of, is_infrastructure
from devopssim.twin.releases import batch_sizes, planned_changes


def infrastructure(run: Run, scenario: Scenario) -> Iterator[ParameterEstimate]:
    """Yield the mean time to failure of a host, corrected for failures that monitoring prevents; a host that is down fails no more."""
    incidents = incidents_of(run)
    failures = incidents[is_infrastructure(incidents)]
    n = len(failures)
    if n == 0 or run.hours <= 0:
        return
    down = float((failures["restored"].fillna(run.horizon) - failures["failed"]).sum())
    running = (max(0.0, scenario.production.hosts * run.hours - down)) * unprevented_share(scenario)
    low, high = count_bounds(n)
    bounds = (running / high, running / low)
    how = f"{n} failures that no deployment caused in {run.hours / HOURS_PER_WEEK:.0f} weeks"
    yield ParameterEstimate(
        parameter="production.infrastructure_mttf",
        value=running / n,
        low=bounds[0],
        high=bounds[1],
        n=n,
        how=how,
        posterior="inverse gamma",
    )


def deployments(run: Run, scenario: Scenario) -> Iterator[ParameterEstimate]:
    """Yield how deployments fail: by installations that go wrong, and by severe defects.

    Where the log records causes, each failure by a defect counts, and so does each installation that went wrong. Else a deployment
    has failed or not, installations keep their default, and severe defects explain the others.
    """
    sizes = batch_sizes(run)
    if len(sizes) < LEAST_OBSERVATIONS:
        return
    incidents = incidents_of(run)
    broken = incidents[incidents["deployment"].notna()]
    failed = sizes.index.isin(run.names("deployment")[failed_deployments(run)])
    count = int(failed.sum())
    estimates, mistakes = _installations(run, scenario, sizes, count)
    yield from estimates
    yield from _rollbacks(run, scenario, broken)
    if count == 0:
        return
    carried = planned_changes(run).reindex(sizes.index).fillna(0).to_numpy(float)
    hidden = hidden_defects(scenario)
    documented = len(broken) > 0 and broken["cause"].notna().all()
    caused = int((broken["cause"] == "defect").sum()) if documented else len(broken) - round(float(mistakes.sum()))
    if documented or broken["deployment"].duplicated().any():
        # a deployment that fails several times reveals each of its defects
        yield from _counted(caused, int(carried.sum()), hidden)
        return

    def surplus(escaped: float) -> float:
        return float(deployment_failure_probability(mistakes, escaped, carried).sum()) - count

    if surplus(0) < 0 < surplus(50):
        escaped = float(optimize.brentq(surplus, 0, 50))
        how = f"so that {count} of {len(sizes)} deployments fail, with {carried.mean():.3g} planned changes in each"
        yield _severe(escaped / hidden, count, how)


def _installations(
    run: Run, scenario: Scenario, sizes: "pd.Series[float]", failed: int
) -> tuple[list[ParameterEstimate], Floats]:
    """Return the shares of installations that go wrong, by machine and by hand, and the probability of each deployment that its does."""
    by_machine = _by_machine(run, scenario, sizes)
    mistakes = np.where(by_machine, scenario.pipeline.automated_mistakes, scenario.pipeline.manual_mistakes)
    kinds = [
        (f"pipeline.{name}", chosen)
        for name, chosen in (("automated_mistakes", by_machine), ("manual_mistakes", ~by_machine))
        if chosen.any()
    ]
    incidents = incidents_of(run)
    wrong = incidents[incidents["deployment"].notna() & (incidents["cause"] == "installation")]
    if len(wrong):
        estimates = []
        for parameter, chosen in kinds:
            count, n = int(sizes.index[chosen].isin(wrong["deployment"]).sum()), int(chosen.sum())
            estimates.append(share(parameter, count, n, "deployments whose installation went wrong"))
            mistakes[chosen] = count / n
        return [*estimates, *_installers(run, wrong)], mistakes
    if 0 < failed <= mistakes.sum():
        mistakes = mistakes * 0.5 * failed / mistakes.sum()
        how = "half of the failed deployments: fewer fail than the default implies"
        return [given(name, float(mistakes[chosen][0]), int(chosen.sum()), how) for name, chosen in kinds], mistakes
    return [], mistakes


def _counted(caused: int, changes: int, hidden: float) -> Iterator[ParameterEstimate]:
    """Yield the share of severe defects from a count of failures; `hidden` defects of each kind escape with a change."""
    if caused <= 0 or not changes:
        return
    yield _severe(caused / changes / hidden, caused, COUNTED.format(count=caused, changes=changes))


def _severe(value: float, count: int, how: str) -> ParameterEstimate:
    low, high = (bound / count * value for bound in count_bounds(count))
    return ParameterEstimate(
        parameter="quality.severe_share",
        value=value,
        low=low,
        high=high,
        n=count,
        how=how,
        posterior="gamma",
        per=hidden_defects,
    )


def hidden_defects(scenario: Scenario) -> float:
    """Return how many defects of a change reach users; with `quality.severe_share`, how many of them break the service."""
    return defects_of_change(scenario) * escape_share(scenario)


def _installers(run: Run, wrong: pd.DataFrame) -> Iterator[ParameterEstimate]:
    """Yield the share of installations by hand that went wrong and that the installer saw at once."""
    by_hand = wrong[~wrong["deployment"].isin(_automated(run)) & wrong["detected"].notna()]
    if _has_installations(run) and len(by_hand) >= LEAST_OBSERVATIONS:
        how = "installations by hand that went wrong and were detected that moment"
        yield share("pipeline.mistakes_seen", int(by_hand["seen"].sum()), len(by_hand), how)


def _rollbacks(run: Run, scenario: Scenario, broken: pd.DataFrame) -> Iterator[ParameterEstimate]:
    """Yield the share of incidents of young automated deployments that a rollback ended."""
    deployed = run.log.iloc[run.rows("service.deployed")].drop_duplicates("deployment").set_index("deployment")["time"]
    age = broken["detected"] - broken["deployment"].astype(object).map(deployed)
    again = broken["rolled_back"].groupby(broken["deployment"].astype(object)).cumsum() > broken["rolled_back"]
    young = broken["deployment"].isin(_automated(run)) & (age <= scenario.pipeline.rollback_horizon) & ~again
    over = broken[young & (broken["restored"].notna() | broken["rolled_back"])]
    if len(over) >= LEAST_OBSERVATIONS:
        how = f"incidents of automated deployments that are at most {scenario.pipeline.rollback_horizon:g} h old"
        yield share("pipeline.rollback_share", int(over["rolled_back"].sum()), len(over), how)


def _by_machine(run: Run, scenario: Scenario, sizes: "pd.Series[float]") -> Truths:
    """Return which deployments a machine carried out; where the log does not show it, all or none by the scenario's practice."""
    if _has_installations(run):
        return np.asarray(sizes.index.isin(_automated(run)))
    return np.full(len(sizes), scenario.practices.delivery >= 0.5)


def _has_installations(run: Run) -> bool:
    rows = run.log.iloc[run.rows("stage.started")]
    return bool((rows["stage"] == "deploy").any())


def _automated(run: Run) -> set[str]:
    """Return the deployments that a machine carried out, where the log has work on deployments."""
    rows = run.log.iloc[run.rows("stage.started")]
    by_machine = set(rows.loc[(rows["stage"] == "deploy") & rows["role"].isna(), "change"].dropna())
    deployed = run.log.iloc[run.rows("service.deployed")]
    return set(deployed.loc[deployed["change"].isin(by_machine), "deployment"])


COUNTED: Final = "{count} failures by defects that {changes} planned changes brought to users"
