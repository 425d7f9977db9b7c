"""Answer types: what an exercise asks for, in words, and why an answer is of another type.

An answer type knows nothing about what is right. It is public: students see it, and both the visible checks and the reports use it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Any, ClassVar, Final, Protocol

from devopssim.course.answers import Json, describe, form_of, missing, number
from devopssim.course.author.declarations import refuse_unknown, typed
from devopssim.errors import InvalidInputError


class AnswerType(Protocol):
    """What is asked for, in kind."""

    name: ClassVar[str]

    @property
    def expected(self) -> str:
        """What is expected, as a phrase: `a number in hours, at least 0`."""

    def problem(self, answer: Json) -> str | None:
        """Say what about the answer is not of this kind, or None where nothing is."""


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number, perhaps with a unit and bounds."""

    name: ClassVar[str] = "number"
    unit: str = ""
    low: float | None = None
    high: float | None = None
    whole: bool = False

    @property
    def expected(self) -> str:
        """The unit and the bounds."""
        words = ["a whole number" if self.whole else "a number"]
        words += [f"in {self.unit}"] if self.unit else []
        bounds = [f"at least {_plain(self.low)}"] if self.low is not None else []
        bounds += [f"at most {_plain(self.high)}"] if self.high is not None else []
        return " ".join(words) + (", " + " and ".join(bounds) if bounds else "")

    def problem(self, answer: Json) -> str | None:
        """A number is finite or NaN or infinite; a truth value is none."""
        value = number(answer)
        if value is None:
            return missing(answer) or f"this is {describe(answer)}, not a number."
        if self.whole and not value.is_integer():
            return f"{value:g} is not a whole number."
        too_low = self.low is not None and value < self.low
        too_high = self.high is not None and value > self.high
        return f"{value:g} cannot be: expected is {self.expected}." if too_low or too_high else None


@dataclass(frozen=True, kw_only=True)
class OneOf:
    """One of several texts, or several of them."""

    name: ClassVar[str] = "choice"
    of: Sequence[str]
    several: bool = False

    @property
    def expected(self) -> str:
        """The texts to choose from."""
        return f"{'a list of some' if self.several else 'one'} of " + ", ".join(repr(text) for text in self.of)

    def problem(self, answer: Json) -> str | None:
        """Each text must be one of the choices."""
        given = answer["of"] if isinstance(answer, dict) and form_of(answer) == "set" else answer
        chosen = given if self.several and isinstance(given, list) else [given]
        for text in chosen:
            if not isinstance(text, str) or text not in self.of:
                return missing(text) or f"{describe(text)} is not {self.expected}."
        return None


@dataclass(frozen=True, kw_only=True)
class Text:
    """A text of at least some characters."""

    name: ClassVar[str] = "text"
    least: int = 1

    @property
    def expected(self) -> str:
        """That it is a text."""
        return "a text"

    def problem(self, answer: Json) -> str | None:
        """A text, not an empty one."""
        if not isinstance(answer, str):
            return missing(answer) or f"this is {describe(answer)}, not a text."
        return None if len(answer.strip()) >= self.least else f"the text has fewer than {self.least} characters."


@dataclass(frozen=True, kw_only=True)
class Table:
    """A pandas DataFrame with certain columns, or a Series."""

    name: ClassVar[str] = "table"
    columns: Sequence[str] = ()
    rows: int | None = None
    series: bool = False

    @property
    def expected(self) -> str:
        """Columns and number of rows."""
        words = "a Series" if self.series else "a DataFrame"
        words += f" with the columns {', '.join(self.columns)}" if self.columns else ""
        return words + (f" and {self.rows} rows" if self.rows is not None else "")

    def problem(self, answer: Json) -> str | None:
        """The form, the columns, the number of rows, in this order."""
        if not isinstance(answer, dict) or form_of(answer) != ("series" if self.series else "table"):
            return missing(answer) or f"this is {describe(answer)}, not {self.expected}."
        present, index = answer.get("columns"), answer.get("index")
        lacking = [name for name in self.columns if not isinstance(present, list) or name not in present]
        if lacking:
            return f"the column {lacking[0]!r} is missing; there are {', '.join(map(str, present if isinstance(present, list) else []))}."
        if self.rows is not None and (not isinstance(index, list) or len(index) != self.rows):
            return f"{self.rows} rows are expected, {len(index) if isinstance(index, list) else 0} came."
        return None


@dataclass(frozen=True, kw_only=True)
class Function:
    """A function of certain parameters; `examples` are pairs of arguments and result that a learner may know."""

    name: ClassVar[str] = "function"
    parameters: Sequence[str]
    examples: Sequence[Mapping[str, Any]] = ()
    within: float = 1e-6

    @property
    def expected(self) -> str:
        """The function's parameters."""
        return f"a function of ({', '.join(self.parameters)})"

    def problem(self, answer: Json) -> str | None:
        """A function arrives as the list of what it returned."""
        return None if isinstance(answer, list) else missing(answer) or f"this is {describe(answer)}, not a function."


@dataclass(frozen=True, kw_only=True)
class ScenarioOf:
    """A scenario that reaches targets; `targets` are public (`lead_time = "at most 200"`)."""

    name: ClassVar[str] = "scenario"
    targets: Mapping[str, str]
    seed: int = 1

    @property
    def expected(self) -> str:
        """The targets, in the units of their KPIs."""
        return "a Scenario that reaches " + ", ".join(
            f"{kpi} {target}{_unit(kpi)}" for kpi, target in self.targets.items()
        )

    def problem(self, answer: Json) -> str | None:
        """A Scenario of this package."""
        return (
            None if form_of(answer) == "scenario" else missing(answer) or f"this is {describe(answer)}, not a Scenario."
        )


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A matplotlib figure or axes, with labels and a number of lines or bars."""

    name: ClassVar[str] = "figure"
    lines: int = 0
    bars: int = 0
    labelled: bool = True

    @property
    def expected(self) -> str:
        """How many lines or bars, and whether the axes are labelled."""
        words = ["a figure"]
        words += [f"with {_count(self.lines, 'line')}"] if self.lines else []
        words += [f"with {_count(self.bars, 'bar')}"] if self.bars else []
        return " ".join(words) + (" and a label on both axes" if self.labelled else "")

    def problem(self, answer: Json) -> str | None:
        """Judged over all axes of the figure."""
        if not isinstance(answer, dict) or form_of(answer) != "figure":
            return missing(answer) or f"this is {describe(answer)}, not a figure."
        drawn = [axes for axes in _list(answer.get("axes")) if isinstance(axes, dict)]
        if self.labelled and not any(axes.get("xlabel") and axes.get("ylabel") for axes in drawn):
            return "an axis has no label; a reader cannot know what it shows."
        for what, least in (("line", self.lines), ("bar", self.bars)):
            found = sum(len(_list(axes.get(f"{what}s"))) for axes in drawn)
            if found < least:
                return f"{_count(least, what)} {'is' if least == 1 else 'are'} expected, {found} came."
        return None


@dataclass(frozen=True, kw_only=True)
class File:
    """The text of a file (Dockerfile, compose file, workflow), in a name of the notebook or on the disk beside it."""

    name: ClassVar[str] = "file"
    format: str = "text"
    path: str = ""

    FORMATS: ClassVar[Mapping[str, str]] = {
        "text": "a text file",
        "dockerfile": "a Dockerfile",
        "compose": "a compose file",
        "workflow": "a GitHub workflow",
        "gitlab": "a GitLab CI file",
    }

    def __post_init__(self) -> None:
        if self.format not in self.FORMATS:
            raise InvalidInputError(
                f"format={self.format!r} (how a file is read) must be one of {', '.join(self.FORMATS)}."
            )

    @property
    def expected(self) -> str:
        """The path and the format."""
        what = self.FORMATS[self.format]
        return f"the file {self.path}, {what}" if self.path else f"the text of {what}"

    def problem(self, answer: Json) -> str | None:
        """The text must parse."""
        if not isinstance(answer, str):
            return missing(answer) or f"this is {describe(answer)}, not the text of a file."
        from devopssim.course.author import file_rules  # noqa: PLC0415 - needs a YAML parser, which not every exercise does

        try:
            file_rules.parse(self.format, answer)
        except InvalidInputError as error:
            return str(error)
        return None


@dataclass(frozen=True, kw_only=True)
class Live:
    """A state that the live lab must be in."""

    name: ClassVar[str] = "live"
    state: str

    @property
    def expected(self) -> str:
        """The state, in words."""
        return self.state

    def problem(self, answer: Json) -> str | None:  # noqa: ARG002 - a state has no answer to look at
        """Only the lab itself can tell."""
        return None


@dataclass(frozen=True, kw_only=True)
class Words:
    """A written answer, judged by a person."""

    name: ClassVar[str] = "words"
    least: int = 0

    @property
    def expected(self) -> str:
        """How long it should be."""
        return "an answer in your own words" + (f", at least {self.least} of them" if self.least else "")

    def problem(self, answer: Json) -> str | None:
        """Only its length is judged here."""
        count = len(answer.split()) if isinstance(answer, str) else 0
        return None if count >= self.least else f"{count} words so far; {self.least} are expected."


ANSWER_TYPES: Final[dict[str, type]] = {
    made.name: made for made in (Number, OneOf, Text, Table, Function, ScenarioOf, Figure, File, Live, Words)
}


def answer_type_of(declared: Mapping[str, Any], where: str) -> AnswerType:
    """Build the answer type that a declaration names (`kind = "number"`, `unit = "hours"`, …). Raises InvalidInputError."""
    settings = dict(declared)
    name = settings.pop("kind", None)
    made = ANSWER_TYPES.get(name) if isinstance(name, str) else None
    if made is None:
        raise InvalidInputError(f"{where}: kind={name!r} (what an answer is) must be one of {', '.join(ANSWER_TYPES)}.")
    known = {field.name: field for field in fields(made)}
    refuse_unknown(settings, known, f"the kind {name!r}", where)
    lacking = [key for key, field in known.items() if field.default is MISSING and key not in settings]
    if lacking:
        raise InvalidInputError(f"{where}: the kind {name!r} needs {lacking[0]!r}; add it to the declaration.")
    answer_type: AnswerType = typed(settings, made, where)
    return answer_type


def _plain(bound: float) -> str:
    """Write a bound as people do: 1,000,000 and not 1e+06."""
    return f"{bound:,.10g}"


def _unit(kpi: str) -> str:
    """Return the unit of a KPI, to be written behind a number; shares have none."""
    from devopssim.kpis import KPIS  # noqa: PLC0415 - what only one kind of answer needs

    unit = KPIS[kpi].unit if kpi in KPIS else "share"
    return "" if unit == "share" else f" {unit}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
