"""Answers as values: their JSON form, the questions that fetch them, and judgements of one against the expected form.

The other wings share this one: a check in a learner's kernel, an author's expectations, the sandbox and the grader.

An answer's JSON form is the only thing that crosses a border. The student's objects stay in the student's process, so that
an object with a dishonest `__eq__` cannot take part in its own judgement.
"""

from devopssim.course.answers.comparison import Tolerance, members, plain_text, same
from devopssim.course.answers.forms import FORM, Json, describe, form_of, missing, number
from devopssim.course.answers.isolation import kernel_isolation
from devopssim.course.answers.judging import (
    NO_ANSWER,
    TO_HOURS,
    GraderTroubleError,
    Judgement,
    columns_of,
    judge_calls,
    judge_figure,
    judge_table,
    judge_value,
)
from devopssim.course.answers.questions import EMPTY, Question, answer, call, raised
from devopssim.course.answers.reading import from_json, loads
from devopssim.course.answers.writing import argument_to_json, log_to_json, to_json

__all__ = [
    "EMPTY",
    "FORM",
    "NO_ANSWER",
    "TO_HOURS",
    "GraderTroubleError",
    "Json",
    "Judgement",
    "Question",
    "Tolerance",
    "answer",
    "argument_to_json",
    "call",
    "columns_of",
    "describe",
    "form_of",
    "from_json",
    "judge_calls",
    "judge_figure",
    "judge_table",
    "judge_value",
    "kernel_isolation",
    "loads",
    "log_to_json",
    "members",
    "missing",
    "number",
    "plain_text",
    "raised",
    "same",
    "to_json",
]
