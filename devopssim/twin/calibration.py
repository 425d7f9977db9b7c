"""Calibration: from an event log to a scenario, with what could be estimated, how well, and what stays at its default.

First comes how the team works (workflow, practices that leave traces, people), then what that makes readable: arrivals,
efforts, cadence, failures, recovery. Two parameters leave no direct trace: how severe defects are and, in a log without
work on stages, how large items are. They are fitted so that the simulated twin has the log's change failure rate and
cycle time.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from devopssim import kpis
from devopssim.errors import InvalidInputError
from devopssim.events import HOURS_PER_WEEK, HOURS_PER_YEAR, cut_to_window, details
from devopssim.experiment import replicate
from devopssim.kpis import Run
from devopssim.scenario import PRESETS, Scenario, dumps, parameter_value, parameters, vary
from devopssim.simulation import HEADCOUNTS, changes_per_item
from devopssim.twin import demand, failures, findings, main_line, recovery, reviews, work, workflow_inference
from devopssim.twin.estimates import ParameterEstimate, given, rate
from devopssim.twin.overload import Overload, overloads

LEAST_WEEKS: Final = 4
ROUNDS: Final = 3
"""Simulations per fit at most; each scales a parameter by the error of its KPI."""
REPLICATIONS: Final = 4
YEARS_TO_MATCH: Final = 1.5
"""Run length, in years, of the simulations that fit a longer twin: enough for a mean, short enough to wait for."""
CLOSE_ENOUGH: Final = 0.05
"""Relative error of a KPI at which its parameter is fitted."""
WAITS: Final = ("process.hand_over", "process.approval", "process.sign_off")
"""Waits in working hours."""
FITTED_TO: Final = {
    "quality.severe_share": "change_failure_rate",
    "demand.code_effort": "cycle_time",
}
"""Parameters that are fitted so that the twin has this KPI of the log."""


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Twin: the scenario, the estimates behind it, and the KPIs that it was fitted to. All else is the base's default.

    Parameters
    ----------
    scenario : Scenario
        The twin.
    base : str
        Name of the scenario that gives all other parameters.
    estimates : tuple of ParameterEstimate
        Estimated parameters.
    stated : tuple of str
        Parameters that the user set.
    fitted : tuple of str
        KPIs that the twin was fitted to; the others are a test of it.
    """

    scenario: Scenario
    base: str
    estimates: tuple[ParameterEstimate, ...]
    stated: tuple[str, ...] = ()
    """Parameters that the user set."""
    fitted: tuple[str, ...]
    """KPIs that the twin was fitted to; others are a test of it."""

    @property
    def table(self) -> pd.DataFrame:
        """Estimated parameters as a table, one row each; their evidence grade is *measured*.

        Columns: parameter, value, default, low, high (95 % interval), n (observations), fit (of the distribution), how (rule).
        """
        declared = parameters()
        rows = [
            (
                estimate.parameter,
                estimate.value,
                declared[estimate.parameter].default,
                estimate.low,
                estimate.high,
                estimate.n,
                estimate.fit,
                estimate.how,
            )
            for estimate in self.estimates
        ]
        return pd.DataFrame(rows, columns=["parameter", "value", "default", "low", "high", "n", "fit", "how"])

    @property
    def defaulted(self) -> tuple[str, ...]:
        """Parameters without an estimate, which keep the base's value."""
        settled = {*(estimate.parameter for estimate in self.estimates), *self.stated}
        return tuple(name for name in parameters() if name not in settled and name != "years")

    @property
    def overloads(self) -> tuple[Overload, ...]:
        """Roles whose requests need more hours than they have, so that the twin's queue grows as long as it is simulated."""
        return overloads(self.scenario)

    def as_toml(self) -> str:
        """Return the scenario as TOML, with a comment for each estimate and a warning for each overload."""
        lines = [
            f"# A twin. Base: {self.base}. Evidence grade of the values below: measured; of all others: the default's."
        ]
        for estimate in self.estimates:
            interval = (
                f", 95 % between {estimate.low:.4g} and {estimate.high:.4g}" if math.isfinite(estimate.low) else ""
            )
            value = f"{estimate.value:.4g}" if isinstance(estimate.value, int | float) else estimate.value
            lines.append(f"# {estimate.parameter} = {value}{interval} (n = {estimate.n}): {estimate.how}")
        lines += [f"# Warning: {overload}" for overload in self.overloads]
        return "\n".join([*lines, "", dumps(self.scenario)])


def calibrate(
    log: pd.DataFrame,
    *,
    base: Scenario | None = None,
    stated: Mapping[str, float | str] | None = None,
    name: str = "twin",
    seed: int = 1,
    workers: int = 1,
) -> Calibration:
    """Fit a scenario to an event log.

    Parameters
    ----------
    log : DataFrame
        Event log of at least four weeks; estimates deserve trust from half a year on.
    base : Scenario, optional
        Gives the workflow, the practices and all that leaves no trace. By default the preset of the workflow that the log
        looks like, with the practices that leave traces.
    stated : mapping of str to float or str, optional
        Parameters that you know better (`{"team.developers": 5}`); they override the log.
    name : str, default 'twin'
        Name of the scenario.
    seed : int, default 1
        Random seed of the simulations that fit the last parameters.
    workers : int, default 1
        Processes for these simulations.

    Returns
    -------
    Calibration
        The twin and its estimates.

    Raises
    ------
    InvalidInputError
        For a log of less than four weeks or without requests and changes, and for a stated parameter that is unknown or out
        of range.

    See Also
    --------
    check : Test the twin against the log.

    Examples
    --------
    Seven requests in 840 hours (five weeks); all else stays at the defaults.

    >>> from devopssim.events import event, from_rows
    >>> from devopssim.scenario import DEVOPS
    >>> rows = [event(100.0 * number, "ticket.created", item=f"W{number}") for number in range(1, 8)]
    >>> calibration = calibrate(from_rows(rows, horizon=840.0), base=DEVOPS)
    >>> calibration.table[["parameter", "value", "default", "n"]]
                      parameter  value  default  n
    0  demand.requests_per_week    1.4        5  7
    """
    run = Run(cut_to_window(log))
    if run.weeks < LEAST_WEEKS:
        raise InvalidInputError(
            f"the log spans {run.weeks:.2g} weeks; a twin needs at least {LEAST_WEEKS}, and half a year makes it useful."
        )
    years = float(np.clip(run.hours / HOURS_PER_YEAR, 0.02, 50))
    estimated: dict[str, ParameterEstimate] = {}
    inferred = None if base else workflow_inference.workflow(run)
    start = base or PRESETS[str(inferred.value) if inferred else "devops"]
    fixed = dict(stated or {})
    scenario = vary(replace(start, name=name, years=years), fixed)
    if inferred and "workflow" not in fixed:
        estimated[inferred.parameter] = inferred
    settled = {*fixed, *(WAITS if "team.hours_per_week" in fixed else ())}
    for step in STEPS if base else (_practices, *STEPS):
        estimates = {
            estimate.parameter: estimate for estimate in step(run, scenario) if estimate.parameter not in settled
        }
        estimated |= estimates
        scenario = vary(scenario, {key: _allowed(estimate) for key, estimate in estimates.items()})
    if not {"demand.requests_per_week", "demand.backlog"} & {*estimated, *fixed}:
        raise InvalidInputError(
            "the log has neither requests nor changes, so the demand cannot be fitted; pass a log with `ticket.created` or `change.created`."
        )
    scenario, fitted = _match(run, scenario, estimated, fixed, seed=seed, workers=workers)
    estimated |= fitted
    return Calibration(
        scenario=scenario,
        base=start.name,
        stated=tuple(fixed),
        estimates=tuple(estimated.values()),
        fitted=_fitted(run, estimated),
    )


def _allowed(estimate: ParameterEstimate) -> float | str:
    """Return the estimate, clipped to the range that the parameter allows."""
    declared = parameters()[estimate.parameter]
    if isinstance(estimate.value, str):
        return estimate.value
    inside = min(max(estimate.value, declared.low), declared.high)
    return round(inside) if declared.whole else inside


def _practices(run: Run, _: Scenario) -> Iterator[ParameterEstimate]:
    yield from workflow_inference.practices(run)
    yield from findings.adoption(run)


def _people(run: Run, _: Scenario) -> Iterator[ParameterEstimate]:
    source = run.attrs.get("source")
    headcounts = source.get("people") if isinstance(source, Mapping) else None
    for role, count in (headcounts or {}).items():
        if role in HEADCOUNTS and count:
            yield given(f"team.{HEADCOUNTS[role]}", int(count), int(count), "the log's head-count")


def _hours(run: Run, scenario: Scenario) -> Iterator[ParameterEstimate]:
    """Yield the working hours that the log states; a team whose work is in hours of the clock works around the clock."""
    working_time = run.working_time
    if working_time:
        zones = 1 + len(working_time.zones)
        yield given("team.hours_per_week", working_time.hours_per_week, zones, "the log's calendar")
        yield given("team.time_zones", zones, zones, "the log's calendar")
    elif work.attempts(run, scenario)["role"].notna().any():
        how = "the log states no working hours, so its work is in hours on the clock"
        yield given("team.hours_per_week", HOURS_PER_WEEK, 0, how)
        for name in WAITS:
            hours = float(parameter_value(scenario, name)) * HOURS_PER_WEEK / scenario.team.hours_per_week
            yield given(name, hours, 0, "as long on the clock as the default in working hours")


def _cadence(run: Run, scenario: Scenario) -> Iterator[ParameterEstimate]:
    yield from workflow_inference.cadence(run, scenario)


def _demand(run: Run, scenario: Scenario) -> Iterator[ParameterEstimate]:
    rows = run.log.iloc[run.rows("ticket.created")]
    arrivals = rows.loc[details(rows, "rework_of").isna(), "time"].to_numpy(float)
    at_start = int((arrivals <= run.warm_up).sum())
    if at_start > 1:
        yield given("demand.backlog", at_start, at_start, "requests that were open when the log begins")
        arrivals = arrivals[arrivals > run.warm_up]
    if len(arrivals):
        yield rate("demand.requests_per_week", arrivals, run.weeks, "requests that do not follow from another one")
    elif not len(rows):
        changes = run.times("change.created")
        size = scenario.demand
        changes_of_item = changes_per_item(size.code_effort, size.effort_cv, size.change_effort)
        if len(changes):
            estimate = rate("demand.requests_per_week", changes, run.weeks * changes_of_item, "")
            how = f"changes ÷ {changes_of_item:.3g}, the changes of an item by default: the log has no requests"
            yield replace(estimate, how=how, distribution="", low=float("nan"), high=float("nan"))


STEPS: Final = (
    _people,
    _hours,
    _cadence,
    _demand,
    demand.classes_of_service,
    work.efforts,
    reviews.reviews,
    work.machines,
    main_line.main_line,
    failures.infrastructure,
    recovery.recovery,
    failures.deployments,
    findings.findings,
)


def _match(
    run: Run,
    scenario: Scenario,
    estimated: Mapping[str, ParameterEstimate],
    fixed: Mapping[str, object],
    **options: Any,
) -> tuple[Scenario, dict[str, ParameterEstimate]]:
    """Fit what leaves no direct trace so that the simulated twin has the log's KPIs; each parameter scales with its KPI."""
    targets = kpis.values(run, list(FITTED_TO.values()))
    severe = estimated.get("quality.severe_share")
    chosen = ["quality.severe_share"] if severe and not math.isfinite(severe.low) else []
    if "demand.code_effort" not in {*estimated, *fixed} and math.isfinite(targets["cycle_time"]):
        chosen.append("demand.code_effort")
    if not chosen:
        return scenario, {}
    values = {name: float(parameter_value(scenario, name)) for name in chosen}
    names = [FITTED_TO[name] for name in chosen]
    simulated: dict[str, float] = {}
    for _ in range(ROUNDS):
        twin = vary(scenario, {**values, "years": min(scenario.years, YEARS_TO_MATCH)})
        result = replicate(twin, REPLICATIONS, kpis=names, progress=False, **options)
        simulated = dict(zip(result.estimates["kpi"], result.estimates["estimate"], strict=True))
        factors = {name: _factor(targets[FITTED_TO[name]], simulated[FITTED_TO[name]]) for name in chosen}
        if all(abs(factor - 1) < CLOSE_ENOUGH for factor in factors.values()):
            break
        values = {name: float(_allowed(given(name, values[name] * factors[name], 0, ""))) for name in chosen}
    fitted = {
        name: given(
            name,
            values[name],
            estimated[name].n if name in estimated else len(run.rows("ticket.done")),
            f"simulated until the twin's {FITTED_TO[name]} is {simulated[FITTED_TO[name]]:.3g}; the log's is {targets[FITTED_TO[name]]:.3g}",
        )
        for name in chosen
    }
    return vary(scenario, values), fitted


def _factor(target: float, simulated: float) -> float:
    """Return the factor on a parameter that moves its KPI from `simulated` to `target`; at most threefold at a time."""
    if not (target > 0 and simulated > 0):
        return 1.0
    return min(3.0, max(1 / 3, target / simulated))


def _fitted(run: Run, estimated: Mapping[str, ParameterEstimate]) -> tuple[str, ...]:
    """Return the KPIs that follow from the estimated parameters."""
    follows = {
        "throughput": "demand.requests_per_week" in estimated and len(run.rows("ticket.closed")) > 0,
        "deployment_frequency": any(
            name in estimated for name in ("workflow", "process.project_weeks", "process.window_weeks")
        ),
        "change_failure_rate": "quality.severe_share" in estimated,
        "cycle_time": "demand.code_effort" in estimated,
        "mttd": any(f"production.{name}_delay" in estimated for name in ("alert", "report", "minor_report")),
        "mttr": "production.diagnosis" in estimated,
    }
    return tuple(name for name, estimable in follows.items() if estimable)
