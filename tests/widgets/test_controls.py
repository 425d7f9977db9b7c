"""Each parameter has a control."""

import pytest

from devopssim import DEVOPS, vary
from devopssim.scenario import parameters
from devopssim.widgets.controls import control


@pytest.mark.parametrize("name", parameters())
def test_every_declared_parameter_has_a_knob_whose_ends_are_allowed(name: str) -> None:
    made, declared = control(name, DEVOPS), parameters()[name]
    assert made.meaning == declared.meaning
    if made.choices:
        assert made.choices == declared.choices
        return
    assert isinstance(made.value, int | float)
    assert made.low <= made.value <= made.high
    assert made.step > 0
    for end in (made.low, made.high):
        vary(DEVOPS, {name: end})


def test_a_knob_is_long_enough_for_the_value_it_has() -> None:
    assert control("team.developers", vary(DEVOPS, {"team.developers": 150})).high >= 150


def test_a_knob_says_what_a_reader_would() -> None:
    assert control("practices.testing", vary(DEVOPS, {"practices.testing": 0.5})).value_text == "50 %"
    assert control("pipeline.build_time", DEVOPS).value_text == "0.15 h"
