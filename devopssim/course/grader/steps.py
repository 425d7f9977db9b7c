"""What runs in the sandbox, step by step, and how its steps ended."""

import ast
from collections.abc import Mapping, Sequence
from contextlib import suppress

from devopssim.course.answers import EMPTY, Json, describe
from devopssim.course.author import Cell, Expectation, Notebook, Source
from devopssim.course.grader.notebooks import AnswerCells
from devopssim.course.grader.sandbox import SandboxRun, SandboxStep

Expected = Mapping[tuple[str, str], Sequence[Expectation]]


def steps_of(notebook: Notebook, answers: AnswerCells, expected: Expected) -> list[SandboxStep]:
    """Return what runs in the sandbox: the instructor's cells with the student's answers in place of solutions.

    A test cell becomes a step without source whose questions are asked at that point of the notebook. Cells after the last
    question are left out.

    Parameters
    ----------
    notebook : Notebook
        The source notebook.
    answers : AnswerCells
        The student's answer cells; a missing one runs as an empty cell, and each copy of one that was split or copied runs.
    expected : mapping of (str, str) to sequence of Expectation
        Expectations by notebook's name and grade id.

    Returns
    -------
    list of SandboxStep
        The steps, in the notebook's order.
    """
    steps = []
    for cell in notebook.cells:
        name = cell.grade_id or f"cell {cell.position}"
        if cell.is_test:
            questions = {
                question_name(cell, index): expectation.question
                for index, expectation in enumerate(expected[notebook.name, cell.grade_id])
                if expectation.question is not None
            }
            steps.append(SandboxStep(id=name, questions=questions))
        elif cell.is_run and cell.is_answer:
            texts = answers.copies.get(cell.grade_id, ("",))
            steps += [
                SandboxStep(id=step, source=text)
                for step, text in zip(_copy_names(name, len(texts)), texts, strict=True)
            ]
        elif cell.is_run:
            steps.append(SandboxStep(id=name, source=cell.source))
    last = max((index for index, step in enumerate(steps) if step.questions), default=-1)
    return steps[: last + 1]


def imports_of(source: Source) -> list[str]:
    """Return the import statements of the cells that run as the instructor wrote them, each once.

    Parameters
    ----------
    source : Source
        The course.

    Returns
    -------
    list of str
        Statements, in the order of the notebooks; cells with IPython's own syntax are skipped.
    """
    statements: dict[str, None] = {}
    for cell in (cell for notebook in source.notebooks for cell in notebook.cells):
        if cell.is_run and not cell.is_answer and not cell.is_test:
            with suppress(SyntaxError, ValueError):
                for node in ast.parse(cell.source).body:
                    if isinstance(node, ast.Import | ast.ImportFrom):
                        statements[ast.unparse(node)] = None
    return list(statements)


def question_name(cell: Cell, index: int) -> str:
    """Return the name of a test cell's question: its grade id and the expectation's index."""
    return f"{cell.grade_id}#{index}"


def _copy_names(grade_id: str, copies: int) -> list[str]:
    """Return the names of the steps of an answer cell's copies: `01-a`, `01-a (2)`, …."""
    return [grade_id, *(f"{grade_id} ({number})" for number in range(2, copies + 1))]


def error_of(grade_id: str, answers: AnswerCells, run: SandboxRun) -> Json:
    """Return the error of the answer cell's last copy, None if that ended well; a copy that is still the stub comes last."""
    copies = _copy_names(grade_id, len(answers.copies.get(grade_id, ("",))))
    errors = [run.errors.get(step) for step in copies]
    return next((error for error in reversed(errors) if error not in (None, EMPTY)), errors[-1]) if errors[-1] else None


def troubles(notebook: Notebook, run: SandboxRun) -> list[str]:
    """Return a remark for each cell that ended the kernel or stopped with an error; unanswered cells are skipped."""
    stopped = [f"the cell {step} ended the kernel: {why}" for step, why in run.killed.items()]
    return stopped + [
        f"the cell {step} stopped with {describe(error)}"
        for step, error in run.errors.items()
        if step.partition(" (")[0] in notebook.answers and error != EMPTY
    ]
