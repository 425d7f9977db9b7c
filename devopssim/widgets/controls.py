"""Controls: what a slider shows of a parameter, derived from the parameter's declaration in the scenario."""

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

from devopssim.scenario import Scenario, parameter_value, parameters
from devopssim.wording import parameter_label, parameter_text

STEPS: Final = 100
"""Approximate number of steps of a slider."""
REACH: Final = 4
"""Upper end of a slider as a multiple of the default, unless the parameter's bound is nearer. Bounds are generous: a slider up to
the bound would squeeze the usual values into its first hundredth. A value beyond the end extends the slider."""

COUNT: Final = 10
"""Upper end of the slider of a count that is 0 by default."""


@dataclass(frozen=True, kw_only=True)
class Control:
    """One control: a slider, or a list if it has choices. All its values are allowed.

    Attributes
    ----------
    name : str
        Dotted name of the parameter.
    label, meaning, unit : str
        Texts beside the control.
    value : float, int or str
        Present value.
    low, high, step : float
        Range of the slider; 0 for a list.
    choices : tuple of str
        Choices of a list; empty for a slider.
    """

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
        """The value with its unit."""
        return parameter_text(self.name, self.value)

    def as_json(self) -> dict[str, Any]:
        """Return the control as JSON for the browser."""
        return {**asdict(self), "value_text": self.value_text}


def control(name: str, scenario: Scenario) -> Control:
    """Return the control of a parameter at its value in a scenario.

    Parameters
    ----------
    name : str
        Dotted name, for example `"team.developers"`.
    scenario : Scenario
        Provides the present value.

    Raises
    ------
    InvalidInputError
        If the name is unknown.

    Examples
    --------
    >>> from devopssim import DEVOPS
    >>> slider = control("team.developers", DEVOPS)
    >>> slider.label, slider.value, slider.step
    ('Developers', 8, 1.0)
    """
    value = parameter_value(scenario, name)
    declared = parameters()[name]
    fields: dict[str, Any] = {
        "name": name,
        "label": parameter_label(name),
        "meaning": declared.meaning,
        "unit": declared.unit,
    }
    if declared.choices or isinstance(value, str):
        return Control(**fields, value=value, choices=tuple(dict.fromkeys((*declared.options, str(value)))))
    default = float(declared.default)
    least = COUNT if declared.whole and not default else 1
    high = min(declared.high, max(REACH * default, declared.low + least, 2 * value))
    low = declared.low
    step = 1.0 if declared.whole else _nice((high - low) / STEPS)
    if not declared.whole and high < declared.high:
        high = step * math.ceil(high / step)
    return Control(**fields, value=value, low=low, high=min(high, declared.high), step=step)


def controls(names: Iterable[str], scenario: Scenario) -> list[dict[str, Any]]:
    """Return the controls of several parameters as JSON for the browser.

    Parameters
    ----------
    names : iterable of str
        Dotted names.
    scenario : Scenario
        Provides the present values.
    """
    return [control(name, scenario).as_json() for name in names]


def _nice(step: float) -> float:
    """Return 1, 2 or 5 times a power of ten, near `step`."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= step * 0.999)
