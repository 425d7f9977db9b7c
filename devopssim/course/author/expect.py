"""What an instructor writes between `### BEGIN HIDDEN TESTS` and `### END HIDDEN TESTS`.

    from devopssim.course import expect, variant
    expect.number("06-a", 12.5, within=0.01)

The grader runs such a region in its own process and only gathers what is expected; the answers come from the sandbox as JSON.
In a kernel, as plain nbgrader runs it, the same line judges the answer at once and raises AssertionError.
A hidden region must bring its own imports: it cannot see the notebook's names.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from devopssim.course.answers import (
    FORM,
    Json,
    Judgement,
    Question,
    Tolerance,
    columns_of,
    from_json,
    judge_calls,
    judge_figure,
    judge_table,
    judge_value,
    log_to_json,
    missing,
    to_json,
    undisturbed,
)
from devopssim.course.answers import answer as answer_here
from devopssim.course.author import file_rules, scenario_trials
from devopssim.course.author.answer_types import File
from devopssim.course.author.exercises import Exercise, nearest_course
from devopssim.course.author.expectations import Expectation, collector
from devopssim.errors import DevopssimError, InvalidInputError


def number(exercise: str, expected: float, *, within: float = 1e-6, plus_minus: float = 0, **more: Any) -> None:
    """The answer is a number: within a share of the expected one, or plus or minus so much of its unit."""
    value(exercise, expected, within=within, plus_minus=plus_minus, **more)


def value(exercise: str, expected: object, *, within: float = 1e-6, plus_minus: float = 0, **more: Any) -> None:
    """The answer is a value of any form (a text, a list, a dictionary, …): numbers in it count as near as said."""
    form, near = to_json(expected), Tolerance(within=within, plus_minus=plus_minus)
    _expect(exercise, lambda answer: judge_value(answer, form, near), **more)


def one_of(exercise: str, *expected: object, **more: Any) -> None:
    """The answer is any of these values."""
    forms = [to_json(each) for each in expected]

    def judge(answer: Json) -> Judgement:
        judged = [judge_value(answer, form, Tolerance()) for form in forms]
        return max(judged, key=lambda each: each.share)

    _expect(exercise, judge, **more)


def table(
    exercise: str, expected: Any, *, key: str | None = None, within: float = 1e-6, plus_minus: float = 0, **more: Any
) -> None:
    """The answer is a DataFrame (or Series): each expected column counts the same; rows are matched by the column `key`."""
    form, near = to_json(expected), Tolerance(within=within, plus_minus=plus_minus)
    if not isinstance(form, dict) or columns_of(form) is None:
        raise InvalidInputError(
            f"expect.table({exercise!r}, …): expected is {type(expected).__name__}; give a DataFrame or a Series."
        )
    _expect(exercise, lambda answer: judge_table(answer, form, key, near), **more)


def function(
    exercise: str, reference: Callable[..., Any], inputs: Sequence[Sequence[Any]], *, within: float = 1e-6, **more: Any
) -> None:
    """The answer is a function that gives what `reference` gives, for each list of arguments; each call counts the same.

    The inputs enter the sandbox when the student's code has run, the results are compared outside. Arguments are values that
    have a JSON form: numbers, texts, lists, DataFrames, scenarios, and event logs (`argument=log(...)`).
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
    """The answer is a figure or axes with these lines (label → (x, y)) and bars (heights, from left to right).

    Each line counts the same, and all bars together as much as a line.
    """
    forms = {label: (to_json(list(x)), to_json(list(y))) for label, (x, y) in (lines or {}).items()}
    heights = None if bars is None else to_json([float(height) for height in bars])
    if not forms and heights is None:
        raise InvalidInputError(f"expect.figure({exercise!r}, …): nothing is expected; give lines, bars or both.")
    near = Tolerance(within=within)
    _expect(exercise, lambda answer: judge_figure(answer, forms, heights, near), **more)


def file(exercise: str, *rules: file_rules.Rule, **more: Any) -> None:
    """The answer is a file that keeps these rules (see `file_rules`); each counts the same."""
    kind = _exercise(exercise).kind
    format_name = kind.format if isinstance(kind, File) else "text"

    def judge(answer: Json) -> Judgement:
        if not isinstance(answer, str):
            return Judgement(share=0, remark=missing(answer) or "this is no file.")
        try:
            parsed = file_rules.parse(format_name, answer)
        except InvalidInputError as error:
            return Judgement(share=0, remark=str(error))
        broken = [rule.says for rule in rules if not rule.holds(parsed)]
        remark = f"not so yet: {'; '.join(broken)}." if broken else f"each of {len(rules)} rules is kept."
        return Judgement(share=1 - len(broken) / len(rules), remark=remark)

    _expect(exercise, judge, **more)


def targets(
    exercise: str,
    goals: Mapping[str, str],
    *,
    seeds: Sequence[int],
    allowed: Callable[[Any], str | None] | None = None,
    **more: Any,
) -> None:
    """The answer is a Scenario whose KPIs, averaged over the grader's seeds, reach the goals (`{"lead_time": "at most 200"}`).

    `allowed` looks at the scenario first and returns what rule it breaks (a budget, for one), or None.
    Each goal counts the same. The simulation runs with limits, because a scenario may be made to take forever.
    """
    parsed = scenario_trials.parse_goals(goals)

    def judge(answer: Json) -> Judgement:
        if not isinstance(answer, dict) or answer.get(FORM) != "scenario":
            return Judgement(share=0, remark=missing(answer) or "this is no scenario.")
        scenario = from_json(answer)
        broken = allowed(scenario) if allowed else None
        return (
            Judgement(share=0, remark=broken) if broken else scenario_trials.judge(str(answer["toml"]), parsed, seeds)
        )

    _expect(exercise, judge, **more)


def that(exercise: str, says: str, holds: Callable[[Any], bool], **more: Any) -> None:
    """Something holds of the answer, which comes as plain Python values (a DataFrame for a table)."""

    def judge(answer: Json) -> Judgement:
        if problem := missing(answer):
            return Judgement(share=0, remark=problem)
        right = bool(holds(from_json(answer)))
        return Judgement(share=float(right), remark="so it is." if right else "not so yet.")

    _expect(exercise, judge, says=says, **more)


def live(exercise: str, says: str, holds: Callable[[], bool], **more: Any) -> None:
    """The live lab is in a state, which `holds` reads itself: an image in the registry, a running service, the lab's log.

    Judged where the lab runs; where there is none (EngineMissingError), the points wait for a person.
    """

    def judge(_: Json) -> Judgement:
        try:
            right = bool(holds())
        except DevopssimError as error:
            return Judgement(
                share=0,
                remark=f"waits for a person: the lab could not be looked at ({str(error).rstrip('.')}).",
                waiting=True,
            )
        return Judgement(share=float(right), remark="so it is." if right else "the lab is not in this state.")

    _expect(exercise, judge, says=says, ask=False, **more)


def argument_form(argument: Any) -> Json:
    """Return the form in which an argument enters the sandbox; a DataFrame with a log's columns goes as an event log."""
    if getattr(argument, "attrs", None) and "horizon" in argument.attrs:
        return log_to_json(argument)
    return to_json(argument)


def _exercise(exercise_id: str) -> Exercise:
    gathering = collector()
    return (gathering.course if gathering else nearest_course()).exercise(exercise_id)


def _expect(
    exercise_id: str,
    judge: Callable[[Json], Judgement],
    *,
    calls: Sequence[Sequence[Json]] | None = None,
    ask: bool = True,
    says: str = "",
    weight: float = 1,
    hint: str = "",
) -> None:
    exercise = _exercise(exercise_id)
    path = exercise.kind.path if isinstance(exercise.kind, File) else ""
    question = Question(name=exercise.answer, calls=calls, path=path) if ask else None
    expectation = Expectation(
        exercise=exercise, says=says or exercise.kind.expected, question=question, judge=judge, weight=weight, hint=hint
    )
    gathering = collector()
    if gathering:
        gathering.expectations.append(expectation)
    else:
        _judge_here(expectation)


def _judge_here(expectation: Expectation) -> None:
    """Judge in the kernel where the answer lives: this is how plain nbgrader runs a hidden region."""
    from pathlib import Path  # noqa: PLC0415

    import __main__  # noqa: PLC0415 - the notebook's names, as they are now

    with undisturbed():
        answer = answer_here(expectation.question, vars(__main__), Path.cwd()) if expectation.question else None
        judged = expectation.judgement(answer)
    if judged.share < 1:
        raise AssertionError(f"{expectation.exercise.id}: {judged.remark}")
