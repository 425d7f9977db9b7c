"""Answer types: what an exercise asks for, in kind, and why an answer is of another kind.

An answer type knows nothing about the right answer. It is public: students see it, and visible checks and reports use it.
Each class here is one value of `kind` in `exercises.toml`, and its fields are the settings of that kind.
"""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol

from devopssim.course.answers import TO_HOURS, Json, describe, form_of, members, missing, number, plain_text
from devopssim.course.author.declarations import refuse_unknown, typed
from devopssim.errors import InvalidInputError

if TYPE_CHECKING:
    from devopssim.course.author.file_rules import ParsedFile


class AnswerType(Protocol):
    """The protocol of answer types: a name, a phrase for readers, and a check of an answer's form.

    Attributes
    ----------
    name : str
        The value of `kind` that selects the type in `exercises.toml`.
    """

    name: ClassVar[str]

    @property
    def expected(self) -> str:
        """What is expected, as a phrase: `a number in hours, at least 0`."""

    def problem(self, answer: Json) -> str | None:
        """Return why the answer is of another kind, None if its kind is right.

        Parameters
        ----------
        answer : Json
            The form of the answer.

        Returns
        -------
        str or None
            A sentence for the learner.
        """


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number, with a unit and bounds for the reader and the check.

    Parameters
    ----------
    unit : str, default ""
        Unit, shown to the learner; it is not checked.
    low, high : float, optional
        Bounds, which are allowed values themselves.
    whole : bool, default False
        Whether only whole numbers are allowed.

    Examples
    --------
    >>> share = Number(low=0, high=1)
    >>> share.expected
    'a number, at least 0 and at most 1'
    >>> share.problem(12.5)
    '12.5 cannot be: expected is a number, at least 0 and at most 1.'
    """

    name: ClassVar[str] = "number"
    unit: str = ""
    low: float | None = None
    high: float | None = None
    whole: bool = False

    @property
    def expected(self) -> str:
        """The unit and the bounds."""
        parts = ["a whole number" if self.whole else "a number"]
        parts += [f"in {self.unit}"] if self.unit else []
        bounds = [f"at least {_plain(self.low)}"] if self.low is not None else []
        bounds += [f"at most {_plain(self.high)}"] if self.high is not None else []
        return " ".join(parts) + (", " + " and ".join(bounds) if bounds else "")

    def problem(self, answer: Json) -> str | None:
        """Accept NaN and infinities where no bound excludes them; reject truth values."""
        value = number(answer)
        if value is None:
            further = f"; {TO_HOURS}" if form_of(answer) == "duration" else ""
            return missing(answer) or f"this is {describe(answer)}, not a number{further}."
        if self.whole and not value.is_integer():
            return f"{value:g} is not a whole number."
        too_low = self.low is not None and value < self.low
        too_high = self.high is not None and value > self.high
        return f"{value:g} cannot be: expected is {self.expected}." if too_low or too_high else None


@dataclass(frozen=True, kw_only=True)
class OneOf:
    """One of several texts, or a list or set of some of them.

    Parameters
    ----------
    of : sequence of str
        The texts to choose from.
    several : bool, default False
        Whether several may be chosen.

    Examples
    --------
    >>> OneOf(of=("waterfall", "devops")).problem("agile")
    "the text 'agile' is none of 'waterfall', 'devops'."
    """

    name: ClassVar[str] = "choice"
    of: Sequence[str]
    several: bool = False

    @property
    def expected(self) -> str:
        """The texts to choose from."""
        return f"{'a list of some' if self.several else 'one'} of " + ", ".join(repr(text) for text in self.of)

    def problem(self, answer: Json) -> str | None:
        """Require each text to be one of the choices."""
        chosen = chosen_values(answer)
        if not self.several and not isinstance(answer, str):
            return missing(answer) or f"{describe(answer)} is not {self.expected}."
        for text in chosen:
            if not isinstance(text, str) or plain_text(text) not in {plain_text(choice) for choice in self.of}:
                return missing(text) or f"{describe(text)} is none of {', '.join(map(repr, self.of))}."
        return None


def chosen_values(answer: Json) -> list[Json]:
    """Return the values that an answer lists; a single value is the only one chosen."""
    listed = members(answer)
    return [answer] if listed is None else listed


@dataclass(frozen=True, kw_only=True)
class Text:
    """A text of at least `least` characters, white space at its ends excluded.

    Examples
    --------
    >>> Text(least=10).problem("short")
    'the text has fewer than 10 characters.'
    """

    name: ClassVar[str] = "text"
    least: int = 1

    @property
    def expected(self) -> str:
        """The phrase `a text`; the minimum is mentioned only to a learner who misses it."""
        return "a text"

    def problem(self, answer: Json) -> str | None:
        """Require a text of at least the minimum length."""
        if not isinstance(answer, str):
            return missing(answer) or f"this is {describe(answer)}, not a text."
        return None if len(answer.strip()) >= self.least else f"the text has fewer than {self.least} characters."


@dataclass(frozen=True, kw_only=True)
class Table:
    """A pandas DataFrame with certain columns, or a Series.

    Parameters
    ----------
    columns : sequence of str, default ()
        Columns that have to be there; further ones are allowed.
    rows : int, optional
        Exact number of rows.
    series : bool, default False
        Whether a Series is expected instead of a DataFrame.

    Examples
    --------
    >>> Table(columns=("role", "hours"), rows=2).expected
    'a DataFrame with the columns role, hours and 2 rows'
    """

    name: ClassVar[str] = "table"
    columns: Sequence[str] = ()
    rows: int | None = None
    series: bool = False

    @property
    def expected(self) -> str:
        """Columns and number of rows."""
        phrase = "a Series" if self.series else "a DataFrame"
        phrase += f" with the columns {', '.join(self.columns)}" if self.columns else ""
        return phrase + (f" and {self.rows} rows" if self.rows is not None else "")

    def problem(self, answer: Json) -> str | None:
        """Check the form, then the columns, then the number of rows."""
        if not isinstance(answer, dict) or form_of(answer) != ("series" if self.series else "table"):
            return missing(answer) or f"this is {describe(answer)}, not {self.expected}."
        present, index = answer.get("columns"), answer.get("index")
        names = {plain_text(str(name)) for name in present} if isinstance(present, list) else set[str]()
        lacking = [name for name in self.columns if plain_text(name) not in names]
        if lacking:
            return f"the column {lacking[0]!r} is missing; there are {', '.join(map(str, present if isinstance(present, list) else []))}."
        if self.rows is not None and (not isinstance(index, list) or len(index) != self.rows):
            return f"{self.rows} rows are expected, {len(index) if isinstance(index, list) else 0} came."
        return None


@dataclass(frozen=True, kw_only=True)
class Function:
    """A function of certain parameters.

    Parameters
    ----------
    parameters : sequence of str
        Names for the reader; the check requires that the function accepts as many positional arguments.
    examples : sequence of mappings, default ()
        Public examples, each with the keys `arguments` (a list) and `result`; the visible check calls them.
    within : float, default 1e-6
        Tolerance of the examples, as a share of the expected number.

    Examples
    --------
    >>> Function(parameters=("failed", "deployments")).expected
    'a function of (failed, deployments)'
    """

    name: ClassVar[str] = "function"
    parameters: Sequence[str]
    examples: Sequence[Mapping[str, Any]] = ()
    within: float = 1e-6

    @property
    def expected(self) -> str:
        """The function's parameters."""
        return f"a function of ({', '.join(self.parameters)})"

    def problem(self, answer: Json) -> str | None:
        """Accept the list of what the function returned, which is a function's form."""
        return None if isinstance(answer, list) else missing(answer) or f"this is {describe(answer)}, not a function."


@dataclass(frozen=True, kw_only=True)
class ScenarioOf:
    """A Scenario whose simulation reaches public targets.

    Parameters
    ----------
    targets : mapping of str to str
        Goals by KPI, such as `{"lead_time": "at most 200"}`, in the KPI's unit.
    seed : int, default 1
        Random seed of the visible check; the grader uses its own seeds.

    Examples
    --------
    >>> ScenarioOf(targets={"lead_time": "at most 200"}).expected
    'a Scenario that reaches lead_time at most 200 h'
    """

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
        """Accept a Scenario of this package; the check and the grader simulate it later."""
        return (
            None if form_of(answer) == "scenario" else missing(answer) or f"this is {describe(answer)}, not a Scenario."
        )


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A matplotlib figure, axes, an array of axes, or what drawing returned, such as a list of lines.

    Parameters
    ----------
    lines, bars : int, default 0
        Least number of lines (or scatters) and of bars, upright or lying, over all axes of the figure.
    labelled : bool, default True
        Whether at least one axes needs a label on both axes.

    Examples
    --------
    >>> Figure(lines=1).expected
    'a figure with 1 line and a label on both axes'
    """

    name: ClassVar[str] = "figure"
    lines: int = 0
    bars: int = 0
    labelled: bool = True

    @property
    def expected(self) -> str:
        """How many lines or bars, and whether the axes are labelled."""
        parts = ["a figure"]
        parts += [f"with {_count(self.lines, 'line')}"] if self.lines else []
        parts += [f"with {_count(self.bars, 'bar')}"] if self.bars else []
        return " ".join(parts) + (" and a label on both axes" if self.labelled else "")

    def problem(self, answer: Json) -> str | None:
        """Check the labels, then count lines and bars over all axes of the figure."""
        if not isinstance(answer, dict) or form_of(answer) != "figure":
            return missing(answer) or f"this is {describe(answer)}, not a figure."
        drawn = [axes for axes in _list(answer.get("axes")) if isinstance(axes, dict)]
        if self.labelled and not any(axes.get("xlabel") and axes.get("ylabel") for axes in drawn):
            return "an axis has no label; a reader cannot know what it shows."
        for what, least in (("line", self.lines), ("bar", self.bars)):
            count = sum(len(_list(axes.get(f"{what}s"))) for axes in drawn)
            if count < least:
                return f"{_count(least, what)} {'is' if least == 1 else 'are'} expected, {count} came."
        return None


@dataclass(frozen=True, kw_only=True)
class File:
    """The text of a file, in a name of the notebook or on the disk beside it.

    Parameters
    ----------
    format : {"text", "dockerfile", "compose", "workflow", "gitlab"}, default "text"
        How the file is read.
    path : str, default ""
        Path beside the notebook; empty where the text is the value of the exercise's `answer`.

    Raises
    ------
    InvalidInputError
        For another format.

    Examples
    --------
    >>> File(format="dockerfile", path="Dockerfile").expected
    'the file Dockerfile, a Dockerfile'
    """

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
        """Require a text that parses in the format."""
        if not isinstance(answer, str):
            return missing(answer) or f"this is {describe(answer)}, not the text of a file."
        try:
            self._read(answer)
        except InvalidInputError as error:
            return str(error)
        return None

    def refusal(self, answer: Json) -> str | None:
        """Return why the format's tool would refuse a file that can be parsed.

        Parameters
        ----------
        answer : Json
            The file's text.

        Returns
        -------
        str or None
            A sentence; None if the tool takes the file, or if its schema is not installed.
        """
        return self._read(answer).refusal or None if isinstance(answer, str) else None

    def _read(self, text: str) -> "ParsedFile":
        from devopssim.course.author import file_rules  # noqa: PLC0415 - needs a YAML parser, which few exercises do

        return file_rules.read(self.format, text)

    @property
    def tool(self) -> str:
        """The tool whose schema holds for the format; empty where none does."""
        from devopssim.course.author.tool_schemas import SCHEMAS  # noqa: PLC0415

        return SCHEMAS[self.format][0] if self.format in SCHEMAS else ""


@dataclass(frozen=True, kw_only=True)
class Live:
    """A state of the live lab, described in words.

    Parameters
    ----------
    state : str
        The state, as the learner reads it.

    Examples
    --------
    >>> Live(state="the shop answers on port 8080").expected
    'the shop answers on port 8080'
    """

    name: ClassVar[str] = "live"
    state: str

    @property
    def expected(self) -> str:
        """The state, in words."""
        return self.state

    def problem(self, answer: Json) -> str | None:  # noqa: ARG002 - the protocol's signature; a state has no answer
        """Accept every answer: the grader reads the state from the lab itself."""
        return None


@dataclass(frozen=True, kw_only=True)
class WrittenAnswer:
    """A written answer, judged by a person.

    Parameters
    ----------
    least : int, default 0
        Least number of words.

    Examples
    --------
    >>> WrittenAnswer(least=3).problem("two words")
    '2 words so far; 3 are expected.'
    """

    name: ClassVar[str] = "words"
    least: int = 0

    @property
    def expected(self) -> str:
        """The least number of words."""
        return "an answer in your own words" + (f", at least {self.least} of them" if self.least else "")

    def problem(self, answer: Json) -> str | None:
        """Count the words; a person judges them."""
        count = len(answer.split()) if isinstance(answer, str) else 0
        return None if count >= self.least else f"{count} words so far; {self.least} are expected."


ANSWER_TYPES: Final[dict[str, type]] = {
    made.name: made for made in (Number, OneOf, Text, Table, Function, ScenarioOf, Figure, File, Live, WrittenAnswer)
}


def answer_type_of(declared: Mapping[str, Any], where: str) -> AnswerType:
    """Build the answer type that a declaration names.

    Parameters
    ----------
    declared : mapping
        The key `kind` and the settings of that kind: `{"kind": "number", "unit": "hours"}`.
    where : str
        Location of the declaration, for errors.

    Returns
    -------
    AnswerType
        An instance of one of the classes of this module.

    Raises
    ------
    InvalidInputError
        For an unknown kind, an unknown or missing setting, or a setting of the wrong type.

    Examples
    --------
    >>> answer_type_of({"kind": "number", "unit": "hours"}, "exercises.toml").expected
    'a number in hours'
    >>> answer_type_of({"kind": "number", "units": "hours"}, "exercises.toml")
    Traceback (most recent call last):
    devopssim.errors.InvalidInputError: exercises.toml: 'units' ...
    """
    settings = dict(declared)
    name = settings.pop("kind", None)
    answer_class = ANSWER_TYPES.get(name) if isinstance(name, str) else None
    if answer_class is None:
        raise InvalidInputError(f"{where}: kind={name!r} (what an answer is) must be one of {', '.join(ANSWER_TYPES)}.")
    allowed = {field.name: field for field in fields(answer_class)}
    refuse_unknown(settings, allowed, f"the kind {name!r}", where)
    lacking = [key for key, field in allowed.items() if field.default is MISSING and key not in settings]
    if lacking:
        raise InvalidInputError(f"{where}: the kind {name!r} needs {lacking[0]!r}; add it to the declaration.")
    answer_type: AnswerType = typed(settings, answer_class, where)
    return answer_type


def _plain(bound: float) -> str:
    """Write a bound in decimal notation: 1,000,000 instead of 1e+06."""
    return f"{bound:,.10g}"


def _unit(kpi: str) -> str:
    """Return the unit of a KPI with a space before it; shares and unknown KPIs have none."""
    from devopssim.kpis import KPIS  # noqa: PLC0415 - what only one kind of answer needs

    unit = KPIS[kpi].unit if kpi in KPIS else "share"
    return "" if unit == "share" else f" {unit}"


def _count(number: int, what: str) -> str:
    """Return a number with its noun in singular or plural."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def _list(value: Json) -> list[Json]:
    """Return a list as it is, and an empty one for any other form."""
    return value if isinstance(value, list) else []
