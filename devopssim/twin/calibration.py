"""From an event log to a scenario: what could be learnt, how well, and what stays at its default.

First comes how the team works (workflow, practices that leave traces, people), then what that makes readable: arrivals,
efforts, cadence, failures, recovery. Two parameters cannot be read off: how severe defects are, and, where a log has no work
on stages, how large items are. They are set so that the simulated twin has the log's change failure rate and cycle time.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from devopssim import kpis
from devopssim.errors import InvalidInputError
from devopssim.events import HOURS_PER_YEAR, details
from devopssim.experiment import replicate
from devopssim.kpis import Run
from devopssim.scenario import PRESETS, Scenario, dumps, parameter_value, parameters, vary
from devopssim.simulation import HEADCOUNTS, changes_per_item
from devopssim.twin import failures, work, workflow_inference
from devopssim.twin.estimates import Learnt, given, rate
from devopssim.twin.overload import Overload, overloads

LEAST_WEEKS: Final = 4
ROUNDS: Final = 3
REPLICATIONS: Final = 4
YEARS_TO_MATCH: Final = 1.5
CLOSE_ENOUGH: Final = 0.05
LATE: Final = {
    "quality.severe_share": "change_failure_rate",
    "demand.code_effort": "cycle_time",
}
"""Parameters that are set so that the twin has this KPI of the log."""


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """A twin: the scenario, what was learnt for it, and which KPIs it was made to have. All else is the base's default."""

    scenario: Scenario
    base: str
    learnt: tuple[Learnt, ...]
    stated: tuple[str, ...] = ()
    """Parameters that the user knows."""
    fitted: tuple[str, ...]
    """KPIs that the twin was fitted to; others are a test of it."""

    @property
    def table(self) -> pd.DataFrame:
        """Columns parameter, value, default, low, high, n, fit, how: what was learnt; its evidence grade is *measured*."""
        declared = parameters()
        rows = [
            (
                each.parameter,
                each.value,
                declared[each.parameter].default,
                each.low,
                each.high,
                each.n,
                each.fit,
                each.how,
            )
            for each in self.learnt
        ]
        return pd.DataFrame(rows, columns=["parameter", "value", "default", "low", "high", "n", "fit", "how"])

    @property
    def left(self) -> tuple[str, ...]:
        """The parameters that nothing in the log told of: they are as in the base."""
        known = {*(each.parameter for each in self.learnt), *self.stated}
        return tuple(name for name in parameters() if name not in known and name != "years")

    @property
    def overloads(self) -> tuple[Overload, ...]:
        """Where the twin's requests need more people than it has, so that its queue grows as long as it is simulated."""
        return overloads(self.scenario)

    def as_toml(self) -> str:
        """Return the scenario as TOML, with a comment for each value that was measured, and for each overload."""
        lines = [
            f"# A twin. Base: {self.base}. Evidence grade of the values below: measured; of all others: the default's."
        ]
        for each in self.learnt:
            between = f", 95 % between {each.low:.4g} and {each.high:.4g}" if math.isfinite(each.low) else ""
            shown = f"{each.value:.4g}" if isinstance(each.value, int | float) else each.value
            lines.append(f"# {each.parameter} = {shown}{between} (n = {each.n}): {each.how}")
        lines += [f"# Warning: {each}" for each in self.overloads]
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
    """Learn a scenario from an event log; see this module's text.

    `base` gives the workflow and the practices (default: those that the log looks like), and all that cannot be learnt.
    `stated` are parameters that you know better (`{"team.developers": 5}`): they stand, whatever the log says.
    `seed` and `workers` are of the simulations that match the last parameters. Raises InvalidInputError for a log of less than
    four weeks, or one that tells neither of requests nor of changes.
    """
    run = Run(log)
    if run.weeks < LEAST_WEEKS:
        raise InvalidInputError(
            f"the log spans {run.weeks:.2g} weeks; a twin needs at least {LEAST_WEEKS}, and is worth something from half a year on."
        )
    years = float(np.clip(run.hours / HOURS_PER_YEAR, 0.02, 50))
    learnt: dict[str, Learnt] = {}
    looks = None if base else workflow_inference.workflow(workflow_inference.releases_of(run))
    start = base or PRESETS[str(looks.value) if looks else "devops"]
    known = dict(stated or {})
    scenario = vary(replace(start, name=name, years=years), known)
    if looks and "workflow" not in known:
        learnt[looks.parameter] = looks
    for step in STEPS if base else (_practices, *STEPS):
        found = {each.parameter: each for each in step(run, scenario) if each.parameter not in known}
        learnt |= found
        scenario = vary(scenario, {key: _allowed(each) for key, each in found.items()})
    if not {"demand.requests_per_week", "demand.backlog"} & {*learnt, *known}:
        raise InvalidInputError("the log tells neither of requests nor of changes, so there is no demand to learn.")
    scenario, matched = _match(run, scenario, learnt, known, seed=seed, workers=workers)
    learnt |= matched
    return Calibration(
        scenario=scenario,
        base=start.name,
        stated=tuple(known),
        learnt=tuple(learnt.values()),
        fitted=_fitted(run, learnt),
    )


def _allowed(learnt: Learnt) -> float | str:
    """Return the value, moved into the range that the parameter allows."""
    declared = parameters()[learnt.parameter]
    if isinstance(learnt.value, str):
        return learnt.value
    inside = min(max(learnt.value, declared.low), declared.high)
    return round(inside) if declared.whole else inside


def _practices(run: Run, _: Scenario) -> Iterator[Learnt]:
    yield from workflow_inference.practices(run)


def _people(run: Run, _: Scenario) -> Iterator[Learnt]:
    source = run.attrs.get("source")
    said = source.get("people") if isinstance(source, Mapping) else None
    for role, many in (said or {}).items():
        if role in HEADCOUNTS and many:
            yield given(f"team.{HEADCOUNTS[role]}", int(many), int(many), "the log's head-count")


def _cadence(run: Run, scenario: Scenario) -> Iterator[Learnt]:
    yield from workflow_inference.cadence(workflow_inference.releases_of(run), scenario)


def _demand(run: Run, scenario: Scenario) -> Iterator[Learnt]:
    rows = run.log.iloc[run.rows("ticket.created")]
    first = rows.loc[details(rows, "rework_of").isna(), "time"].to_numpy(float)
    at_start = int((first <= run.warm_up).sum())
    if at_start > 1:
        yield given("demand.backlog", at_start, at_start, "requests that were there when the log begins")
        first = first[first > run.warm_up]
    if len(first):
        yield rate("demand.requests_per_week", first, run.weeks, "requests that follow from no other")
    elif not len(rows):
        changes = run.times("change.created")
        demand = scenario.demand
        each = changes_per_item(demand.code_effort, demand.effort_cv, demand.change_effort)
        if len(changes):
            found = rate("demand.requests_per_week", changes, run.weeks * each, "")
            how = f"changes ÷ {each:.3g}, the changes of an item by default: the log tells of no requests"
            yield replace(found, how=how, distribution="", low=float("nan"), high=float("nan"))


def _machines(run: Run, _: Scenario) -> Iterator[Learnt]:
    yield from work.machines(run)


STEPS: Final = (
    _people,
    _cadence,
    _demand,
    work.efforts,
    _machines,
    failures.infrastructure,
    failures.recovery,
    failures.deployments,
)


def _match(
    run: Run, scenario: Scenario, learnt: Mapping[str, Learnt], known: Mapping[str, object], **options: Any
) -> tuple[Scenario, dict[str, Learnt]]:
    """Set what cannot be read off so that the simulated twin has the log's KPIs; each parameter scales with its KPI."""
    wanted = kpis.values(run, list(LATE.values()))
    severe = learnt.get("quality.severe_share")
    chosen = ["quality.severe_share"] if severe and not math.isfinite(severe.low) else []
    if "demand.code_effort" not in {*learnt, *known} and math.isfinite(wanted["cycle_time"]):
        chosen.append("demand.code_effort")
    if not chosen:
        return scenario, {}
    found = {name: float(parameter_value(scenario, name)) for name in chosen}
    names = [LATE[name] for name in chosen]
    got: dict[str, float] = {}
    for _ in range(ROUNDS):
        twin = vary(scenario, {**found, "years": min(scenario.years, YEARS_TO_MATCH)})
        result = replicate(twin, REPLICATIONS, kpis=names, progress=False, **options)
        got = dict(zip(result.estimates["kpi"], result.estimates["estimate"], strict=True))
        off = {name: _factor(wanted[LATE[name]], got[LATE[name]]) for name in chosen}
        if all(abs(factor - 1) < CLOSE_ENOUGH for factor in off.values()):
            break
        found = {name: float(_allowed(given(name, found[name] * off[name], 0, ""))) for name in chosen}
    matched = {
        name: given(
            name,
            found[name],
            learnt[name].n if name in learnt else len(run.rows("ticket.done")),
            f"simulated until the twin's {LATE[name]} is {got[LATE[name]]:.3g}; the log's is {wanted[LATE[name]]:.3g}",
        )
        for name in chosen
    }
    return vary(scenario, found), matched


def _factor(wanted: float, got: float) -> float:
    """Return by how much a parameter is to change; never more than threefold at a time."""
    if not (wanted > 0 and got > 0):
        return 1.0
    return min(3.0, max(1 / 3, wanted / got))


def _fitted(run: Run, learnt: Mapping[str, Learnt]) -> tuple[str, ...]:
    """Return the KPIs that the learnt parameters were taken from."""
    known = {
        "throughput": "demand.requests_per_week" in learnt and len(run.rows("ticket.closed")) > 0,
        "deployment_frequency": any(
            name in learnt for name in ("workflow", "process.project_weeks", "process.window_weeks")
        ),
        "change_failure_rate": "quality.severe_share" in learnt,
        "cycle_time": "demand.code_effort" in learnt,
        "mttd": any(name in learnt for name in ("production.alert_delay", "production.report_delay")),
        "mttr": "production.diagnosis" in learnt,
    }
    return tuple(name for name, is_so in known.items() if is_so)
