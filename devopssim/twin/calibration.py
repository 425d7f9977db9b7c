"""Calibration: from an event log to a scenario, with what could be estimated, how well, and what stays at its default.

First comes how the team works (workflow and cadence with their probabilities, practices that leave traces, people), then what that
makes readable: arrivals, efforts, failures, recovery, each with its posterior. What leaves no direct trace has a prior, which
simulation moves towards the log (`posterior`).
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np
import pandas as pd

from devopssim import kpis
from devopssim.errors import InvalidInputError
from devopssim.events import HOURS_PER_WEEK, HOURS_PER_YEAR, cut_to_window, details
from devopssim.kpis import Run
from devopssim.scenario import PRESETS, Scenario, parameter_value, parameters, vary
from devopssim.simulation import HEADCOUNTS, changes_per_item
from devopssim.twin import (
    demand,
    failures,
    findings,
    fixes,
    interruptions,
    main_line,
    posterior,
    practice_inference,
    recovery,
    releases,
    reviews,
    routines,
    sharing,
    waits,
    windows,
    work,
    workflow_inference,
)
from devopssim.twin.estimates import ParameterEstimate, given, rate
from devopssim.twin.overload import Overload, overloads
from devopssim.twin.posterior import Candidate
from devopssim.twin.twin import ASKED, DOWNTIME, UNCHECKED, Twin
from devopssim.twin.workflow_inference import Structure

LEAST_WEEKS: Final = 4
BY_SIMULATION: Final = "simulation"
"""Posterior of a hidden parameter that the log moves."""
DEFAULT_WORKFLOW: Final = "devops"
WAITS: Final = ("process.hand_over", "process.approval", "process.sign_off")
"""Waits in working hours."""


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
    structures: tuple[Structure, ...] = ()
    """Workflows and cadences that the log may come from, the most probable first."""
    contradictions: tuple[str, ...] = ()
    """Values that the log asks for and the model does not allow."""
    draws: tuple[Mapping[str, float | str], ...] = ()
    """Draws from the posterior."""
    missing: tuple[str, ...] = ()
    """What the log lacks before its downtime can be told."""
    unseen: tuple[str, ...] = ()
    """KPIs of a what-if that the log does not show."""

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

    def twin(self, verdict: str = UNCHECKED, differing: Sequence[str] = ()) -> Twin:
        """Return the twin with its posterior, the verdict of its check, which a contradiction overrules, and `Check.differing`."""
        learnt = dict.fromkeys(
            [
                *(each.parameter for each in self.estimates if each.posterior != BY_SIMULATION),
                *(name for structure in self.structures for name in structure.cadence),
                *self.stated,
            ]
        )
        return Twin(
            scenario=self.scenario,
            draws=self.draws,
            learnt=tuple(learnt),
            missing=self.missing,
            unseen=self.unseen,
            differing=tuple(differing),
            verdict=f"contradiction: {'; '.join(self.contradictions)}" if self.contradictions else verdict,
            structures={str(structure): round(structure.probability, 3) for structure in self.structures},
        )

    def as_toml(self, verdict: str = UNCHECKED, differing: Sequence[str] = ()) -> str:
        """Return the twin as TOML: a comment for each estimate, contradiction and overload, the scenario, and the posterior."""
        twin = self.twin(verdict, differing)
        lines = [
            f"# A twin. Base: {self.base}. Evidence grade of the values below: measured; of all others: the default's.",
            f"# Verdict of its check: {twin.verdict}.",
            *(f"# Possible: {name}: probability {share:.0%}" for name, share in twin.structures.items()),
        ]
        for estimate in self.estimates:
            interval = (
                f", 95 % between {estimate.low:.4g} and {estimate.high:.4g}" if math.isfinite(estimate.low) else ""
            )
            value = f"{estimate.value:.4g}" if isinstance(estimate.value, int | float) else estimate.value
            lines.append(f"# {estimate.parameter} = {value}{interval} (n = {estimate.n}): {estimate.how}")
        lines += [f"# Warning: {overload}" for overload in self.overloads]
        lines += [f"# Contradiction: {contradiction}" for contradiction in self.contradictions]
        return "\n".join([*lines, "", twin.as_toml()])


def calibrate(
    log: pd.DataFrame,
    *,
    base: Scenario | None = None,
    stated: Mapping[str, float | str] | None = None,
    name: str = "twin",
    seed: int = 1,
    progress: bool | None = None,
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
        Random seed of the posterior's draws.
    progress : bool, optional
        Whether a progress bar is drawn; by default in a terminal or a notebook.

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
    fixed = dict(stated or {})
    possible = _structures(run, base, fixed)
    named = replace(
        base or PRESETS[possible[0].workflow], name=name, years=float(np.clip(run.hours / HOURS_PER_YEAR, 0.02, 50))
    )
    contradictions: dict[str, str] = {}
    candidates = [_candidate(run, named, structure, fixed, contradictions, base=base) for structure in possible]
    if not {"demand.requests_per_week", "demand.backlog"} & {*candidates[0].estimates, *fixed}:
        raise InvalidInputError(
            "the log has neither requests nor changes, so the demand cannot be fitted; pass a log with `ticket.created` or `change.created`."
        )
    found = posterior.sample(run, candidates, fixed, seed=seed, progress=progress)
    weights = np.array([each.probability for each in possible]) * found.possible
    if not weights.any():
        weights = np.array([each.probability for each in possible])
        contradictions |= {name: _contradiction(candidates[0].estimates[name]) for name in found.impossible}
    order = np.argsort(-weights, kind="stable")
    best = candidates[order[0]]
    moved = {
        name: f"by {len(found.draws)} simulations compared with the whole log, which explains {share:.0%} of the prior variance"
        for name, share in found.explained.items()
    }
    inferred = {name: _inferred(name, found.draws, how) for name, how in moved.items()}
    few = dict.fromkeys(found.weighted, "; few, so with the prior around the base's value")
    shown_by_draws = {
        name: replace(
            _inferred(name, found.draws, each.how + few.get(name, "")),
            n=each.n,
            posterior=each.posterior,
        )
        for name, each in best.estimates.items()
        if each.per is not None or name in few
    }
    drawn = {**shown_by_draws, **inferred}
    start = base or PRESETS[best.scenario.workflow]
    unused = {name: parameter_value(start, name) for name in found.impossible}  # as if the log did not show them
    estimates = {name: each for name, each in {**best.estimates, **drawn}.items() if name not in unused}
    return Calibration(
        scenario=vary(best.scenario, {name: each.value for name, each in drawn.items()} | unused),
        base=base.name if base else best.scenario.workflow,
        stated=tuple(fixed),
        estimates=tuple(estimates.values()),
        fitted=_fitted(run, estimates),
        structures=tuple(
            replace(possible[position], probability=float(weights[position] / weights.sum()))
            for position in order
            if weights[position] > 0
        ),
        contradictions=tuple(contradictions.values()),
        draws=tuple({**draw, **unused} for draw in found.draws),
        missing=tuple(what for what, kinds in DOWNTIME.items() if not any(len(run.rows(kind)) for kind in kinds)),
        unseen=tuple(name for name, n in kpis.counted(run, ASKED)[1].items() if n == 0),
    )


def _structures(run: Run, base: Scenario | None, fixed: Mapping[str, float | str]) -> list[Structure]:
    """Return the possible structures: of the workflow that is stated or the base's, else of any."""
    workflow = str(fixed.get("workflow", base.workflow if base else ""))
    found = [each for each in workflow_inference.structures(run) if workflow in ("", each.workflow)]
    usual = Structure(
        workflow=workflow or DEFAULT_WORKFLOW, cadence={}, probability=1.0, how="the log does not show it"
    )
    total = sum(each.probability for each in found)
    return [replace(each, probability=each.probability / total) for each in found] or [usual]


def _candidate(
    run: Run,
    named: Scenario,
    structure: Structure,
    fixed: Mapping[str, float | str],
    contradictions: dict[str, str],
    *,
    base: Scenario | None,
) -> Candidate:
    """Return the scenario and the estimates of one structure; estimates that contradict the model go to `contradictions`."""
    start = base or replace(PRESETS[structure.workflow], name=named.name, years=named.years)
    scenario = vary(replace(start, name=named.name, years=named.years), dict(fixed))
    settled = {*fixed, *(WAITS if "team.hours_per_week" in fixed else ())}
    estimated: dict[str, ParameterEstimate] = {}
    for step in (partial(_structure, structure, base), *(STEPS if base else (_practices, *STEPS))):
        estimates: dict[str, ParameterEstimate] = {}
        for estimate in step(run, scenario):
            if estimate.parameter in settled:
                continue
            inside = _inside(estimate)
            if inside is None:
                contradictions[estimate.parameter] = _contradiction(estimate)
            else:
                estimates[estimate.parameter] = inside
        estimated |= estimates
        scenario = vary(scenario, {name: _nearest(estimate) for name, estimate in estimates.items()})
    return Candidate(probability=structure.probability, scenario=scenario, estimates=estimated, base=start)


def _structure(structure: Structure, base: Scenario | None, run: Run, _: Scenario) -> Iterator[ParameterEstimate]:
    n = len(releases.releases_of(run).times)
    how = f"{structure.how}; probability {structure.probability:.0%}"
    if base is None and structure.cadence:
        yield given("workflow", structure.workflow, n, how)
    for name, value in structure.cadence.items():
        yield given(name, value, n, how)


def _inside(estimate: ParameterEstimate) -> ParameterEstimate | None:
    """Return the estimate with a value that the parameter allows, or None if not even its interval reaches the range."""
    if isinstance(estimate.value, str) or estimate.per is not None:  # the draws tell whether a product is possible
        return estimate
    declared, value = parameters()[estimate.parameter], estimate.value
    bounds = (estimate.low, estimate.high) if math.isfinite(estimate.low) else (value, value)
    if min(bounds[0], value) > declared.high * (1 + 1e-9) or max(bounds[1], value) < declared.low - 1e-9:
        return None
    return replace(estimate, value=_nearest(estimate))


def _nearest(estimate: ParameterEstimate) -> float | str:
    """Return the value that the parameter allows and that is nearest to the estimate."""
    if isinstance(estimate.value, str):
        return estimate.value
    declared = parameters()[estimate.parameter]
    nearest = min(max(estimate.value, declared.low), declared.high)
    return round(nearest) if declared.whole else nearest


def _contradiction(estimate: ParameterEstimate) -> str:
    declared = parameters()[estimate.parameter]
    return (
        f"the log asks for {estimate.parameter} = {float(estimate.value):.3g} ({declared.meaning}), which must {declared.allowed}; "
        f"n = {estimate.n}, {estimate.how}; correct the log, or state what it rests on with --set"
    )


def _inferred(name: str, draws: Sequence[Mapping[str, float | str]], how: str) -> ParameterEstimate:
    """Return the estimate of a parameter whose posterior only the draws show: their median and quantiles."""
    values = np.array([float(draw[name]) for draw in draws])
    low, value, high = (float(bound) for bound in np.quantile(values, [0.025, 0.5, 0.975]))
    return ParameterEstimate(
        parameter=name,
        value=round(value) if parameters()[name].whole else value,
        low=low,
        high=high,
        n=len(draws),
        how=how,
        posterior=BY_SIMULATION,
    )


def _practices(run: Run, scenario: Scenario) -> Iterator[ParameterEstimate]:
    yield from practice_inference.practices(run, scenario.workflow)
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
    _demand,
    demand.classes_of_service,
    interruptions.interruptions,
    sharing.sharing,
    reviews.reviews,
    work.efforts,
    fixes.fixes,
    routines.routines,
    windows.windows,
    waits.waits,
    work.machines,
    main_line.main_line,
    failures.infrastructure,
    recovery.recovery,
    failures.deployments,
    findings.findings,
)


def _fitted(run: Run, estimated: Mapping[str, ParameterEstimate]) -> tuple[str, ...]:
    """Return the KPIs that the log shows and that follow from the estimated parameters."""
    follows = {
        "throughput": "demand.requests_per_week" in estimated,
        "deployment_frequency": any(
            name in estimated for name in ("workflow", "process.project_weeks", "process.window_weeks")
        ),
        "change_failure_rate": "quality.severe_share" in estimated,
        "cycle_time": "demand.code_effort" in estimated,
        "mttd": any(f"production.{name}_delay" in estimated for name in ("alert", "report", "minor_report")),
        "mttr": "production.diagnosis" in estimated,
    }
    shown = kpis.counted(run, tuple(follows))[1]
    return tuple(name for name, estimable in follows.items() if estimable and shown[name])
