"""The state of a widget: its scenarios, their baseline, and what changed."""

import pytest

from devopssim import AGILE, DEVOPS, WATERFALL, scenario, vary
from devopssim.errors import InvalidInputError
from devopssim.widgets.state import differing_parameters, state_of


def test_a_practice_belongs_to_one_scenario_and_the_team_to_all() -> None:
    state = state_of({"waterfall": WATERFALL, "devops": DEVOPS}).choose("waterfall")
    state = state.set("practices.testing", 1).set("team.developers", 5)
    assert state.scenarios["waterfall"].practices.testing == 1
    assert [each.team.developers for each in state.scenarios.values()] == [5, 5]
    assert state.set("practices.testing", 0).scenarios["devops"].practices.testing == 1
    assert state.changed == ["waterfall", "devops"]


def test_changes_can_be_reset_or_become_the_baseline() -> None:
    start = state_of({"devops": DEVOPS})
    moved = start.set("practices.testing", 0)
    assert moved.reset() == start
    assert moved.pin().changed == []
    assert moved.pin().reset() == moved.pin()


def test_a_state_is_copied_as_toml_and_loaded_again() -> None:
    moved = state_of({"agile": AGILE, "devops": DEVOPS}).set("practices.testing", 0.25).set("team.testers", 7)
    assert scenario.loads(moved.toml()) == moved.scenario
    again = state_of({"agile": AGILE, "devops": DEVOPS}).load(moved.toml())
    assert again.scenarios == moved.scenarios
    assert again.scenarios["agile"].team.testers == 7


def test_shared_parameters_that_differ_are_listed() -> None:
    state = state_of({"devops": DEVOPS, "small": vary(DEVOPS, {"team.developers": 3})})
    assert differing_parameters(state, ["team.developers", "team.testers", "practices.testing"]) == ["team.developers"]


def test_an_invalid_scenario_text_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="must be a table"):
        state_of({"devops": DEVOPS}).load("team = 3")
    with pytest.raises(InvalidInputError, match="at least one"):
        state_of({})
