"""A pipeline: what passes is deployed, what fails is abandoned, and a step with one runner makes commits queue."""

import pandas as pd
import pytest

from devopssim import events
from devopssim.errors import InvalidInputError
from devopssim.simulation.randomness import Fixed, Streams
from devopssim.simulation.reference.pipeline import PipelineCommit, PipelineStep, deliver, draw_commits

BUILD = PipelineStep(name="build", stage="build", hours=Fixed(1.0))
TEST = PipelineStep(name="system test", stage="test", hours=Fixed(2.0))


def moments(log: pd.DataFrame, kind: str) -> dict[str, float]:
    rows = log[log["kind"] == kind]
    return dict(zip(rows["change"], rows["time"], strict=True))


def test_a_commit_that_passes_is_deployed_and_one_that_fails_is_abandoned() -> None:
    commits = [
        PipelineCommit(1, 0.0, ((1.0, False), (2.0, False))),
        PipelineCommit(2, 0.5, ((1.0, False), (2.0, True))),
    ]
    log = events.validate(deliver((BUILD, TEST), commits))
    assert moments(log, "service.deployed") == {"C1": 3.0}
    assert moments(log, "change.abandoned") == {"C2": 3.5}
    assert events.details(log, "reason").dropna().tolist() == ["system test"]


def test_after_a_failure_no_later_step_runs() -> None:
    log = deliver((BUILD, TEST), [PipelineCommit(1, 0.0, ((1.0, True), (2.0, False)))])
    assert log[log["kind"] == "stage.started"]["stage"].tolist() == ["build"]


def test_a_step_with_one_runner_takes_commits_one_after_another() -> None:
    """Three commits at once, one test bench for two hours each: feedback after 3, 5 and 7 hours."""
    one_bench = PipelineStep(name="system test", stage="test", hours=Fixed(2.0), runners=1)
    commits = draw_commits((BUILD, one_bench), [0.0] * 3, Streams(seed=1))
    log = events.validate(deliver((BUILD, one_bench), commits))
    assert moments(log, "service.deployed") == {"C1": 3.0, "C2": 5.0, "C3": 7.0}


def test_what_is_on_its_way_at_the_horizon_is_neither_deployed_nor_abandoned() -> None:
    log = events.validate(deliver((BUILD, TEST), draw_commits((BUILD, TEST), [0.0], Streams(seed=1)), horizon=2.0))
    assert log["kind"].tolist() == ["change.created", "stage.started", "stage.finished", "stage.started"]


def test_a_better_step_fails_commits_that_a_worse_one_fails_too() -> None:
    """Common luck: fewer failures are a part of more failures."""
    made = [0.0] * 500
    failing = []
    for fails in (0.1, 0.3):
        step = PipelineStep(name="test", stage="test", hours=Fixed(1.0), fails=fails)
        failing.append({commit.number for commit in draw_commits((step,), made, Streams(seed=1)) if commit.steps[0][1]})
    assert failing[0] < failing[1]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"stage": "plan"}, "stage 'plan' of step 'build' must be one of build, test"),
        ({"fails": 1.5}, "fails=1.5 (the share of commits that fail in 'build') must lie from 0 to 1"),
        ({"runners": 0}, "runners=0 (commits that 'build' takes at once) must be 1 or more"),
    ],
)
def test_a_step_that_cannot_be_is_refused(wrong: dict[str, str | float], says: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        PipelineStep(**{"name": "build", "stage": "build", "hours": Fixed(1.0), **wrong})  # type: ignore[arg-type] # a mistake
    assert says in str(refused.value)
