"""Verdicts and mechanisms: how scenarios differ in their KPIs, and which workflows and practices cause it.

Whether a difference is clear is decided in `devopssim.experiment`; here it is grouped and formatted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from devopssim.experiment import CLEAR, Multiplicity
from devopssim.kpis import KPIS
from devopssim.scenario import LEVERS, WORKFLOWS, Scenario, parameter_value, parameters
from devopssim.wording.numbers import amount, with_interval

if TYPE_CHECKING:
    from devopssim.experiment import Result

FAMILIES: Final = ("delivery", "flow")


@dataclass(frozen=True, kw_only=True)
class KpiComparison:
    """One KPI of a scenario beside the baseline's, formatted.

    Attributes
    ----------
    title : str
        Title of the KPI.
    text : str
        Both values, their ratio if it helps, and the difference with its interval.

    Examples
    --------
    >>> print(KpiComparison(title="Lead time", text="2 days instead of 4 days"))
    Lead time: 2 days instead of 4 days

    """

    title: str
    text: str

    def __str__(self) -> str:
        return f"{self.title}: {self.text}"


@dataclass(frozen=True, kw_only=True)
class Verdicts:
    """KPIs of one scenario against a baseline, grouped by verdict.

    Attributes
    ----------
    scenario, baseline : str
        Names of the two scenarios.
    better, worse : list of KpiComparison
        Clear differences of KPIs that have a better direction.
    different : list of KpiComparison
        Clear differences of KPIs without a better direction.
    same : list of KpiComparison
        KPIs that are equal in every replication.
    unclear : list of KpiComparison
        KPIs whose interval of the difference contains 0, or whose difference has no interval.
    multiplicity : Multiplicity
        How many of these differences are clear, and how many would be by chance.

    Examples
    --------
    >>> faster = KpiComparison(title="Lead time", text="2 days instead of 4 days")
    >>> alone = Multiplicity.of([0.001], ["better"], 0.95)
    >>> verdict = Verdicts(scenario="devops", baseline="agile", better=[faster], worse=[], different=[], same=[], unclear=[], multiplicity=alone)
    >>> [str(comparison) for comparison in verdict.better]
    ['Lead time: 2 days instead of 4 days']
    """

    scenario: str
    baseline: str
    better: list[KpiComparison]
    worse: list[KpiComparison]
    different: list[KpiComparison]
    same: list[KpiComparison]
    unclear: list[KpiComparison]
    multiplicity: Multiplicity


@dataclass(frozen=True, kw_only=True)
class Mechanism:
    """Workflow or practice in which scenarios differ: what it does to the work, and the evidence.

    Attributes
    ----------
    title : str
        Title of the practice, or `"Workflow …"`.
    text : str
        What happens without and with it.
    adopted : str
        Adoption in each scenario, in percent; empty for a workflow.
    source : str
        Sources of the evidence; empty for a workflow.

    Examples
    --------
    >>> Mechanism(title="Workflow agile", text="Items wait for the sprint.").adopted
    ''
    """

    title: str
    text: str
    adopted: str = ""
    source: str = ""


def verdicts(result: "Result") -> list[Verdicts]:
    """Return the verdicts on the delivery and flow KPIs of each scenario against the first.

    Parameters
    ----------
    result : Result
        Result of a comparison.

    Returns
    -------
    list of Verdicts
        One for each scenario but the first; empty if there is one scenario.

    Examples
    --------
    >>> from devopssim import AGILE, DEVOPS, compare, vary
    >>> scenarios = {"agile": vary(AGILE, {"years": 0.2}), "devops": vary(DEVOPS, {"years": 0.2})}
    >>> result = compare(scenarios, 3, kpis=["deployment_frequency_new_work"], progress=False)
    >>> [verdict] = verdicts(result)
    >>> verdict.scenario, verdict.baseline, [comparison.title for comparison in verdict.better]
    ('devops', 'agile', ['Deployment frequency of new work'])

    """
    baseline, *others = result.scenarios
    return [against(result, name, baseline) for name in others]


def against(result: "Result", scenario: str, baseline: str) -> Verdicts:
    """Return the verdicts on the delivery and flow KPIs of one scenario against another.

    Parameters
    ----------
    result : Result
        Result of a comparison that holds both scenarios.
    scenario, baseline : str
        Their names; the baseline has to precede the scenario in the result. KPIs whose difference is NaN are skipped.

    """
    chosen = result.differences.query("scenario == @scenario and baseline == @baseline").set_index("kpi")
    means = {
        name: result.estimates[result.estimates["scenario"] == name].set_index("kpi")["estimate"]
        for name in (scenario, baseline)
    }
    findings: dict[str, list[KpiComparison]] = {
        verdict: [] for verdict in ("better", "worse", "different", "same", "unclear")
    }
    for kpi, row in chosen.iterrows():
        declaration = KPIS[str(kpi)]
        if declaration.family not in FAMILIES or not np.isfinite(row["difference"]):
            continue
        ours, theirs = float(means[scenario][declaration.name]), float(means[baseline][declaration.name])
        text = (
            f"{amount(ours, declaration.unit)} instead of {amount(theirs, declaration.unit)}{_times(ours, theirs, declaration.unit)}; "
            f"difference {with_interval(row['difference'], row['low'], row['high'], declaration.unit, sign=True)}"
        )
        if row["reason"] and row["verdict"] in CLEAR:
            text += " in every replication"
        findings[row["verdict"]].append(KpiComparison(title=declaration.title, text=text))
    shown = chosen[[KPIS[str(kpi)].family in FAMILIES for kpi in chosen.index]]
    multiplicity = Multiplicity.of(shown["p"], list(shown["verdict"]), result.confidence)
    return Verdicts(scenario=scenario, baseline=baseline, **findings, multiplicity=multiplicity)


def _times(ours: float, theirs: float, unit: str) -> str:
    """Return the ratio of two values as text, or `""` between one half and two, where the difference says enough."""
    if unit == "share" or min(ours, theirs) <= 0:
        return ""
    ratio = ours / theirs
    if ratio >= 2:
        return f", {ratio:.2g} times as much" if ratio < 100 else f", {ratio:,.0f} times as much"
    if ratio <= 0.5:
        return f", {100 * (1 - ratio):.0f} % less" if ratio >= 0.01 else ", over 99 % less"
    return ""


def what_differs(scenarios: Mapping[str, Scenario]) -> pd.DataFrame:
    """Return the parameters whose values differ between scenarios.

    Parameters
    ----------
    scenarios : mapping of str to Scenario
        Scenarios by name.

    Returns
    -------
    DataFrame
        Index: dotted name of the parameter. Columns: `meaning`, `unit`, and one for each scenario with its value.

    Examples
    --------
    >>> from devopssim import DEVOPS, vary
    >>> what_differs({"large": DEVOPS, "small": vary(DEVOPS, {"team.developers": 3})})[["large", "small"]]
                     large  small
    team.developers      8      3

    """
    rows = {}
    for name, declared in parameters().items():
        values = {label: parameter_value(scenario, name) for label, scenario in scenarios.items()}
        if len(set(values.values())) > 1:
            rows[name] = {"meaning": declared.meaning, "unit": declared.unit, **values}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["meaning", "unit", *scenarios])


def mechanisms(scenarios: Mapping[str, Scenario]) -> list[Mechanism]:
    """Return the mechanisms in which scenarios differ: workflows first, then practices and AI assistance.

    Parameters
    ----------
    scenarios : mapping of str to Scenario
        Scenarios by name.

    Returns
    -------
    list of Mechanism
        Empty if the scenarios share the workflow and the adoption of every practice.

    Examples
    --------
    >>> from devopssim import DEVOPS, vary
    >>> [mechanism] = mechanisms({"a": DEVOPS, "b": vary(DEVOPS, {"practices.testing": 0.5})})
    >>> mechanism.title, mechanism.adopted
    ('Continuous testing', 'a 100 %, b 50 %')

    """
    workflows = dict.fromkeys(scenario.workflow for scenario in scenarios.values())
    differing = (
        [Mechanism(title=f"Workflow {name}", text=WORKFLOWS[name].text) for name in workflows]
        if len(workflows) > 1
        else []
    )
    for lever, description in LEVERS.items():
        shares = [float(parameter_value(scenario, lever)) for scenario in scenarios.values()]
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
