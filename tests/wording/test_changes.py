"""Explanations: changed parameters, their effect on the work, and the differences of the KPIs."""

import pytest

from devopssim import AGILE, DEVOPS, compare, vary
from devopssim.experiment import Result
from devopssim.scenario import PRACTICES, parameters
from devopssim.wording import explain_changes
from devopssim.wording.changes import parameter_changes, work_changes

SHORT = vary(DEVOPS, {"years": 0.1})
BASELINE = "devops (baseline)"


@pytest.fixture(scope="module")
def result() -> Result:
    return compare({BASELINE: SHORT, "devops": vary(SHORT, {"team.developers": 3})}, 3, progress=False)


def test_an_explanation_has_the_changed_parameters_the_kpis_and_the_utilisation(result: Result) -> None:
    (section,) = explain_changes(result, {"devops": BASELINE})
    parts = dict(section["parts"])
    meaning = parameters()["team.developers"].meaning
    assert parts["Changed parameters"] == [f"Developers: 8 \N{RIGHTWARDS ARROW} 3 ({meaning})"]
    lines = [line for heading in ("Better", "Worse", "Not clear yet") for line in parts.get(heading, [])]
    assert any(line.startswith("Lead time") or "Lead time" in line for line in lines)
    assert any("of their time instead of" in line for line in parts["Utilisation"])


def test_less_of_a_practice_is_explained_by_the_work_without_it() -> None:
    pair = {"before": DEVOPS, "now": vary(DEVOPS, {"practices.monitoring": 0.25})}
    assert parameter_changes(pair)[0].startswith("Continuous monitoring: 100 % \N{RIGHTWARDS ARROW} 25 %")
    (line,) = work_changes(pair)
    assert "75 % of the occasions no longer follow the practice" in line
    assert line.endswith(PRACTICES["monitoring"].without)
    (line,) = work_changes(dict(zip(("before", "now"), reversed(pair.values()), strict=True)))
    assert line.endswith(PRACTICES["monitoring"].adopted)


def test_unchanged_scenarios_are_compared_with_the_first() -> None:
    short = {name: vary(scenario, {"years": 0.1}) for name, scenario in (("agile", AGILE), ("devops", DEVOPS))}
    result = compare(short, 2, progress=False)
    workflows, comparison = explain_changes(result, {})
    assert len(workflows["parts"][0][1]) == 2
    assert comparison["title"] == "devops compared with agile"
