"""What an instructor writes between `### BEGIN HIDDEN TESTS` and `### END HIDDEN TESTS`.

    from devopssim.course import expect, variant
    expect.number("06-a", 12.5, within=0.01)

The grader runs such a region in its own process and only collects what is expected; the answers come from the sandbox as JSON.
In a kernel, where plain nbgrader runs the region, the same line judges the answer at once and raises AssertionError.
A hidden region needs its own imports, because it runs without the notebook's names.

Each function takes three further keywords: `weight` (the expectation's share of the cell's points relative to the others,
default 1), `hint` (shown instead of the exercise's first hint) and `description` (the expectation in words, in place of the kind's).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from devopssim.course.answers import (
    FORM,
    Json,
    Judgement,
    Question,
    Tolerance,
    argument_to_json,
    columns_of,
    from_json,
    judge_calls,
    judge_figure,
    judge_table,
    judge_value,
    kernel_isolation,
    log_to_json,
    missing,
    to_json,
)
from devopssim.course.answers import answer as answer_here
from devopssim.course.answers import number as number_of
from devopssim.course.author import file_rules, scenario_trials, tool_schemas
from devopssim.course.author.answer_types import File, Number, OneOf
from devopssim.course.author.exercises import Course, Exercise, Solutions, nearest_course
from devopssim.course.author.expectations import Expectation, collector
from devopssim.errors import InvalidInputError


def number(exercise: str, expected: float, *, within: float = 1e-6, plus_minus: float = 0, **more: Any) -> None:
    """Expect a number within a share of the expected one, or plus or minus an amount in its unit.

    Parameters
    ----------
    exercise : str
        The exercise's id.
    expected : float
        The right number.
    within : float, default 1e-6
        Tolerance as a share of `expected`.
    plus_minus : float, default 0
        Tolerance in the number's unit; the larger of the two tolerances holds.
    **more
        `weight`, `hint` and `description`, as the module describes them.

    Raises
    ------
    AssertionError
        In a kernel, for a wrong answer.
    InvalidInputError
        For an unknown exercise.

    Examples
    --------
    >>> from devopssim.course.author.exercises import parse
    >>> from devopssim.course.author.expectations import collecting
    >>> course = parse({"exercise": {"06-a": {"kind": "number", "answer": "lead"}}}, "exercises.toml")
    >>> with collecting(course) as expectations:
    ...     number("06-a", 12.5, within=0.01)
    >>> expectations[0].judgement(12.4).remark, expectations[0].judgement(11).remark
    ('the number 12.4 is right.', '11 is not right.')
    """
    value(exercise, expected, within=within, plus_minus=plus_minus, **more)


def value(exercise: str, expected: object, *, within: float = 1e-6, plus_minus: float = 0, **more: Any) -> None:
    """Expect a value of any form: a text, a list, a dictionary, …; numbers at any depth have the tolerance.

    Parameters
    ----------
    exercise : str
        The exercise's id.
    expected : object
        The right value.
    within : float, default 1e-6
        Tolerance of numbers as a share of the expected one.
    plus_minus : float, default 0
        Tolerance of numbers in their unit; the larger of the two tolerances holds.
    **more
        `weight`, `hint` and `description`, as the module describes them.

    Examples
    --------
    >>> from devopssim.course.author.exercises import parse
    >>> from devopssim.course.author.expectations import collecting
    >>> course = parse({"exercise": {"06-a": {"kind": "text", "answer": "stages"}}}, "exercises.toml")
    >>> with collecting(course) as expectations:
    ...     value("06-a", ["plan", "code"])
    >>> expectations[0].judgement(["plan", "code"]).share
    1.0
    """
    form, near = to_json(expected), Tolerance(within=within, plus_minus=plus_minus)
    kind = _exercise(exercise).kind
    if isinstance(kind, OneOf) and kind.several and isinstance(form, list):
        form = {FORM: "set", "of": form}  # what is chosen has no order
    wanted = number_of(form)
    if isinstance(kind, Number) and wanted is not None and not wanted.is_integer():
        more.setdefault("description", f"{kind.expected}, {near.words}")
    direction = _course().solutions is Solutions.OUT
    _expect(exercise, lambda answer: judge_value(answer, form, near, direction=direction), **more)


def one_of(exercise: str, *expected: object, **more: Any) -> None:
    """Expect any one of several values; the answer gets the best of their judgements.

    Parameters
    ----------
    exercise : str
        The exercise's id.
    *expected : object
        The right values, compared with a relative tolerance of 1e-9.
    **more
        `weight`, `hint` and `description`, as the module describes them.

    Examples
    --------
    >>> from devopssim.course.author.exercises import parse
    >>> from devopssim.course.author.expectations import collecting
    >>> course = parse({"exercise": {"06-a": {"kind": "text", "answer": "workflow"}}}, "exercises.toml")
    >>> with collecting(course) as expectations:
    ...     one_of("06-a", "agile", "devops")
    >>> expectations[0].judgement("devops").share, expectations[0].judgement("waterfall").share
    (1.0, 0.0)
    """
    forms = [to_json(option) for option in expected]
    direction = _course().solutions is Solutions.OUT

    def judge(answer: Json) -> Judgement:
        judged = [judge_value(answer, form, Tolerance(), direction=direction) for form in forms]
        return max(judged, key=lambda judgement: judgement.share)

    _expect(exercise, judge, **more)


def table(
    exercise: str, expected: Any, *, key: str | None = None, within: float = 1e-6, plus_minus: float = 0, **more: Any
) -> None:
    """Expect a DataFrame or Series; each expected column counts the same, further columns are ignored.

    Parameters
    ----------
    exercise : str
        The exercise's id.
    expected : DataFrame or Series
        The right table.
    key : str, optional
        Column by which rows are matched; without it, the rows come in the expected order.
    within : float, default 1e-6
        Tolerance of numbers as a share of the expected one.
    plus_minus : float, default 0
        Tolerance of numbers in their unit; the larger of the two tolerances holds.
    **more
        `weight`, `hint` and `description`, as the module describes them.

    Raises
    ------
    InvalidInputError
        If `expected` is of another type.

    Examples
    --------
    >>> import pandas as pd
    >>> from devopssim.course.author.exercises import parse
    >>> from devopssim.course.author.expectations import collecting
    >>> course = parse({"exercise": {"06-a": {"kind": "table", "answer": "hours"}}}, "exercises.toml")
    >>> right = pd.DataFrame({"role": ["dev", "ops"], "hours": [8, 4]})
    >>> with collecting(course) as expectations:
    ...     table("06-a", right, key="role")
    >>> expectations[0].judgement(to_json(right[::-1])).remark
    'each of 2 columns is right.'
    """
    form, near = to_json(expected), Tolerance(within=within, plus_minus=plus_minus)
    if not isinstance(form, dict) or columns_of(form) is None:
        raise InvalidInputError(
            f"expect.table({exercise!r}, …): expected is {type(expected).__name__}; give a DataFrame or a Series."
        )
    _expect(exercise, lambda answer: judge_table(answer, form, key, near), **more)


def function(
    exercise: str, reference: Callable[..., Any], inputs: Sequence[Sequence[Any]], *, within: float = 1e-6, **more: Any
) -> None:
    """Expect a function with the results of `reference`; each call counts the same.

    The inputs enter the sandbox after the student's code has run, and the results are compared outside.

    Parameters
    ----------
    exercise : str
        The exercise's id.
    reference : callable
        The right function, called in the grader's process.
    inputs : sequence of sequences
        One list of arguments for each call. Arguments need a JSON form: numbers, texts, lists, tuples, sets, times, arrays,
        DataFrames, scenarios and event logs have one.
    within : float, default 1e-6
        Tolerance of numbers as a share of the expected one.
    **more
        `weight`, `hint` and `description`, as the module describes them.

    Examples
    --------
    >>> from devopssim.course.author.exercises import parse
    >>> from devopssim.course.author.expectations import collecting
    >>> declared = {"kind": "function", "answer": "mean", "parameters": ["values"]}
    >>> with collecting(parse({"exercise": {"06-a": declared}}, "exercises.toml")) as expectations:
    ...     function("06-a", lambda values: sum(values) / len(values), [[[1, 3]], [[5]]])
    >>> expectations[0].judgement([2, 5]).remark
    'right for each of 2 inputs.'
    """
    calls = [[argument_form(argument) for argument in arguments] for arguments in inputs]
    expected = [to_json(reference(*(from_json(argument) for argument in arguments))) for arguments in calls]
    near = Tolerance(within=within)
    _expect(exercise, lambda answer: judge_calls(answer, expected, calls, near), calls=calls, **more)


def figure(
    exercise: str,
    lines: Mapping[str, tuple[Any, Any]] | None = None,
    *,
    bars: Sequence[float] | None = None,
    within: float = 1e-6,
    **more: Any,
) -> None:
    """Expect a figure or axes with certain lines and bars; each line counts the same, and all bars together as much as a line.

    Parameters
    ----------
    exercise : str
        The exercise's id.
    lines : mapping of str to pair of sequences, optional
        Expected (x, y) by the label of the line or scatter, or its name in the legend.
    bars : sequence of float, optional
        Expected heights, from left to right; of lying bars their widths, from bottom to top.
    within : float, default 1e-6
        Tolerance of numbers as a share of the expected one.
    **more
        `weight`, `hint` and `description`, as the module describes them.

    Raises
    ------
    InvalidInputError
        Without lines and bars.

    Examples
    --------
    >>> from devopssim.course.author.exercises import parse
    >>> from devopssim.course.author.expectations import collecting
    >>> course = parse({"exercise": {"06-a": {"kind": "figure", "answer": "axes"}}}, "exercises.toml")
    >>> with collecting(course) as expectations:
    ...     figure("06-a", {"open": ([0, 1], [2, 3])})
    >>> drawn = {"$": "figure", "axes": [{"lines": [{"label": "open", "x": [0, 1], "y": [2, 9]}], "bars": []}]}
    >>> expectations[0].judgement(drawn).share
    0.0
    """
    forms = {label: (to_json(list(x)), to_json(list(y))) for label, (x, y) in (lines or {}).items()}
    heights = None if bars is None else to_json([float(height) for height in bars])
    if not forms and heights is None:
        raise InvalidInputError(f"expect.figure({exercise!r}, …): nothing is expected; give lines, bars or both.")
    near = Tolerance(within=within)
    _expect(exercise, lambda answer: judge_figure(answer, forms, heights, near), **more)


def file(exercise: str, *rules: file_rules.Rule, **more: Any) -> None:
    r"""Expect a file that satisfies rules; each rule counts the same, and a file that does not parse satisfies none.

    A file that GitHub, GitLab or Compose would refuse, by the tool's own schema, has broken one rule more.

    Parameters
    ----------
    exercise : str
        The exercise's id; its kind names the file's format.
    *rules : file_rules.Rule
        The rules, from the functions of `file_rules`.
    **more
        `weight`, `hint` and `description`, as the module describes them.

    Examples
    --------
    >>> from devopssim.course.author.exercises import parse
    >>> from devopssim.course.author.expectations import collecting
    >>> declared = {"kind": "file", "format": "dockerfile", "path": "Dockerfile"}
    >>> with collecting(parse({"exercise": {"06-a": declared}}, "exercises.toml")) as expectations:
    ...     file("06-a", file_rules.base_is_pinned(), file_rules.runs_as_a_user())
    >>> expectations[0].judgement("FROM python:3.12\n").share
    0.5
    """
    kind = _exercise(exercise).kind
    format_name = kind.format if isinstance(kind, File) else "text"
    tool_schemas.prepared(format_name)

    def judge(answer: Json) -> Judgement:
        if not isinstance(answer, str):
            return Judgement(share=0, remark=missing(answer) or "the answer is not a file.")
        try:
            parsed = file_rules.read(format_name, answer)
        except InvalidInputError as error:
            return Judgement(share=0, remark=str(error))
        broken = [rule.description for rule in rules if not rule.is_kept(parsed.tree)]
        kept = f"not so yet: {'; '.join(broken)}." if broken else f"each of {len(rules)} rules is kept."
        remark = f"{parsed.refusal} Of the rules, {kept}" if parsed.refusal else kept
        return Judgement(share=(len(rules) - len(broken)) / (len(rules) + bool(parsed.refusal)), remark=remark)

    _expect(exercise, judge, **more)


def targets(
    exercise: str,
    goals: Mapping[str, str],
    *,
    seeds: Sequence[int],
    allowed: Callable[[Any], str | None] | None = None,
    years: float = 1.0,
    **more: Any,
) -> None:
    """Expect a Scenario whose KPIs, averaged over the grader's seeds, reach goals; each goal counts the same.

    The simulation runs in a process with limits, because a scenario can be built to run forever.

    Parameters
    ----------
    exercise : str
        The exercise's id.
    goals : mapping of str to str
        Goals by KPI, in the KPI's unit: `{"lead_time": "at most 200"}`.
    seeds : sequence of int
        Random seeds of the replications; others than the visible check's.
    allowed : callable, optional
        Called with the scenario before the simulation; returns the rule that the scenario breaks (a budget, for example), or
        None.
    years : float, default 1
        Shortest time that the scenario simulates; in a few weeks, KPIs reach any goal by luck.
    **more
        `weight`, `hint` and `description`, as the module describes them.

    Raises
    ------
    InvalidInputError
        For a malformed goal.

    Examples
    --------
    >>> from devopssim.course.author.exercises import parse
    >>> from devopssim.course.author.expectations import collecting
    >>> declared = {"kind": "scenario", "answer": "plan", "targets": {"lead_time": "at most 200"}}
    >>> with collecting(parse({"exercise": {"06-a": declared}}, "exercises.toml")) as expectations:
    ...     targets("06-a", {"lead_time": "at most 200"}, seeds=[11, 12])
    >>> expectations[0].judgement(3).share
    0.0
    """
    parsed = scenario_trials.parse_goals(goals)

    def judge(answer: Json) -> Judgement:
        if not isinstance(answer, dict) or answer.get(FORM) != "scenario":
            return Judgement(share=0, remark=missing(answer) or "the answer is not a scenario.")
        scenario = from_json(answer)
        broken = allowed(scenario) if allowed else None
        if scenario.years < years:
            broken = (
                f"the scenario simulates {scenario.years:g} years; a target has to be reached over {years:g} or more."
            )
        return (
            Judgement(share=0, remark=broken) if broken else scenario_trials.judge(str(answer["toml"]), parsed, seeds)
        )

    _expect(exercise, judge, **more)


def that(exercise: str, description: str, holds: Callable[[Any], bool], **more: Any) -> None:
    """Expect a predicate to hold of the answer.

    Parameters
    ----------
    exercise : str
        The exercise's id.
    description : str
        What is expected, in words that leave the answer open.
    holds : callable
        Called with the answer as a plain Python value (a DataFrame for a table); its truth value decides.
    **more
        `weight` and `hint`, as the module describes them.

    Examples
    --------
    >>> from devopssim.course.author.exercises import parse
    >>> from devopssim.course.author.expectations import collecting
    >>> course = parse({"exercise": {"06-a": {"kind": "number", "answer": "teams"}}}, "exercises.toml")
    >>> with collecting(course) as expectations:
    ...     that("06-a", "an even number", lambda teams: teams % 2 == 0)
    >>> expectations[0].judgement(4).share
    1.0
    """

    def judge(answer: Json) -> Judgement:
        if problem := missing(answer):
            return Judgement(share=0, remark=problem)
        right = bool(holds(from_json(answer)))
        return Judgement(share=float(right), remark="Correct." if right else "not yet.")

    _expect(exercise, judge, description=description, **more)


def live(exercise: str, description: str, holds: Callable[[], bool], **more: Any) -> None:
    """Expect a state of the live lab, which `holds` reads itself: an image in the registry, a running service, the lab's log.

    The expectation is judged on the machine where the student's lab runs. Wherever the state cannot be read, without a lab, an engine
    or the packages for it, its points wait for a person.

    Parameters
    ----------
    exercise : str
        The exercise's id.
    description : str
        The state, in words.
    holds : callable
        Called without arguments; its truth value decides.
    **more
        `weight` and `hint`, as the module describes them.

    Examples
    --------
    >>> from devopssim.course.author.exercises import parse
    >>> from devopssim.course.author.expectations import collecting
    >>> course = parse({"exercise": {"06-a": {"kind": "live", "state": "the shop runs"}}}, "exercises.toml")
    >>> with collecting(course) as expectations:
    ...     live("06-a", "the shop runs", lambda: True)
    >>> expectations[0].judgement(None).share, expectations[0].question
    (1.0, None)
    """

    def judge(_: Json) -> Judgement:
        try:
            right = bool(holds())
        except Exception as error:  # noqa: BLE001 - no lab, no engine, no package for it: one outcome for all
            why = str(error).rstrip(".") or type(error).__name__
            return Judgement(
                share=0, remark=f"waits for a person: the lab could not be looked at ({why}).", waiting=True
            )
        return Judgement(share=float(right), remark="Correct." if right else "the lab is not in this state.")

    _expect(exercise, judge, description=description, ask=False, **more)


def argument_form(argument: Any) -> Json:
    """Return the form in which an argument enters the sandbox; a DataFrame with a log's `horizon` becomes an event log."""
    if getattr(argument, "attrs", None) and "horizon" in argument.attrs:
        return log_to_json(argument)
    return argument_to_json(argument)


def _course() -> Course:
    """Return the course that collects expectations, or the nearest one in a kernel."""
    active = collector()
    return active.course if active else nearest_course()


def _exercise(exercise_id: str) -> Exercise:
    """Return an exercise of that course."""
    return _course().exercise(exercise_id)


def _expect(
    exercise_id: str,
    judge: Callable[[Json], Judgement],
    *,
    calls: Sequence[Sequence[Json]] | None = None,
    ask: bool = True,
    description: str = "",
    weight: float = 1,
    hint: str = "",
) -> None:
    """Collect an expectation in the grader, judge it at once in a kernel; `ask=False` leaves the notebook unasked."""
    exercise = _exercise(exercise_id)
    path = exercise.kind.path if isinstance(exercise.kind, File) else ""
    question = Question(name=exercise.answer, calls=calls, path=path) if ask else None
    expectation = Expectation(
        exercise=exercise,
        description=description or exercise.kind.expected,
        question=question,
        judge=judge,
        weight=weight,
        hint=hint,
    )
    active = collector()
    if active:
        active.expectations.append(expectation)
    else:
        _judge_here(expectation)


def _judge_here(expectation: Expectation) -> None:
    """Judge in the kernel where the answer lives: this is how plain nbgrader runs a hidden region."""
    from pathlib import Path  # noqa: PLC0415

    import __main__  # noqa: PLC0415 - the notebook's names, as they are now

    with kernel_isolation():
        answer = answer_here(expectation.question, vars(__main__), Path.cwd()) if expectation.question else None
        judged = expectation.judgement(answer)
    if judged.waiting:
        print(f"{expectation.exercise.id}: {judged.remark}")  # noqa: T201 - without a lab, the notebook goes on
    elif judged.share < 1:
        raise AssertionError(f"{expectation.exercise.id}: {judged.remark}")
