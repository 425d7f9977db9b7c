"""Parameters that are declared once: meaning, unit, range, default and the evidence behind the default.

Validation, sliders, the command line's help, the list of parameters and the documentation read that one declaration.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal

from devopssim.errors import InvalidInputError

Grade = Literal["measured", "derived", "assumed"]
GRADES: Final[dict[Grade, str]] = {
    "measured": "a study reports this figure",
    "derived": "follows from figures that a study reports, or was tuned so that the presets land where the field's data lies",
    "assumed": "our judgement; no study was found that gives it",
}
_KEY: Final = "parameter"


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One declared parameter. `low` and `high` bound numbers (both allowed), `choices` lists what else is allowed."""

    meaning: str
    unit: str
    default: float | int | str
    grade: Grade
    source: str
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()
    whole: bool = False
    """It counts something."""
    tuned: bool = False
    """The default was chosen so that the presets land where the field's data lies."""

    def check(self, name: str, value: object) -> float | int | str:
        """Return `value` in the parameter's type; raise InvalidInputError where it is not allowed."""
        if self.choices:
            if isinstance(value, str) and value in self.choices:
                return value
        elif isinstance(value, int | float) and not isinstance(value, bool) and self.low <= value <= self.high:
            if not self.whole:
                return float(value)
            if float(value).is_integer():
                return int(value)
        message = f"{name}={value!r} ({self.meaning}) must {self.allowed}."
        raise InvalidInputError(message)

    @property
    def allowed(self) -> str:
        """What values are allowed, as the end of a sentence: 'lie between 1 and 200'."""
        if self.choices:
            return f"be one of {', '.join(self.choices)}"
        kind = "be a whole number" if self.whole else "lie"
        unit = f" {self.unit}" if self.unit else ""
        return f"{kind} between {self.low:g} and {self.high:g}{unit}"


def parameter(
    default: float | str,
    meaning: str,
    *,
    grade: Grade,
    source: str,
    unit: str = "",
    low: float = 0,
    high: float = math.inf,
    choices: tuple[str, ...] = (),
    whole: bool = False,
    tuned: bool = False,
) -> Any:
    """Declare a dataclass field as a parameter; see `Parameter`."""
    card = Parameter(
        meaning=meaning,
        unit=unit,
        default=default,
        grade=grade,
        source=source,
        low=low,
        high=high,
        choices=choices,
        whole=whole,
        tuned=tuned,
    )
    return field(default=default, metadata={_KEY: card})


class Part:
    """A part of a scenario: a frozen dataclass that checks its declared parameters when it is made."""

    def __post_init__(self) -> None:
        """Check every parameter; whole numbers given as floats become integers."""
        for name, declared in declared_parameters(self):
            object.__setattr__(self, name, declared.check(name, getattr(self, name)))


def declared_parameters(part: object) -> Iterator[tuple[str, Parameter]]:
    """Yield name and declaration of each parameter of a part of a scenario (class or value), in the order of the text."""
    for declared_field in fields(part):  # type: ignore[arg-type] # any dataclass
        if (declared := declared_field.metadata.get(_KEY)) is not None:
            yield declared_field.name, declared
