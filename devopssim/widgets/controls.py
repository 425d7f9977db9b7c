"""Knobs: what a slider shows of a parameter, made from the parameter's one declaration."""

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

from devopssim.scenario import Scenario, parameter_value, parameters
from devopssim.wording import parameter_label, parameter_text

STEPS: Final = 100
"""About how many steps a slider has from end to end."""
REACH: Final = 4
"""A slider goes up to this many times the default, where the parameter has no nearer bound: bounds are far, and a slider
whose usual values lie within its first hundredth is of no use. A value beyond it makes the slider longer."""


@dataclass(frozen=True, kw_only=True)
class Control:
    """One control: a slider from `low` to `high` in steps, or a choice if there are `choices`. All values are allowed ones."""

    name: str
    label: str
    meaning: str
    unit: str
    value: float | int | str
    low: float = 0.0
    high: float = 0.0
    step: float = 0.0
    choices: tuple[str, ...] = ()

    @property
    def value_text(self) -> str:
        """The value in words, with its unit."""
        return parameter_text(self.name, self.value)

    def as_json(self) -> dict[str, Any]:
        """Return it for a browser."""
        return {**asdict(self), "said": self.value_text}


def control(name: str, scenario: Scenario) -> Control:
    """Return the knob of a parameter (`team.developers`) at its value in a scenario.

    Raises InvalidInputError for an unknown name.
    """
    now = parameter_value(scenario, name)
    declared = parameters()[name]
    shown: dict[str, Any] = {
        "name": name,
        "label": parameter_label(name),
        "meaning": declared.meaning,
        "unit": declared.unit,
    }
    if declared.choices or isinstance(now, str):
        return Control(**shown, value=now, choices=declared.choices)
    default = float(declared.default)
    high = min(declared.high, max(REACH * default, declared.low + 1, 2 * now))
    low = declared.low
    step = 1.0 if declared.whole else _nice((high - low) / STEPS)
    if not declared.whole and high < declared.high:
        high = step * math.ceil(high / step)
    return Control(**shown, value=now, low=low, high=min(high, declared.high), step=step)


def controls(names: Iterable[str], scenario: Scenario) -> list[dict[str, Any]]:
    """Return the knobs of several parameters, for a browser."""
    return [control(name, scenario).as_json() for name in names]


def _nice(step: float) -> float:
    """Return 1, 2 or 5 times a power of ten, near `step`."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= step * 0.999)
