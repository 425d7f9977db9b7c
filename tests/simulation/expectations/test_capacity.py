"""Requests ask for, and people give, as much effort as the formulas promise."""

import numpy as np
import pytest
from calm_runs import FINISHED, FLAWLESS, ITEMS, all_closed, assert_mean, hours_by_role, logs

from devopssim.events import WorkingTime
from devopssim.scenario import AGILE, DEVOPS, PLAIN_FLOW, WATERFALL, Scenario, vary
from devopssim.simulation.expectations import (
    available_hours,
    effort_per_hour,
    planned_hours,
    secondary_effort_factor,
    sprint_intake,
)

ASSISTED = {
    # everything but what grows or fades with time
    "practices.collaboration": 0.0,
    "practices.monitoring": 0.0,
    "assistance.share": 0.6,
    "assistance.change_size": 2.5,
    "assistance.work_per_change": 0.6,
    "assistance.review_effort": 1.3,
    "assistance.unreviewed": 0.3,
    "assistance.verification_effort": 0.5,
    "assistance.refactoring": 0.1,
    "assistance.learning_dip": 0.0,
}


@pytest.mark.parametrize(
    "scenario",
    [
        vary(WATERFALL, {"process.project_weeks": 2}),
        vary(AGILE, {"practices.testing": 0.5}),
        vary(DEVOPS, {"practices.collaboration": 0.0, "practices.monitoring": 0.0, "team.hours_per_week": 30}),
        vary(DEVOPS, ASSISTED),
    ],
    ids=["waterfall", "agile", "devops", "assisted"],
)
def test_planned_hours(scenario: Scenario) -> None:
    calm = vary(scenario, FINISHED | FLAWLESS)
    runs = logs(calm)
    assert all(map(all_closed, runs))
    per_item = planned_hours(vary(calm, {"demand.requests_per_week": 1}))
    efforts = [hours_by_role(log) / ITEMS for log in runs]
    for role in ("analyst", "developer", "tester"):
        values = [float(effort.get(role, 0.0)) for effort in efforts]
        assert_mean(values, per_item[role], width=0.25)


@pytest.mark.parametrize("practice_tasks", [1.0, 40.0])
def test_secondary_effort_factor(practice_tasks: float) -> None:
    """Of one person, the log shows how many tasks of another role came before: its hours, divided by the factors, are the effort."""
    alone = {
        "team.analysts": 0,
        "team.testers": 0,
        "team.operators": 0,
        "team.security": 0,
        "team.developers": 1,
        "team.practice_tasks": practice_tasks,
        "demand.backlog": ITEMS,
        "quality.review_effort": 0.0,
        "quality.test_upkeep": 0.0,
        "years": 3.0,
    }
    shared = vary(DEVOPS, FINISHED | FLAWLESS | alone)
    efforts, ratios = [], []
    for log in logs(shared):
        assert all_closed(log)
        planned = log[log["stage"] == "plan"]
        started, ended = (planned[planned["kind"] == f"stage.{step}"] for step in ("started", "finished"))
        assert len(started) == len(ended) == ITEMS
        working_time = WorkingTime.of(log.attrs)
        assert working_time is not None
        hours = working_time.until(ended["time"].to_numpy()) - working_time.until(started["time"].to_numpy())
        efforts.append(float((hours / secondary_effort_factor(shared, np.arange(ITEMS))).mean()))
        ratios.append(float(hours.mean()) / efforts[-1])
    assert_mean(efforts, shared.demand.plan_effort)
    assert shared.team.practised_effort < np.mean(ratios) < shared.team.secondary_effort


def test_turnover_costs_productivity_and_places() -> None:
    """In plain flow with more work than people, the effort that is done is what the people can give."""
    busy = {
        "demand.requests_per_week": 0.0,
        "demand.backlog": 6000,
        "demand.plan_effort": 0.0,
        "demand.test_effort": 0.0,
        "demand.effort_cv": 0.0,
        "team.developers": 8,
        "team.hours_per_week": 40.0,
        "team.turnover": 1.0,
        "team.communication": 0.0,
        "team.interruptions_per_week": 4.0,
        "years": 5.0,
    }
    full = vary(PLAIN_FLOW, busy)
    assert effort_per_hour(full) < 0.93
    weeks = full.years * 8760 / 168
    done = []
    for log in logs(full):
        done.append(float((log["kind"] == "ticket.done").sum()) * full.demand.code_effort / weeks)
        worked = float(hours_by_role(log)["developer"]) / weeks
        present = 1 / (1 + full.team.turnover * full.team.vacancy * 168 / 8760)
        assert worked == pytest.approx(8 * 40 * present, rel=0.05)
    assert_mean(done, available_hours(full)["developer"])


@pytest.mark.parametrize("sprint_weeks", [1.0, 4.0])
def test_sprint_intake(sprint_weeks: float) -> None:
    """More is asked for than sprints take in; they stay below the bound by the room into which the next item does not fit."""
    calm = FINISHED | FLAWLESS | {"quality.review_effort": 0.0, "demand.backlog": 1500}
    full = vary(AGILE, calm | {"process.sprint_weeks": sprint_weeks, "process.focus": 0.5, "years": 0.8})
    coded = [float(hours_by_role(log)["developer"]) / (full.years * 8760 / 168) for log in logs(full)]
    assert 0.6 * sprint_intake(full) < np.mean(coded) <= sprint_intake(full)
