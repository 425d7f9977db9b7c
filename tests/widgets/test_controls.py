"""Each parameter has a control."""

import pytest

from devopssim import DEVOPS, vary
from devopssim.scenario import parameters
from devopssim.widgets.controls import control


@pytest.mark.parametrize("name", parameters())
def test_every_parameter_has_a_control_whose_limits_are_allowed(name: str) -> None:
    result, declared = control(name, DEVOPS), parameters()[name]
    assert result.meaning == declared.meaning
    if result.choices:
        assert result.choices == declared.options
        return
    assert isinstance(result.value, int | float)
    assert result.low <= result.value <= result.high
    assert result.step > 0
    for end in (result.low, result.high):
        vary(DEVOPS, {name: end})


def test_a_slider_reaches_the_value_of_its_scenario() -> None:
    assert control("team.developers", vary(DEVOPS, {"team.developers": 150})).high >= 150


def test_a_value_has_its_unit() -> None:
    assert control("practices.testing", vary(DEVOPS, {"practices.testing": 0.5})).value_text == "50 %"
    assert control("pipeline.build_time", DEVOPS).value_text == "0.15 h"


def test_a_parameter_of_several_choices_offers_all_none_each_and_what_is_set() -> None:
    gates = control("process.gates", vary(DEVOPS, {"process.gates": "plan, test"}))
    assert gates.value == "plan, test"
    assert gates.choices == ("all", "none", "plan", "code", "test", "plan, test")


def test_a_count_that_is_0_by_default_has_a_slider_of_some_length() -> None:
    reviewers = control("quality.reviewers", DEVOPS)
    assert (reviewers.low, reviewers.high, reviewers.step) == (0, 10, 1)
