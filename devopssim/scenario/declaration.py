"""Parameters declared once: meaning, unit, range, default and the evidence behind the default.

Validation, sliders, the command line's help, the list of parameters and the documentation all read that declaration.
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
"""What each evidence grade of a default means."""
_KEY: Final = "parameter"


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """Declaration of one parameter of a scenario.

    Parameters
    ----------
    meaning : str
        What the parameter is, as a noun phrase.
    unit : str
        Its unit; empty for shares, counts and texts.
    default : float, int or str
        Its value unless the scenario sets another.
    grade : {'measured', 'derived', 'assumed'}
        How strong the evidence for the default is; see `GRADES`.
    source : str
        Where the default comes from.
    low, high : float
        Smallest and largest allowed number.
    choices : tuple of str
        Allowed texts; empty for a numeric parameter.
    whole : bool, default False
        Whether it counts something, so that only whole numbers are allowed.
    tuned : bool, default False
        Whether the default was tuned so that the presets land where the field's data lies.

    Examples
    --------
    >>> from devopssim.scenario import parameters
    >>> developers = parameters()["team.developers"]
    >>> developers.default, developers.meaning
    (8, 'people who write code')
    >>> developers.allowed
    'be a whole number between 1 and 200'
    """

    meaning: str
    unit: str
    default: float | int | str
    grade: Grade
    source: str
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()
    whole: bool = False
    tuned: bool = False

    def check(self, name: str, value: object) -> float | int | str:
        """Return `value` in the parameter's type.

        Parameters
        ----------
        name : str
            Name of the parameter in the error message.
        value : object
            Value to check. A float that is whole becomes an int where the parameter is whole.

        Returns
        -------
        float, int or str
            The value to store.

        Raises
        ------
        InvalidInputError
            If the value has another type, lies outside the range or is missing from the choices.
        """
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
        """Allowed values, as the end of a sentence: 'lie between 1 and 200'."""
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
    """Declare a dataclass field as a parameter; the arguments are those of `Parameter`."""
    declared = Parameter(
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
    return field(default=default, metadata={_KEY: declared})


class Part:
    """Part of a scenario: a frozen dataclass that checks its declared parameters when it is created."""

    def __post_init__(self) -> None:
        """Check every parameter; whole numbers given as floats become integers."""
        for name, declared in declared_parameters(self):
            object.__setattr__(self, name, declared.check(name, getattr(self, name)))


def declared_parameters(part: object) -> Iterator[tuple[str, Parameter]]:
    """Yield name and declaration of each parameter of a part (class or instance), in the order of the source."""
    for declared_field in fields(part):  # type: ignore[arg-type] # any dataclass
        if (declared := declared_field.metadata.get(_KEY)) is not None:
            yield declared_field.name, declared
