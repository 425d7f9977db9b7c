"""Explanations of a comparison: which parameters changed, how that affects the work, and which KPIs differ.

The sentences come from three sources: the scenarios' parameters, the practices' descriptions, and the paired differences.
"""

from collections.abc import Mapping
from typing import Any, Final

from devopssim.experiment import Result
from devopssim.kpis import KPIS
from devopssim.scenario import LEVERS, WORKFLOWS, Scenario
from devopssim.wording.chance import chance_sentence
from devopssim.wording.findings import Verdicts, against, what_differs
from devopssim.wording.numbers import amount
from devopssim.wording.parameters import parameter_label, parameter_text

CLEAR: Final = 0.02
"""Difference in utilisation that the explanation mentions: two percentage points."""

Section = dict[str, Any]
"""`title`, and `parts`: pairs of a heading (`""` for none) and its lines."""


def explain_changes(result: Result, baselines: Mapping[str, str]) -> list[Section]:
    """Return the explanation of a comparison, section by section.

    Parameters
    ----------
    result : Result
        Result of a comparison.
    baselines : mapping of str to str
        For each changed scenario, the name of its baseline in the result. Empty: the scenarios are compared with the first one.

    Returns
    -------
    list of dict
        Sections with `title` and `parts`; a part is a heading (`""` for none) and its lines.

    Examples
    --------
    >>> from devopssim import DEVOPS, compare, vary
    >>> short = vary(DEVOPS, {"years": 0.1})
    >>> smaller = vary(short, {"team.developers": 3})
    >>> result = compare({"before": short, "devops": smaller}, 2, kpis=["lead_time"], progress=False)
    >>> (section,) = explain_changes(result, {"devops": "before"})
    >>> section["parts"][0]
    ['Changed parameters', ['Developers: 8 → 3 (people who write code)']]

    """
    if baselines:
        return [_changed(result, name, baseline) for name, baseline in baselines.items()]
    return _side_by_side(result)


def _changed(result: Result, name: str, baseline: str) -> Section:
    """Return the section of one scenario against its baseline."""
    pair = {baseline: result.scenarios[baseline], name: result.scenarios[name]}
    parts = [("Changed parameters", parameter_changes(pair)), ("Effect on the work", work_changes(pair))]
    parts += _verdict_parts(against(result, name, baseline))
    parts += [("Utilisation", _utilisation(result, name, baseline))]
    return {
        "title": f"{name} compared with {baseline}",
        "parts": [[heading, lines] for heading, lines in parts if lines],
    }


def _side_by_side(result: Result) -> list[Section]:
    """Return the workflows, then one section for each scenario against the first."""
    first, *others = result.scenarios
    workflows = dict.fromkeys(scenario.workflow for scenario in result.scenarios.values())
    descriptions = [f"{WORKFLOWS[name].title}: {WORKFLOWS[name].text}" for name in workflows]
    sections: list[Section] = [{"title": "How work moves", "parts": [["", descriptions]]}]
    for other in others:
        parts = _verdict_parts(against(result, other, first))
        sections.append(
            {
                "title": f"{other} compared with {first}",
                "parts": [[heading, lines] for heading, lines in parts if lines],
            }
        )
    return sections


def parameter_changes(pair: Mapping[str, Scenario]) -> list[str]:
    """Return one line for each parameter that differs between two scenarios: the earlier value, then the later one.

    Parameters
    ----------
    pair : mapping of str to Scenario
        Two scenarios by name, the earlier one first.

    """
    table = what_differs(pair)
    before, now = pair
    return [
        f"{parameter_label(str(name))}: {parameter_text(str(name), row[before])} \N{RIGHTWARDS ARROW} {parameter_text(str(name), row[now])} ({row['meaning']})"
        for name, row in table.iterrows()
    ]


def work_changes(pair: Mapping[str, Scenario]) -> list[str]:
    """Return, for each practice whose adoption differs between two scenarios, how the work changes.

    Parameters
    ----------
    pair : mapping of str to Scenario
        Two scenarios by name, the earlier one first. A changed workflow adds its description.

    """
    table = what_differs(pair)
    before, now = pair
    lines = []
    for name, row in table.iterrows():
        if str(name) in LEVERS:
            practice = LEVERS[str(name)]
            more = row[now] > row[before]
            share = parameter_text(str(name), abs(row[now] - row[before]))
            description = practice.adopted if more else practice.without
            lines.append(
                f"{practice.title}: {share} of the occasions {'now' if more else 'no longer'} follow the practice. {description}"
            )
        elif name == "workflow":
            lines.append(WORKFLOWS[str(row[now])].text)
    return lines


def _verdict_parts(verdicts: Verdicts) -> list[tuple[str, list[str]]]:
    """Return the KPIs by verdict: a heading and its lines."""
    same, unclear = (", ".join(finding.title for finding in found) for found in (verdicts.same, verdicts.unclear))
    return [
        ("Better", [str(finding) for finding in verdicts.better]),
        ("Worse", [str(finding) for finding in verdicts.worse]),
        ("Different, neither better nor worse", [str(finding) for finding in verdicts.different]),
        ("The same", [f"{same}: equal in every replication."] if same else []),
        (
            "Not clear yet",
            [f"{unclear}: the confidence interval of the difference contains 0, or there is none."] if unclear else [],
        ),
        ("By chance", chance_sentence(verdicts.multiplicity)),
    ]


def _utilisation(result: Result, name: str, baseline: str) -> list[str]:
    """Return a sentence on utilisation if it changed by at least two percentage points."""
    means = result.estimates[result.estimates["kpi"] == "utilisation"].set_index("scenario")["estimate"]
    if name not in means.index or abs(means[name] - means[baseline]) < CLEAR:
        return []
    unit = KPIS["utilisation"].unit
    return [
        (
            f"People work on stages for {amount(float(means[name]), unit)} of their time instead of {amount(float(means[baseline]), unit)}. "
            "The higher the utilisation, the longer work waits: queues grow without bound as utilisation approaches 100 %."
        )
    ]
