"""Visible checks and hints: what a learner sees in the notebook.

A check tells what was expected in kind, what came, and where to find a hint. It knows nothing about the right answer, prints
and does nothing else: the kernel is as it was, and no answer stops the notebook.
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
    same,
    to_json,
    undisturbed,
)
from devopssim.course.answers import answer as answer_to
from devopssim.course.author import Exercise, File, Function, Live, ScenarioOf, nearest_course, parse_goals
from devopssim.course.learner.kernel import explain_empty_answers

LINE: Final = 100
"""Characters of a printed line."""


def check(exercise_id: str, answer: Any = None) -> None:
    """Print whether `answer` is what the exercise asks for, in kind. Raises InvalidInputError for an unknown exercise.

    What is done in the live lab has no answer to look at; then it says when it is done, and who looks.
    """
    explain_empty_answers()
    exercise = nearest_course().exercise(exercise_id)
    if isinstance(exercise.kind, Live):
        _say_who_looks(exercise)
        return
    with undisturbed():
        form = _form(exercise, answer)
        problem = exercise.kind.problem(form) or _further(exercise, answer, form)
    print(f"{exercise_id}: {'visible checks passed' if problem is None else 'not yet'}")  # noqa: T201 - this is what it is for
    _say("  expected: ", exercise.kind.expected)
    if problem is None:
        _say("  came:     ", "a function" if callable(answer) else describe(form))
        print("  The grader looks further than these checks do.")  # noqa: T201
        return
    _say("  came:     ", problem)
    if exercise.hints:
        print(f'  A hint: hint("{exercise_id}")')  # noqa: T201


def _say(label: str, text: str) -> None:
    """Print a labelled text in lines that a notebook need not break within a word."""
    indent = " " * len(label)
    lines = fill(f"{label}{text}", LINE, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False)
    print(lines)  # noqa: T201


def _say_who_looks(exercise: Exercise) -> None:
    print(f"{exercise.id}: to be done in the lab")  # noqa: T201
    _say("  done when: ", exercise.kind.expected)
    print("  The grader looks at the lab itself while it runs; where none runs, the points wait for a person.")  # noqa: T201
    if exercise.hints:
        print(f'  A hint: hint("{exercise.id}")')  # noqa: T201


def hint(exercise_id: str, step: int = 1) -> None:
    """Print a hint of the exercise: the first step, or a further one. Raises InvalidInputError for an unknown exercise."""
    explain_empty_answers()
    exercise = nearest_course().exercise(exercise_id)
    steps = len(exercise.hints)
    if not steps:
        print(f"{exercise_id}: there is no hint; read the text above the exercise again.")  # noqa: T201
        return
    at = min(max(step, 1), steps)
    _say(f"{exercise_id}, hint {at} of {steps}: ", exercise.hints[at - 1])
    if at < steps:
        print(f'  More: hint("{exercise_id}", {at + 1})')  # noqa: T201


def _form(exercise: Exercise, answer: Any) -> Json:
    kind = exercise.kind
    if isinstance(kind, Function) and callable(answer):
        return []
    if isinstance(kind, File) and kind.path and answer is None:
        return answer_to(Question(path=kind.path), {}, Path.cwd())
    return to_json(answer)


def _further(exercise: Exercise, answer: Any, form: Json) -> str | None:
    kind = exercise.kind
    if isinstance(kind, Function):
        return _parameters(kind, answer) or _examples(kind, answer)
    if isinstance(kind, ScenarioOf):
        return _targets(kind, form)
    return None


def _parameters(kind: Function, answer: Any) -> str | None:
    try:
        inspect.signature(answer).bind(*kind.parameters)
    except TypeError:
        return f"the function does not take ({', '.join(kind.parameters)})."
    except ValueError:  # a function of C tells nothing about its parameters
        return None
    return None


def _examples(kind: Function, answer: Any) -> str | None:
    for example in kind.examples:
        arguments = to_json(list(example["arguments"]))
        result = call(answer, arguments if isinstance(arguments, list) else [])
        if result == EMPTY:
            return "there is no answer yet: the function still raises NotImplementedError()."
        if not same(result, to_json(example["result"]), Tolerance(within=kind.within)):
            inputs = ", ".join(repr(argument) for argument in example["arguments"])
            return f"for ({inputs}) it gives {describe(result)}; {describe(to_json(example['result']))} is right."
    return None


def _targets(kind: ScenarioOf, form: Json) -> str | None:
    from devopssim import kpis, simulate  # noqa: PLC0415 - what only this kind of exercise needs

    values = kpis.values(simulate(from_json(form), seed=kind.seed))
    missed = [goal for goal in parse_goals(kind.targets) if not goal.reached(values.get(goal.kpi, float("nan")))]
    return (
        "; ".join(f"{goal.kpi} is {values.get(goal.kpi, float('nan')):.4g}" for goal in missed) + "."
        if missed
        else None
    )
