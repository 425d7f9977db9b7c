"""Parameters in words: what each is called, and its value with its unit."""

from typing import Final

from devopssim.scenario import PRACTICES, parameters

ADOPTION: Final = {f"practices.{name}": practice for name, practice in PRACTICES.items()}
"""The parameters that say how far a practice is adopted, each with its practice."""


def parameter_label(name: str) -> str:
    """Return what a parameter is called beside its slider: `parameter_label("team.developers") == "Developers"`."""
    if name in ADOPTION:
        return ADOPTION[name].title
    return name.rpartition(".")[2].replace("_", " ").capitalize()


def parameter_text(name: str, given: float | str) -> str:
    """Return a value of a parameter in words: `parameter_text("practices.testing", 0.5) == "50 %"`."""
    if isinstance(given, str):
        return given
    declared = parameters()[name]
    if declared.high == 1 and not declared.unit and not declared.whole:
        return f"{100 * given:.3g} %"
    return f"{given:g} {declared.unit}".strip()
