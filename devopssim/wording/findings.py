"""What differs between ways of working, and why, in plain words: from the tables of a result and the scenarios' declarations."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from devopssim.experiment import CLEAR
from devopssim.kpis import KPIS
from devopssim.scenario import PRACTICES, WORKFLOWS, Scenario, parameter_value, parameters
from devopssim.wording.numbers import amount, with_interval

if TYPE_CHECKING:
    from devopssim.experiment import Result

FAMILIES: Final = ("delivery", "flow")


@dataclass(frozen=True, kw_only=True)
class KpiComparison:
    """A KPI of one scenario beside a baseline's, in words."""

    title: str
    text: str

    def __str__(self) -> str:
        return f"{self.title}: {self.text}"


@dataclass(frozen=True, kw_only=True)
class Verdicts:
    """One scenario against a baseline: what is clearly better, clearly worse, clearly different without being either, and unclear."""

    scenario: str
    baseline: str
    better: list[KpiComparison]
    worse: list[KpiComparison]
    different: list[KpiComparison]
    unclear: list[KpiComparison]


@dataclass(frozen=True, kw_only=True)
class Mechanism:
    """What a workflow or a practice does to work, how far each scenario adopts it, and whose evidence there is."""

    title: str
    text: str
    adopted: str = ""
    source: str = ""


def verdicts(result: "Result") -> list[Verdicts]:
    """Return what can be said of the delivery and flow KPIs of each scenario against the first."""
    baseline, *others = result.scenarios
    return [against(result, name, baseline) for name in others]


def against(result: "Result", scenario: str, baseline: str) -> Verdicts:
    """Return what can be said of the delivery and flow KPIs of one scenario against another that was given before it."""
    chosen = result.differences.query("scenario == @scenario and baseline == @baseline").set_index("kpi")
    means = {
        name: result.estimates[result.estimates["scenario"] == name].set_index("kpi")["estimate"]
        for name in (scenario, baseline)
    }
    findings: dict[str, list[KpiComparison]] = {"better": [], "worse": [], "different": [], "unclear": []}
    for kpi, row in chosen.iterrows():
        declaration = KPIS[str(kpi)]
        if declaration.family not in FAMILIES or not np.isfinite(row["difference"]):
            continue
        ours, theirs = float(means[scenario][declaration.name]), float(means[baseline][declaration.name])
        text = (
            f"{amount(ours, declaration.unit)} instead of {amount(theirs, declaration.unit)}{_times(ours, theirs, declaration.unit)}; "
            f"difference {with_interval(row['difference'], row['low'], row['high'], declaration.unit, sign=True)}"
        )
        findings[row["verdict"] if row["verdict"] in CLEAR else "unclear"].append(
            KpiComparison(title=declaration.title, text=text)
        )
    return Verdicts(scenario=scenario, baseline=baseline, **findings)


def _times(ours: float, theirs: float, unit: str) -> str:
    """Return how many times more or less that is, where this tells something."""
    if unit == "share" or min(ours, theirs) <= 0:
        return ""
    ratio = ours / theirs
    if ratio >= 2:
        return f", {ratio:.2g} times as much" if ratio < 100 else f", {ratio:,.0f} times as much"
    if ratio <= 0.5:
        return f", {100 * (1 - ratio):.0f} % less" if ratio >= 0.01 else ", over 99 % less"
    return ""


def what_differs(scenarios: Mapping[str, Scenario]) -> pd.DataFrame:
    """Return the parameters whose values are not the same: index the name, columns meaning, unit and one for each scenario."""
    rows = {}
    for name, declared in parameters().items():
        values = {label: parameter_value(scenario, name) for label, scenario in scenarios.items()}
        if len(set(values.values())) > 1:
            rows[name] = {"meaning": declared.meaning, "unit": declared.unit, **values}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["meaning", "unit", *scenarios])


def mechanisms(scenarios: Mapping[str, Scenario]) -> list[Mechanism]:
    """Return the mechanisms in which the scenarios differ: workflows first, then practices."""
    workflows = dict.fromkeys(scenario.workflow for scenario in scenarios.values())
    differing = (
        [Mechanism(title=f"Workflow {name}", text=WORKFLOWS[name].text) for name in workflows]
        if len(workflows) > 1
        else []
    )
    for practice, description in PRACTICES.items():
        shares = [float(getattr(scenario.practices, practice)) for scenario in scenarios.values()]
        if len(set(shares)) > 1:
            differing.append(
                Mechanism(
                    title=description.title,
                    adopted=", ".join(
                        f"{name} {100 * share:.0f} %" for name, share in zip(scenarios, shares, strict=True)
                    ),
                    text=f"Without it: {description.without} With it: {description.adopted} Evidence: {description.evidence}",
                    source="; ".join(description.sources),
                )
            )
    return differing
