"""What-if: a scenario against itself with practices adopted, people added or parameters changed, under common random numbers."""

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Unpack

import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.events import HOURS_PER_DAY, HOURS_PER_WEEK, HOURS_PER_YEAR
from devopssim.experiment import CLEAR, Difference, Experiment, Options, Result, compare, paired
from devopssim.scenario import ADOPTABLE, LEVERS, Scenario, adopt, parameter_value, vary
from devopssim.twin.overload import Overload, overloads

AS_IS: Final = "as it is"
KPIS: Final = ("lead_time", "change_failure_rate", "deployment_frequency", "mttr", "availability", "throughput", "wip")
WEEKS_PER_YEAR: Final = HOURS_PER_YEAR / HOURS_PER_WEEK
DEFAULT_REPLICATIONS: Final = 30


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """Result of a what-if: both scenarios simulated with common random numbers, and what was changed.

    Parameters
    ----------
    result : Result
        Comparison of the scenario as it is and the variant.
    change : str
        The change as text; also the variant's name.
    people : int
        Number of people added.
    hours_per_week : float
        Effort that one person gives in a week.
    cost_per_hour : float, optional
        Cost of an hour of downtime.
    """

    result: Result
    change: str
    people: int
    hours_per_week: float
    cost_per_hour: float | None = None
    """Cost of an hour of downtime."""

    @property
    def table(self) -> pd.DataFrame:
        """KPIs before and after, with the 95 % interval of the paired difference.

        Columns: kpi, unit, before, after, difference, low, high, replications, verdict.
        """
        estimates = self.result.estimates.set_index(["scenario", "kpi"])["estimate"]
        rows = [
            (kpi, unit, estimates[AS_IS, kpi], estimates[self.change, kpi], *numbers)
            for kpi, unit, *numbers in self.result.differences[
                ["kpi", "unit", "difference", "low", "high", "replications", "verdict"]
            ].itertuples(index=False)
        ]
        columns = ["kpi", "unit", "before", "after", "difference", "low", "high", "replications", "verdict"]
        return pd.DataFrame(rows, columns=columns)

    @property
    def downtime(self) -> Difference:
        """Paired difference of the hours of downtime per year; negative if the change saves downtime."""
        values = self.result.values[self.result.values["kpi"] == "availability"]
        down = {name: (1 - part["value"].to_numpy(float)) * HOURS_PER_YEAR for name, part in values.groupby("scenario")}
        return paired(down[self.change], down[AS_IS], self.result.confidence, better="lower")

    @property
    def overloads(self) -> tuple[tuple[str, Overload], ...]:
        """Overloads of the two scenarios, by name; an overloaded scenario's lead time grows with the run length."""
        both = self.result.scenarios
        return tuple((name, overload) for name, scenario in both.items() for overload in overloads(scenario))

    def sentence(self) -> str:
        """Return the result for a manager: in days and, with a cost per hour, in money."""
        rows = {row["kpi"]: row for row in self.table.to_dict("records")}
        clauses = [f"If we {self.change}, {_days(rows['lead_time'])}; {_failures(rows['change_failure_rate'])}"]
        down = self.downtime
        if math.isfinite(down.estimate):
            clauses.append(_down(down, self.cost_per_hour))
        if self.people:
            hours = self.people * self.hours_per_week * WEEKS_PER_YEAR
            clauses.append(f"it {'takes' if hours > 0 else 'saves'} {abs(hours):,.0f} hours of work a year")
        return "; ".join(clauses) + f" ({self.result.replications} replications, 95 % intervals)."


def what_if(
    scenario: Scenario,
    *,
    adopt_practices: Mapping[str, float] | None = None,
    add: Mapping[str, int] | None = None,
    changes: Mapping[str, float | str] | None = None,
    cost_per_hour: float | None = None,
    replications: int = DEFAULT_REPLICATIONS,
    **options: Unpack[Options],
) -> WhatIf:
    """Compare a scenario with a variant of it, under common random numbers.

    Parameters
    ----------
    scenario : Scenario
        The scenario as it is.
    adopt_practices : mapping of str to float, optional
        Adoption by practice: `{"testing": 1}`.
    add : mapping of str to int, optional
        People to add by field of the team: `{"developers": 2}`; negative numbers remove.
    changes : mapping of str to float or str, optional
        New values of other parameters by dotted name.
    cost_per_hour : float, optional
        Cost of an hour of downtime, 0 or more.
    replications : int, default 30
        Number of replications.
    **options
        Options of `experiment.compare`: seed, workers, progress, …

    Returns
    -------
    WhatIf
        The comparison.

    Raises
    ------
    InvalidInputError
        Without any change, for unknown names and for values out of range.

    Examples
    --------
    >>> from devopssim.scenario import DEVOPS, vary
    >>> answer = what_if(
    ...     vary(DEVOPS, {"years": 0.1}), add={"developers": 2}, replications=2, progress=False
    ... )
    >>> answer.change, answer.people
    ('add 2 developers', 2)
    >>> answer.table["kpi"].tolist()[:2]
    ['lead_time', 'change_failure_rate']
    """
    adopting, adding, changing = adopt_practices or {}, add or {}, changes or {}
    if not (adopting or adding or changing):
        raise InvalidInputError("the intervention changes nothing; adopt a practice, add people or set a parameter.")
    if cost_per_hour is not None and not 0 <= cost_per_hour < math.inf:
        raise InvalidInputError(f"cost_per_hour={cost_per_hour:g} (cost of an hour of downtime) must be 0 or more.")
    variant = adopt(scenario, adopting)
    for role, count in adding.items():
        variant = vary(variant, {f"team.{role}": float(parameter_value(variant, f"team.{role}")) + count})
    variant = vary(variant, changing)
    change = _change_text(scenario, adopting, adding, changing)
    pair = {AS_IS: replace(scenario, name=AS_IS), change: replace(variant, name=change)}
    result = compare(Experiment(scenarios=pair, replications=replications, kpis=KPIS), **options)
    return WhatIf(
        result=result,
        change=change,
        people=sum(adding.values()),
        hours_per_week=scenario.team.hours_per_week,
        cost_per_hour=cost_per_hour,
    )


def _change_text(
    scenario: Scenario, adopting: Mapping[str, float], adding: Mapping[str, int], changing: Mapping[str, float | str]
) -> str:
    """Return the change as text: 'adopt continuous testing and add 2 developers'."""
    clauses = []
    for name, share in adopting.items():
        title = LEVERS[ADOPTABLE[name]].name
        clauses.append(f"adopt {title}" + ("" if share == 1 else f" for {share:.0%} of the changes"))
    for role, count in adding.items():
        verb = "add" if count >= 0 else "do without"
        clauses.append(f"{verb} {abs(count)} {role if abs(count) != 1 else role.removesuffix('s')}")
    clauses += [f"change {name} from {parameter_value(scenario, name)} to {new}" for name, new in changing.items()]
    return " and ".join(clauses)


def _days(row: Mapping[Hashable, Any]) -> str:
    before, after = row["before"] / HOURS_PER_DAY, row["after"] / HOURS_PER_DAY
    if not (math.isfinite(before) and math.isfinite(after)):
        return "the lead time is not observed: no request was finished"
    if row["verdict"] not in CLEAR:
        return f"the lead time does not change clearly (now {before:.3g} days)"
    bounds = sorted(abs(bound) / HOURS_PER_DAY for bound in (row["low"], row["high"]))
    gain = abs(row["difference"]) / HOURS_PER_DAY
    direction = "earlier" if row["difference"] < 0 else "later"
    return (
        f"a request is with its users {gain:.3g} days {direction} ({bounds[0]:.3g} to {bounds[1]:.3g}): "
        f"after {after:.3g} days, not {before:.3g}"
    )


def _failures(row: Mapping[Hashable, Any]) -> str:
    if not math.isfinite(row["before"]) or not math.isfinite(row["after"]):
        return "failed deployments are not observed"
    if row["verdict"] not in CLEAR:
        return f"about as many deployments fail as now ({row['before']:.1%})"
    return f"{row['after']:.1%} of the deployments fail, not {row['before']:.1%}"


def _down(downtime: Difference, cost: float | None) -> str:
    if downtime.verdict not in CLEAR:
        return "downtime stays about the same" + ("" if cost is None else ", so no money is saved there")
    direction = "less" if downtime.estimate < 0 else "more"
    clause = f"the service is down {abs(downtime.estimate):,.0f} hours a year {direction}"
    if cost is None:
        return clause
    low, high = sorted(abs(bound) * cost for bound in (downtime.low, downtime.high))
    verb = "saves" if downtime.estimate < 0 else "costs"
    return f"{clause}, which {verb} {abs(downtime.estimate) * cost:,.0f} a year ({low:,.0f} to {high:,.0f}) at {cost:,.0f} an hour"
