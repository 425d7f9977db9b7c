"""Which workflow and cadence a log comes from, with probabilities."""

import math
from typing import Final

import pandas as pd
import pytest
from logs import committed, deployed, log_of

from devopssim.kpis import Run
from devopssim.scenario import AGILE, DEVOPS, WATERFALL, Scenario, vary
from devopssim.simulation import simulate
from devopssim.twin.practice_inference import practices
from devopssim.twin.workflow_inference import structures

FLOW: Final = vary(DEVOPS, {"practices.deployment": 0.0})


def log_of_a_year(truth: Scenario) -> pd.DataFrame:
    return simulate(vary(truth, {"years": 1}), seed=3)


@pytest.mark.parametrize(
    ("truth", "cadence"),
    [
        (vary(WATERFALL, {"process.project_weeks": 5}), {"process.project_weeks": 5}),
        (vary(AGILE, {"process.sprint_weeks": 3}), {"process.sprint_weeks": 3, "process.sprints_per_release": 1}),
        (
            vary(AGILE, {"process.sprint_weeks": 1, "process.sprints_per_release": 4}),
            {"process.sprint_weeks": 1, "process.sprints_per_release": 4},
        ),
        (vary(FLOW, {"process.window_weeks": 1}), {"process.window_weeks": 1}),
        (vary(FLOW, {"process.window_weeks": 3}), {"process.window_weeks": 3}),
    ],
    ids=["projects", "sprints of three weeks", "four sprints a release", "weekly flow", "flow every three weeks"],
)
def test_the_rhythm_of_beginnings_tells_the_workflow(truth: Scenario, cadence: dict[str, float]) -> None:
    best = structures(Run(log_of_a_year(truth)))[0]
    assert best.workflow == truth.workflow
    assert dict(best.cadence) == pytest.approx(cadence)
    assert best.probability > 0.85


def test_releases_alone_leave_open_whether_sprints_or_windows_made_them() -> None:
    log = log_of_a_year(vary(AGILE, {"process.sprint_weeks": 3}))
    alone = log[log["kind"].isin(["change.created", "service.deployed"])]
    alone.attrs = log.attrs
    found = structures(Run(alone))
    assert {"devops", "agile"} <= {structure.workflow for structure in found}
    assert sum(structure.probability for structure in found) == pytest.approx(1, abs=0.1)
    sprints = [structure for structure in found if structure.workflow == "agile"]
    assert any(structure.cadence["process.sprint_weeks"] == 3 for structure in sprints)


def test_a_log_without_deployments_and_beginnings_tells_nothing() -> None:
    log = log_of_a_year(AGILE)
    alone = log[log["kind"] == "ticket.created"]
    alone.attrs = log.attrs
    assert structures(Run(alone)) == []


def test_releases_in_bursts_keep_their_frequency() -> None:
    days = [start + after for start in range(0, 360, 90) for after in (1, 3, 6)]
    rows = [
        [committed(f"C{day}.{each}", at=24.0 * day - 1), deployed(f"C{day}.{each}", f"D{day}", at=24.0 * day)]
        for day in days
        for each in range(5)
    ]
    found = structures(Run(log_of(*rows, horizon=24.0 * 364)))
    for each in found:
        assert math.prod(each.cadence.values()) == pytest.approx(52 / len(days), abs=1), (
            "weeks from one release to the next"
        )
    assert str(found[0]) == "flow, a release window every 4.33 weeks"


@pytest.mark.parametrize("truth", [0.0, 0.5, 1.0])
def test_adoptions_between_none_and_all_are_recovered(truth: float) -> None:
    names = ("integration", "feedback", "collaboration", "testing")
    scenario = vary(AGILE, {f"practices.{name}": truth for name in names})
    found = {each.parameter: each for each in practices(Run(log_of_a_year(scenario)), "agile")}
    for name in names:
        each = found[f"practices.{name}"]
        assert each.low - 0.1 <= truth <= each.high + 0.1, (name, each.low, each.high)


def test_changes_that_share_a_regression_test_by_hand_are_deployed_continuously_all_the_same() -> None:
    by_hand = {"practices.testing": 0.0, "practices.deployment": 1.0}
    found = {each.parameter: each.value for each in practices(Run(log_of_a_year(vary(DEVOPS, by_hand))), "devops")}
    assert found["practices.deployment"] == 1
    windows = {**by_hand, "practices.deployment": 0.0}
    found = {each.parameter: each.value for each in practices(Run(log_of_a_year(vary(DEVOPS, windows))), "devops")}
    assert float(found["practices.deployment"]) < 0.05


@pytest.mark.parametrize("testing", [0.0, 0.5, 1.0])
def test_projects_that_come_to_main_as_a_whole_show_their_tests_by_what_is_tested_by_hand(testing: float) -> None:
    """A year has fewer builds than fingers; items without a test by hand are many."""
    truth = vary(WATERFALL, {"practices.testing": testing, "practices.integration": 0.0})
    found = {each.parameter: each for each in practices(Run(log_of_a_year(truth)), "waterfall")}
    assert float(found["practices.integration"].value) < 0.02
    tested = found["practices.testing"]
    assert tested.low <= testing <= tested.high
    assert tested.high - tested.low < 0.25


def test_projects_without_a_rhythm_release_as_often_as_the_log() -> None:
    """Three patches within days, then half a year of nothing: five releases a year, whatever workflow made them."""
    days = (130, 132, 133, 140, 280)
    rows = [committed(f"C{day}.{n}", day * 24 - 200) for day in days for n in range(20)]
    rows += [deployed(f"C{day}.{n}", f"D{day}", day * 24) for day in days for n in range(20)]
    found = structures(Run(log_of(*rows, horizon=365 * 24)))
    assert found[0].workflow == "waterfall"
    assert found[0].cadence["process.project_weeks"] == pytest.approx(365 / 7 / 5)
