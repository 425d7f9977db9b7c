"""Tornados: the widest swing on top, within what parameters allow."""

import pytest

from devopssim.errors import InvalidInputError
from devopssim.experiment import sensitivity
from devopssim.experiment.one_at_a_time import SWITCHES, _acts
from devopssim.scenario import DEVOPS, vary

QUARTER = {"years": 0.25}


def test_a_tornado_has_the_widest_swing_on_top() -> None:
    """Twice as many runners change nothing where none waits; a fifth more requests are a fifth more throughput."""
    found = sensitivity(
        vary(DEVOPS, QUARTER),
        ["throughput"],
        names=["pipeline.runners", "demand.requests_per_week", "practices.testing"],
        replications=2,
    )
    assert found.tornado["parameter"].iloc[0] == "demand.requests_per_week"
    assert list(dict.fromkeys(found.differences["parameter"])) == list(found.tornado["parameter"])
    first = found.tornado.iloc[0]
    assert first["low_setting"] == pytest.approx(4.0)
    assert first["high_setting"] == pytest.approx(6.0)
    assert first["at_low"] < 0 < first["at_high"]
    assert first["swing"] == first["at_high"] - first["at_low"]


def test_a_tornado_stays_within_what_parameters_allow() -> None:
    """All of a practice cannot become more; runners are whole; a workflow is no number; 0 requests in store stay."""
    found = sensitivity(vary(DEVOPS, {"years": 0.02}), ["wip"], replications=1, change=0.3)
    settings = found.differences.groupby("parameter")["setting"].agg(list)
    assert settings["practices.testing"] == [0.7]
    assert sorted(settings["pipeline.runners"]) == [1, 3]
    assert "workflow" not in settings
    assert "demand.backlog" not in settings
    assert "years" not in settings
    assert sorted(settings["practices.security"]) == [pytest.approx(0.3)]


@pytest.mark.parametrize("change", [0, 1, -0.2])
def test_a_tornado_that_cannot_be_is_refused(change: float) -> None:
    with pytest.raises(InvalidInputError, match="change="):
        sensitivity(DEVOPS, change=change)


def test_a_tornado_of_what_is_no_number_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="nothing to vary in workflow"):
        sensitivity(DEVOPS, names=["workflow"])


def test_what_another_parameter_switches_off_is_varied_only_if_it_is_named_or_switched_on() -> None:
    assisted = vary(DEVOPS, {"assistance.share": 1, "quality.reviewers": 4})
    assert len(SWITCHES) > 10
    assert not any(_acts(name, DEVOPS) for name in SWITCHES)
    assert all(_acts(name, assisted) for name in SWITCHES)
    named = sensitivity(vary(DEVOPS, {"years": 0.1}), names=["assistance.coding_effort"], replications=2)
    assert (named.tornado["swing"] == 0).all(), "without assistance its parameters change nothing"


def test_the_tornado_of_an_assisted_team_shows_its_lever() -> None:
    assisted = vary(DEVOPS, {"years": 0.1, "assistance.share": 0.5})
    found = sensitivity(assisted, names=["assistance.share", "assistance.coding_effort"], replications=2)
    assert set(found.tornado["parameter"]) == {"assistance.share", "assistance.coding_effort"}
    assert (found.tornado["swing"] > 0).all()
