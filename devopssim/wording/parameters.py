"""Parameters of a scenario as text: label, and value with unit."""

from collections.abc import Mapping
from typing import Final

from devopssim.scenario import LEVERS, parameters

ZERO: Final[Mapping[str, str]] = {"quality.reviewers": "everybody"}
"""Meaning of a value of 0, by parameter, for parameters whose 0 is no amount."""


def parameter_label(name: str) -> str:
    """Return the label of a parameter's slider: the title of a practice or of AI assistance, or the last part of the name.

    Parameters
    ----------
    name : str
        Dotted name of the parameter.

    Examples
    --------
    >>> parameter_label("team.developers"), parameter_label("practices.testing")
    ('Developers', 'Continuous testing')

    """
    if name in LEVERS:
        return LEVERS[name].title
    return name.rpartition(".")[2].replace("_", " ").capitalize()


def parameter_text(name: str, value: float | str) -> str:
    """Return the value of a parameter with its unit; adoption and other shares as percent.

    Parameters
    ----------
    name : str
        Dotted name of the parameter.
    value : float or str
        The value; text is returned as it is.

    Examples
    --------
    >>> parameter_text("practices.testing", 0.5), parameter_text("pipeline.build_time", 0.15)
    ('50 %', '0.15 h')
    >>> parameter_text("quality.reviewers", 0)
    'everybody'

    """
    if isinstance(value, str):
        return value
    if not value and name in ZERO:
        return ZERO[name]
    declared = parameters()[name]
    if declared.high == 1 and not declared.unit and not declared.whole:
        return f"{100 * value:.3g} %"
    return f"{value:g} {declared.unit}".strip()
