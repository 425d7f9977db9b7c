"""Each workflow is declared once: what a scenario may name, its text, and the weeks between its batches."""

import pytest

from devopssim.scenario import WORKFLOWS, Process, parameters


def test_a_scenario_may_name_each_declared_workflow() -> None:
    assert parameters()["workflow"].choices == tuple(WORKFLOWS)


@pytest.mark.parametrize(("name", "weeks"), [("waterfall", 10), ("agile", 6), ("devops", 0)])
def test_the_cadence_of_a_workflow_follows_from_the_process(name: str, weeks: float) -> None:
    process = Process(project_weeks=10, sprint_weeks=3, sprints_per_release=2)
    assert WORKFLOWS[name].cadence(process) == weeks
