"""Steps of the pipeline run one after the other on machines, each until it is green."""

from collections.abc import Sequence
from typing import Any

import pytest
from organisations import organisation, run

from devopssim.events import Row
from devopssim.scenario import PipelineStep


def step(name: str, **fields: Any) -> PipelineStep:
    return PipelineStep(name=name, **{"time": 2, "cv": 0, **fields})


def runs(rows: Sequence[Row]) -> list[tuple[float, str, str]]:
    """Return when each run of a step ended, its stage and its details."""
    return [(row[0], str(row[4]), str(row[9])) for row in rows if row[1] == "stage.finished"]


def steps_of(*steps: PipelineStep, changes: int = 1, **parameters: float) -> list[Row]:
    org = organisation(changes={"pipeline.steps": steps, **parameters})  # type: ignore[dict-item] # a list of parts
    return run(org, *(org.pipeline.run(f"C{number}") for number in range(changes)))


def test_steps_run_one_after_the_other() -> None:
    rows = steps_of(step("acceptance"), step("package", time=1, stage="build"))
    assert runs(rows) == [
        (2, "test", "name=acceptance;outcome=success"),
        (3, "build", "name=package;outcome=success"),
    ]


def test_without_steps_nothing_happens() -> None:
    assert steps_of() == []


def test_a_flaky_step_runs_until_it_is_green() -> None:
    """Of many runs, the share that fails is the flaky rate, and every change ends with a green one."""
    rows = steps_of(step("acceptance", flaky=0.4, runners=1000), changes=600)
    red = [detail.endswith("failure") for _, _, detail in runs(rows)]
    assert sum(red) / len(red) == pytest.approx(0.4, abs=0.05)
    assert len(red) - sum(red) == 600


def test_a_step_with_runners_of_its_own_leaves_those_of_the_pipeline_free() -> None:
    shared, own = (
        steps_of(step("acceptance", runners=runners), changes=4, **{"pipeline.runners": 2}) for runners in (0, 4)
    )
    assert [time for time, _, _ in runs(shared)] == [2, 2, 4, 4]
    assert [time for time, _, _ in runs(own)] == [2, 2, 2, 2]


def test_the_time_of_a_step_varies_with_its_cv() -> None:
    rows = steps_of(step("acceptance", cv=0.5, distribution="gamma", runners=1000), changes=500)
    times = [time for time, _, _ in runs(rows)]
    assert sum(times) / len(times) == pytest.approx(2, rel=0.1)
    assert len(set(times)) > 400
