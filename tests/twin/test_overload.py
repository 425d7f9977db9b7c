"""Where requests need more people than there are, the queue grows without bound, and a warning says so."""

from typing import Final

import pytest

from devopssim import kpis
from devopssim.scenario import AGILE, DEVOPS, PRESETS, WATERFALL, Scenario, vary
from devopssim.simulation import simulate
from devopssim.twin import overloads


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_presets_have_the_people_that_their_requests_need(preset: Scenario) -> None:
    assert overloads(preset) == ()


OVERLOADED: Final = {
    "the analysts": vary(WATERFALL, {"demand.plan_effort": 40, "years": 4}),
    "the developers": vary(WATERFALL, {"team.developers": 3, "years": 4}),
    "the testers": vary(WATERFALL, {"demand.test_effort": 40, "years": 4}),
    "the people": vary(DEVOPS, {"demand.requests_per_week": 30, "years": 1}),
    "the sprints": vary(AGILE, {"demand.requests_per_week": 11, "quality.review_effort_by_size": 0, "years": 2}),
}


@pytest.mark.parametrize("group", OVERLOADED)
def test_more_work_than_people_is_named_and_does_queue_without_bound(group: str) -> None:
    """Twice as long, about twice as many wait; with what the warning advises, it is silent."""
    busy = OVERLOADED[group]
    (found,) = overloads(busy)
    assert found.group == group
    assert found.required_hours > found.available_hours
    half, whole = (waiting(vary(busy, {"years": years})) for years in (busy.years / 2, busy.years))
    assert 1.6 < whole / half < 2.6
    parameter, _, people = found.sufficient_setting.removeprefix("--set ").partition("=")
    assert overloads(vary(busy, {parameter: int(people)})) == ()


def waiting(of: Scenario) -> int:
    """Return how many requests are open when a run ends."""
    return int(kpis.lead_time(simulate(of, seed=2)).attrs["unfinished"])
