"""Runs on main, which others wait for while it is red, and steps of the pipeline, each until it is green."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from organisations import change, defect, organisation, run, times

from devopssim.events import Row
from devopssim.scenario import PipelineStep
from devopssim.simulation import development
from devopssim.simulation.draws import check_rows
from devopssim.simulation.organisation import Organisation
from devopssim.simulation.work_items import Checks


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


def outcomes(rows: Sequence[Row], name: str) -> list[tuple[float, str]]:
    """Return when the runs of the tests of a change ended, and their outcomes."""
    return [(row[0], str(row[9])[8:]) for row in rows if row[1] == "testsuiterun.finished" and row[3] == name]


def integrate_later(org: Organisation, hour: float, name: str, *, urgent: bool = False) -> Any:
    """Bring a change without faults to main at an hour."""
    yield org.env.timeout(hour)
    yield from development.integrate(org, [change(name)], steps_late=0, urgent=urgent)


@pytest.mark.parametrize("urgent", [False, True])
def test_other_changes_wait_while_main_is_red_and_urgent_ones_do_not(urgent: bool) -> None:  # noqa: FBT001
    org = organisation("testing", "integration", pipeline__main_repair=0.5)
    broken = change("C1", defects=[defect("1", found_by="test")])
    rows = run(
        org,
        development.integrate(org, [broken], steps_late=0),
        integrate_later(org, 0.5, "C2"),
        integrate_later(org, 1.25, "C3", urgent=urgent),
    )
    red, green = 1.0, 1.0 + 0.5 + 1.0
    assert outcomes(rows, "C1")[:2] == [(red, "failure"), (green, "success")]
    assert outcomes(rows, "C2") == [(1.5, "success")], "what has begun goes on"
    merged = {row[3]: row[0] for row in rows if row[1] == "change.merged"}
    assert merged == {"C1": 0.0, "C2": 0.5, "C3": 1.25 if urgent else green}


def test_the_author_fixes_a_change_that_was_taken_back_while_others_come_to_main() -> None:
    org = organisation("testing", "integration")
    broken = change("C1", defects=[defect("1", found_by="test")])
    broken.defects[0].fix_effort = 2
    rows = run(org, development.integrate(org, [broken], steps_late=0), integrate_later(org, 2.25, "C2"))
    assert times(rows, "defect.fixed") == [1 + 2.0]
    assert [row[0] for row in rows if row[1] == "change.merged"] == [0.0, 2.25]
    assert outcomes(rows, "C1")[-1] == (3.75, "success")


def test_a_run_that_fails_without_a_defect_is_repeated_and_then_examined() -> None:
    org = organisation("testing", pipeline__flaky=0.6, pipeline__flaky_effort=0.25)  # the draw of the change is 0.5
    rows = run(org, development.integrate(org, [change()], steps_late=0))
    ended = outcomes(rows, "C1")
    assert ended[0] == (1.0, "failure")
    assert ended[1][0] == 1.75, "the first repetition costs nobody's time"
    for before, after in pairwise(ended[1:]):
        assert after[0] - before[0] == 0.25 + 0.75
    assert [outcome for _, outcome in ended[:-1]] == ["failure"] * (len(ended) - 1)
    assert ended[-1][1] == "success"


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("ABC")), max_size=12))
def test_main_is_green_when_all_that_made_it_red_is_gone(events: list[tuple[bool, str]]) -> None:
    org, passed = organisation(), []
    red: set[str] = set()

    def wait() -> Any:
        yield from org.main.until_green()
        passed.append(org.env.now)

    for turns_red, name in events:
        (org.main.turn_red if turns_red else org.main.turn_green)(name)
        red = red | {name} if turns_red else red - {name}
    org.env.process(wait())
    org.env.run(1)
    assert bool(passed) == (not red)
    for name in red:
        org.main.turn_green(name)
    org.env.run(2)
    assert passed == [1.0 if red else 0.0]


def test_the_time_of_a_run_keeps_its_mean_and_varies_with_its_cv() -> None:
    draws = np.repeat((np.arange(400) + 0.5) / 400, len(Checks._fields)).reshape(400, -1)
    scenario = organisation("testing", pipeline__time_cv=1.0).scenario
    hours = check_rows(scenario, draws)[:, Checks._fields.index("test")]
    assert hours.mean() == pytest.approx(0.75, rel=0.02)
    assert hours[200] == pytest.approx(0.75 / 2**0.5, rel=0.02), "mean ÷ √(1 + cv²) is the median"
