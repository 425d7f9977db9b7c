"""Visible checks, hints and solutions: what a learner sees in the notebook.

A check names what it has looked at. It judges at once where secrecy is worthless: where `exercises.toml` holds the right choices, and
where the instructor's sources are on the learner's machine. Elsewhere an answer of the right kind is "not marked yet". A check prints,
and leaves the kernel as it was; no answer stops the notebook.
"""

import inspect
from functools import cache
from pathlib import Path
from textwrap import fill
from typing import Any, Final

from devopssim.course.answers import (
    EMPTY,
    Json,
    Judgement,
    Question,
    Tolerance,
    call,
    describe,
    form_of,
    from_json,
    kernel_isolation,
    number,
    plain_text,
    same,
    to_json,
)
from devopssim.course.answers import answer as answer_to
from devopssim.course.author import (
    MISSING_SCHEMAS,
    Course,
    Exercise,
    Figure,
    File,
    Function,
    Live,
    Number,
    OneOf,
    ScenarioOf,
    Solutions,
    Source,
    Table,
    WrittenAnswer,
    chosen_values,
    nearest_course,
    parse_goals,
    schemas_are_installed,
)
from devopssim.course.learner import instructor_sources
from devopssim.course.learner.kernel import explain_empty_answers
from devopssim.course.learner.own_numbers import numbers_of_copy

LINE: Final = 100
"""Characters of a printed line."""
PITFALL: Final = Tolerance(within=0.005)
NO_SOURCES: Final = (
    "this installation has no solutions; set DEVOPSSIM_COURSE_SOURCE to the folder `notebooks` of a clone of the course's repository, "
    "or ask your instructor."
)


def check(exercise_id: str, answer: Any = None) -> None:
    """Print what is right or wrong with an answer, as far as this machine can know.

    A function is called with the exercise's public examples, and a scenario is simulated once against its public targets. An
    answer of the right kind is judged at once if `exercises.toml` declares what is right, or if the instructor's sources are on this
    machine; otherwise the check names what it has looked at. An exercise in the live lab has no answer; for it, the check prints
    when it is done, and how it is graded.

    Parameters
    ----------
    exercise_id : str
        The id of an exercise in the nearest `exercises.toml`.
    answer : object, optional
        The learner's answer; left out for a file on the disk and for the live lab.

    Raises
    ------
    InvalidInputError
        For an unknown exercise, or without `exercises.toml` in the working directory and the three above it.

    Examples
    --------
    >>> import contextlib, tempfile
    >>> declared = '''
    ... [exercise.01-a]
    ... kind = "number"
    ... unit = "hours"
    ... answer = "median"
    ... '''
    >>> with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
    ...     _ = Path("exercises.toml").write_text(declared)
    ...     check("01-a", "12.5")
    ...     check("01-a", 12.5)
    01-a: not yet
      expected: a number in hours
      came:     this is the text '12.5', not a number.
    01-a: right type, not marked yet
      expected: a number in hours
      came:     the number 12.5
      checked:  the type, not the value
    """
    explain_empty_answers()
    course = nearest_course()
    exercise = course.exercise(exercise_id)
    if isinstance(exercise.kind, Live):
        _print_lab_exercise(exercise)
        return
    with kernel_isolation():
        form = _form(exercise, answer)
        problem = exercise.kind.problem(form) or _further_problem(exercise, answer, form)
        source = None if problem else instructor_sources.find_source(course)
        judged = None if problem else _judged(course, source, exercise, answer, form)
        if problem is None and judged is None and isinstance(exercise.kind, File):
            problem = exercise.kind.refusal(form)
    came = "a function" if callable(answer) else describe(form)
    if problem is not None:
        _print_result(exercise, "not yet", problem)
    elif exercise.is_prediction:
        _print_result(exercise, "your prediction is noted; nothing about it is judged", came)
    elif judged is None:
        _print_result(exercise, f"{_what_fits(exercise)}, not marked yet", came)
        _print_wrapped("  checked:  ", _looked_at(exercise))
        if isinstance(exercise.kind, File) and exercise.kind.tool and not schemas_are_installed():
            _note_missing_schemas()
        _print_pitfalls(exercise, form)
    elif judged.share >= 1:
        _print_result(exercise, "right", came)
        if source is not None:
            print(f'  The course\'s solution: solution("{exercise_id}")')  # noqa: T201 - a check prints
    else:
        _print_result(exercise, "partly right" if judged.share > 0 else "not right", judged.remark)
        _print_pitfalls(exercise, form)


def _print_result(exercise: Exercise, verdict: str, came: str) -> None:
    """Print the verdict, what was expected in kind, what came, and, unless all is right, where a hint is."""
    print(f"{exercise.id}: {verdict}")  # noqa: T201
    _print_wrapped("  expected: ", exercise.kind.expected)
    _print_wrapped("  came:     ", came)
    if exercise.hints and verdict in {"not yet", "not right", "partly right"}:
        print(f'  A hint: hint("{exercise.id}")')  # noqa: T201


@cache  # once in a kernel is enough
def _note_missing_schemas() -> None:
    _print_wrapped("  note:     ", f"{MISSING_SCHEMAS}.")


def _print_pitfalls(exercise: Exercise, form: Json) -> None:
    """Print the questions that belong to numbers of likely mistakes."""
    value = number(form)
    for pitfall in exercise.pitfalls:
        if value is not None and PITFALL.near(value, pitfall.answer):
            _print_wrapped("  mind:     ", pitfall.remark)


def _judged(course: Course, source: Source | None, exercise: Exercise, answer: Any, form: Json) -> Judgement | None:
    """Judge an answer of the right kind by what is declared or by the instructor's sources; None where neither is there."""
    if course.solutions is Solutions.HIDDEN or exercise.is_prediction:
        return None
    if exercise.right:
        return _declared_right(exercise, form)
    if source is None:
        return None
    return instructor_sources.judge(source, exercise.id, answer, numbers_of_copy(course))


def _declared_right(exercise: Exercise, form: Json) -> Judgement:
    """Judge choices, or the rows of a table, by the exercise's `right`."""
    if isinstance(exercise.kind, Table):
        return _rows(exercise.kind, exercise.right, form)
    accepted = [_choice(option, in_order=exercise.in_order) for option in exercise.right]
    right = _choice(form, in_order=exercise.in_order) in accepted
    if right:
        return Judgement(share=1, remark="right.")
    if exercise.in_order and form_of(form) == "set":
        return Judgement(share=0, remark=f"{describe(form)}, which keeps no order; give a list.")
    what = "what you chose, and its order" if exercise.in_order else "what you chose"
    return Judgement(share=0, remark=f"{describe(form)}; look again at {what}.")


def _choice(form: Json, *, in_order: bool) -> list[str]:
    """Return chosen texts in a form that compares equal for equal choices."""
    texts = [plain_text(str(text)) for text in chosen_values(form)]
    return texts if in_order else sorted(texts)


def _rows(kind: Table, right: tuple[Any, ...], form: Json) -> Judgement:
    """Compare the rows by the first column, without regard to case, and name the rows that differ."""
    key, *others = kind.columns
    table = from_json(form).rename(columns=lambda name: plain_text(str(name))).astype(str)
    cells = {name: table[name].str.strip().str.casefold() for name in kind.columns}
    given = dict(zip(cells[key], zip(*(cells[name] for name in others), strict=True), strict=True))
    wrong = [
        row[key] for row in right if given.get(row[key].casefold()) != tuple(row[name].casefold() for name in others)
    ]
    share = 1 - len(wrong) / len(right)
    return Judgement(share=share, remark=f"look again at {', '.join(wrong)}." if wrong else "right.")


def _what_fits(exercise: Exercise) -> str:
    """Return what the check found right, in a few words."""
    kind = exercise.kind
    if isinstance(kind, Function) and kind.examples:
        return "right for the public examples"
    if isinstance(kind, ScenarioOf):
        return f"reaches its targets with seed {kind.seed}"
    return (
        "right length" if isinstance(kind, WrittenAnswer) else "right form" if isinstance(kind, File) else "right type"
    )


def _looked_at(exercise: Exercise) -> str:
    """Return what the check has looked at, and what it has left to the grader."""
    kind = exercise.kind
    if isinstance(kind, Number):
        bounded = kind.low is not None or kind.high is not None
        return "the type and the bounds, not the value" if bounded else "the type, not the value"
    if isinstance(kind, OneOf):
        return "that these are among the choices, not which of them are right"
    if isinstance(kind, Table):
        return "the columns and the number of rows, not the values"
    if isinstance(kind, Function):
        if not kind.examples:
            return "that it takes these parameters, not what it returns"
        return f"{len(kind.examples)} of the calls; the grader makes others, too"
    if isinstance(kind, ScenarioOf):
        return f"one simulation, with seed {kind.seed}; the grader takes the mean over seeds of its own, and checks what was changed"
    if isinstance(kind, Figure):
        return "that lines, bars and labels are there, not their values"
    if isinstance(kind, File):
        by_schema = f" and that {kind.tool}'s schema allows it" if kind.tool and schemas_are_installed() else ""
        return f"that it can be parsed{by_schema}, not its content"
    return "the length, not the content"


def solution(exercise_id: str) -> None:
    r"""Print the course's own solution of an exercise, a written one with its mark scheme.

    Solutions are part of the instructor's sources. The instructor may switch them off with `solutions = false` in `exercises.toml`.

    Parameters
    ----------
    exercise_id : str
        The id of an exercise in the nearest `exercises.toml`.

    Raises
    ------
    InvalidInputError
        For an unknown exercise, or without `exercises.toml` in the working directory and the three above it.

    Examples
    --------
    >>> import contextlib, tempfile
    >>> declared = 'solutions = false\n[exercise.01-a]\nkind = "number"\nanswer = "median"'
    >>> with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
    ...     _ = Path("exercises.toml").write_text(declared)
    ...     solution("01-a")
    01-a: the instructor of this course shows no solutions.
    """
    explain_empty_answers()
    course = nearest_course()
    exercise = course.exercise(exercise_id)
    if course.solutions is Solutions.HIDDEN:
        print(f"{exercise_id}: the instructor of this course shows no solutions.")  # noqa: T201
        return
    source = instructor_sources.find_source(course)
    text = instructor_sources.solution_of(source, exercise.id) if source else None
    if text is None:
        print(f"{exercise_id}: {NO_SOURCES}")  # noqa: T201
        return
    print(f"{exercise_id}, the course's solution; others can be right, too:\n")  # noqa: T201
    if isinstance(exercise.kind, WrittenAnswer):
        text = "\n".join(fill(line, LINE, break_on_hyphens=False, break_long_words=False) for line in text.splitlines())
    print(text)  # noqa: T201


def _print_wrapped(label: str, text: str) -> None:
    """Print a labelled text, wrapped at spaces so that a notebook breaks no line within a word."""
    indent = " " * len(label)
    lines = fill(f"{label}{text}", LINE, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False)
    print(lines)  # noqa: T201


def _print_lab_exercise(exercise: Exercise) -> None:
    """Print when an exercise in the live lab is done, and how it is graded."""
    print(f"{exercise.id}: to be done in the lab")  # noqa: T201
    _print_wrapped("  done when: ", exercise.kind.expected)
    print("  The grader looks at the lab itself while it runs; where none runs, the points wait for a person.")  # noqa: T201
    if exercise.hints:
        print(f'  A hint: hint("{exercise.id}")')  # noqa: T201


def hint(exercise_id: str, step: int = 1) -> None:
    """Print one of the exercise's hints.

    Parameters
    ----------
    exercise_id : str
        The id of an exercise in the nearest `exercises.toml`.
    step : int, default 1
        Which hint, from 1; clipped to the hints there are.

    Raises
    ------
    InvalidInputError
        For an unknown exercise, or without `exercises.toml` in the working directory and the three above it.

    Examples
    --------
    >>> import contextlib, tempfile
    >>> declared = '''
    ... [exercise.01-a]
    ... kind = "number"
    ... answer = "median"
    ... hints = ["Half of the changes took less.", "pandas has Series.median()."]
    ... '''
    >>> with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
    ...     _ = Path("exercises.toml").write_text(declared)
    ...     hint("01-a")
    01-a, hint 1 of 2: Half of the changes took less.
      More: hint("01-a", 2)
    """
    explain_empty_answers()
    exercise = nearest_course().exercise(exercise_id)
    steps = len(exercise.hints)
    if not steps:
        print(f"{exercise_id}: this exercise has no hint; read the text above it again.")  # noqa: T201
        return
    number = min(max(step, 1), steps)
    _print_wrapped(f"{exercise_id}, hint {number} of {steps}: ", exercise.hints[number - 1])
    if number < steps:
        print(f'  More: hint("{exercise_id}", {number + 1})')  # noqa: T201


def _form(exercise: Exercise, answer: Any) -> Json:
    """Return the form of the answer; a function's is empty here, because only its kind is judged."""
    kind = exercise.kind
    if isinstance(kind, Function) and callable(answer):
        return []
    if isinstance(kind, File) and kind.path and answer is None:
        return answer_to(Question(path=kind.path), {}, Path.cwd())
    return to_json(answer)


def _further_problem(exercise: Exercise, answer: Any, form: Json) -> str | None:
    """Return what a check beyond the form finds wrong, None otherwise."""
    kind = exercise.kind
    if isinstance(kind, Function):
        return _parameters(kind, answer) or _examples(kind, answer)
    if isinstance(kind, ScenarioOf):
        return _targets(kind, form)
    return None


def _parameters(kind: Function, answer: Any) -> str | None:
    """Return a message if the function cannot be called with the exercise's parameters."""
    try:
        inspect.signature(answer).bind(*kind.parameters)
    except TypeError:
        return f"the function does not take ({', '.join(kind.parameters)})."
    except ValueError:  # a function written in C may hide its parameters
        return None
    return None


def _examples(kind: Function, answer: Any) -> str | None:
    """Return a message about the first public example with another result."""
    for example in kind.examples:
        arguments = to_json(list(example["arguments"]))
        result = call(answer, arguments if isinstance(arguments, list) else [])
        if result == EMPTY:
            return "the answer is missing: the function still raises NotImplementedError()."
        if not same(result, to_json(example["result"]), Tolerance(within=kind.within)):
            inputs = ", ".join(repr(argument) for argument in example["arguments"])
            return f"for ({inputs}) it gives {describe(result)}; {describe(to_json(example['result']))} is right."
    return None


def _targets(kind: ScenarioOf, form: Json) -> str | None:
    """Return the values of KPIs that miss their public targets; the simulation is imported here, because few exercises need it."""
    from devopssim import kpis, simulation  # noqa: PLC0415 - imported for this kind of exercise only

    values = kpis.values(simulation.simulate_coded(from_json(form), seed=kind.seed))
    missed = [goal for goal in parse_goals(kind.targets) if not goal.reached(values.get(goal.kpi, float("nan")))]
    return (
        "; ".join(f"{goal.kpi} is {values.get(goal.kpi, float('nan')):.4g}" for goal in missed) + "."
        if missed
        else None
    )
