"""Lists of parts, and parameters that take several choices."""

from pathlib import Path
from typing import Any

import pytest

from devopssim.errors import InvalidInputError
from devopssim.scenario import DEVOPS, PipelineStep, Scenario, dumps, evidence_cards, load, loads, save, vary

STEPS = (PipelineStep(name="acceptance", time=0.3), PipelineStep(name="package", stage="build", runners=1))


def test_the_steps_of_the_pipeline_survive_a_file(tmp_path: Path) -> None:
    scenario = vary(DEVOPS, {"pipeline.steps": STEPS})
    save(scenario, tmp_path / "steps.toml")
    assert load(tmp_path / "steps.toml") == scenario
    assert scenario.pipeline.steps == STEPS


def test_a_file_lists_steps_as_tables() -> None:
    scenario = loads('[[pipeline.steps]]\nname = "performance"\ntime = 2\n')
    assert scenario.pipeline.steps == (PipelineStep(name="performance", time=2.0),)
    assert loads(dumps(scenario)) == scenario


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ("fast", r"pipeline\.steps='fast' .* must be a list of tables with name, stage"),
        ([{"name": "a"}, {"hours": 3}], r"pipeline\.steps, number 2: hours is unknown; a table may hold name"),
        (["build"], r"pipeline\.steps, number 1: 'build' is unknown"),
        ([{"time": -1}], r"pipeline\.steps, number 1: time=-1 .* must lie between 0 and 200 h"),
        ([{"stage": "plan"}], r"number 1: stage='plan' .* must be one of build, test, deploy"),
    ],
)
def test_a_bad_list_is_refused_with_its_row(steps: Any, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        vary(DEVOPS, {"pipeline.steps": steps})


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("plan", "plan"),
        ("test,plan", "plan, test"),
        ("all", "all"),
        ("plan, code, test", "all"),
        ("none", "none"),
        ("", "none"),
    ],
)
def test_several_choices_are_kept_in_their_order(given: str, kept: str) -> None:
    assert vary(Scenario(), {"process.gates": given}).process.gates == kept


@pytest.mark.parametrize("given", ["deploy", "plan, none", "all, plan", 3])
def test_an_unknown_choice_is_refused(given: object) -> None:
    with pytest.raises(
        InvalidInputError, match=r"process\.gates=.* must be all, none, or a list out of plan, code, test"
    ):
        vary(Scenario(), {"process.gates": given})


def test_the_rows_of_a_list_have_evidence_cards() -> None:
    names = [card["name"] for card in evidence_cards("pipeline")]
    assert "pipeline.steps[].flaky" in names
