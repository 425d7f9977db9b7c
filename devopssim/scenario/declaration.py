"""Parameters declared once: meaning, unit, range, default and the evidence behind the default.

Validation, sliders, the command line's help, the list of parameters and the documentation all read that declaration.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from numbers import Real
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
    several : bool, default False
        Whether a value is a list of choices, joined by commas; 'all' and 'none' stand for themselves.

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
    several: bool = False

    def check(self, name: str, value: object) -> float | int | str:
        """Return `value` in the parameter's type.

        Parameters
        ----------
        name : str
            Name of the parameter in the error message.
        value : object
            Value to check; numbers of NumPy are numbers. A float that is whole becomes an int where the parameter is whole.

        Returns
        -------
        float, int or str
            The value to store.

        Raises
        ------
        InvalidInputError
            If the value has another type, lies outside the range or is missing from the choices.
        """
        if self.several:
            if isinstance(value, str) and (names := self._listed(value)) is not None:
                return names
        elif self.choices:
            if isinstance(value, str) and value in self.choices:
                return value
        elif (
            not isinstance(value, bool)
            and isinstance(value, Real)
            and self.low <= (number := float(value)) <= self.high
        ):
            if not self.whole:
                return number
            if number.is_integer():
                return int(number)
        message = f"{name}={value!r} ({self.meaning}) must {self.allowed}."
        raise InvalidInputError(message)

    @property
    def options(self) -> tuple[str, ...]:
        """Texts that a list of values offers: the choices, and all or none of them where several are allowed."""
        return ("all", "none", *self.choices) if self.several else self.choices

    def _listed(self, value: str) -> str | None:
        """Return a list of choices in their order, 'all' or 'none'; None if it holds another word."""
        names = {name.strip() for name in value.split(",")} - {""}
        if names <= {"none"} or names == {"all"}:
            return "".join(names) or "none"
        if not names <= set(self.choices):
            return None
        return "all" if len(names) == len(self.choices) else ", ".join(name for name in self.choices if name in names)

    @property
    def allowed(self) -> str:
        """Allowed values, as the end of a sentence: 'lie between 1 and 200'."""
        if self.several:
            return f"be all, none, or a list out of {', '.join(self.choices)}"
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
    several: bool = False,
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
        several=several,
    )
    return field(default=default, metadata={_KEY: declared})


class Part:
    """Part of a scenario: a frozen dataclass that checks its declared parameters when it is created."""

    def __post_init__(self) -> None:
        """Check every parameter; whole numbers given as floats become integers."""
        for name, declared in declared_parameters(self):
            object.__setattr__(self, name, declared.check(name, getattr(self, name)))
        for name, kind, meaning in declared_lists(self):
            object.__setattr__(self, name, _parts(name, kind, meaning, getattr(self, name)))


def declared_parameters(part: object) -> Iterator[tuple[str, Parameter]]:
    """Yield name and declaration of each parameter of a part (class or instance), in the order of the source."""
    for declared_field in fields(part):  # type: ignore[arg-type] # any dataclass
        if (declared := declared_field.metadata.get(_KEY)) is not None:
            yield declared_field.name, declared


def chosen(value: str, choices: tuple[str, ...]) -> tuple[str, ...]:
    """Return the choices that the value of a parameter with `several` choices names.

    Examples
    --------
    >>> chosen("all", ("plan", "code")), chosen("none", ("plan", "code")), chosen("code", ("plan", "code"))
    (('plan', 'code'), (), ('code',))
    """
    if value == "all":
        return choices
    return () if value == "none" else tuple(value.split(", "))


_LIST: Final = "list"


def list_of(kind: type["Part"], meaning: str) -> Any:
    """Declare a dataclass field as a list of parts, empty by default; each part checks its own parameters."""
    return field(default=(), metadata={_LIST: (kind, meaning)})


def declared_lists(part: object) -> Iterator[tuple[str, type["Part"], str]]:
    """Yield name, kind of part and meaning of each list of a part (class or instance)."""
    for declared_field in fields(part):  # type: ignore[arg-type] # any dataclass
        if (declared := declared_field.metadata.get(_LIST)) is not None:
            yield declared_field.name, *declared


def _parts(name: str, kind: type["Part"], meaning: str, values: object) -> tuple["Part", ...]:
    """Return a list of parts; tables, as a TOML file holds them, become parts."""
    known = [declared_field.name for declared_field in fields(kind)]  # type: ignore[arg-type] # a dataclass
    if not isinstance(values, list | tuple):
        message = f"{name}={values!r} ({meaning}) must be a list of tables with {', '.join(known)}."
        raise InvalidInputError(message)
    parts: list[Part] = []
    for number, value in enumerate(values, start=1):
        if isinstance(value, kind):
            parts.append(value)
            continue
        unknown = sorted(set(value) - set(known)) if isinstance(value, Mapping) else [repr(value)]
        if unknown:
            message = f"{name}, number {number}: {unknown[0]} is unknown; a table may hold {', '.join(known)}."
            raise InvalidInputError(message)
        try:
            parts.append(kind(**value))
        except InvalidInputError as error:
            message = f"{name}, number {number}: {error}"
            raise InvalidInputError(message) from error
    return tuple(parts)
