"""What matters? Each parameter a little lower and a little higher, everything else as it was: a tornado."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, floor
from typing import Final, Unpack

import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.experiment.comparison import compare
from devopssim.experiment.experiment import Experiment
from devopssim.experiment.multiplicity import Multiplicity
from devopssim.experiment.options import Options, scenario_of, values_of
from devopssim.experiment.result import Result
from devopssim.scenario import LEVERS, Parameter, Scenario, check_parameter, parameter_value, parameters, vary

AS_IT_IS = "as it is"
NOT_VARIED = ("years",)
"""The run length does not belong to the way of working."""
SWITCHES: Final[Mapping[str, str]] = {"quality.review_hours": "quality.reviewers"} | dict.fromkeys(
    (name for name in parameters() if name.startswith("assistance.") and name not in LEVERS), "assistance.share"
)
"""Parameters that act only if another one, named here, is above 0."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """A parameter that is set to another value than the scenario's; `side` is low or high."""

    parameter: str
    side: str
    setting: float


@dataclass(frozen=True, kw_only=True)
class Sensitivity:
    """Differences that single parameters make, each against the scenario as it is, with common random numbers."""

    change: float
    steps: dict[str, Step]
    result: Result

    @cached_property
    def differences(self) -> pd.DataFrame:
        """Columns parameter, side (low, high), setting, kpi, unit, difference, low, high, replications, variance_reduction,
        verdict, p, adjusted_p (for all differences of this table together), reason.

        The parameters with the widest swing of the first KPI come first.
        """
        differences = self.result.differences_from(AS_IT_IS).drop(columns="baseline")
        steps = pd.DataFrame([vars(self.steps[name]) for name in differences.pop("scenario")])
        table = steps.join(differences)
        order = {name: rank for rank, name in enumerate(self._by_swing(table))}
        return table.sort_values("parameter", key=lambda names: names.map(order), kind="stable").reset_index(drop=True)

    @property
    def multiplicity(self) -> Multiplicity:
        """How many differences are shown, how many are clear, and how many would be by chance."""
        return Multiplicity.of(self.differences["p"], list(self.differences["verdict"]), self.result.confidence)

    @cached_property
    def tornado(self) -> pd.DataFrame:
        """Columns parameter, grade, kpi, unit, low_setting, high_setting, at_low, at_high (differences), swing: widest first.

        `grade` says how well the parameter's default is known. NaN where a parameter cannot go lower, or higher.
        """
        table = self.differences.drop_duplicates(["parameter", "side", "kpi"])
        wide = table.pivot(index=["parameter", "kpi", "unit"], columns="side", values=["setting", "difference"])
        rows = pd.DataFrame(
            {
                "low_setting": wide.get(("setting", "low")),
                "high_setting": wide.get(("setting", "high")),
                "at_low": wide.get(("difference", "low")),
                "at_high": wide.get(("difference", "high")),
            },
            index=wide.index,
        ).astype(float)
        rows["swing"] = _swing(rows["at_low"], rows["at_high"])
        rows = rows.reset_index()
        rows.insert(1, "grade", [parameters()[name].grade for name in rows["parameter"]])
        return rows.sort_values("swing", ascending=False, kind="stable").reset_index(drop=True)

    @staticmethod
    def _by_swing(table: pd.DataFrame) -> list[str]:
        first = table[table["kpi"] == table["kpi"].iloc[0]]
        by_parameter = first.groupby("parameter", sort=False)["difference"]
        swing = _swing(by_parameter.min(), by_parameter.max())
        return [str(name) for name in swing.sort_values(ascending=False, kind="stable").index]


def sensitivity(
    scenario: Scenario | Experiment,
    kpis: Sequence[str] | None = None,
    *,
    change: float = 0.2,
    names: Sequence[str] = (),
    replications: int | None = None,
    **options: Unpack[Options],
) -> Sensitivity:
    """Set each parameter (or those of `names`) lower and higher by the share `change`, one at a time.

    A number is changed by its share, at least by 1 where it counts something; a share that is 0 by the share of its range;
    nothing leaves its range. Text parameters, 0 without such a range and, unless named, parameters that another one switches off (those of
    assistance without any) are skipped. `kpis` (default: lead time),
    `replications` of each setting (default 10) and `options` as for `compare`; an Experiment with one scenario gives them all.
    Raises InvalidInputError unless 0 < change < 1, for an unknown name, and where nothing is left.
    """
    start = scenario_of(scenario)
    if not 0 < change < 1:
        raise InvalidInputError(f"change={change:g} (share by which parameters vary) must lie between 0 and 1.")
    chosen = [check_parameter(name) for name in names] or [name for name in parameters() if _acts(name, start)]
    steps = {
        f"{step.parameter}={step.setting:g}": step
        for name in chosen
        for step in _steps(name, parameters()[name], parameter_value(start, name), change)
    }
    if not steps:
        message = f"nothing to vary in {', '.join(chosen)}: a text, and a 0 without a range, cannot vary by a share; name another parameter."
        raise InvalidInputError(message)
    variants = {label: vary(start, {step.parameter: step.setting}) for label, step in steps.items()}
    experiment, execution = values_of(
        scenario,
        options,
        usual={"replications": 10, "kpis": ("lead_time",)},
        scenarios={AS_IT_IS: start} | variants,
        replications=replications,
        kpis=kpis,
    )
    return Sensitivity(change=change, steps=steps, result=compare(experiment, execution=execution))


def _acts(name: str, scenario: Scenario) -> bool:
    """Return whether a parameter belongs to the way of working and is not switched off."""
    return name not in NOT_VARIED and (name not in SWITCHES or bool(parameter_value(scenario, SWITCHES[name])))


def _steps(name: str, parameter: Parameter, now: float | str, change: float) -> list[Step]:
    """Return the low and high variant of a numeric parameter; skip text, and variants equal to the current value."""
    if isinstance(now, str):
        return []
    size = change * (now or (parameter.high if parameter.high <= 1 else 0.0))
    low, high = now - size, now + size
    if parameter.whole:
        low, high = floor(low), ceil(high)
    low, high = max(low, parameter.low), min(high, parameter.high)
    sides = {"low": low, "high": high}
    return [Step(parameter=name, side=side, setting=float(to)) for side, to in sides.items() if to != now]


def _swing(one: "pd.Series[float]", other: "pd.Series[float]") -> "pd.Series[float]":
    """Return the distance between the extremes of two differences and of none."""
    both = pd.DataFrame({"as it is": 0.0, "one": one, "other": other})
    return both.max(axis=1) - both.min(axis=1)
