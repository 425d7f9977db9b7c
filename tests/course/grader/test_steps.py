"""What runs in the sandbox: the instructor's cells with the student's answers in place of solutions."""

from devopssim.course.author import Source, defaults
from devopssim.course.grader.notebooks import AnswerCells
from devopssim.course.grader.steps import imports_of, steps_of


def test_each_copy_of_an_answer_runs_and_its_questions_are_asked_after_it(values: Source) -> None:
    (notebook,) = values.notebooks
    answers = AnswerCells(copies={"01-a": ("median = 1", "median = 2")})
    steps = steps_of(notebook, answers, values.expectations(defaults(values.course.variant)))
    mine = [step.id for step in steps].index("01-a")
    assert [(step.id, step.source) for step in steps[mine : mine + 2]] == [
        ("01-a", "median = 1"),
        ("01-a (2)", "median = 2"),
    ]
    assert any(name.partition("#")[0].startswith("01-a") for step in steps[mine + 2 :] for name in step.questions)
    assert steps[-1].questions


def test_an_answer_that_is_missing_runs_as_an_empty_cell(values: Source) -> None:
    (notebook,) = values.notebooks
    steps = steps_of(notebook, AnswerCells(), values.expectations(defaults(values.course.variant)))
    assert {step.source for step in steps if step.id in notebook.answers} == {""}


def test_imports_are_those_of_cells_that_run_as_they_were_written(values: Source) -> None:
    imports = imports_of(values)
    assert "import pandas as pd" in imports
    assert len(imports) == len(set(imports))
    assert not any("expect" in statement for statement in imports)
