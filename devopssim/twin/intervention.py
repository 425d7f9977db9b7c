"""What would be if? A twin, or any scenario, against itself with a practice adopted or people added, under the same luck."""

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Unpack

import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.events import HOURS_PER_DAY, HOURS_PER_WEEK, HOURS_PER_YEAR
from devopssim.experiment import CLEAR, Difference, Experiment, Options, Result, compare, paired
from devopssim.scenario import PRACTICES, Scenario, adopt, parameter_value, vary
from devopssim.twin.overload import Overload, overloads

AS_IS: Final = "as it is"
ASKED: Final = ("lead_time", "change_failure_rate", "deployment_frequency", "mttr", "availability", "throughput", "wip")
WEEKS_PER_YEAR: Final = HOURS_PER_YEAR / HOURS_PER_WEEK
USUAL: Final = 30


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """The answer: both scenarios simulated under the same luck, and what was changed, in words."""

    result: Result
    change: str
    people: int
    hours_per_week: float
    cost_per_hour: float | None = None
    """What an hour costs in which the service is down."""

    @property
    def table(self) -> pd.DataFrame:
        """Columns kpi, unit, before, after, difference, low, high, replications, verdict: paired 95 % intervals."""
        found = self.result.estimates.set_index(["scenario", "kpi"])["estimate"]
        rows = [
            (kpi, unit, found[AS_IS, kpi], found[self.change, kpi], *numbers)
            for kpi, unit, *numbers in self.result.differences[
                ["kpi", "unit", "difference", "low", "high", "replications", "verdict"]
            ].itertuples(index=False)
        ]
        columns = ["kpi", "unit", "before", "after", "difference", "low", "high", "replications", "verdict"]
        return pd.DataFrame(rows, columns=columns)

    @property
    def downtime(self) -> Difference:
        """How many hours a year the service is down more, with its paired interval."""
        values = self.result.values[self.result.values["kpi"] == "availability"]
        down = {name: (1 - part["value"].to_numpy(float)) * HOURS_PER_YEAR for name, part in values.groupby("scenario")}
        return paired(down[self.change], down[AS_IS], self.result.confidence, better="lower")

    @property
    def overloads(self) -> tuple[tuple[str, Overload], ...]:
        """Where one of the two, by name, has more work than people: its lead time grows with the length of the run."""
        both = self.result.scenarios
        return tuple((name, each) for name, scenario in both.items() for each in overloads(scenario))

    def sentence(self) -> str:
        """Return the answer as a manager would want to hear it: in days and, with a cost per hour, in money."""
        rows = {row["kpi"]: row for row in self.table.to_dict("records")}
        said = [f"If we {self.change}, {_days(rows['lead_time'])}; {_failures(rows['change_failure_rate'])}"]
        down = self.downtime
        if math.isfinite(down.estimate):
            said.append(_down(down, self.cost_per_hour))
        if self.people:
            hours = self.people * self.hours_per_week * WEEKS_PER_YEAR
            said.append(f"it {'takes' if hours > 0 else 'saves'} {abs(hours):,.0f} hours of work a year")
        return "; ".join(said) + f" ({self.result.replications} simulated futures, 95 % intervals)."


def what_if(
    scenario: Scenario,
    *,
    adopt_practices: Mapping[str, float] | None = None,
    add: Mapping[str, int] | None = None,
    changes: Mapping[str, float | str] | None = None,
    cost_per_hour: float | None = None,
    replications: int = USUAL,
    **options: Unpack[Options],
) -> WhatIf:
    """Compare a scenario with a variant of it: `adopt_practices={"testing": 1}`, `add={"developers": 2}` people, parameters `changes`.

    Raises InvalidInputError where nothing is changed, for unknown names, and for values that are not allowed.
    """
    adopting, adding, changing = adopt_practices or {}, add or {}, changes or {}
    if not (adopting or adding or changing):
        raise InvalidInputError("nothing is changed, so there is nothing to ask; adopt a practice or add people.")
    if cost_per_hour is not None and not 0 <= cost_per_hour < math.inf:
        raise InvalidInputError(
            f"cost_per_hour={cost_per_hour:g} (what an hour costs in which the service is down) must be 0 or more."
        )
    variant = adopt(scenario, adopting)
    for role, many in adding.items():
        variant = vary(variant, {f"team.{role}": float(parameter_value(variant, f"team.{role}")) + many})
    variant = vary(variant, changing)
    words = _words(scenario, adopting, adding, changing)
    pair = {AS_IS: replace(scenario, name=AS_IS), words: replace(variant, name=words)}
    result = compare(Experiment(scenarios=pair, replications=replications, kpis=ASKED), **options)
    return WhatIf(
        result=result,
        change=words,
        people=sum(adding.values()),
        hours_per_week=scenario.team.hours_per_week,
        cost_per_hour=cost_per_hour,
    )


def _words(
    scenario: Scenario, adopting: Mapping[str, float], adding: Mapping[str, int], changing: Mapping[str, float | str]
) -> str:
    said = []
    for name, share in adopting.items():
        title = PRACTICES[name].name
        said.append(f"adopt {title}" + ("" if share == 1 else f" for {share:.0%} of the changes"))
    for role, many in adding.items():
        verb = "add" if many >= 0 else "do without"
        said.append(f"{verb} {abs(many)} {role if abs(many) != 1 else role.removesuffix('s')}")
    said += [f"change {name} from {parameter_value(scenario, name)} to {new}" for name, new in changing.items()]
    return " and ".join(said)


def _days(row: Mapping[Hashable, Any]) -> str:
    before, after = row["before"] / HOURS_PER_DAY, row["after"] / HOURS_PER_DAY
    if not (math.isfinite(before) and math.isfinite(after)):
        return "nothing can be said of how long a request takes: none was finished"
    if row["verdict"] not in CLEAR:
        return f"no change of how long a request takes can be told from chance (now {before:.3g} days)"
    less = sorted(abs(each) / HOURS_PER_DAY for each in (row["low"], row["high"]))
    gain = abs(row["difference"]) / HOURS_PER_DAY
    word = "earlier" if row["difference"] < 0 else "later"
    return (
        f"a request is with its users {gain:.3g} days {word} ({less[0]:.3g} to {less[1]:.3g}): "
        f"after {after:.3g} days, not {before:.3g}"
    )


def _failures(row: Mapping[Hashable, Any]) -> str:
    if not math.isfinite(row["before"]) or not math.isfinite(row["after"]):
        return "nothing can be said of failed deployments"
    if row["verdict"] not in CLEAR:
        return f"about as many deployments fail as now ({row['before']:.1%})"
    return f"{row['after']:.1%} of the deployments fail, not {row['before']:.1%}"


def _down(found: Difference, cost: float | None) -> str:
    if found.verdict not in CLEAR:
        return "downtime stays about the same" + ("" if cost is None else ", so no money is saved there")
    word = "less" if found.estimate < 0 else "more"
    said = f"the service is down {abs(found.estimate):,.0f} hours a year {word}"
    if cost is None:
        return said
    low, high = sorted(abs(each) * cost for each in (found.low, found.high))
    verb = "saves" if found.estimate < 0 else "costs"
    return f"{said}, which {verb} {abs(found.estimate) * cost:,.0f} a year ({low:,.0f} to {high:,.0f}) at {cost:,.0f} an hour"
