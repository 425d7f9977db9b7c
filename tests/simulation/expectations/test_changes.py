"""Items are cut into as many changes and builds as the formulas promise."""

import pytest
from calm_runs import FINISHED, FLAWLESS, ITEMS, all_closed, assert_mean, logs

from devopssim.scenario import DEVOPS, vary
from devopssim.simulation.expectations import builds_per_item, changes_per_item


@pytest.mark.parametrize(("code_effort", "effort_cv", "change_effort"), [(24, 0.5, 8), (24, 1.0, 4), (5, 0.8, 8)])
def test_changes_per_item(code_effort: float, effort_cv: float, change_effort: float) -> None:
    sizes = {
        "demand.code_effort": code_effort,
        "demand.effort_cv": effort_cv,
        "demand.change_effort": change_effort,
        "years": 3.0,
    }
    counts = []
    for log in logs(vary(DEVOPS, FINISHED | FLAWLESS | sizes)):
        assert all_closed(log)
        counts.append(int((log["kind"] == "change.created").sum()) / ITEMS)
    assert_mean(counts, changes_per_item(code_effort, effort_cv, change_effort), width=0.2)


@pytest.mark.parametrize("integration", [0.3, 0.8])
def test_builds_per_item(integration: float) -> None:
    mixed = vary(DEVOPS, FINISHED | FLAWLESS | {"practices.integration": integration, "demand.change_effort": 6.0})
    ratios = []
    for log in logs(mixed):
        assert all_closed(log)
        sizes = log[log["kind"] == "change.created"].groupby("item").size().to_numpy(float)
        assert sizes.max() > 3
        ratios.append(float((log["kind"] == "build.started").sum() / builds_per_item(integration, sizes).sum()))
    assert_mean(ratios, 1.0)
