"""How much longer work in another role takes, and in pairs, by the changes of the same item."""

from typing import Final

import pytest

from devopssim.kpis import Run
from devopssim.scenario import AGILE, DEVOPS, Scenario, vary
from devopssim.simulation import simulate
from devopssim.twin.sharing import sharing

TRUTH: Final[dict[str, float]] = {
    "years": 1,
    "practices.collaboration": 1.0,
    "team.secondary_effort": 3.0,
    "team.practised_effort": 1.3,
    "team.practice_tasks": 15.0,
    "quality.pairing_effort": 1.25,
}


@pytest.mark.parametrize("preset", [AGILE, DEVOPS], ids=["agile", "devops"])
def test_a_year_of_a_team_that_shares_its_work_shows_what_that_costs(preset: Scenario) -> None:
    run, base = Run(simulate(vary(preset, TRUTH), seed=3)), vary(preset, {"practices.collaboration": 1.0})
    found = {each.parameter: each for each in sharing(run, base)}
    assert found.keys() == TRUTH.keys() - {"years", "practices.collaboration"}
    for name, tolerance in {
        "team.secondary_effort": 0.1,
        "team.practised_effort": 0.05,
        "quality.pairing_effort": 0.02,
    }.items():
        assert found[name].value == pytest.approx(TRUTH[name], rel=tolerance)
    for each in found.values():
        assert each.low < float(each.value) < each.high
        assert "beside the others of their items" in each.how


def test_a_team_that_shares_no_work_shows_nothing_of_it() -> None:
    truth = vary(AGILE, {"years": 1, "practices.collaboration": 0})
    assert list(sharing(Run(simulate(truth, seed=1)), truth)) == []
