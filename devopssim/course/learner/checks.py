"""Visible checks and hints: what a learner sees in the notebook.

A check shows what is expected in kind, what came, and where to find a hint. It knows nothing about the right answer. It prints,
and leaves the kernel as it was; no answer stops the notebook.
"""

import inspect
from pathlib import Path
from textwrap import fill
from typing import Any, Final

from devopssim.course.answers import (
    EMPTY,
    Json,
    Question,
    Tolerance,
    call,
    describe,
    from_json,
    kernel_isolation,
    same,
    to_json,
)
from devopssim.course.answers import answer as answer_to
from devopssim.course.author import Exercise, File, Function, Live, ScenarioOf, nearest_course, parse_goals
from devopssim.course.learner.kernel import explain_empty_answers

LINE: Final = 100
"""Characters of a printed line."""


def check(exercise_id: str, answer: Any = None) -> None:
    """Print whether an answer is of the kind that the exercise asks for.

    A function is called with the exercise's public examples, and a scenario is simulated once against its public targets. An
    exercise in the live lab has no answer; for it, the check prints when it is done, and how it is graded.

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
    01-a: visible checks passed
      expected: a number in hours
      came:     the number 12.5
      This only checks the type of your answer; it is marked later.
    """
    explain_empty_answers()
    exercise = nearest_course().exercise(exercise_id)
    if isinstance(exercise.kind, Live):
        _print_lab_exercise(exercise)
        return
    with kernel_isolation():
        form = _form(exercise, answer)
        problem = exercise.kind.problem(form) or _further_problem(exercise, answer, form)
    print(f"{exercise_id}: {'visible checks passed' if problem is None else 'not yet'}")  # noqa: T201 - a check prints
    _print_wrapped("  expected: ", exercise.kind.expected)
    if problem is None:
        _print_wrapped("  came:     ", "a function" if callable(answer) else describe(form))
        print("  This only checks the type of your answer; it is marked later.")  # noqa: T201
        return
    _print_wrapped("  came:     ", problem)
    if exercise.hints:
        print(f'  A hint: hint("{exercise_id}")')  # noqa: T201


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
