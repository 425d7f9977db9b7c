"""A race of scenarios is right as often as it states, and costs a part of equal allocation."""

import numpy as np
import pytest
from experiment.macro_replications import decreasing, known, races, slippage

from devopssim.experiment import Race
from devopssim.experiment.race import FIRST


@pytest.mark.parametrize("noise", ["normal", "lognormal"])
def test_a_selection_is_right_as_often_as_it_states(noise: str) -> None:
    """Of 150 races in the hardest configuration; 0.90 is more than 2 standard errors below 0.95."""
    means = slippage(5)
    assert races(known(means, noise, spread=2.0), means, 1.0, 150).right >= 0.90


def test_a_race_costs_a_part_of_equal_allocation() -> None:
    means = decreasing(10)
    outcome = races(known(means, "normal", spread=4.0), means, 1.0, 20)
    assert outcome.runs < 0.25 * outcome.planned


def test_a_race_that_must_take_long_goes_on() -> None:
    """Ten values cannot separate means that differ by a tenth of a standard deviation."""
    race = Race(["a", "b"], indifference=0.1, confidence=0.95)
    race.add(dict(zip("ab", np.random.default_rng(1).normal(size=(2, FIRST)), strict=True)))
    assert race.alive == ["a", "b"]
    assert race.stage(1000) == range(10, 12)
    assert race.stage(11) == range(10, 11)


def test_of_equal_scenarios_the_earlier_one_is_kept() -> None:
    values = np.arange(10.0)
    race = Race(["a", "b", "c"], indifference=1.0, confidence=0.95)
    race.add({"a": values, "b": values, "c": values - 30})
    assert race.alive == ["a"]
    assert set(race.left) == {"b", "c"}


def test_a_scenario_without_values_leaves_and_gaps_are_compared_over_common_replications() -> None:
    values = np.arange(10.0)
    race = Race(["a", "b", "gone"], indifference=1.0, confidence=0.95)
    race.add({"a": np.where(values < 3, np.nan, values), "b": values - 30, "gone": np.full(10, np.nan)})
    assert race.left == {"gone": "", "b": "a"}


def test_confidence_holds_scenarios_longer_in_the_race() -> None:
    values = np.random.default_rng(2).normal(size=(2, FIRST)) + np.array([[1.6], [0.0]])
    alive = []
    for confidence in (0.6, 0.999):
        race = Race(["a", "b"], indifference=0.5, confidence=confidence)
        race.add(dict(zip("ab", values, strict=True)))
        alive.append(len(race.alive))
    assert alive == [1, 2]
